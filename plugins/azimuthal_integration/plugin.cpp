// SPDX-License-Identifier: BSD-3-Clause
// The plugin azimuthal_integration: one table per geometry, blocks of frames through it.
#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::azimuthal_integration {
namespace {

// The words of plugin.json, each with what it means to the kernel.

struct Axis {
    RadialUnit unit;
    const char* name;
};
const std::map<std::string, Axis> axes{{"1/nm", {RadialUnit::q_inv_nm, "q"}},
                                       {"1/angstrom", {RadialUnit::q_inv_angstrom, "q"}},
                                       {"deg", {RadialUnit::two_theta_deg, "two_theta"}},
                                       {"rad", {RadialUnit::two_theta_rad, "two_theta"}},
                                       {"mm", {RadialUnit::radius_mm, "radius"}}};
const std::map<std::string, numerics::Flip> flips{{"none", numerics::Flip::none},
                                                  {"slow", numerics::Flip::slow},
                                                  {"fast", numerics::Flip::fast},
                                                  {"both", numerics::Flip::both}};
const std::map<std::string, Splitting> splittings{{"none", Splitting::none}, {"bbox", Splitting::bbox}};
const std::map<std::string, Average> averages{{"ratio_of_sums", Average::ratio_of_sums},
                                              {"mean_of_corrected", Average::mean_of_corrected}};
const std::map<std::string, ErrorModel> error_models{{"none", ErrorModel::none},
                                                     {"poisson", ErrorModel::poisson},
                                                     {"poisson_floor_one", ErrorModel::poisson_floor_one},
                                                     {"given", ErrorModel::given}};

/// A list of two numbers; nothing for null.
template <class Interval>
std::optional<Interval> read_interval(const sdk::Parameters& parameters, const char* name) {
    if (parameters.json(name) == "null") return std::nullopt;
    const auto ends = parameters.numbers(name);
    return Interval{ends.at(0), ends.at(1)};
}

IntegrationConfig read_config(const sdk::Parameters& parameters) {
    IntegrationConfig config;
    config.unit = axes.at(parameters.text("unit")).unit;
    config.bins = parameters.integer("bins");
    config.range = read_interval<RadialRange>(parameters, "range");
    config.sector = read_interval<Sector>(parameters, "sector");
    config.splitting = splittings.at(parameters.text("splitting"));
    config.solid_angle = parameters.boolean("solid_angle");
    config.polarization = parameters.optional_number("polarization");
    config.flip = flips.at(parameters.text("flip"));
    config.average = averages.at(parameters.text("average"));
    config.error_model = error_models.at(parameters.text("error_model"));
    config.dummy = parameters.optional_number("dummy");
    config.delta_dummy = parameters.number("delta_dummy");
    config.saturation = parameters.optional_number("saturation");
    return config;
}

numerics::DetectorGeometry read_geometry(const sdk::Setup& setup) {
    const auto path = setup.parameters().text("geometry");
    setup.context().uses_file(path);
    std::ifstream file(path);
    std::ostringstream text;
    if (!(text << file.rdbuf())) throw std::runtime_error(path + ": the geometry cannot be read; is the path right?");
    try {
        return numerics::parse_poni(text.str());
    } catch (const std::invalid_argument& error) {
        throw std::runtime_error(path + ": " + error.what());
    }
}

numerics::ImageShape shape_of(const sdk::InputDescription& image) {
    const auto dims = image.dims();
    if (dims.size() != 2)
        throw sdk::RecipeError("an image has two dimensions, rows and columns; bind them with \"core\": {\"pixel\": [\"y\", \"x\"]}");
    return {dims[0].size, dims[1].size};
}

/// All that a table is made from: the same for probe, which needs the axis, and for the constructor.
class Arguments {
public:
    explicit Arguments(const sdk::Setup& setup)
        : geometry(read_geometry(setup)), shape(shape_of(setup.input("image"))), config(read_config(setup.parameters())) {
        add_mask(setup.input("mask").values());
        add_mask(setup.input("image").mask());
        if (const auto image = setup.input("flat").values()) flat_ = image->values;
    }
    [[nodiscard]] StaticImages images() const { return {mask_, std::span<const double>(flat_)}; }

    numerics::DetectorGeometry geometry;
    numerics::ImageShape shape;
    IntegrationConfig config;

private:
    void add_mask(const std::optional<sdk::SmallArray>& mask) {
        if (!mask) return;
        mask_.resize(mask->values.size());
        for (std::size_t i = 0; i < mask_.size(); ++i)
            if (mask->values[i] != 0) mask_[i] = 1;
    }

