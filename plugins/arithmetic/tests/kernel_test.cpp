// SPDX-License-Identifier: BSD-3-Clause
// Arithmetic on elements: values by hand, shared variables, masks, units, refusals. The formulas have their tests in numerics.
#include "kernel.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

using namespace sluice::arithmetic;
using Doubles = std::vector<double>;
using Bytes = std::vector<std::uint8_t>;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

struct Outcome {
    Doubles values, variances;
    Bytes masked;
};

Outcome of_two(Operation operation, const Operand& a, const Operand& b, const Bytes& same = {}) {
    const auto n = a.values.size();
    Outcome out{Doubles(n), Doubles(a.variances.empty() && b.variances.empty() ? 0 : n), Bytes(n)};
    combine(operation, a, b, same, {out.values, out.variances, out.masked});
    return out;
}

Outcome of_one(Operation operation, const Operand& a, double exponent = 0) {
    const auto n = a.values.size();
    Outcome out{Doubles(n), Doubles(a.variances.size()), Bytes(n)};
    transform(operation, exponent, a, {out.values, out.variances, out.masked});
    return out;
}

const Doubles a{6, 8}, var_a{0.5, 2}, b{2, 4}, var_b{0.25, 1};

}  // namespace

TEST_CASE("two operands") {
    const auto check = [&](Operation operation, const Doubles& values, const Doubles& variances) {
        const auto out = of_two(operation, {a, var_a}, {b, var_b});
        CHECK(out.values == values);
        CHECK(out.variances == variances);
        CHECK(out.masked == Bytes{0, 0});
    };
    check(Operation::add, {8, 12}, {0.75, 3});
    check(Operation::subtract, {4, 4}, {0.75, 3});
    check(Operation::multiply, {12, 32}, {11, 96});     // 4 0.5 + 36 0.25; 16 2 + 64 1
    check(Operation::divide, {3, 2}, {0.6875, 0.375});  // 0.5/4 + 36 0.25/16; 2/16 + 64/256
    check(Operation::minimum, {2, 4}, {0.25, 1});
    check(Operation::maximum, {6, 8}, {0.5, 2});
}

TEST_CASE("one operand") {
    const auto check = [&](Operation operation, const Doubles& values, const Doubles& variances, double exponent = 0) {
        const auto out = of_one(operation, {b, var_b}, exponent);
        CHECK(out.values == values);
        CHECK(out.variances == variances);
    };
    check(Operation::negate, {-2, -4}, {0.25, 1});
    check(Operation::abs, {2, 4}, {0.25, 1});
    check(Operation::reciprocal, {0.5, 0.25}, {0.015625, 0.00390625});  // v/b⁴
    check(Operation::power, {8, 64}, {36, 2304}, 3);                    // (3b²)² v
    check(Operation::power, {1, 1}, {0, 0}, 0);
    const auto root = of_one(Operation::sqrt, {Doubles{4, 16}, var_b});
    CHECK(root.values == Doubles{2, 4});
    CHECK(root.variances == Doubles{1.0 / 64, 1.0 / 64});  // v/(4b)
    CHECK(of_one(Operation::log, {b, var_b}).values == Doubles{std::log(2.0), std::log(4.0)});
    CHECK(of_one(Operation::exp, {b, {}}).values == Doubles{std::exp(2.0), std::exp(4.0)});
}

TEST_CASE("an exact operand adds no variance, and exact ones give none") {
    CHECK(of_two(Operation::multiply, {a, var_a}, {b, {}}).variances == Doubles{2, 32});  // b² va
    CHECK(of_two(Operation::multiply, {a, {}}, {b, var_b}).variances == Doubles{9, 64});  // a² vb
    CHECK(of_two(Operation::multiply, {a, {}}, {b, {}}).variances.empty());
}

TEST_CASE("one measurement in both operands, element by element") {
    const auto difference = of_two(Operation::subtract, {a, var_a}, {a, var_a}, {1, 0});
    CHECK(difference.values == Doubles{0, 0});
    CHECK(difference.variances == Doubles{0, 4});  // the same; two of the same size
    CHECK(of_two(Operation::divide, {a, var_a}, {a, var_a}, {1, 1}).variances == Doubles{0, 0});
}

TEST_CASE("NaN stays NaN and is not masked; what has no finite result is masked") {
    const auto sum = of_two(Operation::add, {Doubles{not_a_number, 1}, {}}, {Doubles{1, not_a_number}, {}});
    CHECK(std::isnan(sum.values[0]));
    CHECK(std::isnan(sum.values[1]));
    CHECK(sum.masked == Bytes{0, 0});
    const auto ratio = of_two(Operation::divide, {Doubles{1, 0, 1}, {}}, {Doubles{0, 0, 2}, {}});
    CHECK(ratio.values[0] == infinity);
    CHECK(std::isnan(ratio.values[1]));
    CHECK(ratio.masked == Bytes{1, 1, 0});
    CHECK(of_one(Operation::log, {Doubles{-1, 0, 1}, {}}).masked == Bytes{1, 1, 0});
    CHECK(of_one(Operation::sqrt, {Doubles{-1, 0, 1}, {}}).masked == Bytes{1, 0, 0});
    CHECK(of_one(Operation::exp, {Doubles{1000, -infinity}, {}}).masked == Bytes{1, 0});
    // What was masked before stays so.
    Doubles out(1);
    Bytes masked{1};
    transform(Operation::negate, 0, {Doubles{1}, {}}, {out, {}, masked});
    CHECK(masked == Bytes{1});
}

TEST_CASE("units to a power") {
    CHECK(power_of_unit("1/cm", 2) == "(1/cm)^2");
    CHECK(power_of_unit("100 m^2", -1) == "(100 m^2)^-1");
    CHECK(power_of_unit("nm^2", 0.5) == "nm^1");
    CHECK(power_of_unit("nm^4/s^2", 0.5) == "nm^2 s^-1");
    CHECK(power_of_unit("1/(cm^2 nm^4)", 1.5) == "cm^-3 nm^-6");
    CHECK(power_of_unit("1", 0.5) == "1");
    CHECK_THROWS_WITH_AS((void)power_of_unit("photon/nm^2", 0.5), "'photon' would get the power 0.5, which is not whole",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)power_of_unit("100 m^2", 0.5), "it holds the number 100", std::invalid_argument);
}

TEST_CASE("lengths that do not agree are refused") {
    CHECK_THROWS_WITH_AS((void)of_two(Operation::add, {a, {}}, {Doubles{1}, {}}), "b has 1 elements, a has 2. They must agree.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)of_two(Operation::add, {a, Doubles{1}}, {b, {}}),
                         "variances of a has 1 elements, a has 2. They must agree.", std::invalid_argument);
    CHECK_THROWS_AS((void)of_two(Operation::log, {a, {}}, {b, {}}), std::invalid_argument);
    CHECK_THROWS_AS((void)of_one(Operation::add, {a, {}}), std::invalid_argument);
    CHECK(of_two(Operation::add, {}, {}).values.empty());
}
