# SPDX-License-Identifier: BSD-3-Clause
# Prints the numbers of kernel_test.cpp that come from scipy (1.10.1, numpy 1.24.2): midpoint, width, low, high; variances;
# the covariance of midpoint and width; reduced chi-square.
import numpy as np
from scipy.optimize import curve_fit

x = np.array([300, 330, 360, 385, 400, 415, 430, 445, 460, 490, 520, 560.0])
sigma = np.array([2, 2, 2, 3, 3, 2, 2, 3, 3, 2, 2, 2]) * 1e-3
noise = np.random.default_rng(157184504).standard_normal(12)
y = np.round(0.35 + 0.11 / (1 + np.exp(-(x - 428) / 17)) + sigma * noise, 4)
tight = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15}


def model(x, midpoint, width, low, high):
    return low + (high - low) / (1 + np.exp(-(x - midpoint) / width))


def show(name, function, start, **weights):
    values, covariance = curve_fit(function, x, y, start, **weights, **tight)
    residuals = (y - function(x, *values)) / weights.get("sigma", 1)
    print(name, *map(repr, values), *map(repr, np.diag(covariance)), repr(covariance[0, 1]), repr((residuals**2).sum() / (12 - len(start))))


print(y)
show("free", model, [430, 15, 0.35, 0.46], sigma=sigma, absolute_sigma=True)
show("low = 0.35", lambda x, m, w, h: model(x, m, w, 0.35, h), [430, 15, 0.46], sigma=sigma, absolute_sigma=True)
show("unweighted", model, [430, 15, 0.35, 0.46])
