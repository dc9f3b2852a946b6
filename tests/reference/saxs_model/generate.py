#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes expected.hpp: scattering of distributed spheres and shells, and Percus-Yevick S, by 50-digit quadrature (mpmath).

Nothing here shares a formula with the library but the definitions: amplitudes are integrated over the number density of the
radius, panel by panel with Gauss-Legendre, and S comes from Baxter's factorised form |Q(k)|^2, not from the direct correlation
function. Takes some minutes. Run with Debian's python3 and python3-mpmath.
"""
import functools
import pathlib

import mpmath
from mpmath import mp, mpf

mp.dps = 50
PHASE = 20       # largest change of 2 x r within a panel, rad
POINTS = 40      # Gauss-Legendre points of a panel: 1e-50 of what turns by 20 rad
REACH = 13       # standard deviations on both sides of where r^6 p(r) peaks: 1e-36 of it lies beyond
X = [1e-6, 1e-3, 0.03, 0.1, 0.2, 0.299, 0.301, 0.5, 0.799, 0.801, 1.0, 2.0, 3.0, 4.493409457909064, 5.0, 7.725251836937707, 10.0,
     14.0, 20.0, 27.0, 35.0, 50.0, 63.7, 80.0, 99.9, 100.0]
PY_X = [0.0, 1e-6, 1e-3, 0.05, 0.5, 1.0, 1.9999, 2.0001, 3.0, 4.4, 6.2, 6.5, 7.7, 12.0, 20.0, 50.0, 77.0, 150.0, 199.9, 200.0]
PY_PHI = [0.001, 0.05, 0.1, 0.2, 0.3, 0.4, 0.494, 0.55]


@functools.lru_cache(None)
def legendre():
    nodes = []
    for k in range(POINTS):
        x = mpmath.cos(mp.pi * (k + mpf(3) / 4) / (POINTS + mpf(1) / 2))
        for _ in range(8):  # Newton: each step doubles the digits
            below, value = mpf(1), x
            for n in range(2, POINTS + 1):
                below, value = value, ((2 * n - 1) * x * value - (n - 1) * below) / n
            slope = POINTS * (below - x * value) / (1 - x * x)
            x -= value / slope
        nodes.append((x, 2 / ((1 - x * x) * slope ** 2)))
    return nodes


def distribution(kind, s):
    """(density in the variable t, radius of t, first t, last t): r in units of the mean."""
    s = mpf(s)
    if kind == "gaussian":
        return (lambda t: mpmath.exp(-t * t / 2), lambda t: 1 + s * t, max(-1 / s, mpf(-REACH)), REACH + 6 * s)
    if kind == "schulz":  # t = ln r / s
        a = 1 / s ** 2
        return (lambda t: mpmath.exp(a * (s * t + 1 - mpmath.exp(s * t))), lambda t: mpmath.exp(s * t), -REACH - 60 * s, mpf(REACH))
    sigma = mpmath.sqrt(mpmath.log(1 + s * s))
    return (lambda t: mpmath.exp(-t * t / 2), lambda t: mpmath.exp(sigma * t - sigma ** 2 / 2), mpf(-REACH), REACH + 6 * sigma)


def panels(radius, first, last, x):
    edges = [first]
    while edges[-1] < last:
        step = mpf(1)
        while 2 * x * (radius(edges[-1] + step) - radius(edges[-1])) > PHASE:
            step /= 2
        edges.append(min(edges[-1] + step, last))
    return edges


def amplitude(y):
    """sin y - y cos y over y^3 / 3."""
    if y == 0:
        return mpf(1)
    c, s = mpmath.cos_sin(y)
    return 3 * (s - y * c) / y ** 3


def averages(kind, s, surfaces, x):
    """<A>, <A^2> with A = sum contrast (r + offset)^3 F(x (r + offset)), not yet over <1>; and <1>."""
    density, radius, first, last = distribution(kind, s)
    one = mean = square = mpf(0)
    edges = panels(radius, first, last, x)
    for a, b in zip(edges, edges[1:]):
        for node, weight in legendre():
            t = (a + b) / 2 + node * (b - a) / 2
            w, r = weight * (b - a) / 2 * density(t), radius(t)
            value = sum(contrast * (r + offset) ** 3 * amplitude(x * (r + offset)) for offset, contrast in surfaces)
            one, mean, square = one + w, mean + w * value, square + w * value ** 2
    return one, mean, square


def curve(kind, s, surfaces):
    """[(P, beta)] at X, and <A^2>(0)."""
    surfaces = [(mpf(offset), mpf(contrast)) for offset, contrast in surfaces]
    one, _, forward = averages(kind, s, surfaces, mpf(0))
    rows = []
    for x in X:
        with mp.workdps(80 if x < 0.01 else 50):  # sin y - y cos y loses three times the digits of y
            _, mean, square = averages(kind, s, surfaces, mpf(x))
        rows.append((square / forward, mean ** 2 / (one * square)))
    return rows, forward / one


def baxter(x, phi):
    """1 / |Q(k)|^2, Q = 1 - 12 phi int_0^1 Q0(r) e^(i x r) dr, Q0 = a (r^2 - 1) / 2 + b (r - 1); distances in diameters."""
    x, phi = mpf(x), mpf(phi)
    a, b = (1 + 2 * phi) / (1 - phi) ** 2, -3 * phi / (2 * (1 - phi) ** 2)
    if x == 0:
        return 1 / a ** 2
    with mp.workdps(100):
        e = mpmath.expj(x)
        m0 = (e - 1) / (1j * x)
        m1 = (e - m0) / (1j * x)
        m2 = (e - 2 * m1) / (1j * x)
        q = 1 - 12 * phi * (a * (m2 - m0) / 2 + b * (m1 - m0))
        return 1 / abs(q) ** 2


def text(value):
    return mpmath.nstr(value, 17, strip_zeros=True)


def block(values):
    lines, line = [], "     "
    for value in values:
        if len(line) + len(value) > 126:
            lines.append(line.rstrip())
            line = "     "
        line += value + ", "
    return "\n".join(lines + [line.rstrip().rstrip(",")]).strip()


SPHERE = [(0, 1)]
SHELLS = [(0, -0.6), (0.25, 1)]
cases = [("gaussian", s, SPHERE) for s in (0.001, 0.01, 0.05, 0.1, 0.109, 0.111, 0.12, 0.15, 0.2, 0.3)]
cases += [(kind, s, SPHERE) for kind in ("schulz", "log_normal") for s in (0.001, 0.01, 0.05, 0.1, 0.15, 0.2, 0.3)]
cases += [("gaussian", 0.08, SHELLS), ("gaussian", 0.25, SHELLS), ("schulz", 0.2, SHELLS), ("log_normal", 0.15, SHELLS)]

out = [f"""// SPDX-License-Identifier: BSD-3-Clause
// Written by generate.py with mpmath {mpmath.__version__}, {mp.dps} digits; do not edit. Ours, under the project's licence.
#pragma once

