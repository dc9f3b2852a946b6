// SPDX-License-Identifier: BSD-3-Clause
// The map: one temperature sweep to its apparent peak, its component and the drop of its modulus. Options here, the rest in
// kernels.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include <sluice/sdk/curve_outputs.hpp>
#include <sluice/sdk/plugin.hpp>

#include "apparent.hpp"
#include "component.hpp"
#include "modulus.hpp"
#include "options.hpp"
#include "warnings.hpp"

namespace sluice::dma_peak {
namespace {

constexpr std::array component_ports{"component_temperature",
                                     "component_height",
                                     "component_width",
                                     "component_area",
                                     "curve",
                                     "background",
                                     "component",
                                     "parameters",
                                     "covariance",
                                     "component_status"};

/// The models are named with every number that comes from them.
void describe_component(const sdk::Probe& probe) {
    const auto options = component_options(probe);
    for (const auto* port : component_ports) {
        probe.output(port).set_fact("peak_model", probe.parameters().text("peak"));
        probe.output(port).set_fact("background_model", probe.parameters().text("background"));
    }
    const auto names = component_parameters(options);
    const auto n = static_cast<std::int64_t>(names.size());
    std::string units;
    for (const auto& unit : component_units(options))
        units += (units.empty() ? "" : ", ") + (unit.empty() ? probe.input("data").unit() : unit);
    const auto parameters = probe.output("parameters"), covariance = probe.output("covariance");
    parameters.set_dims({{"parameter", n}});
    covariance.set_dims({{"parameter", n}, {"parameter2", n}});
    for (const auto& output : {parameters, covariance}) {
        output.set_labels("parameter", "parameter", names);
        output.set_fact("units", units);
    }
    covariance.set_labels("parameter2", "parameter2", names);
    parameters.set_correlated_over("parameter");
    for (const auto* port : {"curve", "background", "component"}) probe.output(port).set_correlated_over("temperature");
}

void describe_errors(const sdk::Probe& probe) {
    const auto from = [&](const char* input) { return probe.input(input).has_variances() ? "propagated" : "scatter"; };
    for (const auto* port : {"peak_temperature", "height", "component_temperature", "component_height", "component_width",
                             "component_area", "curve", "background", "component", "parameters"})
        probe.output(port).set_fact("uncertainty_from", from("data"));
    if (!probe.input("storage_modulus").present()) return;
    for (const auto* port : {"drop_onset", "drop_inflection", "modulus_minimum_temperature", "modulus_minimum",
                             "modulus_recovered", "restiffening", "restiffening_onset"})
        probe.output(port).set_fact("uncertainty_from", from("storage_modulus"));
}

class DmaPeak : public sdk::Map {
public:
    explicit DmaPeak(const sdk::Setup& setup)
        : apparent_(apparent_options(setup.parameters())),
          component_(component_options(setup)),
          modulus_(modulus_options(setup.parameters())),
          has_modulus_(setup.input("storage_modulus").present()) {}

    static void probe(const sdk::Probe& probe) {
        describe_component(probe);
        describe_errors(probe);
        const auto storage = probe.input("storage_modulus");
        for (const auto* port : {"modulus_minimum", "modulus_recovered"})
            probe.output(port).set_unit(storage.present() ? storage.unit() : "Pa");
        probe.output("status").set_fact("status_codes", apparent_codes);
        probe.output("component_status").set_fact("status_codes", component_codes);
        probe.output("modulus_status").set_fact("status_codes", modulus_codes);
    }

    void run(const sdk::Item& item) const {
        const auto temperature = item.coordinate("data", "temperature");
        const Curve curve{temperature, item.values("data"), item.variances("data"), item.mask("data")};
        const auto near = near_of(item);
        const auto peak = write_apparent(item, curve, near);
        write_component(item, curve, near_of_component(near, peak));
        write_modulus(item, temperature);
    }

private:
    static std::optional<double> near_of(const sdk::Item& item) {
        const auto near = item.number("near");
        return near && std::isfinite(*near) ? near : std::nullopt;
    }

