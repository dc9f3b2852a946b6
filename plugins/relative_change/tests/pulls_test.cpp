// SPDX-License-Identifier: BSD-3-Clause
// Changes and their errors over 400 seeds: pulls of mean 0 and width 1, and covariances that are those of the draws.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <sluice/numerics/random.hpp>

#include "../kernel.hpp"
#include "support/pulls.hpp"

namespace {

using namespace sluice::relative_change;
using Doubles = std::vector<double>;

constexpr int seeds = 400;

struct PullsWithCovariance {
    sluice::test::Pulls pulls;
    double cross = 0, expected_cross = 0;

    void add(const Change& got, const Doubles& truth) {
        const double one = got.values[1] - truth[1], other = got.values[2] - truth[2];
        pulls.add(got.values[1], truth[1], got.variances[1]);
        cross += one * other / seeds;
        expected_cross += got.covariance[1 * truth.size() + 2] / seeds;
    }
    /// 4 standard errors of a covariance of 400 pairs with correlation 0.5: 4 sqrt((1 + 1/0.5^2)/400) = 0.45 of it.
    void check(const std::string& what) const {
        pulls.check(what);
        MESSAGE(what << ": covariance of two " << cross << " (stated " << expected_cross << ")");
        CHECK(std::abs(cross / expected_cross - 1) < 0.45);
    }
};

}  // namespace

TEST_CASE("pulls of difference and fraction, seeds 1 to 400") {
    const Doubles truth{0.041, 0.035, 0.020, 0.013};  // heights of a peak that an annealing lowers to a third
    const Doubles sigma{0.0006, 0.0005, 0.0005, 0.0004};
    Doubles difference, fraction;
    for (const double each : truth) difference.push_back(each - truth[0]), fraction.push_back(each / truth[0]);
    PullsWithCovariance differences, fractions;
    for (int seed = 1; seed <= seeds; ++seed) {
        sluice::numerics::RandomStream stream(static_cast<std::uint64_t>(seed), 0, 0);
        Doubles values(4), variances;
        stream.fill_normal(values);
        for (std::size_t i = 0; i < 4; ++i) {
            values[i] = truth[i] + sigma[i] * values[i];
            variances.push_back(sigma[i] * sigma[i]);
        }
        const auto got = change(Series{values, variances, {}}, 0);
        differences.add(got.difference, difference);
        fractions.add(got.ratio, fraction);
    }
    differences.check("difference");
    fractions.check("fraction");
}
