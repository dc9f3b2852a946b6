// SPDX-License-Identifier: BSD-3-Clause
// The source as a recipe meets it: dimensions, units, coordinates, mask, facts, the same bits, texts of errors.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/run_recipe.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;

Json small() {
    return {{"trains", 4},
            {"pulses", 6},
            {"shape", {12, 20}},
            {"distance", "8 m"},
            {"pixel_size", "0.2 mm"},
            {"wavelength", "0.1 nm"},
            {"contrast", 0.5},
            {"seed", 3}};
}

Json with(Json more) {
    auto all = small();
    all.update(more);
    return all;
}

Array frames_of(const Json& parameters, const RunPluginOptions& options = {}) {
    return run_plugin("speckle_simulation", parameters, {}, options).at("frames");
}

std::string refusal(const Json& parameters) {
    return error_of([&] { frames_of(parameters); });
}

}  // namespace

TEST_CASE("photons: dimensions, unit, coordinates, mask and facts") {
    const auto frames = frames_of(with({{"bad_pixels", 7},
                                        {"first_train_id", 100},
                                        {"missing_trains", {101, 103}},
                                        {"diffusion_coefficient", "420 angstrom2/us"},
                                        {"age_drift", 0.03}}));
    CHECK(to_text(frames.dims()) == "[train: 4, pulse: 6, y: 12, x: 20]");
    CHECK(frames.dtype() == DType::uint16);
    CHECK(frames.unit().text() == "photon");
    const auto& description = frames.description();
    const auto ids = description.coordinate("train_id")->values;
    CHECK(ids->dtype() == DType::int64);
    CHECK(ids->as_float64() == std::vector<double>{100, 102, 104, 105});
    const auto time = description.coordinate("time")->values;
    CHECK(time->unit().text() == "us");
    CHECK(time->as_float64() == std::vector<double>{0, 0.443, 2 * 0.443, 3 * 0.443, 4 * 0.443, 5 * 0.443});
    const auto bad = mask_of(frames, "bad_pixels");
    REQUIRE(bad.size() == 12 * 20);
    CHECK(std::count(bad.begin(), bad.end(), 1) == 7);
    const auto& facts = description.facts;
    CHECK(to_text(facts.at("true_diffusion_coefficient")) == "4.2 um^2/s");
    CHECK(to_text(facts.at("true_age_drift")) == "0.03 1/us");
    CHECK(to_text(facts.at("true_contrast")) == "0.5");
    CHECK(facts.count("wavelength") == 1);
    CHECK(to_text(facts.at("simulated")) == "yes");
    CHECK(facts.count("adu_per_photon") == 0);
}

TEST_CASE("a detector that reads ADU") {
    const auto frames = frames_of(with({{"adu_per_photon", 12}, {"read_noise", 1.5}, {"artefact", 0.25}, {"dtype", "int16"}}));
    CHECK(frames.unit().text() == "adu");
    CHECK(frames.dtype() == DType::int16);
    CHECK(frames.description().masks.empty());
    CHECK(to_text(frames.description().facts.at("read_noise")) == "1.5 adu");
    CHECK(to_text(frames.description().facts.at("adu_per_photon")) == "12 adu/photon");
    const auto values = values_of(frames);
    double sum = 0;
    for (const auto value : values) sum += value;
    CHECK(sum / static_cast<double>(values.size()) ==
          doctest::Approx(12).epsilon(0.2));  // 5760 values of variance 250: 2 % is one sigma
}

TEST_CASE("a train depends on seed and number alone: not on threads, memory, what is missing or how many there are") {
    const auto parameters = with({{"trains", 9}, {"jitter", 0.2}, {"efficiency_spread", 0.1}, {"bad_pixels", 3}});
    const auto all = frames_of(parameters);
    RunPluginOptions one;
    one.threads = 1;
    CHECK(same_bits(frames_of(parameters, one), all));
    const auto few = frames_of(with({{"trains", 3},
                                     {"first_train_id", 2},
                                     {"missing_trains", {3, 4}},
                                     {"jitter", 0.2},
                                     {"efficiency_spread", 0.1},
                                     {"bad_pixels", 3}}));
    const auto wanted = all.values<std::uint16_t>(), got = few.values<std::uint16_t>();
    const std::size_t train = 6 * 12 * 20;
    for (const auto& [here, there] : {std::pair<std::size_t, std::size_t>{0, 2}, {1, 5}, {2, 6}})
        CHECK(std::equal(got.begin() + static_cast<std::ptrdiff_t>(here * train),
                         got.begin() + static_cast<std::ptrdiff_t>((here + 1) * train),
                         wanted.begin() + static_cast<std::ptrdiff_t>(there * train)));
    CHECK_FALSE(same_bits(
        frames_of(with({{"trains", 9}, {"jitter", 0.2}, {"efficiency_spread", 0.1}, {"bad_pixels", 3}, {"seed", 4}})), all));
}

