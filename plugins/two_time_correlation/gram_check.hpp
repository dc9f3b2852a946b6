// SPDX-License-Identifier: BSD-3-Clause
// Checks of what products() is called with.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

#include "gram.hpp"

namespace sluice::two_time_correlation {

inline void check_length(const char* name, std::size_t found, std::ptrdiff_t needed) {
    if (found == static_cast<std::size_t>(needed)) return;
    throw std::invalid_argument(std::string(name) + " has length " + std::to_string(found) + ", must be " +
                                std::to_string(needed) + ".");
}

/// More is no error.
inline void check_scratch(std::size_t found, std::ptrdiff_t needed) {
    if (found < static_cast<std::size_t>(needed)) check_length("scratch", found, needed);
}

inline void check_region(const FrameShape& frame, Region region) {
    if (region.empty() || (region.front() >= 0 && region.back() < frame.pixels)) return;
    throw std::invalid_argument("a region has the offsets " + std::to_string(region.front()) + " to " +
                                std::to_string(region.back()) + ", must be within a frame of " + std::to_string(frame.pixels) +
                                " pixels.");
}

/// The lengths that belong to `matrices` results of n trains.
inline void check_results(const FrameShape& frame, std::ptrdiff_t matrices, std::size_t own, std::size_t pair,
                          std::size_t reports) {
    if (frame.pulses < 1) throw std::invalid_argument("a train needs at least one pulse.");
    const std::ptrdiff_t size = (frame.pulses + 1) * (frame.pulses + 1);
    check_length("own", own, matrices * size);
    if (pair != 0) check_length("pair", pair, matrices * size);
    check_length("reports", reports, matrices);
}

}  // namespace sluice::two_time_correlation
