// SPDX-License-Identifier: BSD-3-Clause
// The parameters of a recipe as the options of the three kernels, in kelvin.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <sluice/sdk/plugin.hpp>
#include <sluice/sdk/units.hpp>

#include "apparent.hpp"
#include "component.hpp"
#include "modulus.hpp"

namespace sluice::dma_peak {

// In the order of the enums; the names are those of plugin.json.
inline constexpr std::array<std::string_view, 3> peaks{"asymmetric_gaussian", "gaussian", "cole_cole"};
inline constexpr std::array<std::string_view, 6> backgrounds{"constant_exponential", "arrhenius", "vogel_fulcher_tammann",
                                                             "polynomial",           "none",      "cole_cole"};

template <class Enum, std::size_t n>
Enum chosen(const sdk::Parameters& parameters, const char* name, const std::array<std::string_view, n>& names) {
    return static_cast<Enum>(std::find(names.begin(), names.end(), parameters.text(name)) - names.begin());
}

inline double limit(const sdk::Parameters& parameters, const char* name) {
    return parameters.optional_number(name, "K").value_or(unknown);
}

/// NaN passes: a limit that was not given.
inline void check_order(double from, double to, const std::string& first, const std::string& second) {
    if (from >= to) throw sdk::RecipeError(first + " must be below " + second + ". Swap the two.");
}

inline ApparentOptions apparent_options(const sdk::Parameters& parameters) {
    ApparentOptions options;
    options.from_K = limit(parameters, "from");
    options.to_K = limit(parameters, "to");
    options.half_width_K = parameters.number("half_width", "K");
    options.order = parameters.integer("order");
    options.significance = parameters.number("significance");
    check_order(options.from_K, options.to_K, "from", "to");
    return options;
}

/// tan delta has no unit, and a loss modulus has one.
inline Quantity quantity_of(const sdk::Setup& setup) {
    const auto unit = setup.input("data").unit();
    if (sdk::converts(setup.context(), unit, "1")) return Quantity::tan_delta;
    if (sdk::converts(setup.context(), unit, "Pa")) return Quantity::loss_modulus;
    throw sdk::RecipeError("the data has the unit '" + unit +
                           "'; tan delta has the unit '1', and a loss modulus one that converts to 'Pa'.");
}

/// Two relaxations of one modulus do not add up in tan delta: there its size matters.
inline void check_scale(const sdk::Setup& setup, const ComponentOptions& options) {
    const auto unit = setup.input("data").unit();
    if (options.background == Background::cole_cole && options.quantity == Quantity::tan_delta &&
        setup.context().unit_factor(unit, "1") != 1)
        throw sdk::RecipeError("the background cole_cole needs tan delta in the unit '1'; the data has the unit '" + unit +
                               "'. Convert it first.");
}

inline ComponentOptions component_options(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    ComponentOptions options;
    options.background = chosen<Background>(parameters, "background", backgrounds);
    options.peak = chosen<PeakModel>(parameters, "peak", peaks);
    options.quantity = quantity_of(setup);
    options.degree = parameters.integer("degree");
    options.from_K = parameters.optional_number("component_from", "K");
    options.to_K = parameters.optional_number("component_to", "K");
    options.compare_backgrounds = parameters.boolean("compare_backgrounds");
    check_scale(setup, options);
    check_order(options.from_K.value_or(unknown), options.to_K.value_or(unknown), "component_from", "component_to");
    return options;
}

inline ModulusOptions modulus_options(const sdk::Parameters& parameters) {
    ModulusOptions options;
    options.from_K = limit(parameters, "modulus_from");
    options.to_K = limit(parameters, "modulus_to");
    options.half_width_K = parameters.number("modulus_half_width", "K");
    options.smallest_drop = parameters.number("smallest_drop");
    options.significance = parameters.number("significance");
    options.glass_from_K = limit(parameters, "glass_from");
    options.glass_to_K = limit(parameters, "glass_to");
    check_order(options.from_K, options.to_K, "modulus_from", "modulus_to");
    check_order(options.glass_from_K, options.glass_to_K, "glass_from", "glass_to");
    return options;
}

}  // namespace sluice::dma_peak
