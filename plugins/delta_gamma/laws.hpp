// SPDX-License-Identifier: BSD-3-Clause
// Laws for the short-time self-diffusion coefficient of suspensions, to compare with delta-gamma theory.
#pragma once

namespace sluice::delta_gamma {

/// D_s / D0 of hard spheres with hydrodynamic interaction,
///
///     D_s / D0 = 1 - 1.8315 phi (1 + 0.12 phi - 0.70 phi^2)
///
/// Source: as Tanner et al., Suppressed self-diffusion of nanoscale constituents of a complex liquid, have it in figure 4b; its
/// slope, 1.8315, is the exact one of hard spheres at small phi.
/// phi: volume fraction, 0 to about 0.5, where simulations support it; above it is a formula. NaN gives NaN.
[[nodiscard]] double hard_sphere_self_diffusion(double phi);

/// D_s / D0 of strongly charged spheres at low salt,
///
///     D_s / D0 = 1 - 2.5 phi^(4/3)
///
/// Source: Tanner et al., figure 4b, for the factor 2.5; the form, with a factor nearly independent of the charge: Watzlawek and
/// Naegele (1997), "Diffusion of colloids at short times", arXiv:cond-mat/9707284, abstract. phi: volume fraction >= 0; small,
/// and without added salt. Negative ones and NaN give NaN.
[[nodiscard]] double charged_sphere_self_diffusion(double phi);

}  // namespace sluice::delta_gamma
