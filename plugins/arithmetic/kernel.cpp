// SPDX-License-Identifier: BSD-3-Clause
// One loop for each operation, so that the compiler sees the formula in it.
#include "kernel.hpp"

#include <cmath>
#include <cstddef>
#include <stdexcept>

#include <sluice/numerics/error_propagation.hpp>
#include <sluice/numerics/fail.hpp>

namespace sluice::arithmetic {
namespace {

using numerics::fail;

void check_length(const char* name, std::size_t got, std::size_t needed, bool may_be_empty) {
    if (got != needed && !(may_be_empty && got == 0))
        fail<std::invalid_argument>(name, " has ", got, " elements, a has ", needed, ". They must agree.");
}

void check(const Operand& a, const Results& results) {
    const auto n = a.values.size();
    check_length("variances of a", a.variances.size(), n, true);
    check_length("values of the result", results.values.size(), n, false);
    check_length("variances of the result", results.variances.size(), n, true);
    check_length("mask of the result", results.masked.size(), n, false);
}

double at(std::span<const double> variances, std::size_t i) { return variances.empty() ? 0 : variances[i]; }

template <class Of>
void combine_as(const Operand& a, const Operand& b, std::span<const std::uint8_t> same, const Results& out) {
    const auto n = a.values.size();
    for (std::size_t i = 0; i < n; ++i) {
        const double x = a.values[i], y = b.values[i], result = Of::value(x, y);
        out.values[i] = result;
        if (!std::isfinite(result) && std::isfinite(x) && std::isfinite(y)) out.masked[i] = 1;
    }
    if (out.variances.empty()) return;
    for (std::size_t i = 0; i < n; ++i) {
        const double x = a.values[i], y = b.values[i], variance_x = at(a.variances, i);
        const bool one = !same.empty() && same[i] != 0;
        out.variances[i] =
            one ? numerics::variance_of_same<Of>(x, y, variance_x) : numerics::variance<Of>(x, variance_x, y, at(b.variances, i));
    }
}

template <class Function>
void transform_by(const Function& f, const Operand& a, const Results& out) {
    const auto n = a.values.size();
    for (std::size_t i = 0; i < n; ++i) {
        const double x = a.values[i], result = f.value(x);
        out.values[i] = result;
        if (!std::isfinite(result) && std::isfinite(x)) out.masked[i] = 1;
    }
    for (std::size_t i = 0; i < out.variances.size(); ++i)
        out.variances[i] = numerics::variance_of(f, a.values[i], at(a.variances, i));
}

/// "nm^3" times the exponent: "nm^6"; "" when the power is 0. below: it stands below the stroke.
std::string factor_to_power(const std::string& factor, bool below, double exponent) {
    if (factor == "1") return "";
    const auto hat = factor.find('^');
    const std::string name = factor.substr(0, hat);
    if (name.find_first_not_of("0123456789.e+-") == std::string::npos) fail<std::invalid_argument>("it holds the number ", name);
    const double own = (hat == std::string::npos ? 1.0 : std::stod(factor.substr(hat + 1))) * (below ? -1 : 1);
    const double power = own * exponent;
    if (std::abs(power - std::round(power)) > 1e-9)
        fail<std::invalid_argument>("'", name, "' would get the power ", power, ", which is not whole");
    return power == 0 ? "" : name + "^" + std::to_string(std::lround(power));
}

}  // namespace

void combine(Operation operation, const Operand& a, const Operand& b, std::span<const std::uint8_t> same_variable,
             const Results& results) {
    check(a, results);
    check_length("b", b.values.size(), a.values.size(), false);
    check_length("variances of b", b.variances.size(), a.values.size(), true);
    check_length("same_variable", same_variable.size(), a.values.size(), true);
    switch (operation) {
        case Operation::add:
            return combine_as<numerics::Add>(a, b, same_variable, results);
        case Operation::subtract:
            return combine_as<numerics::Subtract>(a, b, same_variable, results);
        case Operation::multiply:
            return combine_as<numerics::Multiply>(a, b, same_variable, results);
        case Operation::divide:
            return combine_as<numerics::Divide>(a, b, same_variable, results);
        case Operation::minimum:
            return combine_as<numerics::Minimum>(a, b, same_variable, results);
        case Operation::maximum:
            return combine_as<numerics::Maximum>(a, b, same_variable, results);
        default:
            throw std::invalid_argument("an operation of one operand was given two.");
    }
}

void transform(Operation operation, double exponent, const Operand& a, const Results& results) {
    check(a, results);
    switch (operation) {
        case Operation::power:
            return transform_by(numerics::Power{exponent}, a, results);
        case Operation::negate:
            return transform_by(numerics::Negate{}, a, results);
        case Operation::reciprocal:
            return transform_by(numerics::Reciprocal{}, a, results);
        case Operation::sqrt:
            return transform_by(numerics::SquareRoot{}, a, results);
        case Operation::log:
            return transform_by(numerics::Logarithm{}, a, results);
        case Operation::exp:
            return transform_by(numerics::Exponential{}, a, results);
        case Operation::abs:
            return transform_by(numerics::Absolute{}, a, results);
        default:
            throw std::invalid_argument("an operation of two operands was given one.");
    }
}

std::string power_of_unit(std::string_view unit, double exponent) {
    if (exponent == std::round(exponent) && std::abs(exponent) < 100)
        return std::string("(").append(unit).append(")^").append(std::to_string(std::lround(exponent)));
    std::string product, factor;
    bool below = false;
    const auto end_factor = [&] {
        if (factor.empty()) return;
        const std::string part = factor_to_power(factor, below, exponent);
        if (!part.empty()) product += (product.empty() ? "" : " ") + part;
        factor.clear();
    };
    for (const char c : unit) {
        const bool separates = c == ' ' || c == '/' || c == '(' || c == ')';
        if (separates)
            end_factor();
        else
            factor += c;
        below = below || c == '/';
    }
    end_factor();
    return product.empty() ? "1" : product;
}

}  // namespace sluice::arithmetic