TEST_CASE("a part has the values of the whole") {
    Json steps = {
        {"frames", {{"use", "speckle_simulation"}, {"with", small()}}},
        {"pulses", {{"use", "slice"}, {"in", {{"data", "frames"}}}, {"with", {{"dim", "pulse"}, {"begin", 2}, {"end", 4}}}}},
        {"rows", {{"use", "slice"}, {"in", {{"data", "pulses"}}}, {"with", {{"dim", "y"}, {"begin", 5}}}}}};
    const auto part = run_recipe(recipe_of(steps, {"rows.data"})).at("rows.data");
    CHECK(to_text(part.dims()) == "[train: 4, pulse: 2, y: 7, x: 20]");
    const auto all = frames_of(small()).values<std::uint16_t>(), some = part.values<std::uint16_t>();
    std::size_t i = 0;
    for (std::size_t train = 0; train < 4; ++train)
        for (std::size_t pulse = 2; pulse < 4; ++pulse)
            for (std::size_t pixel = 5 * 20; pixel < 12 * 20; ++pixel)
                CHECK_UNARY(some[i++] == all[(train * 6 + pulse) * 240 + pixel]);
}

TEST_CASE("rings are in 1/nm, or in what they say") {
    const auto in_nm = frames_of(with({{"rings", {{0.01, 0.02}}}}));
    CHECK(same_bits(frames_of(with({{"rings", Json::array({Json::array({"0.001 1/angstrom", "0.002 1/angstrom"})})}})), in_nm));
    CHECK_FALSE(same_bits(frames_of(small()), in_nm));
}

TEST_CASE("the geometry of a .poni file") {
    const TemporaryFolder folder;
    const auto path =
        folder
            .write("d.poni",
                   "poni_version: 2\nDetector: Detector\n"
                   "Detector_config: {\"pixel1\": 2e-4, \"pixel2\": 2e-4, \"max_shape\": [12, 20], \"orientation\": 3}\n"
                   "Distance: 8\nPoni1: 0.0012\nPoni2: 0.002\nRot1: 0\nRot2: 0\nRot3: 0\nWavelength: 1e-10\n")
            .string();
    Json parameters = small();
    for (const auto* name : {"shape", "distance", "pixel_size", "wavelength"}) parameters.erase(name);
    parameters["geometry"] = path;
    CHECK(same_bits(frames_of(parameters), frames_of(small())));
    parameters["distance"] = 8;
    CHECK(refusal(parameters) == Contains{"give 'geometry', or 'distance', 'pixel_size' and 'poni', not both"});
    parameters.erase("distance");
    parameters["wavelength"] = 0.1;
    CHECK(refusal(parameters) == Contains{"the .poni file has a wavelength: do not give 'wavelength'"});
    CHECK(refusal({{"trains", 1}}) == Contains{"without a .poni file give 'shape', 'distance', 'pixel_size' and 'wavelength'"});
}

TEST_CASE("what cannot be is refused before anything is made") {
    CHECK(refusal(with({{"contrast", 1.5}})) == Contains{"contrast = 1.5, must be"});
    CHECK(refusal(with({{"contrast", 0}})) == Contains{"contrast = 0, must be"});
    CHECK(refusal(with({{"jitter", -0.1}})) == Contains{"jitter = -0.1, must be"});
    CHECK(refusal(with({{"diffusion_coefficient", "5 nm"}})) == Contains{"diffusion_coefficient"});
    CHECK(refusal(with({{"rings", {{0.1, 0.2}, {0.15, 0.3}}}})) ==
          Contains{"the rings [0.1, 0.2] and [0.15, 0.3] 1/nm overlap: a pixel has one q, so it can be in one ring"});
    CHECK(refusal(with({{"rings", {{0.2, 0.1}}}})) ==
          Contains{"the ring [0.2, 0.1] 1/nm must be [low, high] with 0 <= low < high"});
    CHECK(refusal(with({{"read_noise", 1}})) ==
          Contains{"photons have no read_noise and no artefact: give 'adu_per_photon' as well, or leave them out"});
    CHECK(refusal(with({{"read_noise", 1}, {"adu_per_photon", 10}})) ==
          Contains{"read_noise and artefact go down to -7, but dtype begins at 0: choose int16 or float32"});
    CHECK(refusal(with({{"mean_count", 40}, {"dtype", "uint8"}})) ==
          Contains{"pixels of up to 40 photons per pulse would exceed 255, the largest value of dtype"});
    CHECK(refusal(with({{"missing_trains", {7}}})) == Contains{"missing_trains names 7, but the run has trains 0 to 3"});
    CHECK(refusal(with({{"age_drift", "-1 1/us"}})) ==
          Contains{"age_drift = -1 1/us makes the rate negative after 1 us, but the train lasts 2.215 us"});
    Json dark = small();
    dark.erase("wavelength");
    CHECK(refusal(dark) == Contains{"the geometry has no wavelength, which q needs: give 'wavelength'"});
}
