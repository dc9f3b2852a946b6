// SPDX-License-Identifier: BSD-3-Clause
// The jackknife as a recipe meets it: behind mean(blocks), dimensions, masks, facts, refusals, the same bits.
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

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

auto jackknife_of(const Array& data, const Json& with = Json::object(), const RunPluginOptions& options = {}) {
    return run_plugin("jackknife", with, {{"data", data}}, options);
}

std::string refusal(const Array& data, const Json& with = Json::object()) {
    return error_of([&] { jackknife_of(data, with); });
}

/// [replicate, q] with the numbers of the replicates.
Array replicates(const Doubles& values, Index n_q = 1) {
    const auto n = static_cast<Index>(values.size()) / n_q;
    Doubles numbers(static_cast<std::size_t>(n));
    std::iota(numbers.begin(), numbers.end(), 0);
    return with_coordinate(Array::from<double>("I", {{"replicate", n}, {"q", n_q}}, "1/cm", values), "replicate",
                           {{"replicate", n}}, "1", numbers);
}

}  // namespace

TEST_CASE("behind a mean over blocks it gives the standard error of the block means") {
    // Blocks of two: 1, 2, 3, 6 and 10, 10, 20, 40. Means 3 and 20; 14 / (4 * 3) and 600 / 12.
    const auto frames = Array::from<double>("I", {{"frame", 8}, {"q", 2}}, "photon",
                                            Doubles{0, 9, 2, 11, 1, 8, 3, 12, 2, 19, 4, 21, 5, 38, 7, 42});
    PlanOptions options;
    options.arrays = {{"frames", frames}};
    const auto out = run_recipe(
        recipe_of({{"frames", {{"use", "memory"}, {"with", {{"name", "frames"}}}}},
                   {"mean", {{"use", "mean"}, {"in", {{"data", "frames"}}}, {"with", {{"over", "frame"}, {"blocks", 4}}}}},
                   {"result", {{"use", "jackknife"}, {"in", {{"data", "mean"}}}}}},
                  {"result.estimate", "result.bias", "result.count"}),
        options);
    const auto& estimate = out.at("result.estimate");
    CHECK(to_text(estimate.dims()) == "[q: 2]");
    CHECK(estimate.unit().text() == "photon");
    CHECK(values_of(estimate) == Doubles{3, 20});
    CHECK(variances_of(estimate)[0] == Approx(7.0 / 6).epsilon(1e-13));
    CHECK(variances_of(estimate)[1] == Approx(50).epsilon(1e-13));
    for (const double bias : values_of(out.at("result.bias"))) CHECK(std::abs(bias) < 1e-13);  // 3 times the rounding of 20
    CHECK(values_of(out.at("result.count")) == Doubles{4, 4});
    CHECK(out.at("result.count").dtype() == DType::int64);
    CHECK(to_text(estimate.description().facts.at("uncertainty_from")) == "jackknife");
    CHECK(estimate.description().correlated_over.empty());
}

TEST_CASE("dimensions before the replicates are looped over, those behind are kept; any dimension may hold them") {
    const auto data = Array::from<double>("D", {{"sample", 2}, {"part", 3}, {"q", 2}}, "um^2/s",
                                          Doubles{1, 10, 1, 11, 2, 13, 5, 7, 5, 7, 5, 7});
    const auto out = jackknife_of(data, {{"over", "part"}});
    CHECK(to_text(out.at("estimate").dims()) == "[sample: 2, q: 2]");
    CHECK(values_of(out.at("estimate")) == Doubles{1, 10, 5, 7});
    CHECK(variances_of(out.at("estimate")) == Doubles{0.25, 1, 0, 0});  // (2 - 1) / 2 times 0.5 and 2
    CHECK(values_of(out.at("bias")) == Doubles{0.5, 2, 0, 0});
    CHECK(values_of(jackknife_of(data, {{"over", "part"}, {"bias_corrected", true}}).at("estimate")) == Doubles{0.5, 8, 5, 7});
}

TEST_CASE("one number per replicate gives one number") {
    const auto out = jackknife_of(Array::from<double>("D", {{"replicate", 3}}, "um^2/s", Doubles{4, 3, 5}));
    CHECK(out.at("estimate").dims().empty());
    CHECK(out.at("estimate").scalar() == 4);
    CHECK(variances_of(out.at("estimate")) == Doubles{1});
}

TEST_CASE("variances that the data have are not used, also those tagged as correlated") {
    const auto data = Array::from<double>("D", {{"replicate", 3}}, "1", Doubles{4, 3, 5}, Doubles{9, 9, 9});
    auto description = data.description();
    description.correlated_over = {"replicate"};
    CHECK(variances_of(jackknife_of(data.with(description)).at("estimate")) == Doubles{1});
}

TEST_CASE("failed replicates are left out and counted; without the estimate from all there is none") {
    const auto data = with_mask(
        replicates({1.5, unknown, 4, 1, 1, 5, unknown, 1, 6, 2, 1, 7, 3, 1, 90}, 3), "failed", {{"replicate", 5}, {"q", 3}},
        {false, false, false, false, false, false, false, false, false, false, false, false, false, false, true});
    const auto out = jackknife_of(data);
    CHECK(values_of(out.at("count")) == Doubles{3, 4, 3});
    CHECK(variances_of(out.at("estimate"))[0] == Approx(2).epsilon(1e-14));  // (4 - 1) / 3 times 2
    CHECK(variances_of(out.at("estimate"))[2] == Approx(2).epsilon(1e-14));
    CHECK(std::isnan(values_of(out.at("estimate"))[1]));
    CHECK(mask_of(out.at("estimate"), "no_estimate") == std::vector<int>{0, 1, 0});
    CHECK(mask_of(out.at("bias"), "no_estimate") == std::vector<int>{0, 1, 0});
}

TEST_CASE("what is no set of replicates is refused with the reason") {
    CHECK(refusal(replicates({1, 2})) ==
          Contains("step 'step' (jackknife): 'replicate' has size 2, must be at least 3: the estimate from all the data and "
                   "two that leave a block out. Give the step that makes it at least 2 blocks"));
    CHECK(refusal(Array::from<double>("I", {{"frame", 4}}, "1", Doubles{1, 2, 3, 4})) == Contains("it runs over 'replicate'"));
    const auto cut = with_coordinate(Array::from<double>("I", {{"replicate", 3}}, "1", Doubles{1, 2, 3}), "replicate",
                                     {{"replicate", 3}}, "1", {0, 2, 4});
    CHECK(
        refusal(cut) ==
        Contains(
            "replicate 2 stands in place 1: all replicates are needed, from 0 on and in order. Do not cut or sort them before"));
}

TEST_CASE("the same bits for any number of threads and two memory limits") {
    constexpr Index n_replicates = 300, n_q = 500;
    Doubles values;
    for (Index i = 0; i < n_replicates * n_q; ++i) values.push_back(1e3 + std::sin(0.7 * static_cast<double>(i)));
    const auto data = replicates(values, n_q);
    const auto one = jackknife_of(data, Json::object(), {.threads = 1});
    for (const int threads : {2, 7})
        for (const Index memory : {Index{64} << 20, Index{1} << 30}) {
            const auto more = jackknife_of(data, Json::object(), {.threads = threads, .memory_bytes = memory});
            for (const auto* port : {"estimate", "bias", "count"}) CHECK(same_bits(one.at(port), more.at(port)));
        }
}
