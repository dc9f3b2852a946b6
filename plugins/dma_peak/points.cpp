// SPDX-License-Identifier: BSD-3-Clause
// Usable points in order of temperature, and whether the temperature went there and back.
#include "points.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/scan_direction.hpp>

namespace sluice::dma_peak {
namespace {

void check_lengths(const Curve& curve) {
    const auto n = curve.temperature_K.size();
    for (const auto other : {curve.value.size(), curve.variance.size(), curve.mask.size()})
        if (other != n && (other != 0 || n == 0))
            numerics::fail<std::invalid_argument>("a curve has ", n, " temperatures and ", other,
                                                  " values, variances or flags. They must agree.");
    if (curve.value.size() != n)
        numerics::fail<std::invalid_argument>("a curve has ", n, " temperatures and no values. They must agree.");
}

bool usable(const Curve& curve, std::size_t i) {
    if (!std::isfinite(curve.temperature_K[i]) || !std::isfinite(curve.value[i])) return false;
    if (!curve.mask.empty() && curve.mask[i] != 0) return false;
    if (!(curve.temperature_K[i] > 0))
        numerics::fail<std::invalid_argument>(
            "a temperature is ", curve.temperature_K[i],
            " K, must be above 0 K. Is its unit degC? Mask the point if it is a false reading.");
    return curve.variance.empty() || (std::isfinite(curve.variance[i]) && curve.variance[i] > 0);
}

}  // namespace

Points usable_points(const Curve& curve, double from_K, double to_K) {
    check_lengths(curve);
    const double infinity = std::numeric_limits<double>::infinity();
    const double from = std::isnan(from_K) ? -infinity : from_K, to = std::isnan(to_K) ? infinity : to_K;
    std::vector<std::size_t> order;
    std::vector<double> as_measured;
    for (std::size_t i = 0; i < curve.temperature_K.size(); ++i) {
        if (!usable(curve, i) || !numerics::inside(curve.temperature_K[i], from, to)) continue;
        order.push_back(i);
        as_measured.push_back(curve.temperature_K[i]);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return curve.temperature_K[a] < curve.temperature_K[b]; });
    Points points;
    points.turns = numerics::scan_path(as_measured).there_and_back();
    for (const auto i : order) {
        points.temperature_K.push_back(curve.temperature_K[i]);
        points.value.push_back(curve.value[i]);
        if (!curve.variance.empty()) points.variance.push_back(curve.variance[i]);
    }
    return points;
}

}  // namespace sluice::dma_peak
