// SPDX-License-Identifier: BSD-3-Clause
// The map: the samples of one temperature to ratios and curve. What is known of the compositions is checked at plan.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/fail.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::ideal_mixing {
namespace {

constexpr const char* status_codes = "0 ok, 1 no_sample_at_0, 2 no_sample_at_1, 3 no_sample_at_either_end";
constexpr const char* fit_status_codes = "0 ok, 1 too_few_points, 2 no_end";

Options options_of(const sdk::Parameters& parameters) {
    Options options;
    options.end_tolerance = parameters.number("end_tolerance");
    options.use_flagged_ends = parameters.text("flagged_ends") == "use";
    options.pin_ends = parameters.boolean("pin_ends");
    options.pinned_terms = parameters.integer("pinned_terms");
    return options;
}

/// A series without an end can have no ratio at any temperature: say so before data is read.
void check_ends(const sdk::Probe& probe, double tolerance) {
    const auto coordinate = probe.input("invariant").coordinate("composition");
    if (!coordinate || coordinate->values.empty()) return;  // differs between items: each is checked when it comes
    const auto& x = coordinate->values;
    check_compositions(x, tolerance);
    const auto [lowest, highest] = std::minmax_element(x.begin(), x.end());
    for (const double end : {0.0, 1.0})
        if (std::none_of(x.begin(), x.end(), [&](double each) { return std::abs(each - end) <= tolerance; }))
            numerics::fail<sdk::RecipeError>("no sample has the composition ", end, " (they go from ", *lowest, " to ", *highest,
                                             "), and Q_ideal is the line between the pure ends, 0 and 1. Add that sample, or "
                                             "widen end_tolerance.");
}

void describe_curve(const sdk::Probe& probe) {
    const std::vector<std::string> names{"a0", "a1", "a2", "a3"};
    probe.output("covariance").set_dims({{"coefficient", 4}, {"coefficient2", 4}});
    probe.output("covariance").set_labels("coefficient", "coefficient", names);
    probe.output("covariance").set_labels("coefficient2", "coefficient2", names);
    const std::vector<sdk::DimSize> fine{{"curve_composition", probe.parameters().integer("curve_points")}};
    probe.output("fine_curve").set_dims(fine);
    probe.output("fine_curve").set_coordinate("curve_composition", fine, "1", numerics::spaced(0, 1, fine[0].size));
    probe.output("fine_curve").set_correlated_over("curve_composition");
    probe.output("curve").set_correlated_over("composition");
    const char* form = probe.parameters().boolean("pin_ends") ? "redlich_kister" : "quadratic";
    const bool weighted = probe.input("invariant").has_variances();
    for (const auto* port : {"a0", "a1", "a2", "a3", "excess", "asymmetry", "curve", "fine_curve"}) {
        probe.output(port).set_fact("form", form);
        probe.output(port).set_fact("uncertainty_from", weighted ? "propagated" : "scatter");
    }
}

void warn(const sdk::Context& context, const Result& result, bool pinned) {
    if (result.status != Status::ok)
        context.warn("a series has no sample at an end, so it has no ideal line and no ratios: see the output status");
    if (result.flagged_end && result.status == Status::ok)
        context.warn("an end of the ideal line is a flagged sample: all ratios of the series rest on it");
    if (result.fit_status == FitStatus::too_few_points)
        context.warn("a series has too few compositions for its curve: see the outputs fit_status and points");
    if (pinned && result.fit_status == FitStatus::no_end)
        context.warn("a curve cannot be pinned to an end that is not there: see the output fit_status");
}

class IdealMixing : public sdk::Map {
public:
    explicit IdealMixing(const sdk::Setup& setup)
        : options_(options_of(setup.parameters())), fine_(numerics::spaced(0, 1, setup.parameters().integer("curve_points"))) {}

    static void probe(const sdk::Probe& probe) {
        check_ends(probe, options_of(probe.parameters()).end_tolerance);
        describe_curve(probe);
        for (const auto* port : {"ratio", "ideal"}) probe.output(port).set_correlated_over("composition");
        probe.output("ratio").drop_fact("intensity_scale");
        for (const auto* port : {"ratio", "ideal", "curve", "fine_curve"})
            probe.output(port).set_fact("composition_variable", probe.parameters().text("variable"));
        probe.output("ratio").set_fact("flagged_ends", probe.parameters().text("flagged_ends"));
        probe.output("status").set_fact("status_codes", status_codes);
        probe.output("fit_status").set_fact("status_codes", fit_status_codes);
    }

    void run(const sdk::Item& item) const {
        const auto composition = item.coordinate("invariant", "composition");
        const auto flagged = flags_of(item);
        const auto result =
            mix({composition, item.values("invariant"), item.variances("invariant"), item.mask("invariant"), flagged}, options_);
        write(item, "ratio", result.ratio, result.ratio_variances);
        write(item, "ideal", result.ideal, result.ideal_variances);
        mask_nan(item, "ratio");
        mask_nan(item, "ideal");
        write_coefficients(item, result);
        write_curve(item, "curve", result.curve, composition);
        write_curve(item, "fine_curve", result.curve, fine_);
        item.out("reduced_chi_square")[0] = result.reduced_chi_square;
        item.out<std::int64_t>("points")[0] = result.points;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        item.out<std::int8_t>("fit_status")[0] = static_cast<std::int8_t>(result.fit_status);
        warn(item.context(), result, options_.pin_ends);
    }

private:
    static std::vector<std::uint8_t> flags_of(const sdk::Item& item) {
        if (!item.present("flagged")) return {};
        const auto mask = item.mask("flagged");
        std::vector<std::uint8_t> flags;
        for (const double each : item.values("flagged")) flags.push_back(each != 0);  // NaN too
        for (std::size_t i = 0; i < mask.size(); ++i)
            if (mask[i] != 0) flags[i] = 1;
        return flags;
    }

    static void write(const sdk::Item& item, const char* port, const std::vector<double>& values,
                      const std::vector<double>& variances) {
        std::copy(values.begin(), values.end(), item.out(port).begin());
        if (const auto out = item.out_variances(port); !out.empty()) std::copy(variances.begin(), variances.end(), out.begin());
    }
    static void write(const sdk::Item& item, const char* port, const Estimate& estimate) {
        item.out(port)[0] = estimate.value;
        item.out_variances(port)[0] = estimate.variance;
    }
    static void mask_nan(const sdk::Item& item, const char* port) {
        const auto values = item.out(port);
        std::transform(values.begin(), values.end(), item.out_mask(port).begin(), [](double each) { return std::isnan(each); });
    }

    static void write_coefficients(const sdk::Item& item, const Result& result) {
        const std::array<const char*, 4> ports{"a0", "a1", "a2", "a3"};
        for (std::size_t i = 0; i < 4; ++i)
            write(item, ports[i], Estimate{result.curve.coefficients[i], result.curve.covariance[5 * i]});
        std::copy(result.curve.covariance.begin(), result.curve.covariance.end(), item.out("covariance").begin());
        write(item, "excess", result.excess);
        write(item, "asymmetry", result.asymmetry);
    }
    static void write_curve(const sdk::Item& item, const char* port, const Cubic& curve, std::span<const double> x) {
        const auto out = item.out(port), variances = item.out_variances(port);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const Estimate there = curve.at(x[i]);
            out[i] = there.value;
            variances[i] = there.variance;
        }
    }

    Options options_;
    std::vector<double> fine_;
};

}  // namespace
}  // namespace sluice::ideal_mixing

SLUICE_PLUGIN(sluice::ideal_mixing::IdealMixing)
