// SPDX-License-Identifier: BSD-3-Clause
// From one structure factor S(Q) to the functions of r: what is prepared for a grid, and what a curve gets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "cut.hpp"
#include "functions.hpp"
#include "grids.hpp"
#include "low_r.hpp"

namespace sluice::pair_distribution {

enum class Status : std::int8_t { ok, nyquist, low_r_residual, missing_points, no_density };

struct Curve {
    std::span<const double> s, variance;   ///< [n_q]; variance may be empty
    std::span<const std::uint8_t> mask;    ///< nonzero: leave out; or empty
    std::optional<double> number_density;  ///< 1/angstrom^3; nothing: not asked for; NaN: not known for this curve
};

/// What is empty is not wanted, and not computed.
struct Output {
    Function1D reduced, unwindowed, pair, total, radial, coordination;
    std::vector<Function1D> scan;  ///< one for each of options.scan, or one as reduced when that is empty; or none
    std::span<double> covariance;  ///< [n_r * n_r], or [n_r]: the diagonal
    std::span<double> corrected;   ///< [n_q]
};

struct Report {
    Status status = Status::ok;
    double q_first = std::numeric_limits<double>::quiet_NaN();  ///< where the measured part of the integral begins
    std::vector<double> low_r_chi_square;                       ///< [passes + 1], 1/angstrom^3; NaN without density or limit
    double low_r_residual = std::numeric_limits<double>::quiet_NaN();
    Value low_r_density{std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
};

/// The functions of total scattering from S(Q), Faber-Ziman or any other that tends to 1:
///
///     G(r) = (2/pi) int_0^q_max Q (S - 1) M(Q) sin(Q r) dQ           reduced; M = 1: unwindowed
///     g = 1 + G / (4 pi rho0 r),   T = G + 4 pi rho0 r,   RDF = r T,   n(r) = int_0^r RDF dr'
///
/// Source: Keen (2001), J. Appl. Cryst. 34, 172; Egami and Billinge (2012), Underneath the Bragg Peaks (2nd ed.), chapter 3.
/// Integrals over Q by the trapezoidal rule on the points as they are (cut.hpp), the one of n(r) over r in closed form. The last
/// point at or below q_max is where the integral and the window end. g at r = 0 is its limit.
///
/// Variances: exact for independent points of S, to all r; S is linear in all functions but not in the low-r passes, which
/// are taken as given: below low_r_limit they are then too large. rho0 is taken as exact.
/// Accuracy: that of the trapezoidal rule, step^2 / 12 F'(q_max) at the end without window, and images of G(r) around multiples
/// of 2 pi / dQ; the sums to 1e-12 of sum |c_k (S_k - 1)|.
///
/// NaN, infinite and masked points: at the lower end they are left out (q_first), and count as not measured. One further up,
/// or fewer than two usable points up to the smallest q_max: all functions NaN, status missing_points. A variance that is not
/// finite is one of a point that is not usable. Density NaN or not above 0: g, T, RDF and n are NaN; with passes all is,
/// status no_density.
class PairDistribution {
public:
    /// q: [n_q], strictly increasing, not below 0. mask: what every curve leaves out, or empty; it only says what to prepare.
    /// Throws std::invalid_argument for options that cannot be.
    PairDistribution(std::span<const double> q, std::span<const std::uint8_t> mask, const Options& options);

    [[nodiscard]] Report run(const Curve& curve, const Output& out) const;

    [[nodiscard]] std::span<const double> r() const { return sums_->r(); }
    /// What the range becomes on this grid for curves without further gaps.
    [[nodiscard]] double q_first() const { return q_[static_cast<std::size_t>(prepared_.main->range().first)]; }
    [[nodiscard]] double q_last() const { return q_[static_cast<std::size_t>(last_)]; }
    [[nodiscard]] numerics::SineSum::Way way() const { return sums_->way(); }

private:
    /// All that depends on the first point used.
    struct Prepared {
        std::unique_ptr<Cut> main, plain;
        std::vector<Cut> scan;
        std::optional<LowR> low_r;
        bool beyond_nyquist = false;
    };

    void check_points_between() const;
    [[nodiscard]] Prepared prepare(std::ptrdiff_t first) const;
    [[nodiscard]] std::ptrdiff_t first_usable(const Curve& curve) const;
    [[nodiscard]] bool complete(const Curve& curve, std::ptrdiff_t first) const;
    void transform(const Prepared& prepared, const Curve& curve, std::span<const double> s, const Output& out) const;
    void from_windowed(const Prepared& prepared, const Curve& curve, std::span<const double> s, const Output& out) const;
    [[nodiscard]] Status low_r(const Prepared& prepared, const Curve& curve, std::vector<double>& s, Report& report) const;

    std::vector<double> q_;
    Options options_;
    std::ptrdiff_t last_;                ///< of the main range
    std::vector<std::ptrdiff_t> lasts_;  ///< of the scan
    std::ptrdiff_t shortest_;            ///< the smallest of these all
    std::unique_ptr<Sums> sums_;
    Prepared prepared_;
};

}  // namespace sluice::pair_distribution
