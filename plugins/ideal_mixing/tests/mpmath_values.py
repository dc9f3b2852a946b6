# SPDX-License-Identifier: BSD-3-Clause
# Prints the numbers of kernel_test.cpp that come from matrices in 50 digits (mpmath 1.2.1): the quadratic, and the pinned curve
# by the Jacobian of (Q0, Q1, b, c) with respect to all five invariants.
import mpmath as mp

mp.mp.dps = 50
x = [mp.mpf(each) for each in ("0", "0.25", "0.5", "0.75", "1")]
q = mp.matrix([mp.mpf(each) for each in ("8.1", "9.4", "10.2", "10.5", "10.4")])
variances = mp.diag([mp.mpf(each) for each in ("0.0004", "0.0009", "0.0016", "0.0009", "0.0025")])


def show(name, *numbers):
    print(name, *(mp.nstr(each, 17) for each in numbers))


weights = variances**-1
design = mp.matrix([[each**k for k in range(3)] for each in x])
covariance = (design.T * weights * design) ** -1
coefficients = covariance * (design.T * weights * q)
residuals = q - design * coefficients
show("quadratic", *coefficients)
show("covariance", *covariance)
show("reduced chi-square", (residuals.T * weights * residuals)[0] / 2)

inside = [1, 2, 3]
basis = mp.matrix([[x[i] * (1 - x[i]), x[i] * (1 - x[i]) * (1 - 2 * x[i])] for i in inside])
weights = mp.diag([1 / variances[i, i] for i in inside])
solve = (basis.T * weights * basis) ** -1 * basis.T * weights
excess = mp.matrix(3, 5)  # of the invariants over the ideal line
for row, i in enumerate(inside):
    excess[row, i], excess[row, 0], excess[row, 4] = 1, x[i] - 1, -x[i]
follow = solve * excess
jacobian = mp.matrix(4, 5)
jacobian[0, 0] = jacobian[1, 4] = 1
for k in range(5):
    jacobian[2, k], jacobian[3, k] = follow[0, k], follow[1, k]
pinned, covariance = jacobian * q, jacobian * variances * jacobian.T
powers = mp.matrix([[1, 0, 0, 0], [-1, 1, 1, 1], [0, 0, -1, -3], [0, 0, 0, 2]])
show("pinned", *(powers * pinned))
show("covariance", *(powers * covariance * powers.T))
show("b, c", pinned[2], covariance[2, 2], pinned[3], covariance[3, 3])
residuals = excess * q - basis * mp.matrix([pinned[2], pinned[3]])
show("reduced chi-square", (residuals.T * weights * residuals)[0])
