// SPDX-License-Identifier: BSD-3-Clause
// Which points of the data each point of the grid is made of, and with what weights.
#include <sluice/numerics/interpolation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

#include "spline.hpp"

namespace sluice::numerics {
namespace {

/// Throws unless strictly monotonic where it is a number; true when decreasing.
bool decreases(std::span<const double> x) {
    std::optional<double> before;
    std::optional<bool> down;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (std::isnan(x[i])) continue;
        if (std::isinf(x[i])) fail<std::domain_error>("x is ", x[i], " at index ", i, "; it must be finite.");
        if (before && !down) down = x[i] < *before;
        if (before && !(*down ? x[i] < *before : x[i] > *before))
            fail<std::domain_error>("x must increase or decrease strictly, but is ", x[i], " at index ", i, " after ", *before,
                                    ". Sort the data, and merge repeated points (rebin).");
        before = x[i];
    }
    return down.value_or(false);
}

bool same_point(double g, double x) { return std::abs(g - x) <= 1e-12 * std::max(std::abs(g), std::abs(x)); }

/// The used points, and how a point of the grid lies between them.
class Points {
public:
    Points(std::vector<double> x, const std::vector<std::size_t>& used, const InterpolationOptions& options)
        : x_(std::move(x)), used_(used), options_(options) {
        if (x_.size() > 1) spline_ = std::make_unique<Spline>(x_);
    }

    /// Without values: masked.
    [[nodiscard]] Weights weights(double g) const {
        if (x_.empty() || !std::isfinite(g)) return {};
        const auto after = static_cast<std::size_t>(std::upper_bound(x_.begin(), x_.end(), g) - x_.begin());
        if (after > 0 && same_point(g, x_[after - 1])) return {after - 1, {1}};
        if (after < x_.size() && same_point(g, x_[after])) return {after, {1}};
        if (x_.size() == 1) return {};
        if (after == 0) return options_.outside == Outside::mask ? Weights{} : before(g);
        if (after == x_.size()) return options_.outside == Outside::mask ? Weights{} : behind(g);
        return gap(after - 1) && options_.gaps == Gaps::mask ? Weights{} : between(after - 1, g);
    }

private:
    [[nodiscard]] double cubic(double factor) const { return options_.method == Interpolation::cubic ? factor : 0; }

    [[nodiscard]] Weights between(std::size_t k, double g) const {
        const double h = x_[k + 1] - x_[k], a = (x_[k + 1] - g) / h, b = (g - x_[k]) / h;
        return spline_->combine(k, a, b, cubic((a * a * a - a) * h * h / 6), cubic((b * b * b - b) * h * h / 6));
    }
    /// On the tangent at the first point: its slope is (y_1 - y_0) / h - M_1 h / 6.
    [[nodiscard]] Weights before(double g) const {
        const double h = x_[1] - x_[0], t = g - x_[0];
        return spline_->combine(0, 1 - t / h, t / h, 0, cubic(-h * t / 6));
    }
    /// And at the last one: (y_n-1 - y_n-2) / h + M_n-2 h / 6.
    [[nodiscard]] Weights behind(double g) const {
        const std::size_t k = x_.size() - 2;
        const double h = x_[k + 1] - x_[k], t = g - x_[k + 1];
        return spline_->combine(k, -t / h, 1 + t / h, cubic(h * t / 6), 0);
    }
    /// Are there points between these two that are not used?
    [[nodiscard]] bool gap(std::size_t k) const {
        return std::max(used_[k], used_[k + 1]) - std::min(used_[k], used_[k + 1]) > 1;
    }

    std::vector<double> x_;
    const std::vector<std::size_t>& used_;
    const InterpolationOptions& options_;
    std::unique_ptr<Spline> spline_;
};

void check_length(const char* name, std::size_t got, std::size_t needed) {
    if (got != needed) fail<std::invalid_argument>(name, " has ", got, " elements, must be ", needed, ".");
}

}  // namespace

Interpolator::Interpolator(std::span<const double> x, std::span<const std::uint8_t> usable, std::span<const double> grid,
                           const InterpolationOptions& options)
    : usable_(usable.begin(), usable.end()) {
    check_length("usable", usable.size(), x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        if (usable[i] != 0 && !std::isnan(x[i])) used_.push_back(i);
    if (decreases(x)) std::reverse(used_.begin(), used_.end());
    std::vector<double> used_x;
    for (const auto i : used_) used_x.push_back(x[i]);
    const Points points(std::move(used_x), used_, options);
    for (const double g : grid) {
        const auto row = points.weights(g);
        const auto begin = weights_.size();
        weights_.insert(weights_.end(), row.values.begin(), row.values.end());
        rows_.push_back({row.first, begin, weights_.size()});
    }
}

void Interpolator::apply(std::span<const double> y, std::span<const double> variances, std::span<double> out,
                         std::span<double> out_variances, std::span<std::uint8_t> out_masked) const {
    check_length("y", y.size(), usable_.size());
    if (!out_variances.empty()) check_length("variances", variances.size(), usable_.size());
    check_length("the result", out.size(), rows_.size());
    check_length("the mask of the result", out_masked.size(), rows_.size());
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t r = 0; r < rows_.size(); ++r) {
        const Row& row = rows_[r];
        const bool masked = row.begin == row.end;
        double sum = 0, variance = 0;
        for (std::size_t j = row.begin; j < row.end; ++j) {
            const std::size_t i = used_[row.first + j - row.begin];
            sum += weights_[j] * y[i];
            if (!out_variances.empty()) variance += weights_[j] * weights_[j] * variances[i];
        }
        out[r] = masked ? none : sum;
        if (!out_variances.empty()) out_variances[r] = masked ? none : variance;
        out_masked[r] = masked ? 1 : 0;
    }
}

std::vector<Interpolator::Part> Interpolator::parts(std::size_t point) const {
    const Row& row = rows_.at(point);
    std::vector<Part> out;
    for (std::size_t j = row.begin; j < row.end; ++j) out.push_back({used_[row.first + j - row.begin], weights_[j]});
    return out;
}

std::vector<std::uint8_t> usable_points(std::span<const double> y, std::span<const std::uint8_t> mask) {
    std::vector<std::uint8_t> usable(y.size());
    for (std::size_t i = 0; i < y.size(); ++i) usable[i] = std::isfinite(y[i]) && (mask.empty() || mask[i] == 0) ? 1 : 0;
    return usable;
}

}  // namespace sluice::numerics
