// SPDX-License-Identifier: BSD-3-Clause
// Amplitude and offset of a shape against points that are made of it, and against the normal equations written out.
#include <doctest/doctest.h>

#include <optional>
#include <vector>

#include <sluice/numerics/shape_sums.hpp>

using namespace sluice::numerics;
using Doubles = std::vector<double>;

TEST_CASE("points made of the shape give its amplitude and offset back") {
    const Doubles shape{1, 0.5, 0.25, 0.125}, weight{1, 2, 3, 4}, y{5, 3.5, 2.75, 2.375};   // 2 + 3 e
    const ShapePoints points{y, weight, shape};
    const ShapeSums sums(points);
    const double amplitude = sums.slope(std::nullopt) / sums.curvature(std::nullopt);
    CHECK(amplitude == doctest::Approx(3).epsilon(1e-14));
    CHECK(sums.best_offset(amplitude) == doctest::Approx(2).epsilon(1e-14));
    CHECK(sums.slope(2.0) / sums.curvature(2.0) == doctest::Approx(3).epsilon(1e-14));
    CHECK(sums.amplitude_within(std::nullopt, 10) == doctest::Approx(3).epsilon(1e-14));
    CHECK(sums.amplitude_within(std::nullopt, 2) == 2);
    CHECK(sums.amplitude_within(6.0, 2) == 0);   // all points are below the offset
    CHECK(chi_square(points, 3, 2) == 0);
    CHECK(chi_square(points, 3, 3) == 10);   // the sum of the weights
}

TEST_CASE("a given offset that is not the best one: sum w e (y - b) / sum w e^2") {
    const Doubles shape{1, 2}, weight{1, 3}, y{4, 5};
    const ShapeSums sums(ShapePoints{y, weight, shape});
    CHECK(sums.slope(1.0) == 1 * 3 + 3 * 2 * 4);
    CHECK(sums.curvature(1.0) == 1 + 3 * 4);
}

TEST_CASE("a constant") {
    const Doubles y{1, 3}, weight{1, 3};   // the weighted mean is 2.5
    CHECK(chi_square_of_constant(y, weight, std::nullopt) == doctest::Approx(1.5 * 1.5 + 3 * 0.25).epsilon(1e-14));
    CHECK(chi_square_of_constant(y, weight, 1.0) == 12);
    const Doubles flat{2, 2};
    CHECK(ShapeSums(ShapePoints{y, weight, flat}).curvature(std::nullopt) == 0);   // nothing tells the amplitude
    CHECK(ShapeSums(ShapePoints{y, weight, flat}).amplitude_within(std::nullopt, 8) == 4);
}
