// SPDX-License-Identifier: BSD-3-Clause
// Tests of the division: hand-made numbers, error propagation against Monte Carlo, what is masked, and a simulated liquid.
#include "../kernel.hpp"

#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/shared_data.hpp"

namespace {

using namespace sluice::structure_factor;
using doctest::Approx;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

struct Found {
    Doubles values, variance;
    std::vector<std::uint8_t> mask;
    Counts counts;
};

Found divided(const Terms& terms, const Options& options = {}) {
    const std::size_t n = terms.intensity.size();
    Found found{Doubles(n), Doubles(n), std::vector<std::uint8_t>(n), {}};
    found.counts = divide(terms, options, {found.values, found.variance, found.mask});
    return found;
}

}  // namespace

TEST_CASE("values and variances by hand") {
    const Doubles intensity{10, 6}, intensity_variance{0.25, 0.09}, single{4, 2}, single_variance{0.04, 0.01}, other{2, 1},
        other_variance{0.01, 0.02}, covariance{0.015, -0.008};
    const auto plain = divided({intensity, intensity_variance, single, {}, {}, {}, {}, {}});
    CHECK(plain.values == Doubles{2.5, 3});
    CHECK(plain.variance == Doubles{0.25 / 16, 0.09 / 4});
    const auto full = divided({intensity, intensity_variance, single, single_variance, other, other_variance, covariance, {}});
    CHECK(full.values == Doubles{2, 2.5});
    CHECK(full.variance[0] == near((0.25 + 0.01 + 4 * 0.04 + 2 * 2 * 0.015) / 16, 1e-15));
    CHECK(full.variance[1] == near((0.09 + 0.02 + 6.25 * 0.01 - 2 * 2.5 * 0.008) / 4, 1e-15));
    // Divided by S(0) = 0.5 +- 0.1: twice as large, 20 % more error
    const auto normalised = divided({intensity, intensity_variance, single, {}, {}, {}, {}, {}}, {1e-3, 0.5, 0.01});
    CHECK(normalised.values == Doubles{5, 6});
    CHECK(normalised.variance[0] == near(4 * 0.25 / 16 + 25 * 0.04, 1e-15));
}

TEST_CASE("the scatter of simulated fits and noise is the variance") {
    // single and other drawn with their covariance, s0 on its own. First order: right to 1 % while errors are below 5 %.
    constexpr std::uint64_t seed = 161803;
    MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    constexpr double i0 = 5, f0 = 2, o0 = 1, s00 = 0.4, si = 0.1, sf = 0.06, so = 0.09, correlation = -0.7, ss = 0.016;
    for (const bool divides : {false, true}) {
        const Options options = divides ? Options{1e-3, s00, ss * ss} : Options{};
        const double covariance = correlation * sf * so;
        const auto exact = divided({std::array{i0},
                                    std::array{si * si},
                                    std::array{f0},
                                    std::array{sf * sf},
                                    std::array{o0},
                                    std::array{so * so},
                                    std::array{covariance},
                                    {}},
                                   options);
        const int repeats = 40000;
        double sum = 0, squares = 0;
        for (int k = 0; k < repeats; ++k) {
            const double a = normal(random), b = normal(random);
            const std::array intensity{i0 + si * normal(random)}, single{f0 + sf * a},
                other{o0 + so * (correlation * a + std::sqrt(1 - correlation * correlation) * b)};
            const Options drawn{1e-3, divides ? s00 + ss * normal(random) : 1, 0};
            const double off = divided({intensity, {}, single, {}, other, {}, {}, {}}, drawn).values[0] - exact.values[0];
            sum += off, squares += off * off;
        }
        const double variance = (squares - sum * sum / repeats) / (repeats - 1);
        // Standard error of a variance: sqrt(2 / n) = 0.7 %; four of these, and 1 % of second order.
        CHECK(exact.variance[0] == near(variance, 0.04));
        // The covariance matters: without it the variance would be off by a quarter.
        CHECK(std::abs(4 * 2 * covariance / (f0 * f0)) / (divides ? exact.variance[0] * s00 * s00 : exact.variance[0]) > 0.1);
    }
}

TEST_CASE("400 noisy curves: pulls of S are standard normal") {
    constexpr std::uint64_t seed = 577215;
    MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    double sum = 0, squares = 0;
    int n = 0;
    for (int k = 0; k < 400; ++k) {
        // I0 and the background come with errors that all points of a curve share
        const double i0 = 3 * (1 + 0.01 * normal(random)), background = 0.05 + 0.005 * normal(random);
        Doubles intensity, variance, single, single_variance, other, other_variance;
        for (double q = 0.2; q < 3; q += 0.2) {
            const double p = std::exp(-q * q / 3), s = 1 - 0.6 * std::exp(-q * q), exact = 3 * p * s + 0.05, sigma = 0.02 * exact;
            intensity.push_back(exact + sigma * normal(random));
            variance.push_back(sigma * sigma);
            single.push_back(i0 * p);
            single_variance.push_back(std::pow(0.03 * p, 2));
            other.push_back(background);
            other_variance.push_back(0.005 * 0.005);
        }
        const auto found = divided({intensity, variance, single, single_variance, other, other_variance, {}, {}});
        for (std::size_t i = 0; i < found.values.size(); ++i) {
            const double q = 0.2 * static_cast<double>(i + 1);
            const double pull = (found.values[i] - (1 - 0.6 * std::exp(-q * q))) / std::sqrt(found.variance[i]);
            sum += pull, squares += pull * pull, ++n;
        }
    }
    CHECK(std::abs(sum / n) < 0.2);
    CHECK(std::sqrt(squares / n) > 0.85);
    CHECK(std::sqrt(squares / n) < 1.2);
}

