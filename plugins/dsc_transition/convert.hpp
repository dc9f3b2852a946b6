// SPDX-License-Identifier: BSD-3-Clause
// From measured columns to one scan: W/g with endothermic up, one direction of temperature, sorted, with its heating rate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "peaks.hpp"

namespace sluice::dsc_transition {

/// The columns of one scan, in the order of the file.
struct Measured {
    std::span<const double> temperature_K;  ///< [n]
    std::span<const double> heat_flow;      ///< [n], any unit and sign: see Conversion
    std::span<const double> variances;      ///< [n] or empty
    std::span<const double> time_s;         ///< [n] or empty
    std::span<const std::uint8_t> mask;     ///< [n] or empty; nonzero: leave out
};

struct Conversion {
    double factor = 1;  ///< W/g with endothermic up = factor * heat flow: unit, sample mass and sign in one
    double rate_K_s = std::numeric_limits<double>::quiet_NaN();  ///< used where there is no time; negative: cooling
    double start_up_K = 0;                                       ///< left out where the run begins
};

enum class ScanFault { none, too_few_points, turns, modulated };

/// A prepared scan: temperature does not decrease, every number is finite. Empty where `fault` is not none.
struct Prepared {
    std::vector<double> temperature_K, heat_flow_W_g, variances, time_s;  ///< the last two empty where not given
    std::vector<std::size_t> position;                                    ///< of each point in the measured columns
    double rate_K_s = std::numeric_limits<double>::quiet_NaN();           ///< mean over the points kept
    std::ptrdiff_t left_out = 0;  ///< finite points outside of the run: start-up, holds at its ends, a short way back
    ScanFault fault = ScanFault::none;

    [[nodiscard]] Scan scan() const { return {temperature_K, heat_flow_W_g, variances, time_s, rate_K_s}; }
};

/// Every point in W/g with endothermic up, [n]; NaN where masked.
[[nodiscard]] std::vector<double> endothermic_up(const Measured& measured, double factor);

/// The one run of a scan that is to be reduced.
///
/// Points whose temperature, time, heat flow or variance is not finite, and masked ones, are left out. With time the points
/// are taken in its order, else in that of the file; then their path in temperature is cut at turning points, where a turn is
/// one that goes back by more than 2 % of the range (smaller ones are jitter). A path of more than 1.5 times the range is a
/// heating and a cooling in one: `turns`. Else the longest stretch in one direction is kept; at its ends rows at which the
/// temperature changes by less than a tenth (with time: slower than half) of the median are left out as holds, and so are
/// the first `start_up_K`. A file in no order of temperature at all (more turns than a quarter of its points) has no path: it is
/// only sorted.
///
/// rate_K_s: with time the slope of the line through T(t), else as given. `modulated`: with time only, see is_modulated().
/// Throws std::invalid_argument when lengths differ or start_up_K is negative.
[[nodiscard]] Prepared prepare(const Measured& measured, const Conversion& conversion);

/// Whether temperature oscillates about its course: what is left of T(t) after its fit by a cubic crosses zero at least 10 times
/// by more than half of its own rms, is smooth (a tenth of the scatter, or less, from one point to the next but one), is
/// evenly spaced to 30 %, and changes the rate by 5 % or more (rms). time_s increases.
[[nodiscard]] bool is_modulated(std::span<const double> time_s, std::span<const double> temperature_K);

}  // namespace sluice::dsc_transition
