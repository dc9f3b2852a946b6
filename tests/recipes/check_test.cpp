// SPDX-License-Identifier: BSD-3-Clause
// Every recipe in pipelines/ and examples/ passes the check: found when the test runs, so that none is forgotten.
#include <string>

#include "recipes/recipe_run.hpp"

namespace {

using namespace sluice::test;

bool is_recipe(const std::filesystem::path& file) {
    return file.extension() == ".json" && nlohmann::json::parse(read_whole(file)).contains("sluice");
}

}  // namespace

TEST_CASE("every recipe of the tree passes the check") {
    int recipes = 0;
    for (const char* folder : {"pipelines", "examples"})
        for (const auto& each : std::filesystem::recursive_directory_iterator(source_folder() / folder)) {
            if (!is_recipe(each.path())) continue;
            const Finished checked = run_sluice({"check", each.path().string()});
            CAPTURE(checked.out);
            CAPTURE(checked.err);
            CHECK(checked.code == 0);
            ++recipes;
        }
    CHECK(recipes >= 4);  // two in pipelines/, two in examples/: the loop has seen them
}
