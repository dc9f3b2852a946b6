// SPDX-License-Identifier: BSD-3-Clause
// Scaling of a curve: the numerics, free of the framework.
#pragma once

#include <span>

namespace scaling {

/// out = factor * values, and variances times factor squared (factor exact).
/// values, out: [n], any unit. variances, out_variances: [n], or both empty. NaN stays NaN.
void scale(std::span<const double> values, std::span<const double> variances, double factor, std::span<double> out,
           std::span<double> out_variances);

}  // namespace scaling
