// SPDX-License-Identifier: BSD-3-Clause
// Runs the registered benchmarks interleaved and repeated, and keeps the medians for a table of ratios.
#pragma once

#include <benchmark/benchmark.h>

#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sluice::test {

/// Prints as usual, and keeps the median of every counter, and of the processor time in seconds as "cpu_s".
class Medians : public benchmark::ConsoleReporter {
public:
    void ReportRuns(const std::vector<Run>& runs) override {
        ConsoleReporter::ReportRuns(runs);
        for (const Run& run : runs) {
            if (run.aggregate_name != "median") continue;
            const std::string& name = run.run_name.function_name;
            for (const auto& [counter, value] : run.counters) medians_[{name, counter}] = value;
            medians_[{name, "cpu_s"}] = run.GetAdjustedCPUTime() / benchmark::GetTimeUnitMultiplier(run.time_unit);
        }
    }
    [[nodiscard]] double of(const std::string& name, const std::string& counter = "cpu_s") const {  // NaN: filtered out
        const auto found = medians_.find({name, counter});
        return found == medians_.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
    }

private:
    std::map<std::pair<std::string, std::string>, double> medians_;
};

/// Nine interleaved repetitions, unless the command line says otherwise. False: it says what is not understood.
inline bool run_interleaved(int argc, char** argv, Medians& medians) {
    std::vector<char*> arguments(argv, argv + argc);
    for (const char* option : {"--benchmark_repetitions=9", "--benchmark_enable_random_interleaving=true",
                               "--benchmark_min_time=0.05", "--benchmark_report_aggregates_only=true"})
        arguments.insert(arguments.begin() + 1, const_cast<char*>(option));
    int count = static_cast<int>(arguments.size());
    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return false;
    benchmark::RunSpecifiedBenchmarks(&medians);
    benchmark::Shutdown();
    return true;
}

}  // namespace sluice::test
