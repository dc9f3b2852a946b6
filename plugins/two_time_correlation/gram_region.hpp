// SPDX-License-Identifier: BSD-3-Clause
// Sums of products over one region: what products() of gram.hpp is made of.
#pragma once

#include "gram.hpp"

namespace sluice::two_time_correlation {

[[nodiscard]] std::int64_t region_scratch_bytes(const FrameShape& shape);

/// products() of gram.hpp for one region, to the last bit: own and pair are [n, T + 1, T + 1], reports [n]. scratch: at least
/// region_scratch_bytes(), whatever the region and the number of trains.
template <class T>
void region_products(const FrameShape& shape, Region region, const Trains<T>& trains, std::span<double> own,
                     std::span<double> pair, std::span<TrainReport> reports, std::span<std::byte> scratch);

// Defined for std::int8_t to std::int64_t, std::uint8_t to std::uint64_t, float and double.

}  // namespace sluice::two_time_correlation
