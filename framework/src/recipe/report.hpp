// SPDX-License-Identifier: BSD-3-Clause
// Where the parts of the check put what they find, and the pieces of sentence that they share.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/host/finding.hpp>

#include "document.hpp"

namespace sluice {

/// The findings on one document. `at_key` places a finding on the key rather than on its value.
class Report {
public:
    explicit Report(const Document& document) : document_(document) {}

    void add(const std::string& code, const std::string& pointer, const std::string& message);
    void add_at_key(const std::string& code, const std::string& pointer, const std::string& message);
    void add_at(const std::string& code, const std::string& pointer, Location location, const std::string& message,
                Severity severity = Severity::error);
    void add(std::vector<Finding> findings);

    [[nodiscard]] const Document& document() const { return document_; }
    /// By file, line, column.
    [[nodiscard]] std::vector<Finding> sorted() &&;

private:
    const Document& document_;
    std::vector<Finding> findings_;
};

/// " Did you mean 'scale'?" or, when nothing is near, " Known: a, b." (at most eight, else "").
std::string did_you_mean(std::string_view got, const std::vector<std::string>& known);
/// The same for a value that must be one of a few texts that the sentence has already named: only a near one is offered.
std::string nearest_choice(const Json& got, const std::vector<std::string>& choices);
/// The nearest name, "" when none is near: what a misspelt one was probably meant to be.
std::string probably_meant(std::string_view got, const std::vector<std::string>& known);

/// "a, b or c"
std::string join(std::span<const std::string> parts, std::string_view between, std::string_view last);
/// "'a'"
std::string in_quotes(std::string_view text);
/// JSON on one line, cut when long.
std::string shown(const Json& value);

/// The keys of an object (none when it is something else).
std::vector<std::string> keys_of(const Json& object);
/// The member, or null when there is none.
const Json& member(const Json& object, const std::string& key);

}  // namespace sluice
