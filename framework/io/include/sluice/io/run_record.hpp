// SPDX-License-Identifier: BSD-3-Clause
// What a sink may say in its own words of how a result came about, from the record (JSON) that the host hands to it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::io {

struct RecordedStep {
    std::string name, plugin, version;
    std::vector<std::string> parameters;  ///< "q_min = 0.3 1/nm", those with a value
};

struct RecordedFile {
    std::string path, sha256;
};

struct RunRecord {
    std::string program, version, date;  ///< "sluice", "0.1.0", "2026-01-31T12:00:00Z"
    std::string id, recipe_version, title;
    std::string recipe;  ///< the effective recipe, which runs by itself
    std::vector<RecordedStep> steps;
    std::vector<RecordedFile> files;  ///< inputs, each once
    std::vector<std::string> warnings;
    std::vector<RunRecord> history;  ///< the runs that made its inputs, and theirs; each after those that it needed
};

/// Throws std::runtime_error when the record is not what the host writes.
[[nodiscard]] RunRecord parse_run_record(std::string_view json);

/// "swaxs.invariant 1.0.0, run by sluice 0.1.0 on 2026-01-31T12:00:00Z"
[[nodiscard]] std::string describe_run(const RunRecord& record);
/// Title, recipe, program, inputs, warnings: one line each, without the #.
[[nodiscard]] std::vector<std::string> origin_lines(const RunRecord& record);

}  // namespace sluice::io
