// SPDX-License-Identifier: BSD-3-Clause
// A small reader of unit expressions: products of powers.
#include "unit_expression.hpp"

#include <charconv>

#include <sluice/host/error.hpp>

namespace sluice {
namespace {

struct Factor {
    std::string name;   ///< of unit(name); else empty
    std::string plain;  ///< units such as "1/cm"
    int exponent = 1;
};

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    std::vector<Factor> read() {
        std::vector<Factor> factors;
        int sign = 1;
        while (skip_to_factor(sign)) {
            factors.push_back(starts_with("unit(") ? unit_of_name() : plain());
            factors.back().exponent *= sign;
        }
        return factors;
    }

private:
    [[nodiscard]] bool starts_with(std::string_view what) const { return text_.substr(at_).starts_with(what); }

    bool skip_to_factor(int& sign) {
        sign = 1;
        for (; at_ < text_.size() && std::string_view(" */").find(text_[at_]) != std::string_view::npos; ++at_)
            if (text_[at_] == '/') sign = -1;
        return at_ < text_.size();
    }
    Factor unit_of_name() {
        const auto begin = at_ + 5, end = text_.find(')', begin);
        if (end == std::string_view::npos) refuse("a ')' is missing");
        at_ = end + 1;
        return {std::string(text_.substr(begin, end - begin)), "", exponent()};
    }
    int exponent() {
        if (!starts_with("^")) return 1;
        int value = 0;
        const char* begin = text_.data() + at_ + 1;
        const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
        if (error != std::errc()) refuse("a whole number must follow '^'");
        at_ += static_cast<std::size_t>(end - begin) + 1;
        return value;
    }
    /// Up to the next blank or "*" or "/unit(": a unit text of its own.
    Factor plain() {
        const auto begin = at_;
        while (at_ < text_.size() && text_[at_] != ' ' && text_[at_] != '*' && !starts_with("/unit(")) ++at_;
        return {"", std::string(text_.substr(begin, at_ - begin)), 1};
    }
    [[noreturn]] void refuse(const std::string& why) const {
        throw Error(ErrorKind::plugin, "unit '" + std::string(text_) + "' cannot be read: " + why);
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

std::vector<std::string> names_in_unit(std::string_view expression) {
    std::vector<std::string> names;
    for (const auto& factor : Reader(expression).read())
        if (!factor.name.empty()) names.push_back(factor.name);
    return names;
}

std::optional<Unit> evaluate_unit(std::string_view expression,
                                  const std::function<std::optional<Unit>(const std::string& name)>& unit_of) {
    Unit product;
    for (const auto& factor : Reader(expression).read()) {
        const auto unit = factor.name.empty() ? Unit::parse(factor.plain) : unit_of(factor.name);
        if (!unit) return std::nullopt;
        product = product * unit->power(factor.exponent);
    }
    return product;
}

}  // namespace sluice
