// SPDX-License-Identifier: BSD-3-Clause
// H(q): closed forms, S on points of its own, the shared errors against derivatives and against Monte Carlo, what is left out.
#include "../kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <sluice/numerics/random.hpp>

namespace {

using namespace sluice::hydrodynamic_function;
using doctest::Approx;
using Doubles = std::vector<double>;
using Bytes = std::vector<std::uint8_t>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

struct Data {
    Doubles q, values, variances = {};
    Bytes mask = {};

    [[nodiscard]] Curve curve() const { return {q, values, variances, mask}; }
};

Result h_of(const Data& diffusion, const Data& structure = {}, const Estimate& d0 = {57, 0}) {
    return evaluate(diffusion.curve(), structure.curve(), d0);
}

/// Five rings, of which two and two lie between the same points of S, and one on a point.
const Data rings{{0.12, 0.16, 0.20, 0.24, 0.28}, {9, 7, 5, 4.5, 6}, {0.09, 0.04, 0.01, 0.0225, 0.16}};
const Data coarse{{0.1, 0.2, 0.3}, {0.4, 0.5, 0.9}, {1e-4, 4e-4, 2.5e-3}};
const Estimate d0{57, 0.57 * 0.57};

Doubles covariance_of(const Data& diffusion, const Data& structure, const Estimate& free_diffusion) {
    const auto result = h_of(diffusion, structure, free_diffusion);
    Doubles out(diffusion.q.size() * diffusion.q.size());
    covariance(diffusion.curve(), structure.curve(), free_diffusion, result, out);
    return out;
}

}  // namespace

TEST_CASE("a dilute colloid: D = D0 and S = 1 give H = 1") {
    const auto result = h_of({{0.1, 0.2, 0.3}, {57, 57, 57}, {1, 4, 9}});
    CHECK(result.hydrodynamic_function.values == Doubles{1, 1, 1});
    CHECK(result.hydrodynamic_function.variances[2] == near(9.0 / (57 * 57), 1e-15));
    CHECK(result.structure_factor.values == Doubles{1, 1, 1});
    CHECK(result.status == Status::ok);
    CHECK(result.left_out == 0);
    CHECK_FALSE(result.shared);
}

TEST_CASE("D = D0 H/S gives H back where S is a straight line, with the variances of both") {
    const auto h = [](double q) { return 0.6 + 0.3 * std::sin(20 * q); };
    const auto s = [](double q) { return 0.2 + 3 * q; };
    Data diffusion, structure;
    for (int i = 0; i < 40; ++i) {
        const double q = 0.1 + 0.005 * i;
        diffusion.q.push_back(q);
        diffusion.values.push_back(57 * h(q) / s(q));
        diffusion.variances.push_back(0.01);
    }
    for (const double q : {0.31, 0.25, 0.17, 0.12, 0.09})
        structure.q.push_back(q), structure.values.push_back(s(q));  // decreasing
    const auto result = h_of(diffusion, structure);
    for (std::size_t i = 0; i < diffusion.q.size(); ++i) {
        CHECK(result.hydrodynamic_function.values[i] == near(h(diffusion.q[i]), 1e-14));
        CHECK(result.ratio.values[i] == near(h(diffusion.q[i]) / s(diffusion.q[i]), 1e-14));
        CHECK(result.structure_factor.values[i] == near(s(diffusion.q[i]), 1e-14));
        const double over = s(diffusion.q[i]) / 57;
        CHECK(result.hydrodynamic_function.variances[i] == near(over * over * 0.01, 1e-13));  // S has none: exact
    }
    CHECK(result.status == Status::ok);
}

TEST_CASE("a worked point: half way between two points of S") {
    // H = 5 · 0.45 / 57;  var = (0.45/57)² 0.01 + (5/57)² (1e-4 + 4e-4)/4
    const auto result = h_of({{0.15}, {5}, {0.01}}, coarse, d0);
    CHECK(result.hydrodynamic_function.values[0] == near(5 * 0.45 / 57, 1e-15));
    CHECK(result.hydrodynamic_function.variances[0] == near((0.45 * 0.45 * 0.01 + 25 * 1.25e-4) / (57 * 57), 1e-14));
    CHECK(result.scale_uncertainty == near(0.01, 1e-15));
    CHECK(covariance_of({{0.15}, {5}, {0.01}}, coarse, d0)[0] ==
          near((0.45 * 0.45 * 0.01 + 25 * 1.25e-4) / (57 * 57) + 1e-4 * std::pow(5 * 0.45 / 57, 2), 1e-14));
}

