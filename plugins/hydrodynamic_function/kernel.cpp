// SPDX-License-Identifier: BSD-3-Clause
// S onto the q of D, the quotient, and its covariance.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::hydrodynamic_function {
namespace {

using Part = numerics::Interpolator::Part;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

void check(const char* name, const Curve& curve) {
    const auto n = curve.values.size();
    const bool right = curve.q_inv_nm.size() == n && (curve.variances.empty() || curve.variances.size() == n) &&
                       (curve.mask.empty() || curve.mask.size() == n);
    if (!right) numerics::fail<std::invalid_argument>("the arrays of ", name, " differ in length");
}

double variance_of(const Curve& curve, std::size_t i) { return curve.variances.empty() ? 0 : curve.variances[i]; }

Points empty_points(std::size_t n) {
    return {std::vector<double>(n, unknown), std::vector<double>(n, unknown), std::vector<std::uint8_t>(n, 1)};
}

void put(Points& points, std::size_t i, double value, double variance) {
    points.values[i] = value;
    points.variances[i] = variance;
    points.left_out[i] = 0;
}

numerics::Interpolator lines_through(const Curve& structure_factor, std::span<const std::uint8_t> usable,
                                     std::span<const double> q) {
    try {
        return {structure_factor.q_inv_nm, usable, q, {}};
    } catch (const std::domain_error& error) {
        numerics::fail<std::domain_error>("the q of the structure factor: ", error.what());
    }
}

/// S at each q, and what it is made of.
void interpolate(const Curve& structure_factor, std::span<const double> q, Result& result) {
    Points& s = result.structure_factor;
    if (structure_factor.values.empty()) {
        for (std::size_t i = 0; i < q.size(); ++i)
            if (std::isfinite(q[i])) put(s, i, 1, 0);
        return;
    }
    const auto usable = numerics::usable_points(structure_factor.values, structure_factor.mask);
    const auto lines = lines_through(structure_factor, usable, q);
    const std::vector<double> exact(structure_factor.variances.empty() ? usable.size() : 0, 0.0);
    lines.apply(structure_factor.values, exact.empty() ? structure_factor.variances : std::span<const double>(exact), s.values,
                s.variances, s.left_out);
    for (std::size_t i = 0; i < q.size(); ++i) result.parts.push_back(lines.parts(i));
}

/// D/D0, and H where S is known.
void divide(const Curve& diffusion, double d0, Result& result) {
    const auto usable = numerics::usable_points(diffusion.values, diffusion.mask);
    for (std::size_t i = 0; i < usable.size(); ++i) {
        if (usable[i] == 0 || !std::isfinite(diffusion.q_inv_nm[i])) continue;
        const double d = diffusion.values[i] / d0, variance = variance_of(diffusion, i) / (d0 * d0);
        put(result.ratio, i, d, variance);
        if (result.structure_factor.left_out[i] != 0) continue;
        const double s = result.structure_factor.values[i];
        put(result.hydrodynamic_function, i, d * s, s * s * variance + d * d * result.structure_factor.variances[i]);
        --result.left_out;
        result.negative += d < 0 || s <= 0;
    }
}

/// Whether a point of S with an error is in two points of H.
bool any_shared(const Curve& structure_factor, const Result& result) {
    std::vector<std::uint8_t> seen(structure_factor.variances.size(), 0);
    for (std::size_t i = 0; i < result.parts.size(); ++i) {
        if (result.hydrodynamic_function.left_out[i] != 0) continue;
        for (const Part& part : result.parts[i])
            if (!seen.empty() && structure_factor.variances[part.index] != 0 && seen[part.index]++ != 0) return true;
    }
    return false;
}

Status status_of(const Result& result) {
    const auto n = static_cast<std::ptrdiff_t>(result.ratio.left_out.size());
    const auto usable = n - std::count(result.ratio.left_out.begin(), result.ratio.left_out.end(), 1);
    const auto kept = n - result.left_out;
    if (usable == 0) return Status::no_points;
    if (kept == 0) return Status::no_overlap;
    if (result.negative > 0) return Status::negative;
    return kept < usable ? Status::q_range_mismatch : Status::ok;
}

}  // namespace

Result evaluate(const Curve& diffusion, const Curve& structure_factor, const Estimate& free_diffusion) {
    check("D", diffusion);
    check("S", structure_factor);
    const std::size_t n = diffusion.values.size();
    Result result;
    result.hydrodynamic_function = result.ratio = result.structure_factor = empty_points(n);
    interpolate(structure_factor, diffusion.q_inv_nm, result);
    result.left_out = static_cast<std::ptrdiff_t>(n);
    const double d0 = free_diffusion.value;
    result.scale_uncertainty = d0 > 0 && std::isfinite(d0) ? std::sqrt(free_diffusion.variance) / d0 : unknown;
    if (!(d0 > 0) || std::isinf(d0)) {
        result.status = Status::no_free_diffusion;
        return result;
    }
    divide(diffusion, d0, result);
    result.shared = any_shared(structure_factor, result);
    result.status = status_of(result);
    return result;
}

void covariance(const Curve& diffusion, const Curve& structure_factor, const Estimate& free_diffusion, const Result& result,
                std::span<double> out) {
    const std::size_t n = diffusion.values.size();
    if (out.size() != n * n)
        numerics::fail<std::invalid_argument>("the covariance has ", out.size(), " elements, must be ", n * n, ".");
    const auto& h = result.hydrodynamic_function;
    const double d0 = free_diffusion.value, of_scale = free_diffusion.variance / (d0 * d0);
    // Point by point of S: its part in the S of row i is looked up for every column j.
    std::vector<double> weights(structure_factor.values.size(), 0.0);
    for (std::size_t i = 0; i < n; ++i) {
        if (!result.parts.empty())
            for (const Part& part : result.parts[i]) weights[part.index] = part.weight;
        for (std::size_t j = 0; j < n; ++j) {
            double& each = out[i * n + j];
            each = unknown;
            if (h.left_out[i] != 0 || h.left_out[j] != 0) continue;
            double of_structure = 0;
            if (!result.parts.empty())
                for (const Part& part : result.parts[j])
                    if (weights[part.index] != 0)  // a variance that is NaN is of those two alone that share its point
                        of_structure += part.weight * weights[part.index] * variance_of(structure_factor, part.index);
            each = result.ratio.values[i] * result.ratio.values[j] * of_structure + h.values[i] * h.values[j] * of_scale;
            const double s_over_d0 = result.structure_factor.values[i] / d0;
            if (i == j) each += s_over_d0 * s_over_d0 * variance_of(diffusion, i);
        }
        if (!result.parts.empty())
            for (const Part& part : result.parts[i]) weights[part.index] = 0;
    }
}

}  // namespace sluice::hydrodynamic_function
