// SPDX-License-Identifier: BSD-3-Clause
// Neighbours by bisection, then one of two interpolations with its derivatives.
#include "pairs.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::merge_curves {
namespace {

using numerics::fail;

void check(const char* name, const Curves& curves) {
    const std::size_t n = curves.values.size();
    if (curves.q.empty() || n % curves.q.size() != 0)
        fail<std::invalid_argument>(name, " has ", n, " values for ", curves.q.size(), " points of q. Give whole curves.");
    for (const std::size_t length : {curves.variances.size(), curves.mask.size()})
        if (length != 0 && length != n)
            fail<std::invalid_argument>(name, " has ", n, " values and ", length, " variances or masks. They must agree.");
    for (std::size_t i = 1; i < curves.q.size(); ++i)
        if (!(curves.q[i] > curves.q[i - 1]))
            fail<std::invalid_argument>("q of ", name, " must increase strictly, but has ", curves.q[i], " at index ", i,
                                        " after ", curves.q[i - 1], ".");
}

bool usable(const Curves& curves, std::size_t i) {
    if (!std::isfinite(curves.values[i]) || (!curves.mask.empty() && curves.mask[i] != 0)) return false;
    return curves.variances.empty() || (std::isfinite(curves.variances[i]) && curves.variances[i] > 0);
}

double variance(const Curves& curves, std::size_t i) { return curves.variances.empty() ? 0 : curves.variances[i]; }

/// Enough above its noise for a logarithm.
bool clear(const Curves& curves, std::size_t i) {
    return curves.values[i] > 0 && curves.values[i] * curves.values[i] > 25 * variance(curves, i);
}

void between(const Curves& second, double q, double q0, double q1, Pair& pair) {
    const auto [i, j] = pair.node;
    const double b0 = second.values[i], b1 = second.values[j];
    if (!clear(second, i) || !clear(second, j)) {
        const double t = (q - q0) / (q1 - q0);
        pair.share = {1 - t, t};
        pair.b = (1 - t) * b0 + t * b1;
    } else {
        const double t = q0 > 0 ? std::log(q / q0) / std::log(q1 / q0) : (q - q0) / (q1 - q0);
        const double noise = variance(second, i) / (b0 * b0) + variance(second, j) / (b1 * b1);
        pair.b = b0 * std::pow(b1 / b0, t) * (1 + t * (1 - t) * noise / 2);
        pair.share = {(1 - t) * pair.b / b0, t * pair.b / b1};
    }
    pair.var_b = pair.share[0] * pair.share[0] * variance(second, i) + pair.share[1] * pair.share[1] * variance(second, j);
}

}  // namespace

std::vector<Pair> pairs_of(const Curves& first, const Curves& second, const Range& range) {
    check("first", first);
    check("second", second);
    if (first.rows() != second.rows())
        fail<std::invalid_argument>("first has ", first.rows(), " curves and second has ", second.rows(), ". They must agree.");
    if (first.variances.empty() != second.variances.empty())
        throw std::invalid_argument("one of first and second has variances, the other has none. Give both or neither.");
    std::vector<Pair> pairs;
    for (std::size_t row = 0; row < first.rows(); ++row)
        for (std::size_t k = 0; k < first.q.size(); ++k) {
            const double q = first.q[k];
            const std::size_t i = row * first.q.size() + k;
            if (!range.holds(q) || q < second.q.front() || q > second.q.back() || !usable(first, i)) continue;
            const auto above = static_cast<std::size_t>(std::upper_bound(second.q.begin(), second.q.end(), q) - second.q.begin());
            const std::size_t left = above - 1, base = row * second.q.size();
            Pair pair{first.values[i],
                      variance(first, i),
                      second.values[base + left],
                      variance(second, base + left),
                      {base + left, base + left},
                      {1, 0}};
            if (!usable(second, base + left)) continue;
            if (q > second.q[left]) {
                pair.node[1] = base + above;
                if (!usable(second, base + above)) continue;
                between(second, q, second.q[left], second.q[above], pair);
            }
            pairs.push_back(pair);
        }
    return pairs;
}

}  // namespace sluice::merge_curves
