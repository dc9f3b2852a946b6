// SPDX-License-Identifier: BSD-3-Clause
// Invariants of a mixture series against the straight line between its pure ends, and the curve through them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace sluice::ideal_mixing {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Whether the two ends are there. Without one there is no Q_ideal: ideal and ratio are NaN.
enum class Status { ok, no_sample_at_0, no_sample_at_1, no_sample_at_either_end };
enum class FitStatus {
    ok,
    too_few_points,  ///< fewer different compositions than coefficients: the curve is NaN
    no_end,          ///< pinned to an end that is not there: the same
};

/// The samples of one temperature.
struct Samples {
    std::span<const double> composition;    ///< [n], 0 … 1, in any order
    std::span<const double> invariant;      ///< [n], in any unit
    std::span<const double> variances;      ///< [n], or empty
    std::span<const std::uint8_t> mask;     ///< [n], nonzero = not measured; or empty
    std::span<const std::uint8_t> flagged;  ///< [n], nonzero = shown, but left out of the curve; or empty
};

struct Options {
    double end_tolerance = 1e-6;      ///< a composition this close to 0 or 1 is an end
    bool use_flagged_ends = true;     ///< a flagged end stands where there is no other; else it counts as not measured
    bool pin_ends = false;            ///< the curve goes through both ends
    std::ptrdiff_t pinned_terms = 2;  ///< 1 or 2 terms of the pinned curve
};

struct Estimate {
    double value = unknown, variance = unknown;
};

/// a0 + a1 x + a2 x^2 + a3 x^3.
struct Cubic {
    std::array<double, 4> coefficients{unknown, unknown, unknown, unknown};
    std::array<double, 16> covariance = filled(unknown);  ///< row-major

    [[nodiscard]] Estimate at(double x) const;
    [[nodiscard]] static std::array<double, 16> filled(double value);
};

struct Result {
    Status status = Status::ok;
    FitStatus fit_status = FitStatus::ok;
    bool flagged_end = false;  ///< an end of the ideal line is a flagged sample

    std::vector<double> ideal, ideal_variances;  ///< [n]; of compositions that were not measured too. Variances or empty
    std::vector<double> ratio, ratio_variances;  ///< [n]; NaN where not measured. Variances or empty

    Cubic curve;
    Estimate excess, asymmetry;  ///< b and c: the curve is the line between its own ends + x (1-x) [b + c (1-2x)]
    double reduced_chi_square = unknown;
    std::ptrdiff_t points = 0;  ///< that the curve was fitted to
};

/// With Q1 and Q0, the invariants at composition 1 and 0 (of several the inverse-variance mean; plain without variances):
///
///     Q_ideal = Q1 x + Q0 (1 - x),    ratio r = Q / Q_ideal
///     var r_i = sum_k (d r_i / d Q_k)^2 var_k,    d r_i / d Q_k = [delta_ik - r_i (x_i d Q1/d Q_k + (1 - x_i) d Q0/d Q_k)] /
///     Q_ideal
///
/// which between the ends is r^2 [var Q / Q^2 + (x^2 var1 + (1-x)^2 var0) / Q_ideal^2], and at an end that was measured
/// once exactly 1 ± 0: above and below stands the same number. Source: Jin et al. (2022), J. Phys. Chem. Lett. 13, 2205,
/// figure 2. The ratios of one series share the errors of its ends.
///
/// The curve through the samples that are not flagged, by least squares with weights 1/variance:
///
///     quadratic   a0 + a1 x + a2 x^2
///     pinned      Q_ideal + x (1-x) [b + c (1-2x)], through both ends: Redlich and Kister (1948), Ind. Eng. Chem. 40, 345
///
/// The pinned one is fitted to the samples between the ends; its covariance holds the errors of the ends. Its chi-square
/// takes these as exact. Without variances all samples weigh the same, and covariances are from the scatter
/// (numerics/linear_fit).
///
/// Samples that are masked, or whose composition or invariant is not finite, are not measured. Of ends measured several
/// times those weigh whose variance is above 0, if any has one. A sample with a variance that is not above 0 has its ratio,
/// but no part in the fit. Where Q_ideal is 0 the ratio is NaN.
/// Throws std::invalid_argument when lengths differ or the tolerance is not from 0 to below 0.5; std::domain_error naming
/// the first composition outside of 0 … 1.
[[nodiscard]] Result mix(const Samples& samples, const Options& options);

/// What mix() refuses of compositions: throws std::domain_error naming the first that lies outside of 0 … 1 by more than the
/// tolerance. NaN is none.
void check_compositions(std::span<const double> composition, double end_tolerance);

}  // namespace sluice::ideal_mixing
