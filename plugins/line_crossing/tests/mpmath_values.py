# SPDX-License-Identifier: BSD-3-Clause
# Prints the numbers of kernel_test.cpp that come from the normal equations in 50 digits (mpmath 1.2.1).
import mpmath as mp

mp.mp.dps = 50
x = ["180", "190", "200", "212", "220"]
falling = ["10.1", "9.62", "9.2", "8.55", "8.3"], ["0.01", "0.0064", "0.0081", "0.01", "0.0144"]
flat = ["7.0", "6.93", "6.95", "6.8", "6.79"], ["0.0025", "0.0036", "0.0025", "0.0049", "0.0036"]


def line(y, variances):
    design = mp.matrix([[1, mp.mpf(each)] for each in x])
    weights, values = mp.diag([1 / mp.mpf(each) for each in variances]), mp.matrix([mp.mpf(each) for each in y])
    covariance = (design.T * weights * design) ** -1
    coefficients = covariance * (design.T * weights * values)
    residuals = values - design * coefficients
    return coefficients, covariance, (residuals.T * weights * residuals)[0] / 3


def variance(c, at):
    return c[0, 0] + 2 * at * c[0, 1] + at**2 * c[1, 1]


def show(name, *numbers):
    print(name, *(mp.nstr(each, 17) for each in numbers))


a, va, chi_a = line(*falling)
b, vb, chi_b = line(*flat)
slope, gap = a[1] - b[1], a[0] - b[0]
at = -gap / slope
show("crossing", at, (variance(va, at) + variance(vb, at)) / slope**2)
share = a[1] / slope
show("value", a[0] + a[1] * at, (1 - share) ** 2 * variance(va, at) + share**2 * variance(vb, at))
p, q, r = slope**2 - va[1, 1] - vb[1, 1], gap * slope - va[0, 1] - vb[0, 1], gap**2 - va[0, 0] - vb[0, 0]
show("Fieller", (-q - mp.sqrt(q * q - p * r)) / p, (-q + mp.sqrt(q * q - p * r)) / p)
show("first", a[0], va[0, 0], a[1], va[1, 1], chi_a)
show("second", b[0], vb[0, 0], b[1], vb[1, 1], chi_b)
at = (7 - a[0]) / a[1]
show("level 7", at, variance(va, at) / a[1] ** 2)
