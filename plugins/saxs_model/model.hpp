// SPDX-License-Identifier: BSD-3-Clause
// I(q) of a model, with its derivatives by all parameters.
#pragma once

#include <span>
#include <vector>

#include "models/form_factors.hpp"

namespace sluice::saxs_model {

enum class Structure { none, percus_yevick };

/// I = amplitude P S + colloid_amplitude P + porod_amplitude q^-4 + background
struct Kind {
    FormFactor form = Sphere{};
    numerics::SizeDistribution distribution = numerics::SizeDistribution::gaussian;
    Structure structure = Structure::none;
    bool decoupling = false;  ///< S is then 1 + beta (S_PY - 1)
};

/// Whether the kind has this parameter.
[[nodiscard]] bool uses(const Kind& kind, std::size_t parameter);

/// P and S at some q with their slopes by the nonlinear parameters; slopes are empty unless asked for.
struct Shape {
    std::vector<double> form_factor, structure_factor;  ///< [q]
    std::vector<double> form_slopes;                    ///< [q, n_form]
    std::vector<double> structure_slopes;               ///< [q, n_nonlinear]
};

/// P of the kind: 1 at q = 0, averaged over sizes. S: that of hard spheres with the diameter 2 hard_sphere_radius in the
/// Percus-Yevick approximation, 1 at high q; 1 everywhere without structure. Derivatives are exact (automatic).
/// q_inv_nm: [n], >= 0. Accuracy as of numerics::SphereScattering and numerics::PercusYevick.
/// Throws std::invalid_argument for a spread or volume fraction out of range.
[[nodiscard]] Shape shape_of(const Kind& kind, std::span<const double> q_inv_nm, std::span<const double> values, bool slopes);

/// dI / d parameter at point i, [n_parameters]; those that the kind does not use are 0.
void intensity_slopes(const Shape& shape, std::size_t i, double q_inv_nm, std::span<const double> values, std::span<double> out);

[[nodiscard]] inline double power_law(double q_inv_nm) { return 1 / (q_inv_nm * q_inv_nm * q_inv_nm * q_inv_nm); }

[[nodiscard]] inline double intensity(const Shape& shape, std::size_t i, double q_inv_nm, std::span<const double> values) {
    const double law = values[porod_amplitude] == 0 ? 0 : values[porod_amplitude] * power_law(q_inv_nm);
    return (values[amplitude] * shape.structure_factor[i] + values[colloid_amplitude]) * shape.form_factor[i] + law +
           values[background];
}

}  // namespace sluice::saxs_model
