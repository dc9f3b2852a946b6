// SPDX-License-Identifier: BSD-3-Clause
// Sums over pairs of origins, by their distance.
#include "walk.hpp"

#include <algorithm>
#include <limits>

namespace sluice::self_diffusion {
namespace {

using Index = std::ptrdiff_t;

/// Origins from which this lag ends at the last frame or before.
Origins with_lag(Origins origins, Index lag, Index frames) { return {origins.begin, std::min(origins.end, frames - lag)}; }

/// Steps that the displacements from 0 over k and from d over m share.
Index shared(Index d, Index k, Index m) { return std::max<Index>(0, std::min(k, d + m) - std::max<Index>(0, d)); }

/// Pairs of origins s in a and s + d in b.
Index pairs(Index d, Origins a, Origins b) {
    return std::max<Index>(0, std::min(a.end, b.end - d) - std::max(a.begin, b.begin - d));
}

/// The mean over all pairs of origins of the square of the steps they share.
double mean_square(Index k, Index m, Origins a, Origins b, Index step) {
    double sum = 0;
    for (Index d = -((m - 1) / step) * step; d < k; d += step) {
        const auto n = static_cast<double>(shared(d, k, m));
        sum += n * n * static_cast<double>(pairs(d, a, b));
    }
    return sum * static_cast<double>(step) / (static_cast<double>(a.end - a.begin) * static_cast<double>(b.end - b.begin));
}

/// `nodes` lags from the first to the last, evenly over their positions.
std::vector<Index> even_nodes(const std::vector<Index>& lags, Index nodes) {
    std::vector<Index> out;
    const auto last = static_cast<Index>(lags.size()) - 1;
    for (Index i = 0; i < nodes; ++i) out.push_back(lags[static_cast<std::size_t>(i * last / (nodes - 1))]);
    return out;
}

}  // namespace

Functional thinned(const Functional& f, Index nodes) {
    if (static_cast<Index>(f.lags.size()) <= nodes) return f;
    Functional out{even_nodes(f.lags, nodes), std::vector<double>(static_cast<std::size_t>(nodes))};
    std::size_t left = 0;
    for (std::size_t i = 0; i < f.lags.size(); ++i) {
        while (left + 2 < out.lags.size() && f.lags[i] >= out.lags[left + 1]) ++left;
        const auto width = static_cast<double>(out.lags[left + 1] - out.lags[left]);
        const double part = static_cast<double>(f.lags[i] - out.lags[left]) / width;
        out.weights[left] += (1 - part) * f.weights[i];
        out.weights[left + 1] += part * f.weights[i];
    }
    return out;
}

double walk_covariance(const Functional& f, Origins a, Origins b, Index frames) {
    double sum = 0;
    const Index step = std::max<Index>(1, f.lags.back() / 64);
    for (std::size_t i = 0; i < f.lags.size(); ++i) {
        const Origins from = with_lag(a, f.lags[i], frames);
        for (std::size_t j = 0; j < f.lags.size(); ++j) {
            const Origins to = with_lag(b, f.lags[j], frames);
            if (from.begin >= from.end || to.begin >= to.end) return std::numeric_limits<double>::quiet_NaN();
            sum += f.weights[i] * f.weights[j] * mean_square(f.lags[i], f.lags[j], from, to, step);
        }
    }
    return 2 * sum;
}

}  // namespace sluice::self_diffusion
