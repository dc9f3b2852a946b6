// SPDX-License-Identifier: BSD-3-Clause
// The set-up step: regions from parameters, places of pixels from geometry or maps, labels and means from the kernel.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <sluice/sdk/detector_geometry.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::roi_map {
namespace {

const std::map<std::string, numerics::Flip> flips{{"none", numerics::Flip::none},
                                                  {"slow", numerics::Flip::slow},
                                                  {"fast", numerics::Flip::fast},
                                                  {"both", numerics::Flip::both}};

// ---- regions from parameters

/// A list of pairs, in the unit that plugin.json declares; empty for null.
std::vector<Interval> read_intervals(const sdk::Parameters& parameters, const char* name) {
    std::vector<Interval> intervals;
    for (const auto& pair : nlohmann::json::parse(parameters.json(name)))
        intervals.push_back({pair.at(0).get<double>(), pair.at(1).get<double>()});
    return intervals;
}

std::vector<Interval> read_rings(const sdk::Parameters& parameters) {
    auto rings = read_intervals(parameters, "rings");
    const auto q_min = parameters.optional_number("q_min"), q_max = parameters.optional_number("q_max");
    const auto count = parameters.optional_integer("count");
    if (!rings.empty()) {
        if (q_min || q_max || count) throw sdk::RecipeError("give 'rings', or 'q_min', 'q_max' and 'count', not both");
        return rings;
    }
    if (!q_min || !q_max || !count) throw sdk::RecipeError("which rings? Give 'rings', or 'q_min', 'q_max' and 'count'");
    return spaced_rings(*q_min, *q_max, *count,
                        parameters.text("spacing") == "logarithmic" ? Spacing::logarithmic : Spacing::linear);
}

std::vector<Interval> read_sectors(const sdk::Parameters& parameters) {
    auto ranges = read_intervals(parameters, "azimuth_ranges");
    const auto count = parameters.integer("sectors");
    const double start = parameters.number("sector_start");
    if (ranges.empty()) return equal_sectors(count, start);
    if (count != 1 || start != 0) throw sdk::RecipeError("give 'azimuth_ranges', or 'sectors' and 'sector_start', not both");
    return ranges;
}

Regions read_regions(const sdk::Parameters& parameters) { return {read_rings(parameters), read_sectors(parameters)}; }

// ---- places of pixels

std::string text_of(const std::vector<sdk::DimSize>& dims) {
    std::string text;
    for (const auto& dim : dims) text += (text.empty() ? "[" : ", ") + dim.name + ": " + std::to_string(dim.size);
    return text + "]";
}

void check_maps(const sdk::Setup& setup) {
    const auto image = text_of(setup.input("image").dims());
    for (const std::string port : {"mask", "q", "azimuth"})
        if (const auto map = setup.input(port); map.present() && text_of(map.dims()) != image)
            throw sdk::RecipeError("input '" + port + "' is " + text_of(map.dims()) + " and the image " + image +
                                   ": it must have one value for each pixel of the image");
}

bool geometry_is_given(const sdk::Parameters& parameters) {
    const std::vector<const char*> names{"geometry", "distance", "pixel_size", "poni", "wavelength"};
    return std::any_of(names.begin(), names.end(), [&](const char* name) { return parameters.json(name) != "null"; });
}

numerics::ImageShape shape_of(const sdk::InputDescription& image) {
    const auto dims = image.dims();
    if (dims.size() != 2)
        throw sdk::RecipeError("the image is " + text_of(dims) + ": a geometry places images of rows and columns. Connect " +
                               "'q' (and 'azimuth' for sectors) instead");
    return {dims[0].size, dims[1].size};
}

/// The geometry, where a map does not say all that is needed.
std::optional<numerics::DetectorGeometry> read_geometry(const sdk::Setup& setup, const Regions& regions) {
    const auto parameters = setup.parameters();
    const bool needs_q = !setup.input("q").present();
    const bool needs_azimuth = !regions.whole_circle() && !setup.input("azimuth").present();
    const bool given = geometry_is_given(parameters);
    if (!needs_q && !needs_azimuth) {
        if (given) throw sdk::RecipeError("the maps say where the pixels lie: give no geometry besides them");
        return std::nullopt;
    }
    if (!given)
        throw sdk::RecipeError(
            "where do the pixels lie? Give 'geometry' (a .poni file), or 'distance', 'pixel_size' and "
            "'wavelength', or connect " +
            std::string(needs_q ? "'q'" : "'azimuth'"));
    return sdk::read_detector_geometry(setup, shape_of(setup.input("image")));
}

/// What does not depend on the values of maps: the same for probe and constructor.
struct Arguments {
    explicit Arguments(const sdk::Setup& setup) : regions(read_regions(setup.parameters())) {
        check_maps(setup);
        const auto geometry = read_geometry(setup, regions);
        if (!geometry) return;
        wavelength_m = geometry->wavelength_m;
        const auto shape = shape_of(setup.input("image"));
        const auto flip = flips.at(setup.parameters().text("flip"));
        if (!setup.input("q").present()) places.q_inv_nm = q_of_geometry(*geometry, shape, flip);
        if (!setup.input("azimuth").present()) places.azimuth_deg = azimuth_of_geometry(*geometry, shape, flip);
    }

