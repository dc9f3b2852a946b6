// SPDX-License-Identifier: BSD-3-Clause
// The quality checks of a recipe.
#include "run/checks.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "run/adapt.hpp"

namespace sluice {
namespace {

std::string values_are(Index n) { return fmt::format("{} value{}", n, n == 1 ? " is" : "s are"); }

}  // namespace

QualityMonitor::QualityMonitor(const Graph& graph) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (const auto& check : graph.recipe.checks) {
        const int n = graph.index.at(check.on.step);
        const auto& outputs = graph.node(n).outputs;
        for (std::size_t o = 0; o < outputs.size(); ++o)
            if (outputs[o].declaration->name == check.on.port)
                watches_.push_back({&check, n, static_cast<int>(o), outputs[o].description.dtype, 0, 0, 0, infinity, -infinity});
    }
}

void QualityMonitor::look(const KeptBox& box) {
    for (auto& watch : watches_) {
        if (watch.node != box.node || watch.output != box.output) continue;
        Index count = 1;
        for (const auto n : box.count) count *= n;
        std::vector<double> values(static_cast<std::size_t>(count));
        const Index stride = 1;
        copy_adapted(box.values, watch.dtype, {&count, 1}, {&stride, 1}, reinterpret_cast<std::byte*>(values.data()), true, 1);
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (box.mask && box.mask[i]) continue;
            if (!std::isfinite(values[i])) {
                ++watch.not_finite;
                continue;
            }
            watch.lowest = std::min(watch.lowest, values[i]);
            watch.highest = std::max(watch.highest, values[i]);
            if (watch.check->minimum && values[i] < *watch.check->minimum) ++watch.below;
            if (watch.check->maximum && values[i] > *watch.check->maximum) ++watch.above;
        }
    }
}

std::vector<FailedCheck> QualityMonitor::failed() const {
    std::vector<FailedCheck> failures;
    for (const auto& watch : watches_) {
        const auto& check = *watch.check;
        const auto on = check.on.step + "." + check.on.port;
        const auto where = fmt::format("{}:{}:{}: check on '{}'", check.location.file, check.location.line, check.location.column, on);
        if (check.finite && watch.not_finite > 0)
            failures.push_back({on, fmt::format("{}: {} not finite", where, values_are(watch.not_finite))});
        if (watch.below > 0)
            failures.push_back({on, fmt::format("{}: {} below the minimum {:g}; the lowest is {:g}", where, values_are(watch.below), *check.minimum, watch.lowest)});
        if (watch.above > 0)
            failures.push_back({on, fmt::format("{}: {} above the maximum {:g}; the highest is {:g}", where, values_are(watch.above), *check.maximum, watch.highest)});
    }
    return failures;
}

}  // namespace sluice
