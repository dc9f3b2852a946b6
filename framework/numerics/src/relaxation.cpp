// SPDX-License-Identifier: BSD-3-Clause
// The stretched exponential in the frequency domain: an integral along a ray, and two series where it would lose digits.
#include <sluice/numerics/relaxation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::numerics {
namespace {

using Complex = std::complex<double>;
using std::numbers::pi;

constexpr double epsilon = std::numeric_limits<double>::epsilon();

void check(double w, double beta) {
    if (w < 0) fail<std::domain_error>("omega_tau = ", w, ", must be 0 or above.");
    if (beta <= 0 || beta > 1) fail<std::domain_error>("beta = ", beta, ", must be above 0 and at most 1.");
}

/// (cos, sin) of quarters pi/2; exact where quarters is whole, so that nothing is left of a term that vanishes at beta = 1.
Complex quarter_turns(double quarters) {
    const double nearest = std::nearbyint(quarters), rest = (quarters - nearest) * (pi / 2);
    const double c = std::cos(rest), s = std::sin(rest);
    switch ((static_cast<long long>(nearest) % 4 + 4) % 4) {
        case 0:
            return {c, s};
        case 1:
            return {-s, c};
        case 2:
            return {-c, -s};
        default:
            return {s, -c};
    }
}

struct Transform {
    Complex response;   ///< 1 - i w F
    Complex transform;  ///< F
};

/// Response = sum_{k >= 1} (-1)^(k+1) Gamma(k beta + 1) / k! (i w)^(-k beta): converges for all w > 0, and for
/// w^-beta <= 1/2 without cancellation of its terms.
Transform high_frequency_series(double w, double beta) {
    const double z = std::pow(w, -beta);
    double power = 1, storage = 0, loss = 0;
    for (int k = 1; k <= 80; ++k) {
        power *= -z / k;
        const double size = -power * std::tgamma(k * beta + 1);
        const Complex turn = quarter_turns(k * beta);
        storage += size * turn.real();
        loss += size * turn.imag();
        if (std::abs(size) < 1e-17 * std::min(std::abs(storage), std::abs(loss))) break;
    }
    return {{storage, -loss}, {loss / w, (storage - 1) / w}};
}

/// F = sum_{k >= 0} (-i w)^k Gamma((k + 1) / beta) / (k! beta): asymptotic for beta < 1, so the terms fall, then rise. Nothing
/// where they do not fall below rounding.
std::optional<Transform> low_frequency_series(double w, double beta) {
    if (w > 0.05) return std::nullopt;
    double even = 0, odd = 0, power = 1 / beta, last = std::numeric_limits<double>::infinity();
    for (int k = 0; k < 60 && (k + 1) / beta < 170; ++k) {
        const double term = power * std::tgamma((k + 1) / beta);
        if (term > last) break;
        const double signed_term = (k / 2) % 2 == 0 ? term : -term;
        (k % 2 == 0 ? even : odd) += signed_term;
        if (k > 0 && term < 0.1 * epsilon * std::min(even, odd)) return Transform{{1 - w * odd, -w * even}, {even, -odd}};
        last = term;
        power *= w / (k + 1);
    }
    return std::nullopt;
}

/// Sums over the nodes of the ray, dt included.
struct Sums {
    Complex transform;  ///< F
    Complex power;      ///< int t^beta exp(-i w t - t^beta) dt
    Complex logarithm;  ///< int t^beta ln(t) exp(-i w t - t^beta) dt
};

/// The integrand on the ray t = s exp(-i angle).
class Ray {
public:
    Ray(double w, double beta)
        : beta_(beta),
          angle_(std::min(pi, pi / (2 * beta)) / 2),
          slow_(std::polar(1.0, -beta * angle_)),
          fast_(w * std::sin(angle_), w * std::cos(angle_)),
          log_scale_(log_scale()) {}

