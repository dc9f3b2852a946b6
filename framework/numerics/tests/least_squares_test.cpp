// SPDX-License-Identifier: BSD-3-Clause
// Tests of bounded least squares: NIST's certified problems, closed forms, bounds, and what cannot be fitted.
#include <sluice/numerics/least_squares.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <unistd.h>

#include <doctest/doctest.h>

#include "nist_nonlinear.hpp"

namespace {

using namespace sluice::numerics;
using doctest::Approx;
using Doubles = std::vector<double>;

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

/// Residuals of a model f(x, values, slopes) -> y, slopes [n] or empty.
template <class Model>
ResidualFunction residuals_of(const Doubles& x, const Doubles& y, const Model& model) {
    return [=](std::span<const double> values, std::span<double> residuals, std::span<double> jacobian) {
        const auto n = values.size();
        for (std::size_t i = 0; i < x.size(); ++i)
            residuals[i] = model(x[i], values, jacobian.empty() ? std::span<double>() : jacobian.subspan(i * n, n)) - y[i];
    };
}

std::vector<FitParameter> start_at(const Doubles& values) {
    std::vector<FitParameter> parameters;
    for (const double value : values) parameters.push_back({value});
    return parameters;
}

// --- the models of NIST, with their derivatives -------------------------------------------------------------------

using Values = std::span<const double>;
using Slopes = std::span<double>;

double misra1a(double x, Values b, Slopes slopes) {
    const double decay = std::exp(-b[1] * x);
    if (!slopes.empty()) slopes[0] = 1 - decay, slopes[1] = b[0] * x * decay;
    return b[0] * (1 - decay);
}

double lanczos(double x, Values b, Slopes slopes) {
    double y = 0;
    for (std::size_t k = 0; k < 6; k += 2) {
        const double decay = std::exp(-b[k + 1] * x);
        if (!slopes.empty()) slopes[k] = decay, slopes[k + 1] = -b[k] * x * decay;
        y += b[k] * decay;
    }
    return y;
}

double thurber(double x, Values b, Slopes slopes) {
    const double top = b[0] + x * (b[1] + x * (b[2] + x * b[3])), bottom = 1 + x * (b[4] + x * (b[5] + x * b[6]));
    if (!slopes.empty())
        for (int k = 0; k < 7; ++k)
            slopes[static_cast<std::size_t>(k)] = k < 4 ? std::pow(x, k) / bottom : -top / (bottom * bottom) * std::pow(x, k - 3);
    return top / bottom;
}

double mgh09(double x, Values b, Slopes slopes) {
    const double top = x * x + x * b[1], bottom = x * x + x * b[2] + b[3];
    if (!slopes.empty()) {
        slopes[0] = top / bottom;
        slopes[1] = b[0] * x / bottom;
        slopes[3] = -b[0] * top / (bottom * bottom);
        slopes[2] = x * slopes[3];
    }
    return b[0] * top / bottom;
}

double rat43(double x, Values b, Slopes slopes) {
    const double e = std::exp(b[1] - b[2] * x), y = b[0] * std::pow(1 + e, -1 / b[3]);
    if (!slopes.empty()) {
        slopes[0] = y / b[0];
        slopes[1] = -y * e / ((1 + e) * b[3]);
        slopes[2] = -x * slopes[1];
        slopes[3] = y * std::log(1 + e) / (b[3] * b[3]);
    }
    return y;
}

double eckerle4(double x, Values b, Slopes slopes) {
    const double t = (x - b[2]) / b[1], y = b[0] / b[1] * std::exp(-t * t / 2);
    if (!slopes.empty()) slopes[0] = y / b[0], slopes[1] = y * (t * t - 1) / b[1], slopes[2] = y * t / b[1];
    return y;
}

struct Certified {
    const nist::Problem& problem;
    double (*model)(double, Values, Slopes);
};
const std::array<Certified, 6> certified{{{nist::misra1a, misra1a},
                                          {nist::lanczos3, lanczos},
                                          {nist::thurber, thurber},
                                          {nist::mgh09, mgh09},
                                          {nist::rat43, rat43},
                                          {nist::eckerle4, eckerle4}}};

/// y = a exp(-k x): exact data of a = 2, k = 0.5, and a model with bounds to try.
const Doubles decay_x{0, 1, 2, 3, 4, 5};
double decay(double x, Values b, Slopes slopes) {
    const double e = std::exp(-b[1] * x);
    if (!slopes.empty()) slopes[0] = e, slopes[1] = -b[0] * x * e;
    return b[0] * e;
}
Doubles decay_y() {
    Doubles y;
    for (const double x : decay_x) y.push_back(2 * std::exp(-0.5 * x));
    return y;
}

double line(double x, Values b, Slopes slopes) {
    if (!slopes.empty()) slopes[0] = 1, slopes[1] = x;
    return b[0] + b[1] * x;
}
const Doubles line_x{0, 1, 2, 3}, line_y{1, 3, 2, 5};

FitReport fit_line(const std::vector<FitParameter>& parameters) {
    return least_squares(parameters, 4, residuals_of(line_x, line_y, line));
}

}  // namespace

