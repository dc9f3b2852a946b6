// SPDX-License-Identifier: BSD-3-Clause
// Percus-Yevick S against 50-digit values of Baxter's form (tests/reference/saxs_model/generate.py), limits and derivatives.
#include <sluice/numerics/percus_yevick.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include "reference/saxs_model/expected.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice::numerics;
using doctest::Approx;

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

}  // namespace

TEST_CASE("S to 1e-12 and S - 1 to 1e-9 of an independent form, at 50 digits") {
    for (const auto& fluid : reference::fluids) {
        CAPTURE(fluid.volume_fraction);
        const PercusYevick<double> hard_spheres(fluid.volume_fraction);
        for (std::size_t i = 0; i < reference::hard_sphere_x.size(); ++i) {
            CAPTURE(reference::hard_sphere_x[i]);
            CHECK(hard_spheres.structure_factor(reference::hard_sphere_x[i]) == near(fluid.structure_factor[i], 1e-12));
            CHECK(hard_spheres.minus_one(reference::hard_sphere_x[i]) == near(fluid.minus_one[i], 1e-9));
        }
    }
}

TEST_CASE("limits: S(0) = (1 - phi)^4 / (1 + 2 phi)^2, 1 at large X and at phi = 0, -8 phi of a dilute gas") {
    for (const double phi : {1e-6, 0.1, 0.3, 0.494, 0.73}) {
        const double at_zero = std::pow(1 - phi, 4) / std::pow(1 + 2 * phi, 2);
        CHECK(PercusYevick<double>(phi).structure_factor(0) == near(at_zero, 1e-14));
    }
    CHECK(PercusYevick<double>(0.3).structure_factor(1e5) == near(1, 1e-8));
    CHECK(PercusYevick<double>(0).structure_factor(3) == 1);
    CHECK(PercusYevick<double>(1e-9).minus_one(1e-3) == near(-8e-9, 1e-6));
}

TEST_CASE("phi = 0.3: S(0) = 0.0937891, and the first peak at X = 6.338 with S = 1.5155") {
    const PercusYevick<double> fluid(0.3);  // published values of the solution, to their last digit
    CHECK(fluid.structure_factor(0) == near(0.0937891, 1e-6));
    double peak = 0, at = 0;
    for (double x = 6; x < 7; x += 1e-4)
        if (fluid.structure_factor(x) > peak) peak = fluid.structure_factor(x), at = x;
    CHECK(at == near(6.338, 1e-4));
    CHECK(peak == near(1.5155, 1e-4));
}

TEST_CASE("the seam of series and closed form at X = 2 is not seen, in values or slopes") {
    for (const double phi : {0.001, 0.2, 0.55, 0.73}) {
        const PercusYevick<Dual<2>> fluid(Dual<2>(phi, 1));
        const auto below = fluid.minus_one(Dual<2>(std::nextafter(2.0, 0.0), 0)), above = fluid.minus_one(Dual<2>(2.0, 0));
        CHECK(below.value == near(above.value, 1e-13));
        CHECK(below.slope[0] == near(above.slope[0], 1e-12));
        CHECK(below.slope[1] == near(above.slope[1], 1e-12));
    }
}

TEST_CASE("slopes by X and phi against differences of fourth order") {
    for (const double phi : {0.05, 0.3, 0.5})
        for (const double x : {0.5, 1.9, 3.0, 8.0, 60.0}) {
            const auto found = PercusYevick<Dual<2>>(Dual<2>(phi, 1)).structure_factor(Dual<2>(x, 0));
            const auto difference = [](const auto& f, double h) {
                return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
            };
            const auto by_x = difference([&](double h) { return PercusYevick<double>(phi).structure_factor(x + h); }, 1e-3);
            const auto by_phi = difference([&](double h) { return PercusYevick<double>(phi + h).structure_factor(x); }, 1e-4);
            CHECK(found.slope[0] == Approx(by_x).epsilon(1e-8).scale(0.1));
            CHECK(found.slope[1] == Approx(by_phi).epsilon(1e-8).scale(0.1));
        }
}

TEST_CASE("densities that no fluid has are refused") {
    for (const double phi : {-0.01, 0.74, 1.0, std::numeric_limits<double>::quiet_NaN()})
        CHECK_THROWS_AS(PercusYevick<double>{phi}, std::invalid_argument);
    CHECK_THROWS_WITH(PercusYevick<double>{0.8}, "a volume fraction of 0.8 was given; it must be at least 0 and below 0.74.");
}

TEST_CASE("the project's tables of S and S - 1") {
    for (const std::string name : {"py_S", "py_1mS"}) {
        const auto file = sluice::test::shared_data("sas/tables/" + name + ".csv");
        if (!file) return;
        std::ifstream in(*file);
        for (std::string line; std::getline(in, line);) {
            if (line[0] == '#' || line[0] == 'x') continue;
            std::replace(line.begin(), line.end(), ',', ' ');
            std::istringstream row(line);
            double x = 0, wanted = 0;
            row >> x;
            for (const double phi : {0.001, 0.1, 0.35, 0.55}) {
                CAPTURE(x);
                row >> wanted;
                const PercusYevick<double> fluid(phi);
                if (name == "py_S")
                    CHECK(fluid.structure_factor(2 * x) == near(wanted, 1e-12));
                else
                    CHECK(fluid.minus_one(2 * x) == near(wanted, 1e-9));
            }
        }
    }
}
