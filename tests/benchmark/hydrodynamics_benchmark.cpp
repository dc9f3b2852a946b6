// SPDX-License-Identifier: BSD-3-Clause
// Time of the delta-gamma theory: H at 200 q for Percus-Yevick's S and for 200 measured points, with and without the response to
// them, beside a nested quadrature of the same integrals to 1e-8 and beside a floor, all measured in the same run.
//
// The nested quadrature is the theory as it is written: Gauss-Kronrod, adaptive, over mu inside of the same over y' in pieces of
// pi up to 100 pi, S_gamma computed at each y'. It gets every tenth of the q, and its time is that of one q times 200. The floor
// is what H of Percus-Yevick cannot do without: a sine with its cosine per q and node, at the rate of the C library, 10 nodes
// for each of 256 pieces. One thread; repetitions of all are interleaved, and the table at the end is of medians of processor
// time.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <string>
#include <vector>

#include <boost/math/quadrature/gauss_kronrod.hpp>

#include <sluice/numerics/dual.hpp>

#include "delta_gamma/hydrodynamic.hpp"
#include "medians.hpp"

namespace {

using namespace sluice::delta_gamma;
using Doubles = std::vector<double>;

constexpr int n_q = 200, every = 10, nodes_per_q = 2560;
constexpr double volume_fraction = 0.3, last_q_a = 10, wanted = 1e-8;

Doubles q_grid(int step) {
    Doubles out;
    for (int i = step - 1; i < n_q; i += step) out.push_back(last_q_a * (i + 1) / n_q);
    return out;
}

const Doubles all_q = q_grid(1), some_q = q_grid(every);
const Basis basis;
const DeltaGamma theory(basis, volume_fraction, SGamma::renormalised);
const StructureFactor percus_yevick(volume_fraction);

StructureFactor measured() {
    Doubles values;
    for (const double y : all_q) values.push_back(percus_yevick(y));
    return StructureFactor(all_q, values, {}, volume_fraction);
}

template <class F>
double adaptive(F f, double a, double b) {
    return boost::math::quadrature::gauss_kronrod<double, 15>::integrate(f, a, b, 15, wanted);
}

/// H_d at y, as it is written.
double nested(const Densities& g, double y) {
    const auto inner = [&](double side) {
        return adaptive(
            [&](double mu) {
                return (1 - mu * mu) * percus_yevick.minus_one(std::sqrt(y * y + side * side - 2 * y * side * mu));
            },
            -1, 1);
    };
    const auto outer = [&](double side) {
        const double sinc = std::sin(side) / side;
        return sinc * sinc / (1 + volume_fraction * s_gamma(side, g)) * inner(side);
    };
    double sum = 0;
    for (int i = 0; i < 100; ++i) {
        const double a = i * std::numbers::pi, b = a + std::numbers::pi;
        sum += a < y && y < b ? adaptive(outer, a, y) + adaptive(outer, y, b) : adaptive(outer, a, b);
    }
    return 3 / (2 * std::numbers::pi) * sum;
}

double floor_of_functions() {
    double sum = 0;
    for (int i = 0; i < n_q * nodes_per_q; ++i) {
        double s = 0, c = 0;
        sluice::numerics::sin_and_cos(1e-3 * i, s, c);
        sum += s * c;
    }
    return sum;
}

void add(const std::string& name, auto call) {
    benchmark::RegisterBenchmark(name.c_str(), [call](benchmark::State& state) {
        for (auto unused : state) {
            static_cast<void>(unused);
            auto result = call();
            benchmark::DoNotOptimize(result);
        }
    })->Unit(benchmark::kMillisecond);
}

void add_all() {
    add("floor", floor_of_functions);
    add("percus_yevick", [] { return distinct_part(theory, percus_yevick, all_q).values[5]; });
    add("points", [s = measured()] { return distinct_part(theory, s, all_q).values[5]; });
    add("points_with_response", [s = measured()] { return distinct_part(theory, s, all_q, true).values[5]; });
    add("basis", [] { return &Basis().tables() != nullptr; });
    add("theory", [] { return DeltaGamma(basis, volume_fraction, SGamma::renormalised).self_part(); });
    add("nested", [g = densities(volume_fraction, SGamma::renormalised)] {
        double sum = 0;
        for (const double y : some_q) sum += nested(g, y);
        return sum;
    });
}

double largest_difference() {
    const Densities g = densities(volume_fraction, SGamma::renormalised);
    const Doubles values = distinct_part(theory, percus_yevick, some_q).values;
    double largest = 0;
    for (std::size_t i = 0; i < some_q.size(); ++i) largest = std::max(largest, std::abs(values[i] - nested(g, some_q[i])));
    return largest;
}

void print_ratios(const sluice::test::Medians& medians) {
    const auto ms = [&](const char* name) { return 1e3 * medians.of(name); };
    const double slow = every * ms("nested");
    std::printf("H_d at %d q up to q a = %g, ms; nested quadrature to %g: %.0f; floor: %.1f\n", n_q, last_q_a, wanted, slow,
                ms("floor"));
    for (const char* name : {"percus_yevick", "points", "points_with_response"})
        std::printf("%-24s%10.1f  = %.1f floors, 1/%.0f of nested\n", name, ms(name), ms(name) / ms("floor"), slow / ms(name));
    std::printf("once for all: %.1f, for each volume fraction: %.2f\n", ms("basis"), ms("theory"));
    std::printf("largest difference from nested: %.1e\n", largest_difference());
}

}  // namespace

int main(int argc, char** argv) {
    add_all();
    sluice::test::Medians medians;
    if (!sluice::test::run_interleaved(argc, argv, medians)) return 1;
    print_ratios(medians);
    return 0;
}
