// SPDX-License-Identifier: BSD-3-Clause
// Form factor: a sphere in a shell of constant thickness. The core's radius is what is distributed.
#pragma once

#include <array>

#include <sluice/numerics/sphere_scattering.hpp>

#include "../parameters.hpp"

namespace sluice::saxs_model {

struct CoreShellSphere {
    static constexpr const char* name = "core_shell_sphere";
    static constexpr std::array own{shell_thickness, shell_contrast};  ///< beyond radius and size_spread

    /// The contrast of the core is 1: at its surface the density steps by 1 - shell_contrast, at the shell's by the rest.
    template <class T>
    static std::array<numerics::Surface<T>, 2> surfaces(const T& radius, const std::array<T, own.size()>& values) {
        const auto& [thickness, contrast] = values;
        return {{{T(0.0), 1.0 - contrast}, {thickness / radius, contrast}}};
    }
};

}  // namespace sluice::saxs_model
