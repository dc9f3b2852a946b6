// SPDX-License-Identifier: BSD-3-Clause
// Builds the table that says which pixel adds how much to which bin.
#include "integration_table.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <sstream>

namespace sluice::azimuthal_integration {
namespace {

using numerics::LabPoint;

constexpr double radian_in_deg = 180.0 / std::numbers::pi;

/// What pixels cover in the radial unit; a pixel without splitting covers one point.
struct Extent {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();

    void include(const Extent& other) {
        low = std::min(low, other.low);
        high = std::max(high, other.high);
    }
};

/// A pixel that adds to some bin.
struct Sample {
    std::int64_t pixel;
    double norm;
    Extent extent;
};

template <typename... Parts>
std::string text(const Parts&... parts) {
    std::ostringstream stream;
    (stream << ... << parts);
    return stream.str();
}

void require_config(const IntegrationConfig& config, const numerics::DetectorGeometry& geometry) {
    if (config.bins < 1 || config.bins > 65536) throw std::invalid_argument(text("bins = ", config.bins, ", must be 1 to 65536"));
    if (config.range && !(config.range->low < config.range->high && std::isfinite(config.range->high - config.range->low)))
        throw std::invalid_argument(text("the radial range is ", config.range->low, " to ", config.range->high,
                                         "; its first value must be below its second"));
    if (config.sector) {
        const double width_deg = std::abs(config.sector->to_deg - config.sector->from_deg);
        if (!(width_deg > 0.0 && width_deg <= 360.0))
            throw std::invalid_argument(text("the sector is ", config.sector->from_deg, " to ", config.sector->to_deg,
                                             " degrees; its ends must differ, by 360 at most"));
    }
    if (config.polarization && !(std::abs(*config.polarization) <= 1.0))
        throw std::invalid_argument(text("polarization = ", *config.polarization, ", must be -1 to 1"));
    if (!(config.delta_dummy >= 0.0)) throw std::invalid_argument(text("delta_dummy = ", config.delta_dummy, ", must be >= 0"));
    const bool in_q = config.unit == RadialUnit::q_inv_nm || config.unit == RadialUnit::q_inv_angstrom;
    if (in_q && !geometry.wavelength_m)
        throw std::invalid_argument(
            "the geometry has no wavelength, which q needs; add Wavelength to the poni file or "
            "integrate over 2theta");
}

void require_size(std::size_t size, const char* what, const numerics::ImageShape& shape) {
    if (size != 0 && static_cast<std::int64_t>(size) != shape.slow * shape.fast)
        throw std::invalid_argument(text("the ", what, " has ", size, " pixels; the image is [", shape.slow, ", ", shape.fast,
                                         "], so it needs ", shape.slow * shape.fast));
}

class TableBuilder {
public:
    TableBuilder(const numerics::DetectorGeometry& geometry, numerics::ImageShape shape, const StaticImages& images,
                 const IntegrationConfig& config)
        : config_(config),
          locator_(geometry, shape, config.flip),
          wavelength_m_(geometry.wavelength_m.value_or(0.0)),
          images_(images),
          pixels_(shape.slow * shape.fast),
          tile_count_((pixels_ + tile_pixels - 1) / tile_pixels) {
        require_config(config, geometry);
        require_size(images.mask.size(), "mask", shape);
        std::visit([&](const auto& flat) { require_size(flat.size(), "flat field", shape); }, images.flat);
    }

    IntegrationTable::Data build(const ParallelFor& parallel_for) const {
        IntegrationTable::Data data;
        data.shape = locator_.shape();
        data.config = config_;
        data.edges = edges(parallel_for);
        for (std::size_t bin = 0; bin + 1 < data.edges.size(); ++bin)
            data.centres.push_back(0.5 * (data.edges[bin] + data.edges[bin + 1]));
        data.tiles.resize(static_cast<std::size_t>(tile_count_));
        parallel_for(tile_count_, [&](std::int64_t index) { fill_tile(data, index); });
        set_totals(data);
        return data;
    }

