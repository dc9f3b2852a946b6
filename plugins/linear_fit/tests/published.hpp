// SPDX-License-Identifier: BSD-3-Clause
// The published points that the tests of the line share, and how they are compared.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include "../kernel.hpp"

namespace sluice::linear_fit::test {

using Doubles = std::vector<double>;

inline doctest::Approx near(double value, double epsilon) { return doctest::Approx(value).epsilon(epsilon).scale(0); }

struct Table {
    Doubles x, y, x_variances = {}, y_variances = {}, correlation = {}, y_covariance = {};
    std::vector<std::uint8_t> mask = {};

    operator Points() const { return {x, y, x_variances, y_variances, correlation, y_covariance, mask}; }
};

inline Doubles inverse(Doubles weights) {
    for (double& each : weights) each = 1 / each;
    return weights;
}

/// Pearson (1901), Phil. Mag. 2, 559, with the weights of York (1966), Can. J. Phys. 44, 1079.
inline const Table pearson{{0, 0.9, 1.8, 2.6, 3.3, 4.4, 5.2, 6.1, 6.5, 7.4},
                           {5.9, 5.4, 4.4, 4.6, 3.5, 3.7, 2.8, 2.8, 2.4, 1.5},
                           inverse({1000, 1000, 500, 800, 200, 80, 60, 20, 1.8, 1}),
                           inverse({1, 1.8, 4, 8, 20, 20, 70, 70, 100, 500})};

inline Table without_variances(Table table) {
    table.x_variances = table.y_variances = {};
    return table;
}

inline void check_line(const Result& got, double slope, double intercept, double slope_sigma, double intercept_sigma,
                       double epsilon) {
    CHECK(got.status == Status::ok);
    CHECK(got.line.slope.value == near(slope, epsilon));
    CHECK(got.intercept.value == near(intercept, epsilon));
    CHECK(std::sqrt(got.line.slope.variance) == near(slope_sigma, 1e-9));
    CHECK(std::sqrt(got.intercept.variance) == near(intercept_sigma, 1e-9));
}

}  // namespace sluice::linear_fit::test
