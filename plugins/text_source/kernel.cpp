// SPDX-License-Identifier: BSD-3-Clause
// Reads tables of numbers from text files: one file, or a series of files stacked.
#include "kernel.hpp"

#include <locale.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "header.hpp"

namespace sluice::text_source {
namespace {

constexpr std::array<std::pair<std::string_view, Separator>, 5> separator_table{{
    {"auto", Separator::automatic},
    {"whitespace", Separator::whitespace},
    {"comma", Separator::comma},
    {"semicolon", Separator::semicolon},
    {"tab", Separator::tab},
}};

struct Line {
    std::int64_t number = 0;  // from 1
    std::string_view text;
};

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

bool is_comment(std::string_view line, const Format& format) {
    return !format.comment.empty() && trimmed(line).starts_with(format.comment);
}

/// The lines that are not empty, within the wanted range, without their ends.
std::vector<Line> split_lines(std::string_view text, const Format& format) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    std::vector<Line> lines;
    for (std::int64_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        const bool wanted = number >= format.first_line && (format.last_line == 0 || number <= format.last_line);
        if (wanted && !trimmed(line).empty()) lines.push_back({number, line});
    }
    return lines;
}

/// Cuts the first field off line: up to the separator, or up to white space if that is ' '.
std::string_view take_field(std::string_view& line, char separator) {
    const auto end = separator == ' ' ? line.find_first_of(" \t") : line.find(separator);
    const std::string_view field = line.substr(0, end);
    line.remove_prefix(std::min(end, line.size()));
    return trimmed(field);
}

/// Steps over what separates two fields; false at the end of the line.
bool skip_separator(std::string_view& line, char separator) {
    if (line.empty()) return false;
    if (separator != ' ')
        line.remove_prefix(1);
    else
        while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    return true;
}

/// Appends the numbers of a line to row. Returns the first field that is no number, as a view
/// into the line, or nothing if the whole line is numbers.
std::optional<std::string_view> parse_row(std::string_view line, char separator, char decimal, std::vector<double>& row) {
    line = separator == '\t' ? line : trimmed(line);
    do {
        const std::string_view field = take_field(line, separator);
        const auto number = parse_number(field, decimal);
        if (!number) return field;
        row.push_back(*number);
    } while (skip_separator(line, separator));
    return std::nullopt;
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
        Table table{file_, {}, std::vector<Column>(location.columns)};
        for (std::size_t i = location.first; i < lines_.size(); ++i) append_row(lines_[i], location, table);
        const std::vector<Line> header = header_of(location);
        for (const Line& line : header) table.header.emplace_back(line.text);
        if (!header.empty()) set_titles(header.back(), location, table);
        return table;
    }

private:
    static constexpr std::size_t shortest_run = 3;

