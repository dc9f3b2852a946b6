// SPDX-License-Identifier: BSD-3-Clause
// The structure factor as a function on all q: of Percus and Yevick, or through measured points and continued beyond them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <sluice/numerics/percus_yevick.hpp>

namespace sluice::delta_gamma {

/// Below the first point: the mean of the first few, or Percus-Yevick. Above the last: 1, or Percus-Yevick.
enum class LowQ { constant, model };
enum class HighQ { one, model };

struct Continuation {
    LowQ low = LowQ::constant;
    HighQ high = HighQ::one;
    std::ptrdiff_t low_points = 1;  ///< how many points make the constant; all there are, if fewer
    double cut = 0;                 ///< q a: points below are not used, and the low continuation begins at the first that is
};

/// S(y) for y = q a >= 0, a the radius. Through points it is piecewise linear, so that it, and all that is linear in S, is a
/// linear combination of the points: add_weights().
class StructureFactor {
public:
    /// Percus-Yevick for spheres of radius a at this volume fraction; it has no points.
    /// Throws std::invalid_argument when the volume fraction is not within 0 to 0.74.
    explicit StructureFactor(double volume_fraction);

    /// Through points. q_a: [n], increasing; values: [n] of S. A point is not used when its q_a or value is not finite (so a
    /// caller leaves out masked points by NaN), or q_a < cut. volume_fraction: of the model that continues, Percus-Yevick as
    /// above. Throws std::invalid_argument when lengths differ, fewer than two points are usable, low_points < 1 or the volume
    /// fraction is not within 0 to 0.74; std::domain_error when q_a < 0 or does not increase.
    StructureFactor(std::span<const double> q_a, std::span<const double> values, const Continuation& continuation,
                    double volume_fraction);

    /// How many of the points the constructor above would use.
    [[nodiscard]] static std::ptrdiff_t usable(std::span<const double> q_a, std::span<const double> values, double cut = 0);

    /// S - 1 at y = q a >= 0.
    [[nodiscard]] double minus_one(double y) const;
    [[nodiscard]] double model_minus_one(double y) const {
        return model_.minus_one(2 * y);
    }  ///< of the model, wherever it is used
    [[nodiscard]] double operator()(double y) const { return 1 + minus_one(y); }

    /// Adds factor * dS(y)/dS_j to weights[j], [points()], j over all points given to the constructor: of at most two within
    /// them, of the first low_points() in a constant below, of none where the continuation is 1 or a model.
    void add_weights(double y, double factor, std::span<double> weights) const;

    [[nodiscard]] std::ptrdiff_t points() const { return given_; }  ///< that were given, used or not
    /// q a of the used points, and their S; empty for Percus-Yevick.
    [[nodiscard]] std::span<const double> knots() const { return knots_; }
    [[nodiscard]] std::span<const double> knot_values() const { return values_; }
    [[nodiscard]] std::span<const std::size_t> places() const { return places_; }  ///< theirs among the given points
    [[nodiscard]] const Continuation& continuation() const { return continuation_; }
    [[nodiscard]] double volume_fraction() const { return volume_fraction_; }
    /// How many points make the constant below the first.
    [[nodiscard]] std::ptrdiff_t low_points() const;
    /// Whether S at high q is that of Percus and Yevick.
    [[nodiscard]] bool model_above() const { return knots_.empty() || continuation_.high == HighQ::model; }

private:
    enum class Part { model, constant, one, line };
    struct Place {
        Part part;
        std::size_t knot;  ///< the lower end of the line
        double fraction;   ///< of the way to the upper
    };
    [[nodiscard]] Place place(double y) const;

    numerics::PercusYevick<double> model_;
    double volume_fraction_;
    Continuation continuation_{};
    std::ptrdiff_t given_ = 0;
    std::vector<double> knots_, values_;
    std::vector<std::size_t> places_;
    double low_ = 1;  ///< the constant below the first point
};

}  // namespace sluice::delta_gamma
