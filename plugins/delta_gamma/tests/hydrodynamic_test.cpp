// SPDX-License-Identifier: BSD-3-Clause
// Tests of D_s/D0 and H_d: published tables, exact limits, nested quadrature by scipy, and the response to S.
#include "../hydrodynamic.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include "hydrodynamic_values.hpp"

namespace {

using namespace sluice::delta_gamma;
using doctest::Approx;
using Doubles = std::vector<double>;
using std::numbers::pi;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

const Basis& basis() {
    static const Basis made;
    return made;
}

double self_part(double phi, SGamma form) { return DeltaGamma(basis(), phi, form).self_part(); }

double distinct_at(const DeltaGamma& theory, const StructureFactor& s, double y) {
    return distinct_part(theory, s, std::array{y}).values[0];
}

Doubles grid(double first, double last, int count) {
    Doubles out;
    for (int i = 0; i < count; ++i) out.push_back(first + (last - first) * i / (count - 1));
    return out;
}

Doubles sampled(const StructureFactor& s, const Doubles& y) {
    Doubles out;
    for (const double each : y) out.push_back(s(each));
    return out;
}

}  // namespace

TEST_CASE("D_s/D0 of the table of the science page, to the digits that it has") {
    struct Row {
        double phi, bare, renormalised;
    };
    double largest = 0;
    for (const Row& row : {Row{0.1, 0.811739330948, 0.781022623}, Row{0.2, 0.684777157979, 0.597816743},
                           Row{0.3, 0.593193370545, 0.454368902}, Row{0.4, 0.523910277464, 0.348037770}}) {
        const double bare = std::abs(self_part(row.phi, SGamma::bare) - row.bare);
        const double renormalised = std::abs(self_part(row.phi, SGamma::renormalised) - row.renormalised);
        CHECK(bare < 2e-12);
        CHECK(renormalised < 1e-9);
        largest = std::max({largest, bare, renormalised});
    }
    MESSAGE("D_s/D0 at 8 points, largest difference from the table: " << largest);
}

TEST_CASE("D_s/D0 = 1 - (131/56) phi for few spheres, 1 for none") {
    CHECK(self_part(0, SGamma::bare) == 1);
    CHECK(self_part(0, SGamma::renormalised) == 1);
    const double slope = (1 - self_part(1e-6, SGamma::bare)) / 1e-6;
    CHECK(slope == near(131.0 / 56, 1e-5));  // the term in phi^2 is 2.4e-6 of it
    MESSAGE("slope of D_s/D0 at phi = 1e-6 over -131/56, minus 1: " << slope / (131.0 / 56) - 1);
}

TEST_CASE("H of Percus-Yevick at phi = 0.2: the table of the science page") {
    // Its numbers leave out the tail beyond q a = 100 pi, 7e-9
    const DeltaGamma bare(basis(), 0.2, SGamma::bare), renormalised(basis(), 0.2, SGamma::renormalised);
    const StructureFactor s(0.2);
    const std::array q{0.0, 1.0, 2.0, 3.0, 5.0};
    const std::array table_bare{0.266339912, 0.326351827, 0.545834588, 0.777821115, 0.655864105};
    const std::array table_renormalised{0.238829437, 0.290554428, 0.478955290, 0.677440305, 0.573067532};
    double largest = 0;
    for (std::size_t i = 0; i < q.size(); ++i) {
        const double a = bare.self_part() + distinct_at(bare, s, q[i]) - table_bare[i];
        const double b = renormalised.self_part() + distinct_at(renormalised, s, q[i]) - table_renormalised[i];
        CHECK(std::abs(a) < 1e-8);
        CHECK(std::abs(b) < 1e-8);
        largest = std::max({largest, std::abs(a), std::abs(b)});
    }
    MESSAGE("H at 10 points, largest difference from the table: " << largest);
}

TEST_CASE("H_d of Percus-Yevick is that of nested quadrature") {
    double largest = 0;
    for (const auto& row : values::percus_yevick) {
        const DeltaGamma theory(basis(), row.phi, row.form);
        const double difference = std::abs(distinct_at(theory, StructureFactor(row.phi), row.q_a) - row.distinct);
        CAPTURE(row.q_a);
        CHECK(difference < 2e-9);  // the cut of the reference
        largest = std::max(largest, difference);
    }
    MESSAGE("Percus-Yevick: largest difference of H_d from nested quadrature " << largest);
}

