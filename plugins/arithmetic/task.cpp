// SPDX-License-Identifier: BSD-3-Clause
// The rules of units and operands.
#include "task.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <locale.h>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace sluice::arithmetic {
namespace {

constexpr std::array<std::string_view, 13> names{"add",    "subtract",   "multiply", "divide", "minimum", "maximum", "power",
                                                 "negate", "reciprocal", "sqrt",     "log",    "exp",     "abs"};  // of the enum

std::string name_of(Operation operation) { return std::string(names[static_cast<std::size_t>(operation)]); }

Operation operation_of(const sdk::Setup& setup) {
    return static_cast<Operation>(std::find(names.begin(), names.end(), setup.parameters().text("operation")) - names.begin());
}

/// degC and its like: no factor leads to K, but in a quotient the zero does not count.
bool has_offset(const sdk::Context& context, const std::string& unit) {
    const auto factor = [&](const std::string& from, const char* to) {
        return context.host().unit_factor(sdk::to_text(from), sdk::to_text(to));
    };
    return factor("(" + unit + ")/K", "1") != 0 && factor(unit, "K") == 0;
}

void refuse_offset(const sdk::Setup& setup, const std::string& unit, const std::string& what) {
    if (has_offset(setup.context(), unit))
        throw sdk::RecipeError(what + " is in '" + unit + "', a scale with a zero of its own, of which there is no " +
                               setup.parameters().text("operation") + "; give it in K");
}

/// The parameter value, and its unit: its own, else value_unit; "" when neither is given.
struct Value {
    double number = 0;
    std::string unit = {};
    bool own_unit = false;
};

/// "2 mm" -> 2 and mm. A recipe's parameter of type quantity comes so. (std::from_chars for double is missing in libc++ 14.)
Value quantity(const std::string& text) {
    static const ::locale_t c_locale =
        ::newlocale(LC_ALL_MASK, "C", nullptr);  // "." is the decimal sign, whatever the program's locale
    char* end = nullptr;
    const double number = ::strtod_l(text.c_str(), &end, c_locale);
    if (end == text.c_str() || !std::isfinite(number))
        throw sdk::RecipeError("value = '" + text + "', must be a finite number, or a number and its unit, such as 2 mm");
    const std::string rest(end);
    const auto first = rest.find_first_not_of(' ');
    if (first == std::string::npos) return {number};
    const auto unit = rest.substr(first);
    return {number, unit.front() == '/' ? "1" + unit : unit, true};
}

std::optional<Value> value_of(const sdk::Parameters& parameters) {
    const auto unit = parameters.optional_text("value_unit");
    const auto json = parameters.json("value");
    if (json == "null") return std::nullopt;
    Value value = json.front() == '"' ? quantity(parameters.text("value")) : Value{parameters.number("value")};
    if (value.own_unit && unit)
        throw sdk::RecipeError("value = '" + parameters.text("value") + "' has a unit of its own: leave out value_unit");
    if (unit) value.unit = *unit;
    return value;
}

void check_operands(const sdk::Setup& setup, Operation operation, const std::optional<Value>& given) {
    const bool b = setup.input("b").present();
    const bool value = given.has_value();
    const auto name = name_of(operation);
    if (takes_two(operation) && b == value)
        throw sdk::RecipeError(
            name + " needs " +
            (b ? "one of the input 'b' and the parameter value, not both" : "the input 'b' or the parameter value"));
    if (!takes_two(operation) && b) throw sdk::RecipeError(name + " takes one operand: leave out the input 'b'");
    if (operation == Operation::power && !value) throw sdk::RecipeError("power needs its exponent: give value");
    if (!takes_two(operation) && operation != Operation::power && value)
        throw sdk::RecipeError(name + " takes one operand: leave out value");
    if (operation == Operation::power && given->own_unit)
        throw sdk::RecipeError("value = '" + setup.parameters().text("value") +
                               "', but an exponent has no unit: give a plain number");
    const bool with_unit = takes_two(operation) && value;
    if (!with_unit && setup.parameters().optional_text("value_unit"))
        throw sdk::RecipeError("value_unit is given, but " +
                               std::string(value ? "an exponent has no unit" : "there is no value") + "; leave it out");
}

double factor_to_number(const sdk::Setup& setup, const std::string& unit) {
    const double factor = setup.context().host().unit_factor(sdk::to_text(unit), sdk::to_text("1"));
    if (factor == 0)
        throw sdk::RecipeError(setup.parameters().text("operation") + " needs plain numbers, but 'a' is in '" + unit +
                               "': divide it first by a value in that unit");
    return factor;
}

std::string unit_of_power(const std::string& unit, double exponent) {
    try {
        return power_of_unit(unit, exponent);
    } catch (const std::invalid_argument& error) {
        throw sdk::RecipeError("there is no such power of the unit '" + unit + "': " + error.what() +
                               ". Divide by a value in that unit first, or convert it");
    }
}

/// Of two operands; b: the unit of the second, "" when it is a number whose unit is not given.
void set_units_of_two(Task& task, const sdk::Setup& setup, const std::string& a, std::string b) {
    const bool product = task.operation == Operation::multiply || task.operation == Operation::divide;
    if (b.empty()) b = product ? "1" : a;
    refuse_offset(setup, b, "the second operand");
    if (!product) {
        task.unit = a;
        task.factor_b = setup.context().unit_factor(b, a);
    } else {
        task.unit = "(" + a + ")" + (task.operation == Operation::multiply ? "*" : "/") + "(" + b + ")";
    }
}

void set_units_of_one(Task& task, const sdk::Setup& setup, const std::string& a) {
    switch (task.operation) {
        case Operation::power:
            task.unit = unit_of_power(a, task.value);
            break;
        case Operation::reciprocal:
            task.unit = unit_of_power(a, -1);
            break;
        case Operation::sqrt:
            task.unit = unit_of_power(a, 0.5);
            break;
        case Operation::log:
        case Operation::exp:
            task.factor_a = factor_to_number(setup, a);
            task.unit = "1";
            break;
        default:
            task.unit = a;
    }
}

}  // namespace

Task task_of(const sdk::Setup& setup) {
    Task task;
    task.operation = operation_of(setup);
    const auto parameters = setup.parameters();
    const auto value = value_of(parameters);
    check_operands(setup, task.operation, value);
    const auto a = setup.input("a").unit();
    refuse_offset(setup, a, "input 'a'");
    task.value = value ? value->number : 0;
    if (takes_two(task.operation)) {
        const bool b = setup.input("b").present();
        set_units_of_two(task, setup, a, b ? setup.input("b").unit() : value->unit);
        task.value *= task.factor_b;
    } else {
        set_units_of_one(task, setup, a);
    }
    if (const auto wanted = parameters.optional_text("unit")) {
        task.factor_result = setup.context().unit_factor(task.unit, *wanted);
        task.unit = *wanted;
    }
    return task;
}

}  // namespace sluice::arithmetic
