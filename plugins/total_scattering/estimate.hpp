// SPDX-License-Identifier: BSD-3-Clause
// Small structs that all parts of the reduction share.
#pragma once

#include <limits>
#include <span>

namespace sluice::total_scattering {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

struct Estimate {
    double value = unknown, variance = unknown;
};

/// A corrected curve beside what free atoms would scatter, [n] each, q strictly increasing, in 1/angstrom.
struct Points {
    std::span<const double> q;
    std::span<const double> intensity;    ///< NaN: leave out
    std::span<const double> variance;     ///< of it, or empty
    std::span<const double> expected;     ///< <f^2> + C, electron units per atom
    std::span<const double> square_mean;  ///< |<f>|^2
};

/// Both ends are inside; 1/angstrom.
struct Range {
    double from = 0, to = std::numeric_limits<double>::infinity();
};

}  // namespace sluice::total_scattering
