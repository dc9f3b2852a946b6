// SPDX-License-Identifier: BSD-3-Clause
// The line against exact curves, and what is and is not diffusion.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "../kernel.hpp"
#include "simulated.hpp"

namespace {

using namespace sluice::self_diffusion;
using doctest::Approx;
using sluice::self_diffusion::test::Doubles;

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

struct Curve {
    Doubles lag, msd;

    template <class F>
    Curve(int n, const F& f) {
        for (int i = 0; i < n; ++i) lag.push_back(i), msd.push_back(f(static_cast<double>(i)));
    }
    [[nodiscard]] Points points() const { return {lag, msd}; }
};

Result fit_of(const Curve& curve, const Options& options) { return fit(curve.points(), std::nullopt, options); }

}  // namespace

TEST_CASE("an exact line gives D, intercept and exponents of diffusion") {
    const auto result = fit_of(Curve(50, [](double t) { return 0.4 + 6 * 0.13 * t; }), {10, 40});
    CHECK(result.status == Status::ok);
    CHECK(result.points == 31);
    CHECK(result.diffusion_coefficient.value == Approx(0.13).epsilon(1e-13));
    CHECK(result.intercept.value == Approx(0.4).epsilon(1e-12));
    CHECK(result.slope_ratio.value == Approx(1).epsilon(1e-12));
    CHECK(result.slope_exponent.value == Approx(1).epsilon(1e-12));
    CHECK(result.exponent.value < 1);  // the intercept
    CHECK(result.line.at(100) == Approx(78.4).epsilon(1e-12));
    for (const double each : {result.diffusion_coefficient.variance, result.intercept.variance, result.degrees_of_freedom})
        CHECK(std::isnan(each));
    CHECK(result.blocks == 0);
}

TEST_CASE("a line through 0, in one and two dimensions; lag 0 may be in the window") {
    for (const int dimensions : {1, 2, 3}) {
        const auto result = fit_of(Curve(20, [&](double t) { return 2 * dimensions * 0.7 * t; }), {0, 12, false, dimensions});
        CHECK(result.status == Status::ok);
        CHECK(result.diffusion_coefficient.value == Approx(0.7).epsilon(1e-14));
        CHECK(result.intercept.value == 0);
        CHECK(result.intercept.variance == 0);
        CHECK(result.exponent.value == Approx(1).epsilon(1e-12));
        CHECK(result.points == 13);
    }
}

// Langevin (1908), C. R. Acad. Sci. 146, 530; Uhlenbeck and Ornstein (1930), Phys. Rev. 36, 823: 6 D (t - tau (1 - exp(-t/tau))).
TEST_CASE("a ballistic start moves the intercept, not D; through 0 it gives too little") {
    const double d = 2.5, tau = 3;
    const Curve curve(200, [&](double t) { return 6 * d * (t - tau * (1 - std::exp(-t / tau))); });
    const auto with = fit_of(curve, {60, 150}), through = fit_of(curve, {60, 150, false});
    CHECK(with.status == Status::ok);
    CHECK(with.diffusion_coefficient.value == Approx(d).epsilon(1e-9));  // exp(-20) = 2e-9
    CHECK(with.intercept.value == Approx(-6 * d * tau).epsilon(1e-7));
    CHECK(with.exponent.value > 1);
    // sum t (t - tau) / sum t^2 over 60 ... 150: 1 - 3 * 9555 / 1066065
    CHECK(through.diffusion_coefficient.value == Approx(d * (1 - tau * 9555 / 1066065)).epsilon(1e-9));
    CHECK(through.diffusion_coefficient.value < 0.98 * d);
    MESSAGE("Langevin particle, D = " << d << ": with intercept " << with.diffusion_coefficient.value << ", through 0 "
                                      << through.diffusion_coefficient.value);
    CHECK(fit_of(curve, {0, 4}).status == Status::not_diffusive);  // ballistic: rises as t^2
    CHECK(fit_of(curve, {0, 4}).slope_exponent.value > 1.5);
}

