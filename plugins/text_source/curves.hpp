// SPDX-License-Identifier: BSD-3-Clause
// The files of a step as the columns that its parameters ask for.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::text_source {

using Json = nlohmann::json;
using Names = std::vector<std::string>;
using Values = std::vector<double>;

/// The files of a step as tables, with the columns that are asked for.
struct Curves {
    Names files;
    bool is_series = false;
    StackedColumn value;
    StackedColumn coordinate;
    std::map<std::string, StackedColumn> coordinates;  ///< the further ones
    Values variances;                                  ///< like value.values; empty without sigma
    std::vector<Table> headers;                        ///< the tables without their columns

    [[nodiscard]] std::int64_t rows() const { return std::ssize(value.values) / std::ssize(files); }
};

[[nodiscard]] Format format_of(const sdk::Parameters& parameters);
[[nodiscard]] ColumnKey column_of(const Json& json);
[[nodiscard]] ColumnKey column(const sdk::Parameters& parameters, std::string_view name);

/// Reads all files. Throws as the kernel does, and sdk::RecipeError for a sigma in another unit than the values.
[[nodiscard]] Curves read_curves(const sdk::Parameters& parameters);

}  // namespace sluice::text_source
