// SPDX-License-Identifier: BSD-3-Clause
// One line: a Gaussian on a polynomial of degree 4, by least squares, and whether it is a line.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <sluice/numerics/least_squares.hpp>
#include <sluice/numerics/linear_fit.hpp>

#include "search.hpp"

namespace sluice::bragg_check {
namespace {

using numerics::FitParameter;
using numerics::FitReport;
using numerics::FitStatus;

constexpr std::ptrdiff_t degree = 4;
constexpr double fit_reach = 0.5;  ///< of the points fitted to either side, in `narrowest_halo`

/// Positions in the vector of parameters; coefficients of the polynomial follow.
enum : std::size_t { height, position, log_width, polynomial, count = polynomial + degree + 1 };

/// Near the line, x in units of `widest` from the point, y in units of their range.
struct Local {
    Doubles x, y, variances;
    double unit_y = 1;
};

Local points_near(const Points& points, const Doubles& y, std::size_t i, const Options& options) {
    Local local;
    const auto window = points.windows[i];
    double low = y[i], high = y[i];
    for (std::size_t k = window.first; k <= window.last; ++k) {
        const double distance = points.q[k] - points.q[i], x = distance / options.widest;
        if (std::abs(distance) > fit_reach * options.narrowest_halo * (1 + 1e-9)) continue;
        local.x.push_back(x);
        local.y.push_back(y[k]);
        local.variances.push_back(points.variance[k]);
        low = std::min(low, y[k]), high = std::max(high, y[k]);
    }
    local.unit_y = high > low ? high - low : 1;
    for (double& each : local.y) each /= local.unit_y;
    for (double& each : local.variances) each /= local.unit_y * local.unit_y;
    return local;
}

/// (model - y) / sigma and its derivatives.
void residuals(const Local& local, std::span<const double> values, std::span<double> out, std::span<double> jacobian) {
    const double width = std::exp(values[log_width]);
    for (std::size_t i = 0; i < local.x.size(); ++i) {
        const double d = local.x[i] - values[position], a = 8 * std::numbers::ln2 * d / (width * width);
        const double shape = gaussian(d, width), root_weight = 1 / std::sqrt(local.variances[i]);
        double smooth = 0, power = 1;
        for (std::size_t k = polynomial; k < count; ++k, power *= local.x[i]) {
            smooth += values[k] * power;
            if (!jacobian.empty()) jacobian[i * count + k] = root_weight * power;
        }
        out[i] = root_weight * (values[height] * shape + smooth - local.y[i]);
        if (jacobian.empty()) continue;
        jacobian[i * count + height] = root_weight * shape;
        jacobian[i * count + position] = root_weight * values[height] * shape * a;
        jacobian[i * count + log_width] = root_weight * values[height] * shape * a * d;
    }
}

/// The rest of the model, solved linearly at the position and width of the template.
std::array<FitParameter, count> start_of(const Local& local, double width) {
    Doubles design;
    for (const double x : local.x) {
        design.push_back(gaussian(x, width));
        for (std::ptrdiff_t k = 0; k <= degree; ++k) design.push_back(std::pow(x, static_cast<double>(k)));
    }
    const auto fit = numerics::linear_fit(design, degree + 2, local.y, local.variances);
    std::array<FitParameter, count> parameters;
    if (!fit.solved) return parameters;
    parameters[height].initial = fit.values[0];
    for (std::size_t k = polynomial; k < count; ++k) parameters[k].initial = fit.values[k - polynomial + 1];
    return parameters;
}

}  // namespace

std::optional<Line> fit_line(const Points& points, const Doubles& y, const Candidate& candidate, bool weighted,
                             const Options& options) {
    const std::size_t i = candidate.at;
    const Local local = points_near(points, y, i, options);
    const auto n = static_cast<std::ptrdiff_t>(local.x.size());
    if (n <= static_cast<std::ptrdiff_t>(count)) return {};
    const double start = candidate.width / options.widest, narrowest = std::min(points.spacing / options.widest, start);
    auto parameters = start_of(local, start);
    parameters[position] = {0, -start, start};
    parameters[log_width] = {std::log(start), std::log(narrowest), std::log(4.0)};
    const auto report = numerics::least_squares(
        parameters, n, [&](auto values, auto out, auto jacobian) { residuals(local, values, out, jacobian); });
    const double found = std::exp(report.values[log_width]);
    if (report.status == FitStatus::not_converged || report.at_bound[position] || !(report.values[height] > 0) || !(found <= 1) ||
        found * options.widest < options.narrowest)
        return {};
    const double without = numerics::polynomial_fit(local.x, degree, local.y, local.variances).chi_square;
    if (!(report.chi_square <= without / 2) || without - report.chi_square < candidate.least_chi_square) return {};
    const double scale = weighted ? 1 : report.reduced_chi_square(), unit = options.widest;
    Line line;
    line.position = {points.q[i] + unit * report.values[position], scale * unit * unit * report.variance(position)};
    line.height = {local.unit_y * report.values[height], scale * local.unit_y * local.unit_y * report.variance(height)};
    line.width = {unit * found, scale * unit * unit * found * found * report.variance(log_width)};
    return line;
}

}  // namespace sluice::bragg_check
