// SPDX-License-Identifier: BSD-3-Clause
// Poisson random numbers.
#include <sluice/numerics/random.hpp>

#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace sluice::numerics {
namespace {

/// 1/k, for multiplying is several times faster than dividing. The size ends the search where rounding leaves a rest of
/// `uniform`: with a mean below 10 the probability of 80 or more is under 1e-44.
constexpr auto reciprocals = [] {
    std::array<double, 80> table{};
    for (std::size_t k = 1; k < table.size(); ++k) table[k] = 1.0 / static_cast<double>(k);
    return table;
}();

std::int64_t invert(double mean, double uniform) {
    std::size_t k = 0;
    double probability = std::exp(-mean);
    while (uniform > probability && k + 1 < reciprocals.size()) {
        uniform -= probability;
        probability *= mean * reciprocals[++k];
    }
    return static_cast<std::int64_t>(k);
}

/// log(k!). Table below 10; above, Stirling's series to k^-7, error below 1e-12 (Abramowitz and Stegun 6.1.41). Not
/// lgamma, which writes a global variable.
double log_factorial(double k) {
    constexpr double table[] = {0.0, 0.0, 0.69314718055994531, 1.7917594692280550, 3.1780538303479456,
                                4.7874917427820460, 6.5792512120101010, 8.5251613610654143, 10.604602902745250,
                                12.801827480081469};
    if (k < 10) return table[static_cast<int>(k)];
    constexpr double half_log_two_pi = 0.91893853320467274;
    const double inverse_square = 1 / (k * k);
    const double series = (1.0 / 12 - inverse_square * (1.0 / 360 - inverse_square * (1.0 / 1260 - inverse_square / 1680))) / k;
    return (k + 0.5) * std::log(k) - k + half_log_two_pi + series;
}

std::int64_t transformed_rejection(double mean, RandomStream& stream) {
    const double b = 0.931 + 2.53 * std::sqrt(mean);
    const double a = -0.059 + 0.02483 * b;
    const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    const double v_r = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
        const double u = stream.uniform() - 0.5;
        const double v = stream.uniform();
        const double u_s = 0.5 - std::abs(u);
        const double k = std::floor((2 * a / u_s + b) * u + mean + 0.43);
        if (u_s >= 0.07 && v <= v_r) return static_cast<std::int64_t>(k);
        if (k < 0 || (u_s < 0.013 && v > u_s)) continue;
        if (std::log(v * inverse_alpha / (a / (u_s * u_s) + b)) <= k * std::log(mean) - mean - log_factorial(k))
            return static_cast<std::int64_t>(k);
    }
}

}  // namespace

std::int64_t poisson(double mean, RandomStream& stream) {
    if (!(mean >= 0 && mean <= 1e10))
        throw std::domain_error("the mean of a Poisson number must be between 0 and 1e10, not " + std::to_string(mean));
    if (mean < 10) return invert(mean, stream.uniform());
    return transformed_rejection(mean, stream);
}

}  // namespace sluice::numerics
