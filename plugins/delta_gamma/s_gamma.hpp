// SPDX-License-Identifier: BSD-3-Clause
// S_gamma of the delta-gamma theory: how the many spheres around screen the flow that a force of wave vector y/a makes.
#pragma once

#include <array>
#include <cstddef>

namespace sluice::delta_gamma {

enum class SGamma { bare, renormalised };

/// The renormalised densities are tabulated up to this volume fraction; there is no extrapolation.
inline constexpr double gamma_table_end = 0.45;
/// What is done between the nodes of that table: for the record in a result.
inline constexpr const char* gamma_interpolation = "cubic spline of gamma_m / n through phi = 0 (1), 0.05 ... 0.45";

/// g_m = gamma_0^(m) / n for m = 2 ... 5; all 1 is the bare form.
using Densities = std::array<double, 4>;

/// The renormalised densities at a volume fraction, from 0 (all 1: the exact limit) to gamma_table_end: Beenakker and Mazur
/// (1984), Physica A 126, 349, Table 1, phi = 0.05, 0.10 ... 0.45 to four digits, as quoted by other programs: the printed page
/// was not seen. Between these, and from 0.05 to 0, a cubic spline: a choice. Cubics through four neighbours differ by less than
/// 1e-5 in D_s/D0, straight lines by 3e-4. Throws std::domain_error outside of 0 ... gamma_table_end, and for NaN.
[[nodiscard]] Densities renormalised_densities(double volume_fraction);

/// Bare: all 1, at any volume fraction. Renormalised: the above.
[[nodiscard]] Densities densities(double volume_fraction, SGamma form);

/// Si(x) = int_0^x sin(t)/t dt, odd: the power series up to |x| = 2, then pi/2 + Im E1(i x) by its continued fraction.
/// Source: Abramowitz and Stegun (1964), 5.2.14, 5.2.21 and the even part of 5.1.22. Accuracy: 1e-15.
[[nodiscard]] double sine_integral(double x);

/// The bare S_gamma, with y = q a, a the radius:
///
///     C(y) = (9/2) [Si(2y)/y + cos(2y)/(2y^2) + sin(2y)/(4y^3) - sin^2(y)/y^4 - 4 (sin y - y cos y)^2/y^6]
///
/// C(0) = 5/2, C -> 9 pi/(4 y). Source: Genz and Klein (1991), Physica A 171, 26, eq. 6. Accuracy: 1e-14, by its power series
/// below y = 1, where the closed form loses digits. Throws std::domain_error when y is not at least 0.
[[nodiscard]] double s_gamma_bare(double y);
/// The same in closed form at any y > 0: for the test that both agree.
[[nodiscard]] double s_gamma_closed_form(double y);

/// The four terms that the renormalised densities weigh, (9 pi/4) e_m (2m-1)^2 J_{m-1/2}(y)^2 / y^3 for m = 2 ... 5, with
/// e_2 = 5/9 and e_m = 1 above. At y = 0: 5/2, 0, 0, 0. Throws std::domain_error when y is not at least 0.
[[nodiscard]] std::array<double, 4> s_gamma_terms(double y);

/// S_gamma(y) = C(y) + sum_m (g_m - 1) term_m(y). Source: Genz and Klein (1991), Physica A 171, 26, eq. 6.
[[nodiscard]] double s_gamma(double y, const Densities& g);

}  // namespace sluice::delta_gamma
