// SPDX-License-Identifier: BSD-3-Clause
// The formulas of peaks and backgrounds (component_model.hpp states them) for double, and for numbers with their derivatives.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

#include <sluice/numerics/dual.hpp>
#include <sluice/numerics/gas_constant.hpp>

#include "component.hpp"

namespace sluice::dma_peak::formulas {

using numerics::Dual;
using numerics::value_of;

inline constexpr std::size_t most_peak = 4, most_background = 5;
inline constexpr double kJ_over_R = 1000 / numerics::gas_constant_J_per_mol_K;

// ---- functions that dual.hpp does not have: T is double, or a Dual ----------------------------------------------------

template <std::size_t N>
[[gnu::always_inline]] inline Dual<N> with_slope(const Dual<N>& x, double f, double by) {
    return numerics::chain(x, f, by);
}
[[gnu::always_inline]] inline double with_slope(double, double f, double) { return f; }

/// exp, held within what double can take.
template <class T>
T safe_exp(const T& x) {
    const double e = std::exp(std::clamp(value_of(x), -300.0, 300.0));
    return with_slope(x, e, std::abs(value_of(x)) < 300 ? e : 0);
}
template <class T>
T arcosh(const T& x) {
    return with_slope(x, std::acosh(value_of(x)), 1 / std::sqrt(value_of(x) * value_of(x) - 1));
}
/// acos(k)/sqrt(1 - k^2), continued beyond 1 as arcosh(k)/sqrt(k^2 - 1), with its series around 1.
template <class T>
T angle_over_sine(const T& x) {
    const double k = value_of(x), d = k - 1, square = 1 - k * k;
    if (std::abs(d) < 1e-4) return with_slope(x, 1 - d / 3 + 2 * d * d / 15, -1.0 / 3 + 4 * d / 15);
    const double f = square > 0 ? std::acos(k) / std::sqrt(square) : std::acosh(k) / std::sqrt(-square);
    return with_slope(x, f, (k * f - 1) / square);
}
/// artanh(s)/s, with its series around 0.
template <class T>
T artanh_over(const T& x) {
    const double s = value_of(x), square = s * s;
    if (square < 1e-6)
        return with_slope(x, 1 + square * (1.0 / 3 + square / 5), s * (2.0 / 3 + square * (4.0 / 5 + square * 6 / 7)));
    const double f = std::atanh(s) / s;
    return with_slope(x, f, (1 / (1 - square) - f) / s);
}
/// ln(1 + z)/z, with its series around 0; z > -1.
template <class T>
T log1p_over(const T& x) {
    const double z = value_of(x);
    if (std::abs(z) < 1e-3)
        return with_slope(x, 1 - z * (1.0 / 2 - z * (1.0 / 3 - z * (1.0 / 4 - z / 5))),
                          -1.0 / 2 + z * (2.0 / 3 - z * (3.0 / 4 - z * (4.0 / 5 - z * 5 / 6))));
    const double f = std::log1p(z) / z;
    return with_slope(x, f, (1 / (1 + z) - f) / z);
}

// ---- peaks ------------------------------------------------------------------------------------------------------------

/// A cole_cole peak as a term of a modulus.
template <class T>
struct Relaxation {
    T k;                    ///< of the symmetric form
    T by_inverse;           ///< B, K
    T ratio;                ///< sqrt(1 - D) of tan delta, else 1
    T strength;             ///< D
    T sine, cosine;         ///< of pi a/2
    T inverse_temperature;  ///< 1/T0
};

template <class T>
Relaxation<T> relaxation(Quantity quantity, const T* p) {
    using numerics::sin_and_cos;
    using std::sqrt;  // and by its argument that of a Dual
    const T &temperature = p[0], &height = p[1], &width = p[2], &exponent = p[3];
    Relaxation<T> out;
    sin_and_cos(exponent * (std::numbers::pi / 2), out.sine, out.cosine);
    if (quantity == Quantity::tan_delta) {
        out.ratio = (out.sine * sqrt(height * height + 1.0) - height) / (height * out.cosine + out.sine);
        if (!(value_of(out.ratio) > 0)) out.ratio = unknown;  // higher than a term with this exponent can be
        out.strength = 1.0 - out.ratio * out.ratio;
        out.k = out.cosine * (out.ratio * out.ratio + 1.0) / (2.0 * out.ratio);
    } else {
        out.ratio = 1;
        out.strength = 2.0 * height * (out.cosine + 1.0) / out.sine;
        out.k = out.cosine;
    }
    const T relative = width / temperature, inverse = (sqrt(relative * relative + 1.0) - 1.0) / width;
    out.by_inverse = arcosh(out.k + 2.0) / inverse;
    out.inverse_temperature = 1.0 / temperature;
    return out;
}

/// What of a peak does not depend on the temperature: computed once for all points.
template <class T>
class Peak {
public:
    Peak(const ComponentOptions& options, const T* p) : model_(options.peak), position_(p[0]), height_(p[1]) {
        if (model_ == PeakModel::gaussian) stretch_ = 2.0 / p[2];
        if (model_ == PeakModel::asymmetric_gaussian) {
            asymmetry_ = p[3];
            stretch_ = 2.0 / (p[2] * (1.0 - asymmetry_ * asymmetry_));
            scale_ = 1.0 / artanh_over(asymmetry_);
        }
        if (model_ == PeakModel::cole_cole) relaxation_ = relaxation(options.quantity, p);
    }

