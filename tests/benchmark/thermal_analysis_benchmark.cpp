// SPDX-License-Identifier: BSD-3-Clause
// Time of the peak of one DMA curve, of one DSC scan, and of the KWW response per frequency, each beside a floor measured in
// the same run.
//
// The floor of a curve is one straight line through its points (numerics::polynomial_fit), which any evaluation does at least
// once. The floor of the KWW response is one exponential and one sine with cosine at each of 40 nodes, about as many as its
// integral takes; at low and high frequency series need fewer. Kernels only. One thread; repetitions of all are interleaved,
// and the table at the end is of medians of processor time.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <sluice/numerics/dual.hpp>
#include <sluice/numerics/linear_fit.hpp>
#include <sluice/numerics/relaxation.hpp>

#include "dma_peak/apparent.hpp"
#include "dma_peak/component.hpp"
#include "dma_peak/tests/simulated.hpp"
#include "dsc_transition/convert.hpp"
#include "dsc_transition/peaks.hpp"
#include "dsc_transition/step.hpp"
#include "dsc_transition/tests/simulated.hpp"
#include "kww_fit/kernel.hpp"
#include "kww_fit/tests/simulated.hpp"
#include "medians.hpp"

namespace {

namespace dma = sluice::dma_peak;
namespace dsc = sluice::dsc_transition;
namespace kww_fit = sluice::kww_fit;
namespace numerics = sluice::numerics;
using Doubles = std::vector<double>;

constexpr int n_nodes = 40, n_omega = 65;
constexpr const char* betas[] = {"0.1", "0.3", "0.5", "0.8", "0.95"};

/// Times call(state); what it returns is not optimised away.
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

void add_line(const std::string& name, const Doubles& x, const Doubles& y) {
    add(name, [=](benchmark::State&) { return numerics::polynomial_fit(x, 1, y).values[1]; });
}

void add_dma() {
    const auto temperature = dma::simulated::grid();
    const auto values = dma::simulated::tan_delta(dma::simulated::Glass(), temperature, 1, 2e-4, 1);
    add_line("floor/dma", temperature, values);
    add("dma/apparent", [=](benchmark::State& state) {
        const auto peak = dma::apparent_peak({temperature, values, {}, {}});
        state.counters["T"] = peak.temperature.value;
        return peak.height.value;
    });
    add("dma/component", [=](benchmark::State& state) {
        dma::ComponentOptions options;
        const auto result = dma::fit_component({temperature, values, {}, {}}, options);
        state.counters["T"] = result.temperature.value;
        return result.height.value;
    });
}

void add_dsc() {
    dsc::simulated::Scan truth;
    truth.noise = 1e-3;
    const auto data = dsc::simulated::simulate(truth);
    add_line("floor/dsc", data.temperature, data.heat_flow);
    add("dsc/step", [=](benchmark::State& state) {
        const auto scan = dsc::prepare({data.temperature, data.heat_flow, {}, data.time, {}}, {});
        const auto step = dsc::evaluate_step(scan.scan(), {});
        state.counters["T"] = step.onset.value;
        return step.onset.value;
    });
    add("dsc/step_and_peaks", [=](benchmark::State& state) {
        const auto scan = dsc::prepare({data.temperature, data.heat_flow, {}, data.time, {}}, {});
        const auto step = dsc::evaluate_step(scan.scan(), {});
        const auto peaks = dsc::find_peaks(scan.scan(), {}, step.lines());
        state.counters["peaks"] = static_cast<double>(peaks.found);
        return peaks.noise;
    });
}

double floor_of_nodes(const Doubles& omegas) {
    double sum = 0;
    for (const double omega : omegas)
        for (int k = 0; k < n_nodes; ++k) {
            double s = 0, c = 0;
            numerics::sin_and_cos(1e-3 * omega + 0.1 * k, s, c);
            sum += std::exp(-0.1 * k * c) * s;
        }
    return sum;
}

void add_kww() {
    const Doubles omegas = kww_fit::test::logarithmic(1e-8, 1e8, n_omega),
                  middle = kww_fit::test::logarithmic(0.05, 1.5, n_omega);
    add("floor/kww", [=](benchmark::State&) { return floor_of_nodes(middle); });
    for (const std::string text : betas) {
        const double beta = std::stod(text);
        const auto sum_over = [=](const Doubles& all) {
            double sum = 0;
            for (const double omega : all) sum += numerics::kww(omega, beta).imag();
            return sum;
        };
        add("kww/all/" + text, [=](benchmark::State&) { return sum_over(omegas); });
        add("kww/integral/" + text, [=](benchmark::State&) { return sum_over(middle); });
        add("kww/slopes/" + text, [=](benchmark::State&) {
            double sum = 0;
            for (const double omega : middle) sum += numerics::kww_slopes(omega, beta).by_beta.imag();
            return sum;
        });
    }
}

void add_fits() {
    const auto decay = kww_fit::test::decay(kww_fit::test::logarithmic(1e-3, 1e3, 100), 2, 0.6, 1, 0.1).add_noise(0.01, 1);
    const auto loss = kww_fit::test::kww_modulus(kww_fit::test::logarithmic(1e-3, 1e5, 50), 0.3, 0.5, 5, 9).add_noise(0.03, 1);
    add_line("floor/fit", decay.x, decay.y);
    add("fit/decay", [=](benchmark::State&) { return kww_fit::fit(decay.data(), {}).tau.value; });
    add("fit/loss_and_storage",
        [=](benchmark::State&) { return kww_fit::fit(loss.data(), kww_fit::test::in_frequency(kww_fit::Model::kww)).tau.value; });
}

void print_ratios(const sluice::test::Medians& medians) {
    const auto us = [&](const std::string& name) { return 1e6 * medians.of(name); };
    const auto line = [&](const char* name, const char* floor) {
        std::printf("%-24s%12.1f%12.2f%10.0f\n", name, us(name), us(floor), us(name) / us(floor));
    };
    std::printf("us per curve; floor: one straight line through its points\n%-24s%12s%12s%10s\n", "", "time", "floor", "ratio");
    for (const auto* name : {"dma/apparent", "dma/component"}) line(name, "floor/dma");
    for (const auto* name : {"dsc/step", "dsc/step_and_peaks"}) line(name, "floor/dsc");
    for (const auto* name : {"fit/decay", "fit/loss_and_storage"}) line(name, "floor/fit");
    const double floor = us("floor/kww") / n_omega;
    std::printf("KWW, us per frequency; floor: exponential, sine and cosine at %d nodes, %.2f\n", n_nodes, floor);
    std::printf("%-10s%16s%16s%12s%16s\n", "beta", "1e-8 to 1e8", "by the integral", "/floor", "with slopes");
    for (const std::string beta : betas)
        std::printf("%-10s%16.2f%16.2f%12.1f%16.2f\n", beta.c_str(), us("kww/all/" + beta) / n_omega,
                    us("kww/integral/" + beta) / n_omega, us("kww/integral/" + beta) / n_omega / floor,
                    us("kww/slopes/" + beta) / n_omega);
}

}  // namespace

int main(int argc, char** argv) {
    add_dma();
    add_dsc();
    add_kww();
    add_fits();
    sluice::test::Medians medians;
    if (!sluice::test::run_interleaved(argc, argv, medians)) return 1;
    print_ratios(medians);
    return 0;
}
