// SPDX-License-Identifier: BSD-3-Clause
// Header keys from facts and coordinates, and where the file comes from.
#include <array>
#include <cstdio>
#include <string>
#include <variant>

#include "kernel.hpp"

namespace sluice::gr_file {
namespace {

struct KnownKey {
    std::string_view fact, key, unit;  ///< unit "": a text, or a plain number
};

constexpr std::array<KnownKey, 6> known_keys{{
    {"composition", "composition", ""},
    {"wavelength", "wavelength", "angstrom"},
    {"q_min", "qmin", "1/angstrom"},
    {"q_max", "qmax", "1/angstrom"},
    {"q_max_instrument", "qmaxinst", "1/angstrom"},
    {"r_poly", "rpoly", ""},
}};

std::string with_unit(const std::string& number, const std::string& unit) {
    return unit.empty() || unit == "1" ? number : number + " " + unit;
}

/// 0.175, and not 0.17500000000000002: what the factor adds beyond 15 digits is no information.
std::string converted(double value, double factor) {
    if (factor == 1) return io::number_text(value);
    std::array<char, 40> digits{};
    std::snprintf(digits.data(), digits.size(), "%.15g", value * factor);
    return digits.data();
}

std::string text_of(const io::Fact& fact, std::string_view unit, const UnitFactor& factor) {
    if (const auto* yes = std::get_if<bool>(&fact.value)) return *yes ? "yes" : "no";
    if (const auto* text = std::get_if<std::string>(&fact.value)) return *text;
    const double number = std::get<double>(fact.value);
    const double to_unit = unit.empty() ? 0 : factor(fact.unit, unit);
    return to_unit != 0 ? converted(number, to_unit) : with_unit(io::number_text(number), fact.unit);
}

/// The one value of a coordinate that does not lie along the rows: temperature in K as a bare number, as PDFgui reads it.
std::string text_of(const io::Coordinate& coordinate, const UnitFactor& factor) {
    if (io::is_text(coordinate)) return coordinate.labels.front();
    const double value = io::centre(coordinate, 0);
    const double kelvin = coordinate.name == "temperature" ? factor(coordinate.unit, "K") : 0;
    if (kelvin != 0) return converted(value, kelvin);
    return with_unit(io::number_text(value), coordinate.unit);
}

bool lies_along(const io::Coordinate& coordinate, const std::string& dim) { return io::find_dim(coordinate.dims, dim) >= 0; }

}  // namespace

Keys keys_of_array(const io::GatheredArray& array, const std::string& dim, const UnitFactor& factor) {
    Keys keys;
    for (const auto& known : known_keys)
        if (const auto* fact = io::find_fact(array, known.fact)) keys.emplace_back(known.key, text_of(*fact, known.unit, factor));
    for (const auto& coordinate : array.coordinates)
        if (!lies_along(coordinate, dim)) keys.emplace_back(coordinate.name, text_of(coordinate, factor));
    for (const auto& fact : array.facts) {
        bool known = false;
        for (const auto& each : known_keys) known = known || each.fact == fact.name;
        if (!known) keys.emplace_back(fact.name, text_of(fact, "", factor));
    }
    return keys;
}

}  // namespace sluice::gr_file
