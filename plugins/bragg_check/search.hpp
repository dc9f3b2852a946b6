// SPDX-License-Identifier: BSD-3-Clause
// The points of a curve that can be used, the filters that see lines in them, and the fit of one line.
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "kernel.hpp"

namespace sluice::bragg_check {

using Doubles = std::vector<double>;

constexpr std::size_t fewest_points = 12;  ///< of a window
constexpr double reach = 2.0 / 3;          ///< of a window to either side, in `narrowest_halo`

/// A Gaussian of height 1 and full width w at half maximum.
[[nodiscard]] inline double gaussian(double distance, double w) {
    return std::exp(-4 * std::numbers::ln2 * distance * distance / (w * w));
}

[[nodiscard]] inline double dot(const Doubles& a, const double* b) { return std::inner_product(a.begin(), a.end(), b, 0.0); }

/// The value below which this part of them lies; NaN of none.
[[nodiscard]] double quantile(Doubles values, double part);

/// Usable points, and about each of them the window in which a line at it is looked for.
struct Points {
    struct Window {
        std::size_t first = 0, last = 0;  ///< both included; first == last: this point is not searched

        [[nodiscard]] bool searched() const { return first != last; }
        [[nodiscard]] std::size_t size() const { return last - first + 1; }
    };

    Doubles q, y, variance;  ///< variance is empty until it is known
    std::vector<Window> windows;
    double spacing = unknown;  ///< the median distance of neighbours

    [[nodiscard]] std::size_t size() const { return q.size(); }
    [[nodiscard]] std::span<const double> q_of(const Window& window) const {
        return std::span(q).subspan(window.first, window.size());
    }
};

[[nodiscard]] Points usable_points(const Curve& curve, const Options& options);

/// Templates less their projection on the polynomials, for windows of one geometry.
class Filters {
public:
    explicit Filters(Doubles widths) : widths_(std::move(widths)) {}

    /// Makes the filters for a window about q_centre, unless those at hand are of the same geometry to 1 % of a spacing.
    void prepare(std::span<const double> q, double q_centre, double spacing);
    [[nodiscard]] const Doubles& widths() const { return widths_; }
    /// g of template w, [window], and g.g; 0 where the points cannot show that width. w = widths().size(): a single point.
    [[nodiscard]] const Doubles& filter(std::size_t w) const { return filters_[w]; }
    [[nodiscard]] double square(std::size_t w) const { return squares_[w]; }

private:
    [[nodiscard]] Doubles shape(std::size_t w) const;
    [[nodiscard]] bool at_hand(std::span<const double> q, double q_centre, double spacing) const;

    Doubles widths_, distances_, squares_;
    std::vector<Doubles> filters_;
};

/// Widths of the templates, from widest down.
[[nodiscard]] Doubles template_widths(const Points& points, const Options& options);

/// Variances from the scatter of the points about the polynomials of their windows.
void estimate_variances(Points& points);

/// What stands out at each point: significance (-infinity where nothing is searched) and width of the best template.
class Search {
public:
    Search(const Points& points, const Options& options);

    /// Again, after `y` of the points from first to last changed.
    void update(const Doubles& y, std::size_t first, std::size_t last);
    void block(double from, double to);
    [[nodiscard]] std::size_t best() const;
    [[nodiscard]] double significance(std::size_t i) const { return significance_[i]; }
    [[nodiscard]] double width(std::size_t i) const { return filters_.widths()[template_[i]]; }
    /// Whether a filter sees a dip within `distance` that is deeper than what it sees here is high: beside a dip lie maxima of
    /// filters, but no lines.
    [[nodiscard]] bool beside_a_dip(std::size_t i, double distance) const;
    /// By how much the noise is larger than the variances say, for that template.
    [[nodiscard]] double scale(std::size_t i) const { return scale_[template_[i]]; }

private:
    void set_scales();
    void set_halo_bias(const Options& options);
    void rate(const Doubles& y, std::size_t i);

    const Points& points_;
    Filters filters_;
    Doubles scale_, bias_;  ///< [templates]: s_w and b_w
    Doubles range_;         ///< [points]: R
    Doubles significance_;
    Doubles highest_, deepest_;  ///< [points]: extremes over the templates of g.y / |g|
    std::vector<std::size_t> template_;
    std::vector<bool> blocked_;
};

/// Where a line may be: a point, the width to start from, and how much chi-square it must take off.
struct Candidate {
    std::size_t at = 0;
    double width = 0, least_chi_square = 0;
};

/// The line there; nothing when it is none. weighted: the variances are known, not estimated.
[[nodiscard]] std::optional<Line> fit_line(const Points& points, const Doubles& y, const Candidate& candidate, bool weighted,
                                           const Options& options);

}  // namespace sluice::bragg_check
