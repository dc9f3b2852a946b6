// SPDX-License-Identifier: BSD-3-Clause
// Numbers for the order in one reduced pair distribution function: short and medium range, first shell, coordination, decay.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "noise.hpp"

namespace sluice::order_metrics {

enum class PeakMethod { polynomial, gaussian };

/// Where the integral of the radial distribution function ends.
enum class Coordination {
    none,
    limits,            ///< both limits are given
    first_minimum,     ///< at the minimum of g behind the first peak
    symmetric_total,   ///< at the maximum of T = RDF / r, and counted twice
    symmetric_radial,  ///< at the maximum of RDF, and counted twice
};

enum class Status {
    ok,
    no_peak,         ///< no maximum of G in the range where peaks are looked for
    at_edge,         ///< G is highest at an end of that range, or a limit of the coordination shell is not in the points in use,
                     ///< or its end in front of the begin that is given
    not_determined,  ///< the fit of the first peak found no maximum inside of its points
};

/// Both ends included, in angstrom.
struct Range {
    double from = 0;
    double to = std::numeric_limits<double>::infinity();
};

/// One curve. Noise of its points comes apart, as a Covariance.
struct Curve {
    std::span<const double> r;           ///< [n] angstrom, >= 0, strictly increasing
    std::span<const double> reduced;     ///< [n] 1/angstrom^2: G(r)
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

struct Density {
    double per_cubic_angstrom = unknown;
    double variance = 0;
};

struct Options {
    std::optional<Range> short_range = Range{2, 5};
    std::optional<Range> medium_range = Range{5, 17};
    std::optional<Range> decay_range = Range{5, 17};
    Range peaks = {1, std::numeric_limits<double>::infinity()};  ///< where maxima are looked for
    double first_peak_prominence = 0.4;                          ///< of the first peak, as part of the largest
    double smallest_prominence = 0.1;                            ///< of the others
    double significance = 5;  ///< prominence / noise from which a maximum counts, where the noise is known
    PeakMethod method = PeakMethod::polynomial;
    std::ptrdiff_t max_peaks = 8;
    Coordination coordination = Coordination::first_minimum;
    std::optional<double> from, to;  ///< angstrom: limits of the integral; to: of Coordination::limits alone
    Density density;                 ///< NaN: no coordination number
};

struct Value {
    double value = unknown;
    double variance = unknown;
};

struct Order {
    Value rms;               ///< 1/angstrom^2, without the part that is noise; negative when there is less than the noise
    double noise = unknown;  ///< rms that the noise alone gives
};

struct Peak {
    Value position;  ///< angstrom
    Value height;    ///< 1/angstrom^2
};

struct Decay {
    Value length;                ///< angstrom: xi
    Value amplitude;             ///< 1/angstrom^2: the envelope carried on to r = 0
    double scatter = unknown;    ///< rms of ln |G| about the line
    std::ptrdiff_t extrema = 0;  ///< that the line was fitted to
};

struct Result {
    Status status = Status::ok;
    Order short_range, medium_range;
    Peak first_peak;
    Value first_peak_width;  ///< angstrom, full width of G at half its height
    Value coordination_number, coordination_from, coordination_to;
    Decay decay;
    std::vector<Peak> peaks;      ///< at most max_peaks, increasing r
    std::ptrdiff_t count = 0;     ///< maxima found, also those beyond max_peaks
    std::ptrdiff_t left_out = 0;  ///< points masked or not finite
};

/// Order metrics of one G(r).
///
///     short, medium range   sqrt(<G^2> - <var G>),   <> = mean over [a, b] by trapezoids; of a negative mean -sqrt(|.|)
///     first peak            the first maximum of G whose prominence is at least first_peak_prominence of the largest one
///     coordination number   int_a^b [r G + 4 pi rho r^2] dr;  twice that for the symmetric rules
///     decay                 |G| = amplitude exp(-r / xi), a line through ln |G| at the extrema of G
///
/// Sources: Egami and Billinge (2012), Underneath the Bragg Peaks, 2nd ed., chapter 3 (G, RDF); Waseda (1980), The Structure of
/// Non-Crystalline Materials (symmetric rules and first minimum).
///
/// Peaks: a maximum is fitted between the points where it has fallen by a tenth of its prominence (polynomial, of degree 4; two
/// points to either side at least) or down to half of the fit (gaussian, without a baseline), all points alike. The width is that
/// of G at half its height above 0, from the two crossings (polynomial) or the fit (gaussian); NaN where G rises again before.
/// Coordination: without `from` it begins where the RDF has fallen to 0, or to a minimum, in front of the first peak. The
/// minimum of g = 1 + G / (4 pi rho r) and the maxima of T and RDF are fitted as peaks are. Between points the RDF is straight.
/// Decay: one extremum per stretch of G of one sign within the range, not at its ends, by a parabola through its upper half; left
/// out are those below 3 sigma (where known), those less than half as high as a later one, and those less than a fifth as high as
/// the one before. At least 3; NaN when the line does not fall.
///
/// Variances: first order, by the gradient of each number with respect to all points of G and their full covariance, and of
/// that of the density. At the level of the noise the variance of an rms is that of a signed root of a normal number.
/// NaN without covariance. Masked points, and those that are not finite, are left out and their neighbours joined; a range
/// without two points gives NaN.
/// Throws std::invalid_argument when lengths differ, a range is not increasing or not covered by r (to one step), the density
/// is not above 0, or limits are missing; std::domain_error when r is negative or does not increase strictly.
/// Accuracy of the polynomial, for steps of r of a tenth of the full width of a peak or less: 1e-3 of that width in position, on
/// slopes and beside neighbours too, and 1e-3 of the height.
[[nodiscard]] Result measure(const Curve& curve, const Covariance& covariance, const Options& options);

}  // namespace sluice::order_metrics