    [[noreturn]] void fail(const Line& line, std::string_view at, const std::string& fault) const {
        const auto column = at.data() - line.text.data() + 1;
        throw std::runtime_error(file_ + ":" + std::to_string(line.number) + ":" + std::to_string(column) + ": " + fault);
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
        throw std::runtime_error(file_ + ": no table found, that is " + std::to_string(shortest_run) +
                                 " successive lines of numbers, or fewer at the end of the file. Check separator and "
                                 "decimal (\",\" if numbers look like 1,5), or give first_line and last_line of the table.");
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

    /// A title line may be a comment.
    [[nodiscard]] std::string_view title_text(std::string_view line) const {
        line = trimmed(line);
        while (is_comment(line, format_)) line = trimmed(line.substr(format_.comment.size()));
        return line;
    }

    /// A line "#L r G" of a SPEC or .gr file has one word more than columns.
    [[nodiscard]] std::vector<ColumnTitle> titles_in(std::string_view line, const Location& location) const {
        const auto text = title_text(line);
        const auto titles = parse_titles(text, location.separator, location.columns);
        const bool marked =
            titles.empty() && trimmed(line).starts_with("#L") && text.size() > 2 && text[0] == 'L' && is_blank(text[1]);
        return marked ? parse_titles(trimmed(text.substr(1)), location.separator, location.columns) : titles;
    }

    void set_titles(const Line& line, const Location& location, Table& table) const {
        const auto titles = titles_in(line.text, location);
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

std::string list_columns(const Table& table) {
    std::string list;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const std::string& name = table.columns[i].name;
        list += (i == 0 ? "" : ", ") + std::to_string(i) + (name.empty() ? "" : " '" + name + "'");
    }
    return list;
}

std::string quoted_key(const ColumnKey& key) {
    const auto* number = std::get_if<std::int64_t>(&key);
    return number != nullptr ? std::to_string(*number) : "'" + std::get<std::string>(key) + "'";
}

bool same_bits(std::span<const double> a, std::span<const double> b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

}  // namespace

Separator separator_from_name(std::string_view name) {
    for (const auto& [known, separator] : separator_table)
        if (known == name) return separator;
    throw std::invalid_argument("separator '" + std::string(name) +
                                "' is unknown. Use auto, whitespace, comma, semicolon or tab.");
}

/// By strtod_l: std::from_chars for double is missing in libc++ 14.
std::optional<double> parse_number(std::string_view field, char decimal) {
    static const locale_t c_locale = ::newlocale(LC_ALL_MASK, "C", nullptr);
    std::array<char, 64> digits{};
    const bool hexadecimal = field.find_first_of("xX") != std::string_view::npos;
    if (field.empty() || field.size() >= digits.size() || hexadecimal) return std::nullopt;
    if (decimal != '.' && field.find('.') != std::string_view::npos) return std::nullopt;
    std::replace_copy(field.begin(), field.end(), digits.begin(), decimal, '.');
    char* end = nullptr;
    const double value = ::strtod_l(digits.data(), &end, c_locale);
    const bool too_large = std::isinf(value) && field.find_first_of("iI") == std::string_view::npos;
    if (end != digits.data() + field.size() || too_large) return std::nullopt;
    return value;
}

Table parse_table(std::string_view text, const std::string& file, const Format& format) {
    check_decimal(format);
    const std::vector<Line> lines = split_lines(text, format);
    if (lines.empty())
        throw std::runtime_error(file +
                                 ": no lines to read. The file is empty, or first_line and "
                                 "last_line leave nothing.");
    return TableReader(lines, file, format).read();
}

Table read_table(const std::string& file, const Format& format) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        throw std::runtime_error(file + ": cannot be read (" + std::strerror(errno) + "). Check the name and the permissions.");
    std::ostringstream text;
    text << stream.rdbuf();
    return parse_table(text.str(), file, format);
}

const Column& find_column(const Table& table, const ColumnKey& key) {
    const auto* number = std::get_if<std::int64_t>(&key);
    if (number != nullptr && *number >= 0 && *number < std::ssize(table.columns))
        return table.columns[static_cast<std::size_t>(*number)];
    if (number == nullptr) {
        const auto named = [&](const Column& column) { return column.name == std::get<std::string>(key); };
        const auto found = std::find_if(table.columns.begin(), table.columns.end(), named);
        if (std::count_if(table.columns.begin(), table.columns.end(), named) > 1)
            throw std::runtime_error(table.file + ": several columns are called " + quoted_key(key) + ": " + list_columns(table) +
                                     ". Give the number of the one that you mean.");
        if (found != table.columns.end()) return *found;
    }
    throw std::runtime_error(table.file + ": no column " + quoted_key(key) + ". There are " + list_columns(table) + ".");
}

StackedColumn stack_column(std::span<const Table> tables, const ColumnKey& key) {
    if (tables.empty()) throw std::invalid_argument("the list of tables is empty.");
    const Column& first = find_column(tables.front(), key);
    StackedColumn stacked{first.name, first.unit, {}};
    for (const Table& table : tables) {
        const Column& column = find_column(table, key);
        const std::string compared = ", but the first file (" + tables.front().file + ") has ";
        if (column.values.size() != first.values.size())
            throw std::runtime_error(table.file + ": " + std::to_string(column.values.size()) + " rows" + compared +
                                     std::to_string(first.values.size()) + ". Files of a series need the same number of rows.");
        if (column.unit != first.unit)
            throw std::runtime_error(table.file + ": column " + quoted_key(key) + " has unit '" + column.unit + "'" + compared +
                                     "'" + first.unit + "'. Files of a series need the same units.");
        stacked.same_in_every_file &= same_bits(column.values, first.values);
        stacked.values.insert(stacked.values.end(), column.values.begin(), column.values.end());
    }
    return stacked;
}

}  // namespace sluice::text_source
