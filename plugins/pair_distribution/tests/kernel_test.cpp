// SPDX-License-Identifier: BSD-3-Clause
// Closed forms, sums written out, and variances from the answer to one point at a time.
#include "kernel.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include "model.hpp"

namespace {

using namespace sluice::pair_distribution;
using namespace sluice::pair_distribution::test;
using doctest::Approx;
using sluice::numerics::SineSum;
using sluice::numerics::Window;

constexpr double pi = std::numbers::pi;
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

Options to(double q_max, double r_max, double r_step) {
    Options options;
    options.q_max = q_max;
    options.r_max = r_max;
    options.r_step = r_step;
    return options;
}

double largest_difference(const Doubles& a, const Doubles& b) {
    REQUIRE(a.size() == b.size());
    double out = 0;
    for (std::size_t i = 0; i < a.size(); ++i) out = std::max(out, std::abs(a[i] - b[i]));
    return out;
}

/// The sum written out: trapezoidal rule from Q = 0, points below `q` as `below`, window as given.
Doubles written_out(const Doubles& q, const Doubles& s, const Doubles& r, Window form, double width) {
    Doubles out;
    for (const double at : r) {
        double sum = 0;
        for (std::size_t k = 0; k < q.size(); ++k) {
            const double left = k > 0 ? q[k] - q[k - 1] : 0, right = k + 1 < q.size() ? q[k + 1] - q[k] : 0;
            sum += (left + right) / 2 * q[k] * (s[k] - 1) * sluice::numerics::window(form, q[k], q.back(), width) *
                   std::sin(q[k] * at);
        }
        out.push_back(2 / pi * sum);
    }
    return out;
}

std::string refusal(const Doubles& q, const Options& options) {
    try {
        const PairDistribution kernel(q, {}, options);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "none";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("shells of atoms: all functions of r are the closed forms") {
    const Doubles q = even(0, 0.02, 2001);  // to 40: F has fallen to 1e-15
    const double density = 0.05;
    for (const bool natural : {false, true}) {
        CAPTURE(natural);
        Options options = to(40, 20, 0.01);
        options.natural = natural;
        const PairDistribution kernel(q, {}, options);
        const auto got = run(kernel, q.size(), options, {structure_factors(q), {}, {}, density});
        CHECK(got.report.status == Status::ok);
        double worst = 0, worst_running = 0, worst_rest = 0;
        for (std::size_t j = 0; j < kernel.r().size(); ++j) {
            const double r = kernel.r()[j], line = 4 * pi * density * r, expected = reduced(r);
            worst = std::max({worst, std::abs(got.reduced[j] - expected), std::abs(got.unwindowed[j] - expected)});
            worst_running = std::max(worst_running, std::abs(got.coordination[j] - running(r) - line * r * r / 3));
            worst_rest = std::max(
                {worst_rest, std::abs(got.total[j] - expected - line), std::abs(got.radial[j] - r * expected - line * r)});
            if (j > 0) worst_rest = std::max(worst_rest, r * std::abs(got.pair[j] - 1 - expected / line));
        }
        CHECK(worst < 1e-9);
        CHECK(worst_running < 1e-8);
        CHECK(worst_rest < 1e-8);
        double slope = 0;  // of G at 0: 2 a r gauss(r) / s^2
        for (const auto& [a, r, s] : shells) slope += 2 * a * r * gauss(r, s) / (s * s);
        CHECK(got.pair[0] == Approx(1 + slope / (4 * pi * density)).epsilon(1e-9));
        CHECK(got.reduced[0] == 0);
        CHECK(got.coordination[0] == 0);
    }
}

TEST_CASE("every window, evenly spaced or not, is the sum written out") {
    Doubles crooked;
    for (int k = 0; k < 300; ++k) crooked.push_back(0.3 + 0.05 * k + 1e-4 * k * k);  // to 24.2
    for (const Doubles& q : {even(0.5, 0.02, 1076), even(0.513, 0.02, 1076), crooked})
        for (const Window form : {Window::none, Window::lorch, Window::soper_barney, Window::cosine, Window::gaussian}) {
            CAPTURE(sluice::numerics::window_names[static_cast<std::size_t>(form)]);
            Options options = to(22, 12, 0.05);
            options.low_q = LowQ::none;
            options.window = form;
            options.window_width = sluice::numerics::has_width(form) ? 0.2 : 0;
            const PairDistribution kernel(q, {}, options);
            const Doubles s = structure_factors(q);
            const auto got = run(kernel, q.size(), options, {s, {}, {}, std::nullopt});
            const auto n = static_cast<std::ptrdiff_t>(last_point(q, 22)) + 1;
            const Doubles used(q.begin(), q.begin() + n), its_s(s.begin(), s.begin() + n),
                r(kernel.r().begin(), kernel.r().end());
            CHECK(largest_difference(got.reduced, written_out(used, its_s, r, form, 0.2)) < 1e-10);
            CHECK(largest_difference(got.unwindowed, written_out(used, its_s, r, Window::none, 0)) < 1e-10);
            CHECK(std::isnan(got.pair[5]));  // no density
        }
}

TEST_CASE("the natural grid goes through the fast transform, at the step nearest to the one asked for") {
    Options options = to(22, 157, 0.01);  // so far that the transform of all r is the least work
    options.natural = true;
    const PairDistribution kernel(even(0.5, 0.02, 1076), {}, options);
    CHECK(kernel.way() == SineSum::Way::dst);
    CHECK(kernel.r()[1] == Approx(pi / 0.02 / 15708).epsilon(1e-12));  // pi / (0.02 * 0.01) = 15707.96
    CHECK(kernel.q_first() == 0.5);
    CHECK(kernel.q_last() == Approx(22).epsilon(1e-12));
}

TEST_CASE("S below the first point: each form is the sum over points that are written out") {
    const Doubles all = even(0, 0.02, 1101), q(all.begin() + 25, all.end());  // from 0.5
    Doubles s;
    for (const double each : q)
        s.push_back(0.2 + 0.03 * each * each + (each > 0.65 ? 0.5 * std::sin(3 * each) : 0));  // exact in the fitted part
    const auto with = [&](auto below) {
        Doubles out;
        for (std::size_t k = 0; k < 25; ++k) out.push_back(below(all[k]));
        out.insert(out.end(), s.begin(), s.end());
        return out;
    };
    double mean = 0;
    for (std::size_t k = 0; k < 8; ++k) mean += s[k] / 8;
    Options options = to(22, 15, 0.05);
    options.low_q_points = 8;
    const auto compare = [&](LowQ form, const Doubles& expected) {
        CAPTURE(low_q_names[static_cast<std::size_t>(form)]);
        options.low_q = form;
        options.s0 = 0.2;
        const PairDistribution kernel(q, {}, options);
        const auto got = run(kernel, q.size(), options, {s, {}, {}, std::nullopt});
        const Doubles r(kernel.r().begin(), kernel.r().end());
        CHECK(largest_difference(got.reduced, written_out(all, expected, r, Window::none, 0)) < 1e-10);
    };
    compare(LowQ::zero, with([](double) { return 0.0; }));
    compare(LowQ::constant, with([&](double) { return mean; }));
    compare(LowQ::quadratic, with([](double each) { return 0.2 + 0.03 * each * each; }));
    compare(LowQ::given, with([](double each) { return 0.2 + 0.03 * each * each; }));
}

TEST_CASE("variances and covariance are those of the answers to each single point") {
    for (const auto form : {LowQ::none, LowQ::zero, LowQ::constant, LowQ::quadratic, LowQ::given}) {
        CAPTURE(low_q_names[static_cast<std::size_t>(form)]);
        const Doubles q = even(0.4, 0.1, 80);
        Options options = to(7.5, 8, 0.4);
        options.low_q = form;
        options.low_q_points = 4;
        options.s0 = 0.1;
        options.window = Window::lorch;
        options.covariance = true;
        options.low_r_limit = 1.5;
        options.scan = {6};
        const PairDistribution kernel(q, {}, options);
        const Doubles s = structure_factors(q);
        Doubles variance;
        for (const double each : q) variance.push_back(1e-4 * (1 + each));
        const auto at = [&](const Doubles& values) { return run(kernel, q.size(), options, {values, variance, {}, 0.05}); };
        const auto base = at(s);
        const std::size_t n = base.reduced.size();
        Doubles g(n), pair(n), radial(n), number(n), plain(n), scan(n), covariance(n * n);
        double density = 0;
        for (std::size_t k = 0; k < q.size(); ++k) {
            Doubles moved = s;
            moved[k] += 1;
            const auto there = at(moved);
            const auto add = [&](Doubles& to_sum, const Doubles& a, const Doubles& b) {
                for (std::size_t j = 0; j < n; ++j) to_sum[j] += (a[j] - b[j]) * (a[j] - b[j]) * variance[k];
            };
            add(g, there.reduced, base.reduced), add(pair, there.pair, base.pair), add(radial, there.radial, base.radial);
            add(number, there.coordination, base.coordination), add(plain, there.unwindowed, base.unwindowed),
                add(scan, there.scan[0], base.scan[0]);
            density += std::pow(there.report.low_r_density.value - base.report.low_r_density.value, 2) * variance[k];
            for (std::size_t j = 0; j < n; ++j)
                for (std::size_t l = 0; l < n; ++l)
                    covariance[j * n + l] +=
                        (there.reduced[j] - base.reduced[j]) * (there.reduced[l] - base.reduced[l]) * variance[k];
        }
        CHECK(largest_difference(g, base.reduced_variance) < 1e-12);
        CHECK(largest_difference(g, base.total_variance) < 1e-12);
        CHECK(largest_difference(plain, base.unwindowed_variance) < 1e-12);
        CHECK(largest_difference(scan, base.scan_variance[0]) < 1e-12);
        CHECK(largest_difference(pair, base.pair_variance) < 1e-11);
        CHECK(largest_difference(radial, base.radial_variance) < 1e-11);
        CHECK(largest_difference(number, base.coordination_variance) < 1e-11);
        CHECK(largest_difference(covariance, base.covariance) < 1e-12);
        CHECK(base.report.low_r_density.variance == Approx(density).epsilon(1e-9));
        CHECK(g[3] > 1e-6);  // the comparison is of numbers that matter
        CHECK(number[3] > 1e-6);
    }
}

TEST_CASE("without variances there are none, and the diagonal of the covariance is the variance") {
    const Doubles q = even(0, 0.05, 401), s = structure_factors(q), variance(q.size(), 1e-4);
    const Options options = to(20, 5, 0.1);
    const auto without = run(q, options, s), with = run(q, options, s, variance);
    CHECK(without.reduced_variance.empty());
    CHECK(with.reduced == without.reduced);
    CHECK(with.covariance == with.reduced_variance);
}

TEST_CASE("a scan over q_max is the same as each q_max by itself") {
    const Doubles q = even(0.3, 0.02, 1200), s = structure_factors(q), variance(q.size(), 1e-4);
    Options options = to(20, 10, 0.05);
    options.window = Window::lorch;
    options.scan = {15, 24, 20};
    const auto all = run(q, options, s, variance);
    CHECK(largest_difference(all.scan[2], all.reduced) < 1e-12);
    for (std::size_t i = 0; i < 2; ++i) {
        Options one = to(options.scan[i], 10, 0.05);
        one.window = Window::lorch;
        const auto alone = run(q, one, s, variance);
        CHECK(largest_difference(all.scan[i], alone.reduced) < 1e-11);
        CHECK(largest_difference(all.scan_variance[i], alone.reduced_variance) < 1e-13);
    }
}

TEST_CASE("points that cannot be used: at the low end they are left out, further up there is no transform") {
    const Doubles q = even(0.2, 0.02, 1000);
    Doubles s = structure_factors(q);
    std::vector<std::uint8_t> mask(q.size(), 0);
    Options options = to(19, 6, 0.05);
    s[0] = unknown;
    mask[1] = 1;
    const auto shifted = run(q, options, s, {}, std::nullopt, mask);
    CHECK(shifted.report.status == Status::ok);
    CHECK(shifted.report.q_first == q[2]);
    options.q_min = q[2];
    CHECK(shifted.reduced == run(q, options, structure_factors(q)).reduced);

    mask[500] = 1;
    const auto gap = run(q, options, s, Doubles(q.size(), 0.1), 0.05, mask);
    CHECK(gap.report.status == Status::missing_points);
    for (const auto* each : {&gap.reduced, &gap.reduced_variance, &gap.pair, &gap.coordination, &gap.unwindowed, &gap.covariance})
        CHECK(std::isnan((*each)[7]));
    mask[500] = 0;
    s[970] = unknown;  // above q_max
    CHECK(run(q, options, s, {}, std::nullopt, mask).report.status == Status::ok);
    Doubles variance(q.size(), 0.1);
    variance[300] = unknown;
    CHECK(run(q, options, s, variance, std::nullopt, mask).report.status == Status::missing_points);
    CHECK(run(q, options, Doubles(q.size(), unknown)).report.status == Status::missing_points);
}

TEST_CASE("a curve whose usable points begin beyond a q_max of the scan is one with missing points, and no fault of the recipe") {
    const Doubles q = even(0.2, 0.02, 1000);
    Options options = to(19, 6, 0.05);
    options.scan = {5, 19};
    std::vector<std::uint8_t> mask(q.size(), 0);
    std::fill_n(mask.begin(), 300, 1);  // to 6.18
    const auto got = run(q, options, structure_factors(q), {}, std::nullopt, mask);
    CHECK(got.report.status == Status::missing_points);
    CHECK(std::isnan(got.scan[1][7]));
    CHECK(run(PairDistribution(q, mask, options), q.size(), options, {structure_factors(q), {}, mask, std::nullopt})
              .report.status == Status::missing_points);
    options.scan = {7, 19};
    CHECK(run(q, options, structure_factors(q), {}, std::nullopt, mask).report.status == Status::ok);
}

TEST_CASE("two points at the low end that all but coincide: 10,000 points below them, written out") {
    Doubles close = even(0.5, 0.02, 900), s = structure_factors(close);
    close.insert(close.begin() + 1, close[0] + 1e-9);  // points as close all the way to 0 would be half a billion
    s.insert(s.begin(), s[0]);
    Options options = to(18, 6, 0.5);
    options.low_q_points = 1;
    const auto got = run(close, options, s);
    Doubles all = even(0, 0.5 / 10000, 10000), its_s(all.size(), s[0]);
    all.insert(all.end(), close.begin(), close.end());
    its_s.insert(its_s.end(), s.begin(), s.end());
    options.low_q = LowQ::none;
    CHECK(largest_difference(got.reduced, run(all, options, its_s).reduced) < 1e-11);
}

TEST_CASE("density: not given, not known, given") {
    const Doubles q = even(0, 0.05, 401), s = structure_factors(q);
    const Options options = to(20, 5, 0.1);
    CHECK(run(q, options, s).report.status == Status::ok);
    for (const double bad : {unknown, 0.0, -0.1}) {
        const auto got = run(q, options, s, {}, bad);
        CHECK(got.report.status == Status::no_density);
        CHECK(std::isnan(got.coordination[3]));
        CHECK(got.reduced == run(q, options, s).reduced);
    }
    CHECK(std::isfinite(run(q, options, s, {}, 0.05).coordination[3]));
}

TEST_CASE("r beyond pi over the step of q is told") {
    const Doubles q = even(0, 0.1, 201), s = structure_factors(q);
    CHECK(run(q, to(20, 31, 0.1), s).report.status == Status::ok);
    CHECK(run(q, to(20, 32, 0.1), s).report.status == Status::nyquist);
    Options natural = to(20, 31.5, 0.1);
    natural.natural = true;
    CHECK(run(q, natural, s).report.status == Status::ok);
}

TEST_CASE("a wide step below q_min is not one of the integral") {
    Doubles q = even(0.5, 0.02, 900);
    q.insert(q.begin(), 0.01);
    Options options = to(18, 20, 0.1);  // pi / 0.49 = 6.4
    CHECK(run(q, options, structure_factors(q)).report.status == Status::nyquist);
    options.q_min = 0.4;
    CHECK(run(q, options, structure_factors(q)).report.status == Status::ok);
}

TEST_CASE("what cannot be is refused, saying what is needed") {
    const Doubles q = even(0.5, 0.02, 1076);  // to 22
    CHECK(has(refusal(q, to(25, 10, 0.01)), "q_max = 25 1/angstrom is beyond the data, whose largest q is 22 1/angstrom"));
    CHECK(has(refusal(q, to(0.5, 10, 0.01)), "only 1 points lie at or below q_max"));
    CHECK(has(refusal(q, to(22, 1e5, 0.01)), "Raise r_step"));
    CHECK(has(refusal(q, to(22, 0, 0.01)), "r_max = 0, must be above 0"));
    Options options = to(22, 10, 0.01);
    options.scan = {20, 23};
    CHECK(has(refusal(q, options), "q_max = 23 1/angstrom is beyond the data"));
    options = to(22, 10, 0.01);
    options.passes = 3;
    CHECK(has(refusal(q, options), "passes = 3 needs low_r_limit"));
    options = to(22, 10, 0.01);
    options.natural = true;
    CHECK(has(refusal({0.5, 0.6, 0.8, 23}, options), "r_grid = natural needs evenly spaced q"));
    options = to(22, 10, 0.01);
    options.q_min = 23;
    CHECK(has(refusal(q, options), "q_min = 23 must be below q_max = 22"));
    options.q_min = 21.99;
    CHECK(has(refusal(q, options), "only 1 points of q lie between q_min = 21.99 and the q_max that ends at 22 1/angstrom"));
    options.q_min = 10;
    options.scan = {8};
    CHECK(has(refusal(q, options), "only 0 points of q lie between q_min = 10 and the q_max that ends at 8 1/angstrom"));
    CHECK(has(refusal({0.5, 0.7, 0.6, 22}, to(22, 10, 0.01)), "must increase strictly"));
    options = to(22, 10, 0.01);
    options.window = Window::gaussian;
    CHECK(has(refusal(q, options), "needs a width above 0"));
    CHECK_THROWS_AS(run(q, to(22, 10, 0.01), Doubles(3, 1.0)), std::invalid_argument);
}

TEST_CASE("a flat S has no structure") {
    const Doubles q = even(0.5, 0.02, 1076);
    const auto got = run(q, to(22, 10, 0.01), Doubles(q.size(), 1.0), Doubles(q.size(), 1e-4), 0.05);
    for (const double each : got.reduced) CHECK(each == 0);
    CHECK(got.pair[100] == 1);
    CHECK(got.coordination[100] == Approx(4 * pi / 3 * 0.05).epsilon(1e-12));
}
