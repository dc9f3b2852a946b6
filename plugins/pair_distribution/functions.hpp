// SPDX-License-Identifier: BSD-3-Clause
// The functions that need the number density, from G(r) and the running integral of r G.
#pragma once

#include <span>

#include "cut.hpp"

namespace sluice::pair_distribution {

/// Where a function of r goes. Spans of length 0 are not wanted, and not computed.
struct Function1D {
    std::span<double> value, variance;
};

/// g = 1 + G / (4 pi rho0 r), at r = 0 its limit 1 + G'(0) / (4 pi rho0). r: [n] in angstrom, beginning at 0.
void write_pair(std::span<const double> r, const Values& reduced, const Value& slope_at_zero, double number_density,
                const Function1D& out);
/// T = G + 4 pi rho0 r.
void write_total(std::span<const double> r, const Values& reduced, double number_density, const Function1D& out);
/// RDF = r G + 4 pi rho0 r^2.
void write_radial(std::span<const double> r, const Values& reduced, double number_density, const Function1D& out);
/// n = int_0^r r' G dr' + 4/3 pi rho0 r^3.
void write_coordination(std::span<const double> r, const Values& running, double number_density, const Function1D& out);

}  // namespace sluice::pair_distribution
