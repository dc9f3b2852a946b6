// SPDX-License-Identifier: BSD-3-Clause
// Tests of the tables: frozen values, closed forms of hydrogen, published tables, every element toward q = 0 and at large q.
#include "../tables.hpp"

#include <array>
#include <cmath>
#include <fstream>
#include <numbers>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "../elements.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice::atomic_factors;
using doctest::Approx;

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

Approx absolute(double value, double error) { return Approx(value).epsilon(error / (1 + std::abs(value))).scale(1); }

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

TEST_CASE("values of the tables by python3-xraylib 4.0.0: FF_Rayl and SF_Compt at q / (4 pi)") {
    struct Row {
        const char* element;
        double q, f0, incoherent;
    };
    constexpr std::array rows{
        Row{"H", 0.5, 0.965892323924, 0.0670458034583}, Row{"O", 2, 6.31612335074, 2.05615890912},
        Row{"Al", 5, 6.78487304916, 6.41068735372},     Row{"Co", 1, 25.4350849363, 2.10527209159},
        Row{"Cu", 10, 8.6508605272, 17.8311284138},     Row{"Zr", 24, 5.68354230146, 32.0768731682},
        Row{"La", 3, 42.5812862307, 12.0587931623},     Row{"Au", 15, 23.2704295773, 42.9217951561},
        Row{"U", 7.5, 49.7248408658, 31.0586504641},    Row{"Cf", 1.5, 90.6227069935, 6.91317581664},
    };
    for (const auto& row : rows) {
        CHECK(form_factor(atomic_number(row.element), row.q) == near(row.f0, 1e-10));
        CHECK(incoherent_scattering(atomic_number(row.element), row.q) == near(row.incoherent, 1e-10));
    }
}

TEST_CASE("f', f'' and attenuation by python3-xraylib 4.0.0: Fi, -Fii, CS_Total") {
    struct Row {
        const char* element;
        double energy_kev, real, imaginary, attenuation;
    };
    constexpr std::array rows{
        Row{"Al", 8.0478, 0.215371348676, 0.25065286113, 49.4568926912},
        Row{"Co", 7.72, -4.79000721963, 2.9911331275, 354.294597148},
        Row{"Cu", 60, 0.0578259578199, 0.122461006394, 1.59257948447},
        Row{"Zr", 71, 0.0831666650889, 0.325754052886, 2.3689463862},
        Row{"La", 38.93, -4.41678953901, 1.97047570922, 27.718307039},
        Row{"Au", 100, -1.15279999543, 2.275276091, 5.15804048644},
        Row{"U", 115, -4.26597513238, 1.00476907435, 1.39483209759},
    };
    for (const auto& row : rows) {
        const auto found = anomalous_factors(atomic_number(row.element), row.energy_kev);
        CHECK(found.real == near(row.real, 1e-10));
        CHECK(found.imaginary == near(row.imaginary, 1e-10));
        CHECK(mass_attenuation(atomic_number(row.element), row.energy_kev) == near(row.attenuation, 1e-10));
    }
}

TEST_CASE("hydrogen by its closed forms: f0 = (1 + (q a0 / 2)^2)^-2, S_inc = 1 - f0^2") {
    constexpr double bohr = 0.529177210544;
    for (const double q : {0.1, 0.5, 1.0, 2.0, 5.0, 10.0}) {
        const double exact = std::pow(1 + std::pow(q * bohr / 2, 2), -2);
        CHECK(form_factor(1, q) == near(exact, 1e-3));  // the table has four digits
        CHECK(incoherent_scattering(1, q) == near(1 - exact * exact, 1e-2));
    }
    for (const double q : {1e-6, 1e-3, 0.03}) {  // below the table, where only the leading term counts
        CHECK((1 - form_factor(1, q)) == near(q * q * bohr * bohr / 2, 0.02));
        CHECK(incoherent_scattering(1, q) == near(q * q * bohr * bohr, 0.02));
    }
}

