// SPDX-License-Identifier: BSD-3-Clause
// Amplitudes by linear least squares within bounds, and the way down into a valley.
#include "descent.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::saxs_model {
namespace {

using Columns = std::array<double, n_linear>;

Columns columns_at(const Shape& shape, std::size_t i, double q) {
    return {shape.form_factor[i] * shape.structure_factor[i], shape.form_factor[i], power_law(q), 1};
}

template <std::size_t N>
using Square = std::array<std::array<double, N>, N>;

/// Solves the normal equations of the unknowns in `active`, by Cholesky with unit diagonal, which `damping` is added to; the
/// others are left as they are. False: they depend on each other.
template <std::size_t N>
bool solve(const Square<N>& square, const std::array<double, N>& right, const std::array<bool, N>& active, double damping,
           std::array<double, N>& out) {
    std::array<std::size_t, N> at{};
    std::size_t n = 0;
    for (std::size_t k = 0; k < N; ++k)
        if (active[k]) at[n++] = k;
    Square<N> lower;
    std::array<double, N> y, scale;
    for (std::size_t i = 0; i < n; ++i) {
        scale[i] = std::sqrt(square[at[i]][at[i]]);
        if (!(scale[i] > 0)) return false;
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = square[at[i]][at[j]] / (scale[i] * scale[j]) + (i == j ? damping : 0);
            for (std::size_t k = 0; k < j; ++k) sum -= lower[i][k] * lower[j][k];
            if (i == j && !(sum > 1e-12)) return false;
            lower[i][j] = i == j ? std::sqrt(sum) : sum / lower[j][j];
        }
        y[i] = right[at[i]] / scale[i];
        for (std::size_t k = 0; k < i; ++k) y[i] -= lower[i][k] * y[k];
        y[i] /= lower[i][i];
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = i + 1; k < n; ++k) y[i] -= lower[k][i] * y[k];
        y[i] /= lower[i][i];
        out[at[i]] = y[i] / scale[i];
    }
    return true;
}

}  // namespace

double solve_amplitudes(const Points& points, const Shape& shape, const Options& options, Values& values) {
    Square<n_linear> square{};
    Columns right{}, found{};
    std::array<bool, n_linear> active{};
    for (std::size_t k = 0; k < n_linear; ++k) {
        const auto& known = options.parameters[n_nonlinear + k];
        active[k] = uses(options.kind, n_nonlinear + k) && !known.fixed;
        found[k] = uses(options.kind, n_nonlinear + k) ? known.fixed.value_or(0) : 0;
    }
    double total = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const auto columns = columns_at(shape, i, points.q[i]);
        double left = points.intensity[i];
        for (std::size_t k = 0; k < n_linear; ++k)
            if (!active[k]) left -= found[k] * columns[k];
        total += points.weight[i] * left * left;
        for (std::size_t k = 0; k < n_linear; ++k) {
            right[k] += points.weight[i] * columns[k] * left;
            for (std::size_t l = 0; l <= k; ++l) square[k][l] += points.weight[i] * columns[k] * columns[l];
        }
    }
    for (std::size_t k = 0; k < n_linear; ++k)
        for (std::size_t l = 0; l < k; ++l) square[l][k] = square[k][l];
    auto moving = active;
    for (bool again = true; again;) {  // one that leaves its bounds is put on it, and the others are solved anew
        again = false;
        Columns reduced = right;
        for (std::size_t k = 0; k < n_linear; ++k)
            for (std::size_t l = 0; l < n_linear; ++l)
                if (active[l] && !moving[l]) reduced[k] -= square[k][l] * found[l];
        if (!solve(square, reduced, moving, 0.0, found)) return unknown;
        for (std::size_t k = 0; k < n_linear && !again; ++k) {
            const auto& known = options.parameters[n_nonlinear + k];
            if (!moving[k] || (found[k] >= known.lower && found[k] <= known.upper)) continue;
            found[k] = std::clamp(found[k], known.lower, known.upper);
            moving[k] = false;
            again = true;
        }
    }
    double explained = 0;
    for (std::size_t k = 0; k < n_linear; ++k) {
        values[n_nonlinear + k] = found[k];
        if (!active[k]) continue;
        explained += 2 * found[k] * right[k];
        for (std::size_t l = 0; l < n_linear; ++l)
            if (active[l]) explained -= found[k] * square[k][l] * found[l];
    }
    return total - explained;
}

namespace {

double cost_at(const Points& points, const Options& options, const Values& values) {
    const Shape shape = shape_of(options.kind, points.q, values, false);
    double sum = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double residual = intensity(shape, i, points.q[i], values) - points.intensity[i];
        sum += points.weight[i] * residual * residual;
    }
    return sum;
}

struct Normal {
    Square<n_parameters> square{};
    Values downhill{};
};

Normal normal_equations(const Points& points, const Options& options, const Values& values) {
    const Shape shape = shape_of(options.kind, points.q, values, true);
    Normal normal;
    Values slopes;
    for (std::size_t i = 0; i < points.size(); ++i) {
        intensity_slopes(shape, i, points.q[i], values, slopes);
        const double residual = points.weight[i] * (points.intensity[i] - intensity(shape, i, points.q[i], values));
        for (std::size_t k = 0; k < n_parameters; ++k) {
            normal.downhill[k] += slopes[k] * residual;
            for (std::size_t l = 0; l <= k; ++l) normal.square[k][l] += points.weight[i] * slopes[k] * slopes[l];
        }
    }
    return normal;
}

}  // namespace

double descend(const Points& points, const Options& options, Values& values) {
    constexpr int steps = 20;
    constexpr double enough = 1e-4;  // relative: the fit itself goes on from here
    std::array<bool, n_parameters> free{};
    for (std::size_t k = 0; k < n_parameters; ++k) free[k] = uses(options.kind, k) && !options.parameters[k].fixed;
    double cost = cost_at(points, options, values), damping = 1e-3;
    for (int step = 0; step < steps && damping < 1e6;) {
        const Normal normal = normal_equations(points, options, values);
        for (bool lower = false; !lower && damping < 1e6; ++step) {
            Values change{}, next = values;
            const bool solved = solve(normal.square, normal.downhill, free, damping, change);
            for (std::size_t k = 0; k < n_parameters; ++k)
                if (free[k])
                    next[k] = std::clamp(values[k] + change[k], options.parameters[k].lower, options.parameters[k].upper);
            const double there = solved ? cost_at(points, options, next) : unknown;
            lower = there < cost;
            damping *= lower ? 0.1 : 10;
            if (!lower) continue;
            const bool done = there > cost * (1 - enough);
            values = next;
            cost = there;
            if (done) return cost;
        }
    }
    return cost;
}

}  // namespace sluice::saxs_model
