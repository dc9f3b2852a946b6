// SPDX-License-Identifier: BSD-3-Clause
// The average over trains written out in long double with every train kept, for comparison; and seeded trains to do it on.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

#include "../train_average.hpp"

namespace literal {

using namespace sluice::two_time_correlation;
using Real = long double;
using Reals = std::vector<Real>;
using Doubles = std::vector<double>;

constexpr Real unknown = std::numeric_limits<Real>::quiet_NaN();

inline std::size_t at(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }

struct Frames {
    std::ptrdiff_t pulses, pixels;
    std::vector<Doubles> values;            ///< [train][pulse * pixels]
    std::vector<std::vector<bool>> masked;  ///< [train][pixel]
    std::vector<bool> linked;               ///< [train]: the one before is a neighbour

    [[nodiscard]] std::ptrdiff_t trains() const { return static_cast<std::ptrdiff_t>(values.size()); }
    [[nodiscard]] Real value(std::ptrdiff_t n, std::ptrdiff_t k, std::ptrdiff_t p) const {
        return values[at(n)][at(k * pixels + p)];
    }
    [[nodiscard]] bool good(std::ptrdiff_t n, std::ptrdiff_t p) const { return !masked[at(n)][at(p)]; }
};

/// Poisson counts on a speckle pattern that changes along the train, some pixels masked in some trains.
inline Frames random_frames(std::ptrdiff_t trains, std::ptrdiff_t pulses, std::ptrdiff_t pixels, double mean, unsigned seed,
                            bool masks = false) {
    std::mt19937_64 generator(seed);
    Frames out{pulses, pixels, {}, {}, std::vector<bool>(at(trains), true)};
    out.linked.at(0) = false;
    std::exponential_distribution<double> speckle(1);
    std::bernoulli_distribution masked(masks ? 0.1 : 0), changes(0.3);
    for (std::ptrdiff_t n = 0; n < trains; ++n) {
        auto& values = out.values.emplace_back(at(pulses * pixels));
        auto& mask = out.masked.emplace_back(at(pixels));
        for (std::ptrdiff_t p = 0; p < pixels; ++p) {
            mask[at(p)] = masked(generator);
            double intensity = speckle(generator);
            for (std::ptrdiff_t k = 0; k < pulses; ++k) {
                if (changes(generator)) intensity = speckle(generator);
                values[at(k * pixels + p)] = std::poisson_distribution<int>(mean * (0.5 + intensity))(generator);
            }
        }
    }
    return out;
}

/// [T + 1, T + 1] as gram.hpp defines them: train a (rows) with train b.
inline Doubles products(const Frames& f, std::ptrdiff_t a, std::ptrdiff_t b) {
    const auto augmented = [&](std::ptrdiff_t n, std::ptrdiff_t k, std::ptrdiff_t p) {
        return !f.good(n, p) ? 0 : k == f.pulses ? 1 : f.values[at(n)][at(k * f.pixels + p)];
    };
    Doubles out;
    for (std::ptrdiff_t i = 0; i <= f.pulses; ++i)
        for (std::ptrdiff_t j = 0; j <= f.pulses; ++j) {
            double sum = 0;
            for (std::ptrdiff_t p = 0; p < f.pixels; ++p) sum += augmented(a, i, p) * augmented(b, j, p);
            out.push_back(sum);
        }
    return out;
}

/// <I I>, <I> <I> and the correlation of fluctuations, of pulse i of train a with pulse j of train b. NaN: a frame is empty.
struct Pair {
    Real product = unknown, means = unknown, correlation = unknown;
};

inline Pair pair_of(const Frames& f, const Settings& settings, std::ptrdiff_t a, std::ptrdiff_t i, std::ptrdiff_t b,
                    std::ptrdiff_t j) {
    Real sum_a = 0, sum_b = 0, pixels = 0;
    for (std::ptrdiff_t p = 0; p < f.pixels; ++p) {
        if (!f.good(a, p) || !f.good(b, p)) continue;
        sum_a += f.value(a, i, p);
        sum_b += f.value(b, j, p);
        ++pixels;
    }
    const auto empty = [&](Real sum) { return sum <= 0 || sum < settings.min_counts; };
    if (empty(sum_a) || empty(sum_b)) return {};
    const Real mean_a = sum_a / pixels, mean_b = sum_b / pixels;
    Real fluctuations = 0, product = 0;
    for (std::ptrdiff_t p = 0; p < f.pixels; ++p) {
        if (!f.good(a, p) || !f.good(b, p)) continue;
        fluctuations += (f.value(a, i, p) - mean_a) * (f.value(b, j, p) - mean_b);
        product += f.value(a, i, p) * f.value(b, j, p);
    }
    return {product / pixels, mean_a * mean_b, fluctuations / pixels / (mean_a * mean_b)};
}

/// Mean of I(i, p) I(j, q) over all pairs of distinct pixels p, q of train n: <I><I> without what a pixel shares with itself.
inline Real means_of_distinct(const Frames& f, std::ptrdiff_t n, std::ptrdiff_t i, std::ptrdiff_t j) {
    Real sum = 0, pairs = 0;
    for (std::ptrdiff_t p = 0; p < f.pixels; ++p)
        for (std::ptrdiff_t q = 0; q < f.pixels; ++q) {
            if (p == q || !f.good(n, p) || !f.good(n, q)) continue;
            sum += f.value(n, i, p) * f.value(n, j, q);
            ++pairs;
        }
    return sum / pairs;
}

inline Real mean_of_frame(const Frames& f, std::ptrdiff_t n, std::ptrdiff_t i) {
    Real sum = 0, pixels = 0;
    for (std::ptrdiff_t p = 0; p < f.pixels; ++p) {
        if (!f.good(n, p)) continue;
        sum += f.value(n, i, p);
        ++pixels;
    }
    return sum / pixels;
}

/// One train, all that enters the averages: per element of [T, T], NaN where it is left out.
struct One {
    Reals d, xc;                                     ///< per frame: C - XC, XC
    Reals product, means, artefact, artefact_means;  ///< for the ratio of sums
    Reals noise, noise_sum;                          ///< [T], relative and absolute
    Real raw = 0, corrected = 0;                     ///< means over pulses of d(k, k)
};

inline bool has_neighbour(const Frames& f, const Settings& settings, std::ptrdiff_t n) {
    if (settings.edge == Edge::wrap && f.trains() > 1 && n % f.trains() == 0) return true;
    return n > 0 && n < f.trains() && f.linked[at(n)];
}

/// The neighbours' term at (i, j): pair (n - 1, n) on the left, (n, n + 1) on the right, symmetrised, averaged.
inline Pair neighbours_term(const Frames& f, const Settings& settings, std::ptrdiff_t n, std::ptrdiff_t i, std::ptrdiff_t j) {
    std::vector<Pair> sides;
    for (const std::ptrdiff_t right : {n, n + 1}) {
        if (!has_neighbour(f, settings, right)) continue;
        const std::ptrdiff_t a = (right - 1 + f.trains()) % f.trains(), b = right % f.trains();
        const Pair x = pair_of(f, settings, a, i, b, j), y = pair_of(f, settings, a, j, b, i);
        const Pair both{(x.product + y.product) / 2, (x.means + y.means) / 2, (x.correlation + y.correlation) / 2};
        if (!std::isnan(both.product)) sides.push_back(both);
    }
    if (sides.empty() || (settings.edge == Edge::drop && sides.size() < 2)) return {};
    Pair mean{0, 0, 0};
    for (const Pair& side : sides) {
        mean.product += side.product / static_cast<Real>(sides.size());
        mean.means += side.means / static_cast<Real>(sides.size());
        mean.correlation += side.correlation / static_cast<Real>(sides.size());
    }
    return mean;
}

inline One train_of(const Frames& f, const Settings& settings, std::ptrdiff_t n) {
    One out;
    Real finite = 0;
    for (std::ptrdiff_t i = 0; i < f.pulses; ++i)
        for (std::ptrdiff_t j = 0; j < f.pulses; ++j) {
            Pair own = pair_of(f, settings, n, i, n, j);
            if (settings.normalisation == Normalisation::ratio_of_sums && !std::isnan(own.product))
                own.means = means_of_distinct(f, n, i, j);
            if (std::isnan(own.means)) own = {};  // a single pixel has no other
            Pair artefact{0, 0, 0};
            if (settings.artefact == Artefact::neighbours) artefact = neighbours_term(f, settings, n, i, j);
            if (std::isnan(artefact.product)) own = {};
            if (std::isnan(own.product)) artefact = {};
            const Real d = own.correlation - artefact.correlation;
            out.d.push_back(d);
            out.xc.push_back(artefact.correlation);
            out.product.push_back(own.product);
            out.means.push_back(own.means);
            out.artefact.push_back(artefact.product);
            out.artefact_means.push_back(artefact.means);
            if (i != j) continue;
            const Real mean = std::isnan(own.means) ? unknown : mean_of_frame(f, n, i);
            out.noise_sum.push_back(settings.noise.gain * mean + settings.noise.variance);
            out.noise.push_back(out.noise_sum.back() / own.means);
            if (std::isnan(d)) continue;
            out.raw += d;
            out.corrected += d - out.noise.back();
            ++finite;
        }
    out.raw /= finite;
    out.corrected /= finite;
    return out;
}

/// Mean, variance of the mean and count of numbers per train, NaN left out; `linked` as in Frames, `wrapped` joins the ends.
struct Mean {
    Real value = unknown, variance = unknown;
    std::int64_t count = 0;
};

inline Mean mean_of(const Reals& x, const std::vector<bool>& linked, bool neighbours, bool wrapped) {
    Mean out;
    Real sum = 0;
    for (const Real each : x)
        if (!std::isnan(each)) sum += each, ++out.count;
    const auto n = static_cast<Real>(out.count);
    if (out.count > 0) out.value = sum / n;
    if (out.count < 2) return out;
    Real squares = 0, shared = 0;
    for (const Real each : x)
        if (!std::isnan(each)) squares += (each - out.value) * (each - out.value);
    for (std::size_t i = 0; neighbours && i < x.size(); ++i) {
        const std::size_t before = (i + x.size() - 1) % x.size();
        if (!(linked[i] || (wrapped && i == 0)) || std::isnan(x[i]) || std::isnan(x[before])) continue;
        shared += (x[i] - out.value) * (x[before] - out.value);
    }
    out.variance = (squares * n / (n - 1) + 2 * std::max<Real>(shared, 0)) / (n * n);
    return out;
}

/// Column `i` of the given member over trains; those that `kept` refuses become NaN.
template <class F, class Kept>
Reals over_trains(const std::vector<One>& trains, const F& member, const Kept& kept) {
    Reals out;
    for (std::size_t n = 0; n < trains.size(); ++n) out.push_back(kept(n) ? member(trains[n]) : unknown);
    return out;
}

inline Real sum_of(const Reals& x) {
    Real sum = 0;
    for (const Real each : x)
        if (!std::isnan(each)) sum += each;
    return sum;
}

}  // namespace literal
