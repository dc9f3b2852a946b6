// SPDX-License-Identifier: BSD-3-Clause
// The Arrhenius fit: exact laws, 40-digit references, merged and curved peaks, what is left out, statuses.
#include "../kernel.hpp"

#include <cmath>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include "../merged.hpp"
#include "simulated.hpp"

namespace {

using namespace sluice::arrhenius_fit;
using Doubles = std::vector<double>;
using Flags = std::vector<std::uint8_t>;
using sluice::numerics::gas_constant_J_per_mol_K;

doctest::Approx near(double value, double epsilon) { return doctest::Approx(value).epsilon(epsilon).scale(0); }

struct Table {
    Doubles temperature, variances, frequency;
    Flags exclude = {};

    operator Peaks() const { return {temperature, variances, frequency, exclude}; }
};

const Doubles octaves{0.5, 1, 2, 4, 8, 16, 32};

/// Peaks of ln f = log_prefactor - energy / (R T).
Table arrhenius(double energy = 89.63e3, double log_prefactor = 31.2, const Doubles& frequency = octaves, double sigma_K = 0.2) {
    Table table{{}, Doubles(sigma_K > 0 ? frequency.size() : 0, sigma_K * sigma_K), frequency};
    for (const double f : frequency)
        table.temperature.push_back(energy / (gas_constant_J_per_mol_K * (log_prefactor - std::log(f))));
    return table;
}

/// Numbers of a notebook, and their errors.
const Table measured{{337.5, 345.2, 352.8, 361.1, 369.6, 378.9, 388.7}, {0.04, 0.04, 0.0625, 0.0625, 0.09, 0.16, 0.36}, octaves};

void check_near(const Value& got, double value, double variance, double epsilon = 1e-11) {
    CHECK(got.value == near(value, epsilon));
    CHECK(got.variance == near(variance, epsilon));
}

void check_none(const Result& got, Status status) {
    CHECK(got.status == status);
    for (const double each : {got.activation_energy.value, got.activation_energy.variance, got.log_prefactor.value,
                              got.log_prefactor.variance, got.covariance, got.reduced_chi_square, got.line.temperature(0).value})
        CHECK(std::isnan(each));
}

}  // namespace

TEST_CASE("exact peaks give back E and ln f0, with and without variances, in any order") {
    for (const double sigma : {0.2, 0.0})
        for (const bool reversed : {false, true}) {
            Table table = arrhenius(89.63e3, 31.2, octaves, sigma);
            if (reversed)
                table = {
                    {table.temperature.rbegin(), table.temperature.rend()}, table.variances, {octaves.rbegin(), octaves.rend()}};
            const auto got = fit(table, {});
            CHECK(got.activation_energy.value == near(89.63e3, 1e-12));
            CHECK(got.log_prefactor.value == near(31.2, 1e-12));
            CHECK(got.line.temperature(std::log(4.0)).value == near(table.temperature[3], 1e-12));
            CHECK(got.points == 7);
            CHECK(got.left_out == 0);
            if (sigma > 0) CHECK(got.status == Status::ok);
        }
}

TEST_CASE("weighted: 1/T over ln f by the normal equations in 40 digits (mpmath 1.2.1)") {
    const auto got = fit(measured, {});
    CHECK(got.status == Status::ok);
    check_near(got.activation_energy, 89245.914173055480370, 392803.04190554363651);
    check_near(got.log_prefactor, 31.107778217021452132, 0.045273673252209130412);
    CHECK(got.covariance == near(133.24913014272668144, 1e-11));
    CHECK(got.reduced_chi_square == near(0.31985681840157004876, 1e-10));
    check_near(got.line.temperature(std::log(4.0)), 361.14671554001349901, 0.012867077886436064217);
}

TEST_CASE("unweighted: ln f over 1/T, errors from the scatter (mpmath 1.2.1)") {
    Table table = measured;
    table.variances = {};
    const auto got = fit(table, {});
    check_near(got.activation_energy, 88901.303471001703501, 120687.10485188928470);
    check_near(got.log_prefactor, 30.990626581575046595, 0.013412395741813469079);
    CHECK(got.covariance == near(40.189074932131343237, 1e-10));
    CHECK(std::isnan(got.reduced_chi_square));
}

