// SPDX-License-Identifier: BSD-3-Clause
// A curve through points, straight or monotone cubic between them, with what each point contributes to it.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace sluice::inverse_interpolation {

enum class Method { linear, monotone_cubic };

/// A place on the curve: between nodes k and k + 1, at x_k + u (x_{k+1} - x_k) with u from 0 to 1.
struct Place {
    std::size_t k;
    double u;
};

/// The curve there: its value, its slope, and the derivatives of the value by the y of nodes k - 1 ... k + 2 (0 for those that
/// do not exist).
struct There {
    double value, slope;
    std::array<double, 4> by_node;
};

/// Linear: a straight line between neighbours. Monotone cubic: Hermite cubics whose slopes at the nodes are the weighted harmonic
/// means of those of the two neighbouring chords,
///
///     m_k = 3 (h' + h) / [(2 h' + h) / c + (h' + 2 h) / c'],    0 where the chords c and c' have not one sign
///
/// (h, c before the node, h', c' behind it; at the ends the chord's own slope), so that the curve rises and falls with the points
/// alone. Source: Fritsch and Butland (1984), SIAM J. Sci. Stat. Comput. 5, 300; Boost.Math's pchip is the same curve.
/// x: [n], n >= 2, strictly increasing; y: [n], finite. Nothing is checked.
class Curve {
public:
    Curve(std::vector<double> x, std::vector<double> y, Method method);

    [[nodiscard]] std::size_t size() const { return x_.size(); }
    [[nodiscard]] double y(std::size_t i) const { return y_[i]; }
    [[nodiscard]] double x(const Place& place) const { return x_[place.k] + place.u * (x_[place.k + 1] - x_[place.k]); }
    [[nodiscard]] There at(const Place& place) const;
    /// Where between two nodes, of which one is below the level and the other above it, the curve meets it: u to 1e-16.
    [[nodiscard]] Place meeting(std::size_t k, double level) const;

private:
    [[nodiscard]] There linear(const Place& place) const;
    [[nodiscard]] There cubic(const Place& place) const;

    std::vector<double> x_, y_;
    Method method_;
};

}  // namespace sluice::inverse_interpolation
