// SPDX-License-Identifier: BSD-3-Clause
// Errors of the logistic over 400 seeds, resolved and not, and what it makes of noise alone.
#include "../kernel.hpp"

#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sluice/numerics/random.hpp>

namespace {

using namespace sluice::logistic_fit;
using Doubles = std::vector<double>;

constexpr std::uint64_t seeds = 400;

struct Pulls {
    std::string name;
    double n = 0, sum = 0, squares = 0;

    void add(const Value& value, double truth) {
        const double pull = (value.value - truth) / std::sqrt(value.variance);
        n += 1, sum += pull, squares += pull * pull;
    }
    // Standard errors over 400 seeds: 0.05 of the mean, 0.035 of the width.
    void check() const {
        const double mean = sum / n, width = std::sqrt(squares / n - mean * mean);
        MESSAGE(name << ": pull " << mean << ", width " << width << " of " << n);
        CAPTURE(name);
        CHECK(std::abs(mean) < 0.2);
        CHECK(width > 0.85);
        CHECK(width < 1.2);
    }
};

struct Curve {
    Doubles x, y, variances;
};

/// 30 points 10 apart, between the levels 1 and 3.
Curve simulated(double midpoint, double width, double sigma, std::uint64_t seed) {
    Curve curve;
    Doubles noise(30);
    sluice::numerics::RandomStream(seed, 0, 0).fill_normal(noise);
    for (std::size_t i = 0; i < 30; ++i) {
        curve.x.push_back(300 + 10 * static_cast<double>(i));
        curve.y.push_back(1 + 2 / (1 + std::exp(-(curve.x[i] - midpoint) / width)) + sigma * noise[i]);
    }
    curve.variances.assign(30, sigma * sigma);
    return curve;
}

/// Midpoints all over a gap: 450 … 460.
double midpoint_of(std::uint64_t seed) { return 450 + 10 * std::fmod(0.6180339887 * static_cast<double>(seed), 1.0); }

}  // namespace

TEST_CASE("pulls of midpoint, width, levels and curve over the seeds 1 to 400, where resolved") {
    for (const bool weighted : {true, false})
        for (const double width : {5.0, 8.0, 12.0, 20.0}) {
            const std::string with = (weighted ? ", weighted, width " : ", width ") + std::to_string(width);
            Pulls midpoint{"midpoint" + with}, breadth{"width" + with}, low{"low" + with}, high{"high" + with},
                curve{"curve" + with};
            for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
                const double truth = midpoint_of(seed);
                const auto data = simulated(truth, width, 0.05, seed);
                const auto result = fit({data.x, data.y, weighted ? data.variances : Doubles{}, {}}, {});
                REQUIRE(result.status == Status::ok);
                midpoint.add(result.midpoint, truth), breadth.add(result.width, width);
                low.add(result.low, 1), high.add(result.high, 3);
                curve.add(result.curve.at(470), 1 + 2 / (1 + std::exp(-(470 - truth) / width)));
            }
            for (const auto* pulls : {&midpoint, &breadth, &low, &high, &curve}) pulls->check();
        }
}

TEST_CASE("pulls of the midpoint where the transition is sharper than the spacing or hidden by noise") {
    for (const auto& [width, sigma] : {std::pair{0.3, 0.05}, {0.3, 0.2}, {2.0, 0.2}, {5.0, 0.2}, {8.0, 0.2}}) {
        Pulls midpoint{"unresolved midpoint, width " + std::to_string(width) + ", noise " + std::to_string(sigma)};
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            const auto data = simulated(midpoint_of(seed), width, sigma, seed);
            const auto result = fit({data.x, data.y, data.variances, {}}, {});
            if (result.status == Status::unresolved) midpoint.add(result.midpoint, midpoint_of(seed));
        }
        CHECK(midpoint.n > 0.4 * seeds);
        midpoint.check();
    }
}

TEST_CASE("noise alone is no transition: fewer than 1 % of 400 seeds") {
    for (const bool weighted : {true, false})
        for (const std::size_t n : {5u, 6u, 8u, 12u, 30u}) {
            Doubles x, y(n);
            for (std::size_t i = 0; i < n; ++i) x.push_back(static_cast<double>(i));
            int found = 0;
            for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
                sluice::numerics::RandomStream(seed, 2, 0).fill_normal(y);
                found += fit({x, y, weighted ? Doubles(n, 1) : Doubles{}, {}}, {}).status != Status::no_transition;
            }
            CAPTURE(weighted);
            CAPTURE(n);
            MESSAGE(n << " points: " << found << " of 400");
            CHECK(found < 0.01 * seeds);
        }
}

TEST_CASE("a straight line with noise is no transition, however few the points: fewer than 4 % of 400 seeds") {
    for (const bool weighted : {true, false})
        for (const std::size_t n : {8u, 12u, 30u})
            for (const double rise : {5.0, 8.0}) {  // standard errors of a point
                Doubles x, y(n);
                for (std::size_t i = 0; i < n; ++i) x.push_back(static_cast<double>(i) / static_cast<double>(n - 1));
                int found = 0;
                for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
                    sluice::numerics::RandomStream(seed, 3, 0).fill_normal(y);
                    for (std::size_t i = 0; i < n; ++i) y[i] += rise * x[i];
                    found += fit({x, y, weighted ? Doubles(n, 1) : Doubles{}, {}}, {}).status != Status::no_transition;
                }
                CAPTURE(weighted);
                CAPTURE(n);
                CAPTURE(rise);
                CHECK(found < 0.04 * seeds);
            }
}