    std::vector<double> edges(const ParallelFor& parallel_for) const {
        const RadialRange range = config_.range ? *config_.range : full_range(parallel_for);
        const double width = (range.high - range.low) / static_cast<double>(config_.bins);
        std::vector<double> edges;
        for (std::int64_t bin = 0; bin < config_.bins; ++bin) edges.push_back(range.low + static_cast<double>(bin) * width);
        edges.push_back(range.high);
        return edges;
    }

private:
    /// Of all pixels that mask and flat field leave in, so that sectors of one image share their axis.
    RadialRange full_range(const ParallelFor& parallel_for) const {
        std::vector<Extent> extents(static_cast<std::size_t>(tile_count_));
        parallel_for(tile_count_, [&](std::int64_t index) {
            Extent& extent = extents[static_cast<std::size_t>(index)];
            for_each_open_pixel(index, [&](std::int64_t, const LabPoint&, const Extent& pixel) { extent.include(pixel); });
        });
        Extent total;
        for (const Extent& extent : extents) total.include(extent);
        if (total.low > total.high) refuse_empty();
        if (total.low == total.high)
            throw std::invalid_argument(text("all used pixels lie at ", total.low, "; give a radial range"));
        return {total.low, total.high};
    }

    /// Calls f(pixel, centre, extent) for what mask and flat field leave in of a tile, a row at a time.
    template <typename F>
    void for_each_open_pixel(std::int64_t tile, F f) const {
        const std::int64_t columns = locator_.shape().fast;
        const std::int64_t end = std::min(pixels_, (tile + 1) * tile_pixels);
        std::vector<double> corners_above, corners_below;
        for (std::int64_t pixel = tile * tile_pixels, row_end = 0; pixel < end; pixel = row_end) {
            const std::int64_t row = pixel / columns;
            row_end = std::min(end, (row + 1) * columns);
            if (config_.splitting == Splitting::bbox) {
                set_corners(corners_above, row, pixel % columns, row_end - pixel);
                set_corners(corners_below, row + 1, pixel % columns, row_end - pixel);
            }
            for (std::int64_t i = 0; i < row_end - pixel; ++i) {
                if (!open(pixel + i)) continue;
                const LabPoint centre =
                    locator_.at(static_cast<double>(row) + 0.5, static_cast<double>((pixel + i) % columns) + 0.5);
                f(pixel + i, centre, extent(radial(centre), corners_above, corners_below, static_cast<std::size_t>(i)));
            }
        }
    }

    /// Radii of the corners of `pixels` neighbours of a row, on one of their long sides: neighbours share them.
    void set_corners(std::vector<double>& corners, std::int64_t slow, std::int64_t first_fast, std::int64_t pixels) const {
        corners.clear();
        for (std::int64_t fast = first_fast; fast <= first_fast + pixels; ++fast)
            corners.push_back(radial(locator_.at(static_cast<double>(slow), static_cast<double>(fast))));
    }

    Extent extent(double radius, const std::vector<double>& above, const std::vector<double>& below, std::size_t i) const {
        if (config_.splitting == Splitting::none) return {radius, radius};
        double half_width = 0.0;
        for (const double corner : {above[i], above[i + 1], below[i], below[i + 1]})
            half_width = std::max(half_width, std::abs(corner - radius));
        return {std::max(0.0, radius - half_width), radius + half_width};
    }

    double radial(const LabPoint& point) const {
        switch (config_.unit) {
            case RadialUnit::q_inv_nm:
                return numerics::q_inv_nm(point, wavelength_m_);
            case RadialUnit::q_inv_angstrom:
                return 0.1 * numerics::q_inv_nm(point, wavelength_m_);
            case RadialUnit::two_theta_deg:
                return numerics::two_theta_rad(point) * radian_in_deg;
            case RadialUnit::two_theta_rad:
                return numerics::two_theta_rad(point);
            case RadialUnit::radius_mm:
                return 1e3 * numerics::radius_m(point);
        }
        throw std::invalid_argument("unknown radial unit");
    }

    bool masked(std::int64_t pixel) const { return !images_.mask.empty() && images_.mask[static_cast<std::size_t>(pixel)] != 0; }