TEST_CASE("excluded peaks, NaN, T or f not above 0 and bad variances are left out") {
    Table more = measured;
    more.exclude.assign(7, 0);
    const auto add = [&](double t, double variance, double f, std::uint8_t exclude) {
        more.temperature.push_back(t), more.variances.push_back(variance), more.frequency.push_back(f),
            more.exclude.push_back(exclude);
    };
    add(400, 1, 1, 1);
    add(unknown, 1, 1, 0);
    add(400, unknown, 1, 0);
    add(400, 0, 1, 0);
    add(400, 1, unknown, 0);
    add(400, 1, 0, 0);
    add(-5, 1, 1, 0);
    const auto got = fit(more, {});
    CHECK(got.points == 7);
    CHECK(got.left_out == 7);
    CHECK(got.merged == Flags(14, 0));
    check_near(got.activation_energy, 89245.914173055480370, 392803.04190554363651);
}

TEST_CASE("peaks that are pulled up at high frequency are merged; left out only when asked to") {
    for (const double sigma : {0.2, 0.0}) {
        Table table = arrhenius(89.63e3, 31.2, octaves, sigma);
        table.temperature[5] += 2;
        table.temperature[6] += 5;
        if (sigma == 0) table.temperature[1] += 0.02, table.temperature[3] -= 0.02;  // some scatter to judge by
        const auto all = fit(table, {});
        CHECK(all.merged == Flags{0, 0, 0, 0, 0, 1, 1});
        CHECK(all.points == 7);
        CHECK(all.activation_energy.value < 0.95 * 89.63e3);
        const auto kept = fit(table, {true});
        CHECK(kept.merged == all.merged);
        CHECK(kept.status == Status::ok);
        CHECK(kept.points == 5);
        CHECK(kept.left_out == 2);
        CHECK(kept.activation_energy.value == near(89.63e3, sigma > 0 ? 1e-12 : 2e-3));
    }
    Table down = arrhenius();
    down.temperature[6] -= 5;
    CHECK(fit(down, {}).merged == Flags(7, 0));
    Table noisy = arrhenius(89.63e3, 31.2, octaves, 5);
    noisy.temperature[6] += 5;
    CHECK(fit(noisy, {}).merged == Flags(7, 0));
}

TEST_CASE("errors that are too small do not make merged peaks: the scatter raises them") {
    Table table = arrhenius(89.63e3, 31.2, octaves, 0.01);
    const Doubles scatter{0.3, -0.4, 0.2, -0.3, 0.4, -0.2, 0.3};
    for (std::size_t i = 0; i < 7; ++i) table.temperature[i] += scatter[i];
    const auto got = fit(table, {});
    CHECK(got.merged == Flags(7, 0));
    CHECK(got.status == Status::ok);
    CHECK(got.reduced_chi_square > 100);
}

TEST_CASE("a flank of the alpha relaxation: apparent peaks bend, component peaks give the energy that was put in") {
    const sluice::arrhenius_fit::test::Relaxations model;
    Table apparent{{}, Doubles(7, 0.02 * 0.02), octaves}, component = apparent;
    for (const double f : octaves) {
        apparent.temperature.push_back(model.peak_K(f, true));
        component.temperature.push_back(model.peak_K(f, false));
    }
    const auto of_component = fit(component, {}), of_apparent = fit(apparent, {}), unmerged = fit(apparent, {true});
    CHECK(of_component.activation_energy.value == near(85e3, 1e-5));  // peaks are found to 1e-4 K of steps of 8 K
    CHECK(of_component.merged == Flags(7, 0));
    CHECK(of_component.status == Status::ok);
    CHECK(of_apparent.status == Status::curved);
    CHECK(of_apparent.merged.back() == 1);
    CHECK(of_apparent.merged.front() == 0);
    CHECK(of_apparent.activation_energy.value < 85e3);
    CHECK(of_apparent.activation_energy.value > 0.95 * 85e3);
    CHECK(std::abs(unmerged.activation_energy.value - 85e3) < std::abs(of_apparent.activation_energy.value - 85e3));
    MESSAGE("E of 85 kJ/mol: " << of_component.activation_energy.value / 1e3 << " from component peaks, "
                               << of_apparent.activation_energy.value / 1e3 << " from apparent ones, "
                               << unmerged.activation_energy.value / 1e3 << " from those that are not merged");
}

