// SPDX-License-Identifier: BSD-3-Clause
// What drift and a wrong form do to the errors of a fit.
#pragma once

#include <vector>

namespace sluice::dsc_transition {

/// 1 + 2 sum of the autocorrelation, up to its first value that chance explains: how much larger the variance of a mean of these
/// is than that of independent ones. residuals: in order of temperature, about 0. 1 for fewer than 20, and where all are 0.
[[nodiscard]] double correlation_factor(const std::vector<double>& residuals);

}  // namespace sluice::dsc_transition
