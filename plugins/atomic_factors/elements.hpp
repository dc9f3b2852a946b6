// SPDX-License-Identifier: BSD-3-Clause
// The chemical elements that X-ray tables know: symbols, atomic numbers, standard atomic weights.
#pragma once

#include <string_view>

namespace sluice::atomic_factors {

constexpr int largest_atomic_number = 98;  ///< californium: where the tables of scattering factors end

/// Atomic number of a symbol, "La" -> 57, written with a capital and a small letter; 0 when there is none up to 98.
int atomic_number(std::string_view symbol) noexcept;

/// "La". Throws std::out_of_range unless 1 <= z <= 98, as does the next.
std::string_view symbol(int z);

/// Standard atomic weight in g/mol, to five digits; of elements without stable isotopes the mass number of a long-lived one.
/// Source: CIAAW, abridged standard atomic weights of 2021 (Prohaska et al. (2022), Pure Appl. Chem. 94, 573, table 2). Those of
/// xraylib are not taken: they are older, and 1 % off for thulium.
double atomic_weight(int z);

}  // namespace sluice::atomic_factors
