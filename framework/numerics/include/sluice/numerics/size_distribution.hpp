// SPDX-License-Identifier: BSD-3-Clause
// Averages over a distribution of radii: moments, and powers of r times e^(ikr), from which scattering follows in closed form.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include <sluice/numerics/dual.hpp>
#include <sluice/numerics/fail.hpp>

namespace sluice::numerics {

/// Number distributions of the radius, by their mean R and relative standard deviation s.
enum class SizeDistribution {
    monodisperse,
    gaussian,    ///< exp(-(r - R)^2 / (2 s^2 R^2)) for r > 0, renormalised: R and s are those before the cut at r = 0
    schulz,      ///< r^(1/s^2 - 1) exp(-r / (s^2 R)): a gamma distribution, z + 1 = 1/s^2
    log_normal,  ///< ln r normal; its median is R / sqrt(1 + s^2), the standard deviation of ln r is sqrt(ln(1 + s^2))
};

/// The widest distribution for which these averages are accurate.
inline constexpr double largest_size_spread = 0.5;

/// <e^(ikr)>, <r e^(ikr)>, <r^2 e^(ikr)>.
template <class T>
struct Oscillations {
    Complex<T> zeroth, first, second;
};

/// One distribution, with the unit of length R = 1. T is double or Dual; derivatives by s follow, also at s = 0.
///
/// moment(n) = <r^n> for n = 0 to 6. Gaussian: m_(n+1) = m_n + n s^2 m_(n-1) with m_1 = 1 + s^2 p(0), which holds with the cut.
/// Schulz: product of (1 + j s^2), j = 1 to n - 1. Log-normal: (1 + s^2)^(n (n - 1) / 2).
///
/// oscillations(k), k >= 0. Gaussian: exp(ik - k^2 s^2 / 2) times polynomials, less the part below r = 0, J_n = int_0^inf
/// t^n p(-t) e^(-ikt) dt, by backward recurrence as the repeated integrals of erfc (Gautschi, 1961, Math. Comp. 15, 227).
/// Schulz: (1 - ik s^2)^(-1/s^2). Log-normal has no closed form: a trapezoidal sum over ln r on a line moved into the upper
/// half plane, where e^(ikr) decays; it converges exponentially for every k.
///
/// nodes(): r_j and w_j with sum w_j f(r_j) = <f> for smooth f: for small k, where sums of oscillations cancel.
///
/// Accuracy, of each average relative to the same one at k = 0: 1e-12 for s <= 0.3, 1e-10 up to largest_size_spread.
/// Throws std::invalid_argument when s is not within 0 to largest_size_spread.
template <class T>
class SizeAverage {
public:
    struct Node {
        T radius, weight;
    };

    SizeAverage(SizeDistribution kind, const T& spread) : kind_(kind), s_(spread), t_(spread * spread) {
        const double s = value_of(spread);
        if (!(s >= 0 && s <= largest_size_spread))
            fail<std::invalid_argument>("a relative standard deviation of the radius of ", s,
                                        " was given; it must be within 0 to ", largest_size_spread, ".");
        if (kind == SizeDistribution::gaussian && s > smallest_tail) prepare_cut();
        if (kind == SizeDistribution::log_normal) prepare_contour();
        fill_moments();
    }

    [[nodiscard]] const T& moment(std::size_t n) const { return moments_[n]; }

    [[nodiscard]] Oscillations<T> oscillations(const T& k) const {
        switch (kind_) {
            case SizeDistribution::monodisperse:
                return of_monodisperse(k);
            case SizeDistribution::gaussian:
                return of_gaussian(k);
            case SizeDistribution::schulz:
                return of_schulz(k);
            case SizeDistribution::log_normal:
                return of_log_normal(k);
        }
        throw std::logic_error("no such size distribution");
    }

    [[nodiscard]] std::vector<Node> nodes() const {
        if (kind_ == SizeDistribution::monodisperse || value_of(s_) == 0) return {{T(1.0), T(1.0)}};
        const double s = value_of(s_), step = s > wide ? 0.25 : 0.4;
        double first = -9;
        if (kind_ == SizeDistribution::gaussian && s > smallest_cut) first = -25 - 1 / s;  // e^-25 of the spread above r = 0
        if (kind_ == SizeDistribution::schulz) first = -9 - 25 * s;  // its lower tail is the exponential e^(ln r / s^2)
        std::vector<Node> made;
        T sum = 0.0;
        for (double at = first; at < 9 + 6 * s; at += step) {
            made.push_back(node(at, step));
            sum = sum + made.back().weight;
        }
        if (kind_ == SizeDistribution::schulz)
            for (Node& each : made) each.weight = each.weight / sum;
        return made;
    }

private:
    static constexpr double smallest_cut = 0.11;   // below, what a Gaussian has at r < 0 is less than 1e-18 of it
    static constexpr double smallest_tail = 0.05;  // below, also of what is left where the Gaussian's own part has decayed
    static constexpr double one_over_root_two_pi = 0.39894228040143267794;
    static constexpr double wide = 0.3;  // above, finer steps
    static constexpr double height = 3;  // of the contour of the log-normal, in units of sigma
    struct ContourNode {
        Complex<T> radius;
        std::array<Complex<T>, 3> weights;  ///< times r^0, r^1, r^2
    };

