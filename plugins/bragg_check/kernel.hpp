// SPDX-License-Identifier: BSD-3-Clause
// Whether a curve has Bragg lines: narrow maxima on what is otherwise smooth at their scale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace sluice::bragg_check {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

enum class Status {
    amorphous,       ///< no line was found
    crystalline,     ///< at least one
    not_determined,  ///< too few points, or too far apart, to tell
};

/// One curve. `q` is in any unit; every result is in that unit and the unit of the intensity.
struct Curve {
    std::span<const double> q;           ///< [n], strictly increasing
    std::span<const double> intensity;   ///< [n], negative values count like all others
    std::span<const double> variance;    ///< [n], or empty: the noise is taken from the scatter
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

/// In the unit of q.
struct Options {
    double widest = 0.15;          ///< full width at half maximum up to which a maximum counts as a line
    double narrowest = 0.015;      ///< below the resolution of the instrument: a defect, no line
    double narrowest_halo = 0.45;  ///< the same of what belongs to the smooth curve, from which on it does
    double threshold = 5;          ///< standard errors
    std::ptrdiff_t max_lines = 32;
    double first = -std::numeric_limits<double>::infinity();  ///< points outside are not used
    double last = std::numeric_limits<double>::infinity();
};

struct Value {
    double value = unknown;
    double variance = unknown;
};

struct Line {
    Value position;
    Value height;  ///< above the smooth curve
    Value width;   ///< full width at half maximum; its variance is NaN where it is the bound, the spacing of the points
    double significance = unknown;
};

struct Result {
    Status status = Status::not_determined;
    std::vector<Line> lines;                ///< increasing q, at most max_lines: the most significant ones
    double largest_significance = unknown;  ///< of the lines; without one, of what might have been a line
    std::ptrdiff_t searched = 0;            ///< points at which a line could have been found
};

/// Looks for lines by linear filters that see nothing of a polynomial of degree 6.
///
/// At each point i a template of Gaussian shape and of full width w (widest, and from there by 1/sqrt(2) down to `narrowest`
/// or 1.2 spacings) is fitted to the points within 2/3 narrowest_halo, together with a polynomial of degree 6, all points
/// weighing the same:
///
///     A_w = g.y / g.g,   g = template less its projection on the polynomials,   var A_w = sum g_k^2 var_k / (g.g)^2
///     significance = max over w of  A_w / sqrt(s_w^2 var A_w + (b_w R)^2)
///
/// R is the largest less the smallest intensity of the window. b_w is the largest A_w / R that a Lorentzian of full width
/// narrowest_halo gives, wherever it stands: the curvature of a halo is no line, however small the noise is. s_w, at least
/// 1 (and 1 for fewer than 50 points), is what the lower quartile of |A_w| / sqrt(var A_w) is over that of normal noise: so
/// errors that are too small or
/// correlated (split pixels) are made up for, and lines on up to three quarters of the curve do not count as noise.
/// From the most significant point down, but for those within `widest` of a dip that is deeper than they are high: a Gaussian
/// on a polynomial of degree 4 is fitted to the points within narrowest_halo/2 by least squares. It is a line when it is
/// positive, its maximum lies within a template's width of the point, its full width is from narrowest to widest, and it takes
/// from the chi-square of the polynomial alone at least half, and (s_w threshold)^2; then it is taken off before the search
/// goes on.
/// Of noise alone the chance of a false line in n points is about n times the normal tail: 3e-4 for 1000 points and 5.
///
/// Without variances the noise of a point is from the 101 points about it, by the median of what the polynomials leave over
/// (taken as even, and as growing with the root of the intensity; the larger of the two).
/// Left out: masked points, and those whose intensity or variance is not finite or whose variance is not above 0. A gap of
/// more than widest/2 counts as an end. Points nearer than narrowest_halo/3 to an end are not searched, nor those with fewer
/// than 12 points in their window. not_determined: no point can be searched, without variances fewer than 50.
/// Throws std::invalid_argument when lengths differ or options make no sense; std::domain_error when q does not strictly
/// increase.
[[nodiscard]] Result check(const Curve& curve, const Options& options);

}  // namespace sluice::bragg_check
