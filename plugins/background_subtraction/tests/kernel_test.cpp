// SPDX-License-Identifier: BSD-3-Clause
// Tests of the background kernel: the formula by hand, matching against 50-digit values, noise, and error texts.
#include "../kernel.hpp"

#include <cmath>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "reference/background_subtraction/expected.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice::background_subtraction;
using doctest::Approx;
using Doubles = std::vector<double>;

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

struct Output {
    Doubles values, variances;
    std::ptrdiff_t negative;
};

Output net(const Curve& sample, const Curve& background, const Corrections& corrections = {}) {
    Output out{Doubles(sample.values.size()), Doubles(sample.variances.size()), 0};
    out.negative = subtract(sample, background, corrections, {out.values, out.variances});
    return out;
}

Window everywhere(const Doubles& q) { return {q, {}, -infinity, infinity}; }

}  // namespace

TEST_CASE("net and variance follow the formula") {
    const Doubles sample{6, 3}, var_sample{0.5, 0.25}, background{2, 4}, var_background{0.125, 1};
    const Output out = net({sample, var_sample}, {background, var_background}, {0.5, 0.25, 2, 0.75});
    // By hand, all numbers exact in binary: (6/0.5 - 0.75*2/0.25)/2, (0.5/0.25 + 0.5625*0.125/0.0625)/4, ...
    CHECK(out.values == Doubles{3, -3});
    CHECK(out.variances == Doubles{0.78125, 2.5});
    CHECK(out.negative == 1);
}

TEST_CASE("equal curves cancel exactly, scale 0 leaves the sample, and variances are optional") {
    const Doubles curve{0.1, 0.7, 1e300};
    CHECK(net({curve, {}}, {curve, {}}, {0.3, 0.3, 0.7, 1}).values == Doubles{0, 0, 0});
    CHECK(net({curve, {}}, {curve, {}}, {1, 1, 1, 0}).values == curve);
    CHECK(net({curve, {}}, {curve, {}}).variances.empty());
    CHECK(net({}, {}).negative == 0);
}

TEST_CASE("NaN stays at its point, in values and in variances") {
    const Doubles sample{nan_value, 1, 1}, background{1, nan_value, 1}, variances{1, 1, nan_value}, ones{1, 1, 1};
    const Output out = net({sample, variances}, {background, ones});
    CHECK(std::isnan(out.values[0]));
    CHECK(std::isnan(out.values[1]));
    CHECK(out.values[2] == 0);
    CHECK(out.variances[0] == 2);
    CHECK(std::isnan(out.variances[2]));
    CHECK(out.negative == 0);
}

TEST_CASE("the scatter of net over simulated noise is its sigma") {
    const Corrections corrections{0.6, 0.9, 0.1, 1.3};
    const Doubles var_sample{4}, var_background{9}, sample{50}, background{20};
    const double sigma = std::sqrt(net({sample, var_sample}, {background, var_background}, corrections).variances[0]);
    const unsigned seed = 20240612;
    CAPTURE(seed);
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal;
    const int repeats = 20000;
    double sum = 0, sum_of_squares = 0;
    for (int k = 0; k < repeats; ++k) {
        const Doubles s{2 * normal(generator)}, b{3 * normal(generator)};
        const double value = net({s, {}}, {b, {}}, corrections).values[0];
        sum += value;
        sum_of_squares += value * value;
    }
    const double scatter = std::sqrt((sum_of_squares - sum * sum / repeats) / (repeats - 1));
    CHECK(scatter == Approx(sigma).epsilon(4 / std::sqrt(2.0 * repeats)));  // 4 standard errors of a deviation
}

