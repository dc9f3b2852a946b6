# SPDX-License-Identifier: BSD-3-Clause
"""Writes expected.hpp: what scipy gives for the same points. Run in this folder: python3 generate.py > expected.hpp"""
import numpy as np
import scipy
from scipy.interpolate import UnivariateSpline, make_smoothing_spline
from scipy.signal import savgol_coeffs, savgol_filter

N = 24
rng = np.random.default_rng(20260101)
grid = 0.25 + 0.125 * np.arange(N)
x = np.round(np.cumsum(rng.uniform(0.05, 0.6, N)), 6)
y = np.round(3 * np.sin(1.3 * x) + rng.normal(0, 0.4, N), 6)
var = np.round(rng.uniform(0.05, 0.4, N), 6)
w = 1 / var
PENALTY = 0.2

columns = [make_smoothing_spline(x, e, w=w, lam=PENALTY)(x) for e in np.eye(N)]
h = np.array(columns).T  # H by brute force, one unit vector at a time

# A fit that leaves one point out, evaluated there: what `fill` must give.
left = np.delete(np.arange(N), 9)
rows = [make_smoothing_spline(x[left], e, w=w[left], lam=PENALTY)(x[9]) for e in np.eye(N - 1)]


def table(name, values):
    texts = [repr(float(v)) for v in values]
    lines = [", ".join(texts[i : i + 6]) for i in range(0, len(texts), 6)]
    print(f"inline const std::vector<double> {name} = {{\n    " + ",\n    ".join(lines) + "};")


def number(name, value):
    print(f"inline constexpr double {name} = {float(value)!r};")


print("// SPDX-License-Identifier: BSD-3-Clause")
print(f"// Written by generate.py (scipy {scipy.__version__}, numpy {np.__version__}); do not edit. Ours, under the project's licence.")
print("#pragma once\n\n#include <vector>\n\nnamespace sluice::smoothing::reference {\n")
table("grid", grid)
table("x", x)
table("y", y)
table("variances", var)
print("\n// scipy.signal")
table("coefficients_7_3", savgol_coeffs(7, 3, use="dot"))
table("coefficients_9_4_second", savgol_coeffs(9, 4, deriv=2, delta=0.125, use="dot"))
table("coefficients_5_2_at_end", savgol_coeffs(5, 2, pos=4, use="dot"))
table("filter_7_3", savgol_filter(y, 7, 3, mode="interp"))
table("filter_9_4_slope", savgol_filter(y, 9, 4, deriv=1, delta=0.125, mode="interp"))
print("\n// scipy.interpolate.make_smoothing_spline of x, y with weights 1 / variances")
number("penalty", PENALTY)
table("spline", make_smoothing_spline(x, y, w=w, lam=PENALTY)(x))
table("spline_variances", (h**2) @ var)
number("spline_trace", np.trace(h))
number("filled", np.array(rows) @ y[left])
number("filled_variance", np.array(rows) ** 2 @ var[left])
table("spline_gcv", make_smoothing_spline(x, y)(x))
print("\n// scipy.interpolate.UnivariateSpline of x, y with a large s: one cubic polynomial")
table("cubic", UnivariateSpline(x, y, w=np.sqrt(w), s=1e9)(x))
print("\n}  // namespace sluice::smoothing::reference")
