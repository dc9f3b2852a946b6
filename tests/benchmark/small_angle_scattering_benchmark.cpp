// SPDX-License-Identifier: BSD-3-Clause
// Time of P S over 1000 q up to qR = 100, of a five-parameter fit and of the invariant of 1000 points, each beside a floor
// measured in the same run.
//
// The floor of P S is what the closed forms cannot do without: two sines with their cosines and an exponential per q, at the
// rate of the C library. The floor of the fit is one Jacobian, of which it needs several. The floor of the invariant is one
// pass over q, intensity and variance that gives the trapezoid and its variance and nothing else.
// For small_angle_scattering_vs_sasview.py, instead of timing: "values DISTRIBUTION SPREAD" prints q, P, S; "fit" prints q,
// intensity, sigma and the fitted curve; "invariant" prints q, intensity, sigma. One thread; repetitions of all are
// interleaved, and the table at the end is of medians of processor time.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include <sluice/numerics/percus_yevick.hpp>
#include <sluice/numerics/random.hpp>
#include <sluice/numerics/sphere_scattering.hpp>

#include "medians.hpp"
#include "porod_invariant/kernel.hpp"
#include "saxs_model/kernel.hpp"

namespace {

using namespace sluice::saxs_model;
namespace numerics = sluice::numerics;
namespace porod = sluice::porod_invariant;
using numerics::SizeDistribution;
using Doubles = std::vector<double>;

constexpr int n_q = 1000, fit_points = 400, tail_points = 50;
constexpr Values truth{2.7495, 0.08, 0, 0, 3.3335, 0.27, 1680, 0, 0, 0.6};
constexpr Kind liquid{.structure = Structure::percus_yevick};
constexpr double correlation_length_nm = 2;

struct NamedDistribution {
    const char* name;
    SizeDistribution distribution;
};
constexpr NamedDistribution distributions[] = {
    {"gaussian", SizeDistribution::gaussian}, {"schulz", SizeDistribution::schulz}, {"log_normal", SizeDistribution::log_normal}};
constexpr Kind kind_of(const NamedDistribution& each) {
    return {.distribution = each.distribution, .structure = Structure::percus_yevick};
}
constexpr const char* spreads[] = {"0.05", "0.15", "0.30"};

// --- data ------------------------------------------------------------------------------------------------------

Doubles grid(double first, double last, int n) {
    Doubles out;
    for (int i = 0; i < n; ++i) out.push_back(first + (last - first) * i / (n - 1));
    return out;
}

const Doubles wide = grid(0.1, 100, n_q);  // R = 1

Values values_at(double spread) {
    Values values = truth;
    values[radius] = 1;
    values[size_spread] = spread;
    values[hard_sphere_radius] = 1;
    values[volume_fraction] = 0.3;
    return values;
}

struct Data {
    Doubles q, intensity, sigma, variance;
};

/// Exact intensities with noise of `relative` times themselves and `constant`.
Data with_noise(const Doubles& q, double relative, double constant, const auto& exact) {
    Data data{q, {}, {}, {}};
    Doubles errors(q.size());
    numerics::RandomStream(1, 0, 0).fill_normal(errors);
    for (std::size_t i = 0; i < q.size(); ++i) {
        const double sigma = relative * exact(i) + constant;
        data.intensity.push_back(exact(i) + sigma * errors[i]);
        data.sigma.push_back(sigma);
        data.variance.push_back(sigma * sigma);
    }
    return data;
}

Data fit_data() {
    const Doubles q = grid(0.12, 4.2, fit_points);
    const Shape shape = shape_of(liquid, q, truth, false);
    return with_noise(q, 0.01, 0.01, [&](std::size_t i) { return intensity(shape, i, q[i], truth); });
}

/// Debye-Bueche, 1 / (1 + q^2 xi^2)^2, whose tails are those that are fitted, on 1000 logarithmic steps.
Data invariant_data() {
    Doubles q = grid(std::log(0.1), std::log(8.0), n_q);
    for (double& each : q) each = std::exp(each);
    return with_noise(q, 0.01, 0, [&](std::size_t i) {
        const double x = q[i] * correlation_length_nm;
        return 1 / ((1 + x * x) * (1 + x * x));
    });
}

// --- what is timed ---------------------------------------------------------------------------------------------

/// Free: radius, spread, volume fraction, amplitude, background, from starts 20 % off; or without a start.
Options five_parameters(bool with_start) {
    Options options;
    options.kind = liquid;
    auto& all = options.parameters;
    all[radius].lower = std::numeric_limits<double>::min();
    for (const auto k : {size_spread, volume_fraction, amplitude}) all[k].lower = 0;
    all[size_spread].upper = 0.5;
    all[volume_fraction].upper = 0.6;
    all[hard_sphere_radius].fixed = truth[hard_sphere_radius];
    all[colloid_amplitude].fixed = all[porod_amplitude].fixed = 0;
    if (with_start)
        for (const auto k : {radius, size_spread, volume_fraction}) all[k].start = 0.8 * truth[k];
    return options;
}

Result fitted(const Data& data, bool with_start) {
    return fit(Curve{data.q, data.intensity, data.variance, {}}, five_parameters(with_start));
}

porod::Result integrated(const Data& data, bool tails) {
    porod::Options options;
    options.low_points = options.high_points = tail_points;
    if (tails) {
        options.low = porod::LowTail::guinier;
        options.high = porod::HighTail::power;
    }
    return porod::integrate({data.q, data.intensity, data.variance, {}}, options);
}

double floor_of_functions() {
    double sum = 0;
    for (const double x : wide) {
        double s = 0, c = 0;
        numerics::sin_and_cos(2 * x, s, c);
        sum += s * c;
        numerics::sin_and_cos(2.2 * x, s, c);
        sum += s * c + std::exp(-0.01 * x);
    }
    return sum;
}

/// Trapezoid of q^2 I and its variance, but for the two ends; the sum of both, so that neither is left out.
double one_pass(const Data& data) {
    double sum = 0, variance = 0;
    for (std::size_t i = 1; i + 1 < data.q.size(); ++i) {
        const double gradient = (data.q[i + 1] - data.q[i - 1]) / 2 * data.q[i] * data.q[i];
        sum += gradient * data.intensity[i];
        variance += gradient * gradient * data.variance[i];
    }
    return sum + variance;
}

/// Times call(state), which may set counters; what it returns is not optimised away.
void add(const std::string& name, auto call) {
    benchmark::RegisterBenchmark(name.c_str(), [call](benchmark::State& state) {
        for (auto unused : state) {
            static_cast<void>(unused);
            auto result = call(state);
            benchmark::DoNotOptimize(result);
            benchmark::ClobberMemory();
        }
    })->Unit(benchmark::kMicrosecond);
}

void add_curves() {
    add("floor/curves", [](benchmark::State&) { return floor_of_functions(); });
    for (const auto& each : distributions)
        for (const std::string spread : spreads)
            for (const bool slopes : {false, true}) {
                const Kind kind = kind_of(each);
                const Values values = values_at(std::stod(spread));
                add((slopes ? "slopes/" : "curves/") + std::string(each.name) + "/" + spread,
                    [=](benchmark::State&) { return shape_of(kind, wide, values, slopes).form_factor[5]; });
            }
}

void add_fits() {
    const Data data = fit_data();
    add("floor/fit", [=](benchmark::State&) { return shape_of(liquid, data.q, truth, true).form_factor[5]; });
    for (const bool with_start : {true, false})
        add(with_start ? "fit/from_start" : "fit/from_nothing", [=](benchmark::State& state) {
            const Result result = fitted(data, with_start);
            state.counters["chi_square"] = result.reduced_chi_square;
            return result.values[radius];
        });
}

void add_invariants() {
    const Data data = invariant_data();
    add("floor/invariant", [=](benchmark::State&) { return one_pass(data); });
    for (const bool tails : {false, true})
        add(tails ? "invariant/both_tails" : "invariant/range", [=](benchmark::State& state) {
            const porod::Result result = integrated(data, tails);
            state.counters["Q"] = result.total.value;
            state.counters["sigma_Q"] = result.total.sigma;
            return result.total.value;
        });
}

// --- what is printed -------------------------------------------------------------------------------------------

void print_ratios(const sluice::test::Medians& medians) {
    const auto us = [&](const std::string& name) { return 1e6 * medians.of(name); };
    std::printf("P S of %d q up to qR = 100, us; floor: 2 sines with cosines and 1 exponential per q\n", n_q);
    std::printf("%-20s%10s%10s%12s%10s\n", "", "floor", "P S", "P S/floor", "slopes");
    for (const auto& each : distributions)
        for (const std::string spread : spreads) {
            const std::string label = std::string(each.name) + "/" + spread;
            std::printf("%-20s%10.1f%10.1f%12.1f%10.1f\n", label.c_str(), us("floor/curves"), us("curves/" + label),
                        us("curves/" + label) / us("floor/curves"), us("slopes/" + label));
        }
    std::printf("fit of 5 parameters to %d q, ms; floor: one Jacobian, %.3f\n", fit_points, 1e-3 * us("floor/fit"));
    for (const char* name : {"fit/from_start", "fit/from_nothing"})
        std::printf("%-20s%10.2f  = %.0f Jacobians\n", name, 1e-3 * us(name), us(name) / us("floor/fit"));
    std::printf("invariant of %d points, us; floor: one pass over three arrays, %.2f\n", n_q, us("floor/invariant"));
    for (const char* name : {"invariant/range", "invariant/both_tails"})
        std::printf("%-20s%10.1f  = %.1f floors\n", name, us(name), us(name) / us("floor/invariant"));
}

void print_values(const std::string& name, double spread) {
    for (const auto& each : distributions) {
        if (name != each.name) continue;
        const Shape shape = shape_of(kind_of(each), wide, values_at(spread), false);
        for (std::size_t i = 0; i < wide.size(); ++i)
            std::printf("%.17g %.17g %.17g\n", wide[i], shape.form_factor[i], shape.structure_factor[i]);
    }
}

void print_data(const Data& data, const Doubles& curve) {
    for (std::size_t i = 0; i < data.q.size(); ++i) {
        std::printf("%.17g %.17g %.17g", data.q[i], data.intensity[i], data.sigma[i]);
        curve.empty() ? std::printf("\n") : std::printf(" %.17g\n", curve[i]);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "values" && argc == 4) return print_values(argv[2], std::atof(argv[3])), 0;
    if (what == "fit") return print_data(fit_data(), fitted(fit_data(), true).curve), 0;
    if (what == "invariant") return print_data(invariant_data(), {}), 0;
    add_curves();
    add_fits();
    add_invariants();
    sluice::test::Medians medians;
    if (!sluice::test::run_interleaved(argc, argv, medians)) return 1;
    print_ratios(medians);
    return 0;
}
