// SPDX-License-Identifier: BSD-3-Clause
// The hydrodynamic function from a measured diffusion coefficient and structure factor, with all that its points share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <sluice/numerics/interpolation.hpp>

namespace sluice::hydrodynamic_function {

/// Of several, the last in this order is told.
enum class Status {
    ok,
    q_range_mismatch,  ///< some points of D have no S: they lie outside of its range, or in a gap of it
    negative,          ///< a point kept has D < 0 or S <= 0
    no_overlap,        ///< no point of D has an S
    no_points,         ///< no point of D can be used
    no_free_diffusion  ///< D0 is NaN, infinite or not above 0
};

struct Curve {
    std::span<const double> q_inv_nm;    ///< [n]
    std::span<const double> values;      ///< [n]
    std::span<const double> variances;   ///< [n], or empty: exact
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

struct Estimate {
    double value, variance;
};

/// One value per q of D, NaN with the mask 1 where there is none.
struct Points {
    std::vector<double> values;
    std::vector<double> variances;  ///< of inputs that have none, 0
    std::vector<std::uint8_t> left_out;
};

struct Result {
    Status status = Status::ok;
    Points hydrodynamic_function;                                  ///< H; its variances without that of D0
    Points ratio;                                                  ///< D/D0; likewise
    Points structure_factor;                                       ///< S at the q of D
    double scale_uncertainty = 0;                                  ///< sigma(D0)/D0, common to all points
    std::ptrdiff_t left_out = 0;                                   ///< points without H
    std::ptrdiff_t negative = 0;                                   ///< points kept with D < 0 or S <= 0
    bool shared = false;                                           ///< two points of H are made of one point of S
    std::vector<std::vector<numerics::Interpolator::Part>> parts;  ///< [n]: what S at each q of D is made of; or empty: S = 1
};

/// H at the q of D:
///
///     H(q) = D(q) S(q) / D0,    var H = (S/D0)^2 var D + (D/D0)^2 var S
///
/// Source: Naegele (1996), Phys. Rep. 272, 215, for D(q) = D0 H(q)/S(q) of the short-time collective diffusion coefficient.
/// S is interpolated on straight lines (numerics/interpolation.hpp), never beyond its own points, nor between two neighbours
/// of which one is masked or not finite.
///
/// diffusion: D in the unit of D0, q in any order, also repeated. structure_factor: S, q strictly monotonic; without points: S =
/// 1 everywhere. A point is left out where q or D is not finite or D is masked, where S is not known, and all of them where D0 is
/// not finite and above 0. D < 0 and S <= 0 are kept and counted. Exact to rounding.
/// Throws std::domain_error when the q of S are not strictly monotonic, std::invalid_argument when lengths differ.
[[nodiscard]] Result evaluate(const Curve& diffusion, const Curve& structure_factor, const Estimate& free_diffusion);

/// The covariance of H at all pairs of q, [n * n], D0 included; NaN in rows and columns of points without H:
///
///     cov(H_i, H_j) = delta_ij (S_i/D0)^2 var D_i + (D_i D_j/D0^2) sum_k w_ik w_jk var S_k + H_i H_j var(D0)/D0^2
///
/// w: what S_k weighs in the interpolated S_i. First order. `result` is that of the same curves.
void covariance(const Curve& diffusion, const Curve& structure_factor, const Estimate& free_diffusion, const Result& result,
                std::span<double> out);

}  // namespace sluice::hydrodynamic_function