TEST_CASE("four Gaussians of International Tables C, table 6.1.1.4, within 1 %") {
    struct Gaussians {
        int z;
        std::array<double, 4> a, b;
        double c;
    };
    const Gaussians copper{29, {13.338, 7.1676, 5.6158, 1.6735}, {3.5828, 0.247, 11.3966, 64.8126}, 1.191};
    const Gaussians aluminium{13, {6.4202, 1.9002, 1.5936, 1.9646}, {3.0387, 0.7426, 31.5472, 85.0886}, 1.1151};
    for (const auto& element : {copper, aluminium})
        for (const double s : {0.05, 0.1, 0.2, 0.5, 1.0, 1.4}) {
            double f0 = element.c;
            for (std::size_t i = 0; i < 4; ++i) f0 += element.a[i] * std::exp(-element.b[i] * s * s);
            CHECK(form_factor(element.z, 4 * std::numbers::pi * s) == near(f0, 0.01));
        }
}

TEST_CASE("f' and f'' at Cu K alpha and Mo K alpha, International Tables C, table 4.2.6.8: the sign of f'' is +") {
    // Two calculations of different kind; 0.1 electrons is what they agree to away from edges
    CHECK(anomalous_factors(13, 8.04778).real == absolute(0.2130, 0.1));
    CHECK(anomalous_factors(13, 8.04778).imaginary == near(0.2455, 0.03));
    CHECK(anomalous_factors(26, 8.04778).imaginary == near(3.1974, 0.03));
    CHECK(anomalous_factors(26, 8.04778).real == absolute(-1.1336, 0.1));
    CHECK(anomalous_factors(29, 17.4793).imaginary == near(1.2651, 0.03));
    CHECK(anomalous_factors(29, 17.4793).real == absolute(0.3201, 0.1));
}

TEST_CASE("mass attenuation of NIST SRD 126 (Hubbell and Seltzer), to the digits printed there") {
    CHECK(mass_attenuation(29, 60) == near(1.593, 1e-3));
    CHECK(mass_attenuation(29, 10) == near(215.9, 1e-3));
    CHECK(mass_attenuation(29, 100) == near(0.4584, 1e-3));
    CHECK(mass_attenuation(13, 60) == near(0.2778, 1e-3));
    CHECK(mass_attenuation(79, 100) == near(5.158, 1e-3));
}

TEST_CASE("every element: f0(0) = Z, finite, falling and continuous toward q = 0") {
    for (int z = 1; z <= largest_atomic_number; ++z) {
        CAPTURE(z);
        CHECK(form_factor(z, 0) == z);
        double before = z;
        for (double q : {1e-300,    1e-12, 1e-9, 1e-7, 1e-6, 1.26e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.03, 0.0628, 0.06283185,
                         0.0628319, 0.07,  0.1,  0.2,  0.5,  1.0,     2.0,  5.0,  10.0, 25.0, 60.0, 100.0}) {
            const double f0 = form_factor(z, q);
            CHECK(std::isfinite(f0));
            CHECK(f0 <= before);
            CHECK(f0 > 0);
            before = f0;
        }
        CHECK(form_factor(z, 0.0628318530) == near(form_factor(z, 0.0628318531), 1e-9));
        CHECK(form_factor(z, 1e-3) > z - 1e-4 * z);
    }
}

TEST_CASE("every element: S_inc is 0 at q = 0, goes as q^2, rises, and tends to Z") {
    for (int z = 1; z <= largest_atomic_number; ++z) {
        CAPTURE(z);
        CHECK(incoherent_scattering(z, 0) == 0);
        double before = 0;
        for (double q : {1e-12, 1e-9, 1e-6, 1e-4, 1.2566e-3, 1.2567e-3, 0.0125, 0.0126, 0.03, 0.0628, 0.0628319,
                         0.07,  0.1,  0.2,  0.5,  1.0,       2.0,       5.0,    10.0,   25.0, 60.0}) {
            const double incoherent = incoherent_scattering(z, q);
            CHECK(std::isfinite(incoherent));
            CHECK(incoherent >= before - 3e-5 * z);  // a spline through rounded numbers
            CHECK(incoherent <= z * (1 + 1e-5));
            before = incoherent;
        }
        CHECK(incoherent_scattering(z, 1e-200) == 0);
        CHECK(incoherent_scattering(z, 2e-4) == near(4 * incoherent_scattering(z, 1e-4), 1e-12));
        CHECK(incoherent_scattering(z, 0.0628318530) == near(incoherent_scattering(z, 0.0628318531), 1e-8));
        CHECK(incoherent_scattering(z, 1e4) == near(z, 5e-4));
    }
}

