// SPDX-License-Identifier: BSD-3-Clause
// A run that heats and cools, cut at its turning points; its steady part; its rate. Rows grouped by a column.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernel.hpp"

namespace sluice::text_source {

struct Segment {
    std::ptrdiff_t first = 0, last = 0;  ///< rows, both inclusive
    bool heating = true;                 ///< the coordinate grows
    double extent = 0;                   ///< how far it goes, in the unit of the coordinate
};

/// Cuts rows at the turning points of x: a maximum or minimum counts as one when x comes back from it by more than `tolerance`,
/// so that jitter and short steps back (self-heating on crystallisation) do not cut. The turning row ends a segment. Rows with
/// NaN count to the segment around them. x: [n], any unit. tolerance: in that unit, above 0. Returns none when x nowhere moves by
/// more than the tolerance.
[[nodiscard]] std::vector<Segment> find_segments(std::span<const double> x, double tolerance);

/// The segment without its slow rows at both ends (start-up, holds): it begins with the first row from which, and ends with the
/// last row up to which, the rate over a fiftieth of the rows and that over a 250th are both at least `part` of the median rate.
/// The median is over the path, not over rows, so that a hold of any length does not lower it. x, time: [n]; time (any unit) may
/// be empty: then the rate is per row. part: 0 ... 1; 0 leaves the segment as it is.
[[nodiscard]] Segment without_slow_ends(std::span<const double> x, std::span<const double> time, Segment segment, double part);

/// The rate of a run that is steady: the median of the rates of 20 stretches of rows, each by a straight line, when at least 16
/// of them lie within 2 % of it. Nothing when it is not steady, or for fewer than 40 finite rows, or when time does not increase.
/// Three digits are kept: the rate of a programme has no more, and runs of one programme then agree.
/// x, time: [n]. Unit: that of x per that of time, times `factor`, with which it is multiplied.
[[nodiscard]] std::optional<double> steady_rate(std::span<const double> x, std::span<const double> time, double factor = 1);

/// The rows with one value in a column.
struct RowGroup {
    double value = 0;  ///< the mean; exact when all are equal
    std::vector<std::ptrdiff_t> rows;
};

/// Rows whose values differ from the next smaller one by no more than `tolerance` relative; groups by ascending value, rows in
/// their order. Throws std::domain_error for a value that is not finite, and when no two rows share one (of three rows or more).
[[nodiscard]] std::vector<RowGroup> group_rows(std::span<const double> values, double tolerance);

/// These rows of a table.
[[nodiscard]] Table take_rows(const Table& table, std::span<const std::ptrdiff_t> rows);
[[nodiscard]] Table take_rows(const Table& table, const Segment& segment);

/// All rows of several tables, in their order. Throws std::runtime_error when titles or units differ.
[[nodiscard]] Table pooled(std::span<const Table> tables);

}  // namespace sluice::text_source
