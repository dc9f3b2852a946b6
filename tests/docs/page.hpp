// SPDX-License-Identifier: BSD-3-Clause
// The pages of the tree (README.md, docs, examples, plugins), and the blocks of code in them.
#pragma once

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/run_program.hpp"

namespace sluice::test {

inline std::vector<std::filesystem::path> pages() {
    std::vector<std::filesystem::path> found{source_folder() / "README.md"};
    for (const char* folder : {"docs", "examples", "plugins"})
        for (const auto& each : std::filesystem::recursive_directory_iterator(source_folder() / folder))
            if (each.path().extension() == ".md") found.push_back(each.path());
    std::sort(found.begin(), found.end());
    return found;
}

inline std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

/// The contents of the fenced blocks in one language.
inline std::vector<std::string> blocks(const std::string& text, const std::string& language) {
    std::vector<std::string> found;
    bool inside = false, wanted = false;
    for (const std::string& line : lines_of(text)) {
        if (line.starts_with("```")) {
            inside = !inside;
            wanted = inside && line == "```" + language;
            if (wanted) found.emplace_back();
        } else if (wanted) {
            found.back() += line + '\n';
        }
    }
    return found;
}

}  // namespace sluice::test
