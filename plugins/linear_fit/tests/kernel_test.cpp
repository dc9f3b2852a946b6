// SPDX-License-Identifier: BSD-3-Clause
// The line with errors in both coordinates: published and independent numbers, symmetries, what is left out, statuses.
#include <cmath>
#include <stdexcept>

#include <doctest/doctest.h>

#include "published.hpp"

namespace {

using namespace sluice::linear_fit;
using namespace sluice::linear_fit::test;

void check_none(const Result& got, Status status) {
    CHECK(got.status == status);
    for (const double each :
         {got.line.slope.value, got.line.slope.variance, got.intercept.value, got.intercept.variance,
          got.intercept_slope_covariance, got.reduced_chi_square, got.line.at(1).value, got.line.at(1).variance})
        CHECK(std::isnan(each));
}

}  // namespace

TEST_CASE("Pearson's data with York's weights: published values") {
    // York et al. (2004): b = -0.480533407, a = 5.47991022, S = 11.8663531941. All digits: their eq. 13 iterated 300 times in
    // another language (numpy 1.24.2); scipy 1.10.1's odr gives the same to its 7 digits, errors 0.05798501 and 0.29497072.
    const auto got = fit(pearson, {});
    check_line(got, -0.480533407446202, 5.479910224032865, 0.05798500900077445, 0.2949707354931086, 1e-12);
    CHECK(got.intercept_slope_covariance == near(-0.016472544658115814, 1e-9));
    CHECK(got.reduced_chi_square == near(11.86635319406144 / 8, 1e-12));
    CHECK(got.points == 10);
    CHECK(got.correlation == near(-0.9764752227, 1e-9));  // numpy.corrcoef
    MESSAGE("Pearson-York: slope " << got.line.slope.value << ", intercept " << got.intercept.value
                                   << " (published -0.480533407, 5.47991022)");
}

TEST_CASE("correlated errors of x and y of a point: York's iteration, numpy 1.24.2") {
    Table table = pearson;
    table.correlation.assign(10, 0.5);
    check_line(fit(table, {}), -0.4928806168064463, 5.534374564442235, 0.06297398021621106, 0.31341802661981794, 1e-12);
    for (std::size_t i = 0; i < 10; ++i) table.correlation[i] = -0.8 + 1.7 * static_cast<double>(i) / 9;
    const auto got = fit(table, {});
    check_line(got, -0.4874494786408729, 5.501390069222598, 0.06139240669692086, 0.30185059663403224, 1e-12);
    CHECK(got.reduced_chi_square == near(10.452734955216107 / 8, 1e-12));
}

TEST_CASE("without variances: ordinary least squares with errors from the scatter (mpmath 1.2.1, 40 digits)") {
    const auto got = fit(without_variances(pearson), {});
    check_line(got, -0.53957727498404142138, 5.7611851904390382297, 0.042126548388692322893, 0.18948519592110202546, 1e-13);
    CHECK(std::isnan(got.reduced_chi_square));
}

TEST_CASE("equal errors: the distance across the line, from the eigenvectors of the covariance of the points") {
    Options options;
    options.equal_errors = true;
    const auto got = fit(pearson, options);
    // tan of half the angle of (2 sxy, sxx - syy): the principal axis, Pearson (1901)
    double mx = 0, my = 0, sxx = 0, syy = 0, sxy = 0;
    for (std::size_t i = 0; i < 10; ++i) mx += pearson.x[i] / 10, my += pearson.y[i] / 10;
    for (std::size_t i = 0; i < 10; ++i) {
        const double u = pearson.x[i] - mx, v = pearson.y[i] - my;
        sxx += u * u, syy += v * v, sxy += u * v;
    }
    const double slope = std::tan(std::atan2(2 * sxy, sxx - syy) / 2);
    CHECK(got.line.slope.value == near(slope, 1e-13));
    CHECK(got.intercept.value == near(my - slope * mx, 1e-13));
    CHECK(std::sqrt(got.line.slope.variance) == near(0.04223279, 1e-6));  // scipy 1.10.1 odr
    CHECK(std::sqrt(got.intercept.variance) == near(0.18989643, 1e-6));
    options.y_over_x = 2;  // y in a unit half as large
    Table halves = pearson;
    for (double& each : halves.y) each *= 2;
    CHECK(fit(halves, options).line.slope.value == near(2 * slope, 1e-13));
}

TEST_CASE("x and y swapped: the same line") {
    const Table swapped{pearson.y, pearson.x, pearson.y_variances, pearson.x_variances};
    const auto one = fit(pearson, {}), other = fit(swapped, {});
    CHECK(other.line.slope.value == near(1 / one.line.slope.value, 1e-12));
    CHECK(other.intercept.value == near(-one.intercept.value / one.line.slope.value, 1e-12));
    CHECK(other.reduced_chi_square == near(one.reduced_chi_square, 1e-12));
    const double b = one.line.slope.value;
    CHECK(other.line.slope.variance == near(one.line.slope.variance / (b * b * b * b), 1e-9));  // first order of 1/b
}

TEST_CASE("errors in one coordinate only: weighted regression of that one on the other") {
    Table y_only = pearson;
    y_only.x_variances = {};
    double s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (std::size_t i = 0; i < 10; ++i) {
        const double w = 1 / y_only.y_variances[i], x = y_only.x[i], y = y_only.y[i];
        s += w, sx += w * x, sy += w * y, sxx += w * x * x, sxy += w * x * y;
    }
    const double det = s * sxx - sx * sx;  // the normal equations
    check_line(fit(y_only, {}), (s * sxy - sx * sy) / det, (sxx * sy - sx * sxy) / det, std::sqrt(s / det), std::sqrt(sxx / det),
               1e-11);
    const Table x_only{y_only.y, y_only.x, y_only.y_variances};
    CHECK(fit(x_only, {}).line.slope.value == near(det / (s * sxy - sx * sy), 1e-11));
}

