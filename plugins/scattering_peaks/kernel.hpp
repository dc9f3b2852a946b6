// SPDX-License-Identifier: BSD-3-Clause
// Peaks of one scattering curve: which ones rise above the noise, and where, how high and how wide each is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace sluice::scattering_peaks {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

enum class Method { quartic, parabola, lorentzian, gaussian };

enum class Status {
    ok,
    absent,          ///< no peak for this place
    too_few_points,  ///< a peak, but not enough points for the fit
    not_determined,  ///< a peak, but the fit found no maximum inside its range, or did not converge
    poor_fit,        ///< fitted, but the points scatter about the curve by more than their variances say
};

/// One curve. `q` is in any unit; every result is in that unit and the unit of the intensity.
struct Curve {
    std::span<const double> q;           ///< [n], strictly increasing
    std::span<const double> intensity;   ///< [n], negative values count like all others
    std::span<const double> variance;    ///< [n], or empty: the noise is taken from the scatter
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

/// Both ends included (to 1e-9 of themselves), in the unit of q.
struct Window {
    double from = -std::numeric_limits<double>::infinity();
    double to = std::numeric_limits<double>::infinity();
};

struct Options {
    Method method = Method::quartic;
    Window range;                    ///< points outside are not used
    std::vector<Window> windows;     ///< one place per window, for its most prominent peak; empty: peaks all over the range
    std::ptrdiff_t max_peaks = 8;    ///< places without windows
    double significance = 6;         ///< prominence / noise from which a maximum counts
    double smallest_prominence = 0;  ///< a maximum less prominent does not count
};

struct Value {
    double value = unknown;
    double variance = unknown;
};

struct Peak {
    Status status = Status::absent;
    Value position;
    Value height;      ///< of the curve at the position, with what lies under the peak
    Value prominence;  ///< above the higher of its two bases, or above the fitted line
    Value width;       ///< full width at half prominence
    Value area;        ///< of a lorentzian or gaussian, without the line
    double significance = unknown;
    double reduced_chi_square = unknown;  ///< NaN without variances
    std::ptrdiff_t points = 0;            ///< fitted
};

struct Result {
    std::vector<Peak> peaks;    ///< [places], increasing q
    std::ptrdiff_t count = 0;   ///< peaks found, also those beyond the places
    std::vector<double> curve;  ///< [n], the fitted peaks where they were fitted, NaN elsewhere
};

/// Finds peaks in `search` and fits them in `curve`, which share their q (pass the same curve twice, or a smoothed one to
/// search in).
///
/// Found: a local maximum of the points in use whose prominence is at least `significance` times the noise,
///
///     prominence = I(top) - max(left base, right base),    noise = sqrt(var(top) + var(higher base))
///
/// a base being the lowest point between the top and the next higher point (or the end) on that side. Of n points of pure
/// noise fewer than n^2 Q(significance) give a false peak (Q: the tail of the normal distribution): 0.001 for 1000 points
/// and 6. Without variances the noise of one point is the median of |second difference|, divided by what it is for normal
/// noise of size 1. The ends of the range are no peaks.
///
/// parabola, quartic: weighted polynomial of degree 2 (4) in a window about its own maximum. The window is not chosen by the
/// points' heights, which would bias it, but as a part f of the half width at half prominence, from noise = sigma /
/// (prominence sqrt(n)) with n the points above half prominence (width and prominence are those of a Lorentzian on a line, fitted
/// first to this end alone):
///
///     parabola: f = max(min((7.5 noise)^(1/4.5), (5.8 noise)^(1/3.5)), (39 noise)^(1/2.5))
///     quartic:  f = max((53 noise)^(1/6.5), (136 noise)^(1/2.5)),        0.1 <= f <= 1.2
///
/// The first keeps the bias of the height of a Lorentzian, and that of the position of a peak whose cubic term is a tenth of
/// its quadratic one, below 0.2 of their standard errors; the last sees that the curvature is 8 standard errors from 0 for a
/// Gaussian. While chi-square exceeds its mean by 3 of its standard deviations the window shrinks by 0.85, to degree + 3 points
/// at least. position: the maximum of the polynomial; height: its value there, both with the covariance of the coefficients.
/// width: between lines fitted to the flanks at half prominence. area: NaN.
///
/// lorentzian, gaussian: least squares of
///
///     I = prominence S(2 (q - position) / width) + a + b (q - position),    S(u) = 1 / (1 + u^2)  |  exp(-u^2 ln 2)
///
/// over the window, or without windows over 1.5 widths to either side, cut at the lowest point between two peaks. area:
/// pi/2 prominence width  |  sqrt(pi / (4 ln 2)) prominence width. height: prominence + a. The position is that of the
/// peak without the line: on a slope the maximum of the curve lies elsewhere.
///
/// Left out: masked points, and those whose intensity or variance is not finite or whose variance is not above 0 (in either
/// curve). Weights are 1/variance; without variances all points weigh the same and the covariance is that of their scatter.
/// Points are taken as independent. Throws std::invalid_argument when lengths differ, a window is empty or windows overlap
/// or decrease; std::domain_error when q does not strictly increase.
/// Accuracy: an exact Lorentzian or Gaussian on a line is given back to 1e-7; of the polynomials see the bias above.
[[nodiscard]] Result find_peaks(const Curve& curve, const Curve& search, const Options& options);

}  // namespace sluice::scattering_peaks
