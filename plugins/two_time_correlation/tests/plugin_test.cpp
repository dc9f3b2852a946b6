// SPDX-License-Identifier: BSD-3-Clause
// The two-time correlation as a recipe meets it: dims, units, coordinates, masks, gaps, element types, refusals, the same bits.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "literal.hpp"
#include "support/arrays.hpp"
#include "support/run_plugin.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using literal::Frames;
using sluice::two_time_correlation::Artefact;
using sluice::two_time_correlation::Edge;
using sluice::two_time_correlation::Normalisation;
using sluice::two_time_correlation::Settings;
using Doubles = std::vector<double>;
using Arrays = std::map<std::string, Array>;

constexpr Index pulses = 3, rows = 4, columns = 10;
const Json no_noise{{"shot_noise", "none"}};

/// Trains of [pulse: 3, y: 4, x: 10] with a time per pulse.
template <class T>
Array frames_of(const Frames& f, const std::string& unit = "photon") {
    std::vector<T> values;
    for (const auto& train : f.values)
        for (const double each : train) values.push_back(static_cast<T>(each));
    const auto array =
        Array::from<T>("frames", {{"train", f.trains()}, {"pulse", f.pulses}, {"y", rows}, {"x", columns}}, unit, values);
    return with_coordinate(array, "time", {{"pulse", f.pulses}}, "us", {0, 0.5, 1});
}

Frames some_frames(Index trains, unsigned seed = 31) { return literal::random_frames(trains, pulses, rows * columns, 8, seed); }

Array with_ids(const Array& frames, const Doubles& ids) {
    return with_coordinate(frames, "train_id", {{"train", static_cast<Index>(ids.size())}}, "1", ids);
}

/// Region 1: columns 0 to 4, region 2: 5 to 9, the last row in none.
Array labels() {
    std::vector<std::int32_t> values;
    for (Index i = 0; i < rows * columns; ++i) values.push_back(i >= 3 * columns ? 0 : i % columns < 5 ? 1 : 2);
    return Array::from<std::int32_t>("roi", {{"y", rows}, {"x", columns}}, "1", values);
}

/// The frames with all pixels masked that are not of region 1 or 2, for the literal evaluation.
Frames only(Frames f, std::int32_t region) {
    const auto label = values_of(labels());
    for (auto& mask : f.masked)
        for (std::size_t p = 0; p < mask.size(); ++p)
            if (label[p] != region) mask[p] = true;
    return f;
}

/// Means over trains of d, [t1, t2], of the kernel's literal evaluation.
Doubles literal_mean(const Frames& f, const Settings& settings) {
    Doubles out;
    std::vector<literal::One> trains;
    for (Index n = 0; n < f.trains(); ++n) trains.push_back(literal::train_of(f, settings, n));
    for (std::size_t i = 0; i < static_cast<std::size_t>(f.pulses * f.pulses); ++i) {
        const auto d = literal::over_trains(
            trains, [&](const literal::One& one) { return one.d[i]; }, [](std::size_t) { return true; });
        out.push_back(static_cast<double>(literal::mean_of(d, f.linked, false, false).value));
    }
    return out;
}

Settings settings_of(Edge edge = Edge::single, Artefact artefact = Artefact::neighbours) {
    return {pulses, 1, artefact, edge, Normalisation::per_frame, {1, 0}, 1};
}

bool near(const Doubles& a, const Doubles& b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) {
               return std::isnan(x) ? std::isnan(y) : std::abs(x - y) < 1e-13;
           });
}

Doubles slice_of(const Array& array, std::size_t which, std::size_t length) {
    const auto all = values_of(array);
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(which * length);
    return {begin, begin + static_cast<std::ptrdiff_t>(length)};
}

Arrays correlate(const Array& frames, const Json& with = Json::object(), const Array& roi = labels()) {
    return run_plugin("two_time_correlation", with, {{"frames", frames}, {"roi", roi}});
}

std::string refusal(const Array& frames, const Json& with = Json::object(), const Array& roi = labels()) {
    return error_of([&] { correlate(frames, with, roi); });
}

}  // namespace

