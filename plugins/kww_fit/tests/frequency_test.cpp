// SPDX-License-Identifier: BSD-3-Clause
// Loss peaks: exact truths of all models, loss alone or with the storage, the peak's place, statuses; the derivatives.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include <doctest/doctest.h>

#include "../kernel.hpp"
#include "../model.hpp"
#include "simulated.hpp"

namespace {

using namespace sluice::kww_fit;
using namespace sluice::kww_fit::test;
using doctest::Approx;

const Doubles omegas = logarithmic(1e-3, 1e5, 60);

Approx close_to(double value, double relative) { return Approx(value).epsilon(relative).scale(0); }

}  // namespace

TEST_CASE("exact KWW spectra give their truth back, by the loss alone and with the storage of a modulus") {
    for (const double beta_true : {0.25, 0.5, 0.8}) {
        CAPTURE(beta_true);
        const auto data = kww_modulus(omegas, 0.3, beta_true, 5, 9);
        for (const auto& each : {data.loss_only(), data.data()}) {
            const auto result = fit(each, in_frequency(Model::kww));
            CHECK(result.status == Status::ok);
            CHECK(result.tau.value == close_to(0.3, 1e-8));
            CHECK(result.values[beta] == close_to(beta_true, 1e-8));
            CHECK(result.values[amplitude] == close_to(5, 1e-8));
            CHECK(std::abs(result.values[offset]) < 1e-8);
            CHECK(result.mean_relaxation_time.value == close_to(0.3 / beta_true * std::tgamma(1 / beta_true), 1e-7));
        }
        const auto both = fit(data.data(), in_frequency(Model::kww));
        CHECK(both.values[unrelaxed] == close_to(9, 1e-8));
        CHECK(both.points == 120);
        CHECK(both.storage_curve.at(omegas[20]).value == close_to(data.storage[20], 1e-8));
        CHECK(both.curve.at(omegas[30]).value == close_to(data.y[30], 1e-7));
    }
}

TEST_CASE("beta = 1/2 from its closed form alone: sqrt(pi) q exp(q^2) erfc(q), by its continued fraction") {
    // q = 1 / (2 sqrt(i w)); sqrt(pi) q exp(q^2) erfc(q) = q / (q + (1/2) / (q + 1 / (q + (3/2) / …))), Re q > 0
    const auto closed = [](double w) {
        const std::complex<double> q = 0.5 / std::sqrt(std::complex<double>(0, w));
        std::complex<double> tail = q;
        for (int k = 4000; k >= 1; --k) tail = q + 0.5 * k / tail;
        return q / tail;
    };
    const auto result = fit(modulus(logarithmic(1e-3, 2, 60), 3, 4, [&](double omega) { return closed(0.7 * omega); }).data(),
                            in_frequency(Model::kww));
    CHECK(result.values[beta] == close_to(0.5, 1e-7));
    CHECK(result.tau.value == close_to(0.7, 1e-7));
    CHECK(result.mean_relaxation_time.value == close_to(1.4, 1e-7));
}

TEST_CASE("exact Havriliak-Negami, Cole-Cole and Debye spectra give their truth back") {
    const auto data = havriliak_negami_modulus(omegas, 0.3, 0.7, 0.5, 5, 9);
    const auto result = fit(data.data(), in_frequency(Model::havriliak_negami));
    CHECK(result.status == Status::ok);
    CHECK(result.tau.value == close_to(0.3, 1e-7));
    CHECK(result.values[alpha] == close_to(0.7, 1e-7));
    CHECK(result.values[gamma_exponent] == close_to(0.5, 1e-7));
    CHECK(std::isnan(result.values[beta]));
    CHECK(std::isnan(result.mean_relaxation_time.value));

    const auto cole = fit(havriliak_negami_modulus(omegas, 0.3, 0.4, 1, 5, 9).loss_only(), in_frequency(Model::cole_cole));
    CHECK(cole.values[alpha] == close_to(0.4, 1e-7));
    CHECK(cole.values[gamma_exponent] == 1);
    CHECK(cole.peak_frequency.value == close_to(1 / (0.6 * std::numbers::pi), 1e-7));

    const auto debye = fit(havriliak_negami_modulus(omegas, 0.3, 1, 1, 5, 9).data(), in_frequency(Model::debye));
    CHECK(debye.tau.value == close_to(0.3, 1e-9));
    CHECK(debye.mean_relaxation_time.value == close_to(0.3, 1e-9));
}

