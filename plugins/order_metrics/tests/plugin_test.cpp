// SPDX-License-Identifier: BSD-3-Clause
// Order metrics as a recipe meets them: units, where variances come from, series, masks, facts and refusals.
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Doubles = std::vector<double>;

constexpr double pi = std::numbers::pi;

Doubles grid(double first, double step, int count) {
    Doubles out;
    for (int i = 0; i < count; ++i) out.push_back(first + step * i);
    return out;
}

const Doubles r = grid(0, 0.05, 401), q = grid(0.5, 0.05, 400);

/// One shell of `neighbours` at 2.8 angstrom, then a damped wave.
double reduced_at(double x, double neighbours) {
    const double u = (x - 2.8) / 0.15, shell = neighbours / (2.8 * 0.15 * std::sqrt(2 * pi)) * std::exp(-u * u / 2);
    return x < 3.6 ? (x > 0 ? shell * 2.8 / x : 0) - 4 * pi * 0.05 * x : 2 * std::exp(-x / 5) * std::sin(2.7 * (x - 3.6));
}

Array curve(const Dims& dims, const Doubles& values, const Doubles& variances = {}, const std::string& unit = "1/angstrom^2") {
    return with_coordinate(Array::from<double>("G", dims, unit, values, variances), "r", {{"r", 401}}, "angstrom", r);
}

Doubles values_for(double neighbours) {
    Doubles out;
    for (const double each : r) out.push_back(reduced_at(each, neighbours));
    return out;
}

const Doubles one = values_for(12);
const Array bare = curve({{"r", 401}}, one);

Array transformed(const Array& array) {
    return with_fact(with_fact(array, "q_max", NumberFact{20.45, Unit::parse("1/angstrom")}), "window", std::string("lorch"));
}

Array structure_factor(double sigma) {
    const Dims dims{{"q", 400}};
    return with_coordinate(
        Array::from<double>("S", dims, "1", Doubles(400, 1.0), sigma > 0 ? Doubles(400, sigma * sigma) : Doubles()), "q", dims,
        "1/angstrom", q);
}

/// The variance of G at a point by the sum over q.
double variance_at(double x, double sigma) {
    double sum = 0;
    for (std::size_t k = 0; k < q.size(); ++k) {
        const double weight = k == 0 || k + 1 == q.size() ? 0.025 : 0.05, u = pi * q[k] / 20.45;
        sum += std::pow(2 / pi * weight * q[k] * std::sin(u) / u * sigma * std::sin(q[k] * x), 2);
    }
    return sum;
}

auto order_of(const std::map<std::string, Array>& inputs, const Json& with = Json::object(),
              const RunPluginOptions& options = {}) {
    return run_plugin("order_metrics", with, inputs, options);
}

std::string refusal(const std::map<std::string, Array>& inputs, const Json& with = Json::object()) {
    return error_of([&] { order_of(inputs, with); });
}

const Json fixed{{"coordination", "limits"}, {"coordination_from", 2.0}, {"coordination_to", 3.5}, {"number_density", 0.05}};

}  // namespace

TEST_CASE("values, units and facts without variances") {
    const auto out = order_of({{"reduced", bare}}, fixed);
    CHECK(out.at("coordination_number").scalar() == Approx(12).epsilon(1e-5));  // the shell ends 4.7 standard deviations away
    CHECK(out.at("coordination_number").unit().text() == "1");
    CHECK(out.at("first_peak_position").scalar() == Approx(2.786).epsilon(2e-3));
    CHECK(out.at("first_peak_position").unit().text() == "angstrom");
    CHECK(out.at("first_peak_height").unit().text() == "1/angstrom^2");
    CHECK(out.at("first_peak_width").unit().text() == "angstrom");
    CHECK(out.at("decay_length").scalar() == Approx(5).epsilon(5e-3));
    CHECK(out.at("short_range_order").unit().text() == "1/angstrom^2");
    CHECK(out.at("peak_position").dims().front().size == 8);
    CHECK(out.at("peak_count").scalar() == 2);
    CHECK(order_of({{"reduced", bare}}, {{"smallest_prominence", 0.01}}).at("peak_count").scalar() > 5);
    CHECK(out.at("status").scalar() == 0);
    CHECK(out.at("status").dtype() == DType::int8);
    for (const char* port : {"short_range_order", "coordination_number", "first_peak_position", "decay_length", "peak_height"}) {
        CAPTURE(port);
        CHECK_FALSE(out.at(port).description().variances);
        CHECK(to_text(out.at(port).description().facts.at("uncertainty_from")) == "none");
    }
    CHECK(std::isnan(out.at("short_range_noise").scalar()));
    CHECK(mask_of(out.at("short_range_noise"), "no_value") == std::vector<int>{1});
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) == "0 ok, 1 no_peak, 2 at_edge, 3 not_determined");
    CHECK(to_text(out.at("coordination_number").description().facts.at("coordination")) == "limits");
}

