// SPDX-License-Identifier: BSD-3-Clause
// Block scatter, and what it must be multiplied with: sums over all pairs of origins in closed form.
#include "block_errors.hpp"

#include <limits>

namespace sluice::msd {
namespace {

/// Correlation C(s) = (1 - |s| / lag)^2, 0 beyond, of squared displacements, summed over pairs of origins.
class Correlation {
public:
    explicit Correlation(std::ptrdiff_t lag) : lag_(static_cast<double>(lag)) {}

    /// Sum of C(t' - t) over t in [a, b), t' in [c, d).
    [[nodiscard]] double sum(std::ptrdiff_t a, std::ptrdiff_t b, std::ptrdiff_t c, std::ptrdiff_t d) const {
        return twice_summed(d - a) - twice_summed(c - a) - twice_summed(d - b) + twice_summed(c - b);
    }

private:
    /// K(n), even, with K(0) = 0 and K(n + 1) - 2 K(n) + K(n - 1) = C(n): a polynomial to lag + 1, then a line.
    [[nodiscard]] double twice_summed(std::ptrdiff_t n) const {
        const double x = static_cast<double>(n < 0 ? -n : n);
        if (x <= lag_) return polynomial(x);
        const double at_lag = polynomial(lag_);
        return at_lag + (x - lag_) * (polynomial(lag_ + 1) - at_lag);
    }
    [[nodiscard]] double polynomial(double n) const {
        return n * n / 2 - (n * n * n - n) / (3 * lag_) + n * n * (n * n - 1) / (12 * lag_ * lag_);
    }

    double lag_;
};

}  // namespace

void block_variances(const TimeBlocks& of, std::span<const double> msd, std::span<const double> blocks,
                     std::span<double> variance) {
    variance[0] = 0;
    const auto lags = static_cast<std::ptrdiff_t>(msd.size());
    for (std::ptrdiff_t lag = 1; lag < lags; ++lag) {
        const std::ptrdiff_t n = of.frames() - lag;
        const Correlation correlation(lag);
        const double of_mean = correlation.sum(0, n, 0, n) / static_cast<double>(n * n);
        double scatter = 0, expected = 0;
        std::ptrdiff_t used = 0;
        for (std::ptrdiff_t b = 0; b < of.count() && of.begin(b) < n; ++b, ++used) {
            const std::ptrdiff_t begin = of.begin(b), end = of.end(b, lag);
            const double n_b = static_cast<double>(end - begin), weight = n_b / static_cast<double>(n);
            const double deviation = blocks[static_cast<std::size_t>(b * lags + lag)] - msd[static_cast<std::size_t>(lag)];
            scatter += weight * weight * deviation * deviation;
            const double of_block = correlation.sum(begin, end, begin, end) / (n_b * n_b);
            const double shared = correlation.sum(begin, end, 0, n) / (n_b * static_cast<double>(n));
            expected += weight * weight * (of_block - 2 * shared + of_mean);
        }
        variance[static_cast<std::size_t>(lag)] =
            used < 2 ? std::numeric_limits<double>::quiet_NaN() : scatter * of_mean / expected;
    }
}

}  // namespace sluice::msd
