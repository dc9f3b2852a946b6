// SPDX-License-Identifier: BSD-3-Clause
// Runs one plugin on arrays in memory, through a recipe, its check, plan and run: what a user of it meets.
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include <sluice/host/array.hpp>
#include <sluice/host/error.hpp>
#include <sluice/host/manifest.hpp>

namespace sluice::test {

struct RunPluginOptions {
    int threads = 2;
    Index memory_bytes = 0;                                ///< 0: as the host chooses
    std::map<std::string, std::vector<std::string>> core = {};  ///< core dim -> the data's own dims
    std::map<std::string, std::string> per_item = {};           ///< parameter -> which of the inputs gives it
};

/// All outputs by port. `inputs` by port, and those that `per_item` names. Throws Error; the findings of a failed check
/// are joined by line ends. The step is called 'step'.
std::map<std::string, Array> run_plugin(const std::string& id, const Json& with, const std::map<std::string, Array>& inputs,
                                        const RunPluginOptions& options = {});

/// The text of the Error that f throws; "no error" when it throws none.
std::string error_of(const auto& f) {
    try {
        f();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

/// CHECK(error_of(f) == Contains("scale = -0.2")) shows the whole text when it fails.
struct Contains {
    std::string part;
    friend bool operator==(const std::string& text, const Contains& wanted) { return text.find(wanted.part) != std::string::npos; }
    friend std::ostream& operator<<(std::ostream& out, const Contains& wanted) { return out << "…" << wanted.part << "…"; }
};

}  // namespace sluice::test
