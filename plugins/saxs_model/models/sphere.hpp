// SPDX-License-Identifier: BSD-3-Clause
// Form factor: a uniform sphere.
#pragma once

#include <array>

#include <sluice/numerics/sphere_scattering.hpp>

#include "../parameters.hpp"

namespace sluice::saxs_model {

struct Sphere {
    static constexpr const char* name = "sphere";
    static constexpr std::array<Parameter, 0> own{};  ///< beyond radius and size_spread

    template <class T>
    static std::array<numerics::Surface<T>, 1> surfaces(const T&, const std::array<T, own.size()>&) {
        return {{{T(0.0), T(1.0)}}};
    }
};

}  // namespace sluice::saxs_model
