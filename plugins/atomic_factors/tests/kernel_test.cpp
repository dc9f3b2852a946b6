// SPDX-License-Identifier: BSD-3-Clause
// Tests of averages, weights, densities and attenuation against a literal evaluation, sum rules, published values and limits.
#include "../kernel.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../elements.hpp"
#include "../tables.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice::atomic_factors;
using doctest::Approx;
using Doubles = std::vector<double>;

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

struct Found {
    Doubles mean_square, square_mean, compton, weights;
};

Found averaged(const std::string& composition, const Options& options, const Doubles& q) {
    const auto parsed = parse_composition(composition);
    Found found{Doubles(q.size()), Doubles(q.size()), Doubles(q.size()), Doubles(q.size() * pair_labels(parsed).size())};
    average(parsed, options, q, {found.mean_square, found.square_mean, found.compton, found.weights});
    return found;
}

std::string refusal(const auto& f) {
    try {
        f();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "no error";
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("La65Co25Al10 at 71 keV, evaluated with complex numbers of python by python3-xraylib 4.0.0") {
    const Doubles q{1.0, 4.46, 20.0};
    const auto found = averaged("La65Co25Al10", {71, true, 2}, q);
    const Doubles mean_square{2021.5901166102, 920.62233318805, 106.05345264071},
        square_mean{1778.6377094594, 797.81198255796, 87.893923560396},
        compton{3.2812675536099, 14.076411218206, 31.530117013577}, cube{3.2810914845977, 14.061401832279, 30.867554586621},
        without{3.2816197199791, 14.106478071003, 32.898212218976};
    const auto energy = averaged("La65Co25Al10", {71, true, 3}, q), no_recoil = averaged("La65Co25Al10", {71, true, 0}, q);
    for (std::size_t k = 0; k < 3; ++k) {
        CHECK(found.mean_square[k] == near(mean_square[k], 1e-12));
        CHECK(found.square_mean[k] == near(square_mean[k], 1e-12));
        CHECK(found.compton[k] == near(compton[k], 1e-12));
        CHECK(energy.compton[k] == near(cube[k], 1e-12));
        CHECK(no_recoil.compton[k] == near(without[k], 1e-12));
    }
    const Doubles weights{0.69371261772672,  0.23560228200985,   0.042737508237572,
                          0.020023378435964, 0.0072651879761119, 0.00065902561378636};  // at q = 4.46
    for (std::size_t pair = 0; pair < 6; ++pair) CHECK(found.weights[pair * 3 + 1] == near(weights[pair], 1e-12));
}

TEST_CASE("the weights of all pairs add up to 1, with complex f, near edges too") {
    const Doubles q{0, 1e-9, 0.05, 0.5, 3, 11, 24};
    for (const auto* composition : {"Ni", "La65Co25Al10", "Mg2SiO4", "Zr41.2Ti13.8Cu12.5Ni10Be22.5", "UO2"})
        for (const double energy_kev : {38.93, 60.0, 115.7}) {
            const auto found = averaged(composition, {energy_kev, true, 2}, q);
            for (std::size_t k = 0; k < q.size(); ++k) {
                double sum = 0;
                for (std::size_t i = k; i < found.weights.size(); i += q.size()) sum += found.weights[i];
                CHECK(sum == near(1, 1e-12));
            }
        }
}

TEST_CASE("one element: <f^2> = |<f>|^2, and its weight is 1") {
    const auto found = averaged("Ni", {60, true, 2}, {0, 0.1, 5, 20});
    for (std::size_t k = 0; k < 4; ++k) {
        CHECK(found.mean_square[k] == near(found.square_mean[k], 1e-15));
        CHECK(found.weights[k] == near(1, 1e-15));
    }
    const auto f = anomalous_factors(28, 60);
    CHECK(found.mean_square[0] == near(std::pow(28 + f.real, 2) + f.imaginary * f.imaginary, 1e-14));
    CHECK(averaged("Ni", {60, false, 2}, {0}).mean_square[0] == 28 * 28);
    CHECK(found.compton[0] == 0);
}

TEST_CASE("limits without f' and f'': q = 0 gives the numbers of electrons, large q the Compton scattering of all of them") {
    const auto water = averaged("H2O", {800, false, 0}, {0, 700});
    CHECK(water.mean_square[0] == near((2 * 1 + 64) / 3.0, 1e-15));
    CHECK(water.square_mean[0] == near(std::pow(10.0 / 3, 2), 1e-15));
    CHECK(water.compton[1] == near(10.0 / 3, 1e-3));
    CHECK(water.mean_square[0] - water.square_mean[0] > 0);  // the Laue term
}

TEST_CASE("<f^2> is never below |<f>|^2, and a scaled or reordered composition is the same one") {
    const Doubles q{1e-9, 0.3, 2, 9, 23};
    const auto a = averaged("La65Co25Al10", {71, true, 2}, q), b = averaged("Al0.1La0.65Co0.25", {71, true, 2}, q);
    for (std::size_t k = 0; k < q.size(); ++k) {
        CHECK(a.mean_square[k] >= a.square_mean[k]);
        CHECK(a.mean_square[k] == near(b.mean_square[k], 1e-14));
        CHECK(a.square_mean[k] == near(b.square_mean[k], 1e-14));
        CHECK(a.compton[k] == near(b.compton[k], 1e-14));
    }
}

TEST_CASE("an element of amount 0 changes nothing but the list of pairs") {
    const auto with = averaged("Zr50Cu50Al0", {60, true, 2}, {3}), without = averaged("Zr50Cu50", {60, true, 2}, {3});
    CHECK(with.mean_square == without.mean_square);
    CHECK(with.square_mean == without.square_mean);
    CHECK(with.weights == Doubles{without.weights[0], without.weights[1], 0, without.weights[2], 0, 0});
}

TEST_CASE("names of pairs") {
    CHECK(pair_labels(parse_composition("La65Co25Al10")) ==
          std::vector<std::string>{"La-La", "La-Co", "La-Al", "Co-Co", "Co-Al", "Al-Al"});
    CHECK(pair_labels(parse_composition("Ni")) == std::vector<std::string>{"Ni-Ni"});
}

TEST_CASE("number density of solids, from their lattice constants") {
    struct Solid {
        const char* composition;
        double density, atoms, cell;  // g/cm^3; atoms in a cell of so many angstrom^3
    };
    // Densities of handbooks; lattice constants a: Ni 3.524, Al 4.0495, Cu 3.6149, Si 5.4310, NaCl 5.6402, CeO2 5.411 angstrom
    for (const auto& solid : {Solid{"Ni", 8.908, 4, std::pow(3.524, 3)}, Solid{"Al", 2.699, 4, std::pow(4.0495, 3)},
                              Solid{"Cu", 8.935, 4, std::pow(3.6149, 3)}, Solid{"Si", 2.329, 8, std::pow(5.4310, 3)},
                              Solid{"NaCl", 2.163, 8, std::pow(5.6402, 3)}, Solid{"CeO2", 7.215, 12, std::pow(5.411, 3)}})
        CHECK(bulk(parse_composition(solid.composition), {solid.density, {}}, 60).number_density_per_angstrom3 ==
              near(solid.atoms / solid.cell, 2e-3));
    CHECK(bulk(parse_composition("Ni"), {8.908, {}}, 60).number_density_per_angstrom3 == Approx(0.0914).epsilon(5e-4));
}

TEST_CASE("attenuation of NIST SRD 126 (Hubbell and Seltzer), of elements and mixtures") {
    const auto per_mm = [](const char* composition, double density, double energy_kev) {
        return bulk(parse_composition(composition), {density, {}}, energy_kev).attenuation_per_mm;
    };
    CHECK(per_mm("Cu", 8.96, 60) == near(1.593 * 8.96 / 10, 1e-3));
    CHECK(per_mm("Al", 2.699, 60) == near(0.2778 * 2.699 / 10, 1e-3));
    CHECK(per_mm("H2O", 1, 60) == near(0.2059 / 10, 1e-3));
    CHECK(per_mm("CsI", 4.51, 60) == near(7.921 * 4.51 / 10, 1e-3));
    CHECK(per_mm("CsI", 4.51, 30) == near(9.045 * 4.51 / 10, 1e-3));
}

TEST_CASE("mass density and number density say the same; none leaves NaN") {
    const auto glass = parse_composition("Zr46Cu46Al8");
    const auto by_mass = bulk(glass, {7.0, {}}, 71);
    const auto by_number = bulk(glass, {{}, by_mass.number_density_per_angstrom3}, 71);
    CHECK(by_number.number_density_per_angstrom3 == by_mass.number_density_per_angstrom3);
    CHECK(by_number.attenuation_per_mm == near(by_mass.attenuation_per_mm, 1e-14));
    CHECK(by_mass.mean_atomic_mass_g_per_mol == near(0.46 * 91.224 + 0.46 * 63.546 + 0.08 * 26.982, 1e-14));
    const auto none = bulk(glass, {}, 71);
    CHECK(std::isnan(none.number_density_per_angstrom3));
    CHECK(std::isnan(none.attenuation_per_mm));
    CHECK(none.mean_atomic_mass_g_per_mol == by_mass.mean_atomic_mass_g_per_mol);
    CHECK(says(refusal([&] { (void)bulk(glass, {7.0, 0.05}, 71); }), "density and number_density are both given"));
    CHECK(says(refusal([&] { (void)bulk(glass, {0.0, {}}, 71); }), "density (g/cm^3) = 0, must be above 0"));
    CHECK(says(refusal([&] { (void)bulk(glass, {{}, std::nan("")}, 71); }), "number_density (1/angstrom^3) = nan"));
}

TEST_CASE("edges near the energy are named") {
    CHECK(edges_near(parse_composition("La65Co25Al10"), 38.95) == "La K");
    CHECK(edges_near(parse_composition("La65Co25Al10"), 71) == "");
    CHECK(edges_near(parse_composition("CoFe"), 7.709) == "Co K");
    CHECK(edges_near(parse_composition("PrLa"), 5.95) == "Pr L3, La L2");  // 5.9643 and 5.8906 keV
}

TEST_CASE("q and energies that cannot be are refused") {
    CHECK(says(refusal([] {
                   (void)averaged("Ni", {60, true, 2}, {0, -1});
               }),
               "q = -1 1/angstrom at index 1, must be at least 0"));
    CHECK(says(refusal([] {
                   (void)averaged("Ni", {60, true, 2}, {0, 61});
               }),
               "q = 61 1/angstrom at index 1, must be at least 0 and at most 60.8"));
    CHECK(says(refusal([] { (void)averaged("Ni", {60, true, 2}, {std::nan("")}); }), "q = nan"));
    CHECK(says(refusal([] { (void)averaged("Ni", {60000, true, 2}, {1}); }), "photon energy 60000 keV, must be 1 to 800 keV"));
    CHECK(says(refusal([] { (void)averaged("Ni", {60, true, 1}, {1}); }), "recoil_power = 1, must be 2, 3 or 0"));
    Doubles two(2);
    const Doubles q{1};
    CHECK(says(refusal([&] {
                   average(parse_composition("Ni"), {60, true, 2}, q, {two, {}, {}, {}});
               }),
               "mean_square has 2 elements, not 1"));
    average(parse_composition("Ni"), {60, true, 2}, q, {});  // nothing wanted
}

TEST_CASE("the reference tables of a Zr-Cu-Al glass, to their digits") {
    const auto table = sluice::test::shared_data("pdf/synthetic/glass_series/tables.csv");
    if (!table) return;
    std::ifstream file(*table);
    std::string line;
    std::getline(file, line);
    std::vector<Doubles> rows;
    for (Doubles row(10); std::getline(file, line); rows.push_back(row)) {
        std::istringstream numbers(line);
        for (auto& number : row) numbers >> number;
    }
    CHECK(rows.size() > 1000);
    Doubles q;
    for (const auto& row : rows) q.push_back(row[0]);
    const auto found = averaged("Zr46Cu46Al8", {71, true, 2}, q);
    double worst = 0;
    for (std::size_t k = 0; k < rows.size(); ++k) {
        const Doubles all{found.mean_square[k], found.square_mean[k], found.compton[k]};
        for (std::size_t i = 0; i < 3; ++i) worst = std::max(worst, std::abs(all[i] / rows[k][1 + i] - 1));
        for (std::size_t pair = 0; pair < 6; ++pair)
            worst = std::max(worst, std::abs(found.weights[pair * q.size() + k] / rows[k][4 + pair] - 1));
    }
    CHECK(worst < 1e-6);
}
