// SPDX-License-Identifier: BSD-3-Clause
// Element by element: an operation on numbers with variances, and what it makes of a unit.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sluice::arithmetic {

/// In the order of plugin.json's enum: first those of two operands, then those of one.
enum class Operation { add, subtract, multiply, divide, minimum, maximum, power, negate, reciprocal, sqrt, log, exp, abs };

/// Needs a second operand (a power has its exponent instead).
[[nodiscard]] constexpr bool takes_two(Operation operation) { return operation <= Operation::maximum; }

struct Operand {
    std::span<const double> values;     ///< [n]
    std::span<const double> variances;  ///< [n], or empty: exact
};

struct Results {
    std::span<double> values;        ///< [n]
    std::span<double> variances;     ///< [n], or empty
    std::span<std::uint8_t> masked;  ///< [n]: set to 1 where finite operands have no finite result; else left as it is
};

/// f(a, b) for each element, with the variance of first order; the formulas stand in sluice/numerics/error_propagation.hpp:
///
///     var f = (df/da)² var a + (df/db)² var b                independent operands
///     var f = (df/da + df/db)² var a                         where both are one random variable
///
/// Both operands are in units that make f meaningful as it stands: the same one for sums, minimum and maximum.
/// same_variable: [n], nonzero: the element of a and that of b are one and the same measurement; or empty.
/// NaN in either operand gives NaN. x/0 and overflow follow IEEE 754, and are masked. No element depends on another.
/// Throws std::invalid_argument when lengths differ, or for an operation of one operand.
void combine(Operation operation, const Operand& a, const Operand& b, std::span<const std::uint8_t> same_variable,
             const Results& results);

/// f(a) for each element, with var f = (df/da)² var a. exponent: of a power; else not used.
/// NaN gives NaN; the root or logarithm of a negative number is NaN, and masked, as is everything that is not finite.
/// Throws std::invalid_argument when lengths differ, or for an operation of two operands.
void transform(Operation operation, double exponent, const Operand& a, const Results& results);

/// The unit of x to a power, of the unit of x: "1/cm" to the -2 is "(1/cm)^-2", "nm^4/s^2" to the 0.5 is "nm^2 s^-1".
/// unit: names with whole powers, blanks between them, one stroke, brackets after it, as the host writes it.
/// Throws std::invalid_argument when a power of a name would not be whole, or a number stands in a unit of which a root is
/// wanted.
[[nodiscard]] std::string power_of_unit(std::string_view unit, double exponent);

}  // namespace sluice::arithmetic
