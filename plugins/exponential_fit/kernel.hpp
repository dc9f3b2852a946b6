// SPDX-License-Identifier: BSD-3-Clause
// The fit of an exponential approach to a level: y = offset + amplitude exp(-(x - origin)/decay_constant).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

namespace sluice::exponential_fit {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

enum class Status {
    ok,
    no_amplitude,    ///< the offset given describes the points as well: the other two are NaN
    no_decay,        ///< a constant describes them as well: the same, and a free offset is NaN too
    straight_line,   ///< with a free offset: a line describes them as well, so the three cannot be told apart: all NaN
    too_few_points,  ///< not more points than free parameters, or fewer different x: all NaN
    bound_hit,       ///< the decay constant ended on its bound: values, but no variances
    not_converged,   ///< no minimum was found: all NaN
};

struct Points {
    std::span<const double> x;           ///< [n], in any order
    std::span<const double> y;           ///< [n]
    std::span<const double> variances;   ///< [n] of y, or empty: all points weigh the same
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

/// In the units of x and y.
struct Options {
    std::optional<double> offset = {};  ///< nothing: free
    double origin = 0;                  ///< the x at which the amplitude holds
    double first = -std::numeric_limits<double>::infinity();
    double last = std::numeric_limits<double>::infinity();
};

struct Value {
    double value = unknown;
    double variance = unknown;
};

/// The fitted function on a scale of its own, t = (x - lowest) / span: offset + amplitude exp(-t / exp(log_constant)).
struct Exponential {
    double lowest = 0, span = 1;
    std::array<double, 3> values{unknown, unknown, unknown};  ///< amplitude, log_constant, offset
    std::array<double, 9> covariance{};                       ///< of the three, row-major; NaN where it holds nothing

    /// With its variance, from the full covariance: those of several x are not independent of each other.
    [[nodiscard]] Value at(double x) const;
    /// gradient^T C gradient.
    [[nodiscard]] double variance(const std::array<double, 3>& gradient) const;
};

struct Result {
    Status status = Status::ok;
    Value amplitude, decay_constant, offset;
    double reduced_chi_square = unknown;  ///< without variances the mean square residual
    std::ptrdiff_t points = 0;            ///< fitted
    Exponential curve;
};

/// Weighted least-squares fit of
///
///     y = offset + amplitude exp(-(x - origin) / decay_constant),     decay_constant > 0, amplitude of either sign
///
/// It is an empirical form; Jin et al. (2022), J. Phys. Chem. Lett. 13, 2205, figure 3d, draw it with offset 1 through
/// Q/Q_ideal against the stretching exponent. Fitted are ln(decay_constant) and the amplitude at the smallest x used, which
/// keeps them apart however far the origin is; variances of what is given follow in first order, with their covariance.
/// Left out: points outside of [first, last], masked ones, those that are not finite, and those whose variance is not above
/// 0. Weights are 1/variance; without variances all points weigh 1, and covariances are scaled by the reduced chi-square.
/// Start: the best decay constant of a grid from these points alone, amplitude and offset solved linearly.
/// Bounds: the decay constant from 1/20 of the distance of the two smallest different x to 1e4 times the range of x.
/// no_amplitude, no_decay, straight_line: chi-square rises by less than 9 (3 standard errors) when the fit is replaced by
/// the offset given, by a constant, and (of a free offset) by a line.
/// Accuracy: exact data give the decay constant back to 1e-8. An amplitude that is not a finite number (an origin too many
/// decay constants away) is NaN. Throws std::invalid_argument when lengths differ or first > last.
[[nodiscard]] Result fit(const Points& points, const Options& options);

}  // namespace sluice::exponential_fit
