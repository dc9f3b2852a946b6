// SPDX-License-Identifier: BSD-3-Clause
// The map: rates over q to a diffusion coefficient. Units are the host's work, the fit is the kernel's.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::diffusion_fit {
namespace {

constexpr std::array<std::string_view, 3> models{"through_origin", "offset", "power_law"};  // in the order of the enum

Options options_of(const sdk::Parameters& parameters) {
    Options options;
    options.model = static_cast<Model>(std::find(models.begin(), models.end(), parameters.text("model")) - models.begin());
    options.q_min_inv_nm = parameters.optional_number("q_min").value_or(options.q_min_inv_nm);
    options.q_max_inv_nm = parameters.optional_number("q_max").value_or(options.q_max_inv_nm);
    options.reference_q_inv_nm = parameters.optional_number("reference_q");
    return options;
}

/// What weighs the fit: the input 'errors', else the rates themselves.
const char* weighing(const sdk::Setup& setup) { return setup.input("errors").present() ? "errors" : "rate"; }

class DiffusionFit : public sdk::Map {
public:
    explicit DiffusionFit(const sdk::Setup& setup) : options_(options_of(setup.parameters())), weighing_(weighing(setup)) {}

    static void probe(const sdk::Probe& probe) {
        const bool weighted = probe.input(weighing(probe)).has_variances();
        for (const auto* port : {"diffusion_coefficient", "offset", "exponent"}) {
            probe.output(port).set_fact("model", probe.parameters().text("model"));
            probe.output(port).set_fact("uncertainty_from", weighted ? "propagated" : "scatter");
        }
        probe.output("effective").set_variances(weighted);
        probe.output("status").set_fact("status_codes", "0 ok, 1 too_few_points, 2 negative_intercept");
    }

    void run(const sdk::Item& item) const {
        const auto variances = item.unmasked_variances(weighing_);
        const auto result = fit({item.coordinate("rate", "q"), item.values("rate"), variances, item.mask("rate")}, options_);
        write(item, "diffusion_coefficient", result.diffusion_um2_per_s);
        write(item, "offset", result.offset_per_s);
        write(item, "exponent", result.exponent);
        write_effective(item, result);
        std::copy(result.curve_per_s.begin(), result.curve_per_s.end(), item.out("curve").begin());
        item.out("reference_q")[0] = result.reference_q_inv_nm;
        item.out("reduced_chi_square")[0] = result.reduced_chi_square;
        item.out<std::int64_t>("points")[0] = result.points;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        if (result.status == Status::negative_intercept)
            item.context().warn(
                "the offset is more than 3 standard errors below 0, which diffusion cannot give: see the output status");
    }

private:
    static void write(const sdk::Item& item, const char* port, const Estimate& estimate) {
        item.out(port)[0] = estimate.value;
        item.out_variances(port)[0] = estimate.variance;
    }

    static void write_effective(const sdk::Item& item, const Result& result) {
        const auto mask = item.mask("rate");
        std::copy(result.effective_um2_per_s.begin(), result.effective_um2_per_s.end(), item.out("effective").begin());
        std::copy(result.effective_variances.begin(), result.effective_variances.end(), item.out_variances("effective").begin());
        for (std::size_t i = 0; i < item.out_mask("effective").size(); ++i)
            item.out_mask("effective")[i] = (!mask.empty() && mask[i] != 0) || !std::isfinite(result.effective_um2_per_s[i]);
    }

    Options options_;
    const char* weighing_;
};

}  // namespace
}  // namespace sluice::diffusion_fit

SLUICE_PLUGIN(sluice::diffusion_fit::DiffusionFit)
