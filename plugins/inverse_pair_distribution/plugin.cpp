// SPDX-License-Identifier: BSD-3-Clause
// The map: G(r) of each item to F(q) and S(q). What the recipe asks for here, the transform in the kernel.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <sluice/numerics/axis.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::inverse_pair_distribution {
namespace {

constexpr const char* status_codes = "0 ok, 1 missing_points, 2 no_density, 3 nyquist";
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

bool asks_density(const sdk::Setup& setup) { return setup.parameters().json("number_density") != "null"; }

void check_density(const sdk::Setup& setup, LowR low_r) {
    if (low_r == LowR::density && !asks_density(setup))
        throw sdk::RecipeError(
            "low_r is density, which needs number_density, in atoms per cubic angstrom. Give it, or set low_r to straight.");
    if (low_r != LowR::density && asks_density(setup))
        throw sdk::RecipeError("number_density is given, but low_r is " + setup.parameters().text("low_r") +
                               ", which does not use it. Set low_r to density, or remove number_density.");
}

/// Where the q of G itself ended.
std::optional<double> q_max_of_data(const sdk::Setup& setup) { return setup.input("reduced").fact_number("q_max", "1/angstrom"); }

double q_max_of(const sdk::Setup& setup) {
    const auto asked = setup.parameters().optional_number("q_max"), known = q_max_of_data(setup);
    if (asked) return *asked;
    if (known) return *known;
    throw sdk::RecipeError("reduced does not tell the q_max that it was made with. Give q_max.");
}

Options options_of(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    Options options;
    options.q_min = parameters.number("q_min");
    options.q_max = q_max_of(setup);
    options.q_step = parameters.number("q_step");
    options.natural = parameters.text("q_grid") == "natural";
    options.r_min = parameters.optional_number("r_min");
    options.r_max = parameters.optional_number("r_max");
    options.low_r =
        static_cast<LowR>(std::find(low_r_names.begin(), low_r_names.end(), parameters.text("low_r")) - low_r_names.begin());
    check_density(setup, options.low_r);
    return options;
}

/// The r of every item, where it is the same for all.
std::optional<std::vector<double>> common_r(const sdk::Setup& setup) {
    const auto r = setup.input("reduced").coordinate("r");
    if (!r) return std::nullopt;
    return r->edges ? numerics::centres(r->values) : r->values;
}

void check_below(const Options& options, const InverseTransform& prepared) {
    if (options.low_r == LowR::density && prepared.r_first() == 0)
        throw sdk::RecipeError(
            "low_r is density, but the points of r used begin at 0, so none are replaced. Give r_min, below which there are no "
            "atoms, or set low_r to straight.");
}

/// The q of the answers, where all items have one r.
std::vector<double> common_q(const std::optional<std::vector<double>>& r, const Options& options) {
    if (!r && options.natural)
        throw sdk::RecipeError(
            "q_grid = natural needs one grid of r for all items, but here it differs between them. Set q_grid to exact.");
    return r ? std::vector<double>() : q_grid({}, options);
}

bool correlated(const sdk::Setup& setup) {
    const auto over = setup.input("reduced").correlated_over();
    return std::find(over.begin(), over.end(), "r") != over.end();
}

/// Whether the uncertainty of S(q) can be told.
bool has_variances(const sdk::Setup& setup) {
    return setup.input("covariance").present() || (setup.input("reduced").has_variances() && !correlated(setup));
}

void describe(const sdk::OutputDescription& output, const std::vector<double>& q, bool variances) {
    const auto count = std::ssize(q);
    output.set_dims({{"q", count}});
    output.set_coordinate("q", {{"q", count}}, "1/angstrom", q);
    output.set_variances(variances);
    if (variances) output.set_correlated_over("q");
}

void warn_of_setup(const sdk::Setup& setup, const Options& options) {
    const auto context = setup.context();
    const auto known = q_max_of_data(setup);
    if (known && options.q_max > *known * (1 + 1e-9))
        context.warn("q reaches beyond the q_max that G(r) was made with, where S(q) is nothing but 1: lower q_max");
    if (const auto window = setup.input("reduced").fact_text("window"); window && *window != "none")
        context.warn(
            "G(r) was made with a window, by which S(q) - 1 is still multiplied: use G(r) without window to have S(q) itself");
    if (setup.input("reduced").has_variances() && !has_variances(setup))
        context.warn(
            "the points of G(r) are correlated, so S(q) has no uncertainties: connect the covariance of G(r) to the input "
            "covariance");
}

void warn(const sdk::Context& context, Status status) {
    switch (status) {
        case Status::ok:
            return;
        case Status::missing_points:
            return context.warn(
                "a G(r) has masked or NaN points between r_min and r_max, so its S(q) is masked: change the range, or fill the "
                "gap");
        case Status::no_density:
            return context.warn(
                "number_density is NaN or not above 0 for some G(r), so its S(q) is masked: see the output status");
        case Status::nyquist:
            return context.warn(
                "q reaches beyond pi over the step of r, where S(q) is a mirror image of itself: lower q_max, or have r in finer "
                "steps");
    }
}

class InversePairDistribution : public sdk::Map {
public:
    explicit InversePairDistribution(const sdk::Setup& setup) : options_(options_of(setup)) {
        if (const auto r = common_r(setup)) prepared_.emplace(*r, options_);
        warn_of_setup(setup, options_);
    }

