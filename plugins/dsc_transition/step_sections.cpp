// SPDX-License-Identifier: BSD-3-Clause
// Running sums for lines, one loop for a parabola, and a table of cells for places.
#include "step_sections.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::dsc_transition {

Sections::Sections(const StepCurve& curve)
    : curve_(curve), origin_(curve.T[curve.T.size() / 2]), level_(curve.y[curve.y.size() / 2]), sums_(1) {
    for (std::size_t i = 0; i < curve.T.size(); ++i) {
        const double x = curve.T[i] - origin_, y = curve.y[i] - level_;
        const Moments& last = sums_.back();
        sums_.push_back({last.x + x, last.xx + x * x, last.y + y, last.xy + x * y, last.yy + y * y});
    }
    const double range = curve.T.back() - curve.T.front();
    cells_per_K_ = range > 0 ? static_cast<double>(curve.T.size()) / range : 0;
    std::size_t i = 0;
    for (std::size_t cell = 0; cell <= curve.T.size(); ++cell) {
        while (i < curve.T.size() && cell_of(curve.T[i]) < cell) ++i;
        first_in_cell_.push_back(i);
    }
}

std::size_t Sections::cell_of(double T) const {
    const double cell = (T - curve_.T.front()) * cells_per_K_;
    return static_cast<std::size_t>(std::clamp(cell, 0.0, static_cast<double>(curve_.T.size())));
}

Section Sections::between(double from, double to) const {
    const auto n = curve_.T.size();
    Section out{first_in_cell_[cell_of(from)], 0};
    while (out.first < n && curve_.T[out.first] < from) ++out.first;
    out.end = std::max(out.first, first_in_cell_[cell_of(to)]);
    while (out.end < n && curve_.T[out.end] <= to) ++out.end;
    return out;
}

SectionLine Sections::line(const Section& section) const {
    const Moments &a = sums_[section.first], &b = sums_[section.end];
    const double n = static_cast<double>(section.end - section.first), x = (b.x - a.x) / n, y = (b.y - a.y) / n;
    SectionLine out;
    out.count = n;
    out.spread = (b.xx - a.xx) - n * x * x;
    out.slope = ((b.xy - a.xy) - n * x * y) / out.spread;
    out.middle = origin_ + x;
    out.level = level_ + y;
    out.squares = std::max(0.0, (b.yy - a.yy) - n * y * y - out.slope * out.slope * out.spread);
    return out;
}

/// The parabola's own part is that of q = x^2 less its line: coefficient sum(q y) / sum(q^2), times half the width squared.
Bend Sections::bend(const Section& section) const {
    const SectionLine fit = line(section);
    double squares = 0, cubes = 0;
    for (std::size_t i = section.first; i < section.end; ++i) {
        const double x = curve_.T[i] - fit.middle;
        squares += x * x;
        cubes += x * x * x;
    }
    double products = 0, norm = 0;
    for (std::size_t i = section.first; i < section.end; ++i) {
        const double x = curve_.T[i] - fit.middle, q = x * x - squares / fit.count - cubes / squares * x;
        products += q * (curve_.y[i] - fit.at(curve_.T[i]));
        norm += q * q;
    }
    const double half = (curve_.T[section.end - 1] - curve_.T[section.first]) / 2, scale = half * half;
    if (!(norm > 1e-12 * scale * scale)) return {};
    return {std::abs(products / norm) * scale, curve_.noise / std::sqrt(norm) * scale};
}

}  // namespace sluice::dsc_transition
