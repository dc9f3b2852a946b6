// SPDX-License-Identifier: BSD-3-Clause
// A start from the points alone: for each tau and exponent of a grid the model is linear in amplitude and levels.
#include "start.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::kww_fit {
namespace {

/// Sums over the points of one level for a shape g.
struct Sums {
    double w = 0, g = 0, gg = 0, y = 0, gy = 0, yy = 0;

    void add(double weight, double shape, double value) {
        w += weight, g += weight * shape, gg += weight * shape * shape;
        y += weight * value, gy += weight * shape * value, yy += weight * value * value;
    }
};

/// One level with its shape's sums: the free one is eliminated.
struct Level {
    Sums sums;
    std::optional<double> fixed;

    [[nodiscard]] double curvature() const { return fixed || sums.w == 0 ? sums.gg : sums.gg - sums.g * sums.g / sums.w; }
    [[nodiscard]] double slope() const {
        if (fixed) return sums.gy - *fixed * sums.g;
        return sums.w == 0 ? 0 : sums.gy - sums.g * sums.y / sums.w;
    }
    [[nodiscard]] double at(double amplitude) const {
        if (fixed) return *fixed;
        return sums.w == 0 ? 0 : (sums.y - amplitude * sums.g) / sums.w;
    }
    [[nodiscard]] double chi_square(double a) const {
        const double level = at(a);
        return sums.yy + a * a * sums.gg + level * level * sums.w - 2 * a * sums.gy - 2 * level * sums.y + 2 * a * level * sums.g;
    }
};

/// Amplitude and levels for the shape g(place) at one tau.
struct Linear {
    double chi_square, amplitude, offset, unrelaxed;
};

template <class ShapeAt>
Linear solved(const Points& points, const Options& options, const ShapeAt& shape_at) {
    Level y{{}, options.offset}, storage{{}, {}};
    for (const auto& point : points.all) {
        const double g = part_of(point.part, options.response, shape_at(point.place));
        (point.part == Part::storage ? storage : y).sums.add(point.root_weight * point.root_weight, g, point.y);
    }
    const double curvature = y.curvature() + storage.curvature();
    const double free = curvature > 0 ? (y.slope() + storage.slope()) / curvature : 0, a = options.amplitude.value_or(free);
    return {y.chi_square(a) + storage.chi_square(a), a, y.at(a), storage.at(a)};
}

/// The response at evenly spaced ln(t / tau) or ln(omega tau), for all tau of the grid: linear between.
class Table {
public:
    Table(const Options& options, const Values& exponents, double first, double last) : first_(first) {
        Values at = exponents;
        at[log_tau] = 0;
        for (double u = first; u < last + 2 * step; u += step)
            values_.push_back(shape_of(options.domain, options.model, std::exp(u), at, false).value);
    }
    [[nodiscard]] Complex at(double log_x_tau) const {
        const double place = std::max((log_x_tau - first_) / step, 0.0);  // t = 0 is taken as the smallest there is
        const auto i = std::min(static_cast<std::size_t>(place), values_.size() - 2);
        const double part = place - static_cast<double>(i);
        return (1 - part) * values_[i] + part * values_[i + 1];
    }

    static constexpr double step = 0.25;

private:
    double first_;
    std::vector<Complex> values_;
};

void try_all_taus(const Points& points, const Options& options, const Values& exponents, Values& best, double& lowest) {
    const auto [from, to] = log_taus_within(points, options.domain);
    const double first = from - 3, last = to + 3;
    Doubles log_x;
    for (const double x : points.x) log_x.push_back(x > 0 ? std::log(x) : -1e3);
    const bool time = options.domain == Domain::time;  // ln(t / tau), else ln(omega tau)
    const Table table =
        time ? Table(options, exponents, from - last, to - first) : Table(options, exponents, first - to, last - from);
    for (double tau = first; tau <= last; tau += Table::step) {
        Values at = exponents;
        at[log_tau] = tau;
        const auto found =
            solved(points, options, [&](std::size_t place) { return table.at(log_x[place] + (time ? -tau : tau)); });
        if (!(found.chi_square < lowest)) continue;
        lowest = found.chi_square;
        at[amplitude] = found.amplitude;
        at[offset] = found.offset;
        at[unrelaxed] = found.unrelaxed;
        best = at;
    }
}

Doubles within(std::initializer_list<double> values, double lower, double upper) {
    Doubles out{std::sqrt(lower * upper)};
    for (const double each : values)
        if (lower < each && each < upper) out.push_back(each);
    return out;
}

std::vector<Values> exponents_to_try(const Options& options) {
    Values at{};
    at[beta] = at[alpha] = at[gamma_exponent] = 1;
    std::vector<Values> out;
    if (is_havriliak_negami(options.model)) {
        for (const double a : within({0.2, 0.4, 0.6, 0.8, 0.95}, options.smallest_exponent, 1)) {
            at[alpha] = a;
            if (options.model == Model::cole_cole)
                out.push_back(at);
            else
                for (const double g : within({0.3, 0.6, 0.9, 1.5}, options.smallest_exponent, options.largest_gamma))
                    at[gamma_exponent] = g, out.push_back(at);
        }
        return out;
    }
    if (options.model == Model::debye) return {at};
    if (options.beta) {
        at[beta] = *options.beta;
        return {at};
    }
    for (const double b : within({0.2, 0.35, 0.5, 0.7, 0.85, 0.97, 1.3, 1.7}, options.smallest_exponent, largest_beta(options)))
        at[beta] = b, out.push_back(at);
    return out;
}

}  // namespace

LogTaus log_taus_within(const Points& points, Domain domain) {
    double smallest = std::numeric_limits<double>::infinity(), largest = 0;
    for (const double x : points.x)
        if (x > 0) smallest = std::min(smallest, x), largest = std::max(largest, x);
    if (largest == 0) return {0, 0};
    const double low = std::log(smallest), high = std::log(largest);
    return domain == Domain::time ? LogTaus{low, high} : LogTaus{-high, -low};
}

LogTaus log_tau_bounds(const Points& points, Domain domain) {
    const auto [low, high] = log_taus_within(points, domain);
    return {low - std::log(1e3), high + std::log(1e3)};
}

double largest_beta(const Options& options) { return options.largest_beta.value_or(options.domain == Domain::time ? 2 : 1); }

double chi_square_of_constants(const Points& points, const Options& options) {
    double sum = 0;
    for (const bool storage : {false, true}) {
        const auto mine = [&](const Points::Point& point) { return (point.part == Part::storage) == storage; };
        double w = 0, wy = 0;
        for (const auto& point : points.all)
            if (mine(point)) w += point.root_weight * point.root_weight, wy += point.root_weight * point.root_weight * point.y;
        const double level = options.offset && !storage ? *options.offset : wy / w;
        for (const auto& point : points.all)
            if (mine(point)) sum += std::pow(point.root_weight * (point.y - level), 2);
    }
    return sum;
}

std::optional<Values> best_start(const Points& points, const Options& options) {
    Values best{};
    double lowest = std::numeric_limits<double>::infinity();
    for (const auto& exponents : exponents_to_try(options)) try_all_taus(points, options, exponents, best, lowest);
    return std::isfinite(lowest) ? std::optional(best) : std::nullopt;
}

}  // namespace sluice::kww_fit
