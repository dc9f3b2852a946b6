// SPDX-License-Identifier: BSD-3-Clause
// How the program writes sizes, times, measured values and hints.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <sluice/host/array.hpp>

namespace sluice::cli {

std::string bytes_text(Index bytes);          ///< "1.5 MiB"
std::string duration_text(double seconds);    ///< "0.8 s", "2:05", "1:02:05"
/// With two digits of sigma: "0.01234 ± 0.00056"; without sigma (NaN) six digits.
std::string measured_text(double value, double sigma);
/// " (did you mean 'run'?)" or ""
std::string near_hint(std::string_view got, std::span<const std::string> known);
/// A JSON value as people write it: texts without quotes.
std::string plain_text(const nlohmann::ordered_json& value);
/// JSON text, in one line when `indent` is negative; bytes that are no UTF-8 (of file names) are replaced.
std::string json_text(const nlohmann::ordered_json& value, int indent = -1);

}  // namespace sluice::cli
