// SPDX-License-Identifier: BSD-3-Clause
// value = offset + scale * of the integral, at each r.
#include "functions.hpp"

#include <numbers>

namespace sluice::pair_distribution {
namespace {

constexpr double pi = std::numbers::pi;

template <class Offset, class Scale>
void write(std::span<const double> r, const Values& from, const Function1D& out, const Offset& offset, const Scale& scale) {
    for (std::size_t j = 0; j < out.value.size(); ++j) out.value[j] = offset(r[j]) + scale(r[j]) * from.value[j];
    for (std::size_t j = 0; j < out.variance.size(); ++j) out.variance[j] = scale(r[j]) * scale(r[j]) * from.variance[j];
}

}  // namespace

void write_pair(std::span<const double> r, const Values& reduced, const Value& slope_at_zero, double number_density,
                const Function1D& out) {
    const double line = 4 * pi * number_density;
    write(
        r, reduced, out, [](double) { return 1.0; }, [&](double at) { return at > 0 ? 1 / (line * at) : 0.0; });
    if (r.empty() || r[0] != 0) return;
    if (!out.value.empty()) out.value[0] = 1 + slope_at_zero.value / line;
    if (!out.variance.empty()) out.variance[0] = slope_at_zero.variance / (line * line);
}

void write_total(std::span<const double> r, const Values& reduced, double number_density, const Function1D& out) {
    const double line = 4 * pi * number_density;
    write(
        r, reduced, out, [&](double at) { return line * at; }, [](double) { return 1.0; });
}

void write_radial(std::span<const double> r, const Values& reduced, double number_density, const Function1D& out) {
    const double line = 4 * pi * number_density;
    write(
        r, reduced, out, [&](double at) { return line * at * at; }, [](double at) { return at; });
}

void write_coordination(std::span<const double> r, const Values& running, double number_density, const Function1D& out) {
    const double line = 4 * pi * number_density;
    write(
        r, running, out, [&](double at) { return line * at * at * at / 3; }, [](double) { return 1.0; });
}

}  // namespace sluice::pair_distribution
