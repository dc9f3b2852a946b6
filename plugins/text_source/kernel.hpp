// SPDX-License-Identifier: BSD-3-Clause
// Reads tables of numbers from text files: one file, or a series of files stacked.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice::text_source {

enum class Separator { automatic, whitespace, comma, semicolon, tab };

/// The separator of that name. Throws std::invalid_argument listing the five names.
[[nodiscard]] Separator separator_from_name(std::string_view name);

struct Format {
    Separator separator = Separator::automatic;  ///< automatic tries semicolon, comma, whitespace
    char decimal = '.';                          ///< '.' or ','
    std::string comment = "#";                   ///< what lines begin with that are skipped; empty: none are
    std::int64_t first_line = 1;                 ///< lines before this one are not looked at; counted from 1
    std::int64_t last_line = 0;                  ///< lines after this one are not looked at; 0: to the end
};

struct Column {
    std::string name;  ///< from the header line, or empty
    std::string unit;  ///< from the header line, spelled for UDUNITS; empty: the file does not say
    std::vector<double> values;
};

struct Table {
    std::string file;                 ///< for messages
    std::vector<std::string> header;  ///< lines above the table, comments included
    std::vector<Column> columns;      ///< at least one, all of one length, at least one row
};

/// Finds and reads the one table of numbers in text.
///
/// The table is the first run of at least three lines of numbers, or of fewer if they end the
/// file; what stands before it is header. Empty lines and comments are skipped everywhere. Tokens
/// nan, inf, infinity (any case, signed) are numbers. Windows line ends and a UTF-8 byte order mark
/// are accepted; the locale of the process does not matter.
/// Names and units come from the last header line, if it holds one name per column:
/// "q (1/nm)", "q [1/nm]", "q(1/nm)", "q_1/nm". The mark #L of such a line in a SPEC or .gr file is passed over.
/// Or the names come from the line before it, and it holds one unit per column: "Hz, MPa, MPa, C, -". The unit C under the title
/// of a temperature is degC.
/// Throws std::runtime_error with file:line:column for a line that is no row of the table: text
/// between numbers, a row with more or fewer fields than the first; and for a text with no table.
/// Throws std::invalid_argument for a decimal mark other than '.' and ',' or equal to the separator.
[[nodiscard]] Table parse_table(std::string_view text, const std::string& file, const Format& format = {});

/// A file's contents as UTF-8 (encoding.hpp). Throws std::runtime_error if it cannot be read.
[[nodiscard]] std::string read_text(const std::string& file);

/// parse_table() of a file's contents. Throws std::runtime_error if the file cannot be read.
[[nodiscard]] Table read_table(const std::string& file, const Format& format = {});

/// A column by its number, from 0, or by its name in the header line.
using ColumnKey = std::variant<std::int64_t, std::string>;

/// Throws std::runtime_error that lists the columns there are.
[[nodiscard]] const Column& find_column(const Table& table, const ColumnKey& key);

/// One column of several files, row after row.
struct StackedColumn {
    std::string name;
    std::string unit;
    std::vector<double> values;      ///< [file, row] in C order
    bool same_in_every_file = true;  ///< bit for bit (NaN equals NaN), so one curve may stand for all
};

enum class Rows { equal, padded };

/// Stacks one column of every table. With Rows::equal all tables must have as many rows as the first; with Rows::padded shorter
/// ones end in NaN. The column must have the same unit everywhere; std::runtime_error names the first file that differs.
[[nodiscard]] StackedColumn stack_column(std::span<const Table> tables, const ColumnKey& key, Rows rows = Rows::equal);

/// The whole field as a number, whatever the locale; nothing if it is not one.
[[nodiscard]] std::optional<double> parse_number(std::string_view field, char decimal);

/// A unit as people write it, respelled for UDUNITS: braces and the $ of TeX dropped, superscripts as ^n, the
/// letter A-ring, \AA and "1/A" as angstrom. A lone "A" stays ampere.
[[nodiscard]] std::string respelled_unit(std::string unit);

}  // namespace sluice::text_source
