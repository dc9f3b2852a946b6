// SPDX-License-Identifier: BSD-3-Clause
// Tests of the smoothers: scipy's numbers, polynomials, brute force for tr H and variances, gaps, and error texts.
#include "../kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../polynomial_row.hpp"
#include "reference/expected.hpp"

namespace {

using namespace sluice::smoothing;
using doctest::Approx;
using Doubles = std::vector<double>;
namespace reference = sluice::smoothing::reference;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

Options windowed(Method method, int degree, std::ptrdiff_t window, int derivative = 0) {
    Options options;
    options.method = method;
    options.degree = degree;
    options.window = window;
    options.derivative = derivative;
    return options;
}

Options spline(double penalty) {
    Options options;
    options.method = Method::smoothing_spline;
    options.penalty = penalty;
    return options;
}

void check_near(const Doubles& values, const Doubles& expected, double tolerance) {
    REQUIRE(values.size() == expected.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        CAPTURE(i);
        CHECK(values[i] == Approx(expected[i]).epsilon(tolerance).scale(1));
    }
}

/// Rows of H, by smoothing unit vectors: any linear smoother, no formula of ours.
std::vector<Doubles> matrix(const Doubles& x, const Doubles& variances, const Options& options) {
    std::vector<Doubles> columns;
    for (std::size_t j = 0; j < x.size(); ++j) {
        Doubles unit(x.size(), 0.0);
        unit[j] = 1;
        columns.push_back(smooth({x, unit, variances, {}}, options).values);
    }
    return columns;
}

void check_against_matrix(const Doubles& x, const Doubles& variances, const Options& options, double tolerance) {
    const auto columns = matrix(x, variances, options);
    const auto result = smooth({x, Doubles(x.size(), 1.0), variances, {}}, options);
    double trace = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        double variance = 0;
        for (std::size_t j = 0; j < x.size(); ++j) variance += columns[j][i] * columns[j][i] * variances[j];
        CAPTURE(i);
        CHECK(result.variances[i] == Approx(variance).epsilon(tolerance));
        trace += columns[i][i];
    }
    CHECK(result.degrees_of_freedom == Approx(trace).epsilon(tolerance));
}

}  // namespace

TEST_CASE("the numbers of Savitzky and Golay, in the middle, for a derivative and at an end") {
    const auto row = [](std::size_t n, double at, int degree, int derivative) {
        Doubles x(n), k(n, 1.0), out(n);
        for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<double>(i);
        PolynomialRow polynomial;
        REQUIRE(polynomial.make(x, k, at, degree, derivative, out));
        return out;
    };
    // Their paper, table I (cubic, 7 points): (-2, 3, 6, 7, 6, 3, -2) / 21. The others: scipy.signal.savgol_coeffs.
    check_near(row(7, 3, 3, 0), {-2 / 21., 3 / 21., 6 / 21., 7 / 21., 6 / 21., 3 / 21., -2 / 21.}, 1e-14);
    check_near(row(7, 3, 3, 0), reference::coefficients_7_3, 1e-13);
    check_near(row(5, 4, 2, 0), reference::coefficients_5_2_at_end, 1e-13);
    auto second = row(9, 4, 4, 2);
    for (double& each : second) each /= 0.125 * 0.125;
    check_near(second, reference::coefficients_9_4_second, 1e-11);  // scipy solves by least squares: 1e-13 of 14, squared grid
}

TEST_CASE("savitzky_golay as scipy.signal.savgol_filter with mode interp, ends and slope included") {
    const Curve curve{reference::grid, reference::y, {}, {}};
    check_near(smooth(curve, windowed(Method::savitzky_golay, 3, 7)).values, reference::filter_7_3, 1e-13);
    check_near(smooth(curve, windowed(Method::savitzky_golay, 4, 9, 1)).values, reference::filter_9_4_slope, 1e-11);
}

