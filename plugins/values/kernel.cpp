// SPDX-License-Identifier: BSD-3-Clause
// Nested lists of numbers, and the objects that describe coordinates and facts.
#include "kernel.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace sluice::values {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void refuse(const std::string& message) { throw std::invalid_argument(message); }

std::string in_quotes(const std::string& text) { return "'" + text + "'"; }
std::string elements(std::size_t n) { return std::to_string(n) + (n == 1 ? " element" : " elements"); }

std::string shape_text(const std::vector<Dim>& dims) {
    std::string text;
    for (const auto& dim : dims) text += (text.empty() ? "" : ", ") + dim.name + ": " + std::to_string(dim.size);
    return "[" + text + "]";
}

/// Fills a table list by list.
class Reader {
public:
    static constexpr std::int64_t unknown = -1;

    explicit Reader(Table& table) : table_(table) {}

    void read(const Json& json, std::size_t depth, const std::string& place) {
        if (depth == table_.dims.size()) return read_number(json, place);
        if (!json.is_array())
            refuse(place + " is no list, but dims name " + std::to_string(table_.dims.size()) + " levels of lists: " +
                   "give one name per level");
        check_length(json, depth, place);
        for (std::size_t i = 0; i < json.size(); ++i) read(json[i], depth + 1, place + "[" + std::to_string(i) + "]");
    }

private:
    void read_number(const Json& json, const std::string& place) {
        if (json.is_array())
            refuse(place + " is a list, but dims name " +
                   (table_.dims.empty() ? std::string("no dimension")
                                        : "only " + std::to_string(table_.dims.size()) + " level(s) of lists") +
                   ": give one name per level");
        if (!json.is_number() && !json.is_null()) refuse(place + " is " + json.dump() + ", must be a number or null");
        table_.numbers.push_back(json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>());
    }

    void check_length(const Json& list, std::size_t depth, const std::string& place) {
        auto& size = table_.dims[depth].size;
        if (list.empty()) refuse(place + " is empty: dimension " + in_quotes(table_.dims[depth].name) + " needs at least one element");
        if (size == unknown) {
            size = static_cast<std::int64_t>(list.size());
            first_place_.push_back(place);
        }
        if (static_cast<std::int64_t>(list.size()) != size)
            refuse(place + " has " + elements(list.size()) + ", " + first_place_[depth] + " has " + std::to_string(size) +
                   ": all lists along " + in_quotes(table_.dims[depth].name) + " must be equally long");
    }

    Table& table_;
    std::vector<std::string> first_place_;  // by depth: the list that set the length
};

std::vector<Dim> coordinate_dims(const std::string& name, const Json& json, const std::vector<Dim>& dims) {
    const auto names = json.contains("dims") ? json["dims"].get<std::vector<std::string>>() : std::vector<std::string>{name};
    std::vector<Dim> found;
    for (const auto& each : names) {
        const auto dim = std::find_if(dims.begin(), dims.end(), [&](const Dim& d) { return d.name == each; });
        if (dim == dims.end())
            refuse("coordinate " + in_quotes(name) + " lies on " + in_quotes(each) + ", which is none of the dimensions " +
                   shape_text(dims) + (json.contains("dims") ? "" : ": give its 'dims'"));
        found.push_back(*dim);
    }
    return found;
}

void check_shape(const std::string& name, const std::vector<Dim>& got, const std::vector<Dim>& needed, bool edges) {
    if (got == needed) return;
    refuse("coordinate " + in_quotes(name) + " has shape " + shape_text(got) + ", must have " + shape_text(needed) +
           (edges ? " (edges: one more than the dimension)" : ""));
}