TEST_CASE("every element has f', f'' and attenuation at all energies that are let through") {
    for (int z = 1; z <= largest_atomic_number; ++z)
        for (const double energy_kev : {1.0, 5.0, 20.0, 60.0, 71.0, 115.0, 300.0, 800.0}) {
            CAPTURE(z);
            CAPTURE(energy_kev);
            CHECK(std::isfinite(anomalous_factors(z, energy_kev).real));
            CHECK(anomalous_factors(z, energy_kev).imaginary >= 0);
            CHECK(mass_attenuation(z, energy_kev) > 0);
        }
}

TEST_CASE("edges") {
    const auto lanthanum = near_edge(57, 38.9, 0.1);  // K edge 38.9246 keV
    CHECK(lanthanum);
    if (lanthanum) {
        CHECK(lanthanum->name == "K");
        CHECK(lanthanum->energy_kev == near(38.9246, 1e-5));
    }
    CHECK_FALSE(near_edge(57, 38.8, 0.1));
    CHECK_FALSE(near_edge(57, 71, 0.1));
    const auto bismuth = near_edge(83, 13.42, 0.1);
    CHECK(bismuth);
    if (bismuth) CHECK(bismuth->name == "L3");
    CHECK_FALSE(near_edge(1, 1, 0.1));
}

TEST_CASE("arguments outside of the tables are refused") {
    for (const int z : {-1, 0, 99, 1000}) CHECK(says(refusal([&] { (void)form_factor(z, 1); }), "atomic number"));
    for (const double q : {-1.0, -1e-300, std::nan(""), HUGE_VAL}) {
        CHECK(says(refusal([&] { (void)form_factor(1, q); }), "must be 0 or above, and finite"));
        CHECK(says(refusal([&] { (void)incoherent_scattering(1, q); }), "must be 0 or above, and finite"));
    }
    CHECK(says(refusal([] { (void)form_factor(1, 1e300); }), "f0 of H at"));
    for (const double energy_kev : {0.0, -1.0, 0.9, 801.0, 60000.0, std::nan("")}) {
        CHECK(says(refusal([&] { (void)anomalous_factors(1, energy_kev); }), "must be 1 to 800 keV"));
        CHECK(says(refusal([&] { (void)mass_attenuation(1, energy_kev); }), "must be 1 to 800 keV"));
    }
}

TEST_CASE("the reference tables, to their digits") {
    const auto table = sluice::test::shared_data("pdf/synthetic/atomic.csv");
    if (!table) return;
    std::ifstream file(*table);
    std::string line;
    std::getline(file, line);
    int rows = 0;
    for (; std::getline(file, line); ++rows) {
        std::istringstream numbers(line);
        double q = 0;
        numbers >> q;
        for (const auto* element : {"Zr", "Cu", "Al", "Ni"}) {
            double f0 = 0, incoherent = 0;
            numbers >> f0 >> incoherent;
            CHECK(form_factor(atomic_number(element), q) == near(f0, 1e-6));
            CHECK(std::abs(incoherent_scattering(atomic_number(element), q) - incoherent) <= 1e-6 * incoherent);  // 0 at q = 0
        }
        CHECK_FALSE(numbers.fail());
    }
    CHECK(rows > 10);
}

TEST_CASE("the reference f' and f'' at 60 keV") {
    const auto table = sluice::test::shared_data("pdf/synthetic/anomalous.json");
    if (!table) return;
    std::ifstream file(*table);
    const auto all = nlohmann::json::parse(file);
    for (const auto& [element, values] : all.items()) {
        const auto found = anomalous_factors(atomic_number(element), 60);
        CHECK(found.real == near(values.at("f1_60keV").get<double>(), 1e-6));
        CHECK(found.imaginary == near(-values.at("f2_60keV_xraylib_sign").get<double>(), 1e-6));
    }
}
