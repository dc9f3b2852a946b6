// SPDX-License-Identifier: BSD-3-Clause
// The line with a covariance of y between points: independent numbers, the minimum of S as it is defined, shared references.
#include <cmath>

#include <doctest/doctest.h>

#include "published.hpp"

namespace {

using namespace sluice::linear_fit;
using namespace sluice::linear_fit::test;

}  // namespace

TEST_CASE("covariance of y: generalised least squares (mpmath 1.2.1, 40 digits)") {
    Table table = without_variances(pearson);
    for (std::size_t i = 0; i < 10; ++i)
        for (std::size_t j = 0; j < 10; ++j)
            table.y_covariance.push_back(0.04 + (i == j ? 0.01 * static_cast<double>(i + 1) : 0));
    const auto got = fit(table, {});
    check_line(got, -0.5575009187684516062, 5.8310513863717579741, std::sqrt(0.00067923826583418531953),
               std::sqrt(0.046322670256510838557), 1e-12);
    CHECK(got.intercept_slope_covariance == near(-0.0014055474398074013655, 1e-11));
    CHECK(got.reduced_chi_square == near(2.1699209862684815284, 1e-12));
    Table diagonal = pearson;  // a diagonal one is the same as variances, errors of x included
    for (std::size_t i = 0; i < 10; ++i)
        for (std::size_t j = 0; j < 10; ++j) diagonal.y_covariance.push_back(i == j ? pearson.y_variances[i] : 0);
    check_line(fit(diagonal, {}), -0.480533407446202, 5.479910224032865, 0.05798500900077445, 0.2949707354931086, 1e-12);
}

namespace {

/// S(a, b) as it is defined, V solved by Gaussian elimination.
double chi_square(const Table& table, double a, double b) {
    const std::size_t n = table.x.size();
    std::vector<Doubles> rows(n, Doubles(n + 1));
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) rows[i][j] = table.y_covariance[i * n + j];
        rows[i][i] += b * b * table.x_variances[i] -
                      2 * b * table.correlation[i] * std::sqrt(table.x_variances[i] * table.y_covariance[i * n + i]);
        rows[i][n] = table.y[i] - a - b * table.x[i];
    }
    double sum = 0;  // r^T V^-1 r = sum of the squared entries of the reduced right side over the pivots
    for (std::size_t k = 0; k < n; ++k) {
        sum += rows[k][n] * rows[k][n] / rows[k][k];
        for (std::size_t i = k + 1; i < n; ++i) {
            const double factor = rows[i][k] / rows[k][k];
            for (std::size_t j = k; j <= n; ++j) rows[i][j] -= factor * rows[k][j];
        }
    }
    return sum;
}

}  // namespace

TEST_CASE("errors of x, covariance of y and correlations together: the minimum of S as it is defined") {
    Table table{pearson.x, pearson.y, pearson.x_variances};
    for (std::size_t i = 0; i < 10; ++i) {
        table.correlation.push_back(-0.5 + 0.1 * static_cast<double>(i));
        for (std::size_t j = 0; j < 10; ++j)
            table.y_covariance.push_back(0.05 / (1 + std::abs(static_cast<double>(i) - static_cast<double>(j))) +
                                         (i == j ? 0.1 : 0));
    }
    const auto got = fit(table, {});
    const double a = got.intercept.value, b = got.line.slope.value, lowest = chi_square(table, a, b);
    CHECK(got.status == Status::ok);
    CHECK(got.reduced_chi_square == near(lowest / 8, 1e-12));
    for (const double step : {1e-3, -1e-3}) {  // a parabola about the minimum: equal on both sides
        CHECK(chi_square(table, a + step, b) > lowest);
        CHECK(chi_square(table, a, b + step) > lowest);
        CHECK(chi_square(table, a - 4.4 * step, b + step) > lowest);
    }
    CHECK(chi_square(table, a + 1e-4, b) - chi_square(table, a - 1e-4, b) == doctest::Approx(0).epsilon(1e-9));
    CHECK(chi_square(table, a, b + 1e-5) - chi_square(table, a, b - 1e-5) == doctest::Approx(0).epsilon(1e-9));
}

TEST_CASE("differences to one of the points, with their covariance, give the slope of the points themselves") {
    Table points = pearson;
    points.x_variances = {};
    Table differences{points.x, {}};
    constexpr std::size_t reference = 3;
    for (std::size_t i = 0; i < 10; ++i) {
        differences.y.push_back(points.y[i] - points.y[reference]);
        for (std::size_t j = 0; j < 10; ++j)
            differences.y_covariance.push_back(
                i == reference || j == reference ? 0 : points.y_variances[reference] + (i == j ? points.y_variances[i] : 0));
    }
    const auto got = fit(differences, {}), expected = fit(points, {});
    CHECK(got.status == Status::ok);
    CHECK(got.points == 10);
    CHECK(got.line.slope.value == near(expected.line.slope.value, 1e-11));
    CHECK(got.line.slope.variance == near(expected.line.slope.variance, 1e-11));
    CHECK(got.reduced_chi_square == near(expected.reduced_chi_square, 1e-11));
    CHECK(got.line.at(points.x[reference]).value == doctest::Approx(0).epsilon(1e-12));
    CHECK(got.line.at(points.x[reference]).variance == 0);
}

TEST_CASE("a matrix that is not symmetric is no covariance; rounding is") {
    const auto status_with = [](double upper) {
        return fit(Table{{1, 2, 3}, {1, 2, 4}, {}, {}, {}, {1, upper, 0, 0.5, 1, 0, 0, 0, 1}}, {}).status;
    };
    CHECK(status_with(0.5) == Status::ok);
    CHECK(status_with(0.5 + 1e-14) == Status::ok);
    CHECK(status_with(0.1) == Status::covariance_not_positive);
}
