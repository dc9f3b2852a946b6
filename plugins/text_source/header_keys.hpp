// SPDX-License-Identifier: BSD-3-Clause
// Values that the lines above a table give by name: "qmax = 24", "# Wavelength: 1.908e-11".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel.hpp"

namespace sluice::text_source {

struct HeaderKey {
    std::string name, value;
};

/// The keys of a table's header in their order: lines "name = value" or "name: value", whichever mark comes first, with or
/// without a comment mark before. Other lines are passed over.
[[nodiscard]] std::vector<HeaderKey> header_keys(const Table& table, const Format& format);

/// The value of a key. Throws std::runtime_error naming the file when the key is not there (with those there are), stands there
/// twice with different values, or has no value.
[[nodiscard]] std::string header_text(const Table& table, const std::string& key, const Format& format);

struct HeaderNumber {
    double value = 0;
    std::string unit;  ///< written behind the number, "0.0866 1/angstrom^3", spelled for UDUNITS; "" when there is none
};

/// "0.0866 1/angstrom^3" cut at the first white space; nothing when it does not begin with a finite number.
[[nodiscard]] std::optional<HeaderNumber> number_and_unit(std::string_view text, const Format& format);

/// The same as a number. Throws std::runtime_error when it is none.
[[nodiscard]] HeaderNumber header_number(const Table& table, const std::string& key, const Format& format);

/// One value for all files of a series. Throws std::runtime_error that names the first file whose value differs, and both values.
[[nodiscard]] std::string common_header_text(std::span<const Table> tables, const std::string& key, const Format& format);
[[nodiscard]] HeaderNumber common_header_number(std::span<const Table> tables, const std::string& key, const Format& format);

/// A file that was cut off ends before the value that the key gives for the last row, such as rmax. Throws std::runtime_error
/// when the column ends more than 1.5 of its last steps from there.
void check_end(const Table& table, const ColumnKey& column, const std::string& key, const Format& format);

}  // namespace sluice::text_source
