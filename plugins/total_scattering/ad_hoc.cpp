// SPDX-License-Identifier: BSD-3-Clause
// Polynomials in u = Q / range.to as shifted Chebyshev polynomials T_k(2u - 1), which span the same functions as powers of Q.
#include "ad_hoc.hpp"

#include <cmath>
#include <numbers>
#include <stdexcept>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/linear_fit.hpp>

namespace sluice::total_scattering {
namespace {

using Doubles = std::vector<double>;

constexpr double most_terms = 60;

/// T_0(x) ... T_{count-1}(x) appended.
void append_chebyshev(double x, std::size_t count, Doubles& out) {
    double before = x, now = 1;  // T_1 stands for T_-1, which it equals
    for (std::size_t k = 0; k < count; ++k) {
        out.push_back(now);
        const double next = 2 * x * now - before;
        before = now;
        now = next;
    }
}

/// sum_k c_k T_k(x)
double chebyshev_sum(const Doubles& c, double x) {
    Doubles basis;
    append_chebyshev(x, c.size(), basis);
    double sum = 0;
    for (std::size_t k = 0; k < c.size(); ++k) sum += c[k] * basis[k];
    return sum;
}

/// Coefficients in Chebyshev polynomials of the best P with this many terms; empty when not solved.
Doubles coefficients(const Points& points, const Doubles& f, double end, std::size_t terms) {
    Doubles design;
    design.reserve(f.size() * terms);
    for (const double q : points.q) {
        const std::size_t begin = design.size();
        append_chebyshev(2 * q / end - 1, terms, design);
        for (std::size_t k = begin; k < design.size(); ++k) design[k] *= q;
    }
    const auto fit = numerics::linear_fit(design, static_cast<std::ptrdiff_t>(terms), f);
    return fit.solved ? fit.values : Doubles();
}

/// sum_k c_k T_k(2u - 1) in powers of u.
Doubles to_powers(const Doubles& c) {
    Doubles before{0}, now{1}, sum(c.size(), 0);
    for (std::size_t k = 0; k < c.size(); ++k) {
        for (std::size_t j = 0; j < now.size() && j < sum.size(); ++j) sum[j] += c[k] * now[j];
        Doubles next(now.size() + 1, 0);  // 2 (2u - 1) T_k - T_{k-1}; half of it for k = 0
        const double twice = k == 0 ? 1 : 2;
        for (std::size_t j = 0; j < now.size(); ++j) {
            next[j] -= twice * now[j];
            next[j + 1] += 2 * twice * now[j];
        }
        for (std::size_t j = 0; j < before.size() && k > 0; ++j) next[j] -= before[j];
        before = std::move(now);
        now = std::move(next);
    }
    return sum;
}

/// F in the range, NaN elsewhere.
Doubles to_fit(const Points& points, double scale, const Range& range) {
    Doubles f(points.q.size(), unknown);
    for (std::size_t i = 0; i < f.size(); ++i)
        if (numerics::inside(points.q[i], range.from, range.to))
            f[i] = points.q[i] * (scale * points.intensity[i] / points.square_mean[i] - 1);
    return f;
}

/// The coefficients of both whole orders, mixed; empty when one is not solved.
Doubles mixed_coefficients(const Points& points, const Doubles& f, double end, double order) {
    const auto more = static_cast<std::size_t>(std::ceil(order)), fewer = static_cast<std::size_t>(std::floor(order));
    Doubles mixed = coefficients(points, f, end, more);
    if (more == fewer || mixed.empty()) return mixed;
    const double part = order - std::floor(order);
    for (double& each : mixed) each *= part;
    if (fewer == 0) return mixed;
    const Doubles other = coefficients(points, f, end, fewer);
    if (other.empty()) return {};
    for (std::size_t k = 0; k < fewer; ++k) mixed[k] += (1 - part) * other[k];
    return mixed;
}

}  // namespace

Estimate ad_hoc_scale(const Points& points, const Range& range) {
    double sum = 0, squares = 0;
    std::vector<std::size_t> used;
    for (std::size_t i = 0; i < points.q.size(); ++i) {
        if (!numerics::inside(points.q[i], range.from, range.to) || !std::isfinite(points.intensity[i])) continue;
        const double x = points.intensity[i] / points.square_mean[i];
        sum += x;
        squares += x * x;
        used.push_back(i);
    }
    if (!(squares > 0)) return {};
    Estimate scale{sum / squares, points.variance.empty() ? unknown : 0};
    if (points.variance.empty()) return scale;
    for (const auto i : used) {
        const double x = points.intensity[i] / points.square_mean[i];
        const double by_i = (1 - 2 * scale.value * x) / squares / points.square_mean[i];
        scale.variance += by_i * by_i * points.variance[i];
    }
    return scale;
}

double polynomial_order(double r_poly_angstrom, double q_max_inv_angstrom) {
    return r_poly_angstrom * q_max_inv_angstrom / std::numbers::pi;
}

void check_order(double order) {
    if (!(order >= 0 && order <= most_terms))
        numerics::fail<std::invalid_argument>("the polynomial has ", order, " terms (r_poly q_max_instrument / pi); 0 to ",
                                              most_terms, " are possible. Lower r_poly or q_max_instrument.");
}

SlowPart slow_part(const Points& points, double scale, const Range& range, double order) {
    check_order(order);
    const auto terms = static_cast<std::size_t>(std::ceil(order));
    SlowPart slow{Doubles(points.q.size(), unknown), Doubles(terms, unknown), terms == 0};
    const Doubles c = terms == 0 ? Doubles() : mixed_coefficients(points, to_fit(points, scale, range), range.to, order);
    if (c.size() < terms) return slow;
    slow.found = true;
    for (std::size_t i = 0; i < points.q.size(); ++i)
        if (numerics::inside(points.q[i], range.from, range.to)) slow.curve[i] = chebyshev_sum(c, 2 * points.q[i] / range.to - 1);
    slow.terms = to_powers(c);
    double power = 1;
    for (double& term : slow.terms) {
        term /= power;
        power *= range.to;
    }
    return slow;
}

}  // namespace sluice::total_scattering
