// SPDX-License-Identifier: BSD-3-Clause
// Results once kept: reading their provenance, comparing two of them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sluice/host/manifest.hpp>

namespace sluice {

/// The provenance that the run wrote (see docs/guide.md); `recipe.effective_text` runs by itself.
/// Throws Error(data): no HDF5 file, not written by sluice, checksum of the recipe wrong.
Json read_provenance(const std::filesystem::path& file);

/// Of one kept array, in C order.
struct KeptValues {
    std::vector<double> values;
    std::vector<double> sigmas;   ///< standard deviations; empty when the array has none
};
/// The values of the kept array with this label ("net" for a step's default output, else "invariant.integrand"); nothing when
/// there is no such array of real numbers with at most `most` elements.
std::optional<KeptValues> read_kept_values(const std::filesystem::path& file, const std::string& label, Index most);

struct Difference {
    std::string array;       ///< path in the file
    std::string message;     ///< "12 of 1000 values differ, largest relative difference 3e-16 at [3, 17]"
};

/// Values, uncertainties, masks, coordinates, units and shapes of all kept arrays, bit by bit (NaN equals NaN).
std::vector<Difference> compare_results(const std::filesystem::path& kept, const std::filesystem::path& again);

}  // namespace sluice
