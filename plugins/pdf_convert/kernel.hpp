// SPDX-License-Identifier: BSD-3-Clause
// The functions of total scattering and how each follows from another at one point.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sluice::pdf_convert {

enum class Function { s, f, fk, g, reduced, gk, d, t, tk, rdf };

/// Each function X is X(x) = p (h + offset), where h = S - 1 over q and g - 1 over r, and
/// p = B^amplitude (4 pi rho0)^density x^power, with B the squared mean amplitude (sum of c b)^2 and rho0 the number density.
/// So S = h + 1, F = Q h, FK = B h; g = h + 1, G = 4 pi rho0 r h, GK = B h, D = 4 pi rho0 r B h, T = 4 pi rho0 r (h + 1),
/// TK = B T, RDF = r T = 4 pi rho0 r^2 g.
/// Source: Keen (2001), J. Appl. Cryst. 34, 172 (his G, D and T are GK, D and TK here).
struct Definition {
    std::string_view name;
    Function function;
    bool over_q;
    int amplitude, density, power, offset;
};

/// Throws std::invalid_argument for a name that is none of them.
[[nodiscard]] const Definition& definition_of(std::string_view name);

/// Whether making `to` of `from` takes the number density, or the squared mean amplitude: not where they cancel.
[[nodiscard]] bool needs_density(const Definition& from, const Definition& to);
[[nodiscard]] bool needs_amplitude(const Definition& from, const Definition& to);

enum class AtZero { masked, limit };

struct Curve {
    std::span<const double> x;                  ///< [n], 1/angstrom or angstrom
    std::span<const double> values, variances;  ///< [n]; variances [n] or empty
    std::span<const std::uint8_t> mask = {};    ///< [n] or empty; nonzero: leave out
};

struct Medium {
    double number_density_inv_angstrom3 = 1;  ///< used only where needs_density()
    std::span<const double> amplitude = {};   ///< B, [n] or [1], used only where needs_amplitude()
};

struct Output {
    std::span<double> values, variances;  ///< [n]; variances [n] or empty
    std::span<std::uint8_t> mask;         ///< [n], 1 where there is no value
};

/// Y = (p_Y/p_X) X + p_Y (offset_Y - offset_X), var Y = (p_Y/p_X)^2 var X: exact for one point, and correlations between points
/// stay what they are. rho0 and B are taken as exact.
///
/// At x = 0: a function with p ~ x^m, m >= 1, is 0 there, with variance 0 when it is made from one with a higher power. One with
/// m = 0 (S, FK, g, GK) is not determined by one with m >= 1, which is 0 whatever it is. AtZero::limit gives it the even parabola
/// a + c x^2 through the next two points, with their variances as of independent points (they are even functions, since F and G
/// are odd); only where x begins with 0 and goes up.
///
/// NaN and masked points, and those whose B or rho0 is NaN, give NaN and a mask. Returns how many points are so.
/// Throws std::invalid_argument when the two are not functions of the same variable, and std::domain_error for a B or rho0 that
/// is needed and not above 0, or infinite. Accuracy: there and back to some 1e-15 of the largest term, for instance G = 4 pi rho0
/// r (g - 1) of g.
std::ptrdiff_t convert(const Definition& from, const Definition& to, const Curve& curve, const Medium& medium, AtZero at_zero,
                       const Output& out);

}  // namespace sluice::pdf_convert
