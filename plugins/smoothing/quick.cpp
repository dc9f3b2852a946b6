// SPDX-License-Identifier: BSD-3-Clause
// The smooth curve of a wide window in less time, where only its distance from the data and its trace are asked for.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "local_smoother.hpp"

namespace sluice::smoothing {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double smallest_window = 49;  ///< below it there is little to be won

using Doubles = std::vector<double>;

/// Weights of the cubic through four points, at x.
std::array<double, 4> cubic(std::span<const double, 4> knots, double x) {
    std::array<double, 4> weights{1, 1, 1, 1};
    for (std::size_t a = 0; a < 4; ++a)
        for (std::size_t b = 0; b < 4; ++b)
            if (b != a) weights[a] *= (x - knots[b]) / (knots[a] - knots[b]);
    return weights;
}

/// The row of a whole window at its middle, as the coefficients a_p of sum_p a_p t^p with t = -1 to 1: sum_m P_m(t) P_m(0) / sum
/// P_m^2, by the recurrence of polynomial_row.cpp, in which symmetry leaves no term of its own.
Doubles middle_row(std::ptrdiff_t half, int degree) {
    const auto size = static_cast<std::size_t>(2 * half + 1), terms = static_cast<std::size_t>(degree) + 1;
    Doubles last(size, 0), now(size, 1), last_powers(terms, 0), powers(terms, 0), row(terms, 0);
    powers[0] = 1;
    double norm_last = 1;
    for (std::size_t m = 0; m < terms; ++m) {
        double norm = 0;
        for (const double each : now) norm += each * each;
        for (std::size_t p = 0; p < terms; ++p) row[p] += powers[p] * powers[0] / norm;
        const double b = m > 0 ? norm / norm_last : 0;
        for (std::size_t j = 0; j < size; ++j)
            last[j] =
                static_cast<double>(static_cast<std::ptrdiff_t>(j) - half) / static_cast<double>(half) * now[j] - b * last[j];
        for (std::size_t p = terms; p-- > 0;) last_powers[p] = (p > 0 ? powers[p - 1] : 0) - b * last_powers[p];
        last.swap(now);
        last_powers.swap(powers);
        norm_last = norm;
    }
    return row;
}

/// sum_p row_p sum_j (t_j - shift)^p y_j from the sums S_k of t_j^k y_j.
double shifted(const Doubles& row, const Doubles& sums, double shift) {
    double value = 0;
    for (std::size_t p = 0; p < row.size(); ++p) {
        double moment = 0, term = 1;  // binomial (p over k) (-shift)^(p - k), from k = p down
        for (std::size_t k = p + 1; k-- > 0;) {
            moment += term * sums[k];
            term *= -shift * static_cast<double>(k) / static_cast<double>(p - k + 1);
        }
        value += row[p] * moment;
    }
    return value;
}

/// Sums of t^k y, k up to the degree, over first, first + step, ...: one set of sums for each point come to.
std::vector<Doubles> running_sums(std::span<const double> y, std::ptrdiff_t origin, std::ptrdiff_t first, std::ptrdiff_t count,
                                  std::ptrdiff_t step, double half, std::size_t terms) {
    std::vector<Doubles> all;
    Doubles sums(terms, 0);
    for (std::ptrdiff_t c = 0; c < count; ++c) {
        const auto j = first + c * step;
        const double t = static_cast<double>(j - origin) / half;
        double term = y[static_cast<std::size_t>(j)];
        for (double& each : sums) {
            each += term;
            term *= t;
        }
        all.push_back(sums);
    }
    return all;
}

}  // namespace

Smooth LocalSmoother::quick(const Window& window) {
    const bool counts = window.extent == Extent::grid || window.extent == Extent::nearest;
    if (!counts || window.size < smallest_window) return smooth(window, 0, false);
    return window.extent == Extent::grid ? by_moving_sums(window) : between_knots(window);
}

Smooth LocalSmoother::between_knots(const Window& window) {
    const std::size_t n = points_.x.size(), m = used_x_.size();
    const auto point = [&](std::size_t k) { return static_cast<std::size_t>(points_.used[k]); };
    Smooth out{Doubles(n, unknown), {}, Doubles(n, 0)};
    const double knots_per_half = 3.0 * std::max(4, degree_ + 1);  // the leverage at an end has degree 2 * degree
    std::vector<std::size_t> knots;                                // of the points used
    Doubles x;
    std::ptrdiff_t hint = 0;
    for (std::size_t k = 0; k < m;) {
        const Range range = range_at(point(k), window, hint);
        hint = range.begin;
        if (!row_at(point(k), window, range, 0)) return smooth(window, 0, false);
        take(point(k), range, out);
        knots.push_back(k);
        x.push_back(used_x_[k]);
        const double half =
            (used_x_[static_cast<std::size_t>(range.end - 1)] - used_x_[static_cast<std::size_t>(range.begin)]) / 2;
        const auto next = std::upper_bound(used_x_.begin(), used_x_.end(), used_x_[k] + half / knots_per_half) - used_x_.begin();
        k = k + 1 == m ? m : std::clamp<std::size_t>(static_cast<std::size_t>(next) - 1, k + 1, m - 1);
    }
    if (knots.size() < 4) return smooth(window, 0, false);
    for (std::size_t s = 0; s + 1 < knots.size(); ++s) {
        const std::size_t first = std::clamp<std::size_t>(s, 1, knots.size() - 3) - 1;
        for (std::size_t k = knots[s] + 1; k < knots[s + 1]; ++k) {
            const auto weights = cubic(std::span<const double>(x).subspan(first).first<4>(), used_x_[k]);
            double value = 0, leverage = 0;
            for (std::size_t a = 0; a < 4; ++a) {
                value += weights[a] * out.values[point(knots[first + a])];
                leverage += weights[a] * out.leverages[point(knots[first + a])];
            }
            out.values[point(k)] = value;
            out.leverages[point(k)] = leverage;
        }
    }
    return out;
}

