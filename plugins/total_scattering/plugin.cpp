// SPDX-License-Identifier: BSD-3-Clause
// The map: a raw curve and atomic factors to S(q). What is asked is in settings, what is computed in the kernel.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "settings.hpp"

namespace sluice::total_scattering {
namespace {

constexpr const char* status_codes =
    "0 ok, 1 scale_spread, 2 level_off, 3 negative_beyond_bound, 4 too_few_points, 5 scale_not_positive, 6 number_missing";
constexpr const char* curves[] = {"structure_factor",      "for_differences", "reduced",
                                  "background_subtracted", "corrected",       "normalised"};

GeometryTable table_of(const Settings& settings) {
    return geometry_table(settings.q_inv_angstrom, settings.geometry, settings.wavelength_angstrom.value_or(unknown));
}

void copy_text(const sdk::InputDescription& from, const sdk::OutputDescription& to, const char* fact) {
    if (const auto text = from.present() ? from.fact_text(fact) : std::nullopt) to.set_fact(fact, *text);
}

/// What later steps may ask of a curve: how it was made, of which atoms.
void set_facts(const sdk::Probe& probe, const Settings& settings, const sdk::OutputDescription& out) {
    const auto parameters = probe.parameters();
    out.drop_fact("intensity_scale");
    if (probe.input("background").present()) out.set_fact("background_subtracted", true);
    if (settings.wavelength_angstrom) out.set_fact("wavelength", *settings.wavelength_angstrom / 10, "nm");
    out.set_fact("normalisation", parameters.text("method"));
    out.set_fact("definition", parameters.text("definition"));
    if (settings.options.method == Method::ad_hoc) out.set_fact("q_max_instrument", settings.options.ad_hoc.to, "1/angstrom");
    copy_text(probe.input("mean_square"), out, "composition");
    copy_text(probe.input("mean_square"), out, "f0_source");
    const auto compton = probe.input("compton");
    if (!compton.present()) return;
    if (const auto power = compton.fact_number("recoil_power")) out.set_fact("recoil_power", power->value, power->unit);
}

/// One for all items, not from a step: known at plan.
void set_density(const sdk::Probe& probe, const Settings& settings, const sdk::OutputDescription& out) {
    const auto json = probe.parameters().json("number_density");
    if (json.front() == '{') return;
    const auto density = json == "null" ? settings.number_density : probe.parameters().number("number_density");
    if (density) out.set_fact("number_density", *density, "1/angstrom^3");
}

void set_correction_facts(const Settings& settings, const sdk::OutputDescription& out) {
    if (settings.geometry.polarization) out.set_fact("polarization_corrected", true);
    if (settings.geometry.solid_angle) out.set_fact("solid_angle_corrected", true);
    if (settings.geometry.sensor_tau) out.set_fact("incidence_corrected", true);
    if (settings.geometry.plate) out.set_fact("absorption_corrected", true);
}

void describe_terms(const sdk::Probe& probe, const Settings& settings) {
    std::vector<std::int64_t> terms(static_cast<std::size_t>(std::ceil(settings.options.polynomial_order)));
    for (std::size_t j = 0; j < terms.size(); ++j) terms[j] = static_cast<std::int64_t>(j + 1);
    const sdk::DimSize dim{"term", static_cast<std::int64_t>(terms.size())};
    const auto out = probe.output("polynomial");
    out.set_dims({dim});
    out.set_coordinate("term", {dim}, "1", terms);
}

void warn(const sdk::Context& context, Status status) {
    switch (status) {
        case Status::ok:
            return;
        case Status::scale_spread:
            return context.warn("the scales of a curve disagree: see the outputs scale_spread and status");
        case Status::level_off:
            return context.warn("S of a curve does not run about 1 in the range to fit: see the outputs level and status");
        case Status::negative_beyond_bound:
            return context.warn("S of a curve lies below what atoms can scatter: see the outputs points_beyond_bound and status");
        case Status::too_few_points:
            return context.warn("a curve has too few points for its normalisation, so it gives no S: see the output status");
        case Status::scale_not_positive:
            return context.warn(
                "the scale of a curve is not above 0, so it gives no S: see the outputs scale_high_q, scale_krogh_moe, "
                "scale_ad_hoc and status");
        case Status::number_missing:
            return context.warn(
                "a number of a curve (monitor, background_scale, mu_t or number_density) is NaN or out of its range, "
                "so it gives no S: see the output status");
    }
}

void write(const sdk::Item& item, const char* port, const Estimate& estimate) {
    item.out(port)[0] = estimate.value;
    if (const auto variance = item.out_variances(port); !variance.empty()) variance[0] = estimate.variance;
}

void write(const sdk::Item& item, const char* port, std::span<const double> values) {
    std::copy(values.begin(), values.end(), item.out(port).begin());
}

/// Masked where there is no number.
void write_masked(const sdk::Item& item, const char* port, std::span<const double> values, std::span<const double> variance) {
    write(item, port, values);
    std::copy(variance.begin(), variance.end(), item.out_variances(port).begin());
    const auto mask = item.out_mask(port);
    for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = std::isnan(values[i]);
}

class TotalScattering : public sdk::Map {
public:
    explicit TotalScattering(const sdk::Setup& setup) : settings_(settings_of(setup)), geometry_(table_of(settings_)) {
        if (setup.input("background").present())
            background_factor_ = setup.context().unit_factor(setup.input("background").unit(), setup.input("intensity").unit());
        warn_of_inputs(setup, settings_);
    }

