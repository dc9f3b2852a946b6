// SPDX-License-Identifier: BSD-3-Clause
// Storage of an IntegrationTable, shared by the code that builds it and the code that integrates with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernel.hpp"

namespace sluice::azimuthal_integration {

/// Image pixels per tile: few enough that the values of eight frames stay in cache, and enough that a frame is read
/// in long pieces.
inline constexpr std::int64_t tile_pixels = 8192;

/// Tiles per stripe, the unit of parallel work inside one frame. Fixed, for the sums of the stripes are merged
/// in order and so decide the last bits.
inline constexpr std::int64_t stripe_tiles = 64;

/// Consecutive pixels of the image that are all used.
struct Run {
    std::int64_t first_pixel;
    std::int64_t length;
};

/// One pixel's part in one bin.
struct Entry {
    std::uint16_t bin;
    std::uint16_t pixel;  ///< Index among the used pixels of the tile.
    float weight;         ///< The share c, or c / norm for mean_of_corrected.
};

/// Up to tile_pixels consecutive pixels of the image; arrays are over the used pixels in image order.
struct Tile {
    std::vector<Run> runs;
    std::vector<double> norm;
    std::vector<std::uint16_t> bins;  ///< Where each pixel goes whole with weight 1; else empty.
    std::vector<Entry> entries;       ///< Else the parts of each pixel.

    std::int64_t pixels() const { return static_cast<std::int64_t>(norm.size()); }
};

/// What one entry adds to the sums that do not depend on the frame.
struct Contribution {
    double normalisation;
    double count;
};

struct IntegrationTable::Data {
    numerics::ImageShape shape;
    IntegrationConfig config;
    std::vector<double> edges;
    std::vector<double> centres;
    std::vector<Tile> tiles;
    std::vector<double> normalisation;  ///< [bins], monitor 1
    std::vector<double> count;          ///< [bins]
    std::vector<std::int64_t> entries;  ///< [bins], how many pixels reach the bin

    bool weighted() const { return config.splitting != Splitting::none || config.average == Average::mean_of_corrected; }
    Contribution contribution(double weight, double norm) const {
        if (config.average == Average::mean_of_corrected) return {weight * norm, weight * norm};
        return {weight * norm, weight};
    }
    /// Calls f(bin, pixel in tile, contribution) for every entry of a tile.
    template <typename F>
    void for_each_contribution(const Tile& tile, F f) const {
        for (const Entry& entry : tile.entries)
            f(entry.bin, entry.pixel, contribution(static_cast<double>(entry.weight), tile.norm[entry.pixel]));
        for (std::size_t pixel = 0; pixel < tile.bins.size(); ++pixel)
            f(tile.bins[pixel], pixel, contribution(1.0, tile.norm[pixel]));
    }
};

}  // namespace sluice::azimuthal_integration
