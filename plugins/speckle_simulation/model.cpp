// SPDX-License-Identifier: BSD-3-Clause
// The closed forms of the model: weights of the speckle patterns, decay from pulse to pulse, a bound of the counts.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernel.hpp"

namespace sluice::speckle_simulation {

std::vector<double> pattern_weights(double contrast) {
    if (!(contrast >= 1e-4 && contrast <= 1))
        throw std::invalid_argument("contrast = " + std::to_string(contrast) + ", must be from 0.0001 to 1");
    const double patterns = std::ceil(1 / contrast - 1e-9);
    if (patterns == 1) return {1};
    // M - 1 weights (1 + d)/M and one (1 - (M - 1) d)/M: sum w^2 = [1 + (M - 1) d^2]/M
    const double d = std::sqrt(std::max(0.0, patterns * contrast - 1) / (patterns - 1));
    std::vector<double> weights(static_cast<std::size_t>(patterns), (1 + d) / patterns);
    weights.back() = std::max(0.0, 1 - (patterns - 1) * d) / patterns;
    return weights;
}

Decay decay(double rate0_per_us, double drift_per_us, double period_us, std::ptrdiff_t pulses) {
    const double first = rate0_per_us * period_us * (1 + 0.5 * drift_per_us * period_us);
    const double step = rate0_per_us * drift_per_us * period_us * period_us;  // x_(k+1) - x_k
    const double factor = std::exp(-step), square = factor * factor, lost = -std::expm1(-2 * step);
    double keep = std::exp(-first), renewed = -std::expm1(-2 * first);  // 1 - keep^2, without the loss of digits
    Decay out;
    out.keep.reserve(static_cast<std::size_t>(pulses));
    out.renew.reserve(static_cast<std::size_t>(pulses));
    for (std::ptrdiff_t k = 0; k + 1 < pulses; ++k) {
        out.keep.push_back(keep);
        out.renew.push_back(std::sqrt(0.5 * renewed));
        keep *= factor;
        renewed = std::max(0.0, renewed * square + lost);  // 1 - (1 - renewed) exp(-2 step)
    }
    return out;
}

double probability_above(double count, double mean, double largest_weight) {
    if (mean <= 0) return count > 0 ? 0 : 1;
    if (count <= mean) return 1;
    const double patterns = 1 / largest_weight;
    return std::exp((count + patterns) * std::log((count + patterns) / (mean + patterns)) - count * std::log(count / mean));
}

std::vector<std::int64_t> train_numbers(std::int64_t first, std::int64_t count, std::vector<std::int64_t> missing) {
    std::sort(missing.begin(), missing.end());
    std::vector<std::int64_t> numbers;
    for (std::int64_t number = first; std::ssize(numbers) < count; ++number)
        if (!std::binary_search(missing.begin(), missing.end(), number)) numbers.push_back(number);
    for (const auto each : missing)
        if (each < first || each > numbers.back())
            throw std::invalid_argument("missing_trains names " + std::to_string(each) + ", but the run has trains " +
                                        std::to_string(first) + " to " + std::to_string(numbers.back()));
    return numbers;
}

}  // namespace sluice::speckle_simulation
