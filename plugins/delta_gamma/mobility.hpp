// SPDX-License-Identifier: BSD-3-Clause
// The weight w(y) of the delta-gamma integrals and its cumulative moments, as Chebyshev series cell by cell.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "s_gamma.hpp"

namespace sluice::delta_gamma {

/// The terms of S_gamma at the nodes of all cells, which are the same for all volume fractions.
struct MobilityNodes {
    /// Chebyshev nodes of a cell; the cells from y = 1 on are half a unit wide. w oscillates as sin^2 y: its series are at
    /// rounding then.
    static constexpr std::size_t per_cell = 14;

    /// Up to y = end at least.
    explicit MobilityNodes(double end);

    std::vector<double> y;                     ///< [cells * per_cell]
    std::vector<double> sinc_squared;          ///< (sin y / y)^2
    std::vector<double> bare;                  ///< C(y)
    std::vector<std::array<double, 4>> terms;  ///< s_gamma_terms(y)
};

/// w(y) = (sin y / y)^2 / (1 + phi S_gamma(y)) and its moments
///
///     W_1(y) = int_0^y w t dt,    W_-1(y) = -int_y^end w / t dt,    W_-3(y) = -int_y^end w / t^3 dt
///
/// Of W_-1 and W_-3 only differences are meant. They are taken from the far end, where they are small, so that differences keep
/// their digits; the first cell, y < 1, is a polynomial in y^2, and the logarithm and the 1/y^2 of its moments are explicit.
class Mobility {
public:
    Mobility(const MobilityNodes& nodes, double volume_fraction, const Densities& g);

    struct Values {
        double w, first, inverse, inverse_cube;  ///< w, W_1, W_-1, W_-3
    };
    /// 0 < y <= end.
    [[nodiscard]] Values at(double y) const;
    /// w alone; 0 <= y <= end.
    [[nodiscard]] double weight(double y) const;
    /// (2/pi) int_0^inf w dy, as 1 - (2/pi) int (sin y / y)^2 - w: with what lies beyond the cells in closed form.
    [[nodiscard]] double integral() const { return integral_; }

private:
    static constexpr std::size_t n = MobilityNodes::per_cell;
    using Series = std::array<double, n>;
    using Lanes = std::array<double, 4>;    ///< as Values
    using Cell = std::array<Lanes, n + 1>;  ///< coefficients of T_0 ... T_n

    void set_first_cell(const Series& w);
    void join_cells();
    [[nodiscard]] Values at_first(double y) const;

    Series first_{};                         ///< w = sum first_[i] y^(2i), y < 1
    double inverse_ = 0, inverse_cube_ = 0;  ///< constants of W_-1 and W_-3 there
    std::vector<Cell> cells_;                ///< from y = 1 on
    double integral_ = 1;
};

}  // namespace sluice::delta_gamma
