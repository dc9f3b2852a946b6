// SPDX-License-Identifier: BSD-3-Clause
// Findings in the order of the text, and sentences that look alike wherever they come from.
#include "report.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include <sluice/host/near_name.hpp>

namespace sluice {

void Report::add(const std::string& code, const std::string& pointer, const std::string& message) {
    add_at(code, pointer, document_.value_at(pointer), message);
}

void Report::add_at_key(const std::string& code, const std::string& pointer, const std::string& message) {
    add_at(code, pointer, document_.key_at(pointer), message);
}

void Report::add_at(const std::string& code, const std::string& pointer, Location location, const std::string& message,
                    Severity severity) {
    findings_.push_back({code, severity, pointer, std::move(location), message});
}

void Report::add(std::vector<Finding> findings) {
    for (auto& each : findings) findings_.push_back(std::move(each));
}

std::vector<Finding> Report::sorted() && {
    const auto place = [](const Finding& each) {
        return std::tie(each.location.file, each.location.line, each.location.column);
    };
    std::stable_sort(findings_.begin(), findings_.end(),
                     [&](const Finding& a, const Finding& b) { return place(a) < place(b); });
    return std::move(findings_);
}

std::string did_you_mean(std::string_view got, const std::vector<std::string>& known) {
    std::vector<std::string> near = near_names(got, known);
    if (!near.empty()) {
        std::transform(near.begin(), near.end(), near.begin(), in_quotes);
        return " Did you mean " + join(near, ", ", " or ") + "?";
    }
    return known.empty() || known.size() > 8 ? "" : " Known: " + join(known, ", ", ", ") + ".";
}

std::string nearest_choice(const Json& got, const std::vector<std::string>& choices) {
    if (!got.is_string() || probably_meant(got.get<std::string>(), choices).empty()) return "";
    return did_you_mean(got.get<std::string>(), choices);
}

std::string probably_meant(std::string_view got, const std::vector<std::string>& known) {
    const auto near = near_names(got, known);
    return near.empty() ? "" : near.front();
}

std::string join(std::span<const std::string> parts, std::string_view between, std::string_view last) {
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) out += i + 1 == parts.size() ? last : between;
        out += parts[i];
    }
    return out;
}

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string shown(const Json& value) {
    constexpr std::size_t longest = 60;
    std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() <= longest) return text;
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not within a UTF-8 character
    return text.substr(0, end) + "...";
}

std::vector<std::string> keys_of(const Json& object) {
    std::vector<std::string> keys;
    if (!object.is_object()) return keys;
    for (const auto& entry : object.items()) keys.push_back(entry.key());
    return keys;
}

const Json& member(const Json& object, const std::string& key) {
    static const Json null;
    if (!object.is_object()) return null;
    const auto found = object.find(key);
    return found == object.end() ? null : *found;
}

}  // namespace sluice
