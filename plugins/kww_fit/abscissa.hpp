// SPDX-License-Identifier: BSD-3-Clause
// What the x of the points is: a time, a frequency or an angular frequency, and its factor to what the kernel takes.
#pragma once

#include <numbers>
#include <optional>
#include <string>
#include <string_view>

#include <sluice/sdk/plugin.hpp>
#include <sluice/sdk/units.hpp>

namespace sluice::kww_fit {

enum class Abscissa { time, frequency, angular_frequency };

inline bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// What a unit alone tells. Where it is a rate without a name, 1/s, nothing.
inline std::optional<Abscissa> told_by(const sdk::Context& context, const std::string& unit) {
    if (sdk::converts(context, unit, "s")) return Abscissa::time;
    if (!sdk::converts(context, unit, "Hz"))
        throw sdk::RecipeError("x has the unit '" + unit +
                               "', must be a time, a frequency (Hz) or an angular frequency (rad/s).");
    if (sdk::is_angular(unit)) return Abscissa::angular_frequency;
    if (holds(unit, "Hz") || holds(unit, "hertz")) return Abscissa::frequency;
    return std::nullopt;
}

inline std::optional<Abscissa> chosen(const sdk::Parameters& parameters) {
    const auto domain = parameters.optional_text("domain");
    if (!domain) return std::nullopt;
    return *domain == "time" ? Abscissa::time : *domain == "frequency" ? Abscissa::frequency : Abscissa::angular_frequency;
}

inline std::string unit_of_x(const sdk::Setup& setup) {
    if (setup.input("abscissa").present()) return setup.input("abscissa").unit();
    return setup.input("data").coordinate_unit("x").value_or("1");  // PointsToFit refuses points without
}

inline Abscissa abscissa_of(const sdk::Setup& setup, const std::string& unit) {
    const auto own = unit_of_x(setup);
    const auto wanted = chosen(setup.parameters()), told = told_by(setup.context(), own),
               in_unit = told_by(setup.context(), unit);
    if (told && in_unit && *told != *in_unit)
        throw sdk::RecipeError(
            "x has the unit '" + own + "', which x_unit = '" + unit +
            "' cannot be: one is a frequency, the other an angular frequency, 2 pi apart. Give an x_unit of the kind of x.");
    const auto known = told ? told : in_unit;
    if (wanted && known && *wanted != *known)
        throw sdk::RecipeError("domain = '" + *setup.parameters().optional_text("domain") + "' but x has the unit '" + own +
                               "'. Leave domain out, or correct the unit of x.");
    if (!wanted && !known)
        throw sdk::RecipeError(
            "x has the unit '" + own +
            "', which may be a frequency or an angular frequency. Give domain: 'frequency' or 'angular_frequency'.");
    return wanted ? *wanted : *known;
}

/// From x in `unit` to what the kernel takes: s, or rad/s.
inline double to_kernel(const sdk::Setup& setup, Abscissa abscissa, const std::string& unit) {
    if (abscissa == Abscissa::time) return setup.context().unit_factor(unit, "s");
    return setup.context().unit_factor(unit, "1/s") * (abscissa == Abscissa::frequency ? 2 * std::numbers::pi : 1);
}

}  // namespace sluice::kww_fit