TEST_CASE("the covariance is J diag(var) J^T with derivatives of H by each number that went in, taken by differences") {
    Doubles numbers = rings.values;
    numbers.insert(numbers.end(), coarse.values.begin(), coarse.values.end());
    numbers.push_back(d0.value);
    Doubles variances = rings.variances;
    variances.insert(variances.end(), coarse.variances.begin(), coarse.variances.end());
    variances.push_back(d0.variance);
    const auto h_at = [&](const Doubles& at) {
        Data diffusion = rings, structure = coarse;
        std::copy(at.begin(), at.begin() + 5, diffusion.values.begin());
        std::copy(at.begin() + 5, at.begin() + 8, structure.values.begin());
        return h_of(diffusion, structure, {at[8], 0}).hydrodynamic_function.values;
    };
    Doubles expected(25, 0.0);
    for (std::size_t k = 0; k < numbers.size(); ++k) {
        Doubles up = numbers, down = numbers;
        const double step = 1e-4 * numbers[k];
        up[k] += step, down[k] -= step;
        const auto more = h_at(up), less = h_at(down);
        for (std::size_t i = 0; i < 5; ++i)
            for (std::size_t j = 0; j < 5; ++j)
                expected[5 * i + j] += (more[i] - less[i]) * (more[j] - less[j]) / (4 * step * step) * variances[k];
    }
    const auto found = covariance_of(rings, coarse, d0);
    for (std::size_t i = 0; i < 25; ++i) CHECK(found[i] == Approx(expected[i]).epsilon(1e-7).scale(1e-4));

    // The diagonal without D0 is the variance that goes with H.
    const auto result = h_of(rings, coarse, d0);
    const auto exact_d0 = covariance_of(rings, coarse, {57, 0});
    for (std::size_t i = 0; i < 5; ++i) CHECK(exact_d0[6 * i] == near(result.hydrodynamic_function.variances[i], 1e-14));
    CHECK(result.shared);
    CHECK(exact_d0[1] > 0);  // 0.12 and 0.16 share both points of S
    const auto apart =
        covariance_of({{0.12, 0.28}, {9, 6}, {0.09, 0.16}}, {{0.1, 0.15, 0.25, 0.3}, {1, 1, 1, 1}, {1, 1, 1, 1}}, {57, 0});
    CHECK(apart[1] == 0);
    CHECK_FALSE(h_of({{0.12, 0.28}, {9, 6}, {}}, {{0.1, 0.15, 0.25, 0.3}, {1, 1, 1, 1}, {1, 1, 1, 1}}).shared);
}

TEST_CASE("the covariance agrees with Monte Carlo: S shared by neighbours, D0 by all") {
    // Of n draws a covariance has the standard error sqrt((c_ii c_jj + c_ij²) / n); 5 of them are allowed for 15 numbers, and
    // 1e-3 for the second order of errors of some percent.
    constexpr std::uint64_t seed = 20;
    constexpr int n = 40000;
    CAPTURE(seed);
    const auto found = covariance_of(rings, coarse, d0);
    const auto truth = h_of(rings, coarse, d0).hydrodynamic_function.values;
    Doubles normal(9), sums(25, 0.0);
    double worst = 0;
    for (int draw = 0; draw < n; ++draw) {
        sluice::numerics::RandomStream(seed, static_cast<std::uint64_t>(draw), 0).fill_normal(normal);
        Data diffusion = rings, structure = coarse;
        for (std::size_t i = 0; i < 5; ++i) diffusion.values[i] += std::sqrt(rings.variances[i]) * normal[i];
        for (std::size_t k = 0; k < 3; ++k) structure.values[k] += std::sqrt(coarse.variances[k]) * normal[5 + k];
        const auto h =
            h_of(diffusion, structure, {d0.value + std::sqrt(d0.variance) * normal[8], 0}).hydrodynamic_function.values;
        for (std::size_t i = 0; i < 5; ++i)
            for (std::size_t j = 0; j < 5; ++j) sums[5 * i + j] += (h[i] - truth[i]) * (h[j] - truth[j]) / n;
    }
    for (std::size_t i = 0; i < 5; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            const double scale = std::sqrt(found[6 * i] * found[6 * j]);
            const double error = std::sqrt((found[6 * i] * found[6 * j] + found[5 * i + j] * found[5 * i + j]) / n);
            CHECK(std::abs(sums[5 * i + j] - found[5 * i + j]) < 5 * error + 1e-3 * scale);
            worst = std::max(worst, std::abs(sums[5 * i + j] - found[5 * i + j]) / error);
        }
    MESSAGE("the farthest covariance is " << worst << " standard errors of " << n << " draws away");
}

TEST_CASE("q of D in any order and repeated; each point stands alone") {
    const auto result = h_of({{0.2, 0.12, 0.2}, {5, 9, 5}}, coarse), ordered = h_of({{0.12, 0.2}, {9, 5}}, coarse);
    CHECK(result.hydrodynamic_function.values[0] == result.hydrodynamic_function.values[2]);
    CHECK(result.hydrodynamic_function.values[1] == ordered.hydrodynamic_function.values[0]);
}

