// SPDX-License-Identifier: BSD-3-Clause
// From the tables of files to one table for each curve: steps of a run, groups of rows, segments.
#include "pieces.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "lines.hpp"

namespace sluice::text_source {
namespace {

std::string list_blocks(const Export& file) {
    std::string list;
    for (std::size_t i = 0; i < file.blocks.size(); ++i)
        list += (i == 0 ? "" : ", ") + std::to_string(i) + " '" + file.blocks[i].name + "'";
    return list;
}

std::string place_of(const Block& block) { return block.table.file + ":" + std::to_string(block.line) + ": "; }

std::vector<const Block*> blocks_asked(const Export& file, const std::variant<std::int64_t, std::string>& step) {
    std::vector<const Block*> found;
    const auto* number = std::get_if<std::int64_t>(&step);
    for (std::size_t i = 0; i < file.blocks.size(); ++i)
        if (number ? *number == static_cast<std::int64_t>(i) : file.blocks[i].name == std::get<std::string>(step))
            found.push_back(&file.blocks[i]);
    if (!found.empty()) return found;
    throw std::runtime_error(file.blocks.front().table.file + ": no step " +
                             (number ? std::to_string(*number) : "'" + std::get<std::string>(step) + "'") + ". There are " +
                             list_blocks(file) + ".");
}

std::vector<const Block*> chosen_blocks(const Export& file, const PieceOptions& options) {
    std::vector<const Block*> chosen;
    for (const auto& step : options.steps)
        for (const Block* block : blocks_asked(file, step)) chosen.push_back(block);
    if (options.steps.empty())
        for (const Block& block : file.blocks) chosen.push_back(&block);
    for (const Block* block : chosen)
        if (block->table.columns.empty() || block->table.columns.front().values.empty())
            throw std::runtime_error(place_of(*block) + "step '" + block->name +
                                     "' has no rows. Name the ones to read by step; there are " + list_blocks(file) + ".");
    return chosen;
}

/// Tables of one file, and what their dimension is.
struct Parts {
    std::vector<Table> tables;
    Axis axis;
};

Parts steps_of(const Export& file, const PieceOptions& options) {
    Parts parts;
    parts.axis.name = "step";
    for (const Block* block : chosen_blocks(file, options)) {
        parts.tables.push_back(block->table);
        parts.axis.labels.push_back(block->name);
    }
    return parts;
}

Parts groups_of(const Export& file, const PieceOptions& options) {
    const Table all = pooled(steps_of(file, options).tables);
    const Column& key = find_column(all, *options.group_by);
    Parts parts;
    parts.axis.name = "group";
    try {
        for (const RowGroup& group : group_rows(key.values, options.group_tolerance)) {
            parts.tables.push_back(take_rows(all, group.rows));
            parts.axis.numbers.push_back(group.value);
        }
    } catch (const std::domain_error& error) {
        throw std::runtime_error(all.file + ": group_by: column '" + key.name + "': " + error.what() + ".");
    }
    return parts;
}

/// Files of a series have the same steps by number, the same groups by value.
void check_same_parts(const Parts& parts, const Parts& first, const PieceOptions& options) {
    bool same = parts.tables.size() == first.tables.size();
    for (std::size_t i = 0; same && i < parts.axis.numbers.size(); ++i) {
        const double a = parts.axis.numbers[i], b = first.axis.numbers[i];
        same = std::abs(a - b) <= options.group_tolerance * std::max(std::abs(a), std::abs(b));
    }
    if (same) return;
    throw std::runtime_error(
        parts.tables.front().file + ": " + std::to_string(parts.tables.size()) + " curves by " +
        (options.group_by ? "group_by" : "step") + ", but the first file (" + first.tables.front().file + ") has " +
        std::to_string(first.tables.size()) +
        ", or at other values. Files of a series need the same ones: choose them by step, or read the files apart.");
}

/// The segments of a table with their labels, heating_1, cooling_1, heating_2 …
std::vector<std::pair<std::string, Segment>> labelled_segments(const Table& table, const PieceOptions& options) {
    const Values& x = find_column(table, options.coordinate).values;
    double least = INFINITY, most = -INFINITY;
    for (const double each : x)
        if (std::isfinite(each)) least = std::min(least, each), most = std::max(most, each);
    std::vector<std::pair<std::string, Segment>> labelled;
    if (!(most > least)) return labelled;
    std::array<int, 2> count{};
    for (const Segment& segment : find_segments(x, options.turn_tolerance * (most - least))) {
        const std::string number = std::to_string(++count[segment.heating ? 1 : 0]);
        labelled.emplace_back((segment.heating ? "heating_" : "cooling_") + number,
                              without_slow_ends(x, times_of(table, options).values, segment, options.minimum_rate));
    }
    return labelled;
}

Table one_segment(const Table& table, const PieceOptions& options) {
    const bool heating = options.segments == Segments::heating;
    std::vector<Segment> fitting;
    std::string there;
    for (const auto& [label, segment] : labelled_segments(table, options)) {
        there += (there.empty() ? "" : ", ") + label;
        if (segment.heating == heating) fitting.push_back(segment);
    }
    if (std::ssize(fitting) <= std::max<std::int64_t>(options.segment_index, 0))
        throw std::runtime_error(table.file + ": no " + (options.segment_index < 0 ? "" : "such ") +
                                 (heating ? "heating" : "cooling") + " segment; there are: " + (there.empty() ? "none" : there) +
                                 ". Change segments or segment_index, or turn_tolerance.");
    if (options.segment_index >= 0) return take_rows(table, fitting[static_cast<std::size_t>(options.segment_index)]);
    return take_rows(table, *std::max_element(fitting.begin(), fitting.end(),
                                              [](const Segment& a, const Segment& b) { return a.extent < b.extent; }));
}

/// All segments that any curve has, in the order in which they come first.
Pieces split_segments(const Pieces& curves, const PieceOptions& options) {
    Pieces split{{}, curves.axes};
    Axis axis{"segment", {}, {}, {}};
    std::vector<std::vector<std::pair<std::string, Segment>>> all;
    for (const Table& table : curves.tables) {
        all.push_back(labelled_segments(table, options));
        for (const auto& [label, segment] : all.back())
            if (std::find(axis.labels.begin(), axis.labels.end(), label) == axis.labels.end()) axis.labels.push_back(label);
    }
    if (axis.labels.empty())
        throw std::runtime_error(curves.tables.front().file +
                                 ": the coordinate does not change, so there are no segments to split.");
    for (std::size_t i = 0; i < all.size(); ++i)
        for (const auto& label : axis.labels) {
            const auto own = std::find_if(all[i].begin(), all[i].end(), [&](const auto& each) { return each.first == label; });
            const Table& table = curves.tables[i];
            split.tables.push_back(own == all[i].end() ? take_rows(table, std::vector<std::ptrdiff_t>())
                                                       : take_rows(table, own->second));
        }
    split.axes.push_back(std::move(axis));
    return split;
}

}  // namespace

Segments segments_from_name(const std::string& name) {
    constexpr std::array<std::pair<std::string_view, Segments>, 4> table{
        {{"as_is", Segments::as_is}, {"heating", Segments::heating}, {"cooling", Segments::cooling}, {"split", Segments::split}}};
    for (const auto& [known, segments] : table)
        if (known == name) return segments;
    throw std::invalid_argument("segments '" + name + "' is unknown. Use as_is, heating, cooling or split.");
}

Pieces pieces_of(const std::vector<Export>& files, const PieceOptions& options) {
    std::vector<Parts> all;
    for (const Export& file : files) {
        all.push_back(options.group_by ? groups_of(file, options) : steps_of(file, options));
        check_same_parts(all.back(), all.front(), options);
    }
    Pieces pieces;
    if (options.group_by || all.front().tables.size() > 1) pieces.axes.push_back(all.front().axis);
    for (Parts& parts : all)
        for (Table& table : parts.tables) pieces.tables.push_back(std::move(table));
    if (options.segments == Segments::as_is) return pieces;
    if (options.segments == Segments::split) return split_segments(pieces, options);
    for (Table& table : pieces.tables) table = one_segment(table, options);
    return pieces;
}

Times times_of(const Table& table, const PieceOptions& options) {
    const auto is_time = [&](const std::string& unit) {
        return !unit.empty() && options.is_time_unit && options.is_time_unit(unit);
    };
    for (const TimeColumn& given : options.times) {
        const Column& column = find_column(table, given.key);
        const std::string& unit = given.unit.empty() ? column.unit : given.unit;
        if (is_time(unit)) return {column.values, unit};
    }
    for (const Column& column : table.columns)
        if (lower(column.name).starts_with("time") && is_time(column.unit)) return {column.values, column.unit};
    return {};
}

std::optional<double> single_value(const Column& column) {
    if (column.values.empty()) return std::nullopt;
    const double first = column.values.front();
    const auto same = [&](double value) { return std::abs(value - first) <= 1e-6 * std::abs(first); };
    return std::all_of(column.values.begin(), column.values.end(), same) ? std::optional(first) : std::nullopt;
}

}  // namespace sluice::text_source
