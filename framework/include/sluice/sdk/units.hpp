// SPDX-License-Identifier: BSD-3-Clause
// Questions about units: whether one converts to another, and frequencies in Hz from any unit. rad/s converts to Hz by the
// factor 1 (a radian is 1), and so needs its 2 pi by hand. Header-only.
#pragma once

#include <algorithm>
#include <array>
#include <numbers>
#include <string>
#include <string_view>

#include <sluice/sdk/plugin.hpp>

namespace sluice::sdk {

/// Whether a factor leads from one unit to the other; false for a unit that is not known.
inline bool converts(const Context& context, std::string_view from, std::string_view to) {
    return context.host().unit_factor(to_text(from), to_text(to)) != 0;
}

/// Whether the text of a unit names an angle: rad/s, krad/s, deg/s, revolution/minute.
inline bool is_angular(std::string_view unit) {
    constexpr std::array<std::string_view, 16> angles{
        "rad", "radian", "deg",       "degree",    "turn",   "cycle",  "revolution",    "circle",
        "rpm", "grade",  "arcminute", "arcsecond", "arcmin", "arcsec", "angularminute", "angularsecond"};
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    for (auto at = unit.begin(); at != unit.end();) {
        const auto begin = std::find_if(at, unit.end(), is_letter);
        at = std::find_if_not(begin, unit.end(), is_letter);
        std::string word(begin, at);
        word.erase(std::remove(word.begin(), word.end(), '_'), word.end());  // arc_minute
        if (!word.empty() && word.back() == 's') word.pop_back();
        for (const auto angle : angles)  // with or without a prefix
            if (word.size() >= angle.size() && word.compare(word.size() - angle.size(), angle.size(), angle) == 0) return true;
    }
    return false;
}

/// The factor from a frequency in this unit to one in Hz. Throws RecipeError when it is no frequency.
inline double to_hertz(const Context& context, const std::string& unit) {
    if (!is_angular(unit)) return context.unit_factor(unit, "Hz");
    return context.unit_factor(unit, "rad/s") / (2 * std::numbers::pi);
}

}  // namespace sluice::sdk
