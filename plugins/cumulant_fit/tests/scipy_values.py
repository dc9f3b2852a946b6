#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes scipy_values.hpp: noisy correlation functions and what scipy.optimize.curve_fit finds in them."""
import pathlib

import numpy as np
import scipy
from scipy.optimize import curve_fit

random = np.random.default_rng(20010604)
tau = np.geomspace(0.5, 120, 48)  # us
names = ("log_rate", "spread", "skew", "amplitude", "baseline")


def model(t, log_rate, spread, skew, amplitude, baseline, power):
    x = np.exp(log_rate) * t
    m = np.exp(-x) * (1 + spread * x**2 / 2 - skew * x**3 / 6)
    return baseline + amplitude * m**power


cases = []


def case(name, truth, sigma, free, power, weighted=True):
    errors = sigma * (1 + 0.5 * random.random(tau.size))
    y = model(tau, **truth, power=power) + errors * random.standard_normal(tau.size)
    free = [n for n in names if n in free]

    def function(t, *values):
        return model(t, **{**truth, **dict(zip(free, values))}, power=power)

    values, covariance = curve_fit(function, tau, y, [truth[n] for n in free], sigma=errors if weighted else None,
                                   absolute_sigma=weighted, method="lm", ftol=1e-15, xtol=1e-15, gtol=1e-15, maxfev=100000)
    residual = (function(tau, *values) - y) / (errors if weighted else 1)
    found = {**truth, **dict(zip(free, values))}
    variance = {**dict.fromkeys(names, 0.0), **dict(zip(free, np.diag(covariance)))}
    together = covariance[free.index("log_rate"), free.index("spread")] if "spread" in free else 0.0
    cases.append(dict(name=name, power=power, order=1 + ("spread" in free) + ("skew" in free), y=y,
                      sigma=errors if weighted else [], found=found, variance=variance, together=together,
                      chi=float(residual @ residual) / (tau.size - len(free))))


def truth(rate, spread=0.0, skew=0.0, amplitude=0.8, baseline=0.0):
    return dict(log_rate=np.log(rate), spread=spread, skew=skew, amplitude=amplitude, baseline=baseline)


case("g2, order 1", truth(0.025), 0.002, ("log_rate", "amplitude"), 2)
case("g2, order 2", truth(0.025, 0.1), 0.002, ("log_rate", "spread", "amplitude"), 2)
case("g2, order 2, free baseline", truth(0.03, 0.15, 0, 0.7, 0.01), 0.001, ("log_rate", "spread", "amplitude", "baseline"), 2)
case("g1, order 2, amplitude given", truth(0.05, 0.2, 0, 1.0), 0.002, ("log_rate", "spread"), 1)
case("g1, order 3", truth(0.04, 0.25, 0.1, 0.95), 0.0005, ("log_rate", "spread", "skew", "amplitude"), 1)
case("g2, order 2, without variances", truth(0.025, 0.1), 0.002, ("log_rate", "spread", "amplitude"), 2, weighted=False)


def row(values):
    text, line = "", "    "
    for v in values:
        item = repr(float(v)) + ", "
        if len(line) + len(item) > 120:
            text, line = text + line.rstrip() + "\n", "     "
        line += item
    return "{" + (text + line).strip().rstrip(",") + "}"


out = [f"""// SPDX-License-Identifier: BSD-3-Clause
// Made by scipy_values.py with scipy {scipy.__version__} and numpy {np.__version__}: noisy correlation functions and their fits.
#pragma once

#include <vector>

namespace sluice::cumulant_fit::reference {{

struct Case {{
    const char* name;
    int power;  ///< 1: g1, 2: g2 - 1
    int order;
    std::vector<double> values, sigma;
    std::vector<double> found, variances;  ///< ln(rate), spread, skew, amplitude, baseline; 0: was fixed
    double rate_with_spread;               ///< covariance of ln(rate) and spread
    double reduced_chi_square;
}};

inline const std::vector<double> delay{row(tau)};

inline const std::vector<Case> cases{{"""]
for c in cases:
    out.append(f"""    {{"{c['name']}", {c['power']}, {c['order']},
     {row(c['y'])},
     {row(c['sigma'])},
     {row(c['found'][n] for n in names)},
     {row(c['variance'][n] for n in names)},
     {float(c['together'])!r}, {c['chi']!r}}},""")
out.append("};\n\n}  // namespace sluice::cumulant_fit::reference\n")
pathlib.Path(__file__).with_name("scipy_values.hpp").write_text("\n".join(out))
