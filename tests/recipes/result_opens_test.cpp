// SPDX-License-Identifier: BSD-3-Clause
// Results open in silx and h5py, which are independent of sluice: see check_result.py.
#include "recipes/recipe_run.hpp"

namespace {

using namespace sluice::test;

void check_opens(const std::filesystem::path& result, const std::string& signal) {
    const std::string script = (source_folder() / "tests/recipes/check_result.py").string();
    const Finished finished = run_program({"/usr/bin/python3", script, result.string(), signal});
    if (finished.code == 77) {
        MESSAGE(finished.out);
        return;
    }
    CAPTURE(finished.out);
    CAPTURE(finished.err);
    CHECK(finished.code == 0);
}

/// A second judge that a checkout may have beside it.
void check_nexus(const std::filesystem::path& result) {
    const auto script = source_folder() / "../shared/tools/check_nexus.py";
    if (!std::filesystem::exists(script)) {
        MESSAGE("skipped: no check_nexus.py beside the source tree");
        return;
    }
    const Finished finished = run_program({"/usr/bin/python3", script.string(), result.string(), "--recipe", "--allow-nan"});
    CAPTURE(finished.out);
    CAPTURE(finished.err);
    CHECK(finished.code == 0);
}

}  // namespace

TEST_CASE("the results of the example recipes open in silx") {
    const TemporaryFolder folder;
    const auto result = folder.path() / "result.h5";
    SUBCASE("a scalar as default leads to the curve it came from") {
        run_recipe("examples/quickstart.json", {}, result, "invariant");
        check_opens(result, "net");
        check_nexus(result);
    }
    SUBCASE("a stack of curves") {
        run_recipe("pipelines/swaxs/invariant.json", example_frames(), result, "invariant");
        check_opens(result, "net");
        check_nexus(result);
    }
    SUBCASE("a measured curve") {
        run_recipe("examples/invariant_of_a_curve.json", {}, result, "invariant");
        check_opens(result, "curve");
        check_nexus(result);
    }
}
