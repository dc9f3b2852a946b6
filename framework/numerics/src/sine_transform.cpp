// SPDX-License-Identifier: BSD-3-Clause
// Which way the grids allow, and what all ways have in common.
#include <sluice/numerics/sine_transform.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <numeric>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

#include <sluice/numerics/fftw_plan.hpp>

#include "sine_methods.hpp"

namespace sluice::numerics {
namespace {

constexpr double phase_tolerance = 1e-11;

double largest(std::span<const double> points) {
    double out = 0;
    for (const double each : points) out = std::max(out, std::abs(each));
    return out;
}

void check_finite(std::span<const double> points, const char* name) {
    for (std::size_t i = 0; i < points.size(); ++i)
        if (!std::isfinite(points[i]))
            fail<std::invalid_argument>(name, " has ", points[i], " at index ", i, ", must be finite.");
}

// Times of the three ways, measured; the unit is about a nanosecond.
double work_of_chirp_z(std::int64_t n, std::int64_t m) {
    const auto length = static_cast<double>(chirp_length(n, m));
    return 2 * length * std::log2(length + 1);
}
double work_of_lattice(std::int64_t n) {
    constexpr double slow = 5;  // the transform with a large prime factor
    return static_cast<double>(n) * std::log2(static_cast<double>(n) + 1) * (has_small_factors(n, 31) ? 1 : slow);
}
double work_of_direct(std::int64_t n, std::int64_t m) { return static_cast<double>(n) * static_cast<double>(m); }

constexpr double longest = 1 << 30;  ///< transform

/// A grid as whole multiples of a step, as far as it is one: the first point is off by `error` steps.
struct Multiples {
    std::int64_t first;
    double step, largest, error;  ///< largest: multiple, absolute
};

std::optional<Multiples> multiples(const EvenGrid& grid) {
    const double first = std::round(grid.first / grid.step), last = first + static_cast<double>(grid.count - 1);
    if (!(std::max(std::abs(first), std::abs(last)) < longest)) return std::nullopt;
    const bool from_last = std::abs(last) >= std::abs(first);  // the longer arm gives the finer step
    const double step = from_last ? (grid.first + (last - first) * grid.step) / last : grid.first / first;
    const double error =
        from_last ? std::abs(grid.first / step - first) : std::abs((grid.first + (last - first) * grid.step) / step - last);
    return Multiples{static_cast<std::int64_t>(first), step, std::max(std::abs(first), std::abs(last)), error};
}

}  // namespace

std::vector<double> trapezoid_weights(std::span<const double> x) {
    for (std::size_t i = 1; i < x.size(); ++i)
        if (!(x[i] > x[i - 1]))
            fail<std::invalid_argument>("x must increase strictly, but has ", x[i], " at index ", i, " after ", x[i - 1], ".");
    check_finite(x, "x");
    std::vector<double> weights(x.size(), 0.0);
    for (std::size_t i = 1; i < x.size(); ++i) {
        const double half = (x[i] - x[i - 1]) / 2;
        weights[i - 1] += half;
        weights[i] += half;
    }
    return weights;
}

std::optional<EvenGrid> even_grid(std::span<const double> points, double tolerance) {
    if (points.size() < 2) return std::nullopt;
    const double step = (points.back() - points.front()) / static_cast<double>(points.size() - 1);
    if (step == 0) return std::nullopt;
    for (std::size_t i = 0; i < points.size(); ++i)
        if (!(std::abs(points[i] - (points[0] + static_cast<double>(i) * step)) <= tolerance)) return std::nullopt;
    return EvenGrid{points[0], step, static_cast<std::int64_t>(points.size())};
}

std::optional<Lattice> common_lattice(const EvenGrid& x, const EvenGrid& y, double tolerance) {
    const auto along_x = multiples(x), along_y = multiples(y);
    if (!along_x || !along_y || !(along_x->step * along_y->step > 0)) return std::nullopt;
    const double n = std::round(std::numbers::pi / (along_x->step * along_y->step));
    if (!(n >= 1 && n < longest)) return std::nullopt;
    const double phase = std::abs(along_x->step * along_y->step - std::numbers::pi / n) * along_x->largest * along_y->largest;
    const double shift_x = along_x->error * along_y->largest * std::abs(along_y->step);
    const double shift_y = along_y->error * along_x->largest * std::abs(along_x->step);
    if (!(std::max({phase, shift_x, shift_y}) <= tolerance)) return std::nullopt;
    return Lattice{along_x->first, x.count, along_y->first, y.count, static_cast<std::int64_t>(n)};
}

struct SineSum::State {
    std::vector<double> x, y;
    std::optional<EvenGrid> even_x, even_y;
    std::optional<Lattice> lattice;
    Way way = Way::direct;
    std::unique_ptr<const SineMethod> method;

