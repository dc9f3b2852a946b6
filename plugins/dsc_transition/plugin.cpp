// SPDX-License-Identifier: BSD-3-Clause
// The map: units, sign, mass and rate of a DSC curve here; the glass transition and the peaks in the kernels.
#include <algorithm>
#include <cstdint>
#include <optional>

#include <sluice/sdk/plugin.hpp>

#include "convert.hpp"
#include "options.hpp"
#include "outputs.hpp"
#include "peaks.hpp"
#include "step.hpp"

namespace sluice::dsc_transition {
namespace {

class DscTransition : public sdk::Map {
public:
    explicit DscTransition(const sdk::Setup& setup)
        : known_(known_of(setup)),
          step_(step_options_of(setup.parameters())),
          peaks_(peak_options_of(setup.parameters())),
          start_up_K_(setup.parameters().number("start_up")) {}

    static void probe(const sdk::Probe& probe) {
        known_of(probe);
        const auto options = peak_options_of(probe.parameters());
        const auto ranges = static_cast<std::int64_t>(options.ranges_K.size());
        const std::int64_t places = ranges > 0 ? ranges : options.max_peaks;
        for (const auto* port : peak_ports) probe.output(port).set_dims({{"peak", places}});
        for (const auto* port : {"peak_from", "peak_to", "peak_status"}) probe.output(port).set_dims({{"peak", places}});
        for (const auto* port : {"onset", "midpoint", "inflection", "end", "heat_capacity_step", "step_curve"})
            probe.output(port).set_fact("method", probe.parameters().text("method"));
        for (const auto* port : {"peak_enthalpy", "peak_onset", "peak_end", "baseline"})
            probe.output(port).set_fact("baseline", probe.parameters().text("baseline"));
        probe.output("heat_flow").set_fact("exo", "down");
        probe.output("status").set_fact(
            "status_codes", "0 ok, 1 overshoot, 2 overlap, 3 none, 4 too_few_points, 5 turns, 6 modulated, 7 not_converged");
        probe.output("peak_status").set_fact("status_codes", "0 ok, 1 overlap, 2 at_edge, 3 too_few_points, 4 none, 5 turns");
        if (const auto fact = probe.input("data").fact_text("exo")) probe.output("heat_flow").set_fact("exo_of_data", *fact);
    }

    void run(const sdk::Item& item) const {
        const Measured measured{item.coordinate("data", "temperature"), item.values("data"), item.variances("data"),
                                item.coordinate("data", "time"), item.mask("data")};
        const Conversion conversion = conversion_of(item);
        write_heat_flow(item, measured, conversion.factor);
        const auto prepared = prepare(measured, conversion);
        item.out("rate")[0] = prepared.rate_K_s;
        item.out<std::int64_t>("points_left_out")[0] = prepared.left_out;
        StepResult step;
        if (prepared.fault == ScanFault::none)
            step = evaluate_step(prepared.scan(), step_);
        else
            step.status = status_of(prepared.fault);
        write_step(item, step);
        write_lines(item, step);
        scatter(item, "step_curve", step.curve, prepared);
        write_peaks(item, prepared, step);
        warn(item.context(), step.status);
    }

private:
    [[nodiscard]] Conversion conversion_of(const sdk::Item& item) const {
        Conversion out;
        const double mass_g =
            known_.specific ? 1 : positive(item, "mass").value_or(known_.mass_g.value_or(not_known) * 1e3) / 1e3;
        out.factor = known_.factor / mass_g;
        const auto rate = item.number("heating_rate");
        out.rate_K_s = rate ? *rate / 60 : known_.rate_K_s.value_or(not_known);
        out.start_up_K = start_up_K_;
        return out;
    }

    /// A mass that comes from a step and is not above 0 makes no numbers.
    static std::optional<double> positive(const sdk::Item& item, const char* parameter) {
        const auto given = item.number(parameter);
        return given && !(*given > 0) ? std::optional(not_known) : given;
    }

    static void write_heat_flow(const sdk::Item& item, const Measured& measured, double factor) {
        const auto heat_flow = endothermic_up(measured, factor);
        std::copy(heat_flow.begin(), heat_flow.end(), item.out("heat_flow").begin());
        const auto variances = item.out_variances("heat_flow");
        for (std::size_t i = 0; i < variances.size(); ++i) variances[i] = factor * factor * measured.variances[i];
    }

    void write_peaks(const sdk::Item& item, const Prepared& prepared, const StepResult& step) const {
        const auto places = item.out("peak_temperature").size();
        PeakResult result;
        if (prepared.fault == ScanFault::none) result = find_peaks(prepared.scan(), peaks_, step.lines());
        for (std::size_t i = 0; i < places; ++i) write_peak(item, i, i < result.peaks.size() ? result.peaks[i] : Peak());
        item.out<std::int64_t>("peaks")[0] = result.found;
        scatter(item, "baseline", result.baseline, prepared);
        if (peaks_.ranges_K.empty() && result.found > peaks_.max_peaks)
            item.context().warn("more peaks were found than max_peaks: see the output peaks");
    }

    Known known_;
    StepOptions step_;
    PeakOptions peaks_;
    double start_up_K_;
};

}  // namespace
}  // namespace sluice::dsc_transition

SLUICE_PLUGIN(sluice::dsc_transition::DscTransition)
