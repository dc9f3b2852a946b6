// SPDX-License-Identifier: BSD-3-Clause
// A recipe file together with what it extends and includes, as one document whose places still name the right file.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "document.hpp"

namespace sluice {

struct LoadedRecipe {
    Document document;
    std::string text;                                       ///< of the recipe file itself
    std::map<std::string, std::filesystem::path> folders;   ///< by file name as in Location: what relative paths refer to
};

/// A file that cannot be read is a finding ("unreadable").
LoadedRecipe load_recipe(const std::filesystem::path& file);
LoadedRecipe load_recipe_text(const std::string& text, const std::string& name, const std::filesystem::path& folder);

}  // namespace sluice
