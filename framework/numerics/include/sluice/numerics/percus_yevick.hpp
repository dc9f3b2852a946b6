// SPDX-License-Identifier: BSD-3-Clause
// Structure factor of hard spheres in the Percus-Yevick approximation, stable at all q and densities.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <stdexcept>

#include <sluice/numerics/dual.hpp>
#include <sluice/numerics/fail.hpp>

namespace sluice::numerics {

/// Of random close packing and denser there is no fluid: the closest packing of equal spheres is 0.7405.
inline constexpr double largest_volume_fraction = 0.74;
/// Above, hard spheres freeze (Hoover and Ree, 1968, J. Chem. Phys. 49, 3609): S is that of a metastable fluid.
inline constexpr double freezing_volume_fraction = 0.494;

/// The structure factor of hard spheres of volume fraction phi,
///
///     1/S = 1 + u,   u = 24 phi (a J1 + b J2 + c J3),   S - 1 = -u / (1 + u),   X = 2 q r_hard
///     a = (1 + 2 phi)^2 / (1 - phi)^4,   b = -6 phi (1 + phi/2)^2 / (1 - phi)^4,   c = phi a / 2
///     J1 = (sin X - X cos X) / X^3,   J2 = [2 X sin X + (2 - X^2) cos X - 2] / X^4,
///     J3 = {-X^4 cos X + 4 [(3 X^2 - 6) cos X + (X^3 - 6 X) sin X + 6]} / X^6
///
/// and for X < 2, where these cancel, J_m = sum_k (-1)^k X^(2k) / [(2k+1)! (2k+1+m)], m = 2, 3, 5.
/// Source: Percus and Yevick (1958), Phys. Rev. 110, 1; Wertheim (1963), Phys. Rev. Lett. 10, 321.
/// T: double or Dual. S(0) = (1 - phi)^4 / (1 + 2 phi)^2, S(infinity) = 1, S = 1 at phi = 0.
/// Accuracy: S 1e-12 of itself, S - 1 1e-12 of the envelope of its oscillation (1e-9 of itself but at its zeros).
/// Throws std::invalid_argument when phi is not within 0 to largest_volume_fraction (exclusive).
template <class T>
class PercusYevick {
public:
    explicit PercusYevick(const T& phi) {
        const double at = value_of(phi);
        if (!(at >= 0 && at < largest_volume_fraction))
            fail<std::invalid_argument>("a volume fraction of ", at, " was given; it must be at least 0 and below ",
                                        largest_volume_fraction, ".");
        const T vacant = 1.0 - phi, fourth = (vacant * vacant) * (vacant * vacant);
        const T first = 1.0 + 2.0 * phi, second = 1.0 + 0.5 * phi;
        const T a = 24.0 * phi * (first * first) / fourth;
        a_ = a;
        b_ = -144.0 * phi * phi * (second * second) / fourth;
        c_ = 0.5 * phi * a;
        double factor = 1;  // (-1)^k / (2k + 1)!
        for (std::size_t k = 0; k < series_.size(); ++k) {
            const double order = 2 * static_cast<double>(k) + 1;
            series_[k] = factor * (a_ / (order + 2) + b_ / (order + 3) + c_ / (order + 5));
            factor /= -(order + 1) * (order + 2);
        }
    }

    /// x: X = 2 q r_hard >= 0.
    [[nodiscard]] T structure_factor(const T& x) const { return 1.0 / (1.0 + u(x)); }

    /// S - 1, without the loss of digits of the difference.
    [[nodiscard]] T minus_one(const T& x) const {
        const T at = u(x);
        return -at / (1.0 + at);
    }

private:
    [[nodiscard]] T u(const T& x) const {
        const T x2 = x * x;
        if (value_of(x) < 2) {
            T sum = series_.back();
            for (std::size_t k = series_.size() - 1; k-- > 0;) sum = series_[k] + x2 * sum;
            return sum;
        }
        T s, c;
        sin_and_cos(x, s, c);
        const T inverse = 1.0 / x, square = inverse * inverse, xs = x * s;
        const T j1 = (s * inverse - c) * square;
        const T j2 = (2.0 * xs + (2.0 - x2) * c - 2.0) * (square * square);
        const T j3 = (4.0 * ((3.0 * x2 - 6.0) * c + (x2 - 6.0) * xs + 6.0) - x2 * x2 * c) * (square * square * square);
        return a_ * j1 + b_ * j2 + c_ * j3;
    }

    T a_, b_, c_;
    std::array<T, 14> series_;
};

}  // namespace sluice::numerics
