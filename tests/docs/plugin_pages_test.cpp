// SPDX-License-Identifier: BSD-3-Clause
// Every plugin folder is complete, and its page says of the parameters what the declaration says.
#include "docs/page.hpp"

namespace {

using namespace sluice::test;

std::vector<std::filesystem::path> plugin_folders() {
    std::vector<std::filesystem::path> found;
    for (const auto& each : std::filesystem::directory_iterator(source_folder() / "plugins"))
        if (each.is_directory()) found.push_back(each.path());
    return found;
}

/// What stands between the markers of a page; "no table" when they are not there.
std::string table_of(const std::string& page) {
    const std::string begin = "<!-- parameters -->\n", end = "<!-- /parameters -->";
    const auto from = page.find(begin), to = page.find(end);
    return from == std::string::npos || to == std::string::npos ? "no table"
                                                                : page.substr(from + begin.size(), to - from - begin.size());
}

}  // namespace

TEST_CASE("every plugin folder holds its declaration, page, build file and tests, and is listed") {
    const std::string front_page = read_whole(source_folder() / "README.md");
    const std::string list = read_whole(source_folder() / "plugins/CMakeLists.txt");
    for (const auto& folder : plugin_folders()) {
        const std::string name = folder.filename().string();
        CAPTURE(name);
        for (const std::string part : {"plugin.json", "README.md", "CMakeLists.txt", "tests"}) {
            CAPTURE(part);
            CHECK(std::filesystem::exists(folder / part));
        }
        CHECK(front_page.find("`" + name + "`") != std::string::npos);
        CHECK(list.find("add_subdirectory(" + name + ")") != std::string::npos);
    }
}

TEST_CASE("the table of parameters on a plugin's page is the one derived from its declaration") {
    for (const auto& folder : plugin_folders()) {
        const std::string name = folder.filename().string();
        CAPTURE(name);
        const Finished described = run_sluice({"plugins", "describe", name, "--format", "markdown"});
        CHECK(described.code == 0);
        CHECK_MESSAGE(table_of(read_whole(folder / "README.md")) == described.out, "run tests/docs/update_tables");
    }
}
