// SPDX-License-Identifier: BSD-3-Clause
// The source: parameters to a simulation, boxes of frames from it.
#include <algorithm>
#include <limits>
#include <memory>
#include <numbers>
#include <string>
#include <vector>

#include <sluice/sdk/detector_geometry.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::powder_simulation {
namespace {

std::vector<double> read_lines(const sdk::Parameters& parameters, double wavelength_m) {
    const auto material = parameters.text("material");
    const auto spacings_nm = parameters.numbers("d_spacings");
    if (material != "none" && !spacings_nm.empty()) throw sdk::RecipeError("give 'material' or 'd_spacings', not both");
    const double backward_inv_nm = 4 * std::numbers::pi / (wavelength_m * 1e9);
    if (material != "none") return calibrant_lines_inv_nm(material, backward_inv_nm);
    std::vector<double> lines;
    for (const auto spacing : spacings_nm) lines.push_back(2 * std::numbers::pi / spacing);
    std::sort(lines.begin(), lines.end());
    return lines;
}

Intensity read_intensity(const sdk::Parameters& parameters, double wavelength_m) {
    Intensity model;
    model.flat = parameters.number("flat");
    model.form = form_from_name(parameters.text("form"));
    model.form_intensity = parameters.number("form_intensity");
    model.form_length_nm = parameters.number("form_length");
    model.form_exponent = parameters.number("form_exponent");
    model.lines_inv_nm = read_lines(parameters, wavelength_m);
    model.line_height = parameters.number("ring_height");
    model.line_width_inv_nm = parameters.number("ring_width");
    return model;
}

Settings read_settings(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    Settings settings;
    const auto detector = sdk::read_detector(setup);
    settings.geometry = detector.geometry;
    settings.shape = detector.shape;
    settings.intensity = read_intensity(parameters, settings.geometry.wavelength_m.value_or(1e-10));
    settings.solid_angle = parameters.boolean("solid_angle");
    settings.polarization = parameters.optional_number("polarization");
    settings.poisson = parameters.text("noise") == "poisson";
    settings.monitor_variation = parameters.number("monitor_variation");
    settings.bad_pixels = parameters.integer("bad_pixels");
    settings.seed = static_cast<std::uint64_t>(parameters.integer("seed"));
    return settings;
}

struct Element {
    std::int32_t dtype;
    double largest;
};

Element read_element(const sdk::Parameters& parameters) {
    const auto name = parameters.text("dtype");
    if (name == "uint16") return {SLUICE_UINT16, std::numeric_limits<std::uint16_t>::max()};
    if (name == "uint32") return {SLUICE_UINT32, std::numeric_limits<std::uint32_t>::max()};
    return {SLUICE_FLOAT32, 1 << 24};  // the counts that a float tells apart
}

class PowderSimulation : public sdk::Source {
public:
    struct Ticket {};  // frames are made in decode, on any thread

    explicit PowderSimulation(const sdk::Setup& setup)
        : simulation_(read_settings(setup)), dtype_(read_element(setup.parameters()).dtype) {}

    static void probe(const sdk::Probe& probe) {
        const auto parameters = probe.parameters();
        const auto settings = read_settings(probe);
        const auto element = read_element(parameters);
        const Simulation simulation(settings);
        simulation.check_fits(element.largest);
        const auto frames = parameters.integer("frames");
        const auto output = probe.output("frames");
        const sdk::DimSize y{"y", settings.shape.slow}, x{"x", settings.shape.fast};
        output.set_dims({{"frame", frames}, y, x});
        output.set_dtype(element.dtype);
        std::vector<double> monitor;
        for (std::int64_t i = 0; i < frames; ++i) monitor.push_back(simulation.monitor(i));
        output.set_coordinate("monitor", {{"frame", frames}}, "1", monitor);
        if (settings.bad_pixels > 0) output.set_mask("bad_pixels", {y, x}, simulation.bad_pixels());
        output.set_fact("wavelength", *settings.geometry.wavelength_m * 1e9, "nm");
        output.set_fact("simulated", true);
        probe.needs_prepared(y.size * x.size * static_cast<std::int64_t>(sizeof(double) + 1));
    }

    std::unique_ptr<Ticket> fetch(const sdk::Context&, const sdk::Box&) const { return std::make_unique<Ticket>(); }

    void decode(const sdk::Context& context, Ticket&, const sdk::Box& box) const {
        if (dtype_ == SLUICE_UINT16) fill<std::uint16_t>(context, box);
        else if (dtype_ == SLUICE_UINT32) fill<std::uint32_t>(context, box);
        else fill<float>(context, box);
    }

private:
    template <class T>
    void fill(const sdk::Context& context, const sdk::Box& box) const {
        const auto start = box.start(), count = box.count();
        const auto pixels = static_cast<std::size_t>(count[1] * count[2]);
        for (std::int64_t i = 0; i < count[0]; ++i) {
            context.throw_if_cancelled();
            simulation_.fill(start[0] + i, start[1], count[1], start[2], count[2],
                             box.values<T>().subspan(static_cast<std::size_t>(i) * pixels, pixels));
        }
    }

    Simulation simulation_;
    std::int32_t dtype_;
};

}  // namespace
}  // namespace sluice::powder_simulation

SLUICE_PLUGIN(sluice::powder_simulation::PowderSimulation)
