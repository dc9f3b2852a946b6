// SPDX-License-Identifier: BSD-3-Clause
// The activation energy of a relaxation from its peak temperatures at several frequencies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace sluice::arrhenius_fit {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

enum class Status {
    ok,
    too_few_points,  ///< fewer than 2 different frequencies: all is NaN
    curved,          ///< a quadratic term is 3 standard errors from 0: one E does not describe the points; all values stand
    not_determined,  ///< T does not rise with f, by 3 standard errors: all is NaN
};

struct Peaks {
    std::span<const double> temperature_K;  ///< [n]
    std::span<const double> variances;      ///< [n] of the temperatures, or empty
    std::span<const double> frequency_Hz;   ///< [n], in any order; exact
    std::span<const std::uint8_t> exclude;  ///< [n], nonzero = leave out; or empty
};

struct Options {
    bool leave_out_merged = false;
};

struct Value {
    double value = unknown;
    double variance = unknown;
};

/// 1/T = inverse + slope (ln f - log_frequency), with independent errors of both.
struct Line {
    double log_frequency = unknown;
    Value inverse, slope;  ///< 1/K

    /// The temperature of the peak at this ln(f/Hz), K, in first order; NaN where the law has none.
    [[nodiscard]] Value temperature(double log_f) const;
};

struct Result {
    Status status = Status::ok;
    Value activation_energy;  ///< E, J/mol
    Value log_prefactor;      ///< ln(f0/Hz)
    double covariance = unknown;
    Line line;
    double reduced_chi_square = unknown;  ///< NaN without variances, or when no point is left over
    std::ptrdiff_t points = 0;            ///< fitted
    std::ptrdiff_t left_out = 0;          ///< all others
    std::vector<std::uint8_t> merged;     ///< [n], see fit()
};

/// Weighted fit of the Arrhenius law
///
///     ln f = ln f0 - E / (R T)
///
/// Frequencies are exact, temperatures are not: with variances, 1/T is fitted as a line in ln f with weights T^4 / var T. That is
/// the line of errors in both coordinates (York et al. 2004, Am. J. Phys. 72, 367) for exact y: weights of ln f of
/// (R T^2 / (E sigma_T))^2 at the E that is fitted, with no iteration. Its covariance is not scaled by chi-square. Without
/// variances ln f is fitted as a line in 1/T with equal weights, as in an Arrhenius plot, and the covariance is from the scatter;
/// noise of T then lowers E by its part in the variance of 1/T, which is (1 - r^2).
///
/// merged: peaks that another process at high frequency pulls to higher T (the flank of the alpha relaxation). From the lowest
/// frequency upwards, a peak is merged when it lies above the line through the peaks below it that are not, by more than 3
/// standard errors (of both; raised by the scatter of these peaks where it is larger than their variances say). Needs 3 lower
/// peaks; without variances 4, and the quantile of Student's t of the same probability. They are left out of the fit only if
/// options say so.
///
/// Left out: excluded points, those whose T or f is not finite or above 0, and those whose variance is not finite and above 0.
/// temperature_K, variances, frequency_Hz, exclude: [n]. Throws std::invalid_argument when lengths differ.
[[nodiscard]] Result fit(const Peaks& peaks, const Options& options);

/// E / (R T_g), a pure number, with E in J/mol, T_g in K and independent errors; NaN unless T_g > 0 is finite.
[[nodiscard]] Value reduced_energy(const Value& energy, const Value& glass_transition_K);

}  // namespace sluice::arrhenius_fit
