// SPDX-License-Identifier: BSD-3-Clause
// Places detector pixels in the laboratory and gives their angles and intensity corrections.
#include "sluice/numerics/detector_geometry.hpp"

#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>

namespace sluice::numerics {
namespace {

using Matrix = std::array<std::array<double, 3>, 3>;

std::string text_of(const ImageShape& shape) {
    return "[" + std::to_string(shape.slow) + ", " + std::to_string(shape.fast) + "]";
}

void require_usable(const DetectorGeometry& geometry, const ImageShape& shape) {
    if (shape.slow < 1 || shape.fast < 1)
        throw std::invalid_argument("the image has shape " + text_of(shape) + "; it needs at least one pixel");
    if (geometry.max_shape && *geometry.max_shape != shape)
        throw std::invalid_argument("the geometry was calibrated for images of shape " + text_of(*geometry.max_shape) +
                                    " (max_shape); the image has shape " + text_of(shape));
    if (!(geometry.pixel1_m > 0.0) || !(geometry.pixel2_m > 0.0))
        throw std::invalid_argument("the geometry needs pixel sizes above 0");
    if (geometry.orientation < 0 || geometry.orientation > 4)
        throw std::invalid_argument("orientation " + std::to_string(geometry.orientation) +
                                    " is not one of 1 to 4 (transposed images are not supported)");
}

Matrix rotation_matrix(const DetectorGeometry& geometry) {
    const double c1 = std::cos(geometry.rot1_rad), s1 = std::sin(geometry.rot1_rad);
    const double c2 = std::cos(geometry.rot2_rad), s2 = std::sin(geometry.rot2_rad);
    const double c3 = std::cos(geometry.rot3_rad), s3 = std::sin(geometry.rot3_rad);
    // The product R3 R2 R1 of R1 = [1 0 0; 0 c1 s1; 0 -s1 c1], R2 = [c2 0 -s2; 0 1 0; s2 0 c2] and
    // R3 = [c3 -s3 0; s3 c3 0; 0 0 1].
    return {{{c3 * c2, c3 * s2 * s1 - s3 * c1, -c3 * s2 * c1 - s3 * s1},
             {s3 * c2, s3 * s2 * s1 + c3 * c1, -s3 * s2 * c1 + c3 * s1},
             {s2, -c2 * s1, c2 * c1}}};
}

double square(double value) { return value * value; }

double distance_squared(const LabPoint& point) { return square(point.t1_m) + square(point.t2_m) + square(point.t3_m); }

}  // namespace

PixelLocator::PixelLocator(const DetectorGeometry& geometry, ImageShape shape, Flip flip) : shape_(shape) {
    require_usable(geometry, shape);
    const int orientation = geometry.orientation;
    // Two reversals of one index cancel.
    const bool reverse_slow = (orientation == 1 || orientation == 2) != (flip == Flip::slow || flip == Flip::both);
    const bool reverse_fast = (orientation == 1 || orientation == 4) != (flip == Flip::fast || flip == Flip::both);
    const auto slow_length_m = static_cast<double>(shape.slow) * geometry.pixel1_m;
    const auto fast_length_m = static_cast<double>(shape.fast) * geometry.pixel2_m;
    slow_step_m_ = reverse_slow ? -geometry.pixel1_m : geometry.pixel1_m;
    fast_step_m_ = reverse_fast ? -geometry.pixel2_m : geometry.pixel2_m;
    poni_offset_m_ = {(reverse_slow ? slow_length_m : 0.0) - geometry.poni1_m,
                      (reverse_fast ? fast_length_m : 0.0) - geometry.poni2_m, geometry.distance_m};
    rotation_ = rotation_matrix(geometry);
}

std::array<double, 3> PixelLocator::untilted(double slow, double fast) const {
    return {poni_offset_m_[0] + slow * slow_step_m_, poni_offset_m_[1] + fast * fast_step_m_, poni_offset_m_[2]};
}

LabPoint PixelLocator::at(double slow, double fast) const {
    const auto v = untilted(slow, fast);
    const auto& m = rotation_;
    return {m[0][0] * v[0] + m[0][1] * v[1] + m[0][2] * v[2], m[1][0] * v[0] + m[1][1] * v[1] + m[1][2] * v[2],
            m[2][0] * v[0] + m[2][1] * v[1] + m[2][2] * v[2]};
}

double PixelLocator::solid_angle(double slow, double fast) const {
    const auto v = untilted(slow, fast);
    const double cosine = v[2] / std::sqrt(square(v[0]) + square(v[1]) + square(v[2]));
    return cosine * cosine * cosine;
}

double radius_m(const LabPoint& point) { return std::sqrt(square(point.t1_m) + square(point.t2_m)); }

double two_theta_rad(const LabPoint& point) { return std::atan2(radius_m(point), point.t3_m); }

double chi_rad(const LabPoint& point) { return std::atan2(point.t1_m, point.t2_m); }

double q_inv_nm(const LabPoint& point, double wavelength_m) {
    const double distance_m = std::sqrt(distance_squared(point));
    const double sin_theta = radius_m(point) / std::sqrt(2.0 * distance_m * (distance_m + point.t3_m));
    return 4.0 * std::numbers::pi / (wavelength_m * 1e9) * sin_theta;
}

double polarization(const LabPoint& point, double factor) {
    // cos(2 chi) sin^2(2theta) = (t2^2 - t1^2) / |t|^2 has no pole on the beam axis.
    const double across = square(point.t2_m) - square(point.t1_m);
    return 0.5 * (1.0 + (square(point.t3_m) - factor * across) / distance_squared(point));
}

}  // namespace sluice::numerics
