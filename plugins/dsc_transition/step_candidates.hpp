// SPDX-License-Identifier: BSD-3-Clause
// Candidates for a glass transition: pairs of straight sections with a gap between them, and whether a step lies there.
#pragma once

#include <vector>

#include "step_sections.hpp"

namespace sluice::dsc_transition {

constexpr double least_significance = 8;  ///< of a step, in standard errors

struct Candidate {
    Section left, right;
    double significance = 0;
};

/// All over the curve, most significant first; a side that the options give is the same for all.
[[nodiscard]] std::vector<Candidate> step_candidates(const Sections& sections, const StepOptions& options);

/// The step in the middle of the gap over its standard error.
[[nodiscard]] double significance_of(const Sections& sections, const SectionLine& below, const SectionLine& above, double centre);

/// What the curve does between its lines, as a fraction of the step.
[[nodiscard]] StepStatus course_between(const Sections& sections, const Candidate& candidate);

/// ok, overlap or none: whether straight lines turn by little and the data go from one to the other. step: its height.
[[nodiscard]] StepStatus judge(const Sections& sections, const Candidate& candidate, double& step);

}  // namespace sluice::dsc_transition
