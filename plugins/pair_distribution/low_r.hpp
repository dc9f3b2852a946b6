// SPDX-License-Identifier: BSD-3-Clause
// Below the closest approach of atoms G must be -4 pi rho0 r: how far it is from that, and the correction of S that brings it
// there.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "cut.hpp"

namespace sluice::pair_distribution {

/// What a pass takes off: in proportion to S, for an error of the normalisation, or the same everywhere, for one that was added.
enum class Correction { eggert, fourier_filter };
inline constexpr std::array<std::string_view, 2> correction_names{"eggert", "fourier_filter"};

/// Integrals over 0 <= r <= limit by Gauss-Legendre nodes, so many that they are exact for all that the cut's Q can make.
class LowR {
public:
    /// limit: in angstrom, above 0, where atoms cannot be closer. The cut must outlive this.
    LowR(const Sums& sums, const Cut& cut, double limit);

    struct Result {
        std::vector<double> s;           ///< [n_q], S after the passes; outside of the cut's range as it came
        std::vector<double> chi_square;  ///< [passes + 1], 1/angstrom^3, before the first pass and after each
        double residual = 0;             ///< rms of D after the last pass, 1/angstrom^2
        double relative = 0;             ///< the same over the rms of 4 pi rho0 r
    };

    /// With D = G + 4 pi rho0 r,
    ///
    ///     chi^2 = int_0^limit D^2 dr,     S <- S - (p / Q) int_0^limit D sin(Q r) dr     (at Q = 0: p int D r dr)
    ///
    /// as often as asked, with p = S (eggert) or 1 (fourier_filter). Source: Eggert, Weck, Loubeyre and Mezouar (2002), Phys.
    /// Rev. B 65, 174105. More passes always lower chi^2, also of wrong data: it tells how much was to be corrected. s: [n_q].
    [[nodiscard]] Result correct(std::span<const double> s, double number_density, int passes, Correction correction) const;

    /// The number density whose line fits best: minimises int_0^limit (G + 4 pi rho0 r)^2 dr,
    ///
    ///     rho0 = -3 / (4 pi limit^3) int_0^limit r G dr
    ///
    /// linear in S, so its variance is exact. Unit 1/angstrom^3.
    [[nodiscard]] Value density(std::span<const double> s, std::span<const double> variance) const;

private:
    [[nodiscard]] std::vector<double> misfit(std::span<const double> s, double number_density) const;
    void correct_once(std::vector<double>& s, std::span<const double> misfit, Correction correction) const;

    const Sums* sums_;
    const Cut* cut_;
    double limit_;
    std::vector<double> nodes_, weights_;
    std::vector<double> sines_;  ///< [nodes * points of the range]
    Cut::Low low_;               ///< of G at the nodes
};

/// Nodes and weights of n-point Gauss-Legendre quadrature over [0, length]. Source: Abramowitz and Stegun (1964),
/// 25.4.29, roots by Newton's method from cos(pi (i + 3/4) / (n + 1/2)); accurate to 1e-14 for n up to some thousand.
void gauss_legendre(std::size_t n, double length, std::vector<double>& nodes, std::vector<double>& weights);

}  // namespace sluice::pair_distribution