TEST_CASE("dims, units, coordinates and facts of what comes out") {
    const auto q = Array::from<double>("q", {{"roi", 2}}, "1/nm", {0.1, 0.2});
    const auto out = run_plugin("two_time_correlation", Json::object(),
                                {{"frames", frames_of<std::uint16_t>(some_frames(6))}, {"roi", labels()}, {"q", q}});
    const auto& correlation = out.at("correlation");
    CHECK(to_text(correlation.dims()) == "[roi: 2, t1: 3, t2: 3]");
    CHECK(to_text(out.at("count").dims()) == "[roi: 2, t1: 3, t2: 3]");
    CHECK(to_text(out.at("artefact").dims()) == "[roi: 2, t1: 3, t2: 3]");
    CHECK(to_text(out.at("intensity").dims()) == "[roi: 2, pulse: 3]");
    for (const auto* port : {"contrast", "contrast_raw", "contrast_ratio", "pixels", "status"})
        CHECK(to_text(out.at(port).dims()) == "[roi: 2]");
    CHECK(correlation.unit().text() == "1");
    CHECK(out.at("intensity").unit().text() == "photon");
    CHECK(out.at("count").dtype() == DType::int64);
    CHECK(out.at("status").dtype() == DType::int8);
    for (const auto* name : {"t1", "t2"}) {
        const auto& times = *correlation.description().coordinate(name)->values;
        CHECK(times.as_float64() == Doubles{0, 0.5, 1});
        CHECK(times.unit().text() == "us");
    }
    CHECK(out.at("intensity").description().coordinate("time")->values->as_float64() == Doubles{0, 0.5, 1});
    for (const auto& [port, array] : out) {
        CAPTURE(port);
        CHECK(array.description().coordinate("q")->values->as_float64() == Doubles{0.1, 0.2});
        CHECK(array.description().coordinate("q")->values->unit().text() == "1/nm");
    }
    CHECK(to_text(correlation.description().facts.at("uncertainty_from")) == "scatter");
    CHECK(values_of(out.at("pixels")) == Doubles{15, 15});
    CHECK(values_of(out.at("status")) == Doubles{0, 0});
}

TEST_CASE("each region against the literal evaluation, for all edges and without the neighbours' term") {
    const Frames f = some_frames(7);
    for (const auto& [name, edge] :
         std::map<std::string, Edge>{{"single", Edge::single}, {"drop", Edge::drop}, {"wrap", Edge::wrap}}) {
        CAPTURE(name);
        const auto out = correlate(frames_of<std::uint16_t>(f), {{"edge", name}});
        for (int region : {1, 2})
            CHECK(near(slice_of(out.at("correlation"), static_cast<std::size_t>(region) - 1, 9),
                       literal_mean(only(f, region), settings_of(edge))));
        CHECK(values_of(out.at("count"))[0] == (edge == Edge::drop ? 5 : 7));
    }
    const auto out = correlate(frames_of<std::uint16_t>(f), {{"artefact", "none"}});
    CHECK(near(slice_of(out.at("correlation"), 1, 9), literal_mean(only(f, 2), settings_of(Edge::single, Artefact::none))));
    CHECK(std::isnan(values_of(out.at("artefact"))[0]));
    CHECK(mask_of(out.at("artefact"), "no_pairs") == std::vector<int>(18, 1));
    CHECK(mask_of(out.at("correlation"), "no_pairs") == std::vector<int>(18, 0));
}

TEST_CASE("all element types give the same numbers") {
    const Frames f = some_frames(4);
    const auto wanted = values_of(correlate(frames_of<std::uint16_t>(f)).at("correlation"));
    CHECK(values_of(correlate(frames_of<std::uint8_t>(f)).at("correlation")) == wanted);
    CHECK(values_of(correlate(frames_of<std::int8_t>(f)).at("correlation")) == wanted);
    CHECK(values_of(correlate(frames_of<std::int16_t>(f)).at("correlation")) == wanted);
    CHECK(values_of(correlate(frames_of<std::int32_t>(f)).at("correlation")) == wanted);
    CHECK(values_of(correlate(frames_of<std::uint32_t>(f)).at("correlation")) == wanted);
    CHECK(values_of(correlate(frames_of<std::int64_t>(f), {{"edge", "wrap"}}).at("correlation")) ==
          values_of(correlate(frames_of<std::uint64_t>(f), {{"edge", "wrap"}}).at("correlation")));
    CHECK(values_of(correlate(frames_of<float>(f)).at("correlation")) == wanted);
    CHECK(values_of(correlate(frames_of<double>(f)).at("correlation")) == wanted);
}

