// SPDX-License-Identifier: BSD-3-Clause
// Units of columns: what the recipe or the file says, and conversion on load.
#include "conversion.hpp"

#include <variant>

#include <sluice/sdk/units.hpp>

namespace sluice::text_source {
namespace {

double factor(const sdk::Setup& setup, const std::string& from, const std::string& to) {
    return setup.context().host().unit_factor(sdk::to_text(from), sdk::to_text(to));
}

/// The host gives factors only, and none between scales with unlike zeros; these two are defined by their zeros.
std::optional<Affine> to_kelvin(const sdk::Setup& setup, const std::string& unit) {
    if (const double same = factor(setup, unit, "degC"); same != 0) return Affine{same, 273.15};
    if (const double same = factor(setup, unit, "degF"); same != 0) return Affine{same * 5 / 9, 459.67 * 5 / 9};
    if (const double scale = factor(setup, unit, "K"); scale != 0) return Affine{scale, 0};
    return std::nullopt;
}

}  // namespace

bool is_time_unit(const sdk::Setup& setup, const std::string& unit) { return factor(setup, unit, "s") != 0; }

bool is_frequency_unit(const sdk::Setup& setup, const std::string& unit) { return factor(setup, unit, "Hz") != 0; }

bool is_temperature_unit(const sdk::Setup& setup, const std::string& unit) { return to_kelvin(setup, unit).has_value(); }

Affine conversion(const sdk::Setup& setup, const std::string& parameter, const std::string& from, const std::string& to) {
    const auto a = to_kelvin(setup, from), b = to_kelvin(setup, to);
    if (a && b) return {a->scale / b->scale, (a->offset - b->offset) / b->scale};
    const double scale = factor(setup, from, to);
    if (scale == 0)
        throw sdk::RecipeError(parameter + ": unit '" + from + "' of the column cannot be converted to '" + to + "'.");
    if (sdk::is_angular(from) == sdk::is_angular(to) || !is_frequency_unit(setup, from)) return {scale, 0};
    return {sdk::to_hertz(setup.context(), from) / sdk::to_hertz(setup.context(), to), 0};
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
