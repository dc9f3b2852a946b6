// SPDX-License-Identifier: BSD-3-Clause
// Lists of input files: glob patterns in natural order, and numbers taken from file names.
#include <sluice/io/file_series.hpp>

#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <locale>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace sluice::io {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Cuts the leading run of digits (without leading zeros) off text.
std::string_view take_number(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
    std::size_t length = 0;
    while (length < text.size() && is_digit(text[length])) ++length;
    const std::string_view digits = text.substr(0, length);
    text.remove_prefix(length);
    return digits;
}

double to_number(const std::string& text, const std::string& file) {
    std::istringstream stream(text);
    stream.imbue(std::locale::classic());
    double value = 0.0;
    if (!(stream >> value) || !stream.eof())
        throw std::runtime_error(file + ": the captured text '" + text +
                                 "' is not a number. Change the expression so that its first group "
                                 "captures a number only.");
    return value;
}

std::regex compile(const std::string& expression) {
    try {
        std::regex compiled(expression);
        if (compiled.mark_count() > 0) return compiled;
    } catch (const std::regex_error& fault) {
        throw std::invalid_argument("regular expression '" + expression + "': " + fault.what());
    }
    throw std::invalid_argument("regular expression '" + expression +
                                "' has no capture group. Put the part that is the number in "
                                "parentheses, as in 'T([0-9.]+)_'.");
}

}  // namespace

bool natural_less(std::string_view a, std::string_view b) {
    const std::string_view whole_a = a;
    const std::string_view whole_b = b;
    while (!a.empty() && !b.empty()) {
        if (is_digit(a.front()) && is_digit(b.front())) {
            const std::string_view number_a = take_number(a);
            const std::string_view number_b = take_number(b);
            if (number_a.size() != number_b.size()) return number_a.size() < number_b.size();
            if (number_a != number_b) return number_a < number_b;
            continue;
        }
        if (a.front() != b.front()) return a.front() < b.front();
        a.remove_prefix(1);
        b.remove_prefix(1);
    }
    if (a.empty() != b.empty()) return a.empty();
    return whole_a < whole_b;
}

std::vector<std::string> expand(const std::string& pattern) {
    if (pattern.find_first_of("*?[") == std::string::npos || std::filesystem::exists(pattern)) return {pattern};
    glob_t found{};
    const int status = ::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found);
    std::vector<std::string> files(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    ::globfree(&found);
    if (status != 0) throw std::runtime_error("no file matches '" + pattern + "'. Check the folder and the pattern.");
    std::sort(files.begin(), files.end(), natural_less);
    return files;
}

FileSeries find_series(const std::optional<std::string>& file, const std::vector<std::string>& files) {
    if (file.has_value() == !files.empty())
        throw std::invalid_argument(
            std::string(file ? "both 'file' and 'files' are given" : "neither 'file' nor 'files' is given") +
            ". Give 'file' (a name, or a pattern such as \"run1_*.tif\") or 'files' (a list).");
    if (!file) {
        FileSeries series{{}, true};
        for (const std::string& each : files)
            for (std::string& name : expand(each)) series.files.push_back(std::move(name));
        return series;
    }
    std::vector<std::string> found = expand(*file);
    const bool is_series = found != std::vector{*file};
    return {std::move(found), is_series};
}

std::vector<double> numbers_from_names(const std::vector<std::string>& files, const std::string& expression) {
    const std::regex compiled = compile(expression);
    std::vector<double> numbers;
    for (const std::string& file : files) {
        const std::string name = std::filesystem::path(file).filename().string();
        std::smatch match;
        if (!std::regex_search(name, match, compiled))
            throw std::runtime_error(file + ": the file name does not match '" + expression + "'.");
        numbers.push_back(to_number(match[1].str(), file));
    }
    return numbers;
}

}  // namespace sluice::io