TEST_CASE("exact points give their line, also steep, level and far from 0") {
    for (const double slope : {-1e4, -1.0, 0.0, 1e-3, 2.0, 1e6}) {
        CAPTURE(slope);
        Table table{{1e5, 1e5 + 1, 1e5 + 2, 1e5 + 4}, {}, {0.01, 0.01, 0.02, 0.01}, {1, 2, 1, 1}};
        for (const double x : table.x) table.y.push_back(3 + slope * (x - 1e5));
        const auto got = fit(table, {});
        CHECK(got.status == Status::ok);
        CHECK(got.line.slope.value == doctest::Approx(slope).epsilon(1e-10));
        CHECK(got.line.at(1e5 + 10).value == doctest::Approx(3 + 10 * slope).epsilon(1e-9));
    }
}

TEST_CASE("the intercept about another x") {
    Options options;
    options.about = 4;
    const auto got = fit(pearson, options), from_0 = fit(pearson, {});
    CHECK(got.intercept.value == near(from_0.line.at(4).value, 1e-13));
    CHECK(got.intercept.variance ==
          near(from_0.intercept.variance + 8 * from_0.intercept_slope_covariance + 16 * from_0.line.slope.variance, 1e-9));
    CHECK(got.intercept_slope_covariance == near(from_0.intercept_slope_covariance + 4 * from_0.line.slope.variance, 1e-9));
}

TEST_CASE("masked points, NaN, bad variances and correlations are left out; order does not matter") {
    Table more = pearson;
    more.correlation.assign(10, 0);
    more.mask.assign(10, 0);
    const auto add = [&](double x, double y, double vx, double vy, double r, std::uint8_t mask) {
        more.x.push_back(x), more.y.push_back(y), more.x_variances.push_back(vx), more.y_variances.push_back(vy);
        more.correlation.push_back(r), more.mask.push_back(mask);
    };
    add(1, 99, 1, 1, 0, 1);
    add(unknown, 99, 1, 1, 0, 0);
    add(1, unknown, 1, 1, 0, 0);
    add(1, 99, -1, 1, 0, 0);
    add(1, 99, 1, unknown, 0, 0);
    add(1, 99, 0, 0, 0, 0);
    add(1, 99, 1, 1, 1.5, 0);
    const auto got = fit(more, {});
    CHECK(got.points == 10);
    check_line(got, -0.480533407446202, 5.479910224032865, 0.05798500900077445, 0.2949707354931086, 1e-12);
    const Table reversed{{pearson.x.rbegin(), pearson.x.rend()},
                         {pearson.y.rbegin(), pearson.y.rend()},
                         {pearson.x_variances.rbegin(), pearson.x_variances.rend()},
                         {pearson.y_variances.rbegin(), pearson.y_variances.rend()}};
    check_line(fit(reversed, {}), -0.480533407446202, 5.479910224032865, 0.05798500900077445, 0.2949707354931086, 1e-12);
}

TEST_CASE("what gives no line has its status, and everything is NaN") {
    check_none(fit(Table{{}, {}}, {}), Status::too_few_points);
    check_none(fit(Table{{1}, {2}, {1}, {1}}, {}), Status::too_few_points);
    check_none(fit(Table{{1, 1, 1}, {1, 2, 3}, {}, {1, 1, 1}}, {}), Status::too_few_points);
    check_none(fit(Table{{1, 1, 1}, {1, 2, 3}, {1, 1, 1}, {1, 1, 1}}, {}), Status::not_determined);  // a vertical line
    Options equal;
    equal.equal_errors = true;
    check_none(fit(Table{{0, 1, 0, 1}, {0, 0, 1, 1}}, equal), Status::not_determined);   // a square: all directions alike
    check_none(fit(Table{{3, 3}, {2, 2}, {1, 1}, {1, 1}}, {}), Status::not_determined);  // one place
    check_none(fit(Table{{1, 2, 3}, {1, 2, 4}, {}, {}, {}, {1, 2, 0, 2, 1, 0, 0, 0, 1}}, {}), Status::covariance_not_positive);
    check_none(fit(Table{{1, 2, 3}, {1, 2, 4}, {}, {}, {}, {1, 1, 0, 1, 1, 0, 0, 0, 1}}, {}), Status::covariance_not_positive);
    check_none(fit(Table{{1, 2, 3}, {1, 2, 4}, {}, {}, {}, {0, 0, 0, 0, 0, 0, 0, 0, 1}}, {}), Status::covariance_not_positive);
}

TEST_CASE("two points: the line through them, with errors only if they have some") {
    const auto got = fit(Table{{1, 3}, {1, 2}, {}, {0.04, 0.04}}, {});
    check_line(got, 0.5, 0.5, std::sqrt(0.02), std::sqrt(0.1), 1e-13);  // var b = 2 v / 4; var a = (9 + 1) v / 4
    CHECK(std::isnan(got.reduced_chi_square));
    const auto scatter = fit(Table{{1, 3}, {1, 2}}, {});
    CHECK(scatter.line.slope.value == near(0.5, 1e-13));
    CHECK(std::isnan(scatter.line.slope.variance));
}

TEST_CASE("bad arguments are refused") {
    CHECK_THROWS_WITH_AS((void)fit(Table{{1, 2}, {1}}, {}), "y has 1 numbers; 2 points need 2.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)fit(Table{{1, 2}, {1, 2}, {}, {}, {}, {1, 2, 3}}, {}),
                         "y_covariance has 3 numbers; 2 points need 4.", std::invalid_argument);
}
