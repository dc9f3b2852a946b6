// SPDX-License-Identifier: BSD-3-Clause
// The rules that arithmetic on arrays is composed of: dimensions, units, variances, coordinates, masks, tags, facts.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/host/array.hpp>
#include <sluice/numerics/error_propagation.hpp>

namespace sluice::container {

// ---- values and variances: the formulas stand in numerics, where plugins use them too ------------------------------------

using numerics::Add;
using numerics::Divide;
using numerics::Multiply;
using numerics::Subtract;
using numerics::variance;
using numerics::variance_of_same;

// ---- everything else ------------------------------------------------------------------------------------------------

/// Dims of a, then those of b that a lacks. Throws Error(data) when a shared one differs in size.
[[nodiscard]] Dims joined_dims(const Description& a, const Description& b);

/// Factor that brings b to a's unit. Throws Error(data) when there is none.
[[nodiscard]] double factor_for_sum(const Description& a, const Description& b, std::string_view verb);
/// Throws Error(data) for a scale with an offset.
void refuse_offset(const Description& description, std::string_view verb);

/// Coordinates of a and those that only b has. Those of one name must agree (to 1e-12 relative, in a's unit, broadcast
/// over the dims of both) when they have a dimension in common, else Error(data).
[[nodiscard]] std::vector<Coordinate> joined_coordinates(const Description& a, const Description& b);

/// Masks of both; two of one name become their "or" over the dims of both (unknown while data streams if either is).
[[nodiscard]] std::vector<Mask> joined_masks(const std::vector<Mask>& a, const std::vector<Mask>& b, const Dims& dims);
/// All masks with values as one: a byte for each element of `dims`. Throws Error(internal) for one without values.
[[nodiscard]] std::vector<std::uint8_t> united(const std::vector<Mask>& masks, const Dims& dims);

/// Tags of both, and the dims over which an operand with variances is broadcast.
[[nodiscard]] std::vector<std::string> joined_tags(const Description& a, const Description& b, const Dims& dims);

/// The facts that are equal in both.
[[nodiscard]] std::map<std::string, Fact> common_facts(const Description& a, const Description& b);

}  // namespace sluice::container
