// SPDX-License-Identifier: BSD-3-Clause
// Curves with a known truth for the tests of the fit.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include <sluice/numerics/random.hpp>

#include "../kernel.hpp"

namespace sluice::saxs_model::test {

using Doubles = std::vector<double>;

struct Simulated {
    Doubles q, exact, intensity, variance;

    [[nodiscard]] Curve curve() const { return {q, intensity, variance, {}}; }
};

inline Doubles linear_grid(double first, double last, int n) {
    Doubles out;
    for (int i = 0; i < n; ++i) out.push_back(first + (last - first) * i / (n - 1));
    return out;
}

/// Normal errors of `relative` of the intensity and `absolute`, added up; seed 0: none.
inline Simulated simulate(const Kind& kind, const Values& truth, const Doubles& q, double relative, double absolute,
                          std::uint64_t seed) {
    const Shape shape = shape_of(kind, q, truth, false);
    Doubles errors(q.size(), 0.0);
    if (seed != 0) numerics::RandomStream(seed, 0, 0).fill_normal(errors);
    Simulated out{q, {}, {}, {}};
    for (std::size_t i = 0; i < q.size(); ++i) {
        const double exact = intensity(shape, i, q[i], truth), sigma = relative * exact + absolute;
        out.exact.push_back(exact);
        out.intensity.push_back(exact + sigma * errors[i]);
        out.variance.push_back(sigma * sigma);
    }
    return out;
}

/// The defaults of plugin.json.
inline Options defaults(const Kind& kind) {
    Options options;
    options.kind = kind;
    auto& parameters = options.parameters;
    for (const auto k : {radius, hard_sphere_radius}) parameters[k].lower = std::numeric_limits<double>::min();
    for (const auto k : {size_spread, volume_fraction, shell_thickness, amplitude, colloid_amplitude, porod_amplitude})
        parameters[k].lower = 0;
    parameters[size_spread].lower = 0.001;
    parameters[size_spread].upper = 0.5;
    parameters[volume_fraction].upper = 0.6;
    parameters[colloid_amplitude].fixed = parameters[porod_amplitude].fixed = 0;
    return options;
}

inline void set_free(Options& options, Parameter k) { options.parameters[k].fixed.reset(); }

/// Truth in the order of Parameter.
inline constexpr Values colloid{3.1, 0.09, 0, 0, 0, 0, 900, 0, 0, 0.5};
inline constexpr Values liquid{3.1, 0.09, 0, 0, 3.6, 0.28, 1500, 0, 0.05, 0.5};
inline constexpr Values coexistence{3.1, 0.09, 0, 0, 3.6, 0.31, 1000, 600, 0.03, 0.5};
inline constexpr Kind fluid{.structure = Structure::percus_yevick};

}  // namespace sluice::saxs_model::test
