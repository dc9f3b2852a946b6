// SPDX-License-Identifier: BSD-3-Clause
// How a result came about, as JSON: what the file keeps and replay needs.
#pragma once

#include <sluice/host/fingerprint.hpp>
#include <sluice/host/run.hpp>

#include "plan/graph.hpp"

namespace sluice {

struct InputFile {
    std::string step;
    Fingerprint fingerprint;
    Json provenance;   ///< of a file that is a result itself, else null
};
/// Of every file that the sources declared. Throws Error(data) for a result whose record was changed.
std::vector<InputFile> fingerprint_inputs(const Graph& graph, bool full);

/// `history` holds the records of inputs that are results, and of what those were made from, by the SHA-256 that `files` (here
/// or in one of these records) gives: so the whole chain from the raw data is there, each record once.
Json make_provenance(const Plan& plan, const std::vector<InputFile>& files, const std::vector<FailedCheck>& failed_checks);

std::vector<std::string> all_warnings(const Graph& graph);

/// Any JSON as text: bytes of a file name or of a warning that are no UTF-8 are replaced, and the result is not lost.
std::string text_of_json(const Json& json, int indent = -1);

/// Now, as ISO 8601 in UTC.
std::string timestamp();

}  // namespace sluice