    State(std::span<const double> of_x, std::span<const double> of_y, Way wanted)
        : x(of_x.begin(), of_x.end()), y(of_y.begin(), of_y.end()) {
        check_finite(x, "x");
        check_finite(y, "y");
        const double phases = largest(x) * largest(y);
        const double tolerance = phase_tolerance + 8 * std::numeric_limits<double>::epsilon() * phases;
        even_x = even_grid(x, tolerance / largest(y));
        even_y = even_grid(y, tolerance / largest(x));
        if (even_x && even_y) lattice = common_lattice(*even_x, *even_y, tolerance);
        way = wanted == Way::automatic ? quickest() : wanted;
        prepare();
    }

    void prepare() {
        if (way == Way::direct) method = direct_sums(x, y, even_x, even_y);
        if (way == Way::chirp_z) {
            if (!even_x || !even_y)
                fail<std::invalid_argument>(
                    "the way 'chirp_z' needs two evenly spaced grids of 2 or more points. Use 'automatic'.");
            method = chirp_z_sums(*even_x, *even_y);
        }
        if (way == Way::dst) {
            if (!lattice)
                fail<std::invalid_argument>(
                    "the way 'dst' needs x = k dx and y = j dy, k and j whole, dx dy = pi / N. Use 'automatic'.");
            method = lattice_sums(*lattice);
        }
    }

    [[nodiscard]] Way quickest() const {
        const auto n = std::ssize(x), m = std::ssize(y);
        if (!even_x || !even_y) return Way::direct;
        const double chirp_z = work_of_chirp_z(n, m);
        const double dst = lattice ? work_of_lattice(lattice->n) : std::numeric_limits<double>::infinity();
        if (work_of_direct(n, m) <= std::min(chirp_z, dst)) return Way::direct;
        return dst <= chirp_z ? Way::dst : Way::chirp_z;
    }

    /// False when the sums are told without summing: then `out` is filled.
    [[nodiscard]] bool to_sum(std::span<const double> a, std::span<double> out) const {
        if (a.size() != x.size() || out.size() != y.size())
            fail<std::invalid_argument>("a has ", a.size(), " and out ", out.size(), " elements; x has ", x.size(), " and y ",
                                        y.size(), ".");
        const bool finite = std::all_of(a.begin(), a.end(), [](double each) { return std::isfinite(each); });
        std::fill(out.begin(), out.end(), finite ? 0.0 : std::numeric_limits<double>::quiet_NaN());
        return finite && !a.empty() && !out.empty();
    }

    void clear_at_zero(std::span<double> out) const {
        for (std::size_t j = 0; j < out.size(); ++j)
            if (y[j] == 0) out[j] = 0;
    }
};

SineSum::SineSum(std::span<const double> x, std::span<const double> y, Way way)
    : state_(std::make_unique<const State>(x, y, way)) {}
SineSum::SineSum(SineSum&&) noexcept = default;
SineSum& SineSum::operator=(SineSum&&) noexcept = default;
SineSum::~SineSum() = default;
SineSum::Way SineSum::way() const { return state_->way; }

void SineSum::sine(std::span<const double> a, std::span<double> out) const {
    if (!state_->to_sum(a, out)) return;
    state_->method->sines(a, out);
    state_->clear_at_zero(out);
}

void SineSum::sine_squared(std::span<const double> a, std::span<double> out) const {
    if (!state_->to_sum(a, out)) return;
    state_->method->double_cosines(a, out);
    const double half = std::accumulate(a.begin(), a.end(), 0.0) / 2;
    const bool positive = std::none_of(a.begin(), a.end(), [](double each) { return each < 0; });
    for (double& each : out) {
        each = half - each / 2;
        if (positive && each < 0) each = 0;  // rounding
    }
    state_->clear_at_zero(out);
}

}  // namespace sluice::numerics
