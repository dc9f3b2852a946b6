// SPDX-License-Identifier: BSD-3-Clause
// The map: peak temperatures over frequency to an activation energy. Where the frequencies are and their unit here.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <sluice/sdk/curve_outputs.hpp>
#include <sluice/sdk/plugin.hpp>
#include <sluice/sdk/units.hpp>

#include "kernel.hpp"

namespace sluice::arrhenius_fit {
namespace {

using Doubles = std::vector<double>;

constexpr const char* status_codes = "0 ok, 1 too_few_points, 2 curved, 3 not_determined";
constexpr double kilo = 1000;

/// The frequencies: the input, else the coordinate frequency, else that of the dimension itself.
class Frequencies {
public:
    explicit Frequencies(const sdk::Setup& setup) {
        const auto abscissa = setup.input("abscissa"), temperature = setup.input("temperature");
        if (abscissa.present()) {
            coordinate_ = nullptr;
            factor_ = sdk::to_hertz(setup.context(), abscissa.unit());
            return;
        }
        for (const char* name : {"frequency", "x"}) {
            const auto unit = temperature.coordinate_unit(name);
            if (!unit) continue;
            coordinate_ = name;
            factor_ = sdk::to_hertz(setup.context(), *unit);
            return;
        }
        throw sdk::RecipeError(
            "the temperatures have no coordinate 'frequency' and none along their dimension x, and no input 'abscissa' is "
            "connected. "
            "Give the frequencies by one of them.");
    }

    /// Of an item, in Hz; NaN where an abscissa is masked.
    [[nodiscard]] Doubles hertz(const sdk::Item& item) const {
        const auto given = coordinate_ ? item.coordinate("temperature", coordinate_) : item.values("abscissa");
        Doubles out(given.begin(), given.end());
        if (out.size() == 1) out.resize(item.values("temperature").size(), out.front());  // a coordinate of the whole item
        for (double& each : out) each *= factor_;
        if (coordinate_) return out;
        const auto mask = item.mask("abscissa");
        for (std::size_t i = 0; i < mask.size(); ++i)
            if (mask[i] != 0) out[i] = unknown;
        return out;
    }

private:
    const char* coordinate_ = nullptr;
    double factor_ = 1;
};

/// Masked temperatures and excluded ones.
std::vector<std::uint8_t> excluded(const sdk::Item& item) {
    const auto mask = item.mask("temperature");
    std::vector<std::uint8_t> flags(item.values("temperature").size(), 0);
    std::copy(mask.begin(), mask.end(), flags.begin());
    if (!item.present("exclude")) return flags;
    const auto given = item.values("exclude");
    const auto unsure = item.mask("exclude");
    for (std::size_t i = 0; i < flags.size(); ++i)
        if (given[i] != 0 || (!unsure.empty() && unsure[i] != 0)) flags[i] = 1;  // NaN is not 0
    return flags;
}

Value glass_transition(const sdk::Item& item) {
    if (!item.present("glass_transition")) return {};
    const auto mask = item.mask("glass_transition");
    const auto variance = item.variances("glass_transition");
    if (!mask.empty() && mask[0] != 0) return {};
    return {item.values("glass_transition")[0], variance.empty() ? 0 : variance[0]};
}

void warn(const sdk::Context& context, const Result& result) {
    if (result.status == Status::too_few_points)
        context.warn(
            "a series has peaks at fewer than two frequencies, so it has no activation energy: see the outputs status and "
            "points");
    if (result.status == Status::curved)
        context.warn(
            "peaks do not follow one activation energy, their Arrhenius plot is curved: see the outputs status and merged");
    if (result.status == Status::not_determined)
        context.warn(
            "peak temperatures do not rise with frequency by 3 standard errors, so there is no activation energy: see the output "
            "status");
    if (std::any_of(result.merged.begin(), result.merged.end(), [](auto each) { return each != 0; }))
        context.warn(
            "peaks at high frequency lie above the law of those at lower ones, as on the flank of another process: see the "
            "output merged");
}

class ArrheniusFit : public sdk::Map {
public:
    explicit ArrheniusFit(const sdk::Setup& setup)
        : frequencies_(setup), options_{setup.parameters().boolean("leave_out_merged")} {}

    static void probe(const sdk::Probe& probe) {
        static_cast<void>(Frequencies(probe));
        const std::vector<std::string> names{"activation_energy", "log_prefactor"};
        const auto covariance = probe.output("covariance");
        covariance.set_dims({{"parameter", 2}, {"parameter2", 2}});
        covariance.set_labels("parameter", "parameter", names);
        covariance.set_labels("parameter2", "parameter2", names);
        probe.output("curve").set_correlated_over("x");
        const auto* from = probe.input("temperature").has_variances() ? "propagated" : "scatter";
        for (const auto* port : {"activation_energy", "log_prefactor", "reduced_energy", "covariance", "curve"}) {
            probe.output(port).set_fact("uncertainty_from", from);
            probe.output(port).set_fact("leave_out_merged", probe.parameters().boolean("leave_out_merged"));
        }
        probe.output("status").set_fact("status_codes", status_codes);
    }

    void run(const sdk::Item& item) const {
        const auto frequency = frequencies_.hertz(item);
        const auto result = fit({item.values("temperature"), item.variances("temperature"), frequency, excluded(item)}, options_);
        write_parameters(item, result);
        write_plot(item, frequency);
        for (std::size_t i = 0; i < frequency.size(); ++i) {
            const Value there = result.line.temperature(std::log(frequency[i]));
            item.out("curve")[i] = there.value;
            item.out_variances("curve")[i] = there.variance;
            item.out<std::int8_t>("merged")[i] = static_cast<std::int8_t>(result.merged[i]);
        }
        item.out("reduced_chi_square")[0] = result.reduced_chi_square;
        item.out<std::int64_t>("points")[0] = result.points;
        item.out<std::int64_t>("left_out")[0] = result.left_out;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        warn(item.context(), result);
    }

private:
    static void write_parameters(const sdk::Item& item, const Result& result) {
        const Value energy{result.activation_energy.value / kilo, result.activation_energy.variance / (kilo * kilo)};
        sdk::write(item, "activation_energy", energy);
        sdk::write(item, "log_prefactor", result.log_prefactor);
        sdk::write(item, "reduced_energy", reduced_energy(result.activation_energy, glass_transition(item)));
        const Doubles all{energy.variance, result.covariance / kilo, result.covariance / kilo, result.log_prefactor.variance};
        std::copy(all.begin(), all.end(), item.out("covariance").begin());
    }

    /// All peaks, fitted or not; NaN where masked.
    static void write_plot(const sdk::Item& item, const Doubles& frequency) {
        const auto temperature = item.values("temperature"), variances = item.variances("temperature");
        const auto mask = item.mask("temperature");
        const auto inverse = item.out("inverse_temperature"), inverse_variances = item.out_variances("inverse_temperature");
        for (std::size_t i = 0; i < temperature.size(); ++i) {
            const bool masked = !mask.empty() && mask[i] != 0;
            inverse[i] = !masked && temperature[i] > 0 ? 1 / temperature[i] : unknown;
            if (!inverse_variances.empty()) inverse_variances[i] = variances[i] * std::pow(inverse[i], 4);
            item.out("log_frequency")[i] = frequency[i] > 0 ? std::log(frequency[i]) : unknown;
        }
    }

    Frequencies frequencies_;
    Options options_;
};

}  // namespace
}  // namespace sluice::arrhenius_fit

SLUICE_PLUGIN(sluice::arrhenius_fit::ArrheniusFit)
