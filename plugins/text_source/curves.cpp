// SPDX-License-Identifier: BSD-3-Clause
// Reads the tables whole (they are small) and takes the columns that are asked for.
#include "curves.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <utility>

#include <sluice/io/file_series.hpp>

#include "conversion.hpp"
#include "header_keys.hpp"
#include "run_facts.hpp"

namespace sluice::text_source {
namespace {

std::optional<ColumnKey> optional_column(const sdk::Parameters& parameters, std::string_view name) {
    const auto json = Json::parse(parameters.json(name));
    return json.is_null() ? std::nullopt : std::optional(column_of(json));
}

ColumnKey column(const sdk::Parameters& parameters, std::string_view name) { return *optional_column(parameters, name); }

/// Other dialects say themselves where their tables stand.
void check_format(const sdk::Parameters& parameters, Dialect dialect) {
    if (dialect == Dialect::table) return;
    if (parameters.integer("first_line") != 1 || parameters.optional_integer("last_line"))
        throw sdk::RecipeError("first_line and last_line are for dialect table only: " + parameters.text("dialect") +
                               " says itself where its rows stand. Remove them.");
}

void check_piece_parameters(const sdk::Parameters& parameters, const PieceOptions& options, Dialect dialect) {
    if (!options.steps.empty() && dialect != Dialect::trios)
        throw sdk::RecipeError("step is given, but only dialect trios has steps. Remove it.");
    for (const char* name : {"group", "group_unit", "group_as"})
        if (!options.group_by && parameters.optional_text(name))
            throw sdk::RecipeError(std::string(name) + " is given, but group_by is not. Remove it, or set group_by.");
    const bool chosen = options.segments == Segments::heating || options.segments == Segments::cooling;
    if (options.segment_index >= 0 && !chosen)
        throw sdk::RecipeError(
            "segment_index is given, but segments is neither heating nor cooling. Remove it, or set segments.");
}

/// The further coordinates: one of them may be the time.
std::vector<TimeColumn> time_columns(const sdk::Parameters& parameters) {
    const auto further = Json::parse(parameters.json("coordinates"));
    std::vector<TimeColumn> columns;
    for (const auto& each : further) columns.push_back({column_of(each["column"]), each.value("unit", std::string())});
    return columns;
}

PieceOptions piece_options(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    PieceOptions options;
    options.coordinate = column(parameters, "coordinate");
    const auto step = Json::parse(parameters.json("step"));
    for (const auto& each : step.is_array() ? step : step.is_null() ? Json::array() : Json::array({step}))
        options.steps.push_back(column_of(each));
    options.group_by = optional_column(parameters, "group_by");
    options.group_tolerance = parameters.number("group_tolerance");
    options.segments = segments_from_name(parameters.text("segments"));
    options.segment_index = parameters.optional_integer("segment_index").value_or(-1);
    options.turn_tolerance = parameters.number("turn_tolerance");
    options.minimum_rate = parameters.number("minimum_rate");
    options.times = time_columns(parameters);
    options.is_time_unit = [setup](const std::string& unit) { return is_time_unit(setup, unit); };
    return options;
}

/// Rows::equal where nothing asks for padding: then a series of unlike files is most likely a mistake.
Rows rows_wanted(const sdk::Parameters& parameters, const PieceOptions& options, Dialect dialect) {
    const bool parts = options.group_by || options.segments != Segments::as_is || dialect != Dialect::table;
    return parts || parameters.boolean("pad") ? Rows::padded : Rows::equal;
}

Values variances_of(const std::vector<Table>& tables, const ColumnKey& key, const StackedColumn& value, Rows rows) {
    const auto sigma = stack_column(tables, key, rows);
    if (!sigma.unit.empty() && !value.unit.empty() && sigma.unit != value.unit)
        throw sdk::RecipeError(tables.front().file + ": sigma has the unit '" + sigma.unit + "', and the values have '" +
                               value.unit + "'. Both must be in one unit: correct the file.");
    const auto length = sigma.values.size() / tables.size();
    Values variances;
    for (std::size_t i = 0; i < sigma.values.size(); ++i) {
        if (sigma.values[i] < 0)
            throw std::runtime_error(tables[i / length].file + ": row " + std::to_string(i % length) +
                                     " of the table has sigma " + std::to_string(sigma.values[i]) +
                                     ", must be >= 0. Where none is known, write nan.");
        variances.push_back(sigma.values[i] * sigma.values[i]);
    }
    return variances;
}

/// Where a unit may stand in the recipe: its own, and the one to convert to.
struct UnitAsked {
    std::string parameter;
    std::optional<std::string> given, as;
    std::string as_parameter;
};

/// The column's unit; to convert, it must be known now, else when the output is described.
Affine set_unit(const sdk::Setup& setup, const std::string& file, const ColumnKey& key, const UnitAsked& asked,
                UnitColumn& column) {
    column.final_unit = unit_of(setup, file, asked.parameter, asked.given, key, column);
    if (!asked.as) return {};
    const Affine by = conversion(setup, asked.as_parameter, column.final_unit, *asked.as);
    convert(column.values, by);
    column.final_unit = *asked.as;
    return by;
}

void read_further(const sdk::Setup& setup, const std::vector<Table>& tables, Rows rows, Curves& curves) {
    const auto further = Json::parse(setup.parameters().json("coordinates"));
    const auto text = [](const Json& each, const char* name) {
        return each.contains(name) ? std::optional(each[name].get<std::string>()) : std::nullopt;
    };
    for (const auto& [name, each] : further.items()) {
        const auto key = column_of(each["column"]);
        UnitColumn found{stack_column(tables, key, rows), {}};
        const std::string at = "coordinates." + name;
        (void)set_unit(setup, curves.files.front(), key, {at + ".unit", text(each, "unit"), text(each, "as"), at + ".as"}, found);
        curves.coordinates[name] = std::move(found);
    }
}

/// The group's name and unit come from its column unless the recipe says otherwise.
void name_group(const sdk::Setup& setup, const Table& table, const PieceOptions& options, std::vector<Axis>& axes) {
    if (!options.group_by) return;
    const auto parameters = setup.parameters();
    const Column& column = find_column(table, *options.group_by);
    Axis& axis = axes.front();
    axis.name = parameters.optional_text("group").value_or(column.name);
    if (!is_name(axis.name))
        throw sdk::RecipeError(table.file + ": the title '" + column.name +
                               "' of the column that group_by names is no name of letters, digits and '_'. Set group.");
    UnitColumn own{{column.name, column.unit, axis.numbers}, {}};
    const UnitAsked asked{"group_unit", parameters.optional_text("group_unit"), parameters.optional_text("group_as"), "group_as"};
    (void)set_unit(setup, table.file, *options.group_by, asked, own);
    axis.numbers = own.values;
    axis.unit = own.final_unit;
}

std::string coordinate_name(const sdk::Parameters& parameters, const Curves& curves) {
    if (const auto given = parameters.optional_text("coordinate_name")) return *given;
    if (is_name(curves.coordinate.name)) return curves.coordinate.name;
    throw sdk::RecipeError(curves.files.front() + ": the title '" + curves.coordinate.name +
                           "' of the coordinate's column is no name of letters, digits and '_'. Set coordinate_name.");
}

std::vector<Export> read_files(const sdk::Parameters& parameters, Dialect dialect, Curves& curves) {
    auto found = io::find_series(parameters.optional_text("file"), Json::parse(parameters.json("files")).get<Names>());
    curves.files = std::move(found.files);
    curves.is_series = found.is_series;
    const auto format = format_of(parameters);
    std::vector<Export> exports;
    for (const auto& file : curves.files) {
        exports.push_back(read_export(file, dialect, format));
        const Table& table = exports.back().blocks.back().table;
        if (const auto end = parameters.optional_text("end_key"))
            check_end(table, column(parameters, "coordinate"), *end, format);
        curves.headers.push_back({table.file, table.header, {}});
        curves.facts.push_back(exports.back().facts);
    }
    return exports;
}

}  // namespace

bool Curves::padded() const {
    return std::any_of(counts.begin(), counts.end(), [&](std::int64_t count) { return count < rows(); });
}

ColumnKey column_of(const Json& json) {
    return json.is_string() ? ColumnKey(json.get<std::string>()) : ColumnKey(json.get<std::int64_t>());
}

bool is_name(const std::string& text) {
    const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) == 0 &&
           std::all_of(text.begin(), text.end(), fits);
}

