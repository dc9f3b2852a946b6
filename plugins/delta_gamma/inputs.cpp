// SPDX-License-Identifier: BSD-3-Clause
// From the curves of an item to what theory and fit take: y = q a, points left out, the derivatives by S.
#include "inputs.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/percus_yevick.hpp>

namespace sluice::delta_gamma {
namespace {

using std::size_t;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

void check(const char* name, const Curve& curve) {
    const auto n = curve.q_inv_nm.size();
    if (curve.values.size() != n || (!curve.variances.empty() && curve.variances.size() != n))
        numerics::fail<std::invalid_argument>(name, " has ", curve.values.size(), " values and ", curve.variances.size(),
                                              " variances for ", n, " q.");
    double last = -1;
    for (size_t i = 0; i < n; ++i) {
        const double q = curve.q_inv_nm[i];
        if (!std::isfinite(q)) continue;
        if (q < 0)
            numerics::fail<std::domain_error>("q of input '", name, "' is ", q, " 1/nm at index ", i, ", must be at least 0.");
        if (!(q > last))
            numerics::fail<std::domain_error>("q of input '", name, "' must increase strictly, but is ", q, " 1/nm at index ", i,
                                              " after ", last, ". Sort the points, and merge repeated ones.");
        last = q;
    }
}

/// Values without those that have no variance, where variances are known.
Doubles usable_values(const Curve& curve) {
    Doubles values(curve.values.begin(), curve.values.end());
    for (size_t i = 0; i < values.size(); ++i)
        if (!curve.variances.empty() && !(curve.variances[i] >= 0 && std::isfinite(curve.variances[i]))) values[i] = unknown;
    return values;
}

/// y where S is known: everywhere for a model, else within the points used. Rounding at the ends is forgiven.
std::optional<double> within_points(const StructureFactor& s, double y) {
    if (!std::isfinite(y)) return std::nullopt;
    const auto knots = s.knots();
    if (knots.empty()) return y;
    if (!numerics::inside(y, knots.front(), knots.back())) return std::nullopt;
    return std::clamp(y, knots.front(), knots.back());
}

void take_ratio(MeasuredH& out, const Data& data, const Structure& structure) {
    const auto& ratio = *data.ratio;
    const auto n = ratio.q_inv_nm.size(), m = structure.variances.size();
    const auto values = usable_values(ratio);
    out.variances.assign(ratio.variances.empty() ? 0 : n, unknown);
    out.by_structure.assign(n * m, 0.0);
    for (size_t i = 0; i < n; ++i) {
        const auto y = within_points(*structure.s, out.y[i]);
        if (!y || !std::isfinite(values[i])) {
            out.values[i] = unknown;
            continue;
        }
        const double s = (*structure.s)(*y), product = values[i] * s;
        if (!data.measured)
            out.values[i] = product;
        else if (std::abs(out.values[i] - product) > 1e-6 * std::abs(product))
            out.inconsistent = true;
        if (!ratio.variances.empty()) out.variances[i] = s * s * ratio.variances[i];
        if (m > 0) structure.s->add_weights(*y, values[i], std::span(out.by_structure).subspan(i * m, m));
    }
}

}  // namespace

void check(const Data& data) {
    if (data.structure_factor) check("structure_factor", *data.structure_factor);
    if (data.measured) check("measured", *data.measured);
    if (data.ratio) check("measured_ratio", *data.ratio);
    if (data.measured && data.ratio && data.measured->values.size() != data.ratio->values.size())
        numerics::fail<std::invalid_argument>("measured has ", data.measured->values.size(), " points and measured_ratio ",
                                              data.ratio->values.size(), "; they must be the same.");
}

bool is_number(const Data& data, const Options& options) {
    const bool fixed =
        options.self_part != SelfPart::fixed || (data.fixed_self_part && std::isfinite(data.fixed_self_part->value));
    const bool radius = data.radius_nm > 0 && std::isfinite(data.radius_nm);
    const bool fraction = data.volume_fraction >= 0 && data.volume_fraction < numerics::largest_volume_fraction;
    return radius && fraction && fixed && data.scale_uncertainty >= 0 && std::isfinite(data.scale_uncertainty);
}

Structure structure_of(const Data& data, const Options& options) {
    if (!data.structure_factor) return {StructureFactor(data.volume_fraction)};
    const auto& given = *data.structure_factor;
    const auto y = q_a(given.q_inv_nm, data.radius_nm), values = usable_values(given);
    const double cut = options.q_cut_inv_nm * (1 - 1e-9) * data.radius_nm;  // inclusive, as numerics::inside
    if (StructureFactor::usable(y, values, cut) < 2) return {};
    Structure out{StructureFactor(y, values, {options.low_q, options.high_q, options.low_q_points, cut}, data.volume_fraction)};
    if (given.variances.empty()) return out;
    out.variances.assign(values.size(), 0.0);
    for (size_t j = 0; j < values.size(); ++j) {
        if (!std::isfinite(values[j]) || !(y[j] >= cut)) continue;
        out.variances[j] = given.variances[j];
        out.last_error = std::sqrt(given.variances[j]);
    }
    return out;
}

Doubles q_a(std::span<const double> q_inv_nm, double radius_nm) {
    Doubles out(q_inv_nm.begin(), q_inv_nm.end());
    for (double& each : out) each *= radius_nm;
    return out;
}

MeasuredH measured_of(const Data& data, const Structure& structure) {
    const auto& curve = data.measured ? *data.measured : *data.ratio;
    MeasuredH out;
    out.y = q_a(curve.q_inv_nm, data.radius_nm);
    out.values = usable_values(curve);
    if (data.ratio)
        take_ratio(out, data, structure);
    else
        out.variances.assign(curve.variances.begin(), curve.variances.end());
    return out;
}

Doubles fitted_values(const MeasuredH& measured, const Data& data, const Options& options) {
    const auto& q = data.measured ? data.measured->q_inv_nm : data.ratio->q_inv_nm;
    Doubles out = measured.values;
    for (size_t i = 0; i < out.size(); ++i)
        if (!numerics::inside(q[i], options.q_min_inv_nm, options.q_max_inv_nm)) out[i] = unknown;
    return out;
}

}  // namespace sluice::delta_gamma
