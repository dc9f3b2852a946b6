// SPDX-License-Identifier: BSD-3-Clause
// What the parts of the kernel share: the points in use, numbers with their gradient, and maxima of a curve.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "kernel.hpp"

namespace sluice::order_metrics {

using Doubles = std::vector<double>;

/// The points in use. Gradients are over these.
struct Points {
    Doubles r, reduced;           ///< G
    Doubles variance;             ///< of G, or empty
    std::vector<std::size_t> at;  ///< in the curve
    std::size_t all = 0;          ///< points of the curve

    [[nodiscard]] std::size_t size() const { return r.size(); }
    [[nodiscard]] Doubles empty_gradient() const { return Doubles(r.size(), 0.0); }
};

/// A number made of the points of G, and of the density.
struct Estimate {
    double value = unknown;
    Doubles gradient;       ///< by G at each point in use; empty: 0
    double by_density = 0;  ///< derivative

    /// Adds factor times the derivatives of another one.
    void add_slopes(const Estimate& other, double factor);
};

/// First-order variances of estimates.
class Propagation {
public:
    Propagation(const Points& points, const Covariance& covariance, double density_variance)
        : points_(points), covariance_(covariance), density_variance_(density_variance) {}
    [[nodiscard]] double variance(const Estimate& estimate) const;
    [[nodiscard]] Value value(const Estimate& estimate) const { return {estimate.value, variance(estimate)}; }

private:
    const Points& points_;
    const Covariance& covariance_;
    double density_variance_;
};

// --- maxima.cpp --------------------------------------------------------------------------------------------------

/// A local maximum of y, the higher of its two bases, and its height above that.
struct Maximum {
    std::size_t top = 0, base = 0;
    double prominence = 0;
};

/// Points next to each other: first ... end - 1.
struct Stretch {
    std::size_t first = 0, end = 0;
    [[nodiscard]] std::size_t size() const { return end - first; }
};

/// All of them in [from, to], by increasing x; the ends are none. Prominence: above the higher of the lowest points to either
/// side, up to the next higher point or the end of the range.
[[nodiscard]] std::vector<Maximum> maxima(const Doubles& x, const Doubles& y, Range range);

/// The index of the highest y in [from, to]; nothing where there is no point.
[[nodiscard]] std::optional<std::size_t> highest(const Doubles& x, const Doubles& y, Range range);

/// Position and height of a fitted maximum, their gradients by y over all points. NaN where the fit has no maximum inside.
struct FittedMaximum {
    Estimate position, height, width;  ///< width: of the gaussian alone
};
[[nodiscard]] FittedMaximum fit_polynomial(const Doubles& x, const Doubles& y, const Maximum& maximum);
[[nodiscard]] FittedMaximum fit_polynomial(const Doubles& x, const Doubles& y, std::size_t top, Stretch points,
                                           std::ptrdiff_t degree);
[[nodiscard]] FittedMaximum fit_gaussian(const Doubles& x, const Doubles& y, const Maximum& maximum);

/// Full width of y between its two crossings of half of `height` about the top; NaN where y rises before, or ends.
[[nodiscard]] Estimate width_at_half(const Doubles& x, const Doubles& y, std::size_t top, const Estimate& height);

// --- coordination.cpp, decay.cpp ---------------------------------------------------------------------------------

struct Shell {
    Estimate number, from, to;
    bool at_edge = false;  ///< what ends the shell is not in the data
};
/// first_peak: the index of its top among the points; nothing when there is none.
[[nodiscard]] Shell coordination(const Points& points, std::optional<std::size_t> first_peak, const Options& options);

struct Envelope {
    Estimate length, amplitude;
    double scatter = unknown;
    std::ptrdiff_t extrema = 0;
};
[[nodiscard]] Envelope envelope(const Points& points, Range range);

}  // namespace sluice::order_metrics
