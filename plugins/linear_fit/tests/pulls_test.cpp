// SPDX-License-Identifier: BSD-3-Clause
// Values and errors of the line over 400 seeds: pulls of mean 0 and width 1.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <sluice/numerics/random.hpp>

#include "../kernel.hpp"
#include "support/pulls.hpp"

namespace {

using namespace sluice::linear_fit;
using Doubles = std::vector<double>;
using sluice::test::Pulls;

constexpr int seeds = 400;

/// T_beta against T_g of ten glasses: errors of 2 to 5 K in both, some of them shared by both coordinates of a point.
void check_line_with(double error_correlation, bool equal) {
    const Doubles truth{420, 431, 445, 452, 468, 480, 495, 512, 530, 555};
    constexpr double slope = 0.8, intercept = -10;
    Pulls slopes, intercepts, middle;
    double chi_square = 0;
    for (int seed = 1; seed <= seeds; ++seed) {
        sluice::numerics::RandomStream stream(static_cast<std::uint64_t>(seed), 0, 0);
        Doubles noise(20), x, y, vx, vy;
        stream.fill_normal(noise);
        for (std::size_t i = 0; i < truth.size(); ++i) {
            const double sx = equal ? 3 : 2 + 0.3 * static_cast<double>(i), sy = equal ? 3 : 5 - 0.3 * static_cast<double>(i);
            x.push_back(truth[i] + sx * noise[2 * i]);
            y.push_back(intercept + slope * truth[i] +
                        sy * (error_correlation * noise[2 * i] +
                              std::sqrt(1 - error_correlation * error_correlation) * noise[2 * i + 1]));
            vx.push_back(sx * sx), vy.push_back(sy * sy);
        }
        const Doubles r(truth.size(), error_correlation);
        Options options;
        options.equal_errors = equal;
        const auto got = fit({x, y, vx, vy, r, {}, {}}, options);
        REQUIRE(got.status == Status::ok);
        slopes.add(got.line.slope.value, slope, got.line.slope.variance);
        intercepts.add(got.intercept.value, intercept, got.intercept.variance);
        middle.add(got.line.at(480).value, intercept + slope * 480, got.line.at(480).variance);
        if (!equal) chi_square += got.reduced_chi_square / seeds;
    }
    slopes.check("slope");
    intercepts.check("intercept");
    middle.check("line at 480 K");
    if (!equal) CHECK(std::abs(chi_square - 1) < 0.1);  // 4 sqrt(2 / 8 / 400)
}

}  // namespace

TEST_CASE("pulls with errors in both coordinates, seeds 1 to 400") { check_line_with(0, false); }
TEST_CASE("pulls with correlated errors, seeds 1 to 400") { check_line_with(0.6, false); }
TEST_CASE("pulls of orthogonal regression, its errors from the scatter, seeds 1 to 400") { check_line_with(0, true); }