TEST_CASE("polynomials up to the degree, and their derivatives, are reproduced everywhere") {
    const auto p = [](double x) { return 2 - x + 0.5 * x * x - 0.25 * x * x * x; };
    const auto slope = [](double x) { return -1 + x - 0.75 * x * x; };
    const auto third = -1.5;
    for (const auto method : {Method::savitzky_golay, Method::local_polynomial}) {
        const Doubles& x = method == Method::savitzky_golay ? reference::grid : reference::x;
        Doubles y, dy;
        for (const double each : x) {
            y.push_back(p(each));
            dy.push_back(slope(each));
        }
        // 1e-11: coefficients of the third derivative are some 1e3 times the values, which hold 1e-16
        check_near(smooth({x, y, {}, {}}, windowed(method, 3, 9)).values, y, 1e-12);
        check_near(smooth({x, y, {}, {}}, windowed(method, 3, 9, 1)).values, dy, 1e-11);
        check_near(smooth({x, y, {}, {}}, windowed(method, 3, 9, 3)).values, Doubles(x.size(), third), 1e-10);
        auto gap = y;
        gap[11] = unknown;
        gap[0] = unknown;
        auto options = windowed(method, 3, 9);
        options.fill = true;
        const auto filled = smooth({x, gap, {}, {}}, options);
        CHECK(filled.values[11] == Approx(y[11]).epsilon(1e-12));
        CHECK(filled.mask[11] == 0);
        CHECK(std::isnan(filled.values[0]));  // not between points used: that would be extrapolation
        CHECK(filled.mask[0] == 1);
    }
}

TEST_CASE("windows by width and relative width hold the points within half of it") {
    const Doubles x{1, 2, 3, 4, 10, 20}, y{1, 4, 9, 16, 100, 400};
    Options options = windowed(Method::local_polynomial, 0, 1);
    options.window.reset();
    options.width = 2.5;
    const auto narrow = smooth({x, y, {}, {}}, options);
    // tricube of a distance 1 with reach 1.25: (1 - 0.8^3)^3 beside 1 for the point itself
    const double k = std::pow(1 - 0.512, 3);
    CHECK(narrow.values[1] == Approx((4 + k * (1 + 9)) / (1 + 2 * k)).epsilon(1e-14));
    CHECK(narrow.values[4] == 100);
    CHECK(narrow.window == 2.5);
    options.width.reset();
    options.relative_width = 1.1;  // at 10: 4.5 to 15.5; at 20: 9 to 31
    const auto relative = smooth({x, y, {}, {}}, options);
    CHECK(relative.values[4] == 100);
    const double far = std::pow(1 - std::pow(10 / 11., 3), 3);
    CHECK(relative.values[5] == Approx((400 + far * 100) / (1 + far)).epsilon(1e-13));
    options.relative_width.reset();
    options.degree = 1;
    options.width = 1.5;  // no neighbour within 0.75: no line
    const auto none = smooth({x, y, {}, {}}, options);
    CHECK(none.status == Status::too_few_points);
    CHECK(std::isnan(none.values[2]));
}

TEST_CASE("variances and tr H are those of H, found by smoothing unit vectors") {
    // 1e-12: sums of 24 products; the spline loses digits with the penalty, which is why its band recursion is tried far up.
    check_against_matrix(reference::grid, reference::variances, windowed(Method::savitzky_golay, 2, 7), 1e-12);
    check_against_matrix(reference::grid, reference::variances, windowed(Method::savitzky_golay, 3, 9, 0), 1e-12);
    check_against_matrix(reference::x, reference::variances, windowed(Method::local_polynomial, 2, 7), 1e-12);
    check_against_matrix(reference::x, reference::variances, windowed(Method::local_polynomial, 1, 25), 1e-12);
    for (const double penalty : {1e-6, 0.01, 0.2, 10.0, 1e4}) {
        CAPTURE(penalty);
        check_against_matrix(reference::x, reference::variances, spline(penalty), 1e-9);
    }
}

TEST_CASE("the spline is scipy's, with its trace and variances") {
    const Curve curve{reference::x, reference::y, reference::variances, {}};
    const auto result = smooth(curve, spline(reference::penalty));
    check_near(result.values, reference::spline, 1e-10);  // scipy solves in B-splines: 1e-12 or so
    check_near(result.variances, reference::spline_variances, 1e-10);
    CHECK(result.degrees_of_freedom == Approx(reference::spline_trace).epsilon(1e-10));

    auto options = spline(reference::penalty);
    options.fill = true;
    auto gap = reference::y;
    gap[9] = unknown;
    const auto filled = smooth({reference::x, gap, reference::variances, {}}, options);
    CHECK(filled.values[9] == Approx(reference::filled).epsilon(1e-10));
    CHECK(filled.variances[9] == Approx(reference::filled_variance).epsilon(1e-10));

    // The same minimum of gcv, which is flat there: scipy's penalty and ours agree to 1e-3, the curves to less.
    options = spline(1);
    options.penalty.reset();
    check_near(smooth({reference::x, reference::y, {}, {}}, options).values, reference::spline_gcv, 2e-3);
}

