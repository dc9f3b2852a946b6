// SPDX-License-Identifier: BSD-3-Clause
// The verbs of the program, one per file. Each takes the words after it and returns the exit code, or throws sluice::Error.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::cli {

using Arguments = std::vector<std::string>;

struct Verb {
    std::string_view name;
    std::string_view summary;
    int (*run)(const Arguments&);
};

/// Runs the verb that the first word names; `prefix` is what stands before it ("sluice plugins").
int dispatch(std::string_view prefix, std::span<const Verb> verbs, const Arguments& arguments);

int run_verb(const Arguments&);
int check_verb(const Arguments&);
int plan_verb(const Arguments&);
int plugins_verb(const Arguments&);
int recipe_verb(const Arguments&);
int provenance_verb(const Arguments&);
int replay_verb(const Arguments&);
int export_verb(const Arguments&);

}  // namespace sluice::cli
