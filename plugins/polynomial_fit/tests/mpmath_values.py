# SPDX-License-Identifier: BSD-3-Clause
# Prints the numbers of kernel_test.cpp that come from the normal equations in 50 digits (mpmath 1.2.1).
import mpmath as mp

mp.mp.dps = 50
x = ["1", "2", "3.5", "4", "6", "7.5", "9"]
y = ["2.1", "3.9", "4.4", "4.1", "3.2", "3.9", "7.3"]
variances = ["0.04", "0.01", "0.09", "0.0225", "0.01", "0.04", "0.16"]


def cubic(about, variances):
    design = mp.matrix([[(mp.mpf(each) - mp.mpf(about)) ** k for k in range(4)] for each in x])
    weights, values = mp.diag([1 / mp.mpf(each) for each in variances]), mp.matrix([mp.mpf(each) for each in y])
    covariance = (design.T * weights * design) ** -1
    coefficients = covariance * (design.T * weights * values)
    residuals = values - design * coefficients
    return coefficients, covariance, (residuals.T * weights * residuals)[0] / 3


def show(name, *numbers):
    print(name, *(mp.nstr(each, 17) for each in numbers))


c, v, chi = cubic("2.5", variances)
show("about 2.5", *c)
show("covariance", *v)
show("reduced chi-square", chi)
c, v, _ = cubic("7", variances)
show("at 7", c[0], v[0, 0], c[1], v[1, 1])
c, v, _ = cubic("3.5", variances)
show("curve at 3.5", c[0], v[0, 0])
c, v, scatter = cubic("7", ["1"] * 7)
show("unweighted at 7", c[0], v[0, 0] * scatter, c[1], v[1, 1] * scatter)
