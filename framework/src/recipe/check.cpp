// SPDX-License-Identifier: BSD-3-Clause
// check: the parts in turn, each judging what the ones before found sound; at the end a recipe that can be planned.
#include <sluice/host/recipe.hpp>

#include <algorithm>
#include <set>

#include <sluice/host/error.hpp>

#include "arguments.hpp"
#include "connections.hpp"
#include "load.hpp"
#include "parameters.hpp"
#include "report.hpp"
#include "structure.hpp"
#include "types.hpp"

namespace sluice {

extern const std::string_view recipe_schema_text;  // schemas/recipe.schema.json

namespace {

constexpr int recipe_language = 1;

/// Codes of what leaves parts of the recipe unread: nothing can be said about the rest.
bool unreadable(const std::vector<Finding>& findings) {
    static const std::set<std::string> codes{"syntax", "unreadable", "cycle"};
    return std::any_of(findings.begin(), findings.end(), [](const Finding& each) { return codes.contains(each.code); });
}

std::string to_text(const Reference& reference) { return reference.step + "." + reference.port; }

class Check {
public:
    Check(LoadedRecipe loaded, std::filesystem::path file, const Catalogue& catalogue, const RecipeOptions& options)
        : loaded_(std::move(loaded)), file_(std::move(file)), catalogue_(catalogue), options_(options),
          json_(loaded_.document.value), report_(loaded_.document) {}

    Checked run() {
        report_.add(loaded_.document.findings);
        if (unreadable(loaded_.document.findings) || wrong_language()) return {std::nullopt, std::move(report_).sorted()};
        static const Json schema = Json::parse(recipe_schema_text);
        incomplete_ = check_structure(schema, json_, place_in_words, report_);
        RecipeParameters parameters(json_, incomplete_, loaded_.folders, options_, report_);
        read_overrides();
        for (const auto& name : keys_of(member(json_, "steps"))) draft_step(name, parameters);
        Connections connections(steps_, report_);
        connections.connect();
        const auto order = connections.order();
        ArrayTypes types;
        for (const auto i : order) infer_types(steps_[i], types, report_);
        read_outputs(connections, parameters);
        read_checks(connections);
        report_unused(connections);
        parameters.report_unused(loaded_.document.value);
        return finish(order);
    }

private:
    bool wrong_language() {
        const Json& language = member(json_, "sluice");
        if (!language.is_number() || language == recipe_language) return false;
        report_.add("schema", "/sluice", "sluice = " + shown(language) + ": this program reads recipes of language " +
                                             std::to_string(recipe_language) + ". Use the program the recipe was written for.");
        return true;
    }

    [[nodiscard]] std::vector<std::string> plugin_names(bool sinks) const {
        std::vector<std::string> names;
        for (const auto& [id, manifest] : catalogue_)
            if ((manifest.kind == PluginKind::sink) == sinks) names.push_back(id);
        return names;
    }

    // ---- steps

    void read_overrides() {
        const auto names = keys_of(member(json_, "steps"));
        for (const auto& [target, text] : options_.overrides) {
            const auto dot = target.find('.');
            const std::string step = target.substr(0, dot);
            const Location location{"--set " + target + "=" + text, 0, 0};
            if (dot == std::string::npos)
                report_.add_at("unknown-parameter", "", location, "write --set step.parameter=value.");
            else if (std::find(names.begin(), names.end(), step) == names.end())
                report_.add_at("unknown-reference", "/steps", location,
                               "there is no step " + in_quotes(step) + "." + did_you_mean(step, names));
            else
                overrides_[step][target.substr(dot + 1)] = text;
        }
    }

    void draft_step(const std::string& name, RecipeParameters& parameters) {
        const Json& json = json_["steps"][name];
        StepDraft step;
        step.name = name;
        step.pointer = join_pointer("/steps", name);
        step.plugin = json.value("use", "");
        step.subject = "step " + in_quotes(name) + (step.plugin.empty() ? "" : " (" + step.plugin + ")");
        step.incomplete = damaged(step.pointer);
        step.manifest = find_plugin(step);
        if (const Json& in = member(json, "in"); in.is_object()) step.in = in;
        read_core(member(json, "core"), step);
        const Json& with = member(json, "with");
        if (step.manifest) {
            const ArgumentsPlace place{step.pointer + "/with", step.subject, step.incomplete};
            step.arguments = check_arguments(*step.manifest, with, overrides_[name], place, loaded_.folders, parameters, report_);
        } else {
            note_references(with, step);
            (void)parameters.substitute(with, step.pointer + "/with");
        }
        step.sound = step.manifest != nullptr && !step.incomplete;
        steps_.push_back(std::move(step));
    }

    /// True when something at or below the pointer was malformed.
    [[nodiscard]] bool damaged(const std::string& pointer) const {
        return std::any_of(incomplete_.begin(), incomplete_.end(), [&](const std::string& each) {
            return each == pointer || each.starts_with(pointer + "/");
        });
    }