/// One polynomial through the window from window_begin serves the points used in [begin, end).
void LocalSmoother::fit_end(std::ptrdiff_t window_begin, std::ptrdiff_t size, std::ptrdiff_t begin, std::ptrdiff_t end,
                            Smooth& out) const {
    const auto before = [&](std::ptrdiff_t i) { return static_cast<std::size_t>(used_before_[static_cast<std::size_t>(i)]); };
    const std::size_t first = before(window_begin), count = before(window_begin + size) - first;
    if (count <= static_cast<std::size_t>(degree_)) return;
    const double half = static_cast<double>(size - 1) / 2, middle = static_cast<double>(window_begin) + half;
    Doubles u(count), last(count, 0), now(count, 1), values(count, 0), leverages(count, 0);
    for (std::size_t j = 0; j < count; ++j) u[j] = (used_grid_[first + j] - middle) / half;
    double norm_last = 1;
    for (int m = 0; m <= degree_; ++m) {
        double norm = 0, moment = 0, along = 0;
        for (std::size_t j = 0; j < count; ++j) {
            norm += now[j] * now[j];
            moment += u[j] * now[j] * now[j];
            along += now[j] * points_.y[static_cast<std::size_t>(points_.used[first + j])];
        }
        for (std::size_t j = 0; j < count; ++j) {
            values[j] += along / norm * now[j];
            leverages[j] += now[j] * now[j] / norm;
        }
        const double a = moment / norm, b = m > 0 ? norm / norm_last : 0;
        for (std::size_t j = 0; j < count; ++j) last[j] = (u[j] - a) * now[j] - b * last[j];
        last.swap(now);
        norm_last = norm;
    }
    for (std::size_t k = before(begin); k < before(end); ++k) {
        const auto i = static_cast<std::size_t>(points_.used[k]);
        out.values[i] = values[k - first];
        out.leverages[i] = leverages[k - first];
    }
}

Smooth LocalSmoother::by_moving_sums(const Window& window) {
    const auto n = static_cast<std::ptrdiff_t>(points_.x.size()), size = static_cast<std::ptrdiff_t>(window.size);
    const std::ptrdiff_t half = size / 2, chunk = half / 2;
    const auto terms = static_cast<std::size_t>(degree_) + 1;
    Smooth out{Doubles(points_.x.size(), unknown), {}, Doubles(points_.x.size(), 0)};
    fit_end(0, size, 0, half, out);
    fit_end(n - size, size, n - half, n, out);
    complete_.assign(static_cast<std::size_t>(size), {});
    Doubles y(points_.x.size(), 0);
    for (const auto i : points_.used) y[static_cast<std::size_t>(i)] = points_.y[static_cast<std::size_t>(i)];
    const Doubles row = middle_row(half, degree_);
    // Chunks of middles about an origin. Each window has it inside, so it is a sum to the left of it plus one from it on.
    for (std::ptrdiff_t begin = half; begin < n - half; begin += 2 * chunk + 1) {
        const auto origin = std::min(begin + chunk, n - half - 1), end = std::min(begin + 2 * chunk + 1, n - half);
        const auto scale = static_cast<double>(half);
        const auto left = running_sums(y, origin, origin - 1, origin - (begin - half), -1, scale, terms);
        const auto right = running_sums(y, origin, origin, end + half - origin, 1, scale, terms);
        for (auto i = begin; i < end; ++i) {
            const auto at = static_cast<std::size_t>(i);
            if (used_before_[at + 1] == used_before_[at]) continue;
            if (used_before_[static_cast<std::size_t>(i + half + 1)] - used_before_[static_cast<std::size_t>(i - half)] != size) {
                const Range range = range_at(at, window, 0);
                if (row_at(at, window, range, 0)) take(at, range, out);
                continue;
            }
            Doubles sums = right[static_cast<std::size_t>(i + half - origin)];
            if (i - half < origin)
                for (std::size_t k = 0; k < terms; ++k) sums[k] += left[static_cast<std::size_t>(origin - 1 - (i - half))][k];
            out.values[at] = shifted(row, sums, static_cast<double>(i - origin) / scale);
            out.leverages[at] = row[0];
        }
    }
    return out;
}

}  // namespace sluice::smoothing
