// SPDX-License-Identifier: BSD-3-Clause
// Written by generate.py (mpmath, 50 digits); do not edit. Ours, under the project's licence.
#pragma once

#include <array>

namespace sluice::background_subtraction::reference {

inline constexpr std::array<double, 12> sample = {
    17.0, 17.029537866938504, 19.142484111032005, 15.427557757459004, 15.027527969993466, 12.938893827949645,
    15.989719512566658, 17.029038576700827, 18.798638799233114, 16.69694555584638, 14.848600783753096, 13.586746757055252};
inline constexpr std::array<double, 12> background = {
    20.0, 22.52441295442369, 22.727892280477047, 20.4233600241796, 17.729592514076217, 17.123227176010584,
    19.161753505403222, 21.970959796156368, 22.968074739870147, 21.23635545572527, 18.36793666733189, 17.00002938034789};
inline constexpr std::array<double, 12> var_sample = {
    1.5, 1.2701511529340699, 0.7919265817264288, 0.5050037516997773, 0.6731781895681941, 1.141831092731613,
    1.480085143325183, 1.3769511271716524, 0.9272499830956933, 0.5444348690576615, 0.5804642354617737, 1.0022128489940254};
inline constexpr std::array<double, 12> var_background = {
    0.5, 0.55, 0.6, 0.65, 0.7, 0.75,
    0.8, 0.85, 0.9, 0.95, 1.0, 1.05};

inline constexpr double scale = 0.8017407176525492;  // where d(chi-square)/d(scale) = 0
inline constexpr double sigma = 0.016900345206659943;
inline constexpr double chi_square = 4.407772239518985;
inline constexpr double unweighted_scale = 0.8019645847881757;  // least squares, background exact

}  // namespace sluice::background_subtraction::reference
