// SPDX-License-Identifier: BSD-3-Clause
// The apex of a peak and the tangents of its flanks, above a baseline.
#pragma once

#include <cstddef>
#include <vector>

#include "peak_baseline.hpp"

namespace sluice::dsc_transition {

/// A peak above its baseline: points first .. last, one sign.
struct PeakAbove {
    const PeakPoints& points;
    const FlankBaseline& baseline;
    std::vector<double> distance;  ///< [last - first + 1], sign (y - B)
    std::size_t first = 0, last = 0;
    std::size_t apex = 0;  ///< a point near it
    int sign = 1;

    [[nodiscard]] double at(std::size_t i) const { return distance[i - first]; }
};

/// Where the distance falls to half of its largest, in K on both sides of the apex; a side that does not fall so far ends at the
/// last of the peak's points.
struct HalfHeight {
    double height = 0, left = 0, right = 0;
    std::ptrdiff_t points = 0;  ///< above it
    [[nodiscard]] double width() const { return left + right; }
};
[[nodiscard]] HalfHeight half_height(const PeakAbove& peak);

struct ApexFit {
    PeakValue temperature, height;  ///< height with the peak's sign
};
/// Vertex of a polynomial of degree 4 over the points above half height, fewer while it does not describe them.
[[nodiscard]] ApexFit fit_apex(const PeakAbove& peak, const HalfHeight& half);

/// Intersection of the baseline with the tangent at the steepest point of the flank towards low (-1) or high (1) temperature;
/// NaN where the flank has too few points or no slope. The tangent is that of a cubic over 0.6 full widths about that point.
[[nodiscard]] PeakValue extrapolated_onset(const PeakAbove& peak, const HalfHeight& half, int side);

}  // namespace sluice::dsc_transition
