// SPDX-License-Identifier: BSD-3-Clause
// Tests of the fit kernel: exact decays, pulls of seeded noise, each status, and which lags count.
#include "../kernel.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

#include <doctest/doctest.h>

namespace {

using namespace sluice::g2_fit;
using doctest::Approx;
using Doubles = std::vector<double>;

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

struct Data {
    Doubles delay, g2, variance;
    std::vector<std::uint8_t> mask;

    operator Curve() const { return {delay, g2, variance, mask}; }
};

/// Lags 0, step, 2 step, …; the lag 0 holds shot noise.
Data exact(double rate, double contrast, double exponent = 1, double baseline = 0, int n = 50, double step = 1) {
    Data data;
    for (int k = 0; k < n; ++k) {
        const double delay = k * step;
        data.delay.push_back(delay);
        data.g2.push_back(k == 0 ? 5 : baseline + contrast * std::exp(-2 * std::pow(rate * delay, exponent)));
    }
    return data;
}

Data with_sigma(Data data, double sigma) {
    data.variance.assign(data.g2.size(), sigma * sigma);
    return data;
}

Options kww() {
    Options options;
    options.model = Model::kww;
    return options;
}

Options free_baseline(Options options = {}) {
    options.baseline.reset();
    return options;
}

std::optional<double> fixed(double contrast) { return contrast; }
constexpr std::nullopt_t free_contrast = std::nullopt;

bool all_unknown(const Result& result) {
    for (const auto& each : {result.rate, result.contrast, result.exponent, result.baseline})
        if (!std::isnan(each.value) || !std::isnan(each.variance)) return false;
    return std::all_of(result.curve.begin(), result.curve.end(), [](double value) { return std::isnan(value); });
}

/// Noise added to a decay whose sigma grows from 0.005 to 0.01 over the lags.
Data noisy(std::mt19937_64& random, double rate, double contrast, double exponent = 1, double baseline = 0, int n = 30) {
    auto data = with_sigma(exact(rate, contrast, exponent, baseline, n), 0);
    for (std::size_t i = 1; i < data.g2.size(); ++i) {
        const double sigma = 0.005 * (1 + static_cast<double>(i) / n);
        data.variance[i] = sigma * sigma;
        data.g2[i] += std::normal_distribution<double>(0, sigma)(random);
    }
    return data;
}

}  // namespace

TEST_CASE("an exact exponential gives its rate back over three decades, in any unit of the delay") {
    for (const double step : {1.0, 4.43e-7, 2e6})
        for (const double rate_times_step : {1e-3, 1e-2, 0.1, 0.5, 1.0, 3.0})
            for (const double sigma : {0.0, 1e-4}) {  // 0: without variances
                CAPTURE(step);
                CAPTURE(rate_times_step);
                auto data = exact(rate_times_step / step, 0.3, 1, 0, 50, step);
                if (sigma > 0) data = with_sigma(data, sigma);
                const auto with_fixed = fit(data, fixed(0.3), {}), with_free = fit(data, free_contrast, {});
                CHECK(with_fixed.status == Status::ok);
                CHECK(with_fixed.rate.value * step == near(rate_times_step, 1e-10));
                CHECK(with_fixed.points == 49);
                CHECK(with_free.status == Status::ok);
                CHECK(with_free.rate.value * step == near(rate_times_step, 1e-10));
                CHECK(with_free.contrast.value == near(0.3, 1e-10));
            }
}

TEST_CASE("an exact stretched or compressed decay, with a baseline") {
    for (const double rate : {0.01, 0.1, 0.5})
        for (const double exponent : {0.4, 0.7, 1.0, 1.5, 2.0}) {
            CAPTURE(rate);
            CAPTURE(exponent);
            const auto data = exact(rate, 0.3, exponent, 0.05, 200);
            Options options = kww();
            options.baseline = 0.05;
            for (const auto& result :
                 {fit(data, free_contrast, options), fit(data, fixed(0.3), options), fit(data, fixed(0.3), free_baseline(kww())),
                  fit(data, free_contrast, free_baseline(kww()))}) {
                CHECK(result.status == Status::ok);
                CHECK(result.rate.value == near(rate, 1e-9));
                CHECK(result.exponent.value == near(exponent, 1e-9));
                CHECK(result.contrast.value == near(0.3, 1e-9));
                CHECK(result.baseline.value == near(0.05, 1e-9));
            }
        }
}

