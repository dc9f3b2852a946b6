// SPDX-License-Identifier: BSD-3-Clause
// From the tables of files to one table for each curve: steps of a run, groups of rows, segments.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "exports.hpp"
#include "kernel.hpp"
#include "segments.hpp"

namespace sluice::text_source {

using Names = std::vector<std::string>;
using Values = std::vector<double>;

/// A dimension of curves: numbers in a unit, or labels.
struct Axis {
    std::string name;
    Names labels;
    Values numbers;
    std::string unit;

    [[nodiscard]] std::int64_t size() const { return std::ssize(labels) + std::ssize(numbers); }
};

enum class Segments { as_is, heating, cooling, split };

/// A column of the recipe that may be the time, and the unit that the recipe gives it; empty: its title does.
struct TimeColumn {
    ColumnKey key;
    std::string unit;
};

/// What makes several curves of one file, or one of many rows.
struct PieceOptions {
    ColumnKey coordinate;
    std::vector<std::variant<std::int64_t, std::string>> steps;  ///< by number or name; empty: all
    std::optional<ColumnKey> group_by;
    double group_tolerance = 1e-6;  ///< relative
    Segments segments = Segments::as_is;
    std::int64_t segment_index = -1;  ///< among those of its direction, from 0; below 0: the longest
    double turn_tolerance = 0.05;     ///< of the range of the coordinate
    double minimum_rate = 0.5;        ///< of the segment's median
    std::vector<TimeColumn> times;    ///< the first of them in a unit of time, else a column by its title
    std::function<bool(const std::string& unit)> is_time_unit;  ///< the host knows units
};

/// The curves of all files: tables[file][step or group][segment], flat.
struct Pieces {
    std::vector<Table> tables;
    std::vector<Axis> axes;  ///< step or group (named "group", without a unit), segment: those that there are
};

/// The segments mode of that name. Throws std::invalid_argument.
[[nodiscard]] Segments segments_from_name(const std::string& name);

/// Chooses steps, groups their rows, cuts segments. A dimension `step` comes with more than one of them, `segment` with
/// Segments::split; a segment that one curve lacks is a table without rows.
/// Throws std::runtime_error naming file and what there is: for a step that is not there or empty, for files with unlike steps or
/// groups, for a curve without such a segment.
[[nodiscard]] Pieces pieces_of(const std::vector<Export>& files, const PieceOptions& options);

/// The time of each row and its unit; empty when there is none.
struct Times {
    std::span<const double> values;
    std::string unit;
};

/// The first of options.times in a unit of time, else the first column whose title begins with "time" and that has such a unit.
/// The values are those of the table. Throws std::runtime_error when a column of options.times is not there.
[[nodiscard]] Times times_of(const Table& table, const PieceOptions& options);

/// The one value of a column whose rows all agree within 1e-6; nothing for others, and without rows.
[[nodiscard]] std::optional<double> single_value(const Column& column);

}  // namespace sluice::text_source
