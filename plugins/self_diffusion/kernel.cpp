// SPDX-License-Identifier: BSD-3-Clause
// Every number is a sum of weights times MSD, so that it can be had of each block too.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/error_propagation.hpp>
#include <sluice/numerics/fail.hpp>

namespace sluice::self_diffusion {
namespace {

using Doubles = std::vector<double>;
using numerics::fail;

constexpr std::ptrdiff_t points_needed = 4;  ///< two for each half
constexpr double significant = 3;            ///< standard errors
constexpr double flat = 0.1;                 ///< an exponent below this is a plateau

/// What is in the window.
struct Window {
    std::vector<std::size_t> used;  ///< positions
    Doubles t, msd;

    [[nodiscard]] double sum(const Doubles& weights) const {
        double total = 0;
        for (std::size_t i = 0; i < msd.size(); ++i) total += weights[i] * msd[i];
        return total;
    }
};

void check(const Points& points, const Options& options) {
    const auto n = points.lag.size();
    if (points.msd.size() != n || (!points.mask.empty() && points.mask.size() != n))
        fail<std::invalid_argument>("there are ", n, " lags and ", points.msd.size(), " displacements. They must agree.");
    if (!(options.from <= options.to))
        fail<std::invalid_argument>("the window begins at ", options.from, " and ends at ", options.to, ". Swap the two.");
    if (!(options.from >= 0)) fail<std::invalid_argument>("the window begins at ", options.from, ", must be at least 0.");
    if (options.dimensions < 1) fail<std::invalid_argument>("dimensions = ", options.dimensions, ", must be at least 1.");
}

Window in_window(const Points& points, const Options& options) {
    Window window;
    for (std::size_t i = 0; i < points.lag.size(); ++i) {
        const double t = points.lag[i];
        const bool masked = !points.mask.empty() && points.mask[i] != 0;
        if (masked || !std::isfinite(points.msd[i]) || !numerics::inside(t, options.from, options.to)) continue;
        if (!window.t.empty() && !(t > window.t.back()))
            fail<std::invalid_argument>("lag ", t, " follows ", window.t.back(), ". Lags must increase.");
        window.used.push_back(i);
        window.t.push_back(t);
        window.msd.push_back(points.msd[i]);
    }
    return window;
}

/// The slope of the line through points first ... first + count - 1 is the sum of these times y; 0 for the others.
Doubles slope_weights(const Doubles& t, std::size_t first, std::size_t count) {
    double mean = 0, squares = 0;
    for (std::size_t i = first; i < first + count; ++i) mean += t[i] / static_cast<double>(count);
    for (std::size_t i = first; i < first + count; ++i) squares += (t[i] - mean) * (t[i] - mean);
    Doubles out(t.size(), 0.0);
    for (std::size_t i = first; i < first + count; ++i) out[i] = (t[i] - mean) / squares;
    return out;
}

Doubles slope_weights(const Doubles& t) { return slope_weights(t, 0, t.size()); }

Doubles proportional_weights(const Doubles& t) {
    double squares = 0;
    for (const double each : t) squares += each * each;
    Doubles out;
    for (const double each : t) out.push_back(each / squares);
    return out;
}

Doubles intercept_weights(const Doubles& t, const Doubles& slope) {
    double mean = 0;
    for (const double each : t) mean += each / static_cast<double>(t.size());
    Doubles out;
    for (const double each : slope) out.push_back(1 / static_cast<double>(t.size()) - mean * each);
    return out;
}

/// Numbers with variances from the blocks, if there are any.
class Estimator {
public:
    Estimator(const Window& window, const std::optional<BlockErrors>& errors) : window_(window), errors_(errors) {}

    [[nodiscard]] Spread spread(const Doubles& weights) const { return errors_ ? errors_->of(weights) : Spread{}; }
    [[nodiscard]] Estimate linear(const Doubles& weights) const { return {window_.sum(weights), spread(weights).variance}; }

    /// second/first to first order: its deviations are those of (second - ratio first)/first.
    [[nodiscard]] Estimate ratio(const Doubles& second, const Doubles& first) const {
        const double below = window_.sum(first), value = window_.sum(second) / below;
        Doubles weights;
        for (std::size_t i = 0; i < first.size(); ++i) weights.push_back((second[i] - value * first[i]) / below);
        return {value, spread(weights).variance};
    }

