// SPDX-License-Identifier: BSD-3-Clause
// Numbers that carry their derivatives, so that a formula written once for any scalar gives its own Jacobian.
#pragma once

#include <cmath>
#include <cstddef>

namespace sluice::numerics {

/// A value and its derivatives with respect to N variables (forward-mode automatic differentiation). A variable i is
/// Dual(value, i); a constant is Dual(value). Each operation is exact to rounding: there is no step to choose.
template <std::size_t N>
struct Dual {
    double value = 0;
    double slope[N] = {};

    constexpr Dual() = default;
    constexpr Dual(double constant) : value(constant) {}
    constexpr Dual(double at, std::size_t variable) : value(at) { slope[variable] = 1; }
};

/// f(x) for a number whose value is f and whose derivative by x is `by`.
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> chain(const Dual<N>& x, double f, double by) {
    Dual<N> out(f);
    for (std::size_t i = 0; i < N; ++i) out.slope[i] = by * x.slope[i];
    return out;
}

/// f(a, b) of two numbers with the derivatives by_a and by_b.
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> chain(const Dual<N>& a, const Dual<N>& b, double f, double by_a, double by_b) {
    Dual<N> out(f);
    for (std::size_t i = 0; i < N; ++i) out.slope[i] = by_a * a.slope[i] + by_b * b.slope[i];
    return out;
}

template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> operator+(const Dual<N>& a, const Dual<N>& b) {
    return chain(a, b, a.value + b.value, 1, 1);
}
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> operator-(const Dual<N>& a, const Dual<N>& b) {
    return chain(a, b, a.value - b.value, 1, -1);
}
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> operator*(const Dual<N>& a, const Dual<N>& b) {
    return chain(a, b, a.value * b.value, b.value, a.value);
}
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> operator/(const Dual<N>& a, const Dual<N>& b) {
    const double quotient = a.value / b.value;
    return chain(a, b, quotient, 1 / b.value, -quotient / b.value);
}
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> operator+(const Dual<N>& a, double b) {
    return chain(a, a.value + b, 1);
}
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> operator+(double a, const Dual<N>& b) {
    return b + a;
}
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> operator-(const Dual<N>& a, double b) {
    return chain(a, a.value - b, 1);
}
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> operator-(double a, const Dual<N>& b) {
    return chain(b, a - b.value, -1);
}
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> operator-(const Dual<N>& a) {
    return chain(a, -a.value, -1);
}
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> operator*(const Dual<N>& a, double b) {
    return chain(a, a.value * b, b);
}
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> operator*(double a, const Dual<N>& b) {
    return b * a;
}
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> operator/(const Dual<N>& a, double b) {
    return chain(a, a.value / b, 1 / b);
}
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> operator/(double a, const Dual<N>& b) {
    return chain(b, a / b.value, -a / (b.value * b.value));
}

template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> exp(const Dual<N>& x) {
    const double e = std::exp(x.value);
    return chain(x, e, e);
}
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> log1p(const Dual<N>& x) {
    return chain(x, std::log1p(x.value), 1 / (1 + x.value));
}
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> expm1(const Dual<N>& x) {
    return chain(x, std::expm1(x.value), std::exp(x.value));
}
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> sqrt(const Dual<N>& x) {
    const double root = std::sqrt(x.value);
    return chain(x, root, 0.5 / root);
}
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> atan(const Dual<N>& x) {
    return chain(x, std::atan(x.value), 1 / (1 + x.value * x.value));
}
template <std::size_t N>
[[nodiscard, gnu::always_inline]] inline Dual<N> erfc(const Dual<N>& x) {
    constexpr double two_over_root_pi = 1.1283791670955125739;
    return chain(x, std::erfc(x.value), -two_over_root_pi * std::exp(-x.value * x.value));
}
template <std::size_t N>
void sin_and_cos(const Dual<N>& x, Dual<N>& sine, Dual<N>& cosine) {
    const double s = std::sin(x.value), c = std::cos(x.value);
    sine = chain(x, s, c);
    cosine = chain(x, c, -s);
}
inline void sin_and_cos(double x, double& sine, double& cosine) {
    sine = std::sin(x);
    cosine = std::cos(x);
}

/// The number without its derivatives: for comparisons and for the choice of a branch.
template <std::size_t N>
[[nodiscard]] constexpr double value_of(const Dual<N>& x) {
    return x.value;
}
[[nodiscard]] constexpr double value_of(double x) { return x; }

/// Complex numbers over double or Dual (std::complex is for the floating types only).
template <class T>
struct Complex {
    T re{}, im{};
};

template <class T>
[[nodiscard, gnu::always_inline]] inline Complex<T> operator+(const Complex<T>& a, const Complex<T>& b) {
    return {a.re + b.re, a.im + b.im};
}
template <class T>
[[nodiscard, gnu::always_inline]] inline Complex<T> operator-(const Complex<T>& a, const Complex<T>& b) {
    return {a.re - b.re, a.im - b.im};
}
template <class T>
[[nodiscard, gnu::always_inline]] inline Complex<T> operator*(const Complex<T>& a, const Complex<T>& b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
template <class T>
[[nodiscard, gnu::always_inline]] inline Complex<T> operator*(const T& a, const Complex<T>& b) {
    return {a * b.re, a * b.im};
}
template <class T>
[[nodiscard, gnu::always_inline]] inline Complex<T> conj(const Complex<T>& a) {
    return {a.re, -a.im};
}
template <class T>
[[nodiscard, gnu::always_inline]] inline T norm(const Complex<T>& a) {
    return a.re * a.re + a.im * a.im;
}
template <class T>
[[nodiscard, gnu::always_inline]] inline Complex<T> inverse(const Complex<T>& a) {
    const T scale = 1.0 / norm(a);
    return {a.re * scale, -a.im * scale};
}
/// e^(i phase)
template <class T>
[[nodiscard, gnu::always_inline]] inline Complex<T> unit_phasor(const T& phase) {
    Complex<T> out;
    sin_and_cos(phase, out.im, out.re);
    return out;
}

}  // namespace sluice::numerics
