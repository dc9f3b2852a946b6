// SPDX-License-Identifier: BSD-3-Clause
// The graph: references to steps and ports, loops, order, and what nobody uses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report.hpp"
#include "step_draft.hpp"

namespace sluice {

class Connections {
public:
    Connections(StepDrafts& steps, Report& report);

    /// Resolves the inputs of all steps: unknown-input, missing-input, unknown-reference.
    void connect();
    /// "step" or "step.port" as it stands at `pointer` in `subject`; what it names counts as used. nullopt when it is wrong
    /// (reported) or when nothing can be said about it.
    std::optional<Reference> resolve(const std::string& text, const std::string& pointer, const std::string& subject);
    /// Indices of the steps, each after its inputs, ties as in the text; a loop is reported and its steps are unsound.
    std::vector<std::size_t> order();
    /// Counts a step as used that a text names, wherever it stands: in a part that was malformed.
    void note_use(const std::string& text) { used_.insert(text.substr(0, text.find('.'))); }
    void report_unused();

private:
    StepDraft* find(const std::string& name);
    void connect_inputs(StepDraft& step);
    void report_missing_inputs(StepDraft& step, const std::set<std::string>& meant);
    std::optional<Reference> follow(StepDraft& step, const std::string& text, const std::string& pointer);
    void report_loop(const std::vector<std::size_t>& waiting, std::set<std::string>& done);

    StepDrafts& steps_;
    Report& report_;
    std::vector<std::string> names_;
    std::set<std::string> used_;
    std::string meant_;  ///< the step that the reference resolved last names, or was probably meant to
};

}  // namespace sluice