TEST_CASE("logarithmic lags over eight decades") {
    Data data;
    for (int k = 0; k <= 80; ++k) data.delay.push_back(1e-7 * std::pow(10, 0.1 * k));
    for (const double rate : {2e-2, 1.0, 2e3, 4e6}) {
        CAPTURE(rate);
        data.g2.clear();
        for (const double delay : data.delay) data.g2.push_back(0.9 * std::exp(-2 * rate * delay));
        const auto result = fit(data, free_contrast, free_baseline());
        CHECK(result.status == Status::ok);
        CHECK(result.rate.value == near(rate, 1e-9));
    }
}

TEST_CASE("one lag that counts: the closed form of rate and variance") {
    // With two lags of which the second has no weight to speak of: Gamma = -ln(y / beta) / (2 tau), sigma = s / (2 tau y).
    const Data data{{1, 2}, {0.2, 0.1}, {1e-6, 1e6}, {}};
    const auto result = fit(data, fixed(0.3), {});
    CHECK(result.rate.value == near(std::log(1.5) / 2, 1e-6));
    CHECK(std::sqrt(result.rate.variance) == near(1e-3 / 0.4, 1e-6));
    CHECK(result.contrast.value == 0.3);
    CHECK(result.contrast.variance == 0);
    CHECK(result.exponent.value == 1);
    CHECK(result.exponent.variance == 0);
    CHECK(result.baseline.value == 0);
    CHECK(result.baseline.variance == 0);
}

TEST_CASE("pulls of noisy decays are standard normal") {
    constexpr std::uint64_t seed = 718281828;
    MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    constexpr int repeats = 400;
    struct Setting {
        double rate, exponent, baseline;
        std::optional<double> contrast;
        Options options;
    };
    for (const auto& [rate, exponent, baseline, contrast, options] :
         {Setting{0.05, 1, 0, fixed(0.3), {}}, Setting{0.15, 1, 0, free_contrast, {}},
          Setting{0.15, 1, 0.02, free_contrast, free_baseline()}, Setting{0.1, 0.8, 0, fixed(0.3), kww()}}) {
        CAPTURE(rate);
        CAPTURE(exponent);
        CAPTURE(baseline);
        double sum = 0, squares = 0, chi_square = 0;
        for (int k = 0; k < repeats; ++k) {
            const auto result = fit(noisy(random, rate, 0.3, exponent, baseline), contrast, options);
            REQUIRE(result.status == Status::ok);
            const double pull =
                (std::log(result.rate.value) - std::log(rate)) * result.rate.value / std::sqrt(result.rate.variance);
            sum += pull, squares += pull * pull, chi_square += result.reduced_chi_square;
        }
        // Of 400 standard normal numbers: mean 0 +- 0.05, mean square 1 +- 0.071; four of these, and bias of order sigma / 2.
        CHECK(std::abs(sum / repeats) < 0.25);
        CHECK(squares / repeats == Approx(1).epsilon(0.28));
        CHECK(chi_square / repeats == Approx(1).epsilon(0.06));  // +- sqrt(2 / 27 / 400) = 0.014
    }
}

TEST_CASE("without variances the covariance comes from the residuals") {
    std::mt19937_64 random(5);
    auto data = noisy(random, 0.1, 0.3);
    data.variance.clear();
    const auto plain = fit(data, free_contrast, {});
    const auto weighted = fit(with_sigma(data, 0.1), free_contrast, {});
    CHECK(plain.rate.value == near(weighted.rate.value, 1e-9));
    CHECK(plain.reduced_chi_square == near(weighted.reduced_chi_square * 0.01, 1e-9));
    CHECK(plain.rate.variance == near(weighted.rate.variance * weighted.reduced_chi_square, 1e-7));
}

TEST_CASE("the lag 0, lags out of range, masked ones, and those without value or variance do not count") {
    std::mt19937_64 random(7);
    Data clean = noisy(random, 0.1, 0.3);
    Data data = clean;
    data.mask.assign(30, 0);
    data.g2[0] = unknown;
    data.g2[3] = unknown, data.g2[4] = 99, data.mask[4] = 1;
    data.g2[5] = 99, data.variance[5] = 0;
    data.g2[6] = 99, data.variance[6] = unknown;
    data.g2[7] = std::numeric_limits<double>::infinity();
    data.g2[8] = 99, data.variance[8] = std::numeric_limits<double>::infinity();
    Data kept;
    for (const std::size_t i :
         {1u, 2u, 9u, 10u, 11u, 12u, 13u, 14u, 15u, 16u, 17u, 18u, 19u, 20u, 21u, 22u, 23u, 24u, 25u, 26u, 27u, 28u, 29u}) {
        kept.delay.push_back(clean.delay[i]);
        kept.g2.push_back(clean.g2[i]);
        kept.variance.push_back(clean.variance[i]);
    }
    const auto result = fit(data, free_contrast, {}), expected = fit(kept, free_contrast, {});
    CHECK(result.points == 23);
    CHECK(result.rate.value == expected.rate.value);
    CHECK(result.rate.variance == expected.rate.variance);

    Options range;
    range.first_delay = 9 * (1 + 1e-12);  // rounding of a unit: inclusive all the same
    range.last_delay = 20 * (1 - 1e-12);
    CHECK(fit(data, free_contrast, range).points == 12);
}

