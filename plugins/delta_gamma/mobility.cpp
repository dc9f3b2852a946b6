// SPDX-License-Identifier: BSD-3-Clause
// Chebyshev series of w and of its moments; the integral of w.
#include "mobility.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::delta_gamma {
namespace {

using std::numbers::pi;

constexpr std::size_t n = MobilityNodes::per_cell;
constexpr double width = 0.5;
using Series = std::array<double, n>;  ///< coefficients of T_0 ... T_(n-1)

double as_double(std::size_t i) { return static_cast<double>(i); }

/// The j-th node, or T_k there.
double node(std::size_t j, std::size_t k = 1) { return std::cos(as_double(k) * (as_double(j) + 0.5) * pi / n); }

/// T_k at node j.
using Table = std::array<Series, n>;

Table table_of_nodes() {
    Table table{};
    for (std::size_t k = 0; k < n; ++k)
        for (std::size_t j = 0; j < n; ++j) table[k][j] = node(j, k);
    return table;
}

/// The series through values at the nodes.
Series series_of(const Table& table, const Series& values) {
    Series series{};
    for (std::size_t k = 0; k < n; ++k) {
        for (std::size_t j = 0; j < n; ++j) series[k] += table[k][j] * values[j];
        series[k] *= (k == 0 ? 1.0 : 2.0) / n;
    }
    return series;
}

/// Coefficient k >= 1 of the antiderivative in y; that of T_0 is for the caller to choose.
double antiderivative(const Series& series, std::size_t k) {
    const double below = k == 1 ? 2 * series[0] : series[k - 1], above = k + 1 < n ? series[k + 1] : 0;
    return width / 2 * (below - above) / (2 * as_double(k));
}

/// int_-1^1 of the series.
double integral_of(const Series& series) {
    double sum = 0;
    for (std::size_t k = 0; k < n; k += 2) sum += 2 * series[k] / (1 - as_double(k * k));
    return sum;
}

/// int_0^1 dy of the series in 2 y^2 - 1, as T_k(2 y^2 - 1) = T_2k(y).
double integral_of_first(const Series& series) {
    double sum = 0;
    for (std::size_t k = 0; k < n; ++k) sum += series[k] / (1 - 4 * as_double(k * k));
    return sum;
}

/// (2/pi) int_Y^inf (sin y / y)^2 phi S / (1 + phi S) dy with S = b / (phi y), b = 9 pi phi / 4, which it is there to 1e-7 of
/// itself; what oscillates to the first two orders in 1/Y.
double tail(double phi, double end) {
    const double b = 9 * pi / 4 * phi, x = b / end;
    if (b == 0) return 0;
    const double mean = (x < 1e-4 ? x * (0.5 - x * (1.0 / 3 - x / 4)) : 1 - std::log1p(x) / x) / end;
    const double f = b / (end * end * (end + b)), slope = -f * (2 / end + 1 / (end + b));
    return (mean + std::sin(2 * end) * f / 2 + std::cos(2 * end) * slope / 4) / pi;
}

/// S_gamma at a node.
double sum_of(const MobilityNodes& nodes, std::size_t i, const Densities& g) {
    double sum = nodes.bare[i];
    for (std::size_t m = 0; m < g.size(); ++m) sum += (g[m] - 1) * nodes.terms[i][m];
    return sum;
}

/// w and its moments in one cell; those of the moments but for a constant.
std::array<std::array<double, 4>, n + 1> cell_of(const Table& table, const double* y, const Series& w) {
    Series first{}, inverse{}, inverse_cube{};
    for (std::size_t j = 0; j < n; ++j) {
        first[j] = w[j] * y[j];
        inverse[j] = w[j] / y[j];
        inverse_cube[j] = inverse[j] / (y[j] * y[j]);
    }
    const Series values = series_of(table, w);
    std::array<std::array<double, 4>, n + 1> cell{};
    for (std::size_t k = 0; k < n; ++k) cell[k][0] = values[k];
    std::size_t lane = 1;
    for (const Series& moment : {first, inverse, inverse_cube}) {
        const Series series = series_of(table, moment);
        for (std::size_t k = 1; k <= n; ++k) cell[k][lane] = antiderivative(series, k);
        ++lane;
    }
    return cell;
}

}  // namespace

MobilityNodes::MobilityNodes(double end) {
    for (std::size_t j = 0; j < n; ++j) y.push_back(std::sqrt((1 + node(j)) / 2));  // nodes in y^2
    for (double centre = 1 + width / 2; centre < end + width / 2; centre += width)
        for (std::size_t j = 0; j < n; ++j) y.push_back(centre + node(j) * width / 2);
    for (const double each : y) {
        const double sinc = std::sin(each) / each;
        sinc_squared.push_back(sinc * sinc);
        bare.push_back(s_gamma_bare(each));
        terms.push_back(s_gamma_terms(each));
    }
}

