// SPDX-License-Identifier: BSD-3-Clause
// Self-diffusion as a recipe meets it: units, windows, blocks with and without their trajectory, D0, statuses, refusals.
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/run_recipe.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Doubles = std::vector<double>;
using Inputs = std::map<std::string, Array>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr Index lags = 41;
const Json window = {{"from", 10}, {"to", 40}}, of_runs = {{"from", 10}, {"to", 40}, {"independent_blocks", true}};

Doubles line(double intercept, double slope) {
    Doubles out;
    for (Index i = 0; i < lags; ++i) out.push_back(intercept + slope * static_cast<double>(i));
    return out;
}

Array with_lags(const Array& array, const std::string& unit) {
    return with_coordinate(array, "lag", {{"lag", lags}}, unit, line(0, 1));
}

/// As of msd: variances that are correlated over lag.
Array msd_of(const Doubles& values, const Dims& dims = {{"lag", lags}}) {
    const auto array = with_lags(Array::from<double>("msd", dims, "um^2", values, Doubles(values.size(), 0.01)), "s");
    Description description = array.description();
    description.correlated_over = {"lag"};
    return array.with(std::move(description));
}

/// Blocks whose slopes scatter as these, um^2/s.
Array blocks_of(const Doubles& slopes) {
    Doubles values;
    for (const double slope : slopes)
        for (const double each : line(0.2, slope)) values.push_back(each);
    return with_lags(Array::from<double>("blocks", {{"block", static_cast<Index>(slopes.size())}, {"lag", lags}}, "um^2", values),
                     "s");
}

Array of_trajectory(const Array& blocks, double frames) {
    return with_fact(with_fact(blocks, "frames", NumberFact{frames, Unit{}}), "frame_interval", NumberFact{1, Unit::parse("s")});
}

auto run_on(const Inputs& inputs, const Json& with = window, int threads = 2) {
    RunPluginOptions options;
    options.threads = threads;
    return run_plugin("self_diffusion", with, inputs, options);
}

std::string fact(const Array& array, const std::string& name) { return to_text(array.description().facts.at(name)); }

const Doubles slopes{5.4, 6.6, 6.3, 5.9, 5.8, 6.0};  // mean 6, sum of squares 0.86

}  // namespace

TEST_CASE("values, units and facts of every output, without blocks") {
    const auto out = run_on({{"msd", msd_of(line(0.2, 6))}});
    CHECK(out.at("diffusion_coefficient").scalar() == Approx(1).epsilon(1e-12));
    CHECK(out.at("diffusion_coefficient").unit().same_as(Unit::parse("um^2/s")));
    CHECK(std::isnan(variances_of(out.at("diffusion_coefficient"))[0]));
    CHECK(std::isnan(out.at("ratio").scalar()));
    CHECK(out.at("intercept").scalar() == Approx(0.2));
    CHECK(out.at("intercept").unit().text() == "um^2");
    CHECK(out.at("slope_ratio").scalar() == Approx(1));
    CHECK(out.at("slope_exponent").scalar() == Approx(1));
    CHECK(out.at("exponent").scalar() == Approx(1).epsilon(0.01));
    CHECK(values_of(out.at("curve"))[5] == Approx(30.2));
    CHECK(out.at("points").scalar() == 31);
    CHECK(out.at("blocks_used").scalar() == 0);
    CHECK(std::isnan(out.at("degrees_of_freedom").scalar()));
    CHECK(out.at("status").scalar() == 0);
    CHECK(fact(out.at("status"), "status_codes") == "0 ok, 1 not_diffusive, 2 too_few_points, 3 few_blocks");
    CHECK(fact(out.at("diffusion_coefficient"), "uncertainty_from") == "none");
    CHECK(fact(out.at("diffusion_coefficient"), "window_from") == "10 s");
    CHECK(fact(out.at("ratio"), "line") == "with intercept");
}

TEST_CASE("the window in a unit of its own; a line through 0; axes") {
    const Json with = {{"from", 10000}, {"to", 20000}, {"lag_unit", "ms"}, {"intercept", false}, {"dimensions", 2}};
    const auto out = run_on({{"msd", msd_of(line(0, 6))}}, with);
    CHECK(out.at("points").scalar() == 11);
    CHECK(out.at("diffusion_coefficient").scalar() == Approx(1.5));
    CHECK(out.at("intercept").scalar() == 0);
    CHECK(fact(out.at("diffusion_coefficient"), "line") == "through zero");
}

