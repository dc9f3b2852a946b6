// SPDX-License-Identifier: BSD-3-Clause
// The map: a decay or a loss peak to its relaxation time. What x is, units and axes here, the fit in the kernel.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <sluice/sdk/curve_outputs.hpp>
#include <sluice/sdk/plugin.hpp>
#include <sluice/sdk/points_to_fit.hpp>

#include "abscissa.hpp"
#include "kernel.hpp"

namespace sluice::kww_fit {
namespace {

constexpr const char* status_codes =
    "0 ok, 1 beta_at_bound, 2 no_decay, 3 too_few_points, 4 not_converged, 5 tau_outside, 6 bad_number";
constexpr const char* parameter_names[] = {"log_tau", "beta", "alpha", "gamma", "amplitude", "offset", "unrelaxed_storage"};

// ---- parameters -------------------------------------------------------------------------------------------------------

Model model_of(const std::string& name) {
    if (name == "havriliak_negami") return Model::havriliak_negami;
    if (name == "cole_cole") return Model::cole_cole;
    return name == "debye" ? Model::debye : Model::kww;
}

Options options_of(const sdk::Setup& setup, Abscissa abscissa, double factor) {
    const auto parameters = setup.parameters();
    Options options;
    options.domain = abscissa == Abscissa::time ? Domain::time : Domain::frequency;
    options.model = model_of(parameters.text("model"));
    options.response = parameters.text("response") == "compliance" ? Response::compliance : Response::modulus;
    options.first = parameters.optional_number("first").value_or(0) * factor;
    if (const auto last = parameters.optional_number("last")) options.last = *last * factor;
    options.smallest_exponent = parameters.number("smallest_exponent");
    options.largest_beta = parameters.optional_number("largest_beta");
    options.largest_gamma = parameters.number("largest_gamma");
    return options;
}

/// A fitted curve over the x of the points.
struct Scaled {
    const Curve& curve;
    double factor;  ///< of x, to the kernel's s or rad/s
    [[nodiscard]] Value at(double x) const { return curve.at(x * factor); }
};

sdk::FineCurve fine_curve_of(const sdk::Parameters& parameters) {
    return sdk::FineCurve(parameters, parameters.text("curve_spacing") == "logarithmic");
}

void describe_parameters(const sdk::Probe& probe) {
    const std::vector<std::string> names(std::begin(parameter_names), std::end(parameter_names));
    const auto n = static_cast<std::int64_t>(names.size());
    probe.output("parameters").set_dims({{"parameter", n}});
    probe.output("parameters").set_labels("parameter", "parameter", names);
    for (const auto* port : {"covariance", "correlation"}) {
        probe.output(port).set_dims({{"parameter", n}, {"parameter2", n}});
        probe.output(port).set_labels("parameter", "parameter", names);
        probe.output(port).set_labels("parameter2", "parameter2", names);
    }
}

void warn(const sdk::Context& context, Status status) {
    switch (status) {
        case Status::ok:
            return;
        case Status::beta_at_bound:
            return context.warn("an exponent ended on its bound, so the fit gives no variances: see the output status");
        case Status::no_decay:
            return context.warn("a constant describes a curve as well, so there is no relaxation to fit: see the output status");
        case Status::too_few_points:
            return context.warn("a curve has too few points to fit: see the outputs status and points");
        case Status::not_converged:
            return context.warn("a fit did not converge: see the output status");
        case Status::tau_outside:
            return context.warn("a relaxation time is outside of the points, so it is an extrapolation: see the output status");
        case Status::bad_number:
            return context.warn("a number given is NaN or out of its range, so nothing was fitted: see the output status");
    }
}

// ---- the plugin -------------------------------------------------------------------------------------------------------

class KwwFit : public sdk::Map {
public:
    explicit KwwFit(const sdk::Setup& setup)
        : points_(setup),
          abscissa_(abscissa_of(setup, points_.unit())),
          factor_(to_kernel(setup, abscissa_, points_.unit())),
          options_(options_of(setup, abscissa_, factor_)),
          fine_(fine_curve_of(setup.parameters())),
          has_storage_(setup.input("storage").present()) {
        if (has_storage_)
            storage_factor_ = setup.context().unit_factor(setup.input("storage").unit(), setup.input("data").unit());
    }

