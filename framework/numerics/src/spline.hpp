// SPDX-License-Identifier: BSD-3-Clause
// The second derivatives of a natural cubic spline as weights on the values that it goes through.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sluice::numerics {

/// What the points from `first` on weigh.
struct Weights {
    std::size_t first = 0;
    std::vector<double> values;
};

class Spline {
public:
    /// x: [n], n >= 2, strictly increasing; it must outlive this.
    explicit Spline(std::span<const double> x);

    /// The weights of  a y_k + b y_k+1 + c M_k + d M_k+1,  M the second derivatives (0 at both ends). 0 <= k <= n - 2.
    [[nodiscard]] Weights combine(std::size_t k, double a, double b, double c, double d) const;

private:
    /// Column of the inverse of the tridiagonal matrix: c times that of k, d times that of k + 1; from `first` on.
    [[nodiscard]] Weights solve(std::size_t k, double c, double d) const;

    std::span<const double> x_;
    std::vector<double> h_;
    /// Pivots of the matrix (h_i-1, 2 (h_i-1 + h_i), h_i) / 6, eliminated from the left and from the right; [n], ends unused.
    std::vector<double> left_, right_;
};

}  // namespace sluice::numerics
