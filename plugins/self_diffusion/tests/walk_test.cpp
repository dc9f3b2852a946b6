// SPDX-License-Identifier: BSD-3-Clause
// The covariance of a random walk's displacements against sums over pairs of steps.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include <doctest/doctest.h>

#include "../walk.hpp"

namespace {

using namespace sluice::self_diffusion;
using doctest::Approx;

/// Literal: every pair of displacements of f, step by step.
double literal_covariance(const Functional& f, Origins a, Origins b, std::ptrdiff_t frames) {
    double sum = 0;
    for (std::size_t i = 0; i < f.lags.size(); ++i)
        for (std::size_t j = 0; j < f.lags.size(); ++j) {
            double squares = 0, pairs = 0;
            for (auto s = a.begin; s < a.end && s + f.lags[i] < frames; ++s)
                for (auto t = b.begin; t < b.end && t + f.lags[j] < frames; ++t) {
                    int common = 0;
                    for (std::ptrdiff_t step = 0; step < frames; ++step)
                        common += step >= s && step < s + f.lags[i] && step >= t && step < t + f.lags[j];
                    squares += 2 * common * common;
                    ++pairs;
                }
            sum += f.weights[i] * f.weights[j] * squares / pairs;
        }
    return sum;
}

/// The slope of the line through all lags from first to last.
Functional slope_over(std::ptrdiff_t first, std::ptrdiff_t last) {
    Functional f;
    const double middle = static_cast<double>(first + last) / 2;
    double squares = 0;
    for (auto lag = first; lag <= last; ++lag) {
        f.lags.push_back(lag);
        f.weights.push_back(static_cast<double>(lag) - middle);
        squares += f.weights.back() * f.weights.back();
    }
    for (double& each : f.weights) each /= squares;
    return f;
}

}  // namespace

TEST_CASE("the covariance of a random walk against pairs of steps, of blocks apart, touching, cut by the last frame") {
    const auto f = slope_over(3, 9);
    for (const auto& [a, b] : {std::pair{Origins{0, 8}, Origins{0, 8}},
                               {Origins{0, 8}, Origins{8, 16}},
                               {Origins{0, 8}, Origins{16, 24}},
                               {Origins{16, 24}, Origins{24, 32}},
                               {Origins{0, 40}, Origins{0, 40}}})
        CHECK(walk_covariance(f, a, b, 40) == Approx(literal_covariance(f, a, b, 40)).epsilon(1e-12));
    CHECK(walk_covariance(f, {0, 5}, {20, 25}, 40) == 0);
    CHECK(std::isnan(walk_covariance(f, {0, 5}, {35, 40}, 40)));
}

TEST_CASE("many lags are thinned, and long ones summed in larger steps, to 2e-3") {
    const auto f = slope_over(100, 300);
    CHECK(thinned(f, 33).lags.size() == 33);
    const double literal = [&] {  // as walk_covariance, in single steps: itself checked above
        double sum = 0;
        for (std::size_t i = 0; i < f.lags.size(); ++i)
            for (std::size_t j = 0; j < f.lags.size(); ++j) {
                double squares = 0;
                for (auto d = -f.lags[j]; d < f.lags[i]; ++d) {
                    const auto common = static_cast<double>(std::min(f.lags[i], d + f.lags[j]) - std::max<std::ptrdiff_t>(0, d));
                    const auto pairs = static_cast<double>(std::max<std::ptrdiff_t>(0, 200 - std::abs(d)));
                    squares += 2 * common * common * pairs;
                }
                sum += f.weights[i] * f.weights[j] * squares / (200.0 * 200.0);
            }
        return sum;
    }();
    const double found = walk_covariance(thinned(f, 33), {0, 200}, {0, 200}, 1000);
    MESSAGE("201 lags up to 300 on 33, in steps of 4: " << found / literal - 1 << " off");
    CHECK(found == Approx(literal).epsilon(2e-3));
}