TEST_CASE("the matched scale is the minimum of chi-square") {
    const Doubles q(reference::sample.size(), 1.0);
    const Match match = match_scale({reference::sample, reference::var_sample},
                                    {reference::background, reference::var_background}, {}, everywhere(q));
    // tests/reference/background_subtraction (mpmath root finding); 1e-12: the iteration stops at 1e-13
    CHECK(match.scale == Approx(reference::scale).epsilon(1e-12));
    CHECK(match.sigma == Approx(reference::sigma).epsilon(1e-12));
    CHECK(match.reduced_chi_square == Approx(reference::chi_square / 11).epsilon(1e-11));
    CHECK(match.points == 12);
    CHECK(match.converged);

    const Match unweighted = match_scale({reference::sample, {}}, {reference::background, {}}, {}, everywhere(q));
    CHECK(unweighted.scale == Approx(reference::unweighted_scale).epsilon(1e-12));
    CHECK(std::isnan(unweighted.sigma));
    CHECK(std::isnan(unweighted.reduced_chi_square));
}

TEST_CASE("the window, the mask, NaN and the transmissions decide what is matched") {
    const Doubles q{1, 2, 3, 4, 5, 6}, sample{9, 3, 3, 99, nan_value, 9}, background{1, 4, 4, 1, 1, 1};
    const std::vector<std::uint8_t> mask{0, 0, 0, 1, 0, 0};
    const Match match = match_scale({sample, {}}, {background, {}}, {0.5, 1, 1, 1}, {q, mask, 2, 5});
    CHECK(match.points == 2);
    CHECK(match.scale == 1.5);  // (3 / 0.5) / 4
    const Corrections matched{0.5, 1, 1, match.scale};
    CHECK(net({sample, {}}, {background, {}}, matched).values[1] == 0);
}

TEST_CASE("the matched scale is unbiased and its sigma true when both curves are noisy") {
    const double truth = 0.8, sigma_sample = 2, sigma_background = 3;
    const unsigned seed = 20240613;
    CAPTURE(seed);
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal;
    const std::size_t n = 50;
    const int repeats = 4000;
    const Doubles q(n, 1.0), var_sample(n, sigma_sample * sigma_sample),
        var_background(n, sigma_background * sigma_background);
    double pull = 0, pull_squares = 0, chi_square = 0;
    for (int k = 0; k < repeats; ++k) {
        Doubles sample, background;
        for (std::size_t i = 0; i < n; ++i) {
            background.push_back(20 + sigma_background * normal(generator));
            sample.push_back(truth * 20 + sigma_sample * normal(generator));
        }
        const Match match = match_scale({sample, var_sample}, {background, var_background}, {}, everywhere(q));
        pull += (match.scale - truth) / match.sigma;
        pull_squares += (match.scale - truth) / match.sigma * (match.scale - truth) / match.sigma;
        chi_square += match.reduced_chi_square;
    }
    // Standard errors over 4000 repeats: mean 1/63, variance sqrt(2)/63, reduced chi-square sqrt(2/49)/63; 4 of each,
    // and 0.02 more for terms beyond linear ones, (sigma_background / 20)^2 = 2 %. Ignoring the background's noise
    // would pull the mean to -1.
    CHECK(pull / repeats == Approx(0).epsilon(0.08));
    CHECK(pull_squares / repeats == Approx(1).epsilon(0.11));
    CHECK(chi_square / repeats == Approx(1).epsilon(0.035));
}

