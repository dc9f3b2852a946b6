// SPDX-License-Identifier: BSD-3-Clause
// The structure factor from a curve in electron units, and what tells whether it can be right.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "estimate.hpp"

namespace sluice::total_scattering {

/// [n] each; variances empty when the curve has none. NaN where the curve is.
struct Structure {
    std::vector<double> faber_ziman, variance;  ///< S(Q), which tends to 1
    std::vector<double> ashcroft_langreth;      ///< S + L / |<f>|^2, which tends to <f^2> / |<f>|^2; the same variance
    std::vector<double> reduced;                ///< F = Q (S - 1), 1/angstrom
    std::vector<double> reduced_variance;
    std::vector<double> normalised;  ///< <f^2> + C + |<f>|^2 (S - 1), electron units per atom
    std::vector<double> normalised_variance;
};

/// Faber-Ziman structure factor and its kin:
///
///     S = (alpha I - offset) / |<f>|^2,    sigma_S = alpha sigma_I / |<f>|^2
///
/// with offset = beta + <f^2> + C - |<f>|^2 on an absolute scale. S may be negative: it is not clamped.
/// mean_square: <f^2>; points.expected: <f^2> + C. offset: [n], electron units. alpha is taken as exact: its error, one number
/// for all points, stays beside the curve. Sources: Faber and Ziman (1965), Phil. Mag. 11, 153; Ashcroft and Langreth (1967),
/// Phys. Rev. 156, 685, in the form of Eggert et al. (2002), Phys. Rev. B 65, 174105, without the division by the limit.
[[nodiscard]] Structure structure_factor(const Points& points, std::span<const double> mean_square,
                                         std::span<const double> offset, double alpha);

/// The mean of S in a range, all finite points weighing the same, which should be 1. Variance NaN without variances.
/// reduced_chi_square: sum (S - 1)^2 / var over points - `fitted`; NaN without variances, or when no point is left over.
struct Level {
    Estimate mean;
    double reduced_chi_square = unknown;
    std::ptrdiff_t points = 0;
};
[[nodiscard]] Level level(std::span<const double> q, const Structure& structure, const Range& range, std::ptrdiff_t fitted);

/// No atoms can scatter less than nothing: S + L / |<f>|^2 >= 0. Asked of the points up to range.to: what lies beyond is not
/// trusted for the scale either. range.from does not matter.
struct Lowest {
    double value = unknown;       ///< of S
    double over_bound = unknown;  ///< of S + L / |<f>|^2
    std::ptrdiff_t beyond = 0;    ///< points below 0 there by more than `sigmas`, or, without variances, by more than `slack`
};
[[nodiscard]] Lowest lowest(std::span<const double> q, const Structure& structure, const Range& range, double sigmas,
                            double slack);

}  // namespace sluice::total_scattering