TEST_CASE("independent runs as blocks") {
    const auto mean = msd_of(line(0.2, 6));
    const auto out = run_on({{"msd", mean}, {"blocks", blocks_of(slopes)}}, of_runs);
    CHECK(variances_of(out.at("diffusion_coefficient"))[0] == Approx(0.86 / 5 / 6 / 36));
    CHECK(out.at("blocks_used").scalar() == 6);
    CHECK(out.at("degrees_of_freedom").scalar() == 5);
    CHECK(fact(out.at("diffusion_coefficient"), "uncertainty_from") == "independent runs");
}

TEST_CASE("blocks of one trajectory: only whole ones count, and neighbours share displacements") {
    Doubles ten(slopes);
    ten.insert(ten.end(), {5.9, 6.1, 9.0, unknown});
    const auto inputs = Inputs{{"msd", msd_of(line(0.2, 6))}, {"blocks", of_trajectory(blocks_of(ten), 200)}};
    const auto out = run_on(inputs);
    CHECK(out.at("blocks_used").scalar() == 8);  // 40 of 200 frames are within reach of the end
    CHECK(out.at("degrees_of_freedom").scalar() < 7);
    // sum of squares 0.88 of the eight: as if independent 0.88 / 7 / 8 / 36; here more
    CHECK(variances_of(out.at("diffusion_coefficient"))[0] > 1.2 * 0.88 / 7 / 8 / 36);
    CHECK(variances_of(out.at("diffusion_coefficient"))[0] < 3 * 0.88 / 7 / 8 / 36);
    CHECK(fact(out.at("diffusion_coefficient"), "uncertainty_from") == "blocks");
    const auto short_lags = run_on({{"msd", msd_of(line(0.2, 6))}, {"blocks", of_trajectory(blocks_of(ten), 20000)}});
    CHECK(short_lags.at("blocks_used").scalar() == 9);
}

TEST_CASE("some of the blocks of a trajectory are refused: they would pass for all of it") {
    const auto cut_into = [](double count) {
        return with_fact(of_trajectory(blocks_of(slopes), 1000), "time_blocks", NumberFact{count, Unit{}});
    };
    CHECK(run_on({{"msd", msd_of(line(0.2, 6))}, {"blocks", cut_into(6)}}).at("blocks_used").scalar() == 5);
    CHECK(error_of([&] {
              run_on({{"msd", msd_of(line(0.2, 6))}, {"blocks", cut_into(12)}});
          }) == Contains("the trajectory was cut into 12 blocks, but 6 are here"));
    CHECK(run_on({{"msd", msd_of(line(0.2, 6))}, {"blocks", cut_into(12)}}, of_runs).at("blocks_used").scalar() == 6);
}

TEST_CASE("a window that ends beyond the last lag is cut there, with a warning") {
    const auto warnings_of = [](double to) {
        PlanOptions options;
        options.arrays = {{"msd", msd_of(line(0.2, 6))}};
        options.in_memory = true;
        const Json steps{{"msd", {{"use", "memory"}, {"with", {{"name", "msd"}}}}},
                         {"d", {{"use", "self_diffusion"}, {"in", {{"msd", "msd"}}}, {"with", {{"from", 10}, {"to", to}}}}}};
        return run(plan_recipe(recipe_of(steps, {"d.points"}), options)).warnings;
    };
    CHECK(warnings_of(40).empty());
    const auto beyond = warnings_of(41);
    REQUIRE(beyond.size() == 1);
    CHECK(beyond.front() == Contains("the window ends beyond the last lag"));
}

