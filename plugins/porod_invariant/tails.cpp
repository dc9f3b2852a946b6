// SPDX-License-Identifier: BSD-3-Clause
// Tails: I = f(t; amplitude, shape) with t = q / edge, whose integral is amplitude edge^3 moment(shape).
#include "tails.hpp"

#include <algorithm>
#include <numbers>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::porod_invariant {
namespace {

using numerics::fail;
using Index = std::ptrdiff_t;

enum class Form { flat, guinier, power, porod };

struct Model {
    double value, by_amplitude, by_shape;
};

Model evaluate(Form form, double t, double amplitude, double shape) {
    switch (form) {
        case Form::flat: return {amplitude, 1, 0};
        case Form::guinier: {
            const double decay = std::exp(-shape * t * t);
            return {amplitude * decay, decay, -amplitude * t * t * decay};
        }
        case Form::power: {
            const double decay = std::pow(t, -shape);
            return {amplitude * decay, decay, -amplitude * std::log(t) * decay};
        }
        case Form::porod: break;
    }
    const double decay = 1 / (t * t * t * t);
    return {amplitude * decay + shape, decay, 1};
}

/// int_0^1 t^power exp(-x t^2) dt for power 2 or 4. The series serves small x, where the closed form cancels, and
/// x < 0 (a curve that rises with q), where all its terms are positive.
double gaussian_moment(int power, double x) {
    if (x > 1) {
        const double zeroth = std::sqrt(std::numbers::pi / x) / 2 * std::erf(std::sqrt(x));
        const double second = (zeroth - std::exp(-x)) / (2 * x);
        return power == 2 ? second : (3 * second - std::exp(-x)) / (2 * x);
    }
    double sum = 0, term = 1, k = 0;
    for (double added = 1; std::abs(added) > 1e-17 * std::abs(sum); ++k, term *= -x / k) {
        added = term / (2 * k + power + 1);
        sum += added;
    }
    return sum;
}

struct Moment {
    double value, by_shape;
};

Moment moment(Form form, bool low, double shape) {
    switch (form) {
        case Form::flat: return {1.0 / 3, 0};
        case Form::guinier: return {gaussian_moment(2, shape), -gaussian_moment(4, shape)};
        case Form::power: {
            const double inverse = 1 / (3 - shape), sign = low ? 1 : -1;
            return {sign * inverse, sign * inverse * inverse};
        }
        case Form::porod: break;
    }
    return {1, 0};
}

/// The points at one end of the data, in units of its edge; weights are 1/variance or 1.
struct Window {
    Doubles t, intensity, weight;
};

struct Fit {
    double amplitude = 0, shape = 0;
    bool converged = false;
};

/// J^T W J and J^T W r of the two parameters, with chi-square.
struct Normal {
    double aa = 0, as = 0, ss = 0, gradient_a = 0, gradient_s = 0, chi_square = 0;
};

struct Step {
    double amplitude, shape;
};

Normal normal_equations(Form form, const Window& window, const Fit& at) {
    Normal n;
    for (std::size_t i = 0; i < window.t.size(); ++i) {
        const Model m = evaluate(form, window.t[i], at.amplitude, at.shape);
        const double w = window.weight[i], residual = window.intensity[i] - m.value;
        n.aa += w * m.by_amplitude * m.by_amplitude;
        n.as += w * m.by_amplitude * m.by_shape;
        n.ss += w * m.by_shape * m.by_shape;
        n.gradient_a += w * m.by_amplitude * residual;
        n.gradient_s += w * m.by_shape * residual;
        n.chi_square += w * residual * residual;
    }
    if (form == Form::flat) n.ss = 1;  // has no shape: keeps the matrix regular and the step in shape 0
    return n;
}

/// Solves (J^T W J + damping diagonal) x = right side.
Step solve(const Normal& n, double damping, double right_a, double right_s) {
    const double aa = n.aa * (1 + damping), ss = n.ss * (1 + damping), determinant = aa * ss - n.as * n.as;
    return {(ss * right_a - n.as * right_s) / determinant, (aa * right_s - n.as * right_a) / determinant};
}

/// Start from the line log I = log A - shape x (x = t^2 or log t) over the positive points, weighted by I^2 times
/// their weight, as the error of log I is s / I. The linear forms may start anywhere, here at 0.
Fit start(Form form, const Window& window) {
    if (form == Form::flat || form == Form::porod) return {};
    double s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (std::size_t i = 0; i < window.t.size(); ++i) {
        if (window.intensity[i] <= 0) continue;
        const double x = form == Form::guinier ? window.t[i] * window.t[i] : std::log(window.t[i]);
        const double y = std::log(window.intensity[i]);
        const double w = window.weight[i] * window.intensity[i] * window.intensity[i];
        s += w, sx += w * x, sy += w * y, sxx += w * x * x, sxy += w * x * y;
    }
    const double slope = (s * sxy - sx * sy) / (s * sxx - sx * sx);
    return {std::exp((sy - slope * sx) / s), -slope, false};
}

/// Levenberg-Marquardt. Converged when an undamped step would change the curve by less than 1e-12 of itself.
/// With fewer than two positive points the start of a curved form, and so its fit, is NaN and does not converge.
Fit fit_window(Form form, const Window& window) {
    double power = 0;
    for (std::size_t i = 0; i < window.t.size(); ++i)
        power += window.weight[i] * window.intensity[i] * window.intensity[i];
    Fit fit = start(form, window);
    Normal normal = normal_equations(form, window, fit);
    double damping = 0;
    for (int iteration = 0; iteration < 200; ++iteration) {
        const Step full = solve(normal, 0, normal.gradient_a, normal.gradient_s);
        fit.converged = full.amplitude * normal.gradient_a + full.shape * normal.gradient_s <= 1e-24 * power;
        if (fit.converged) break;
        const Step step = solve(normal, damping, normal.gradient_a, normal.gradient_s);
        const Fit next{fit.amplitude + step.amplitude, fit.shape + step.shape, false};
        const Normal there = normal_equations(form, window, next);
        const bool better = there.chi_square <= normal.chi_square * (1 + 1e-12);  // rounding may raise it a little
        damping = better ? damping / 10 : std::max(1e-3, 10 * damping);
        if (!better) continue;
        fit = next;
        normal = there;
    }
    return fit;
}

Window window_at(const Points& points, std::size_t first, std::size_t count, double edge, const char* name) {
    Window window;
    for (std::size_t i = first; i < first + count; ++i) {
        const double variance = points.variance.empty() ? 1 : points.variance[i];
        if (variance == 0)
            fail<std::domain_error>("variance[", points.position[i], "] = 0 in the fit of the ", name,
                                    " tail, whose weights are 1/variance. Mask the point or drop the variances.");
        window.t.push_back(points.q[i] / edge);
        window.intensity.push_back(points.intensity[i]);
        window.weight.push_back(1 / variance);
    }
    return window;
}

void check_tail(Form form, const char* name, const Points& points, Index count, double edge) {
    const Index needed = form == Form::flat ? 1 : 2;
    if (count < needed)
        fail<std::invalid_argument>(name, "_points = ", count, ", must be at least ", needed, " for this tail.");
    if (count > static_cast<Index>(points.size()))
        fail<std::domain_error>("the ", name, " tail is fitted to ", count, " points and ", points.size(),
                                " can be used. Lower ", name, "_points or widen the range.");
    if (edge == 0)
        fail<std::domain_error>("the first used point is at q = 0, so there is no ", name, " tail. Set ", name,
                                "_tail = none.");
}

/// The parameters in the caller's units, with sigma where variances are known.
TailFit describe(Form form, const Fit& fit, const Normal& normal, std::size_t points, double edge, bool variances) {
    const double amplitude_unit = form == Form::porod ? std::pow(edge, 4) : 1;
    const double shape_unit = form == Form::guinier ? 1 / (edge * edge) : 1;
    TailFit described{{fit.amplitude * amplitude_unit, unknown}, {fit.shape * shape_unit, unknown}, unknown};
    if (!variances) return described;
    described.amplitude.sigma = amplitude_unit * std::sqrt(solve(normal, 0, 1, 0).amplitude);
    described.shape.sigma = form == Form::flat ? 0 : shape_unit * std::sqrt(solve(normal, 0, 0, 1).shape);
    const std::size_t parameters = form == Form::flat ? 1 : 2;
    if (points > parameters)
        described.reduced_chi_square = normal.chi_square / static_cast<double>(points - parameters);
    return described;
}

/// Or cannot be told from one that does: two standard errors are asked for, where they are known.
bool diverges(bool low, const Value& exponent) {
    const double margin = low ? 3 - exponent.value : exponent.value - 3;
    return !(margin > 0) || margin < 2 * exponent.sigma;
}

Tail fit_tail(Form form, bool low, Index wanted, const Points& points) {
    const char* name = low ? "low" : "high";
    const double edge = low ? points.q.front() : points.q.back();
    check_tail(form, name, points, wanted, edge);
    const auto count = static_cast<std::size_t>(wanted);
    const std::size_t first = low ? 0 : points.size() - count;
    const Window window = window_at(points, first, count, edge, name);
    const Fit fit = fit_window(form, window);
    const Normal normal = normal_equations(form, window, fit);

    Tail tail{Status::ok, {unknown, unknown, unknown}, {}, Doubles(points.size())};
    tail.fit = describe(form, fit, normal, count, edge, !points.variance.empty());
    if (!fit.converged || (form == Form::power && diverges(low, tail.fit.shape))) {
        tail.status = fit.converged ? Status::divergent : Status::tail_not_fitted;
        return tail;
    }
    const Moment m = moment(form, low, fit.shape);
    const double volume = edge * edge * edge;
    const Step chain = solve(normal, 0, volume * m.value, volume * fit.amplitude * m.by_shape);
    for (std::size_t i = 0; i < count; ++i) {
        const Model at = evaluate(form, window.t[i], fit.amplitude, fit.shape);
        tail.gradient[first + i] =
            window.weight[i] * (at.by_amplitude * chain.amplitude + at.by_shape * chain.shape);
    }
    tail.part = {volume * fit.amplitude * m.value, sigma_of(tail.gradient, points), unknown};
    return tail;
}

}  // namespace

Tail low_tail(const Options& options, const Points& points) {
    switch (options.low) {
        case LowTail::none: break;
        case LowTail::flat: return fit_tail(Form::flat, true, options.low_points, points);
        case LowTail::guinier: return fit_tail(Form::guinier, true, options.low_points, points);
        case LowTail::power: return fit_tail(Form::power, true, options.low_points, points);
    }
    return {Status::ok, {}, {}, Doubles(points.size())};
}

Tail high_tail(const Options& options, const Points& points) {
    switch (options.high) {
        case HighTail::none: break;
        case HighTail::power: return fit_tail(Form::power, false, options.high_points, points);
        case HighTail::porod: return fit_tail(Form::porod, false, options.high_points, points);
    }
    return {Status::ok, {}, {}, Doubles(points.size())};
}

}  // namespace sluice::porod_invariant
