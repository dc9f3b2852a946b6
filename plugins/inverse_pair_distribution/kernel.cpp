// SPDX-License-Identifier: BSD-3-Clause
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/fail.hpp>

namespace sluice::inverse_pair_distribution {
namespace {

using numerics::fail;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double most_points = 1e6;
constexpr double slack = 1e-9;

double natural_step(std::span<const double> r, double q_step) {
    const double dr = r.size() < 2 ? 0 : (r.back() - r.front()) / static_cast<double>(r.size() - 1);
    for (std::size_t i = 0; i < r.size(); ++i)
        if (!(std::abs(r[i] - r[0] - static_cast<double>(i) * dr) <= slack * dr))
            fail<std::invalid_argument>("q_grid = natural needs evenly spaced r, but they are not at index ", i,
                                        ". Set q_grid to exact.");
    if (!(dr > 0)) fail<std::invalid_argument>("q_grid = natural needs two points of r or more. Set q_grid to exact.");
    const double n = std::max(1.0, std::round(std::numbers::pi / (dr * q_step)));
    return std::numbers::pi / (n * dr);
}

std::size_t first_used(std::span<const double> r, const Options& options) {
    const auto found = std::find_if(r.begin(), r.end(), [&](double each) {
        return numerics::inside(each, options.r_min.value_or(-std::numeric_limits<double>::infinity()),
                                std::numeric_limits<double>::infinity());
    });
    return static_cast<std::size_t>(found - r.begin());
}

std::size_t count_used(std::span<const double> r, std::size_t begin, const Options& options) {
    std::size_t end = begin;
    while (end < r.size() && (!options.r_max || numerics::inside(r[end], r[begin], *options.r_max))) ++end;
    if (end - begin < 2)
        fail<std::invalid_argument>("between r_min and r_max there are ", end - begin, " of the ", r.size(),
                                    " points of r, at least 2 are needed. Widen the range.");
    return end - begin;
}

/// The points used, and before them those from 0 on where something is added there.
Doubles points_of(std::span<const double> used, LowR low_r) {
    if (used.front() < 0) fail<std::invalid_argument>("r begins at ", used.front(), ", must not be below 0.");
    Doubles points;
    if (low_r != LowR::none && used.front() > 0) {
        const double panels = std::ceil(used[0] / (used[1] - used[0]) - slack);
        if (panels > most_points)
            fail<std::invalid_argument>("the points of r are too close for their distance from 0: ", panels, " would be added.");
        for (double i = 0; i < panels; ++i) points.push_back(i * used[0] / panels);
    }
    points.insert(points.end(), used.begin(), used.end());
    return points;
}

void fill(const Output& out, double value) {
    for (const auto& each : {out.reduced, out.reduced_variance, out.structure_factor, out.structure_factor_variance})
        std::fill(each.begin(), each.end(), value);
}

}  // namespace

std::vector<double> q_grid(std::span<const double> r, const Options& options) {
    if (options.q_min > options.q_max)
        fail<std::invalid_argument>("q_min = ", options.q_min, ", must not be above q_max = ", options.q_max, ".");
    const double step = options.natural ? natural_step(r, options.q_step) : options.q_step;
    const double count = std::floor((options.q_max - options.q_min) / step * (1 + slack)) + 1;
    if (!(count <= most_points))
        fail<std::invalid_argument>("there would be ", count, " points of q, at most ", most_points,
                                    " can be. Raise q_step, or lower q_max.");
    const double first = options.q_min / step;  // where it is whole, all points are multiples of the step
    const double begin = std::abs(first - std::round(first)) <= slack * std::max(1.0, first) ? std::round(first) : first;
    Doubles q;
    for (double k = 0; k < count; ++k) q.push_back((begin + k) * step);
    return q;
}

InverseTransform::InverseTransform(std::span<const double> r, const Options& options)
    : options_(options),
      n_(r.size()),
      begin_(first_used(r, options)),
      used_(count_used(r, begin_, options)),
      points_(points_of(r.subspan(begin_, used_), options.low_r)),
      weights_(numerics::trapezoid_weights(points_)),
      q_(q_grid(r.subspan(begin_, used_), options)),
      sums_(points_, q_) {
    double widest = 0;
    for (std::size_t i = 1; i < points_.size(); ++i) widest = std::max(widest, points_[i] - points_[i - 1]);
    beyond_nyquist_ = q_.back() * widest > std::numbers::pi * (1 + slack);
    Doubles unit(used_, 0.0);
    unit[0] = 1;
    first_ = transformed(weighted(unit, own_slope(unit)));
}

/// G / r from 0 to the first point used, as far as it depends on that point.
double InverseTransform::own_slope(std::span<const double> used) const {
    return options_.low_r == LowR::straight && extension() > 0 ? used[0] / points_[extension()] : 0;
}

/// Weights times values: of the line below the first point used, then of the points used.
std::vector<double> InverseTransform::weighted(std::span<const double> used, double slope) const {
    Doubles out(points_.size());
    for (std::size_t i = 0; i < extension(); ++i) out[i] = weights_[i] * slope * points_[i];
    for (std::size_t i = extension(); i < out.size(); ++i) out[i] = weights_[i] * used[i - extension()];
    return out;
}

/// Sums with sin(Q r); at Q = 0 with r, which is what S needs there.
std::vector<double> InverseTransform::transformed(std::span<const double> weighted) const {
    Doubles out(q_.size());
    sums_.sine(weighted, out);
    if (q_[0] == 0)
        for (std::size_t i = 0; i < points_.size(); ++i) out[0] += weighted[i] * points_[i];
    return out;
}

void InverseTransform::check_lengths(const Curve& curve, const Output& out) const {
    const auto check = [](const char* name, std::size_t length, std::size_t needed, bool may_be_empty) {
        if (length != needed && !(may_be_empty && length == 0))
            fail<std::invalid_argument>(name, " has ", length, " elements, ", needed, " are needed.");
    };
    check("G", curve.g.size(), n_, false);
    check("the variance of G", curve.variance.size(), n_, true);
    check("the covariance of G", curve.covariance.size(), n_ * n_, true);
    check("the mask of G", curve.mask.size(), n_, true);
    for (const auto& each : {out.reduced, out.structure_factor}) check("an output", each.size(), q_.size(), false);
    for (const auto& each : {out.reduced_variance, out.structure_factor_variance})
        check("an output", each.size(), q_.size(), true);
}

bool InverseTransform::complete(const Curve& curve) const {
    for (std::size_t i = begin_; i < begin_ + used_; ++i) {
        if (!curve.mask.empty() && curve.mask[i] != 0) return false;
        if (!std::isfinite(curve.g[i])) return false;
        if (!curve.variance.empty() && !(curve.variance[i] >= 0 && std::isfinite(curve.variance[i]))) return false;
        for (std::size_t j = begin_; !curve.covariance.empty() && j < begin_ + used_; ++j)
            if (!std::isfinite(curve.covariance[i * n_ + j])) return false;
    }
    return true;
}

/// Of independent points: all but the first one stand for themselves alone.
std::vector<double> InverseTransform::variances(std::span<const double> variance) const {
    const auto used = variance.subspan(begin_, used_);
    Doubles squares(points_.size(), 0.0), out(q_.size());
    for (std::size_t i = 1; i < used_; ++i)
        squares[extension() + i] = weights_[extension() + i] * weights_[extension() + i] * used[i];
    sums_.sine_squared(squares, out);
    if (q_[0] == 0)
        for (std::size_t i = 0; i < points_.size(); ++i) out[0] += squares[i] * points_[i] * points_[i];
    for (std::size_t k = 0; k < out.size(); ++k) out[k] += first_[k] * first_[k] * used[0];
    return out;
}

/// sum_i c_i sum_j c_j C_ij with c_i what point i has in F by itself: the inner sums are transforms of the rows.
std::vector<double> InverseTransform::variances_of_covariance(std::span<const double> covariance) const {
    Doubles out(q_.size(), 0.0);
    for (std::size_t i = 0; i < used_; ++i) {
        const auto row = covariance.subspan((begin_ + i) * n_ + begin_, used_);
        const Doubles inner = transformed(weighted(row, own_slope(row)));
        const double r = points_[extension() + i], weight = weights_[extension() + i];
        for (std::size_t k = 0; k < out.size(); ++k) {
            const double wave = q_[k] == 0 ? r : std::sin(q_[k] * r);
            out[k] += (i == 0 ? first_[k] : weight * wave) * inner[k];
        }
    }
    for (double& each : out) each = std::max(each, 0.0);  // rounding
    return out;
}

void InverseTransform::write_values(const Curve& curve, const Output& out) const {
    const auto used = curve.g.subspan(begin_, used_);
    constexpr double sphere = 4 * std::numbers::pi;
    const double slope = options_.low_r == LowR::density ? -sphere * curve.number_density : own_slope(used);
    const Doubles f = transformed(weighted(used, slope));
    for (std::size_t k = 0; k < q_.size(); ++k) {
        out.reduced[k] = q_[k] == 0 ? 0 : f[k];
        out.structure_factor[k] = 1 + (q_[k] == 0 ? f[k] : f[k] / q_[k]);
    }
}

Status InverseTransform::run(const Curve& curve, const Output& out) const {
    check_lengths(curve, out);
    const bool complete_curve = complete(curve);
    const bool dense = options_.low_r != LowR::density || (std::isfinite(curve.number_density) && curve.number_density > 0);
    if (!complete_curve || !dense) {
        fill(out, unknown);
        return complete_curve ? Status::no_density : Status::missing_points;
    }
    write_values(curve, out);
    if (!out.reduced_variance.empty()) {
        const Doubles variance = curve.covariance.empty() ? variances(curve.variance) : variances_of_covariance(curve.covariance);
        for (std::size_t k = 0; k < q_.size(); ++k) {
            out.reduced_variance[k] = q_[k] == 0 ? 0 : variance[k];
            out.structure_factor_variance[k] = q_[k] == 0 ? variance[k] : variance[k] / (q_[k] * q_[k]);
        }
    }
    return beyond_nyquist_ ? Status::nyquist : Status::ok;
}

}  // namespace sluice::inverse_pair_distribution
