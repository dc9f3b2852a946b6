// SPDX-License-Identifier: BSD-3-Clause
// Point by point from one function to another.
#include "kernel.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <string>

namespace sluice::pdf_convert {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

constexpr std::array<Definition, 10> definitions{{
    {"S", Function::s, true, 0, 0, 0, 1},
    {"F", Function::f, true, 0, 0, 1, 0},
    {"FK", Function::fk, true, 1, 0, 0, 0},
    {"g", Function::g, false, 0, 0, 0, 1},
    {"G", Function::reduced, false, 0, 1, 1, 0},
    {"GK", Function::gk, false, 1, 0, 0, 0},
    {"D", Function::d, false, 1, 1, 1, 0},
    {"T", Function::t, false, 0, 1, 1, 1},
    {"TK", Function::tk, false, 1, 1, 1, 1},
    {"RDF", Function::rdf, false, 0, 1, 2, 1},
}};

double power(double base, int exponent) {
    double product = 1;
    for (int i = 0; i < std::abs(exponent); ++i) product *= base;
    return exponent < 0 ? 1 / product : product;
}

void check_positive(double value, const char* what, const char* unit) {
    if (std::isnan(value) || (value > 0 && std::isfinite(value))) return;
    throw std::domain_error(std::string(what) + " is " + std::to_string(value) + unit + ", must be above 0 and finite.");
}

/// One straight line Y = factor X + constant per point.
class Conversion {
public:
    Conversion(const Definition& from, const Definition& to, const Medium& medium)
        : from_(from),
          to_(to),
          medium_(medium),
          needs_density_(needs_density(from, to)),
          needs_amplitude_(needs_amplitude(from, to)) {
        if (needs_density_) check_positive(medium.number_density_inv_angstrom3, "number_density", " 1/angstrom^3");
        if (needs_amplitude_)
            for (const double each : medium.amplitude) check_positive(each, "the squared mean amplitude", "");
    }

    struct Line {
        double factor, constant;
    };
    /// Not determined, and so NaN, where p_X is 0 and p_Y is not.
    [[nodiscard]] Line at(double x, std::size_t i) const {
        const double k = needs_density_ ? 4 * std::numbers::pi * medium_.number_density_inv_angstrom3 : 1;
        const double b = needs_amplitude_ ? medium_.amplitude[medium_.amplitude.size() == 1 ? 0 : i] : 1;
        const int powers = to_.power - from_.power;
        if (x == 0 && powers < 0) return to_.power > 0 && !std::isnan(k * b) ? Line{0, 0} : Line{unknown, unknown};
        const double medium = power(b, to_.amplitude - from_.amplitude) * power(k, to_.density - from_.density);
        const int step = to_.offset - from_.offset;
        const double scale = step == 0 ? 0 : power(b, to_.amplitude) * power(k, to_.density) * power(x, to_.power);
        return {medium * power(x, powers), scale * step};
    }

private:
    const Definition &from_, &to_;
    const Medium& medium_;
    bool needs_density_, needs_amplitude_;
};

void put(const Output& out, std::size_t i, double value, double variance) {
    const bool known = !std::isnan(value);
    out.values[i] = value;
    if (!out.variances.empty()) out.variances[i] = known ? variance : unknown;
    out.mask[i] = known ? 0 : 1;
}

/// a + c x^2 through points 1 and 2, at x = 0.
void extrapolate_to_zero(std::span<const double> x, const Output& out) {
    const double near = x[1] * x[1], far = x[2] * x[2];
    const double of_near = far / (far - near), of_far = -near / (far - near);
    const double variance = out.variances.empty() ? 0 : of_near * of_near * out.variances[1] + of_far * of_far * out.variances[2];
    put(out, 0, of_near * out.values[1] + of_far * out.values[2], variance);
}

}  // namespace

const Definition& definition_of(std::string_view name) {
    std::string known;
    for (const auto& each : definitions) {
        if (each.name == name) return each;
        known += (known.empty() ? "" : ", ") + std::string(each.name);
    }
    throw std::invalid_argument("'" + std::string(name) + "' is none of " + known + ".");
}

bool needs_density(const Definition& from, const Definition& to) {
    return from.density != to.density || (from.offset != to.offset && to.density != 0);
}

bool needs_amplitude(const Definition& from, const Definition& to) {
    return from.amplitude != to.amplitude || (from.offset != to.offset && to.amplitude != 0);
}

std::ptrdiff_t convert(const Definition& from, const Definition& to, const Curve& curve, const Medium& medium, AtZero at_zero,
                       const Output& out) {
    if (from.over_q != to.over_q)
        throw std::invalid_argument(std::string(from.name) + " and " + std::string(to.name) + " are over different variables.");
    const Conversion conversion(from, to, medium);
    const std::size_t n = curve.x.size();
    for (std::size_t i = 0; i < n; ++i) {
        const auto line = conversion.at(curve.x[i], i);
        const bool masked = !curve.mask.empty() && curve.mask[i] != 0;
        const double variance = curve.variances.empty() ? 0 : line.factor * line.factor * curve.variances[i];
        put(out, i, masked ? unknown : line.factor * curve.values[i] + line.constant, variance);
    }
    const bool left_open = to.power == 0 && from.power > 0;
    if (at_zero == AtZero::limit && left_open && n >= 3 && curve.x[0] == 0 && curve.x[1] > 0 && curve.x[2] > curve.x[1] &&
        (curve.mask.empty() || curve.mask[0] == 0))
        extrapolate_to_zero(curve.x, out);
    std::ptrdiff_t left_out = 0;
    for (const auto each : out.mask) left_out += each;
    return left_out;
}

}  // namespace sluice::pdf_convert
