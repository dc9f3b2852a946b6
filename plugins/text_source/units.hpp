// SPDX-License-Identifier: BSD-3-Clause
// Units as people and instruments write them above columns.
#pragma once

#include <string>
#include <string_view>

namespace sluice::text_source {

/// Whether a cell of a row of units is one: made of known symbols (with prefixes), strokes and powers; "-" and brackets too.
/// False for an empty cell.
[[nodiscard]] bool looks_like_unit(std::string_view cell);

/// A cell of a row of units, spelled for UDUNITS: brackets dropped, "-" as "1".
[[nodiscard]] std::string unit_of_cell(std::string_view cell);

/// "degC" for a lone "C" (else coulomb) when the title is that of a temperature: it holds "temp", or is T, Ts, Tr, Tp or T_….
[[nodiscard]] std::string unit_under_title(std::string_view title, std::string unit);

}  // namespace sluice::text_source
