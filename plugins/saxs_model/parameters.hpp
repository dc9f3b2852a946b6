// SPDX-License-Identifier: BSD-3-Clause
// The parameters that every model of this plugin draws from, in the order of all vectors and matrices.
#pragma once

#include <array>
#include <cstddef>

namespace sluice::saxs_model {

enum Parameter : std::size_t {
    radius,              ///< nm, mean radius of the (core) sphere
    size_spread,         ///< standard deviation of the radius over its mean
    shell_thickness,     ///< nm
    shell_contrast,      ///< of the shell over that of the core, both against the surroundings
    hard_sphere_radius,  ///< nm, half the distance of closest approach
    volume_fraction,     ///< of the hard spheres
    amplitude,           ///< unit of I: the interacting particles at P = S = 1
    colloid_amplitude,   ///< unit of I: those without neighbours
    porod_amplitude,     ///< unit of I, nm^-4
    background,          ///< unit of I
    n_parameters
};
inline constexpr std::size_t n_nonlinear = 6;  ///< the first of them; I is linear in the others
inline constexpr std::size_t n_form = 4;       ///< the first of those: what the form factor may depend on
inline constexpr std::size_t n_linear = n_parameters - n_nonlinear;

inline constexpr std::array<const char*, n_parameters> parameter_names{
    "radius",          "size_spread", "shell_thickness",   "shell_contrast",  "hard_sphere_radius",
    "volume_fraction", "amplitude",   "colloid_amplitude", "porod_amplitude", "background"};

using Values = std::array<double, n_parameters>;

}  // namespace sluice::saxs_model
