// SPDX-License-Identifier: BSD-3-Clause
// Which points of S are used, and the straight lines and continuations between and beyond them.
#include "structure.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::delta_gamma {
namespace {

using numerics::fail;

bool is_usable(double q_a, double value, double cut) { return std::isfinite(q_a) && std::isfinite(value) && q_a >= cut; }

void check_lengths(std::span<const double> q_a, std::span<const double> values) {
    if (q_a.size() != values.size())
        fail<std::invalid_argument>("S has ", values.size(), " points and its q has ", q_a.size(), ". They must agree.");
}

/// Also of points whose value is not usable: an axis is an axis.
void check_axis(std::span<const double> q_a) {
    double last = -1;
    for (std::size_t i = 0; i < q_a.size(); ++i) {
        if (std::isnan(q_a[i])) continue;
        if (!(q_a[i] >= 0)) fail<std::domain_error>("q of S is below 0 at point ", i, ". Give the modulus of q.");
        if (!(q_a[i] > last))
            fail<std::domain_error>("q of S does not increase at point ", i, ". Sort the points and merge those of one q.");
        last = q_a[i];
    }
}

}  // namespace

StructureFactor::StructureFactor(double volume_fraction) : model_(volume_fraction), volume_fraction_(volume_fraction) {}

StructureFactor::StructureFactor(std::span<const double> q_a, std::span<const double> values, const Continuation& continuation,
                                 double volume_fraction)
    : model_(volume_fraction),
      volume_fraction_(volume_fraction),
      continuation_(continuation),
      given_(static_cast<std::ptrdiff_t>(q_a.size())) {
    check_lengths(q_a, values);
    check_axis(q_a);
    if (continuation.low_points < 1)
        fail<std::invalid_argument>("low_points = ", continuation.low_points, ", must be at least 1.");
    for (std::size_t i = 0; i < q_a.size(); ++i) {
        if (!is_usable(q_a[i], values[i], continuation.cut)) continue;
        knots_.push_back(q_a[i]);
        values_.push_back(values[i]);
        places_.push_back(i);
    }
    if (knots_.size() < 2)
        fail<std::invalid_argument>("S has ", knots_.size(),
                                    " usable points; at least 2 are needed. Look at its mask and at the cut.");
    low_ = std::accumulate(values_.begin(), values_.begin() + low_points(), 0.0) / static_cast<double>(low_points());
}

std::ptrdiff_t StructureFactor::usable(std::span<const double> q_a, std::span<const double> values, double cut) {
    check_lengths(q_a, values);
    std::ptrdiff_t count = 0;
    for (std::size_t i = 0; i < q_a.size(); ++i) count += is_usable(q_a[i], values[i], cut);
    return count;
}

std::ptrdiff_t StructureFactor::low_points() const {
    return std::min(continuation_.low_points, static_cast<std::ptrdiff_t>(knots_.size()));
}

StructureFactor::Place StructureFactor::place(double y) const {
    if (knots_.empty()) return {Part::model, 0, 0};
    if (y < knots_.front()) return {continuation_.low == LowQ::model ? Part::model : Part::constant, 0, 0};
    if (y > knots_.back()) return {continuation_.high == HighQ::model ? Part::model : Part::one, 0, 0};
    const auto above = std::upper_bound(knots_.begin() + 1, knots_.end() - 1, y) - knots_.begin();
    const auto k = static_cast<std::size_t>(above) - 1;
    return {Part::line, k, (y - knots_[k]) / (knots_[k + 1] - knots_[k])};
}

double StructureFactor::minus_one(double y) const {
    const Place at = place(y);
    switch (at.part) {
        case Part::model:
            return model_minus_one(y);
        case Part::constant:
            return low_ - 1;
        case Part::one:
            return 0;
        case Part::line:
            break;
    }
    return (1 - at.fraction) * (values_[at.knot] - 1) + at.fraction * (values_[at.knot + 1] - 1);
}

void StructureFactor::add_weights(double y, double factor, std::span<double> weights) const {
    const Place at = place(y);
    if (at.part == Part::line) {
        weights[places_[at.knot]] += factor * (1 - at.fraction);
        weights[places_[at.knot + 1]] += factor * at.fraction;
    } else if (at.part == Part::constant) {
        const auto count = static_cast<std::size_t>(low_points());
        for (std::size_t k = 0; k < count; ++k) weights[places_[k]] += factor / static_cast<double>(count);
    }
}

}  // namespace sluice::delta_gamma
