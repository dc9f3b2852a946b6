// SPDX-License-Identifier: BSD-3-Clause
// g2 as a recipe meets it: axes, windows, masks, units, refusals, and the XPCS reference sets.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/run_recipe.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Doubles = std::vector<double>;

auto g2_of(const Array& correlation, const Json& with = Json::object(), const RunPluginOptions& options = {}) {
    return run_plugin("g2", with, {{"correlation", correlation}}, options);
}

std::string refusal(const Array& correlation, const Json& with = Json::object()) {
    return error_of([&] { g2_of(correlation, with); });
}

Doubles equal_times(Index n, double start, double step) {
    Doubles times;
    for (Index k = 0; k < n; ++k) times.push_back(start + step * static_cast<double>(k));
    return times;
}

Array with_times(const Array& correlation, const Doubles& t1, const Doubles& t2, const std::string& unit = "us",
                 const std::string& unit2 = "us") {
    return with_coordinate(with_coordinate(correlation, "t1", {{"t1", static_cast<Index>(t1.size())}}, unit, t1), "t2",
                           {{"t2", static_cast<Index>(t2.size())}}, unit2, t2);
}

/// [t1: 4, t2: 4]; the diagonals above the main one are 1 2 3, 10 20 and 100; those below must not be used.
Array small(const Doubles& variances = {}) {
    const Doubles values{7,  1,  10, 100,  //
                         99, 7,  2,  20,   //
                         99, 99, 7,  3,    //
                         99, 99, 99, 7};
    return with_times(Array::from<double>("C", {{"t1", 4}, {"t2", 4}}, "1", values, variances), equal_times(4, 1, 0.5),
                      equal_times(4, 1, 0.5));
}

const Doubles& axis(const Array& array, const std::string& name) {
    static Doubles values;
    return values = array.description().coordinate(name)->values->as_float64();
}

Array dataset(const std::filesystem::path& file, const std::string& path, const std::vector<std::string>& dims) {
    const Json source{
        {"use", "hdf5_source"},
        {"with", {{"file", std::filesystem::absolute(file).string()}, {"path", path}, {"dims", dims}, {"unit", "1"}}}};
    return run_recipe(recipe_of({{"read", source}}, {"read.data"})).at("read.data");
}

void check_against(const std::filesystem::path& file) {
    CAPTURE(file.filename().string());
    const auto correlation = dataset(file, "/C", {"roi", "t1", "t2"});
    const auto expected = values_of(dataset(file, "/g2m1", {"roi", "age", "delay"})),
               tau = values_of(dataset(file, "/tau", {"delay"})), tbar = values_of(dataset(file, "/tbar", {"age"})),
               given = values_of(dataset(file, "/windows", {"age", "end"}));
    std::vector<std::size_t> order(tbar.size());  // one set has its windows in another order
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return tbar[a] < tbar[b]; });
    Json windows = Json::array();
    for (const auto w : order) windows.push_back({static_cast<Index>(given[2 * w]), static_cast<Index>(given[2 * w + 1])});
    const auto pulses = correlation.dims()[1].size;
    const auto times = equal_times(pulses, 0, tau[1]);
    const auto out = g2_of(with_times(correlation, times, times), {{"windows", windows}});
    const auto got = values_of(out.at("g2")), delays = axis(out.at("g2"), "delay"), ages = axis(out.at("g2"), "age");
    REQUIRE(delays.size() == tau.size());
    for (std::size_t k = 0; k < tau.size(); ++k) CHECK(delays[k] == Approx(tau[k]).epsilon(1e-12));
    for (std::size_t w = 0; w < order.size(); ++w) CHECK(ages[w] == Approx(tbar[order[w]]).epsilon(1e-12));
    const auto rois = static_cast<std::size_t>(correlation.dims()[0].size), n_ages = tbar.size(), n_delays = tau.size();
    REQUIRE(got.size() == rois * n_ages * n_delays);
    double worst = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
        const double want = expected[(i / (n_ages * n_delays) * n_ages + order[i / n_delays % n_ages]) * n_delays + i % n_delays];
        CHECK(std::isnan(got[i]) == std::isnan(want));
        if (!std::isnan(want)) worst = std::max(worst, std::abs(got[i] - want));
    }
    CHECK(worst < 1e-12);  // sums of up to 50 numbers of at most 30
}

}  // namespace

