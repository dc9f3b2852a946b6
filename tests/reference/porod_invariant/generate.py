# SPDX-License-Identifier: BSD-3-Clause
"""Writes expected.hpp: curves with known invariant, in 50-digit arithmetic (mpmath), sharing no code with the plugin.

Run in this folder: python3 generate.py > expected.hpp   (needs python3-mpmath)
"""
from mpmath import cos, exp, lu_solve, matrix, mp, mpf, pi, quad, sin, sqrt

mp.dps = 50


def sphere(q):
    return (3 * (sin(q) - q * cos(q)) / q**3) ** 2


def debye_bueche(q):
    return 1 / (1 + q**2) ** 2


def ornstein_zernike(q):
    return 1 / (1 + q**2)


def gaussian_chain(q):
    return 2 * (exp(-q**2) + q**2 - 1) / q**4


# Total of q^2 I over 0..inf: closed forms; the last two do not converge.
SYSTEMS = {sphere: 3 * pi / 2, debye_bueche: pi / 4, ornstein_zernike: None, gaussian_chain: None}


def grid():
    """60 irregular points from 0.05 to about 16, rounded to doubles so that the plugin sees exactly these."""
    return [mpf(float(mpf("0.05") * mpf(320) ** ((i + mpf("0.3") * sin(5 * i)) / 59))) for i in range(60)]


def parabola_integral(x, y, lower, upper):
    """Integral from lower to upper of the parabola through three points, by solving for its coefficients."""
    c = lu_solve(matrix([[1, t, t * t] for t in x]), matrix(y))
    return sum(c[k] * (upper ** (k + 1) - lower ** (k + 1)) / (k + 1) for k in range(3))


def simpson(x, y):
    total = sum(parabola_integral(x[i : i + 3], y[i : i + 3], x[i], x[i + 2]) for i in range(0, len(x) - 2, 2))
    if len(x) % 2 == 0:
        total += parabola_integral(x[-3:], y[-3:], x[-2], x[-1])
    return total


def trapezoid(x, y):
    return sum((x[i + 1] - x[i]) * (y[i + 1] + y[i]) / 2 for i in range(len(x) - 1))


def sigma(rule, x, s):
    """Error of a linear rule: it is applied to each unit vector in turn."""
    n = len(x)
    parts = [rule(x, [x[i] ** 2 * s[i] if i == k else mpf(0) for i in range(n)]) for k in range(n)]
    return sqrt(sum(p * p for p in parts))


def number(value):
    return "none" if value is None else repr(float(value))


def rows(values):
    text = [number(v) for v in values]
    return ",\n        ".join(", ".join(text[i : i + 5]) for i in range(0, len(text), 5))


def system(model, total):
    q = grid()
    intensity = [mpf(float(model(x))) for x in q]
    s = [mpf(float(v / 50 * (1 + cos(i) / 2))) for i, v in enumerate(intensity)]
    f = [x * x * v for x, v in zip(q, intensity)]
    stops = [q[0]] + [mpf(k) for k in range(1, 16)] + [q[-1]]
    exact = quad(lambda x: x * x * model(x), stops)
    print(f'    {{"{model.__name__}", {{{rows(q)}}},\n     {{{rows(intensity)}}},\n     {{{rows(s)}}},')
    print(f"     {number(trapezoid(q, f))}, {number(sigma(trapezoid, q, s))}, {number(simpson(q, f))}, "
          f"{number(sigma(simpson, q, s))}, {number(exact)}, {number(total)}}},")


def guinier(edge, b):
    edge, b = mpf(edge), mpf(b)
    print(f"    {{{number(edge)}, {number(b)}, {number(quad(lambda x: x * x * exp(-b * x * x), [0, edge]))}}},")


print("""// SPDX-License-Identifier: BSD-3-Clause
// Written by generate.py (mpmath, 50 digits); do not edit. Ours, under the project's licence.
#pragma once

#include <limits>
#include <vector>

namespace sluice::porod_invariant::reference {

inline constexpr double none = std::numeric_limits<double>::quiet_NaN();

struct System {
    const char* name;
    std::vector<double> q, intensity, sigma;
    double trapezoid, trapezoid_sigma, simpson, simpson_sigma;
    double range_exact, total_exact;  // integral of the formula over the range, and from 0 to infinity
};

inline const std::vector<System> systems = {""")
for model, total in SYSTEMS.items():
    system(model, total)
print("""};

struct Guinier {
    double edge, b, integral;  // integral of q^2 exp(-b q^2) from 0 to edge
};

inline const std::vector<Guinier> guinier_integrals = {""")
for edge, b in [(2, "-0.5"), ("0.1", "-3"), ("0.1", 0), ("0.1", "0.001"), (1, "0.25"), (1, "0.99"), (1, "1.01"), (2, 3)]:
    guinier(edge, b)
print("""};

}  // namespace sluice::porod_invariant::reference""")
