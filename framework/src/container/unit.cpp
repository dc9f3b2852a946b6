// SPDX-License-Identifier: BSD-3-Clause
// Units: our grammar and arithmetic of products of names; UDUNITS-2 says what each name means.
#include <sluice/host/unit.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <udunits2.h>

#include <sluice/host/error.hpp>
#include <sluice/host/near_name.hpp>

namespace sluice {
namespace {

// ---- what we add to UDUNITS 2.2.28, correct in it and refuse of it --------------------------------------------------

/// name = factor * base. A name that UDUNITS has already is replaced.
struct Definition {
    const char* name;
    double factor;
    const char* base;  ///< in UDUNITS; "" makes a base unit of its own
};
constexpr Definition definitions[] = {
    {"photon", 1, "1"},   {"electron", 1, "1"}, {"adu", 1, "1"},      {"pixel", 1, "1"},    {"frame", 1, "1"},
    {"deg", 1, "degree"}, {"M", 1, "mol/L"},    {"arbitrary", 1, ""},
    // Constants of CODATA 2018 (NIST SP 961); UDUNITS keeps values of 1986 (eV, u) and 2006 (e).
    {"eV", 1.602176634e-19, "J"},    {"electronvolt", 1.602176634e-19, "J"}, {"electron_volt", 1.602176634e-19, "J"},
    {"u", 1.66053906660e-27, "kg"},  {"Da", 1.66053906660e-27, "kg"},        {"amu", 1.66053906660e-27, "kg"},
    {"e", 1.602176634e-19, "C"},
};

/// Other ways to write a name: replaced wherever they begin and end at a word's edge; the longer of two goes first.
constexpr std::pair<std::string_view, std::string_view> phrases[] = {
    {"arbitrary units", "arbitrary"}, {"arbitrary unit", "arbitrary"}, {"arb. units", "arbitrary"},
    {"arb. unit", "arbitrary"},       {"arb.units", "arbitrary"},      {"arb units", "arbitrary"},
    {"arb.u.", "arbitrary"},          {"a. u.", "arbitrary"},          {"a.u.", "arbitrary"},
    {"a.u", "arbitrary"},             {"arb.", "arbitrary"},           {"arb", "arbitrary"},
    {"Angstrom", "angstrom"},         {"angstroms", "angstrom"},       {"Ångström", "angstrom"},
    {"photons", "photon"},            {"counts", "count"},             {"electrons", "electron"},
    {"pixels", "pixel"},              {"frames", "frame"},
};

/// Characters: replaced anywhere, after the phrases; µ only as a prefix (alone it would become u, the atomic mass).
constexpr std::pair<std::string_view, std::string_view> characters[] = {
    {"Å", "angstrom"}, {"\u212B", "angstrom"}, {"°C", "degC"}, {"°F", "degF"}, {"°", "degree"},  {"µ", "u"},
    {"\u03BC", "u"},   {"·", " "},             {"⋅", " "},     {"×", " "},     {"\u2212", "-"}, {"%", "percent"},
};
constexpr std::pair<std::string_view, char> superscripts[] = {
    {"⁻", '-'}, {"⁰", '0'}, {"¹", '1'}, {"²", '2'}, {"³", '3'}, {"⁴", '4'},
    {"⁵", '5'}, {"⁶", '6'}, {"⁷", '7'}, {"⁸", '8'}, {"⁹", '9'},
};

/// Names that UDUNITS reads otherwise than a user of X-ray data means them.
constexpr std::pair<std::string_view, std::string_view> refusals[] = {
    {"kT", "UDUNITS reads 'kT' as kilotesla, not as an energy. Write meV or kJ/mol (or kilotesla)."},
    {"ph", "UDUNITS reads 'ph' as phot, a unit of light. Write photon."},
    {"cps", "UDUNITS reads 'cps' as cycles, 2 pi rad/s. Write count/s."},
};

/// Names for the hint after an unknown one: UDUNITS cannot list its own.
const std::vector<std::string> usual_names = {
    "A", "C", "Da", "Hz", "J", "K", "L", "M", "MPa", "N", "Pa", "V", "W", "adu", "angstrom", "arbitrary", "bar", "barn",
    "celsius", "cm", "count", "day", "deg", "degC", "degF", "degree", "degrees", "eV", "electron", "frame", "g",
    "h", "hour", "kDa", "keV", "kelvin", "kg", "km", "kPa", "m", "mM", "mbar", "meV", "meter", "mg", "min", "minute", "mL",
    "mm", "mol", "mrad", "ms", "nanometer", "nm", "ns", "percent", "photon", "pixel", "pm", "ps", "rad",
    "radian", "s", "second", "seconds", "sr", "tesla", "ug", "uL", "um", "urad", "us", "volt", "watt"};

/// Names whose UDUNITS meaning surprises where units do not match.
constexpr std::pair<std::string_view, std::string_view> surprises[] = {
    {"A", " 'A' is ampere; write angstrom or Å for 1e-10 m."},
    {"C", " 'C' is coulomb; write degC for Celsius."},
};

// ---- the meaning of a name, from UDUNITS ----------------------------------------------------------------------------

using Exponents = std::map<std::string, int>;  // by name; never zero

/// value in base units = scale * (value - zero)
struct Meaning {
    double scale = 1;
    double zero = 0;
    Exponents dimension;
};

struct FreeUnit {
    void operator()(ut_unit* unit) const { ut_free(unit); }
};
using UnitHandle = std::unique_ptr<ut_unit, FreeUnit>;

void define(ut_system* system, const Definition& definition) {
    UnitHandle unit;
    if (*definition.base == '\0') {
        unit.reset(ut_new_base_unit(system));
        ut_map_unit_to_name(unit.get(), definition.name, UT_ASCII);
    } else {
        const UnitHandle base(ut_parse(system, definition.base, UT_ASCII));
        unit.reset(ut_scale(definition.factor, base.get()));
    }
    ut_unmap_name_to_unit(system, definition.name, UT_ASCII);
    ut_unmap_symbol_to_unit(system, definition.name, UT_ASCII);
    // A symbol, so that the short prefixes hold: keV, kDa, mM.
    ut_map_symbol_to_unit(definition.name, UT_ASCII, unit.get());
}

/// The one database of the process. UDUNITS is not thread safe: hold `lock` around every call.
struct Database {
    std::mutex lock;
    ut_system* system = nullptr;

