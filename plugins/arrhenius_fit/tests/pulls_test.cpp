// SPDX-License-Identifier: BSD-3-Clause
// Values and errors of the Arrhenius fit over 400 seeds: pulls of mean 0 and width 1, and few false flags.
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <sluice/numerics/gas_constant.hpp>
#include <sluice/numerics/random.hpp>

#include "../kernel.hpp"
#include "support/pulls.hpp"

namespace {

using namespace sluice::arrhenius_fit;
using Doubles = std::vector<double>;

constexpr int seeds = 400;
constexpr double energy = 89.63e3, log_prefactor = 31.2;

/// The normal pull that is as rare as one of Student's t with 5 degrees of freedom (Abramowitz and Stegun 26.7.3 for its
/// distribution), by bisection.
double as_normal(double t) {
    const double theta = std::atan(std::abs(t) / std::sqrt(5.0)), c = std::cos(theta);
    const double outside = 1 - 2 / std::numbers::pi * (theta + std::sin(theta) * c * (1 + 2 * c * c / 3));
    double low = 0, high = 10;
    while (high - low > 1e-9) {
        const double middle = (low + high) / 2;
        (std::erfc(middle / std::numbers::sqrt2) > outside ? low : high) = middle;
    }
    return std::copysign(low, t);
}

struct PullsOfFit {
    bool by_scatter;
    sluice::test::Pulls pulls = {};
    void add(const Value& got, double truth) {
        const double student = (got.value - truth) / std::sqrt(got.variance);
        pulls.add(by_scatter ? as_normal(student) : student);
    }
    void check(const std::string& what) const { pulls.check(what); }
};

/// Errors of a peak on a flank: they grow with frequency.
void check_pulls(bool weighted) {
    const Doubles frequency{0.5, 1, 2, 4, 8, 16, 32};
    PullsOfFit energies{!weighted}, prefactors{!weighted}, temperatures{!weighted};
    double chi_square = 0;
    int merged = 0, curved = 0;
    for (int seed = 1; seed <= seeds; ++seed) {
        sluice::numerics::RandomStream stream(static_cast<std::uint64_t>(seed), 0, 0);
        Doubles noise(7), temperature, variances;
        stream.fill_normal(noise);
        for (std::size_t i = 0; i < 7; ++i) {
            const double sigma = weighted ? 0.2 + 0.1 * static_cast<double>(i) : 0.4;
            temperature.push_back(energy /
                                      (sluice::numerics::gas_constant_J_per_mol_K * (log_prefactor - std::log(frequency[i]))) +
                                  sigma * noise[i]);
            if (weighted) variances.push_back(sigma * sigma);
        }
        const auto got = fit({temperature, variances, frequency, {}}, {});
        energies.add(got.activation_energy, energy);
        prefactors.add(got.log_prefactor, log_prefactor);
        temperatures.add(got.line.temperature(std::log(10.0)),
                         energy / (sluice::numerics::gas_constant_J_per_mol_K * (log_prefactor - std::log(10.0))));
        if (weighted) chi_square += got.reduced_chi_square / seeds;
        for (const auto each : got.merged) merged += each;
        curved += got.status == Status::curved;
    }
    energies.check("E");
    prefactors.check("ln f0");
    temperatures.check("T at 10 Hz");
    if (weighted) CHECK(std::abs(chi_square - 1) < 0.13);  // 4 sqrt(2 / 5 / 400)
    MESSAGE("falsely merged: " << merged << " of " << 7 * seeds << " peaks; falsely curved: " << curved << " of " << seeds);
    CHECK(merged < 10);  // expected at most 0.00135 * 4 * 400 = 2
    CHECK(curved < 6);   // expected at most 0.0027 * 400 = 1
}

}  // namespace

TEST_CASE("pulls with variances, seeds 1 to 400") { check_pulls(true); }

/// Errors from the scatter of 7 points, of which 5 are left over: the pulls are Student's t, of width sqrt(5/3) = 1.29, and are
/// turned into normal ones before they are judged.
TEST_CASE("pulls without variances, of Student's t, seeds 1 to 400") { check_pulls(false); }
