// SPDX-License-Identifier: BSD-3-Clause
// The source: names the columns of the tables, describes them, hands over parts of them.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sluice/io/file_series.hpp>
#include <sluice/sdk/plugin.hpp>

#include "curves.hpp"
#include "header_keys.hpp"

namespace sluice::text_source {
namespace {

bool is_name(const std::string& text) {
    const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) == 0 &&
           std::all_of(text.begin(), text.end(), fits);
}

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

/// Where the numbers of the files may come from, and what the recipe calls these ways.
struct NumbersAsked {
    std::string at;  ///< "series_" or "series_coordinates.x."
    Values values;
    std::optional<std::string> pattern, key;
};

/// A number of the header in the unit of the recipe: the file may give its own behind it.
double in_unit(const sdk::Probe& probe, const HeaderNumber& number, const std::string& unit) {
    return number.unit.empty() ? number.value : number.value * probe.context().unit_factor(number.unit, unit);
}

/// One number per file; empty when none is asked for.
Values numbers_of_files(const sdk::Probe& probe, const Curves& curves, const NumbersAsked& asked, const std::string& unit) {
    const auto both = [&](const char* one, const char* other) {
        throw sdk::RecipeError("both " + asked.at + one + " and " + asked.at + other + " are given: remove one");
    };
    if (!asked.values.empty() && asked.pattern) both("values", "pattern");
    if (!asked.values.empty() && asked.key) both("values", "key");
    if (asked.pattern && asked.key) both("pattern", "key");
    if (asked.pattern) return io::numbers_from_names(curves.files, *asked.pattern);
    Values numbers = asked.values;
    if (asked.key)
        for (const auto& header : curves.headers)
            numbers.push_back(in_unit(probe, header_number(header, *asked.key, format_of(probe.parameters())), unit));
    if (!numbers.empty() && numbers.size() != curves.files.size())
        throw sdk::RecipeError(asked.at + "values has " + std::to_string(numbers.size()) + " numbers for " +
                               std::to_string(curves.files.size()) + " files (" + curves.files.front() +
                               " is the first): give one for each, in their order");
    return numbers;
}

/// Those besides the coordinate of the series' own name.
void describe_series_coordinates(const sdk::Probe& probe, const Curves& curves, const sdk::DimSize& series) {
    const auto all = Json::parse(probe.parameters().json("series_coordinates"));
    for (const auto& [name, each] : all.items()) {
        const std::string at = "series_coordinates." + name;
        const Json& asked = each;  // clang 14 lets no lambda see a structured binding
        const auto text = [&asked](const char* part) {
            return asked.contains(part) ? std::optional(asked[part].get<std::string>()) : std::nullopt;
        };
        const auto unit = each["unit"].get<std::string>();
        const auto numbers =
            numbers_of_files(probe, curves, {at + ".", each.value("values", Values()), text("pattern"), text("key")}, unit);
        if (numbers.empty()) throw sdk::RecipeError(at + ": none of values, pattern and key is given: give one of them");
        probe.output("data").set_coordinate(name, {series}, unit, numbers);
    }
}

void describe_series(const sdk::Probe& probe, const Curves& curves, const sdk::DimSize& series) {
    const auto parameters = probe.parameters();
    describe_series_coordinates(probe, curves, series);
    const auto unit = parameters.optional_text("series_unit");
    const NumbersAsked asked{"series_", parameters.numbers("series_values"), parameters.optional_text("series_pattern"),
                             parameters.optional_text("series_key")};
    const auto numbers = numbers_of_files(probe, curves, asked, unit.value_or("1"));
    if (!numbers.empty()) {
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

/// A fact with a unit is a number, in that unit; one without is a text.
void set_header_facts(const sdk::Probe& probe, const Curves& curves) {
    const auto format = format_of(probe.parameters());
    const auto out = probe.output("data");
    const auto asked = Json::parse(probe.parameters().json("header"));
    for (const auto& [fact, each] : asked.items()) {
        const auto key = each["key"].get<std::string>();
        if (!each.contains("unit")) {
            out.set_fact(fact, common_header_text(curves.headers, key, format));
            continue;
        }
        const auto unit = each["unit"].get<std::string>();
        out.set_fact(fact, in_unit(probe, common_header_number(curves.headers, key, format), unit), unit);
    }
}

void refuse_series_parameters(const sdk::Parameters& parameters) {
    for (const char* name : {"series_values", "series_pattern", "series_key", "series_unit"})
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
        set_header_facts(probe, curves);
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
