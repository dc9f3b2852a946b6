// SPDX-License-Identifier: BSD-3-Clause
// Units of the closed list, and the points of a curve.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace sluice::nxcansas {
namespace {

using io::Coordinate;

constexpr double same_scale = 1e-12;  // of units, relative

bool says(const GatheredArray& array, std::string_view scale) {
    const auto* fact = io::find_fact(array, "intensity_scale");
    const auto* text = fact ? std::get_if<std::string>(&fact->value) : nullptr;
    return text && *text == scale;
}

/// "q in 1/nm, temperature in K"
std::string list_of_coordinates(const GatheredArray& array) {
    std::string text;
    for (const auto& each : array.coordinates)
        text += (text.empty() ? "" : ", ") + each.name + (io::is_text(each) ? " (texts)" : " in " + each.unit);
    return text.empty() ? "none" : text;
}

/// The dim that the coordinate is the axis of: its own name, else its last one.
std::string dim_of(const Coordinate& coordinate) {
    return io::find_dim(coordinate.dims, coordinate.name) >= 0 ? coordinate.name : coordinate.dims.back().name;
}

/// The value of a coordinate that does not vary along q.
std::int64_t position(const Coordinate& coordinate, const GatheredArray& array, const io::Indices& at) {
    return io::place(io::dims_of_values(coordinate), array.dims, at, "").offset;
}

void add_conditions(const GatheredArray& array, const Reading& reading, const io::Indices& at, Curve& curve) {
    curve.conditions = io::describe_curve(array, reading.dim, at);
    for (const auto& each : array.coordinates) {
        if (each.dims.empty() || io::find_dim(each.dims, reading.dim) >= 0) continue;
        const auto i = position(each, array, at);
        if (io::is_text(each) && curve.sample.empty()) curve.sample = each.labels[static_cast<std::size_t>(i)];
        if (each.name == "temperature" && !io::is_text(each)) {
            curve.temperature = io::centre(each, i);
            curve.temperature_unit = each.unit;
        }
    }
}

/// The same points by rising q.
void sort_by_q(Curve& curve) {
    if (!std::is_sorted(curve.q.begin(), curve.q.end())) {
        std::vector<std::size_t> order(curve.q.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return curve.q[a] < curve.q[b]; });
        for (auto* values : {&curve.q, &curve.intensity, &curve.sigma}) {
            if (values->empty()) continue;
            const auto old = *values;
            std::transform(order.begin(), order.end(), values->begin(), [&](std::size_t i) { return old[i]; });
        }
    }
    curve.repeated_q = std::adjacent_find(curve.q.begin(), curve.q.end()) != curve.q.end();
}

}  // namespace

Conversion q_conversion(const std::string& unit, const UnitFactor& factor) {
    for (const char* known : {"1/nm", "1/angstrom", "1/m"})
        if (std::abs(factor(unit, known) - 1) < same_scale) return {known, 1};
    const double to_inv_nm = factor(unit, "1/nm");
    return to_inv_nm > 0 ? Conversion{"1/nm", to_inv_nm} : Conversion{"", 0};
}

Conversion intensity_conversion(const GatheredArray& array, const UnitFactor& factor) {
    const bool relative = says(array, "relative");
    const auto own = array.unit.empty() ? std::string("1") : array.unit;
    for (const char* known : {"1/cm", "cm2/g"})
        if (const double f = factor(own, known); f > 0) return relative ? Conversion{"arbitrary", 1} : Conversion{known, f};
    if (says(array, "absolute")) return {"", 0};
    for (const char* known : {"1", "arbitrary", "1/s", "arbitrary/s"})
        if (factor(own, known) > 0) return {"arbitrary", 1};
    return {"", 0};
}

Reading read_as_curves(const GatheredArray& array, const UnitFactor& factor) {
    Reading reading;
    const std::string subject = "'" + array.label + "' is no curve I(q)";
    for (const auto& each : array.coordinates) {
        if (io::is_text(each) || each.dims.empty() || (each.name != "q" && dim_of(each) != "q")) continue;
        const auto conversion = q_conversion(each.unit, factor);
        if (conversion.unit.empty() || reading.q) continue;
        reading.q = &each;
        reading.q_unit = conversion;
        reading.dim = dim_of(each);
    }
    if (!reading.q)
        throw std::invalid_argument(subject + ": it needs a coordinate q of a unit like 1/nm, and has " +
                                    list_of_coordinates(array) + ". Write it with format columns, or keep it as nexus_result");
    reading.intensity_unit = intensity_conversion(array, factor);
    if (reading.intensity_unit.unit.empty())
        throw std::invalid_argument(
            subject + ": its unit is " + array.unit + (says(array, "absolute") ? " on an absolute scale" : "") +
            ", and an intensity has one like 1/cm or cm2/g, or 1 or count/s where the scale is relative. Write it "
            "with format columns");
    return reading;
}

Curve curve_of(const GatheredArray& array, const Reading& reading, std::int64_t k) {
    const io::Curves curves(array, reading.dim);
    const auto at = curves.indices(k);
    const auto first = curves.offset(k);
    const auto placed = io::place(io::dims_of_values(*reading.q), array.dims, at, reading.dim);
    Curve curve;
    std::visit(
        [&](const auto& intensity) {
            for (std::int64_t i = 0; i < curves.length(); ++i) {
                const auto e = static_cast<std::size_t>(first + i * curves.stride());
                const double q_here = io::centre(*reading.q, placed.offset + i * placed.stride);
                const double value = static_cast<double>(intensity[e]);
                const double sigma = array.variances.empty() ? 0 : std::sqrt(array.variances[e]);
                const bool masked = !array.masked.empty() && array.masked[e] != 0;
                if (masked || !std::isfinite(q_here) || !std::isfinite(value) || !std::isfinite(sigma)) {
                    ++curve.left_out;
                    continue;
                }
                curve.q.push_back(q_here * reading.q_unit.factor);
                curve.intensity.push_back(value * reading.intensity_unit.factor);
                if (!array.variances.empty()) curve.sigma.push_back(sigma * reading.intensity_unit.factor);
            }
        },
        array.values);
    sort_by_q(curve);
    add_conditions(array, reading, at, curve);
    return curve;
}

}  // namespace sluice::nxcansas