TEST_CASE("one window of all pulses by default: age, delay, pairs, units and facts") {
    const auto out = g2_of(small(Doubles(16, 0.6)));
    const auto& g2 = out.at("g2");
    CHECK(to_text(g2.dims()) == "[age: 1, delay: 4]");
    CHECK(values_of(g2) == Doubles{7, 2, 15, 100});
    const Doubles variances{0.15, 0.2, 0.3, 0.6};  // 0.6 / n
    for (std::size_t k = 0; k < 4; ++k) CHECK(variances_of(g2)[k] == Approx(variances[k]).epsilon(1e-14));
    CHECK(values_of(out.at("pairs")) == Doubles{4, 3, 2, 1});
    CHECK(out.at("pairs").dtype() == DType::int64);
    CHECK(axis(g2, "age") == Doubles{1.75});
    CHECK(axis(g2, "age_first") == Doubles{1});
    CHECK(axis(g2, "age_last") == Doubles{2.5});
    CHECK(axis(g2, "delay") == Doubles{0, 0.5, 1, 1.5});
    CHECK(g2.description().coordinate("delay")->values->unit().text() == "us");
    CHECK(g2.unit().text() == "1");
    CHECK(to_text(g2.description().facts.at("baseline")) == to_text(Fact(NumberFact{0, Unit::parse("1")})));
}

TEST_CASE("windows: the lags beyond a shorter one are masked") {
    const auto out = g2_of(small(), {{"windows", {{0, 1}, {1, 3}}}});
    const auto values = values_of(out.at("g2"));
    CHECK(to_text(out.at("g2").dims()) == "[age: 2, delay: 3]");
    CHECK(values[0] == 7);
    CHECK(values[1] == 1);
    CHECK(std::isnan(values[2]));
    CHECK(Doubles(values.begin() + 3, values.end()) == Doubles{7, 2.5, 20});
    CHECK(mask_of(out.at("g2"), "no_pairs") == std::vector<int>{0, 0, 1, 0, 0, 0});
    CHECK(values_of(out.at("pairs")) == Doubles{2, 1, 0, 3, 2, 1});
    CHECK(axis(out.at("g2"), "age") == Doubles{1.25, 2});
    CHECK(variances_of(out.at("g2")).empty());
}

TEST_CASE("window_length: the same as the windows written out, pulses that fill none left out") {
    Doubles values;
    for (int i = 0; i < 49; ++i) values.push_back(std::sin(0.7 * i));
    const auto data =
        with_times(Array::from<double>("C", {{"t1", 7}, {"t2", 7}}, "1", values), equal_times(7, 0, 0.5), equal_times(7, 0, 0.5));
    const auto out = g2_of(data, {{"window_length", 3}}), written = g2_of(data, {{"windows", {{0, 2}, {3, 5}}}});
    CHECK(axis(out.at("g2"), "age") == Doubles{0.5, 2});
    CHECK(axis(out.at("g2"), "age_last") == Doubles{1, 2.5});
    CHECK(same_bits(out.at("g2"), written.at("g2")));
}

TEST_CASE("masked elements are left out; other dimensions and their coordinates ride along") {
    Doubles values(32, 1);
    values[1] = 4;
    auto data = with_times(Array::from<double>("C", {{"roi", 2}, {"t1", 4}, {"t2", 4}}, "1", values), equal_times(4, 0, 1),
                           equal_times(4, 0, 1));
    data = with_coordinate(data, "q", {{"roi", 2}}, "1/nm", {0.1, 0.2});
    std::vector<bool> mask(32, false);
    mask[6] = mask[11] = mask[16 + 3] = true;
    const auto out = g2_of(with_mask(data, "no_pairs", {{"roi", 2}, {"t1", 4}, {"t2", 4}}, mask));
    CHECK(to_text(out.at("g2").dims()) == "[roi: 2, age: 1, delay: 4]");
    CHECK(axis(out.at("g2"), "q") == Doubles{0.1, 0.2});
    CHECK(values_of(out.at("pairs")) == Doubles{4, 1, 2, 1, 4, 3, 2, 0});
    CHECK(values_of(out.at("g2"))[1] == 4);
    CHECK(mask_of(out.at("g2"), "no_pairs") == std::vector<int>{0, 0, 0, 0, 0, 0, 0, 1});
}

