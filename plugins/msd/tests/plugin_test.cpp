// SPDX-License-Identifier: BSD-3-Clause
// The mean-squared displacement as a recipe meets it: units, lags, facts, variances, refusals, and a stored trajectory.
#include <cmath>
#include <limits>
#include <map>
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

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

const Dims three_by_two{{"frame", 4}, {"particle", 2}, {"axis", 1}};
/// One particle moves by 1, 2, 3; the other rests.
const Doubles steps{0, 5, 1, 5, 3, 5, 6, 5};

Array without_facts(const Doubles& values = steps, const Dims& dims = three_by_two, const Doubles& times = {}) {
    const auto array = Array::from<double>("positions", dims, "nm", values);
    Doubles time = times;
    const Index frames = dims[dims.size() - 3].size;
    for (Index i = 0; times.empty() && i < frames; ++i) time.push_back(10 + 0.5 * static_cast<double>(i));
    return with_coordinate(array, "time", {{"frame", frames}}, "ps", time);
}

Array positions(const Doubles& values = steps, const Dims& dims = three_by_two, const Doubles& times = {}) {
    return with_fact(without_facts(values, dims, times), "unwrapping", std::string("stored"));
}

Json with(int time_blocks, Json more = Json::object()) {
    more["time_blocks"] = time_blocks;
    return more;
}

auto run(const Array& array, const Json& parameters = with(2), const RunPluginOptions& options = {}) {
    return run_plugin("msd", parameters, {{"positions", array}}, options);
}

std::string refusal(const Array& array, const Json& parameters = with(2)) {
    return error_of([&] { run(array, parameters); });
}

}  // namespace

TEST_CASE("values by hand, lags in the unit of time, half of the frames by default") {
    const auto out = run(positions());
    const auto& msd = out.at("msd");
    CHECK(to_text(msd.dims()) == "[lag: 3]");
    CHECK(msd.unit().text() == "nm^2");
    CHECK(values_of(msd)[0] == 0);
    CHECK(values_of(msd)[1] == Approx((1 + 4 + 9) / 6.0).epsilon(1e-14));
    CHECK(values_of(msd)[2] == Approx((9 + 25) / 4.0).epsilon(1e-14));
    const auto* lag = msd.description().coordinate("lag");
    REQUIRE(lag != nullptr);
    CHECK(lag->values->unit().text() == "ps");
    CHECK(values_of(*lag->values) == Doubles{0, 0.5, 1});
    CHECK(values_of(out.at("origins")) == Doubles{4, 3, 2});
    CHECK(to_text(out.at("blocks").dims()) == "[block: 2, lag: 3]");
    const auto blocks = values_of(out.at("blocks"));
    CHECK(blocks[1] == Approx((1 + 4) / 4.0).epsilon(1e-14));  // origins 0 and 1
    CHECK(blocks[4] == Approx(9 / 2.0).epsilon(1e-14));        // origin 2 alone
    CHECK(std::isnan(blocks[5]));
    CHECK(values_of(out.at("centre_of_mass"))[1] == Approx((1 + 4 + 9) / 12.0).epsilon(1e-14));  // moves half as far
}

TEST_CASE("the variance is that of the blocks; facts say what was done; one block gives none") {
    const auto out = run(positions());
    const auto& msd = out.at("msd");
    const double mean = 14 / 6.0, scatter = std::pow(2 / 3.0 * (5 / 4.0 - mean), 2) + std::pow(1 / 3.0 * (4.5 - mean), 2);
    // Lag 1: displacements do not overlap, so blocks of 2 and 1 of 3 origins have variances 1/2 and 1 of one, the mean 1/3.
    const double expected = 4 / 9.0 * (1 / 2.0 - 1 / 3.0) + 1 / 9.0 * (1 - 1 / 3.0);
    CHECK(variances_of(msd)[0] == 0);
    CHECK(variances_of(msd)[1] == Approx(scatter * (1 / 3.0) / expected).epsilon(1e-12));
    CHECK(std::isnan(variances_of(msd)[2]));
    CHECK(msd.description().correlated_over == std::vector<std::string>{"lag"});
    CHECK(to_text(msd.description().facts.at("unwrapping")) == "stored");
    CHECK(to_text(msd.description().facts.at("uncertainty_from")) == "time_blocks");
    CHECK(to_text(msd.description().facts.at("centre_of_mass")) == "kept");
    CHECK(to_text(out.at("blocks").description().facts.at("frames")) == "4");
    CHECK(to_text(out.at("blocks").description().facts.at("frame_interval")) == "0.5 ps");
    CHECK(to_text(out.at("blocks").description().facts.at("time_blocks")) == "2");
    CHECK(run(positions(), with(1)).at("msd").variances().empty());
    CHECK(out.at("blocks").variances().empty());
}

