// SPDX-License-Identifier: BSD-3-Clause
// Which frames of a trajectory are taken, and their times.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace sluice::trajectory_source {

/// Frames first, first + every, …: count of them.
struct Selection {
    std::int64_t first = 0, every = 1, count = 0;

    [[nodiscard]] std::int64_t span() const { return every * (count - 1) + 1; }  ///< from the first to the last, both included
};

/// Of `frames` frames those from `first` to `last` (included; nullopt: the end), every `every`-th.
/// Throws std::invalid_argument for a first or last frame that is not there, and a last one before the first.
[[nodiscard]] Selection select_frames(std::int64_t frames, std::int64_t first, std::optional<std::int64_t> last,
                                      std::int64_t every);

/// (step - first step) · time_step of each frame, with one rounding. steps: increasing. time_step: of one step, in any unit.
/// Throws std::invalid_argument when the last time is no finite number.
[[nodiscard]] std::vector<double> times_of(std::span<const std::int64_t> steps, double time_step);

}  // namespace sluice::trajectory_source