TEST_CASE("train ids decide who is a neighbour") {
    Frames f = some_frames(6);
    const auto data = with_ids(frames_of<std::uint8_t>(f), {10, 11, 13, 14, 14, 12});
    f.linked = {false, true, false, true, false, false};  // a gap, an id twice, and one that goes back
    const auto out = correlate(data);
    CHECK(near(slice_of(out.at("correlation"), 0, 9), literal_mean(only(f, 1), settings_of())));
    CHECK(values_of(out.at("count"))[0] == 4);
    f.linked = {false, true, true, true, false, false};
    CHECK(near(slice_of(correlate(data, {{"max_gap", 2}}).at("correlation"), 0, 9), literal_mean(only(f, 1), settings_of())));
}

TEST_CASE("one train has no neighbour: masked, with a status, unless nothing is subtracted") {
    const auto data = frames_of<std::uint8_t>(some_frames(1));
    const auto out = correlate(data);
    CHECK(mask_of(out.at("correlation"), "no_pairs") == std::vector<int>(18, 1));
    CHECK(std::isnan(values_of(out.at("contrast"))[0]));
    CHECK(values_of(out.at("status")) == Doubles{3, 3});
    CHECK(values_of(out.at("intensity"))[0] > 0);
    const auto plain = correlate(data, {{"artefact", "none"}});
    CHECK(values_of(plain.at("status")) == Doubles{0, 0});
    CHECK(std::isnan(variances_of(plain.at("correlation"))[0]));
}

TEST_CASE("fixed masks leave the regions, also of one pulse; masks of each train leave that train") {
    const Frames plain = some_frames(5);
    std::vector<bool> fixed(rows * columns, false), pulse(pulses * rows * columns, false), streamed(5 * rows * columns, false);
    fixed[3] = fixed[21] = true;
    pulse[rows * columns + 12] = true;
    streamed[2 * rows * columns + 4] = streamed[4 * rows * columns + 20] = true;
    const auto data = frames_of<std::uint8_t>(plain);
    const auto with_fixed = with_mask(with_mask(data, "dead", {{"y", rows}, {"x", columns}}, fixed), "pulse",
                                      {{"pulse", pulses}, {"y", rows}, {"x", columns}}, pulse);
    Frames f = only(plain, 1);
    for (auto& mask : f.masked) mask[3] = mask[21] = mask[12] = true;
    for (const auto* edge : {"single", "wrap"}) {
        const Settings settings = settings_of(edge == std::string("wrap") ? Edge::wrap : Edge::single);
        const auto out = correlate(with_fixed, {{"edge", edge}});
        CHECK(near(slice_of(out.at("correlation"), 0, 9), literal_mean(f, settings)));
        CHECK(values_of(out.at("pixels")) == Doubles{12, 15});
        Frames g = only(plain, 1);
        g.masked[2][4] = g.masked[4][20] = true;
        const auto moving = with_mask(data, "hit", {{"train", 5}, {"y", rows}, {"x", columns}}, streamed);
        CHECK(near(slice_of(correlate(moving, {{"edge", edge}}).at("correlation"), 0, 9), literal_mean(g, settings)));
    }
}

TEST_CASE("pixels that are not finite are left out of their train; a region without pixels is masked") {
    Frames f = some_frames(4);
    f.values[1][17] = std::numeric_limits<double>::quiet_NaN();
    const auto out = correlate(frames_of<float>(f));
    Frames g = only(some_frames(4), 2);
    g.masked[1][17] = true;
    CHECK(near(slice_of(out.at("correlation"), 1, 9), literal_mean(g, settings_of())));
    const auto q = Array::from<double>("q", {{"roi", 3}}, "1/angstrom", {0.1, 0.2, 0.3});
    const auto three =
        run_plugin("two_time_correlation", Json::object(), {{"frames", frames_of<float>(f)}, {"roi", labels()}, {"q", q}});
    CHECK(values_of(three.at("status")) == Doubles{0, 0, 4});
    CHECK(values_of(three.at("pixels")) == Doubles{15, 15, 0});
    CHECK(mask_of(three.at("correlation"), "no_pairs")[26] == 1);
    CHECK(three.at("correlation").description().coordinate("q")->values->unit().text() == "1/angstrom");
}

