// SPDX-License-Identifier: BSD-3-Clause
// One pass over the image in chunks of pixels: place, label, sums of each region.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::roi_map {
namespace {

using numerics::fail;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::ptrdiff_t chunk_pixels = 2048;  // places of a chunk stay in the first cache

/// f(point at the centre) for each pixel from `first` on.
template <class F>
PixelValues at_centres(const numerics::DetectorGeometry& geometry, const numerics::ImageShape& shape, numerics::Flip flip,
                       const F& f) {
    return [locator = numerics::PixelLocator(geometry, shape, flip), f](std::ptrdiff_t first, std::span<double> values) {
        std::int64_t slow = first / locator.shape().fast, fast = first % locator.shape().fast;
        for (auto& value : values) {
            value = f(locator.at(static_cast<double>(slow) + 0.5, static_cast<double>(fast) + 0.5));
            if (++fast < locator.shape().fast) continue;
            fast = 0;
            ++slow;
        }
    };
}

/// Sums over the pixels of one region.
struct Sums {
    std::ptrdiff_t all = 0, good = 0;
    double q = 0, q_square = 0, q_square_squared = 0;  // of deviations from the middle of the ring
    double azimuth = 0;                                // from the begin of the sector
};

double middle(const Interval& interval) { return 0.5 * (interval.low + interval.high); }

double middle_of_sector(const Interval& sector) { return middle(sector) + (sector.high < sector.low ? 180 : 0); }

/// In (-180, 180].
double principal_deg(double azimuth_deg) {
    const double wrapped = wrapped_deg(azimuth_deg);
    return wrapped > 180 ? wrapped - 360 : wrapped;
}

class Pass {
public:
    Pass(const Regions& regions, const PixelPlaces& places, std::span<const std::uint8_t> masked, std::span<std::int32_t> labels)
        : regions_(regions),
          places_(places),
          masked_(masked),
          labels_(labels),
          sums_(static_cast<std::size_t>(regions.count())) {}

    void run() {
        for (std::ptrdiff_t first = 0; first < std::ssize(labels_); first += chunk_pixels)
            label_chunk(first, std::min(chunk_pixels, std::ssize(labels_) - first));
    }

    [[nodiscard]] const std::vector<Sums>& sums() const { return sums_; }
    [[nodiscard]] const Interval& q_range() const { return q_range_; }

private:
    void label_chunk(std::ptrdiff_t first, std::ptrdiff_t count) {
        const auto n = static_cast<std::size_t>(count);
        places_.q_inv_nm(first, std::span(q_).first(n));
        if (!regions_.whole_circle()) places_.azimuth_deg(first, std::span(azimuth_).first(n));
        for (std::size_t i = 0; i < n; ++i) {
            const auto pixel = static_cast<std::size_t>(first) + i;
            const auto label = regions_.label(q_[i], azimuth_[i]);
            const bool good = masked_.empty() || masked_[pixel] == 0;
            labels_[pixel] = good ? label : 0;
            q_range_ = {std::fmin(q_range_.low, q_[i]), std::fmax(q_range_.high, q_[i])};
            if (label != 0) add(label, good, q_[i], azimuth_[i]);
        }
    }

    void add(std::int32_t label, bool good, double q, double azimuth) {
        auto& sums = sums_[static_cast<std::size_t>(label - 1)];
        ++sums.all;
        if (!good) return;
        const double centre = middle(regions_.ring_of(label));
        const double deviation = q - centre, of_square = deviation * (q + centre);  // q^2 - centre^2
        ++sums.good;
        sums.q += deviation;
        sums.q_square += of_square;
        sums.q_square_squared += of_square * of_square;
        if (!regions_.whole_circle()) sums.azimuth += from_begin(regions_.sector_of(label), azimuth);
    }

    /// Of an azimuth in the sector: never 360 by rounding.
    static double from_begin(const Interval& sector, double azimuth) {
        const double distance = wrapped_deg(azimuth) - sector.low;
        return distance < 0 ? distance + 360 : distance;
    }

