// SPDX-License-Identifier: BSD-3-Clause
// The plugin azimuthal_integration: one table per geometry, blocks of frames through it.
#include <fstream>
#include <map>
#include <sstream>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::azimuthal_integration {
namespace {

/// The word for a value of an enum in plugin.json, in one place.
template <class E>
E from_word(const std::map<std::string, E>& words, const std::string& word) {
    return words.at(word);
}

const std::map<std::string, RadialUnit> radial_units{{"1/nm", RadialUnit::q_inv_nm},
                                                     {"1/angstrom", RadialUnit::q_inv_angstrom},
                                                     {"deg", RadialUnit::two_theta_deg},
                                                     {"rad", RadialUnit::two_theta_rad},
                                                     {"mm", RadialUnit::radius_mm}};
const std::map<std::string, std::string> axis_names{
    {"1/nm", "q"}, {"1/angstrom", "q"}, {"deg", "two_theta"}, {"rad", "two_theta"}, {"mm", "radius"}};
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

std::optional<RadialRange> read_range(const sdk::Parameters& parameters) {
    if (parameters.json("range") == "null") return std::nullopt;
    const auto range = parameters.numbers("range");
    return RadialRange{range.at(0), range.at(1)};
}

std::optional<Sector> read_sector(const sdk::Parameters& parameters) {
    if (parameters.json("sector") == "null") return std::nullopt;
    const auto sector = parameters.numbers("sector");
    return Sector{sector.at(0), sector.at(1)};
}

IntegrationConfig read_config(const sdk::Parameters& parameters) {
    IntegrationConfig config;
    config.unit = from_word(radial_units, parameters.text("unit"));
    config.bins = parameters.integer("bins");
    config.range = read_range(parameters);
    config.sector = read_sector(parameters);
    config.splitting = from_word(splittings, parameters.text("splitting"));
    config.solid_angle = parameters.boolean("solid_angle");
    config.polarization = parameters.optional_number("polarization");
    config.flip = from_word(flips, parameters.text("flip"));
    config.average = from_word(averages, parameters.text("average"));
    config.error_model = from_word(error_models, parameters.text("error_model"));
    config.dummy = parameters.optional_number("dummy");
    config.delta_dummy = parameters.number("delta_dummy");
    config.saturation = parameters.optional_number("saturation");
    return config;
}

/// A static image, as numbers; empty when the recipe does not connect it.
std::vector<double> static_image(const sdk::Setup& setup, const char* port) {
    const auto image = setup.input(port).values();
    return image ? image->values : std::vector<double>();
}

IntegrationTable make_table(const sdk::Setup& setup) {
    const auto dims = setup.input("image").dims();
    if (dims.size() != 2)
        throw sdk::RecipeError("an image has two dimensions, rows and columns; bind them with \"core\": {\"pixel\": [\"y\", \"x\"]}");
    std::vector<std::uint8_t> mask;
    for (const auto value : static_image(setup, "mask")) mask.push_back(value != 0 ? 1 : 0);
    const auto flat = static_image(setup, "flat");
    StaticImages images{mask, std::span<const double>(flat)};
    const auto on_host_threads = [&](std::int64_t n, const std::function<void(std::int64_t)>& f) { setup.context().parallel_for(n, f); };
    return {read_geometry(setup), {dims[0].size, dims[1].size}, images, read_config(setup.parameters()), on_host_threads};
}

/// Table bytes of an image before it is built: norm and share of each pixel in up to three bins.
std::int64_t table_bytes(std::int64_t pixels) { return pixels * 40; }

class AzimuthalIntegration : public sdk::Map {
public:
    explicit AzimuthalIntegration(const sdk::Setup& setup)
        : table_(make_table(setup)), with_variances_(setup.parameters().text("error_model") != "none"),
          given_(setup.parameters().text("error_model") == "given") {}

