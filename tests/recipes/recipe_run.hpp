// SPDX-License-Identifier: BSD-3-Clause
// Runs a recipe of the tree by the program, and hands out the numbers it reports.
#pragma once

#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/run_program.hpp"

namespace sluice::test {

inline std::filesystem::path example_data(const std::string& name) { return source_folder() / "examples/data" / name; }

struct Numbers {
    std::vector<double> values, sigmas;
};

/// Runs recipe (relative to the tree) with further words of `sluice run`, keeps the result in `output`, and gives the numbers
/// of the kept array `label`, of at most 8 elements.
inline Numbers run_recipe(const std::string& recipe, std::vector<std::string> words, const std::filesystem::path& output,
                          const std::string& label) {
    words.insert(words.begin(), {"run", (source_folder() / recipe).string(), "--format", "json", "-o", output.string()});
    const Finished finished = run_sluice(words);
    CAPTURE(finished.err);
    REQUIRE(finished.code == 0);
    std::istringstream lines(finished.out);
    for (std::string line; std::getline(lines, line);) {
        const auto event = nlohmann::json::parse(line);
        if (event.at("event") != "result") continue;
        for (const auto& array : event.at("arrays"))
            if (array.at("array") == label) return {array.at("values"), array.at("sigmas")};
    }
    throw std::runtime_error("the program reports no array " + label);
}

/// The words that hand the example frames to pipelines/swaxs/invariant.json.
inline std::vector<std::string> example_frames(std::vector<std::string> further = {}) {
    further.insert(further.end(),
                   {"-p", "frames=" + example_data("three_samples.h5").string(), "-p",
                    "empty=" + example_data("empty_cell.h5").string(), "-p", "geometry=" + example_data("tilted.poni").string()});
    return further;
}

}  // namespace sluice::test
