// SPDX-License-Identifier: BSD-3-Clause
// Which column stands where.
#include "kernel.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <stdexcept>
#include <utility>

namespace sluice::columns {
namespace {

using io::Coordinate;
using io::Curves;
using io::Dim;

constexpr std::array<std::pair<std::string_view, char>, 4> separators{
    {{"space", ' '}, {"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}}};
constexpr std::array<std::pair<std::string_view, Titles>, 3> title_names{
    {{"comment", Titles::comment}, {"plain", Titles::plain}, {"none", Titles::none}}};

template <class Names>
auto from_name(const Names& names, std::string_view name, const std::string& what) {
    std::string known;
    for (const auto& [each, value] : names) {
        if (each == name) return value;
        known += (known.empty() ? "" : ", ") + std::string(each);
    }
    throw std::invalid_argument(what + " '" + std::string(name) + "' is none of " + known);
}

/// A name without white space: readers split titles at it.
std::string one_word(std::string text, char instead) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == ' ' || c == '\t' || c == ',' || c == ';'; }, instead);
    return text;
}

std::string title_of(const std::string& name, const std::string& unit) {
    return one_word(name, '_') + "[" + one_word(unit.empty() ? "1" : unit, '.') + "]";
}

bool same_numbers(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

class Layout {
public:
    Layout(const std::vector<GatheredArray>& arrays, const Options& options) : arrays_(arrays), options_(options) {}

    Table make() {
        if (arrays_.empty()) throw std::invalid_argument("there is no array to write");
        dim_ = options_.axis;
        if (dim_.empty() && !arrays_[0].dims.empty()) dim_ = arrays_[0].dims.back().name;
        for (const auto& array : arrays_) check(array);
        table_.rows = dim_.empty() ? 1 : Curves(arrays_[0], dim_).length();
        if (!dim_.empty()) add_axes();
        for (const auto& array : arrays_) add(array);
        return std::move(table_);
    }

private:
    [[noreturn]] static void refuse(const std::string& why) {
        throw std::invalid_argument(why + ". Write them into files of their own (sluice export --array … for each)");
    }

    void check(const GatheredArray& array) const {
        const auto& first = arrays_[0];
        const auto found = io::find_dim(array.dims, dim_);
        if (found < 0 && !(dim_.empty() && array.dims.empty())) {
            if (&array == &first)
                throw std::invalid_argument("'" + array.label + "' has no dimension '" + dim_ + "' for the rows");
            refuse("'" + array.label + "' does not fit into one table with '" + first.label + "', whose rows run over " +
                   (dim_.empty() ? "nothing: it is one number" : "'" + dim_ + "'"));
        }
        if (&array == &first || found < 0) return;
        const auto rows = array.dims[static_cast<std::size_t>(found)].size, wanted = Curves(first, dim_).length();
        if (rows != wanted)
            refuse("'" + array.label + "' has " + std::to_string(rows) + " rows along '" + dim_ + "', '" + first.label +
                   "' has " + std::to_string(wanted));
        if (!same_axis(array, first))
            refuse("'" + array.label + "' and '" + first.label + "' have different values of '" + dim_ + "'");
    }

    bool same_axis(const GatheredArray& a, const GatheredArray& b) const {
        const auto *one = io::axis_coordinate(a, dim_), *other = io::axis_coordinate(b, dim_);
        if (!one || !other) return one == other;
        const bool shared = one->dims.size() == 1 && other->dims.size() == 1;  // else each curve brings its own
        return !shared ||
               (one->name == other->name && one->unit == other->unit && same_numbers(io::centres(*one), io::centres(*other)));
    }

    /// The columns before the first array: the axis, when all curves share it, and what else lies along the rows.
    void add_axes() {
        const auto* axis = io::axis_coordinate(arrays_[0], dim_);
        if (!axis)
            add_index();
        else if (axis->dims.size() == 1)
            add_coordinate(*axis, 0, 1, axis->name);
        std::map<std::string, const Coordinate*> seen;
        for (const auto& array : arrays_)
            for (const auto& each : array.coordinates) {
                const bool along = each.dims.size() == 1 && each.dims[0].name == dim_;
                if (!along || each.edges || (axis && each.name == axis->name)) continue;
                const auto [known, fresh] = seen.emplace(each.name, &each);
                if (!fresh && same_points(*known->second, each)) continue;
                const auto name = fresh ? each.name : array.label + "_" + each.name;
                if (!io::is_text(each))
                    add_coordinate(each, 0, 1, name);
                else
                    add_labels(each, name);
            }
    }

    static bool same_points(const Coordinate& a, const Coordinate& b) {
        return a.unit == b.unit && a.labels == b.labels && a.integers == b.integers && same_numbers(a.values, b.values);
    }

    void add_index() {
        auto& index = table_.own.emplace_back();
        for (std::int64_t i = 0; i < table_.rows; ++i) index.push_back(static_cast<double>(i));
        table_.columns.push_back({title_of(dim_, "1"), index.data()});
    }

    void add_coordinate(const Coordinate& coordinate, std::int64_t offset, std::int64_t stride, const std::string& name) {
        const auto title = title_of(name, coordinate.unit);
        if (!coordinate.edges && !coordinate.integers.empty())
            table_.columns.push_back({title, coordinate.integers.data(), offset, stride});
        else
            table_.columns.push_back({title, centres_of(coordinate).data(), offset, stride});
        if (coordinate.edges && offset == 0) table_.header.push_back(coordinate.name + ": centres of bins");
    }

    const std::vector<double>& centres_of(const Coordinate& coordinate) {
        auto& known = centres_[&coordinate];
        if (!known) known = &table_.own.emplace_back(io::centres(coordinate));
        return *known;
    }

    void add_labels(const Coordinate& coordinate, const std::string& name) {
        if (options_.labels_as_column) {
            table_.columns.push_back({one_word(name, '_'), coordinate.labels.data()});
            return;
        }
        std::string line = name + " of the rows:";
        for (const auto& label : coordinate.labels) line += (&label == coordinate.labels.data() ? " " : ", ") + label;
        table_.header.push_back(line);
    }

    void add(const GatheredArray& array) {
        const Curves curves(array, dim_);
        describe(array, curves);
        for (std::int64_t curve = 0; curve < curves.count(); ++curve) add_curve(array, curves, curve);
    }

    void add_curve(const GatheredArray& array, const Curves& curves, std::int64_t curve) {
        const auto at = curves.indices(curve);
        std::string number;
        for (std::size_t d = 0; d < array.dims.size(); ++d)
            if (array.dims[d].name != dim_ && curves.count() > 1) number += "_" + std::to_string(at[d]);
        const auto* axis = io::axis_coordinate(array, dim_);
        if (axis && axis->dims.size() > 1) {
            const auto placed = io::place(io::dims_of_values(*axis), array.dims, at, dim_);
            add_coordinate(*axis, placed.offset, placed.stride, axis->name + number);
        }
        const auto* masked = array.masked.empty() ? nullptr : array.masked.data();
        const auto offset = curves.offset(curve), stride = curves.stride();
        const auto put = [&](const std::string& name, const auto& all, bool variances) {
            table_.columns.push_back({title_of(name, array.unit), all.data(), offset, stride, masked, variances});
        };
        const auto name = array.label + number;
        std::visit([&](const auto& all) { put(name, all, false); }, array.values);
        if (!array.variances.empty()) put(name + "_sigma", array.variances, true);
        if (const auto item = io::describe_curve(array, dim_, at); !item.empty()) table_.header.push_back(name + ": " + item);
    }

    void describe(const GatheredArray& array, const Curves& curves) {
        std::string line =
            array.label + " in " + array.unit + (array.variances.empty() ? ", without errors" : ", with standard errors (sigma)");
        if (curves.count() > 1) line += ", " + std::to_string(curves.count()) + " curves";
        const auto masked = std::count_if(array.masked.begin(), array.masked.end(), [](auto each) { return each != 0; });
        if (masked > 0) line += ", " + std::to_string(masked) + " masked values are nan";
        table_.header.push_back(line);
        if (const auto facts = io::describe_facts(array); !facts.empty()) table_.header.push_back(array.label + ": " + facts);
        for (const auto& dim : array.correlated_over)
            table_.header.push_back(array.label + ": the errors are not independent along " + dim);
    }

    const std::vector<GatheredArray>& arrays_;
    const Options& options_;
    std::string dim_;
    std::map<const Coordinate*, const std::vector<double>*> centres_;
    Table table_;
};

}  // namespace

char separator_from_name(std::string_view name) { return from_name(separators, name, "separator"); }
Titles titles_from_name(std::string_view name) { return from_name(title_names, name, "titles"); }

Table lay_out(const std::vector<GatheredArray>& arrays, const Options& options) { return Layout(arrays, options).make(); }

}  // namespace sluice::columns
