// SPDX-License-Identifier: BSD-3-Clause
// The map: a two-time correlation to g2 - 1 in windows of sample age; axes at plan, means in the kernel.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::g2 {
namespace {

/// What parameters and pulses say of the output.
struct Layout {
    std::int64_t pulses = 0;
    std::vector<Window> windows;
    std::vector<Bin> bins;
    [[nodiscard]] std::int64_t scratch_count() const { return std::ssize(windows) * lags_of(windows); }
};

std::int64_t pulses_of(const sdk::Setup& setup) {
    const auto input = setup.input("correlation");
    const auto t1 = input.size("t1"), t2 = input.size("t2");
    if (t1 != t2)
        throw sdk::RecipeError("input 'correlation' has " + std::to_string(t1) + " pulses along t1 and " + std::to_string(t2) +
                               " along t2: it must be square. Do not cut one of them");
    return t1;
}

std::vector<Window> windows_of(const sdk::Setup& setup, std::int64_t pulses) {
    const auto given = nlohmann::json::parse(setup.parameters().json("windows"));
    const auto length = setup.parameters().optional_integer("window_length");
    if (length && !given.is_null())
        throw sdk::RecipeError("give 'windows' or 'window_length', not both: set the other one to null");
    if (length) return windows_side_by_side(*length, pulses);
    if (given.is_null()) return {{0, pulses - 1}};
    std::vector<Window> windows;
    for (const auto& [first, last] : given.get<std::vector<std::array<std::int64_t, 2>>>()) windows.push_back({first, last});
    return windows;
}

Layout layout_of(const sdk::Setup& setup) {
    Layout layout;
    layout.pulses = pulses_of(setup);
    layout.windows = windows_of(setup, layout.pulses);
    check_windows(layout.windows, layout.pulses);
    const auto lags = lags_of(layout.windows);
    const auto parameters = setup.parameters();
    layout.bins = parameters.text("delays") == "linear" ? linear_bins(lags)
                                                        : logarithmic_bins(lags, parameters.integer("points_per_octave"));
    return layout;
}

std::vector<double> times_along(const sdk::InputDescription& input, const char* name) {
    const auto times = input.coordinate(name);
    if (!times)
        throw sdk::RecipeError(std::string("coordinate '") + name +
                               "' of input 'correlation' differs between items: age and delay must be the same for all");
    if (times->edges)
        throw sdk::RecipeError(std::string("coordinate '") + name +
                               "' of input 'correlation' holds bin edges: the times of the pulses are needed");
    return times->values;
}

/// The times of the pulses, in the unit of t1.
std::vector<double> pulse_times(const sdk::Setup& setup, const std::string& unit) {
    const auto input = setup.input("correlation");
    auto t1 = times_along(input, "t1"), t2 = times_along(input, "t2");
    check_spacing(t1, unit);
    const double factor = setup.context().unit_factor(input.coordinate_unit("t2").value(), unit);
    for (auto& time : t2) time *= factor;
    check_same_times(t1, t2, unit);
    return t1;
}

void set_axes(const sdk::OutputDescription& output, const Layout& layout, const std::vector<double>& times,
              const std::string& unit) {
    const sdk::DimSize age{"age", std::ssize(layout.windows)}, delay{"delay", std::ssize(layout.bins)};
    std::vector<double> first, last;
    for (const auto& window : layout.windows) {
        first.push_back(times[static_cast<std::size_t>(window.first)]);
        last.push_back(times[static_cast<std::size_t>(window.last)]);
    }
    output.set_dims({age, delay});
    output.set_coordinate("age", {age}, unit, ages_of(layout.windows, times));
    output.set_coordinate("delay", {delay}, unit, delays_of(layout.bins, times));
    output.set_coordinate("age_first", {age}, unit, first);
    output.set_coordinate("age_last", {age}, unit, last);
}

class G2 : public sdk::Map {
public:
    explicit G2(const sdk::Setup& setup) : layout_(layout_of(setup)) {}

    static void probe(const sdk::Probe& probe) {
        const auto layout = layout_of(probe);
        const auto unit = probe.input("correlation").coordinate_unit("t1").value();  // plugin.json requires it
        const auto times = pulse_times(probe, unit);
        check_ages(ages_of(layout.windows, times), unit);
        for (const auto* port : {"g2", "pairs"}) set_axes(probe.output(port), layout, times, unit);
        probe.output("g2").set_label("g2 - 1");
        probe.output("g2").set_fact("baseline", 0, "1");
        probe.needs_scratch(layout.scratch_count() * static_cast<std::int64_t>(sizeof(LagSums)));
    }

    void run(const sdk::Block& block) const {
        const auto scratch = block.scratch<LagSums>(layout_.scratch_count());
        for (std::int64_t i = 0; i < block.items(); ++i) {
            const sdk::Item item(block, i);
            const auto pairs = item.out<std::int64_t>("pairs");
            average({item.values("correlation"), item.variances("correlation"), item.mask("correlation")}, layout_.pulses,
                    layout_.windows, layout_.bins, scratch, {item.out("g2"), item.out_variances("g2"), pairs});
            std::transform(pairs.begin(), pairs.end(), item.out_mask("g2").begin(), [](std::int64_t n) { return n == 0; });
        }
    }

private:
    Layout layout_;
};

}  // namespace
}  // namespace sluice::g2

SLUICE_PLUGIN(sluice::g2::G2)
