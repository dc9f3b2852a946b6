// SPDX-License-Identifier: BSD-3-Clause
// Are the errors from blocks honest? Random walks of known D, whose spread over many seeds is the truth.
#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <doctest/doctest.h>

#include "../kernel.hpp"
#include "simulated.hpp"
#include "support/pulls.hpp"

namespace {

using namespace sluice::self_diffusion;
using sluice::self_diffusion::test::Msd;
using sluice::self_diffusion::test::msd_of;
using sluice::self_diffusion::test::Spring;
using sluice::self_diffusion::test::Walk;

constexpr int seeds = 400;

/// A pull of Student's distribution as the normal one of the same probability: 10 blocks say little of their own spread.
double as_normal(double pull, double degrees_of_freedom) {
    namespace math = boost::math;
    const double below = math::cdf(math::students_t(degrees_of_freedom), -std::abs(pull));
    const double normal = math::quantile(math::normal(), std::max(below, 1e-300));
    return pull < 0 ? normal : -normal;
}

/// A number over all seeds: its own spread, and what its variances said of it.
struct Honesty {
    double n = 0, sum = 0, squares = 0, variances = 0;
    sluice::test::Pulls pulls;

    void add(const Estimate& found, double truth, double degrees_of_freedom) {
        n += 1, sum += found.value, squares += found.value * found.value, variances += found.variance;
        pulls.add(as_normal((found.value - truth) / std::sqrt(found.variance), degrees_of_freedom));
    }
    [[nodiscard]] double spread() const { return squares / n - (sum / n) * (sum / n); }

    /// Stated sigma over true one. 400 spreads of some 20 coordinates are known to 3.5 %; 10 % would show at 3 of these.
    void check(const std::string& what) const {
        const double ratio = std::sqrt(variances / n / spread());
        MESSAGE(what << ": stated sigma / true spread " << ratio << " (spread " << std::sqrt(spread()) << ", mean " << sum / n
                     << ")");
        CHECK(ratio > 0.9);
        CHECK(ratio < 1.1);
        pulls.check(what + ", by Student's t");
    }
};

struct Window {
    std::ptrdiff_t first, last, blocks;
};

struct Seen {
    Honesty d, intercept, slope_ratio;
    double as_if_independent = 0;  ///< sum over seeds of the variances of D from rows that are taken as independent runs
    int not_diffusive = 0;
};

Seen seen_over_seeds(const Walk& walk, const Window& window) {
    Seen seen;
    for (int seed = 1; seed <= seeds; ++seed) {
        const Msd msd = msd_of(walk, window.first, window.last, window.blocks, static_cast<std::uint64_t>(seed));
        const auto result =
            fit(msd.points(), msd.in_blocks(), {static_cast<double>(window.first), static_cast<double>(window.last)});
        const double freedom = result.degrees_of_freedom;
        seen.d.add(result.diffusion_coefficient, 1, freedom);
        seen.intercept.add(result.intercept, 6 * walk.rattling, freedom);
        seen.slope_ratio.add(result.slope_ratio, 1, freedom);
        const auto rows = std::span(msd.blocks).first(static_cast<std::size_t>(result.blocks) * msd.lag.size());
        const auto naive = fit(msd.points(), Blocks{rows, {}, result.blocks},
                               {static_cast<double>(window.first), static_cast<double>(window.last)});
        seen.as_if_independent += naive.diffusion_coefficient.variance;
        seen.not_diffusive += result.status == Status::not_diffusive;
    }
    return seen;
}

}  // namespace

TEST_CASE("lags much shorter than a block") {
    const auto seen = seen_over_seeds({20, 400}, {1, 6, 10});
    seen.d.check("D, lags 1 to 6, blocks of 40");
    seen.intercept.check("intercept");
    CHECK(seen.not_diffusive <= 10);
}

TEST_CASE("lags up to a third of a block") {
    const auto seen = seen_over_seeds({20, 400}, {4, 13, 10});
    seen.d.check("D, lags 4 to 13, blocks of 40");
    CHECK(seen.not_diffusive <= 10);
}

TEST_CASE("lags of half a block to two blocks: the spread alone would say too little") {
    const auto seen = seen_over_seeds({20, 201}, {10, 40, 10});  // as of the shared trajectory
    const double alone = std::sqrt(seen.as_if_independent / seen.d.n / seen.d.spread());
    MESSAGE("of blocks taken as independent: stated sigma / true spread " << alone);
    CHECK(alone < 0.9);
    seen.d.check("D, lags 10 to 40, blocks of 20");
    seen.intercept.check("intercept");
    seen.slope_ratio.check("slope ratio");
    CHECK(seen.not_diffusive <= 16);  // at 3 standard errors of 6 degrees of freedom 2.4 % of 400
}

TEST_CASE("a rattling of 5 times a step about the walk") {
    const auto seen = seen_over_seeds({20, 400, 5}, {4, 13, 10});
    seen.d.check("D of a rattling walk");
}

namespace {

/// Of 40 seeds, those that are called not diffusive.
int not_diffusive(const Walk& walk, const Window& window) {
    int count = 0;
    for (int seed = 1; seed <= 40; ++seed) {
        const Msd msd = msd_of(walk, window.first, window.last, window.blocks, static_cast<std::uint64_t>(seed));
        const auto result =
            fit(msd.points(), msd.in_blocks(), {static_cast<double>(window.first), static_cast<double>(window.last)});
        count += result.status == Status::not_diffusive;
    }
    return count;
}

}  // namespace

TEST_CASE("particles on springs do not diffuse") {
    const int count = not_diffusive({20, 400, 0, {{3, 5}}}, {20, 40, 10});
    MESSAGE("on springs: " << count << " of 40 seeds are not diffusive");
    CHECK(count == 40);
}

// Springs of variance time^0.7, whose times go up in steps of 3: sum of time^0.7 (1 - exp(-t/time)) rises as t^0.7 to 0.4 %
TEST_CASE("subdiffusion as t^0.7 is found in noise") {
    std::vector<Spring> springs;
    for (double time = 0.1; time < 1e7; time *= 3) springs.push_back({std::pow(time, 0.7), time});
    const int count = not_diffusive({60, 600, 0, springs}, {5, 60, 10});
    MESSAGE("t^0.7: " << count << " of 40 seeds are not diffusive");
    CHECK(count >= 38);
}