TEST_CASE("NIST: certified values, standard deviations and sums of squares, from both starts") {
    for (const auto& [problem, model] : certified)
        for (const auto& start : {problem.start_1, problem.start_2}) {
            CAPTURE(std::string(problem.name));
            CAPTURE(start[0]);
            const auto n = static_cast<std::ptrdiff_t>(problem.x.size());
            const auto report = least_squares(start_at(start), n, residuals_of(problem.x, problem.y, model));
            CHECK(report.status == FitStatus::converged);
            CHECK(report.degrees_of_freedom == n - static_cast<std::ptrdiff_t>(start.size()));
            CHECK(report.chi_square == near(problem.residual_sum_of_squares, 1e-9));
            for (std::size_t i = 0; i < start.size(); ++i) {
                CAPTURE(i);
                // 11 certified digits; what double precision keeps of them depends on the problem (Lanczos3: 1e-8)
                CHECK(report.values[i] == near(problem.value[i], 3e-8));
                CHECK(std::sqrt(report.variance(i) * report.reduced_chi_square()) == near(problem.deviation[i], 1e-6));
            }
        }
}

TEST_CASE("derivatives of the models agree with differences, and a wrong one is seen") {
    for (const auto& [problem, model] : certified) {
        CAPTURE(std::string(problem.name));
        const auto n = static_cast<std::ptrdiff_t>(problem.x.size());
        CHECK(jacobian_error(problem.value, n, residuals_of(problem.x, problem.y, model)) < 1e-8);
    }
    const auto wrong = [](double x, Values b, Slopes slopes) {
        const double y = decay(x, b, slopes);
        if (!slopes.empty()) slopes[1] *= 1.01;
        return y;
    };
    CHECK(jacobian_error(Doubles{2, 0.5}, 6, residuals_of(decay_x, decay_y(), wrong)) == Approx(0.01 / 1.01).epsilon(1e-3));
}

TEST_CASE("a straight line: closed form of values, covariance and chi-square") {
    const auto report = fit_line({{0}, {0}});
    // Normal equations by hand: sum x = 6, x^2 = 14, y = 11, x y = 22; determinant 20
    CHECK(report.values[0] == near(1.1, 1e-14));
    CHECK(report.values[1] == near(1.1, 1e-14));
    CHECK(report.covariance[0] == near(14.0 / 20, 1e-14));
    CHECK(report.covariance[1] == near(-6.0 / 20, 1e-14));
    CHECK(report.covariance[2] == near(-6.0 / 20, 1e-14));
    CHECK(report.covariance[3] == near(4.0 / 20, 1e-14));
    CHECK(report.chi_square == near(2.7, 1e-14));  // residuals 0.1, -0.8, 1.3, -0.6
    CHECK(report.reduced_chi_square() == near(1.35, 1e-14));
    CHECK_FALSE(report.any_at_bound());
}

TEST_CASE("exact data: the parameters to rounding") {
    const auto report = least_squares(std::vector<FitParameter>{{1}, {1.5}}, 6, residuals_of(decay_x, decay_y(), decay));
    CHECK(report.status == FitStatus::converged);
    CHECK(report.values[0] == near(2, 1e-13));
    CHECK(report.values[1] == near(0.5, 1e-13));
}

TEST_CASE("a fixed parameter keeps its value, has no variance, and is no free one") {
    for (const auto& fixed : {FitParameter{2, -10, 10, true}, FitParameter{2, 2, 2}}) {
        const auto report = fit_line({fixed, {0}});
        // b1 = sum x (y - 2) / sum x^2 = (1 + 0 + 9) / 14
        CHECK(report.values == Doubles{2, report.values[1]});
        CHECK(report.values[1] == near(10.0 / 14, 1e-13));
        CHECK(report.covariance[0] == 0);
        CHECK(report.covariance[1] == 0);
        CHECK(report.variance(1) == near(1.0 / 14, 1e-14));
        CHECK(report.degrees_of_freedom == 3);
        CHECK_FALSE(report.any_at_bound());
    }
    const auto none = fit_line({{2, -10, 10, true}, {0, 0, 0}});
    CHECK(none.status == FitStatus::converged);
    CHECK(none.chi_square == 11);  // 1, 1, 0, 9
    CHECK(none.degrees_of_freedom == 4);
}

