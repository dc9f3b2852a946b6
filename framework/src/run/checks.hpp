// SPDX-License-Identifier: BSD-3-Clause
// The quality checks of a recipe, on values as they are kept.
#pragma once

#include <sluice/host/run.hpp>

#include "run/execute.hpp"

namespace sluice {

class QualityMonitor {
public:
    explicit QualityMonitor(const Graph& graph);
    void look(const KeptBox& box);
    [[nodiscard]] std::vector<FailedCheck> failed() const;

private:
    struct Watch {
        const QualityCheck* check;
        int node, output;
        DType dtype;
        Index not_finite = 0, below = 0, above = 0;
        double lowest, highest;
    };
    std::vector<Watch> watches_;
};

}  // namespace sluice
