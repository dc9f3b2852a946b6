// SPDX-License-Identifier: BSD-3-Clause
// How a result came about.
#include "run/provenance.hpp"

#include <chrono>
#include <map>
#include <set>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <sluice/host/version.hpp>

#include "result/history.hpp"
#include "run/sink.hpp"

namespace sluice {
namespace {

Json step_json(const Node& node, int sequence_index) {
    const auto& step = *node.step;
    Json inputs = Json::object(), units = Json::object(), resolved = Json::object();
    for (const auto& [port, from] : step.inputs) inputs[port] = from.step + "." + from.port;
    for (const auto& [parameter, from] : step.per_item) inputs[parameter] = from.step + "." + from.port;
    const Json properties = node.manifest->parameters.value("properties", Json::object());
    for (const auto& [name, property] : properties.items())
        if (property.contains("unit")) units[name] = property["unit"];
    for (const auto& [name, value] : node.state->resolved) resolved[name] = value;
    return {{"name", step.name}, {"plugin", step.plugin}, {"plugin_version", node.manifest->version},
            {"library_sha256", node.library ? node.library->sha256() : ""}, {"sequence_index", sequence_index},
            {"parameters", step.with}, {"units", units}, {"inputs", inputs}, {"core", step.core}, {"resolved", resolved},
            {"warnings", node.state->warnings}, {"seconds", static_cast<double>(node.state->nanoseconds.load()) * 1e-9}};
}

/// The curve that a scalar default came from: the nearest kept array with dimensions upstream of it.
Json default_curve(const Graph& graph) {
    const auto kept = kept_arrays(graph);
    std::vector<int> waiting{graph.index.at(graph.recipe.default_output.step)};
    std::set<int> seen(waiting.begin(), waiting.end());
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        for (const auto& operand : graph.node(waiting[i]).inputs) {
            if (!operand.connected) continue;
            for (const auto& each : kept)
                if (each.node == operand.node && each.output == operand.output && !operand.description.dims.empty()) return each.reference;
            if (seen.insert(operand.node).second) waiting.push_back(operand.node);
        }
    }
    for (const auto& each : kept)   // else another output of the same step
        if (!graph.node(each.node).outputs[static_cast<std::size_t>(each.output)].description.dims.empty()) return each.reference;
    return nullptr;
}

Json history_of(const std::vector<InputFile>& files) {
    Json history = Json::object();
    for (const auto& file : files) {
        if (file.provenance.is_null()) continue;
        Json record = file.provenance;
        if (record.contains("history")) history.update(record["history"]);
        record.erase("history");
        history[file.fingerprint.sha256] = std::move(record);
    }
    return history;
}

/// What the file calls the kept arrays: "net" is "net.intensity".
Json kept_json(const Graph& graph) {
    Json kept = Json::object();
    for (const auto& each : kept_arrays(graph)) kept[each.label] = each.reference;
    return kept;
}

}  // namespace

std::string text_of_json(const Json& json, int indent) { return json.dump(indent, ' ', false, Json::error_handler_t::replace); }

std::string timestamp() {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

std::vector<InputFile> fingerprint_inputs(const Graph& graph, bool full) {
    std::vector<InputFile> files;
    std::map<std::filesystem::path, std::size_t> known;   // several steps may read one file
    for (const auto& node : graph.nodes)
        for (const auto& file : node->state->files) {
            const auto [at, fresh] = known.emplace(file, files.size());
            if (fresh)
                files.push_back({node->step->name, full ? fingerprint(file, std::numeric_limits<Index>::max()) : fingerprint(file),
                                 provenance_if_result(file).value_or(nullptr)});
            else
                files.push_back({node->step->name, files[at->second].fingerprint, files[at->second].provenance});
        }
    return files;
}

std::vector<std::string> all_warnings(const Graph& graph) {
    std::vector<std::string> warnings;
    for (const auto& node : graph.nodes)
        for (const auto& warning : node->state->warnings) warnings.push_back(fmt::format("step '{}': {}", node->step->name, warning));
    return warnings;
}

Json make_provenance(const Plan& plan, const std::vector<InputFile>& files, const std::vector<FailedCheck>& failed_checks) {
    const auto& graph = plan.graph();
    const auto& recipe = graph.recipe;
    const auto effective = text_of_json(recipe.effective, 2);
    Json steps = Json::array(), inputs = Json::array(), grains = Json::array(), checks = Json::array();
    int sequence_index = 0;
    for (const auto& node : graph.nodes) steps.push_back(step_json(*node, ++sequence_index));
    for (const auto& file : files)
        inputs.push_back({{"step", file.step}, {"path", file.fingerprint.path.string()}, {"size", file.fingerprint.size},
                          {"sha256", file.fingerprint.sha256}, {"coverage", file.fingerprint.coverage}});
    for (const auto& pass : plan.passes()) grains.push_back({{"steps", pass.steps}, {"over", to_text(pass.over)}, {"items", pass.items}, {"grain", pass.grain}});
    for (const auto& each : failed_checks) checks.push_back(each.message);
    return {{"program", "sluice"},
            {"version", SLUICE_VERSION},
            {"date", timestamp()},
            {"recipe", {{"id", recipe.id}, {"version", recipe.version}, {"title", recipe.title}, {"file", recipe.file.string()}, {"text", recipe.text},
                        {"effective", recipe.effective}, {"effective_text", effective}, {"effective_sha256", sha256(effective)}}},
            {"default", recipe.default_output.step + "." + recipe.default_output.port},
            {"default_curve", default_curve(graph)},
            {"kept", kept_json(graph)},
            {"execution", {{"threads", plan.threads()}, {"memory_limit_bytes", plan.memory_limit_bytes()}, {"grain", grains}}},
            {"steps", steps},
            {"files", inputs},
            {"history", history_of(files)},
            {"notes", plan.notes()},
            {"warnings", all_warnings(graph)},
            {"failed_checks", checks}};
}

}  // namespace sluice