TEST_CASE("small, negative, masked and unknown points are masked and NaN; negative S is kept") {
    const Doubles intensity{1, 1, unknown, 1, -1, 1, 1, 1}, variance{1, 1, 1, infinity, 1, 1, 1, 1};
    const Doubles single{2, 0.0019, 1, 1, 1, -1, 0.002, 1000};
    const std::vector<std::uint8_t> mask{0, 0, 0, 0, 0, 0, 0, 1};
    const auto found = divided({intensity, variance, single, {}, {}, {}, {}, mask});
    CHECK(found.mask == std::vector<std::uint8_t>{0, 1, 1, 1, 0, 1, 0, 1});
    for (std::size_t i = 0; i < 8; ++i) CHECK(std::isnan(found.values[i]) == (found.mask[i] != 0));
    for (std::size_t i = 0; i < 8; ++i) CHECK(std::isnan(found.variance[i]) == (found.mask[i] != 0));
    CHECK(found.values[4] == -1);
    CHECK(found.counts.masked == 5);
    CHECK(found.counts.small == 2);
    CHECK(found.counts.negative == 1);
    CHECK(divided({intensity, variance, single, {}, {}, {}, {}, mask}, {0, 1, 0}).mask[1] == 0);
    const Doubles none(8, 0.0);
    CHECK(divided({intensity, variance, none, {}, {}, {}, {}, {}}, {0, 1, 0}).counts.masked == 8);  // no division by 0
}

TEST_CASE("an S(0) that is none masks the whole curve") {
    const Doubles intensity{1, 2}, single{1, 1};
    for (const double s0 : {unknown, 0.0, -0.1, infinity}) {
        const auto found = divided({intensity, {}, single, {}, {}, {}, {}, {}}, {1e-3, s0, 0});
        CHECK(found.counts.masked == 2);
        CHECK(std::isnan(found.values[0]));
        CHECK(found.counts.negative == 0);
    }
    CHECK(divided({intensity, {}, single, {}, {}, {}, {}, {}}, {1e-3, 0.5, unknown}).counts.masked == 2);
}

TEST_CASE("lengths must agree") {
    const Doubles two{1, 2}, one{1};
    Doubles values(2), variance(2);
    std::vector<std::uint8_t> mask(2);
    CHECK_THROWS_WITH_AS(divide({two, {}, one, {}, {}, {}, {}, {}}, {}, {values, variance, mask}),
                         "single has 1 points and intensity has 2. They must agree.", std::invalid_argument);
    CHECK_THROWS_WITH_AS(divide({two, one, two, {}, {}, {}, {}, {}}, {}, {values, variance, mask}),
                         "variance of intensity has 1 points and intensity has 2. They must agree.", std::invalid_argument);
}

TEST_CASE("the simulated curves of the shared data give back the structure factor they were made with") {
    // I0, colloid I0, q^-4 and background of fits/truth.json; columns q, sigma, I, P, S (exact), I (noisy).
    struct Model {
        const char* file;
        double i0, colloid, porod4, background;
    };
    for (const auto& model : {Model{"liquid_a", 1680, 0, 0.05, 0.6}, Model{"coexist", 1050, 700, 0.03, 0.5}}) {
        const auto path = sluice::test::shared_data("sas/fits/" + std::string(model.file) + ".csv");
        if (!path) return;
        CAPTURE(model.file);
        std::ifstream file(*path);
        std::string line;
        std::getline(file, line);
        Doubles exact, noisy, variance, single, other, structure;
        while (std::getline(file, line)) {
            std::istringstream cells(line);
            Doubles row;
            for (std::string cell; std::getline(cells, cell, ',');) row.push_back(std::stod(cell));
            const double q = row.at(0), p = row.at(3);
            variance.push_back(row.at(1) * row.at(1));
            exact.push_back(row.at(2));
            structure.push_back(row.at(4));
            noisy.push_back(row.at(5));
            single.push_back(model.i0 * p);
            other.push_back(model.colloid * p + model.porod4 * std::pow(q, -4) + model.background);
        }
        const auto found = divided({exact, {}, single, {}, other, {}, {}, {}});
        const auto measured = divided({noisy, variance, single, {}, other, {}, {}, {}});
        CHECK(found.counts.small > 10);  // around the minima of P
        double squares = 0, n = 0;
        for (std::size_t i = 0; i < exact.size(); ++i) {
            if (found.mask[i] != 0) continue;
            // The file holds 9 digits of I, whose rounding grows by I / (I0 P)
            CHECK(std::abs(found.values[i] - structure[i]) < 2e-8 * exact[i] / single[i] + 1e-8);
            const double pull = (measured.values[i] - structure[i]) / std::sqrt(measured.variance[i]);
            squares += pull * pull, n += 1;
        }
        CHECK(squares / n == Approx(1).epsilon(4 * std::sqrt(2 / n)));
    }
}