TEST_CASE("limits of the spline: through the points, and the weighted straight line") {
    const Curve curve{reference::x, reference::y, reference::variances, {}};
    check_near(smooth(curve, spline(1e-14)).values, reference::y, 1e-9);
    const auto line = smooth(curve, spline(1e9));
    CHECK(line.degrees_of_freedom == Approx(2).epsilon(1e-4));
    double s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;  // the line by its normal equations
    for (std::size_t i = 0; i < reference::x.size(); ++i) {
        const double w = 1 / reference::variances[i], x = reference::x[i], y = reference::y[i];
        s += w;
        sx += w * x;
        sy += w * y;
        sxx += w * x * x;
        sxy += w * x * y;
    }
    const double slope = (s * sxy - sx * sy) / (s * sxx - sx * sx), at_zero = (sy - slope * sx) / s;
    for (std::size_t i = 0; i < reference::x.size(); ++i)
        CHECK(line.values[i] == Approx(at_zero + slope * reference::x[i]).epsilon(1e-4).scale(1));

    auto options = spline(1);
    options.penalty.reset();
    options.degrees_of_freedom = 6.5;
    CHECK(smooth(curve, options).degrees_of_freedom == Approx(6.5).epsilon(1e-5));
}

TEST_CASE("a large spline keeps its digits") {
    Doubles x, y, variances;
    for (int i = 0; i < 3000; ++i) {
        x.push_back(0.01 * std::pow(1.003, i));  // steps over four decades
        y.push_back(2 - 3 * x.back());
        variances.push_back(0.5 + 0.4 * std::sin(i));
    }
    for (const double penalty : {1e-6, 1.0, 1e6}) {  // a straight line comes back whatever the penalty
        const auto result = smooth({x, y, variances, {}}, spline(penalty));
        double worst = 0;
        for (std::size_t i = 0; i < x.size(); ++i) worst = std::max(worst, std::abs(result.values[i] / y[i] - 1));
        CHECK(worst < 1e-6);
        CHECK(result.degrees_of_freedom > 1.999);
    }
}

TEST_CASE("the variance is the scatter of smoothed noise") {
    const unsigned seed = 20260517;
    CAPTURE(seed);
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal;
    const int repeats = 4000;
    for (const auto& options :
         {windowed(Method::local_polynomial, 2, 9), windowed(Method::local_polynomial, 3, 11, 1), spline(0.2)}) {
        const std::size_t n = reference::x.size();
        Doubles sum(n, 0), squares(n, 0), variances;
        for (int k = 0; k < repeats; ++k) {
            Doubles y;
            for (const double variance : reference::variances) y.push_back(std::sqrt(variance) * normal(generator));
            const auto result = smooth({reference::x, y, reference::variances, {}}, options);
            variances = result.variances;
            for (std::size_t i = 0; i < n; ++i) {
                sum[i] += result.values[i];
                squares[i] += result.values[i] * result.values[i];
            }
        }
        double ratio = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double scatter = (squares[i] - sum[i] * sum[i] / repeats) / (repeats - 1);
            CHECK(scatter == Approx(variances[i]).epsilon(5 * std::sqrt(2.0 / repeats)));  // 5 standard errors of a variance
            ratio += scatter / variances[i] / static_cast<double>(n);
        }
        CHECK(ratio == Approx(1).epsilon(0.04));
    }
}

TEST_CASE("masked points, NaN and bad variances are left out and stay out; negative values are kept") {
    auto y = reference::y, variances = reference::variances;
    const std::size_t n = y.size();
    std::vector<std::uint8_t> mask(n, 0);
    y[3] = unknown;
    mask[7] = 1;
    y[7] = 1e9;
    variances[12] = unknown;
    variances[15] = 0;
    for (const auto& options : {windowed(Method::local_polynomial, 2, 7), spline(0.1)}) {
        const auto result = smooth({reference::x, y, variances, mask}, options);
        Doubles x_left, y_left, var_left;
        const bool zero_counts = options.method == Method::smoothing_spline;
        for (std::size_t i = 0; i < n; ++i) {
            if (i == 3 || i == 7 || i == 12 || (i == 15 && zero_counts)) continue;
            x_left.push_back(reference::x[i]);
            y_left.push_back(y[i]);
            var_left.push_back(variances[i]);
        }
        const auto without = smooth({x_left, y_left, var_left, {}}, options);
        CHECK(result.points == static_cast<std::ptrdiff_t>(x_left.size()));
        CHECK(result.degrees_of_freedom == without.degrees_of_freedom);
        for (std::size_t i = 0, k = 0; i < n; ++i) {
            CAPTURE(i);
            const bool out = i == 3 || i == 7 || i == 12 || (i == 15 && zero_counts);
            CHECK(result.mask[i] == (out ? 1 : 0));
            if (out)
                CHECK(std::isnan(result.values[i]));
            else
                CHECK(result.values[i] == without.values[k++]);
        }
        CHECK(*std::min_element(without.values.begin(), without.values.end()) < -2);
    }
    const auto one = smooth({Doubles{1}, Doubles{5}, {}, {}}, windowed(Method::local_polynomial, 1, 3));
    CHECK(one.status == Status::too_few_points);
    CHECK(std::isnan(one.values[0]));
    CHECK(one.mask[0] == 1);
    CHECK(smooth({Doubles{}, Doubles{}, {}, {}}, spline(1)).status == Status::too_few_points);
}

