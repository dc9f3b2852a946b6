// SPDX-License-Identifier: BSD-3-Clause
// Arrays as one table of text: which column stands where, what the header says, and how numbers are written.
#pragma once

#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <sluice/io/gathered_array.hpp>
#include <sluice/io/run_record.hpp>

namespace sluice::columns {

using io::GatheredArray;

enum class Titles { comment, plain, none };

struct Options {
    char separator = ' ';
    Titles titles = Titles::comment;
    std::string axis = {};  ///< dimension of the rows; "": the last one of the first array
    bool labels_as_column = false;
};

/// The separator and the titles of these names. Throw std::invalid_argument listing the names.
[[nodiscard]] char separator_from_name(std::string_view name);
[[nodiscard]] Titles titles_from_name(std::string_view name);

/// One column: a view of values elsewhere.
struct Column {
    std::string title;  ///< "net_0_sigma[1/cm]"
    std::variant<const double*, const std::int64_t*, const std::uint64_t*, const std::string*> values;
    std::int64_t offset = 0, stride = 1;
    const std::uint8_t* masked = nullptr;  ///< lies as the values do: nonzero is written as nan
    bool square_root = false;              ///< the values are variances, standard errors are wanted
};

struct Table {
    std::vector<std::string> header;  ///< one line each, without the #
    std::vector<Column> columns;
    std::int64_t rows = 0;
    std::deque<std::vector<double>> own;  ///< values that are in no array: centres of bins
};

/// Lays arrays out side by side. All must have the dimension of the rows, with the same length and coordinate there; of every
/// other dimension each element is a column (and one of standard errors), named by its index from 0. Columns: the coordinate
/// named as the dimension (else the first numeric one along it, else an index from 0), the other numeric coordinates along it,
/// then the arrays. An axis that differs between curves stands before each of them. The table refers to the arrays, which must
/// outlive it. Throws std::invalid_argument when the arrays do not fit into one table.
[[nodiscard]] Table lay_out(const std::vector<GatheredArray>& arrays, const Options& options);


/// A text file that is written from begin to end. Throws std::runtime_error with the reason of the system.
class TextFile {
public:
    explicit TextFile(std::string path);
    void write(std::string_view text);
    void close();

private:
    [[noreturn]] void fail() const;
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::string path_;
    std::unique_ptr<std::FILE, Close> file_;
};

/// The header lines behind #, the titles, the rows. Numbers are the shortest decimals that read back as the same number (double
/// or 64-bit integer); what is masked is nan, and a negative variance too. Lines end in \n, whatever the locale.
void write_table(TextFile& file, const std::vector<std::string>& header, const Table& table, const Options& options);

}  // namespace sluice::columns
