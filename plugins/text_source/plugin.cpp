// SPDX-License-Identifier: BSD-3-Clause
// The source: reads the tables whole (they are small), names their columns, hands over parts of them.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <sluice/io/file_series.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::text_source {
namespace {

using Json = nlohmann::json;
using Names = std::vector<std::string>;
using Values = std::vector<double>;

ColumnKey column_of(const Json& json) {
    return json.is_string() ? ColumnKey(json.get<std::string>()) : ColumnKey(json.get<std::int64_t>());
}

std::optional<ColumnKey> optional_column(const sdk::Parameters& parameters, std::string_view name) {
    const auto json = Json::parse(parameters.json(name));
    return json.is_null() ? std::nullopt : std::optional(column_of(json));
}

ColumnKey column(const sdk::Parameters& parameters, std::string_view name) { return *optional_column(parameters, name); }

bool is_name(const std::string& text) {
    const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) == 0 &&
           std::all_of(text.begin(), text.end(), fits);
}

/// The files of a step as tables, with the columns that are asked for.
struct Curves {
    Names files;
    bool is_series = false;
    StackedColumn value;
    StackedColumn coordinate;
    std::map<std::string, StackedColumn> coordinates;  ///< the further ones
    Values variances;                                  ///< like value.values; empty without sigma

    [[nodiscard]] std::int64_t rows() const { return std::ssize(value.values) / std::ssize(files); }
};