TEST_CASE("variances from the structure factor are those of the sum over q") {
    const auto g = transformed(bare), s = structure_factor(0.01);
    const auto out = order_of({{"reduced", g}, {"structure_factor", s}}, fixed);
    // N = sum of r dr G between points of the grid, so its variance is that of sum_j w_j r_j sin(q r_j).
    double expected = 0;
    for (std::size_t k = 0; k < q.size(); ++k) {
        double sum = 0;
        for (std::size_t j = 40; j <= 70; ++j) sum += (j == 40 || j == 70 ? 0.025 : 0.05) * r[j] * std::sin(q[k] * r[j]);
        const double weight = k == 0 || k + 1 == q.size() ? 0.025 : 0.05, u = pi * q[k] / 20.45;
        expected += std::pow(2 / pi * weight * q[k] * std::sin(u) / u * 0.01 * sum, 2);
    }
    CHECK(variances_of(out.at("coordination_number"))[0] == Approx(expected).epsilon(1e-8));
    CHECK(to_text(out.at("coordination_number").description().facts.at("uncertainty_from")) == "structure_factor");
    double noise = 0;  // the mean by trapezoids
    for (std::size_t j = 40; j <= 100; ++j) noise += (j == 40 || j == 100 ? 0.5 : 1) * variance_at(r[j], 0.01) / 60;
    CHECK(out.at("short_range_noise").scalar() == Approx(std::sqrt(noise)).epsilon(1e-8));
    const double raw = order_of({{"reduced", bare}}).at("short_range_order").scalar();
    CHECK(out.at("short_range_order").scalar() == Approx(std::sqrt(raw * raw - noise)).epsilon(1e-10));
    for (const char* port : {"first_peak_position", "first_peak_height", "first_peak_width", "medium_range_order", "decay_length",
                             "decay_amplitude"}) {
        CAPTURE(port);
        CHECK(variances_of(out.at(port))[0] > 0);
    }
    CHECK(variances_of(out.at("peak_height"))[0] == variances_of(out.at("first_peak_height"))[0]);
}

TEST_CASE("q in 1/nm, r and G in nm: the same numbers") {
    const auto g = transformed(bare);
    const auto expected = order_of({{"reduced", g}, {"structure_factor", structure_factor(0.01)}}, fixed);
    Doubles q_nm, r_nm, g_nm;
    for (const double each : q) q_nm.push_back(10 * each);
    for (const double each : r) r_nm.push_back(each / 10);
    for (const double each : one) g_nm.push_back(100 * each);
    const Dims dims{{"q", 400}}, dims_r{{"r", 401}};
    const auto s =
        with_coordinate(Array::from<double>("S", dims, "1", Doubles(400, 1.0), Doubles(400, 1e-4)), "q", dims, "1/nm", q_nm);
    const auto in_nm = transformed(with_coordinate(Array::from<double>("G", dims_r, "1/nm^2", g_nm), "r", dims_r, "nm", r_nm));
    const auto out = order_of({{"reduced", in_nm}, {"structure_factor", s}}, fixed);
    for (const char* port :
         {"short_range_order", "coordination_number", "first_peak_position", "first_peak_width", "decay_length"}) {
        CAPTURE(port);
        CHECK(out.at(port).scalar() == Approx(expected.at(port).scalar()).epsilon(1e-9));
        CHECK(variances_of(out.at(port))[0] == Approx(variances_of(expected.at(port))[0]).epsilon(1e-8));
    }
}

TEST_CASE("variances of G alone") {
    const auto with = curve({{"r", 401}}, one, Doubles(401, 1e-4));
    const auto known = order_of({{"reduced", transformed(with)}}, fixed);
    CHECK(to_text(known.at("short_range_order").description().facts.at("uncertainty_from")) ==
          "variances of G, correlated as by errors of S that are the same at all q");
    CHECK(variances_of(known.at("coordination_number"))[0] > 0);
    CHECK(known.at("short_range_noise").scalar() == Approx(0.01).epsilon(1e-12));
    // Without q_max nobody knows what neighbours share: no variances, but the noise is still taken off.
    const auto unknown = order_of({{"reduced", with}}, fixed);
    CHECK_FALSE(unknown.at("coordination_number").description().variances);
    CHECK(unknown.at("short_range_order").scalar() == known.at("short_range_order").scalar());
    CHECK(unknown.at("short_range_noise").scalar() == Approx(0.01).epsilon(1e-12));
    Json parameters = fixed;
    parameters["q_max"] = "204.5 1/nm";
    CHECK(order_of({{"reduced", with}}, parameters).at("coordination_number").description().variances);
}

