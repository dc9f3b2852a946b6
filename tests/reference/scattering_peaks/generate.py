#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes expected.hpp: noisy curves, their maxima and prominences by scipy.signal, and peaks fitted by scipy.optimize.curve_fit."""
import pathlib
import textwrap

import numpy as np
import scipy
from scipy.optimize import curve_fit
from scipy.signal import find_peaks, peak_prominences

random = np.random.default_rng(20240612)


def row(values, integer=False):
    return "{" + textwrap.fill(", ".join(repr(int(v) if integer else float(v)) for v in values), 120, subsequent_indent="     ") + "}"


# Maxima of a rough curve, with plateaus (it is rounded), and their prominences.
rough = np.round(3 * np.sin(np.arange(80) / 6) + random.standard_normal(80), 1)
tops = find_peaks(rough)[0]
prominences = peak_prominences(rough, tops)[0]

q = np.round(np.linspace(6, 10, 50), 4)


def lorentzian(x, position, width, prominence, a, b):
    return prominence / (1 + (2 * (x - position) / width) ** 2) + a + b * (x - position)


def gaussian(x, position, width, prominence, a, b):
    return prominence * np.exp(-np.log(2) * (2 * (x - position) / width) ** 2) + a + b * (x - position)


def case(name, shape, truth, sigma, weighted=True):
    exact = shape(q, *truth)
    errors = sigma * np.sqrt(exact)
    y = exact + errors * random.standard_normal(q.size)
    values, covariance = curve_fit(shape, q, y, truth, sigma=errors if weighted else None, absolute_sigma=weighted, method="lm",
                                   ftol=1e-15, xtol=1e-15, gtol=1e-15, maxfev=100000)
    residual = (shape(q, *values) - y) / errors
    height = values[2] + values[3]
    height_variance = covariance[2, 2] + covariance[3, 3] + 2 * covariance[2, 3]
    found = [(values[0], covariance[0, 0]), (values[1], covariance[1, 1]), (values[2], covariance[2, 2]), (height, height_variance)]
    pairs = ", ".join("{%r, %r}" % (float(a), float(b)) for a, b in found)
    chi = float(residual @ residual) / (q.size - 5) if weighted else "unknown"
    return (f'    {{"{name}", Method::{shape.__name__},\n     {row(y)},\n     {row(errors if weighted else [])},\n'
            f"     {pairs}, {chi}}},\n")


cases = "".join([
    case("lorentzian on a falling line", lorentzian, (8.03, 0.9, 5.0, 2.0, -0.1), 0.05),
    case("gaussian on a rising line", gaussian, (7.91, 1.2, 4.0, 1.0, 0.2), 0.05),
    case("gaussian without variances", gaussian, (8.2, 0.8, 6.0, 3.0, 0.0), 0.05, weighted=False),
])

text = f"""// SPDX-License-Identifier: BSD-3-Clause
// Written by generate.py with scipy {scipy.__version__} (find_peaks, peak_prominences, curve_fit), numpy {np.__version__}; do not edit.
// Ours, under the project's licence.
#pragma once

#include <cstddef>
#include <vector>

namespace sluice::scattering_peaks::reference {{

inline const std::vector<double> rough =
    {row(rough)};
inline const std::vector<std::size_t> tops =
    {row(tops, integer=True)};
inline const std::vector<double> prominences =
    {row(prominences)};

struct Found {{
    double value, variance;
}};
struct Case {{
    const char* name;
    Method method;
    std::vector<double> intensity, sigma;  ///< sigma empty: without variances
    Found position, width, prominence, height;
    double reduced_chi_square;
}};

inline const std::vector<double> q =
    {row(q)};

inline const std::vector<Case> cases{{
{cases}}};

}}  // namespace sluice::scattering_peaks::reference
"""
(pathlib.Path(__file__).parent / "expected.hpp").write_text(text)
