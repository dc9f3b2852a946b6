// SPDX-License-Identifier: BSD-3-Clause
// The files of a step as the columns that its parameters ask for.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <sluice/sdk/plugin.hpp>

#include "exports.hpp"
#include "kernel.hpp"
#include "pieces.hpp"

namespace sluice::text_source {

using Json = nlohmann::json;

/// A column in the unit that the recipe wants.
struct UnitColumn : StackedColumn {
    std::string final_unit;
};

/// The curves of a step, one for each file, step or group, and segment; in this order, padded to one number of rows.
struct Curves {
    Names files;
    bool is_series = false;
    std::vector<Axis> axes;  ///< behind the series: step or group, segment
    UnitColumn value;
    UnitColumn coordinate;
    std::string coordinate_name;
    std::map<std::string, UnitColumn> coordinates;  ///< the further ones
    Values variances;                               ///< like value.values; empty without sigma
    std::vector<std::int64_t> counts;               ///< rows of each curve
    std::vector<Table> headers;                     ///< of each file, without columns
    std::vector<RunFacts> facts;                    ///< of each file
    Values rates_k_per_min;                         ///< of each curve, from its rows; NaN where it is not steady or not known
    Values frequencies_hz;                          ///< of each curve; NaN where it is not one

    [[nodiscard]] std::int64_t rows() const { return std::ssize(value.values) / std::ssize(counts); }
    [[nodiscard]] bool padded() const;
};

[[nodiscard]] Format format_of(const sdk::Parameters& parameters);
[[nodiscard]] ColumnKey column_of(const Json& json);

/// Whether a text may be the name of a dimension or coordinate: letters, digits and '_', no digit first.
[[nodiscard]] bool is_name(const std::string& text);

/// Reads all files. Throws as the kernel does, and sdk::RecipeError for what the recipe must say otherwise: a sigma in another
/// unit than the values, a column without unit.
[[nodiscard]] Curves read_curves(const sdk::Setup& setup);

}  // namespace sluice::text_source