Coordinate parse_coordinate(const std::string& name, const Json& json, const std::vector<Dim>& dims) {
    Coordinate out{name, coordinate_dims(name, json, dims), json.value("unit", "1"), json.value("edges", false), {}, {}};
    if (json.contains("values") == json.contains("labels"))
        refuse("coordinate " + in_quotes(name) + " needs either 'values' or 'labels'");
    if (json.contains("labels")) {
        out.labels = json["labels"].get<std::vector<std::string>>();
        if (out.dims.size() != 1 || out.edges) refuse("coordinate " + in_quotes(name) + ": labels lie on one dimension, without edges");
        check_shape(name, {{out.dims[0].name, static_cast<std::int64_t>(out.labels.size())}}, out.dims, false);
        return out;
    }
    if (out.edges && out.dims.empty()) refuse("coordinate " + in_quotes(name) + " cannot have edges without a dimension");
    if (out.edges) ++out.dims.back().size;
    std::vector<std::string> names;
    for (const auto& dim : out.dims) names.push_back(dim.name);
    auto table = parse_table(json["values"].dump(), names, "coordinate " + in_quotes(name));
    check_shape(name, table.dims, out.dims, out.edges);
    out.numbers = std::move(table.numbers);
    return out;
}

std::vector<double> not_negative(std::vector<double> numbers, const char* where) {
    const auto bad = std::find_if(numbers.begin(), numbers.end(), [](double each) { return each < 0; });
    if (bad != numbers.end())
        refuse(std::string(where) + ": element " + std::to_string(bad - numbers.begin()) + " is negative");
    return numbers;
}

}  // namespace

std::vector<std::string> parse_names(std::string_view json) { return Json::parse(json).get<std::vector<std::string>>(); }

Table parse_table(std::string_view json, const std::vector<std::string>& names, const std::string& where) {
    Table table;
    for (const auto& name : names) table.dims.push_back({name, Reader::unknown});
    Reader(table).read(Json::parse(json), 0, where);
    return table;
}

std::vector<double> parse_like(std::string_view json, const std::vector<Dim>& dims, const std::string& where) {
    std::size_t count = 1;
    std::vector<std::string> names;
    for (const auto& dim : dims) {
        count *= static_cast<std::size_t>(dim.size);
        names.push_back(dim.name);
    }
    if (const auto one = Json::parse(json); one.is_number()) return std::vector<double>(count, one.get<double>());
    auto table = parse_table(json, names, where);
    if (table.dims != dims) refuse(where + " has shape " + shape_text(table.dims) + ", values have " + shape_text(dims));
    return std::move(table.numbers);
}

std::vector<double> parse_variances(std::string_view json, const std::vector<Dim>& dims) {
    return not_negative(parse_like(json, dims, "variances"), "variances");
}

std::vector<double> parse_sigma(std::string_view json, const std::vector<Dim>& dims) {
    auto numbers = not_negative(parse_like(json, dims, "sigma"), "sigma");
    for (auto& each : numbers) each *= each;
    return numbers;
}

std::vector<Coordinate> parse_coordinates(std::string_view json, const std::vector<Dim>& dims) {
    std::vector<Coordinate> all;
    const auto object = Json::parse(json);
    for (const auto& [name, each] : object.items()) all.push_back(parse_coordinate(name, each, dims));
    return all;
}

std::vector<Fact> parse_facts(std::string_view json) {
    std::vector<Fact> all;
    const auto object = Json::parse(json);
    for (const auto& [name, fact] : object.items()) {
        if (fact.is_boolean()) all.push_back({name, fact.get<bool>()});
        else if (fact.is_string()) all.push_back({name, fact.get<std::string>()});
        else if (fact.is_number()) all.push_back({name, fact.get<double>(), "1"});
        else all.push_back({name, fact.at("value").get<double>(), fact.at("unit").get<std::string>()});
    }
    return all;
}

void copy_box(std::span<const double> numbers, const std::vector<Dim>& dims, std::span<const std::int64_t> start,
              std::span<const std::int64_t> count, std::span<double> out) {
    std::vector<std::int64_t> index(start.begin(), start.end());
    for (auto& each : out) {
        std::int64_t flat = 0;
        for (std::size_t i = 0; i < dims.size(); ++i) flat = flat * dims[i].size + index[i];
        each = numbers[static_cast<std::size_t>(flat)];
        for (std::size_t i = dims.size(); i-- > 0;) {
            if (++index[i] < start[i] + count[i]) break;
            index[i] = start[i];
        }
    }
}

}  // namespace sluice::values
