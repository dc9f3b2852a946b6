#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the curves of this folder: a La65Co25Al10 glass heated from 310 K to 590 K, with known truth.

    I(q) = scale {<f^2> + |<f>|^2 (S - 1) + C(q) (E'/E)^2 + constant} + 0.9 B(q)

F = q (S - 1) is that of Percus and Yevick (1958) spheres of diameter 3.0 angstrom and number density 0.0352 per cubic angstrom,
damped by exp(-(u q)^2 / 2), u = 0.2 angstrom at 310 K and growing with T (the first shell broadens), plus a
medium-range order that sets in at 450 K: G gains A(T) sin(k r) exp(-((r - r0)/w)^2 / 2), k = 4.46 per angstrom, r0 = 10, w = 3
angstrom, A = 0.4 / (1 + exp(-(T - 450)/10)), whose F is written down in closed form. Factors by xraylib, 100 keV. Poisson noise.
`truth.dat` holds S at the lowest and the highest temperature.
"""
import pathlib

import numpy as np
import xraylib

here = pathlib.Path(__file__).parent
random = np.random.default_rng(2022)
composition = {57: 0.65, 27: 0.25, 13: 0.10}
energy, scale, constant, background_scale = 100.0, 60.0, 15.0, 0.9  # keV, counts, electron units, 1
diameter, density = 3.0, 0.0352  # angstrom, 1/angstrom^3
q = np.round(np.arange(0.6, 20.0001, 0.025), 3)  # 1/angstrom
temperatures = np.arange(310, 591, 20)  # K


def averages():
    f, f2, compton = 0, 0, 0
    wavelength = 12.398419843320026 / energy
    sine = q * wavelength / (4 * np.pi)
    recoil = 1 / (1 + energy / 510.99895 * (1 - np.cos(2 * np.arcsin(sine))))
    for z, c in composition.items():
        f0 = np.array([xraylib.FF_Rayl(z, x / (4 * np.pi)) for x in q])
        each = f0 + xraylib.Fi(z, energy) + 1j * abs(xraylib.Fii(z, energy))
        f, f2 = f + c * each, f2 + c * abs(each) ** 2
        compton = compton + c * np.array([xraylib.SF_Compt(z, x / (4 * np.pi)) for x in q]) * recoil**2
    return abs(f) ** 2, f2, compton


def percus_yevick(q):
    phi, x = np.pi / 6 * density * diameter**3, q * diameter
    alpha = (1 + 2 * phi) ** 2 / (1 - phi) ** 4
    beta = -6 * phi * (1 + phi / 2) ** 2 / (1 - phi) ** 4
    gamma = phi * alpha / 2
    s, c = np.sin(x), np.cos(x)
    g = (
        alpha * (s - x * c) / x**2
        + beta * (2 * x * s + (2 - x**2) * c - 2) / x**3
        + gamma * (-(x**4) * c + 4 * ((3 * x**2 - 6) * c + (x**3 - 6 * x) * s + 6)) / x**5
    )
    return 1 / (1 + 24 * phi * g / x)


def structure_factor(t):
    u = 0.2 + 5e-5 * (t - 310)
    a, k, r0, w = 0.4 / (1 + np.exp(-(t - 450) / 10)), 4.46, 10.0, 3.0

    def line(p):
        return np.exp(-((w * p) ** 2) / 2) * np.cos(p * r0)

    medium = a * w * np.sqrt(2 * np.pi) / 2 * (line(q - k) - line(q + k))
    return 1 + (percus_yevick(q) - 1) * np.exp(-((u * q) ** 2) / 2) + medium / q


square_mean, mean_square, compton = averages()
background = 900 * np.exp(-q / 4) + 250
rows = {"background": background}
for t in temperatures:
    electrons = mean_square + square_mean * (structure_factor(t) - 1) + compton + constant
    rows[f"T{t}K"] = scale * electrons + background_scale * background
for name, mean in rows.items():
    counts = random.poisson(mean * 20) / 20  # 20 counts to the unit
    table = np.column_stack([q, counts, np.sqrt(np.maximum(counts, 1 / 20) / 20)])
    np.savetxt(here / f"{name}.xy", table, fmt=["%.3f", "%.2f", "%.2f"], header="q(1/angstrom) I sigma")
np.savetxt(here / "truth.dat", np.column_stack([q, structure_factor(310), structure_factor(590)]), fmt=["%.3f", "%.5f", "%.5f"],
           header="q(1/angstrom) S_310K S_590K")
