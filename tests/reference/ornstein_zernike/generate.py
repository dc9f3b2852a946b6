#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes expected.hpp: noisy Ornstein-Zernike curves and what scipy.optimize.curve_fit finds in them."""
import pathlib
import textwrap

import numpy as np
import scipy
from scipy.optimize import curve_fit

random = np.random.default_rng(20240611)
q = np.round(np.geomspace(0.05, 6, 40), 4)


def model(x, length, amplitude, background):
    return amplitude / (1 + (x * length) ** 2) + background


def row(values):
    return "{" + textwrap.fill(", ".join(repr(float(v)) for v in values), 120, subsequent_indent="     ") + "}"


def case(name, truth, relative, free, weighted=True):
    exact = model(q, *truth)
    sigma = relative * exact if weighted else np.full(q.size, relative)
    y = exact + sigma * random.standard_normal(q.size)
    n = 3 if free else 2

    def function(x, *values):
        return model(x, *values, *truth[len(values):])

    values, covariance = curve_fit(function, q, y, truth[:n], sigma=sigma if weighted else None, absolute_sigma=weighted,
                                   method="lm", ftol=1e-15, xtol=1e-15, gtol=1e-15, maxfev=100000)
    residual = (function(q, *values) - y) / (sigma if weighted else 1)
    found = list(zip(values, np.diag(covariance))) + [(truth[2], 0.0)] * (3 - n)
    pairs = ", ".join("{%r, %r}" % (float(a), float(b)) for a, b in found)
    return (f'    {{"{name}",\n     {row(y)},\n     {row(sigma if weighted else [])},\n     {pairs},\n'
            f"     {float(residual @ residual) / (q.size - n)!r}}},\n")


cases = "".join([
    case("no background", (1.3, 4.0, 0.0), 0.03, False),
    case("fixed background", (0.7, 2.0, 0.3), 0.02, False),
    case("free background", (1.0, 5.0, 0.2), 0.02, True),
    case("free background, without variances", (1.5, 1.0, 0.1), 0.01, True, weighted=False),
])

text = f"""// SPDX-License-Identifier: BSD-3-Clause
// Written by generate.py with scipy {scipy.__version__} (curve_fit, lm), numpy {np.__version__}; do not edit. Ours, under the project's licence.
#pragma once

#include <vector>

namespace sluice::ornstein_zernike::reference {{

struct Found {{
    double value, variance;  ///< variance 0: kept fixed
}};
struct Case {{
    const char* name;
    std::vector<double> intensity, sigma;  ///< sigma empty: without variances
    Found length, amplitude, background;
    double reduced_chi_square;
}};

inline const std::vector<double> q =
    {row(q)};

inline const std::vector<Case> cases{{
{cases}}};

}}  // namespace sluice::ornstein_zernike::reference
"""
(pathlib.Path(__file__).parent / "expected.hpp").write_text(text)
