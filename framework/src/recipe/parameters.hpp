// SPDX-License-Identifier: BSD-3-Clause
// The parameters of a recipe: what is declared, what -p gives, and "${name}" in its place.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <sluice/host/recipe.hpp>

#include "report.hpp"

namespace sluice {

/// Relative paths in a text refer to the folder of the file that it stands in.
using Folders = std::map<std::string, std::filesystem::path>;
std::string absolute_path(const std::string& path, const std::filesystem::path& folder);

struct RecipeParameter {
    std::string type;             ///< "path", "text", "number", "quantity", "integer", "boolean", "choice"
    /// What "${name}" stands for; paths absolute, quantities as a number (of unit 1) or as text with their unit.
    std::optional<Json> value;
    bool faulty = false;          ///< already reported: what uses it is not judged
};

/// A value of the recipe after "${name}".
struct Substituted {
    Json value;
    std::string parameter;        ///< when the whole value is "${name}"
    bool known = true;            ///< false: a parameter in it has no value, or is faulty
};

class RecipeParameters {
public:
    /// Reads /parameters, takes over `options.parameters`, and reports their faults. `incomplete`: pointers of objects that
    /// a malformed part was taken out of; such a declaration is not judged.
    RecipeParameters(const Json& recipe, const std::set<std::string>& incomplete, const Folders& folders,
                     const RecipeOptions& options, Report& report);

    /// Replaces "${name}" in a value that stands at `pointer`, reporting unknown names and "${" within a longer text.
    [[nodiscard]] Substituted substitute(const Json& value, const std::string& pointer);

    [[nodiscard]] const RecipeParameter& at(const std::string& name) const { return parameters_.at(name); }
    /// Reports the parameters that no value refers to. `recipe`: the whole.
    void report_unused(const Json& recipe);

private:
    void declare(const std::string& name, const Json& declaration);
    void give(const std::string& name, const Json& declaration, const std::string& text);
    void report_missing(const std::string& name, const Json& declaration, bool required);
    void substitute_text(const std::string& text, const std::string& pointer, Substituted& out);
    void note_uses(const Json& value);

    const Folders& folders_;
    Report& report_;
    std::map<std::string, RecipeParameter> parameters_;
    std::vector<std::string> names_;
    std::set<std::string> used_;
};

/// "a path", "a number", "a quantity in 1/nm", "one of a or b": for sentences.
std::string describe_parameter_type(const Json& declaration);

}  // namespace sluice