TEST_CASE("D / D0, in any unit, with the variances of both; a masked D0 gives none") {
    const auto mean = msd_of(line(0.2, 6));
    const auto free = Array::from<double>("d0", {}, "mm^2/s", Doubles{4e-6}, Doubles{0.04e-12});
    const auto out = run_on({{"msd", mean}, {"blocks", blocks_of(slopes)}, {"free_diffusion_coefficient", free}}, of_runs);
    CHECK(out.at("ratio").scalar() == Approx(0.25));
    CHECK(out.at("ratio").unit().text() == "1");
    CHECK(variances_of(out.at("ratio"))[0] == Approx(0.25 * 0.25 * (0.86 / 5 / 6 / 36 + 0.04 / 16)));
    const auto masked = with_mask(free, "bad", {}, {true});
    CHECK(std::isnan(run_on({{"msd", mean}, {"free_diffusion_coefficient", masked}}).at("ratio").scalar()));
}

TEST_CASE("each curve of a series has its status; one bad does not end the others") {
    Doubles series(line(0.2, 6)), plateau(line(3, 0)), empty(lags, unknown);
    series.insert(series.end(), plateau.begin(), plateau.end());
    series.insert(series.end(), empty.begin(), empty.end());
    const auto out = run_on({{"msd", msd_of(series, {{"epsilon", 3}, {"lag", lags}})}});
    CHECK(values_of(out.at("status")) == Doubles{0, 1, 2});
    CHECK(values_of(out.at("diffusion_coefficient"))[0] == Approx(1));
    CHECK(std::isnan(values_of(out.at("diffusion_coefficient"))[2]));
    CHECK(values_of(out.at("points")) == Doubles{31, 31, 0});
    const auto few = run_on({{"msd", msd_of(line(0, 6))}, {"blocks", of_trajectory(blocks_of(slopes), 60)}});
    CHECK(few.at("status").scalar() == 3);
    CHECK(few.at("blocks_used").scalar() == 2);
    CHECK(few.at("diffusion_coefficient").scalar() == Approx(1));
    CHECK(std::isnan(variances_of(few.at("diffusion_coefficient"))[0]));
}

TEST_CASE("refusals") {
    const auto mean = msd_of(line(0, 6));
    const auto refusal = [](const Inputs& inputs, const Json& with = window) { return error_of([&] { run_on(inputs, with); }); };
    CHECK(refusal({{"msd", mean}}, {{"from", 20}, {"to", 10}}) ==
          Contains("the window's 'from' must be below its 'to'. Swap the two."));
    CHECK(refusal({{"msd", mean}}, {{"to", 10}}) == Contains("from"));
    CHECK(refusal({{"msd", mean}}, {{"from", 1}, {"to", 10}, {"lag_unit", "nm"}}) ==
          Contains("unit 'nm' cannot be converted to 's'"));
    CHECK(refusal({{"msd", mean}, {"free_diffusion_coefficient", Array::from<double>("d0", {}, "um", Doubles{1})}}) ==
          Contains("unit 'um' cannot be converted to '(um^2)/(s)'"));
    CHECK(refusal({{"msd", mean}, {"blocks", with_fact(blocks_of(slopes), "frames", NumberFact{200, Unit{}})}}) ==
          Contains("the blocks lack the facts 'frames' and 'frame_interval' (both above 0)"));
    CHECK(refusal({{"msd", mean}, {"blocks", of_trajectory(blocks_of(slopes), 0)}}) ==
          Contains("Connect the output 'blocks' of msd, or set independent_blocks if they are runs of their own."));
    CHECK(refusal({{"msd", Array::from<double>("msd", {{"lag", lags}}, "um^2", line(0, 6))}}) ==
          Contains("has no coordinate 'lag', which this step needs"));
    CHECK(refusal({{"msd", mean}, {"blocks", of_trajectory(blocks_of(slopes), 30)}}) ==
          Contains("a lag of 40 frames in a trajectory of 30."));
}

TEST_CASE("the same bits for any number of threads") {
    Doubles series;
    for (int i = 0; i < 50; ++i)
        for (Index k = 0; k < lags; ++k)
            series.push_back(std::pow(static_cast<double>(k), 0.9 + 0.004 * i) + std::sin(i * k) / 9);
    const Inputs inputs{{"msd", msd_of(series, {{"epsilon", 50}, {"lag", lags}})},
                        {"blocks", of_trajectory(blocks_of(slopes), 400)}};
    const auto one = run_on(inputs, window, 1), seven = run_on(inputs, window, 7);
    for (const auto& [port, array] : one) CHECK(same_bits(array, seven.at(port)));
}