    static T square_root(const T& x) {
        using std::sqrt;
        return sqrt(x);
    }
    static T exponential(const T& x) {
        using std::exp;
        return exp(x);
    }
    static T logarithm_1p(const T& x) {
        using std::log1p;
        return log1p(x);
    }

    /// sigma of ln r, regular at s = 0.
    [[nodiscard]] T log_sigma() const {
        if (value_of(t_) < 1e-8) return s_ * (1.0 - t_ / 4.0);
        return s_ * square_root(logarithm_1p(t_) / t_);
    }

    void prepare_cut() {
        using std::erfc;
        at_zero_ = (one_over_root_two_pi / s_) * exponential(-0.5 / t_);
        kept_ = 0.5 * erfc(-0.70710678118654752440 / s_);
        terms_ = 6 + 200 * value_of(t_);  // found by trial: 1e-11 of the part
    }

    void prepare_contour() {
        const T sigma = log_sigma();
        const double step = value_of(s_) > wide ? 0.35 : 0.5, last = 8 + 2 * value_of(sigma);
        const Complex<T> turn = unit_phasor(T(sigma * height));
        for (double x = -8; x < last; x += step) {
            const T r = exponential(sigma * x - 0.5 * (sigma * sigma));
            const double size = step * one_over_root_two_pi * std::exp(0.5 * (height * height - x * x));
            ContourNode node;
            node.radius = r * turn;
            node.weights[0] = {T(size * std::cos(height * x)), T(-size * std::sin(height * x))};
            node.weights[1] = node.weights[0] * node.radius;
            node.weights[2] = node.weights[1] * node.radius;
            contour_.push_back(node);
        }
    }

    void fill_moments() {
        moments_[0] = 1.0;
        moments_[1] = 1.0;
        if (kind_ == SizeDistribution::gaussian) moments_[1] = 1.0 + t_ * at_zero_ / kept_;
        T power = 1.0;
        for (std::size_t n = 1; n + 1 < moments_.size(); ++n) {
            const auto order = static_cast<double>(n);
            power = power * (1.0 + t_);
            switch (kind_) {
                case SizeDistribution::monodisperse:
                    moments_[n + 1] = 1.0;
                    break;
                case SizeDistribution::gaussian:
                    moments_[n + 1] = moments_[n] + order * (t_ * moments_[n - 1]);
                    break;
                case SizeDistribution::schulz:
                    moments_[n + 1] = moments_[n] * (1.0 + order * t_);
                    break;
                case SizeDistribution::log_normal:
                    moments_[n + 1] = moments_[n] * power;
                    break;
            }
        }
    }

    /// Radius and weight at `x` standard deviations above the mean, in a variable in which trapezoids converge exponentially.
    [[nodiscard]] Node node(double x, double step) const {
        if (kind_ == SizeDistribution::log_normal) {
            const T sigma = log_sigma();
            return {exponential(sigma * x - 0.5 * (sigma * sigma)), T(step * one_over_root_two_pi * std::exp(-0.5 * x * x))};
        }
        if (kind_ == SizeDistribution::schulz) {
            using std::expm1;
            const T v = s_ * x;  // ln r; the exponent -(e^v - 1 - v) / s^2 is -x^2/2 - s x^3/6 ... for a narrow one
            if (value_of(s_) < 1e-3)
                return {exponential(v), exponential(-0.5 * x * x - s_ * (x * x * x / 6.0) - t_ * (x * x * x * x / 24.0))};
            return {exponential(v), exponential((v - expm1(v)) / t_)};
        }
        // A Gaussian: r = s ln(1 + e^w), w = x + 1/s, which is 1 + s x but near the cut, and never below 0.
        const T w = x + 1.0 / s_;
        const T e = exponential(value_of(w) > 0 ? -w : w);
        const T r = value_of(w) > 0 ? 1.0 + s_ * x + s_ * logarithm_1p(e) : s_ * logarithm_1p(e);
        const T slope = value_of(w) > 0 ? 1.0 / (1.0 + e) : e / (1.0 + e);
        const T deviation = value_of(w) > 0 ? x + logarithm_1p(e) : (r - 1.0) / s_;
        return {r, (step * one_over_root_two_pi) * slope * exponential(-0.5 * (deviation * deviation)) / kept_};
    }