TEST_CASE("no H outside of the range of S, in its gaps, or where D is masked or not finite") {
    Data structure{{0.1, 0.15, 0.2, 0.25, 0.3}, {1, 1, unknown, 1, 1}};
    const Data diffusion{{0.05, 0.12, 0.17, 0.27, 0.30, 0.31, unknown, 0.13, 0.14},
                         {5, 5, 5, 5, 5, 5, 5, unknown, 5},
                         {},
                         {0, 0, 0, 0, 0, 0, 0, 0, 1}};
    const auto result = h_of(diffusion, structure);
    CHECK(result.hydrodynamic_function.left_out == Bytes{1, 0, 1, 0, 0, 1, 1, 1, 1});
    CHECK(result.ratio.left_out == Bytes{0, 0, 0, 0, 0, 0, 1, 1, 1});
    CHECK(result.structure_factor.left_out == Bytes{1, 0, 1, 0, 0, 1, 1, 0, 0});
    CHECK(std::isnan(result.hydrodynamic_function.values[0]));
    CHECK(std::isnan(result.hydrodynamic_function.variances[0]));
    CHECK(result.left_out == 6);
    CHECK(result.status == Status::q_range_mismatch);
    const auto matrix = covariance_of(diffusion, structure, d0);
    CHECK(std::isnan(matrix[0]));
    CHECK(std::isnan(matrix[9]));
    CHECK(std::isfinite(matrix[9 + 1]));

    structure.values[2] = 1;
    structure.mask = {0, 0, 1, 0, 0};
    CHECK(h_of(diffusion, structure).hydrodynamic_function.left_out == result.hydrodynamic_function.left_out);
    const auto limit = h_of({{0.3 * (1 + 1e-13)}, {5}}, structure);  // the unit of q was converted
    CHECK(limit.status == Status::ok);
}

TEST_CASE("no overlap, no points, no S at all: a status, not an error") {
    CHECK(h_of({{1, 2}, {5, 5}}, coarse).status == Status::no_overlap);
    CHECK(h_of({{0.15}, {5}}, {{0.1, 0.2}, {unknown, unknown}}).status == Status::no_overlap);
    CHECK(h_of({{0.15, 0.2}, {unknown, 5}, {}, {0, 1}}, coarse).status == Status::no_points);
    CHECK(h_of({}, coarse).status == Status::no_points);
    CHECK(std::isnan(h_of({{1, 2}, {5, 5}}, coarse).hydrodynamic_function.values[0]));
    CHECK(h_of({{1, 2}, {57, 5}}, coarse).ratio.values[0] == 1);
}

TEST_CASE("D0 that is none leaves nothing") {
    for (const double bad : {unknown, 0.0, -57.0, infinite}) {
        const auto result = h_of(rings, coarse, {bad, 1});
        CHECK(result.status == Status::no_free_diffusion);
        CHECK(result.left_out == 5);
        CHECK(result.ratio.left_out == Bytes{1, 1, 1, 1, 1});
        CHECK(std::isnan(result.scale_uncertainty));
        CHECK(std::isnan(covariance_of(rings, coarse, {bad, 1})[0]));
    }
}

TEST_CASE("D < 0 and S <= 0 are kept and counted") {
    const auto result = h_of({{0.1, 0.15, 0.2, 0.25}, {5, -1, 5, 5}}, {{0.1, 0.15, 0.2, 0.25, 0.3}, {1, 1, 0, -0.2, 1}});
    CHECK(result.hydrodynamic_function.values[1] == near(-1.0 / 57, 1e-15));
    CHECK(result.hydrodynamic_function.values[3] == near(-1.0 / 57, 1e-15));
    CHECK(result.negative == 3);
    CHECK(result.left_out == 0);
    CHECK(result.status == Status::negative);
}

TEST_CASE("a variance that is NaN is of the points alone that hold it") {
    Data structure = coarse;
    structure.variances[2] = unknown;
    const auto result = h_of(rings, structure);
    CHECK(std::isfinite(result.hydrodynamic_function.variances[1]));
    CHECK(std::isnan(result.hydrodynamic_function.variances[3]));
    const auto matrix = covariance_of(rings, structure, d0);
    CHECK(std::isfinite(matrix[1]));
    CHECK(std::isfinite(matrix[3]));
    CHECK(std::isnan(matrix[5 * 3 + 4]));
}

TEST_CASE("S whose q is repeated or unsorted is refused") {
    CHECK_THROWS_WITH_AS((void)h_of(rings, {{0.1, 0.2, 0.2}, {1, 1, 1}}),
                         "the q of the structure factor: x must increase or decrease strictly, but is 0.2 at index 2 after 0.2. "
                         "Sort the data, and merge "
                         "repeated points (rebin).",
                         std::domain_error);
    CHECK_THROWS_AS((void)h_of(rings, {{0.1, 0.3, 0.2}, {1, 1, 1}}), std::domain_error);
    CHECK_THROWS_AS((void)h_of({{0.1, 0.2}, {1}}), std::invalid_argument);
}