TEST_CASE("H_d of a piecewise linear S is that of nested quadrature, however S is continued") {
    double largest = 0;
    for (const auto& row : values::linear) {
        const DeltaGamma theory(basis(), 0.3, row.form);
        const StructureFactor s(values::knots, values::knot_values, {.low = row.low, .high = row.high, .low_points = 3}, 0.3);
        const double difference = std::abs(distinct_at(theory, s, row.q_a) - row.distinct);
        CAPTURE(row.q_a);
        CHECK(difference < (row.high == HighQ::one ? 2e-10 : 2e-9));
        largest = std::max(largest, difference);
    }
    MESSAGE("piecewise linear S: largest difference of H_d from nested quadrature " << largest);
}

TEST_CASE("few hard spheres: H_d = -15 phi j_1(2y)/(2y), which is -5 phi at 0") {
    // The Fourier transform of the Rotne-Prager tensor outside of contact, with g = 1 there
    const double phi = 1e-6;
    const DeltaGamma theory(basis(), phi, SGamma::renormalised);
    const StructureFactor s(phi);
    CHECK(distinct_at(theory, s, 0) / phi == near(-5, 1e-5));
    for (const double y : {0.001, 0.2, 0.7, 1.0, 2.0, 3.3, 8.0}) {
        const double x = 2 * y, j1_by_x = (std::sin(x) - x * std::cos(x)) / (x * x * x);
        CHECK(std::abs(distinct_at(theory, s, y) / phi + 15 * j1_by_x) < 3e-5);
    }
}

TEST_CASE("S = 1 gives exactly 0, and so H = D_s/D0") {
    const Doubles q = grid(0.1, 6, 40), ones(40, 1.0), at{0, 1e-9, 0.1, 0.33, 1.7, 6, 20};
    for (const double phi : {0.0, 0.2, 0.44}) {
        const DeltaGamma theory(basis(), phi, SGamma::renormalised);
        for (const double each : distinct_part(theory, StructureFactor(q, ones, {}, phi), at).values) CHECK(each == 0);
        for (const double each : distinct_part(theory, StructureFactor(0), at).values) CHECK(each == 0);
    }
}

TEST_CASE("an S that is a constant: K integrates to D_s/D0 at every q") {
    // int dmu (1 - mu^2) = 4/3 takes H_d to (2/pi) int w times S - 1, here up to 300; beyond, the mean of w is 1/[2 k (k + b)]
    const double phi = 0.3, b = 9 * pi / 4 * phi;
    const Doubles q = grid(0, 300, 40), twos(40, 2.0);
    for (const auto form : {SGamma::bare, SGamma::renormalised}) {
        const DeltaGamma theory(basis(), phi, form);
        const double beyond = std::log1p(b / 300) / b / pi;
        for (const double y : {0.0, 0.01, 0.2, 0.26, 1.0, 3.0, 9.0})
            CHECK(std::abs(distinct_at(theory, StructureFactor(q, twos, {}, phi), y) + beyond - theory.self_part()) < 6e-6);
    }
}

TEST_CASE("K is symmetric but for its factor, positive, and the same by quadrature and by moments") {
    const DeltaGamma theory(basis(), 0.3, SGamma::renormalised);
    for (const double y : {0.02, 0.1, 0.2499, 0.2501, 0.9, 4.0, 30.0})
        for (const double k : {0.01, 0.07, 0.3, 0.74, 0.751, 2.5, 7.7, 100.0}) {
            const double one = theory.kernel(y, k) * std::pow(y, 3) / k, other = theory.kernel(k, y) * std::pow(k, 3) / y;
            CHECK(one == near(other, 1e-12));
            CHECK(one > 0);
        }
    // 1/4 and 1/3 are where the one takes over from the other: it must not show
    for (const double k : {1.0, 3.0, 20.0}) {
        const double below = theory.kernel(0.25 - 1e-9, k), above = theory.kernel(0.25 + 1e-9, k);
        CHECK(std::abs(below - above) < 1e-9);  // 2e-9 times the slope of K
    }
    const double thin = theory.kernel(0.1, 0.3 + 1e-9), wide = theory.kernel(0.1, 0.3 - 1e-9);
    CHECK(std::abs(thin - wide) < 2e-8);  // K changes by 5 per unit of k there
    CHECK(theory.kernel(0, 0) == 0);
    CHECK(theory.kernel(0, 2) == near(theory.kernel(1e-7, 2), 1e-12));
}

TEST_CASE("H_d is smooth through small q: it starts as y^2") {
    const DeltaGamma theory(basis(), 0.2, SGamma::bare);
    const StructureFactor s(0.2);
    const double zero = distinct_at(theory, s, 0), curvature = (distinct_at(theory, s, 0.02) - zero) / 4e-4;
    for (const double y : {1e-12, 1e-7, 1e-4, 1e-3, 0.01})
        CHECK(std::abs(distinct_at(theory, s, y) - zero - curvature * y * y) < 2e-9);
}