    static void probe(const sdk::Probe& probe) {
        const auto settings = settings_of(probe);
        static_cast<void>(table_of(settings));  // its refusals belong before any data is read
        if (probe.input("background").present())
            static_cast<void>(probe.context().unit_factor(probe.input("background").unit(), probe.input("intensity").unit()));
        for (const char* port : curves) set_facts(probe, settings, probe.output(port));
        for (const char* port : {"structure_factor", "for_differences", "reduced", "corrected", "normalised"})
            set_correction_facts(settings, probe.output(port));
        for (const char* port : {"structure_factor", "for_differences", "reduced"})
            set_density(probe, settings, probe.output(port));
        probe.output("reduced").set_fact("definition", "faber_ziman");
        describe_terms(probe, settings);
        probe.output("status").set_fact("status_codes", status_codes);
        probe.context().resolved("fit_from", std::to_string(settings.options.fit.from));
        probe.context().resolved("fit_to", std::to_string(settings.options.fit.to));
    }

    void run(const sdk::Item& item) const {
        const auto mask = united_mask(item);
        const auto reduced = reduce(settings_.q_inv_angstrom,
                                    {item.values("intensity"), item.variances("intensity"), item.values("background"),
                                     item.variances("background"), mask},
                                    {item.values("mean_square"), item.values("square_mean"), item.values("compton")}, geometry_,
                                    numbers_of(item), settings_.options);
        write_curves(item, reduced);
        write_factors(item, reduced);
        write_numbers(item, reduced);
        warn(item.context(), reduced.status);
    }

private:
    [[nodiscard]] Numbers numbers_of(const sdk::Item& item) const {
        return {item.number("monitor").value_or(unknown), item.number("background_scale").value_or(unknown) * background_factor_,
                item.number("mu_t").value_or(unknown),
                item.number("number_density").value_or(settings_.number_density.value_or(unknown))};
    }

    static std::vector<std::uint8_t> united_mask(const sdk::Item& item) {
        std::vector<std::uint8_t> mask(item.values("intensity").size(), 0);
        for (const auto* port : {"intensity", "background", "mean_square", "square_mean", "compton"}) {
            const auto each = item.mask(port);
            for (std::size_t i = 0; i < each.size(); ++i) mask[i] = mask[i] != 0 || each[i] != 0;
        }
        return mask;
    }

    void write_curves(const sdk::Item& item, const Reduced& reduced) const {
        const auto& s = reduced.structure;
        const auto& structure_factor = settings_.ashcroft_langreth ? s.ashcroft_langreth : s.faber_ziman;
        write_masked(item, "structure_factor", structure_factor, s.variance);
        write_masked(item, "for_differences", structure_factor, own_variance(reduced));
        write_masked(item, "reduced", s.reduced, s.reduced_variance);
        write_masked(item, "normalised", s.normalised, s.normalised_variance);
        write_masked(item, "background_subtracted", reduced.background_subtracted, reduced.variance);
        write_masked(item, "corrected", reduced.corrected, reduced.corrected_variance);
    }

    /// Of S, without the background's part.
    static std::vector<double> own_variance(const Reduced& reduced) {
        auto variance = reduced.structure.variance;
        for (std::size_t i = 0; i < variance.size(); ++i) variance[i] *= reduced.own_share[i];
        return variance;
    }

    void write_factors(const sdk::Item& item, const Reduced& reduced) const {
        write(item, "polarization", geometry_.polarization);
        write(item, "solid_angle", geometry_.solid_angle);
        write(item, "incidence", geometry_.incidence);
        write(item, "absorption", reduced.absorption);
        write(item, "correction", reduced.correction);
        write(item, "expected", reduced.expected);
        write(item, "polynomial", reduced.polynomial);
    }

    static void write_numbers(const sdk::Item& item, const Reduced& reduced) {
        write(item, "scale", reduced.scale.alpha);
        write(item, "constant", reduced.scale.beta);
        write(item, "scale_high_q", reduced.high_q);
        write(item, "scale_krogh_moe", reduced.krogh_moe);
        write(item, "scale_ad_hoc", reduced.ad_hoc);
        write(item, "level", reduced.level.mean);
        item.out("scale_constant_covariance")[0] = reduced.scale.covariance;
        item.out("scale_spread")[0] = reduced.spread;
        item.out("reduced_chi_square")[0] = reduced.level.reduced_chi_square;
        item.out("most_negative")[0] = reduced.lowest.value;
        item.out("lowest_over_bound")[0] = reduced.lowest.over_bound;
        item.out<std::int64_t>("points_fitted")[0] = reduced.level.points;
        item.out<std::int64_t>("points_left_out")[0] = reduced.left_out;
        item.out<std::int64_t>("points_beyond_bound")[0] = reduced.lowest.beyond;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(reduced.status);
    }

    Settings settings_;
    GeometryTable geometry_;
    double background_factor_ = 1;  ///< of its unit; folded into background_scale, so that no value is copied
};

}  // namespace
}  // namespace sluice::total_scattering

SLUICE_PLUGIN(sluice::total_scattering::TotalScattering)
