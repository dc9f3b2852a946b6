// SPDX-License-Identifier: BSD-3-Clause
// The map: one correlation function to its rate. Which variances weigh, options from parameters, numbers to the outputs.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sluice/sdk/curve_outputs.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::g2_fit {
namespace {

constexpr const char* status_codes =
    "0 ok, 1 no_decay, 2 decayed_before_first_lag, 3 too_few_lags, 4 bound_hit, 5 not_converged, 6 no_contrast";

/// Whose variances are the weights.
const char* weights_of(const sdk::Setup& setup) {
    if (setup.input("errors").present()) return "errors";
    return setup.input("g2").has_variances() ? "g2" : "none";
}

Options options_of(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    const auto unit = setup.input("g2").coordinate_unit("delay").value();  // plugin.json requires it
    Options options;
    options.model = parameters.text("model") == "kww" ? Model::kww : Model::exponential;
    options.baseline = parameters.optional_number("baseline");
    options.first_delay = parameters.optional_number("first_delay", unit).value_or(options.first_delay);
    options.last_delay = parameters.optional_number("last_delay", unit).value_or(options.last_delay);
    options.largest_contrast = parameters.number("largest_contrast");
    options.smallest_exponent = parameters.number("smallest_exponent");
    options.largest_exponent = parameters.number("largest_exponent");
    return options;
}

std::vector<std::uint8_t> united(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, std::size_t n) {
    std::vector<std::uint8_t> mask(n, 0);
    for (std::size_t i = 0; i < n; ++i) mask[i] = (!a.empty() && a[i] != 0) || (!b.empty() && b[i] != 0);
    return mask;
}

void warn(const sdk::Context& context, Status status) {
    switch (status) {
        case Status::ok:
            return;
        case Status::no_decay:
            return context.warn("a correlation function shows no decay, so its rate is an upper limit: see the output status");
        case Status::decayed_before_first_lag:
            return context.warn(
                "a correlation function has decayed before the first lag, so it gives no rate: see the output status");
        case Status::too_few_lags:
            return context.warn("a correlation function has too few lags to fit: see the outputs status and points");
        case Status::bound_hit:
            return context.warn("a fit ended on a bound, so it gives no variances: see the output status");
        case Status::not_converged:
            return context.warn("a fit did not converge: see the output status");
        case Status::no_contrast:
            return context.warn("a contrast given is NaN or not above 0, so nothing was fitted: see the output status");
    }
}

class G2Fit : public sdk::Map {
public:
    explicit G2Fit(const sdk::Setup& setup) : options_(options_of(setup)), own_errors_(setup.input("errors").present()) {}

    static void probe(const sdk::Probe& probe) {
        const auto rate = probe.output("rate");
        rate.set_fact("model", probe.parameters().text("model"));
        rate.set_fact("weights", weights_of(probe));
        probe.output("status").set_fact("status_codes", status_codes);
    }

    void run(const sdk::Item& item) const {
        const auto g2 = item.values("g2");
        const auto mask = united(item.mask("g2"), own_errors_ ? item.mask("errors") : std::span<const std::uint8_t>(), g2.size());
        const Curve curve{item.coordinate("g2", "delay"), g2, item.variances(own_errors_ ? "errors" : "g2"), mask};
        const auto result = fit(curve, item.number("contrast"), options_);

        sdk::write(item, "rate", result.rate);
        sdk::write(item, "contrast", result.contrast);
        sdk::write(item, "exponent", result.exponent);
        sdk::write(item, "baseline", result.baseline);
        item.out("reduced_chi_square")[0] = result.reduced_chi_square;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        item.out<std::int64_t>("points")[0] = result.points;
        std::copy(result.curve.begin(), result.curve.end(), item.out("curve").begin());
        warn(item.context(), result.status);
        // Without the number: the host keeps the same sentence of many items once.
        if (result.poor)
            item.context().warn(
                "the model does not describe a correlation function (reduced chi-square above 10): is the contrast right? See "
                "the "
                "output reduced_chi_square");
    }

private:
    Options options_;
    bool own_errors_;
};

}  // namespace
}  // namespace sluice::g2_fit

SLUICE_PLUGIN(sluice::g2_fit::G2Fit)
