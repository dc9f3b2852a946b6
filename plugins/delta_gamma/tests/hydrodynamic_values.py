# SPDX-License-Identifier: BSD-3-Clause
# Prints hydrodynamic_values.hpp: C(y), Si and the Bessel terms by mpmath, and the distinct part H_d of the delta-gamma theory as it
# is written, an integral over mu inside of one over y', each by scipy's adaptive quadrature.
# PY is cut at y' = 200 pi, which leaves out less than 5e-10; a piecewise linear S with S = 1 above needs no cut.
import math

import mpmath
import scipy
from mpmath import mpf
from scipy.integrate import quad
from scipy.special import jv, sici

mpmath.mp.dps = 40
GAMMA = {0.2: (0.3038, 0.2777, 0.2574, 0.2432), 0.3: (0.5627, 0.4895, 0.4364, 0.4005)}  # phi gamma_0^(m) / n, m = 2 ... 5
Q_A = (0, 1e-6, 0.05, 0.2, 0.3, 0.6, 1, 2, 3, 5, 12)
KNOTS = (0.3, 0.45, 0.6, 0.9, 1.0, 1.5, 2.0, 2.2, 2.9, 3.4, 4.0, 5.5)
VALUES = (0.31, 0.28, 0.35, 0.37, 0.45, 0.62, 0.8, 0.9, 1.6, 2.1, 1.2, 0.9)


def bare(y):
    if y < 0.05:
        return 2.5 - 3 * y**4 / 350 + 4 * y**6 / 6615
    sine, cosine = math.sin(y), math.cos(y)
    long_range = sici(2 * y)[0] / y + math.cos(2 * y) / (2 * y * y) + math.sin(2 * y) / (4 * y**3)
    return 4.5 * (long_range - (sine / y**2)**2 - 4 * ((sine - y * cosine) / y**3)**2)


def s_gamma(y, phi, form):
    total = bare(y)
    if form == "renormalised":
        for m, gamma in zip((2, 3, 4, 5), GAMMA[phi]):
            factor = 9 * math.pi / 4 * (5 / 9 if m == 2 else 1) * (2 * m - 1)**2
            total += factor * (gamma / phi - 1) * jv(m - 0.5, max(y, 1e-6))**2 / max(y, 1e-6)**3
    return total


def weight(y, phi, form):
    return (math.sin(y) / y)**2 / (1 + phi * s_gamma(y, phi, form))


def percus_yevick(k, phi):
    x = 2 * k
    a = (1 + 2 * phi)**2 / (1 - phi)**4
    b = -6 * phi * (1 + phi / 2)**2 / (1 - phi)**4
    c = phi * a / 2
    if x < 0.3:
        u = 24 * phi * sum((-1)**n * x**(2 * n) / math.factorial(2 * n + 1) * (a / (2 * n + 3) + b / (2 * n + 4) + c / (2 * n + 6))
                           for n in range(8))
    else:
        s, o = math.sin(x), math.cos(x)
        u = 24 * phi * (a * (s - x * o) / x**3 + b * (2 * x * s + (2 - x * x) * o - 2) / x**4 +
                        c * (-x**4 * o + 4 * ((3 * x * x - 6) * o + (x**3 - 6 * x) * s + 6)) / x**6)
    return -u / (1 + u)


def integral(f, edges):
    edges = sorted(set(edges))
    return sum(quad(f, a, b, epsabs=1e-13, epsrel=1e-11, limit=200)[0] for a, b in zip(edges, edges[1:]) if b - a > 1e-12)


def over_mu(q, y, h, kinks):
    """int (1 - mu^2) h dmu, broken where |q - q'| meets a kink of h."""
    if q == 0:
        return 4 / 3 * h(y)
    mu = [(q * q + y * y - k * k) / (2 * q * y) for k in kinks]
    edges = [-1 + 2 * i / (int(q / 2) + 1) for i in range(int(q / 2) + 2)] + [m for m in mu if -1 < m < 1]
    return integral(lambda m: (1 - m * m) * h(math.sqrt(max(0, q * q + y * y - 2 * q * y * m))), edges)


