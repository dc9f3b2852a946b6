#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Compares the speed of P S, of a five-parameter fit and of the invariant with sasmodels, scipy and SasView, one thread each.

usage: small_angle_scattering_vs_sasview.py BENCHMARK_EXECUTABLE

At equal accuracy. P S of 1000 q up to qR = 100: for each distribution, sasmodels gets the fewest points of its
polydispersity integral, and the range of 8 to 30 standard deviations, that bring it within 1e-8 of the local envelope. The
fit is scipy's least_squares with sasmodels as the model, on the same curve and from the same start. The invariant is
SasView's, with its error, on the same 1000 points; its sum and the term that it omits must be ours to 1e-12. Medians of
processor time.
Run with Debian's python3, python3-sasmodels, python3-scipy and, for the invariant, python3-sasview.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("SAS_OPENCL", "none")

import numpy as np
from sasmodels.core import load_model
from sasmodels.data import empty_data1D
from sasmodels.direct_model import DirectModel
from scipy.optimize import least_squares

try:
    from sas.sascalc.dataloader.data_info import Data1D
    from sas.sascalc.invariant.invariant import InvariantCalculator
except ImportError:
    InvariantCalculator = None

WANTED = 1e-8
SPREADS = ("0.05", "0.15", "0.30")
DISTRIBUTIONS = {"gaussian": "gaussian", "schulz": "schulz", "log_normal": "lognormal"}  # ours: theirs
POINTS = (35, 50, 80, 120, 160, 200, 250, 300, 400, 500, 700, 1000, 1400, 2000)
TAIL_POINTS = 50  # as in the benchmark


def columns(executable, *arguments):
    text = subprocess.run([executable, *arguments], check=True, capture_output=True, text=True).stdout
    return np.array([[float(word) for word in line.split()] for line in text.splitlines()]).T


def run_benchmark(executable):
    """Medians of the benchmark's own repetitions, by name: milliseconds as "ms", and its counters. Prints its table."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        text = subprocess.run([executable, f"--benchmark_out={file.name}", "--benchmark_out_format=json"], check=True,
                              capture_output=True, text=True).stdout
        runs = json.load(open(file.name, encoding="utf-8"))["benchmarks"]
    print(text[text.index("P S of"):])
    return {run["run_name"]: {**run, "ms": run["cpu_time"] * 1e-3} for run in runs if run["aggregate_name"] == "median"}


def median_ms(f, repetitions):
    times = []
    for _ in range(repetitions):
        start = time.process_time()
        f()
        times.append(1e3 * (time.process_time() - start))
    return statistics.median(times)


def model_at(q):
    model = DirectModel(empty_data1D(q, resolution=0), load_model("sphere@hardsphere", platform="dll"), cutoff=0)
    # contrast 1; the volume fraction and 1/<V> that sasmodels multiplies by are divided out by the caller
    return lambda **given: model(scale=1, background=0, sld=1, sld_solvent=0, radius_effective_mode=0, **given)


def envelope_of(p):
    """The largest P within half a period, which also bounds its minima."""
    envelope = p.copy()
    for shift in range(1, 17):
        envelope[shift:] = np.maximum(envelope[shift:], p[:-shift])
        envelope[:-shift] = np.maximum(envelope[:-shift], p[shift:])
    return envelope


def sizes(distribution, spread):
    """sasmodels' radius and width for the mean 1 and this relative spread: its log-normal takes those of the logarithm."""
    if distribution != "log_normal":
        return {"radius": 1, "radius_pd": spread, "radius_pd_type": DISTRIBUTIONS[distribution]}
    return {"radius": 1 / np.sqrt(1 + spread ** 2), "radius_pd": np.sqrt(np.log1p(spread ** 2)), "radius_pd_type": "lognormal"}


def compare_curves(executable, ours):
    print(f"P S of 1000 q up to qR = 100, within {WANTED:g} of the envelope; sasmodels with enough points, and "
          "with 35 in 3 sigma")
    print(f"{'':18}{'points':>8}{'sigmas':>8}{'error':>10}{'ms':>8}{'ours/ms':>10}{'ratio':>8}"
          f"{'35: error':>12}{'ms':>8}{'ratio':>8}")
    for distribution in DISTRIBUTIONS:
        for spread in SPREADS:
            compare_curve(executable, ours, distribution, spread)


