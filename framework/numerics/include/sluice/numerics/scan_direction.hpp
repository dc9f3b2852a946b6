// SPDX-License-Identifier: BSD-3-Clause
// Which way a run went: turning points of a scanned quantity, and whether it went there and back.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace sluice::numerics {

/// Positions of the turning points of values in the order of measurement, first and last point included; [n >= 1].
/// A turn counts once the way back is longer than `tolerance` (unit of the values); smaller ones are jitter. values: finite.
[[nodiscard]] inline std::vector<std::size_t> turning_points(std::span<const double> values, double tolerance) {
    std::vector<std::size_t> turns{0};
    std::size_t lowest = 0, highest = 0;  // since the last turn
    int direction = 0;
    for (std::size_t i = 1; i < values.size(); ++i) {
        if (values[i] >= values[highest]) highest = i;
        if (values[i] <= values[lowest]) lowest = i;
        const bool risen = values[i] - values[lowest] > tolerance, fallen = values[highest] - values[i] > tolerance;
        if (direction <= 0 && risen) {
            if (direction < 0) turns.push_back(lowest);
            direction = 1, highest = i;
        } else if (direction >= 0 && fallen) {
            if (direction > 0) turns.push_back(highest);
            direction = -1, lowest = i;
        }
    }
    if (values.size() > 1) turns.push_back(values.size() - 1);
    return turns;
}

/// The course of a scan between its turning points.
struct ScanPath {
    std::vector<std::size_t> turns;  ///< as turning_points()
    double range = 0;                ///< largest less smallest value
    double length = 0;               ///< sum of the ways between turning points; those of fewer than 8 points are jumps
    std::ptrdiff_t points = 0;

    /// False where there are more turning points than a quarter of the points: these were not stored in the order of a run.
    [[nodiscard]] bool ordered() const { return 4 * std::ssize(turns) <= points; }
    /// A heating and a cooling in one, say: a path longer than 1.5 ranges. Of unordered points nothing is known: false.
    [[nodiscard]] bool there_and_back() const { return ordered() && length > 1.5 * range; }
};

/// Turns of up to `jitter` ranges are none. values: finite, in the order of measurement; of none the path is empty.
[[nodiscard]] inline ScanPath scan_path(std::span<const double> values, double jitter = 0.02) {
    ScanPath path;
    if (values.empty()) return path;
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    path.points = std::ssize(values);
    path.range = *high - *low;
    path.turns = turning_points(values, jitter * path.range);
    constexpr std::size_t fewest_points = 8;  // parts of one run in the wrong order are joined by a jump, not by a way
    for (std::size_t k = 1; k < path.turns.size(); ++k)
        if (path.turns[k] - path.turns[k - 1] + 1 >= fewest_points)
            path.length += std::abs(values[path.turns[k]] - values[path.turns[k - 1]]);
    return path;
}

}  // namespace sluice::numerics
