// SPDX-License-Identifier: BSD-3-Clause
// Geometry of a flat area detector in pyFAI's convention: from a pixel to 2theta, chi, q and corrections.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::numerics {

/// Rows and columns of an image: slow is the first array index, fast the second.
struct ImageShape {
    std::int64_t slow = 0;
    std::int64_t fast = 0;
    friend bool operator==(const ImageShape&, const ImageShape&) = default;
};

/// A calibration: lengths in m, angles in rad; index 1 is the slow (row), 2 the fast (column) direction.
struct DetectorGeometry {
    double distance_m = 0.0;
    double poni1_m = 0.0;
    double poni2_m = 0.0;
    double rot1_rad = 0.0;
    double rot2_rad = 0.0;
    double rot3_rad = 0.0;
    double pixel1_m = 0.0;
    double pixel2_m = 0.0;
    std::optional<double> wavelength_m;
    int orientation = 3;                  ///< 1 reverses both indices, 2 the slow, 4 the fast, 3 none.
    std::optional<ImageShape> max_shape;  ///< Shape of the calibrated image where the file states one.
};

/// Reads a calibration in the .poni dialects 1, 2 and 2.1.
/// A key that occurs several times (calibrations appended to one file) counts with its last value;
/// of PixelSize1/2 and Detector_config the later one describes the pixels.
/// A detector known by name alone carries no pixel sizes here: its Detector_config must give them.
/// Throws std::invalid_argument that names every missing key, the key whose value cannot be used, an
/// orientation that transposes the image (above 4), or a spline distortion file.
DetectorGeometry parse_poni(std::string_view text);

/// Reversal applied to the stored image before the calibration holds.
enum class Flip { none, slow, fast, both };

/// A point of the detector seen from the sample, in m: t3 along the beam, t2 along +x (fast), t1 along +y (slow).
struct LabPoint {
    double t1_m = 0.0;
    double t2_m = 0.0;
    double t3_m = 0.0;
};

/// Places pixels of an image stored in array order (slow, fast), with orientation and flip undone.
/// Source: science of the .poni convention, Kieffer and Karkoulis (2013), J. Phys. Conf. Ser. 425, 202012.
class PixelLocator {
public:
    /// Throws std::invalid_argument when the shape is empty or differs from the calibrated max_shape, when the
    /// orientation is not 0 to 4, or when a length is not usable.
    PixelLocator(const DetectorGeometry& geometry, ImageShape shape, Flip flip);

    /// Point at fractional index (slow, fast) of the stored image. Pixel (s, f) covers [s, s + 1] x [f, f + 1]:
    /// its corners lie at integer indices and its centre at (s + 0.5, f + 0.5).
    /// Equation: t = R3 R2 R1 (slow pixel1 - poni1, fast pixel2 - poni2, dist).
    LabPoint at(double slow, double fast) const;

    /// cos^3(alpha), the solid angle relative to a pixel at the PONI; alpha is the angle of incidence.
    double solid_angle(double slow, double fast) const;

    const ImageShape& shape() const { return shape_; }

private:
    std::array<double, 3> untilted(double slow, double fast) const;

    ImageShape shape_;
    std::array<double, 3> poni_offset_m_{};
    double slow_step_m_ = 0.0;
    double fast_step_m_ = 0.0;
    std::array<std::array<double, 3>, 3> rotation_{};
};

/// Distance from the beam axis, r = hypot(t1, t2), in m.
double radius_m(const LabPoint& point);

/// Scattering angle atan2(r, t3), in [0, pi].
double two_theta_rad(const LabPoint& point);

/// Azimuth atan2(t1, t2), in (-pi, pi]: 0 along +x (fast), +pi/2 along +y (slow).
double chi_rad(const LabPoint& point);

/// q = (4 pi / wavelength) sin(theta), in 1/nm, by the exact identity
/// sin(theta) = r / sqrt(2 |t| (|t| + t3)), which loses no digits at small angles.
double q_inv_nm(const LabPoint& point, double wavelength_m);

/// P = 1/2 [1 + cos^2(2theta) - factor cos(2 chi) sin^2(2theta)]; factor 1 is fully polarised along the fast
/// axis, 0 unpolarised.
double polarization(const LabPoint& point, double factor);

}  // namespace sluice::numerics
