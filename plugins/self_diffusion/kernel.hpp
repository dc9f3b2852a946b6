// SPDX-License-Identifier: BSD-3-Clause
// The self-diffusion coefficient from a mean-squared displacement: the line, its errors from blocks, and whether it is diffusion.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "spread.hpp"

namespace sluice::self_diffusion {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

enum class Status {
    ok,
    not_diffusive,   ///< the slope changes over the window, is not above 0 by 3 standard errors, or the curve is flat
    too_few_points,  ///< fewer than 4 lags in the window: all NaN
    few_blocks,      ///< fewer than 5 blocks have all lags of the window: values without variances
};

struct Points {
    std::span<const double> lag;              ///< [n], increasing
    std::span<const double> msd;              ///< [n]
    std::span<const std::uint8_t> mask = {};  ///< [n], nonzero = leave out; or empty
};

struct Options {
    double from = 0;  ///< the window, in the unit of lag, both ends inclusive
    double to = 0;
    bool intercept = true;          ///< false: the line goes through 0
    int dimensions = 3;             ///< axes that the displacements have
    double exponent_within = 0.15;  ///< the slope may change as t^0.15
};

struct Estimate {
    double value = unknown;
    double variance = unknown;
};

struct Line {
    double intercept = unknown, slope = unknown;
    [[nodiscard]] double at(double t) const { return intercept + slope * t; }
};

struct Result {
    Status status = Status::ok;
    Estimate diffusion_coefficient;
    Estimate intercept;       ///< of the line at lag 0; 0 +- 0 of a line through 0
    Estimate slope_ratio;     ///< slope of the second half of the window / slope of the first
    Estimate exponent;        ///< d ln MSD / d ln t; NaN where the MSD is not above 0
    Estimate slope_exponent;  ///< 1 + ln slope_ratio / ln (middle of the second half / middle of the first)
    Line line;
    std::ptrdiff_t points = 0;            ///< lags in the fit
    std::ptrdiff_t blocks = 0;            ///< that gave the variances
    double degrees_of_freedom = unknown;  ///< of the variance of D
};

/// The straight line through the mean-squared displacement over a window of lags,
///
///     MSD(t) = a + 2 d D t,     d axes; a = 0 without intercept
///
/// all lags weighing the same (Einstein 1905, Ann. Phys. 17, 549). The intercept takes what the ballistic start and the rattling
/// between neighbours add to the displacement once. Lags share most of their displacements, so the errors of a least-squares
/// fit would be far too small: variances are from the spread of the blocks, see BlockErrors; without blocks they are NaN.
///
/// Is it diffusion? The window's two halves have the slopes s1 and s2 (lines with intercepts of their own). Where MSD = a + b
/// t^n, s2/s1 = (t2/t1)^(n - 1), whatever a is: so slope_exponent is n, with t1 and t2 the middles of the halves. not_diffusive:
/// - it differs from 1 by more than exponent_within, and s2/s1 from 1 by more than 3 of its standard errors, where known; or
/// - D is not above 3 of its standard errors, or, where these are not known, not above 0; or
/// - MSD grows by less than t^0.1 over the window; or
/// - the line goes through 0, and `exponent` differs from 1 in the same way.
///
/// Left out: lags outside of the window, points that are masked or not finite. `blocks`: [rows, n] of the same lags.
/// Throws std::invalid_argument when lengths differ, from > to, from < 0, lags do not increase, or dimensions < 1.
/// Accuracy: 1e-13 of an exact line.
[[nodiscard]] Result fit(const Points& points, const std::optional<Blocks>& blocks, const Options& options);

/// D / D0, both with variances: first order, independent.
[[nodiscard]] Estimate ratio(const Estimate& d, const Estimate& free);

}  // namespace sluice::self_diffusion
