// SPDX-License-Identifier: BSD-3-Clause
// Texts for people: rounded where rounding hides nothing that they act on.
#include "format.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <sluice/host/near_name.hpp>

namespace sluice::cli {

std::string bytes_text(Index bytes) {
    static constexpr const char* units[] = {"KiB", "MiB", "GiB", "TiB"};
    if (bytes < 1024) return fmt::format("{} B", bytes);
    double size = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    for (; size >= 1024 && unit < 3; ++unit) size /= 1024;
    return fmt::format("{:.{}f} {}", size, size < 10 ? 1 : 0, units[unit]);
}

std::string duration_text(double seconds) {
    if (seconds < 60) return fmt::format("{:.1f} s", seconds);
    const auto whole = std::llround(seconds);
    if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string measured_text(double value, double sigma) {
    if (!std::isfinite(value) || !std::isfinite(sigma) || sigma <= 0) {
        const std::string text = fmt::format("{:.6g}", value);
        return sigma == 0 ? text + " ± 0" : text;
    }
    const double size = std::max(std::abs(value), sigma);
    const int exponent = static_cast<int>(std::floor(std::log10(size)));
    const int digits = std::max(exponent - static_cast<int>(std::floor(std::log10(sigma))) + 1, 1);  // after the first one
    if (exponent >= -4 && exponent < 6) {
        const int decimals = std::max(digits - exponent, 0);
        return fmt::format("{:.{}f} ± {:.{}f}", value, decimals, sigma, decimals);
    }
    const double scale = std::pow(10.0, exponent);
    return fmt::format("({:.{}f} ± {:.{}f})e{:+03}", value / scale, digits, sigma / scale, digits, exponent);
}

std::string near_hint(std::string_view got, std::span<const std::string> known) {
    const auto names = near_names(got, known);
    return names.empty() ? std::string() : fmt::format(" (did you mean '{}'?)", fmt::join(names, "' or '"));
}

std::string plain_text(const nlohmann::ordered_json& value) {
    return value.is_string() ? value.get<std::string>() : json_text(value);
}

std::string json_text(const nlohmann::ordered_json& value, int indent) {
    return value.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace sluice::cli
