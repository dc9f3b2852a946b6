// SPDX-License-Identifier: BSD-3-Clause
// What all parts of this plugin begin with: the usable points of a curve, in order of temperature.
#pragma once

#include <cstddef>
#include <vector>

#include "curve.hpp"

namespace sluice::dma_peak {

/// Points of a curve, by temperature; those of one temperature stay in their order.
struct Points {
    std::vector<double> temperature_K, value, variance;  ///< variance: empty when the curve has none
    bool turns = false;                                  ///< the curve goes there and back: see usable_points()

    [[nodiscard]] std::size_t size() const { return temperature_K.size(); }
};

/// The points of a curve that are not masked, whose temperature and value are finite, whose variance, if there is one, is
/// finite and above 0, and whose temperature is inside [from_K, to_K] (1e-9 relative to spare; NaN: no limit).
/// `turns`: the points, in the order they came in, go there and back: numerics::ScanPath says what that is. Neither jitter of the
/// temperature nor points in mixed order count; two heating runs, or heating and cooling, do.
/// Throws std::invalid_argument when lengths differ, or a temperature that is finite and not masked is not above 0 K.
[[nodiscard]] Points usable_points(const Curve& curve, double from_K, double to_K);

}  // namespace sluice::dma_peak
