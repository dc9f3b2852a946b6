# SPDX-License-Identifier: BSD-3-Clause
"""Writes expected.hpp: the matched scale as the root of the derivative of chi-square, in 50 digits (mpmath).

Shares no formula with the plugin's iteration. Run in this folder: python3 generate.py > expected.hpp
(needs python3-mpmath)
"""
from mpmath import cos, diff, findroot, mp, mpf, sin, sqrt

mp.dps = 50
N = 12
SCALE = mpf("0.8")


def double(value):
    """The nearest double, so that the plugin sees exactly these numbers."""
    return mpf(float(value))


background = [double(20 + 3 * sin(i)) for i in range(N)]
sample = [double(SCALE * b + cos(3 * i)) for i, b in enumerate(background)]
var_background = [double(mpf("0.5") + i * mpf("0.05")) for i in range(N)]
var_sample = [double(1 + cos(i) / 2) for i in range(N)]


def chi_square(f):
    points = zip(sample, background, var_sample, var_background)
    return sum((s - f * b) ** 2 / (vs + f * f * vb) for s, b, vs, vb in points)


scale = findroot(lambda f: diff(chi_square, f), (mpf("0.5"), mpf("1.1")), solver="anderson", tol=mpf(10) ** -30)
# York's sigma: the curvature of chi-square for points moved onto the line (true positions, no residuals).
adjusted = [(b * vs + scale * s * vb) / (vs + scale**2 * vb)
            for s, b, vs, vb in zip(sample, background, var_sample, var_background)]
sigma = 1 / sqrt(sum(x * x / (vs + scale**2 * vb) for x, vs, vb in zip(adjusted, var_sample, var_background)))
unweighted = sum(s * b for s, b in zip(sample, background)) / sum(b * b for b in background)


def array(name, values):
    text = [repr(float(v)) for v in values]
    lines = ",\n    ".join(", ".join(text[i : i + 6]) for i in range(0, N, 6))
    print(f"inline constexpr std::array<double, {N}> {name} = {{\n    {lines}}};")


print("""// SPDX-License-Identifier: BSD-3-Clause
// Written by generate.py (mpmath, 50 digits); do not edit. Ours, under the project's licence.
#pragma once

#include <array>

namespace sluice::background_subtraction::reference {
""")
array("sample", sample)
array("background", background)
array("var_sample", var_sample)
array("var_background", var_background)
print(f"""
inline constexpr double scale = {float(scale)!r};  // where d(chi-square)/d(scale) = 0
inline constexpr double sigma = {float(sigma)!r};
inline constexpr double chi_square = {float(chi_square(scale))!r};
inline constexpr double unweighted_scale = {float(unweighted)!r};  // least squares, background exact

}}  // namespace sluice::background_subtraction::reference""")
