// SPDX-License-Identifier: BSD-3-Clause
// A finding as the line that a user reads.
#include <sluice/host/finding.hpp>

#include <algorithm>

namespace sluice {

std::string to_text(const Finding& finding) {
    std::string out = finding.location.file;
    if (finding.location.line > 0)
        out += ":" + std::to_string(finding.location.line) + ":" + std::to_string(finding.location.column);
    if (!out.empty()) out += ": ";
    if (finding.severity == Severity::warning) out += "warning: ";
    if (finding.severity == Severity::note) out += "note: ";
    return out + finding.message;
}

bool has_errors(const std::vector<Finding>& findings) {
    return std::any_of(findings.begin(), findings.end(), [](const Finding& each) { return each.severity == Severity::error; });
}

}  // namespace sluice
