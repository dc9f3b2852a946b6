// SPDX-License-Identifier: BSD-3-Clause
// Ranges of frames, and steps to times.
#include "kernel.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

namespace sluice::trajectory_source {

Selection select_frames(std::int64_t frames, std::int64_t first, std::optional<std::int64_t> last, std::int64_t every) {
    const auto end = last.value_or(frames - 1);
    const auto must = [&](const char* name, std::int64_t value) {
        if (value < 0 || value >= frames)
            throw std::invalid_argument(name + (" = " + std::to_string(value)) + ", but the trajectory has the frames 0 to " +
                                        std::to_string(frames - 1) + ".");
    };
    must("first", first);
    must("last", end);
    if (end < first)
        throw std::invalid_argument("last = " + std::to_string(end) + " comes before first = " + std::to_string(first) + ".");
    if (every < 1) throw std::invalid_argument("every = " + std::to_string(every) + ", must be at least 1.");
    return {first, every, (end - first) / every + 1};
}

std::vector<double> times_of(std::span<const std::int64_t> steps, double time_step) {
    std::vector<double> times;
    for (const auto step : steps) times.push_back(static_cast<double>(step - steps.front()) * time_step);
    if (!times.empty() && !std::isfinite(times.back()))
        throw std::invalid_argument("time_step is so long that the last time is infinite. Give the time of one step.");
    return times;
}

}  // namespace sluice::trajectory_source
