// SPDX-License-Identifier: BSD-3-Clause
// Errors of the glass transition against the spread over 400 noise realisations.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "convert.hpp"
#include "simulated.hpp"
#include "step.hpp"

namespace {

using namespace sluice::dsc_transition;

struct Pulls {
    double sum = 0, squares = 0, count = 0;
    void add(const PeakValue& value, double truth) {
        const double pull = (value.value - truth) / std::sqrt(value.variance);
        sum += pull, squares += pull * pull, count += 1;
    }
    [[nodiscard]] double mean() const { return sum / count; }
    [[nodiscard]] double width() const { return std::sqrt(squares / count - mean() * mean()); }
};

struct AllPulls {
    Pulls onset, midpoint, end, step;
    std::ptrdiff_t failed = 0;
};

AllPulls pulls_of(simulated::Scan scan, const StepOptions& options, double onset_bias = 0, double end_bias = 0) {
    AllPulls out;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        scan.seed = seed;
        const auto data = simulated::simulate(scan);
        const auto prepared = prepare({data.temperature, data.heat_flow, {}, data.time, {}}, {});
        const auto result = evaluate_step(prepared.scan(), options);
        if (result.status != StepStatus::ok) {
            ++out.failed;
            continue;
        }
        out.onset.add(result.onset, scan.onset() + onset_bias);
        out.midpoint.add(result.midpoint, scan.midpoint);
        out.end.add(result.end, scan.end() + end_bias);
        out.step.add(result.heat_capacity_step, scan.heat_capacity_step);
    }
    return out;
}

void check(const char* name, const Pulls& pulls, double least = 0.85, double most = 1.2) {
    MESSAGE(std::string(name) << ": mean pull " << pulls.mean() << ", width " << pulls.width() << " of " << pulls.count);
    CHECK(std::abs(pulls.mean()) < 0.2);
    CHECK(pulls.width() > least);
    CHECK(pulls.width() < most);
}

}  // namespace

TEST_CASE("the model over seeds 1 to 400: pulls of onset, midpoint, end and step, windows given and chosen") {
    simulated::Scan scan;
    scan.noise = 0.001;
    scan.peaks = {{540, 2.5, -30}};
    for (const bool given : {true, false}) {
        StepOptions options;
        options.method = StepMethod::model;
        if (given) options.glass_from_K = 400, options.glass_to_K = 430, options.liquid_from_K = 458, options.liquid_to_K = 490;
        const auto pulls = pulls_of(scan, options);
        CHECK(pulls.failed == 0);
        check(given ? "given: onset" : "chosen: onset", pulls.onset);
        check("midpoint", pulls.midpoint);
        check("end", pulls.end);
        check("step", pulls.step);
    }
}

TEST_CASE("the construct over the same seeds, its bias taken off: widths within a factor of 2, a mean below the stated bound") {
    simulated::Scan scan;
    scan.noise = 0.001;
    scan.peaks = {{540, 2.5, -30}};
    constexpr double bias = 0.325;  // K: w^2 pi / (80 half width), with the next order; see the kernel's test of onset_bias
    const auto pulls = pulls_of(scan, {}, -bias, bias);
    CHECK(pulls.failed == 0);
    MESSAGE("construct: onset " << pulls.onset.mean() << " +- " << pulls.onset.width() << ", midpoint " << pulls.midpoint.mean()
                                << " +- " << pulls.midpoint.width() << ", end " << pulls.end.mean() << " +- " << pulls.end.width()
                                << ", step " << pulls.step.mean() << " +- " << pulls.step.width());
    for (const auto& each : {pulls.onset, pulls.midpoint, pulls.end, pulls.step}) {
        CHECK(std::abs(each.mean()) < 1);
        CHECK(each.width() > 0.5);
        CHECK(each.width() < 2);
    }
}
