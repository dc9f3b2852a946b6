// SPDX-License-Identifier: BSD-3-Clause
// The source: names the columns of the tables, describes them, hands over parts of them.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sluice/io/file_series.hpp>
#include <sluice/io/gathered_array.hpp>
#include <sluice/sdk/plugin.hpp>

#include "curves.hpp"
#include "header_keys.hpp"
#include "run_facts.hpp"

namespace sluice::text_source {
namespace {

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
NameOwners check_names(const sdk::Parameters& parameters, const Curves& curves, const std::optional<std::string>& series) {
    NameOwners owners{{curves.coordinate_name, "the parameter coordinate"}};
    const auto take = [&](const std::string& name, const std::string& what) {
        const auto [owner, is_new] = owners.emplace(name, what);
        if (!is_new) throw sdk::RecipeError(what + ": " + owner->second + " has that name. Remove one.");
    };
    if (series) take(*series, "series");
    for (const Axis& axis : curves.axes) take(axis.name, "the dimension " + axis.name);
    for (const char* parameter : {"coordinates", "series_coordinates"}) {
        const auto all = Json::parse(parameters.json(parameter));
        for (const auto& [name, each] : all.items()) take(name, std::string(parameter) + "." + name);
    }
    return owners;
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

/// The dimensions of the curves: series, step or group, segment, rows.
std::vector<sdk::DimSize> dims_of(const sdk::Parameters& parameters, const Curves& curves) {
    std::vector<sdk::DimSize> dims;
    if (curves.is_series) dims.push_back({parameters.text("series"), std::ssize(curves.files)});
    for (const Axis& axis : curves.axes) dims.push_back({axis.name, axis.size()});
    dims.push_back({parameters.optional_text("dim").value_or(curves.coordinate_name), curves.rows()});
    return dims;
}

/// One coordinate for all curves where they agree, else one for each.
void describe_column(const sdk::OutputDescription& out, const std::string& name, const UnitColumn& column,
                     const std::vector<sdk::DimSize>& dims) {
    const auto& values = column.values;
    if (column.same_in_every_file)
        out.set_coordinate(name, {dims.back()}, column.final_unit, Values(values.begin(), values.begin() + dims.back().size));
    else
        out.set_coordinate(name, dims, column.final_unit, values);
}

void describe_axes(const sdk::OutputDescription& out, const Curves& curves) {
    for (const Axis& axis : curves.axes)
        if (axis.numbers.empty())
            out.set_labels(axis.name, axis.name, axis.labels);
        else
            out.set_coordinate(axis.name, {{axis.name, axis.size()}}, axis.unit, axis.numbers);
}

/// Of curves padded to one length: how many rows each has, and a mask of the others.
void describe_padding(const sdk::OutputDescription& out, const Curves& curves, const std::vector<sdk::DimSize>& dims,
                      NameOwners& names) {
    if (!curves.padded()) return;
    if (names.emplace("rows", "the number of rows").second && dims.back().name != "rows")
        out.set_coordinate("rows", {dims.begin(), dims.end() - 1}, "1", curves.counts);
    std::vector<std::uint8_t> absent;
    for (const auto count : curves.counts)
        for (std::int64_t row = 0; row < curves.rows(); ++row) absent.push_back(row < count ? 0 : 1);
    out.set_mask("absent", dims, absent);
}

class TextSource : public sdk::Source {
public:
    static void probe(const sdk::Probe& probe) {
        const auto parameters = probe.parameters();
        const auto curves = read_curves(probe);
        for (const auto& file : curves.files) probe.context().uses_file(file);
        const auto out = probe.output("data");
        const auto dims = dims_of(parameters, curves);
        auto names = check_names(parameters, curves, curves.is_series ? std::optional(dims.front().name) : std::nullopt);
        out.set_dims(dims);
        if (is_name(curves.value.name)) out.set_label(curves.value.name);
        out.set_unit(curves.value.final_unit);
        out.set_variances(!curves.variances.empty());
        if (curves.is_series)
            describe_series(probe, curves, dims.front());
        else
            refuse_series_parameters(parameters);
        describe_column(out, curves.coordinate_name, curves.coordinate, dims);
        for (const auto& [name, column] : curves.coordinates) describe_column(out, name, column, dims);
        describe_axes(out, curves);
        describe_padding(out, curves, dims, names);
        describe_run(probe, curves, dims, names);
        if (const auto scale = parameters.optional_text("scale")) out.set_fact("intensity_scale", *scale);
        set_header_facts(probe, curves);
    }

    explicit TextSource(const sdk::Setup& setup) : curves_(read_curves(setup)), dims_(dims_of(setup.parameters(), curves_)) {}

    void fetch(const sdk::Context&, const sdk::Box& box) {
        copy(curves_.value.values, box, box.values<double>());
        if (!curves_.variances.empty()) copy(curves_.variances, box, box.variances());
    }

private:
    void copy(const Values& from, const sdk::Box& box, std::span<double> to) const {
        std::vector<io::Dim> dims;
        for (const auto& dim : dims_) dims.push_back({dim.name, dim.size});
        io::for_each_row(dims, box.start(), box.count(), [&](std::int64_t whole, std::int64_t packed, std::int64_t n) {
            std::copy_n(from.begin() + whole, n, to.begin() + packed);
        });
    }

    Curves curves_;
    std::vector<sdk::DimSize> dims_;
};

}  // namespace
}  // namespace sluice::text_source

SLUICE_PLUGIN(sluice::text_source::TextSource)
