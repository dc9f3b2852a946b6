// SPDX-License-Identifier: BSD-3-Clause
// Scattering of spheres and of concentric shells with a distribution of sizes: form factor and decoupling factor.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <vector>

#include <sluice/numerics/dual.hpp>
#include <sluice/numerics/size_distribution.hpp>

namespace sluice::numerics {

/// Amplitude of a uniform sphere, 1 at x = 0:
///
///     F = 3 (sin x - x cos x) / x^3,   x = q r;   for |x| < 1/2: sum_k (-1)^k 3 (2k + 2) x^(2k) / (2k + 3)!
///
/// Source: Rayleigh (1914), Proc. R. Soc. Lond. A 90, 219. T: double or Dual. Accuracy: 1e-15 absolute, also at x = 0.
template <class T>
[[nodiscard]] T sphere_amplitude(const T& x) {
    const T x2 = x * x;
    if (value_of(x2) < 0.25)
        return 1.0 - x2 * (1.0 / 10 -
                           x2 * (1.0 / 280 - x2 * (1.0 / 15120 -
                                                   x2 * (1.0 / 1330560 - x2 * (1.0 / 172972800 - x2 * (1.0 / 31135104000.0 -
                                                                                                       x2 / 7410154752000.0))))));
    T s, c;
    sin_and_cos(x, s, c);
    return 3.0 * (s - x * c) / (x * x2);
}

/// One surface of a particle: where the scattering length density steps.
template <class T>
struct Surface {
    T offset;    ///< of the surface from the core's, in units of the mean radius of the core, >= 0
    T contrast;  ///< density inside less density outside, in any one unit
};

/// Of particles at one q.
template <class T>
struct Scattering {
    T form_factor;  ///< P = <A^2> / <A(q = 0)^2>
    T decoupling;   ///< beta = <A>^2 / <A^2>, if it was asked for
};

/// Orientation-free scattering of concentric shells whose core radius is distributed and whose shells all have the same
/// thickness: A(q; r) = sum_i contrast_i V(r + offset_i) F(q (r + offset_i)),
///
///     P = <A^2> / <A(0)^2>,     beta = <A>^2 / <A^2>,     < > over the number distribution of r.
///
/// Source: Kotlarchyk and Chen (1983), J. Chem. Phys. 79, 2461 (beta and the decoupling approximation). A is the imaginary
/// part of (a + b r) e^(iqr), so both averages are closed forms in <r^n e^(ikr)>, n = 0 to 2; below x = 0.3, where these
/// cancel as x^-6, sums over nodes of the distribution. A uniform sphere is the one surface {0, 1}.
///
/// T: double or Dual, for derivatives by x = qR, the spread and all surfaces.
/// Accuracy: for one sphere 1e-9 of the local envelope for x from 0 to 100 and spreads to 0.3, 1e-8 up to largest_size_spread
/// (at any x beyond, rounding of 2x costs 2e-16 x). Hollow shells of A(0) near 0 lose what <A(0)^2> has lost.
/// Throws std::invalid_argument for a spread out of range; see SizeAverage.
template <class T>
class SphereScattering {
public:
    SphereScattering(SizeDistribution distribution, const T& spread, std::span<const Surface<T>> surfaces)
        : average_(distribution, spread), surfaces_(surfaces.begin(), surfaces.end()), nodes_(average_.nodes()) {
        std::array<T, 4> cubic{T(0.0), T(0.0), T(0.0), T(0.0)};  // sum_i contrast_i (r + offset_i)^3
        double largest = 1;
        for (const auto& [offset, contrast] : surfaces_) {
            cubic[0] = cubic[0] + contrast * (offset * offset * offset);
            cubic[1] = cubic[1] + 3.0 * (contrast * (offset * offset));
            cubic[2] = cubic[2] + 3.0 * (contrast * offset);
            cubic[3] = cubic[3] + contrast;
            largest = std::max(largest, 1 + value_of(offset));
        }
        forward_ = 0.0;
        for (std::size_t i = 0; i < 4; ++i)
            for (std::size_t j = 0; j < 4; ++j) forward_ = forward_ + cubic[i] * cubic[j] * average_.moment(i + j);
        small_ = (distribution == SizeDistribution::log_normal ? 0.8 : 0.3) / largest;
    }

    /// x: q times the mean radius of the core, >= 0.
    [[nodiscard]] Scattering<T> at(const T& x, bool with_decoupling = false) const {
        return value_of(x) < small_ ? by_nodes(x) : closed_form(x, with_decoupling);
    }

    /// <(sum_i contrast_i (r + offset_i)^3)^2>: what P is divided by. For a sphere <V^2> / V(R)^2.
    [[nodiscard]] const T& forward() const { return forward_; }

private:
    [[nodiscard]] Scattering<T> by_nodes(const T& x) const {
        T mean = 0.0, square = 0.0;
        for (const auto& [radius, weight] : nodes_) {
            T amplitude = 0.0;
            for (const auto& [offset, contrast] : surfaces_) {
                const T r = radius + offset;
                amplitude = amplitude + contrast * (r * r * r) * sphere_amplitude(T(x * r));
            }
            const T weighted = weight * amplitude;
            mean = mean + weighted;
            square = square + weighted * amplitude;
        }
        return {square / forward_, mean * mean / square};
    }

    /// a and b of sum_i contrast_i [sin y - y cos y], y = x (r + offset_i), as the imaginary part of (a + b r) e^(ixr).
    void add(const Surface<T>& surface, const T& x, Complex<T>& a, Complex<T>& b) const {
        const T phase = x * surface.offset;
        const auto turned = surface.contrast * unit_phasor(phase);
        a = a + turned * Complex<T>{T(1.0), -phase};
        b = b + Complex<T>{x * turned.im, -(x * turned.re)};
    }

    [[nodiscard]] Scattering<T> closed_form(const T& x, bool with_decoupling) const {
        Complex<T> a{T(0.0), T(0.0)}, b = a;
        for (const auto& surface : surfaces_) add(surface, x, a, b);
        const auto fast = average_.oscillations(T(2.0 * x));
        const T steady = norm(a) + 2.0 * (a * conj(b)).re * average_.moment(1) + norm(b) * average_.moment(2);
        const auto ab = a * b;
        const T moving = (a * a * fast.zeroth).re + 2.0 * (ab * fast.first).re + (b * b * fast.second).re;
        const T square = 0.5 * (steady - moving);
        const T x3 = x * x * x;
        Scattering<T> out{9.0 * square / (x3 * x3 * forward_), T(0.0)};
        if (!with_decoupling) return out;
        const auto slow = average_.oscillations(x);
        const T mean = (a * slow.zeroth).im + (b * slow.first).im;
        out.decoupling = mean * mean / square;
        return out;
    }

    SizeAverage<T> average_;
    std::vector<Surface<T>> surfaces_;
    std::vector<typename SizeAverage<T>::Node> nodes_;
    T forward_;
    double small_;
};

}  // namespace sluice::numerics