    static void probe(const sdk::Probe& probe) {
        const sdk::PointsToFit points(probe);
        const auto abscissa = abscissa_of(probe, points.unit());
        check_inputs(probe, abscissa);
        fine_curve_of(probe.parameters()).describe(probe, points.unit(), points.known_x(probe));
        describe_parameters(probe);
        const auto data = probe.input("data");
        probe.output("reduced_chi_square").set_unit(data.has_variances() ? "1" : "(" + data.unit() + ")^2");
        for (const auto* port : {"curve", "storage_curve"}) probe.output(port).set_correlated_over("x");
        for (const auto* port : {"beta", "tau", "mean_relaxation_time", "amplitude", "offset", "unrelaxed_storage", "alpha",
                                 "gamma", "peak_frequency", "curve", "storage_curve", "fine_curve"}) {
            probe.output(port).set_fact("model", probe.parameters().text("model"));
            probe.output(port).set_fact("uncertainty_from", points.uncertainty_from());
        }
        probe.output("status").set_fact("status_codes", status_codes);
    }

    void run(const sdk::Item& item) const {
        const auto x = points_.x(item);
        const auto result = fitted(item, x);
        write_numbers(item, result);
        const Scaled curve{result.curve, factor_}, storage_curve{result.storage_curve, factor_};
        sdk::write_curve(item, "curve", curve, x);
        sdk::write_curve(item, "storage_curve", storage_curve, x);
        fine_.write(item, curve, x);
        warn(item.context(), result.status);
    }

private:
    /// What can be said before data is read.
    static void check_inputs(const sdk::Probe& probe, Abscissa abscissa) {
        const auto storage = probe.input("storage"), data = probe.input("data");
        const auto model = model_of(probe.parameters().text("model"));
        if (abscissa == Abscissa::time && (model == Model::havriliak_negami || model == Model::cole_cole))
            throw sdk::RecipeError("model = '" + probe.parameters().text("model") +
                                   "' needs frequencies, x is a time. Of a decay give model: 'kww' or 'debye'.");
        if (!storage.present()) return;
        if (abscissa == Abscissa::time)
            throw sdk::RecipeError("input 'storage' is connected, but x is a time: a decay has none. Leave it out.");
        if (storage.has_variances() != data.has_variances())
            throw sdk::RecipeError(
                "of the inputs 'data' and 'storage' only one has variances. Give both or none: they are weighed together.");
    }

    [[nodiscard]] Result fitted(const sdk::Item& item, const std::vector<double>& x) const {
        std::vector<double> scaled = x, storage, storage_variances;
        for (double& each : scaled) each *= factor_;
        Data data{scaled, item.values("data"), item.variances("data"), item.mask("data"), {}, {}, {}};
        if (has_storage_) {
            for (const double each : item.values("storage")) storage.push_back(storage_factor_ * each);
            for (const double each : item.variances("storage"))
                storage_variances.push_back(storage_factor_ * storage_factor_ * each);
            data.storage = storage;
            data.storage_variances = storage_variances;
            data.storage_mask = item.mask("storage");
        }
        Options options = options_;
        options.beta = item.number("beta");
        options.amplitude = item.number("amplitude");
        options.offset = item.number("offset");
        options.peak = item.context().output_wanted("peak_frequency");
        return fit(data, options);
    }

    static void write_numbers(const sdk::Item& item, const Result& result) {
        sdk::write(item, "tau", result.tau);
        sdk::write(item, "mean_relaxation_time", result.mean_relaxation_time);
        sdk::write(item, "peak_frequency", result.peak_frequency);
        for (std::size_t i = 0; i < n_parameters; ++i) {
            if (i != log_tau) sdk::write(item, parameter_names[i], result.parameter(i));
            item.out("parameters")[i] = result.values[i];
            for (std::size_t j = 0; j < n_parameters; ++j) {
                const double covariance = result.covariance[i * n_parameters + j];
                item.out("covariance")[i * n_parameters + j] = covariance;
                item.out("correlation")[i * n_parameters + j] =
                    covariance / std::sqrt(result.parameter(i).variance * result.parameter(j).variance);  // 0/0 is NaN
            }
        }
        item.out("reduced_chi_square")[0] = result.reduced_chi_square;
        item.out<std::int64_t>("points")[0] = result.points;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
    }

    sdk::PointsToFit points_;
    Abscissa abscissa_;
    double factor_;  ///< of x, to the kernel's s or rad/s
    Options options_;
    sdk::FineCurve fine_;
    bool has_storage_;
    double storage_factor_ = 1;
};

}  // namespace
}  // namespace sluice::kww_fit

SLUICE_PLUGIN(sluice::kww_fit::KwwFit)