TEST_CASE("without the centre of mass; with all lags; two frames; one particle along one axis") {
    const auto removed = run(positions(), with(2, {{"centre_of_mass", "remove"}, {"max_lag", 3}}));
    CHECK(values_of(removed.at("msd"))[1] == Approx(14 / 12.0).epsilon(1e-14));  // each particle half as far
    CHECK(values_of(removed.at("msd"))[3] == Approx(9).epsilon(1e-14));
    CHECK(to_text(removed.at("msd").description().facts.at("centre_of_mass")) == "removed");
    const auto two = run(positions({1, 4}, {{"frame", 2}, {"particle", 1}, {"axis", 1}}), with(1));
    CHECK(values_of(two.at("msd")) == Doubles{0, 9});
}

TEST_CASE("positions that may be wrapped are refused, by the fact that they lack") {
    const auto text = refusal(without_facts());
    CHECK(text == Contains("lacks the fact 'unwrapping'"));
    CHECK(text == Contains("wrong mean-squared displacement without a word"));
    MESSAGE(text);
}

TEST_CASE("what cannot be is refused, and says where") {
    CHECK(refusal(positions(), with(10)) == Contains("time_blocks = 10, but the trajectory has 4 frames. Set it from 1 to 4"));
    CHECK(refusal(positions(), with(2, {{"max_lag", 4}})) ==
          Contains("max_lag = 4, but the trajectory has 4 frames. Set it from 1 to 3"));
    CHECK(refusal(positions({1, 2}, {{"frame", 1}, {"particle", 2}, {"axis", 1}})) == Contains("a displacement needs 2"));
    CHECK(refusal(positions({1, 4}, {{"frame", 2}, {"particle", 1}, {"axis", 1}}), with(1, {{"centre_of_mass", "remove"}})) ==
          Contains("there is one particle"));
    CHECK(refusal(positions(steps, three_by_two, {0, 1, 2, 4})) ==
          Contains("not in equal steps of time: frame 1 is at 1, in equal steps it would be at 1.33333333333"));
    CHECK(refusal(positions(steps, three_by_two, {0, 0, 0, 0})) == Contains("does not increase"));
    CHECK(refusal(positions(steps, three_by_two, {0, 1, unknown, 3})) == Contains("not in equal steps of time: frame 2"));
    Doubles values = steps;
    values[5] = unknown;
    CHECK(refusal(positions(values)) == Contains("frame 2, particle 1, axis 0: the position is nan"));
    CHECK(refusal(with_mask(positions(), "lost", {{"particle", 2}}, {false, true})) ==
          Contains("frame 0, particle 1: the position is masked"));
    const auto timeless = with_fact(Array::from<double>("p", three_by_two, "nm", steps), "unwrapping", std::string("stored"));
    CHECK(refusal(timeless) == Contains("time"));
}

TEST_CASE("dimensions of other names are bound") {
    const auto plain = Array::from<double>("p", {{"step", 4}, {"atom", 2}, {"xyz", 1}}, "nm", steps);
    const auto array =
        with_fact(with_coordinate(plain, "time", {{"step", 4}}, "ps", {0, 1, 2, 3}), "unwrapping", std::string("stored"));
    const auto out = run(array, with(2), {.core = {{"frame", {"step"}}, {"particle", {"atom"}}, {"axis", {"xyz"}}}});
    CHECK(values_of(out.at("msd"))[1] == Approx(14 / 6.0).epsilon(1e-14));
}

TEST_CASE("times that were printed with few digits are equal steps") {
    CHECK(values_of(run(positions(steps, three_by_two, {0, 0.333, 0.667, 1})).at("msd"))[1] == Approx(14 / 6.0).epsilon(1e-14));
}

