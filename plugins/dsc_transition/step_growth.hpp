// SPDX-License-Identifier: BSD-3-Clause
// From a candidate to windows: middle and width of the step, and lines that grow outward while they stay straight.
#pragma once

#include "step_candidates.hpp"

namespace sluice::dsc_transition {

/// Sets middle and half width of `found` from the first half step in the gap and the slope there; false where the curve does not
/// cross, or where they do not fit into the gap.
[[nodiscard]] bool measure_step(const Sections& sections, const Candidate& candidate, FoundStep& found);

/// Whether a mean over half a half width between the step and the liquid window lies above the liquid line, by 4 % of the step.
[[nodiscard]] bool overshoots(const Sections& sections, const SectionLine& left, const SectionLine& right,
                              const FoundStep& found);

/// Sets the windows of `found`: inner ends at 2.6 half widths, where a normal step is within 6e-4 of its lines; `wide`: not
/// further in than the candidate's, since an overshoot makes the width too small.
void choose_windows(const Sections& sections, const StepOptions& options, const Candidate& candidate, bool wide,
                    FoundStep& found);

}  // namespace sluice::dsc_transition
