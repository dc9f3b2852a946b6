#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the files of this folder: what XPCS, SAXS and dynamic light scattering see of a liquid of nanocrystals, with known truth.

    D(q) = D0 H(q) / S(q),   H(q) = (D_s / D_s,theory) [D_s,theory/D0 + H_d(q)],   rate = D(q) q^2

H_d and D_s,theory: delta-gamma with renormalised densities (Beenakker and Mazur, 1984, Physica A 126, 349; Genz and Klein, 1991,
Physica A 171, 26, eq. 6), here by nested adaptive quadrature. S: hard spheres after Percus and Yevick (1958) and, for the
attraction, a term after Debye and Bueche, 0.9 / (1 + (5 nm q)^2)^2. g1: a Schulz distribution of rates, so that
g1 = (1 + p rate t)^(-1/p) with the polydispersity index p. What the truth is stands in truth.json.
"""
import json
import pathlib

import numpy as np
from scipy import integrate, special

here = pathlib.Path(__file__).parent
random = np.random.default_rng(1984)
radius, volume_fraction = 3.1, 0.30  # nm, 1
free_diffusion, self_part = 57.0, 0.23  # um^2/s, 1
temperature, wavelength, index, angle, polydispersity = 298.15, 632.8, 1.43, 90.0, 0.05  # K, nm, 1, degree, 1
boltzmann = 1.380649e-23
# Beenakker and Mazur (1984), table 1, at volume fraction 0.30: phi gamma0^(m) / n, m = 2 to 5
gamma = np.array([0.5627, 0.4895, 0.4364, 0.4005]) / volume_fraction


def percus_yevick(q):
    phi, x = volume_fraction, 2 * q * radius
    if x < 0.05:  # S(0) and nothing of x^2: 3e-4 of S at most
        return (1 - phi) ** 4 / (1 + 2 * phi) ** 2
    alpha = (1 + 2 * phi) ** 2 / (1 - phi) ** 4
    beta = -6 * phi * (1 + phi / 2) ** 2 / (1 - phi) ** 4
    s, c = np.sin(x), np.cos(x)
    g = (
        alpha * (s - x * c) / x**2
        + beta * (2 * x * s + (2 - x**2) * c - 2) / x**3
        + phi * alpha / 2 * (-(x**4) * c + 4 * ((3 * x**2 - 6) * c + (x**3 - 6 * x) * s + 6)) / x**5
    )
    return 1 / (1 + 24 * phi * g / x)


def structure_factor(q):
    return percus_yevick(q) + 0.9 / (1 + (5 * q) ** 2) ** 2


def s_gamma(y):
    y = max(y, 1e-3)
    if y < 0.3:
        c = 2.5 - 3 * y**4 / 350 + 4 * y**6 / 6615
    else:
        c = 4.5 * (
            special.sici(2 * y)[0] / y
            + np.cos(2 * y) / (2 * y**2)
            + np.sin(2 * y) / (4 * y**3)
            - np.sin(y) ** 2 / y**4
            - 4 * (np.sin(y) - y * np.cos(y)) ** 2 / y**6
        )
    more = sum(
        (5 / 9 if m == 2 else 1) * (gamma[m - 2] - 1) * (2 * m - 1) ** 2 * special.jv(m - 0.5, y) ** 2 / y**3 for m in range(2, 6)
    )
    return c + 2.25 * np.pi * more


nodes, weights = np.polynomial.legendre.leggauss(24)
edges = np.arange(0, 200) * np.pi / 2
y = (edges[:-1, None] + np.pi / 4 * (nodes + 1)).ravel()
weight = np.tile(np.pi / 4 * weights, edges.size - 1)
mobility = volume_fraction * np.array([s_gamma(each) for each in y])
sinc2 = (np.sin(y) / y) ** 2
theory = 1 - 2 / np.pi * np.sum(weight * sinc2 * mobility / (1 + mobility)) - 9 / 8 * volume_fraction / edges[-1] ** 2


def distinct_part(q):
    at = q * radius

    def inner(other):
        # over k = |q - q'|, in units of 1/radius
        def integrand(k):
            mu = (at**2 + other**2 - k**2) / (2 * at * other)
            return k / (at * other) * (1 - mu**2) * (structure_factor(k / radius) - 1)

        return integrate.quad(integrand, abs(at - other), at + other, epsabs=1e-9, limit=200)[0]

    near = y < 60
    return 1.5 / np.pi * np.sum((weight * sinc2 / (1 + mobility))[near] * np.array([inner(each) for each in y[near]]))


def noisy(name, x, true, sigma, header):
    rows = np.column_stack([x, true + sigma * random.standard_normal(x.size), sigma])
    np.savetxt(here / name, rows, fmt="%.7g", header=header)


q = np.round(np.linspace(0.08, 0.30, 12), 6)
distinct = np.array([distinct_part(each) for each in q])
hydrodynamic = self_part / theory * (theory + distinct)
diffusion = free_diffusion * hydrodynamic / np.array([structure_factor(each) for each in q])
viscosity = boltzmann * temperature / (3 * np.pi * free_diffusion * 1e-12 * 2 * radius * 1e-9)  # of the Stokes-Einstein relation
q_light = 4 * np.pi * index / wavelength * np.sin(np.radians(angle) / 2)  # 1/nm

rate = diffusion * q**2 * 1e6  # 1/s
noisy("liquid_rates.dat", q, rate, 0.03 * rate, "q (1/nm)  rate (1/s)  sigma (1/s)")
rate = free_diffusion * q**2 * 1e6
noisy("colloid_rates.dat", q, rate, 0.03 * rate, "q (1/nm)  rate (1/s)  sigma (1/s)")
fine = np.round(np.concatenate([np.linspace(0.05, 0.5, 46), np.linspace(0.53, 4.5, 133)]), 6)
true = np.array([structure_factor(each) for each in fine])
noisy("structure_factor.dat", fine, true, 0.01 * true + 0.005, "q (1/nm)  S  sigma")
delay = np.geomspace(1, 400, 60)  # us
decay = free_diffusion * q_light**2 * delay
noisy("dls.dat", delay, (1 + polydispersity * decay) ** (-1 / polydispersity), 0.002 + 0 * delay, "delay (us)  g1  sigma")

truth = {
    "radius_nm": radius,
    "volume_fraction": volume_fraction,
    "free_diffusion_um2_per_s": free_diffusion,
    "self_part": self_part,
    "theory_renormalised": theory,
    "temperature_K": temperature,
    "viscosity_Pa_s": viscosity,
    "q_light_per_nm": q_light,
    "q_per_nm": q.tolist(),
    "distinct": distinct.tolist(),
    "hydrodynamic_function": hydrodynamic.tolist(),
    "diffusion_um2_per_s": diffusion.tolist(),
}
(here / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")
