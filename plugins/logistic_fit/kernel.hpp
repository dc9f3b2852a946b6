// SPDX-License-Identifier: BSD-3-Clause
// The fit of a transition between two levels: y = low + (high - low) / (1 + exp(-(x - midpoint) / width)).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

namespace sluice::logistic_fit {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

enum class Status {
    ok,
    too_few_points,  ///< fewer than 3 different x; without variances, fewer than 4 points: nothing
    no_transition,   ///< a constant or a straight line describes the points as well: nothing
    at_edge,         ///< the points do not show both levels: values, but no variances
    unresolved,      ///< a sharp step describes the points as well: between which two points it lies, and the levels
    not_converged,   ///< no minimum was found: nothing
};

struct Points {
    std::span<const double> x;           ///< [n], in any order
    std::span<const double> y;           ///< [n]
    std::span<const double> variances;   ///< [n] of y, or empty: all points weigh the same
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

/// In the units of x and y.
struct Options {
    std::optional<double> low = {};   ///< the level at small x; nothing: free
    std::optional<double> high = {};  ///< the level at large x; nothing: free
    double first = -std::numeric_limits<double>::infinity();
    double last = std::numeric_limits<double>::infinity();
};

struct Value {
    double value = unknown;
    double variance = unknown;
};

/// The fitted function. A sharp step holds outside of (step_from, step_to) only.
struct Logistic {
    std::array<double, 4> values{unknown, unknown, unknown, unknown};  ///< midpoint, width, low, high
    std::array<double, 16> covariance = nothing_known();               ///< of the four, row-major; NaN where it is not known
    bool sharp = false;
    double step_from = unknown, step_to = unknown;

    /// With its variance, from the full covariance: those of several x are not independent of each other.
    [[nodiscard]] Value at(double x) const;
    [[nodiscard]] Value parameter(std::size_t k) const { return {values[k], covariance[5 * k]}; }

private:
    static std::array<double, 16> nothing_known() {
        std::array<double, 16> all{};
        all.fill(unknown);
        return all;
    }
};

struct Result {
    Status status = Status::ok;
    Value midpoint, width, low, high;
    double reduced_chi_square = unknown;  ///< without variances the mean square residual
    std::ptrdiff_t points = 0;            ///< fitted
    Logistic curve;                       ///< its covariance is that of midpoint, width, low, high
};

/// Weighted least-squares fit of
///
///     y = low + (high - low) / (1 + exp(-(x - midpoint) / width)),     width > 0
///
/// so that low is the level at small x, whichever is larger; y is half way at the midpoint and rises from 12 to 88 % of the
/// step within 4 widths. It is an empirical form (Verhulst 1838, Correspondance mathematique et physique 10, 113, for
/// populations); for the onset of a change on heating the midpoint is its temperature.
/// Left out: points outside of [first, last], masked ones, those that are not finite, and those whose variance is not above
/// 0. Weights are 1/variance; without variances all points weigh 1, and covariances are scaled by the reduced chi-square.
/// Start: of a grid of midpoints and widths over these points alone, the levels solved linearly, each width with its best
/// midpoint that is better than its neighbours; the best of the fits from there. Bounds: the width from 1/20 of the smallest
/// distance of x to 10 times their range, the midpoint to half of the range outside of them.
///
/// unresolved: chi-square rises by less than 9 (3 standard errors of the width) when the logistic is replaced by a sharp step
/// between two levels, on which at most one x lies in between. midpoint: the middle of the two neighbouring points between
/// which that of the logistic lies, with variance distance^2/12 + that of the fit (at most distance^2); width: NaN; the levels
/// of the step. With no more points than free parameters a sharp step with no x in between is all that is tried, and taken if
/// it is 2 of its standard errors or more: that the curve is flat on both sides is then an assumption.
/// no_transition: chi-square rises by less than 16 (4 standard errors, for all the places where noise may look like a step)
/// when the fit is replaced by a constant, or by less than 9 when by a straight line, also where a sharp step does as well.
/// These limits, and that of unresolved, are times 1 + 8/degrees of freedom without variances. at_edge: the midpoint lies
/// outside of the points, a bound was hit, or the step is below 2 of its standard errors although a constant does not do.
/// Accuracy: exact data give all four back to 1e-7. Throws std::invalid_argument when lengths differ, first > last, or low
/// and high are equal.
[[nodiscard]] Result fit(const Points& points, const Options& options);

}  // namespace sluice::logistic_fit
