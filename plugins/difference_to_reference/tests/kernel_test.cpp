// SPDX-License-Identifier: BSD-3-Clause
// The mean square of a difference is that of what differs, not of the noise; its variance is that of many draws.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "kernel.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice::difference_to_reference;
using Doubles = std::vector<double>;
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

struct Result {
    explicit Result(std::size_t n, bool with_variances = true) : values(n), variances(with_variances ? n : 0), mask(n) {}
    Difference out() { return {values, variances, mask}; }
    Doubles values, variances;
    std::vector<std::uint8_t> mask;
};

Doubles axis(std::size_t n) {
    Doubles x;
    for (std::size_t i = 0; i < n; ++i) x.push_back(static_cast<double>(i));
    return x;
}

}  // namespace

TEST_CASE("a difference, its variance, and what is left out") {
    const Doubles a = {3, 5, unknown, 2}, va = {0.1, 0.2, 0.3, 0.4}, b = {1, 7, 1, 1}, vb = {1, 1, 1, unknown};
    const std::vector<std::uint8_t> mask = {0, 0, 0, 0};
    Result result(4);
    subtract({a, va, mask}, {b, vb, {}}, result.out());
    CHECK(result.values[0] == 2);
    CHECK(result.variances[0] == doctest::Approx(1.1));
    CHECK(result.values[1] == -2);
    CHECK(result.mask == std::vector<std::uint8_t>{0, 0, 1, 1});
    CHECK(std::isnan(result.values[2]));
    CHECK(std::isnan(result.variances[3]));
}

TEST_CASE("the reference less itself is 0 with an error of 0, and masked where it is not known") {
    const Doubles a = {3, unknown}, va = {0.5, 0.5};
    Result result(2);
    subtract_itself({a, va, {}}, result.out());
    CHECK(result.values[0] == 0);
    CHECK(result.variances[0] == 0);
    CHECK(result.mask == std::vector<std::uint8_t>{0, 1});
    const auto found = excess(axis(2), {result.values, result.variances, result.mask}, {0, 1}, 0);
    CHECK(found.points == 1);
    CHECK(found.mean_square == 0);
    CHECK(found.variance == 0);
    CHECK(found.noise == 0);
    CHECK(found.significance == 0);
}

TEST_CASE("without variances nothing is taken off, and no error is made up") {
    const Doubles d = {3, -4};
    const auto found = excess(axis(2), {d, {}, {}}, {0, 1}, 0);
    CHECK(found.mean_square == 12.5);
    CHECK(found.rms == doctest::Approx(std::sqrt(12.5)));
    CHECK(std::isnan(found.variance));
    CHECK(std::isnan(found.noise));
    CHECK(std::isnan(found.significance));
}

TEST_CASE("windows include their ends; an empty one has no value") {
    const Doubles d = {1, 2, 3, 4};
    CHECK(excess(axis(4), {d, {}, {}}, {1, 2}, 0).mean_square == 6.5);
    CHECK(excess(axis(4), {d, {}, {}}, {1, 2}, 0).points == 2);
    CHECK(std::isnan(excess(axis(4), {d, {}, {}}, {10, 20}, 0).mean_square));
    CHECK(excess(axis(4), {d, {}, {}}, {10, 20}, 0).points == 0);
}

TEST_CASE("2,000 draws: the mean square is unbiased and its variance is right, with signal and without") {
    std::mt19937_64 random(11);
    std::normal_distribution<double> normal;
    const std::size_t n = 60;
    const auto x = axis(n);
    for (const double amplitude : {0.0, 1.5}) {
        double sum = 0, squares = 0, variances = 0, significances = 0;
        const int draws = 2000;
        for (int draw = 0; draw < draws; ++draw) {
            Doubles d, v;
            for (std::size_t i = 0; i < n; ++i) {
                v.push_back(0.5 + 0.01 * static_cast<double>(i % 3));
                d.push_back(amplitude * std::sin(static_cast<double>(i)) + std::sqrt(v.back()) * normal(random));
            }
            const auto found = excess(x, {d, v, {}}, {0, 59}, 0);
            sum += found.mean_square;
            squares += found.mean_square * found.mean_square;
            variances += found.variance;
            significances += found.significance;
        }
        double truth = 0;
        for (std::size_t i = 0; i < n; ++i)
            truth += amplitude * amplitude * std::sin(x[i]) * std::sin(x[i]) / static_cast<double>(n);
        const double mean = sum / draws, variance = squares / draws - mean * mean;
        CHECK(std::abs(mean - truth) < 4 * std::sqrt(variance / draws));
        CHECK(variances / draws == doctest::Approx(variance).epsilon(0.15));
        if (amplitude == 0) CHECK(std::abs(significances / draws) < 4 / std::sqrt(draws));
    }
}

TEST_CASE("points that are not independent: noise of a sine transform, with its correlation length") {
    std::mt19937_64 random(12);
    std::normal_distribution<double> normal;
    // To q_max = pi / 4, of equal errors of F (points closer than 4 are alike) and of equal errors of S, which F has q times.
    const std::size_t n = 400;
    const auto x = axis(n);
    for (const bool of_s : {false, true}) {
        double sum = 0, squares = 0, variances = 0;
        const int draws = 400;
        for (int draw = 0; draw < draws; ++draw) {
            Doubles d(n, 0), v(n, 0);
            for (int k = 1; k <= 100; ++k) {
                const double q = 3.14159265358979 / 4 * (k - 0.5) / 100, sigma = of_s ? q : 1, f = sigma * normal(random);
                for (std::size_t i = 0; i < n; ++i) {
                    const double sine = std::sin(q * x[i]);
                    d[i] += sine * f;
                    v[i] += sine * sine * sigma * sigma;
                }
            }
            const auto found = excess(x, {d, v, {}}, {100, 399}, of_s ? 1.8 * 4 : 4);
            sum += found.mean_square, squares += found.mean_square * found.mean_square, variances += found.variance;
        }
        CAPTURE(of_s);
        const double variance = squares / draws - (sum / draws) * (sum / draws);
        CHECK(std::abs(sum / draws) < 4 * std::sqrt(variance / draws));
        CHECK(std::sqrt(variances / draws / variance) == doctest::Approx(1).epsilon(0.15));
    }
}

TEST_CASE("the metallic glass of the shared data: changes of G against 300 K") {
    const auto folder = sluice::test::shared_data("pdf/synthetic/glass_series");
    if (!folder) return;
    const auto rows = [&](const char* name) {
        std::ifstream file(*folder / name);
        std::vector<Doubles> out;
        for (std::string line; std::getline(file, line);) {
            if (line.empty() || line[0] == '#') continue;
            std::istringstream words(line);
            out.emplace_back();
            for (double value = 0; words >> value;) out.back().push_back(value);
        }
        return out;
    };
    const auto g = rows("truth_G_none.csv"), truth = rows("truth_metrics.csv");
    Doubles r;
    for (const auto& row : g) r.push_back(row[0]);
    for (std::size_t t = 1; t < truth.size(); ++t) {
        Doubles hot, cold;
        for (const auto& row : g) hot.push_back(row[t + 1]), cold.push_back(row[1]);
        Result result(r.size(), false);
        subtract({hot, {}, {}}, {cold, {}, {}}, result.out());
        const Curve difference{result.values, {}, result.mask};
        // the means there are by trapezoids: 0.3 % between the two over 300 points
        CHECK(excess(r, difference, {2, 5}, 0).rms == doctest::Approx(truth[t][8]).epsilon(0.003));
        CHECK(excess(r, difference, {5, 17}, 0).rms == doctest::Approx(truth[t][9]).epsilon(0.003));
    }
}
