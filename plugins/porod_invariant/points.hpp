// SPDX-License-Identifier: BSD-3-Clause
// The points of a curve that are integrated, and the error of whatever is linear in them.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "kernel.hpp"

namespace sluice::porod_invariant {

using Doubles = std::vector<double>;

/// The points that are integrated, and where each stands in the curve.
struct Points {
    std::vector<std::size_t> position;
    Doubles q, intensity, variance;  ///< variance: empty when the curve has none
    std::ptrdiff_t left_out = 0;

    [[nodiscard]] std::size_t size() const { return q.size(); }
};

/// sqrt(sum (gradient s)^2): the error of anything whose gradient is known; unknown without variances.
inline double sigma_of(const Doubles& gradient, const Points& points) {
    if (points.variance.empty()) return unknown;
    double variance = 0;
    for (std::size_t i = 0; i < points.size(); ++i) variance += gradient[i] * gradient[i] * points.variance[i];
    return std::sqrt(variance);
}

}  // namespace sluice::porod_invariant
