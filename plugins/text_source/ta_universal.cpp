// SPDX-License-Identifier: BSD-3-Clause
// The text export of TA Instruments Universal Analysis: keys, Sig lines for titles, StartOfData, rows.
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "exports.hpp"
#include "header.hpp"
#include "header_keys.hpp"
#include "lines.hpp"

namespace sluice::text_source {
namespace {

/// The key is the first word; of the tabs behind it blanks remain.
HeaderKey key_of(const Line& line) {
    const auto end = std::min(line.text.find_first_of(" \t"), line.text.size());
    std::string value(trimmed(line.text.substr(end)));
    std::replace(value.begin(), value.end(), '\t', ' ');
    return {std::string(line.text.substr(0, end)), std::move(value)};
}

bool is_signal(const HeaderKey& key) {
    return key.name.size() > 3 && key.name.starts_with("Sig") && key.name.find_first_not_of("0123456789", 3) == std::string::npos;
}

RunFacts facts_of(const std::vector<HeaderKey>& keys, const Format& format) {
    RunFacts facts;
    for (const auto& key : keys) {
        if (key.name == "Size") facts.mass = mass_from_text(key.value, format);
        if (key.name == "Instrument") facts.instrument = key.value;
        if (key.name == "Sample") facts.sample = key.value;
        const auto direction = lower(key.value);
        if (key.name == "Exotherm" && (direction == "up" || direction == "down")) facts.exo = direction;
    }
    return facts;
}

void set_titles(Table& table, const std::vector<HeaderKey>& keys, const Line& start) {
    std::vector<ColumnTitle> titles;
    for (const auto& key : keys)
        if (is_signal(key)) titles.push_back(parse_title(key.value));
    if (titles.size() != table.columns.size())
        fail_at(table.file, start,
                std::to_string(titles.size()) + " lines Sig1, Sig2, … above rows of " + std::to_string(table.columns.size()) +
                    " numbers. Export the file again.");
    for (std::size_t i = 0; i < titles.size(); ++i) {
        table.columns[i].name = std::move(titles[i].name);
        table.columns[i].unit = std::move(titles[i].unit);
    }
}

/// Rows with a time below 0 begin and end a segment; their other fields are no signals.
void drop_marks(Table& table) {
    const auto time = std::find_if(table.columns.begin(), table.columns.end(),
                                   [](const Column& column) { return lower(column.name).starts_with("time"); });
    if (time == table.columns.end()) return;
    const std::vector<double> times = time->values;
    for (auto& column : table.columns) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < times.size(); ++i)
            if (!(times[i] < 0)) column.values[kept++] = column.values[i];
        column.values.resize(kept);
    }
}

}  // namespace

Export parse_ta_universal(std::string_view text, const std::string& file, const Format& format) {
    const auto lines = split_lines(text);
    const auto start =
        std::find_if(lines.begin(), lines.end(), [](const Line& line) { return trimmed(line.text) == "StartOfData"; });
    if (start == lines.end())
        throw std::runtime_error(file +
                                 ": no line StartOfData, behind which the rows of a Universal Analysis export stand. Set "
                                 "dialect to what the file is.");
    if (start + 1 == lines.end()) fail_at(file, *start, "no rows follow StartOfData: the file was cut off. Export it again.");
    std::vector<HeaderKey> keys;
    for (auto line = lines.begin(); line != start; ++line) keys.push_back(key_of(*line));
    Format rows = format;
    rows.comment.clear();
    rows.first_line = start->number + 1;
    Export found{{{"", start->number, parse_table(text, file, rows)}}, facts_of(keys, format)};
    Table& table = found.blocks.front().table;
    set_titles(table, keys, *start);
    drop_marks(table);
    for (const auto& key : keys) table.header.push_back(key.name + ": " + key.value);
    return found;
}

}  // namespace sluice::text_source
