// SPDX-License-Identifier: BSD-3-Clause
// Cumulants of one correlation function of light scattered by particles of several sizes: mean decay rate and its spread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace sluice::cumulant_fit {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// What the correlation function is of: the field, or the intensity.
enum class Of { g1, g2_minus_1 };

enum class Status {
    ok,
    too_few_points,            ///< not more points than free parameters: all NaN
    no_decay,                  ///< a constant describes the points as well, or the fitted curve does not fall: all NaN
    not_converged,             ///< no minimum was found, or the points do not determine it: all NaN
    negative_second_cumulant,  ///< it is more than 3 standard errors below 0, which no distribution of rates gives; all stands
    no_signal,                 ///< the baseline given describes the points as well: all NaN
    bound_hit,                 ///< a parameter ended on its bound: values, but no variances
};

/// One correlation function. The unit of the delay is the caller's; the rate comes in its inverse.
struct Curve {
    std::span<const double> delay;       ///< [n], in any order
    std::span<const double> values;      ///< [n], g1 or g2 - 1
    std::span<const double> variance;    ///< [n], or empty: all points weigh the same
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

struct Value {
    double value = unknown;
    double variance = unknown;
};

struct Options {
    Of of = Of::g1;
    std::ptrdiff_t order = 2;              ///< 1, 2 or 3
    std::optional<double> amplitude = {};  ///< nothing: free
    std::optional<double> baseline = 0;    ///< nothing: free
    double first_delay = 0;
    double last_delay = std::numeric_limits<double>::infinity();
};

struct Result {
    Status status = Status::ok;
    Value rate;                  ///< mean of the distribution of rates
    Value second_cumulant;       ///< its variance; 0 +- 0 of order 1
    Value third_cumulant;        ///< its third central moment; 0 +- 0 of orders 1 and 2
    Value polydispersity_index;  ///< second_cumulant / rate^2
    Value amplitude, baseline;
    double reduced_chi_square = unknown;
    std::ptrdiff_t points = 0;  ///< fitted
    std::vector<double> curve;  ///< [n], at all delays >= 0
};

/// Weighted least-squares fit of the moments about the mean rate of the distribution G of rates, g1(t) = int G(k) e^(-k t) dk:
///
///     g1     = baseline + amplitude m(rate t)
///     g2 - 1 = baseline + amplitude m(rate t)^2,     m(x) = e^-x (1 + p x^2 / 2 - s x^3 / 6)
///
/// p = second_cumulant / rate^2 from order 2 on, s = third_cumulant / rate^3 of order 3; cumulants and central moments are the
/// same up to the third. Source: Frisken (2001), Appl. Opt. 40, 4087, whose form stays finite at long delays and lets the
/// baseline be free; ln g1 = ln(amplitude) - rate t + second_cumulant t^2 / 2 ... of Koppel (1972), J. Chem. Phys. 57, 4814, has
/// the same first three derivatives at t = 0. Mailer, Clegg and Pusey (2015), J. Phys. Condens. Matter 27, 145102, try it on
/// simulated data: good for standard deviations of the rates up to some 0.6 of the mean, and little worth beyond order 2.
///
/// Fitted are delays > 0 (a lag at 0 holds the shot noise) within [first_delay, last_delay] (to 1e-9 of themselves) that are not
/// masked and whose value is finite and variance, if any, finite and > 0. Weights are 1/variance. Without variances all points
/// weigh 1, and the covariance is scaled by the mean square residual. Parameters of the fit are ln(rate), p and s; variances of
/// the cumulants follow in first order, with the covariances. Start: the best of a grid over ln(rate) and p from these points
/// alone, amplitude and baseline solved linearly.
/// no_decay and no_signal: chi-square of the constant (of the baseline) alone is above that of the fit by no more than noise
/// gives with the probability 0.0027 (3 standard errors; 9 for one parameter more, 14.2 for three; without variances times the
/// mean square residual). Accuracy: exact data of this form give rate and cumulants back to 1e-8. Throws std::invalid_argument
/// when the range is empty, the order is not 1 to 3, lengths differ, or an amplitude given is not finite and above 0.
[[nodiscard]] Result fit(const Curve& curve, const Options& options);

/// Wave number of light scattered by `angle_rad`: q = 4 pi n sin(angle / 2) / wavelength, in 1/nm. wavelength_nm: in vacuum.
[[nodiscard]] double scattering_q_inv_nm(double wavelength_nm, double refractive_index, double angle_rad);

/// D = rate / q^2 in um^2/s, its variance that of the rate alone. NaN where q is not finite and above 0.
[[nodiscard]] Value diffusion_um2_per_s(const Value& rate_per_s, double q_inv_nm);

}  // namespace sluice::cumulant_fit
