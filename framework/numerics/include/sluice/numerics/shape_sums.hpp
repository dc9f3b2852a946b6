// SPDX-License-Identifier: BSD-3-Clause
// The model y = offset + amplitude * shape, linear in both: how fits of decays start for each shape of a grid. Header-only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>

namespace sluice::numerics {

/// Points y with weights 1/variance, and a shape e at them: [n] each.
struct ShapePoints {
    std::span<const double> y, weight, shape;
};

/// What the least squares need: chi^2 as a function of the amplitude alone, with the offset given or at its best, has its minimum
/// at slope / curvature.
struct ShapeSums {
    double w = 0, e = 0, ee = 0, y = 0, ey = 0;  ///< sum w, w e, w e^2, w y, w e y

    explicit ShapeSums(const ShapePoints& points) {
        for (std::size_t i = 0; i < points.y.size(); ++i) {
            const double wi = points.weight[i], ei = points.shape[i], yi = points.y[i];
            w += wi, e += wi * ei, ee += wi * ei * ei, y += wi * yi, ey += wi * ei * yi;
        }
    }

    [[nodiscard]] double slope(const std::optional<double>& offset) const { return offset ? ey - *offset * e : ey - e * y / w; }
    /// 0 to rounding when the shape is constant and the offset free: then nothing tells the amplitude.
    [[nodiscard]] double curvature(const std::optional<double>& offset) const { return offset ? ee : ee - e * e / w; }
    /// The best amplitude from 0 to largest; half of it where nothing tells the amplitude.
    [[nodiscard]] double amplitude_within(const std::optional<double>& offset, double largest) const {
        const double bottom = curvature(offset);
        return bottom > 0 ? std::clamp(slope(offset) / bottom, 0.0, largest) : largest / 2;
    }
    [[nodiscard]] double best_offset(double amplitude) const { return (y - amplitude * e) / w; }
};

/// sum w (offset + amplitude e - y)^2
[[nodiscard]] inline double chi_square(const ShapePoints& points, double amplitude, double offset) {
    double sum = 0;
    for (std::size_t i = 0; i < points.y.size(); ++i) {
        const double residual = offset + amplitude * points.shape[i] - points.y[i];
        sum += points.weight[i] * residual * residual;
    }
    return sum;
}

/// The same of a constant; without one of the weighted mean. y, weight: [n].
[[nodiscard]] inline double chi_square_of_constant(std::span<const double> y, std::span<const double> weight,
                                                   const std::optional<double>& constant) {
    double w = 0, wy = 0, sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) w += weight[i], wy += weight[i] * y[i];
    const double level = constant.value_or(wy / w);
    for (std::size_t i = 0; i < y.size(); ++i) sum += weight[i] * (y[i] - level) * (y[i] - level);
    return sum;
}

}  // namespace sluice::numerics