TEST_CASE("t1 and t2 in different units meet; the output keeps that of t1") {
    const auto bare = Array::from<double>("C", {{"t1", 3}, {"t2", 3}}, "1", Doubles(9, 1));
    const auto data = with_times(bare, {1, 1.5, 2}, {1000, 1500, 2000}, "us", "ns");
    CHECK(axis(g2_of(data).at("g2"), "delay") == Doubles{0, 0.5, 1});
}

TEST_CASE("logarithmic delays: means of bins at their mean delay") {
    const auto out = g2_of(small(), {{"delays", "logarithmic"}, {"points_per_octave", 1}});  // lags 0, 1, 2-3
    CHECK(values_of(out.at("g2")) == Doubles{7, 2, (15 + 100) / 2.0});
    CHECK(axis(out.at("g2"), "delay") == Doubles{0, 0.5, 1.25});
    CHECK(values_of(out.at("pairs")) == Doubles{4, 3, 3});
}

TEST_CASE("windows and pulses that cannot be used are refused with the reason") {
    CHECK(refusal(small(), {{"windows", {{0, 4}}}}) ==
          Contains("step 'step' (g2): windows[0] = [0, 4]: the data have the pulses 0 to 3, and last is included"));
    CHECK(refusal(small(), {{"windows", {{2, 1}}}}) == Contains("windows[0] = [2, 1]: first must not be greater than last"));
    CHECK(refusal(small(), {{"windows", {{0, 3}, {1, 2}}}}) ==
          Contains("windows[1] has the mean age 1.75 us, which is not above that of the window before, 1.75 us. Order "
                   "the windows by "
                   "(first + last) / 2; windows of equal mean age belong in steps of their own"));
    CHECK(refusal(small(), {{"windows", {{0, 1, 2}}}}) == Contains("windows"));
    CHECK(refusal(small(), {{"windows", {{0, 1}}}, {"window_length", 2}}) ==
          Contains("step 'step' (g2): give 'windows' or 'window_length', not both: set the other one to null"));
    CHECK(refusal(small(), {{"window_length", 5}}) ==
          Contains("window_length = 5, but the data have 4 pulses, which do not fill one window: give a smaller window_length"));
    CHECK(refusal(small(), {{"window_length", 1}}) == Contains("window_length = 1"));
    const auto bare = Array::from<double>("C", {{"t1", 3}, {"t2", 3}}, "1", Doubles(9, 1));
    CHECK(refusal(bare) == Contains("no coordinate 't1'"));
    CHECK(refusal(with_times(bare, {0, 1, 2.1}, {0, 1, 2.1})) ==
          Contains("the pulses are not equally spaced: from pulse 0 to 1 it is 1 us, on average 1.05 us"));
    CHECK(refusal(with_times(bare, {0, 1, 2}, {0, 1, 2}, "1/nm", "1/nm")) == Contains("'1/nm'"));
    CHECK(refusal(with_times(bare, {0, 1, 2}, {1, 2, 3})) ==
          Contains("the coordinates t1 and t2 of input 'correlation' differ at pulse 0: 0 and 1 us"));
    CHECK(refusal(with_times(Array::from<double>("C", {{"t1", 3}, {"t2", 2}}, "1", Doubles(6, 1)), {0, 1, 2}, {0, 1})) ==
          Contains("input 'correlation' has 3 pulses along t1 and 2 along t2: it must be square"));
}

TEST_CASE("the same bits for any number of threads") {
    Doubles values;
    for (int i = 0; i < 50 * 30 * 30; ++i) values.push_back(std::sin(0.7 * i));
    const auto data = with_times(Array::from<double>("C", {{"roi", 50}, {"t1", 30}, {"t2", 30}}, "1", values),
                                 equal_times(30, 0, 1), equal_times(30, 0, 1));
    const Json with{{"windows", {{0, 9}, {5, 29}}}};
    const auto one = g2_of(data, with, {.threads = 1});
    for (const int threads : {2, 7}) CHECK(same_bits(one.at("g2"), g2_of(data, with, {.threads = threads}).at("g2")));
}

TEST_CASE("the reference sets: g2 of the correlation that they hold") {
    const auto folder = shared_data("xpcs");
    if (!folder) return;
    for (const auto* name : {"devA_counts", "devB_artifact", "devC_sparse"})
        check_against(*folder / (std::string(name) + ".ref.h5"));
}
