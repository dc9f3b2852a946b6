// SPDX-License-Identifier: BSD-3-Clause
// A table as text.
#include <cerrno>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include <sluice/io/write_advice.hpp>

#include "kernel.hpp"

namespace sluice::columns {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 16;

/// Spreadsheets' way: in quotes where it holds what would end it, quotes doubled.
std::string quoted(const std::string& text, char separator) {
    if (text.find_first_of(std::string("\"\r\n#") + separator) == std::string::npos && !text.empty()) return text;
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c == '\n' || c == '\r' ? ' ' : c;
    }
    return out + "\"";
}

std::string field_text(const Column& column, std::int64_t row, char separator) {
    const auto at = column.offset + row * column.stride;
    if (column.masked && column.masked[at] != 0) return "nan";
    return std::visit(
        [&](const auto* values) -> std::string {
            const auto& value = values[at];
            if constexpr (std::is_same_v<decltype(value), const std::string&>)
                return quoted(value, separator);
            else if constexpr (std::is_same_v<decltype(value), const double&>)
                return io::number_text(column.square_root ? std::sqrt(value) : value);
            else
                return std::to_string(value);
        },
        column.values);
}

/// No line of the header may end early.
std::string one_line(std::string text) {
    for (auto& c : text)
        if (c == '\n' || c == '\r') c = ' ';
    return text;
}

std::string title_line(const Table& table, const Options& options) {
    std::string line = options.titles == Titles::comment ? "# " : "";
    for (const auto& column : table.columns) {
        if (&column != &table.columns.front()) line += options.separator;
        line += column.title;
    }
    return line + "\n";
}

}  // namespace

TextFile::TextFile(std::string path) : path_(std::move(path)), file_(std::fopen(path_.c_str(), "wb")) {
    if (!file_) fail();
}

void TextFile::fail() const {
    const int error = errno;
    throw std::runtime_error("cannot write '" + path_ + "': " + std::strerror(error) + io::write_advice(error));
}

void TextFile::write(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) fail();
}

void TextFile::close() {
    if (std::fclose(file_.release()) != 0) fail();
}

void write_table(TextFile& file, const std::vector<std::string>& header, const Table& table, const Options& options) {
    for (const auto& line : header) file.write("# " + one_line(line) + "\n");
    if (options.titles != Titles::none) file.write(title_line(table, options));
    std::string buffer;
    for (std::int64_t row = 0; row < table.rows; ++row) {
        for (std::size_t c = 0; c < table.columns.size(); ++c) {
            if (c > 0) buffer += options.separator;
            buffer += field_text(table.columns[c], row, options.separator);
        }
        buffer += '\n';
        if (buffer.size() < buffer_bytes) continue;
        file.write(buffer);
        buffer.clear();
    }
    file.write(buffer);
}

}  // namespace sluice::columns