    /// Trapezoidal in x with s = scale exp(x - exp(-x)). The strip in which the integrand is analytic is as wide as the angle on
    /// either side, which sets the step: the error falls as exp(-2 pi angle / step).
    template <bool slopes>
    [[nodiscard]] Sums sums() const {
        const double step = 2 * pi * angle_ / 47;
        Sums sums;
        for (int k = 0; add<slopes>(k * step, sums); ++k) {
        }
        for (int k = -1; add<slopes>(k * step, sums); --k) {
        }
        const Complex turn = step * std::polar(1.0, -angle_);
        return {turn * sums.transform, turn * slow_ * sums.power, turn * slow_ * sums.logarithm};
    }

private:
    /// ln of the s at which s exp(-Re(i w t + t^beta)) is largest; the exponent grows with ln s, so Newton from above converges.
    [[nodiscard]] double log_scale() const {
        double x = std::min(-std::log(fast_.real()), -std::log(beta_ * slow_.real()) / beta_);
        for (int i = 0; i < 30; ++i) {
            const double a = fast_.real() * std::exp(x), b = beta_ * slow_.real() * std::exp(beta_ * x);
            const double change = (a + b - 1) / (a + beta_ * b);
            x -= change;
            if (std::abs(change) < 0.01) break;
        }
        return x;
    }

    /// False where the node and all beyond add nothing.
    template <bool slopes>
    bool add(double x, Sums& sums) const {
        const double inner = std::exp(-x), log_s = log_scale_ + 1 + x - inner;
        const double s = std::exp(log_s), s_beta = std::exp(beta_ * log_s);
        const double decay = -fast_.real() * s - slow_.real() * s_beta;
        const double phase = -fast_.imag() * s - slow_.imag() * s_beta;
        const double size = s * (1 + inner) * std::exp(decay);
        const Complex value(size * std::cos(phase), size * std::sin(phase));
        sums.transform += value;
        if constexpr (slopes) {
            sums.power += s_beta * value;
            sums.logarithm += s_beta * value * Complex(log_s, -angle_);
        }
        return size > 1e-17 * std::abs(sums.transform);
    }

    double beta_, angle_;
    Complex slow_, fast_;  ///< of s^beta, of s in the exponent
    double log_scale_;
};

Complex response_of(double w, Complex transform) { return 1.0 - Complex(0, w) * transform; }

/// In closed form or by a series; nothing where it takes the integral.
std::optional<Transform> without_integral(double w, double beta) {
    check(w, beta);
    if (std::isnan(w + beta)) return Transform{{w + beta, w + beta}, {w + beta, w + beta}};
    if (w == 0) return Transform{1, mean_relaxation_time(1, beta)};
    if (std::isinf(w)) return Transform{0, 0};
    if (beta == 1) {
        const double square = 1 + w * w;
        return Transform{{1 / square, -w / square}, {1 / square, -w / square}};
    }
    if (beta * std::log(w) >= std::numbers::ln2) return high_frequency_series(w, beta);
    return low_frequency_series(w, beta);
}

Transform transformed(double w, double beta) {
    if (const auto known = without_integral(w, beta)) return *known;
    const Complex transform = Ray(w, beta).sums<false>().transform;
    return {response_of(w, transform), transform};
}

}  // namespace

Complex kww(double omega_tau, double beta) { return transformed(omega_tau, beta).response; }

Complex kww_transform(double omega_tau, double beta) { return transformed(omega_tau, beta).transform; }

KwwSlopes kww_slopes(double omega_tau, double beta) {
    const auto known = without_integral(omega_tau, beta);
    if (!(omega_tau > 0) || std::isinf(omega_tau))
        fail<std::domain_error>("omega_tau = ", omega_tau, ", must be above 0 and finite.");
    // by parts, so that nothing cancels: d response / d ln w = -i w beta int t^beta exp(-i w t - t^beta) dt
    const Sums sums = Ray(omega_tau, beta).sums<true>();
    const Complex i_w(0, omega_tau), response = known ? known->response : response_of(omega_tau, sums.transform);
    return {response, -i_w * beta * sums.power, i_w * sums.logarithm};
}

double kww_loss_peak(double beta) {
    if (!(beta >= 0.05 && beta <= 1)) fail<std::domain_error>("beta = ", beta, ", must be from 0.05 to 1.");
    // the loss rises up to its peak: bisect the sign of its slope around 1/<tau>, where the peak is to a factor of a few
    const double centre = -std::log(mean_relaxation_time(1, beta));
    double low = centre - 1, high = centre + 2 / beta;
    while (high - low > 1e-10) {
        const double middle = (low + high) / 2;
        (-kww_slopes(std::exp(middle), beta).by_log_omega.imag() > 0 ? low : high) = middle;
    }
    return std::exp((low + high) / 2);
}

}  // namespace sluice::numerics
