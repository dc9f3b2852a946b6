// SPDX-License-Identifier: BSD-3-Clause
// Written by generate.py (exact fractions); do not edit. Ours, under the project's licence.
#pragma once

#include <array>

namespace sluice::mean::reference {

inline constexpr int blocks = 4;

inline constexpr std::array<double, 10> values = {
    1000000000.0, 1000000000.6569866, 1000000000.9906074, 1000000000.8366556, 1000000000.2709057,
    999999999.5718173, 999999999.0834785, 999999999.0462474, 999999999.478449, 1000000000.1673557};
inline constexpr std::array<double, 10> variances = {
    0.5, 0.75, 1.0, 0.5, 0.75,
    1.0, 0.5, 0.75, 1.0, 0.5};

// By replicate: all items, then without block 0, 1, ...
inline constexpr std::array<double, 5> mean = {
    1000000000.0102503, 999999999.7792727, 999999999.8743677, 1000000000.3429943, 1000000000.0570873};
inline constexpr std::array<double, 5> propagated = {
    0.0725, 0.10204081632653061, 0.09375, 0.10204081632653061, 0.08984375};
inline constexpr std::array<double, 5> scatter = {
    0.049092065308458735, 0.06346091649966187, 0.0628515403178973, 0.03959106527539232, 0.07309359839238994};

}  // namespace sluice::mean::reference
