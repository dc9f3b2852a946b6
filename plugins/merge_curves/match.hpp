// SPDX-License-Identifier: BSD-3-Clause
// The scale, and on request the offset, that bring one curve onto another where they overlap.
#pragma once

#include <cstddef>
#include <optional>

#include "curves.hpp"
#include "pairs.hpp"

namespace sluice::merge_curves {

enum class Status { ok, too_few_points, not_matched };

struct Options {
    std::optional<double> scale;  ///< given: it is not fitted
    bool offset = false;          ///< fit one
    Range range;                  ///< as overlap() gives it
};

/// B / scale - offset is the second curve on the first. Where nothing was found, all is NaN but points.
struct Match {
    Status status;
    double scale, scale_variance;    ///< a given scale has the variance 0
    double offset, offset_variance;  ///< 0, 0 when not fitted
    double covariance;               ///< of scale and offset
    double reduced_chi_square;       ///< NaN without variances, or when no point is left over
    std::ptrdiff_t points;           ///< pairs used
};

/// Minimises over scale k and offset c, for all curves together,
///
///     chi^2 = sum (A - (B / k - c))^2 / (var_A + var_B / k^2)
///
/// with B interpolated at the q of A (pairs.hpp). The weights depend on k, and their change is part of the minimum: weights
/// held fixed in turn would pull 1/k towards 0 by var_B / B^2.
/// Source: York, Evensen, Martinez and De Basabe Delgado (2004), Am. J. Phys. 72, 367: a line with errors in both coordinates.
/// Their solution takes the pairs as independent, and so does chi^2. The variances do not: they are the sum over all points of
/// both curves of (d(k, c) / d point)^2 var, to first order in d, so that a B_j that serves several pairs counts once.
/// Without variances all pairs weigh the same, B is taken as exact, and variances are from the scatter; NaN with no point left.
///
/// Fewer usable pairs than parameters: too_few_points; with a given scale and no offset none is needed. not_matched: no
/// convergence, a scale that comes out 0 or below (noise without a curve), or a given one that is NaN or not above 0.
/// Throws as pairs_of().
[[nodiscard]] Match match(const Curves& first, const Curves& second, const Options& options);

}  // namespace sluice::merge_curves
