// SPDX-License-Identifier: BSD-3-Clause
// The text export (LIMS) of TA Instruments TRIOS: blocks [step] of keys, titles, units and rows between tabs.
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "exports.hpp"
#include "header.hpp"
#include "lines.hpp"
#include "units.hpp"

namespace sluice::text_source {
namespace {

using Fields = std::vector<std::string_view>;

/// "key <tab> value": the value is what stands behind the first tab.
std::pair<std::string_view, std::string_view> key_and_value(std::string_view line) {
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos) return {trimmed(line), {}};
    return {trimmed(line.substr(0, tab)), trimmed(line.substr(tab + 1))};
}

bool is_step_mark(const Line& line) { return lower(trimmed(line.text)) == "[step]"; }

class StepReader {
public:
    StepReader(std::span<const Line> lines, const std::string& file, char decimal)
        : lines_(lines), file_(file), decimal_(decimal) {}

    [[nodiscard]] Block read() {
        block_.line = lines_.front().number;
        block_.table.file = file_;
        std::size_t i = 1;
        while (i < lines_.size() && !is_title_line(i)) take_key(lines_[i++]);
        if (i + 1 >= lines_.size()) return finished(i);
        take_titles(lines_[i], lines_[i + 1]);
        for (i += 2; i < lines_.size() && !trimmed(lines_[i].text).starts_with('['); ++i) take_row(lines_[i]);
        return finished(i);
    }

private:
    /// The titles follow the number of points, and begin with a word for the rows.
    [[nodiscard]] bool is_title_line(std::size_t i) const {
        const auto key = lower(key_and_value(lines_[i].text).first);
        return key == "variables" || (i > 0 && lower(key_and_value(lines_[i - 1].text).first) == "number of points");
    }

    void take_key(const Line& line) {
        const auto [key, value] = key_and_value(line.text);
        if (lower(key) == "step name") block_.name = value;
        if (lower(key) != "number of points") return;
        const auto number = parse_number(value, decimal_);
        if (!number) fail_at(file_, line, "'" + std::string(value) + "' is no number of points.");
        points_ = *number;
    }

    void take_titles(const Line& titles, const Line& units) {
        const auto names = split_at(titles.text, '\t');
        auto cells = split_at(units.text, '\t');
        if (std::any_of(cells.begin(), cells.end(), [&](auto cell) { return parse_number(cell, decimal_).has_value(); }))
            fail_at(file_, units, "a row of numbers where the units of the titles above it belong. Export the file with units.");
        cells.resize(std::max(cells.size(), names.size()));
        for (std::size_t i = 1; i < names.size(); ++i) {
            const std::string unit = cells[i].empty() ? "1" : unit_under_title(names[i], unit_of_cell(cells[i]));
            block_.table.columns.push_back({std::string(names[i]), unit, {}});
        }
        first_bad_.resize(block_.table.columns.size());
    }

    void take_row(const Line& line) {
        const auto fields = split_at(line.text, '\t');
        auto& columns = block_.table.columns;
        if (fields.size() != columns.size() + 1)
            fail_at(file_, line,
                    "row of " + std::to_string(fields.size() - 1) + " fields, but the step has " +
                        std::to_string(columns.size()) + " columns. The file may have been cut off there: export it again.");
        for (std::size_t i = 0; i < columns.size(); ++i) columns[i].values.push_back(number_in(line, fields[i + 1], i));
    }

    /// Texts are noted and judged at the end, when it is known what else the column holds.
    [[nodiscard]] double number_in(const Line& line, std::string_view field, std::size_t column) {
        const auto number = parse_number(field, decimal_);
        if (number) return *number;
        if (parse_number(field, decimal_ == '.' ? ',' : '.'))
            fail_at(file_, line, field,
                    "'" + std::string(field) + "' has another decimal mark than '" + decimal_ +
                        "'. Set decimal to what the file has.");
        if (!field.empty() && first_bad_[column].second.empty()) first_bad_[column] = {line, field};
        return std::numeric_limits<double>::quiet_NaN();
    }

    [[nodiscard]] Block finished(std::size_t end) const {
        const auto& columns = block_.table.columns;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const bool numbers =
                std::any_of(columns[i].values.begin(), columns[i].values.end(), [](double v) { return !std::isnan(v); });
            const auto& [line, field] = first_bad_[i];
            if (numbers && !field.empty())
                fail_at(file_, line, field,
                        "'" + std::string(field) + "' is not a number, as others of column '" + columns[i].name + "' are.");
        }
        const auto rows = columns.empty() ? 0 : columns.front().values.size();
        if (points_ >= 0 && points_ != static_cast<double>(rows))
            fail_at(file_, lines_[end - 1],
                    "step '" + block_.name + "' ends after " + std::to_string(rows) + " rows, but its Number of points is " +
                        std::to_string(static_cast<std::int64_t>(points_)) +
                        ": the file was cut off or changed. Export it again.");
        return block_;
    }

    std::span<const Line> lines_;
    const std::string& file_;
    char decimal_;
    double points_ = -1;
    Block block_;
    std::vector<std::pair<Line, std::string_view>> first_bad_;  // per column
};

RunFacts facts_of(std::span<const Line> header, const Format& format) {
    RunFacts facts;
    for (const Line& line : header) {
        const auto [key, value] = key_and_value(line.text);
        const std::string name = lower(key), text(value);
        if (name == "instrument name") facts.instrument = text;
        if (name == "sample name") facts.sample = text;
        if (name == "sample mass" && !facts.mass) facts.mass = mass_from_text(text, format);
        const std::string direction = lower(text);
        if (name == "exotherm" && (direction == "up" || direction == "down")) facts.exo = direction;
    }
    return facts;
}

}  // namespace

Export parse_trios(std::string_view text, const std::string& file, const Format& format) {
    const auto lines = split_lines(text);
    auto step = std::find_if(lines.begin(), lines.end(), is_step_mark);
    if (step == lines.end())
        throw std::runtime_error(file +
                                 ": no line [step], with which each table of a TRIOS text export (LIMS) begins. Export it "
                                 "so, or set dialect to what the file is.");
    const std::span header(lines.begin(), step);
    Export found{{}, facts_of(header, format)};
    std::vector<std::string> keys;
    for (const Line& line : header) {
        const auto [key, value] = key_and_value(line.text);
        keys.push_back(std::string(key) + ": " + std::string(value));
    }
    while (step != lines.end()) {
        const auto next = std::find_if(step + 1, lines.end(), is_step_mark);
        found.blocks.push_back(StepReader(std::span(step, next), file, format.decimal).read());
        found.blocks.back().table.header = keys;
        step = next;
    }
    return found;
}

}  // namespace sluice::text_source