    /// Neither masked nor dark in the flat field.
    bool open(std::int64_t pixel) const { return !masked(pixel) && flat(pixel) > 0.0 && std::isfinite(flat(pixel)); }

    double flat(std::int64_t pixel) const {
        return std::visit(
            [&](const auto& values) {
                return values.empty() ? 1.0 : static_cast<double>(values[static_cast<std::size_t>(pixel)]);
            },
            images_.flat);
    }

    double norm_of(std::int64_t pixel, const LabPoint& centre) const {
        double norm = flat(pixel);
        const std::int64_t columns = locator_.shape().fast;
        if (config_.solid_angle)
            norm *= locator_.solid_angle(static_cast<double>(pixel / columns) + 0.5, static_cast<double>(pixel % columns) + 0.5);
        if (config_.polarization) norm *= numerics::polarization(centre, *config_.polarization);
        return norm;
    }

    bool in_sector(const LabPoint& centre) const {
        if (!config_.sector) return true;
        const auto [from_deg, to_deg] = *config_.sector;
        const double width_deg = to_deg - from_deg + (to_deg < from_deg ? 360.0 : 0.0);
        const double past_deg = std::fmod(numerics::chi_rad(centre) * radian_in_deg - from_deg, 360.0);
        return (past_deg < 0.0 ? past_deg + 360.0 : past_deg) < width_deg;
    }

    void fill_tile(IntegrationTable::Data& data, std::int64_t index) const {
        Tile& tile = data.tiles[static_cast<std::size_t>(index)];
        const double low = data.edges.front(), high = data.edges.back();
        for_each_open_pixel(index, [&](std::int64_t pixel, const LabPoint& centre, const Extent& extent) {
            const bool inside =
                extent.low == extent.high ? extent.low >= low && extent.low <= high : extent.high > low && extent.low < high;
            if (!inside || !in_sector(centre)) return;
            const double norm = norm_of(pixel, centre);
            if (norm > 0.0 && std::isfinite(norm)) append_pixel(data, tile, {pixel, norm, extent});
        });
        tile.entries.shrink_to_fit();
        tile.bins.shrink_to_fit();
        tile.norm.shrink_to_fit();
    }

    void append_pixel(const IntegrationTable::Data& data, Tile& tile, const Sample& sample) const {
        if (tile.runs.empty() || tile.runs.back().first_pixel + tile.runs.back().length != sample.pixel)
            tile.runs.push_back({sample.pixel, 0});
        ++tile.runs.back().length;
        if (data.weighted())
            append_entries(data, tile, sample);
        else
            tile.bins.push_back(bin_of(data, sample.extent.low));
        tile.norm.push_back(sample.norm);
    }

    std::uint16_t bin_of(const IntegrationTable::Data& data, double radius) const {
        const double low = data.edges.front();
        const double width = (data.edges.back() - low) / static_cast<double>(config_.bins);
        const auto bin = static_cast<std::int64_t>(std::max(0.0, (radius - low) / width));
        return static_cast<std::uint16_t>(std::min(bin, config_.bins - 1));
    }

    void append_entries(const IntegrationTable::Data& data, Tile& tile, const Sample& sample) const {
        const double scale = config_.average == Average::mean_of_corrected ? 1.0 / sample.norm : 1.0;
        const auto append = [&](std::size_t bin, double share) {
            tile.entries.push_back({static_cast<std::uint16_t>(bin), static_cast<std::uint16_t>(tile.norm.size()),
                                    static_cast<float>(share * scale)});
        };
        const auto [low, high] = sample.extent;
        std::size_t bin = bin_of(data, low);
        if (low == high) return append(bin, 1.0);
        for (; bin + 1 < data.edges.size() && data.edges[bin] < high; ++bin) {
            const double overlap = std::min(high, data.edges[bin + 1]) - std::max(low, data.edges[bin]);
            if (overlap > 0.0) append(bin, overlap / (high - low));
        }
    }

