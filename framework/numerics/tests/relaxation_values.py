# SPDX-License-Identifier: BSD-3-Clause
# Prints relaxation_values.hpp: the response of a stretched exponential and of Havriliak-Negami, by mpmath to 40 digits.
# Each KWW integral is taken by pieces of Gauss-Legendre along two rays of the complex plane, which must agree to 1e-16.
import multiprocessing
import sys

import mpmath
from mpmath import mp, mpc, mpf

mp.dps = 40

BETAS = ["0.1", "0.15", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "0.95", "0.99", "0.999", "0.999999", "1"]
OMEGAS = ["1e-8", "1e-7", "1e-6", "1e-5", "1e-4", "1e-3", "0.003", "0.01", "0.03", "0.1", "0.2", "0.5", "1", "1.5", "2", "5", "10",
          "30", "100", "1e3", "1e4", "1e5", "1e6", "1e7", "1e8"]
HN = [("1", "1"), ("0.7", "1"), ("1", "0.4"), ("0.8", "0.5"), ("0.1", "0.1"), ("0.35", "2"), ("0.999", "0.999"), ("0.5", "0.1")]


def double(text):  # what the compiler makes of the same literal
    return mpf(float(text))


NODES = mpmath.calculus.quadrature.GaussLegendre(mp).calc_nodes(5, mp.prec)  # 48 in -1 ... 1


def ray(w, beta, angle):
    """beta t^(beta - 1) and 1, each times exp(-i w t - t^beta), integrated along t = s exp(-i angle), s = exp(x)."""
    turn = mpmath.expj(-angle)
    slow, fast = turn**beta, mpc(0, 1) * w * turn
    low = min(0, -mpmath.log(w)) - 75  # below, s is nothing beside 1, s^beta may be something
    end = min(mpmath.log(110 / slow.real) / beta, mpmath.log(110 / fast.real)) + 2
    response = transform = 0
    for begin, stop, count in ((low - 75 / beta, low, 16), (low, end, int((end - low) / 1.25) + 1)):
        half = (stop - begin) / count / 2
        for k in range(count):
            for node, weight in NODES:
                s = mpmath.exp(begin + (2 * k + 1 + node) * half)
                power = s**beta
                value = half * weight * mpmath.exp(-slow * power - fast * s)
                response += power * value
                transform += s * value
    return beta * slow * response, turn * transform


def kww(w, beta):
    """1 - i w F, and F."""
    if beta == 1:
        return 1 / mpc(1, w), 1 / mpc(1, w)
    widest = min(mp.pi, mp.pi / (2 * beta))
    found = []
    for angle in (widest * mpf("0.42"), widest * mpf("0.55")):
        found.append(ray(w, beta, angle))
    for a, b in zip(*found):
        worst = max(abs(a.real / b.real - 1), abs(a.imag / b.imag - 1))
        if worst > mpf("1e-16"):
            sys.exit(f"rays disagree by {mpmath.nstr(worst, 3)} at {w} {beta}")
    if beta == mpf("0.5"):
        q = 1 / (2 * mpmath.sqrt(mpc(0, w)))
        closed = mpmath.sqrt(mp.pi) * q * mpmath.exp(q * q) * mpmath.erfc(q)
        if abs(closed / found[0][0] - 1) > mpf("1e-16"):
            sys.exit(f"not the closed form at {w}")
    return found[0]


def text(x):
    return mpmath.nstr(x, 17, min_fixed=0, max_fixed=0).replace(".0e", "e")


def kww_line(arguments):
    o, b = arguments
    response, transform = kww(double(o), double(b))
    return f"    {{{o}, {b}, {text(response.real)}, {text(-response.imag)}, {text(-transform.imag)}}},"


print("// SPDX-License-Identifier: BSD-3-Clause")
print(f"// Written by relaxation_values.py with mpmath {mpmath.__version__}: 40 digits, rounded to 17; not our own output.")
print("#pragma once\n\nnamespace sluice::numerics::reference {\n")
print("struct Kww {\n    double omega_tau, beta;\n    double storage, loss;    ///< 1 - i w F = storage - i loss")
print("    double transform_sine;  ///< -Im F\n};\n")
print("inline constexpr Kww kww_values[] = {")
with multiprocessing.Pool(3) as pool:
    for line in pool.imap(kww_line, [(o, b) for b in BETAS for o in OMEGAS]):
        print(line, flush=True)
print("};\n")
print("struct HavriliakNegami {\n    double omega_tau, alpha, gamma;\n    double storage, loss;\n};\n")
print("inline constexpr HavriliakNegami havriliak_negami_values[] = {")
for a, g in HN:
    for o in OMEGAS:
        mp.dps = 60
        value = (1 + (mpc(0, 1) * double(o)) ** double(a)) ** -double(g)
        print(f"    {{{o}, {a}, {g}, {text(value.real)}, {text(-value.imag)}}},")
        mp.dps = 40
print("};\n\n}  // namespace sluice::numerics::reference")