TEST_CASE("empty frames are counted out of their pairs alone") {
    Frames f = some_frames(5);
    for (std::size_t p = 0; p < rows * columns; ++p) f.values[2][rows * columns + p] = 0;  // train 2, pulse 1
    const auto out = correlate(frames_of<std::uint8_t>(f));
    CHECK(slice_of(out.at("count"), 0, 9) == Doubles{5, 4, 5, 4, 4, 4, 5, 4, 5});
    CHECK(near(slice_of(out.at("correlation"), 0, 9), literal_mean(only(f, 1), settings_of())));
    CHECK(values_of(out.at("status")) == Doubles{2, 2});
}

TEST_CASE("blocks: replicate 0 is of all trains, k leaves out block k, and the variances are correlated") {
    const Frames f = some_frames(6);
    const auto out = correlate(frames_of<std::uint8_t>(f), {{"blocks", 3}});
    const auto& correlation = out.at("correlation");
    CHECK(to_text(correlation.dims()) == "[replicate: 4, roi: 2, t1: 3, t2: 3]");
    CHECK(to_text(out.at("contrast").dims()) == "[replicate: 4, roi: 2]");
    CHECK(to_text(out.at("artefact").dims()) == "[roi: 2, t1: 3, t2: 3]");
    CHECK(correlation.description().coordinate("replicate")->values->as_float64() == Doubles{0, 1, 2, 3});
    CHECK(correlation.description().correlated_over == std::vector<std::string>{"replicate"});
    CHECK(near(slice_of(correlation, 1, 9), literal_mean(only(f, 2), settings_of())));  // replicate 0, region 2
    CHECK(slice_of(out.at("count"), 0, 9) == Doubles(9, 6));
    CHECK(slice_of(out.at("count"), 5, 9) == Doubles(9, 4));
    // The mean of all is that of the means without one block each, for blocks of one size.
    for (std::size_t i = 0; i < 18; ++i) {
        const auto all = values_of(correlation);
        CHECK((all[18 + i] + all[36 + i] + all[54 + i]) / 3 == Approx(all[i]).epsilon(1e-12));
    }
}

TEST_CASE("ADU: contrast without shot and read noise; the intensity stays in the unit of the frames") {
    Frames f = some_frames(5);
    for (auto& train : f.values)
        for (double& value : train) value = 12 * value - 3;
    const Json with{{"shot_noise", "adu"}, {"adu_per_photon", 12}, {"read_noise", "1.5 adu"}, {"artefact", "none"}};
    const auto out = correlate(frames_of<std::int16_t>(f, "adu"), with);
    double corrected = 0;
    for (Index n = 0; n < 5; ++n)
        corrected +=
            static_cast<double>(
                literal::train_of(
                    only(f, 1),
                    {pulses, 1, Artefact::none, Edge::single, Normalisation::per_frame, {12, 1.5 * 1.5 + 1.0 / 12}, 1}, n)
                    .corrected) /
            5;
    CHECK(values_of(out.at("contrast"))[0] == Approx(corrected).epsilon(1e-12));
    CHECK(out.at("intensity").unit().text() == "adu");
    const auto none = correlate(frames_of<std::int16_t>(f, "adu"), {{"shot_noise", "none"}, {"artefact", "none"}});
    CHECK(values_of(none.at("contrast")) == values_of(out.at("contrast_raw")));
}

TEST_CASE("rounding: whole steps for integer frames, none for floating-point ones, or as given") {
    Frames f = some_frames(5);
    for (auto& train : f.values)
        for (double& value : train) value *= 12;
    const auto contrast = [](const Array& frames, const Json& more = Json::object()) {
        Json with{{"shot_noise", "adu"}, {"adu_per_photon", 12}, {"artefact", "none"}};
        with.update(more);
        return values_of(correlate(frames, with).at("contrast"))[0];
    };
    const auto literal_contrast = [&](double step) {
        literal::Real sum = 0;
        const Settings settings{pulses, 1, Artefact::none, Edge::single, Normalisation::per_frame, {12, step * step / 12}, 1};
        for (Index n = 0; n < 5; ++n) sum += literal::train_of(only(f, 1), settings, n).corrected;
        return Approx(static_cast<double>(sum) / 5).epsilon(1e-12);
    };
    const auto whole = frames_of<std::int16_t>(f, "adu"), real = frames_of<float>(f, "adu");
    CHECK(contrast(whole) == literal_contrast(1));
    CHECK(contrast(real) == literal_contrast(0));
    CHECK(contrast(frames_of<double>(f, "adu")) == literal_contrast(0));
    CHECK(contrast(whole, {{"rounding", 0}}) == literal_contrast(0));  // read_noise measured on the frames as stored
    CHECK(contrast(real, {{"rounding", 12}}) == literal_contrast(12));
}