TEST_CASE("an automatic window is wide enough for the points around a gap") {
    auto y = reference::y;
    for (const std::size_t i : {5, 6, 7, 8, 10, 11, 12, 13}) y[i] = unknown;  // 9 stands alone
    Options options;
    options.method = Method::savitzky_golay;
    const auto result = smooth({reference::grid, y, reference::variances, {}}, options);
    CHECK(result.mask[9] == 0);
    CHECK(result.points == 16);
    CHECK(result.window >= 11);
}

TEST_CASE("refusals say what was found and what is needed") {
    const Doubles x{1, 2, 3, 4, 5.5, 6}, y{1, 2, 3, 4, 5, 6}, one{1};
    const auto check = [&](const Options& options, const char* text) {
        CHECK_THROWS_WITH_AS((void)smooth({x, y, {}, {}}, options), text, std::invalid_argument);
    };
    check(windowed(Method::local_polynomial, 2, 4), "window = 4, must be an odd number of points.");
    check(windowed(Method::local_polynomial, 5, 5), "window = 5, must be larger than degree = 5.");
    check(windowed(Method::savitzky_golay, 2, 7), "window = 7, but the curve has 6 points. Take a smaller window.");
    check(windowed(Method::local_polynomial, 2, 5, 3), "derivative = 3, must be 0 to degree = 2.");
    auto both = windowed(Method::local_polynomial, 2, 5);
    both.width = 1;
    check(both, "only one of window, width and relative_width can be given.");
    both.window.reset();
    both.method = Method::savitzky_golay;
    check(both, "savitzky_golay takes its window as a number of points: use window, or local_polynomial.");
    auto wrong = spline(1);
    wrong.derivative = 1;
    check(wrong, "smoothing_spline gives no derivative: use savitzky_golay or local_polynomial.");
    wrong = spline(-1);
    check(wrong, "a width, relative_width or penalty is -1, must be finite and above 0.");
    wrong.penalty.reset();
    wrong.degrees_of_freedom = 6;
    check(wrong, "degrees_of_freedom = 6, must be above 2 and below the 6 points used.");
    Options chi;
    chi.criterion = Criterion::chi_square;
    check(chi, "criteria mallows and chi_square need variances, and the data have none. Use gcv.");
    CHECK_THROWS_WITH_AS((void)smooth({x, y, {}, {}}, windowed(Method::savitzky_golay, 2, 5)),
                         "x is not equally spaced: 5.5 at index 4 would be 5. Use local_polynomial or smoothing_spline.",
                         std::domain_error);
    CHECK_THROWS_WITH_AS((void)smooth({Doubles{1, 1}, Doubles{1, 1}, {}, {}}, Options{}),
                         "x must increase strictly, but has 1 at index 1 after 1.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)smooth({x, one, {}, {}}, Options{}), "y has 1 points and x has 6. They must agree.",
                         std::invalid_argument);
}

TEST_CASE("variances that are all 0 say nothing: the window is that without variances") {
    const Doubles none(reference::x.size(), 0.0);
    Options options;
    options.method = Method::local_polynomial;
    options.degree = 2;
    const auto exact = smooth({reference::x, reference::y, none, {}}, options);
    const auto without = smooth({reference::x, reference::y, {}, {}}, options);
    CHECK(exact.window == without.window);
    CHECK(exact.values == without.values);
    CHECK(exact.variances == none);
    CHECK(std::isnan(exact.chi_square));
}