    [[nodiscard]] T at(double temperature_K) const {
        if (model_ == PeakModel::cole_cole) return symmetric_in_inverse(temperature_K);
        const T u = distance(temperature_K);
        return height_ * safe_exp<T>(-std::numbers::ln2 * (u * u));
    }

private:
    /// -1 and 1 at half the height; far away beyond the end of a skew peak.
    [[nodiscard]] T distance(double temperature_K) const {
        const T stretched = stretch_ * (temperature_K - position_);
        if (model_ == PeakModel::gaussian) return stretched;
        const T z = 2.0 * (asymmetry_ * stretched);
        if (value_of(z) <= -1) return 1e6;
        return scale_ * stretched * log1p_over(z);
    }
    [[nodiscard]] T symmetric_in_inverse(double temperature_K) const {
        const auto& r = relaxation_;
        const T e = safe_exp<T>(r.by_inverse * (1 / temperature_K - r.inverse_temperature));
        return height_ * (r.k + 1.0) / (r.k + 0.5 * (e + 1.0 / e));
    }

    PeakModel model_;
    T position_, height_, stretch_{}, asymmetry_{}, scale_{};
    Relaxation<T> relaxation_{};
};

template <class T>
T area_of(const ComponentOptions& options, const T* p) {
    const T symmetric = std::sqrt(std::numbers::pi / (4 * std::numbers::ln2)) * (p[1] * p[2]);
    if (options.peak == PeakModel::gaussian) return symmetric;
    if (options.peak == PeakModel::asymmetric_gaussian) {
        const T part = artanh_over(p[3]), b = 2.0 * (p[3] * part);
        return symmetric * (1.0 - p[3] * p[3]) * part * safe_exp<T>(b * b / (4 * std::numbers::ln2));
    }
    const auto r = relaxation(options.quantity, p);
    return 2.0 * p[1] * p[0] * p[0] / r.by_inverse * (r.k + 1.0) * angle_over_sine(r.k);
}

// ---- backgrounds ------------------------------------------------------------------------------------------------------

/// Real part of D/(1 + X e^(i pi a/2)), and its imaginary part with the sign changed.
template <class T>
struct Term {
    T storage, loss;
};

template <class T>
Term<T> term(const T& strength, const T& x, const T& sine, const T& cosine) {
    const T inverse = 1.0 / x, part = strength / (x + inverse + 2.0 * cosine);
    return {part * (inverse + cosine), part * sine};
}

/// b: constant, strength, exponent, temperature, energy.
template <class T>
class Alpha {
public:
    explicit Alpha(const T* b) : constant_(b[0]), strength_(b[1]), by_inverse_(kJ_over_R * (b[2] * b[4])), inverse_(1.0 / b[3]) {
        using numerics::sin_and_cos;
        sin_and_cos(b[2] * (std::numbers::pi / 2), sine_, cosine_);
    }

    [[nodiscard]] const T& constant() const { return constant_; }
    [[nodiscard]] Term<T> at(double temperature_K) const {
        return term<T>(strength_, safe_exp<T>(by_inverse_ * (1 / temperature_K - inverse_)), sine_, cosine_);
    }

private:
    T constant_, strength_, by_inverse_, inverse_, sine_, cosine_;
};

template <class T>
T losses_over_storage(Quantity quantity, const T& loss, const T& storage) {
    return quantity == Quantity::tan_delta ? loss / (1.0 - storage) : loss;
}

template <class T>
T polynomial(const T* b, std::size_t size, double x) {
    T sum = b[size - 1];
    for (std::size_t k = size - 1; k-- > 0;) sum = sum * x + b[k];
    return sum;
}

/// All but cole_cole.
template <class T>
T tail(const ComponentOptions& options, const T* b, std::size_t size, double reference_K, double temperature_K) {
    const double distance = temperature_K - reference_K, inverse = 1 / temperature_K - 1 / reference_K;
    switch (options.background) {
        case Background::constant_exponential:
            return b[0] + b[1] * safe_exp<T>(distance / b[2]);
        case Background::arrhenius:
            return b[0] + b[1] * safe_exp<T>(-kJ_over_R * inverse * b[2]);
        case Background::vogel_fulcher_tammann:
            if (temperature_K <= value_of(b[3])) return unknown;
            return b[0] + b[1] * safe_exp<T>(b[2] / (reference_K - b[3]) - b[2] / (temperature_K - b[3]));
        case Background::polynomial:
            return polynomial(b, size, distance);
        case Background::none:
        case Background::cole_cole:
            break;
    }
    return 0;
}

/// Both relaxations in one modulus. v: the peak's parameters, then the background's.
template <class T>
class Joint {
public:
    Joint(const ComponentOptions& options, const T* v)
        : quantity_(options.quantity), beta_(relaxation(options.quantity, v)), alpha_(v + most_peak) {}

    [[nodiscard]] T at(double temperature_K) const {
        const T x = beta_.ratio * safe_exp<T>(beta_.by_inverse * (1 / temperature_K - beta_.inverse_temperature));
        const auto beta = term<T>(beta_.strength, x, beta_.sine, beta_.cosine), alpha = alpha_.at(temperature_K);
        const T storage = alpha.storage + beta.storage;
        if (value_of(storage) >= 1) return unknown;
        return losses_over_storage<T>(quantity_, alpha_.constant() + alpha.loss + beta.loss, storage);
    }

private:
    Quantity quantity_;
    Relaxation<T> beta_;
    Alpha<T> alpha_;
};

}  // namespace sluice::dma_peak::formulas
