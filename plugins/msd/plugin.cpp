// SPDX-License-Identifier: BSD-3-Clause
// The map: positions of a trajectory to its mean-squared displacement. Time steps here, the sums in the kernel.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <sluice/numerics/fail.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::msd {
namespace {

Shape shape_of(const sdk::Setup& setup) {
    const auto positions = setup.input("positions");
    return {static_cast<std::ptrdiff_t>(positions.size("frame")), static_cast<std::ptrdiff_t>(positions.size("particle")),
            static_cast<std::ptrdiff_t>(positions.size("axis"))};
}

Options options_of(const sdk::Setup& setup) {
    const auto& parameters = setup.parameters();
    const std::int64_t half = std::max<std::int64_t>(1, setup.input("positions").size("frame") / 2);
    return {static_cast<std::ptrdiff_t>(parameters.optional_integer("max_lag").value_or(half)),
            static_cast<std::ptrdiff_t>(parameters.integer("time_blocks")), parameters.text("centre_of_mass") == "remove"};
}

/// Lags in steps of the mean time between frames. A hundredth of a step of irregularity is rounding of a printed time.
std::vector<double> lags_of(const sdk::SmallArray& time, std::ptrdiff_t max_lag) {
    const auto last = static_cast<std::ptrdiff_t>(time.values.size()) - 1;
    const double first = time.values.front(), step = (time.values.back() - first) / static_cast<double>(last);
    if (!(step > 0)) throw sdk::RecipeError("the time of the frames does not increase; a lag needs times in equal steps");
    for (std::ptrdiff_t i = 0; i <= last; ++i) {
        const double at = time.values[static_cast<std::size_t>(i)], wanted = first + static_cast<double>(i) * step;
        if (!(std::abs(at - wanted) <= 1e-2 * step))
            numerics::fail<sdk::RecipeError>(
                "the frames are not in equal steps of time: frame ", i, " is at ", at, ", in equal steps it would be at ", wanted,
                ". Take frames in equal steps: by first, last and every of trajectory_source, or by slice");
    }
    std::vector<double> lags;
    for (std::ptrdiff_t lag = 0; lag <= max_lag; ++lag) lags.push_back(static_cast<double>(lag) * step);
    return lags;
}

sdk::SmallArray time_of(const sdk::Setup& setup) {
    auto time = setup.input("positions").coordinate("time");
    if (!time)
        throw sdk::RecipeError("the coordinate 'time' differs between the trajectories; lags of one result need one time step");
    if (time->dims.size() != 1 || time->dims[0].name != "frame" || time->edges)
        throw sdk::RecipeError("the coordinate 'time' must have one value for each frame");
    return *time;
}

void refuse_masked(const sdk::Item& item, const Shape& shape) {
    const auto mask = item.mask("positions");
    const auto found = std::find_if(mask.begin(), mask.end(), [](std::uint8_t each) { return each != 0; });
    if (found == mask.end()) return;
    const std::ptrdiff_t at = found - mask.begin();
    numerics::fail<std::domain_error>(
        "frame ", at / shape.columns(), ", particle ", at % shape.columns() / shape.axes,
        ": the position is masked. Every position is needed: leave out such frames or particles, by slice.");
}

class Msd : public sdk::Map {
public:
    explicit Msd(const sdk::Setup& setup) : shape_(shape_of(setup)), kernel_(shape_, options_of(setup)) {}

    static void probe(const sdk::Probe& probe) {
        const Options options = options_of(probe);
        const MeanSquareDisplacement kernel(shape_of(probe), options);
        const auto time = time_of(probe);
        const auto lags = lags_of(time, options.max_lag);
        const sdk::DimSize lag{"lag", static_cast<std::int64_t>(lags.size())}, block{"block", options.time_blocks};
        for (const auto* port : {"msd", "blocks", "origins", "centre_of_mass"}) {
            const auto out = probe.output(port);
            if (std::string_view(port) == "blocks")
                out.set_dims({block, lag});
            else
                out.set_dims({lag});
            out.set_coordinate("lag", {lag}, time.unit, lags);
            out.set_fact("centre_of_mass", options.remove_centre_of_mass ? "removed" : "kept");
            out.set_fact("frames", static_cast<double>(kernel.shape().frames), "1");  // what blocks share follows from these
            out.set_fact("frame_interval", lags[1], time.unit);
            out.set_fact("time_blocks", static_cast<double>(options.time_blocks), "1");
        }
        probe.output("msd").set_variances(options.time_blocks > 1);
        if (options.time_blocks > 1) {
            probe.output("msd").set_fact("uncertainty_from", "time_blocks");
            probe.output("msd").set_correlated_over("lag");
        }
        probe.needs_scratch(static_cast<std::int64_t>(kernel.scratch_size()) * static_cast<std::int64_t>(sizeof(double)));
    }

    void run(const sdk::Block& block) const {
        const auto scratch = block.scratch<double>(kernel_.scratch_size());
        for (std::int64_t i = 0; i < block.items(); ++i) {
            try {
                run_item(sdk::Item(block, i), scratch);
            } catch (const std::domain_error& error) {
                throw sdk::ItemError(i, error.what());
            }
        }
    }

private:
    void run_item(const sdk::Item& item, std::span<double> scratch) const {
        refuse_masked(item, shape_);
        const auto context = item.context();
        const auto threads = [&context](std::int64_t n, const std::function<void(std::int64_t)>& f) {
            context.parallel_for(n, [&](std::int64_t part) {
                context.throw_if_cancelled();
                f(part);
            });
        };
        kernel_.run(item.values("positions"), scratch,
                    {item.out("msd"), item.out_variances("msd"), item.out("blocks"), item.out("centre_of_mass")}, threads);
        const auto origins = item.out<std::int64_t>("origins");
        for (std::size_t lag = 0; lag < origins.size(); ++lag) origins[lag] = shape_.frames - static_cast<std::int64_t>(lag);
    }

    Shape shape_;
    MeanSquareDisplacement kernel_;
};

}  // namespace
}  // namespace sluice::msd

SLUICE_PLUGIN(sluice::msd::Msd)
