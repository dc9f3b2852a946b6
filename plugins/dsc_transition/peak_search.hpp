// SPDX-License-Identifier: BSD-3-Clause
// Where a scan leaves its straight baseline, and the extremes there that are peaks.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "peak_points.hpp"

namespace sluice::dsc_transition {

/// What lies beside a stretch.
enum class Beside {
    baseline,  ///< a run of straight curve
    step,      ///< the glass transition that the caller gave; its line there is the baseline
    nothing    ///< the end of the data
};

struct Apex {
    std::size_t at = 0;
    int sign = 1;  ///< 1: endothermic
};

/// Points first .. last are not straight baseline.
struct Stretch {
    std::size_t first = 0, last = 0;
    Beside left = Beside::nothing, right = Beside::nothing;
    std::size_t left_end = 0, right_end = 0;  ///< how far the runs (or the lines) beside it reach: first and last point of them
    double left_level = 0, right_level = 0;   ///< at `first` and `last`, W/g; of a side that is there
    double tolerance = 0;                     ///< W/g: what noise and the baseline's own slopes make
    double up = 0, down = 0;                  ///< largest excess beyond the levels of both sides
    std::vector<Apex> apexes;                 ///< increasing temperature

    [[nodiscard]] bool has_step() const;  ///< the levels of both sides differ
    double step = 0;                      ///< right level less left one, without the common slope; NaN with an open side
};

struct PeakSearch {
    std::vector<double> y;       ///< [n] heat flow less the lines of the step, if there is one
    std::vector<double> smooth;  ///< [n] y, averaged over a few points
    double slope = 0;            ///< W/(g K), the most common one
    std::vector<Stretch> stretches;
};

[[nodiscard]] PeakSearch search_peaks(const PeakPoints& points, const PeakOptions& options, const std::optional<StepLines>& step);

/// First point at or above `temperature`; n if none.
[[nodiscard]] std::size_t first_from(const PeakPoints& points, double temperature);

}  // namespace sluice::dsc_transition