Format format_of(const sdk::Parameters& parameters) {
    Format format;
    format.separator = separator_from_name(parameters.text("separator"));
    format.decimal = parameters.text("decimal").front();
    format.comment = parameters.text("comment");
    format.first_line = parameters.integer("first_line");
    format.last_line = parameters.optional_integer("last_line").value_or(0);
    return format;
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

Curves read_curves(const sdk::Parameters& parameters) {
    auto found = io::find_series(parameters.optional_text("file"), Json::parse(parameters.json("files")).get<Names>());
    std::vector<Table> tables;
    for (const auto& file : found.files) tables.push_back(read_table(file, format_of(parameters)));
    Curves curves{std::move(found.files),
                  found.is_series,
                  stack_column(tables, column(parameters, "value")),
                  stack_column(tables, column(parameters, "coordinate")),
                  {},
                  {}};
    const auto further = Json::parse(parameters.json("coordinates"));
    for (const auto& [name, each] : further.items()) curves.coordinates[name] = stack_column(tables, column_of(each["column"]));
    const auto sigma_key = optional_column(parameters, "sigma");
    if (!sigma_key) return curves;
    const auto sigma = stack_column(tables, *sigma_key);
    if (!sigma.unit.empty() && !curves.value.unit.empty() && sigma.unit != curves.value.unit)
        throw sdk::RecipeError(curves.files.front() + ": sigma has the unit '" + sigma.unit + "', and the values have '" +
                               curves.value.unit + "'. Both must be in one unit: correct the file.");
    curves.variances = squared(curves, sigma);
    return curves;
}

// ---- Describing --------------------------------------------------------------------------------

/// The unit that the recipe gives as `parameter`, or that of the column's title.
std::string unit_of(const sdk::Probe& probe, const std::string& file, const std::string& parameter,
                    const std::optional<std::string>& given, const ColumnKey& key, const StackedColumn& column) {
    if (given) return *given;
    const auto* number = std::get_if<std::int64_t>(&key);
    const std::string which = file + ": column " + (number ? std::to_string(*number) : "'" + std::get<std::string>(key) + "'");
    if (column.unit.empty())
        throw sdk::RecipeError(which + " has no unit in the file. Set " + parameter + " (\"1\" for a plain number).");
    if (probe.context().host().unit_factor(sdk::to_text(column.unit), sdk::to_text(column.unit)) == 0)
        throw sdk::RecipeError(which + " has the unit '" + column.unit + "', which is not known. Set " + parameter +
                               " to what it means.");
    return column.unit;
}

std::string coordinate_name(const sdk::Parameters& parameters, const Curves& curves) {
    if (const auto given = parameters.optional_text("coordinate_name")) return *given;
    if (is_name(curves.coordinate.name)) return curves.coordinate.name;
    throw sdk::RecipeError(curves.files.front() + ": the title '" + curves.coordinate.name +
                           "' of the coordinate's column is no name of letters, digits and '_'. Set coordinate_name.");
}

/// One number per file, from the recipe or from the files' names; empty when neither is asked for. values, pattern: what the
/// recipe calls them.
Values numbers_of_files(const Names& files, const std::string& values, const Values& given, const std::string& pattern,
                        const std::optional<std::string>& expression) {
    if (!given.empty() && expression) throw sdk::RecipeError("both " + values + " and " + pattern + " are given: remove one");
    if (expression) return io::numbers_from_names(files, *expression);
    if (!given.empty() && given.size() != files.size())
        throw sdk::RecipeError(values + " has " + std::to_string(given.size()) + " numbers for " + std::to_string(files.size()) +
                               " files (" + files.front() + " is the first): give one for each, in their order");
    return given;
}

Values series_numbers(const sdk::Parameters& parameters, const Curves& curves) {
    return numbers_of_files(curves.files, "series_values", parameters.numbers("series_values"), "series_pattern",
                            parameters.optional_text("series_pattern"));
}

/// Those besides the coordinate of the series' own name.
void describe_series_coordinates(const sdk::Probe& probe, const Curves& curves, const sdk::DimSize& series) {
    const auto all = Json::parse(probe.parameters().json("series_coordinates"));
    for (const auto& [name, each] : all.items()) {
        const std::string at = "series_coordinates." + name;
        std::optional<std::string> expression;
        if (each.contains("pattern")) expression = each["pattern"].get<std::string>();
        const auto numbers =
            numbers_of_files(curves.files, at + ".values", each.value("values", Values()), at + ".pattern", expression);
        if (numbers.empty()) throw sdk::RecipeError(at + ": neither values nor pattern is given: give one of them");
        probe.output("data").set_coordinate(name, {series}, each["unit"].get<std::string>(), numbers);
    }
}

void describe_series(const sdk::Probe& probe, const Curves& curves, const sdk::DimSize& series) {
    const auto parameters = probe.parameters();
    describe_series_coordinates(probe, curves, series);
    const auto numbers = series_numbers(parameters, curves);
    if (!numbers.empty()) {
        const auto unit = parameters.optional_text("series_unit");
        if (!unit)
            throw sdk::RecipeError("the numbers of the series '" + series.name +
                                   "' have no unit. Set series_unit (\"1\" for plain numbers).");
        probe.output("data").set_coordinate(series.name, {series}, *unit, numbers);
        return;
    }
    Names labels;
    for (const auto& file : curves.files) labels.push_back(std::filesystem::path(file).filename().string());
    probe.output("data").set_labels(series.name, series.name, labels);
}

/// Of two coordinates of one name the second would replace the first without a word.
void check_names(const sdk::Parameters& parameters, const std::string& coordinate, const std::optional<std::string>& series) {
    std::map<std::string, std::string> owners{{coordinate, "the parameter coordinate"}};
    const auto take = [&](const std::string& name, const std::string& what) {
        const auto [owner, is_new] = owners.emplace(name, what);
        if (!is_new) throw sdk::RecipeError(what + ": " + owner->second + " has that name. Remove one.");
    };
    if (series) take(*series, "series");
    for (const char* parameter : {"coordinates", "series_coordinates"}) {
        const auto all = Json::parse(parameters.json(parameter));
        for (const auto& [name, each] : all.items()) take(name, std::string(parameter) + "." + name);
    }
}

void refuse_series_parameters(const sdk::Parameters& parameters) {
    for (const char* name : {"series_values", "series_pattern", "series_unit"})
        if (parameters.json(name) != "null")
            throw sdk::RecipeError(std::string(name) + " is given, but file is one file. Use a pattern, or files.");
    if (parameters.json("series_coordinates") != "{}")
        throw sdk::RecipeError("series_coordinates is given, but file is one file. Use a pattern, or files.");
}

class TextSource : public sdk::Source {
public:
    static void probe(const sdk::Probe& probe) {
        const auto parameters = probe.parameters();
        const auto curves = read_curves(parameters);
        for (const auto& file : curves.files) probe.context().uses_file(file);
        const auto out = probe.output("data");
        const auto coordinate = coordinate_name(parameters, curves);
        const sdk::DimSize row{parameters.optional_text("dim").value_or(coordinate), curves.rows()};
        const sdk::DimSize series{parameters.text("series"), std::ssize(curves.files)};
        check_names(parameters, coordinate, curves.is_series ? std::optional(series.name) : std::nullopt);
        if (curves.is_series)
            out.set_dims({series, row});
        else
            out.set_dims({row});
        if (is_name(curves.value.name)) out.set_label(curves.value.name);
        const auto& file = curves.files.front();
        out.set_unit(unit_of(probe, file, "unit", parameters.optional_text("unit"), column(parameters, "value"), curves.value));
        out.set_variances(!curves.variances.empty());
        if (curves.is_series)
            describe_series(probe, curves, series);
        else
            refuse_series_parameters(parameters);
        const auto unit = unit_of(probe, file, "coordinate_unit", parameters.optional_text("coordinate_unit"),
                                  column(parameters, "coordinate"), curves.coordinate);
        describe_coordinate(out, coordinate, unit, curves.coordinate, row, series);
        describe_further(probe, curves, row, series);
        if (const auto scale = parameters.optional_text("scale")) out.set_fact("intensity_scale", *scale);
    }

    explicit TextSource(const sdk::Setup& setup) : curves_(read_curves(setup.parameters())) {}

    void fetch(const sdk::Context&, const sdk::Box& box) {
        copy(curves_.value.values, box, box.values<double>());
        if (!curves_.variances.empty()) copy(curves_.variances, box, box.variances());
    }

private:
    /// One coordinate for all files where they agree, else one for each.
    static void describe_coordinate(const sdk::OutputDescription& out, const std::string& name, const std::string& unit,
                                    const StackedColumn& column, const sdk::DimSize& row, const sdk::DimSize& series) {
        const auto& values = column.values;
        if (column.same_in_every_file)
            out.set_coordinate(name, {row}, unit, Values(values.begin(), values.begin() + row.size));
        else
            out.set_coordinate(name, {series, row}, unit, values);
    }

    static void describe_further(const sdk::Probe& probe, const Curves& curves, const sdk::DimSize& row,
                                 const sdk::DimSize& series) {
        const auto asked = Json::parse(probe.parameters().json("coordinates"));
        for (const auto& [name, column] : curves.coordinates) {
            const auto& each = asked[name];
            std::optional<std::string> given;
            if (each.contains("unit")) given = each["unit"].get<std::string>();
            const auto unit =
                unit_of(probe, curves.files.front(), "coordinates." + name + ".unit", given, column_of(each["column"]), column);
            describe_coordinate(probe.output("data"), name, unit, column, row, series);
        }
    }

    void copy(const Values& from, const sdk::Box& box, std::span<double> to) const {
        const std::int64_t first_file = curves_.is_series ? box.start().front() : 0;
        const std::int64_t files = curves_.is_series ? box.count().front() : 1;
        const std::int64_t rows = box.count().back();
        for (std::int64_t file = 0; file < files; ++file)
            std::copy_n(from.begin() + (first_file + file) * curves_.rows() + box.start().back(), rows, to.begin() + file * rows);
    }

    Curves curves_;
};

}  // namespace
}  // namespace sluice::text_source

SLUICE_PLUGIN(sluice::text_source::TextSource)