TEST_CASE("the curve is the model at every delay, also 0 and those not fitted; it has no value below 0") {
    auto data = exact(0.2, 0.3, 1, 0.05, 20);
    data.delay.insert(data.delay.begin(), -1.0);
    data.g2.insert(data.g2.begin(), 0.1);
    Options options;
    options.baseline = 0.05;
    options.last_delay = 10;
    const auto result = fit(data, free_contrast, options);
    CHECK(std::isnan(result.curve[0]));
    for (std::size_t i = 1; i < data.delay.size(); ++i)
        CHECK(result.curve[i] == near(0.05 + 0.3 * std::exp(-0.4 * data.delay[i]), 1e-10));
}

TEST_CASE("no decay: a constant does as well") {
    std::mt19937_64 random(11);
    for (const auto& contrast : {std::optional<double>(free_contrast), fixed(0.3)}) {
        const auto result = fit(noisy(random, 1e-5, 0.3), contrast, {});
        CHECK(result.status == Status::no_decay);
        CHECK(result.rate.value >= 0);
        CHECK(result.rate.value < 1e-3);
        CHECK(result.contrast.value == Approx(0.3).epsilon(0.03));
        CHECK(result.curve[5] == Approx(0.3).epsilon(0.03));
    }
    const auto exactly = fit(exact(0, 0.3), free_contrast, {});
    CHECK(exactly.status == Status::no_decay);
    CHECK(fit(exact(0, 0.3), free_contrast, free_baseline()).status == Status::no_decay);
    CHECK(fit(exact(0, 0.3), fixed(0.3), kww()).status == Status::no_decay);

    // A rate of two standard errors, in closed form at small rates: y = beta (1 - 2 Gamma tau).
    Data data{{1, 2}, {0.3, 0.3}, {1e-6, 1e-6}, {}};
    const double sigma = 1e-3 / (2 * 0.3 * std::sqrt(5.0));
    for (std::size_t i = 0; i < 2; ++i) data.g2[i] = 0.3 * std::exp(-2 * 2 * sigma * data.delay[i]);
    const auto slow = fit(data, fixed(0.3), {});
    CHECK(slow.status == Status::no_decay);
    CHECK(slow.rate.value == near(2 * sigma, 1e-9));
    CHECK(std::sqrt(slow.rate.variance) == near(sigma, 0.02));
    for (std::size_t i = 0; i < 2; ++i) data.g2[i] = 0.3 * std::exp(-2 * 3.2 * sigma * data.delay[i]);
    CHECK(fit(data, fixed(0.3), {}).status == Status::ok);

    // A curve above the fixed contrast: the rate ends at its lower bound, and has no variance.
    const auto above = fit(with_sigma(exact(0, 0.31), 0.01), fixed(0.3), {});
    CHECK(above.status == Status::no_decay);
    CHECK(above.rate.value < 1e-4);
}

TEST_CASE("decayed before the first lag: the baseline does as well") {
    std::mt19937_64 random(13);
    for (const auto& contrast : {std::optional<double>(free_contrast), fixed(0.3)})
        for (const auto& options : {Options(), kww()}) {
            const auto result = fit(noisy(random, 20, 0.3), contrast, options);
            CHECK(result.status == Status::decayed_before_first_lag);
            CHECK(std::isnan(result.rate.value));
            CHECK(std::isnan(result.rate.variance));
            if (contrast)
                CHECK(result.contrast.value == 0.3);
            else
                CHECK(std::isnan(result.contrast.value));
            CHECK(result.baseline.value == 0);
            CHECK(std::isnan(result.exponent.value) == (options.model == Model::kww));
        }
    const auto negative = fit(with_sigma(exact(1, 0, 1, -0.01), 0.005), fixed(0.3), {});
    CHECK(negative.status == Status::decayed_before_first_lag);
    CHECK(fit(exact(1, 0), fixed(0.3), {}).status == Status::decayed_before_first_lag);
}