    const Regions& regions_;
    const PixelPlaces& places_;
    std::span<const std::uint8_t> masked_;
    std::span<std::int32_t> labels_;
    std::vector<Sums> sums_;
    Interval q_range_{nan, nan};
    std::vector<double> q_ = std::vector<double>(chunk_pixels), azimuth_ = std::vector<double>(chunk_pixels);
};

Region empty_region(const Regions& regions, std::int32_t label) {
    const double azimuth = regions.whole_circle() ? nan : principal_deg(middle_of_sector(regions.sector_of(label)));
    return {middle(regions.ring_of(label)), nan, nan, azimuth, 0, 0, Status::ring_empty};
}

Region region_of(const Regions& regions, std::int32_t label, const Sums& sums, double minimum_good_fraction) {
    Region region = empty_region(regions, label);
    if (sums.good == 0) return region;
    const double centre = middle(regions.ring_of(label)), n = static_cast<double>(sums.good);
    const double of_square = sums.q_square / n;
    region.q_inv_nm = centre + sums.q / n;
    region.q_square_inv_nm2 = centre * centre + of_square;
    region.q_square_variance = std::max(0.0, sums.q_square_squared / n - of_square * of_square);
    if (!regions.whole_circle()) region.azimuth_deg = principal_deg(regions.sector_of(label).low + sums.azimuth / n);
    region.good_fraction = n / static_cast<double>(sums.all);
    const bool low = region.good_fraction < minimum_good_fraction;
    region.labelled_pixels = low ? 0 : sums.good;
    region.status = low ? Status::low_good_fraction : Status::ok;
    return region;
}

void check_sizes(std::span<const std::uint8_t> masked, double minimum_good_fraction, std::span<const std::int32_t> labels) {
    if (!masked.empty() && masked.size() != labels.size())
        fail<std::invalid_argument>("the mask has ", masked.size(), " pixels and the map of labels ", labels.size(), ".");
    if (!(minimum_good_fraction >= 0 && minimum_good_fraction <= 1))
        fail<std::invalid_argument>("minimum_good_fraction = ", minimum_good_fraction, ", must be 0 to 1.");
}

/// Says why nothing is labelled, if nothing is.
void check_any(const Regions& regions, const Pass& pass, const std::vector<Region>& table, double minimum_good_fraction) {
    if (std::any_of(table.begin(), table.end(), [](const Region& region) { return region.status == Status::ok; })) return;
    if (std::any_of(pass.sums().begin(), pass.sums().end(), [](const Sums& sums) { return sums.all > 0; }))
        fail<std::runtime_error>("no region has a pixel that may be used: their pixels are masked, or fewer are good than ",
                                 "minimum_good_fraction = ", minimum_good_fraction, " asks for. Check the masks.");
    Interval rings = regions.rings_inv_nm().front();
    for (const auto& ring : regions.rings_inv_nm()) rings = {std::min(rings.low, ring.low), std::max(rings.high, ring.high)};
    fail<std::invalid_argument>("no pixel lies in any region: the detector has q from ", pass.q_range().low, " to ",
                                pass.q_range().high, " 1/nm, the rings lie within ", rings.low, " to ", rings.high,
                                " 1/nm. Check the rings, their unit, the sectors and the geometry.");
}

}  // namespace

PixelValues q_of_geometry(const numerics::DetectorGeometry& geometry, const numerics::ImageShape& shape, numerics::Flip flip) {
    if (!geometry.wavelength_m || !(*geometry.wavelength_m > 0))
        fail<std::invalid_argument>("the geometry has no wavelength, which q needs: give 'wavelength'");
    return at_centres(geometry, shape, flip, [wavelength_m = *geometry.wavelength_m](const numerics::LabPoint& point) {
        return numerics::q_inv_nm(point, wavelength_m);
    });
}

PixelValues azimuth_of_geometry(const numerics::DetectorGeometry& geometry, const numerics::ImageShape& shape,
                                numerics::Flip flip) {
    return at_centres(geometry, shape, flip,
                      [](const numerics::LabPoint& point) { return numerics::chi_rad(point) * (180 / std::numbers::pi); });
}

PixelValues values_of_map(std::span<const double> map) {
    return [map](std::ptrdiff_t first, std::span<double> values) {
        std::copy_n(map.begin() + first, values.size(), values.begin());
    };
}

std::vector<Region> label_pixels(const Regions& regions, const PixelPlaces& places, std::span<const std::uint8_t> masked,
                                 double minimum_good_fraction, std::span<std::int32_t> labels) {
    check_sizes(masked, minimum_good_fraction, labels);
    Pass pass(regions, places, masked, labels);
    pass.run();
    std::vector<Region> table;
    for (std::int32_t label = 1; label <= regions.count(); ++label)
        table.push_back(region_of(regions, label, pass.sums()[static_cast<std::size_t>(label - 1)], minimum_good_fraction));
    check_any(regions, pass, table, minimum_good_fraction);
    for (auto& label : labels)
        if (label != 0 && table[static_cast<std::size_t>(label - 1)].status == Status::low_good_fraction) label = 0;
    return table;
}

}  // namespace sluice::roi_map