TEST_CASE("t^0.7 is not diffusive in any window; its exponents are 0.7, and an intercept does not hide that") {
    for (const double offset : {0.0, 5.0})
        for (const auto& [from, to] : {std::pair{10, 40}, {10, 15}, {100, 190}}) {
            const auto result = fit_of(Curve(200, [&](double t) { return offset + std::pow(t, 0.7); }),
                                       {static_cast<double>(from), static_cast<double>(to)});
            CHECK(result.status == Status::not_diffusive);
            CHECK(result.slope_exponent.value == Approx(0.7).epsilon(0.01));
            if (offset == 0) CHECK(result.exponent.value == Approx(0.7).epsilon(1e-12));
            CHECK(std::isfinite(result.diffusion_coefficient.value));
            MESSAGE("t^0.7 + " << offset << " over " << from << " to " << to << ": slope exponent "
                               << result.slope_exponent.value);
        }
}

TEST_CASE("confined motion is not diffusive: on the way to its plateau, on it, and on a plateau that still creeps") {
    const Curve confined(200, [](double t) { return 3 * (1 - std::exp(-t / 8)); });
    CHECK(fit_of(confined, {2, 20}).status == Status::not_diffusive);
    CHECK(fit_of(confined, {60, 190}).status == Status::not_diffusive);
    CHECK(fit_of(Curve(50, [](double) { return 3.0; }), {10, 40}).status == Status::not_diffusive);
    CHECK(fit_of(Curve(50, [](double t) { return 3 + 1e-3 * t; }), {10, 40}).status == Status::not_diffusive);
    CHECK(fit_of(Curve(50, [](double t) { return 3 - 0.01 * t; }), {10, 40}).status == Status::not_diffusive);
}

TEST_CASE("a line through 0 of a curve with a large intercept is not diffusive") {
    const Curve curve(50, [](double t) { return 40 + 6 * t; });
    CHECK(fit_of(curve, {10, 40}).status == Status::ok);
    CHECK(fit_of(curve, {10, 40, false}).status == Status::not_diffusive);
}

TEST_CASE("points that are masked, not finite or outside of the window are left out") {
    Curve curve(50, [](double t) { return 6 * t; });
    curve.msd[12] = no_number, curve.msd[13] = 1e9;
    std::vector<std::uint8_t> mask(50, 0);
    mask[13] = 1;
    curve.lag.push_back(no_number), curve.msd.push_back(1), mask.push_back(0);  // a padded series
    const auto result = fit({curve.lag, curve.msd, mask}, std::nullopt, {10, 20});
    CHECK(result.points == 9);
    CHECK(result.diffusion_coefficient.value == Approx(1).epsilon(1e-13));
}

TEST_CASE("too few lags, and too few blocks") {
    const Curve curve(50, [](double t) { return 6 * t; });
    const auto few = fit_of(curve, {10, 12});
    CHECK(few.status == Status::too_few_points);
    CHECK(few.points == 3);
    for (const double each : {few.diffusion_coefficient.value, few.intercept.value, few.exponent.value, few.line.at(1)})
        CHECK(std::isnan(each));
    const Doubles four(4 * 50, 1.0);
    const auto blocks = fit(curve.points(), Blocks{four, {}, 4}, {10, 20});
    CHECK(blocks.status == Status::few_blocks);
    CHECK(blocks.blocks == 4);
    CHECK(blocks.diffusion_coefficient.value == Approx(1).epsilon(1e-13));
    CHECK(std::isnan(blocks.diffusion_coefficient.variance));
}

