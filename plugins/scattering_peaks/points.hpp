// SPDX-License-Identifier: BSD-3-Clause
// The points of a curve that can be used, and the maxima found among them.
#pragma once

#include <cstddef>
#include <vector>

#include "kernel.hpp"

namespace sluice::scattering_peaks {

using Doubles = std::vector<double>;

/// Usable points of the curve that is fitted and of the one that is searched, at the same q.
struct Points {
    Doubles q, intensity, variance;       ///< of the curve to fit; variance empty when it has none
    Doubles searched, searched_variance;  ///< of the curve to search; its variance is always there
    std::vector<std::size_t> position;    ///< in the curve given

    [[nodiscard]] std::size_t size() const { return q.size(); }
};

/// A maximum: indices into Points.
struct Candidate {
    std::size_t top = 0, base = 0;  ///< base: the higher of its two
    double prominence = 0, significance = 0;
    double left = 0, right = 0;   ///< q where the curve falls through half prominence
    double lower = 0, upper = 0;  ///< q between which a fit of this peak may reach
};

[[nodiscard]] Points usable_points(const Curve& curve, const Curve& search, const Window& window);

/// All maxima that count, in increasing q.
[[nodiscard]] std::vector<Candidate> find_candidates(const Points& points, const Options& options);

/// Both write the fitted curve to `fitted` [n of the curve given] where the fit reached. whole: a shape is fitted to all that
/// lies between the limits of the candidate.
[[nodiscard]] Peak fit_polynomial(const Points& points, const Candidate& candidate, std::ptrdiff_t degree, Doubles& fitted);
[[nodiscard]] Peak fit_shape(const Points& points, const Candidate& candidate, Method method, bool whole, Doubles& fitted);

}  // namespace sluice::scattering_peaks
