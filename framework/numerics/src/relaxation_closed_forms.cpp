// SPDX-License-Identifier: BSD-3-Clause
// The parts of relaxation.hpp that have closed forms: Havriliak-Negami, loss peak, mean relaxation time.
#include <sluice/numerics/relaxation.hpp>

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::numerics {
namespace {

using std::numbers::pi;

void check_exponents(double alpha, double gamma) {
    if (alpha <= 0 || alpha > 1) fail<std::domain_error>("alpha = ", alpha, ", must be above 0 and at most 1.");
    if (gamma <= 0) fail<std::domain_error>("gamma = ", gamma, ", must be above 0.");
}

/// d ln Gamma(x) / dx for x > 0: upwards by recurrence, then the asymptotic series (Abramowitz and Stegun 6.3.18).
double digamma(double x) {
    double sum = 0;
    for (; x < 10; ++x) sum -= 1 / x;
    const double y = 1 / (x * x);
    const double series = y * (1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y * (1.0 / 240 - y * (1.0 / 132)))));
    return sum + std::log(x) - 0.5 / x - series;
}

}  // namespace

std::complex<double> havriliak_negami(double omega_tau, double alpha, double gamma) {
    if (omega_tau < 0) fail<std::domain_error>("omega_tau = ", omega_tau, ", must be 0 or above.");
    check_exponents(alpha, gamma);
    if (omega_tau == 0) return 1;
    if (std::isinf(omega_tau)) return 0;
    const double quarter = alpha * (pi / 2);
    // small = (i w)^alpha or its inverse, whichever is not above 1: 1 + (i w)^alpha = (i w)^alpha (1 + (i w)^-alpha)
    const bool low = omega_tau <= 1;
    const double size = std::pow(omega_tau, low ? alpha : -alpha);
    const double along = size * std::cos(quarter), across = size * std::sin(quarter);
    const double modulus = std::exp(-gamma * 0.5 * std::log1p(2 * along + size * size));
    const double turn = gamma * std::atan2(across, 1 + along);
    if (low) return {modulus * std::cos(turn), -modulus * std::sin(turn)};
    // the phase is gamma alpha pi/2 - turn: taken from pi/2, so that a storage near 0 keeps its digits
    const double rest = std::fma(-alpha, gamma, 1.0) * (pi / 2) + turn, fall = modulus * std::pow(size, gamma);
    return {fall * std::sin(rest), -fall * std::cos(rest)};
}

double havriliak_negami_loss_peak(double alpha, double gamma) {
    check_exponents(alpha, gamma);
    const double unit = pi * alpha / (2 + 2 * gamma);
    return std::pow(std::sin(unit) / std::sin(unit * gamma), 1 / alpha);
}

double mean_relaxation_time(double tau, double beta) {
    if (beta <= 0) fail<std::domain_error>("beta = ", beta, ", must be above 0.");
    return tau / beta * std::tgamma(1 / beta);
}

double mean_relaxation_time_slope(double beta) {
    if (beta <= 0) fail<std::domain_error>("beta = ", beta, ", must be above 0.");
    return -(1 + digamma(1 / beta) / beta) / beta;
}

}  // namespace sluice::numerics