Format format_of(const sdk::Parameters& parameters) {
    Format format;
    format.separator = separator_from_name(parameters.text("separator"));
    format.decimal = parameters.text("decimal").front();
    format.comment = parameters.text("comment");
    format.first_line = parameters.integer("first_line");
    format.last_line = parameters.optional_integer("last_line").value_or(0);
    return format;
}

Curves read_curves(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    const auto dialect = dialect_from_name(parameters.text("dialect"));
    const auto options = piece_options(setup);
    check_format(parameters, dialect);
    check_piece_parameters(parameters, options, dialect);
    Curves curves;
    auto pieces = pieces_of(read_files(parameters, dialect, curves), options);
    const auto rows = rows_wanted(parameters, options, dialect);
    const auto& tables = pieces.tables;
    const auto value_key = column(parameters, "value");
    curves.value = {stack_column(tables, value_key, rows), {}};
    curves.coordinate = {stack_column(tables, options.coordinate, rows), {}};
    if (const auto sigma = optional_column(parameters, "sigma"))
        curves.variances = variances_of(tables, *sigma, curves.value, rows);
    curves.coordinate_name = coordinate_name(parameters, curves);
    curves.axes = std::move(pieces.axes);
    name_group(setup, tables.front(), options, curves.axes);
    const auto text = [&](const char* name) { return parameters.optional_text(name); };
    const auto& file = curves.files.front();
    const auto by = set_unit(setup, file, value_key, {"unit", text("unit"), text("value_as"), "value_as"}, curves.value);
    convert(curves.variances, {by.scale * by.scale, 0});
    const UnitAsked asked{"coordinate_unit", text("coordinate_unit"), text("coordinate_as"), "coordinate_as"};
    const auto own = unit_of(setup, file, "coordinate_unit", asked.given, options.coordinate, curves.coordinate);
    (void)set_unit(setup, file, options.coordinate, asked, curves.coordinate);
    read_further(setup, tables, rows, curves);
    read_rows(setup, tables, options, own, curves);
    return curves;
}

}  // namespace sluice::text_source
