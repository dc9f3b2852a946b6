// SPDX-License-Identifier: BSD-3-Clause
// Ranges are inclusive, with the slack of limits that were given in another unit.
#include "grids.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/fail.hpp>

namespace sluice::pair_distribution {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double most_points = 1e6;

std::size_t index(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }

double even_step(std::span<const double> q) {
    const double step = q.size() < 2 ? 0 : (q.back() - q.front()) / static_cast<double>(q.size() - 1);
    for (std::size_t k = 0; k < q.size(); ++k)
        if (!(std::abs(q[k] - q[0] - static_cast<double>(k) * step) <= 1e-6 * step))
            numerics::fail<std::invalid_argument>("r_grid = natural needs evenly spaced q, but the step changes at ", q[k],
                                                  " 1/angstrom. Set r_grid to exact.");
    return step;
}

}  // namespace

void check(const Options& options) {
    const auto positive = [](const char* name, double value) {
        if (!(value > 0) || !std::isfinite(value))
            numerics::fail<std::invalid_argument>(name, " = ", value, ", must be above 0.");
    };
    positive("q_max", options.q_max);
    positive("r_max", options.r_max);
    positive("r_step", options.r_step);
    for (const double each : options.scan) positive("q_max_scan", each);
    if (options.low_q_points < 1)
        numerics::fail<std::invalid_argument>("low_q_points = ", options.low_q_points, ", must be at least 1.");
    if (options.passes > 0 && !options.low_r_limit)
        numerics::fail<std::invalid_argument>("passes = ", options.passes,
                                              " needs low_r_limit, below which no atoms are. Give it, or set passes to 0.");
    if (options.q_min && !(*options.q_min < options.q_max))
        numerics::fail<std::invalid_argument>("q_min = ", *options.q_min, " must be below q_max = ", options.q_max, ".");
}

std::vector<double> RGrid::points() const {
    std::vector<double> out;
    for (std::ptrdiff_t j = 0; j < count; ++j) out.push_back(static_cast<double>(j) * step);
    return out;
}

RGrid r_grid(std::span<const double> q, const Options& options) {
    check(options);
    RGrid out{options.r_step, 0};
    if (options.natural) {
        const double whole = std::numbers::pi / even_step(q);
        out.step = whole / std::max(1.0, std::round(whole / options.r_step));
    }
    const double intervals = std::floor(options.r_max / out.step * (1 + 1e-9));
    if (!(intervals < most_points))
        numerics::fail<std::invalid_argument>("r_max / r_step gives ", intervals, " points, must be less than ", most_points,
                                              ". Raise r_step.");
    out.count = static_cast<std::ptrdiff_t>(intervals) + 1;
    return out;
}

std::ptrdiff_t last_point(std::span<const double> q, double q_max) {
    if (q.empty() || !numerics::inside(q_max, 0, q.back()))
        numerics::fail<std::invalid_argument>("q_max = ", q_max, " 1/angstrom is beyond the data, whose largest q is ",
                                              q.empty() ? unknown : q.back(), " 1/angstrom. Set q_max to that or lower.");
    std::ptrdiff_t last = -1;
    while (last + 1 < std::ssize(q) && numerics::inside(q[index(last + 1)], -q_max, q_max)) ++last;
    if (last < 1)
        numerics::fail<std::invalid_argument>("only ", last + 1, " points lie at or below q_max = ", q_max,
                                              " 1/angstrom; the data begin at ", q.front(), " 1/angstrom. Raise q_max.");
    return last;
}

std::ptrdiff_t first_point(std::span<const double> q, std::span<const std::uint8_t> mask, std::optional<double> q_min) {
    for (std::ptrdiff_t k = 0; k < std::ssize(q); ++k) {
        const bool below = q_min && !numerics::inside(q[index(k)], *q_min, std::numeric_limits<double>::max());
        if (!below && (mask.empty() || mask[index(k)] == 0)) return k;
    }
    return std::ssize(q);
}

}  // namespace sluice::pair_distribution