    Regions regions;
    PixelPlaces places;  // without those that maps give
    std::optional<double> wavelength_m;
};

void unite(std::vector<std::uint8_t>& masked, const std::optional<sdk::SmallArray>& mask) {
    if (!mask) return;
    masked.resize(mask->values.size());
    for (std::size_t i = 0; i < masked.size(); ++i)
        if (mask->values[i] != 0) masked[i] = 1;
}

// ---- the step

const std::vector<const char*> tables{"q", "q_square", "q_square_variance", "azimuth", "pixels", "good_fraction", "status"};

/// Which ring and sector each region is, and the q that it spans.
void describe_table(const sdk::OutputDescription& output, const Regions& regions) {
    const std::vector<sdk::DimSize> roi{{"roi", regions.count()}};
    const auto sectors = regions.count() / std::ssize(regions.rings_inv_nm());
    std::vector<std::int64_t> ring, sector;
    std::vector<double> low, high;
    for (std::int32_t label = 1; label <= regions.count(); ++label) {
        ring.push_back((label - 1) / sectors + 1);
        sector.push_back((label - 1) % sectors + 1);
        low.push_back(regions.ring_of(label).low);
        high.push_back(regions.ring_of(label).high);
    }
    output.set_dims(roi);
    output.set_coordinate("ring", roi, "1", ring);
    output.set_coordinate("sector", roi, "1", sector);
    output.set_coordinate("q_low", roi, "1/nm", low);
    output.set_coordinate("q_high", roi, "1/nm", high);
}

void warn(const sdk::Context& context, const std::vector<Region>& table) {
    const auto count = [&](Status status) {
        return std::count_if(table.begin(), table.end(), [&](const Region& region) { return region.status == status; });
    };
    const auto of = " of " + std::to_string(table.size()) + " regions ";
    if (const auto empty = count(Status::ring_empty))
        context.warn(std::to_string(empty) + of + "have no good pixel: see the output status (1 ring_empty)");
    if (const auto low = count(Status::low_good_fraction))
        context.warn(std::to_string(low) + of +
                     "have too few good pixels and are not used: see the output status (2 low_good_fraction)");
}

class RoiMap : public sdk::Map {
public:
    explicit RoiMap(const sdk::Setup& setup)
        : arguments_(setup), minimum_good_fraction_(setup.parameters().number("minimum_good_fraction")) {
        unite(masked_, setup.input("image").mask());
        unite(masked_, setup.input("mask").values());
    }

    static void probe(const sdk::Probe& probe) {
        const Arguments arguments(probe);
        for (const auto* port : tables) describe_table(probe.output(port), arguments.regions);
        probe.output("status").set_fact("status_codes", "0 ok, 1 ring_empty, 2 low_good_fraction");
        const auto roi = probe.output("roi");
        roi.set_fact("regions", static_cast<double>(arguments.regions.count()), "1");
        if (arguments.wavelength_m) roi.set_fact("wavelength", *arguments.wavelength_m * 1e9, "nm");
        probe.needs_prepared(probe.input("image").count());
    }

    void run(const sdk::Item& item) const {
        auto places = arguments_.places;
        if (item.present("q")) places.q_inv_nm = values_of_map(item.values("q"));
        if (item.present("azimuth")) places.azimuth_deg = values_of_map(item.values("azimuth"));
        const auto table =
            label_pixels(arguments_.regions, places, masked_, minimum_good_fraction_, item.out<std::int32_t>("roi"));
        write(item, "q", table, &Region::q_inv_nm);
        write(item, "q_square", table, &Region::q_square_inv_nm2);
        write(item, "q_square_variance", table, &Region::q_square_variance);
        write(item, "azimuth", table, &Region::azimuth_deg);
        write(item, "good_fraction", table, &Region::good_fraction);
        write<std::int64_t>(item, "pixels", table, &Region::labelled_pixels);
        write<std::int8_t>(item, "status", table, &Region::status);
        warn(item.context(), table);
    }

private:
    template <class T = double, class Member>
    static void write(const sdk::Item& item, const char* port, const std::vector<Region>& table, Member member) {
        std::transform(table.begin(), table.end(), item.out<T>(port).begin(),
                       [&](const Region& region) { return static_cast<T>(region.*member); });
    }

    Arguments arguments_;
    std::vector<std::uint8_t> masked_;
    double minimum_good_fraction_;
};

}  // namespace
}  // namespace sluice::roi_map

SLUICE_PLUGIN(sluice::roi_map::RoiMap)