TEST_CASE("the response is the derivative by the points of S, and gives H_d back") {
    Doubles q = grid(0.3, 6, 30), at = grid(0, 7, 15);
    at.push_back(q[7]);  // on a point
    const DeltaGamma theory(basis(), 0.3, SGamma::renormalised);
    Doubles s = sampled(StructureFactor(0.3), q);
    q.insert(q.begin() + 5, q[4] + 0.01);
    s.insert(s.begin() + 5, unknown);  // a masked point
    const Continuation continuation{.low_points = 4};
    const auto distinct = distinct_part(theory, StructureFactor(q, s, continuation, 0.3), at, true);
    for (std::size_t i = 0; i < at.size(); ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < q.size(); ++j)
            if (!std::isnan(s[j])) sum += distinct.response[i * q.size() + j] * (s[j] - 1);
        CHECK(sum == near(distinct.values[i], 1e-12));
        CHECK(distinct.response[i * q.size() + 5] == 0);
    }
    for (const std::size_t j : {std::size_t{0}, std::size_t{3}, std::size_t{4}, std::size_t{17}, q.size() - 1}) {
        Doubles moved = s;
        moved[j] += 0.5;  // any step will do: H_d is linear
        const auto there = distinct_part(theory, StructureFactor(q, moved, continuation, 0.3), at);
        for (std::size_t i = 0; i < at.size(); ++i)
            CHECK(std::abs((there.values[i] - distinct.values[i]) / 0.5 - distinct.response[i * q.size() + j]) < 1e-13);
    }
}

TEST_CASE("a model that continues S has no response; what it adds is not lost") {
    const Doubles q = grid(1, 4, 200), at{0.3, 1, 2.5, 5};
    const StructureFactor exact(0.3);
    const DeltaGamma theory(basis(), 0.3, SGamma::bare);
    const StructureFactor narrow(q, sampled(exact, q), {.low = LowQ::model, .high = HighQ::model}, 0.3);
    const auto distinct = distinct_part(theory, narrow, at, true);
    const auto whole = distinct_part(theory, exact, at);
    CHECK(whole.response.empty());
    for (std::size_t i = 0; i < at.size(); ++i) {
        // straight lines over steps of h = 0.015 lie off by h^2 S''/12 on the mean, S'' below 30
        CHECK(std::abs(distinct.values[i] - whole.values[i]) < 6e-4);
        double sum = 0;
        for (std::size_t j = 0; j < q.size(); ++j) sum += distinct.response[i * q.size() + j] * (narrow(q[j]) - 1);
        CHECK(std::abs(sum - distinct.values[i]) > 1e-3);
    }
}

TEST_CASE("S known on a narrow range only: what the continuation is worth") {
    // 0.1 ... 0.3 1/A with a = 2.9 nm
    const Doubles q = grid(2.9, 8.7, 60), at{0.5, 3, 5};
    const StructureFactor exact(0.3);
    const DeltaGamma theory(basis(), 0.3, SGamma::renormalised);
    const Doubles s = sampled(exact, q);
    const auto off = [&](LowQ low, HighQ high, std::size_t i) {
        const StructureFactor structure(q, s, {.low = low, .high = high}, 0.3);
        return std::abs(distinct_at(theory, structure, at[i]) - distinct_at(theory, exact, at[i]));
    };
    for (std::size_t i = 0; i < at.size(); ++i) {
        CHECK(off(LowQ::model, HighQ::model, i) < 1e-3);
        CHECK(off(LowQ::model, HighQ::one, i) < 4e-3);  // science page, section 3: some 1e-3 when S stops near q a = 6
    }
    CHECK(off(LowQ::constant, HighQ::model, 0) > 0.1);  // S from the peak down to 0: the choice is anything but free
}

TEST_CASE("a q^-4 upturn spoils H_d as q^-3 towards small q, and a cut takes it away") {
    // K falls as k^4 below y, so that its integral with k^-4 is finite, but not at y = 0
    const Doubles q = grid(0.02, 6, 300);
    const StructureFactor exact(0.3);
    const DeltaGamma theory(basis(), 0.3, SGamma::renormalised);
    Doubles with_upturn = sampled(exact, q);
    for (std::size_t i = 0; i < q.size(); ++i) with_upturn[i] += 2e-4 / std::pow(q[i], 4);
    const auto off = [&](double cut, double y) {
        return distinct_at(theory, StructureFactor(q, with_upturn, {.cut = cut}, 0.3), y) - distinct_at(theory, exact, y);
    };
    CHECK(off(0, 0) > 5);
    CHECK(off(0, 0.1) > 0.05);
    CHECK(off(0, 0.1) > 4 * off(0, 0.2));
    for (const double y : {0.0, 0.1, 0.2, 0.5}) CHECK(std::abs(off(0.3, y)) < 0.01);
    MESSAGE("error of H_d(0.1) by the upturn " << off(0, 0.1) << ", with a cut at 0.3 " << off(0.3, 0.1));
}

