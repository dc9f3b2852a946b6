// SPDX-License-Identifier: BSD-3-Clause
// Finds and reads the one table of numbers in a text.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "encoding.hpp"
#include "header.hpp"
#include "kernel.hpp"
#include "lines.hpp"

namespace sluice::text_source {
namespace {

constexpr std::array<std::pair<std::string_view, Separator>, 5> separator_table{{
    {"auto", Separator::automatic},
    {"whitespace", Separator::whitespace},
    {"comma", Separator::comma},
    {"semicolon", Separator::semicolon},
    {"tab", Separator::tab},
}};

bool is_comment(std::string_view line, const Format& format) {
    return !format.comment.empty() && trimmed(line).starts_with(format.comment);
}

/// Where the table stands among the lines, comments excluded.
struct Location {
    std::size_t first = 0;  // index of its first line
    char separator = ' ';
    std::size_t columns = 0;
};

class TableReader {
public:
    TableReader(std::vector<Line> lines, const std::string& file, const Format& format) : file_(file), format_(format) {
        for (const Line& line : lines) (is_comment(line.text, format) ? comments_ : lines_).push_back(line);
    }

    [[nodiscard]] Table read() const {
        const Location location = locate();
        check_header(location);
        const std::vector<Line> header = header_of(location);
        check_dialect(header);
        check_decimal_commas(header, location);
        Table table{file_, {}, std::vector<Column>(location.columns)};
        for (std::size_t i = location.first; i < lines_.size(); ++i) append_row(lines_[i], location, table);
        for (const Line& line : header) table.header.emplace_back(line.text);
        if (!header.empty()) set_titles(header, location, table);
        return table;
    }

private:
    static constexpr std::size_t shortest_run = 3;

    [[noreturn]] void fail(const Line& line, std::string_view at, const std::string& fault) const {
        fail_at(file_, line, at, fault);
    }

    [[nodiscard]] static bool any_begins_with(const std::vector<Line>& lines, std::string_view word) {
        return std::any_of(lines.begin(), lines.end(),
                           [&](const Line& line) { return lower(trimmed(line.text)).starts_with(word); });
    }

    /// The rows of such a file that are no data look like data.
    void check_dialect(const std::vector<Line>& header) const {
        if (any_begins_with(header, "startofdata") && any_begins_with(header, "sig1"))
            throw std::runtime_error(file_ +
                                     ": the lines Sig1 and StartOfData are those of TA Universal Analysis. Set dialect to "
                                     "ta_universal.");
    }

    /// "25,0,1,5" under "T,E": twice as many numbers as titles, and every second one without sign or point.
    void check_decimal_commas(const std::vector<Line>& header, const Location& location) const {
        if (location.separator != ',' || format_.separator != Separator::automatic || header.empty() || location.columns < 4)
            return;
        const Line& row = lines_[location.first];
        if (row.text.find('.') != std::string_view::npos || location.columns % 2 != 0) return;
        const auto fields = split_at(row.text, ',');
        for (std::size_t i = 1; i < fields.size(); i += 2)
            if (fields[i].find_first_not_of("0123456789") != std::string_view::npos) return;
        if (parse_titles(without_comment_marks(header.back().text, format_.comment), ',', location.columns / 2).empty()) return;
        fail(row, row.text,
             "as many titles as half the numbers: the commas look like decimal ones and like separators, which cannot be told "
             "apart. Export with semicolons or tabs and set decimal to \",\", or set separator to comma if it is right.");
    }

    [[nodiscard]] std::vector<char> separators_to_try() const {
        switch (format_.separator) {
            case Separator::whitespace:
                return {' '};
            case Separator::comma:
                return {','};
            case Separator::semicolon:
                return {';'};
            case Separator::tab:
                return {'\t'};
            case Separator::automatic:
                break;
        }
        if (format_.decimal == ',') return {';', ' '};
        return {';', ',', ' '};
    }

    [[nodiscard]] std::size_t count_numbers(const Line& line, char separator) const {
        std::vector<double> row;
        return parse_row(line.text, separator, format_.decimal, row) ? 0 : row.size();
    }

