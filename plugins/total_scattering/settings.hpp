// SPDX-License-Identifier: BSD-3-Clause
// What a recipe asks of total_scattering: read, checked for sense, and brought to the units of the kernel.
#pragma once

#include <optional>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "corrections.hpp"
#include "reduction.hpp"

namespace sluice::total_scattering {

/// Known at plan, the same for all curves.
struct Settings {
    std::vector<double> q_inv_angstrom;
    Geometry geometry;
    std::optional<double> wavelength_angstrom;
    std::optional<double> number_density;  ///< of the atomic factors' fact, 1/angstrom^3, for items that have no other
    Options options;
    bool ashcroft_langreth = false;
};

/// A number, or a step that gives one per item.
[[nodiscard]] bool given(const sdk::Setup& setup, const char* parameter);

/// Throws sdk::RecipeError for what cannot be, such as a correction that the data has had already.
[[nodiscard]] Settings settings_of(const sdk::Setup& setup);

/// For results that need care; once, in the constructor.
void warn_of_inputs(const sdk::Setup& setup, const Settings& settings);

}  // namespace sluice::total_scattering
