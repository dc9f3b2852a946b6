// SPDX-License-Identifier: BSD-3-Clause
// The threads that a plan allows, for all that computes.
#pragma once

#include <cstddef>

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

namespace sluice {

/// f on no more than `threads` threads, and what it starts there.
template <class F>
void on_threads(int threads, const F& f) {
    const tbb::global_control control(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
    tbb::task_arena(threads).execute(f);
}

}  // namespace sluice