    Database() {
        ut_set_error_message_handler(ut_ignore);
        system = ut_read_xml(nullptr);
        if (!system)
            throw Error(ErrorKind::internal, "cannot read the unit database of UDUNITS-2. Install it (Debian: libudunits2-0) "
                                             "or let UDUNITS2_XML_PATH name its udunits2.xml.");
        for (const Definition& definition : definitions) define(system, definition);
    }
    static Database& instance() {
        static Database database;
        return database;
    }
};

std::string name_of(const ut_unit* base) {
    const char* symbol = ut_get_symbol(base, UT_ASCII);
    return symbol ? symbol : ut_get_name(base, UT_ASCII);
}

// UDUNITS hands out what a unit is made of by visiting; these functions write it into a Meaning.
ut_status visit_base(const ut_unit* unit, void* meaning) {
    if (!ut_is_dimensionless(unit)) static_cast<Meaning*>(meaning)->dimension[name_of(unit)] = 1;  // radian is 1
    return UT_SUCCESS;
}
ut_status visit_product(const ut_unit*, int count, const ut_unit* const* bases, const int* powers, void* meaning) {
    for (int i = 0; i < count; ++i)
        if (!ut_is_dimensionless(bases[i])) static_cast<Meaning*>(meaning)->dimension[name_of(bases[i])] = powers[i];
    return UT_SUCCESS;
}
ut_status visit_scaled(const ut_unit*, double scale, const ut_unit* underlying, double origin, void* meaning);
ut_status visit_time(const ut_unit*, const ut_unit*, double, void*) { return UT_MEANINGLESS; }
ut_status visit_logarithm(const ut_unit*, double, const ut_unit*, void*) { return UT_MEANINGLESS; }

constexpr ut_visitor visitor = {visit_base, visit_product, visit_scaled, visit_time, visit_logarithm};

ut_status visit_scaled(const ut_unit*, double scale, const ut_unit* underlying, double origin, void* meaning) {
    auto& result = *static_cast<Meaning*>(meaning);
    result.scale = scale;
    result.zero = -origin;
    return ut_accept_visitor(underlying, &visitor, meaning);
}

/// What a name means; nothing when UDUNITS does not know it or when it is a logarithm.
std::optional<Meaning> look_up(const std::string& name) {
    Database& database = Database::instance();
    const std::lock_guard guard(database.lock);
    const UnitHandle unit(ut_parse(database.system, name.c_str(), UT_ASCII));
    Meaning meaning;
    if (!unit || ut_accept_visitor(unit.get(), &visitor, &meaning) != UT_SUCCESS) return std::nullopt;
    return meaning;
}

// ---- reading text ---------------------------------------------------------------------------------------------------

// Not <cctype>: its answers depend on the locale.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) { return is_letter(c) || is_digit(c); }

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

void replace_phrases(std::string& text) {
    for (const auto& [phrase, name] : phrases) {
        for (std::size_t at = text.find(phrase); at != std::string::npos; at = text.find(phrase, at + 1)) {
            const std::size_t end = at + phrase.size();
            const bool begins = at == 0 || !is_word(text[at - 1]);
            if (begins && (end == text.size() || !is_letter(text[end]))) text.replace(at, phrase.size(), name);
        }
    }
}

/// The entry of a table whose key `text` begins with, or null.
template <class Table>
const auto* prefix_in(const Table& table, std::string_view text) {
    for (const auto& entry : table)
        if (text.substr(0, entry.first.size()) == entry.first) return &entry;
    return static_cast<decltype(&table[0])>(nullptr);
}

bool lone_micro(const std::pair<std::string_view, std::string_view>& character, std::string_view rest) {
    return character.second == "u" && (rest.size() == character.first.size() || !is_letter(rest[character.first.size()]));
}

/// The text in ASCII: one spelling for each name, powers as ^.
std::string normalised(std::string_view given) {
    std::string text = trimmed(given), result;
    replace_phrases(text);
    bool raised = false;
    for (std::string_view rest = text; !rest.empty();) {
        const auto* superscript = prefix_in(superscripts, rest);
        if (superscript && !raised) result += '^';
        raised = superscript != nullptr;
        if (superscript) {
            result += superscript->second;
            rest.remove_prefix(superscript->first.size());
        } else if (const auto* character = prefix_in(characters, rest); character && !lone_micro(*character, rest)) {
            result += character->second;
            rest.remove_prefix(character->first.size());
        } else {
            result += rest.front();
            rest.remove_prefix(1);
        }
    }
    return result;
}

[[noreturn]] void refuse(std::string_view unit, const std::string& sentence) {
    throw Error(ErrorKind::recipe, fmt::format("unit '{}': {}", unit, sentence));
}

/// factor * product of names to their exponents
struct Product {
    double factor = 1;
    Exponents names;

