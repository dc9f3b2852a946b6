// SPDX-License-Identifier: BSD-3-Clause
// Correlations of one train and of one pair of neighbours from sums of products.
#include "train_terms.hpp"

#include <cmath>
#include <limits>
#include <vector>

namespace sluice::two_time_correlation {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::size_t at(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }

/// [T + 1, T + 1] products with names: rows a and columns b of two trains, or of one.
struct Products {
    const double* values;
    std::ptrdiff_t pulses;

    [[nodiscard]] double operator()(std::ptrdiff_t a, std::ptrdiff_t b) const { return values[a * (pulses + 1) + b]; }
    [[nodiscard]] double pixels() const { return (*this)(pulses, pulses); }
    [[nodiscard]] double row_sum(std::ptrdiff_t a) const { return (*this)(a, pulses); }
    [[nodiscard]] double column_sum(std::ptrdiff_t b) const { return (*this)(pulses, b); }
};

template <class F>
void for_triangle(std::ptrdiff_t pulses, const F& f) {
    std::ptrdiff_t i = 0;
    for (std::ptrdiff_t a = 0; a < pulses; ++a)
        for (std::ptrdiff_t b = a; b < pulses; ++b) f(at(i++), a, b);
}

/// Mean over the neighbours that are there.
double joined(Edge edge, double left, double right) {
    const double both = (left + right) / 2;
    if (edge == Edge::drop || !std::isnan(both)) return both;
    return std::isnan(left) ? right : left;
}

void close_per_frame(const Settings& settings, const Lengths& length, std::span<const double> own, std::span<const double> left,
                     std::span<const double> right, std::span<double> closed, std::span<double> artefact) {
    for (std::size_t i = 0; i < at(length.triangle); ++i) {
        closed[i] = own[i];
        if (left.empty()) continue;
        artefact[i] = joined(settings.edge, left[i], right[i]);
        closed[i] -= artefact[i];
    }
    double raw = 0, corrected = 0, count = 0;
    for (std::ptrdiff_t k = 0; k < settings.pulses; ++k) {
        const double value = closed[at(diagonal(settings.pulses, k))];
        if (std::isnan(value)) continue;
        raw += value;
        corrected += value - own[at(length.triangle + k)];
        ++count;
    }
    closed[at(length.triangle)] = raw / count;  // 0 / 0: NaN
    closed[at(length.triangle + 1)] = corrected / count;
}

void close_ratio(const Settings& settings, const Lengths& length, std::span<const double> own, std::span<const double> left,
                 std::span<const double> right, std::span<double> closed) {
    const std::size_t m = at(length.triangle);
    for (std::size_t i = 0; i < own.size(); ++i) closed[i] = own[i];
    for (std::size_t i = 0; i < left.size(); ++i) closed[own.size() + i] = joined(settings.edge, left[i], right[i]);
    const auto leave_out = [&](std::size_t i) {  // all of an element or nothing: each ratio's sums run over the same trains
        closed[i] = closed[m + i] = unknown;
        if (!left.empty()) closed[own.size() + i] = closed[own.size() + m + i] = unknown;
    };
    for (std::size_t i = 0; i < m; ++i)
        if (std::isnan(closed[m + i]) || (!left.empty() && std::isnan(closed[own.size() + m + i]))) leave_out(i);
    for (std::ptrdiff_t k = 0; k < settings.pulses; ++k)
        if (std::isnan(closed[at(diagonal(settings.pulses, k))])) closed[2 * m + at(k)] = unknown;
}

}  // namespace

Lengths::Lengths(const Settings& settings) : triangle(settings.pulses * (settings.pulses + 1) / 2) {
    const bool ratio = settings.normalisation == Normalisation::ratio_of_sums;
    own = (ratio ? 2 : 1) * triangle + settings.pulses;
    pair = settings.artefact == Artefact::none ? 0 : (ratio ? 2 : 1) * triangle;
    closed = ratio ? own + pair : triangle + 2;
}

double sum_or_nan(const Settings& settings, double sum) { return sum > 0 && sum >= settings.min_counts ? sum : unknown; }

void own_terms(const Settings& settings, std::span<const double> products, std::span<double> own) {
    const Products g{products.data(), settings.pulses};
    const double pixels = g.pixels();
    std::vector<double> sums;
    for (std::ptrdiff_t k = 0; k < settings.pulses; ++k) sums.push_back(sum_or_nan(settings, g.row_sum(k)));
    const bool ratio = settings.normalisation == Normalisation::ratio_of_sums;
    const std::size_t m = at(Lengths(settings).triangle);
    for_triangle(settings.pulses, [&](std::size_t i, std::ptrdiff_t a, std::ptrdiff_t b) {
        const double product = sums[at(a)] * sums[at(b)];
        own[i] = ratio ? g(a, b) / pixels : g(a, b) * pixels / product - 1;
        if (ratio) own[m + i] = (product - g(a, b)) / (pixels * (pixels - 1));  // over distinct pixels: unbiased
    });
    for (std::size_t k = 0; k < sums.size(); ++k) {
        const double mean = sums[k] / pixels, noise = settings.noise.gain * mean + settings.noise.variance;
        own[own.size() - sums.size() + k] = ratio ? noise : noise / (mean * mean);
    }
}

void pair_terms(const Settings& settings, std::span<const double> products, std::span<double> pair) {
    const Products h{products.data(), settings.pulses};
    const double pixels = h.pixels();
    std::vector<double> before, after;
    for (std::ptrdiff_t k = 0; k < settings.pulses; ++k) {
        before.push_back(sum_or_nan(settings, h.row_sum(k)));
        after.push_back(sum_or_nan(settings, h.column_sum(k)));
    }
    const bool ratio = settings.normalisation == Normalisation::ratio_of_sums;
    const std::size_t m = at(Lengths(settings).triangle);
    for_triangle(settings.pulses, [&](std::size_t i, std::ptrdiff_t a, std::ptrdiff_t b) {
        const double upper = before[at(a)] * after[at(b)], lower = before[at(b)] * after[at(a)];
        if (!ratio) {
            pair[i] = (h(a, b) * pixels / upper + h(b, a) * pixels / lower) / 2 - 1;
            return;
        }
        pair[m + i] = (upper + lower) / (2 * pixels * pixels);
        pair[i] = std::isnan(pair[m + i]) ? unknown : (h(a, b) + h(b, a)) / (2 * pixels);
    });
}

void closed_terms(const Settings& settings, std::span<const double> own, std::span<const double> left,
                  std::span<const double> right, std::span<double> closed, std::span<double> artefact) {
    const Lengths length(settings);
    if (settings.normalisation == Normalisation::ratio_of_sums)
        close_ratio(settings, length, own, left, right, closed);
    else
        close_per_frame(settings, length, own, left, right, closed, artefact);
}

}  // namespace sluice::two_time_correlation