    static void probe(const sdk::Probe& probe) {
        const auto parameters = probe.parameters();
        const auto unit = parameters.text("unit");
        const auto name = axis_names.at(unit);
        const auto model = parameters.text("error_model");
        if (model == "given" && !probe.input("image").has_variances())
            throw sdk::RecipeError("error_model is \"given\", but the image has no variances");
        const auto edges = make_edges(probe);
        const auto bins = static_cast<std::int64_t>(edges.size()) - 1;
        for (const auto* port : {"intensity", "standard_deviation", "signal", "normalisation", "count"}) {
            const auto output = probe.output(port);
            output.set_dims({{name, bins}});
            describe_axis(output, name, unit, edges);
            describe_facts(output, probe);
        }
        probe.output("intensity").set_variances(model != "none");
        probe.output("signal").set_variances(model != "none");
        probe.needs_prepared(table_bytes(probe.input("image").count()));
    }

    void run(const sdk::Block& block) const {
        const auto& image = block.in("image");
        const auto n = static_cast<std::size_t>(block.items());
        FrameBlock frames;
        sdk::with_dtype(image.dtype, [&](auto zero) {
            using Pixel = decltype(zero);
            frames.pixels = FramePointers<Pixel>(reinterpret_cast<const Pixel* const*>(image.items.values), n);
        });
        if (given_) frames.variances = FramePointers<double>(image.items.variances, n);
        if (image.items.mask) frames.masks = {image.items.mask, n};
        std::vector<double> monitor(n);
        const auto& monitors = block.per_item("monitor");
        for (std::size_t i = 0; i < n; ++i) monitor[i] = *monitors.values[i];
        frames.monitor = monitor;

        ProfileBlock profiles;
        profiles.intensity = whole<double>(block, "intensity");
        profiles.standard_deviation = whole<double>(block, "standard_deviation");
        profiles.signal = whole<double>(block, "signal");
        profiles.normalisation = whole<double>(block, "normalisation");
        profiles.count = whole<double>(block, "count");
        const auto& intensity = block.out("intensity");
        profiles.mask = {intensity.mask[0], n * static_cast<std::size_t>(intensity.count)};
        if (with_variances_) {
            profiles.variance = {intensity.variances[0], profiles.mask.size()};
            profiles.signal_variance = {block.out("signal").variances[0], profiles.mask.size()};
        }
        try {
            integrate(table_, frames, profiles, [&](std::int64_t tasks, const std::function<void(std::int64_t)>& f) {
                block.context().parallel_for(tasks, f);
            });
        } catch (const FrameError& error) {
            throw sdk::ItemError(error.frame(), error.what());
        }
    }

private:
    /// The items of an output lie one after the other.
    template <class T>
    static std::span<T> whole(const sdk::Block& block, const char* port) {
        const auto& out = block.out(port);
        return {static_cast<T*>(out.values[0]), static_cast<std::size_t>(block.items() * out.count)};
    }

    /// The axis is known at plan: from the range, or from the table itself, since it depends on geometry and mask.
    static std::vector<double> make_edges(const sdk::Probe& probe) {
        const auto table = make_table(probe);
        return {table.edges().begin(), table.edges().end()};
    }

    static void describe_axis(const sdk::OutputDescription& output, const std::string& name, const std::string& unit,
                              const std::vector<double>& edges) {
        std::vector<double> centres;
        for (std::size_t i = 0; i + 1 < edges.size(); ++i) centres.push_back((edges[i] + edges[i + 1]) / 2);
        output.set_coordinate(name, {{name, static_cast<std::int64_t>(centres.size())}}, unit, centres);
        output.set_coordinate(name + "_edges", {{name, static_cast<std::int64_t>(edges.size())}}, unit, edges, true);
    }

    static void describe_facts(const sdk::OutputDescription& output, const sdk::Probe& probe) {
        const auto parameters = probe.parameters();
        if (const auto wavelength_m = read_geometry(probe).wavelength_m) output.set_fact("wavelength", *wavelength_m * 1e9, "nm");
        output.set_fact("solid_angle_corrected", parameters.boolean("solid_angle"));
        output.set_fact("polarization_corrected", parameters.optional_number("polarization").has_value());
        output.set_fact("average", parameters.text("average"));
        output.set_fact("splitting", parameters.text("splitting"));
        output.set_fact("error_model", parameters.text("error_model"));
        output.set_fact("flip", parameters.text("flip"));
    }

    IntegrationTable table_;
    bool with_variances_, given_;
};

}  // namespace
}  // namespace sluice::azimuthal_integration

SLUICE_PLUGIN(sluice::azimuthal_integration::AzimuthalIntegration)
