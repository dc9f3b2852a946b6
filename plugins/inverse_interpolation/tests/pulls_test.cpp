// SPDX-License-Identifier: BSD-3-Clause
// Variances and intervals against repeated simulation.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include <sluice/numerics/random.hpp>

#include "inverse.hpp"

namespace {

using namespace sluice::inverse_interpolation;
using namespace sluice::inverse_interpolation::test;
using doctest::Approx;

/// What repeated measurements of one curve and one level give.
struct Repeated {
    double n = 0, sum = 0, squares = 0, variances = 0, inside = 0;

    void add(const Result& found, double truth) {
        n += 1, sum += found.x.value, squares += found.x.value * found.x.value, variances += found.x.variance;
        inside += found.lower < truth && truth < found.upper;
    }
    [[nodiscard]] double mean() const { return sum / n; }
    [[nodiscard]] double stated_over_true() const { return std::sqrt(variances / n / (squares / n - mean() * mean())); }
};

constexpr int draws = 4000;

/// Points of `truth` and the level with normal errors of this size, independent, or (together) all of the curve by one number.
Repeated repeated(const Data& truth, double level, double sigma, const Options& options) {
    const double x = inverse(truth, {level}, options).x.value;
    Repeated out;
    for (int draw = 0; draw < draws; ++draw) {
        Doubles noise(truth.x.size() + 1);
        sluice::numerics::RandomStream(7, static_cast<std::uint64_t>(draw), 0).fill_normal(noise);
        Data noisy{truth.x, {}, Doubles(truth.x.size(), sigma * sigma)};
        for (std::size_t i = 0; i < truth.x.size(); ++i)
            noisy.y.push_back(truth.y[i] + sigma * noise[options.correlated ? 0 : i]);
        const auto found = inverse(noisy, {level + sigma * noise.back(), sigma * sigma}, options);
        REQUIRE(found.status == Status::ok);
        out.add(found, x);
    }
    return out;
}

}  // namespace

// 4000 draws: 68.3 +- 0.7 %, and the spread is known to 1.1 %. First order is right here: errors are 1/20 of the steps.
TEST_CASE("variances and intervals against 4000 repeated measurements") {
    const Data curve = data_of([](double e) { return std::exp(-0.9 * e); }, 0, 2.5, 6);  // as D/D0 over epsilon
    Options together;
    together.correlated = true;
    const auto check = [&](const std::string& what, double level, const Options& options) {
        const auto found = repeated(curve, level, 0.004, options);
        MESSAGE(what << ": stated sigma / true spread " << found.stated_over_true() << ", truth inside in "
                     << found.inside / found.n);
        CHECK(found.stated_over_true() == Approx(1).epsilon(0.04));
        CHECK(found.inside / found.n == Approx(0.683).epsilon(0.04));
    };
    check("linear, between points", 0.23, {});
    check("linear, near a point", 0.402, {});
    check("cubic", 0.23, cubic);
    check("logarithmic", 0.23, log_linear);
    check("logarithmic cubic", 0.5, {Method::monotone_cubic, Scale::logarithmic});
    check("errors that go together", 0.23, together);
}

// Errors of a third of a step: the symmetric error fails, the interval holds.
TEST_CASE("an asymmetric interval holds the truth in 68.3 % where first order does not") {
    const Data curve = data_of([](double x) { return x * x * x; }, 0, 2, 101);
    Repeated out;
    for (int draw = 0; draw < draws; ++draw) {
        Doubles noise(1);
        sluice::numerics::RandomStream(11, static_cast<std::uint64_t>(draw), 0).fill_normal(noise);
        const auto found = inverse(curve, {1 + 0.3 * noise[0], 0.09});
        if (found.status == Status::ok) out.add(found, 1);
    }
    MESSAGE("x^3 with a level of 1 +- 0.3: truth inside in " << out.inside / out.n << " of " << out.n);
    CHECK(out.inside / draws == Approx(0.683).epsilon(0.04));
}