def compare_curve(executable, ours, distribution, spread):
    q, p, s = columns(executable, "values", distribution, spread)
    model, envelope, given = model_at(q), envelope_of(p), sizes(distribution, float(spread))

    def run(points, sigmas):
        return model(radius_pd_n=points, radius_pd_nsigma=sigmas, radius_effective=1, volfraction=0.3, **given)

    def error(points, sigmas):  # with the amplitude that suits it best: its normalisation is another one
        theirs = run(points, sigmas) / s
        return np.max(np.abs(theirs * np.median(p[:10] / theirs[:10]) - p) / envelope)

    mine = ours[f"curves/{distribution}/{spread}"]["ms"]
    enough = next(((n, k) for n in POINTS for k in (8, 12, 20, 30) if error(n, k) < WANTED), None)
    quick = median_ms(lambda: run(35, 3), 15)
    text = f"{distribution + '/' + spread:18}"
    if enough:
        slow = median_ms(lambda: run(*enough), 15)
        text += f"{enough[0]:8}{enough[1]:8}{error(*enough):10.1e}{slow:8.2f}{mine:10.3f}{slow / mine:8.1f}"
    else:
        text += f"{'not with ' + str(POINTS[-1]):>26}{'':8}{mine:10.3f}{'':8}"
    print(text + f"{error(35, 3):12.1e}{quick:8.2f}{quick / mine:8.1f}")


def compare_fits(executable, ours):
    q, intensity, sigma, curve = columns(executable, "fit")
    model = model_at(q)

    def calculate(values):
        radius, spread, fraction, amplitude, background = values
        shape = model(radius=radius, radius_pd=spread, radius_pd_type="gaussian", radius_pd_n=80, radius_pd_nsigma=8,
                      radius_effective=3.3335, volfraction=fraction)
        # scale phi <V^2> / <V> P S: amplitude P S is left
        volume = 4 / 3 * np.pi * radius ** 3
        t = spread ** 2
        forward = 1e-4 * fraction * volume * (1 + 15 * t + 45 * t ** 2 + 15 * t ** 3) / (1 + 3 * t)
        return amplitude * shape / forward + background

    start = [0.8 * 2.7495, 0.8 * 0.08, 0.8 * 0.27, 0.8 * 1680, 0.8 * 0.6]

    def run():
        return least_squares(lambda values: (calculate(values) - intensity) / sigma, start, x_scale=start,
                             bounds=([0.1, 0, 0, 0, -np.inf], [np.inf, 0.5, 0.6, np.inf, np.inf]))

    fit, theirs = run(), median_ms(run, 5)
    near, far = ours["fit/from_start"], ours["fit/from_nothing"]
    print(f"\nfit of 5 parameters to {q.size} q from a start 20 % off, 80 points in sasmodels")
    print(f"reduced chi-square: scipy + sasmodels {2 * fit.cost / (q.size - 5):.6f}, ours {near['chi_square']:.6f}, from nothing "
          f"{far['chi_square']:.6f}; the curves differ by {np.max(np.abs(calculate(fit.x) - curve) / sigma):.1e} sigma at most")
    print(f"scipy + sasmodels {theirs:.0f} ms; ours {near['ms']:.2f} ms, from nothing {far['ms']:.2f} ms: "
          f"{theirs / near['ms']:.1f} times, {theirs / far['ms']:.1f} times")


def compare_invariants(executable, ours):
    if InvariantCalculator is None:
        print("\ninvariant: without SasView")
        return
    q, intensity, sigma = columns(executable, "invariant")
    data = Data1D(x=q / 10, y=intensity, dy=sigma)  # it takes 1/angstrom

    def run(extrapolation):
        calculator = InvariantCalculator(data)
        calculator.set_extrapolation("low", npts=TAIL_POINTS, function="guinier")
        calculator.set_extrapolation("high", npts=TAIL_POINTS, function="power_law")
        return 1e3 * calculator.get_qstar_with_error(extrapolation)[0]  # 1/angstrom^3 to 1/nm^3

    print(f"\ninvariant of {q.size} points with its error; both tails: Guinier and power law, {TAIL_POINTS} points each; "
          f"without noise and with exact tails it is {np.pi / 32:.6f}")  # pi / (4 xi^3), xi = 2 nm
    print(f"{'':12}{'SasView/us':>12}{'ours/us':>10}{'ratio':>8}{'SasView Q':>14}{'ours':>12}  +- error")
    omitted = q[-2] ** 2 * intensity[-2] * (q[-1] - q[-3]) / 2
    for name, extrapolation in (("range", None), ("both_tails", "both")):
        mine, theirs = ours[f"invariant/{name}"], run(extrapolation)
        slow = 1e3 * median_ms(lambda: run(extrapolation), 31)
        print(f"{name:12}{slow:12.0f}{1e3 * mine['ms']:10.1f}{slow / (1e3 * mine['ms']):8.0f}{theirs:14.6f}{mine['Q']:12.6f}"
              f"  {mine['sigma_Q']:.6f}")
        if extrapolation is None:
            difference = (theirs + omitted) / mine["Q"] - 1
            print(f"{'':12}SasView + the term that it omits = ours to {abs(difference):.0e}")
            if not abs(difference) < 1e-12:
                sys.exit("the two invariants differ: their times cannot be compared")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    ours = run_benchmark(sys.argv[1])
    compare_curves(sys.argv[1], ours)
    compare_fits(sys.argv[1], ours)
    compare_invariants(sys.argv[1], ours)


if __name__ == "__main__":
    main()
