// SPDX-License-Identifier: BSD-3-Clause
// The enthalpy between two curves against closed forms: triangles, Gaussians, offsets, noise, orders of the points.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <sluice/numerics/random.hpp>

namespace {

using namespace sluice::enthalpy_difference;
using doctest::Approx;
using Doubles = std::vector<double>;

constexpr double rate = 40.0 / 60;  // K/s

/// data = line, less a Gaussian of `enthalpy` J/g at 400 K with sigma 8 K; reference = line + offset + tilt (T - 400).
struct Pair {
    Doubles temperature, data, reference;
    Curves curves() const {
        Curves out{temperature, data, reference};
        out.rate_K_s = rate;
        return out;
    }
};

double gaussian(double temperature, double enthalpy) {
    const double u = (temperature - 400) / 8;
    return rate * enthalpy / (8 * std::sqrt(2 * std::numbers::pi)) * std::exp(-u * u / 2);
}

Pair glasses(double enthalpy, double offset = 0, double tilt = 0, double noise = 0, std::uint64_t seed = 1) {
    Pair out;
    constexpr std::size_t n = 601;  // 340 K to 460 K by 0.2 K
    Doubles normal(2 * n);
    sluice::numerics::RandomStream(seed, 0, 0).fill_normal(normal);
    for (std::size_t i = 0; i < n; ++i) {
        const double t = 340 + 0.2 * static_cast<double>(i), line = 0.1 + 3e-4 * (t - 340);
        out.temperature.push_back(t);
        out.data.push_back(line - gaussian(t, enthalpy) + noise * normal[2 * i]);
        out.reference.push_back(line + offset + tilt * (t - 400) + noise * normal[2 * i + 1]);
    }
    return out;
}

Options from_to(double from, double to) {
    Options options;
    options.from_K = from;
    options.to_K = to;
    return options;
}

std::string refusal(const Curves& curves, const Options& options) {
    try {
        static_cast<void>(compare(curves, options));
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("a triangle between two lines: exact, with limits between the points") {
    const Doubles t{300, 305, 310, 315, 320, 325, 330, 335, 340}, data(9, 1.0), reference{1, 1, 1, 2, 3, 2, 1, 1, 1};
    Curves curves{t, data, reference};
    curves.rate_K_s = 0.5;
    CHECK(compare(curves, from_to(305, 335)).enthalpy.value ==
          Approx(40).epsilon(1e-14));  // 20 K base, 2 W/g high: 20 K W/g / 0.5 K/s
    // From a quarter up the left side to a quarter above the foot of the right one: (0.5 + 2) / 2 twice over 7.5 K.
    CHECK(compare(curves, from_to(312.5, 327.5)).enthalpy.value == Approx(37.5).epsilon(1e-14));
    CHECK(std::isnan(compare(curves, from_to(316, 317)).enthalpy.value));
    CHECK(compare(curves, from_to(316, 317)).status == Status::too_few_points);
    CHECK(compare(curves, {}).enthalpy.value == Approx(40).epsilon(1e-14));
    CHECK(compare(curves, {}).status == Status::not_checked);
}

TEST_CASE("variances are the sum of squares of the weights") {
    const Doubles t{300, 310, 320, 330}, data{1, 1, 1, 1}, reference{1, 2, 2, 1}, variance{1, 4, 9, 16}, none{0, 0, 0, 0};
    Curves curves{t, data, reference, variance, none};
    curves.rate_K_s = 1;
    const auto whole = compare(curves, {});
    CHECK(whole.enthalpy.value == Approx(20));
    CHECK(whole.enthalpy.variance == Approx(25 * 1 + 100 * 4 + 100 * 9 + 25 * 16));
    CHECK(whole.variance == variance);
    // From 305 K: half a segment of 10 s with its own middle at 3/4: weights 5 * 1/4 and 5 * 3/4.
    CHECK(compare(curves, from_to(305, 330)).enthalpy.variance == Approx(1.25 * 1.25 + 8.75 * 8.75 * 4 + 100 * 9 + 25 * 16));
}

TEST_CASE("a Gaussian is given back; so it is with time in place of the rate, on cooling, and in any order") {
    const auto pair = glasses(6);
    const auto expected = compare(pair.curves(), from_to(350, 450));
    CHECK(expected.enthalpy.value == Approx(6).epsilon(1e-8));  // 6.25 sigma to either side
    CHECK(expected.status == Status::ok);
    CHECK(expected.points == 501);

    Doubles time;
    for (const double t : pair.temperature) time.push_back(77 + (t - 340) / rate);
    auto timed = pair.curves();
    timed.rate_K_s = unknown;
    timed.time_s = time;
    CHECK(compare(timed, from_to(350, 450)).enthalpy.value == Approx(expected.enthalpy.value).epsilon(1e-12));

    auto cooled = pair;
    std::reverse(cooled.temperature.begin(), cooled.temperature.end());
    std::reverse(cooled.data.begin(), cooled.data.end());
    std::reverse(cooled.reference.begin(), cooled.reference.end());
    auto cooling = cooled.curves();
    cooling.rate_K_s = -rate;
    CHECK(compare(cooling, from_to(350, 450)).enthalpy.value == expected.enthalpy.value);
    CHECK(compare(cooling, from_to(350, 450)).difference.front() == expected.difference.back());

    auto mixed = pair;
    for (std::size_t i = 0; i < 601; ++i) {
        const auto from = (i * 251) % 601;  // 601 is a prime number
        mixed.temperature[i] = pair.temperature[from];
        mixed.data[i] = pair.data[from];
        mixed.reference[i] = pair.reference[from];
    }
    const auto sorted = compare(mixed.curves(), from_to(350, 450));
    CHECK(sorted.enthalpy.value == expected.enthalpy.value);
    CHECK(sorted.difference[1] == expected.difference[251]);
}

TEST_CASE("an offset beside the range is reported, and taken away when asked") {
    const auto shifted = glasses(6, 0.01);
    auto options = from_to(350, 450);
    const auto with = compare(shifted.curves(), options);
    CHECK(with.enthalpy.value == Approx(6 + 0.01 * 100 / rate).epsilon(1e-8));
    CHECK(with.offset.value == Approx(0.01));
    CHECK(with.offset_enthalpy.value == Approx(1.5));
    CHECK(with.status == Status::offset);
    options.subtract = Subtract::constant;
    const auto without = compare(shifted.curves(), options);
    CHECK(without.enthalpy.value == Approx(6).epsilon(1e-8));
    CHECK(without.offset.value == Approx(0.01));
    CHECK(without.status == Status::ok);

    const auto tilted = glasses(6, 0.01, 2e-4);
    const auto left = compare(tilted.curves(), options);
    CHECK(left.status == Status::offset);  // 0.011 W/g on either side, of opposite sign
    CHECK(left.offset_above.value - left.offset_below.value == Approx(2e-4 * 110.0).epsilon(0.01));
    options.subtract = Subtract::line;
    CHECK(compare(tilted.curves(), options).enthalpy.value == Approx(6).epsilon(1e-8));
    CHECK(compare(tilted.curves(), options).status == Status::ok);
    options.check_K = 0;
    CHECK(compare(tilted.curves(), options).status == Status::not_checked);
    CHECK(std::isnan(compare(tilted.curves(), options).enthalpy.value));
}

TEST_CASE("what cannot be: statuses, and NaN for a result") {
    const auto pair = glasses(6);
    auto still = pair.curves();
    still.rate_K_s = 0;
    CHECK(compare(still, {}).status == Status::no_rate);
    CHECK(std::isnan(compare(still, {}).enthalpy.value));
    const auto wide = compare(pair.curves(), from_to(300, 450));
    CHECK(wide.status == Status::partly_covered);
    CHECK(wide.enthalpy.value == Approx(6).epsilon(1e-8));

    auto there = pair;
    there.temperature.insert(there.temperature.end(), pair.temperature.rbegin(), pair.temperature.rend());
    there.data.insert(there.data.end(), pair.data.rbegin(), pair.data.rend());
    there.reference.insert(there.reference.end(), pair.reference.rbegin(), pair.reference.rend());
    CHECK(compare(there.curves(), from_to(350, 450)).status == Status::turns);
    CHECK(std::isnan(compare(there.curves(), from_to(350, 450)).enthalpy.value));

    CHECK(compare({}, {}).status == Status::no_rate);
    Curves nothing;
    nothing.rate_K_s = 1;
    CHECK(compare(nothing, {}).status == Status::too_few_points);
}

TEST_CASE("jitter of the temperature is no turn") {
    auto pair = glasses(6);
    for (std::size_t i = 0; i < pair.temperature.size(); ++i) pair.temperature[i] += i % 2 == 0 ? 0.3 : -0.3;
    CHECK(compare(pair.curves(), from_to(350, 450)).status != Status::turns);
}

TEST_CASE("masked points, NaN, and infinities are bridged") {
    auto pair = glasses(6);
    pair.data[10] = unknown;
    pair.reference[300] = std::numeric_limits<double>::infinity();
    pair.temperature[301] = unknown;
    std::vector<std::uint8_t> mask(601, 0);
    mask[299] = 1;
    auto curves = pair.curves();
    curves.reference_mask = mask;
    const auto result = compare(curves, from_to(350, 450));
    CHECK(result.enthalpy.value == Approx(6).epsilon(1e-4));  // the line across the 0.8 K at the apex
    CHECK(result.points == 498);
    for (const std::size_t i : {10u, 299u, 300u, 301u}) CHECK(std::isnan(result.difference[i]));
}

TEST_CASE("pulls: with given variances, and with those of the scatter") {
    constexpr double noise = 0.002;
    constexpr int seeds = 400;
    for (const bool given : {true, false})
        for (const auto subtract : {Subtract::none, Subtract::line}) {
            double sum = 0, squares = 0;
            for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
                const auto pair = glasses(6, subtract == Subtract::line ? 0.02 : 0, 0, noise, seed);
                const Doubles variance(601, noise * noise);
                auto curves = pair.curves();
                if (given) curves.data_variance = curves.reference_variance = variance;
                auto options = from_to(360, 440);
                options.check_K = 20;
                options.subtract = subtract;
                const auto result = compare(curves, options);
                const double pull = (result.enthalpy.value - 6) / std::sqrt(result.enthalpy.variance);
                sum += pull;
                squares += pull * pull;
            }
            const double mean = sum / seeds, width = std::sqrt(squares / seeds - mean * mean);
            MESSAGE("variances given: " << given << ", subtract " << static_cast<int>(subtract) << ": mean pull " << mean
                                        << ", width " << width);
            CHECK(std::abs(mean) < 0.2);
            CHECK(width > 0.85);
            CHECK(width < 1.2);
        }
}

TEST_CASE("faults of the caller") {
    const auto pair = glasses(6);
    CHECK(refusal(pair.curves(), from_to(450, 350)) == "the range goes from 450 to 350 K; from must be below to.");
    auto negative = from_to(350, 450);
    negative.check_K = -1;
    CHECK(refusal(pair.curves(), negative) == "check = -1 K, must be at least 0.");
    auto shorter = pair.curves();
    shorter.reference = shorter.reference.first(600);
    CHECK(refusal(shorter, {}) == "reference has 600 points and the temperature has 601. They must agree.");
}

TEST_CASE("variances that are not known count as none: the errors are those of the scatter, as without any") {
    const auto pair = glasses(5, 0, 0, 1e-3);
    const auto none = compare(pair.curves(), from_to(350, 450));
    const Doubles known(pair.temperature.size(), 1e-6);
    Doubles unknown(pair.temperature.size(), std::nan(""));
    for (const bool all : {true, false}) {
        if (!all) unknown.assign(pair.temperature.size(), 1e-6), unknown[300] = std::nan("");
        auto curves = pair.curves();
        curves.data_variance = known;
        curves.reference_variance = unknown;
        const auto result = compare(curves, from_to(350, 450));
        CHECK(result.status == none.status);
        CHECK(result.enthalpy.value == none.enthalpy.value);
        CHECK(result.enthalpy.variance == none.enthalpy.variance);
        CHECK(result.enthalpy.variance > 0);
    }
}

TEST_CASE("points of variance 0 are exact: every number is one") {
    const auto pair = glasses(5);
    const Doubles exact(pair.temperature.size(), 0.0);
    auto curves = pair.curves();
    curves.data_variance = curves.reference_variance = exact;
    const auto result = compare(curves, from_to(350, 450));
    CHECK(result.enthalpy.value == compare(pair.curves(), from_to(350, 450)).enthalpy.value);
    CHECK(std::isfinite(result.offset.value));
    CHECK(result.offset.variance < 1e-20);
}
