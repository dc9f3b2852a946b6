// SPDX-License-Identifier: BSD-3-Clause
// The delta-gamma theory of Beenakker and Mazur: self-diffusion and hydrodynamic function of a suspension of spheres.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "s_gamma.hpp"
#include "structure.hpp"

namespace sluice::delta_gamma {

class Mobility;

/// What S_gamma is made of, at all the nodes of the integrals: the same for all volume fractions. Made once (some 10 ms), never
/// changed, shared by threads; copies share it too.
class Basis {
public:
    Basis();
    struct Tables;
    [[nodiscard]] const Tables& tables() const { return *tables_; }

private:
    std::shared_ptr<const Tables> tables_;
};

/// Above this y = q a nothing is computed (S = 1, and H = D_s/D0, long before).
inline constexpr double largest_y = 150;
/// Above this q a no point of S enters: S is taken as 1 there. All that lies above has a weight of 1e-3: H_d is off by that much
/// times the mean of what S - 1 is there.
inline constexpr double integration_end = 314.15926535897932;  // 100 pi

/// Short-time self-diffusion and hydrodynamic function at one volume fraction phi, with y = q a and a the radius:
///
///     D_s/D0 = (2/pi) int_0^inf w(y) dy,    w(y) = (sin y / y)^2 / (1 + phi S_gamma(y))
///     H_d(y) = 3/(2 pi) int_0^inf dy' w(y') int_-1^1 dmu (1 - mu^2) [S(|y - y'|) - 1]  =  int_0^inf K(y, k) [S(k) - 1] dk
///     H(y)   = D_s/D0 + H_d(y)
///
/// Source: Beenakker and Mazur (1984), Physica A 126, 349; Genz and Klein (1991), Physica A 171, 26. y is q times the radius:
/// with the diameter, as in one article, D_s would not change and H_d would be wrong. Some 1 ms to make; immutable.
class DeltaGamma {
public:
    /// Throws std::domain_error when phi is not within 0 to 0.74, or, renormalised, above gamma_table_end.
    DeltaGamma(const Basis& basis, double volume_fraction, SGamma form);

    [[nodiscard]] double volume_fraction() const { return volume_fraction_; }
    [[nodiscard]] SGamma form() const { return form_; }
    /// D_s/D0 of the theory, to 1e-11: the integral of 1 - w, with the tail of the cut in closed form.
    [[nodiscard]] double self_part() const;

    /// K(y, k) above: the response of H_d at y to S at k, with the triangle of sides y, k, y'
    ///
    ///     K(y, k) = 3 k/(8 pi y^3) int_|y-k|^(y+k) w(y')/y'^3 [(y+k)^2 - y'^2] [y'^2 - (y-k)^2] dy',   K(0, k) = (2/pi) w(k)
    ///
    /// from cumulative moments of w, or, where these would cancel (a thin triangle), by quadrature. It diverges as ln |y - k|.
    /// 0 <= y <= largest_y, 0 <= k <= integration_end, y != k.
    [[nodiscard]] double kernel(double y, double k) const;

private:
    double volume_fraction_;
    SGamma form_;
    std::shared_ptr<const Mobility> mobility_;
};

/// H_d at each y, and how it depends on the points of S: H_d = response (S - 1) + what comes from a model that continues S,
/// exactly.
struct Distinct {
    std::vector<double> values;    ///< [y]
    std::vector<double> response;  ///< [y * points], row-major: dH_d(y_i)/dS_j; empty when not asked for, or without points
};

/// H_d(y) for y = q a, q_a: [n], in any order. S = 1 gives 0 exactly. H_d is linear in S, so the covariance of H_d with anything
/// that S enters follows from the response, in which the continuation by a constant is contained.
/// Accuracy: 1e-9 absolute for the S handed in. A model that continues S is integrated to integration_end and its tail
/// added in leading order; measured points above integration_end are not used.
/// y NaN or above largest_y: NaN, and a row of NaN. Throws std::domain_error when y < 0.
[[nodiscard]] Distinct distinct_part(const DeltaGamma& theory, const StructureFactor& structure, std::span<const double> q_a,
                                     bool with_response = false);

}  // namespace sluice::delta_gamma
