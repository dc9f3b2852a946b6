// SPDX-License-Identifier: BSD-3-Clause
// The coordination number: the integral of the radial distribution function between limits that are given or found.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "parts.hpp"

namespace sluice::order_metrics {
namespace {

constexpr double four_pi = 4 * std::numbers::pi;

/// RDF = r G + 4 pi rho r^2 at the points.
Doubles radial(const Points& points, double density) {
    Doubles out;
    for (std::size_t i = 0; i < points.size(); ++i)
        out.push_back(points.r[i] * points.reduced[i] + four_pi * density * points.r[i] * points.r[i]);
    return out;
}

/// Weights w of int_a^b f dr = sum w_i f_i for f that is straight between points.
Doubles weights_between(const Doubles& r, double a, double b) {
    Doubles out(r.size(), 0.0);
    for (std::size_t i = 0; i + 1 < r.size(); ++i) {
        const double first = std::max(a, r[i]), last = std::min(b, r[i + 1]);
        if (!(first < last)) continue;
        const double part = ((first + last) / 2 - r[i]) / (r[i + 1] - r[i]);
        out[i] += (last - first) * (1 - part);
        out[i + 1] += (last - first) * part;
    }
    return out;
}

double interpolated(const Doubles& r, const Doubles& f, double at) {
    const auto above = std::clamp<std::ptrdiff_t>(std::upper_bound(r.begin(), r.end(), at) - r.begin(), 1,
                                                  static_cast<std::ptrdiff_t>(r.size()) - 1);
    const auto i = static_cast<std::size_t>(above);
    const double part = (at - r[i - 1]) / (r[i] - r[i - 1]);
    return f[i - 1] + part * (f[i] - f[i - 1]);
}

/// Where the shell begins: the RDF has fallen to 0 in front of the peak, or to a minimum.
double foot(const Points& points, const Doubles& rdf, std::size_t top) {
    std::size_t i = top;
    while (i > 0 && rdf[i - 1] > 0 && rdf[i - 1] <= rdf[i]) --i;
    if (i == 0 || rdf[i - 1] > 0) return points.r[i];
    const double part = rdf[i - 1] / (rdf[i - 1] - rdf[i]);
    return points.r[i - 1] + part * (points.r[i] - points.r[i - 1]);
}

/// A maximum of a curve y = scale G + offset behind `begin` (or there), as an estimate by G and density.
struct Criterion {
    Doubles y, by_reduced, by_density;
};

Criterion criterion(const Points& points, Coordination rule, double density) {
    Criterion out;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double r = points.r[i], g = points.reduced[i];
        const double by_g = rule == Coordination::first_minimum     ? (r > 0 ? -1 / r : 0)
                            : rule == Coordination::symmetric_total ? 1
                                                                    : r;
        const double by_rho =
            rule == Coordination::first_minimum ? 0 : by_g * four_pi * r;  // -g has the density in its factor alone
        out.by_reduced.push_back(by_g);
        out.by_density.push_back(by_rho);
        out.y.push_back(by_g * g + by_rho * density);
    }
    return out;
}

/// The first maximum behind the top of G. That of T and of RDF belongs to the same peak: what they have more than G rises.
std::optional<Estimate> found_limit(const Points& points, std::size_t top, const Options& options, double foot_at) {
    const auto curve = criterion(points, options.coordination, options.density.per_cubic_angstrom);
    const bool minimum = options.coordination == Coordination::first_minimum;
    Range range{minimum ? points.r[top] : foot_at, points.r.back()};
    const auto all = maxima(points.r, curve.y, range);
    if (all.empty()) return std::nullopt;
    double largest = 0;
    for (const auto& each : all) largest = std::max(largest, each.prominence);
    const auto first = std::find_if(all.begin(), all.end(), [&](const Maximum& each) {
        return each.prominence >= options.smallest_prominence * largest && (minimum || each.top + 1 >= top);
    });
    if (first == all.end()) return std::nullopt;
    auto position = fit_polynomial(points.r, curve.y, *first).position;
    if (std::isnan(position.value)) return std::nullopt;
    for (std::size_t i = 0; i < points.size(); ++i) {
        position.by_density += position.gradient[i] * curve.by_density[i];
        position.gradient[i] *= curve.by_reduced[i];
    }
    return position;
}

/// The integral, and what its upper limit adds to its slopes. The smooth part 4 pi rho r^2 is summed like r G: where there are no
/// atoms the two cancel, and their errors of quadrature too.
Estimate integral(const Points& points, const Doubles& rdf, const Shell& shell) {
    Estimate out{0, weights_between(points.r, shell.from.value, shell.to.value)};
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double r = points.r[i], weight = out.gradient[i];
        out.value += weight * rdf[i];
        out.by_density += weight * four_pi * r * r;
        out.gradient[i] = weight * r;
    }
    out.add_slopes(shell.to, interpolated(points.r, rdf, shell.to.value));
    return out;
}

/// Limits that were found in one noisy curve, or points that are left out, are no fault of the recipe: a status, not an error.
bool covered(const Points& points, double a, double b) {
    return a < b && a >= points.r.front() - 1e-9 && b <= points.r.back() * (1 + 1e-9);
}

void scale(Estimate& estimate, double factor) {
    estimate.value *= factor;
    estimate.by_density *= factor;
    for (double& each : estimate.gradient) each *= factor;
}

}  // namespace

Shell coordination(const Points& points, std::optional<std::size_t> first_peak, const Options& options) {
    Shell shell;
    const double density = options.density.per_cubic_angstrom;
    if (options.coordination == Coordination::none || std::isnan(density) || points.size() < 2) return shell;
    const auto rdf = radial(points, density);
    if (options.coordination == Coordination::limits) {
        shell.from.value = *options.from;
        shell.to.value = *options.to;
        shell.at_edge = !covered(points, *options.from, *options.to);
        if (!shell.at_edge) shell.number = integral(points, rdf, shell);
        return shell;
    }
    if (!first_peak) return shell;
    shell.from.value = options.from ? *options.from : foot(points, rdf, *first_peak);
    const auto limit = found_limit(points, *first_peak, options, shell.from.value);
    shell.at_edge = !limit || !covered(points, shell.from.value, limit->value);
    if (shell.at_edge) return shell;
    shell.to = *limit;
    shell.number = integral(points, rdf, shell);
    if (options.coordination != Coordination::first_minimum) scale(shell.number, 2);
    return shell;
}

}  // namespace sluice::order_metrics
