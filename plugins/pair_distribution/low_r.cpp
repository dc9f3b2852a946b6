// SPDX-License-Identifier: BSD-3-Clause
// G at the nodes and back to Q by one table of sines.
#include "low_r.hpp"

#include <cmath>
#include <numbers>
#include <stdexcept>
#include <utility>

#include <sluice/numerics/fail.hpp>

namespace sluice::pair_distribution {
namespace {

constexpr double pi = std::numbers::pi;

/// D sin(Q r) turns by at most 2 q_max limit: half as many nodes as radians would do, 32 and a tenth more are to spare.
std::size_t enough_nodes(double q_max, double limit) { return static_cast<std::size_t>(0.6 * q_max * limit) + 32; }

/// P_n(x) and its derivative.
std::pair<double, double> legendre(std::size_t n, double x) {
    double before = 1, value = x;
    for (std::size_t k = 2; k <= n; ++k) {
        const auto degree = static_cast<double>(k);
        const double next = ((2 * degree - 1) * x * value - (degree - 1) * before) / degree;
        before = value;
        value = next;
    }
    return {value, static_cast<double>(n) * (before - x * value) / (1 - x * x)};
}

}  // namespace

void gauss_legendre(std::size_t n, double length, std::vector<double>& nodes, std::vector<double>& weights) {
    nodes.resize(n);
    weights.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
        double x = std::cos(pi * (static_cast<double>(i) + 0.75) / (static_cast<double>(n) + 0.5));
        for (int step = 0; step < 8; ++step) {
            const auto [value, slope] = legendre(n, x);
            x -= value / slope;
        }
        const double slope = legendre(n, x).second;
        nodes[n - 1 - i] = length * (1 + x) / 2;
        weights[n - 1 - i] = length / ((1 - x * x) * slope * slope);
    }
}

LowR::LowR(const Sums& sums, const Cut& cut, double limit) : sums_(&sums), cut_(&cut), limit_(limit) {
    if (!(limit > 0) || !std::isfinite(limit))
        numerics::fail<std::invalid_argument>("low_r_limit = ", limit, " angstrom, must be above 0.");
    const auto [first, last] = std::pair(cut.range().first, cut.range().last);
    gauss_legendre(enough_nodes(sums.q()[static_cast<std::size_t>(last)], limit), limit, nodes_, weights_);
    low_ = cut.low_at(Function::reduced, nodes_);
    for (const double r : nodes_)
        for (auto k = first; k <= last; ++k) sines_.push_back(std::sin(sums.q()[static_cast<std::size_t>(k)] * r));
}

/// D at the nodes.
std::vector<double> LowR::misfit(std::span<const double> s, double number_density) const {
    const auto coefficients = cut_->coefficients();
    const auto first = static_cast<std::size_t>(cut_->range().first), points = sines_.size() / nodes_.size();
    std::vector<double> out;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        double sum = cut_->low_value(low_, i, s);
        for (std::size_t k = 0; k < points; ++k) sum += coefficients[first + k] * (s[first + k] - 1) * sines_[i * points + k];
        out.push_back(sum + 4 * pi * number_density * nodes_[i]);
    }
    return out;
}

void LowR::correct_once(std::vector<double>& s, std::span<const double> misfit, Correction correction) const {
    const auto first = static_cast<std::size_t>(cut_->range().first), points = sines_.size() / nodes_.size();
    std::vector<double> integral(points, 0.0);
    double at_zero = 0;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const double d = weights_[i] * misfit[i];
        at_zero += d * nodes_[i];
        for (std::size_t k = 0; k < points; ++k) integral[k] += d * sines_[i * points + k];
    }
    for (std::size_t k = 0; k < points; ++k) {
        const double q = sums_->q()[first + k];
        const double part = correction == Correction::eggert ? s[first + k] : 1;
        s[first + k] -= part * (q == 0 ? at_zero : integral[k] / q);
    }
}

LowR::Result LowR::correct(std::span<const double> s, double number_density, int passes, Correction correction) const {
    Result out;
    out.s.assign(s.begin(), s.end());
    for (int pass = 0; pass <= passes; ++pass) {
        const auto d = misfit(out.s, number_density);
        double chi_square = 0;
        for (std::size_t i = 0; i < d.size(); ++i) chi_square += weights_[i] * d[i] * d[i];
        out.chi_square.push_back(chi_square);
        if (pass < passes) correct_once(out.s, d, correction);
    }
    out.residual = std::sqrt(out.chi_square.back() / limit_);
    out.relative = out.residual / (4 * pi * number_density * limit_ / std::sqrt(3.0));
    return out;
}

Value LowR::density(std::span<const double> s, std::span<const double> variance) const {
    const auto excess = cut_->at(Function::running, limit_, s, variance);
    const double scale = -3 / (4 * pi * limit_ * limit_ * limit_);
    return {scale * excess.value, scale * scale * excess.variance};
}

}  // namespace sluice::pair_distribution
