// SPDX-License-Identifier: BSD-3-Clause
// Printed lines to records, and block averages.
#include "thermo.hpp"

#include <locale.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>

#include <sluice/numerics/fail.hpp>

namespace sluice::lj_langevin {
namespace {

constexpr std::string_view blank = " \t\r";

std::string_view take_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(blank), line.size()));
    const auto word = line.substr(0, line.find_first_of(blank));
    line.remove_prefix(word.size());
    return word;
}

/// By strtod_l: std::from_chars for double is missing in libc++ 14.
std::optional<double> number(std::string_view word) {
    static const locale_t c_locale = ::newlocale(LC_ALL_MASK, "C", nullptr);
    const std::string text(word);
    char* end = nullptr;
    const double value = ::strtod_l(text.c_str(), &end, c_locale);
    if (text.empty() || end != text.c_str() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::array<double, 4>> row_of(std::string_view line) {
    std::array<double, 4> row{};
    for (auto& each : row) {
        const auto value = number(take_word(line));
        if (!value) return std::nullopt;
        each = *value;
    }
    return take_word(line).empty() ? std::optional(row) : std::nullopt;
}

double mean(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Sum of squares around the mean over n - 1.
double sample_variance(std::span<const double> values) {
    const double middle = mean(values);
    double sum = 0;
    for (const double each : values) sum += (each - middle) * (each - middle);
    return sum / static_cast<double>(values.size() - 1);
}

}  // namespace

bool ThermoReader::take(std::string_view line) {
    auto rest = line;
    const auto first = take_word(rest);
    if (first == "Step") {
        tables_.emplace_back();
        inside_ = true;
    } else if (line.substr(0, 9) == "Loop time") {
        inside_ = false;
    } else if (inside_) {
        const auto row = row_of(line);
        if (!row) return false;
        auto& table = tables_.back();
        table.step.push_back(std::llround((*row)[0]));
        table.temperature.push_back((*row)[1]);
        table.pressure.push_back((*row)[2]);
        table.potential_energy.push_back((*row)[3]);
        return true;
    }
    return false;
}

std::vector<double> block_means(std::span<const double> records, std::int64_t blocks) {
    const auto n = static_cast<std::int64_t>(records.size());
    if (blocks < 2 || n < blocks)
        numerics::fail<std::invalid_argument>(n, " records, at least one for each of ", blocks, " blocks is needed.");
    const auto length = n / blocks;
    std::vector<double> means;
    for (std::int64_t k = 0; k < blocks; ++k)
        means.push_back(
            mean(records.subspan(static_cast<std::size_t>(n % blocks + k * length), static_cast<std::size_t>(length))));
    return means;
}

Estimate block_mean(std::span<const double> records, std::int64_t blocks) {
    const auto means = block_means(records, blocks);
    return {mean(means), sample_variance(means) / static_cast<double>(blocks)};
}

double drift(std::span<const double> records, std::int64_t blocks) {
    const auto means = block_means(records, blocks);
    const std::span<const double> all(means);
    const auto early = all.first(std::max<std::size_t>(means.size() / 5, 1)),
               late = all.last(std::max<std::size_t>(means.size() / 2, 2));
    const double apart = mean(early) - mean(late);
    if (apart == 0) return 0;
    return apart /
           std::sqrt(sample_variance(late) * (1 / static_cast<double>(early.size()) + 1 / static_cast<double>(late.size())));
}

}  // namespace sluice::lj_langevin