    static void probe(const sdk::Probe& probe) {
        const auto options = options_of(probe);
        const auto r = common_r(probe);
        const std::optional<InverseTransform> prepared = r ? std::make_optional<InverseTransform>(*r, options) : std::nullopt;
        if (prepared) check_below(options, *prepared);
        const auto q = prepared ? std::vector<double>(prepared->q().begin(), prepared->q().end()) : common_q(r, options);
        for (const auto* port : {"structure_factor", "reduced"}) {
            describe(probe.output(port), q, has_variances(probe));
            probe.output(port).set_fact("low_r", probe.parameters().text("low_r"));
            if (!prepared) continue;
            probe.output(port).set_fact("r_min", prepared->r_first(), "angstrom");
            probe.output(port).set_fact("r_max", prepared->r_last(), "angstrom");
        }
        probe.output("status").set_fact("status_codes", status_codes);
    }

    void run(const sdk::Item& item) const {
        std::optional<InverseTransform> own;
        if (!prepared_) own.emplace(item.coordinate("reduced", "r"), options_);
        const auto& kernel = prepared_ ? *prepared_ : *own;
        const auto covariance = covariance_of(item);
        const double density = options_.low_r == LowR::density ? item.number("number_density").value_or(unknown) : 0;
        const auto status =
            kernel.run({item.values("reduced"), item.variances("reduced"), covariance, item.mask("reduced"), density},
                       {item.out("reduced"), item.out_variances("reduced"), item.out("structure_factor"),
                        item.out_variances("structure_factor")});
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(status);
        for (const auto* port : {"structure_factor", "reduced"}) {
            const auto values = item.out(port);
            std::transform(values.begin(), values.end(), item.out_mask(port).begin(),
                           [](double value) { return std::isnan(value); });
        }
        warn(item.context(), status);
    }

private:
    /// NaN where masked; empty where not connected.
    static std::vector<double> covariance_of(const sdk::Item& item) {
        const auto values = item.values("covariance");
        const auto mask = item.mask("covariance");
        std::vector<double> out(values.begin(), values.end());
        for (std::size_t i = 0; i < mask.size(); ++i)
            if (mask[i] != 0) out[i] = unknown;
        return out;
    }

    Options options_;
    std::optional<InverseTransform> prepared_;  ///< nothing where r differs between items
};

}  // namespace
}  // namespace sluice::inverse_pair_distribution

SLUICE_PLUGIN(sluice::inverse_pair_distribution::InversePairDistribution)
