// SPDX-License-Identifier: BSD-3-Clause
// Names become references; a name that is wrong is reported once and makes nothing else wrong.
#include "connections.hpp"

#include <algorithm>

namespace sluice {
namespace {

template <class Ports>
std::vector<std::string> names_of(const Ports& ports) {
    std::vector<std::string> names;
    for (const auto& each : ports) names.push_back(each.name);
    return names;
}

}  // namespace

Connections::Connections(StepDrafts& steps, Report& report) : steps_(steps), report_(report), names_(names_of(steps)) {}

StepDraft* Connections::find(const std::string& name) {
    const auto found = std::find_if(steps_.begin(), steps_.end(), [&](const auto& each) { return each.name == name; });
    return found == steps_.end() ? nullptr : &*found;
}

std::optional<Reference> Connections::resolve(const std::string& text, const std::string& pointer, const std::string& subject) {
    const auto dot = text.find('.');
    const std::string name = text.substr(0, dot);
    const StepDraft* step = find(name);
    meant_ = step ? name : probably_meant(name, names_);
    used_.insert(meant_);
    if (!step) {
        report_.add("unknown-reference", pointer, subject + ": there is no step " + in_quotes(name) + "." + did_you_mean(name, names_));
        return std::nullopt;
    }
    if (!step->manifest) return std::nullopt;
    const auto ports = names_of(step->manifest->outputs);
    if (dot == std::string::npos) return Reference{name, ports.front()};
    const std::string port = text.substr(dot + 1);
    if (step->manifest->output(port)) return Reference{name, port};
    report_.add("unknown-reference", pointer,
                subject + ": " + step->subject + " has no output " + in_quotes(port) + "." + did_you_mean(port, ports));
    return std::nullopt;
}

void Connections::connect() {
    for (auto& step : steps_) {
        connect_inputs(step);
        for (const auto& [parameter, text] : step.arguments.per_item)
            if (const auto reference = follow(step, text, join_pointer(step.pointer + "/with", parameter)))
                step.per_item[parameter] = *reference;
    }
}

void Connections::connect_inputs(StepDraft& step) {
    std::set<std::string> meant;  // ports that a misspelt key was for
    const auto ports = step.manifest ? names_of(step.manifest->inputs) : std::vector<std::string>();
    for (const auto& key : keys_of(step.in)) {
        const std::string at = join_pointer(step.pointer + "/in", key);
        const auto reference = follow(step, step.in[key].get<std::string>(), at);
        if (!step.manifest) continue;
        if (!step.manifest->input(key)) {
            step.sound = false;
            meant.insert(probably_meant(key, ports));
            report_.add_at_key("unknown-input", at, step.subject + ": there is no input " + in_quotes(key) + "." +
                                                        (ports.empty() ? " A source takes none." : did_you_mean(key, ports)));
        } else if (reference) {
            step.inputs[key] = *reference;
        }
    }
    if (step.manifest) report_missing_inputs(step, meant);
    else step.sound = false;
}

std::optional<Reference> Connections::follow(StepDraft& step, const std::string& text, const std::string& pointer) {
    const auto reference = resolve(text, pointer, step.subject);
    step.upstream.insert(meant_);
    if (!reference) step.sound = false;
    return reference;
}

void Connections::report_missing_inputs(StepDraft& step, const std::set<std::string>& meant) {
    for (const auto& port : step.manifest->inputs) {
        if (port.optional || step.in.contains(port.name)) continue;
        step.sound = false;
        if (step.incomplete || meant.contains(port.name)) continue;
        report_.add_at_key("missing-input", step.pointer,
                           step.subject + ": input " + in_quotes(port.name) + " is missing. Connect it: \"in\": {\"" + port.name +
                               "\": \"step\"}.");
    }
}

std::vector<std::size_t> Connections::order() {
    std::vector<std::size_t> ordered, waiting(steps_.size());
    for (std::size_t i = 0; i < waiting.size(); ++i) waiting[i] = i;
    std::set<std::string> done;
    while (!waiting.empty()) {
        const auto ready = std::find_if(waiting.begin(), waiting.end(), [&](std::size_t i) {
            return std::all_of(steps_[i].upstream.begin(), steps_[i].upstream.end(),
                               [&](const auto& name) { return done.contains(name) || !find(name); });
        });
        if (ready == waiting.end()) {
            report_loop(waiting, done);
            continue;
        }
        done.insert(steps_[*ready].name);
        ordered.push_back(*ready);
        waiting.erase(ready);
    }
    return ordered;
}

/// All who wait, wait for one another: going upstream must come back to a step that was passed.
void Connections::report_loop(const std::vector<std::size_t>& waiting, std::set<std::string>& done) {
    std::vector<std::string> path;
    std::string name = steps_[waiting.front()].name;
    while (std::find(path.begin(), path.end(), name) == path.end()) {
        path.push_back(name);
        const auto& upstream = find(name)->upstream;
        name = *std::find_if(upstream.begin(), upstream.end(), [&](const auto& each) { return find(each) && !done.contains(each); });
    }
    path.erase(path.begin(), std::find(path.begin(), path.end(), name));
    std::reverse(path.begin(), path.end());  // as the data would flow, from the first in the text
    const auto earlier = [&](const auto& a, const auto& b) { return find(a) < find(b); };
    std::rotate(path.begin(), std::min_element(path.begin(), path.end(), earlier), path.end());
    for (const auto& each : path) find(each)->sound = false;
    done.insert(path.begin(), path.end());
    path.push_back(path.front());
    report_.add_at_key("cycle", find(path.front())->pointer,
                       "the steps " + join(path, " -> ", " -> ") + " feed each other in a loop. Take one of these connections out.");
}

void Connections::report_unused() {
    for (const auto& step : steps_)
        if (!used_.contains(step.name))
            report_.add_at_key("unused-step", step.pointer,
                               step.subject + ": nothing uses it. Add it to outputs.keep, feed it to a step, or remove it.");
}

}  // namespace sluice
