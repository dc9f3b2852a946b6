// SPDX-License-Identifier: BSD-3-Clause
// Which formulas make a model, their parameters, and their evaluation with or without derivatives.
#include "component_model.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <sluice/numerics/dual.hpp>
#include <sluice/numerics/fail.hpp>

#include "component_formulas.hpp"

namespace sluice::dma_peak {
namespace {

using formulas::Alpha;
using formulas::Joint;
using formulas::most_background;
using formulas::most_peak;
using formulas::Peak;
using numerics::Dual;

// ---- one formula, with and without slopes ---------------------------------------------------------------------------

/// Where results go: out[i] += value; slopes, when asked for, to columns `first`, ... of rows of `stride`.
struct Sink {
    std::span<double> out, slopes;
    std::size_t stride, first;
};

/// Adds prepare(values).at(T) for all T, with T = double, or Dual<N> where slopes are wanted.
template <std::size_t N, class Prepare>
void add(std::span<const double> values, std::span<const double> temperature_K, const Sink& sink, const Prepare& prepare) {
    if (sink.slopes.empty()) {
        const auto model = prepare(values.data());
        for (std::size_t i = 0; i < temperature_K.size(); ++i) sink.out[i] += model(temperature_K[i]);
        return;
    }
    std::array<Dual<N>, N> variables;
    for (std::size_t i = 0; i < values.size(); ++i) variables[i] = Dual<N>(values[i], i);
    const auto model = prepare(variables.data());
    for (std::size_t i = 0; i < temperature_K.size(); ++i) {
        const Dual<N> result = model(temperature_K[i]);
        sink.out[i] += result.value;
        double* const row = &sink.slopes[i * sink.stride + sink.first];
        for (std::size_t k = 0; k < values.size(); ++k) row[k] = result.slope[k];
    }
}

bool in_one_modulus(const ComponentOptions& options) {
    return options.peak == PeakModel::cole_cole && options.background == Background::cole_cole &&
           options.quantity == Quantity::tan_delta;
}

std::vector<ComponentParameter> peak_parameters(const ComponentOptions& options) {
    std::vector<ComponentParameter> out{{"temperature", "K"}, {"height", ""}, {"width", "K"}};
    if (options.peak == PeakModel::asymmetric_gaussian) out.push_back({"asymmetry", "1"});
    if (options.peak == PeakModel::cole_cole) out.push_back({"exponent", "1"});
    return out;
}

std::vector<ComponentParameter> background_parameters(const ComponentOptions& options) {
    switch (options.background) {
        case Background::constant_exponential:
            return {{"constant", ""}, {"tail_amplitude", ""}, {"tail_scale", "K"}};
        case Background::arrhenius:
            return {{"constant", ""}, {"tail_amplitude", ""}, {"tail_energy", "kJ/mol"}};
        case Background::vogel_fulcher_tammann:
            return {{"constant", ""}, {"tail_amplitude", ""}, {"tail_strength", "K"}, {"tail_temperature", "K"}};
        case Background::none:
            return {};
        case Background::cole_cole:
            return {{"constant", ""},
                    {"alpha_strength", options.quantity == Quantity::tan_delta ? "1" : ""},
                    {"alpha_exponent", "1"},
                    {"alpha_temperature", "K"},
                    {"alpha_energy", "kJ/mol"}};
        case Background::polynomial:
            break;
    }
    std::vector<ComponentParameter> out{{"coefficient_0", ""}};
    for (std::ptrdiff_t k = 1; k <= options.degree; ++k) {
        const auto power = std::to_string(k);
        out.push_back({std::string("coefficient_").append(power), std::string("1/K^").append(power)});
    }
    return out;
}

}  // namespace

std::vector<ComponentParameter> parameters_of(const ComponentOptions& options) {
    auto out = peak_parameters(options);
    for (auto& each : background_parameters(options)) out.push_back(std::move(each));
    return out;
}

ComponentModel::ComponentModel(const ComponentOptions& options, double reference_K)
    : options_(options),
      reference_K_(reference_K),
      peak_size_(peak_parameters(options).size()),
      background_size_(background_parameters(options).size()) {
    if (options.background == Background::polynomial && (options.degree < 0 || options.degree > 4))
        numerics::fail<std::invalid_argument>("degree = ", options.degree, ", must be 0 to 4.");
}

void ComponentModel::evaluate(ComponentPart part, std::span<const double> values, std::span<const double> temperature_K,
                              std::span<double> out, std::span<double> slopes) const {
    std::fill(out.begin(), out.end(), 0.0);
    std::fill(slopes.begin(), slopes.end(), 0.0);
    const auto peak_values = values.first(peak_size_), background_values = values.subspan(peak_size_);
    const Sink from_peak{out, slopes, size(), 0}, from_background{out, slopes, size(), peak_size_};
    if (part == ComponentPart::whole && in_one_modulus(options_))
        return add<most_peak + most_background>(values, temperature_K, from_peak, [&](const auto* v) {
            return [joint = Joint(options_, v)](double t) { return joint.at(t); };
        });
    if (part != ComponentPart::background)
        add<most_peak>(peak_values, temperature_K, from_peak,
                       [&](const auto* p) { return [peak = Peak(options_, p)](double t) { return peak.at(t); }; });
    if (part == ComponentPart::component || background_size_ == 0) return;
    if (options_.background == Background::cole_cole)
        return add<most_background>(background_values, temperature_K, from_background, [&](const auto* b) {
            return [this, alpha = Alpha(b)](double t) {
                const auto at = alpha.at(t);
                return formulas::losses_over_storage(options_.quantity, alpha.constant() + at.loss, at.storage);
            };
        });
    add<most_background>(background_values, temperature_K, from_background, [&](const auto* b) {
        return [this, b](double t) { return formulas::tail(options_, b, background_size_, reference_K_, t); };
    });
}

double ComponentModel::value(ComponentPart part, std::span<const double> values, double temperature_K,
                             std::span<double> slopes) const {
    double out = 0;
    evaluate(part, values, {&temperature_K, 1}, {&out, 1}, slopes);
    return out;
}

double ComponentModel::area(std::span<const double> values, std::span<double> slopes) const {
    std::array<Dual<most_peak>, most_peak> p;
    for (std::size_t i = 0; i < peak_size_; ++i) p[i] = Dual<most_peak>(values[i], i);
    const auto result = formulas::area_of(options_, p.data());
    std::fill(slopes.begin(), slopes.end(), 0.0);
    if (!slopes.empty()) std::copy_n(result.slope, peak_size_, slopes.begin());
    return result.value;
}

}  // namespace sluice::dma_peak
