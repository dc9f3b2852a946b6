// SPDX-License-Identifier: BSD-3-Clause
// The map: a mean-squared displacement to its diffusion coefficient. Units and what the blocks are here, the rest in the kernel.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/fail.hpp>
#include <sluice/sdk/curve_outputs.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::self_diffusion {
namespace {

constexpr const char* status_codes = "0 ok, 1 not_diffusive, 2 too_few_points, 3 few_blocks";

std::string unit_of_lag(const sdk::Setup& setup) {
    return setup.input("msd").coordinate_unit("lag").value();  // plugin.json requires it
}

/// Factor from one unit to another; a unit with an offset is at least itself.
double factor(const sdk::Setup& setup, const std::string& from, const std::string& to) {
    return from == to ? 1 : setup.context().unit_factor(from, to);
}

Options options_of(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    const auto unit = unit_of_lag(setup);
    const double to_lag = factor(setup, parameters.optional_text("lag_unit").value_or(unit), unit);
    Options options;
    options.from = to_lag * parameters.number("from");
    options.to = to_lag * parameters.number("to");
    options.intercept = parameters.boolean("intercept");
    options.dimensions = static_cast<int>(parameters.integer("dimensions"));
    options.exponent_within = parameters.number("exponent_within");
    if (!(options.from < options.to)) throw sdk::RecipeError("the window's 'from' must be below its 'to'. Swap the two.");
    return options;
}

/// Which part of the trajectory a block is follows from its place among all of them.
void refuse_part_of_blocks(const sdk::Setup& setup) {
    const auto blocks = setup.input("blocks");
    const auto cut = blocks.fact_number("time_blocks", "1");
    if (cut && std::llround(*cut) != blocks.size("block"))
        numerics::fail<sdk::RecipeError>("the trajectory was cut into ", *cut, " blocks, but ", blocks.size("block"),
                                         " are here, so what neighbouring blocks share is not known. Connect all of them; of a "
                                         "part of the trajectory take the frames by slice, before msd.");
}

/// The trajectory that was cut into blocks, from the facts that msd gives them; nothing: they are independent runs.
std::optional<Recording> recording_of(const sdk::Setup& setup) {
    const auto blocks = setup.input("blocks");
    if (!blocks.present() || setup.parameters().boolean("independent_blocks")) return std::nullopt;
    const auto frames = blocks.fact_number("frames", "1"), interval = blocks.fact_number("frame_interval", unit_of_lag(setup));
    if (!frames || !interval || !(*interval > 0) || !(*frames >= 1))
        throw sdk::RecipeError(
            "the blocks lack the facts 'frames' and 'frame_interval' (both above 0), so what neighbouring blocks share "
            "is not known. Connect the output 'blocks' of msd, or set independent_blocks if they are runs of their own.");
    refuse_part_of_blocks(setup);
    return Recording{static_cast<std::ptrdiff_t>(std::llround(*frames)), *interval};
}

const char* uncertainty_from(const sdk::Setup& setup) {
    if (!setup.input("blocks").present()) return "none";
    return recording_of(setup) ? "blocks" : "independent runs";
}

void warn(const sdk::Context& context, Status status) {
    switch (status) {
        case Status::ok:
            return;
        case Status::not_diffusive:
            return context.warn(
                "a mean-squared displacement is no straight line that rises over the window, so its slope is no diffusion "
                "coefficient: see the outputs status and slope_exponent");
        case Status::too_few_points:
            return context.warn("a window has fewer than 4 lags: see the outputs status and points");
        case Status::few_blocks:
            return context.warn(
                "fewer than 5 blocks have all lags of the window, so there are no errors: see the outputs status and "
                "blocks_used; shorten the window, or cut the trajectory into more blocks");
    }
}

/// The end of the window lies beyond all lags; what is not a number pads a series.
bool reaches_beyond(std::span<const double> lag, double to) {
    const auto last = std::find_if(lag.rbegin(), lag.rend(), [](double each) { return std::isfinite(each); });
    return last != lag.rend() && !numerics::inside(to, 0, *last);
}

class SelfDiffusion : public sdk::Map {
public:
    explicit SelfDiffusion(const sdk::Setup& setup)
        : options_(options_of(setup)), has_blocks_(setup.input("blocks").present()), recording_(recording_of(setup)) {
        const auto free = setup.input("free_diffusion_coefficient");
        if (free.present())
            free_factor_ = factor(setup, free.unit(), "(" + setup.input("msd").unit() + ")/(" + unit_of_lag(setup) + ")");
    }

