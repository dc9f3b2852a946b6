// SPDX-License-Identifier: BSD-3-Clause
// Relaxations as a recipe meets them: units and kinds of x, outputs, storage, fixed numbers of steps, statuses, refusals.
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "simulated.hpp"
#include "support/arrays.hpp"
#include "support/run_plugin.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
namespace kww = sluice::kww_fit::test;
using doctest::Approx;
using Doubles = std::vector<double>;
using Inputs = std::map<std::string, Array>;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

RunPluginOptions along(const std::string& dim, int threads = 2) {
    RunPluginOptions options;
    options.threads = threads;
    options.core = {{"x", {dim}}};
    return options;
}

Array curve(const std::string& dim, const std::string& x_unit, const Doubles& x, const Doubles& y, const Doubles& variances = {},
            const std::string& unit = "MPa") {
    const Dims dims{{dim, static_cast<Index>(x.size())}};
    return with_coordinate(Array::from<double>("y", dims, unit, y, variances), dim, dims, x_unit, x);
}

/// beta 0.6, tau 2 s, amplitude 3, offset 1, times in `unit` of so many seconds.
Array decay(const std::string& unit = "s", double seconds = 1) {
    auto simulated = kww::decay(kww::logarithmic(1e-3, 1e3, 60), 2, 0.6, 3, 1);
    for (double& each : simulated.x) each /= seconds;
    return curve("time", unit, simulated.x, simulated.y, Doubles(60, 1e-4));
}

struct Spectrum {
    Array loss, storage;
};

/// beta 0.5, tau 0.3 s, strength 5, unrelaxed 9; angular frequencies over `divisor` in that unit.
Spectrum spectrum(const std::string& unit, double divisor, const std::string& storage_unit = "MPa") {
    auto simulated = kww::kww_modulus(kww::logarithmic(1e-3, 1e5, 50), 0.3, 0.5, 5, 9);
    for (double& each : simulated.x) each /= divisor;
    if (storage_unit == "Pa")
        for (double& each : simulated.storage) each *= 1e6;
    return {curve("f", unit, simulated.x, simulated.y), curve("f", unit, simulated.x, simulated.storage, {}, storage_unit)};
}

auto run_on(const Array& data, const Json& with = Json::object()) {
    return run_plugin("kww_fit", with, {{"data", data}}, along(data.dims().back().name));
}

std::string refusal(const Inputs& inputs, const Json& with, const std::string& dim) {
    return error_of([&] { run_plugin("kww_fit", with, inputs, along(dim)); });
}

}  // namespace

TEST_CASE("a decay: values, units, dims and facts of every output") {
    const auto out = run_on(decay());
    CHECK(out.at("beta").scalar() == Approx(0.6).epsilon(1e-8));
    CHECK(out.at("tau").scalar() == Approx(2).epsilon(1e-8));
    CHECK(out.at("tau").unit().text() == "s");
    CHECK(out.at("mean_relaxation_time").scalar() == Approx(2 / 0.6 * std::tgamma(1 / 0.6)).epsilon(1e-7));
    CHECK(out.at("amplitude").scalar() == Approx(3).epsilon(1e-8));
    CHECK(out.at("amplitude").unit().text() == "MPa");
    CHECK(out.at("offset").scalar() == Approx(1).epsilon(1e-8));
    CHECK(out.at("peak_frequency").unit().text() == "Hz");
    for (const auto* port : {"alpha", "gamma", "unrelaxed_storage"}) CHECK(std::isnan(out.at(port).scalar()));
    for (const auto* port : {"beta", "tau", "amplitude", "offset", "mean_relaxation_time", "peak_frequency"})
        CHECK(variances_of(out.at(port))[0] > 0);
    CHECK(to_text(out.at("curve").dims()) == "[time: 60]");
    CHECK(values_of(out.at("curve"))[30] == Approx(values_of(decay())[30]));
    CHECK(std::isnan(values_of(out.at("storage_curve"))[0]));
    CHECK(to_text(out.at("covariance").dims()) == "[parameter: 7, parameter2: 7]");
    CHECK(values_of(out.at("parameters"))[0] == Approx(std::log(2.0)));
    CHECK(values_of(out.at("covariance"))[0] == Approx(variances_of(out.at("tau"))[0] / 4));
    CHECK(values_of(out.at("correlation"))[8] == Approx(1));     // beta with itself
    CHECK(std::abs(values_of(out.at("correlation"))[5]) > 0.1);  // ln tau with the offset
    CHECK(out.at("points").scalar() == 60);
    CHECK(out.at("status").scalar() == 0);
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) ==
          "0 ok, 1 beta_at_bound, 2 no_decay, 3 too_few_points, 4 not_converged, 5 tau_outside, 6 bad_number");
    CHECK(to_text(out.at("tau").description().facts.at("model")) == "kww");
    CHECK(to_text(out.at("tau").description().facts.at("uncertainty_from")) == "propagated");
}

