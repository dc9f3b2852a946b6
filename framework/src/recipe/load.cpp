// SPDX-License-Identifier: BSD-3-Clause
// extends: the base first, then this file as a merge patch. include: more parameters and steps, no name twice.
#include "load.hpp"

#include <fstream>
#include <iterator>
#include <optional>
#include <vector>

#include "report.hpp"

namespace sluice {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> read_text(const fs::path& file) {
    std::error_code error;
    if (!fs::is_regular_file(file, error) && !fs::is_fifo(file, error)) return std::nullopt;
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return std::nullopt;
    std::string text(largest_document + 1, '\0');  // one more than allowed: enough to see that it is too large
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return text;
}

class Loader {
public:
    Loader(std::string text, const std::string& name, const fs::path& folder) {
        folders_[name] = folder;
        stack_.push_back(name);
        Document document = resolve(read_document(text, name), folder);
        loaded_ = {std::move(document), std::move(text), std::move(folders_)};
        loaded_.document.findings = std::move(findings_);
    }
    LoadedRecipe take() { return std::move(loaded_); }

private:
    /// Includes and extends of a document that was read.
    Document resolve(Document document, const fs::path& folder) {
        keep_findings(document);
        include(document, folder);
        return extend(std::move(document), folder);
    }

    void keep_findings(Document& document) {
        for (auto& each : document.findings) findings_.push_back(std::move(each));
        document.findings.clear();
    }

    void include(Document& document, const fs::path& folder) {
        const Json list = member(document.value, "include");
        if (!list.is_array()) return;  // of another type: the check of form says so
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (!list[i].is_string()) return;
            Document part = open(document, "/include/" + std::to_string(i), folder / list[i].get<std::string>());
            keep_findings(part);
            add_part(document, part);
        }
        document.value.erase("include");
    }

    void add_part(Document& document, const Document& part) {
        for (const auto& key : keys_of(part.value)) {
            const std::string at = join_pointer("", key);
            if (key != "parameters" && key != "steps") {
                fault("unknown-key", at, part.key_at(at), "an included file has parameters and steps, not " + in_quotes(key) + ".");
                continue;
            }
            for (const auto& name : keys_of(part.value[key])) add_member(document, part, key, name);
        }
    }

    void add_member(Document& document, const Document& part, const std::string& group, const std::string& name) {
        const std::string at = join_pointer(join_pointer("", group), name);
        Json& into = document.value[group];
        if (!into.is_object() && !into.is_null()) return;
        if (into.contains(name)) {
            const Location first = document.key_at(at), again = part.key_at(at);
            fault("duplicate-key", at, again,
                  in_quotes(name) + " in '" + group + "' stands here again; it is first at " + first.file + ":" +
                      std::to_string(first.line) + ":" + std::to_string(first.column) + ". Keep one of them.");
            return;
        }
        into[name] = part.value[group][name];
        document.take_places(at, part);
    }

    Document extend(Document document, const fs::path& folder) {
        const Json base_name = member(document.value, "extends");
        if (!base_name.is_string()) return document;
        const fs::path file = folder / base_name.get<std::string>();
        Document base = open(document, "/extends", file);
        if (base.value.is_object()) {
            stack_.push_back(file.lexically_normal().string());
            base = resolve(std::move(base), file.parent_path());
            stack_.pop_back();
        } else {
            keep_findings(base);
        }
        document.value.erase("extends");
        drop_replaced_steps(base, document);
        base.merge_patch(document);
        return base;
    }

    /// A step that is given another plugin begins anew: the parameters of the old one mean nothing to it.
    static void drop_replaced_steps(Document& base, const Document& change) {
        if (!base.value.is_object() || !member(base.value, "steps").is_object()) return;
        const Json steps = member(change.value, "steps");
        for (const auto& name : keys_of(steps)) {
            const Json use = member(steps[name], "use"), old = member(base.value["steps"], name);
            if (use.is_string() && use != member(old, "use")) base.value["steps"].erase(name);
        }
    }

    /// The document in a file that `document` names at `pointer`; empty, with a finding, when there is none.
    Document open(const Document& document, const std::string& pointer, const fs::path& path) {
        const std::string name = path.lexically_normal().string();
        for (const auto& open_file : stack_)
            if (fs::path(open_file).lexically_normal() == name) {
                fault("cycle", pointer, document.value_at(pointer), in_quotes(name) + " is included by itself.");
                return {};
            }
        const auto text = read_text(path);
        if (!text) {
            fault("unreadable", pointer, document.value_at(pointer), "the file " + in_quotes(name) + " cannot be read.");
            return {};
        }
        folders_[name] = path.parent_path();
        return read_document(*text, name);
    }

    void fault(const std::string& code, const std::string& pointer, Location location, const std::string& message) {
        findings_.push_back({code, Severity::error, pointer, std::move(location), message});
    }

    std::map<std::string, fs::path> folders_;
    std::vector<std::string> stack_;  ///< the files being read: one of them again is a loop
    std::vector<Finding> findings_;
    LoadedRecipe loaded_;
};

}  // namespace

LoadedRecipe load_recipe_text(const std::string& text, const std::string& name, const fs::path& folder) {
    return Loader(text, name, folder).take();
}

LoadedRecipe load_recipe(const fs::path& file) {
    if (const auto text = read_text(file)) return load_recipe_text(*text, file.string(), file.parent_path());
    LoadedRecipe out;
    out.document.findings.push_back({"unreadable", Severity::error, "", {file.string(), 0, 0}, "the file cannot be read."});
    return out;
}

}  // namespace sluice
