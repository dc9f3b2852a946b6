// SPDX-License-Identifier: BSD-3-Clause
// The source: parameters to a simulation, boxes of trains from it.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <memory>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <sluice/sdk/detector_geometry.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::speckle_simulation {
namespace {

std::vector<Ring> read_rings(const sdk::Parameters& parameters) {
    const auto list = nlohmann::json::parse(parameters.json("rings"));
    std::vector<Ring> rings;
    for (const auto& each : list) rings.push_back({each.at(0).get<double>(), each.at(1).get<double>()});
    return rings;
}

std::optional<Readout> read_readout(const sdk::Parameters& parameters) {
    Readout readout;
    readout.read_noise_adu = parameters.number("read_noise");
    readout.artefact_photon = parameters.number("artefact");
    readout.artefact_phase_per_train_rad = parameters.number("artefact_train_phase", "rad");
    readout.artefact_phase_per_pulse_rad = parameters.number("artefact_pulse_phase", "rad");
    if (const auto adu_per_photon = parameters.optional_number("adu_per_photon")) {
        readout.adu_per_photon = *adu_per_photon;
        return readout;
    }
    if (readout.read_noise_adu > 0 || readout.artefact_photon > 0)
        throw sdk::RecipeError("photons have no read_noise and no artefact: give 'adu_per_photon' as well, or leave them out");
    return std::nullopt;
}

Settings read_settings(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    const auto detector = sdk::read_detector(setup);
    Settings settings;
    settings.geometry = detector.geometry;
    settings.shape = detector.shape;
    settings.pulses = parameters.integer("pulses");
    settings.pulse_period_us = parameters.number("pulse_period");
    settings.seed = static_cast<std::uint64_t>(parameters.integer("seed"));
    settings.diffusion_um2_per_s = parameters.number("diffusion_coefficient");
    settings.drift_per_us = parameters.number("age_drift");
    settings.contrast = parameters.number("contrast");
    settings.mean_count = parameters.number("mean_count");
    settings.mean_count_exponent = parameters.number("mean_count_exponent");
    settings.reference_q_inv_nm = parameters.number("reference_q");
    settings.jitter = parameters.number("jitter");
    settings.efficiency_spread = parameters.number("efficiency_spread");
    settings.bad_pixels = parameters.integer("bad_pixels");
    settings.rings = read_rings(parameters);
    settings.readout = read_readout(parameters);
    return settings;
}

std::vector<std::int64_t> read_train_numbers(const sdk::Parameters& parameters) {
    const auto listed = parameters.numbers("missing_trains");
    std::vector<std::int64_t> missing(listed.size());
    std::transform(listed.begin(), listed.end(), missing.begin(), [](double number) { return std::llround(number); });
    return train_numbers(parameters.integer("first_train_id"), parameters.integer("trains"), missing);
}

std::int32_t read_dtype(const sdk::Parameters& parameters) {
    const auto name = parameters.text("dtype");
    if (name == "uint8") return SLUICE_UINT8;
    if (name == "uint16") return SLUICE_UINT16;
    return name == "int16" ? SLUICE_INT16 : SLUICE_FLOAT32;
}

/// f(T{}) with the C++ type of one of the four.
template <class F>
decltype(auto) with_element(std::int32_t dtype, const F& f) {
    switch (dtype) {
        case SLUICE_UINT8:
            return f(std::uint8_t{});
        case SLUICE_UINT16:
            return f(std::uint16_t{});
        case SLUICE_INT16:
            return f(std::int16_t{});
        default:
            return f(float{});
    }
}

void describe(const sdk::OutputDescription& output, const Settings& settings, const Simulation& simulation,
              const std::vector<std::int64_t>& trains) {
    const sdk::DimSize train{"train", std::ssize(trains)}, pulse{"pulse", settings.pulses};
    const sdk::DimSize y{"y", settings.shape.slow}, x{"x", settings.shape.fast};
    output.set_dims({train, pulse, y, x});
    output.set_unit(settings.readout ? "adu" : "photon");
    output.set_coordinate("train_id", {train}, "1", trains);
    std::vector<double> times_us;
    for (std::ptrdiff_t k = 0; k < settings.pulses; ++k) times_us.push_back(static_cast<double>(k) * settings.pulse_period_us);
    output.set_coordinate("time", {pulse}, "us", times_us);
    if (settings.bad_pixels > 0) output.set_mask("bad_pixels", {y, x}, simulation.bad_pixels());
}

void describe_facts(const sdk::OutputDescription& output, const Settings& settings) {
    output.set_fact("simulated", true);
    output.set_fact("wavelength", *settings.geometry.wavelength_m * 1e9, "nm");
    output.set_fact("true_diffusion_coefficient", settings.diffusion_um2_per_s, "um2/s");
    output.set_fact("true_age_drift", settings.drift_per_us, "1/us");
    output.set_fact("true_contrast", settings.contrast, "1");
    if (!settings.readout) return;
    output.set_fact("adu_per_photon", settings.readout->adu_per_photon, "adu/photon");
    output.set_fact("read_noise", settings.readout->read_noise_adu, "adu");
}

class SpeckleSimulation : public sdk::Source {
public:
    struct Ticket {};  // frames are made in decode, on any thread

    explicit SpeckleSimulation(const sdk::Setup& setup)
        : simulation_(read_settings(setup)),
          trains_(read_train_numbers(setup.parameters())),
          dtype_(read_dtype(setup.parameters())) {}

    static void probe(const sdk::Probe& probe) {
        const auto settings = read_settings(probe);
        const auto trains = read_train_numbers(probe.parameters());
        const auto dtype = read_dtype(probe.parameters());
        const Simulation simulation(settings);
        simulation.check_fits(with_element(dtype, [](auto zero) { return range_of<decltype(zero)>(); }), std::ssize(trains));
        const auto output = probe.output("frames");
        output.set_dtype(dtype);
        describe(output, settings, simulation, trains);
        describe_facts(output, settings);
        probe.needs_prepared(simulation.bytes() + std::ssize(trains) * 8);
    }

    std::unique_ptr<Ticket> fetch(const sdk::Context&, const sdk::Box&) const { return std::make_unique<Ticket>(); }

    void decode(const sdk::Context& context, Ticket&, const sdk::Box& box) const {
        const auto start = box.start(), count = box.count();
        const Part part{start[1], count[1], start[2], count[2], start[3], count[3]};
        const auto size = static_cast<std::size_t>(count[1] * count[2] * count[3]);
        with_element(dtype_, [&](auto zero) {
            const auto values = box.values<decltype(zero)>();
            for (std::int64_t i = 0; i < count[0]; ++i) {
                context.throw_if_cancelled();
                simulation_.fill(trains_[static_cast<std::size_t>(start[0] + i)], part,
                                 values.subspan(static_cast<std::size_t>(i) * size, size));
            }
        });
    }

private:
    Simulation simulation_;
    std::vector<std::int64_t> trains_;
    std::int32_t dtype_;
};

}  // namespace
}  // namespace sluice::speckle_simulation

SLUICE_PLUGIN(sluice::speckle_simulation::SpeckleSimulation)