Mobility::Mobility(const MobilityNodes& nodes, double volume_fraction, const Densities& g) : cells_(nodes.y.size() / n - 1) {
    const Table table = table_of_nodes();
    for (std::size_t c = 0; c <= cells_.size(); ++c) {
        Series w{}, missing{};
        for (std::size_t j = 0, i = c * n; j < n; ++j, ++i) {
            const double phi_s = volume_fraction * sum_of(nodes, i, g);
            w[j] = nodes.sinc_squared[i] / (1 + phi_s);
            missing[j] = w[j] * phi_s;
        }
        const Series lost = series_of(table, missing);
        integral_ -= 2 / pi * (c == 0 ? integral_of_first(lost) : width / 2 * integral_of(lost));
        if (c == 0)
            set_first_cell(series_of(table, w));
        else
            cells_[c - 1] = cell_of(table, &nodes.y[c * n], w);
    }
    integral_ -= tail(volume_fraction, 1 + width * as_double(cells_.size()));
    join_cells();
}

/// From T_k(2 u - 1) to powers of u = y^2, by T_k+1 = 2 (2 u - 1) T_k - T_k-1.
void Mobility::set_first_cell(const Series& w) {
    Series before{}, now{1};
    for (std::size_t k = 0; k < n; ++k) {
        for (std::size_t i = 0; i <= k; ++i) first_[i] += w[k] * now[i];
        Series next{};
        for (std::size_t i = 0; i < n; ++i) {
            const double shifted = i > 0 ? 2 * now[i - 1] : 0;
            next[i] = k == 0 ? shifted - now[i] : 2 * (shifted - now[i]) - before[i];
        }
        before = now;
        now = next;
    }
}

/// Chooses the coefficients of T_0, so that the moments are continuous: W_1 from below, the others from the far end.
void Mobility::join_cells() {
    const auto end_of = [](const Cell& cell, std::size_t lane, double end) {
        double sum = 0, sign = 1;
        for (const Lanes& each : cell) {
            sum += sign * each[lane];
            sign *= end;
        }
        return sum;
    };
    const Values first = at_first(1);
    double below = first.first;
    for (Cell& cell : cells_) {
        cell[0][1] = below - end_of(cell, 1, -1);
        below = end_of(cell, 1, 1);
    }
    std::array<double, 4> above{};
    for (std::size_t c = cells_.size(); c-- > 0;)
        for (const std::size_t lane : {std::size_t{2}, std::size_t{3}}) {
            cells_[c][0][lane] = above[lane] - end_of(cells_[c], lane, 1);
            above[lane] = end_of(cells_[c], lane, -1);
        }
    inverse_ = above[2] - first.inverse;
    inverse_cube_ = above[3] - first.inverse_cube;
}

/// With u = y^2: W_1 = (1/2) int w du, W_-1 = (1/2) int w/u du, W_-3 = (1/2) int w/u^2 du.
Mobility::Values Mobility::at_first(double y) const {
    const double u = y * y, log_u = 2 * std::log(y);
    Values out{0, 0, first_[0] * log_u / 2 + inverse_, (first_[1] * log_u - first_[0] / u) / 2 + inverse_cube_};
    double power = 1;  // u^i
    for (std::size_t i = 0; i < n; ++i) {
        const double term = first_[i] * power, order = as_double(i);
        out.w += term;
        out.first += term * u / (2 * (order + 1));
        if (i > 0) out.inverse += term / (2 * order);
        if (i > 1) out.inverse_cube += first_[i] * (power / u) / (2 * (order - 1));
        power *= u;
    }
    return out;
}

Mobility::Values Mobility::at(double y) const {
    if (y < 1) return at_first(y);
    const auto c = std::min(static_cast<std::size_t>((y - 1) / width), cells_.size() - 1);
    const double x = 2 / width * (y - 1) - 2 * as_double(c) - 1;
    Lanes now{}, before{};  // Clenshaw's recurrence
    for (std::size_t k = n; k > 0; --k)
        for (std::size_t lane = 0; lane < 4; ++lane) {
            const double next = cells_[c][k][lane] + 2 * x * now[lane] - before[lane];
            before[lane] = now[lane];
            now[lane] = next;
        }
    const auto sum = [&](std::size_t lane) { return cells_[c][0][lane] + x * now[lane] - before[lane]; };
    return {sum(0), sum(1), sum(2), sum(3)};
}

double Mobility::weight(double y) const {
    if (y >= 1) return at(y).w;
    double sum = 0;
    for (std::size_t i = n; i-- > 0;) sum = first_[i] + y * y * sum;
    return sum;
}

}  // namespace sluice::delta_gamma
