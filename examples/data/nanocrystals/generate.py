#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the curves of this folder: nanocrystals as a colloid, as a liquid, and as both side by side, with known truth.

    I(q) = I0 P(q) S(q) + I0c P(q) + c4 q^-4 + background

P: spheres of radius 2.9 nm, their radii Gaussian with a relative width of 0.07, P(0) = 1, by a dense trapezoid. S: Percus and
Yevick (1958), hard-sphere radius 3.25 nm, volume fraction 0.30. Noise: standard deviation 1 % of I, and 0.02.
"""
import pathlib

import numpy as np

here = pathlib.Path(__file__).parent
random = np.random.default_rng(1958)
radius, spread, hard_sphere_radius, volume_fraction = 2.9, 0.07, 3.25, 0.30  # nm, 1, nm, 1
q = np.round(np.geomspace(0.15, 4.5, 220), 6)  # 1/nm


def form_factor(q):
    r = np.linspace(radius * (1 - 8 * spread), radius * (1 + 8 * spread), 8001)
    weight = r**6 * np.exp(-0.5 * ((r / radius - 1) / spread) ** 2)
    x = q[:, None] * r
    amplitude = 3 * (np.sin(x) - x * np.cos(x)) / x**3
    return (weight * amplitude**2).sum(axis=1) / weight.sum()


def structure_factor(q):
    phi, x = volume_fraction, 2 * q * hard_sphere_radius
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


p, s = form_factor(q), structure_factor(q)
curves = {
    "colloid": 1200 * p + 0.5,
    "liquid": 1500 * p * s + 0.02 * q**-4 + 0.5,
    "coexistence": 1000 * p * s + 400 * p + 0.02 * q**-4 + 0.5,
}
for name, true in curves.items():
    sigma = 0.01 * true + 0.02
    rows = np.column_stack([q, true + sigma * random.standard_normal(q.size), sigma])
    np.savetxt(here / f"{name}.dat", rows, fmt="%.7g", header="q (1/nm)  I (count)  sigma (count)")