    void multiply(const Product& other, int exponent) {
        factor *= std::pow(other.factor, exponent);
        for (const auto& [name, its] : other.names)
            if ((names[name] += its * exponent) == 0) names.erase(name);
    }
};

/// Reads one text. product = power {(" " | "." | "*" | "/") power}; power = (name | number | "(" product ")") [exponent].
class Reader {
public:
    explicit Reader(std::string_view given) : given_(given), text_(normalised(given)), rest_(text_) {}

    Product read() {
        if (rest_.empty()) return {};
        Product product = read_product();
        if (!rest_.empty()) unexpected();
        return product;
    }

private:
    Product read_product() {
        Product product;
        product.multiply(read_power(true), 1);
        for (;;) {
            const bool space = skip_spaces();
            if (rest_.empty() || rest_.front() == ')') return product;
            const bool stroke = take('/');
            const bool explicit_sign = stroke || take('*') || take('.');
            skip_spaces();
            if (!explicit_sign && !space && !is_word(rest_.front()) && rest_.front() != '(') unexpected();
            product.multiply(read_power(explicit_sign), stroke ? -1 : 1);
        }
    }

    Product read_power(bool number_allowed) {
        skip_spaces();
        if (rest_.empty()) refuse(given_, "it ends where a name should follow.");
        Product base;
        bool name = false;
        if (take('(')) {
            base = read_product();
            if (!take(')')) refuse(given_, "a bracket '(' is not closed.");
        } else if (is_letter(rest_.front())) {
            base.names[read_name()] = 1;
            name = true;
        } else if (number_allowed && (is_digit(rest_.front()) || rest_.front() == '.')) {
            base.factor = read_number();
        } else {
            unexpected();
        }
        Product power;
        power.multiply(base, read_exponent(name));
        return power;
    }

    /// A name begins and ends with a letter: in "m2" and "H2O", 2 is a power of the first and part of the second.
    std::string read_name() {
        std::size_t size = 0;
        while (size < rest_.size() && is_word(rest_[size])) ++size;
        while (is_digit(rest_[size - 1])) --size;
        const std::string name(rest_.substr(0, size));
        rest_.remove_prefix(size);
        for (const auto& [refused, sentence] : refusals)
            if (name == refused) refuse(given_, std::string(sentence));
        return name;
    }

