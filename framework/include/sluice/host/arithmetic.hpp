// SPDX-License-Identifier: BSD-3-Clause
// Arithmetic on arrays: broadcasting by dimension name, units, and first-order variances of independent operands.
#pragma once

#include <string_view>

#include <sluice/host/array.hpp>

namespace sluice {

/// a ∘ b with dims = dims of a, then those of b that a lacks; the result has a's name. Shared dims must agree in size and in
/// coordinates of the same name (to 1e-12 relative), else Error(data) naming both and `interpolate`. Of coordinates without
/// a dim in common (the temperature of a sample and of its background) a's is kept.
/// Units: + and - convert b to a's unit (refused when not convertible); * and / combine. Scales with an offset (degC) are
/// refused: their sums and ratios mean nothing before they are in K.
/// Variances (independent operands): + and -: va + vb; *: b²va + a²vb; /: va/b² + a²vb/b⁴.
/// An operand with variances that is broadcast over a dimension makes the result `correlated_over` it; tags are united.
/// So even at size 1, lest the tag depend on how data are cut into blocks.
/// Masks are united; those of one name by "or". Facts: those equal in both are kept. Values are float64; NaN stays NaN, and
/// masked elements are computed like the others.
///
/// Elements that are the same memory in both operands are one random variable, not two, and are treated so: a - a is
/// 0 ± 0, a / a is 1 ± 0, a + a has variance 4va. It holds element by element: in the difference to a reference that is a
/// slice of a, broadcast over the sliced dimension, the reference itself comes out as 0 ± 0.
/// Limits: identity of storage is all that is known. After any computation, conversion or copy (a.to_unit(...), 2a, a
/// selection that copies) the operands count as independent, so (a + b) - a overstates the variance, here 2va too much.
Array add(const Array& a, const Array& b);
Array subtract(const Array& a, const Array& b);
Array multiply(const Array& a, const Array& b);
Array divide(const Array& a, const Array& b);

/// True when both arrays are windows of the same storage, element for element: fully correlated.
bool same_variable(const Array& a, const Array& b);

/// a to an integer power: variance (n a^(n-1))² va. Coordinates, masks and facts stay.
Array power(const Array& a, int exponent);

/// Mean over a dimension: variance Σv/n². Refuses a dimension that the variances are correlated over, with the reason.
/// NaN and masked elements are left out; an element with none left is NaN and masked (by a mask "no_data", made when
/// there is such an element). Coordinates and masks that have the dimension go.
Array mean(const Array& a, std::string_view dim);

/// Throws Error(data) when `dim` is among those that `description`'s variances are correlated over; `verb` says what was
/// asked ("averaged", "fitted", "gathered").
void refuse_correlated(const Description& description, std::string_view dim, std::string_view verb);

}  // namespace sluice
