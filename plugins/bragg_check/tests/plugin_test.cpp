// SPDX-License-Identifier: BSD-3-Clause
// The check as a recipe meets it: units, places, masks, series, statuses and refusals.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "simulated.hpp"
#include "support/arrays.hpp"
#include "support/run_plugin.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using bragg_check::test::Bragg;
using bragg_check::test::glass;
using doctest::Approx;
using Doubles = std::vector<double>;

const std::vector<Bragg> two_lines{{3.3, 6000, 0.05}, {9, 2000, 0.06}};

/// A glass, and the same with two lines, at two temperatures.
Array series(const std::string& unit = "1/angstrom", double factor = 1, bool variances = true) {
    const auto cold = glass(0.02, 1, 1, {}, 12), hot = glass(0.02, 1, 2, two_lines, 12);
    Doubles q = cold.q, y = cold.y, v = cold.variances;
    y.insert(y.end(), hot.y.begin(), hot.y.end());
    v.insert(v.end(), hot.variances.begin(), hot.variances.end());
    for (double& each : q) each *= factor;
    const auto n = static_cast<Index>(q.size());
    const auto data = Array::from<double>("I", {{"temperature", 2}, {"q", n}}, "counts", y, variances ? v : Doubles{});
    return with_coordinate(data, "q", {{"q", n}}, unit, q);
}

auto run_on(const Array& data, const Json& with = Json::object(), int threads = 2) {
    RunPluginOptions options;
    options.threads = threads;
    return run_plugin("bragg_check", with, {{"intensity", data}}, options);
}

}  // namespace

TEST_CASE("a series: which temperatures are amorphous, and the lines of the others") {
    const auto out = run_on(series(), {{"max_lines", 4}});
    CHECK(to_text(out.at("status").dims()) == "[temperature: 2]");
    CHECK(values_of(out.at("status")) == Doubles{0, 1});
    CHECK(values_of(out.at("lines")) == Doubles{0, 2});
    CHECK(values_of(out.at("largest_significance"))[0] < 5);
    CHECK(values_of(out.at("largest_significance"))[1] > 5);
    CHECK(to_text(out.at("line_position").dims()) == "[temperature: 2, line: 4]");
    CHECK(out.at("line_position").unit().text() == "1/angstrom");
    CHECK(out.at("line_height").unit().text() == "count");
    CHECK(values_of(out.at("line_position"))[4] == Approx(3.3).epsilon(0.001));
    CHECK(values_of(out.at("line_position"))[5] == Approx(9).epsilon(0.001));
    CHECK(values_of(out.at("line_height"))[5] == Approx(2000).epsilon(0.1));
    CHECK(values_of(out.at("line_width"))[5] == Approx(0.06).epsilon(0.15));
    CHECK(variances_of(out.at("line_position"))[5] > 0);
    CHECK(mask_of(out.at("line_position"), "no_line") == std::vector<int>{1, 1, 1, 1, 0, 0, 1, 1});
    CHECK(std::isnan(values_of(out.at("line_significance"))[6]));
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) == "0 amorphous, 1 crystalline, 2 not_determined");
    CHECK(to_text(out.at("line_height").description().facts.at("uncertainty_from")) == "propagated");
    const auto plain = run_on(series("1/angstrom", 1, false));
    CHECK(values_of(plain.at("status")) == Doubles{0, 1});
    CHECK(to_text(plain.at("line_height").description().facts.at("uncertainty_from")) == "scatter");
}

TEST_CASE("q in 1/nm gives the same lines, in 1/nm; limits have a unit") {
    const auto here = run_on(series()), there = run_on(series("1/nm", 10), {{"widest", "0.15 1/angstrom"}});
    CHECK(there.at("line_position").unit().text() == "1/nm");
    const auto a = values_of(here.at("line_position")), b = values_of(there.at("line_position"));
    CHECK(b[33] == Approx(10 * a[33]).epsilon(1e-8));
    CHECK(values_of(there.at("largest_significance"))[1] == Approx(values_of(here.at("largest_significance"))[1]).epsilon(1e-8));
    const auto part = run_on(series(), {{"q_min", "50 1/nm"}, {"q_max", 8.5}});
    CHECK(values_of(part.at("status")) == Doubles{0, 0});
}

TEST_CASE("masked points are not there; a curve of nothing else is not determined") {
    const auto data = series();
    const auto n = data.dims()[1].size;
    std::vector<bool> masked;
    for (Index i = 0; i < n; ++i) masked.push_back(std::abs(0.8 + 0.02 * static_cast<double>(i) - 3.3) < 0.2);
    const auto out = run_on(with_mask(data, "bad", {{"q", n}}, masked));
    CHECK(values_of(out.at("lines")) == Doubles{0, 1});
    const auto none = run_on(with_mask(data, "bad", {{"q", n}}, std::vector<bool>(static_cast<std::size_t>(n), true)));
    CHECK(values_of(none.at("status")) == Doubles{2, 2});
    CHECK(std::isnan(values_of(none.at("largest_significance"))[0]));
    CHECK(values_of(none.at("points_searched")) == Doubles{0, 0});
}

TEST_CASE("refusals") {
    const auto refusal = [](const Json& with) { return error_of([&] { run_on(series(), with); }); };
    CHECK(refusal({{"widest", 0.2}, {"narrowest_halo", 0.3}}) ==
          Contains("narrowest_halo = 0.3, must be at least twice widest = 0.2: else a line cannot be told from a halo."));
    CHECK(refusal({{"q_min", 3}, {"q_max", 2}}) == Contains("q_min = 3, must be below q_max = 2."));
    CHECK(refusal({{"widest", "1 nm"}}) == Contains("widest"));
    CHECK(error_of([&] { run_on(with_fact(series(), "smoothed", Fact{"savitzky_golay"})); }) ==
          Contains("Connect the raw curve"));
}

TEST_CASE("the same bits for any number of threads") {
    const auto one = run_on(series(), Json::object(), 1), five = run_on(series(), Json::object(), 5);
    for (const auto& [port, array] : one) CHECK(same_bits(array, five.at(port)));
}
