// SPDX-License-Identifier: BSD-3-Clause
// Tests of the Ornstein-Zernike fit: exact curves, pulls of seeded noise, and each reason for which the law is not applicable.
#include "../kernel.hpp"

#include <cmath>
#include <fstream>
#include <functional>
#include <numbers>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include "reference/ornstein_zernike/expected.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice::ornstein_zernike;
using doctest::Approx;
using Doubles = std::vector<double>;

/// `epsilon` is relative, with no absolute part.
Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

void check_same(double found, double expected, double epsilon) {
    if (expected == 0)
        CHECK(found == 0);
    else
        CHECK(found == near(expected, epsilon));
}

struct Data {
    Doubles q, intensity, variance;
    std::vector<std::uint8_t> mask;

    operator Curve() const { return {q, intensity, variance, mask}; }
};

Data curve_of(double first, double last, int n, const std::function<double(double)>& function, double relative_sigma = 0) {
    Data data;
    for (int k = 0; k < n; ++k) {
        const double q = first + (last - first) * k / (n - 1);
        data.q.push_back(q);
        data.intensity.push_back(function(q));
        if (relative_sigma > 0) data.variance.push_back(std::pow(relative_sigma * data.intensity.back(), 2));
    }
    return data;
}

std::function<double(double)> law(double intensity, double xi, double background = 0) {
    return [=](double q) { return intensity / (1 + q * q * xi * xi) + background; };
}

Data noisy(Data data, std::mt19937_64& random) {
    for (std::size_t i = 0; i < data.q.size(); ++i)
        data.intensity[i] += std::normal_distribution<double>(0, std::sqrt(data.variance[i]))(random);
    return data;
}

bool no_numbers(const Result& result) {
    for (const auto& each : {result.correlation_length, result.intensity, result.background})
        if (!std::isnan(each.value) || !std::isnan(each.variance)) return false;
    for (const double each : result.curve)
        if (!std::isnan(each)) return false;
    return std::isnan(result.reduced_chi_square);
}

void check_refused(const Data& data, Status reason, std::optional<double> background = 0, const Options& options = {}) {
    const auto result = fit(data, background, options);
    CHECK(result.status == reason);
    CHECK(no_numbers(result));
}

constexpr std::nullopt_t free_background = std::nullopt;

}  // namespace

TEST_CASE("an exact curve gives its length back in any unit, with a background free, fixed or none") {
    for (const double scale : {1.0, 0.1, 1e3})  // of q
        for (const double xi : {0.25, 1.0, 4.0})
            for (const double relative : {0.0, 0.01}) {
                CAPTURE(scale);
                CAPTURE(xi);
                const auto data = curve_of(0.02 * scale, 4 * scale, 200, law(7e-3, xi / scale, 1e-3), relative);
                for (const auto background : {std::optional<double>(), std::optional(1e-3)}) {
                    const auto result = fit(data, background, {});
                    CHECK(result.status == Status::ok);
                    CHECK(result.correlation_length.value * scale == near(xi, 1e-8));
                    CHECK(result.intensity.value == near(7e-3, 1e-8));
                    CHECK(result.background.value == near(1e-3, 1e-7));
                    CHECK(result.points == 200);
                    CHECK(result.curve[17] == near(data.intensity[17], 1e-9));
                    if (background) CHECK(result.background.variance == 0);
                }
                const auto none = fit(curve_of(0, 4 * scale, 100, law(7, xi / scale), relative), 0, {});
                CHECK(none.status == Status::ok);
                CHECK(none.correlation_length.value * scale == near(xi, 1e-8));
            }
}

TEST_CASE("scipy finds the same values, variances and chi-square") {
    for (const auto& expected : reference::cases) {
        CAPTURE(std::string(expected.name));
        Doubles variance;
        for (const double sigma : expected.sigma) variance.push_back(sigma * sigma);
        const auto background = expected.background.variance > 0 ? std::nullopt : std::optional(expected.background.value);
        const auto result = fit({reference::q, expected.intensity, variance, {}}, background, {});
        REQUIRE(result.status == Status::ok);
        // 1e-6: scipy takes differences for its derivatives
        CHECK(result.correlation_length.value == near(expected.length.value, 1e-6));
        CHECK(result.correlation_length.variance == near(expected.length.variance, 1e-5));
        CHECK(result.intensity.value == near(expected.amplitude.value, 1e-6));
        CHECK(result.intensity.variance == near(expected.amplitude.variance, 1e-5));
        check_same(result.background.value, expected.background.value, 1e-6);
        check_same(result.background.variance, expected.background.variance, 1e-5);
        CHECK(result.reduced_chi_square == near(expected.reduced_chi_square, 1e-8));
    }
}

