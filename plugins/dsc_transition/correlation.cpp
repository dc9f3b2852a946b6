// SPDX-License-Identifier: BSD-3-Clause
// The autocorrelation of residuals, as far as it is more than chance.
#include "correlation.hpp"

#include <cmath>
#include <cstddef>
#include <numeric>

namespace sluice::dsc_transition {

double correlation_factor(const std::vector<double>& residuals) {
    const auto n = residuals.size();
    const double whole = std::inner_product(residuals.begin(), residuals.end(), residuals.begin(), 0.0);
    if (n < 20 || !(whole > 0)) return 1;
    double sum = 1;
    for (std::size_t lag = 1; lag < n / 4; ++lag) {
        const auto shift = static_cast<std::ptrdiff_t>(lag);
        const double part = std::inner_product(residuals.begin() + shift, residuals.end(), residuals.begin(), 0.0) / whole;
        // Of white noise a coefficient is within 2 / sqrt(n) of 0 in most cases: that is no correlation.
        if (part < 2 / std::sqrt(static_cast<double>(n))) break;
        sum += 2 * part;
    }
    return sum;
}

}  // namespace sluice::dsc_transition