#include <vector>

namespace sluice::numerics::reference {{

struct Surface {{
    double offset, contrast;
}};
struct Particles {{
    const char* distribution;
    double spread;
    std::vector<Surface> surfaces;
    double forward;                             ///< <A^2> at q = 0
    std::vector<double> form_factor, decoupling;  ///< at x
}};
struct Fluid {{
    double volume_fraction;
    std::vector<double> structure_factor, minus_one;  ///< at hard_sphere_x
}};

inline const std::vector<double> x{{
     {block([repr(v) for v in X])}}};

inline const std::vector<double> sphere_amplitude{{
     {block([text(amplitude(mpf(v))) if v > 0.01 else text(1 - mpf(v)**2/10 + mpf(v)**4/280 - mpf(v)**6/15120) for v in X])}}};

inline const std::vector<double> hard_sphere_x{{
     {block([repr(v) for v in PY_X])}}};

inline const std::vector<Particles> particles{{"""]
for kind, s, surfaces in cases:
    rows, forward = curve(kind, s, surfaces)
    shells = ", ".join("{%s, %s}" % surface for surface in surfaces)
    out.append(f'    {{"{kind}", {s}, {{{shells}}}, {text(forward)},\n     {{{block([text(p) for p, _ in rows])}}},\n'
               f'     {{{block([text(b) for _, b in rows])}}}}},')
    print(kind, s, flush=True)
out.append("};\n\ninline const std::vector<Fluid> fluids{")
for phi in PY_PHI:
    s = [baxter(x, phi) for x in PY_X]
    out.append(f"    {{{phi}, {{{block([text(v) for v in s])}}},\n     {{{block([text(v - 1) for v in s])}}}}},")
out.append("};\n\n}  // namespace sluice::numerics::reference")
pathlib.Path(__file__).with_name("expected.hpp").write_text("\n".join(out) + "\n")