TEST_CASE("pulls of 400 noisy curves are standard normal") {
    constexpr std::uint64_t seed = 2718281;
    MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    struct Setting {
        double xi, background, sigma;
        std::optional<double> given;
        bool with_variances;
    };
    for (const auto& [xi, background, sigma, given, with_variances] :
         {Setting{1, 0, 0.05, 0, true}, Setting{2, 0.02, 0.02, std::nullopt, true}, Setting{0.8, 0.1, 0.02, 0.1, true},
          Setting{1, 0.05, 0.02, std::nullopt, false}}) {
        CAPTURE(xi);
        const auto exact = curve_of(0.1, 4, 150, law(1, xi, background), with_variances ? sigma : 0);
        double sums[2] = {0, 0}, squares[2] = {0, 0};
        for (int k = 0; k < 400; ++k) {
            auto data = exact;
            if (!with_variances) data.variance.assign(150, sigma * sigma);
            data = noisy(data, random);
            if (!with_variances) data.variance.clear();
            const auto result = fit(data, given, {});
            REQUIRE((result.status == Status::ok || result.status == Status::poor_fit));
            const double pulls[2] = {(result.correlation_length.value - xi) / std::sqrt(result.correlation_length.variance),
                                     (result.intensity.value - 1) / std::sqrt(result.intensity.variance)};
            for (int i = 0; i < 2; ++i) sums[i] += pulls[i], squares[i] += pulls[i] * pulls[i];
        }
        for (int i = 0; i < 2; ++i) {
            // Of 400 standard normal numbers: mean 0 +- 0.05, width 1 +- 0.035; four of these.
            CHECK(std::abs(sums[i] / 400) < 0.2);
            CHECK(std::sqrt(squares[i] / 400) > 0.85);
            CHECK(std::sqrt(squares[i] / 400) < 1.2);
        }
    }
}

TEST_CASE("not applicable: a curve that is flat or rises") {
    std::mt19937_64 random(1);
    check_refused(noisy(curve_of(
                            0.3, 5, 200, [](double) { return 1.0; }, 0.02),
                        random),
                  Status::no_fall);
    check_refused(curve_of(0.3, 5, 200, [](double) { return 1.0; }), Status::no_fall);
    check_refused(curve_of(
                      0.3, 5, 200, [](double q) { return 1 + 0.01 * q * q; }, 0.01),
                  Status::no_fall);
    check_refused(curve_of(
                      0.3, 5, 200, [](double q) { return 1 + 0.01 * q * q; }, 0.01),
                  Status::no_fall, free_background);
    check_refused(curve_of(0.3, 5, 20, [](double) { return 0.0; }), Status::no_fall);
    check_refused(curve_of(
                      0.3, 5, 20, [](double) { return -1.0; }, 0.1),
                  Status::no_fall);
}

TEST_CASE("of 400 curves of flat noise nearly all are refused") {
    // A difference of chi-square of 9 (11.8) is 3 standard errors; the search over xi makes it a little more frequent.
    constexpr std::uint64_t seed = 31415;
    MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    int lengths = 0;
    for (int k = 0; k < 400; ++k) {
        const auto data = noisy(curve_of(
                                    0.3, 5, 100, [](double) { return 1.0; }, 0.05),
                                random);
        for (const auto background : {std::optional<double>(), std::optional(0.0)})
            lengths += fit(data, background, {}).status <= Status::poor_fit;
    }
    CHECK(lengths <= 4);  // of 800: 0.5 %
}

TEST_CASE("not applicable: no inflection below 5 1/nm, as of a molecular liquid below its first peak") {
    // A Gaussian or Lorentzian peak at 12 1/nm on a constant: up to 5 1/nm such curves rise.
    const auto liquid = [](double q) { return 1.2 + 8 * std::exp(-std::pow((q - 12) / 3, 2)); };
    for (const auto background : {std::optional<double>(), std::optional(0.0)}) {
        check_refused(curve_of(0.4, 5, 150, liquid, 0.01), Status::no_fall, background);
        // With an upturn q^-4 of surfaces the curve falls, but as a power law: no plateau.
        const auto upturn = [&](double q) { return liquid(q) + 0.5 * std::pow(q, -4); };
        const auto falls = curve_of(0.2, 5, 150, upturn, 0.01);
        if (!background) check_refused(falls, Status::no_plateau, background);
        CHECK(no_numbers(fit(falls, background, {})));
        // A flank that bends downwards all along
        check_refused(curve_of(
                          0.3, 5, 150, [](double q) { return 10 - 0.2 * q * q; }, 0.01),
                      Status::no_inflection, background);
    }
    // An Ornstein-Zernike curve itself, cut before its inflection at 1 / (sqrt(3) xi)
    check_refused(curve_of(0.05, 0.5, 100, law(1, 1), 0.01), Status::no_inflection, 0);
    CHECK(fit(curve_of(0.05, 0.7, 100, law(1, 1), 0.01), 0, {}).status == Status::ok);
}