TEST_CASE("a bound that holds the fit: exactly on it, marked, without variance; the other as with it fixed") {
    const auto report = fit_line({{3, 2, 9}, {0, -5, 5}});  // free: intercept 1.1
    CHECK(report.status == FitStatus::converged);
    CHECK(report.values[0] == 2);
    CHECK(report.values[1] == near(10.0 / 14, 1e-12));
    CHECK(report.at_bound == std::vector<bool>{true, false});
    CHECK(std::isnan(report.covariance[0]));
    CHECK(std::isnan(report.covariance[1]));
    CHECK(std::isnan(report.covariance[2]));
    CHECK(report.variance(1) == near(1.0 / 14, 1e-12));

    const auto from_bound = fit_line({{2, 2, 9}, {0, -5, 5}});  // the start on it
    CHECK(from_bound.values[0] == 2);
    CHECK(from_bound.at_bound[0]);
    const auto leaves = fit_line({{-2, -2, 9}, {5, -5, 5}});  // bounds that do not hold it
    CHECK(leaves.values[0] == near(1.1, 1e-12));
    CHECK_FALSE(leaves.any_at_bound());
}

TEST_CASE("an upper bound on a curved model, and all parameters on bounds") {
    const auto report =
        least_squares(std::vector<FitParameter>{{1, 0, 1.5}, {0.1, 0, 10}}, 6, residuals_of(decay_x, decay_y(), decay));
    CHECK(report.values[0] == 1.5);
    CHECK(report.at_bound == std::vector<bool>{true, false});
    const auto alone =
        least_squares(std::vector<FitParameter>{{1.5, 1.5, 1.5}, {0.1}}, 6, residuals_of(decay_x, decay_y(), decay));
    CHECK(report.values[1] == near(alone.values[1], 1e-10));  // the minimum along the bound
    CHECK(report.variance(1) == near(alone.variance(1), 1e-9));

    const auto corner = fit_line({{3, 2, 9}, {2, 1.5, 5}});
    CHECK(corner.status == FitStatus::converged);
    CHECK(corner.values == Doubles{2, 1.5});
    CHECK(corner.at_bound == std::vector<bool>{true, true});
}

TEST_CASE("a narrow valley that crosses a bound aslant is followed to the minimum on the bound") {
    // r = (x + y - 4, 1e-3 (x - y)) with x <= 1: y minimises (y - 3)^2 + 1e-6 (1 - y)^2
    const auto valley = [](Values b, std::span<double> r, Slopes jacobian) {
        r[0] = b[0] + b[1] - 4, r[1] = 1e-3 * (b[0] - b[1]);
        if (!jacobian.empty()) jacobian[0] = jacobian[1] = 1, jacobian[2] = 1e-3, jacobian[3] = -1e-3;
    };
    const auto report = least_squares(std::vector<FitParameter>{{-3, -9, 1}, {0, -9, 9}}, 2, valley);
    CHECK(report.status == FitStatus::converged);
    CHECK(report.values[0] == 1);
    CHECK(report.values[1] == near((3 + 1e-6) / (1 + 1e-6), 1e-12));
    CHECK(report.at_bound == std::vector<bool>{true, false});
    CHECK(report.variance(1) == near(1 / (1 + 1e-6), 1e-12));
}

TEST_CASE("what the data do not determine is singular, its covariance unknown") {
    const auto twice = [](double, Values b, Slopes slopes) {
        if (!slopes.empty()) slopes[0] = slopes[1] = 1;
        return b[0] + b[1];
    };
    const auto report = least_squares(start_at({0, 0}), 4, residuals_of(line_x, line_y, twice));
    CHECK(report.status == FitStatus::singular);
    CHECK(report.values[0] + report.values[1] == near(2.75, 1e-10));
    CHECK(std::isnan(report.variance(0)));
    CHECK(report.message == "the data do not determine all free parameters");

    const auto unused = [](double, Values b, Slopes slopes) {
        if (!slopes.empty()) slopes[0] = 1;
        return b[0];
    };
    CHECK(least_squares(start_at({0, 7}), 4, residuals_of(line_x, line_y, unused)).status == FitStatus::singular);
    CHECK(least_squares(start_at({0, 0}), 1, residuals_of({1}, {3}, line)).status ==
          FitStatus::singular);  // one point, two parameters
}