TEST_CASE("points close together, and points beside the q that is asked for, change nothing") {
    const StructureFactor exact(0.3);
    const DeltaGamma theory(basis(), 0.3, SGamma::bare);
    const Doubles q = grid(0.2, 6, 30);
    const StructureFactor coarse(q, sampled(exact, q), {}, 0.3);
    Doubles dense = q;
    for (const double y : {1.0, 2.0}) dense.insert(dense.end(), {y - 1e-3, y - 1e-12, y, y + 1e-15 * 4, y + 1e-7});
    for (const double y : grid(3, 3.4, 300)) dense.push_back(y);
    std::sort(dense.begin(), dense.end());
    dense.erase(std::unique(dense.begin(), dense.end()), dense.end());
    const StructureFactor same(dense, sampled(coarse, dense), {}, 0.3);  // the same straight lines
    for (const double y : {0.0, 0.7, 1.0, 1.0 + 1e-13, 2.0, 3.2, 3.2 + 1e-9})
        CHECK(std::abs(distinct_at(theory, same, y) - distinct_at(theory, coarse, y)) < 1e-10);
}

TEST_CASE("a q that is a point of S but for a rounding gives what the point itself does, and comes to an end") {
    // from 0.2 to 4 in steps of 0.1, and from 0.1 in steps of 0.1: 2 - 2e-16 and 2
    const StructureFactor exact(0.3);
    const DeltaGamma theory(basis(), 0.3, SGamma::renormalised);
    const Doubles q = grid(0.1, 2, 20);
    const StructureFactor s(q, sampled(exact, q), {.high = HighQ::model}, 0.3);
    CHECK(0.2 + (4 - 0.2) * 18 / 38.0 == std::nextafter(q[19], 0));
    for (const double knot : {q[0], q[7], q[19]}) {
        const double on = distinct_at(theory, s, knot);
        for (const int ulps : {-1000, -400, -3, -2, -1, 1, 2, 3, 400, 1000})
            CHECK(std::abs(distinct_at(theory, s, knot * (1 + ulps * 1.2e-16)) - on) < 1e-11);
    }
}

TEST_CASE("q out of reach is NaN, q below 0 an error; S beyond the end of the integrals is not used") {
    const DeltaGamma theory(basis(), 0.3, SGamma::bare);
    const StructureFactor s(0.3);
    CHECK(std::isnan(distinct_at(theory, s, unknown)));
    CHECK(std::isnan(distinct_at(theory, s, largest_y + 1)));
    CHECK(std::isnan(distinct_at(theory, s, infinity)));
    CHECK(std::abs(distinct_at(theory, s, largest_y)) < 1e-4);
    CHECK_THROWS_WITH_AS(static_cast<void>(distinct_at(theory, s, -0.1)),
                         "H_d was asked for at q a = -0.1 (point 0), must be at least 0.", std::domain_error);
    const Doubles q{1, 2, 3, 400, 500}, values{0.5, 1.2, 1, 1, 1.3};
    const StructureFactor far(q, values, {}, 0.3);
    const auto distinct = distinct_part(theory, far, std::array{1.0, unknown}, true);
    CHECK(distinct.response[4] == 0);
    for (std::size_t j = 5; j < 10; ++j) CHECK(std::isnan(distinct.response[j]));
}

TEST_CASE("volume fractions that there are none of") {
    CHECK_THROWS_WITH_AS(static_cast<void>(DeltaGamma(basis(), 0.8, SGamma::bare)),
                         "a volume fraction of 0.8 was given; it must be at least 0 and below 0.74.", std::domain_error);
    for (const double phi : {-0.1, unknown, infinity})
        CHECK_THROWS_AS(static_cast<void>(DeltaGamma(basis(), phi, SGamma::bare)), std::domain_error);
    CHECK_THROWS_AS(static_cast<void>(DeltaGamma(basis(), 0.46, SGamma::renormalised)), std::domain_error);
    CHECK(self_part(0.6, SGamma::bare) > 0.3);
}
