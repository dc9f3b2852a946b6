// SPDX-License-Identifier: BSD-3-Clause
// Parameters and static inputs, checked against one another.
#include "settings.hpp"

#include <algorithm>
#include <type_traits>

namespace sluice::two_time_correlation {
namespace {

FrameShape shape_of(const sdk::InputDescription& frames) {
    const auto pulses = frames.size("pulse");
    if (pulses < 1 || frames.count() < 1) throw sdk::RecipeError("the frames have no pulses or no pixels");
    return {pulses, frames.count() / pulses};
}

Edge edge_of(const std::string& text) { return text == "drop" ? Edge::drop : text == "wrap" ? Edge::wrap : Edge::single; }

bool is_floating(std::int32_t dtype) {
    return sdk::with_dtype(dtype, [](auto zero) { return std::is_floating_point_v<decltype(zero)>; });
}

ShotNoise noise_of(const sdk::Parameters& parameters, const sdk::InputDescription& frames) {
    const auto kind = parameters.text("shot_noise");
    for (const auto* name : {"adu_per_photon", "read_noise", "rounding"})
        if (kind != "adu" && parameters.optional_number(name))
            throw sdk::RecipeError(std::string(name) + " is given, but shot_noise is " + kind +
                                   ": set shot_noise: adu, or take it out");
    if (kind == "none") return {};
    if (kind == "counts" && frames.unit() == "adu")
        throw sdk::RecipeError("frames are in adu: set shot_noise: adu with adu_per_photon, or shot_noise: none");
    if (kind == "counts") return {1, 0};
    const auto gain = parameters.optional_number("adu_per_photon");
    if (!gain) throw sdk::RecipeError("shot_noise is adu, so adu_per_photon is needed");
    const double read_noise = parameters.optional_number("read_noise").value_or(0);
    const double step = parameters.optional_number("rounding").value_or(is_floating(frames.dtype()) ? 0 : 1);
    return {*gain, read_noise * read_noise + step * step / 12};
}

void check_blocks(const sdk::Setup& setup, Normalisation normalisation) {
    const auto blocks = setup.parameters().integer("blocks");
    if (blocks == 1) throw sdk::RecipeError("blocks = 1, must be 0 (no replicates) or at least 2");
    if (blocks == 0 && normalisation == Normalisation::ratio_of_sums)
        throw sdk::RecipeError(
            "normalisation is ratio_of_sums, whose errors come from leaving out blocks of trains: set blocks to at least 2 "
            "(20, say)");
    const auto trains = setup.input("frames").loop_size("train");
    if (trains && blocks > *trains)
        throw sdk::RecipeError("blocks = " + std::to_string(blocks) + ", must be at most the number of trains, " +
                               std::to_string(*trains));
}

Settings settings_of(const sdk::Setup& setup, const FrameShape& shape) {
    const auto parameters = setup.parameters();
    Settings out;
    out.pulses = shape.pulses;
    out.artefact = parameters.text("artefact") == "none" ? Artefact::none : Artefact::neighbours;
    out.edge = edge_of(parameters.text("edge"));
    out.normalisation = parameters.text("normalisation") == "per_frame" ? Normalisation::per_frame : Normalisation::ratio_of_sums;
    check_blocks(setup, out.normalisation);
    out.blocks = std::max<std::int64_t>(1, parameters.integer("blocks"));
    out.noise = noise_of(parameters, setup.input("frames"));
    out.min_counts = parameters.number("min_counts") * parameters.optional_number("adu_per_photon").value_or(1);
    return out;
}

Regions regions_of(const sdk::Setup& setup) {
    const auto labels = setup.input("roi").values();
    if (!labels) throw sdk::ContractError("the values of input 'roi' are not known yet");
    const auto mask = setup.input("frames").mask();
    const auto q = setup.input("q");
    try {
        return make_regions(labels->values, mask ? mask->values : std::vector<double>(), q.present() ? q.count() : 0);
    } catch (const std::invalid_argument& error) {
        throw sdk::RecipeError(error.what());
    }
}

std::ptrdiff_t bytes_of(std::int32_t dtype) {
    return sdk::with_dtype(dtype, [](auto zero) { return static_cast<std::ptrdiff_t>(sizeof zero); });
}

}  // namespace

Plan::Plan(const sdk::Setup& setup)
    : shape(shape_of(setup.input("frames"))),
      settings(settings_of(setup, shape)),
      regions(regions_of(setup)),
      dtype(setup.input("frames").dtype()),
      fixed_mask(setup.input("frames").mask().has_value()),
      max_gap(static_cast<double>(setup.parameters().integer("max_gap"))),
      photon(setup.parameters().optional_number("adu_per_photon").value_or(1)),
      counts_photons(setup.parameters().text("shot_noise") == "counts"),
      kept{shape.pulses, 0, bytes_of(dtype), !fixed_mask} {
    if (settings.artefact == Artefact::neighbours && settings.edge == Edge::wrap)
        kept.pixels = static_cast<std::ptrdiff_t>(regions.pixels.size());
}

std::int64_t Plan::products_of_a_train() const {
    const std::int64_t pairs = settings.artefact == Artefact::neighbours ? 2 : 1;
    return pairs * regions.count() * (shape.pulses + 1) * (shape.pulses + 1);
}

std::int64_t Plan::trains_at_once() const {
    constexpr std::int64_t most = 8, bytes = std::int64_t{32} << 20;
    return std::clamp<std::int64_t>(bytes / (8 * products_of_a_train()), 1, most);
}

std::int64_t Plan::scratch() const {
    return 8 * trains_at_once() * products_of_a_train() + scratch_bytes(shape, regions.all(), bytes_of(dtype));
}

PulseTimes pulse_times(const sdk::Setup& setup) {
    const auto frames = setup.input("frames");
    if (const auto period = setup.parameters().optional_number("pulse_period")) {
        PulseTimes out{{}, "us"};
        for (std::int64_t k = 0; k < frames.size("pulse"); ++k) out.values.push_back(static_cast<double>(k) * *period);
        return out;
    }
    const auto time = frames.coordinate("time");
    if (time && static_cast<std::int64_t>(time->values.size()) == frames.size("pulse")) return {time->values, time->unit};
    throw sdk::RecipeError(
        frames.coordinate_unit("time")
            ? "the coordinate 'time' of the frames is not one time per pulse, the same for all trains: give pulse_period"
            : "the frames have no coordinate 'time': give pulse_period");
}

}  // namespace sluice::two_time_correlation
