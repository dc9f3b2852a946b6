// SPDX-License-Identifier: BSD-3-Clause
// Labels the pixels of a detector by region of q and azimuth, and takes the mean q of each region.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <sluice/numerics/detector_geometry.hpp>

#include "regions.hpp"

namespace sluice::roi_map {

/// Fills values with a quantity of the pixels first, first + 1, … in C order of the image.
using PixelValues = std::function<void(std::ptrdiff_t first, std::span<double> values)>;

/// Where the pixels lie. azimuth_deg may be empty when Regions::whole_circle().
struct PixelPlaces {
    PixelValues q_inv_nm;
    PixelValues azimuth_deg;
};

/// q at the centres of pixels, by numerics::q_inv_nm(). Throws std::invalid_argument when the geometry has no wavelength,
/// and as numerics::PixelLocator does.
[[nodiscard]] PixelValues q_of_geometry(const numerics::DetectorGeometry& geometry, const numerics::ImageShape& shape,
                                        numerics::Flip flip);
/// Azimuth of the centres, chi of numerics::chi_rad() in degrees: 0 along +x (fast index), 90 along +y (slow index).
[[nodiscard]] PixelValues azimuth_of_geometry(const numerics::DetectorGeometry& geometry, const numerics::ImageShape& shape,
                                              numerics::Flip flip);
/// A map with one value for each pixel; it must outlive the result.
[[nodiscard]] PixelValues values_of_map(std::span<const double> map);

enum class Status : std::int8_t {
    ok,
    ring_empty,        ///< no good pixel: the region lies off the detector or is masked
    low_good_fraction  ///< fewer good pixels than asked for: not labelled
};

/// What is known of one region. Means are over its good pixels, each counted once.
struct Region {
    double q_inv_nm;                 ///< mean; the middle of the ring where there is no good pixel
    double q_square_inv_nm2;         ///< mean of q^2; NaN where there is no good pixel
    double q_square_variance;        ///< of q^2 over the pixels (sum of squares / n), in nm^-4; NaN likewise
    double azimuth_deg;              ///< mean, in (-180, 180]; the middle where there is no good pixel; NaN for whole circles
    double good_fraction;            ///< good pixels / all pixels of the detector in the region; 0 without any
    std::ptrdiff_t labelled_pixels;  ///< how many carry the label
    Status status;
};

/// Gives each pixel the label of the region in which its centre lies, and describes the regions:
///
///     q = <q>,   q_square = <q^2>,   q_square_variance = <(q^2 - <q^2>)^2>,   <> over the good pixels of a region
///
/// A wide ring averages exp(-2 D q^2 t) over its pixels, which the last two say to second order.
/// masked: nonzero = not good, one for each pixel, or empty. labels: one for each pixel; written in full: 0 where a pixel
/// is masked, in no region, or has NaN for what decides. Regions with good_fraction < minimum_good_fraction get status
/// low_good_fraction and none of their pixels is labelled; their means are those of their good pixels all the same.
/// Returns [regions.count()], in the order of the labels. The azimuth's mean is taken along the sector.
/// Throws std::invalid_argument when sizes differ or minimum_good_fraction is not in [0, 1], and when no pixel lies in
/// any ring; std::runtime_error when pixels do, but none may be labelled.
/// Accuracy: sums run over deviations from the middle of the ring, so relative errors are about 1e-16 sqrt(pixels).
/// Cost: one pass, no memory that grows with the image.
[[nodiscard]] std::vector<Region> label_pixels(const Regions& regions, const PixelPlaces& places,
                                               std::span<const std::uint8_t> masked, double minimum_good_fraction,
                                               std::span<std::int32_t> labels);

}  // namespace sluice::roi_map
