// SPDX-License-Identifier: BSD-3-Clause
// What the pages tell a reader to write or to type works: recipes pass the check, commands run, links lead somewhere.
#include <algorithm>
#include <regex>
#include <set>

#include "docs/page.hpp"

namespace {

using namespace sluice::test;

std::vector<std::string> matches(const std::string& text, const std::string& pattern) {
    const std::regex expression(pattern);
    std::vector<std::string> found;
    for (std::sregex_iterator each(text.begin(), text.end(), expression), end; each != end; ++each) found.push_back((*each)[1]);
    return found;
}

/// The commands of the program in the page's sh blocks; a line that ends in a backslash goes on.
std::vector<std::string> commands(const std::string& page) {
    std::vector<std::string> found;
    for (const std::string& block : blocks(page, "sh"))
        for (const std::string& line : lines_of(std::regex_replace(block, std::regex("\\\\\n *"), "")))
            if (line.starts_with("build/sluice ") || line.starts_with("sluice ")) found.push_back(line);
    return found;
}

/// A folder that looks like the root of the tree after a build.
struct Root {
    TemporaryFolder folder;
    Root() {
        for (const char* part : {"examples", "pipelines"})
            std::filesystem::create_directory_symlink(source_folder() / part, folder.path() / part);
        std::filesystem::create_directory(folder.path() / "build");
        std::filesystem::create_symlink(binary_folder() / "sluice", folder.path() / "build/sluice");
    }
};

}  // namespace

TEST_CASE("every recipe on a page passes the check") {
    int recipes = 0;
    for (const auto& page : pages())
        for (const std::string& block : blocks(read_whole(page), "json")) {
            if (block.find("\"sluice\": 1") == std::string::npos) continue;
            const TemporaryFolder folder;
            const Finished checked = run_sluice({"check", folder.write("recipe.json", block).string()});
            CAPTURE(page);
            CAPTURE(checked.out);
            CHECK(checked.code == 0);
            ++recipes;
        }
    CHECK(recipes > 5);  // the loop has seen them
}

TEST_CASE("the guide's recipe is the example's") {
    const auto recipes = blocks(read_whole(source_folder() / "docs/guide.md"), "json");
    REQUIRE(!recipes.empty());
    CHECK(recipes.front() == read_whole(source_folder() / "examples/invariant_of_a_curve.json"));
}

// Each page's commands are run in its order in one folder, so that a command may use what an earlier one made.
TEST_CASE("the commands on a page run") {
    int run = 0;
    for (const auto& page : pages()) {
        const Root root;
        for (const std::string& command : commands(read_whole(page))) {
            const Finished finished =
                run_program({"/bin/sh", "-c", "PATH=" + binary_folder().string() + ":$PATH\n" + command}, root.folder.path());
            CAPTURE(page);
            CAPTURE(command);
            CAPTURE(finished.err);
            CHECK(finished.code == 0);
            ++run;
        }
    }
    CHECK(run > 10);  // the loop has seen them
}

TEST_CASE("every verb that a page mentions exists") {
    for (const auto& page : pages())
        for (const std::string& verb : matches(read_whole(page), "`(?:build/)?sluice ([a-z]+)")) {
            CAPTURE(page);
            CAPTURE(verb);
            CHECK(run_sluice({verb, "--help"}).code == 0);
        }
}

TEST_CASE("every link on a page leads to a file of the tree") {
    for (const auto& page : pages())
        for (const std::string& link : matches(read_whole(page), "\\]\\(([^)#:]+)\\)")) {
            CAPTURE(page);
            CAPTURE(link);
            CHECK(std::filesystem::exists(page.parent_path() / link));
        }
}

TEST_CASE("the guide's exit codes are those of the program") {
    const auto documented = matches(read_whole(source_folder() / "docs/guide.md"), "\n\\| ([0-9]+) \\|");
    const auto declared = matches(read_whole(source_folder() / "framework/include/sluice/host/error.hpp"), " = ([0-9]+)[,\n]");
    std::set<std::string> expected(declared.begin(), declared.end());
    CHECK(expected.size() == 9);
    expected.insert("0");
    CHECK(std::set<std::string>(documented.begin(), documented.end()) == expected);
}