TEST_CASE("units do not matter: columns that differ by 1e20 are told apart") {
    const auto scaled = [](double x, Values b, Slopes slopes) {
        const double y = line(x, Doubles{b[0] * 1e10, b[1] * 1e-10}, slopes);
        if (!slopes.empty()) slopes[0] *= 1e10, slopes[1] *= 1e-10;
        return y;
    };
    const auto report = least_squares(start_at({0, 0}), 4, residuals_of(line_x, line_y, scaled));
    CHECK(report.status == FitStatus::converged);
    CHECK(report.values[0] == near(1.1e-10, 1e-10));
    CHECK(report.values[1] == near(1.1e10, 1e-10));
    CHECK(report.variance(1) == near(0.2e20, 1e-10));
}

TEST_CASE("fits that end too early, or on a wrong derivative, say so") {
    const auto& [problem, model] = certified[3];
    const auto early =
        least_squares(start_at(problem.start_1), 11, residuals_of(problem.x, problem.y, model), {.max_iterations = 2});
    CHECK(early.status == FitStatus::not_converged);
    CHECK(std::isnan(early.variance(0)));

    const auto uphill = [](double x, Values b, Slopes slopes) {
        const double y = decay(x, b, slopes);
        for (double& slope : slopes) slope = -slope;
        return y;
    };
    CHECK(least_squares(start_at({1, 1.5}), 6, residuals_of(decay_x, decay_y(), uphill)).status == FitStatus::not_converged);
}

TEST_CASE("where the model has no value the search turns back; at the start it is no fit") {
    const auto root = [](double x, Values b, Slopes slopes) {  // NaN for b < 0
        const double y = std::sqrt(b[0]) * (1 + x);
        if (!slopes.empty()) slopes[0] = y / (2 * b[0]);
        return y;
    };
    const auto function = residuals_of({0, 1, 2}, {0.1, 0.2, 0.3}, root);
    CHECK(least_squares(start_at({100}), 3, function).values[0] == near(0.01, 1e-9));  // the full first step goes below 0
    const auto report = least_squares(start_at({-1}), 3, function);
    CHECK(report.status == FitStatus::not_converged);
    CHECK(report.message == "the model has no finite value at the start");
    CHECK(std::isnan(report.variance(0)));
}

TEST_CASE("what the model throws comes through; wrong arguments are refused") {
    const auto throwing = [](std::span<const double>, std::span<double>, std::span<double>) {
        throw std::domain_error("no table");
    };
    CHECK_THROWS_WITH_AS((void)least_squares(start_at({1}), 3, throwing), "no table", std::domain_error);
    CHECK_THROWS_WITH_AS((void)fit_line({{0}, {7, 0, 5}}),
                         "parameter 1 starts at 7, must be finite and within its bounds 0 to 5.", std::invalid_argument);
    CHECK_THROWS_AS((void)fit_line({{std::nan("")}, {0}}), std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)fit_line({}), "a fit needs at least one parameter, got none.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)least_squares(start_at({1}), 0, throwing), "a fit needs at least one residual, got 0.",
                         std::invalid_argument);
}

TEST_CASE("the same bits each time, and not a word on the standard streams") {
    std::FILE* file = std::tmpfile();
    REQUIRE(file);
    const int out = dup(STDOUT_FILENO), error = dup(STDERR_FILENO);
    std::fflush(stdout);
    dup2(fileno(file), STDOUT_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    std::vector<FitReport> reports;
    for (int repeat = 0; repeat < 2; ++repeat) {
        reports.push_back(least_squares(start_at(nist::mgh09.start_1), 11, residuals_of(nist::mgh09.x, nist::mgh09.y, mgh09)));
        (void)least_squares(start_at({100, 3}), 4, residuals_of(line_x, {1, std::nan(""), 2, 3}, line));
        (void)fit_line({{3, 2, 9}, {2, 1.5, 5}});
        (void)least_squares(start_at(nist::mgh09.start_1), 11, residuals_of(nist::mgh09.x, nist::mgh09.y, mgh09),
                            {.max_iterations = 0});
        const auto uphill = [](double x, Values b, Slopes slopes) {
            const double y = decay(x, b, slopes);
            for (double& slope : slopes) slope = -slope;
            return y;
        };
        (void)least_squares(std::vector<FitParameter>{{1, 0, 9}, {1.5, 0, 9}}, 6, residuals_of(decay_x, decay_y(), uphill));
    }
    std::fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(error, STDERR_FILENO);
    close(out);
    close(error);
    CHECK(lseek(fileno(file), 0, SEEK_END) == 0);
    std::fclose(file);
    CHECK(reports[0].values == reports[1].values);
    CHECK(reports[0].covariance == reports[1].covariance);
    CHECK(reports[0].iterations == reports[1].iterations);
}
