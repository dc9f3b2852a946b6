// SPDX-License-Identifier: BSD-3-Clause
// Point by point, then two summaries.
#include "structure.hpp"

#include <cmath>
#include <limits>

#include <sluice/numerics/axis.hpp>

namespace sluice::total_scattering {
namespace {

using Doubles = std::vector<double>;

void append_variances(const Points& points, std::size_t i, double alpha, Structure& out) {
    const double electron = alpha * alpha * points.variance[i], mean = points.square_mean[i];
    out.normalised_variance.push_back(electron);
    out.variance.push_back(electron / (mean * mean));
    out.reduced_variance.push_back(points.q[i] * points.q[i] * out.variance.back());
}

/// NaN - x < 0 is false: points without S do not count.
double smaller(double a, double b) { return std::isnan(a) || b < a ? b : a; }

}  // namespace

Structure structure_factor(const Points& points, std::span<const double> mean_square, std::span<const double> offset,
                           double alpha) {
    Structure out;
    for (std::size_t i = 0; i < points.q.size(); ++i) {
        const double mean = points.square_mean[i], s = (alpha * points.intensity[i] - offset[i]) / mean;
        out.faber_ziman.push_back(s);
        out.ashcroft_langreth.push_back(s + (mean_square[i] - mean) / mean);
        out.reduced.push_back(points.q[i] * (s - 1));
        out.normalised.push_back(points.expected[i] + mean * (s - 1));
        if (!points.variance.empty()) append_variances(points, i, alpha, out);
    }
    return out;
}

Level level(std::span<const double> q, const Structure& structure, const Range& range, std::ptrdiff_t fitted) {
    const auto& s = structure.faber_ziman;
    const auto& variance = structure.variance;
    Level out;
    double sum = 0, variances = variance.empty() ? unknown : 0, chi_square = variances;
    for (std::size_t i = 0; i < q.size(); ++i) {
        if (!numerics::inside(q[i], range.from, range.to) || !std::isfinite(s[i])) continue;
        ++out.points;
        sum += s[i];
        if (variance.empty() || !(variance[i] > 0)) continue;
        variances += variance[i];
        chi_square += (s[i] - 1) * (s[i] - 1) / variance[i];
    }
    const auto n = static_cast<double>(out.points);
    if (out.points > 0) out.mean = {sum / n, variances / (n * n)};
    if (out.points > fitted) out.reduced_chi_square = chi_square / static_cast<double>(out.points - fitted);
    return out;
}

Lowest lowest(std::span<const double> q, const Structure& structure, const Range& range, double sigmas, double slack) {
    Lowest out;
    for (std::size_t i = 0; i < structure.faber_ziman.size(); ++i) {
        const double over = structure.ashcroft_langreth[i];
        if (!numerics::inside(q[i], -std::numeric_limits<double>::max(), range.to) || !std::isfinite(over)) continue;
        out.value = smaller(out.value, structure.faber_ziman[i]);
        out.over_bound = smaller(out.over_bound, over);
        const double allowed = structure.variance.empty() ? slack : sigmas * std::sqrt(structure.variance[i]);
        out.beyond += over < -allowed;
    }
    return out;
}

}  // namespace sluice::total_scattering
