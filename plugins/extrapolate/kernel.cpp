// SPDX-License-Identifier: BSD-3-Clause
// Extrapolation: x is shifted so that the point asked for is at 0, and its value the first coefficient.
#include "kernel.hpp"

#include <sluice/numerics/linear_fit.hpp>

namespace sluice::extrapolate {

Result extrapolate(const Points& points, const Options& options) {
    const auto degree = static_cast<std::ptrdiff_t>(options.form);
    const auto y = numerics::within(points.x, options.first, options.last, points.y, points.mask);
    std::vector<double> distance(points.x.begin(), points.x.end());
    for (double& each : distance) each -= options.at;

    const auto fit = numerics::polynomial_fit(distance, degree, y, points.variances);
    const Estimate value{fit.values[0], fit.variance(0)};
    const double zero = 0 * value.value;  // NaN stays NaN
    return {.status = fit.solved ? Status::ok : Status::too_few_points,
            .value = value,
            .slope = degree > 0 ? Estimate{fit.values[1], fit.variance(1)} : Estimate{zero, zero},
            .reduced_chi_square = fit.reduced_chi_square(),
            .points = fit.points,
            .curve = numerics::evaluate(fit, numerics::polynomial_design(distance, degree))};
}

}  // namespace sluice::extrapolate
