// SPDX-License-Identifier: BSD-3-Clause
// A JSON text with the place of each value, its duplicate keys and its syntax error: what a parser alone does not tell.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/host/finding.hpp>
#include <sluice/host/manifest.hpp>

namespace sluice {

/// Limits of a text that is read: it is written by people, and a reader of any file must end well.
inline constexpr std::size_t largest_document = std::size_t{4} << 20;
inline constexpr std::size_t deepest_document = 64;

/// A JSON value without its notes (keys that begin with "//"), its keys in the order of the text.
class Document {
public:
    Json value;
    std::vector<Finding> findings;  ///< syntax, duplicate-key (of which the first counts)

    struct Position {
        int line = 0, column = 0;
    };
    struct Place {
        std::shared_ptr<const std::string> file;
        Position key, value;        ///< the key of a list's element is its value's place
    };

    /// Of the value, or of the nearest one around it that the text has.
    [[nodiscard]] Location value_at(const std::string& pointer) const;
    [[nodiscard]] Location key_at(const std::string& pointer) const;

    void put(const std::string& pointer, Place place) { places_[pointer] = std::move(place); }
    /// Forgets what is known below (and at) the pointer, then takes over what `from` knows there.
    void take_places(const std::string& pointer, const Document& from);
    /// RFC 7396: objects are merged, null removes, anything else replaces; places follow.
    void merge_patch(const Document& patch);

private:
    [[nodiscard]] const Place* nearest(std::string pointer) const;
    std::map<std::string, Place> places_;
};

/// Never throws on account of the text: what is wrong with it is among the findings, and then `value` may be null.
Document read_document(std::string_view text, const std::string& file);

/// "/steps" + "a/b" -> "/steps/a~1b"
std::string join_pointer(const std::string& pointer, std::string_view key);

}  // namespace sluice
