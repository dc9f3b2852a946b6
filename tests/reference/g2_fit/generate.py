#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes expected.hpp: noisy correlation functions and what scipy.optimize.curve_fit finds in them."""
import pathlib
import sys

import numpy as np
import scipy
from scipy.optimize import curve_fit

random = np.random.default_rng(20240607)
tau = 0.443 * np.arange(1, 31)


def model(t, log_rate, contrast, exponent, baseline):
    return baseline + contrast * np.exp(-2 * (np.exp(log_rate) * t) ** exponent)


cases = []


def case(name, rate, contrast, exponent, baseline, sigma, free, weighted=True):
    truth = dict(log_rate=np.log(rate), contrast=contrast, exponent=exponent, baseline=baseline)
    errors = sigma * (1 + 0.5 * random.random(tau.size))
    y = model(tau, **truth) + errors * random.standard_normal(tau.size)
    names = [n for n in truth if n in free]

    def function(t, *values):
        return model(t, **{**truth, **dict(zip(names, values))})

    values, covariance = curve_fit(function, tau, y, [truth[n] for n in names], sigma=errors if weighted else None,
                                   absolute_sigma=weighted, method="lm", ftol=1e-15, xtol=1e-15, gtol=1e-15, maxfev=100000)
    residual = (function(tau, *values) - y) / (errors if weighted else 1)
    found = {**truth, **dict(zip(names, values))}
    variance = {**dict.fromkeys(truth, 0.0), **dict(zip(names, np.diag(covariance)))}
    cases.append(dict(name=name, y=y, errors=errors if weighted else [], free=free, found=found, variance=variance,
                      chi=float(residual @ residual) / (tau.size - len(names))))


case("fixed contrast", 0.12, 0.3, 1, 0, 0.01, ("log_rate",))
case("free contrast", 0.12, 0.3, 1, 0, 0.01, ("log_rate", "contrast"))
case("fast, fixed contrast", 1.4, 0.5, 1, 0, 0.004, ("log_rate",))
case("free contrast and baseline", 0.2, 0.3, 1, 0.02, 0.003, ("log_rate", "contrast", "baseline"))
case("stretched", 0.15, 0.3, 0.7, 0, 0.002, ("log_rate", "contrast", "exponent"))
case("compressed, fixed contrast", 0.1, 0.3, 1.5, 0, 0.004, ("log_rate", "exponent"))
case("stretched, with baseline", 0.25, 0.4, 0.8, 0.01, 0.001, ("log_rate", "contrast", "exponent", "baseline"))
case("without variances", 0.12, 0.3, 1, 0, 0.01, ("log_rate", "contrast"), weighted=False)


def row(values):
    text, line = "", "    "
    for v in values:
        item = repr(float(v)) + ", "
        if len(line) + len(item) > 120:
            text, line = text + line.rstrip() + "\n", "     "
        line += item
    return "{" + (text + line).strip().rstrip(",") + "}"


out = [f"""// SPDX-License-Identifier: BSD-3-Clause
// Written by generate.py with scipy {scipy.__version__} (curve_fit, lm), numpy {np.__version__}; do not edit. Ours, under the project's licence.
#pragma once

#include <vector>

namespace sluice::g2_fit::reference {{

struct Found {{
    double value, variance;  ///< variance 0: kept fixed
}};
struct Case {{
    const char* name;
    std::vector<double> g2, sigma;  ///< sigma empty: without variances
    Found log_rate, contrast, exponent, baseline;
    double reduced_chi_square;
}};

inline const std::vector<double> delay =
    {row(tau)};

inline const std::vector<Case> cases{{"""]
for c in cases:
    found = ", ".join("{%r, %r}" % (float(c["found"][n]), float(c["variance"][n])) for n in ("log_rate", "contrast", "exponent", "baseline"))
    out.append(f"""    {{"{c['name']}",
     {row(c['y'])},
     {row(c['errors'])},
     {found},
     {c['chi']!r}}},""")
out.append("};\n\n}  // namespace sluice::g2_fit::reference\n")
target = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "expected.hpp")
target.write_text("\n".join(out))
