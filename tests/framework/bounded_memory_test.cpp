// SPDX-License-Identifier: BSD-3-Clause
// Memory does not grow with the length of the data.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "support/run_program.hpp"

namespace {

using namespace sluice::test;

constexpr const char* recipe = R"({
  "sluice": 1, "recipe": {"id": "test.memory", "version": "1.0.0"},
  "parameters": {"frames": {"type": "integer"}},
  "steps": {
    "frames": {"use": "powder_simulation", "with": {"frames": "${frames}", "shape": [512, 512], "geometry": "d.poni", "noise": "none",
                                                    "dtype": "uint16", "flat": 50}},
    "profile": {"use": "azimuthal_integration", "in": {"image": "frames"}, "with": {"geometry": "d.poni", "bins": 500}},
    "average": {"use": "mean", "in": {"data": "profile"}, "with": {"over": "frame"}}},
  "outputs": {"default": "average"}})";

constexpr const char* poni = R"(poni_version: 2
Detector: Detector
Detector_config: {"pixel1": 0.0001, "pixel2": 0.0001}
Distance: 0.1
Poni1: 0.0256
Poni2: 0.0256
Rot1: 0
Rot2: 0
Rot3: 0
Wavelength: 1e-10
)";

long peak_kb(int frames) {
    const TemporaryFolder folder;
    folder.write("d.poni", poni);
    folder.write("recipe.json", recipe);
    const Finished finished = run_sluice({"run", "recipe.json", "-p", "frames=" + std::to_string(frames), "--memory", "1GiB", "--quiet", "-o", "out.h5"}, folder.path());
    CAPTURE(finished.err);
    REQUIRE(finished.code == 0);
    return finished.peak_memory_kb;
}

}  // namespace

TEST_CASE("20,000 frames of 512 x 512 need as much memory as 1,000, and less than allowed") {
    const long few = peak_kb(1000), many = peak_kb(20000);
    MESSAGE("peak resident memory: " << few / 1024 << " MiB for 1,000 frames, " << many / 1024 << " MiB for 20,000");
    CHECK(many < 1024 * 1024);
    CHECK(std::abs(static_cast<double>(many - few)) <= 0.05 * static_cast<double>(few));
}
