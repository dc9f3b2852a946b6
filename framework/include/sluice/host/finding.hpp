// SPDX-License-Identifier: BSD-3-Clause
// What a check finds: one fault each, with its place, so that all of them can be shown at once.
#pragma once

#include <string>
#include <vector>

namespace sluice {

/// A place in a JSON text. Line and column count from 1; column in bytes. Line 0: no text, and `file` says what it is
/// ("-p scale=-1", a file that cannot be read).
struct Location {
    std::string file;
    int line = 0;
    int column = 0;
};

enum class Severity { note, warning, error };

struct Finding {
    std::string code;      ///< stable, kebab-case: "unknown-plugin", "duplicate-key"
    Severity severity = Severity::error;
    std::string pointer;   ///< JSON pointer into the recipe: "/steps/net/with/scale"
    Location location;
    std::string message;   ///< the sentence: where, what we got, what is needed, what to do
};

/// "recipe.json:31:18: step 'net' (background_subtraction): scale = -0.2, must be > 0. ..."
std::string to_text(const Finding& finding);
bool has_errors(const std::vector<Finding>& findings);

}  // namespace sluice
