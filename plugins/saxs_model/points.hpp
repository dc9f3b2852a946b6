// SPDX-License-Identifier: BSD-3-Clause
// The points of a curve that are fitted, and the few that are searched with.
#pragma once

#include <vector>

#include "kernel.hpp"

namespace sluice::saxs_model {

/// The points that are fitted, with weights 1/variance or 1.
struct Points {
    std::vector<double> q, intensity, weight;
    bool weighted = false;

    [[nodiscard]] std::size_t size() const { return q.size(); }
};

[[nodiscard]] Points points_in_use(const Curve& curve, const Options& options);

/// Some 80 points, spread over the curve, weighed as if the model were right to a tenth only: it has a wider valley to find.
[[nodiscard]] Points coarse(const Points& points);

}  // namespace sluice::saxs_model