    double read_number() {
        double value = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (error != std::errc{} || !(value > 0) || !std::isfinite(value))
            refuse(given_, "the number in it must be positive and finite.");
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return value;
    }

    int read_exponent(bool after_name) {
        const bool sign = take('^') || take_twice('*');
        const bool joined = after_name && !rest_.empty() && (is_digit(rest_.front()) || rest_.front() == '-' || rest_.front() == '+');
        if (!sign && !joined) return 1;
        if (!rest_.empty() && rest_.front() == '(') refuse_rational();
        take('+');
        int exponent = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), exponent);
        if (error != std::errc{} || std::abs(exponent) > 99) refuse(given_, "a power must be an integer from -99 to 99.");
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        if (rest_.size() > 1 && (rest_[0] == '/' || rest_[0] == '.') && is_digit(rest_[1])) refuse_rational();
        return exponent;
    }

    [[noreturn]] void refuse_rational() const {
        refuse(given_, "a power must be an integer (UDUNITS would read s^1/2 as 0.5 s). Take the root of the values, "
                       "or write the number first: 0.5 s.");
    }
    [[noreturn]] void unexpected() const {
        refuse(given_, fmt::format("'{}' cannot stand there. Write names, integer powers and one stroke, for example "
                                   "1/nm or 1/(cm nm^3).", rest_));
    }

    bool skip_spaces() {
        const std::size_t before = rest_.size();
        while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) rest_.remove_prefix(1);
        return rest_.size() < before;
    }
    bool take(char c) {
        const bool found = !rest_.empty() && rest_.front() == c;
        if (found) rest_.remove_prefix(1);
        return found;
    }
    bool take_twice(char c) {
        const bool found = rest_.size() > 1 && rest_[0] == c && rest_[1] == c;
        if (found) rest_.remove_prefix(2);
        return found;
    }

    std::string_view given_;
    std::string text_;
    std::string_view rest_;
};

// ---- writing text ---------------------------------------------------------------------------------------------------

/// "cm nm^3" of the names whose exponent has the sign asked for, and how many they are.
std::pair<std::string, int> joined(const Exponents& names, int sign) {
    std::string text;
    int count = 0;
    for (const auto& [name, exponent] : names) {
        if (exponent * sign < 0) continue;
        text += count++ ? " " : "";
        text += exponent * sign == 1 ? name : fmt::format("{}^{}", name, exponent * sign);
    }
    return {text, count};
}

std::string text_of(const Product& product) {
    auto [above, above_count] = joined(product.names, 1);
    const auto [below, below_count] = joined(product.names, -1);
    if (product.factor != 1) above = fmt::format("{}{}{}", product.factor, above_count ? " " : "", above);
    if (above.empty()) above = "1";
    if (below_count == 0) return above;
    return below_count == 1 ? fmt::format("{}/{}", above, below) : fmt::format("{}/({})", above, below);
}

std::string hint_for_unknown(const std::string& name) {
    std::string hint;
    for (const std::string& near : near_names(name, usual_names)) hint += (hint.empty() ? " Near names: " : ", ") + near;
    return hint.empty() ? " Names are those of UDUNITS, for example nm, angstrom, keV, photon." : hint + ".";
}

std::string hint_for_mismatch(const Exponents& names) {
    for (const auto& [name, sentence] : surprises)
        if (names.count(std::string(name))) return std::string(sentence);
    return {};
}

/// A factor that is decimal but for rounding in the last bits, made exact: 0.1 rather than 0.10000000000000002.
double tidied(double factor) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), factor, std::chars_format::scientific, 11).ptr;
    double decimal = 0;
    std::from_chars(digits.data(), end, decimal);
    return std::abs(decimal - factor) <= 1e-14 * std::abs(factor) ? decimal : factor;
}

}  // namespace

// ---- Unit -----------------------------------------------------------------------------------------------------------

struct Unit::Impl {
    Product product;
    Meaning meaning;

