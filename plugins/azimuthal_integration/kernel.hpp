// SPDX-License-Identifier: BSD-3-Clause
// Azimuthal integration: detector frames to radial profiles with uncertainties.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "sluice/numerics/detector_geometry.hpp"

namespace sluice::azimuthal_integration {

enum class RadialUnit { q_inv_nm, q_inv_angstrom, two_theta_deg, two_theta_rad, radius_mm };

/// How a pixel is shared among bins: none puts it whole where its centre lies; bbox spreads it evenly over
/// [max(0, r - d), r + d], where d is the largest distance in r from the centre to a corner.
enum class Splitting { none, bbox };

/// ratio_of_sums: I = sum(c signal) / sum(c norm), the minimum-variance mean of Poisson counts of a flat signal.
/// mean_of_corrected: I = sum(c signal / norm) / sum(c).
enum class Average { ratio_of_sums, mean_of_corrected };

/// Variance of one pixel: none, the raw count, max(1, raw count), or supplied.
enum class ErrorModel { none, poisson, poisson_floor_one, given };

/// Calls f(0) ... f(n - 1) in any order, on any threads, and returns when all are done.
using ParallelFor = std::function<void(std::int64_t n, const std::function<void(std::int64_t)>& f)>;
void serial_for(std::int64_t n, const std::function<void(std::int64_t)>& f);

struct RadialRange {
    double low = 0.0;  ///< In the radial unit.
    double high = 0.0;
};

/// Azimuths from `from` counter-clockwise (from +x towards +y) up to `to`, across +-180 degrees if need be.
struct Sector {
    double from_deg = 0.0;
    double to_deg = 0.0;
};

struct IntegrationConfig {
    RadialUnit unit = RadialUnit::q_inv_nm;
    std::int64_t bins = 1000;          ///< 1 to 65536, of equal width.
    std::optional<RadialRange> range;  ///< What lies outside is dropped. Without: all unmasked pixels.
    std::optional<Sector> sector;      ///< Pixels whose centre lies in it, `to` excluded.
    Splitting splitting = Splitting::bbox;
    bool solid_angle = true;
    std::optional<double> polarization;  ///< 1 fully along the fast axis, 0 unpolarised; without: not corrected.
    numerics::Flip flip = numerics::Flip::none;
    Average average = Average::ratio_of_sums;
    ErrorModel error_model = ErrorModel::poisson;
    std::optional<double> dummy;  ///< Raw values within delta_dummy of it are dropped.
    double delta_dummy = 0.0;
    std::optional<double> saturation;  ///< Raw values above it are dropped.
};

/// What is the same for every frame, in image order; empty spans mean none.
struct StaticImages {
    std::span<const std::uint8_t> mask;  ///< Nonzero leaves the pixel out.
    /// Response of each pixel; one that is not finite and above 0 leaves the pixel out.
    std::variant<std::span<const double>, std::span<const float>> flat;
};

/// Which pixel adds how much to which bin, and the corrections folded into one norm per pixel.
/// Built once for a geometry, image shape, mask, flat field and configuration; immutable, so any number of
/// threads may integrate with it. Copies share their storage.
///
/// norm = flat * solid_angle * polarization; a pixel whose norm is not above 0 is left out.
/// Bin k covers [edges[k], edges[k + 1]); the last also its upper edge. A centre within rounding of an edge may
/// fall on either side of it.
/// Throws std::invalid_argument when a configuration value, the shape of an image, or the geometry cannot be
/// used (q without wavelength), or range or sector hold no pixel; std::domain_error when mask or flat field leave none.
/// Accuracy: norms and centres in float64; the shares of bbox and the weights 1/norm of mean_of_corrected are
/// rounded to float32 (relative 6e-8), in sums and normalisation alike.
class IntegrationTable {
public:
    IntegrationTable(const numerics::DetectorGeometry& geometry, numerics::ImageShape shape, const StaticImages& images,
                     const IntegrationConfig& config, const ParallelFor& parallel_for = serial_for);

    std::span<const double> edges() const;    ///< [bins + 1], in the radial unit.
    std::span<const double> centres() const;  ///< [bins], mid points of the edges.
    std::int64_t bins() const;
    numerics::ImageShape shape() const;
    std::int64_t used_pixels() const;  ///< Pixels that reach at least one bin.
    std::size_t bytes() const;         ///< Memory held by the table.

