// SPDX-License-Identifier: BSD-3-Clause
// The fit as a recipe meets it: units, weights, contrasts per item, masks, refusals, and the project's XPCS reference data.
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Doubles = std::vector<double>;
using Inputs = std::map<std::string, Array>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr Index lags = 20;

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

/// contrast exp(-2 rate k / 2) for each rate, at the delays k / 2 (k = 0, 1, …); the lag 0 is far off.
Array g2_of(Dims loop, const Doubles& rates, double contrast = 0.3, double sigma = 0, const std::string& unit = "us") {
    Doubles delay, values, variances;
    for (Index k = 0; k < lags; ++k) delay.push_back(0.5 * static_cast<double>(k));
    for (const double rate : rates)
        for (const double each : delay) {
            values.push_back(each == 0 ? 9 : contrast * std::exp(-2 * rate * each));
            if (sigma > 0) variances.push_back(sigma * sigma * (1 + each));
        }
    loop.push_back({"delay", lags});
    return with_coordinate(Array::from<double>("g2", loop, "1", values, variances), "delay", {{"delay", lags}}, unit, delay);
}

auto fit_of(const Array& g2, const Json& with = Json::object(), Inputs more = {}, const RunPluginOptions& options = {}) {
    more.emplace("g2", g2);
    return run_plugin("g2_fit", with, more, options);
}

std::string refusal(const Array& g2, const Json& with = Json::object(), const Inputs& more = {}) {
    return error_of([&] { fit_of(g2, with, more); });
}

Array numbers(const Dims& dims, const Doubles& values, const Doubles& variances = {}) {
    return Array::from<double>("numbers", dims, "1", values, variances);
}

}  // namespace

TEST_CASE("outputs, their units, and facts") {
    const auto out = fit_of(g2_of({{"roi", 2}, {"age", 1}}, {0.1, 0.4}));
    CHECK(to_text(out.at("rate").dims()) == "[roi: 2, age: 1]");
    CHECK(to_text(out.at("curve").dims()) == "[roi: 2, age: 1, delay: 20]");
    CHECK(out.at("rate").unit().text() == "1/us");
    CHECK(values_of(out.at("rate"))[0] == near(0.1, 1e-10));
    CHECK(values_of(out.at("rate"))[1] == near(0.4, 1e-10));
    CHECK(values_of(out.at("contrast"))[1] == near(0.3, 1e-10));
    CHECK(values_of(out.at("exponent"))[0] == 1);
    CHECK(values_of(out.at("baseline"))[0] == 0);
    CHECK(values_of(out.at("points"))[0] == 19);
    CHECK(values_of(out.at("status"))[0] == 0);
    CHECK(values_of(out.at("curve"))[0] == near(0.3, 1e-10));  // at delay 0
    CHECK(variances_of(out.at("exponent"))[0] == 0);
    const auto& facts = out.at("rate").description().facts;
    CHECK(to_text(facts.at("model")) == "exponential");
    CHECK(to_text(facts.at("weights")) == "none");
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) ==
          "0 ok, 1 no_decay, 2 decayed_before_first_lag, 3 too_few_lags, 4 bound_hit, 5 not_converged, 6 no_contrast");
}

TEST_CASE("limits of the delay carry their own unit, and include the lags on them") {
    const auto out = fit_of(g2_of({}, {0.1}), {{"first_delay", "1000 ns"}, {"last_delay", 5}});
    CHECK(out.at("points").scalar() == 9);  // 1, 1.5, … 5 us
    const auto seconds = fit_of(g2_of({}, {0.1}, 0.3, 0, "s"), {{"last_delay", 5e6}});
    CHECK(seconds.at("points").scalar() == 10);
    CHECK(seconds.at("rate").unit().text() == "1/s");
}

TEST_CASE("weights: of g2, or of errors when connected, whose values are not used and which need no replicates") {
    auto g2 = g2_of({{"replicate", 3}}, {0.1, 0.11, 0.12}, 0.3, 0.01);
    const Dims dims{{"delay", lags}};
    const auto errors = numbers(dims, Doubles(lags, unknown), Doubles(lags, 4e-6));
    const auto own = fit_of(g2), other = fit_of(g2, Json::object(), {{"errors", errors}});
    CHECK(to_text(own.at("rate").description().facts.at("weights")) == "g2");
    CHECK(to_text(other.at("rate").description().facts.at("weights")) == "errors");
    CHECK(values_of(other.at("rate"))[2] == near(0.12, 1e-10));
    // Equal weights of 0.002: as fitted to g2 with these variances
    auto equal = g2_of({}, {0.12});
    equal = with_coordinate(Array::from<double>("g2", dims, "1", values_of(equal), Doubles(lags, 4e-6)), "delay", dims, "us",
                            equal.description().coordinate("delay")->values->as_float64());
    CHECK(variances_of(other.at("rate"))[2] == variances_of(fit_of(equal).at("rate"))[0]);
    CHECK(variances_of(other.at("rate"))[2] != variances_of(own.at("rate"))[2]);
}

