// SPDX-License-Identifier: BSD-3-Clause
// The order of things; each of them is computed elsewhere.
#include "reduction.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

#include "ad_hoc.hpp"

namespace sluice::total_scattering {
namespace {

using Doubles = std::vector<double>;

constexpr double bound_sigmas = 5;    // of some thousand points none lies beyond by chance
constexpr double bound_slack = 0.05;  // without variances: more than any alloy's bound is uncertain

void check_length(const char* name, std::size_t got, std::size_t n, bool may_be_empty = false) {
    if (got == n || (may_be_empty && got == 0)) return;
    numerics::fail<std::invalid_argument>(name, " has ", got, " points and q has ", n, ". They must agree.");
}

void check(std::size_t n, const Raw& raw, const AtomicFactors& atoms, const GeometryTable& geometry) {
    check_length("intensity", raw.intensity.size(), n);
    check_length("variance of intensity", raw.intensity_variance.size(), n, true);
    check_length("background", raw.background.size(), n, true);
    check_length("variance of background", raw.background_variance.size(), n, true);
    check_length("mask", raw.mask.size(), n, true);
    check_length("mean_square", atoms.mean_square.size(), n);
    check_length("square_mean", atoms.square_mean.size(), n);
    check_length("compton", atoms.compton.size(), n, true);
    check_length("the table of the geometry", geometry.two_theta_rad.size(), n);
}

/// <f^2> >= |<f>|^2 for any atoms: else the two are swapped, or of different samples. 1e-4 is for tables of few digits.
void check_order_of(const AtomicFactors& atoms) {
    for (std::size_t i = 0; i < atoms.mean_square.size(); ++i)
        if (atoms.square_mean[i] > atoms.mean_square[i] * (1 + 1e-4))
            numerics::fail<std::invalid_argument>("square_mean = ", atoms.square_mean[i],
                                                  " is above mean_square = ", atoms.mean_square[i], " at index ", i,
                                                  ", which no atoms do: <f^2> goes to mean_square, |<f>|^2 to square_mean, "
                                                  "both of one sample.");
}

double at(std::span<const double> values, std::size_t i) { return values.empty() ? 0 : values[i]; }

bool usable(const Raw& raw, const AtomicFactors& atoms, std::size_t i) {
    if (!raw.mask.empty() && raw.mask[i] != 0) return false;
    if (!raw.intensity_variance.empty() && !(raw.intensity_variance[i] > 0)) return false;  // an empty bin, written as 0 +- 0
    return std::isfinite(raw.intensity[i]) && std::isfinite(at(raw.intensity_variance, i)) &&
           std::isfinite(at(raw.background, i)) && std::isfinite(at(raw.background_variance, i)) &&
           std::isfinite(atoms.mean_square[i]) && std::isfinite(at(atoms.compton, i)) && std::isfinite(atoms.square_mean[i]) &&
           atoms.square_mean[i] > 0;
}

bool all_known(const Numbers& numbers, const Options& options) {
    const auto finite_above = [](double value, double least) { return std::isfinite(value) && value > least; };
    const auto not_negative = [](double value) { return std::isfinite(value) && value >= 0; };
    return finite_above(numbers.monitor, 0) && not_negative(numbers.background_scale) &&
           (!options.plate || not_negative(numbers.mu_t)) &&
           (options.method != Method::krogh_moe || finite_above(numbers.number_density, 0));
}

void subtract_background(const Raw& raw, const AtomicFactors& atoms, const Numbers& numbers, Reduced& out) {
    const double monitor = numbers.monitor, b = numbers.background_scale;
    for (std::size_t i = 0; i < raw.intensity.size(); ++i) {
        const bool known = usable(raw, atoms, i) && out.status != Status::number_missing;
        out.left_out += !known;
        out.background_subtracted.push_back(known ? raw.intensity[i] / monitor - b * at(raw.background, i) : unknown);
        if (raw.intensity_variance.empty()) continue;
        const double own = raw.intensity_variance[i] / (monitor * monitor);
        const double variance = own + b * b * at(raw.background_variance, i);
        out.variance.push_back(known ? variance : unknown);
        out.own_share.push_back(variance > 0 ? own / variance : 1);
    }
}

void divide_by_factors(const GeometryTable& geometry, const Numbers& numbers, const Options& options, Reduced& out) {
    for (std::size_t i = 0; i < out.background_subtracted.size(); ++i) {
        out.absorption.push_back(options.plate ? plate_absorption(geometry.two_theta_rad[i], numbers.mu_t) : 1);
        const double factor = geometry.polarization[i] * geometry.solid_angle[i] * geometry.incidence[i] * out.absorption.back();
        out.correction.push_back(factor);
        out.corrected.push_back(out.background_subtracted[i] / factor);
        if (!out.variance.empty()) out.corrected_variance.push_back(out.variance[i] / (factor * factor));
    }
}

/// The scales by all methods; out.scale is that of the one asked for.
void find_scales(const Points& points, const Numbers& numbers, const Options& options, Reduced& out) {
    const auto high_q = high_q_scale(points, options.fit, options.constant);
    Scale krogh_moe;
    if (std::isfinite(numbers.number_density) && numbers.number_density > 0)
        krogh_moe = krogh_moe_scale(points, options.fit, options.constant, numbers.number_density, options.damping_angstrom2);
    out.high_q = high_q.alpha;
    out.krogh_moe = krogh_moe.alpha;
    out.ad_hoc = ad_hoc_scale(points, options.ad_hoc);
    if (options.method == Method::high_q) out.scale = high_q;
    if (options.method == Method::krogh_moe) out.scale = krogh_moe;
    if (options.method == Method::ad_hoc) out.scale = {out.ad_hoc, {}, unknown, 0, std::isfinite(out.ad_hoc.value)};
    const double a = out.high_q.value, b = out.krogh_moe.value;
    if (a > 0 && b > 0) out.spread = std::abs(a - b) / ((a + b) / 2);
}

Status status_of_scale(const Scale& scale) {
    if (!scale.found) return Status::too_few_points;
    return scale.alpha.value > 0 ? Status::ok : Status::scale_not_positive;
}

/// What alpha I is above |<f>|^2 S by.
Doubles offset_of(const Points& points, const Options& options, Reduced& out) {
    Doubles offset(points.q.size(), unknown);
    SlowPart slow;
    if (options.method == Method::ad_hoc) {
        slow = slow_part(points, out.scale.alpha.value, options.ad_hoc, options.polynomial_order);
        if (!slow.found) out.status = Status::too_few_points;
        out.polynomial = slow.terms;
    }
    for (std::size_t i = 0; i < offset.size(); ++i)
        offset[i] = options.method == Method::ad_hoc ? points.square_mean[i] * slow.curve[i]
                                                     : out.scale.beta.value + points.expected[i] - points.square_mean[i];
    return offset;
}

std::ptrdiff_t numbers_fitted(const Options& options) {
    if (options.method == Method::ad_hoc) return static_cast<std::ptrdiff_t>(std::ceil(options.polynomial_order)) + 1;
    return options.constant ? 1 : 2;
}

Status judge(const Reduced& reduced, const Options& options) {
    if (reduced.lowest.beyond > 0) return Status::negative_beyond_bound;
    if (std::abs(reduced.level.mean.value - 1) > options.largest_level_offset) return Status::level_off;
    const bool absolute = options.method != Method::ad_hoc;  // which takes neither of the two scales
    return absolute && reduced.spread > options.largest_spread ? Status::scale_spread : Status::ok;
}

/// As structure_factor() has it, without a number in it.
Structure nothing(const Points& points) {
    const Doubles none(points.q.size(), unknown), variances = points.variance.empty() ? Doubles() : none;
    return {none, variances, none, none, variances, none, variances};
}

}  // namespace

Reduced reduce(std::span<const double> q_inv_angstrom, const Raw& raw, const AtomicFactors& atoms, const GeometryTable& geometry,
               const Numbers& numbers, const Options& options) {
    check(q_inv_angstrom.size(), raw, atoms, geometry);
    check_order_of(atoms);
    Reduced out;
    if (!all_known(numbers, options)) out.status = Status::number_missing;
    subtract_background(raw, atoms, numbers, out);
    divide_by_factors(geometry, numbers, options, out);
    for (std::size_t i = 0; i < q_inv_angstrom.size(); ++i) out.expected.push_back(atoms.mean_square[i] + at(atoms.compton, i));
    out.polynomial.assign(static_cast<std::size_t>(std::ceil(options.polynomial_order)), unknown);

    const Points points{q_inv_angstrom, out.corrected, out.corrected_variance, out.expected, atoms.square_mean};
    out.structure = nothing(points);
    if (out.status == Status::ok) {
        find_scales(points, numbers, options, out);
        out.status = status_of_scale(out.scale);
    }
    if (out.status != Status::ok) {
        out.scale = {};
        return out;
    }
    const Doubles offset = offset_of(points, options, out);
    if (out.status != Status::ok) return out;
    out.structure = structure_factor(points, atoms.mean_square, offset, out.scale.alpha.value);
    out.level = level(q_inv_angstrom, out.structure, options.fit, numbers_fitted(options));
    out.lowest = lowest(q_inv_angstrom, out.structure, options.fit, bound_sigmas, bound_slack);
    out.status = judge(out, options);
    return out;
}

}  // namespace sluice::total_scattering
