// SPDX-License-Identifier: BSD-3-Clause
// The fit: exact curves back, from a start 20 % off and from none; bounds, failures, points left out, errors of the parts, and
// the project's reference curves.
#include "../kernel.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include "simulated.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice::saxs_model;
using namespace sluice::saxs_model::test;
using doctest::Approx;
using sluice::numerics::SizeDistribution;

const Doubles q = linear_grid(0.1, 4.2, 220);

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

/// 1e-7: where the steps of the fit end for exact data with weights of a hundredth.
void check_values(const Result& result, const Kind& kind, const Values& truth, double epsilon) {
    REQUIRE(result.status == Status::ok);
    for (std::size_t k = 0; k < n_parameters; ++k) {
        if (!uses(kind, k)) continue;
        CAPTURE(parameter_names[k]);
        CHECK(result.values[k] == Approx(truth[k]).epsilon(epsilon).scale(k >= n_nonlinear ? 1 : 0));
    }
}

void start_off_by(double factor, const Values& truth, Options& options) {
    for (std::size_t k = 0; k < n_nonlinear; ++k)
        if (uses(options.kind, k)) options.parameters[k].start = factor * truth[k];
}

std::string refusal(const Options& options) {
    const auto data = simulate({}, colloid, q, 0.01, 0.01, 0);
    try {
        (void)fit(data.curve(), options);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("exact curves give their parameters back, without a start and from starts 20 % off") {
    struct Case {
        Kind kind;
        Values truth;
        std::vector<Parameter> freed;
    };
    const std::vector<Case> cases{{{}, colloid, {}},
                                  {{.distribution = SizeDistribution::schulz}, colloid, {}},
                                  {{.distribution = SizeDistribution::log_normal}, colloid, {}},
                                  {fluid, liquid, {porod_amplitude}},
                                  {{.structure = Structure::percus_yevick, .decoupling = true}, liquid, {porod_amplitude}},
                                  {fluid, coexistence, {porod_amplitude, colloid_amplitude}}};
    for (const auto& [kind, truth, freed] : cases)
        for (const double factor : {0.0, 0.8, 1.2}) {
            const auto data = simulate(kind, truth, q, 0.01, 0.01, 0);
            Options options = defaults(kind);
            for (const auto k : freed) set_free(options, k);
            if (factor > 0) start_off_by(factor, truth, options);
            const auto result = fit(data.curve(), options);
            check_values(result, kind, truth, 1e-6);
            for (std::size_t i = 0; i < q.size(); ++i) CHECK(result.curve[i] == near(data.exact[i], 1e-6));
        }
}

TEST_CASE("sizes from 0.5 to 50 nm, and curves that begin late, without a start") {
    for (const double r : {0.5, 2.0, 8.0, 50.0})
        for (const auto& [first, last] : {std::pair{0.2, 8.0}, {0.9, 15.0}}) {
            Values truth = colloid;
            truth[radius] = r;
            truth[size_spread] = 0.06;
            const auto data = simulate({}, truth, linear_grid(first / r, last / r, 180), 0.02, 0.02, 5);
            const auto result = fit(data.curve(), defaults({}));
            CAPTURE(r);
            CAPTURE(last);
            REQUIRE(result.status == Status::ok);
            CHECK(result.reduced_chi_square < 1.5);
            for (const auto k : {radius, size_spread, amplitude})
                CHECK(std::abs(result.values[k] - truth[k]) < 4.5 * std::sqrt(result.variances[k]));
        }
}

TEST_CASE("core and shell, from starts nearby") {
    const Kind kind{.form = CoreShellSphere{}};
    const Values truth{2.6, 0.07, 1.1, -0.4, 0, 0, 700, 0, 0, 0.3};
    const auto data = simulate(kind, truth, linear_grid(0.08, 5, 250), 0.005, 0.003, 11);
    Options options = defaults(kind);
    start_off_by(0.8, truth, options);
    const auto result = fit(data.curve(), options);
    REQUIRE(result.status == Status::ok);
    for (std::size_t k = 0; k < n_parameters; ++k)
        if (result.variances[k] > 0) CHECK(std::abs(result.values[k] - truth[k]) < 4.5 * std::sqrt(result.variances[k]));
}

TEST_CASE("core and shell without a start: a thin shell, one as thick as the core, and one of the opposite contrast") {
    const Kind kind{.form = CoreShellSphere{}};
    for (const auto& [thickness, contrast] : {std::pair{0.6, 0.5}, {1.5, 0.375}, {1.8, -1.0}}) {
        const Values truth{1.5, 0.08, thickness, contrast, 0, 0, 50, 0, 0, 0.05};
        const auto result = fit(simulate(kind, truth, linear_grid(0.1, 4, 160), 0.01, 0.001, 7).curve(), defaults(kind));
        CAPTURE(thickness);
        REQUIRE(result.status == Status::ok);
        for (std::size_t k = 0; k < n_parameters; ++k)
            if (result.variances[k] > 0) CHECK(std::abs(result.values[k] - truth[k]) < 4.5 * std::sqrt(result.variances[k]));
    }
}

TEST_CASE("fixed parameters stay, with variance 0, and others get smaller errors") {
    const auto data = simulate(fluid, liquid, q, 0.01, 0.01, 3);
    Options options = defaults(fluid);
    set_free(options, porod_amplitude);
    const auto all = fit(data.curve(), options);
    options.parameters[volume_fraction].fixed = 0.28;
    options.parameters[background].fixed = 0.5;
    const auto some = fit(data.curve(), options);
    CHECK(some.values[volume_fraction] == 0.28);
    CHECK(some.variances[volume_fraction] == 0);
    CHECK(some.variances[hard_sphere_radius] < all.variances[hard_sphere_radius]);
    CHECK(some.covariance[radius * n_parameters + background] == 0);
    CHECK(some.correlation[radius * n_parameters + radius] == near(1, 1e-14));
    CHECK(std::abs(all.correlation[hard_sphere_radius * n_parameters + volume_fraction]) < 1);
    CHECK(
        all.correlation[radius * n_parameters + size_spread] ==
        near(all.covariance[radius * n_parameters + size_spread] / std::sqrt(all.variances[radius] * all.variances[size_spread]),
             1e-13));
}

TEST_CASE("a parameter on its bound: no variance of its own, the others as if it were fixed there") {
    const auto data = simulate({}, colloid, q, 0.01, 0.01, 3);
    Options options = defaults({});
    options.parameters[size_spread].upper = 0.06;
    const auto held = fit(data.curve(), options);
    CHECK(held.status == Status::at_bound);
    CHECK(held.at_bound[size_spread]);
    CHECK(!held.at_bound[radius]);
    CHECK(held.values[size_spread] == 0.06);
    CHECK(std::isnan(held.variances[size_spread]));
    options.parameters[size_spread].fixed = 0.06;
    const auto fixed = fit(data.curve(), options);
    CHECK(held.values[radius] == near(fixed.values[radius], 1e-7));
    CHECK(held.variances[radius] == near(fixed.variances[radius], 1e-6));
    CHECK(held.single_variance[20] == near(fixed.single_variance[20], 1e-5));
}

TEST_CASE("equal spheres end at the smallest spread, and the rest of the fit is right") {
    Values truth = colloid;
    truth[size_spread] = 0;
    const auto data = simulate({}, truth, q, 0.01, 0.01, 8);
    const auto result = fit(data.curve(), defaults({}));
    CHECK(result.reduced_chi_square < 1.3);
    CHECK(result.values[size_spread] < 0.01);
    CHECK(std::abs(result.values[radius] - truth[radius]) < 4.5 * std::sqrt(result.variances[radius]));
}

TEST_CASE("a fluid that is none: the hard-sphere radius is not determined, or within errors of nothing") {
    const auto data = simulate({}, colloid, q, 0.01, 0.01, 8);
    const auto result = fit(data.curve(), defaults(fluid));
    if (result.status == Status::ok || result.status == Status::at_bound)
        CHECK(result.values[volume_fraction] < 0.01);
    else
        CHECK(result.status == Status::not_determined);
    Options options = defaults(fluid);
    options.parameters[hard_sphere_radius].fixed = 4;
    const auto known = fit(data.curve(), options);
    CHECK(known.reduced_chi_square < 1.3);
    CHECK(known.values[volume_fraction] < 0.01);
}

TEST_CASE("without variances all points weigh the same, and the covariance is from the scatter") {
    auto data = simulate({}, colloid, q, 0, 2, 9);
    const auto known = fit(data.curve(), defaults({}));
    data.variance.clear();
    const auto unknown_errors = fit(data.curve(), defaults({}));
    CHECK(unknown_errors.values[radius] == near(known.values[radius], 1e-6));
    CHECK(unknown_errors.reduced_chi_square == near(4 * known.reduced_chi_square, 1e-6));
    CHECK(unknown_errors.variances[radius] == near(known.variances[radius] * known.reduced_chi_square, 1e-5));
}

TEST_CASE("points left out: masked, NaN, variance 0, beyond the range; negative ones stay") {
    auto data = simulate({}, colloid, q, 0.01, 0.5, 4);
    Options options = defaults({});
    options.q_first = q[3];
    options.q_last = q[215] * (1 - 1e-12);
    const auto plain = fit(data.curve(), options);
    CHECK(plain.points == 213);
    CHECK(*std::min_element(data.intensity.begin(), data.intensity.end()) < 0);
    data.intensity[10] = unknown;
    data.variance[20] = 0;
    data.variance[21] = unknown;
    std::vector<std::uint8_t> mask(q.size(), 0);
    mask[30] = 1;
    data.intensity[30] = 1e9;
    const auto fewer = fit({data.q, data.intensity, data.variance, mask}, options);
    CHECK(fewer.points == 209);
    CHECK(fewer.status == Status::ok);
    CHECK(std::isfinite(fewer.curve[0]));  // the model is given everywhere
    CHECK(std::isfinite(fewer.curve[10]));
    CHECK(std::isnan(fewer.residuals[10]));
    CHECK(fewer.values[radius] == near(plain.values[radius], 1e-2));
}

TEST_CASE("curves that give nothing say why") {
    auto data = simulate({}, colloid, linear_grid(0.1, 4, 4), 0.01, 0.01, 1);
    CHECK(fit(data.curve(), defaults({})).status == Status::too_few_points);
    CHECK(std::isnan(fit(data.curve(), defaults({})).values[radius]));
    data = simulate({}, colloid, q, 0.01, 0.01, 1);
    Options options = defaults({});
    options.parameters[radius].fixed = unknown;
    CHECK(fit(data.curve(), options).status == Status::bad_number);
    options.parameters[radius].fixed = -1;
    CHECK(fit(data.curve(), options).status == Status::bad_number);
    options.parameters[radius].fixed = 3;
    options.parameters[radius].least_fixed = 3.1;
    CHECK(fit(data.curve(), options).status == Status::bad_number);
    options = defaults({});
    std::fill(data.intensity.begin(), data.intensity.end(), 0.0);  // nothing to fit: no amplitude, so no radius
    const auto none = fit(data.curve(), options);
    CHECK(none.status != Status::ok);
    auto zeros = data.curve();
    zeros.variance = {};
    CHECK(fit(zeros, options).status == Status::not_determined);
    CHECK(std::isnan(fit(zeros, options).values[radius]));
}

TEST_CASE("variances of the parts against the scatter of 400 fits" * doctest::test_suite("long")) {
    const Doubles few = linear_grid(0.15, 3.0, 60);
    Options options = defaults(fluid);
    start_off_by(1.05, liquid, options);
    options.parameters[porod_amplitude].fixed = liquid[porod_amplitude];
    const std::size_t i = 12;
    double sum_single = 0, sum_other = 0, squares_single = 0, squares_other = 0, products = 0;
    Result last;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        last = fit(simulate(fluid, liquid, few, 0.01, 0.02, seed).curve(), options);
        REQUIRE(last.status == Status::ok);
        sum_single += last.single[i];
        sum_other += last.other[i];
        squares_single += last.single[i] * last.single[i];
        squares_other += last.other[i] * last.other[i];
        products += last.single[i] * last.other[i];
    }
    const double n = 400, single = sum_single / n, other = sum_other / n;
    // the standard error of a variance from 400 is 7 %
    CHECK((squares_single / n - single * single) == near(last.single_variance[i], 0.25));
    CHECK((squares_other / n - other * other) == near(last.other_variance[i], 0.25));
    const double scale = std::sqrt(last.single_variance[i] * last.other_variance[i]);
    CHECK(std::abs(products / n - single * other - last.single_other_covariance[i]) < 0.2 * scale);
}

TEST_CASE("the power law belongs to other, or stays") {
    const auto data = simulate(fluid, liquid, q, 0.01, 0.01, 2);
    Options options = defaults(fluid);
    set_free(options, porod_amplitude);
    const auto removed = fit(data.curve(), options);
    options.remove_power_law = false;
    const auto kept = fit(data.curve(), options);
    CHECK(removed.other[0] - kept.other[0] == near(removed.power_law[0], 1e-12));
    CHECK(kept.other[0] == near(kept.values[background], 1e-14));
    CHECK(removed.liquid[5] == near(removed.single[5] * removed.structure_factor[5], 1e-13));
    CHECK(removed.curve[5] ==
          near(removed.liquid[5] + removed.colloid[5] + removed.power_law[5] + removed.values[background], 1e-13));
}

TEST_CASE("bounds and ranges that cannot be are refused") {
    Options options = defaults({});
    options.q_first = 3;
    options.q_last = 2;
    CHECK(refusal(options) == "q_min = 3 1/nm, must be below q_max = 2 1/nm.");
    options = defaults({});
    options.parameters[radius] = {{}, 4, 2, {}};
    CHECK(refusal(options) ==
          "parameter radius is bounded by 4 and 2; the first must be below the second, and both within "
          "0 to inf.");
    options = defaults({});
    options.parameters[size_spread].start = 0.6;
    CHECK(refusal(options) == "parameter size_spread starts at 0.6, outside its bounds 0.001 to 0.5.");
}

TEST_CASE("the project's curves: truth within 4 Cramer-Rao sigma, chi-square, from starts 20 % off and from none" * doctest::test_suite("long")) {
    struct Case {
        std::string name;
        Kind kind;
        Values truth, sigma;  // of truth.json; sigma 0: not free
    };
    const std::vector<Case> cases{{"colloid_a",
                                   {},
                                   {2.7495, 0.08, 0, 0, 0, 0, 1260, 0, 0, 0.6},
                                   {5.8567e-4, 1.9926e-4, 0, 0, 0, 0, 1.7174, 0, 0, 2.3901e-3}},
                                  {"liquid_a",
                                   fluid,
                                   {2.7495, 0.08, 0, 0, 3.3335, 0.27, 1680, 0, 0.05, 0.6},
                                   {4.9875e-4, 1.6988e-4, 0, 0, 2.8531e-3, 3.9235e-4, 2.3113, 0, 7.9527e-4, 2.5078e-3}},
                                  {"coexist",
                                   fluid,
                                   {2.7495, 0.08, 0, 0, 3.3335, 0.306, 1050, 700, 0.03, 0.5},
                                   {3.7218e-4, 1.2640e-4, 0, 0, 3.7487e-3, 1.3071e-3, 3.5952, 2.9467, 1.5265e-3, 1.8918e-3}}};
    for (const auto& [name, kind, truth, sigma] : cases) {
        const auto file = sluice::test::shared_data("sas/fits/" + name + ".csv");
        if (!file) return;
        CAPTURE(name);
        std::ifstream in(*file);
        std::array<Doubles, 7> columns;  // q, sigma, exact I, P, S, and two replicas
        for (std::string line; std::getline(in, line);) {
            if (line[0] == '#') continue;
            std::replace(line.begin(), line.end(), ',', ' ');
            std::istringstream row(line);
            for (auto& column : columns) row >> column.emplace_back();
        }
        Doubles variance;
        for (const double each : columns[1]) variance.push_back(each * each);
        const auto shape = shape_of(kind, columns[0], truth, false);
        for (std::size_t i = 0; i < variance.size(); ++i)
            CHECK(intensity(shape, i, columns[0][i], truth) == near(columns[2][i], 1e-7));
        for (const std::size_t replica : {5, 6})
            for (const double factor : {0.0, 0.8, 1.2}) {
                CAPTURE(factor);
                Options options = defaults(kind);
                if (sigma[porod_amplitude] > 0) set_free(options, porod_amplitude);
                if (sigma[colloid_amplitude] > 0) set_free(options, colloid_amplitude);
                if (factor > 0) start_off_by(factor, truth, options);
                const auto result = fit({columns[0], columns[replica], variance, {}}, options);
                REQUIRE(result.status == Status::ok);
                CHECK(result.reduced_chi_square > 0.8);
                CHECK(result.reduced_chi_square < 1.25);
                for (std::size_t k = 0; k < n_parameters; ++k) {
                    if (sigma[k] == 0) continue;
                    CAPTURE(parameter_names[k]);
                    CHECK(std::abs(result.values[k] - truth[k]) < 4 * sigma[k]);
                    CHECK(std::sqrt(result.variances[k]) == near(sigma[k], 0.03));
                }
                if (name == "coexist")  // science page, section 4
                    CHECK(result.correlation[amplitude * n_parameters + colloid_amplitude] == near(-0.87, 0.02));
            }
    }
}