TEST_CASE("a Vogel-Fulcher-Tammann law is curved") {
    Table table = arrhenius(89.63e3, 31.2, {1e-3, 1e-2, 0.1, 1, 10, 100, 1e3});
    CHECK(fit(table, {}).status == Status::ok);
    for (std::size_t i = 0; i < 7; ++i) table.temperature[i] = 250 + 3000 / (31.2 - std::log(table.frequency[i]));
    CHECK(fit(table, {}).status == Status::curved);
    table.variances.assign(7, 25);
    CHECK(fit(table, {}).status == Status::ok);
}

TEST_CASE("what gives no energy has its status") {
    check_none(fit(Table{{}, {}, {}}, {}), Status::too_few_points);
    check_none(fit(Table{{340}, {1}, {1}}, {}), Status::too_few_points);
    check_none(fit(Table{{340, 341}, {1, 1}, {2, 2}}, {}), Status::too_few_points);
    check_none(fit(Table{{340, 341}, {}, {2, 2}}, {}), Status::too_few_points);
    check_none(fit(Table{{350, 345, 340}, {1, 1, 1}, {1, 2, 4}}, {}), Status::not_determined);
    check_none(fit(Table{{340, 340, 340}, {1, 1, 1}, {1, 2, 4}}, {}), Status::not_determined);
    check_none(fit(Table{{340, 340, 340}, {}, {1, 2, 4}}, {}), Status::not_determined);
    check_none(fit(Table{{340, 341}, {1, 1}, {1, 2}}, {}), Status::not_determined);  // 1 K with errors of 1 K
    const auto two = fit(Table{{340, 350}, {}, {1, 2}}, {});
    CHECK(two.status == Status::ok);
    CHECK(two.activation_energy.value == near(gas_constant_J_per_mol_K * std::log(2.0) / (1 / 340.0 - 1 / 350.0), 1e-12));
    CHECK(std::isnan(two.activation_energy.variance));
}

TEST_CASE("E / (R T_g) with both errors") {
    CHECK(gas_constant_J_per_mol_K == near(6.02214076e23 * 1.380649e-23, 1e-15));  // the SI's definition
    const auto got = reduced_energy({90e3, 900.0 * 900}, {432, 2.0 * 2});
    CHECK(got.value == near(90e3 / (8.31446261815324 * 432), 1e-15));
    CHECK(std::sqrt(got.variance) / got.value == near(std::sqrt(1e-4 + 4.0 / (432.0 * 432)), 1e-14));
    CHECK(std::isnan(reduced_energy({90e3, 1}, {}).value));
    CHECK(std::isnan(reduced_energy({90e3, 1}, {0, 1}).value));
}

TEST_CASE("Student's t of the probability of 3 standard errors (scipy 1.10.1)") {
    CHECK(significant_by_scatter(0) == std::numeric_limits<double>::infinity());
    CHECK(significant_by_scatter(2) == near(19.206744211445656, 1e-14));
    CHECK(significant_by_scatter(7) == near(4.52997367873694, 5e-3));
    CHECK(significant_by_scatter(10) == near(3.956936660002761, 2e-3));
    CHECK(significant_by_scatter(50) == near(3.157147791836993, 1e-5));
}

TEST_CASE("bad arguments are refused") {
    CHECK_THROWS_WITH_AS((void)fit(Table{{340, 350}, {}, {1}}, {}), "frequency has 1 points and temperature 2. They must agree.",
                         std::invalid_argument);
}
