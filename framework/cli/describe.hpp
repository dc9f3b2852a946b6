// SPDX-License-Identifier: BSD-3-Clause
// A plugin's declaration as text for people, and its parameters as the table of its README.
#pragma once

#include <string>

#include <sluice/host/manifest.hpp>

namespace sluice::cli {

/// Summary, ports, parameters, citations.
std::string describe_text(const Manifest& manifest);
/// The table between the markers `<!-- parameters -->` and `<!-- /parameters -->` of the plugin's README.
std::string parameters_markdown(const Manifest& manifest);

}  // namespace sluice::cli
