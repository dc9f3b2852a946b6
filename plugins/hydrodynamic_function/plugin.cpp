// SPDX-License-Identifier: BSD-3-Clause
// The map: D(q) and S(q) to H(q). Which D0, spans to the kernel, points and their covariance to the outputs.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include <sluice/sdk/curve_outputs.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::hydrodynamic_function {
namespace {

constexpr const char* status_codes = "0 ok, 1 q_range_mismatch, 2 negative, 3 no_overlap, 4 no_points, 5 no_free_diffusion";
constexpr const char* d0_name = "free_diffusion_coefficient";

/// The number in the recipe; nothing: each item brings one. Exactly one of the two must be there.
std::optional<double> given_d0(const sdk::Setup& setup) {
    const auto given = setup.parameters().optional_number(d0_name);
    if (given.has_value() == setup.input(d0_name).present())
        throw sdk::RecipeError(
            given ? "free_diffusion_coefficient is given twice, as a parameter and as an input. Remove one."
                  : "D0 is needed: give the parameter free_diffusion_coefficient, or, with its variance, connect "
                    "the input of that name (a cumulant_fit of light scattering, say, or stokes_einstein).");
    return given;
}

void warn(const sdk::Context& context, Status status) {
    switch (status) {
        case Status::ok:
            return;
        case Status::q_range_mismatch:
            return context.warn(
                "some points have no structure factor at their q and are masked: see the outputs status and points_left_out");
        case Status::negative:
            return context.warn(
                "a diffusion coefficient is below 0, or a structure factor not above 0; they are kept: see negative_points");
        case Status::no_overlap:
            return context.warn(
                "the structure factor has no point at the q of a curve, which is masked whole: see the output status");
        case Status::no_points:
            return context.warn("a curve has no point that can be used: see the output status");
        case Status::no_free_diffusion:
            return context.warn("a D0 is NaN, infinite or not above 0, so its curve is masked whole: see the output status");
    }
}

/// Without points for an input that is not connected.
Curve curve(const sdk::Item& item, const char* port, const char* q) {
    if (!item.present(port)) return {};
    return {item.coordinate(port, q), item.values(port), item.variances(port), item.mask(port)};
}

void write(const sdk::Item& item, const char* port, const Points& points) {
    std::copy(points.values.begin(), points.values.end(), item.out(port).begin());
    if (const auto out = item.out_variances(port); !out.empty())
        std::copy(points.variances.begin(), points.variances.end(), out.begin());
    std::copy(points.left_out.begin(), points.left_out.end(), item.out_mask(port).begin());
}

class HydrodynamicFunction : public sdk::Map {
public:
    explicit HydrodynamicFunction(const sdk::Setup& setup) : d0_(given_d0(setup)) {}

    static void probe(const sdk::Probe& probe) {
        (void)given_d0(probe);
        const auto diffusion = probe.input("diffusion"), structure = probe.input("structure_factor");
        const bool of_structure = structure.present() && structure.has_variances();
        const auto h = probe.output("hydrodynamic_function");
        h.set_variances(diffusion.has_variances() || of_structure);
        h.set_fact("structure_factor", structure.present() ? "interpolated on straight lines" : "1");
        h.set_fact("errors_without", d0_name);
        probe.output("structure_factor").set_variances(of_structure);
        const auto n = diffusion.size("q");
        probe.output("covariance").set_dims({{"q", n}, {"q2", n}});
        if (const auto q = sdk::known_coordinate(diffusion, "q"))
            probe.output("covariance").set_coordinate("q2", {{"q2", n}}, "1/nm", *q);
        probe.output("status").set_fact("status_codes", status_codes);
    }

    void run(const sdk::Item& item) const {
        const Curve diffusion = curve(item, "diffusion", "q"), structure = curve(item, "structure_factor", "q_structure");
        const auto d0 = free_diffusion(item);
        const auto result = evaluate(diffusion, structure, d0);
        write(item, "hydrodynamic_function", result.hydrodynamic_function);
        write(item, "ratio", result.ratio);
        write(item, "structure_factor", result.structure_factor);
        if (item.context().output_wanted("covariance")) covariance(diffusion, structure, d0, result, item.out("covariance"));
        item.out("scale_uncertainty")[0] = result.scale_uncertainty;
        item.out<std::int64_t>("points_left_out")[0] = result.left_out;
        item.out<std::int64_t>("negative_points")[0] = result.negative;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        warn(item.context(), result.status);
        if (result.shared)
            item.context().warn(
                "points of H are made of the same points of the structure factor: their variances are right one by one, but not "
                "independent; see the output covariance");
    }

private:
    [[nodiscard]] Estimate free_diffusion(const sdk::Item& item) const {
        constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
        if (d0_) return {*d0_, 0};
        const auto variance = item.variances(d0_name);
        const auto mask = item.mask(d0_name);
        if (!mask.empty() && mask[0] != 0) return {unknown, unknown};
        return {item.values(d0_name)[0], variance.empty() ? 0 : variance[0]};
    }

    std::optional<double> d0_;
};

}  // namespace
}  // namespace sluice::hydrodynamic_function

SLUICE_PLUGIN(sluice::hydrodynamic_function::HydrodynamicFunction)