    const Manifest* find_plugin(const StepDraft& step) {
        if (step.plugin.empty()) return nullptr;
        const auto found = catalogue_.find(step.plugin);
        const std::string at = step.pointer + "/use";
        if (found == catalogue_.end()) {
            const auto why = options_.unusable.find(step.plugin);
            report_.add("unknown-plugin", at, "step " + in_quotes(step.name) + ": there is no plugin " + in_quotes(step.plugin) + "." +
                                                  (why == options_.unusable.end() ? did_you_mean(step.plugin, plugin_names(false)) + " See: sluice plugins list."
                                                                                  : " " + why->second));
            return nullptr;
        }
        if (found->second.kind != PluginKind::sink) return &found->second;
        report_.add("sink-as-step", at, step.subject + ": a sink is no step. Name it in outputs: \"format\": \"" + step.plugin + "\".");
        return nullptr;
    }

    static void read_core(const Json& core, StepDraft& step) {
        for (const auto& name : keys_of(core)) {
            const Json& bound = core[name];
            auto& dims = step.core[name];
            if (bound.is_string()) dims.push_back(bound.get<std::string>());
            else for (const auto& each : bound) dims.push_back(each.get<std::string>());
        }
    }

    /// An unknown plugin's {"from": "step.port"}: that step is used all the same.
    static void note_references(const Json& with, StepDraft& step) {
        for (const auto& name : keys_of(with))
            if (const Json& from = member(with[name], "from"); from.is_string() && with[name].size() == 1)
                step.arguments.per_item[name] = from.get<std::string>();
    }

    // ---- outputs and checks

    /// What a malformed part names may have been meant as a use of it.
    void report_unused(Connections& connections) const {
        if (!member(json_, "outputs").is_object()) return;
        for (const auto& pointer : incomplete_) note_uses(loaded_.document.value.at(Json::json_pointer(pointer)), connections);
        connections.report_unused();
    }
    static void note_uses(const Json& value, Connections& connections) {
        if (value.is_string()) connections.note_use(value.get<std::string>());
        if (value.is_structured())
            for (const auto& each : value) note_uses(each, connections);
    }

    void read_outputs(Connections& connections, RecipeParameters& parameters) {
        const Json& outputs = member(json_, "outputs");
        if (!outputs.is_object()) return;
        if (const Json& text = member(outputs, "default"); text.is_string()) keep(connections, text, "/outputs/default");
        if (!recipe_.keep.empty()) recipe_.default_output = recipe_.keep.front();
        if (const Json& list = member(outputs, "keep"); list.is_array())
            for (std::size_t i = 0; i < list.size(); ++i)
                if (list[i].is_string()) keep(connections, list[i], "/outputs/keep/" + std::to_string(i));
        read_format(outputs, parameters);
    }

    void keep(Connections& connections, const Json& text, const std::string& at) {
        const auto reference = connections.resolve(text.get<std::string>(), at, place_in_words(at));
        kept_unknown_ = kept_unknown_ || !reference;
        if (reference && std::find(recipe_.keep.begin(), recipe_.keep.end(), *reference) == recipe_.keep.end())
            recipe_.keep.push_back(*reference);
    }

    void read_format(const Json& outputs, RecipeParameters& parameters) {
        recipe_.format = outputs.value("format", recipe_.format);
        const bool given = outputs.contains("format");
        const std::string at = given ? "/outputs/format" : "/outputs";
        const auto found = catalogue_.find(recipe_.format);
        if (found == catalogue_.end() || found->second.kind != PluginKind::sink) {
            report_.add(found == catalogue_.end() ? "unknown-plugin" : "not-a-sink", at,
                        "outputs: there is no sink " + in_quotes(recipe_.format) + " to write the result." +
                            did_you_mean(recipe_.format, plugin_names(true)));
            return;
        }
        const ArgumentsPlace place{"/outputs/with", "outputs (" + recipe_.format + ")", damaged("/outputs")};
        recipe_.format_with = check_arguments(found->second, member(outputs, "with"), {}, place, loaded_.folders, parameters, report_).with;
    }

    void read_checks(Connections& connections) {
        const Json& checks = member(json_, "checks");
        for (std::size_t i = 0; i < checks.size(); ++i)
            if (const std::string at = "/checks/" + std::to_string(i); member(checks[i], "on").is_string())
                read_check(connections, checks[i], at);
    }

    void read_check(Connections& connections, const Json& json, const std::string& at) {
        const auto on = connections.resolve(json["on"].get<std::string>(), at + "/on", place_in_words(at));
        if (!on) return;
        if (!kept_unknown_ && std::find(recipe_.keep.begin(), recipe_.keep.end(), *on) == recipe_.keep.end())
            report_.add("not-kept", at + "/on", place_in_words(at) + ": " + in_quotes(json["on"].get<std::string>()) +
                                                    " is not kept, so it is not checked. Add it to outputs.keep.");
        QualityCheck check{*on, json.value("finite", false), std::nullopt, std::nullopt, at, loaded_.document.value_at(at)};
        if (json.contains("minimum")) check.minimum = json["minimum"].get<double>();
        if (json.contains("maximum")) check.maximum = json["maximum"].get<double>();
        recipe_.checks.push_back(std::move(check));
    }

