// SPDX-License-Identifier: BSD-3-Clause
// Bins, and the grids of starts.
#include "component_start.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <sluice/numerics/gas_constant.hpp>

namespace sluice::dma_peak {
namespace {

using Doubles = std::vector<double>;

constexpr double kJ_over_R = 1000 / numerics::gas_constant_J_per_mol_K;

double dot(const Doubles& a, const Doubles& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

/// The column of a linear problem with what earlier columns describe taken out, and its length.
void remove(const std::vector<Doubles>& orthonormal, Doubles& column) {
    for (const auto& each : orthonormal) {
        const double part = dot(each, column);
        for (std::size_t i = 0; i < column.size(); ++i) column[i] -= part * each[i];
    }
}

/// A background of the grid: weighted columns made orthonormal, and the curve without them.
struct Candidate {
    Doubles nonlinear;  ///< its values that are not coefficients
    std::vector<Doubles> orthonormal;
    Doubles rest;
    double chi_square = 0;
};

/// The background's parameters when its amplitudes are 0 but for one of them that is 1.
Doubles background_values(const ComponentModel& model, const Doubles& nonlinear, std::size_t amplitude) {
    Doubles values(model.size() - model.peak_size(), 0.0);
    const std::size_t linear = values.size() - nonlinear.size();
    if (amplitude < linear) values[amplitude] = 1;
    std::copy(nonlinear.begin(), nonlinear.end(), values.begin() + static_cast<std::ptrdiff_t>(linear));
    return values;
}

/// A peak that any model can evaluate; its height is 1, or small for a tan delta that is not linear in it.
Doubles some_peak(const ComponentModel& model, double temperature_K, double width_K, double shape, double height) {
    Doubles values{temperature_K, height, width_K, shape};
    values.resize(model.peak_size());
    return values;
}

Doubles column(const ComponentModel& model, const Binned& curve, ComponentPart part, const Doubles& values, double scale) {
    Doubles out(curve.size());
    model.evaluate(part, values, curve.temperature_K, out, {});
    for (std::size_t i = 0; i < curve.size(); ++i) out[i] *= curve.root_weight[i] * scale;
    return out;
}

Doubles joined(Doubles peak, const Doubles& background) {
    peak.insert(peak.end(), background.begin(), background.end());
    return peak;
}

/// The numbers that make a background nonlinear: those of tails that rise by e over a part of the range.
std::vector<Doubles> nonlinear_candidates(const ComponentModel& model, double first_K, double last_K) {
    const auto background = model.options().background;
    if (background == Background::polynomial || background == Background::none) return {{}};
    std::vector<Doubles> out;
    const double reference = model.reference_K();
    for (const double part : {0.02, 0.04, 0.07, 0.12, 0.2, 0.35, 0.7}) {
        const double scale_K = part * (last_K - first_K);
        if (background == Background::constant_exponential) out.push_back({scale_K});
        if (background == Background::arrhenius) out.push_back({reference * reference / scale_K / kJ_over_R});
        if (background != Background::vogel_fulcher_tammann) continue;
        for (const double below : {0.3, 0.6, 0.85})
            out.push_back({(reference - below * first_K) * (reference - below * first_K) / scale_K, below * first_K});
    }
    return out;
}

Candidate candidate(const ComponentModel& model, const Binned& curve, const Doubles& nonlinear) {
    Candidate out;
    out.nonlinear = nonlinear;
    const auto peak = some_peak(model, curve.temperature_K[0], 1, 0.5, 0);
    const std::size_t linear = model.size() - model.peak_size() - nonlinear.size();
    for (std::size_t k = 0; k < linear; ++k) {
        auto next = column(model, curve, ComponentPart::background, joined(peak, background_values(model, nonlinear, k)), 1);
        const double before = std::sqrt(dot(next, next));
        remove(out.orthonormal, next);
        const double length = std::sqrt(dot(next, next));
        if (!(length > 1e-10 * before)) continue;
        for (double& each : next) each /= length;
        out.orthonormal.push_back(std::move(next));
    }
    for (std::size_t i = 0; i < curve.size(); ++i) out.rest.push_back(curve.root_weight[i] * curve.value[i]);
    remove(out.orthonormal, out.rest);
    out.chi_square = dot(out.rest, out.rest);
    return out;
}

/// Coefficients of the weighted columns by Gauss elimination of the normal equations: a start needs no more.
Doubles coefficients(const std::vector<Doubles>& columns, const Doubles& y) {
    const std::size_t n = columns.size();
    std::vector<Doubles> a(n, Doubles(n + 1));
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) a[i][j] = dot(columns[i], columns[j]);
        a[i][n] = dot(columns[i], y);
    }
    for (std::size_t k = 0; k < n; ++k) {
        if (!(a[k][k] > 0)) continue;
        for (std::size_t i = 0; i < n; ++i) {
            if (i == k) continue;
            const double factor = a[i][k] / a[k][k];
            for (std::size_t j = k; j <= n; ++j) a[i][j] -= factor * a[k][j];
        }
    }
    Doubles out;
    for (std::size_t k = 0; k < n; ++k) out.push_back(a[k][k] > 0 ? a[k][n] / a[k][k] : 0);
    return out;
}

/// The background that goes with a peak, its coefficients solved for; a tail is not let below 0.
Doubles solved_background(const ComponentModel& model, const Binned& curve, const Doubles& peak, const Doubles& nonlinear) {
    Doubles y = column(model, curve, ComponentPart::component, joined(peak, background_values(model, nonlinear, 99)), -1);
    for (std::size_t i = 0; i < curve.size(); ++i) y[i] += curve.root_weight[i] * curve.value[i];
    std::vector<Doubles> columns;
    const std::size_t linear = model.size() - model.peak_size() - nonlinear.size();
    for (std::size_t k = 0; k < linear; ++k)
        columns.push_back(
            column(model, curve, ComponentPart::background, joined(peak, background_values(model, nonlinear, k)), 1));
    Doubles out = background_values(model, nonlinear, 99);
    const auto solved = coefficients(columns, y);
    std::copy(solved.begin(), solved.end(), out.begin());
    if (!nonlinear.empty()) out[1] = std::max(out[1], 0.0);
    return out;
}

/// Peaks to try, of a small height, in their parameters.
std::vector<Doubles> peaks_to_try(const ComponentModel& model, double first_K, double last_K, double height) {
    const auto& options = model.options();
    const double range = last_K - first_K;
    Doubles positions, shapes{0};
    for (int i = 0; i < 12; ++i) positions.push_back(first_K + (i + 0.5) * range / 12);
    if (options.near_K) {
        positions.clear();
        for (const double part : {-0.08, -0.04, 0.0, 0.04, 0.08})
            positions.push_back(std::clamp(*options.near_K + part * range, first_K + 0.01 * range, last_K - 0.01 * range));
    }
    if (options.peak == PeakModel::asymmetric_gaussian) shapes = {-0.3, 0, 0.3};
    if (options.peak == PeakModel::cole_cole) shapes = {0.3, 0.7};
    std::vector<Doubles> out;
    for (const double position : positions)
        for (const double part : {0.06, 0.14, 0.3, 0.6})
            for (const double shape : shapes) out.push_back(some_peak(model, position, part * range, shape, height));
    return out;
}

}  // namespace

