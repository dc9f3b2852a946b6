// SPDX-License-Identifier: BSD-3-Clause
// Tests of S as a function: lines between points, continuations, weights, points that are left out, errors.
#include "../structure.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

namespace {

using namespace sluice::delta_gamma;
using doctest::Approx;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

const Doubles q_a{0.5, 1, 2, 3}, values{0.2, 0.4, 1.4, 1.1};

Doubles weights_at(const StructureFactor& structure, double y) {
    Doubles weights(static_cast<std::size_t>(structure.points()));
    structure.add_weights(y, 1, weights);
    return weights;
}

}  // namespace

TEST_CASE("Percus-Yevick has no points, and its compressibility at 0") {
    const StructureFactor s(0.2);
    CHECK(s(0) == near(std::pow(0.8, 4) / std::pow(1.4, 2), 1e-14));
    CHECK(s(0) == near(0.2089795918, 1e-9));
    CHECK(s.points() == 0);
    CHECK(s.knots().empty());
    CHECK(StructureFactor(0)(1.7) == 1);
}

TEST_CASE("lines between points, a constant below, 1 above") {
    const StructureFactor s(q_a, values, {.low_points = 2}, 0.3);
    for (std::size_t i = 0; i < q_a.size(); ++i) CHECK(s(q_a[i]) == near(values[i], 1e-15));
    CHECK(s(1.25) == near(0.65, 1e-15));
    CHECK(s(2.5) == near(1.25, 1e-15));
    CHECK(s(0) == near(0.3, 1e-15));
    CHECK(s(0.4999) == near(0.3, 1e-15));
    CHECK(s(3.0001) == 1);
    CHECK(weights_at(s, 1.25) == Doubles{0, 0.75, 0.25, 0});
    CHECK(weights_at(s, 3) == Doubles{0, 0, 0, 1});
    CHECK(weights_at(s, 0.1) == Doubles{0.5, 0.5, 0, 0});
    CHECK(weights_at(s, 4) == Doubles{0, 0, 0, 0});
    // more than there are: all
    CHECK(StructureFactor(q_a, values, {.low_points = 9}, 0.3)(0) == near(3.1 / 4, 1e-15));
}

TEST_CASE("a model on either side is Percus-Yevick of the volume fraction, and no point has weight there") {
    const StructureFactor s(q_a, values, {.low = LowQ::model, .high = HighQ::model}, 0.3), model(0.3);
    for (const double y : {0.0, 0.3, 3.5, 20.0}) {
        CHECK(s.minus_one(y) == model.minus_one(y));
        CHECK(weights_at(s, y) == Doubles{0, 0, 0, 0});
    }
    CHECK(s(0.5) == near(0.2, 1e-15));
}

TEST_CASE("S is the sum of its weights times the points, wherever it is not a model") {
    const StructureFactor s(q_a, values, {.low_points = 3}, 0.3);
    for (double y = 0; y < 3; y += 0.0625) {
        const Doubles weights = weights_at(s, y);
        double sum = 0, all = 0;
        for (std::size_t j = 0; j < weights.size(); ++j) sum += weights[j] * values[j], all += weights[j];
        CHECK(sum == near(s(y), 1e-14));
        CHECK(all == near(1, 1e-15));
    }
}

TEST_CASE("points that are not finite, and those below the cut, are left out") {
    const Doubles q{0.1, 0.5, 1, 1.5, 2, unknown, unknown}, with_gaps{900, 0.2, unknown, infinity, 1.4, 3, unknown};
    CHECK(StructureFactor::usable(q, with_gaps) == 3);
    CHECK(StructureFactor::usable(q, with_gaps, 0.3) == 2);
    const StructureFactor s(q, with_gaps, {.cut = 0.3}, 0.3);
    CHECK(s(1.25) == near(0.8, 1e-15));
    CHECK(s(0.1) == near(0.2, 1e-15));
    CHECK(s.points() == 7);
    CHECK(weights_at(s, 1.25) == Doubles{0, 0.5, 0, 0, 0.5, 0, 0});
    CHECK(Doubles(s.knots().begin(), s.knots().end()) == Doubles{0.5, 2});
}

TEST_CASE("errors say where and what to do") {
    const Doubles back{0.5, 2, 1, 3}, twice{0.5, 1, 1, 3}, negative{-0.5, 1, 2, 3}, one{1};
    const Doubles nothing(4, unknown);
    const auto make = [](const Doubles& q, const Doubles& s, const Continuation& continuation = {}, double phi = 0.3) {
        static_cast<void>(StructureFactor(q, s, continuation, phi));
    };
    CHECK_THROWS_WITH_AS(make(back, values), "q of S does not increase at point 2. Sort the points and merge those of one q.",
                         std::domain_error);
    CHECK_THROWS_WITH_AS(make(twice, values), "q of S does not increase at point 2. Sort the points and merge those of one q.",
                         std::domain_error);
    CHECK_THROWS_WITH_AS(make(negative, values), "q of S is below 0 at point 0. Give the modulus of q.", std::domain_error);
    CHECK_THROWS_WITH_AS(make(q_a, one), "S has 1 points and its q has 4. They must agree.", std::invalid_argument);
    CHECK_THROWS_WITH_AS(make(q_a, nothing), "S has 0 usable points; at least 2 are needed. Look at its mask and at the cut.",
                         std::invalid_argument);
    CHECK_THROWS_AS(make(q_a, values, {.cut = 2.5}), std::invalid_argument);
    CHECK_THROWS_WITH_AS(make(q_a, values, {.low_points = 0}), "low_points = 0, must be at least 1.", std::invalid_argument);
    CHECK_THROWS_AS(make(q_a, values, {}, 0.8), std::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(StructureFactor(unknown)), std::invalid_argument);
}
