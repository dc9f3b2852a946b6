// SPDX-License-Identifier: BSD-3-Clause
// Units of columns: what the recipe or the file says, and conversion on load.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::text_source {

/// value in the new unit = scale * value + offset
struct Affine {
    double scale = 1;
    double offset = 0;
};

/// From one unit to another, points of temperature included (degC and degF to K and back). Between rad/s and Hz by 1/(2 pi):
/// UDUNITS takes the radian for 1 and would convert by 1. Throws sdk::RecipeError "`parameter`: …" when there is no way.
[[nodiscard]] Affine conversion(const sdk::Setup& setup, const std::string& parameter, const std::string& from,
                                const std::string& to);

[[nodiscard]] bool is_time_unit(const sdk::Setup& setup, const std::string& unit);

/// Hz, and rad/s: see sdk::to_hertz().
[[nodiscard]] bool is_frequency_unit(const sdk::Setup& setup, const std::string& unit);

/// Whether the unit is one of temperature: kelvin, degC, degF.
[[nodiscard]] bool is_temperature_unit(const sdk::Setup& setup, const std::string& unit);

/// The unit that the recipe gives as `parameter`, or that of the column's title. Throws sdk::RecipeError when neither is known.
[[nodiscard]] std::string unit_of(const sdk::Setup& setup, const std::string& file, const std::string& parameter,
                                  const std::optional<std::string>& given, const ColumnKey& key, const StackedColumn& column);

void convert(std::vector<double>& values, const Affine& by);

}  // namespace sluice::text_source