    /// The first run of lines of numbers that is long enough or ends the file. A separator that
    /// gives one column only is kept as a last resort.
    [[nodiscard]] Location locate() const {
        std::optional<Location> single_column;
        for (const char separator : separators_to_try()) {
            const auto found = locate_with(separator);
            if (found && found->columns > 1) return *found;
            if (found) single_column = found;
        }
        if (single_column) return *single_column;
        const std::string hint =
            any_begins_with(lines_, "[step]") ? " Its lines [step] are those of a TRIOS export: set dialect to trios." : "";
        throw std::runtime_error(file_ + ": no table found, that is " + std::to_string(shortest_run) +
                                 " successive lines of numbers, or fewer at the end of the file. Check separator and "
                                 "decimal (\",\" if numbers look like 1,5), or give first_line and last_line of the table." +
                                 hint);
    }

    [[nodiscard]] std::optional<Location> locate_with(char separator) const {
        std::size_t first = 0;
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            if (count_numbers(lines_[i], separator) == 0) first = i + 1;
            const bool at_end = i + 1 == lines_.size();
            if (i + 1 - first >= shortest_run || (at_end && first <= i))
                return Location{first, separator, count_numbers(lines_[first], separator)};
        }
        return std::nullopt;
    }

    /// Lines of numbers that start with as many fields as the table has columns, cut off from it by
    /// a line of text, are far more likely data after which something went wrong than header.
    void check_header(const Location& location) const {
        std::size_t before = 0;
        for (std::size_t i = 0; i + 1 < location.first; ++i) {
            const std::size_t numbers = count_numbers(lines_[i], location.separator);
            if (before == 0 && numbers == location.columns)
                fail(lines_[i], lines_[i].text,
                     "this row of " + std::to_string(numbers) + " numbers is cut off from the table, which starts at line " +
                         std::to_string(lines_[location.first].number) + ". Repair the lines between, or set first_line.");
            before = numbers;
        }
    }

    void append_row(const Line& line, const Location& location, Table& table) const {
        std::vector<double> row;
        const auto bad = parse_row(line.text, location.separator, format_.decimal, row);
        if (bad)
            fail(line, *bad,
                 "'" + std::string(*bad) +
                     "' is not a number. If the table ends above, set "
                     "last_line; if numbers are written 1,5, set decimal to \",\".");
        if (row.size() != location.columns)
            fail(line, line.text,
                 "row of " + std::to_string(row.size()) + " numbers, but the table has " + std::to_string(location.columns) +
                     " columns since line " + std::to_string(lines_[location.first].number) +
                     ". Repair the row, or set first_line and last_line.");
        for (std::size_t i = 0; i < row.size(); ++i) table.columns[i].values.push_back(row[i]);
    }

    [[nodiscard]] std::vector<Line> header_of(const Location& location) const {
        std::vector<Line> header(lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(location.first));
        for (const Line& comment : comments_)
            if (comment.number < lines_[location.first].number) header.push_back(comment);
        std::sort(header.begin(), header.end(), [](const Line& a, const Line& b) { return a.number < b.number; });
        return header;
    }

    void set_titles(const std::vector<Line>& header, const Location& location, Table& table) const {
        const auto titles = titles_above(header, location.separator, location.columns, format_.comment);
        for (std::size_t i = 0; i < titles.size(); ++i) {
            table.columns[i].name = titles[i].name;
            table.columns[i].unit = titles[i].unit;
        }
    }

    std::vector<Line> lines_;
    std::vector<Line> comments_;
    const std::string& file_;
    const Format& format_;
};

void check_decimal(const Format& format) {
    if (format.decimal != '.' && format.decimal != ',')
        throw std::invalid_argument("decimal is '" + std::string(1, format.decimal) + "', must be '.' or ','.");
    if (format.decimal == ',' && format.separator == Separator::comma)
        throw std::invalid_argument("comma cannot be both separator and decimal mark.");
}

}  // namespace

Separator separator_from_name(std::string_view name) {
    for (const auto& [known, separator] : separator_table)
        if (known == name) return separator;
    throw std::invalid_argument("separator '" + std::string(name) +
                                "' is unknown. Use auto, whitespace, comma, semicolon or tab.");
}

Table parse_table(std::string_view text, const std::string& file, const Format& format) {
    check_decimal(format);
    const std::vector<Line> lines = split_lines(text, format.first_line, format.last_line);
    if (lines.empty())
        throw std::runtime_error(file +
                                 ": no lines to read. The file is empty, or first_line and "
                                 "last_line leave nothing.");
    return TableReader(lines, file, format).read();
}

std::string read_text(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        throw std::runtime_error(file + ": cannot be read (" + std::strerror(errno) + "). Check the name and the permissions.");
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    return to_utf8(bytes.str());
}

Table read_table(const std::string& file, const Format& format) { return parse_table(read_text(file), file, format); }

}  // namespace sluice::text_source
