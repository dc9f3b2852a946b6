// SPDX-License-Identifier: BSD-3-Clause
// Hints for mistyped names: which known names are near to what was written.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Single edits that turn a into b: insert, drop or replace a byte, or swap two neighbours.
/// The "optimal string alignment" form of the Damerau-Levenshtein distance: no byte is edited twice.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known names within max(1, size of `got` / 3) edits of `got`, nearest first, then alphabetically; at most `count`.
[[nodiscard]] std::vector<std::string> near_names(std::string_view got, std::span<const std::string> known,
                                                  std::size_t count = 3);

}  // namespace sluice
