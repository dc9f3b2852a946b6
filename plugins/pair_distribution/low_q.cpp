// SPDX-License-Identifier: BSD-3-Clause
// Normal equations of one or two columns, solved by hand: their inverse is what the variances need.
#include "low_q.hpp"

#include <cmath>
#include <numeric>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::pair_distribution {
namespace {

double with_shares(double offset, const std::vector<double>& shares, std::span<const double> first_points) {
    return std::inner_product(shares.begin(), shares.end(), first_points.begin(), offset);
}

void constant(Extrapolation& out, std::size_t points) {
    out.level_share.assign(points, 1 / static_cast<double>(points));
    out.curvature_share.assign(points, 0.0);
}

/// About the mean of Q^2 the two columns are orthogonal.
void quadratic(Extrapolation& out, std::span<const double> q) {
    const auto n = static_cast<double>(q.size());
    double mean = 0, squares = 0;
    for (const double each : q) mean += each * each / n;
    for (const double each : q) squares += (each * each - mean) * (each * each - mean);
    for (const double each : q) {
        const double slope = (each * each - mean) / squares;
        out.curvature_share.push_back(slope);
        out.level_share.push_back(1 / n - slope * mean);
    }
}

void given(Extrapolation& out, std::span<const double> q, double s0) {
    if (!std::isfinite(s0)) numerics::fail<std::invalid_argument>("low_q = given needs S(0) as s0, which is ", s0, ".");
    double fourth = 0;
    for (const double each : q) fourth += each * each * each * each;
    out.level_offset = s0;
    out.level_share.assign(q.size(), 0.0);
    for (const double each : q) {
        out.curvature_share.push_back(each * each / fourth);
        out.curvature_offset -= s0 * each * each / fourth;
    }
}

}  // namespace

double Extrapolation::level(std::span<const double> first_points) const {
    return with_shares(level_offset, level_share, first_points);
}

double Extrapolation::curvature(std::span<const double> first_points) const {
    return with_shares(curvature_offset, curvature_share, first_points);
}

Extrapolation extrapolation(LowQ form, std::span<const double> q, double s0) {
    Extrapolation out;
    out.present = form != LowQ::none;
    if (form == LowQ::none || form == LowQ::zero) return out;
    const std::size_t needed = form == LowQ::quadratic ? 2 : 1;
    if (q.size() < needed)
        numerics::fail<std::invalid_argument>("low_q = ", low_q_names[static_cast<std::size_t>(form)], " needs at least ", needed,
                                              " points to fit, but has ", q.size(), ". Raise low_q_points.");
    if (form == LowQ::constant) constant(out, q.size());
    if (form == LowQ::quadratic) quadratic(out, q);
    if (form == LowQ::given) given(out, q, s0);
    return out;
}

}  // namespace sluice::pair_distribution
