// SPDX-License-Identifier: BSD-3-Clause
// The map: parameters to simulations, one child process for each loop item, several at a time; their results to the outputs.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <sluice/sdk/curve_outputs.hpp>
#include <sluice/sdk/plugin.hpp>

#include "child.hpp"
#include "input.hpp"
#include "neighbours.hpp"
#include "simulate.hpp"
#include "status.hpp"
#include "thermo.hpp"

namespace sluice::lj_langevin {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr auto between_messages = std::chrono::seconds(5);

/// What is the same for all items; the rest is left as it is.
Simulation common_of(const sdk::Parameters& parameters) {
    Simulation common;
    common.cutoff_sigma = parameters.number("cutoff");
    common.time_step_tau = parameters.number("time_step");
    common.particles = parameters.integer("particles");
    common.equilibration_steps = parameters.integer("equilibration_steps");
    common.steps = parameters.integer("steps");
    common.frame_every = parameters.integer("every");
    common.record_every = parameters.integer("record_every");
    return common;
}

/// A per_item parameter that is a number in the recipe; nothing where a step gives it.
std::optional<double> known(const sdk::Parameters& parameters, const char* name) {
    const auto value = nlohmann::json::parse(parameters.json(name));
    return value.is_number() ? std::optional(parameters.number(name)) : std::nullopt;
}

std::string program_path(const sdk::Parameters& parameters) {
    const auto name = parameters.text("program");
    if (const auto path = find_program(name)) return *path;
    throw sdk::RecipeError("the program LAMMPS is needed, but '" + name + "' " +
                           (name.find('/') == std::string::npos ? "is in no folder of PATH" : "is no program that can be run") +
                           ". Install it (Debian and Ubuntu: apt-get install lammps), or let the parameter 'program' name it.");
}

void check_known(const sdk::Parameters& parameters) {
    auto simulation = common_of(parameters);
    check_lengths(simulation);
    if (const auto volume_fraction = known(parameters, "volume_fraction")) {
        simulation.volume_fraction = *volume_fraction;
        check_box(simulation);
    }
    if (const auto damping_time = known(parameters, "damping_time")) {
        simulation.damping_time_tau = *damping_time;
        check_damping(simulation);
    }
    check_epsilon(simulation);  // of 0, which is as good as 1: the time step
}

std::vector<std::int64_t> multiples(std::int64_t count, std::int64_t of) {
    std::vector<std::int64_t> all(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i) * of;
    return all;
}

std::vector<double> times(const std::vector<std::int64_t>& steps, double time_step_tau) {
    std::vector<double> all;
    for (const auto step : steps) all.push_back(static_cast<double>(step) * time_step_tau);
    return all;
}

void describe_positions(const sdk::Probe& probe, const Simulation& common) {
    const sdk::DimSize frame{"frame", frame_count(common)}, particle{"particle", common.particles};
    const auto output = probe.output("positions");
    output.set_dims({frame, particle, {"axis", 3}});
    const auto steps = multiples(frame.size, common.frame_every);
    auto ids = multiples(particle.size, 1);
    for (auto& each : ids) ++each;
    output.set_coordinate("time", {frame}, "1", times(steps, common.time_step_tau));
    output.set_coordinate("step", {frame}, "1", steps);
    output.set_coordinate("id", {particle}, "1", ids);
    output.set_labels("axis", "axis", {"x", "y", "z"});
    output.set_fact("trajectory", "lammps");
    output.set_fact("unwrapping", "stored");
    output.set_fact("simulated", true);
    if (const auto volume_fraction = known(probe.parameters(), "volume_fraction"))
        for (const auto* box : {"box_x", "box_y", "box_z"})
            output.set_fact(box, box_length(common.particles, *volume_fraction), "1");
}

void describe_records(const sdk::Probe& probe, const Simulation& common) {
    const sdk::DimSize record{"record", record_count(common)};
    const auto record_times = times(multiples(record.size, common.record_every), common.time_step_tau);
    for (const auto* port : {"temperature", "pressure", "potential_energy"}) {
        probe.output(port).set_dims({record});
        probe.output(port).set_coordinate("time", {record}, "1", record_times);
    }
}

/// Says how far a run is, now and then.
class Progress {
public:
    Progress(const sdk::Context& context, std::string name) : context_(context), name_(std::move(name)) {}
    void operator()(double fraction) {
        const auto now = std::chrono::steady_clock::now();
        if (now - last_ < between_messages) return;
        last_ = now;
        context_.info(name_ + ": " + std::to_string(static_cast<int>(100 * fraction)) + " %");
    }

private:
    sdk::Context context_;
    std::string name_;
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// As few digits as give the number back.
std::string short_text(double value) {
    const bool whole = value == std::floor(value) && std::abs(value) < 1e15;
    return whole ? std::to_string(static_cast<std::int64_t>(value)) : nlohmann::json(value).dump();
}

void keep(const sdk::Context& context, const Simulation& simulation, const Outcome& outcome) {
    const nlohmann::json kept{{"lammps_version", outcome.version},
                              {"exit_status", outcome.exit_status},
                              {"seconds", outcome.seconds},
                              {"input", outcome.input},
                              {"log", outcome.log}};
    context.resolved("run epsilon=" + short_text(simulation.epsilon_kt) + " seed=" + short_text(simulation.seed) +
                         " volume_fraction=" + short_text(simulation.volume_fraction) +
                         " damping_time=" + short_text(simulation.damping_time_tau),
                     kept.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void write_series(const sdk::Item& item, const ThermoRecord& record) {
    std::copy(record.temperature.begin(), record.temperature.end(), item.out("temperature").begin());
    std::copy(record.pressure.begin(), record.pressure.end(), item.out("pressure").begin());
    std::copy(record.potential_energy.begin(), record.potential_energy.end(), item.out("potential_energy").begin());
}

void write_masked(const sdk::Item& item) {
    for (const auto* port : {"positions", "box_length", "free_diffusion_coefficient", "temperature", "pressure",
                             "potential_energy", "mean_temperature", "mean_pressure", "drift", "neighbours", "density_spread",
                             "lattice_order"}) {
        const auto out = item.out(port), variances = item.out_variances(port);
        std::fill(out.begin(), out.end(), unknown);
        std::fill(variances.begin(), variances.end(), unknown);
    }
    item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(Status::masked);
}

bool is_masked(const sdk::Item& item) {
    const auto epsilon = item.mask("epsilon"), seed = item.mask("seed");
    return (!epsilon.empty() && epsilon[0] != 0) || (!seed.empty() && seed[0] != 0);
}

class LjLangevin : public sdk::Map {
public:
    explicit LjLangevin(const sdk::Setup& setup)
        : common_(common_of(setup.parameters())),
          program_{program_path(setup.parameters()), setup.parameters().optional_number("time_limit")} {}

    static void probe(const sdk::Probe& probe) {
        check_known(probe.parameters());
        static_cast<void>(program_path(probe.parameters()));
        const auto common = common_of(probe.parameters());
        describe_positions(probe, common);
        describe_records(probe, common);
        const sdk::DimSize count{"neighbour_count", neighbour_counts};
        probe.output("neighbours").set_dims({count});
        probe.output("neighbours").set_coordinate("neighbour_count", {count}, "1", multiples(neighbour_counts, 1));
        probe.output("status").set_fact("status_codes", status_codes);
    }

    /// The children of a block run side by side; when one fails the others are ended.
    void run(const sdk::Block& block) const {
        std::atomic<bool> failed = false;
        block.context().parallel_for(block.items(), [&](std::int64_t i) {
            if (failed) return;
            try {
                run_item(sdk::Item(block, i), [&] { return failed || block.context().cancelled(); });
            } catch (const Stopped&) {
                if (!failed) throw sdk::Cancelled();
            } catch (const std::exception& error) {
                failed = true;
                throw sdk::ItemError(i, error.what());
            }
        });
        block.context().throw_if_cancelled();
    }

private:
    void run_item(const sdk::Item& item, const std::function<bool()>& stop) const {
        if (is_masked(item)) return write_masked(item);
        auto simulation = common_;
        simulation.epsilon_kt = item.values("epsilon")[0];
        simulation.seed = item.values("seed")[0];
        simulation.volume_fraction = item.number("volume_fraction").value();
        simulation.damping_time_tau = item.number("damping_time").value();
        Progress progress(item.context(),
                          "epsilon " + short_text(simulation.epsilon_kt) + ", seed " + short_text(simulation.seed));
        const auto outcome =
            simulate(simulation, program_, {stop, [&](double fraction) { progress(fraction); }}, item.out("positions"));
        keep(item.context(), simulation, outcome);
        write_series(item, outcome.record);
        write_numbers(item, simulation, outcome.record);
    }

    static void write_numbers(const sdk::Item& item, const Simulation& simulation, const ThermoRecord& record) {
        const double length = box_length(simulation.particles, simulation.volume_fraction);
        item.out("box_length")[0] = length;
        item.out("free_diffusion_coefficient")[0] = simulation.damping_time_tau;
        sdk::write(item, "mean_temperature", block_mean(record.temperature, time_blocks));
        const auto pressure = block_mean(record.pressure, time_blocks);
        sdk::write(item, "mean_pressure", pressure);
        const double energy_drift = drift(record.potential_energy, time_blocks);
        item.out("drift")[0] = energy_drift;
        const auto structure = structure_of(item.out("positions"), frame_count(simulation), length);
        std::copy(structure.neighbours.begin(), structure.neighbours.end(), item.out("neighbours").begin());
        item.out("density_spread")[0] = structure.density_spread;
        item.out("lattice_order")[0] = structure.lattice_order;
        const auto status = status_of(structure, energy_drift, pressure);
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(status);
        if (status != Status::ok) item.context().warn(warning(status));
    }

    Simulation common_;
    Program program_;
};

}  // namespace
}  // namespace sluice::lj_langevin

SLUICE_PLUGIN(sluice::lj_langevin::LjLangevin)
