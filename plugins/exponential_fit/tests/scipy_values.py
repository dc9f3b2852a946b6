# SPDX-License-Identifier: BSD-3-Clause
# Prints the numbers of kernel_test.cpp that come from scipy (1.10.1, numpy 1.24.2): values, variances, reduced chi-square.
import numpy as np
from scipy.optimize import curve_fit

x = np.array([0.2, 0.23, 0.3, 0.38, 0.45, 0.55, 0.7, 0.85, 1.0])
sigma = np.array([0.01, 0.012, 0.01, 0.008, 0.01, 0.012, 0.008, 0.01, 0.01])
noise = np.random.default_rng(20220307).standard_normal(9)
y = np.round(1 + 0.9 * np.exp(-x / 0.22) + sigma * noise, 4)
tight = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15}


def model(x, amplitude, constant, offset=1.0):
    return offset + amplitude * np.exp(-x / constant)


def show(name, function, start, **weights):
    values, covariance = curve_fit(function, x, y, start, **weights, **tight)
    residuals = (y - function(x, *values)) / weights.get("sigma", 1)
    print(name, *map(repr, values), *map(repr, np.diag(covariance)), repr((residuals**2).sum() / (9 - len(start))))


print(y)
show("fixed", lambda x, a, b: model(x, a, b), [1, 0.3], sigma=sigma, absolute_sigma=True)
show("free", model, [1, 0.3, 1], sigma=sigma, absolute_sigma=True)
show("unweighted", model, [1, 0.3, 1])
