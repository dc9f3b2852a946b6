// SPDX-License-Identifier: BSD-3-Clause
// The parser of compositions, in one pass, and the checks of what it found.
#include "composition.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <locale>
#include <sstream>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

#include "elements.hpp"

namespace sluice::atomic_factors {
namespace {

constexpr std::size_t most_characters = 1000, most_elements = 50;
constexpr const char* example = "write it as in La65Co25Al10 or Mg2SiO4";

// Not those of <cctype>, which depend on the locale.
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_small(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return (c >= '0' && c <= '9') || c == '.'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool goes_on(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }  // second and later bytes of a UTF-8 character

/// Line ends and the like would tear a message apart.
std::string printable(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < ' ' || c == 127) c = ' ';
    return out;
}

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    Composition components() {
        Composition all;
        for (skip_spaces(); !at_end(); skip_spaces()) all.push_back(component(all));
        return all;
    }
    /// Whether every element has its amount.
    [[nodiscard]] bool all_amounts_given() const { return all_given_; }

private:
    Component component(const Composition& before) {
        const auto begin = next_;
        const int z = element();
        const auto same = [&](const Component& each) { return each.atomic_number == z; };
        if (std::any_of(before.begin(), before.end(), same))
            stop(begin, "the element ", symbol(z),
                 " is given a second time; give each element once, with the sum of its amounts");
        if (before.size() == most_elements) stop(begin, "more than ", most_elements, " elements");
        skip_spaces();
        const bool given = !at_end() && is_digit(text_[next_]);
        all_given_ = all_given_ && given;
        return {z, given ? amount() : 1.0, 0};
    }

    int element() {
        const auto begin = next_;
        if (!is_capital(text_[begin])) refuse(begin);
        for (++next_; !at_end() && is_small(text_[next_]);) ++next_;
        const auto found = text_.substr(begin, next_ - begin);
        const int z = atomic_number(found);
        if (z == 0)
            stop(begin, "'", found, "' is no element up to ", symbol(largest_atomic_number), " (", largest_atomic_number,
                 "); symbols have a capital letter and at most one small letter, as Co for cobalt and CO for carbon and oxygen");
        return z;
    }

    double amount() {
        const auto begin = next_;
        while (!at_end() && is_digit(text_[next_])) ++next_;
        std::istringstream digits{std::string(text_.substr(begin, next_ - begin))};
        digits.imbue(std::locale::classic());
        double value = 0;
        if (!(digits >> value) || !digits.eof() || !std::isfinite(value))
            stop(begin, "'", text_.substr(begin, next_ - begin).substr(0, 20),
                 "' is no amount; give a decimal number such as 65 or 0.46");
        return value;
    }

    /// What stands there is neither an element nor the amount of one.
    [[noreturn]] void refuse(std::size_t at) const {
        const auto found = character(at);
        if (found.size() == 1 && is_digit(found[0])) stop(at, "a number without an element before it; ", example);
        if (found.find_first_of("()[]{}") != std::string::npos)
            stop(at,
                 "brackets are not supported; multiply them out: Ca3P2O8 for Ca3(PO4)2, Mg1.8Fe0.2SiO4 for (Mg0.9Fe0.1)2SiO4");
        stop(at, "'", found, "' is neither an element, which begins with a capital letter, nor a plain decimal number; ",
             example);
    }

    /// The whole UTF-8 character, to be shown; a code for those that cannot be.
    [[nodiscard]] std::string character(std::size_t at) const {
        std::size_t end = at + 1;
        while (end < text_.size() && end < at + 4 && goes_on(text_[end])) ++end;
        if (end > at + 1 || (text_[at] >= ' ' && text_[at] <= '~')) return std::string(text_.substr(at, end - at));
        return "character code " + std::to_string(static_cast<unsigned char>(text_[at]));
    }

    template <class... Words>
    [[noreturn]] void stop(std::size_t at, const Words&... words) const {
        const auto position =
            1 + std::count_if(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), [](char c) { return !goes_on(c); });
        numerics::fail<std::invalid_argument>("composition '", printable(text_), "', character ", position, ": ", words..., ".");
    }

    [[nodiscard]] bool at_end() const { return next_ >= text_.size(); }
    void skip_spaces() {
        while (!at_end() && is_space(text_[next_])) ++next_;
    }

    std::string_view text_;
    std::size_t next_ = 0;
    bool all_given_ = true;
};

/// Amounts that add up to nearly, but not to, the whole that they seem to be parts of.
void check_whole(std::string_view text, double sum, double whole, const char* kind) {
    if (sum < 0.9 * whole || sum > 1.1 * whole || std::abs(sum - whole) <= 1.000001e-4 * whole) return;
    numerics::fail<std::invalid_argument>("composition '", text, "': the amounts look like ", kind, " of atoms, but add up to ",
                                          sum, " and not to ", whole,
                                          ": one was mistyped or left out. If they are right as they stand, ",
                                          "give them on another scale, all of them divided by 10, say.");
}

void check_sum(std::string_view text, const Composition& all, double sum) {
    if (all.size() < 2) return;
    const auto larger =
        std::max_element(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.amount < b.amount; });
    if (larger->amount > 20) check_whole(text, sum, 100, "per cent");
    if (larger->amount < 1) check_whole(text, sum, 1, "fractions");
}

}  // namespace

Composition parse_composition(std::string_view text) {
    using numerics::fail;
    if (text.size() > most_characters)
        fail<std::invalid_argument>("composition has ", text.size(), " characters, at most ", most_characters, " are read; ",
                                    example, ".");
    Parser parser(text);
    auto all = parser.components();
    if (all.empty()) fail<std::invalid_argument>("composition is empty; ", example, ".");
    double sum = 0;
    for (const auto& each : all) sum += each.amount;
    if (!(sum > 0) || !std::isfinite(sum))
        fail<std::invalid_argument>("composition '", text, "': the amounts add up to ", sum,
                                    ", which must be above 0 and finite.");
    if (parser.all_amounts_given()) check_sum(text, all, sum);
    for (auto& each : all) each.fraction = each.amount / sum;
    return all;
}

std::string to_text(const Composition& composition) {
    std::ostringstream text;
    text.imbue(std::locale::classic());
    for (const auto& each : composition) {
        text << symbol(each.atomic_number);
        if (composition.size() > 1) text << each.fraction;
    }
    return text.str();
}

double mean_atomic_mass(const Composition& composition) {
    double mass = 0;
    for (const auto& each : composition) mass += each.fraction * atomic_weight(each.atomic_number);
    return mass;
}

}  // namespace sluice::atomic_factors
