// SPDX-License-Identifier: BSD-3-Clause
// York's iteration for slope 1/k and intercept -c, and their covariance through the native points.
#include "match.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace sluice::merge_curves {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// A = slope B + intercept.
struct Line {
    double slope, intercept;
};

struct Fit {
    const std::vector<Pair>& pairs;
    bool weighted, free_slope, free_intercept;

    [[nodiscard]] double weight(const Pair& p, double slope) const {
        return weighted ? 1 / (p.var_a + slope * slope * p.var_b) : 1;
    }
    /// The best estimate of the true B of a pair (York's adjusted point).
    [[nodiscard]] double adjusted(const Pair& p, const Line& line) const {
        return p.b + line.slope * p.var_b * weight(p, line.slope) * (p.a - line.slope * p.b - line.intercept);
    }
    [[nodiscard]] std::ptrdiff_t parameters() const {
        return static_cast<std::ptrdiff_t>(free_slope) + static_cast<std::ptrdiff_t>(free_intercept);
    }
};

struct Means {
    double weight = 0, a = 0, b = 0;
};

/// Weighted means that the line passes through; 0 without an intercept, where it passes through the origin.
Means means(const Fit& fit, double slope) {
    Means m;
    for (const Pair& p : fit.pairs) {
        const double w = fit.weight(p, slope);
        m.weight += w;
        m.a += w * p.a;
        m.b += w * p.b;
    }
    if (!fit.free_intercept) return {m.weight, 0, 0};
    return {m.weight, m.a / m.weight, m.b / m.weight};
}

Line next(const Fit& fit, const Line& line) {
    const Means m = means(fit, line.slope);
    double up = 0, down = 0;
    for (const Pair& p : fit.pairs) {
        const double lever = fit.weight(p, line.slope) * (fit.adjusted(p, line) - m.b);
        up += lever * (p.a - m.a);
        down += lever * (p.b - m.b);
    }
    const double slope = fit.free_slope ? up / down : line.slope;
    return {slope, fit.free_intercept ? m.a - slope * m.b : line.intercept};
}

bool converged(const Line& a, const Line& b, double size) {
    return std::abs(a.slope - b.slope) <= 1e-13 * std::abs(a.slope) && std::abs(a.intercept - b.intercept) <= 1e-13 * size;
}

std::optional<Line> solve(const Fit& fit, Line line) {
    double size = 0;
    for (const Pair& p : fit.pairs) size = std::max(size, std::abs(p.a));
    for (int i = 0; i < 500; ++i) {
        const Line better = next(fit, line);
        if (!std::isfinite(better.slope) || !std::isfinite(better.intercept)) return std::nullopt;
        if (converged(better, line, size)) return better;
        line = better;
    }
    return std::nullopt;
}

/// From the plain least-squares line, which needs no start.
Line start(const Fit& fit, std::optional<double> slope) {
    Line line{slope.value_or(1), 0};
    const Fit plain{fit.pairs, false, fit.free_slope, fit.free_intercept};
    std::vector<Pair> exact(fit.pairs);
    for (Pair& p : exact) p.var_b = 0;
    return next({exact, false, plain.free_slope, plain.free_intercept}, line);
}

/// Symmetric, of slope and of the value at the mean of B.
struct Matrix {
    double ss = 0, si = 0, ii = 0;
};

/// J^-1 M J^-1; a parameter that is not free has the row 0.
Matrix sandwich(Matrix j, Matrix m, const Fit& fit) {
    if (!fit.free_slope) return {0, 0, m.ii / (j.ii * j.ii)};
    if (!fit.free_intercept) return {m.ss / (j.ss * j.ss), 0, 0};
    const double det = j.ss * j.ii - j.si * j.si;
    const double a = j.ii / det, b = -j.si / det, c = j.ss / det;  // the inverse
    return {a * a * m.ss + 2 * a * b * m.si + b * b * m.ii, a * b * m.ss + (a * c + b * b) * m.si + b * c * m.ii,
            b * b * m.ss + 2 * b * c * m.si + c * c * m.ii};
}