    struct Data;
    const Data& data() const { return *data_; }

private:
    std::shared_ptr<const Data> data_;
};

/// Edges of the bins, [bins + 1] in the radial unit: those of the table made from the same arguments, but cheaper; at
/// once when the configuration has a range. Throws as the table does, except where only a sector or range is empty.
std::vector<double> radial_edges(const numerics::DetectorGeometry& geometry, numerics::ImageShape shape,
                                 const StaticImages& images, const IntegrationConfig& config,
                                 const ParallelFor& parallel_for = serial_for);

template <typename Pixel>
using FramePointers = std::span<const Pixel* const>;

/// A block of frames, each `shape().slow * shape().fast` values in image order.
struct FrameBlock {
    std::variant<FramePointers<std::uint8_t>, FramePointers<std::uint16_t>, FramePointers<std::uint32_t>,
                 FramePointers<std::uint64_t>, FramePointers<std::int8_t>, FramePointers<std::int16_t>,
                 FramePointers<std::int32_t>, FramePointers<std::int64_t>, FramePointers<float>, FramePointers<double>>
        pixels;
    std::span<const double> monitor;  ///< [frames], >= 0; empty means 1. A frame with monitor 0 or NaN has no data.
    /// [frames] images of variances, for ErrorModel::given alone.
    std::variant<FramePointers<float>, FramePointers<double>> variances;
    std::span<const std::uint8_t* const> masks;  ///< [frames] images, nonzero leaves the pixel out; may be empty.
};

/// Profiles of a block, each [frames, bins]; an empty span is not wanted.
/// A bin without data has intensity, variance and standard_deviation NaN, count 0 and mask 1.
struct ProfileBlock {
    std::span<double> intensity;           ///< I = signal / normalisation.
    std::span<double> variance;            ///< Square of the standard error of I: signal_variance / normalisation^2.
    std::span<double> standard_deviation;  ///< Spread of signal / norm inside the bin, norm-weighted.
    std::span<double> signal;              ///< S, V, N and C: sums that merge over frames and modules by addition.
    std::span<double> signal_variance;
    std::span<double> normalisation;
    std::span<double> count;
    std::span<std::uint8_t> mask;
};

/// A value in a frame that cannot be integrated.
class FrameError : public std::domain_error {
public:
    FrameError(std::int64_t frame, const std::string& what) : std::domain_error(what), frame_(frame) {}
    std::int64_t frame() const { return frame_; }  ///< Index in the block.

private:
    std::int64_t frame_;
};

/// Integrates a block of frames.
///
/// With c the share of a pixel in a bin and norm = flat * solid_angle * polarization * monitor,
///   ratio_of_sums:      S = sum(c raw),        V = sum(c^2 variance),        N = sum(c norm), C = sum(c)
///   mean_of_corrected:  S = sum(c raw / norm), V = sum(c^2 variance / norm^2), N = sum(c),    C = sum(c)
/// and I = S / N, variance V / N^2. Splitting correlates neighbouring bins; the variance ignores that.
/// Source: Kieffer and Karkoulis (2013), J. Phys. Conf. Ser. 425, 202012, for geometry and corrections.
///
/// Dropped from every sum: masked pixels, raw values that are NaN, infinite, within delta_dummy of the dummy,
/// above saturation, or the maximum of an unsigned type (gaps), and given variances that are not finite.
/// Throws FrameError naming the first pixel (row, column) that holds a negative count under a Poisson model or a
/// negative variance, or a monitor that is negative or not finite; std::invalid_argument when spans disagree.
///
/// The bits of a profile depend on its own frame and the table alone, not on the block or on parallel_for, whose
/// tasks are fixed stripes of the image. Sums are float64, and exact for integer counts without splitting.
/// standard_deviation is found in one pass: a spread below 1e-7 of the mean is lost in rounding.
void integrate(const IntegrationTable& table, const FrameBlock& block, const ProfileBlock& profiles,
               const ParallelFor& parallel_for = serial_for);

}  // namespace sluice::azimuthal_integration