TEST_CASE("many trajectories: each has its own curve; the same bits for any threads and memory") {
    const Dims dims{{"seed", 5}, {"frame", 40}, {"particle", 60}, {"axis", 3}};
    Doubles values(5 * 40 * 180);
    std::uint32_t state = 7;
    for (double& each : values) each = (state = state * 1664525 + 1013904223) / 4294967296.0;
    const auto one = run(positions(values, dims), with(5), {.threads = 1}),
               more = run(positions(values, dims), with(5), {.threads = 4});
    for (const auto& [port, array] : one) CHECK(same_bits(array, more.at(port)));
    CHECK(to_text(one.at("blocks").dims()) == "[seed: 5, block: 5, lag: 21]");
    const Doubles third(values.begin() + 2 * 40 * 180, values.begin() + 3 * 40 * 180);
    const auto alone = values_of(run(positions(third, {{"frame", 40}, {"particle", 60}, {"axis", 3}}), with(5)).at("msd"));
    const auto all = values_of(one.at("msd"));
    CHECK(alone == Doubles(all.begin() + 2 * 21, all.begin() + 3 * 21));
    values[(3 * 40 + 7) * 180 + 4] = unknown;
    CHECK(refusal(positions(values, dims), with(5)) == Contains("frame 7, particle 1, axis 1"));
    CHECK(refusal(positions(values, dims), with(5)) == Contains("seed"));
}

TEST_CASE("the stored Lennard-Jones trajectory: the curve of numpy, and D_s") {
    const auto file = shared_data("msd/lj_eps1.0_seed777.dump.gz");
    if (!file) return;
    // numpy 1.24.2, r the positions by image flags: mean of sum((r[k:] - r[:-k])**2, axis) for lags 1, 2, 5, 10, 20, 40, 100,
    // 200; less their mean over the particles first; of that mean alone.
    const std::vector<std::size_t> lags{1, 2, 5, 10, 20, 40, 100, 200};
    const Doubles kept{0.694584255398,  1.499738536224,  3.905295163411,  7.887119901711,
                       15.773067638664, 31.561965335511, 78.158151475458, 158.689931909334};
    const Doubles removed{0.690109866189,  1.485680330252,  3.852434702146,  7.757260167247,
                          15.502527019883, 30.987931017149, 76.290009154351, 155.784956517195};
    const Doubles centre{0.004474389208, 0.014058205973, 0.052860461265, 0.129859734464,
                         0.270540618781, 0.574034318362, 1.868142321107, 2.904975392139};
    // The same over the origins of ten blocks, lag 20: floor(201 b / 10) … floor(201 (b + 1) / 10).
    const Doubles blocks{16.569566785458, 15.822965763136, 15.654354015553, 15.200055908272, 15.359975511299,
                         15.76935485522,  16.741891906329, 15.222546779507, 15.651289773406, 15.085216634585};
    for (const bool remove : {false, true}) {
        const auto out = run_recipe(
            recipe_of({{"trajectory", {{"use", "trajectory_source"}, {"with", {{"file", file->string()}, {"time_step", 0.005}}}}},
                       {"msd",
                        {{"use", "msd"},
                         {"in", {{"positions", "trajectory"}}},
                         {"with", {{"max_lag", 200}, {"centre_of_mass", remove ? "remove" : "keep"}}}}},
                       {"diffusion",
                        {{"use", "self_diffusion"},
                         {"in", {{"msd", "msd.msd"}, {"blocks", "msd.blocks"}}},
                         {"with", {{"from", 10}, {"to", 40}}}}}},
                      {"msd.msd", "msd.centre_of_mass", "msd.blocks", "diffusion.diffusion_coefficient"}));
        const auto msd = values_of(out.at("msd.msd")), of_centre = values_of(out.at("msd.centre_of_mass"));
        for (std::size_t i = 0; i < lags.size(); ++i) {
            CHECK(msd[lags[i]] == Approx((remove ? removed : kept)[i]).epsilon(1e-11));  // 12 decimals were kept
            CHECK(of_centre[lags[i]] == Approx(centre[i]).epsilon(1e-9));
        }
        for (std::size_t b = 0; !remove && b < blocks.size(); ++b)
            CHECK(values_of(out.at("msd.blocks"))[b * 201 + 20] == Approx(blocks[b]).epsilon(1e-11));
        const auto& d = out.at("diffusion.diffusion_coefficient");
        MESSAGE("D_s/D0 = " << d.scalar() << " +- " << std::sqrt(variances_of(d)[0]) << ", centre of mass "
                            << std::string(remove ? "removed" : "kept"));
        CHECK(d.scalar() ==
              Approx(remove ? 0.1289917603913779 : 0.1315232729135921).epsilon(1e-9));  // numpy.polyfit of the curve
        CHECK(std::abs(d.scalar() - (remove ? 0.1290 : 0.1315)) < 0.0035);              // the README of the data
    }
}