    static void probe(const sdk::Probe& probe) {
        const auto lag = unit_of_lag(probe);
        const auto options = options_of(probe);
        for (const auto* port : {"diffusion_coefficient", "ratio", "intercept", "slope_ratio", "exponent", "slope_exponent"})
            probe.output(port).set_fact("uncertainty_from", uncertainty_from(probe));
        for (const auto* port : {"diffusion_coefficient", "ratio"}) {
            probe.output(port).set_fact("window_from", options.from, lag);
            probe.output(port).set_fact("window_to", options.to, lag);
            probe.output(port).set_fact("line", options.intercept ? "with intercept" : "through zero");
        }
        probe.output("status").set_fact("status_codes", status_codes);
    }

    void run(const sdk::Item& item) const {
        const auto result = fit({item.coordinate("msd", "lag"), item.values("msd"), item.mask("msd")}, blocks_of(item), options_);
        sdk::write(item, "diffusion_coefficient", result.diffusion_coefficient);
        sdk::write(item, "ratio", free_factor_ ? ratio(result.diffusion_coefficient, free_of(item)) : Estimate{});
        sdk::write(item, "intercept", result.intercept);
        sdk::write(item, "slope_ratio", result.slope_ratio);
        sdk::write(item, "exponent", result.exponent);
        sdk::write(item, "slope_exponent", result.slope_exponent);
        const auto lag = item.coordinate("msd", "lag");
        const auto curve = item.out("curve");
        for (std::size_t i = 0; i < lag.size(); ++i) curve[i] = result.line.at(lag[i]);
        item.out<std::int64_t>("points")[0] = result.points;
        item.out<std::int64_t>("blocks_used")[0] = result.blocks;
        item.out("degrees_of_freedom")[0] = result.degrees_of_freedom;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        warn(item.context(), result.status);
        if (reaches_beyond(lag, options_.to))
            item.context().warn(
                "the window ends beyond the last lag, so it is shorter than was asked for: see the output points; msd "
                "takes longer lags by its parameter max_lag");
    }

private:
    [[nodiscard]] std::optional<Blocks> blocks_of(const sdk::Item& item) const {
        if (!has_blocks_) return std::nullopt;
        const auto values = item.values("blocks");
        const auto lags = item.values("msd").size();
        return Blocks{values, item.mask("blocks"), static_cast<std::ptrdiff_t>(lags == 0 ? 0 : values.size() / lags), recording_};
    }

    /// D0 in the unit of D; NaN where it is masked. Without variances it is exact.
    [[nodiscard]] Estimate free_of(const sdk::Item& item) const {
        const auto* port = "free_diffusion_coefficient";
        const auto mask = item.mask(port);
        if (!mask.empty() && mask[0] != 0) return {};
        const auto variances = item.variances(port);
        const double f = *free_factor_;
        return {f * item.values(port)[0], variances.empty() ? 0 : f * f * variances[0]};
    }

    Options options_;
    bool has_blocks_;
    std::optional<Recording> recording_;
    std::optional<double> free_factor_;  ///< to the unit of D; nothing: no D0 is connected
};

}  // namespace
}  // namespace sluice::self_diffusion

SLUICE_PLUGIN(sluice::self_diffusion::SelfDiffusion)
