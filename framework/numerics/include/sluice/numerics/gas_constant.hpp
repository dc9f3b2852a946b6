// SPDX-License-Identifier: BSD-3-Clause
// The molar gas constant.
#pragma once

namespace sluice::numerics {

/// R in J/(mol K), the product of the Avogadro and Boltzmann constants, 6.02214076e23/mol and 1.380649e-23 J/K, that define the
/// SI since 2019: exact, here to all digits a double holds. Source: BIPM, The International System of Units (9th ed., 2019),
/// section 2.2.
inline constexpr double gas_constant_J_per_mol_K = 8.31446261815324;

}  // namespace sluice::numerics
