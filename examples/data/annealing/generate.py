#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the curves of this folder: DMA and DSC of two glasses after annealing at several temperatures, with known truth.

`glass` goes through a polyamorphous transition: between 450 and 500 K its T_g rises from 432 to 485 K, its beta peak at 1 Hz
from 331 to 383 K, and tan delta there falls from 0.041 to 0.013, as Yang et al. (2022), J. Chem. Phys. 157, 184504, report.
`reference` does not: tan delta falls from 0.033 to 0.0165, T_beta rises by 9 K, and T_g stays near 460 K. Its enthalpy
relaxes on annealing. 300 K stands for as cast.

DMA:  E*(f, T) = E_u(T) [1 - D_b/(1 + (i w tau_b)^0.38) - D_a/(1 + (i w tau_a)^0.45) + 0.002 i],  tan delta = E''/E'
      E_u = 35 GPa (1 - 2e-4 (T - 300 K)),  tau_b = exp[E_b/R (1/T - 1/T_b)]/(2 pi),  E_b = 24.5 R T_g,
      log10 tau_a = 2 + 42 (T_a/T - 1),  T_a = 0.973 T_g, which rises to that of the transformed glass about 469 K on heating;
      T_b and D_b are solved so that the first local maximum of tan delta lies where `truth.csv` says.
DSC:  glass line, logistic step of 0.25 J/(g K) with its onset (glass line x inflection tangent) at T_g, an endothermic
      overshoot that grows with annealing (reference), exotherms at 469 K (glass; what is left to transform) and 540 K, 40 K/min.
Noise: 1e-4 on tan delta, 2e-5 relative on E', 2e-4 W/g. `frequencies.csv`: the as-cast glass at 0.5 to 32 Hz.
"""
import pathlib

import numpy as np
from scipy.optimize import brentq, fsolve

here = pathlib.Path(__file__).parent
random = np.random.default_rng(184504)
R = 8.314462618
states = np.array([300, 400, 430, 450, 460, 470, 480, 500])  # K; 300: as cast


def transformed(t_a):
    return 0 if t_a == 300 else 1 if t_a >= 500 else 1 / (1 + np.exp(-(t_a - 472) / 5))


def tan_delta(t, f, g):
    w = 2 * np.pi * f
    unrelaxed = 35e9 * (1 - 2e-4 * (t - 300))
    tau_b = np.exp(24.5 * g["tg"] * (1 / t - 1 / g["tb"])) / (2 * np.pi)
    alpha = 0.973 * (g["tg"] + g["rise"] / (1 + np.exp(-(t - 469) / 3)))
    tau_a = 10 ** (2 + 42 * (alpha / t - 1))
    modulus = unrelaxed * (1 - g["db"] / (1 + (1j * w * tau_b) ** 0.38) - 0.6 / (1 + (1j * w * tau_a) ** 0.45) + 0.002j)
    return modulus.imag / modulus.real, modulus.real


def first_maximum(f, g, low=280.0):
    """The first local maximum of tan delta above `low`, by the sign of its derivative."""
    t = np.arange(low, 470, 0.05)
    y = tan_delta(t, f, g)[0]
    at = np.nonzero((y[1:-1] > y[:-2]) & (y[1:-1] >= y[2:]))[0]
    if len(at) == 0:
        return np.nan, np.nan
    slope = lambda x: tan_delta(x + 1e-3, f, g)[0] - tan_delta(x - 1e-3, f, g)[0]
    top = brentq(slope, t[at[0]], t[at[0] + 2])
    return top, tan_delta(top, f, g)[0]


def modulus_extremes(g):
    """Minimum of E' behind its drop and the maximum behind that, at 1 Hz: K, GPa, GPa; NaN where it does not rise again."""
    t = np.arange(420, 520, 0.01)
    e = tan_delta(t, 1, g)[1] / 1e9
    low = np.nonzero((e[1:-1] < e[:-2]) & (e[1:-1] <= e[2:]))[0]
    return (t[low[0] + 1], e[low[0] + 1], e[low[0] + 1 :].max()) if len(low) else (np.nan, np.nan, np.nan)