    std::vector<std::uint8_t> mask_;
    std::vector<double> flat_;
};

ParallelFor threads_of(const sdk::Context& context) {
    return [context](std::int64_t n, const std::function<void(std::int64_t)>& f) { context.parallel_for(n, f); };
}

IntegrationTable make_table(const sdk::Setup& setup) {
    const Arguments arguments(setup);
    return {arguments.geometry, arguments.shape, arguments.images(), arguments.config, threads_of(setup.context())};
}

/// Memory of a table, rather above than below: for each pixel its norm, and 8 bytes for each bin that it may reach.
std::int64_t table_bytes(const IntegrationConfig& config, const numerics::ImageShape& shape) {
    const auto bins_reached = config.splitting == Splitting::none ? 1 : 2 + 3 * config.bins / std::max(shape.slow, shape.fast);
    return shape.slow * shape.fast * 8 * (1 + bins_reached);
}

void describe_axis(const sdk::OutputDescription& output, const std::string& name, const std::string& unit,
                   const std::vector<double>& edges) {
    const auto bins = static_cast<std::int64_t>(edges.size()) - 1;
    std::vector<double> centres;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) centres.push_back(0.5 * (edges[i] + edges[i + 1]));
    output.set_dims({{name, bins}});
    output.set_coordinate(name, {{name, bins}}, unit, centres);
    output.set_coordinate(name + "_edges", {{name, bins + 1}}, unit, edges, true);
}

void describe_facts(const sdk::OutputDescription& output, const sdk::Parameters& parameters,
                    const numerics::DetectorGeometry& geometry) {
    if (geometry.wavelength_m) output.set_fact("wavelength", *geometry.wavelength_m * 1e9, "nm");
    output.set_fact("solid_angle_corrected", parameters.boolean("solid_angle"));
    output.set_fact("polarization_corrected", parameters.optional_number("polarization").has_value());
    for (const auto* name : {"average", "splitting", "error_model", "flip"}) output.set_fact(name, parameters.text(name));
}

class AzimuthalIntegration : public sdk::Map {
public:
    explicit AzimuthalIntegration(const sdk::Setup& setup)
        : table_(make_table(setup)), mask_in_table_(setup.input("image").mask().has_value()) {}

    static void probe(const sdk::Probe& probe) {
        const Arguments arguments(probe);
        const auto model = arguments.config.error_model;
        if (model == ErrorModel::given && !probe.input("image").has_variances())
            throw sdk::RecipeError("error_model is \"given\", but the image has no variances");
        const auto edges = radial_edges(arguments.geometry, arguments.shape, arguments.images(), arguments.config,
                                        threads_of(probe.context()));
        const auto unit = probe.parameters().text("unit");
        for (const auto* port : {"intensity", "standard_deviation", "signal", "normalisation", "count"}) {
            describe_axis(probe.output(port), axes.at(unit).name, unit, edges);
            describe_facts(probe.output(port), probe.parameters(), arguments.geometry);
        }
        for (const auto* port : {"intensity", "signal"}) probe.output(port).set_variances(model != ErrorModel::none);
        probe.needs_prepared(table_bytes(arguments.config, arguments.shape));
    }

    void run(const sdk::Block& block) const {
        const auto monitor = monitor_of(block);
        auto frames = frames_of(block);
        frames.monitor = monitor;
        try {
            integrate(table_, frames, profiles_of(block), threads_of(block.context()));
        } catch (const FrameError& error) {
            throw sdk::ItemError(error.frame(), error.what());
        }
    }

private:
    [[nodiscard]] FrameBlock frames_of(const sdk::Block& block) const {
        const auto& image = block.in("image");
        const auto n = static_cast<std::size_t>(block.items());
        FrameBlock frames;
        sdk::with_dtype(image.dtype, [&](auto zero) {
            using Pixel = decltype(zero);
            frames.pixels = FramePointers<Pixel>(reinterpret_cast<const Pixel* const*>(image.items.values), n);
        });
        if (image.items.variances) frames.variances = FramePointers<double>(image.items.variances, n);
        if (image.items.mask && !mask_in_table_) frames.masks = {image.items.mask, n};
        return frames;
    }

    static std::vector<double> monitor_of(const sdk::Block& block) {
        const auto* values = block.per_item("monitor").values;
        std::vector<double> monitor;
        for (std::int64_t i = 0; i < block.items(); ++i) monitor.push_back(*values[i]);
        return monitor;
    }

    static ProfileBlock profiles_of(const sdk::Block& block) {
        const auto n = static_cast<std::size_t>(block.items() * block.out("intensity").count);
        const auto values = [&](const char* port) { return std::span(static_cast<double*>(block.out(port).values[0]), n); };
        const auto variances = [&](const char* port) {   // the items of an output lie one after the other
            const auto* items = block.out(port).variances;
            return items ? std::span(items[0], n) : std::span<double>();
        };
        ProfileBlock profiles;
        profiles.intensity = values("intensity");
        profiles.variance = variances("intensity");
        if (block.context().output_wanted("standard_deviation"))   // the squares that it needs double the work of splitting none
            profiles.standard_deviation = values("standard_deviation");
        profiles.signal = values("signal");
        profiles.signal_variance = variances("signal");
        profiles.normalisation = values("normalisation");
        profiles.count = values("count");
        profiles.mask = {block.out("intensity").mask[0], n};
        return profiles;
    }

    IntegrationTable table_;
    bool mask_in_table_;   ///< the image's masks are the same for all frames
};

}  // namespace
}  // namespace sluice::azimuthal_integration

SLUICE_PLUGIN(sluice::azimuthal_integration::AzimuthalIntegration)