TEST_CASE("min_counts are photons, of ADU as well: a missed pulse with its read noise is empty") {
    Frames f = some_frames(5);
    for (auto& train : f.values)
        for (double& value : train) value *= 12;
    for (std::size_t p = 0; p < rows * columns; ++p) f.values[2][rows * columns + p] = 2;  // region 1: 30 ADU, 2.5 photons
    const auto data = frames_of<std::int16_t>(f, "adu");
    const auto counts = [&](double least) {
        return slice_of(correlate(data, {{"shot_noise", "adu"}, {"adu_per_photon", 12}, {"min_counts", least}}).at("count"), 0,
                        9);
    };
    CHECK(counts(2.4) == Doubles(9, 5));
    CHECK(counts(2.6) == Doubles{5, 4, 5, 4, 4, 4, 5, 4, 5});
}

TEST_CASE("nothing left: all frames empty, or one pixel with ratio_of_sums") {
    Frames f = some_frames(6);
    for (auto& train : f.values)
        for (std::size_t i = 0; i < train.size(); ++i)
            if (i % columns < 5) train[i] = 0;
    const auto out = correlate(frames_of<std::uint8_t>(f));
    CHECK(values_of(out.at("status")) == Doubles{5, 0});
    std::vector<std::int32_t> one(rows * columns, 2);
    one[7] = 1;
    const auto roi = Array::from<std::int32_t>("roi", {{"y", rows}, {"x", columns}}, "1", one);
    const auto ratio =
        correlate(frames_of<std::uint8_t>(some_frames(10)), {{"normalisation", "ratio_of_sums"}, {"blocks", 2}}, roi);
    CHECK(values_of(ratio.at("status"))[0] == 5);
    CHECK(values_of(ratio.at("status"))[1] == 0);
    CHECK(slice_of(ratio.at("count"), 0, 9) == Doubles(9, 0));
    CHECK(to_text(out.at("status").description().facts.at("status_codes")).find("5 nothing_left") != std::string::npos);
}

TEST_CASE("pixels_left_out: the most that one train leaves out") {
    std::vector<bool> masked(5 * rows * columns, false);
    for (const std::size_t i : {0, 1, 2, 7}) masked[2 * rows * columns + i] = true;
    masked[3 * rows * columns + 1] = true;
    const auto data =
        with_mask(frames_of<std::uint8_t>(some_frames(5)), "hit", {{"train", 5}, {"y", rows}, {"x", columns}}, masked);
    const auto out = correlate(data);
    CHECK(values_of(out.at("pixels_left_out")) == Doubles{3, 1});
    CHECK(out.at("pixels_left_out").dtype() == DType::int64);
}

TEST_CASE("pulse_period in place of the coordinate time") {
    const Frames f = some_frames(3);
    auto description = frames_of<std::uint8_t>(f).description();
    description.coordinates.clear();
    const auto bare = frames_of<std::uint8_t>(f).with(description);
    const auto out = correlate(bare, {{"pulse_period", "443 ns"}});
    const auto times = out.at("correlation").description().coordinate("t1")->values->as_float64();
    CHECK(times[2] == Approx(0.886).epsilon(1e-15));
    CHECK(out.at("intensity").description().coordinate("time")->values->unit().text() == "us");
    CHECK(refusal(bare) == Contains("the frames have no coordinate 'time': give pulse_period"));
    const auto moving = with_coordinate(bare, "time", {{"train", 3}, {"pulse", pulses}}, "us", {0, 1, 2, 0, 1, 2, 0, 1, 2});
    CHECK(refusal(moving) ==
          Contains("the coordinate 'time' of the frames is not one time per pulse, the same for all trains: give pulse_period"));
}

