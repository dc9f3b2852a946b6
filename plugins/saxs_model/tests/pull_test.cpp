// SPDX-License-Identifier: BSD-3-Clause
// Values and errors of the fit over 400 seeds: pulls of mean 0 and width 1.
#include <array>
#include <cmath>

#include <doctest/doctest.h>

#include "simulated.hpp"

namespace {

using namespace sluice::saxs_model;
using namespace sluice::saxs_model::test;

constexpr int seeds = 400;

/// Bounds: 4 standard errors of a mean of 400 are 0.2; those of a width, 1/sqrt(800), are 0.14.
void check_pulls(const Kind& kind, const Values& truth, const std::vector<Parameter>& freed) {
    const Doubles q = linear_grid(0.12, 4.0, 120);
    Options options = defaults(kind);
    for (const auto k : freed) set_free(options, k);
    for (std::size_t k = 0; k < n_nonlinear; ++k)
        if (uses(kind, k)) options.parameters[k].start = 0.8 * truth[k];
    std::array<double, n_parameters> sum{}, squares{};
    double chi_square = 0;
    for (int seed = 1; seed <= seeds; ++seed) {
        const auto result = fit(simulate(kind, truth, q, 0.01, 0.01, static_cast<std::uint64_t>(seed)).curve(), options);
        REQUIRE(result.status == Status::ok);
        chi_square += result.reduced_chi_square / seeds;
        for (std::size_t k = 0; k < n_parameters; ++k) {
            if (!(result.variances[k] > 0)) continue;
            const double pull = (result.values[k] - truth[k]) / std::sqrt(result.variances[k]);
            sum[k] += pull;
            squares[k] += pull * pull;
        }
    }
    CHECK(std::abs(chi_square - 1) < 0.03);  // 4 sqrt(2 / 112 / 400)
    for (std::size_t k = 0; k < n_parameters; ++k) {
        if (squares[k] == 0) continue;
        CAPTURE(parameter_names[k]);
        const double mean = sum[k] / seeds, width = std::sqrt(squares[k] / seeds - mean * mean);
        CHECK(std::abs(mean) < 0.2);
        CHECK(width > 0.85);
        CHECK(width < 1.2);
    }
}

}  // namespace

TEST_CASE("pulls of a colloid, seeds 1 to 400") { check_pulls({}, colloid, {}); }

TEST_CASE("pulls of a liquid with a power law, seeds 1 to 400") { check_pulls(fluid, liquid, {porod_amplitude}); }

TEST_CASE("pulls of colloid and liquid in coexistence, seeds 1 to 400") {
    check_pulls(fluid, coexistence, {porod_amplitude, colloid_amplitude});
}
