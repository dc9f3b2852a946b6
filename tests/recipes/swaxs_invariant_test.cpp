// SPDX-License-Identifier: BSD-3-Clause
// pipelines/swaxs/invariant.json and examples/invariant_of_a_curve.json on the data in examples/data.
#include <array>
#include <cmath>
#include <numbers>

#include "recipes/recipe_run.hpp"

namespace {

using namespace sluice::test;

/// Integral of q^2 A / (1 + xi^2 q^2)^2 dq from 0 to q (Debye and Bueche 1949; elementary integral).
double debye_bueche(double amplitude, double xi_nm, double q_inv_nm) {
    const double x = xi_nm * q_inv_nm;
    return amplitude * (std::atan(x) - x / (1 + x * x)) / (2 * xi_nm * xi_nm * xi_nm);
}

}  // namespace

// From invariant_oracle.py (numpy 1.24), which prints 12 digits; both sum the same integers, so they agree to rounding.
TEST_CASE("the SWAXS invariant of frames is that of plain numpy") {
    constexpr std::array expected{10153.3985674, 19765.0861541, 39420.7793161};
    constexpr std::array expected_sigmas{475.38403916, 480.571098452, 492.017857479};
    const TemporaryFolder folder;
    const auto words = example_frames({"-p", "bins=40", "-p", "q_max=18", "--set", "profile.range=[1, 18]", "--set",
                                       "cell.range=[1, 18]", "--set", "profile.splitting=none", "--set", "cell.splitting=none"});
    const Numbers found = run_recipe("pipelines/swaxs/invariant.json", words, folder.path() / "r.h5", "invariant");
    REQUIRE(found.values.size() == 3);
    REQUIRE(found.sigmas.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(found.values[i] == doctest::Approx(expected[i]).epsilon(1e-11));
        CHECK(found.sigmas[i] == doctest::Approx(expected_sigmas[i]).epsilon(1e-11));
    }
}

// The truth of make_frames.py, A = 2000, 4000, 8000 and xi = 0.5 nm. 60 bins of about 0.5 1/nm: from 0.3 to 18 1/nm, less up to
// a bin at either end, where q^2 I is at most A / xi^4 / q^2 (above) and A q^2 (below): 0.5 * 16 A / 18^2 + 0.5 * 0.8^2 A.
TEST_CASE("the SWAXS recipe as it is finds the truth of the frames") {
    const TemporaryFolder folder;
    const Numbers found = run_recipe("pipelines/swaxs/invariant.json", example_frames({"-p", "bins=60", "-p", "q_max=18"}),
                                     folder.path() / "r.h5", "invariant");
    REQUIRE(found.values.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        const double amplitude = 2000.0 * std::pow(2, i);
        const double truth = debye_bueche(amplitude, 0.5, 18) - debye_bueche(amplitude, 0.5, 0.3);
        const double ends = 0.5 * amplitude * (16.0 / (18 * 18) + 0.8 * 0.8);
        CHECK(std::abs(found.values[i] - truth) < 3 * found.sigmas[i] + ends);
    }
}

// numpy 1.24 on the same file, trapezoids over the 97 points up to 0.2 1/angstrom, sigma^2 = sum (w q^2 sigma_I)^2. Over all
// points it gives the trapezoid that SasView 5.0.5's own numbers lead to, 0.0027818101989516.
TEST_CASE("the invariant of a measured curve") {
    const TemporaryFolder folder;
    const std::string recipe = "examples/invariant_of_a_curve.json";
    const Numbers cut = run_recipe(recipe, {}, folder.path() / "cut.h5", "invariant");
    CHECK(cut.values.at(0) == doctest::Approx(0.0011942176759774002).epsilon(1e-12));
    CHECK(cut.sigmas.at(0) == doctest::Approx(5.277226144743941e-06).epsilon(1e-12));
    const Numbers whole = run_recipe(recipe, {"-p", "q_max=0.3 1/angstrom"}, folder.path() / "whole.h5", "invariant");
    CHECK(whole.values.at(0) == doctest::Approx(0.0027818101989516).epsilon(1e-12));
    CHECK(whole.sigmas.at(0) == doctest::Approx(0.00010947049692687483).epsilon(1e-12));
}

// q runs over the centres of 400 bins from 0.2 to 14 1/nm, of which 0.32075 and 11.98175 are the first and last inside 0.3
// and 12. Bias: trapezoids miss at most h^2/12 times the change of d(q^2 I)/dq, which is below 2 q I < 2 * 0.33 * 2000 at the low
// end; bins and pixels smear I by at most (h^2 + p^2)/12, p = 0.0432 1/nm a pixel, which adds that times the integral of I, below
// pi I0 / (4 xi).
TEST_CASE("the quick start agrees with its truth") {
    constexpr double h = 13.8 / 400, p = 0.0432, amplitude = 2000, xi_nm = 1.2;
    const double truth = debye_bueche(amplitude, xi_nm, 11.98175) - debye_bueche(amplitude, xi_nm, 0.32075);
    const double bias = h * h / 12 * 2 * 0.33 * amplitude + (h * h + p * p) / 12 * std::numbers::pi * amplitude / (4 * xi_nm);
    CHECK(truth == doctest::Approx(810.16).epsilon(1e-5));  // what the recipe's note says
    CHECK(bias < 0.5);
    const TemporaryFolder folder;
    const std::string recipe = "examples/quickstart.json";
    const Numbers noisy = run_recipe(recipe, {}, folder.path() / "noisy.h5", "invariant");
    CHECK(std::abs(noisy.values.at(0) - truth) < 3 * noisy.sigmas.at(0) + bias);
    const Numbers exact = run_recipe(recipe,
                                     {"--set", "sample_frames.noise=none", "--set", "cell_frames.noise=none", "--set",
                                      "sample_frames.dtype=float32", "--set", "cell_frames.dtype=float32"},
                                     folder.path() / "exact.h5", "invariant");
    CHECK(std::abs(exact.values.at(0) - truth) < bias);
}