    /// The slope of ln MSD over ln t of the points with t > 0.
    [[nodiscard]] Estimate exponent() const {
        const auto skip = static_cast<std::size_t>(window_.t.front() > 0 ? 0 : 1);
        Doubles log_t, log_msd;
        for (std::size_t i = 0; i < window_.t.size(); ++i) {
            log_t.push_back(i < skip ? 0 : std::log(window_.t[i]));
            log_msd.push_back(i < skip ? 0 : window_.msd[i] > 0 ? std::log(window_.msd[i]) : unknown);
        }
        Doubles weights = slope_weights(log_t, skip, log_t.size() - skip);
        double sum = 0;
        for (std::size_t i = skip; i < weights.size(); ++i) {
            sum += weights[i] * log_msd[i];
            weights[i] /= window_.msd[i];
        }
        return {sum, std::isnan(sum) ? unknown : spread(weights).variance};
    }

private:
    const Window& window_;
    const std::optional<BlockErrors>& errors_;
};

/// ln (t2/t1) of the middles of the two halves.
double log_distance(const Doubles& t, std::size_t half) {
    return std::log((t[t.size() - half] + t.back()) / (t.front() + t[half - 1]));
}

Estimate exponent_of(const Estimate& ratio, double distance) {
    const double slope = 1 / (ratio.value * distance);
    return ratio.value > 0 ? Estimate{1 + std::log(ratio.value) / distance, ratio.variance * slope * slope} : Estimate{};
}

void set_line(const Estimator& estimator, const Doubles& t, const Options& options, Result& result) {
    const Doubles slope = options.intercept ? slope_weights(t) : proportional_weights(t);
    const double per_slope = 1 / (2.0 * options.dimensions);
    const Estimate found = estimator.linear(slope);
    result.diffusion_coefficient = {per_slope * found.value, per_slope * per_slope * found.variance};
    result.degrees_of_freedom = estimator.spread(slope).degrees_of_freedom;
    result.intercept = options.intercept ? estimator.linear(intercept_weights(t, slope)) : Estimate{0, 0};
    result.line = {result.intercept.value, found.value};
}

void set_exponents(const Estimator& estimator, const Doubles& t, Result& result) {
    const auto half = t.size() / 2;
    result.slope_ratio = estimator.ratio(slope_weights(t, t.size() - half, half), slope_weights(t, 0, half));
    result.slope_exponent = exponent_of(result.slope_ratio, log_distance(t, half));
    result.exponent = estimator.exponent();
}

double sigma_or_zero(const Estimate& estimate) { return estimate.variance >= 0 ? std::sqrt(estimate.variance) : 0; }

/// An exponent is not 1: by more than the tolerance (or unknown), and what it was found from not `one` within its errors.
bool differs(const Estimate& exponent, const Estimate& one, const Options& options) {
    return !(std::abs(exponent.value - 1) <= options.exponent_within) &&
           !(std::abs(one.value - 1) <= significant * sigma_or_zero(one));
}

bool diffusive(const Result& result, const Options& options) {
    const auto& d = result.diffusion_coefficient;
    if (!(d.value > significant * sigma_or_zero(d)) || result.exponent.value < flat) return false;
    if (!options.intercept && differs(result.exponent, result.exponent, options)) return false;
    return !differs(result.slope_exponent, result.slope_ratio, options);
}

}  // namespace

Result fit(const Points& points, const std::optional<Blocks>& blocks, const Options& options) {
    check(points, options);
    const Window window = in_window(points, options);
    Result result;
    result.points = static_cast<std::ptrdiff_t>(window.t.size());
    std::optional<BlockErrors> errors;
    if (blocks) errors.emplace(*blocks, points.lag, window.used);
    if (result.points < points_needed) {
        result.status = Status::too_few_points;
        return result;
    }
    result.blocks = errors ? errors->rows() : 0;
    const Estimator estimator(window, errors);
    set_line(estimator, window.t, options, result);
    set_exponents(estimator, window.t, result);
    result.status = !diffusive(result, options)               ? Status::not_diffusive
                    : errors && result.blocks < blocks_needed ? Status::few_blocks
                                                              : Status::ok;
    return result;
}

Estimate ratio(const Estimate& d, const Estimate& free) {
    return {d.value / free.value, numerics::variance<numerics::Divide>(d.value, d.variance, free.value, free.variance)};
}

}  // namespace sluice::self_diffusion
