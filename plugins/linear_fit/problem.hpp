// SPDX-License-Identifier: BSD-3-Clause
// The points that a line is fitted to: which ones, their errors, and coordinates of about 1.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "errors.hpp"
#include "kernel.hpp"

namespace sluice::linear_fit {

/// One coordinate to numbers of about 1.
struct Scale {
    double centre = 0, size = 1;
};

/// The points that are fitted, scaled. An exact one is not among them.
struct Problem {
    struct Point {
        double x, y;
    };

    std::vector<double> x, y;  ///< [m]
    Errors errors;
    std::optional<Point> exact = {};  ///< the line goes through it; the first one of them
    std::ptrdiff_t exact_points = 0;  ///< more than 1 has no solution
    Scale x_scale = {}, y_scale = {};
    double correlation = unknown;  ///< Pearson's r, the exact points included
    bool weighted = true;          ///< false: the errors are those of equal weights

    [[nodiscard]] std::ptrdiff_t points() const { return static_cast<std::ptrdiff_t>(x.size()) + exact_points; }
};

/// Throws std::invalid_argument when lengths differ.
[[nodiscard]] Problem problem_of(const Points& points, const Options& options);

/// sum_i a_i b_i
[[nodiscard]] double sum_of_products(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace sluice::linear_fit