TEST_CASE("not applicable: q_min xi >= 1") {
    check_refused(curve_of(1.1, 8, 100, law(1, 1), 0.001), Status::no_plateau);
    CHECK(fit(curve_of(0.9, 8, 100, law(1, 1), 0.001), 0, {}).status == Status::ok);
    check_refused(curve_of(
                      0.1, 8, 100, [](double q) { return 1 / (q * q); }, 0.01),
                  Status::no_plateau);
    check_refused(curve_of(
                      0.1, 8, 100, [](double q) { return std::pow(q, -4); }, 0.01),
                  Status::no_plateau, free_background);
    // The same with the limit of a window: what counts are the points fitted
    const auto data = curve_of(0.1, 8, 159, law(1, 1), 0.001);
    CHECK(fit(data, 0, {}).status == Status::ok);
    check_refused(data, Status::no_plateau, 0, {.q_min = 1.2});
}

TEST_CASE("a curve of another law that falls is fitted and called poor") {
    const auto squared = [](double q) { return std::pow(1 + q * q, -2); };  // Debye-Bueche
    const auto result = fit(curve_of(0.05, 5, 100, squared, 0.01), 0, {});
    CHECK(result.status == Status::poor_fit);
    CHECK(result.reduced_chi_square > 10);
    CHECK(result.correlation_length.value > 0);
}

TEST_CASE("too little to determine the length") {
    check_refused(curve_of(0, 1, 2, law(1, 1), 0.01), Status::too_few_points, 0);
    check_refused(curve_of(0, 1, 3, law(1, 1), 0.01), Status::too_few_points, free_background);
    check_refused(curve_of(0, 4, 50, law(1, 1), 0.01), Status::no_background, unknown);
    check_refused({}, Status::too_few_points);
    // Five points with errors of 35 % determine two parameters, but not three
    Data few;
    for (int k = 0; k < 5; ++k) {
        few.q.push_back(0.9 * std::pow(8 / 0.9, k / 4.0));
        few.intensity.push_back(law(1, 1)(few.q.back()));
        few.variance.push_back(std::pow(0.35 * few.intensity.back(), 2));
    }
    check_refused(few, Status::not_determined, free_background);
}

TEST_CASE("masked points, those without value or variance, and those out of range do not count; negative ones do") {
    std::mt19937_64 random(3);
    const auto clean = noisy(curve_of(0.1, 4, 60, law(1, 1.5, -0.2), 0.05), random);
    auto data = clean;
    data.mask.assign(60, 0);
    data.mask[4] = 1, data.intensity[4] = 99;
    data.intensity[7] = unknown;
    data.variance[9] = 0, data.intensity[9] = 99;
    data.variance[11] = unknown, data.intensity[11] = 99;
    Data kept;
    for (std::size_t i = 0; i < 60; ++i)
        if (i != 4 && i != 7 && i != 9 && i != 11 && clean.q[i] <= 3)
            kept.q.push_back(clean.q[i]), kept.intensity.push_back(clean.intensity[i]),
                kept.variance.push_back(clean.variance[i]);
    const auto result = fit(data, free_background, {.q_max = 3}), expected = fit(kept, free_background, {});
    CHECK(result.points == static_cast<std::ptrdiff_t>(kept.q.size()));
    CHECK(result.correlation_length.value == expected.correlation_length.value);
    CHECK(result.correlation_length.variance == expected.correlation_length.variance);
    CHECK(result.background.value < 0);
}

TEST_CASE("a limit rounded by a change of unit keeps its point") {
    auto data = curve_of(0.01, 0.1, 10, law(1, 30), 0.01);
    data.q[6] = 0.07;
    REQUIRE(0.7 * 0.1 < 0.07);
    CHECK(fit(data, free_background, {.q_max = 0.7 * 0.1}).points == 7);
}

TEST_CASE("bad options and lengths are refused") {
    const auto data = curve_of(0, 4, 50, law(1, 1), 0.01);
    CHECK_THROWS_WITH_AS((void)fit(data, 0, {.q_min = 2, .q_max = 1}), "q_min = 2, must be below q_max = 1.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)fit({data.q, Doubles{1}, {}, {}}, 0, {}), "intensity has 1 points and q has 50. They must agree.",
                         std::invalid_argument);
}

TEST_CASE("the Ornstein-Zernike curves of the shared data") {
    for (const char* name : {"log300", "irr60"}) {
        const auto path = sluice::test::shared_data("sas/invariant/ornstein_zernike_" + std::string(name) + ".csv");
        if (!path) return;
        std::ifstream file(*path);
        Data data;
        for (std::string line; std::getline(file, line);) {
            if (line.empty() || line[0] == '#') continue;
            std::istringstream cells(line);
            Doubles row;
            for (std::string cell; std::getline(cells, cell, ',');) row.push_back(std::stod(cell));
            data.q.push_back(row.at(0));
            data.intensity.push_back(row.at(1));
            data.variance.push_back(row.at(2) * row.at(2));
        }
        const auto result = fit(data, 0, {});
        CHECK(result.status == Status::ok);
        // truth.json: length 28 angstrom
        CHECK(std::abs(result.correlation_length.value - 28) < 4 * std::sqrt(result.correlation_length.variance));
    }
}