    // ---- the recipe

    Checked finish(const std::vector<std::size_t>& order) {
        Checked out{std::nullopt, std::move(report_).sorted()};
        if (has_errors(out.findings)) return out;
        const Json& about = json_["recipe"];
        recipe_.id = about["id"].get<std::string>();
        recipe_.version = about["version"].get<std::string>();
        recipe_.title = about.value("title", "");
        recipe_.text = loaded_.text;
        recipe_.file = file_;
        for (const auto i : order) recipe_.steps.push_back(to_step(std::move(steps_[i])));
        recipe_.effective = effective(about);
        out.recipe = std::move(recipe_);
        return out;
    }

    [[nodiscard]] Step to_step(StepDraft draft) const {
        return {draft.name,          draft.plugin,
                std::move(draft.inputs), std::move(draft.core),
                std::move(draft.per_item), std::move(draft.arguments.with),
                draft.pointer,       loaded_.document.key_at(draft.pointer)};
    }

    [[nodiscard]] Json effective(const Json& about) const {
        Json out;
        out["sluice"] = recipe_language;
        out["recipe"] = about;
        if (Json open = open_parameters(); !open.empty()) out["parameters"] = std::move(open);
        for (const auto& step : recipe_.steps) out["steps"][step.name] = effective_step(step);
        for (const auto& check : recipe_.checks) out["checks"].push_back(effective_check(check));
        out["outputs"]["default"] = to_text(recipe_.default_output);
        for (const auto& each : recipe_.keep) out["outputs"]["keep"].push_back(to_text(each));
        out["outputs"]["format"] = recipe_.format;
        out["outputs"]["with"] = recipe_.format_with;
        return out;
    }

    /// Declarations of parameters that have no value: `check` without values leaves them open.
    [[nodiscard]] Json open_parameters() const {
        Json open = Json::object();
        const Json& declared = member(json_, "parameters");
        for (const auto& name : keys_of(declared))
            if (!declared[name].contains("default") && !options_.parameters.contains(name)) open[name] = declared[name];
        return open;
    }

    static Json effective_step(const Step& step) {
        Json out{{"use", step.plugin}};
        for (const auto& [port, reference] : step.inputs) out["in"][port] = to_text(reference);
        for (const auto& [name, dims] : step.core) out["core"][name] = dims.size() == 1 ? Json(dims.front()) : Json(dims);
        out["with"] = step.with;
        for (const auto& [name, reference] : step.per_item) out["with"][name] = Json{{"from", to_text(reference)}};
        return out;
    }

    static Json effective_check(const QualityCheck& check) {
        Json out{{"on", to_text(check.on)}};
        if (check.finite) out["finite"] = true;
        if (check.minimum) out["minimum"] = *check.minimum;
        if (check.maximum) out["maximum"] = *check.maximum;
        return out;
    }

    LoadedRecipe loaded_;
    std::filesystem::path file_;
    const Catalogue& catalogue_;
    const RecipeOptions& options_;
    Json json_;                           ///< what is well-formed of the document
    Report report_;
    std::set<std::string> incomplete_;    ///< pointers of objects that a malformed part was taken out of
    std::map<std::string, Overrides> overrides_;
    StepDrafts steps_;
    Recipe recipe_;
    bool kept_unknown_ = false;
};

}  // namespace

const Step& Recipe::step(const std::string& name) const {
    const auto found = std::find_if(steps.begin(), steps.end(), [&](const Step& each) { return each.name == name; });
    if (found == steps.end()) throw Error(ErrorKind::internal, "the recipe has no step " + in_quotes(name));
    return *found;
}

Checked check_recipe(const std::filesystem::path& file, const Catalogue& catalogue, const RecipeOptions& options) {
    return Check(load_recipe(file), file, catalogue, options).run();
}

Checked check_recipe_text(const std::string& text, const std::string& name, const std::filesystem::path& folder,
                          const Catalogue& catalogue, const RecipeOptions& options) {
    return Check(load_recipe_text(text, name, folder), name, catalogue, options).run();
}

Json recipe_parameters(const std::filesystem::path& file) {
    LoadedRecipe loaded = load_recipe(file);
    if (has_errors(loaded.document.findings)) {
        std::string all;
        for (const auto& each : loaded.document.findings) all += (all.empty() ? "" : "\n") + to_text(each);
        throw Error(ErrorKind::recipe, all);
    }
    Json out = Json::array();
    const Json& declared = member(loaded.document.value, "parameters");
    for (const auto& name : keys_of(declared)) {
        Json each{{"name", name}};
        each.update(declared[name]);
        out.push_back(std::move(each));
    }
    return out;
}

}  // namespace sluice
