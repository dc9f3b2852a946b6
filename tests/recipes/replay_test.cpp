// SPDX-License-Identifier: BSD-3-Clause
// A result tells how it was made, is made again bit by bit, and notices an input that has changed.
#include <fstream>

#include "recipes/recipe_run.hpp"

namespace {

using namespace sluice::test;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

void change_first_count(const std::filesystem::path& file) {
    std::string text = read_whole(file);
    text[text.find("21.08775")] = '3';  // I of the first point: 31.08775 instead of 21.08775
    std::ofstream(file, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("a result is replayed bit by bit, and a changed input is found") {
    const TemporaryFolder folder;
    const auto curve = folder.write("curve.csv", read_whole(example_data("loq_98929.csv")));
    const auto result = folder.path() / "result.h5";
    run_recipe("examples/invariant_of_a_curve.json", {"-p", "curve=" + curve.string()}, result, "invariant");

    const Finished same = run_sluice({"replay", result.string(), "--verify"}, folder.path());
    CAPTURE(same.err);
    CHECK(same.code == 0);
    CHECK(has(same.out, "identical: every kept value has the same bits"));

    change_first_count(curve);
    const Finished changed = run_sluice({"replay", result.string(), "--verify"}, folder.path());
    CHECK(changed.code == 6);
    CHECK(has(changed.out + changed.err, curve.string()));
}

TEST_CASE("a result of frames is replayed with other numbers of threads") {
    const TemporaryFolder folder;
    const auto result = folder.path() / "result.h5";
    run_recipe("pipelines/swaxs/invariant.json", example_frames({"--threads", "1"}), result, "invariant");
    for (const char* threads : {"1", "3"}) {
        const Finished same = run_sluice({"replay", result.string(), "--verify", "--threads", threads}, folder.path());
        CAPTURE(same.err);
        CHECK(same.code == 0);
    }
}

TEST_CASE("provenance shows recipe, steps and inputs") {
    const TemporaryFolder folder;
    const auto result = folder.path() / "result.h5";
    run_recipe("pipelines/swaxs/invariant.json", example_frames(), result, "invariant");
    const Finished shown = run_sluice({"provenance", "show", result.string()});
    CHECK(shown.code == 0);
    CHECK(has(shown.out, "recipe: swaxs.invariant 1.0.0"));
    for (const char* step : {"frames (hdf5_source", "profile (azimuthal_integration", "background (mean",
                             "net (background_subtraction", "invariant (porod_invariant"})
        CHECK(has(shown.out, step));
    for (const char* input : {"three_samples.h5", "empty_cell.h5", "tilted.poni"})
        CHECK(has(shown.out, example_data(input).string() + "\n"));
}
