// SPDX-License-Identifier: BSD-3-Clause
// A polynomial through the neighbours of each point: by windows of grid points, of nearest points, or of a width in x.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "polynomial_row.hpp"

namespace sluice::smoothing {

/// What a linear smoother H made of the points y.
struct Smooth {
    std::vector<double> values;     ///< [n] H y; NaN where the window holds too few points
    std::vector<double> variances;  ///< [n] sum_j H_ij^2 var_j; empty without variances
    std::vector<double> leverages;  ///< [n] H_ii; 0 where point i is left out
};

/// The points: x of all, and which of them are used.
struct Points {
    std::span<const double> x;          ///< [n], strictly increasing
    std::span<const double> y;          ///< [n]
    std::span<const double> variances;  ///< [n] of y, or empty
    std::vector<std::ptrdiff_t> used;   ///< indices, increasing

    /// Is there a variance to weigh by? Where all are 0 there is none.
    [[nodiscard]] bool weighted() const {
        return !variances.empty() &&
               std::any_of(used.begin(), used.end(), [&](auto i) { return variances[static_cast<std::size_t>(i)] > 0; });
    }
};

enum class Extent {
    grid,     ///< that many neighbouring grid points, all of equal weight; the first and last window serve the points at the ends
    nearest,  ///< the nearest points that are used, with tricube weights that vanish at the next one
    width,    ///< all points within half this length, with tricube weights that vanish there
    relative,  ///< the same, the length being this factor times x
};

struct Window {
    Extent extent;
    double size;
};

/// Source: Savitzky and Golay (1964), Anal. Chem. 36, 1627 (grid); Cleveland (1979), J. Am. Stat. Assoc. 74, 829 (tricube).
/// Windows are cut at the ends of the curve and never padded: the polynomial is one-sided there. Points that are not used
/// leave a gap in the window. Extent::grid takes the points for equally spaced, whatever x says.
class LocalSmoother {
public:
    LocalSmoother(const Points& points, int degree);

    /// At all points, or only at those used (the others are NaN).
    [[nodiscard]] Smooth smooth(const Window& window, int derivative, bool everywhere);

    /// smooth(window, 0, false) without variances, for comparing windows: time grows with the points, not with points x window.
    /// Grid windows: by sums that move along (1e-9 of the largest y); windows with a gap one by one. Nearest points: at knots, 24
    /// or more to a window, and by cubics between them; the trace to 0.3 %, chi^2 to 1 % of the trace and of its excess over n.
    /// Widths: no faster.
    [[nodiscard]] Smooth quick(const Window& window);

private:
    struct Range {
        std::ptrdiff_t begin, end;  ///< of the points used
        double reach;               ///< distance at which the tricube weight vanishes
        std::ptrdiff_t offset;      ///< grid: of the point in its window
    };
    [[nodiscard]] Range range_at(std::size_t i, const Window& window, std::ptrdiff_t hint) const;
    bool row_at(std::size_t i, const Window& window, const Range& range, int derivative);
    void take(std::size_t i, const Range& range, Smooth& out) const;
    [[nodiscard]] Smooth between_knots(const Window& window);
    [[nodiscard]] Smooth by_moving_sums(const Window& window);
    void fit_end(std::ptrdiff_t window_begin, std::ptrdiff_t size, std::ptrdiff_t begin, std::ptrdiff_t end, Smooth& out) const;

    const Points& points_;
    int degree_;
    double spacing_;
    std::vector<double> position_;             ///< of all points: x, or the grid index
    std::vector<double> used_x_, used_grid_;   ///< [used]
    std::vector<std::ptrdiff_t> used_before_;  ///< [n + 1]: how many points before this one are used
    PolynomialRow polynomial_;
    std::vector<double> weights_, row_;
    std::vector<std::vector<double>> complete_;  ///< by offset: rows of grid windows without a gap
};

}  // namespace sluice::smoothing
