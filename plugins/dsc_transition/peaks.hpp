// SPDX-License-Identifier: BSD-3-Clause
// Exotherms and endotherms of one DSC scan: where they are, and temperature, extrapolated onset and enthalpy of each.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace sluice::dsc_transition {

/// One scan, in any order of its points. A point of which any number is not finite is left out, so masked ones come as NaN.
/// Prepared data: heat flow in W/g with endothermic up, start-up rows left out, one heating or one cooling.
struct Scan {
    std::span<const double> temperature_K{};  ///< [n]
    std::span<const double> heat_flow_W_g{};  ///< [n], endothermic up
    std::span<const double> variances{};      ///< [n] of the heat flow; or empty: the noise is taken from the scatter
    std::span<const double> time_s{};         ///< [n], only differences count; or empty: the time is T / rate
    double rate_K_s = std::numeric_limits<double>::quiet_NaN();  ///< negative: cooling. Needed and used without time only
};

/// What is known of a glass transition, so that baselines go around it. Lines are level + slope (T - reference).
struct StepLines {
    double from_K = 0, to_K = 0;    ///< the whole transition, an overshoot included: no apex of a peak and no flank lies inside
    double onset_K = 0, end_K = 0;  ///< below: glass line; above: liquid line; between: the straight line that joins them
    double reference_K = 0;
    double glass_level = 0, glass_slope = 0;    ///< W/g, W/(g K)
    double liquid_level = 0, liquid_slope = 0;  ///< W/g, W/(g K)
    [[nodiscard]] double at(double temperature_K) const;
};

enum class PeakBaseline {
    linear,    ///< the straight line that joins both sides
    sigmoidal  ///< from the line of one side to the parallel one of the other, in proportion to the area so far
};

struct PeakOptions {
    PeakBaseline baseline = PeakBaseline::linear;
    std::ptrdiff_t max_peaks = 8;
    double threshold = 6;  ///< |enthalpy| / its standard error from which a peak counts
    double window_K = 4;   ///< for local slopes; a run of straight baseline is at least as long
    /// One place for each: it is integrated over just this range; empty: search.
    std::vector<std::pair<double, double>> ranges_K;
};

enum class PeakStatus {
    ok,
    overlap,         ///< shares its baseline with a neighbour, split between them; or reaches into the glass transition
    at_edge,         ///< one side lies outside of the data: temperature and height at most, no enthalpy
    too_few_points,  ///< for the apex (5 above half height, and a maximum of the polynomial), or for a baseline
    none,            ///< nothing significant in the range given
    turns,  ///< the temperature runs back inside the peak, as that of an undercooled sample that crystallises: height and
            ///< enthalpy (an integral over time) stand, a temperature and an onset do not exist
};

struct PeakValue {
    double value = std::numeric_limits<double>::quiet_NaN();
    double variance = std::numeric_limits<double>::quiet_NaN();
};

struct Peak {
    PeakStatus status = PeakStatus::none;
    PeakValue temperature;  ///< K, of the largest distance from the baseline
    PeakValue height;       ///< W/g above the baseline; negative: exothermic
    PeakValue onset;        ///< K, baseline x steepest tangent on the side the scan comes from (high T when cooling)
    PeakValue end;          ///< K, the same on the other side
    PeakValue enthalpy;     ///< J/g, positive: endothermic
    double from_K = std::numeric_limits<double>::quiet_NaN();  ///< integrated between these
    double to_K = std::numeric_limits<double>::quiet_NaN();
};

struct PeakResult {
    std::vector<Peak> peaks;       ///< increasing temperature; at most max_peaks, the most significant ones; or one per range
    std::ptrdiff_t found = 0;      ///< all that count
    std::vector<double> baseline;  ///< [n] in the scan's order, W/g; NaN outside of all peaks
    double noise = std::numeric_limits<double>::quiet_NaN();  ///< W/g, standard deviation of one point
};

/// Finds the exotherms and endotherms of a scan and integrates them,
///
///     enthalpy = integral over time of (q - B),    positive: endothermic,
///
/// q being the heat flow and B the baseline, by trapezoids over the points in order of time. Characteristic temperatures as in
/// ISO 11357-1 and -3 (texts unconfirmed): the peak, and the extrapolated onset and end, where the tangents at the steepest
/// points of both flanks meet the baseline.
///
/// Search. A run of points, a window long, whose local slopes differ from the most common one by less than noise and usual bends
/// explain, is baseline. What lies between two runs is one stretch; its extremes beyond the levels of *both* sides are peaks: so
/// a step is none, and neither is the overshoot on a step (an excess to one side only, below twice the step). With `step` its
/// lines are subtracted first, no peak and no flank lies inside of it, and a baseline begins beside it. A peak counts when
/// |enthalpy| is `threshold` standard errors or more.
///
/// Baseline. Parallel lines through the points of both flanks (half a peak wide, a window at least), and what joins them: see
/// PeakBaseline. The sides of a peak lie 20 % of its width within the straight runs, beside a step where the flank is no longer
/// inclined. Peaks between two runs share a baseline and are split at the valley, or where the sign changes: `overlap` if they do
/// not come down to the baseline in between.
///
/// Apex: vertex of a polynomial of degree 4 about the largest distance from B, in a window (within half height) that
/// shrinks until it describes the points. Tangents: of cubics in a window of 0.6 full widths or less, taken where the second
/// derivative is 0, where the result does not depend on the place.
///
/// Variances: linear propagation of the points' noise through baseline, integral and polynomials. Given ones are taken at their
/// word; else the noise is that of second differences, times the scatter and the correlation of neighbours that the flanks show.
/// The errors of temperature calibration, mass and of the form of the baseline are in none of them. Accuracy: Gaussians on a line
/// have their enthalpy to 1e-5 without noise; onset and end to 1.5e-3 of the full width at half height; with noise biases stay
/// below 0.35 standard errors. A peak close above a step: 0.2 % of the enthalpy. A baseline that bends under a peak is not
/// seen.
///
/// Ranges (`ranges_K`): each is integrated between just these temperatures; its baseline joins the points of one window beside
/// either end. Status `none` (with the enthalpy found) below the threshold; such a range does not count in `found`.
///
/// With time, a turn of the temperature (self-heating of an undercooled sample) is straightened before anything else, and peaks
/// that hold one have status `turns`. Fewer than 10 points give no peaks. Throws std::invalid_argument when lengths differ,
/// without time and rate, or for options out of range.
[[nodiscard]] PeakResult find_peaks(const Scan& scan, const PeakOptions& options, const std::optional<StepLines>& step = {});

}  // namespace sluice::dsc_transition
