# SPDX-License-Identifier: BSD-3-Clause
"""Writes expected.hpp: means and errors in exact rational arithmetic (fractions), by the two-pass formula.

Run in this folder: python3 generate.py > expected.hpp
"""
from fractions import Fraction
from math import sin

ITEMS, BLOCKS = 10, 4
# A large mean over a small scatter: the sum of squares would lose all digits here.
values = [1e9 + sin(7 * i) for i in range(ITEMS)]
variances = [0.5 + 0.25 * (i % 3) for i in range(ITEMS)]


def summary(chosen):
    x, v = [Fraction(values[i]) for i in chosen], [Fraction(variances[i]) for i in chosen]
    n = len(x)
    mean = sum(x) / n
    return mean, sum(v) / n**2, sum((value - mean) ** 2 for value in x) / (n * (n - 1))


keep = [[i for i in range(ITEMS) if i * BLOCKS // ITEMS != block] for block in range(BLOCKS)]
columns = list(zip(summary(range(ITEMS)), *map(summary, keep)))


def array(name, numbers):
    text = [repr(float(v)) for v in numbers]
    lines = ",\n    ".join(", ".join(text[i : i + 5]) for i in range(0, len(text), 5))
    print(f"inline constexpr std::array<double, {len(text)}> {name} = {{\n    {lines}}};")


print(f"""// SPDX-License-Identifier: BSD-3-Clause
// Written by generate.py (exact fractions); do not edit. Ours, under the project's licence.
#pragma once

#include <array>

namespace sluice::mean::reference {{

inline constexpr int blocks = {BLOCKS};
""")
array("values", values)
array("variances", variances)
print("\n// By replicate: all items, then without block 0, 1, ...")
for name, column in zip(["mean", "propagated", "scatter"], columns):
    array(name, column)
print("\n}  // namespace sluice::mean::reference")