    /// `given` is the text for an error sentence.
    static Unit make(Product product, std::string_view given) {
        auto impl = std::make_shared<Impl>();
        Meaning& meaning = impl->meaning;
        meaning.scale = product.factor;
        const bool alone = product.factor == 1 && product.names.size() == 1 && product.names.begin()->second == 1;
        for (const auto& [name, exponent] : product.names) {
            const auto part = look_up(name);
            if (!part) refuse(given, fmt::format("the name '{}' is not known.{}", name, hint_for_unknown(name)));
            meaning.scale *= std::pow(part->scale, exponent);
            if (alone) meaning.zero = part->zero;
            for (const auto& [base, its] : part->dimension)
                if ((meaning.dimension[base] += its * exponent) == 0) meaning.dimension.erase(base);
        }
        std::string text = text_of(product);
        impl->product = std::move(product);
        return Unit(std::move(text), std::move(impl));
    }
};

Unit::Unit(std::string text, std::shared_ptr<const Impl> impl) : text_(std::move(text)), impl_(std::move(impl)) {}

Unit::Unit() {
    static const Unit one = Impl::make({}, "1");
    *this = one;
}

Unit Unit::parse(std::string_view text) { return Impl::make(Reader(text).read(), text); }

bool Unit::dimensionless() const { return impl_->meaning.dimension.empty(); }

bool Unit::has_offset() const { return impl_->meaning.zero != 0; }

bool Unit::convertible_to(const Unit& other) const { return impl_->meaning.dimension == other.impl_->meaning.dimension; }

bool Unit::same_as(const Unit& other) const {
    if (impl_ == other.impl_) return true;
    const Meaning &mine = impl_->meaning, &its = other.impl_->meaning;
    return convertible_to(other) && std::abs(mine.scale - its.scale) <= 1e-12 * mine.scale &&
           std::abs(mine.zero - its.zero) <= 1e-12 * std::abs(mine.zero);
}

double Unit::factor_to(const Unit& other) const {
    if (same_as(other)) return 1;
    const Affine affine = affine_to(other);
    if (has_offset() || other.has_offset())
        throw Error(ErrorKind::recipe, fmt::format("'{}' to '{}' is no factor: the two scales have different zeros. Give "
                                                   "temperatures in K, and differences of temperature in K too.",
                                                   text_, other.text_));
    return affine.scale;
}

Unit::Affine Unit::affine_to(const Unit& other) const {
    if (same_as(other)) return {1, 0};
    if (!convertible_to(other)) {
        Product both = impl_->product;
        both.names.insert(other.impl_->product.names.begin(), other.impl_->product.names.end());
        throw Error(ErrorKind::recipe, fmt::format("'{}' cannot be converted to '{}': they differ in dimension.{}", text_,
                                                   other.text_, hint_for_mismatch(both.names)));
    }
    const double scale = tidied(impl_->meaning.scale / other.impl_->meaning.scale);
    return {scale, other.impl_->meaning.zero - scale * impl_->meaning.zero};
}

Unit Unit::operator*(const Unit& other) const {
    Product product = impl_->product;
    product.multiply(other.impl_->product, 1);
    return Impl::make(std::move(product), text_);
}

Unit Unit::operator/(const Unit& other) const {
    Product product = impl_->product;
    product.multiply(other.impl_->product, -1);
    return Impl::make(std::move(product), text_);
}

Unit Unit::power(int exponent) const {
    Product product;
    product.multiply(impl_->product, exponent);
    return Impl::make(std::move(product), text_);
}

Unit Unit::root(int degree) const {
    if (degree < 1) refuse(text_, fmt::format("a root must be of degree 1 or more, not {}.", degree));
    Product product = impl_->product;
    for (auto& [name, exponent] : product.names) {
        if (exponent % degree != 0)
            refuse(text_, fmt::format("no root of degree {}: the power {} of '{}' does not divide.", degree, exponent, name));
        exponent /= degree;
    }
    product.factor = std::pow(product.factor, 1.0 / degree);
    return Impl::make(std::move(product), text_);
}

Quantity parse_quantity(std::string_view text) {
    const std::string trim = trimmed(text);
    std::string_view number = trim;
    if (number.size() > 1 && number[0] == '+' && number[1] != '-') number.remove_prefix(1);
    Quantity quantity;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), quantity.value);
    if (error != std::errc{} || !std::isfinite(quantity.value))
        throw Error(ErrorKind::recipe, fmt::format("'{}' is no quantity: write a finite number and a unit, for example 0.3 1/nm.", text));
    std::string unit = trimmed(number.substr(static_cast<std::size_t>(end - number.data())));
    if (!unit.empty() && unit.front() == '/') unit.insert(0, "1");
    quantity.unit = Unit::parse(unit);
    return quantity;
}

}  // namespace sluice