    void set_totals(IntegrationTable::Data& data) const {
        const auto bins = static_cast<std::size_t>(config_.bins);
        data.normalisation.assign(bins, 0.0);
        data.count.assign(bins, 0.0);
        data.entries.assign(bins, 0);
        bool empty = true;
        for (const Tile& tile : data.tiles) {
            empty = empty && tile.norm.empty();
            data.for_each_contribution(tile, [&](std::size_t bin, std::size_t, const Contribution& contribution) {
                data.normalisation[bin] += contribution.normalisation;
                data.count[bin] += contribution.count;
                ++data.entries[bin];
            });
        }
        if (empty) refuse_empty();
    }

    template <typename Predicate>
    bool any_pixel(Predicate predicate) const {
        for (std::int64_t pixel = 0; pixel < pixels_; ++pixel)
            if (predicate(pixel)) return true;
        return false;
    }

    [[noreturn]] void refuse_empty() const {
        if (!any_pixel([&](std::int64_t pixel) { return !masked(pixel); }))
            throw std::domain_error("the mask leaves no pixel; check that nonzero means masked");
        if (!any_pixel([&](std::int64_t pixel) { return open(pixel); }))
            throw std::domain_error(
                "the flat field leaves no pixel: it is NaN, infinite or not above 0 wherever the mask is open; use another "
                "flat field or none");
        bool any_in_sector = false;
        for (std::int64_t tile = 0; tile < tile_count_ && !any_in_sector; ++tile)
            for_each_open_pixel(tile, [&](std::int64_t, const LabPoint& centre, const Extent&) {
                any_in_sector = any_in_sector || in_sector(centre);
            });
        if (!any_in_sector)
            throw std::invalid_argument(text("the sector ", config_.sector->from_deg, " to ", config_.sector->to_deg,
                                             " degrees holds no unmasked pixel"));
        throw std::invalid_argument(
            text("no unmasked pixel lies in the radial range ", config_.range->low, " to ", config_.range->high));
    }

    IntegrationConfig config_;
    numerics::PixelLocator locator_;
    double wavelength_m_;
    StaticImages images_;
    std::int64_t pixels_;
    std::int64_t tile_count_;
};

template <typename T>
std::size_t bytes_of(const std::vector<T>& values) {
    return values.capacity() * sizeof(T);
}

}  // namespace

void serial_for(std::int64_t n, const std::function<void(std::int64_t)>& f) {
    for (std::int64_t i = 0; i < n; ++i) f(i);
}

std::vector<double> radial_edges(const numerics::DetectorGeometry& geometry, numerics::ImageShape shape,
                                 const StaticImages& images, const IntegrationConfig& config, const ParallelFor& parallel_for) {
    return TableBuilder(geometry, shape, images, config).edges(parallel_for);
}

IntegrationTable::IntegrationTable(const numerics::DetectorGeometry& geometry, numerics::ImageShape shape,
                                   const StaticImages& images, const IntegrationConfig& config, const ParallelFor& parallel_for)
    : data_(std::make_shared<const Data>(TableBuilder(geometry, shape, images, config).build(parallel_for))) {}

std::span<const double> IntegrationTable::edges() const { return data_->edges; }
std::span<const double> IntegrationTable::centres() const { return data_->centres; }
std::int64_t IntegrationTable::bins() const { return data_->config.bins; }
numerics::ImageShape IntegrationTable::shape() const { return data_->shape; }

std::int64_t IntegrationTable::used_pixels() const {
    std::int64_t pixels = 0;
    for (const Tile& tile : data_->tiles) pixels += tile.pixels();
    return pixels;
}

std::size_t IntegrationTable::bytes() const {
    std::size_t total = sizeof(Data) + bytes_of(data_->edges) + bytes_of(data_->centres) + bytes_of(data_->tiles) +
                        bytes_of(data_->normalisation) + bytes_of(data_->count) + bytes_of(data_->entries);
    for (const Tile& tile : data_->tiles)
        total += bytes_of(tile.runs) + bytes_of(tile.norm) + bytes_of(tile.bins) + bytes_of(tile.entries);
    return total;
}

}  // namespace sluice::azimuthal_integration
