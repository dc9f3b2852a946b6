// SPDX-License-Identifier: BSD-3-Clause
// Random numbers in bulk, normal and Poisson.
#include <sluice/numerics/random.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <stdexcept>
#include <string>

namespace sluice::numerics {
namespace {

// ---- many draws at once: loops over lanes without branches, which the compiler makes vectors of ------------------------

constexpr std::size_t lanes = 16;
template <class T>
using Lanes = std::array<T, lanes>;
using Words = std::array<Lanes<std::uint32_t>, 4>;  ///< [word][lane]

/// philox4x32() of draw, draw + 1, …: the rest of the counter and the key are the same in all lanes.
Words philox_lanes(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
    Words x;
    for (std::size_t i = 0; i < lanes; ++i) {
        x[0][i] = counter[0] + static_cast<std::uint32_t>(i);
        for (std::size_t word = 1; word < 4; ++word) x[word][i] = counter[word];
    }
    for (int round = 0; round < 10; ++round) {
        for (std::size_t i = 0; i < lanes; ++i) {
            const std::uint64_t a = std::uint64_t{0xD2511F53} * x[0][i];
            const std::uint64_t b = std::uint64_t{0xCD9E8D57} * x[2][i];
            x[0][i] = static_cast<std::uint32_t>(b >> 32) ^ x[1][i] ^ key[0];
            x[1][i] = static_cast<std::uint32_t>(b);
            x[2][i] = static_cast<std::uint32_t>(a >> 32) ^ x[3][i] ^ key[1];
            x[3][i] = static_cast<std::uint32_t>(a);
        }
        key = {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85};
    }
    return x;
}

/// An integer below 2^52 as a double, by its bits: conversions of 64 bits are no vector instructions of plain x86-64.
double to_double(std::uint64_t small) { return std::bit_cast<double>(small | 0x4330000000000000) - 0x1p52; }

/// -2 ln u, u = (word + 1/2) 2^-32. u = 2^e m with m in [sqrt(1/2), sqrt(2)); ln m = 2 atanh((m - 1)/(m + 1)), whose series
/// in f^2 <= 0.0295 is cut where terms are below 1e-16.
double square_radius(std::uint32_t word) {
    const double u = (to_double(word) + 0.5) * 0x1p-32;
    constexpr std::uint64_t half_root = 0x3fe6a09e667f3bcd, one = 0x3ff0000000000000, fraction = 0x000fffffffffffff;
    const std::uint64_t shifted = std::bit_cast<std::uint64_t>(u) + (one - half_root);
    const double exponent = to_double(shifted >> 52) - 1023;
    const double m = std::bit_cast<double>((shifted & fraction) + half_root);
    const double f = (m - 1) / (m + 1), s = f * f;
    double series = 1.0 / 19;
    series = 1.0 / 15 + s * (1.0 / 17 + s * series);
    series = 1.0 / 11 + s * (1.0 / 13 + s * series);
    series = 1.0 / 7 + s * (1.0 / 9 + s * series);
    series = 1 + s * (1.0 / 3 + s * (1.0 / 5 + s * series));
    return -2 * (exponent * std::numbers::ln2 + 2 * f * series);
}

/// r (cos, sin) of 2 pi v - pi/4, v = (word + 1/2) 2^-32: the lower 30 bits give an angle in (-pi/4, pi/4), whose series are
/// cut where terms are below 1e-16; the upper two bits add quarters of a turn.
void turn(double r, std::uint32_t word, double& x, double& y) {
    const double t = (to_double(word & 0x3fffffff) + (0.5 - 0x1p29)) * (std::numbers::pi * 0x1p-31), s = t * t;
    double sine = 1 - s * (1.0 / 110) * (1 - s * (1.0 / 156) * (1 - s * (1.0 / 210)));
    sine = t * (1 - s * (1.0 / 6) * (1 - s * (1.0 / 20) * (1 - s * (1.0 / 42) * (1 - s * (1.0 / 72) * sine))));
    double cosine = 1 - s * (1.0 / 132) * (1 - s * (1.0 / 182) * (1 - s * (1.0 / 240)));
    cosine = 1 - s * (1.0 / 30) * (1 - s * (1.0 / 56) * (1 - s * (1.0 / 90) * cosine));
    cosine = 1 - s * 0.5 * (1 - s * (1.0 / 12) * cosine);
    const double swap = to_double((word >> 30) & 1), sign = r - 2 * r * to_double(word >> 31);
    x = sign * (cosine - swap * (cosine + sine));  // (c, s) or (-s, c)
    y = sign * (sine + swap * (cosine - sine));
}

/// The normal numbers of lanes draws: [lane][4].
void normal_lanes(const Words& words, std::array<double, 4 * lanes>& out) {
    for (std::size_t pair = 0; pair < 2; ++pair) {
        Lanes<double> r, x, y;
        for (std::size_t i = 0; i < lanes; ++i) r[i] = square_radius(words[2 * pair][i]);
        for (std::size_t i = 0; i < lanes; ++i) r[i] = std::sqrt(r[i]);
        for (std::size_t i = 0; i < lanes; ++i) turn(r[i], words[2 * pair + 1][i], x[i], y[i]);
        for (std::size_t i = 0; i < lanes; ++i) {
            out[4 * i + 2 * pair] = x[i];
            out[4 * i + 2 * pair + 1] = y[i];
        }
    }
}

// ---- Poisson ----------------------------------------------------------------------------------------------------------

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

void RandomStream::fill_normal(std::span<double> out) {
    std::array<double, 4 * lanes> numbers;
    for (std::size_t done = 0; done < out.size();) {
        const auto count = std::min(numbers.size(), out.size() - done);
        normal_lanes(philox_lanes({draw_, element_, low(item_), high(item_)}, key_), numbers);
        std::copy_n(numbers.begin(), count, out.begin() + static_cast<std::ptrdiff_t>(done));
        draw_ += static_cast<std::uint32_t>((count + 3) / 4);
        done += count;
    }
}

std::int64_t poisson(double mean, RandomStream& stream) {
    if (!(mean >= 0 && mean <= 1e10))
        throw std::domain_error("the mean of a Poisson number must be between 0 and 1e10, not " + std::to_string(mean));
    if (mean < 10) return invert(mean, stream.uniform());
    return transformed_rejection(mean, stream);
}

}  // namespace sluice::numerics
