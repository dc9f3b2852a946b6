// SPDX-License-Identifier: BSD-3-Clause
// What is known of each array from the recipe and the manifests alone: names of dimensions, unit, dtype, variances.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sluice/host/unit.hpp>

#include "binding.hpp"
#include "report.hpp"
#include "step_draft.hpp"

namespace sluice {

struct ArrayType {
    std::optional<DimNames> dims;   ///< nullopt: known at plan only
    std::optional<Unit> unit;
    std::string dtype;              ///< "": known at plan only
    std::optional<bool> variances;
};

/// By "step" and port; an array that is not in it is unknown in every respect.
using ArrayTypes = std::map<std::pair<std::string, std::string>, ArrayType>;

/// Judges the inputs of a step by what is known of them (dims-mismatch, unit-mismatch, dtype-mismatch,
/// missing-variances), and adds its outputs. Steps come in order. A step with a fault leaves its outputs unknown.
void infer_types(const StepDraft& step, ArrayTypes& types, Report& report);

}  // namespace sluice
