// SPDX-License-Identifier: BSD-3-Clause
// Time of G(r) with its sigma on 3000 points of r from 1201 of q, and of all functions for 1000 temperatures on all cores,
// beside direct sums and the bare transforms of FFTW.
//
// The floor of G with sigma is four complex transforms of FFTW of the length that the convolution takes (two for the sines,
// two for the cosines of the variances), without anything else. On the natural grid one may also take a sine and a cosine
// transform of length N = pi / (dq dr): "dst" does, beside the two bare transforms. "recurrence" is the direct sum by the
// recurrence of Chebyshev, "sin" the sum as it stands, with std::sin. Repetitions are interleaved; the table is of medians of
// processor time, but of the series, which is on all cores, of wall-clock time.
#include <benchmark/benchmark.h>
#include <fftw3.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <sluice/numerics/random.hpp>
#include <sluice/numerics/sine_transform.hpp>

#include "kernel.hpp"
#include "medians.hpp"

namespace {

using namespace sluice::pair_distribution;
using sluice::numerics::SineSum;
using Doubles = std::vector<double>;

constexpr int n_q = 1201, n_r = 3000, n_temperatures = 1000;
constexpr int convolution_length = 4200;  // 2^3 3 5^2 7, the next after n_q + n_r - 2 without larger factors
constexpr int natural_length = 15708;     // pi / (0.02 0.01)
constexpr double dq = 0.02, dr = 0.01, number_density = 0.05;

// --- data ------------------------------------------------------------------------------------------------------

Doubles multiples(int first, double step, int count) {
    Doubles out;
    for (int i = 0; i < count; ++i) out.push_back((first + i) * step);
    return out;
}

const Doubles q = multiples(25, dq, n_q);  // 0.5 to 24.5 1/angstrom

struct Data {
    Doubles s, variance;
};

/// Two shells with noise of 0.01; `i` makes them differ.
Data data(int i) {
    Data out{Doubles(q.size()), Doubles(q.size(), 1e-4)};
    sluice::numerics::RandomStream(1, static_cast<std::uint64_t>(i), 0).fill_normal(out.s);
    for (std::size_t k = 0; k < q.size(); ++k)
        out.s[k] =
            1 + 0.01 * out.s[k] +
            (3 * std::sin(2.8 * q[k]) * std::exp(-0.01 * q[k] * q[k]) + std::sin(5 * q[k]) * std::exp(-0.03 * q[k] * q[k])) /
                q[k];
    return out;
}

PairDistribution prepared(bool natural) {
    Options options;
    options.q_max = q.back();
    options.r_max = (n_r - 1) * dr;
    options.r_step = dr;
    options.natural = natural;
    return {q, {}, options};
}

/// What one curve gives; `all` is g, T, RDF and n(r) too.
double transformed(const PairDistribution& kernel, const Data& curve, bool with_variances, bool all) {
    const std::size_t n = kernel.r().size();
    std::vector<Doubles> memory(12, Doubles(n));
    Output out;
    Function1D* const functions[] = {&out.reduced, &out.unwindowed, &out.pair, &out.total, &out.radial, &out.coordination};
    for (std::size_t i = 0; i < (all ? 6u : 1u); ++i)
        *functions[i] = {memory[2 * i], with_variances ? std::span<double>(memory[2 * i + 1]) : std::span<double>()};
    Doubles corrected(q.size());
    out.corrected = corrected;
    const std::span<const double> variance = with_variances ? std::span<const double>(curve.variance) : std::span<const double>();
    const auto report = kernel.run({curve.s, variance, {}, number_density}, out);
    return report.q_first + memory[0][280];
}

/// Every temperature by whichever thread is free.
double series(const PairDistribution& kernel, const std::vector<Data>& curves, bool all) {
    const unsigned n_threads = std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::thread> threads;
    Doubles results(n_threads);
    for (unsigned t = 0; t < n_threads; ++t)
        threads.emplace_back([&, t] {
            for (std::size_t i = t; i < curves.size(); i += n_threads) results[t] += transformed(kernel, curves[i], true, all);
        });
    for (auto& thread : threads) thread.join();
    return results[0];
}

// --- what it is compared with ----------------------------------------------------------------------------------

double sums(const SineSum& sum, const Data& curve, std::size_t count) {
    Doubles out(count), squares(count);
    sum.sine(curve.s, out);
    sum.sine_squared(curve.variance, squares);
    return out[280] + squares[280];
}

double sums_of_sines(const Data& curve) {
    double last = 0;
    for (int j = 0; j < n_r; ++j) {
        double g = 0, variance = 0;
        for (std::size_t k = 0; k < q.size(); ++k) {
            const double wave = std::sin(q[k] * dr * j);
            g += curve.s[k] * wave;
            variance += curve.variance[k] * wave * wave;
        }
        last += g + variance;
    }
    return last;
}

/// A plan and memory for it, executed in place again and again; zeros stay zeros.
struct Bare {
    fftw_plan plan;
    double* memory;
};

Bare bare_complex() {
    auto* memory = fftw_alloc_complex(convolution_length);
    const Bare out{fftw_plan_dft_1d(convolution_length, memory, memory, FFTW_FORWARD, FFTW_ESTIMATE), memory[0]};
    std::fill_n(out.memory, 2 * convolution_length, 0.0);
    return out;
}

Bare bare_real(int length, fftw_r2r_kind kind) {
    auto* memory = fftw_alloc_real(static_cast<std::size_t>(length));
    const Bare out{fftw_plan_r2r_1d(length, memory, memory, kind, FFTW_ESTIMATE), memory};
    std::fill_n(memory, length, 0.0);
    return out;
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
    })->Unit(benchmark::kMicrosecond);
}