TEST_CASE("too few lags: one more than free parameters is needed") {
    const auto data = with_sigma(exact(0.3, 0.3, 1, 0, 4), 0.001);  // three lags above 0
    CHECK(fit(data, free_contrast, {}).status == Status::ok);
    const auto result = fit(data, free_contrast, free_baseline());
    CHECK(result.status == Status::too_few_lags);
    CHECK(result.points == 3);
    CHECK(all_unknown(result));
    CHECK(fit(data, fixed(0.3), free_baseline()).status == Status::ok);
    CHECK(fit(data, free_contrast, kww()).status == Status::too_few_lags);
    CHECK(fit(Data{}, free_contrast, {}).status == Status::too_few_lags);
}

TEST_CASE("a bound that is hit: values, no variances") {
    Options options = kww();
    options.largest_exponent = 1.2;
    const auto result = fit(with_sigma(exact(0.1, 0.3, 1.5), 0.001), fixed(0.3), options);
    CHECK(result.status == Status::bound_hit);
    CHECK(result.exponent.value == 1.2);
    CHECK(std::isnan(result.exponent.variance));
    CHECK(result.rate.value == Approx(0.1).epsilon(0.05));
    CHECK(std::isnan(result.rate.variance));
    CHECK(result.contrast.variance == 0);
    CHECK(std::isfinite(result.curve[3]));

    Options small;
    small.largest_contrast = 0.25;
    const auto contrast = fit(with_sigma(exact(0.1, 0.3), 0.001), free_contrast, small);
    CHECK(contrast.status == Status::bound_hit);
    CHECK(contrast.contrast.value == 0.25);

    // Only the first lag is above the noise: contrast and rate cannot be told apart, and the contrast runs to its bound.
    Data first = with_sigma(exact(30, 0.3), 0.001);
    first.g2[1] = 0.05;
    CHECK(fit(first, free_contrast, {}).status == Status::bound_hit);
}

TEST_CASE("a decay too small to tell contrast from baseline ends on the bound of the contrast, or inside; rarely not at all") {
    std::mt19937_64 random(17);
    int hits = 0, lost = 0;
    for (int k = 0; k < 50; ++k) {
        auto data = exact(8e-4, 0.3, 1, 0, 21);  // 3 % decayed at the last lag: a straight line
        for (double& value : data.g2) value += std::normal_distribution<double>(0, 1e-4)(random);
        const auto result = fit(with_sigma(data, 1e-4), free_contrast, free_baseline());
        hits += result.status == Status::bound_hit;
        lost += result.status == Status::not_converged;
        if (result.status != Status::ok) CHECK(std::isnan(result.rate.variance));
    }
    CHECK(hits > 0);
    CHECK(lost <= 2);
}

TEST_CASE("a contrast that cannot be one") {
    for (const double contrast : {unknown, 0.0, -0.1, std::numeric_limits<double>::infinity()}) {
        const auto result = fit(exact(0.1, 0.3), fixed(contrast), {});
        CHECK(result.status == Status::no_contrast);
        CHECK(all_unknown(result));
    }
}

TEST_CASE("lags that the model does not describe are told by chi-square alone: flat ones with too high a contrast given") {
    Data flat = with_sigma(exact(0, 0.2, 1, 0, 21, 0.443), 0.002);
    const auto wrong = fit(flat, fixed(0.3), {});
    CHECK(wrong.status == Status::ok);
    CHECK(wrong.rate.value == Approx(0.036716540).epsilon(1e-6));  // both from a ternary search of the literal sum
    CHECK(wrong.reduced_chi_square == Approx(508.5525834251).epsilon(1e-9));
    CHECK(wrong.poor);
    CHECK_FALSE(fit(flat, fixed(0.2), {}).poor);
    CHECK_FALSE(fit(with_sigma(exact(0.1, 0.3), 0.001), fixed(0.3), {}).poor);
    flat.variance.clear();
    CHECK_FALSE(fit(flat, fixed(0.3), {}).poor);  // without variances there is no measure of it
}

TEST_CASE("empty ranges are refused") {
    Options options;
    options.first_delay = 3;
    options.last_delay = 2;
    CHECK_THROWS_WITH_AS((void)fit(exact(0.1, 0.3), free_contrast, options), "first_delay = 3, must be below last_delay = 2.",
                         std::invalid_argument);
    Options exponents;
    exponents.smallest_exponent = 2.5;
    CHECK_THROWS_WITH_AS((void)fit(exact(0.1, 0.3), free_contrast, exponents),
                         "smallest_exponent = 2.5, must be below largest_exponent = 2.5.", std::invalid_argument);
}
