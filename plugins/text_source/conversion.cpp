// SPDX-License-Identifier: BSD-3-Clause
// Units of columns: what the recipe or the file says, and conversion on load.
#include "conversion.hpp"

#include <variant>

#include "units.hpp"

namespace sluice::text_source {
namespace {

double factor(const sdk::Setup& setup, const std::string& from, const std::string& to) {
    return setup.context().host().unit_factor(sdk::to_text(from), sdk::to_text(to));
}

/// The host converts by factors only; the scales with another zero are these two.
std::optional<Affine> to_kelvin(const sdk::Setup& setup, const std::string& unit) {
    if (const double same = factor(setup, unit, "degC"); same != 0) return Affine{same, 273.15};
    if (const double same = factor(setup, unit, "degF"); same != 0) return Affine{same * 5 / 9, 459.67 * 5 / 9};
    if (const double scale = factor(setup, unit, "K"); scale != 0) return Affine{scale, 0};
    return std::nullopt;
}

bool is_angular(const std::string& unit) { return unit.find("rad") != std::string::npos; }

}  // namespace

bool is_temperature_unit(const sdk::Setup& setup, const std::string& unit) { return to_kelvin(setup, unit).has_value(); }

Affine conversion(const sdk::Setup& setup, const std::string& parameter, const std::string& from, const std::string& to) {
    const auto a = to_kelvin(setup, from), b = to_kelvin(setup, to);
    if (a && b) return {a->scale / b->scale, (a->offset - b->offset) / b->scale};
    const auto hertz = hertz_in(from), wanted = hertz_in(to);
    if (hertz && wanted) return {*hertz / *wanted, 0};
    const double scale = factor(setup, from, to);
    if (scale == 0)
        throw sdk::RecipeError(parameter + ": unit '" + from + "' of the column cannot be converted to '" + to + "'.");
    if (is_angular(from) != is_angular(to) && factor(setup, from, "Hz") != 0)
        throw sdk::RecipeError(parameter + ": '" + from + "' and '" + to +
                               "' differ by 2 pi if one is an angular frequency. Write them as rad/s and Hz.");
    return {scale, 0};
}

std::string unit_of(const sdk::Setup& setup, const std::string& file, const std::string& parameter,
                    const std::optional<std::string>& given, const ColumnKey& key, const StackedColumn& column) {
    if (given) return *given;
    const auto* number = std::get_if<std::int64_t>(&key);
    const std::string which = file + ": column " + (number ? std::to_string(*number) : "'" + std::get<std::string>(key) + "'");
    if (column.unit.empty())
        throw sdk::RecipeError(which + " has no unit in the file. Set " + parameter + " (\"1\" for a plain number).");
    if (factor(setup, column.unit, column.unit) == 0)
        throw sdk::RecipeError(which + " has the unit '" + column.unit + "', which is not known. Set " + parameter +
                               " to what it means.");
    return column.unit;
}

void convert(std::vector<double>& values, const Affine& by) {
    for (double& value : values) value = by.scale * value + by.offset;
}

}  // namespace sluice::text_source