    /// The component that belongs to the apparent peak or shoulder, not that of a higher relaxation in the same curve; where
    /// `near` names something far from it, that.
    std::optional<double> near_of_component(const std::optional<double>& near, const ApparentPeak& peak) const {
        const bool other = std::isnan(peak.found_K) || (near && std::abs(*near - peak.found_K) > 2 * apparent_.half_width_K);
        return other ? near : std::optional(peak.found_K);
    }

    ApparentPeak write_apparent(const sdk::Item& item, const Curve& curve, const std::optional<double>& near) const {
        auto options = apparent_;
        options.near_K = near;
        const auto peak = apparent_peak(curve, options);
        sdk::write(item, "peak_temperature", peak.temperature);
        sdk::write(item, "height", peak.height);
        std::copy(peak.curve.begin(), peak.curve.end(), item.out("local_curve").begin());
        item.out("noise")[0] = peak.noise;
        item.out("drift")[0] = peak.drift;
        item.out("window_shift")[0] = peak.window_shift;
        item.out("order_shift")[0] = peak.order_shift;
        item.out<std::int64_t>("points")[0] = peak.points;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(peak.status);
        warn(item.context(), peak.status);
        return peak;
    }

    void write_component(const sdk::Item& item, const Curve& curve, const std::optional<double>& near) const {
        auto options = component_;
        options.near_K = near;
        const auto found = fit_component(curve, options);
        sdk::write(item, "component_temperature", found.temperature);
        sdk::write(item, "component_height", found.height);
        sdk::write(item, "component_width", found.width);
        sdk::write(item, "component_area", found.area);
        sdk::write_curve(item, "curve", found.whole, curve.temperature_K);
        sdk::write_curve(item, "background", found.background, curve.temperature_K);
        sdk::write_curve(item, "component", found.component, curve.temperature_K);
        item.out("component_reduced_chi_square")[0] = found.reduced_chi_square;
        item.out("component_drift")[0] = found.drift;
        item.out<std::int64_t>("component_points")[0] = found.points;
        item.out("fitted_from")[0] = found.from_K;
        item.out("fitted_to")[0] = found.to_K;
        write_parameters(item, found);
        item.out("model_spread_temperature")[0] = found.spread_temperature;
        item.out("model_spread_height")[0] = found.spread_height;
        item.out<std::int8_t>("component_status")[0] = static_cast<std::int8_t>(found.status);
        warn(item.context(), found.status);
    }

    static void write_parameters(const sdk::Item& item, const ComponentResult& found) {
        const auto values = item.out("parameters"), variances = item.out_variances("parameters");
        std::copy(found.values.begin(), found.values.end(), values.begin());
        for (std::size_t i = 0; i < found.values.size(); ++i) variances[i] = found.covariance[i * (found.values.size() + 1)];
        std::copy(found.covariance.begin(), found.covariance.end(), item.out("covariance").begin());
    }

    void write_modulus(const sdk::Item& item, std::span<const double> temperature) const {
        ModulusResult found;
        if (has_modulus_) {
            const Curve curve{temperature, item.values("storage_modulus"), item.variances("storage_modulus"),
                              item.mask("storage_modulus")};
            found = modulus_drop(curve, modulus_);
        }
        sdk::write(item, "drop_onset", found.drop_onset);
        sdk::write(item, "drop_inflection", found.drop_inflection);
        item.out("glass_from")[0] = found.glass_from_K;
        item.out("glass_to")[0] = found.glass_to_K;
        sdk::write(item, "modulus_minimum_temperature", found.minimum_temperature);
        sdk::write(item, "modulus_minimum", found.minimum);
        sdk::write(item, "modulus_recovered", found.recovered);
        sdk::write(item, "restiffening", found.restiffening);
        sdk::write(item, "restiffening_onset", found.restiffening_onset);
        item.out<std::int8_t>("modulus_status")[0] = static_cast<std::int8_t>(found.status);
        warn(item.context(), found.status);
    }

    ApparentOptions apparent_;
    ComponentOptions component_;
    ModulusOptions modulus_;
    bool has_modulus_;
};

}  // namespace
}  // namespace sluice::dma_peak

SLUICE_PLUGIN(sluice::dma_peak::DmaPeak)
