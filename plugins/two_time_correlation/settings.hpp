// SPDX-License-Identifier: BSD-3-Clause
// Reads the recipe's parameters and static inputs into what the kernel takes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "gram.hpp"
#include "kept_trains.hpp"
#include "regions.hpp"
#include "train_average.hpp"

namespace sluice::two_time_correlation {

/// All that is known before data flow.
struct Plan {
    explicit Plan(const sdk::Setup& setup);

    FrameShape shape;
    Settings settings;
    Regions regions;
    std::int32_t dtype;
    bool fixed_mask;      ///< the masks of the frames are the same for all trains, and so are in the regions
    double max_gap;       ///< of train ids
    double photon;        ///< signal of one, in the unit of the data
    bool counts_photons;  ///< shot_noise = counts: values below 0 cannot be
    KeptTrain kept;       ///< of Edge::wrap; else without pixels

    [[nodiscard]] std::int64_t region_bytes() const { return state_bytes(settings); }
    /// The regions' states, then the first and the last train.
    [[nodiscard]] std::int64_t total_bytes() const { return regions.count() * region_bytes() + 2 * kept.bytes(); }
    /// Doubles that products() makes of one train: own and, with neighbours, pair products.
    [[nodiscard]] std::int64_t products_of_a_train() const;
    /// Trains in one call of products(): 8 when their products take less than 32 MiB, else fewer.
    [[nodiscard]] std::int64_t trains_at_once() const;
    [[nodiscard]] std::int64_t scratch() const;
};

/// Times of the pulses and their unit: from the parameter pulse_period, else the coordinate time.
struct PulseTimes {
    std::vector<double> values;
    std::string unit;
};
[[nodiscard]] PulseTimes pulse_times(const sdk::Setup& setup);

}  // namespace sluice::two_time_correlation
