// SPDX-License-Identifier: BSD-3-Clause
// From the tables of files to one table for each curve: steps of a run, groups of rows, segments.
#pragma once

#include <cstdint>
#include <optional>
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

/// A column that the recipe says to be the time, and its unit.
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
    std::optional<TimeColumn> time;   ///< else by its title
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

/// The times of a table in seconds: of the given column, else of the first whose title begins with "time" and whose unit is one
/// of time. Empty when there is none.
[[nodiscard]] Values times_s(const Table& table, const std::optional<TimeColumn>& given);

/// The frequency of a table's rows in Hz, when a column whose title begins with "freq" holds one value only.
[[nodiscard]] std::optional<double> single_frequency_hz(const Table& table);

}  // namespace sluice::text_source
