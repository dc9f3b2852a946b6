// SPDX-License-Identifier: BSD-3-Clause
// What S(Q) is taken to be between Q = 0 and the first point measured.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace sluice::pair_distribution {

enum class LowQ { none, zero, constant, quadratic, given };

/// In the order of the enum; the parameter low_q takes these words.
inline constexpr std::array<std::string_view, 5> low_q_names{"none", "zero", "constant", "quadratic", "given"};

/// S(Q) = level + curvature Q^2 below the first point, with both linear in the first few points S_i:
///
///     level = level_offset + sum_i level_share_i S_i,     curvature = curvature_offset + sum_i curvature_share_i S_i
///
/// so that their variances follow exactly from those of S.
struct Extrapolation {
    bool present = false;  ///< false: the integral begins at the first point
    double level_offset = 0, curvature_offset = 0;
    std::vector<double> level_share, curvature_share;  ///< [points fitted] each; may be none

    [[nodiscard]] double level(std::span<const double> first_points) const;
    [[nodiscard]] double curvature(std::span<const double> first_points) const;
};

/// The least squares, with equal weights, of the first points (Q in 1/angstrom, [points], increasing):
///
///     none       nothing is added below the first point
///     zero       S = 0
///     constant   S = mean of the points
///     quadratic  S = a + b Q^2
///     given      S = s0 + b Q^2
///
/// Throws std::invalid_argument when there are fewer points than the form needs (1, of quadratic 2), or s0 is not finite.
[[nodiscard]] Extrapolation extrapolation(LowQ form, std::span<const double> q, double s0);

}  // namespace sluice::pair_distribution
