// SPDX-License-Identifier: BSD-3-Clause
// pipelines/powder/calibrant.json on a real frame of CeO2: the lattice, an independent float64 program, and pyFAI.
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "support/run_program.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_folder.hpp"

using namespace sluice::test;

namespace {

/// Stored upside down, and without the polarization that the figures of pyFAI lack too.
void run_recipe(const std::filesystem::path& data, const std::string& splitting, const std::string& error_model, const std::string& result) {
    const auto finished = run_sluice({"run", source_folder() / "pipelines/powder/calibrant.json", "--output", result,
                                      "-p", "image=" + (data / "CeO2_Pilatus1M.tif").string(),
                                      "-p", "geometry=" + (data / "CeO2_Pilatus1M.poni").string(),
                                      "-p", "flip=slow", "-p", "unit=1/nm", "-p", "splitting=" + splitting,
                                      "--set", "profile.range=[0.5, 80]", "--set", "profile.polarization=null",
                                      "--set", "profile.error_model=" + error_model});
    CAPTURE(finished.err);
    REQUIRE(finished.code == 0);
}

}  // namespace

// compare_ceo2.py states the tolerances and which bins it compares, and why.
TEST_CASE("the rings of CeO2, and its profile against pyFAI and an independent float64 program") {
    const auto data = shared_data("azint");
    if (!data) return;
    const TemporaryFolder folder;
    const auto result = (folder.path() / "ceo2.h5").string();
    for (const std::string splitting : {"none", "bbox"})
        for (const std::string error_model : {"poisson", "poisson_floor_one"}) {
            run_recipe(*data, splitting, error_model, result);
            const auto compared = run_program({"/usr/bin/python3", source_folder() / "tests/reference/azimuthal_integration/compare_ceo2.py", *data,
                                               result, "--splitting", splitting, "--error-model", error_model});
            MESSAGE(splitting << ", " << error_model << ":\n" << compared.out << compared.err);
            if (compared.code == 77) return;   // no pyFAI
            CHECK(compared.code == 0);
        }
}