    [[nodiscard]] static Oscillations<T> of_monodisperse(const T& k) {
        const auto phasor = unit_phasor(k);
        return {phasor, phasor, phasor};
    }

    [[nodiscard]] Oscillations<T> of_gaussian(const T& k) const {
        const T kt = k * t_;
        const auto zeroth = exponential(-0.5 * (k * kt)) * unit_phasor(k);
        const Complex<T> g{T(1.0), kt};
        const auto first = g * zeroth;
        auto second = g * first;
        second = second + t_ * zeroth;
        if (value_of(s_) <= smallest_tail || (value_of(s_) <= smallest_cut && value_of(kt) < 0.7)) return {zeroth, first, second};
        return without_cut({zeroth, first, second}, kt);
    }

    /// Less the part at r < 0, (-1)^n conj(J_n). J_n+1 + C J_n = n s^2 J_n-1 for n > 0, C J_0 + J_1 = s^2 p(0), C = 1 - ik s^2;
    /// downwards from far enough, with J_n = n! s^(2n) w_n so that nothing is divided: w_n-1 = C w_n + (n + 1) s^2 w_n+1.
    [[nodiscard]] Oscillations<T> without_cut(const Oscillations<T>& all, const T& kt) const {
        const Complex<T> c{T(1.0), -kt};
        const double turn = value_of(kt);
        Complex<T> w2{T(0.0), T(0.0)}, w1 = w2, w0{T(1.0), T(0.0)};
        for (int n = 3 + static_cast<int>(terms_ / (1 + 0.25 * turn * turn)); n > 0; --n) {
            w2 = w1;
            w1 = w0;
            w0 = c * w1 + (static_cast<double>(n + 1) * t_) * w2;
        }
        const auto scale = (t_ * at_zero_ / kept_) * inverse(c * w0 + t_ * w1);
        const auto j0 = scale * w0, j1 = t_ * (scale * w1), j2 = (2.0 * t_ * t_) * (scale * w2);
        const T whole = 1.0 / kept_;
        return {whole * all.zeroth - conj(j0), whole * all.first + conj(j1), whole * all.second - conj(j2)};
    }

    [[nodiscard]] Oscillations<T> of_schulz(const T& k) const {
        using std::atan;
        const T y = k * t_, y2 = y * y;
        T decay, phase;
        if (value_of(y) < 0.05) {  // the same two functions, regular at s = 0
            decay = (0.5 * (k * y)) * (1.0 - y2 * (1.0 / 2 - y2 * (1.0 / 3 - y2 * (1.0 / 4 - y2 * (1.0 / 5 - y2 / 6.0)))));
            phase = k * (1.0 - y2 * (1.0 / 3 - y2 * (1.0 / 5 - y2 * (1.0 / 7 - y2 * (1.0 / 9 - y2 / 11.0)))));
        } else {
            decay = 0.5 * (logarithm_1p(y2) / t_);
            phase = atan(y) / t_;
        }
        const auto zeroth = exponential(-decay) * unit_phasor(phase);
        const auto turn = inverse(Complex<T>{T(1.0), -y});
        const auto first = turn * zeroth;
        return {zeroth, first, (1.0 + t_) * (turn * first)};
    }

    [[nodiscard]] Oscillations<T> of_log_normal(const T& k) const {
        constexpr double negligible = 42;
        Oscillations<T> sum{};
        for (const auto& node : contour_) {
            const T decay = k * node.radius.im;
            if (value_of(decay) > negligible) break;  // it grows with r
            const auto e = exponential(-decay) * unit_phasor(T(k * node.radius.re));
            sum.zeroth = sum.zeroth + e * node.weights[0];
            sum.first = sum.first + e * node.weights[1];
            sum.second = sum.second + e * node.weights[2];
        }
        return sum;
    }

    SizeDistribution kind_;
    T s_, t_;           // spread and its square
    T at_zero_ = 0.0;   // the uncut Gaussian at r = 0
    T kept_ = 1.0;      // what the cut leaves of it
    double terms_ = 0;  // of the recurrence for what is cut, at k = 0
    std::vector<ContourNode> contour_;
    std::array<T, 7> moments_;
};

}  // namespace sluice::numerics
