// SPDX-License-Identifier: BSD-3-Clause
// Reads the tables whole (they are small) and takes the columns that are asked for.
#include "curves.hpp"

#include <optional>
#include <stdexcept>
#include <utility>

#include <sluice/io/file_series.hpp>

#include "header_keys.hpp"

namespace sluice::text_source {
namespace {

std::optional<ColumnKey> optional_column(const sdk::Parameters& parameters, std::string_view name) {
    const auto json = Json::parse(parameters.json(name));
    return json.is_null() ? std::nullopt : std::optional(column_of(json));
}

Values squared(const Curves& curves, const StackedColumn& sigma) {
    Values variances;
    for (std::size_t i = 0; i < sigma.values.size(); ++i) {
        const double value = sigma.values[i];
        const auto row = static_cast<std::int64_t>(i) % curves.rows();
        if (value < 0)
            throw std::runtime_error(curves.files[i / static_cast<std::size_t>(curves.rows())] + ": row " + std::to_string(row) +
                                     " of the table has sigma " + std::to_string(value) +
                                     ", must be >= 0. Where none is known, write nan.");
        variances.push_back(value * value);
    }
    return variances;
}

Values variances_of(const Curves& curves, const StackedColumn& sigma) {
    if (!sigma.unit.empty() && !curves.value.unit.empty() && sigma.unit != curves.value.unit)
        throw sdk::RecipeError(curves.files.front() + ": sigma has the unit '" + sigma.unit + "', and the values have '" +
                               curves.value.unit + "'. Both must be in one unit: correct the file.");
    return squared(curves, sigma);
}

}  // namespace

ColumnKey column_of(const Json& json) {
    return json.is_string() ? ColumnKey(json.get<std::string>()) : ColumnKey(json.get<std::int64_t>());
}

ColumnKey column(const sdk::Parameters& parameters, std::string_view name) { return *optional_column(parameters, name); }

Format format_of(const sdk::Parameters& parameters) {
    Format format;
    format.separator = separator_from_name(parameters.text("separator"));
    format.decimal = parameters.text("decimal").front();
    format.comment = parameters.text("comment");
    format.first_line = parameters.integer("first_line");
    format.last_line = parameters.optional_integer("last_line").value_or(0);
    return format;
}

Curves read_curves(const sdk::Parameters& parameters) {
    auto found = io::find_series(parameters.optional_text("file"), Json::parse(parameters.json("files")).get<Names>());
    std::vector<Table> tables;
    for (const auto& file : found.files) {
        tables.push_back(read_table(file, format_of(parameters)));
        if (const auto end = parameters.optional_text("end_key"))
            check_end(tables.back(), column(parameters, "coordinate"), *end, format_of(parameters));
    }
    Curves curves{std::move(found.files),
                  found.is_series,
                  stack_column(tables, column(parameters, "value")),
                  stack_column(tables, column(parameters, "coordinate")),
                  {},
                  {},
                  {}};
    const auto further = Json::parse(parameters.json("coordinates"));
    for (const auto& [name, each] : further.items()) curves.coordinates[name] = stack_column(tables, column_of(each["column"]));
    const auto sigma_key = optional_column(parameters, "sigma");
    if (sigma_key) curves.variances = variances_of(curves, stack_column(tables, *sigma_key));
    for (auto& table : tables) curves.headers.push_back({std::move(table.file), std::move(table.header), {}});
    return curves;
}

}  // namespace sluice::text_source