TEST_CASE("masked lags of either input are left out and counted") {
    std::vector<bool> first(lags, false), second(lags, false);
    first[2] = first[3] = second[3] = second[4] = true;
    const Dims dims{{"delay", lags}};
    const auto g2 = with_mask(g2_of({}, {0.1}, 0.3, 0.01), "no_pairs", dims, first);
    const auto errors = with_mask(numbers(dims, Doubles(lags, 0), Doubles(lags, 1e-6)), "no_pairs", dims, second);
    CHECK(fit_of(g2).at("points").scalar() == 17);
    CHECK(fit_of(g2, Json::object(), {{"errors", errors}}).at("points").scalar() == 16);
}

TEST_CASE("a contrast for all, or one per item from a step, taken as exact") {
    const auto one = fit_of(g2_of({}, {0.1}, 0.3, 0.001), {{"contrast", 0.3}});
    CHECK(one.at("contrast").scalar() == 0.3);
    CHECK(variances_of(one.at("contrast"))[0] == 0);

    const auto g2 = g2_of({{"roi", 4}}, {0.1, 0.1, 0.1, 0.1}, 0.3, 0.001);
    const auto contrast = numbers({{"roi", 4}}, {0.3, 0.32, unknown, -0.01}, {1e-4, 1e-4, 1e-4, 1e-4});
    const auto out = fit_of(g2, Json::object(), {{"contrasts", contrast}}, {.per_item = {{"contrast", "contrasts"}}});
    CHECK(values_of(out.at("status")) == Doubles{0, 0, 6, 6});
    CHECK(values_of(out.at("contrast"))[1] == 0.32);
    CHECK(variances_of(out.at("contrast"))[1] == 0);
    CHECK(out.at("rate").description().correlated_over.empty());  // one contrast for several items would be no matter
    CHECK(values_of(out.at("rate"))[0] == near(0.1, 1e-10));
    CHECK(values_of(out.at("rate"))[1] > 0.1);
    CHECK(variances_of(out.at("rate"))[0] == variances_of(one.at("rate"))[0]);  // without that of the contrast
    CHECK(std::isnan(values_of(out.at("rate"))[2]));
    CHECK(std::isnan(values_of(out.at("contrast"))[3]));
}

TEST_CASE("each status reaches its item, and the others are not disturbed") {
    const auto out = fit_of(g2_of({{"roi", 4}}, {0.1, 0, 100, 0.2}, 0.3, 0.002), {{"contrast", 0.3}});
    CHECK(values_of(out.at("status")) == Doubles{0, 1, 2, 0});
    CHECK(values_of(out.at("rate"))[3] == near(0.2, 1e-10));
    CHECK(std::isnan(values_of(out.at("rate"))[2]));
}

TEST_CASE("kww with a free baseline") {
    const Dims dims{{"delay", 40}};
    Doubles delay, values;
    for (int k = 0; k < 40; ++k) {
        delay.push_back(k);
        values.push_back(0.05 + 0.2 * std::exp(-2 * std::pow(0.2 * k, 0.8)));
    }
    const auto g2 = with_coordinate(Array::from<double>("g2", dims, "1", values), "delay", dims, "ms", delay);
    const auto out = fit_of(g2, {{"model", "kww"}, {"baseline", nullptr}});
    CHECK(out.at("rate").scalar() == near(0.2, 1e-9));
    CHECK(out.at("exponent").scalar() == near(0.8, 1e-9));
    CHECK(out.at("baseline").scalar() == near(0.05, 1e-9));
    CHECK(variances_of(out.at("exponent"))[0] < 1e-15);
    CHECK(fit_of(g2, {{"model", "kww"}, {"baseline", nullptr}, {"largest_exponent", 0.7}}).at("status").scalar() == 4);
}