Binned binned(const Points& points, std::span<const double> root_weight, std::size_t most) {
    Binned out;
    const std::size_t bins = std::min(most, points.size());
    for (std::size_t k = 0; k < bins; ++k) {
        const std::size_t first = k * points.size() / bins, last = (k + 1) * points.size() / bins;
        double weight = 0, temperature = 0, value = 0;
        for (std::size_t i = first; i < last; ++i) {
            const double w = root_weight[i] * root_weight[i];
            weight += w, temperature += w * points.temperature_K[i], value += w * points.value[i];
        }
        out.temperature_K.push_back(temperature / weight);
        out.value.push_back(value / weight);
        out.root_weight.push_back(std::sqrt(weight));
    }
    return out;
}

double chi_square(const ComponentModel& model, const Binned& curve, std::span<const double> values) {
    std::vector<double> fitted(curve.size());
    model.evaluate(ComponentPart::whole, values, curve.temperature_K, fitted, {});
    double sum = 0;
    for (std::size_t i = 0; i < curve.size(); ++i) {
        const double residual = curve.root_weight[i] * (fitted[i] - curve.value[i]);
        sum += residual * residual;
    }
    return std::isnan(sum) ? std::numeric_limits<double>::infinity() : sum;
}

std::vector<ComponentStart> starts_on_grid(const ComponentModel& model, const Binned& curve) {
    const double first = curve.temperature_K.front(), last = curve.temperature_K.back();
    const auto [low, high] = std::minmax_element(curve.value.begin(), curve.value.end());
    const double size = *high - *low, unit = size > 0 ? 0.5 * size : 1;
    std::vector<Candidate> candidates;
    for (const auto& each : nonlinear_candidates(model, first, last)) candidates.push_back(candidate(model, curve, each));

    std::vector<ComponentStart> best(candidates.size());
    std::vector<Doubles> best_peak(candidates.size());
    for (auto& peak : peaks_to_try(model, first, last, unit)) {
        const auto shape = column(model, curve, ComponentPart::component,
                                  joined(peak, background_values(model, candidates[0].nonlinear, 99)), 1 / unit);
        for (std::size_t k = 0; k < candidates.size(); ++k) {
            auto own = shape;
            remove(candidates[k].orthonormal, own);
            const double height = dot(own, candidates[k].rest) / dot(own, own);
            const double chi = candidates[k].chi_square - height * dot(own, candidates[k].rest);
            if (!(height > 0) || !(chi < best[k].chi_square)) continue;
            best[k].chi_square = chi;
            best_peak[k] = peak;
            best_peak[k][ComponentModel::height] = std::min(height, 2 * size);
        }
    }
    std::vector<ComponentStart> out;
    for (std::size_t k = 0; k < candidates.size(); ++k) {
        if (best_peak[k].empty()) continue;
        best[k].values = joined(best_peak[k], solved_background(model, curve, best_peak[k], candidates[k].nonlinear));
        best[k].chi_square = chi_square(model, curve, best[k].values);
        out.push_back(best[k]);
    }
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.chi_square < b.chi_square; });
    return out;
}