TEST_CASE("a permittivity falls with frequency: the other response, the same tau") {
    auto data = kww_modulus(omegas, 0.3, 0.6, 5, 9);
    for (double& each : data.storage) each = 2 + (9 - each);  // eps_inf = 2
    Options options = in_frequency(Model::kww);
    options.response = Response::compliance;
    const auto result = fit(data.data(), options);
    CHECK(result.values[unrelaxed] == close_to(2, 1e-7));
    CHECK(result.tau.value == close_to(0.3, 1e-8));
}

TEST_CASE("the loss peaks where the fitted curve is highest") {
    const auto dense = logarithmic(1e-2, 1e3, 20001);
    for (const auto model : {Model::kww, Model::havriliak_negami}) {
        const auto data =
            model == Model::kww ? kww_modulus(omegas, 0.3, 0.6, 5, 9) : havriliak_negami_modulus(omegas, 0.3, 0.7, 0.5, 5, 9);
        const auto result = fit(data.loss_only(), in_frequency(model));
        const auto best = std::max_element(
            dense.begin(), dense.end(), [&](double a, double b) { return result.curve.at(a).value < result.curve.at(b).value; });
        CHECK(result.peak_frequency.value == close_to(*best / (2 * std::numbers::pi), 1e-3));
    }
}

TEST_CASE("the derivatives of all shapes are those of differences") {
    Values at{};
    at[log_tau] = std::log(0.3), at[beta] = 0.6, at[alpha] = 0.7, at[gamma_exponent] = 0.5;
    for (const auto& [domain, model] :
         {std::pair{Domain::time, Model::kww}, {Domain::frequency, Model::kww}, {Domain::frequency, Model::havriliak_negami}})
        for (const double x : {1e-3, 0.5, 4.0, 300.0}) {
            const auto shape = shape_of(domain, model, x, at, true);
            const auto difference = [&](std::size_t k) {
                const double h = 1e-5;
                Values up = at, down = at;
                up[k] += h, down[k] -= h;
                return (shape_of(domain, model, x, up, false).value - shape_of(domain, model, x, down, false).value) / (2 * h);
            };
            CHECK(std::abs(shape.by_log_tau - difference(log_tau)) < 1e-8);
            CHECK(std::abs(shape.by_first - difference(first_exponent(model))) < 1e-8);
            if (model == Model::havriliak_negami) CHECK(std::abs(shape.by_second - difference(gamma_exponent)) < 1e-8);
        }
}

TEST_CASE("statuses in the frequency domain") {
    const auto bound = fit(havriliak_negami_modulus(omegas, 0.3, 1, 1, 5, 9).add_noise(0.02, 6).data(), in_frequency(Model::kww));
    CHECK((bound.status == Status::beta_at_bound || bound.status == Status::ok));  // the bound is the truth: noise decides
    CHECK(bound.values[beta] > 0.98);

    const auto flank = fit(kww_modulus(logarithmic(1e3, 1e5, 30), 0.3, 0.6, 5, 9).data(), in_frequency(Model::kww));
    CHECK(flank.status == Status::tau_outside);

    const auto flat = fit(kww_modulus(omegas, 0.3, 0.6, 0, 9).add_noise(0.02, 6).data(), in_frequency(Model::kww));
    CHECK(flat.status == Status::no_decay);

    auto without_loss = kww_modulus(omegas, 0.3, 0.6, 5, 9);
    std::fill(without_loss.y.begin(), without_loss.y.end(), unknown);
    CHECK(fit(without_loss.data(), in_frequency(Model::kww)).status == Status::too_few_points);
}

TEST_CASE("refusals in the frequency domain") {
    const auto data = kww_modulus(omegas, 0.3, 0.6, 5, 9).add_noise(0.1, 1);
    CHECK_THROWS_WITH_AS((void)fit(data.data(), {}), "a decay in time has no storage part. Leave the input out.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)fit({data.x, data.y, data.variances, {}, data.storage, {}, {}}, in_frequency(Model::kww)),
                         "of loss and storage only one has variances. Give both or none: they are weighed together.",
                         std::invalid_argument);
    Options options = in_frequency(Model::kww);
    options.largest_beta = 1.2;
    CHECK_THROWS_WITH_AS((void)fit(data.data(), options), "largest_beta = 1.2, must be at most 1 in this domain.",
                         std::invalid_argument);
}
