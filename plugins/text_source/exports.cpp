// SPDX-License-Identifier: BSD-3-Clause
// Text exports of thermal analysers: the dialects by name, and what they share.
#include "exports.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "lines.hpp"

namespace sluice::text_source {
namespace {

constexpr std::array<std::pair<std::string_view, Dialect>, 4> dialect_table{{{"table", Dialect::table},
                                                                             {"trios", Dialect::trios},
                                                                             {"proteus", Dialect::proteus},
                                                                             {"ta_universal", Dialect::ta_universal}}};

Export parse(std::string_view text, const std::string& file, Dialect dialect, const Format& format) {
    switch (dialect) {
        case Dialect::trios:
            return parse_trios(text, file, format);
        case Dialect::proteus:
            return parse_proteus(text, file, format);
        case Dialect::ta_universal:
            return parse_ta_universal(text, file, format);
        case Dialect::table:
            break;
    }
    return {{{"", 1, parse_table(text, file, format)}}, {}};
}

}  // namespace

Dialect dialect_from_name(std::string_view name) {
    for (const auto& [known, dialect] : dialect_table)
        if (known == name) return dialect;
    throw std::invalid_argument("dialect '" + std::string(name) + "' is unknown. Use table, trios, proteus or ta_universal.");
}

bool has_modulated_signal(const Table& table) {
    constexpr std::array<std::string_view, 4> words{"revers", "rev heat", "nonrev", "modulated"};
    return std::any_of(table.columns.begin(), table.columns.end(), [&](const Column& column) {
        const std::string name = lower(column.name);
        return std::any_of(words.begin(), words.end(), [&](auto word) { return name.find(word) != std::string::npos; });
    });
}

std::optional<HeaderNumber> mass_from_text(std::string_view text, const Format& format) {
    const auto mass = number_and_unit(text, format);
    return mass && mass->value > 0 && !mass->unit.empty() ? mass : std::nullopt;
}

Export read_export(const std::string& file, Dialect dialect, const Format& format) {
    Export found = parse(read_text(file), file, dialect, format);
    for (const Block& block : found.blocks) found.facts.modulated |= has_modulated_signal(block.table);
    return found;
}

}  // namespace sluice::text_source
