// SPDX-License-Identifier: BSD-3-Clause
// Sections of a curve that is searched for a step: straight lines through any of them in a few operations, and how they bend.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "windows.hpp"

namespace sluice::dsc_transition {

/// Points first .. end - 1.
struct Section {
    std::size_t first = 0, end = 0;
    [[nodiscard]] std::ptrdiff_t size() const { return static_cast<std::ptrdiff_t>(end) - static_cast<std::ptrdiff_t>(first); }
};

struct SectionLine {
    double middle = 0;                                                                                          ///< K
    double level = std::numeric_limits<double>::quiet_NaN(), slope = std::numeric_limits<double>::quiet_NaN();  ///< at `middle`
    double spread = 0, count = 0;  ///< sum of (T - middle)^2
    double squares = 0;            ///< of the residuals

    [[nodiscard]] double at(double T) const { return level + slope * (T - middle); }
    /// In units of the variance of one point.
    [[nodiscard]] double leverage(double T) const { return 1 / count + (T - middle) * (T - middle) / spread; }
};

/// How far a parabola through a section leaves its line between middle and ends, and the standard error of that.
struct Bend {
    double size = 0, sigma = 0;
};

/// A curve with what makes its sections quick: running sums, and a table of places. Keeps a reference to the curve.
class Sections {
public:
    explicit Sections(const StepCurve& curve);

    [[nodiscard]] const StepCurve& curve() const { return curve_; }
    /// Points with from <= T <= to.
    [[nodiscard]] Section between(double from, double to) const;
    /// By least squares; NaN for all points at one temperature.
    [[nodiscard]] SectionLine line(const Section& section) const;
    [[nodiscard]] Bend bend(const Section& section) const;

private:
    struct Moments {
        double x = 0, xx = 0, y = 0, xy = 0, yy = 0;
    };
    [[nodiscard]] std::size_t cell_of(double T) const;

    const StepCurve& curve_;
    double origin_, level_, cells_per_K_;
    std::vector<Moments> sums_;
    std::vector<std::size_t> first_in_cell_;  ///< of as many equal cells of temperature as there are points
};

}  // namespace sluice::dsc_transition
