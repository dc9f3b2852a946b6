// SPDX-License-Identifier: BSD-3-Clause
// The one stream of events behind progress bar, log and report.
#pragma once

#include <functional>
#include <string>

#include <sluice/host/array.hpp>

namespace sluice {

struct Event {
    enum class Kind { plan, pass_begin, progress, info, warning, step_done, written, done };
    Kind kind = Kind::info;
    std::string step;          ///< empty: the whole run
    std::string message;
    int pass = 0, passes = 0;
    Index items_done = 0, items_total = 0;   ///< of the pass
    Index bytes_done = 0;                    ///< read from sources in this pass
    double seconds = 0;                      ///< since the pass began
    Index peak_memory_bytes = 0;             ///< resident set of the process so far
};

/// Called from any thread, one call at a time.
using EventSink = std::function<void(const Event&)>;

}  // namespace sluice
