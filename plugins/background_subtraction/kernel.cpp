// SPDX-License-Identifier: BSD-3-Clause
// Background subtraction: one linear combination per point, and York's line through the origin for the scale.
#include "kernel.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include <sluice/numerics/fail.hpp>

namespace sluice::background_subtraction {
namespace {

using numerics::fail;

void check_length(const char* name, std::size_t got, std::size_t needed) {
    if (got != needed)
        fail<std::invalid_argument>(name, " has ", got, " points and sample has ", needed, ". They must agree.");
}

void check_curves(const Curve& sample, const Curve& background) {
    const auto n = sample.values.size();
    check_length("background", background.values.size(), n);
    const bool of_sample = !sample.variances.empty(), of_background = !background.variances.empty();
    if (of_sample != of_background && n > 0)
        fail<std::invalid_argument>(of_sample ? "sample" : "background", " has variances and ",
                                    of_sample ? "background" : "sample",
                                    " has none. Give both or neither (zeros for an exact curve).");
    if (of_sample) check_length("variances of sample", sample.variances.size(), n);
    if (of_background) check_length("variances of background", background.variances.size(), n);
}

void check_transmission(const char* name, double value) {
    if (!(value > 0 && value <= 1)) fail<std::domain_error>(name, " = ", value, ", must be above 0 and at most 1.");
}

void check_transmissions(const Corrections& c) {
    check_transmission("sample_transmission", c.sample_transmission);
    check_transmission("background_transmission", c.background_transmission);
}

void check_corrections(const Corrections& c) {
    check_transmissions(c);
    if (!(c.thickness > 0) || std::isinf(c.thickness))
        fail<std::domain_error>("thickness = ", c.thickness, ", must be finite and above 0.");
    if (!(c.scale >= 0) || std::isinf(c.scale))
        fail<std::domain_error>("scale = ", c.scale, ", must be finite and at least 0.");
}

/// The usable points of the window after their transmissions.
struct Pairs {
    std::vector<double> s, b, var_s, var_b;
};

Pairs select(const Curve& sample, const Curve& background, const Corrections& c, const Window& window) {
    const bool weighted = !sample.variances.empty();
    const double per_s = 1 / c.sample_transmission, per_b = 1 / c.background_transmission;
    Pairs pairs;
    for (std::size_t i = 0; i < window.q.size(); ++i) {
        if (!(window.q[i] >= window.from && window.q[i] <= window.to)) continue;
        if (!window.mask.empty() && window.mask[i] != 0) continue;
        const double s = per_s * sample.values[i], b = per_b * background.values[i];
        const double var_s = weighted ? per_s * per_s * sample.variances[i] : 1;
        const double var_b = weighted ? per_b * per_b * background.variances[i] : 0;
        if (!std::isfinite(s + b + var_s + var_b)) continue;
        if (!(var_s + var_b > 0))
            fail<std::domain_error>("point ", i, " (q = ", window.q[i], ") has no variance in sample and background, ",
                                    "and the match needs weights. Mask the point or drop the variances.");
        pairs.s.push_back(s);
        pairs.b.push_back(b);
        pairs.var_s.push_back(var_s);
        pairs.var_b.push_back(var_b);
    }
    if (pairs.s.empty())
        fail<std::domain_error>("no usable point lies between match_from = ", window.from, " and match_to = ", window.to,
                                " (in the unit of q). Move the match window.");
    return pairs;
}

double ratio_of_sums(const Pairs& pairs) {
    double s = 0, b = 0;
    for (std::size_t i = 0; i < pairs.s.size(); ++i) {
        s += pairs.s[i];
        b += pairs.b[i];
    }
    if (b == 0) fail<std::domain_error>("the background sums to 0 in the match window, so no scale can be found.");
    return s / b;
}

/// York's sums at one scale f.
struct Sums {
    double s = 0, b = 0, precision = 0, chi_square = 0;
};

Sums sums_at(double f, const Pairs& pairs) {
    Sums sums;
    for (std::size_t i = 0; i < pairs.s.size(); ++i) {
        const double s = pairs.s[i], b = pairs.b[i], var_s = pairs.var_s[i], var_b = pairs.var_b[i];
        const double w = 1 / (var_s + f * f * var_b);
        const double best_b = w * (b * var_s + f * s * var_b);  // where the line passes the point closest
        sums.s += w * best_b * s;
        sums.b += w * best_b * b;
        sums.precision += w * best_b * best_b;
        sums.chi_square += w * (s - f * b) * (s - f * b);
    }
    return sums;
}

}  // namespace

std::ptrdiff_t subtract(const Curve& sample, const Curve& background, const Corrections& corrections, const Net& net) {
    check_curves(sample, background);
    check_corrections(corrections);
    check_length("net", net.values.size(), sample.values.size());
    check_length("variances of net", net.variances.size(), sample.variances.size());
    const double of_sample = 1 / (corrections.sample_transmission * corrections.thickness);
    const double of_background = corrections.scale / (corrections.background_transmission * corrections.thickness);
    std::ptrdiff_t negative = 0;
    for (std::size_t i = 0; i < net.values.size(); ++i) {
        net.values[i] = of_sample * sample.values[i] - of_background * background.values[i];
        if (net.values[i] < 0) ++negative;
    }
    for (std::size_t i = 0; i < net.variances.size(); ++i)
        net.variances[i] =
            of_sample * of_sample * sample.variances[i] + of_background * of_background * background.variances[i];
    return negative;
}

Match match_scale(const Curve& sample, const Curve& background, const Corrections& corrections, const Window& window) {
    check_curves(sample, background);
    check_transmissions(corrections);
    check_length("q", window.q.size(), sample.values.size());
    if (!window.mask.empty()) check_length("mask", window.mask.size(), sample.values.size());
    const Pairs pairs = select(sample, background, corrections, window);

    double f = ratio_of_sums(pairs), change = 1;
    for (int iteration = 0; iteration < 200 && std::abs(change) > 1e-13 * std::abs(f); ++iteration) {
        const Sums sums = sums_at(f, pairs);
        change = sums.s / sums.b - f;
        f += change;
    }
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    const Sums sums = sums_at(f, pairs);
    const bool weighted = !sample.variances.empty();
    const auto points = static_cast<std::ptrdiff_t>(pairs.s.size());
    return {f, weighted ? 1 / std::sqrt(sums.precision) : unknown,
            weighted && points > 1 ? sums.chi_square / static_cast<double>(points - 1) : unknown, points,
            std::abs(change) <= 1e-13 * std::abs(f)};
}

}  // namespace sluice::background_subtraction
