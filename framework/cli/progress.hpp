// SPDX-License-Identifier: BSD-3-Clause
// What is shown while a plan runs: a bar on a terminal, now and then a line elsewhere, or JSON lines for a program.
#pragma once

#include <chrono>
#include <string>

#include <sluice/host/events.hpp>

namespace sluice::cli {

enum class ProgressStyle { none, text, json };

/// Takes the events of a run. Text goes to stderr, JSON lines to stdout.
class Progress {
public:
    explicit Progress(ProgressStyle style);
    ~Progress() { clear_bar(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void operator()(const Event& event);
    /// Call before anything else is printed.
    void clear_bar();

private:
    using Clock = std::chrono::steady_clock;

    /// True when enough time has passed since the last time: events come for every block.
    bool due();
    void show(const Event& event);

    ProgressStyle style_;
    bool terminal_;
    bool bar_shown_ = false;
    Clock::duration interval_;
    Clock::time_point last_;
};

/// "pass 1 of 2: 1200 of 20000 items (6 %), 340 items/s, 0:55 left, memory 512 MiB"
std::string progress_text(const Event& event);

}  // namespace sluice::cli