TEST_CASE("independent runs: the variance of the mean of their slopes") {
    const Doubles slopes{5.4, 6.6, 6.3, 5.9, 5.8, 6.0};  // mean 6, sum of squares 0.86
    Doubles rows;
    const Curve mean(20, [](double t) { return 6 * t; });
    for (const double slope : slopes)
        for (int t = 0; t < 20; ++t) rows.push_back(slope * t + 0.2);
    const auto result = fit(mean.points(), Blocks{rows, {}, 6}, {4, 15});
    CHECK(result.blocks == 6);
    CHECK(result.degrees_of_freedom == 5);
    CHECK(result.diffusion_coefficient.variance == Approx(0.86 / 5 / 6 / 36).epsilon(1e-12));
    CHECK(result.slope_ratio.variance == Approx(0).epsilon(1e-12));  // each run is a line
    std::vector<std::uint8_t> mask(rows.size(), 0);
    mask[7] = 1;
    rows[25] = no_number;
    CHECK(fit(mean.points(), Blocks{rows, mask, 6}, {4, 15}).blocks == 4);  // too few for a variance
    CHECK(fit(mean.points(), Blocks{rows, mask, 6}, {8, 15}).blocks == 6);  // neither is in this window
}

TEST_CASE("only blocks count whose every origin has the longest lag") {
    const auto msd = test::msd_of({2, 200}, 1, 60, 10, 1);  // blocks of 20 frames
    for (const auto& [to, blocks] : {std::pair{20, 9}, {21, 8}, {40, 8}, {60, 7}})
        CHECK(fit(msd.points(), msd.in_blocks(), {1, static_cast<double>(to)}).blocks == blocks);
}

TEST_CASE("scales: MSD in other units, and lags in other units, change nothing else") {
    auto msd = test::msd_of({5, 200}, 1, 30, 10, 3);
    const auto plain = fit(msd.points(), msd.in_blocks(), {4, 30});
    for (double& each : msd.whole) each *= 1e-18;
    for (double& each : msd.blocks) each *= 1e-18;
    for (double& each : msd.lag) each *= 1e-12;
    const auto scaled = fit(msd.points(), Blocks{msd.blocks, {}, 10, Recording{200, 1e-12}}, {4e-12, 30e-12});
    CHECK(scaled.diffusion_coefficient.value == Approx(1e-6 * plain.diffusion_coefficient.value).epsilon(1e-12));
    CHECK(scaled.diffusion_coefficient.variance == Approx(1e-12 * plain.diffusion_coefficient.variance).epsilon(1e-10));
    CHECK(scaled.slope_ratio.variance == Approx(plain.slope_ratio.variance).epsilon(1e-9));
    CHECK(scaled.status == plain.status);
}

TEST_CASE("D / D0") {
    const auto found = ratio({0.13, 1e-4}, {0.5, 4e-4});
    CHECK(found.value == Approx(0.26));
    CHECK(found.variance == Approx(0.26 * 0.26 * (1e-4 / 0.0169 + 4e-4 / 0.25)).epsilon(1e-12));
    CHECK(std::isnan(ratio({0.13, no_number}, {0.5, 0}).variance));
}

TEST_CASE("bad arguments are refused") {
    const Curve curve(50, [](double t) { return t; });
    CHECK_THROWS_WITH_AS((void)fit_of(curve, {20, 10}), "the window begins at 20 and ends at 10. Swap the two.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)fit_of(curve, {-1, 10}), "the window begins at -1, must be at least 0.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)fit({Doubles{1, 2}, Doubles{1}}, std::nullopt, {1, 2}),
                         "there are 2 lags and 1 displacements. They must agree.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)fit({Doubles{1, 2, 2}, Doubles{1, 2, 3}}, std::nullopt, {1, 3}),
                         "lag 2 follows 2. Lags must increase.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)fit(curve.points(), Blocks{Doubles(3), {}, 2}, {1, 3}),
                         "there are 3 numbers of 2 blocks and 50 lags.", std::invalid_argument);
    const Doubles rows(500, 1.0);
    CHECK_THROWS_WITH_AS((void)fit(curve.points(), Blocks{rows, {}, 10, Recording{40, 1}}, {1, 45}),
                         "a lag of 45 frames in a trajectory of 40. Check the facts frames and frame_interval of the blocks.",
                         std::invalid_argument);
}
