// SPDX-License-Identifier: BSD-3-Clause
// The mean as a recipe meets it: dimensions before and after, both errors, replicates, masks, refusals, the same bits.
#include <cmath>
#include <cstdint>
#include <limits>
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

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

auto mean_of(const Array& data, const Json& with, const RunPluginOptions& options = {}) {
    return run_plugin("mean", with, {{"data", data}}, options);
}

std::string refusal(const Array& data, const Json& with) {
    return error_of([&] { mean_of(data, with); });
}

const Doubles columns{1, 10, 2, 10, 3, 20, 6, 40};  // [frame: 4, q: 2]

Array frames(const Doubles& variances = {}) {
    const auto data = Array::from<double>("I", {{"frame", 4}, {"q", 2}}, "photon", columns, variances);
    return with_coordinate(with_coordinate(data, "q", {{"q", 2}}, "1/nm", {0.1, 0.2}), "time", {{"frame", 4}}, "s", {0, 1, 2, 3});
}

}  // namespace

TEST_CASE("mean, scatter, count, unit and coordinates") {
    const auto out = mean_of(frames(), {{"over", "frame"}});
    // 1, 2, 3, 6: mean 3, squares 14, 14 / (4 * 3); 10, 10, 20, 40: mean 20, squares 600, 600 / 12.
    CHECK(values_of(out.at("mean")) == Doubles{3, 20});
    CHECK(variances_of(out.at("mean"))[0] == Approx(7.0 / 6).epsilon(1e-14));
    CHECK(variances_of(out.at("mean"))[1] == Approx(50).epsilon(1e-14));
    CHECK(values_of(out.at("count")) == Doubles{4, 4});
    CHECK(out.at("count").dtype() == DType::int64);
    CHECK(out.at("mean").unit().text() == "photon");
    CHECK(to_text(out.at("mean").dims()) == "[q: 2]");
    CHECK(out.at("mean").description().coordinate("q")->values->as_float64() == Doubles{0.1, 0.2});
    CHECK(out.at("mean").description().coordinate("time") == nullptr);
    CHECK(to_text(out.at("mean").description().facts.at("uncertainty_from")) == "scatter");
}

TEST_CASE("with variances they are propagated, unless scatter is asked for") {
    const auto data = frames({1, 4, 1, 4, 1, 4, 1, 4});
    const auto out = mean_of(data, {{"over", "frame"}});
    CHECK(variances_of(out.at("mean")) == Doubles{4.0 / 16, 16.0 / 16});
    CHECK(to_text(out.at("mean").description().facts.at("uncertainty_from")) == "propagated");
    CHECK(variances_of(mean_of(data, {{"over", "frame"}, {"error", "scatter"}}).at("mean"))[1] == Approx(50).epsilon(1e-14));
}

TEST_CASE("dimensions before the one averaged stay loops, those after it ride along") {
    Doubles values;
    for (int i = 0; i < 24; ++i) values.push_back(i);
    const auto data = Array::from<double>("I", {{"sample", 2}, {"frame", 3}, {"q", 4}}, "1", values);
    const auto inner = mean_of(data, {{"over", "frame"}}).at("mean");
    CHECK(to_text(inner.dims()) == "[sample: 2, q: 4]");
    CHECK(values_of(inner) == Doubles{4, 5, 6, 7, 16, 17, 18, 19});
    const auto outer = mean_of(data, {{"over", "sample"}}).at("mean");
    CHECK(to_text(outer.dims()) == "[frame: 3, q: 4]");
    CHECK(values_of(outer) == Doubles{6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17});
    const auto last = mean_of(data, {{"over", "q"}}).at("mean");
    CHECK(to_text(last.dims()) == "[sample: 2, frame: 3]");
    CHECK(values_of(last) == Doubles{1.5, 5.5, 9.5, 13.5, 17.5, 21.5});
}

