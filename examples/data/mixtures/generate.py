#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the curves and the table of this folder: binary mixtures near their glass transition, with known truth.

    I(q; T, x) = [x I1(q) + (1-x) I2(q)] (1 + k(T) 4 x (1-x)),    k(T) = 0.2 (260 K - T) / 80 K

so Q_ideal is exactly linear in x, Q/Q_ideal = 1 + 4 k x (1-x), and the lines of Q over T reach Q_ideal at 260 K.
Noise: standard deviation 1 % of I. The sample x = 0.25 at 180 K has crystallised: its Q is 10 % too high.
beta_kww follows Q/Q_ideal = 1 + 3 exp(-beta / 0.2) at 180 K.
"""
import math
import pathlib

import numpy as np

here = pathlib.Path(__file__).parent
random = np.random.default_rng(2022)
q = np.round(np.linspace(0.5, 20, 157), 6)  # 1/nm
measured = {
    180: (0, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1),
    200: (0, 0.25, 0.4, 0.55, 0.7, 1),
    220: (0, 0.25, 0.4, 0.55, 0.7, 1),
    240: (0, 0.4, 0.7, 1),
}


def peaks(first, second):
    """A molecular liquid: a rise to low q and two halos."""
    shape = 0.4 + 1.2 * np.exp(-((q / 2) ** 2))
    for position, height, width in (first, second):
        shape = shape + height * np.exp(-0.5 * ((q - position) / width) ** 2)
    return 100 * shape


pure = {1: peaks((13.1, 9, 1.9), (8.0, 2, 2.2)), 0: peaks((12.2, 6, 2.1), (7.2, 3, 2.0))}


def excess(temperature, x):
    return 0.2 * (260 - temperature) / 80 * 4 * x * (1 - x)


for temperature, present in measured.items():
    for x in present:
        true = (x * pure[1] + (1 - x) * pure[0]) * (1 + excess(temperature, x))
        if (temperature, x) == (180, 0.25):
            true = 1.1 * true
        sigma = 0.01 * true
        rows = np.column_stack([q, true + sigma * random.standard_normal(q.size), sigma])
        np.savetxt(here / f"T{temperature}K_x{x:g}.dat", rows, fmt="%.6g", header="q (1/nm)  I (count)  sigma (count)")

with open(here / "samples.dat", "w") as file:
    file.write("# temperature (K)  composition (1)  crystallised (1)  beta_kww (1)  mixing_enthalpy (J/mol)\n")
    for x in measured[180]:
        crystallised = int(x == 0.25)
        ratio = 1 + excess(180, x)
        beta = -0.2 * math.log((ratio - 1) / 3) if ratio > 1 else 0.95
        file.write(f"180 {x:g} {crystallised} {beta:.6g} {1200 * x * (1 - x):g}\n")
