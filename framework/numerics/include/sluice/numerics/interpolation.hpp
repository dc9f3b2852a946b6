// SPDX-License-Identifier: BSD-3-Clause
// A curve at other points, as linear combinations of its own: so that variances follow exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sluice::numerics {

enum class Interpolation { linear, cubic };
enum class Outside { mask, extrapolate };
enum class Gaps { mask, bridge };

struct InterpolationOptions {
    Interpolation method = Interpolation::linear;
    Outside outside = Outside::mask;  ///< what a point of the grid is that lies before the first or after the last used one
    Gaps gaps = Gaps::mask;           ///< and one between two neighbours that are used, where points between them are not
};

/// The points of the grid as weighted sums of points of the data. A point without weights is masked.
class Interpolator {
public:
    /// Everything for which `usable` holds is used; a method that needs more points than there are gives masked points.
    ///
    ///     linear  f(g) = A y_k + B y_k+1,   A = (x_k+1 - g) / h,  B = (g - x_k) / h,  h = x_k+1 - x_k
    ///     cubic   f(g) = A y_k + B y_k+1 + [(A³ - A) M_k + (B³ - B) M_k+1] h² / 6
    ///
    /// cubic is the natural spline: its second derivatives M solve the tridiagonal h_i-1 M_i-1 + 2 (h_i-1 + h_i) M_i +
    /// h_i M_i+1 = 6 [(y_i+1 - y_i) / h_i - (y_i - y_i-1) / h_i-1], with M = 0 at both ends. Source: de Boor (1978), A
    /// Practical Guide to Splines, chapter IV. Weights below 1e-30 of the largest are left out; they at least halve from
    /// point to point. Beyond the ends both methods go on as the straight line that they have there.
    ///
    /// x: [n], strictly increasing or strictly decreasing; NaN: no point, as the padding of a shorter curve. usable: [n],
    /// nonzero: used. grid: [m], any order, the unit of x. A point of the grid that is one of x to 1e-12 is that point. Two
    /// used points at least are needed, else only such ones are not masked. Throws std::domain_error when x is not strictly
    /// monotonic or infinite, std::invalid_argument when lengths differ. Cubic needs some 200 operations for each point of the
    /// grid.
    Interpolator(std::span<const double> x, std::span<const std::uint8_t> usable, std::span<const double> grid,
                 const InterpolationOptions& options);

    /// f and sum w² var y for each point of the grid; NaN and mask 1 where there are no weights.
    /// y: [n]; variances: [n] or empty; out, out_masked: [m]; out_variances: [m] or empty. What is not used is not looked at.
    void apply(std::span<const double> y, std::span<const double> variances, std::span<double> out,
               std::span<double> out_variances, std::span<std::uint8_t> out_masked) const;

    /// f at one point of the grid is the sum of weight y[index]. Nothing where it is masked. Two points that share an index
    /// are not independent: cov(f_a, f_b) = sum w_a w_b var y over the indices that both have.
    struct Part {
        std::size_t index;
        double weight;
    };
    [[nodiscard]] std::vector<Part> parts(std::size_t point) const;

    [[nodiscard]] const std::vector<std::uint8_t>& usable() const { return usable_; }

private:
    /// weights[begin, end) belong to the used points from `first` on.
    struct Row {
        std::size_t first, begin, end;
    };

    std::vector<std::uint8_t> usable_;
    std::vector<std::size_t> used_;  ///< places in the data, in increasing order of x
    std::vector<Row> rows_;          ///< [m]
    std::vector<double> weights_;
};

/// What can be used: finite and not masked. mask: [n] or empty.
[[nodiscard]] std::vector<std::uint8_t> usable_points(std::span<const double> y, std::span<const std::uint8_t> mask);

}  // namespace sluice::numerics
