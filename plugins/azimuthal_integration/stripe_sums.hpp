// SPDX-License-Identifier: BSD-3-Clause
// Sums of a few frames over one stripe of the image: the loops that take the time of an integration.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "integration_table.hpp"

namespace sluice::azimuthal_integration {

/// Frames that share one pass through the table.
inline constexpr std::int64_t frames_per_pass = 8;

/// Raw values that count: finite, at most `highest`, outside the dummy interval.
struct RawLimits {
    double lowest;  ///< A value below that is not dropped is a fault.
    double highest;
    double dummy_low;  ///< Above dummy_high where there is no dummy.
    double dummy_high;

    RawLimits(const IntegrationConfig& config, const FrameBlock& block);
    bool dropped(double value) const;
};

/// A value that stops the integration of its frame.
struct Fault {
    std::int64_t pixel;
    double value;
    bool in_variance;
};

/// Sums of one frame, monitor 1.
struct FrameSums {
    std::vector<double> signal;
    std::vector<double> variance;
    std::vector<double> squares;        ///< sum(c raw^2 / norm) or sum(c (raw / norm)^2); empty where not wanted.
    std::vector<Contribution> dropped;  ///< What dropped pixels would have added; empty until there is one.
    std::vector<std::int64_t> dropped_entries;
    std::optional<Fault> fault;

    void merge(const FrameSums& later);
};

/// Sums frames [first_frame, first_frame + frames) over the tiles [first_tile, end_tile).
///
/// Integer counts that go whole into one bin, with no pixel to drop, are added as integers straight from the frame.
/// All others become float64, a tile at a time, with dropped pixels set to 0 and the frames side by side.
/// The order of additions to a bin is that of the pixels, whatever the number of frames.
class StripeSummer {
public:
    StripeSummer(const IntegrationTable::Data& data, const FrameBlock& block, std::int64_t first_frame, std::int64_t frames,
                 bool with_squares);

    void add(const Tile& tile);
    std::vector<FrameSums> take();

private:
    bool add_counts(const Tile& tile, std::int64_t lane);
    void prepare(const Tile& tile, std::int64_t lane);
    void drop(const Tile& tile, std::int64_t lane);
    void clear(const Tile& tile, std::int64_t lane);
    void add_squares(const Tile& tile, std::int64_t lane);
    void add_lanes(const Tile& tile);

    std::int64_t place(std::int64_t pixel, std::int64_t lane) const { return pixel * lanes_ + lane; }

    const IntegrationTable::Data& data_;
    const FrameBlock& block_;
    const RawLimits limits_;
    const std::int64_t first_frame_;
    const std::int64_t frames_;
    const std::int64_t lanes_;              ///< Frames side by side: 1, 2, 4 or 8; those beyond frames_ stay 0.
    const bool variances_apart_;            ///< Else the raw value is the variance.
    std::vector<double> values_;            ///< [pixel, lane]
    std::vector<double> variances_;         ///< [pixel, lane]
    std::vector<double> pixel_squares_;     ///< [pixel], of one lane
    std::vector<double> lane_sums_;         ///< [bin, signal or variance, lane]
    std::vector<std::int64_t> count_sums_;  ///< [frame, copy, bin]
    std::vector<FrameSums> sums_;
};

}  // namespace sluice::azimuthal_integration
