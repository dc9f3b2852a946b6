// SPDX-License-Identifier: BSD-3-Clause
// The map: S and measured H to the model. Spans to the kernel, numbers to the outputs, warnings.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "description.hpp"
#include "model.hpp"

namespace sluice::delta_gamma {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

void warn(const sdk::Context& context, const Result& result) {
    const auto found = [&](Status status) { return result.found[static_cast<std::size_t>(status)]; };
    if (found(Status::h_negative))
        context.warn(
            "H of a model is below 0 somewhere, which cannot be: this D_s/D0 and H_d do not go together. See the output "
            "lowest, and modify = scale");
    if (found(Status::s_tail_not_1))
        context.warn(
            "a measured S is not 1 at its last point, above which it is taken as 1: see the output s_at_end, and high_q = model");
    if (found(Status::phi_high)) context.warn("a volume fraction is above 0.45, beyond which the theory is not known to hold");
    if (found(Status::phi_out_of_table))
        context.warn(
            "a volume fraction is above 0.45, where the renormalised densities are not tabulated: there is no H. See sgamma");
    if (found(Status::too_few_points))
        context.warn("an item has too few points of S or of measured H to be used: see the outputs status and points");
    if (found(Status::bad_number))
        context.warn(
            "a radius, volume fraction, D_s/D0 or scale_uncertainty is NaN or out of its range, so there is no result: see the "
            "output status");
    if (result.apart)
        context.warn(
            "measured H and the structure factor both have errors, and are taken as independent. If H was made with this S, "
            "connect D/D0 to measured_ratio: the error of D_s/D0 is else wrong by up to a half");
    if (result.inconsistent)
        context.warn(
            "measured H is not measured_ratio times S somewhere: are both from the same S and D0? The fit takes H, and the "
            "errors of the ratio");
}

/// A curve of an item with NaN where it is masked, and the spans that the kernel takes.
struct Points {
    std::vector<double> values;
    Curve curve;

    Points(const sdk::Item& item, const char* port, const char* q) {
        if (!item.present(port)) return;
        values.assign(item.values(port).begin(), item.values(port).end());
        const auto mask = item.mask(port);
        for (std::size_t i = 0; i < mask.size(); ++i)
            if (mask[i] != 0) values[i] = unknown;
        curve = {item.coordinate(port, q), values, item.variances(port)};
    }
    Points(const Points&) = delete;  // curve.values lies in it
    Points& operator=(const Points&) = delete;
};

void write(const sdk::Item& item, const char* port, const std::vector<double>& values,
           const std::vector<double>* variances = nullptr) {
    const auto out = item.out(port);
    if (values.size() == out.size())
        std::copy(values.begin(), values.end(), out.begin());
    else
        std::fill(out.begin(), out.end(), unknown);  // of an input that is not connected
    const auto to = item.out_variances(port);
    if (to.empty()) return;
    if (variances && variances->size() == to.size())
        std::copy(variances->begin(), variances->end(), to.begin());
    else
        std::fill(to.begin(), to.end(), unknown);
}

class DeltaGammaMap : public sdk::Map {
public:
    explicit DeltaGammaMap(const sdk::Setup& setup) : options_(options_of(setup.parameters())), curve_q_(curve_q(setup)) {}

    static void probe(const sdk::Probe& probe) { describe(probe); }

    void run(const sdk::Item& item) const {
        const Points structure(item, "structure_factor", "q_structure"), measured(item, "measured", "q"),
            ratio(item, "measured_ratio", "q");
        Data data;
        data.radius_nm = item.number("radius").value_or(unknown);
        data.volume_fraction = item.number("volume_fraction").value_or(unknown);
        if (options_.self_part == SelfPart::fixed)
            data.fixed_self_part =
                Estimate{item.number("fixed_self_part").value_or(unknown), item.number_variance("fixed_self_part")};
        data.scale_uncertainty = item.number("scale_uncertainty").value_or(0);
        if (item.present("structure_factor")) data.structure_factor = structure.curve;
        if (item.present("measured")) data.measured = measured.curve;
        if (item.present("measured_ratio")) data.ratio = ratio.curve;
        data.curve_q_inv_nm = curve_q_;
        const auto result = evaluate(basis_, data, options_, wanted(item.context()));
        write_numbers(item, result);
        write_curves(item, result);
        warn(item.context(), result);
    }

private:
    static Wanted wanted(const sdk::Context& context) {
        Wanted out{false, false, context.output_wanted("alternatives") || context.output_wanted("alternatives_chi_square")};
        for (const auto* port : {"hydrodynamic_function", "distinct"})
            out.curve_variances = out.curve_variances || context.output_wanted(port);
        for (const auto* port : {"structure_factor", "diffusion_coefficient", "lowest", "status"})
            out.curve = out.curve || context.output_wanted(port);
        out.curve = out.curve || out.curve_variances;
        return out;
    }

    static void write_numbers(const sdk::Item& item, const Result& result) {
        item.out("self_part")[0] = result.self_part.value;
        if (const auto variance = item.out_variances("self_part"); !variance.empty()) variance[0] = result.self_part.variance;
        item.out("theory_bare")[0] = result.theory_bare;
        item.out("theory_renormalised")[0] = result.theory_renormalised;
        item.out("hard_sphere")[0] = result.hard_sphere;
        item.out("charged_sphere")[0] = result.charged_sphere;
        item.out("scale")[0] = result.scale;
        item.out("reduced_chi_square")[0] = result.fit.reduced_chi_square;
        item.out<std::int64_t>("points")[0] = result.fit.points;
        item.out("lowest")[0] = result.lowest;
        item.out("s_at_end")[0] = result.s_at_end;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status());
        for (std::size_t k = 0; k < choices.size(); ++k) {
            item.out("alternatives")[k] = result.alternatives[k].self_part.value;
            if (const auto to = item.out_variances("alternatives"); !to.empty())
                to[k] = result.alternatives[k].self_part.variance;
            item.out("alternatives_chi_square")[k] = result.alternatives[k].reduced_chi_square;
        }
    }

    void write_curves(const sdk::Item& item, const Result& result) const {
        write(item, "hydrodynamic_function", result.curve, &result.curve_variances);
        write(item, "distinct", result.distinct, &result.distinct_variances);
        write(item, "structure_factor", result.structure_factor);
        write(item, "at_measured", result.at_measured, &result.at_measured_variances);
        write(item, "residuals", result.residuals);
        const double given = item.number("free_diffusion_coefficient").value_or(unknown), free = given > 0 ? given : unknown;
        const auto out = item.out("diffusion_coefficient");
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = result.structure_factor[i] > 0 ? free * result.curve[i] / result.structure_factor[i] : unknown;
    }

    Basis basis_;
    Options options_;
    std::vector<double> curve_q_;
};

}  // namespace
}  // namespace sluice::delta_gamma

SLUICE_PLUGIN(sluice::delta_gamma::DeltaGammaMap)
