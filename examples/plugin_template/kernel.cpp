// SPDX-License-Identifier: BSD-3-Clause
// Scaling of a curve.
#include "kernel.hpp"

namespace scaling {

void scale(std::span<const double> values, std::span<const double> variances, double factor, std::span<double> out,
           std::span<double> out_variances) {
    for (std::size_t i = 0; i < values.size(); ++i) out[i] = factor * values[i];
    for (std::size_t i = 0; i < variances.size(); ++i) out_variances[i] = factor * factor * variances[i];
}

}  // namespace scaling