std::vector<double> background_on_grid(const ComponentModel& model, const Binned& curve, std::span<const double> values) {
    Doubles best(values.begin(), values.end());
    best[ComponentModel::height] = 0;
    if (model.options().background == Background::cole_cole) return best;
    const Doubles peak(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(model.peak_size()));
    double lowest = chi_square(model, curve, best);
    for (const auto& each : nonlinear_candidates(model, curve.temperature_K.front(), curve.temperature_K.back())) {
        auto next = joined(peak, solved_background(model, curve, peak, each));
        const double chi = chi_square(model, curve, next);
        if (chi < lowest) lowest = chi, best = std::move(next);
    }
    return best;
}

std::vector<ComponentStart> starts_from_tail(const ComponentModel& model, const Binned& curve,
                                             std::span<const double> with_arrhenius, double reference_K) {
    const auto peak = with_arrhenius.first(model.peak_size()), tail = with_arrhenius.subspan(model.peak_size());
    const double amplitude = tail[1], tail_K = kJ_over_R * tail[2];
    const double highest = *std::max_element(curve.value.begin(), curve.value.end());
    std::vector<ComponentStart> out;
    for (const double exponent : {0.25, 0.4, 0.55, 0.75})
        for (const double part : {0.25, 0.5, 0.8}) {
            const double tangent = std::tan(std::numbers::pi * exponent / 4), sine = std::sin(std::numbers::pi * exponent / 2);
            const bool modulus = model.options().quantity == Quantity::loss_modulus;
            const double strength = modulus ? part * 4 * highest / tangent : part;
            const double inverse = 1 / reference_K - std::log(strength * sine / amplitude) / tail_K;
            if (!(inverse > 1e-4) || !std::isfinite(inverse)) continue;
            ComponentStart start;
            start.values.assign(peak.begin(), peak.end());
            for (const double each : {tail[0], strength, exponent, 1 / inverse, tail[2] / exponent}) start.values.push_back(each);
            start.chi_square = chi_square(model, curve, start.values);
            if (std::isfinite(start.chi_square)) out.push_back(start);
        }
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.chi_square < b.chi_square; });
    return out;
}

}  // namespace sluice::dma_peak
