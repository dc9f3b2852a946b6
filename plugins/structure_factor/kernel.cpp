// SPDX-License-Identifier: BSD-3-Clause
// One pass finds the largest usable form factor, the next divides.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::structure_factor {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

void check(const Terms& terms, const Output& out) {
    const std::size_t n = terms.intensity.size();
    const auto agree = [n](const char* name, std::size_t length, bool may_be_empty) {
        if (length == n || (may_be_empty && length == 0)) return;
        numerics::fail<std::invalid_argument>(name, " has ", length, " points and intensity has ", n, ". They must agree.");
    };
    agree("single", terms.single.size(), false);
    agree("other", terms.other.size(), true);
    agree("variance of intensity", terms.intensity_variance.size(), true);
    agree("variance of single", terms.single_variance.size(), true);
    agree("variance of other", terms.other_variance.size(), true);
    agree("covariance", terms.covariance.size(), true);
    agree("mask", terms.mask.size(), true);
    agree("the result", out.values.size(), false);
    agree("the mask of the result", out.mask.size(), false);
    agree("the variance of the result", out.variance.size(), true);
}

double at(std::span<const double> values, std::size_t i) { return values.empty() ? 0 : values[i]; }

/// [var I + var O + S1^2 var F + 2 S1 cov(F, O)] / F^2, without s0.
double variance_at(const Terms& terms, double s, std::size_t i) {
    const double sum = at(terms.intensity_variance, i) + at(terms.other_variance, i) + s * s * at(terms.single_variance, i) +
                       2 * s * at(terms.covariance, i);
    return sum / (terms.single[i] * terms.single[i]);
}

double ratio_at(const Terms& terms, std::size_t i) { return (terms.intensity[i] - at(terms.other, i)) / terms.single[i]; }

/// Not counting the size of single.
bool usable(const Terms& terms, std::size_t i) {
    if (!terms.mask.empty() && terms.mask[i] != 0) return false;
    return std::isfinite(terms.intensity[i]) && std::isfinite(terms.single[i]) && std::isfinite(at(terms.other, i)) &&
           std::isfinite(at(terms.intensity_variance, i)) && std::isfinite(at(terms.single_variance, i)) &&
           std::isfinite(at(terms.other_variance, i)) && std::isfinite(at(terms.covariance, i));
}

double largest_single(const Terms& terms) {
    double largest = 0;
    for (std::size_t i = 0; i < terms.single.size(); ++i)
        if (usable(terms, i)) largest = std::max(largest, terms.single[i]);
    return largest;
}

}  // namespace

Counts divide(const Terms& terms, const Options& options, const Output& out) {
    check(terms, out);
    const double least = options.smallest_single * largest_single(terms), s0 = options.s0;
    const bool normalised = s0 > 0 && std::isfinite(s0) && std::isfinite(options.s0_variance);
    const double relative = options.s0_variance / (s0 * s0);
    Counts counts;
    for (std::size_t i = 0; i < terms.intensity.size(); ++i) {
        const bool known = usable(terms, i), small = known && !(terms.single[i] > 0 && terms.single[i] >= least);
        const bool kept = known && !small && normalised;
        const double s = kept ? ratio_at(terms, i) : unknown;
        out.values[i] = s / s0;
        if (!out.variance.empty()) out.variance[i] = kept ? (variance_at(terms, s, i) + s * s * relative) / (s0 * s0) : unknown;
        out.mask[i] = !kept;
        counts.masked += !kept;
        counts.small += small;
        counts.negative += s < 0;
    }
    return counts;
}

}  // namespace sluice::structure_factor
