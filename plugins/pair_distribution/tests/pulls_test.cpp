// SPDX-License-Identifier: BSD-3-Clause
// Whether what is propagated is what is observed: scatter of G, n(r) and the density over noise seeds.
#include <cmath>
#include <functional>
#include <numbers>

#include <doctest/doctest.h>

#include <sluice/numerics/random.hpp>

#include "model.hpp"

namespace {

using namespace sluice::pair_distribution;
using namespace sluice::pair_distribution::test;

const Doubles q = even(0.5, 0.05, 431);  // to 22

/// Mean squared pull over the r asked for and the seeds, as a ratio of scatter to propagated sigma.
struct Ratio {
    double squares = 0;
    int count = 0;
    void add(double deviation, double variance) {
        squares += deviation * deviation / variance;
        ++count;
    }
    [[nodiscard]] double value() const { return std::sqrt(squares / count); }
};

struct Ratios {
    Ratio reduced, unwindowed, coordination, density;
};

Ratios observed(const Options& options, int seeds, double from_r) {
    Doubles truth, variance;
    for (const double each : q) {
        truth.push_back(liquid(each));
        variance.push_back(std::pow(0.003 * (1 + each * each / 100), 2));  // of counts over f^2
    }
    const PairDistribution kernel(q, {}, options);
    const auto exact = run(kernel, q.size(), options, {truth, variance, {}, liquid_density});
    Ratios out;
    for (int seed = 1; seed <= seeds; ++seed) {
        Doubles noise(q.size()), s(truth);
        sluice::numerics::RandomStream(static_cast<std::uint64_t>(seed), 0, 0).fill_normal(noise);
        for (std::size_t k = 0; k < s.size(); ++k) s[k] += std::sqrt(variance[k]) * noise[k];
        const auto got = run(kernel, q.size(), options, {s, variance, {}, liquid_density});
        for (std::size_t j = 20; j < got.reduced.size(); j += 7) {  // further apart than pi / q_max
            if (kernel.r()[j] < from_r) continue;
            out.reduced.add(got.reduced[j] - exact.reduced[j], got.reduced_variance[j]);
            out.unwindowed.add(got.unwindowed[j] - exact.unwindowed[j], got.unwindowed_variance[j]);
            out.coordination.add(got.coordination[j] - exact.coordination[j], got.coordination_variance[j]);
        }
        out.density.add(got.report.low_r_density.value - exact.report.low_r_density.value, got.report.low_r_density.variance);
    }
    return out;
}

Options options_with(LowQ low_q, sluice::numerics::Window window) {
    Options options;
    options.q_max = 22;
    options.r_max = 20;
    options.r_step = 0.03;
    options.low_q = low_q;
    options.window = window;
    options.low_r_limit = 1.4;
    return options;
}

}  // namespace

TEST_CASE("scatter of G, n(r) and the density over 50 seeds is what was propagated") {
    for (const auto low_q : {LowQ::none, LowQ::constant, LowQ::quadratic})
        for (const auto window : {sluice::numerics::Window::none, sluice::numerics::Window::lorch}) {
            const auto ratios = observed(options_with(low_q, window), 50, 0);
            CAPTURE(low_q_names[static_cast<std::size_t>(low_q)]);
            for (const auto* each : {&ratios.reduced, &ratios.unwindowed, &ratios.coordination}) {
                MESSAGE("observed over propagated: " << each->value());
                CHECK(each->value() > 0.85);
                CHECK(each->value() < 1.15);
            }
            CHECK(ratios.density.value() > 0.7);  // 4 standard errors of a width from 50 numbers are 0.4
            CHECK(ratios.density.value() < 1.4);
        }
}

TEST_CASE("after low-r passes the variances still hold beyond the limit") {
    Options options = options_with(LowQ::constant, sluice::numerics::Window::none);
    for (const auto correction : {Correction::eggert, Correction::fourier_filter}) {
        options.passes = 5;
        options.correction = correction;
        const auto ratios = observed(options, 50, 2);
        MESSAGE("after low-r passes: " << ratios.reduced.value());
        CHECK(ratios.reduced.value() > 0.85);
        CHECK(ratios.reduced.value() < 1.15);
    }
}