TEST_CASE("one dimension gives one number, of any real type") {
    const auto counts = Array::from<std::uint16_t>("counts", {{"frame", 3}}, "count", {1, 2, 6});
    const auto out = mean_of(counts, {{"over", "frame"}}).at("mean");
    CHECK(out.dims().empty());
    CHECK(out.dtype() == DType::float64);
    CHECK(out.scalar() == 3);
}

TEST_CASE("blocks: replicate 0 is the mean of all, k leaves out block k") {
    const auto out = mean_of(frames(), {{"over", "frame"}, {"blocks", 2}});
    const auto& mean = out.at("mean");
    CHECK(to_text(mean.dims()) == "[replicate: 3, q: 2]");
    CHECK(values_of(mean) == Doubles{3, 20, 4.5, 30, 1.5, 10});
    CHECK(values_of(out.at("count")) == Doubles{4, 4, 2, 2, 2, 2});
    const auto& replicate = *mean.description().coordinate("replicate")->values;
    CHECK(replicate.dtype() == DType::int64);
    CHECK(replicate.as_float64() == Doubles{0, 1, 2});
    CHECK(mean.description().coordinate("q")->values->as_float64() == Doubles{0.1, 0.2});
}

TEST_CASE("masked and NaN numbers are left out; where none is left, so is the mean") {
    const auto data = with_mask(Array::from<double>("I", {{"frame", 3}, {"q", 3}}, "1", Doubles{1, 5, unknown, 3, 7, unknown, 8, 90, 4}), "gap",
                                {{"frame", 3}, {"q", 3}}, {false, false, false, false, false, false, true, true, true});
    const auto out = mean_of(data, {{"over", "frame"}});
    CHECK(values_of(out.at("count")) == Doubles{2, 2, 0});
    CHECK(values_of(out.at("mean"))[0] == 2);
    CHECK(values_of(out.at("mean"))[1] == 6);
    CHECK(std::isnan(values_of(out.at("mean"))[2]));
    CHECK(mask_of(out.at("mean"), "no_data") == std::vector<int>{0, 0, 1});
}

TEST_CASE("what cannot be averaged is refused with the reason") {
    CHECK(refusal(frames(), {{"over", "frames"}}) == Contains("it runs over 'frames'"));
    CHECK(refusal(frames(), Json::object()) == Contains("parameter 'over' is missing"));
    CHECK(refusal(frames(), {{"over", "frame"}, {"blocks", 1}}) == Contains("step 'step' (mean): blocks = 1, must be 0 (no replicates) or at least 2"));
    CHECK(refusal(frames(), {{"over", "frame"}, {"blocks", 5}}) == Contains("blocks = 5, must be at most the size of 'frame', 4"));
    CHECK(refusal(frames(), {{"over", "frame"}, {"error", "propagated"}}) == Contains("error = propagated, but the data have no variances; use scatter"));
    auto description = frames(Doubles(8, 1)).description();
    description.correlated_over = {"frame"};
    CHECK(refusal(frames(Doubles(8, 1)).with(description), {{"over", "frame"}}) == Contains("are correlated over 'frame'"));
}

TEST_CASE("the same bits for any number of threads and two memory limits") {
    constexpr Index n_frames = 3000, n_q = 50;
    Doubles values;
    for (Index i = 0; i < n_frames * n_q; ++i) values.push_back(1e3 + std::sin(0.7 * static_cast<double>(i)));
    const auto data = Array::from<double>("I", {{"frame", n_frames}, {"q", n_q}}, "1", values);
    const Json with{{"over", "frame"}, {"blocks", 5}};
    const auto one = mean_of(data, with, {.threads = 1});
    for (const int threads : {1, 2, 7})
        for (const Index memory : {Index{64} << 20, Index{1} << 30}) {
            const auto more = mean_of(data, with, {.threads = threads, .memory_bytes = memory});
            CHECK(same_bits(one.at("mean"), more.at("mean")));
            CHECK(same_bits(one.at("count"), more.at("count")));
        }
}
