// SPDX-License-Identifier: BSD-3-Clause
// The enthalpy between two heat flow curves: what lies between them, integrated over time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace sluice::enthalpy_difference {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

enum class Status {
    ok,
    offset,          ///< both curves differ beside the range, by more than 3 standard errors and 5 % of the enthalpy
    not_checked,     ///< no points beside the range; with something to subtract there is no result
    partly_covered,  ///< the points do not reach as far as the range: the integral is that of a part
    too_few_points,  ///< fewer than 3 in the range
    turns,           ///< heating and cooling in one curve
    no_rate          ///< neither time nor a rate other than 0
};

/// What is fitted to the difference beside the range and taken away.
enum class Subtract { none, constant, line };

/// Two curves on one grid, points in any order.
struct Curves {
    std::span<const double> temperature_K{};                      ///< [n]
    std::span<const double> data{}, reference{};                  ///< [n], W/g, one sign for both
    std::span<const double> data_variance{};                      ///< [n], or empty; one that is NaN: as empty
    std::span<const double> reference_variance{};                 ///< the same
    std::span<const std::uint8_t> data_mask{}, reference_mask{};  ///< [n], nonzero = leave out; or empty
    std::span<const double> time_s{};                             ///< [n], or empty: the time is T / rate
    double rate_K_s = unknown;                                    ///< used without time
};

struct Options {
    std::optional<double> from_K, to_K;  ///< nothing: the first (last) point
    double check_K = 10;                 ///< width of the stretches beside the range
    Subtract subtract = Subtract::none;
};

struct Value {
    double value = unknown, variance = unknown;
};

struct Result {
    Status status = Status::ok;
    Value enthalpy;                            ///< J/g
    Value offset, offset_below, offset_above;  ///< W/g; NaN without points there
    Value offset_enthalpy;                     ///< J/g
    std::vector<double> difference, variance;  ///< [n], W/g; NaN where a point is not used
    std::ptrdiff_t points = 0;                 ///< in the range
};

/// The enthalpy between two curves q (endothermic up) over a range of temperature,
///
///     H = integral over time of (q_reference - q_data - B)  =  integral (q_reference - q_data - B) dT / |dT/dt|,
///
/// positive where data takes up less heat than the reference, or gives some off: a glass with more enthalpy than the reference,
/// which it loses on the way. B is 0, or the constant or straight line fitted to the difference in the stretches of check_K on
/// both sides of the range. Trapezoids between the points used, straight to the very ends of the range; a gap is bridged by a
/// straight line.
/// offset: mean of q_reference - q_data over these stretches before B is subtracted, each point weighing 1 / variance, both
/// sides alike. Status offset is judged on what B leaves.
///
/// Left out: masked points, and those of which any number is not finite. Order does not matter, but a path that goes there and
/// back (longer than 1.5 times its range; turns below 2 % of the range are jitter) gives `turns` and NaN, as two runs on one axis
/// are not one curve. Points in no order at all (more turns than a quarter of the points) are only sorted.
/// Variances: linear propagation, points independent; of both curves added. Without those of either curve the noise is the
/// larger of the scatter of a point about the middle of its neighbours and that about straight lines beside the range, all points
/// alike. A common offset of the calibration is in no variance: see offset_enthalpy.
/// Throws std::invalid_argument when lengths differ, from is not below to, or check is negative.
/// Accuracy: exact for curves that are straight between points.
[[nodiscard]] Result compare(const Curves& curves, const Options& options);

}  // namespace sluice::enthalpy_difference