TEST_CASE("what cannot be done is refused with the reason") {
    const auto data = frames_of<std::uint8_t>(some_frames(4));
    CHECK(refusal(data, {{"blocks", 1}}) == Contains("blocks = 1, must be 0 (no replicates) or at least 2"));
    CHECK(refusal(data, {{"blocks", 5}}) == Contains("blocks = 5, must be at most the number of trains, 4"));
    CHECK(refusal(data, {{"normalisation", "ratio_of_sums"}}) ==
          Contains(
              "normalisation is ratio_of_sums, whose errors come from leaving out blocks of trains: set blocks to at least 2"));
    CHECK(refusal(data, {{"shot_noise", "adu"}}) == Contains("shot_noise is adu, so adu_per_photon is needed"));
    CHECK(refusal(data, {{"adu_per_photon", 12}}) ==
          Contains("adu_per_photon is given, but shot_noise is counts: set shot_noise: adu, or take it out"));
    CHECK(refusal(data, {{"read_noise", 2}, {"shot_noise", "none"}}) == Contains("read_noise is given, but shot_noise is none"));
    CHECK(refusal(data, {{"rounding", 0}}) == Contains("rounding is given, but shot_noise is counts"));
    CHECK(refusal(frames_of<std::uint16_t>(some_frames(4), "adu")) ==
          Contains("frames are in adu: set shot_noise: adu with adu_per_photon"));
    const auto wide = Array::from<std::int32_t>("roi", {{"y", rows}, {"x", columns + 1}}, "1", std::vector<std::int32_t>(44, 1));
    CHECK(refusal(data, Json::object(), wide) ==
          Contains("dimension 'x' has 10 elements in input 'frames' and 11 in input 'roi'"));
    const auto broken = Array::from<double>("roi", {{"y", rows}, {"x", columns}}, "1", Doubles(40, 0.5));
    CHECK(refusal(data, Json::object(), broken) == Contains("roi is 0.5 at pixel 0, must be a whole number from 0 (no region)"));
    const auto empty = Array::from<std::int32_t>("roi", {{"y", rows}, {"x", columns}}, "1", std::vector<std::int32_t>(40, 0));
    CHECK(refusal(data, Json::object(), empty) == Contains("roi has no pixel with a label above 0: there is no region"));
    const auto q = Array::from<double>("q", {{"roi", 1}}, "1/nm", {0.1});
    CHECK(error_of([&] {
              run_plugin("two_time_correlation", Json::object(), {{"frames", data}, {"roi", labels()}, {"q", q}});
          }) == Contains("roi is 2 at pixel 5, but q has 1 values: one per region is needed"));
    auto description = data.description();
    description.coordinates.clear();
    CHECK(
        refusal(with_coordinate(data.with(description), "time", {{"pulse", pulses}}, "us", {0, 2, 1})) ==
        Contains("coordinate 'time' of input 'frames' from 'frames.data' must increase strictly, but has 1 at index 2 after 2"));
}

TEST_CASE("negative counts name the train and the region") {
    Frames f = some_frames(4);
    f.values[2][8] = -7;
    const auto data = with_ids(frames_of<std::int16_t>(f), {100, 101, 102, 103});
    CHECK(refusal(data) ==
          Contains("train 2: train_id 102, roi 2: a pixel has -7, but counts (shot_noise: counts) are never negative. Are "
                   "these ADU? Set shot_noise: adu with adu_per_photon, or shot_noise: none"));
    CHECK(refusal(data, no_noise) == "no error");
}

TEST_CASE("the same bits for any number of threads and two memory limits") {
    Frames f = some_frames(300, 32);
    const auto data = frames_of<std::uint16_t>(f);
    for (const Json& with :
         {Json{{"blocks", 5}}, Json{{"edge", "wrap"}}, Json{{"blocks", 5}, {"normalisation", "ratio_of_sums"}}}) {
        const auto run = [&](int threads, Index memory) {
            return run_plugin("two_time_correlation", with, {{"frames", data}, {"roi", labels()}},
                              {.threads = threads, .memory_bytes = memory});
        };
        const auto one = run(1, Index{1} << 30);
        for (const int threads : {1, 2, 7})
            for (const Index memory : {Index{64} << 20, Index{1} << 30})
                for (const auto& [port, array] : run(threads, memory)) CHECK(same_bits(one.at(port), array));
    }
}