TEST_CASE("the unit of time does not matter to tau; first, last and the fine curve are in x_unit") {
    const auto out =
        run_on(decay("ms", 1e-3), {{"first", 10}, {"last", 100000}, {"curve_points", 3}, {"curve_from", 1}, {"curve_to", 100}});
    CHECK(out.at("tau").scalar() == Approx(2).epsilon(1e-8));
    CHECK(out.at("points").scalar() < 60);
    CHECK(out.at("fine_x").unit().text() == "ms");
    CHECK(values_of(out.at("fine_x"))[1] == Approx(10));
    CHECK(values_of(out.at("fine_curve"))[2] == Approx(1 + 3 * std::exp(-std::pow(0.1 / 2, 0.6))));
    CHECK(out.at("fine_curve").description().coordinate("curve_x")->values->as_float64()[2] == 100);
    const auto linear =
        run_on(decay("ms", 1e-3),
               {{"x_unit", "s"}, {"curve_points", 3}, {"curve_from", 0}, {"curve_to", 2}, {"curve_spacing", "linear"}});
    CHECK(values_of(linear.at("fine_x")) == Doubles{0, 1, 2});
    CHECK(values_of(linear.at("fine_curve"))[0] == Approx(4));
}

TEST_CASE("Hz and rad/s are 2 pi apart: the same tau from both, from kHz, and from 1/s with a domain") {
    const double two_pi = 2 * std::numbers::pi;
    struct Case {
        const char* unit;
        double divisor;
        Json with;
    };
    for (const auto& [unit, divisor, with] :
         {Case{"rad/s", 1, Json::object()}, Case{"Hz", two_pi, Json::object()}, Case{"kHz", 1000 * two_pi, Json::object()},
          Case{"1/s", 1, {{"domain", "angular_frequency"}}}, Case{"1/s", two_pi, {{"domain", "frequency"}}}}) {
        CAPTURE(std::string(unit));
        const auto out = run_on(spectrum(unit, divisor).loss, with);
        CHECK(out.at("tau").scalar() == Approx(0.3).epsilon(1e-7));
        CHECK(out.at("beta").scalar() == Approx(0.5).epsilon(1e-7));
        CHECK(out.at("peak_frequency").scalar() == Approx(numerics::kww_loss_peak(0.5) / (two_pi * 0.3)).epsilon(1e-7));
    }
}

TEST_CASE("the storage is fitted with the loss, in whatever unit of modulus") {
    for (const std::string unit : {"MPa", "Pa"}) {
        const auto both = spectrum("rad/s", 1, unit);
        const auto out = run_plugin("kww_fit", Json::object(), {{"data", both.loss}, {"storage", both.storage}}, along("f"));
        CHECK(out.at("points").scalar() == 100);
        CHECK(out.at("unrelaxed_storage").scalar() == Approx(9).epsilon(1e-7));
        CHECK(out.at("unrelaxed_storage").unit().text() == "MPa");
        CHECK(values_of(out.at("storage_curve"))[10] == Approx(values_of(spectrum("rad/s", 1).storage)[10]));
        CHECK(to_text(out.at("tau").description().facts.at("uncertainty_from")) == "scatter");
        CHECK(out.at("reduced_chi_square").unit().text() == "MPa^2");
    }
}

TEST_CASE("Havriliak-Negami by its exponents") {
    auto simulated = kww::havriliak_negami_modulus(kww::logarithmic(1e-3, 1e5, 50), 0.3, 0.7, 0.5, 5, 9);
    const auto out = run_on(curve("f", "rad/s", simulated.x, simulated.y), {{"model", "havriliak_negami"}});
    CHECK(out.at("alpha").scalar() == Approx(0.7).epsilon(1e-6));
    CHECK(out.at("gamma").scalar() == Approx(0.5).epsilon(1e-6));
    CHECK(std::isnan(out.at("beta").scalar()));
    CHECK(std::isnan(out.at("mean_relaxation_time").scalar()));
}