/// What each point of the second curve does through all pairs that it serves.
struct Pull {
    double s = 0, i = 0;
};

Matrix covariance(const Fit& fit, const Line& line, const Curves& second) {
    const Means m = means(fit, line.slope);
    Matrix j, score;
    std::vector<Pull> pulls(second.values.size());
    for (const Pair& p : fit.pairs) {
        const double w = fit.weight(p, line.slope), x = fit.adjusted(p, line) - m.b;
        j.ss += w * (x * x - p.var_a * p.var_b * w);  // x^2 without the noise that is in it
        j.si += w * x;
        j.ii += w;
        score.ss += w * w * p.var_a * x * x;
        score.si += w * w * p.var_a * x;
        score.ii += w * w * p.var_a;
        for (std::size_t k = 0; k < 2; ++k) {
            pulls[p.node[k]].s += w * p.share[k] * x;
            pulls[p.node[k]].i += w * p.share[k];
        }
    }
    for (std::size_t k = 0; k < pulls.size() && !second.variances.empty(); ++k) {
        if (pulls[k].s == 0 && pulls[k].i == 0) continue;
        const double variance = line.slope * line.slope * second.variances[k];
        score.ss += variance * pulls[k].s * pulls[k].s;
        score.si += variance * pulls[k].s * pulls[k].i;
        score.ii += variance * pulls[k].i * pulls[k].i;
    }
    if (!fit.weighted) score = j;  // all residuals have one variance, which the caller knows
    Matrix out = sandwich(j, score, fit);
    out.ii += m.b * m.b * out.ss - 2 * m.b * out.si;  // from the mean of B to B = 0
    out.si -= m.b * out.ss;
    return out;
}

double chi_square(const Fit& fit, const Line& line) {
    double sum = 0;
    for (const Pair& p : fit.pairs) {
        const double off = p.a - line.slope * p.b - line.intercept;
        sum += fit.weight(p, line.slope) * off * off;
    }
    return sum;
}

Match nothing(Status status, std::size_t points) {
    return {status, unknown, unknown, unknown, unknown, unknown, unknown, static_cast<std::ptrdiff_t>(points)};
}

Match result(const Fit& fit, const Line& line, const Curves& second, const Options& options) {
    const auto n = static_cast<std::ptrdiff_t>(fit.pairs.size()), left = n - fit.parameters();
    const double reduced = left > 0 ? chi_square(fit, line) / static_cast<double>(left) : unknown;
    Matrix cov;
    if (fit.parameters() > 0) {
        cov = covariance(fit, line, second);
        const double factor = fit.weighted ? 1 : reduced;
        cov = {cov.ss * factor, cov.si * factor, cov.ii * factor};
    }
    const double k = options.scale.value_or(1 / line.slope);
    return {Status::ok,
            k,
            fit.free_slope ? cov.ss * k * k * k * k : 0,
            -line.intercept + 0.0,
            fit.free_intercept ? cov.ii : 0,
            fit.free_slope && fit.free_intercept ? cov.si * k * k : 0,
            fit.weighted ? reduced : unknown,
            n};
}

}  // namespace

Match match(const Curves& first, const Curves& second, const Options& options) {
    const auto pairs = pairs_of(first, second, options.range);
    const Fit fit{pairs, !first.variances.empty(), !options.scale, options.offset};
    const auto slope = options.scale ? std::optional(1 / *options.scale) : std::nullopt;
    if (options.scale && !(*options.scale > 0 && std::isfinite(*options.scale)))
        return nothing(Status::not_matched, pairs.size());
    if (static_cast<std::ptrdiff_t>(pairs.size()) < fit.parameters()) return nothing(Status::too_few_points, pairs.size());
    if (fit.parameters() == 0) return result(fit, {*slope, 0}, second, options);
    const auto line = solve(fit, start(fit, slope));
    if (!line || !(line->slope > 0)) return nothing(Status::not_matched, pairs.size());
    return result(fit, *line, second, options);
}

}  // namespace sluice::merge_curves