void add_floors() {
    const Bare convolution = bare_complex(), sine = bare_real(natural_length - 1, FFTW_RODFT00),
               cosine = bare_real(natural_length, FFTW_R2HC);
    add("floor/convolution", [=] { return fftw_execute(convolution.plan), convolution.memory[0]; });
    add("floor/dst", [=] { return fftw_execute(sine.plan), fftw_execute(cosine.plan), sine.memory[0]; });
}

void add_curves(const PairDistribution& exact, const PairDistribution& natural, const Data& curve) {
    add("curve/G", [&] { return transformed(exact, curve, false, false); });
    add("curve/G_sigma", [&] { return transformed(exact, curve, true, false); });
    add("curve/G_sigma_natural", [&] { return transformed(natural, curve, true, false); });
    add("curve/all_sigma", [&] { return transformed(exact, curve, true, true); });
    add("prepare/exact", [] { return prepared(false).r()[1]; });
}

/// The bare sums of G and of its variance, each way.
void add_sums(const Doubles& r, const Doubles& natural_r, const Data& curve) {
    using Way = SineSum::Way;
    add("sums/chirp_z", [&, sum = std::make_shared<SineSum>(q, r, Way::chirp_z)] { return sums(*sum, curve, r.size()); });
    add("sums/dst", [&, sum = std::make_shared<SineSum>(q, natural_r, Way::dst)] { return sums(*sum, curve, natural_r.size()); });
    add("sums/recurrence", [&, sum = std::make_shared<SineSum>(q, r, Way::direct)] { return sums(*sum, curve, r.size()); });
    add("sums/sin", [&] { return sums_of_sines(curve); });
}

void print_table(const sluice::test::Medians& medians) {
    const auto us = [&](const std::string& name) { return 1e6 * medians.of(name); };
    const double floor = 4 * us("floor/convolution");
    std::printf("G on %d points of r from %d of q, us; floor: 4 complex transforms of %d points, %.0f\n", n_r, n_q,
                convolution_length, floor);
    for (const char* name : {"curve/G", "curve/G_sigma", "curve/G_sigma_natural", "curve/all_sigma", "prepare/exact"})
        std::printf("%-24s%10.0f  = %.1f floors\n", name, us(name), us(name) / floor);
    std::printf("sums of G and of its variance alone, us; bare DST-I and R2HC of N = %d: %.0f\n", natural_length,
                us("floor/dst"));
    for (const char* name : {"sums/chirp_z", "sums/dst", "sums/recurrence", "sums/sin"})
        std::printf("%-24s%10.0f  = %.1f floors\n", name, us(name), us(name) / floor);
    std::printf("%d temperatures on %u cores, s of wall clock; with sigma\n", n_temperatures,
                std::thread::hardware_concurrency());
    for (const char* name : {"series/G_sigma", "series/all_sigma"})
        std::printf("%-24s%10.2f\n", name, medians.of(name, "wall_s"));
}

}  // namespace

int main(int argc, char** argv) {
    const PairDistribution exact = prepared(false), natural = prepared(true);
    const Doubles r(exact.r().begin(), exact.r().end()), natural_r(natural.r().begin(), natural.r().end());
    std::vector<Data> curves;
    for (int i = 0; i < n_temperatures; ++i) curves.push_back(data(i));
    add_floors();
    add_curves(exact, natural, curves[0]);
    add_sums(r, natural_r, curves[0]);
    for (const bool all : {false, true})
        add(all ? "series/all_sigma" : "series/G_sigma", [&, all] { return series(exact, curves, all); });
    sluice::test::Medians medians;
    if (!sluice::test::run_interleaved(argc, argv, medians)) return 1;
    print_table(medians);
    return 0;
}
