// SPDX-License-Identifier: BSD-3-Clause
// A curve in wider bins: sums and means of the points, or of the shares of bins, that fall into each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sluice::rebin {

enum class Statistic { mean, sum };
enum class Weighting { equal, inverse_variance };

struct Curve {
    std::span<const double> x;           ///< [n] points in any order, or [n + 1] edges of bins that increase or decrease strictly
    std::span<const double> y;           ///< [n]
    std::span<const double> variances;   ///< [n], or empty
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

struct Rebinned {
    std::span<double> values;        ///< [m]
    std::span<double> variances;     ///< [m], or empty
    std::span<double> count;         ///< [m]: points, with bins by their shares
    std::span<std::uint8_t> masked;  ///< [m]: 1 where the bin is empty
};

/// Of each new bin the sum or the mean of what falls into it. f_i is the share of the i-th old bin that lies in the new one,
/// l_i the width of that overlap; of a point f_i = l_i = 1 in the bin that holds it, 0 elsewhere:
///
///     sum                      S = sum f y                          var S = sum f² v
///     mean, equal              M = sum l y / sum l                  var M = sum l² v / (sum l)²
///     mean, inverse_variance   M = sum (f/v) y / sum (f/v)          var M = sum (f/v)² v / (sum f/v)²
///
/// So a sum conserves counts, and the equal mean of bins the area under them. Neighbouring new bins that share an old one are
/// correlated by it; the variances are right for each of them alone. Means weighted by variances that were estimated from
/// the same counts are too low (a low count gets a small variance).
///
/// edges: [m + 1], strictly increasing, in the unit of x. A bin holds its lower edge, the last one its upper edge too. An old
/// edge within 1e-9 of its bin's width from a new one is that one, so that rounding makes no slivers.
/// Left out: masked points, y or x that is not finite; with inverse_variance those whose variance is not finite and above 0.
/// A bin with nothing left is NaN and masked. Each item is a sum in the order of x as given: the same bits every time.
/// Throws std::invalid_argument when lengths differ, inverse_variance lacks variances, or edges do not increase;
/// std::domain_error when old bins are not monotonic.
void rebin(const Curve& curve, std::span<const double> edges, Statistic statistic, Weighting weighting, const Rebinned& out);

/// `count` bins from first to last, as count + 1 edges: of equal widths, or, logarithmic, of equal ratios.
/// Throws std::invalid_argument unless count >= 1 and first < last, and first > 0 when logarithmic.
[[nodiscard]] std::vector<double> counted_edges(double first, double last, std::ptrdiff_t count, bool logarithmic);

/// Bins from first on until last is covered: of width `step`, or, logarithmic, each edge 1 + step times the one before. The
/// last bin is whole, and may end behind last. Throws as counted_edges() does; also when step is not above 0, or when there would
/// be more than 10 million bins.
[[nodiscard]] std::vector<double> stepped_edges(double first, double last, double step, bool logarithmic);

/// Bins around points: bounded half way between neighbours, the outer ones as far on the other side. points: [m], m >= 2,
/// strictly increasing. Throws std::invalid_argument otherwise.
[[nodiscard]] std::vector<double> edges_around(std::span<const double> points);

}  // namespace sluice::rebin
