// SPDX-License-Identifier: BSD-3-Clause
// What a sample is made of, from text: "La65Co25Al10", "Mg2SiO4", "Zr0.46 Cu0.46 Al0.08".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::atomic_factors {

struct Component {
    int atomic_number = 0;
    double amount = 0;    ///< as given, 1 when left out
    double fraction = 0;  ///< of all atoms
};

/// In the order of the text; each element once.
using Composition = std::vector<Component>;

/// Reads element symbols, each followed by its amount of atoms or by none, which is 1; spaces are ignored. An amount is a plain
/// decimal number at or above 0. Fractions are amounts over their sum, so that they add up to 1 to rounding.
///
/// Throws std::invalid_argument, with the position (characters counted from 1) and what to write: empty text, an unknown element,
/// one given twice, brackets, signs, exponents or anything else, a number without an element, a sum of 0, more than 1000
/// characters or 50 elements. Also when all amounts are given, of two elements or more, and look like per cent of atoms (one
/// above 20, sum 90 to 110) or like fractions (all below 1, sum 0.9 to 1.1) that do not add up to 100 or 1 to 1e-4 of that: an
/// amount was mistyped or left out.
Composition parse_composition(std::string_view text);

/// The fractions as text, "La0.65Co0.25Al0.1": what is kept with the results. Up to 6 digits each.
std::string to_text(const Composition& composition);

/// Mean mass of an atom, sum of c_i A_i, in g/mol.
double mean_atomic_mass(const Composition& composition);

}  // namespace sluice::atomic_factors