TEST_CASE("shared data: a dilute sample in water on the absolute scale") {
    const auto folder = sluice::test::shared_data("sas/background");
    if (!folder) return;
    std::ifstream json(*folder / "truth.json"), csv(*folder / "dilute_in_water.csv");
    const auto truth = nlohmann::json::parse(json).at(0);
    const auto number = [&](const char* key, const char* of) { return truth.at(key).at(of).get<double>(); };
    const double dark = truth.at("dark_counts_per_second");
    Doubles sample, var_sample, buffer, var_buffer, exact;
    std::string line;
    std::getline(csv, line);
    while (std::getline(csv, line)) {
        std::istringstream cells(line);
        Doubles row;
        for (std::string cell; std::getline(cells, cell, ',');) row.push_back(std::stod(cell));
        const auto rate = [&](double counts, const char* of) {
            return (counts / number("exposure_s", of) - dark) / number("monitor_per_second", of);
        };
        const auto variance = [&](double sigma, const char* of) {
            return std::pow(sigma / number("exposure_s", of) / number("monitor_per_second", of), 2);
        };
        sample.push_back(rate(row.at(1), "sample"));
        var_sample.push_back(variance(row.at(2), "sample"));
        buffer.push_back(rate(row.at(3), "buffer"));
        var_buffer.push_back(variance(row.at(4), "buffer"));
        exact.push_back(row.at(9));
    }
    const double calibration = truth.at("true_calibration_counts");
    const Corrections corrections{number("transmission", "sample"), number("transmission", "buffer"),
                                  calibration * number("thickness_cm", "sample"), 1};
    const Output out = net({sample, var_sample}, {buffer, var_buffer}, corrections);
    double pull = 0, chi_square = 0;
    const auto n = static_cast<double>(exact.size());
    for (std::size_t i = 0; i < exact.size(); ++i) {
        const double off = (out.values[i] - exact[i]) / std::sqrt(out.variances[i]);
        pull += off / n;
        chi_square += off * off / n;
    }
    CHECK(std::abs(pull) < 0.15);  // tolerances of truth.json
    CHECK(chi_square == Approx(1).epsilon(0.2));
}

TEST_CASE("bad corrections are refused with the value and what is needed") {
    const Doubles one{1};
    const Curve curve{one, {}};
    const auto check = [&](const Corrections& corrections, const char* text) {
        CHECK_THROWS_WITH_AS((void)net(curve, curve, corrections), text, std::domain_error);
    };
    check({0, 1, 1, 1}, "sample_transmission = 0, must be above 0 and at most 1.");
    check({nan_value, 1, 1, 1}, "sample_transmission = nan, must be above 0 and at most 1.");
    check({1, 1.2, 1, 1}, "background_transmission = 1.2, must be above 0 and at most 1.");
    check({1, 1, -0.1, 1}, "thickness = -0.1, must be finite and above 0.");
    check({1, 1, infinity, 1}, "thickness = inf, must be finite and above 0.");
    check({1, 1, 1, -0.2}, "scale = -0.2, must be finite and at least 0.");
}

TEST_CASE("curves that do not fit together are refused") {
    const Doubles one{1}, two{1, 2};
    CHECK_THROWS_WITH_AS((void)net({one, {}}, {two, {}}), "background has 2 points and sample has 1. They must agree.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)net({one, one}, {one, {}}),
                         "sample has variances and background has none. "
                         "Give both or neither (zeros for an exact curve).",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)net({one, {}}, {one, one}),
                         "background has variances and sample has none. "
                         "Give both or neither (zeros for an exact curve).",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)net({one, two}, {one, one}),
                         "variances of sample has 2 points and sample has 1. They must agree.", std::invalid_argument);
}

TEST_CASE("a window in which nothing can be matched is refused") {
    const Doubles q{1, 2}, zero{0, 0}, curve{1, 2};
    const auto check = [&](const Curve& sample, const Curve& background, const Window& window, const char* text) {
        CHECK_THROWS_WITH_AS((void)match_scale(sample, background, {}, window), text, std::domain_error);
    };
    check({curve, {}}, {curve, {}}, {q, {}, 3, 4},
          "no usable point lies between match_from = 3 and match_to = 4 (in the unit of q). Move the match window.");
    check({curve, {}}, {zero, {}}, everywhere(q),
          "the background sums to 0 in the match window, so no scale can be found.");
    check({curve, zero}, {curve, zero}, everywhere(q),
          "point 0 (q = 1) has no variance in sample and background, and the match needs weights. Mask the point or "
          "drop the variances.");
}
