// SPDX-License-Identifier: BSD-3-Clause
// Which random numbers are whose: items and elements of numerics::RandomStream that no train and no pixel has.
#pragma once

#include <cstdint>

namespace sluice::speckle_simulation {

// Item = train number (not negative), element = pixel: fields, read noise and photons of that pixel in that train.
constexpr std::uint32_t jitter_element = 0xffffffff;           ///< item = train number: intensities of its pulses
constexpr std::uint64_t bad_pixel_item = 0xffffffffffffffff;   ///< element 0: which pixels are bad
constexpr std::uint64_t efficiency_item = 0xfffffffffffffffe;  ///< element = pixel
constexpr std::uint64_t artefact_item = 0xfffffffffffffffd;    ///< element = pixel

}  // namespace sluice::speckle_simulation
