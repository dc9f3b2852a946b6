// SPDX-License-Identifier: BSD-3-Clause
// The text export of NETZSCH Proteus: lines #KEY:value, a title line with ##, rows.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <utility>

#include "exports.hpp"
#include "header.hpp"
#include "header_keys.hpp"
#include "lines.hpp"
#include "units.hpp"

namespace sluice::text_source {
namespace {

constexpr std::array<std::pair<std::string_view, char>, 4> separators{
    {{"SEMICOLON", ';'}, {"COMMA", ','}, {"TAB", '\t'}, {"SPACE", ' '}}};

/// "#SAMPLE MASS /mg:10.0", also with a separator behind the colon: "#SAMPLE MASS /mg:   ,10.0,,". Ends of empty fields go.
HeaderKey key_of(std::string_view line) {
    line.remove_prefix(1);
    const auto colon = line.find(':');
    const auto blanks = [](std::string_view text, std::string_view what) {
        const auto first = text.find_first_not_of(what);
        return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(what) - first + 1);
    };
    const auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    return {std::string(trimmed(line.substr(0, colon))), std::string(blanks(value, " \t,;"))};
}

std::string value_of(const std::vector<HeaderKey>& keys, std::string_view name) {
    const auto found = std::find_if(keys.begin(), keys.end(), [&](const HeaderKey& key) { return key.name == name; });
    return found == keys.end() ? "" : found->value;
}

/// Numbers of the header may have a decimal comma where the rows have a point.
std::optional<double> header_value(std::string_view text) {
    const auto number = parse_number(trimmed(text), '.');
    return number ? number : parse_number(trimmed(text), ',');
}

/// "57 degC/40.0(K/min)/287 degC" is 40; below 0 when the end is colder. Nothing for several rates, or for other text.
std::optional<double> rate_of_range(std::string_view range) {
    constexpr std::string_view unit = "(K/min)";
    const auto at = range.find(unit);
    if (at == std::string_view::npos || range.find(unit, at + 1) != std::string_view::npos) return std::nullopt;
    const auto before = range.substr(0, at), after = range.substr(at + unit.size());
    const auto stroke = before.rfind('/');
    if (stroke == std::string_view::npos || !after.starts_with('/')) return std::nullopt;
    const auto temperature = [](std::string_view text) {
        return header_value(text.substr(0, text.find_first_not_of("+-0123456789.,")));
    };
    const auto from = temperature(before.substr(0, stroke)), to = temperature(after.substr(1));
    const auto rate = header_value(before.substr(stroke + 1));
    if (!from || !to || !rate || *rate == 0 || *from == *to) return std::nullopt;
    return *to > *from ? *rate : -*rate;
}

RunFacts facts_of(const std::vector<HeaderKey>& keys) {
    RunFacts facts;
    const auto mass = header_value(value_of(keys, "SAMPLE MASS /mg"));
    if (mass && std::isfinite(*mass) && *mass > 0) facts.mass = HeaderNumber{*mass, "mg"};
    const auto exo = header_value(value_of(keys, "EXO"));
    if (exo && *exo == 1) facts.exo = "up";
    if (exo && *exo == -1) facts.exo = "down";
    const auto ranges = std::count_if(keys.begin(), keys.end(), [](const HeaderKey& key) { return key.name == "RANGE"; });
    if (ranges == 1) facts.heating_rate_k_per_min = rate_of_range(value_of(keys, "RANGE"));
    facts.instrument = value_of(keys, "INSTRUMENT");
    facts.sample = value_of(keys, "SAMPLE");
    return facts;
}

void check_type(const std::vector<HeaderKey>& keys, const std::string& file) {
    if (value_of(keys, "EXPORTTYPE").starts_with("DATA COMPARE"))
        throw std::runtime_error(file + ": #EXPORTTYPE is DATA COMPARE, several curves side by side. Export each as DATA ALL.");
}

/// What #SEPARATOR says, else the recipe, else the first that the titles have.
char separator_of(const std::vector<HeaderKey>& keys, const Format& format, std::string_view titles) {
    const std::string said = value_of(keys, "SEPARATOR");
    for (const auto& [name, separator] : separators)
        if (name == said) return separator;
    switch (format.separator) {
        case Separator::semicolon:
            return ';';
        case Separator::comma:
            return ',';
        case Separator::tab:
            return '\t';
        case Separator::whitespace:
            return ' ';
        case Separator::automatic:
            break;
    }
    for (const auto& [name, separator] : separators)
        if (titles.find(separator) != std::string_view::npos) return separator;
    return ';';
}

Separator separator_named(char separator) {
    switch (separator) {
        case ';':
            return Separator::semicolon;
        case ',':
            return Separator::comma;
        case '\t':
            return Separator::tab;
        default:
            return Separator::whitespace;
    }
}

void set_titles(Table& table, std::string_view titles, char separator, const Line& line) {
    const auto fields = split_at(titles, separator);
    if (fields.size() != table.columns.size())
        fail_at(table.file, line,
                std::to_string(fields.size()) + " titles over rows of " + std::to_string(table.columns.size()) +
                    " numbers. Check #SEPARATOR and #DECIMAL, or export again.");
    for (std::size_t i = 0; i < fields.size(); ++i) {
        auto title = parse_stroke_title(without_quotes(fields[i]));
        table.columns[i].name = std::move(title.name);
        table.columns[i].unit = std::move(title.unit);
    }
}

}  // namespace

Export parse_proteus(std::string_view text, const std::string& file, const Format& format) {
    const auto lines = split_lines(text);
    const auto title =
        std::find_if(lines.begin(), lines.end(), [](const Line& line) { return trimmed(line.text).starts_with("##"); });
    if (title == lines.end())
        throw std::runtime_error(file +
                                 ": no title line that begins with ##, as '##Temp./degC;Time/min;DSC/(mW/mg)' of a Proteus "
                                 "export does. Set dialect to what the file is.");
    std::vector<HeaderKey> keys;
    for (auto line = lines.begin(); line != title; ++line)
        if (trimmed(line->text).starts_with('#')) keys.push_back(key_of(trimmed(line->text)));
    check_type(keys, file);
    const auto titles = trimmed(title->text).substr(2);
    Format rows = format;
    const char separator = separator_of(keys, format, titles);
    rows.separator = separator_named(separator);
    const std::string decimal = value_of(keys, "DECIMAL");
    if (!decimal.empty()) rows.decimal = decimal == "COMMA" ? ',' : '.';
    rows.comment = "#";
    rows.first_line = title->number + 1;
    Export found{{{"", title->number, parse_table(text, file, rows)}}, facts_of(keys)};
    set_titles(found.blocks.front().table, titles, separator, *title);
    for (const auto& key : keys) found.blocks.front().table.header.push_back(key.name + ": " + key.value);
    return found;
}

}  // namespace sluice::text_source
