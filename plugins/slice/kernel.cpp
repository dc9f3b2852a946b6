// SPDX-License-Identifier: BSD-3-Clause
// Index arithmetic, and sentences for ranges that hold nothing.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>

namespace sluice::slice {
namespace {

[[noreturn]] void refuse(const std::string& message) { throw std::invalid_argument(message); }

std::string in_quotes(const std::string& text) { return "'" + text + "'"; }

std::string number(double value) {
    std::ostringstream text;
    text << value;
    return text.str();
}

std::string indices_of(const Dimension& dimension) {
    return in_quotes(dimension.name) + " has elements 0 to " + std::to_string(dimension.size - 1);
}

std::string text_or(std::optional<std::int64_t> value, const char* otherwise) {
    return value ? std::to_string(*value) : otherwise;
}

Range stepped(std::int64_t begin, std::int64_t end, std::int64_t step) {
    return {begin, step, (end - begin + step - 1) / step};
}

std::string asked_for(std::optional<double> from, std::optional<double> to, const std::string& unit) {
    const auto text = from && to ? "between " + number(*from) + " and " + number(*to)
                      : from     ? "at or above " + number(*from)
                                 : "at or below " + number(*to);
    return unit.empty() || unit == "1" ? text : text + " " + unit;
}

std::string extent_of(const Coordinate& coordinate) {
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (const auto value : coordinate.values) {
        if (value < low) low = value;
        if (value > high) high = value;
    }
    if (low > high) return "all its values are NaN";
    return "its values go from " + number(low) + " to " + number(high);
}

}  // namespace

Range one_element(const Dimension& dimension, std::int64_t index) {
    const auto position = index < 0 ? index + dimension.size : index;
    if (position < 0 || position >= dimension.size)
        refuse("there is no element " + std::to_string(index) + ": " + indices_of(dimension));
    return {position, 1, 1};
}

Range by_index(const Dimension& dimension, std::optional<std::int64_t> begin, std::optional<std::int64_t> end,
               std::int64_t step) {
    const auto position = [&](std::int64_t index) {
        return std::clamp<std::int64_t>(index < 0 ? index + dimension.size : index, 0, dimension.size);
    };
    const auto first = position(begin.value_or(0)), last = position(end.value_or(dimension.size));
    if (first >= last)
        refuse("begin " + text_or(begin, "(first)") + ", end " + text_or(end, "(last)") + " leaves nothing: " + indices_of(dimension));
    return stepped(first, last, step);
}

Range by_value(const Dimension& dimension, const Coordinate& coordinate, std::optional<double> from,
               std::optional<double> to, std::int64_t step) {
    if (from && to && *from > *to) refuse("from = " + number(*from) + " is larger than to = " + number(*to));
    const auto within = [&](double value) { return value >= from.value_or(-HUGE_VAL) && value <= to.value_or(HUGE_VAL); };
    const auto begin = coordinate.values.begin(), end = coordinate.values.end();
    const auto first = std::find_if(begin, end, within);
    if (first == end)
        refuse("no element of " + in_quotes(dimension.name) + " has " + in_quotes(coordinate.name) + " " +
               asked_for(from, to, coordinate.unit) + ": " + extent_of(coordinate));
    const auto last = std::find_if_not(first, end, within);
    if (const auto again = std::find_if(last, end, within); again != end)
        refuse("coordinate " + in_quotes(coordinate.name) + " enters the range twice, at elements " +
               std::to_string(first - begin) + " and " + std::to_string(again - begin) + " of " +
               in_quotes(dimension.name) + ": cut by begin and end");
    return stepped(first - begin, last - begin, step);
}

}  // namespace sluice::slice