def distinct(q, phi, form, h, kinks=(), end=200 * math.pi):
    edges = [i * math.pi for i in range(201) if i * math.pi < end] + [end, q]
    edges += [abs(k + sign * q) for k in kinks for sign in (-1, 1) if abs(k + sign * q) < end]
    f = lambda y: weight(y, phi, form) * over_mu(q, y, h, kinks) if y > 0 else 0
    return 3 / (2 * math.pi) * integral(f, [e for e in edges if e <= end])


def linear(k, phi, low, high):
    if k < KNOTS[0]:
        return percus_yevick(k, phi) if low == "model" else sum(VALUES[:3]) / 3 - 1
    if k > KNOTS[-1]:
        return percus_yevick(k, phi) if high == "model" else 0
    j = max(i for i in range(len(KNOTS) - 1) if KNOTS[i] <= k)
    part = (k - KNOTS[j]) / (KNOTS[j + 1] - KNOTS[j])
    return (1 - part) * VALUES[j] + part * VALUES[j + 1] - 1


def table(name, kind, rows):
    print(f"inline constexpr {kind} {name}[] = {{")
    for row in rows:
        print("    {" + ", ".join(row) + "},")
    print("};\n")


def special_rows():
    for y in ("0.3", "0.9", "1", "1.5", "4.9", "5.1", "20", "300"):
        x = mpf(float(y))
        c = mpf(9) / 2 * (mpmath.si(2 * x) / x + mpmath.cos(2 * x) / (2 * x**2) + mpmath.sin(2 * x) / (4 * x**3) -
                          mpmath.sin(x)**2 / x**4 - 4 * (mpmath.sin(x) - x * mpmath.cos(x))**2 / x**6)
        terms = [9 * mpmath.pi / 4 * (mpf(5) / 9 if m == 2 else 1) * (2 * m - 1)**2 * mpmath.besselj(m - mpf(1) / 2, x)**2 / x**3
                 for m in (2, 3, 4, 5)]
        yield [y] + [mpmath.nstr(each, 17) for each in [mpmath.si(2 * x), c] + terms]


def percus_yevick_rows():
    for phi in (0.2, 0.3):
        for form in ("bare", "renormalised"):
            for q in Q_A:
                yield [f"{phi}", f"SGamma::{form}", f"{q}", f"{distinct(q, phi, form, lambda k: percus_yevick(k, phi)):.12f}"]


def linear_rows():
    for low, high in (("constant", "one"), ("model", "one"), ("constant", "model")):
        for form in ("bare", "renormalised"):
            for q in Q_A:
                end = KNOTS[-1] + q if high == "one" else 200 * math.pi
                value = distinct(q, 0.3, form, lambda k: linear(k, 0.3, low, high), KNOTS, end)
                yield [f"LowQ::{low}", f"HighQ::{high}", f"SGamma::{form}", f"{q}", f"{value:.12f}"]


print("// SPDX-License-Identifier: BSD-3-Clause")
print(f"// Reference values printed by hydrodynamic_values.py (mpmath {mpmath.__version__}, scipy {scipy.__version__}).")
print("""#pragma once

#include "../s_gamma.hpp"
#include "../structure.hpp"

namespace sluice::delta_gamma::values {

struct Special {
    double y, sine_integral_2y, bare, terms[4];
};
struct PercusYevickRow {
    double phi;
    SGamma form;
    double q_a, distinct;
};
struct LinearRow {
    LowQ low;
    HighQ high;
    SGamma form;
    double q_a, distinct;
};
""")
print("/// The points of the piecewise linear S; below them the mean of three.")
print("inline constexpr double knots[] = {" + ", ".join(f"{k}" for k in KNOTS) + "};")
print("inline constexpr double knot_values[] = {" + ", ".join(f"{k}" for k in VALUES) + "};\n")
table("special", "Special", ([r[0], r[1], r[2], "{" + ", ".join(r[3:]) + "}"] for r in special_rows()))
table("percus_yevick", "PercusYevickRow", percus_yevick_rows())
print("/// At a volume fraction of 0.3.")
table("linear", "LinearRow", linear_rows())
print("}  // namespace sluice::delta_gamma::values")