TEST_CASE("NaN, masked and ragged points are left out; a failed item has a status, the others stand") {
    const auto one = kww::decay(kww::logarithmic(1e-3, 1e3, 60), 2, 0.6, 3, 1);
    const Dims dims{{"sample", 3}, {"time", 60}};
    Doubles x, y, variances(180, 1e-4);
    for (int sample = 0; sample < 3; ++sample)
        for (std::size_t i = 0; i < 60; ++i) {
            const bool padding = sample == 1 && i >= 50;  // a shorter curve: NaN in x and y
            x.push_back(padding ? not_a_number : one.x[i]);
            y.push_back(padding ? not_a_number : sample == 2 ? 1 : one.y[i]);
        }
    auto data = with_coordinate(Array::from<double>("y", dims, "MPa", y, variances), "time", dims, "s", x);
    std::vector<bool> mask(180, false);
    mask[3] = mask[4] = true;
    data = with_mask(data, "bad", dims, mask);
    const auto out = run_on(data);
    CHECK(values_of(out.at("points")) == Doubles{58, 50, 60});
    CHECK(values_of(out.at("status")) == Doubles{0, 0, 2});
    CHECK(values_of(out.at("tau"))[0] == Approx(2));
    CHECK(values_of(out.at("tau"))[1] == Approx(2));
    CHECK(std::isnan(values_of(out.at("tau"))[2]));
    CHECK(std::isnan(variances_of(out.at("beta"))[2]));
    CHECK(std::isnan(values_of(out.at("curve"))[60 + 55]));
    CHECK(values_of(out.at("curve"))[3] == Approx(one.y[3]));
}

TEST_CASE("beta kept at one number per curve") {
    const auto one = kww::decay(kww::logarithmic(1e-3, 1e3, 60), 2, 0.6, 3, 1);
    const auto out = run_on(decay(), {{"beta", 0.6}, {"offset", 1}});
    CHECK(out.at("beta").scalar() == 0.6);
    CHECK(variances_of(out.at("beta"))[0] == 0);
    CHECK(variances_of(out.at("offset"))[0] == 0);
    CHECK(out.at("tau").scalar() == Approx(2).epsilon(1e-8));
}

TEST_CASE("refusals, before data is read") {
    const auto loss = spectrum("Hz", 1).loss, angular = spectrum("rad/s", 1).loss, bare = spectrum("1/s", 1).loss;
    CHECK(refusal({{"data", bare}}, Json::object(), "f") ==
          Contains("x has the unit '1/s', which may be a frequency or an angular frequency. Give domain: 'frequency' or "
                   "'angular_frequency'."));
    CHECK(refusal({{"data", loss}}, {{"domain", "angular_frequency"}}, "f") ==
          Contains("domain = 'angular_frequency' but x has the unit 'Hz'. Leave domain out, or correct the unit of x."));
    CHECK(refusal({{"data", angular}}, {{"x_unit", "Hz"}}, "f") ==
          Contains("x has the unit 'rad/s', which x_unit = 'Hz' cannot be: one is a frequency, the other an angular frequency, 2 "
                   "pi apart."));
    CHECK(refusal({{"data", curve("f", "K", {1, 2, 3}, {1, 2, 3})}}, Json::object(), "f") ==
          Contains("x has the unit 'K', must be a time, a frequency (Hz) or an angular frequency (rad/s)."));
    CHECK(refusal({{"data", decay()}}, {{"model", "cole_cole"}}, "time") ==
          Contains("model = 'cole_cole' needs frequencies, x is a time. Of a decay give model: 'kww' or 'debye'."));
    CHECK(refusal({{"data", decay()}, {"storage", decay()}}, Json::object(), "time") ==
          Contains("input 'storage' is connected, but x is a time: a decay has none. Leave it out."));
    CHECK(refusal({{"data", decay()}}, {{"first", 3}, {"last", 2}}, "time") == Contains("first = 3, must be below last = 2."));
    CHECK(refusal({{"data", decay()}}, {{"curve_from", 3}, {"curve_to", 2}}, "time") ==
          Contains("curve_from must be below curve_to. Swap the two."));
    CHECK(refusal({{"data", decay()}}, {{"curve_from", 0}}, "time") ==
          Contains("curve_from must be above 0 for logarithmic spacing."));
}

TEST_CASE("the same bits for any number of threads") {
    Doubles y, x;
    for (int i = 0; i < 12; ++i) {
        const auto each = kww::decay(kww::logarithmic(1e-3, 1e3, 40), 1 + i, 0.4 + 0.05 * i, 1, 0)
                              .add_noise(0.01, 1 + static_cast<std::uint64_t>(i));
        y.insert(y.end(), each.y.begin(), each.y.end());
        x = each.x;
    }
    const auto stack =
        with_coordinate(Array::from<double>("y", {{"sample", 12}, {"time", 40}}, "1", y), "time", {{"time", 40}}, "s", x);
    const auto one = run_plugin("kww_fit", Json::object(), {{"data", stack}}, along("time", 1));
    const auto seven = run_plugin("kww_fit", Json::object(), {{"data", stack}}, along("time", 7));
    for (const auto& [port, array] : one) CHECK(same_bits(array, seven.at(port)));
}
