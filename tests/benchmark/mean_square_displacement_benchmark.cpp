// SPDX-License-Identifier: BSD-3-Clause
// Time of the mean-squared displacement of 500 particles over 20,000 frames, beside bare transforms and reading the positions
// once.
//
// The floor is one real transform of FFTW for each of the 1500 coordinates, of 40,000 points (twice the frames, so that nothing
// wraps around), again and again in the same memory, without anything else. "read" sums all positions, in the order in which they
// lie. "pairs" is the equation as it stands, for ten lags, whose time is scaled to all 10,000. Repetitions are interleaved; the
// table is of medians of processor time, but of all cores, which is wall-clock time.
#include <benchmark/benchmark.h>
#include <fftw3.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <sluice/numerics/random.hpp>

#include "kernel.hpp"
#include "medians.hpp"

namespace {

using namespace sluice::msd;
using Doubles = std::vector<double>;

constexpr std::ptrdiff_t n_frames = 20000, n_particles = 500, n_axes = 3, n_columns = n_particles * n_axes;
constexpr std::ptrdiff_t padded = 2 * n_frames, half = n_frames / 2, direct_lags = 10;
constexpr Shape shape{n_frames, n_particles, n_axes};

/// Random walks.
Doubles positions() {
    Doubles out(static_cast<std::size_t>(n_frames * n_columns));
    sluice::numerics::RandomStream(1, 0, 0).fill_normal(out);
    for (std::size_t i = n_columns; i < out.size(); ++i) out[i] += out[i - n_columns];
    return out;
}

struct Free {
    void operator()(double* memory) const { std::free(memory); }
};

/// A kernel with memory for its work and results.
struct Prepared {
    Prepared(std::ptrdiff_t max_lag, std::ptrdiff_t time_blocks) : kernel(shape, {max_lag, time_blocks}) {
        const auto lags = static_cast<std::size_t>(max_lag + 1);
        const auto bytes = (static_cast<std::size_t>(kernel.scratch_size()) * sizeof(double) + 63) / 64 * 64;
        scratch.reset(static_cast<double*>(std::aligned_alloc(64, bytes)));
        msd.resize(lags);
        variance.resize(lags);
        blocks.resize(lags * static_cast<std::size_t>(time_blocks));
        centre.resize(lags);
    }

    double run(const Doubles& from, const ParallelFor& parallel_for = serial_for) {
        kernel.run(from, {scratch.get(), static_cast<std::size_t>(kernel.scratch_size())}, {msd, variance, blocks, centre},
                   parallel_for);
        return msd[1];
    }

    MeanSquareDisplacement kernel;
    std::unique_ptr<double, Free> scratch;
    Doubles msd, variance, blocks, centre;
};

void on_all_cores(std::int64_t n, const std::function<void(std::int64_t)>& f) {
    std::atomic<std::int64_t> next = 0;
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < std::max(1u, std::thread::hardware_concurrency()); ++t)
        threads.emplace_back([&] {
            for (std::int64_t i = next++; i < n; i = next++) f(i);
        });
    for (auto& thread : threads) thread.join();
}

// --- what it is compared with ----------------------------------------------------------------------------------

double bare_transforms() {
    static double* const memory = fftw_alloc_real(padded + 2);
    static const fftw_plan plan =
        fftw_plan_dft_r2c_1d(static_cast<int>(padded), memory, reinterpret_cast<fftw_complex*>(memory), FFTW_ESTIMATE);
    std::fill_n(memory, padded + 2, 0.0);
    for (std::ptrdiff_t i = 0; i < n_columns; ++i) fftw_execute(plan);
    return memory[0];
}

double read_once(const Doubles& from) {
    double sums[8] = {};
    for (std::size_t i = 0; i + 8 <= from.size(); i += 8)
        for (std::size_t k = 0; k < 8; ++k) sums[k] += from[i + k];
    return sums[0] + sums[7];
}

double pairs(const Doubles& from) {
    double last = 0;
    for (std::ptrdiff_t lag = half - direct_lags; lag < half; ++lag) {
        double sums[8] = {};
        const double* const later = from.data() + lag * n_columns;
        for (std::ptrdiff_t i = 0; i + 8 <= (n_frames - lag) * n_columns; i += 8)
            for (std::ptrdiff_t k = 0; k < 8; ++k)
                sums[k] += (later[i + k] - from[static_cast<std::size_t>(i + k)]) *
                           (later[i + k] - from[static_cast<std::size_t>(i + k)]);
        last += sums[0] + sums[7];
    }
    return last;
}

// --- what is timed ---------------------------------------------------------------------------------------------

/// Times call(); what it returns is not optimised away. The counter is the wall-clock time of one call.
void add(const std::string& name, auto call) {
    benchmark::RegisterBenchmark(name.c_str(), [call](benchmark::State& state) {
        const auto begin = std::chrono::steady_clock::now();
        for (auto unused : state) {
            static_cast<void>(unused);
            auto result = call();
            benchmark::DoNotOptimize(result);
            benchmark::ClobberMemory();
        }
        const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
        state.counters["wall_s"] = wall.count() / static_cast<double>(state.iterations());
    })->Unit(benchmark::kMillisecond);
}

void print_table(const sluice::test::Medians& medians, std::ptrdiff_t scratch) {
    const double floor = medians.of("floor/transforms");
    std::printf("MSD of %td particles, %td frames, s; floor: %td real transforms of %td points, %.2f\n", n_particles, n_frames,
                n_columns, padded, floor);
    for (const char* name : {"msd/half_10_blocks", "msd/half_1_block", "msd/tenth_10_blocks", "msd/half_100_blocks"})
        std::printf("%-24s%10.2f  = %.2f floors\n", name, medians.of(name), medians.of(name) / floor);
    std::printf("%-24s%10.2f  on %u cores, wall clock\n", "msd/all_cores", medians.of("msd/all_cores", "wall_s"),
                std::thread::hardware_concurrency());
    const double bytes = 8.0 * static_cast<double>(n_frames * n_columns);
    std::printf("%-24s%10.3f  = %.1f GB/s\n", "read", medians.of("read"), 1e-9 * bytes / medians.of("read"));
    std::printf("%-24s%10.0f  (from %td lags)\n", "pairs", medians.of("pairs") * static_cast<double>(half / direct_lags) * 1.5,
                direct_lags);  // short lags have up to twice the pairs of the longest ones
    std::printf("positions %.0f MB, memory to work in %.0f MB\n", 1e-6 * bytes, 8e-6 * static_cast<double>(scratch));
}

}  // namespace

int main(int argc, char** argv) {
    const Doubles all = positions();
    Prepared ten(half, 10), one(half, 1), tenth(n_frames / 10, 10), hundred(half, 100);
    add("msd/half_10_blocks", [&] { return ten.run(all); });
    add("msd/half_1_block", [&] { return one.run(all); });
    add("msd/tenth_10_blocks", [&] { return tenth.run(all); });
    add("msd/half_100_blocks", [&] { return hundred.run(all); });
    add("msd/all_cores", [&] { return ten.run(all, on_all_cores); });
    add("floor/transforms", [] { return bare_transforms(); });
    add("read", [&] { return read_once(all); });
    add("pairs", [&] { return pairs(all); });
    sluice::test::Medians medians;
    if (!sluice::test::run_interleaved(argc, argv, medians)) return 1;
    print_table(medians, ten.kernel.scratch_size());
    return 0;
}
