// SPDX-License-Identifier: BSD-3-Clause
// Relaxation functions: the stretched exponential (Kohlrausch, Williams, Watts), its transform, and Havriliak-Negami.
//
// Those in the frequency domain are responses normalised to fall from 1 at low frequency to 0 at high frequency, storage - i
// loss, so that
//     permittivity or compliance = unrelaxed + strength response,     modulus = unrelaxed - strength response.
// omega_tau is the angular frequency times the relaxation time (2 pi f tau, never f tau).
#pragma once

#include <cmath>
#include <complex>

namespace sluice::numerics {

/// exp(-factor (t/tau)^beta) and the power in it, from ln(t/tau): the factor is 1 of a field or a stress, 2 of an intensity.
/// Derivatives by ln(t/tau) and beta are -factor power value times beta and ln(t/tau).
struct StretchedExponential {
    double value;
    double power;  ///< (t/tau)^beta; may be infinite, where the value is 0
};
[[nodiscard]] inline StretchedExponential stretched_exponential(double log_time, double beta, double factor = 1) {
    const double power = std::exp(beta * log_time);
    return {std::exp(-factor * power), power};
}

/// Response of exp(-(t/tau)^beta), times in tau:
///
///     response = -int_0^inf d/dt[exp(-t^beta)] exp(-i w t) dt = 1 - i w F,     F = int_0^inf exp(-i w t - t^beta) dt
///
/// Source: Williams and Watts (1970), Trans. Faraday Soc. 66, 80. beta = 1 is Debye, 1 / (1 + i w).
/// Method: F along a ray t = s exp(-i angle), on which neither factor grows (rotated by pi/2 it is the integral
/// -i int exp(-w s - s^beta exp(-i pi beta/2)) ds; towards beta = 1 the angle must be smaller), trapezoidal after the
/// double-exponential substitution s = scale exp(x - exp(-x)). At low and high w by the power series where they hold.
/// omega_tau: >= 0 (0 gives 1; infinity gives 0). beta: 0 < beta <= 1; a NaN gives NaN.
/// Accuracy: storage and loss each to 1e-11 of themselves for 0.1 <= beta <= 1 and 1e-8 <= omega_tau <= 1e8.
/// Throws std::domain_error for omega_tau < 0 and beta out of its range.
[[nodiscard]] std::complex<double> kww(double omega_tau, double beta);

/// F of kww(), one-sided Fourier transform of the stretched exponential, in tau: its real part is the spectrum (the loss over
/// omega), -imaginary the sine transform. omega_tau = 0 gives <tau>/tau. The rest as kww().
[[nodiscard]] std::complex<double> kww_transform(double omega_tau, double beta);

/// kww() with its derivatives.
struct KwwSlopes {
    std::complex<double> response;
    std::complex<double> by_log_omega;  ///< d response / d ln(omega_tau)
    std::complex<double> by_beta;
};

/// For fits. Derivatives to 1e-9 of their magnitude, by the same integral; errors and ranges as of kww(), omega_tau > 0 finite.
[[nodiscard]] KwwSlopes kww_slopes(double omega_tau, double beta);

/// omega_tau of the largest loss of kww(), to 1e-9. 0.05 <= beta <= 1; throws std::domain_error outside.
[[nodiscard]] double kww_loss_peak(double beta);

/// Area under exp(-(t/tau)^beta): tau / beta Gamma(1 / beta), in the unit of tau. beta > 0.
[[nodiscard]] double mean_relaxation_time(double tau, double beta);

/// d ln(mean relaxation time) / d beta = -(1 + digamma(1 / beta) / beta) / beta.
[[nodiscard]] double mean_relaxation_time_slope(double beta);

/// 1 / (1 + (i w)^alpha)^gamma, w = omega_tau. Source: Havriliak and Negami (1967), Polymer 8, 161. alpha = gamma = 1 is
/// Debye, gamma = 1 Cole-Cole, alpha = 1 Cole-Davidson. omega_tau >= 0, 0 < alpha <= 1, gamma > 0; a NaN gives NaN.
/// Accuracy: storage and loss each to 1e-13 of themselves (of the storage where alpha gamma <= 1).
/// Throws std::domain_error for arguments out of range.
[[nodiscard]] std::complex<double> havriliak_negami(double omega_tau, double alpha, double gamma);

/// omega_tau of its largest loss, [sin(pi alpha / (2 + 2 gamma)) / sin(pi alpha gamma / (2 + 2 gamma))]^(1 / alpha): 1 only for
/// gamma = 1. Ranges as above, and alpha gamma < 1 + gamma, which they grant.
[[nodiscard]] double havriliak_negami_loss_peak(double alpha, double gamma);

}  // namespace sluice::numerics
