// SPDX-License-Identifier: BSD-3-Clause
// One row of a linear smoother: the weights that give a local polynomial, or a derivative of it, at one point.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sluice::smoothing {

/// The row h of which sum_j h_j y_j is the derivative (0: the value) at `at` of the polynomial p that minimises
///
///     sum_j k_j (y_j - p(x_j))^2
///
/// by polynomials P_m that are orthogonal on the x_j under k: h_j = k_j sum_m P_m(x_j) P_m^(derivative)(at) / sum_i k_i
/// P_m(x_i)^2. Source: Forsythe (1957), J. Soc. Ind. Appl. Math. 5, 74. With equal x spacing and equal k these are the numbers of
/// Savitzky and Golay (1964), Anal. Chem. 36, 1627, also where `at` lies off the middle. x: [n], strictly increasing. k: [n], >=
/// 0. row: [n], overwritten. False, and the row undefined, when fewer than degree + 1 points have k > 0. 1e-13 of the largest
/// weight for degrees up to 10.
class PolynomialRow {
public:
    bool make(std::span<const double> x, std::span<const double> k, double at, int degree, int derivative, std::span<double> row);

private:
    std::vector<double> u_, last_, now_;    ///< [n]: x on [-1, 1], P_(m-1) and P_m there
    std::vector<double> at_last_, at_now_;  ///< [derivative + 1]: their derivatives at `at`
};

}  // namespace sluice::smoothing