def solved(tg, rise, t_beta, height):
    """The glass whose apparent peak at 1 Hz lies at t_beta with that height."""

    def off(x):
        top, value = first_maximum(1, {"tg": tg, "rise": rise, "tb": x[0] * 300, "db": x[1] * 0.1})
        return [(top - t_beta) / 10, (value - height) * 100] if np.isfinite(top) else [10 * (x[0] * 300 - t_beta), 10]

    x = fsolve(off, [(t_beta - 2) / 300, height * 55], xtol=1e-12)
    g = {"tg": tg, "rise": rise, "tb": x[0] * 300, "db": x[1] * 0.1}
    top, value = first_maximum(1, g)
    assert abs(top - t_beta) < 1e-3 and abs(value - height) < 1e-6, (tg, t_beta, top, value)
    return g


def states_of_glass():
    for t_a in states:
        x = transformed(t_a)
        yield t_a, solved(432 + 53 * x, 53 * (1 - x), 331 + 52 * x, 0.041 - 0.028 * x), (1 - x) * (t_a < 475), 0.0


def states_of_reference():
    for t_a in states:
        x = np.clip((t_a - 300) / 170, 0, 1) ** 2
        yield t_a, solved(460 + 1.0 * x, 0, 345 + 9 * x, 0.033 - 0.0165 * x), 0.0, 2.0 * x


def heat_flow(t, tg, left, overshoot):
    """W/g, endo up, at 40 K/min."""
    rate = 40 / 60
    gauss = lambda at, width: np.exp(-(((t - at) / width) ** 2) / 2) / (width * np.sqrt(2 * np.pi))
    line = 0.1 + 3e-4 * (t - 330)
    step = 0.25 * rate / (1 + np.exp(-(t - (tg + 4.4)) / 2.2))  # its tangent meets the glass line 4.4 K before the middle
    return line + step + rate * (overshoot * gauss(tg + 15, 5) - 10 * left * gauss(469, 3.5) - 30 * gauss(540, 2.5))


def write(name, titles, columns, formats):
    with open(here / name, "w") as out:
        out.write(titles + "\n")
        for row in zip(*columns):
            out.write(",".join(f % value for f, value in zip(formats, row)) + "\n")


def measured(t, f, g):
    y, storage = tan_delta(t, f, g)
    return storage * (1 + 2e-5 * random.standard_normal(t.size)), y + 1e-4 * random.standard_normal(t.size)


if __name__ == "__main__":
    truth = []
    for name, made in (("glass", states_of_glass()), ("reference", states_of_reference())):
        for t_a, g, left, overshoot in made:
            t = np.arange(260, 521.0)
            storage, y = measured(t, 1, g)
            write(f"{name}_{t_a}K_dma.csv", "Temperature (degC),Storage modulus (MPa),Tan delta (1)", (t - 273.15, storage / 1e6, y), ("%.2f", "%.2f", "%.6f"))
            t = np.arange(340, 560.1, 0.5)
            flow = heat_flow(t, g["tg"], left, overshoot) + 2e-4 * random.standard_normal(t.size)
            write(f"{name}_{t_a}K_dsc.csv", "Temperature (degC),Time (min),Heat flow (mW/mg)", (t - 273.15, (t - 340) / 40, flow), ("%.2f", "%.5f", "%.5f"))
            top, height = first_maximum(1, g)
            truth.append((name, t_a, top, height, g["tg"], g["tg"] + 4.4, 469 if left > 0 else np.nan, 0.0 - 10 * left, overshoot, 24.5 * R * g["tg"] / 1000, *modulus_extremes(g)))
            if name == "glass" and t_a == 300:
                rows = [(np.full(261, f), np.arange(260, 521.0)) for f in (0.5, 1, 2, 4, 8, 16, 32)]
                f, t = (np.concatenate(each) for each in zip(*rows))
                y = np.concatenate([measured(each, f0[0], g)[1] for f0, each in rows])
                write("frequencies.csv", "Frequency (Hz),Temperature (degC),Tan delta (1)", (f, t - 273.15, y), ("%g", "%.2f", "%.6f"))
                peaks = [(f0[0], *first_maximum(f0[0], g)) for f0, _ in rows]
                write("truth_frequencies.csv", "frequency (Hz),t_beta (K),tan_delta (1)", zip(*peaks), ("%g", "%.4f", "%.7f"))
    titles = "glass,annealing (K),t_beta (K),tan_delta (1),t_g (K),midpoint (K),t_exotherm (K),h_exotherm (J/g),h_overshoot (J/g),e_beta (kJ/mol),t_minimum (K),e_minimum (GPa),e_recovered (GPa)"
    write("truth.csv", titles, zip(*truth), ("%s", "%d", "%.4f", "%.7f", "%.4f", "%.4f", "%g", "%.4f", "%.4f", "%.3f", "%.2f", "%.4f", "%.4f"))