TEST_CASE("a series over temperature, with the density of each member") {
    Doubles values;
    for (const double neighbours : {12.0, 11.0, 13.0}) {
        const auto each = values_for(neighbours);
        values.insert(values.end(), each.begin(), each.end());
    }
    const Dims dims{{"temperature", 3}, {"r", 401}};
    const auto series = transformed(curve(dims, values));
    const auto density =
        Array::from<double>("density", {{"temperature", 3}}, "1/angstrom^3", Doubles{0.05, 0.05, 0.051}, Doubles{0, 1e-6, 0});
    const Json with{{"coordination", "limits"}, {"coordination_from", 2.0}, {"coordination_to", 3.5}};
    const auto out = order_of({{"reduced", series}, {"structure_factor", structure_factor(0.01)}, {"density", density}}, with,
                              {.per_item = {{"number_density", "density"}}});
    const auto numbers = values_of(out.at("coordination_number"));
    const double volume = 4 * pi / 3 * (3.5 * 3.5 * 3.5 - 8);
    CHECK(numbers[0] == Approx(12).epsilon(1e-5));
    CHECK(numbers[1] == Approx(11).epsilon(1e-5));
    CHECK(numbers[2] == Approx(13 + 0.001 * volume).epsilon(1e-4));
    const auto variances = variances_of(out.at("coordination_number"));
    CHECK(variances[1] - variances[0] == Approx(volume * volume * 1e-6).epsilon(1e-3));
    CHECK(to_text(out.at("peak_position").dims()) == "[temperature: 3, peak: 8]");
    const auto again = order_of({{"reduced", series}, {"structure_factor", structure_factor(0.01)}, {"density", density}}, with,
                                {.threads = 1, .per_item = {{"number_density", "density"}}});
    for (const auto& [port, array] : out) CHECK(same_bits(array, again.at(port)));
}

TEST_CASE("without density there is no coordination number, and rules that need one are refused") {
    const auto out = order_of({{"reduced", bare}});
    CHECK(mask_of(out.at("coordination_number"), "no_value") == std::vector<int>{1});
    CHECK(out.at("status").scalar() == 0);
    CHECK(refusal({{"reduced", bare}}, {{"coordination", "symmetric_total"}}) ==
          Contains("a coordination number needs number_density, in atoms per cubic angstrom. Give it"));
    CHECK(refusal({{"reduced", bare}}, {{"coordination", "limits"}, {"number_density", 0.05}}) ==
          Contains("coordination is limits, which needs coordination_from and coordination_to."));
    CHECK(refusal({{"reduced", bare}}, {{"coordination_to", 3.0}, {"number_density", 0.05}}) ==
          Contains("coordination_to is given, which is used by coordination = limits alone."));
    CHECK(refusal({{"reduced", bare}}, {{"number_density", -1}}) == Contains("number_density = -1, must be above 0"));
}

TEST_CASE("masked, NaN and no peak") {
    const auto masked = with_mask(bare, "beamstop", {{"r", 401}}, std::vector<bool>(401, true));
    const auto out = order_of({{"reduced", masked}}, fixed);
    CHECK(out.at("points_left_out").scalar() == 401);
    CHECK(out.at("status").scalar() == 1);
    for (const char* port : {"short_range_order", "medium_range_order", "first_peak_position", "first_peak_width",
                             "coordination_number", "decay_length"}) {
        CAPTURE(port);
        CHECK(std::isnan(out.at(port).scalar()));
        CHECK(mask_of(out.at(port), "no_value") == std::vector<int>{1});
    }
    Doubles holed = one;
    holed[200] = std::numeric_limits<double>::quiet_NaN();
    const auto rest = order_of({{"reduced", curve({{"r", 401}}, holed)}}, fixed);
    CHECK(rest.at("points_left_out").scalar() == 1);
    CHECK(rest.at("medium_range_order").scalar() ==
          Approx(order_of({{"reduced", bare}}).at("medium_range_order").scalar()).epsilon(0.01));
}

TEST_CASE("what cannot be done is refused with the reason") {
    const auto s = structure_factor(0.01);
    CHECK(refusal({{"reduced", bare}}, {{"medium_range", Json::array({5, 25})}}) ==
          Contains("medium_range = [5, 25] angstrom, but r goes from 0 to 20. Choose a range inside"));
    CHECK(refusal({{"reduced", bare}}, {{"short_range", Json::array({5, 2})}}) ==
          Contains("short_range = [5, 2], must increase."));
    CHECK(refusal({{"reduced", bare}, {"structure_factor", s}}) ==
          Contains("need the q_max that G was made with, and 'reduced' has no fact 'q_max'. Give the parameter q_max."));
    CHECK(refusal({{"reduced", bare}, {"structure_factor", s}}, {{"q_max", 20}}) ==
          Contains("need the window that G was made with, and 'reduced' has no fact 'window'."));
    CHECK(refusal({{"reduced", bare}, {"structure_factor", s}}, {{"q_max", 20}, {"window", "gaussian"}}) ==
          Contains("Give the parameter window_width."));
    CHECK(refusal({{"reduced", with_fact(transformed(bare), "window", std::string("hann"))}, {"structure_factor", s}}) ==
          Contains("'hann', which is no window that is known here."));
    CHECK(refusal({{"reduced", bare}, {"structure_factor", s}}, {{"q_max", 0.2}, {"window", "none"}}) ==
          Contains("only 0 points of the structure factor lie between q_min = 0 and q_max = 0.2"));
    CHECK(refusal({{"reduced", curve({{"r", 401}}, one, {}, "nm")}}) == Contains("1/angstrom^2"));
    CHECK(order_of({{"reduced", bare}}, {{"medium_range", nullptr}, {"short_range", nullptr}, {"decay_range", nullptr}})
              .at("status")
              .scalar() == 0);
}