TEST_CASE("a stack is fitted as each alone, with the same bits on any number of threads") {
    Doubles rates;
    for (int k = 0; k < 60; ++k) rates.push_back(0.01 * (k + 1));
    const auto stack = g2_of({{"roi", 60}}, rates, 0.3, 0.01);
    const auto one = fit_of(stack, Json::object(), {}, {.threads = 1});
    for (const int threads : {2, 7}) {
        const auto more = fit_of(stack, Json::object(), {}, {.threads = threads});
        for (const auto& [port, array] : one) {
            CAPTURE(port);
            CHECK(same_bits(array, more.at(port)));
        }
    }
    for (const Index i : {0, 17, 59}) {
        const auto alone = fit_of(stack.slice(i, i + 1));
        CHECK(values_of(alone.at("rate"))[0] == values_of(one.at("rate"))[static_cast<std::size_t>(i)]);
        CHECK(variances_of(alone.at("rate"))[0] == variances_of(one.at("rate"))[static_cast<std::size_t>(i)]);
    }
}

TEST_CASE("what cannot be fitted is refused with the reason") {
    const auto g2 = g2_of({}, {0.1});
    CHECK(refusal(g2_of({}, {0.1}, 0.3, 0, "nm")) ==
          Contains("coordinate 'delay' of input 'g2' from 'g2.data' has the unit 'nm'; one that converts to 's' is needed"));
    CHECK(refusal(numbers({{"delay", 3}}, {1, 2, 3})) ==
          Contains("input 'g2' from 'g2.data' has no coordinate 'delay', which this step needs"));
    CHECK(refusal(g2, Json::object(), {{"errors", numbers({{"delay", lags}}, Doubles(lags, 1))}}) == Contains("variances"));
    CHECK(refusal(g2, {{"contrast", 0}}) == Contains("contrast = 0"));
    CHECK(refusal(g2, {{"first_delay", "2 us"}, {"last_delay", "1 us"}}) ==
          Contains("first_delay = 2, must be below last_delay = 1."));
    CHECK(refusal(g2, {{"smallest_exponent", 3}}) == Contains("smallest_exponent = 3, must be below largest_exponent = 2.5."));
    CHECK(refusal(g2, {{"first_delay", "1 nm"}}) == Contains("first_delay"));
    CHECK(refusal(g2, {{"model", "streched"}}) == Contains("model"));
}

TEST_CASE("the project's XPCS reference: rates and standard errors of an independent calculation") {
    for (const std::string set : {"devA_counts", "devB_artifact", "devC_sparse"}) {
        const auto file = shared_data("xpcs/" + set + ".ref.h5");
        if (!file) return;
        CAPTURE(set);
        const auto read = [&](const std::string& name, const Json& dims, const Json& more = Json::object()) {
            Json with{{"file", file->string()}, {"path", "/" + name}, {"dims", dims}, {"unit", "1"}};
            with.update(more);
            return run_plugin("hdf5_source", with, {}).at("data");
        };
        const Json delay{{"delay", {{"path", "/tau"}, {"dims", {"delay"}}, {"unit", "us"}}}};
        const auto g2 = read("g2m1", {"roi", "age", "delay"}, {{"errors", "/g2_se"}, {"coordinates", delay}});
        const auto beta = read("beta", {"roi", "kind"}).select("kind", 1, 1, 1);
        const auto contrast = numbers({{"roi", beta.dims()[0].size}}, values_of(beta));
        const auto compare = [&](const std::map<std::string, Array>& out, const std::string& reference) {
            const auto expected = values_of(read(reference, {"roi", "age", "what"}));
            const auto rate = values_of(out.at("rate")), variance = variances_of(out.at("rate"));
            const auto found = values_of(out.at("contrast")), status = values_of(out.at("status"));
            REQUIRE(expected.size() == 6 * rate.size());
            for (std::size_t i = 0; i < rate.size(); ++i) {
                CAPTURE(i);
                CHECK(status[i] == 0);
                CHECK(rate[i] == near(expected[6 * i], 1e-3));
                CHECK(std::sqrt(variance[i]) == near(expected[6 * i + 1], 1e-3));
                CHECK(found[i] == near(expected[6 * i + 2], 1e-3));
            }
        };
        compare(fit_of(g2, Json::object(), {{"contrasts", contrast}}, {.per_item = {{"contrast", "contrasts"}}}), "fit_fixed");
        compare(fit_of(g2), "fit_free");
    }
}
