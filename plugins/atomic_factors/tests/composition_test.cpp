// SPDX-License-Identifier: BSD-3-Clause
// Tests of the parser of compositions, good and bad text, and of the table of elements.
#include "../composition.hpp"

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../elements.hpp"

namespace {

using namespace sluice::atomic_factors;
using doctest::Approx;
using Doubles = std::vector<double>;

std::vector<std::string> symbols_of(const Composition& composition) {
    std::vector<std::string> all;
    for (const auto& each : composition) all.emplace_back(symbol(each.atomic_number));
    return all;
}

Doubles fractions_of(const Composition& composition) {
    Doubles all;
    for (const auto& each : composition) all.push_back(each.fraction);
    return all;
}

std::string refusal(const std::string& text) {
    try {
        (void)parse_composition(text);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "no error";
}

bool refused(const std::string& text, const std::string& part) {
    const auto found = refusal(text).find(part) != std::string::npos;
    if (!found) MESSAGE(refusal(text));
    return found;
}

}  // namespace

TEST_CASE("compositions as people write them") {
    const auto glass = parse_composition("La65Co25Al10");
    CHECK(symbols_of(glass) == std::vector<std::string>{"La", "Co", "Al"});
    CHECK(fractions_of(glass) == Doubles{0.65, 0.25, 0.10});
    CHECK(glass[0].atomic_number == 57);
    CHECK(glass[0].amount == 65);
    CHECK(fractions_of(parse_composition("Ni")) == Doubles{1});
    CHECK(fractions_of(parse_composition("Ni7")) == Doubles{1});
    CHECK(fractions_of(parse_composition("Mg2SiO4")) == Doubles{2.0 / 7, 1.0 / 7, 4.0 / 7});
    CHECK(fractions_of(parse_composition("  Zr0.46 Cu0.46\tAl0.08 ")) == fractions_of(parse_composition("Zr46Cu46Al8")));
    CHECK(fractions_of(parse_composition("Zr 46 Cu 46 Al 8")) == Doubles{0.46, 0.46, 0.08});
    CHECK(fractions_of(parse_composition("Zr.5Cu0.5")) == Doubles{0.5, 0.5});
    CHECK(symbols_of(parse_composition("CO")) == std::vector<std::string>{"C", "O"});
    CHECK(symbols_of(parse_composition("Co")) == std::vector<std::string>{"Co"});
    CHECK(fractions_of(parse_composition("NiAl0")) == Doubles{1, 0});
}

TEST_CASE("fractions add up to 1, mean mass and text of the result") {
    for (const auto* text : {"La65Co25Al10", "Zr41.2Ti13.8Cu12.5Ni10Be22.5", "Mg2SiO4", "H2O", "Fe0.947O"}) {
        double sum = 0;
        for (const double each : fractions_of(parse_composition(text))) sum += each;
        CHECK(sum == Approx(1).epsilon(1e-15));
    }
    CHECK(to_text(parse_composition("La65Co25Al10")) == "La0.65Co0.25Al0.1");
    CHECK(to_text(parse_composition("Ni3")) == "Ni");
    CHECK(to_text(parse_composition("H2O")) == "H0.666667O0.333333");
    CHECK(to_text(parse_composition(to_text(parse_composition("H2O")))) == "H0.666667O0.333333");
    // Water: 18.015 g/mol for three atoms; quartz: 60.083
    CHECK(mean_atomic_mass(parse_composition("H2O")) == Approx(18.015 / 3).epsilon(1e-12));
    CHECK(mean_atomic_mass(parse_composition("SiO2")) == Approx(60.083 / 3).epsilon(1e-12));
}

TEST_CASE("amounts that do not sum") {
    CHECK(refused("La65Co25Al9", "the amounts look like per cent of atoms, but add up to 99 and not to 100: one was mistyped"));
    CHECK(refused("Zr46Cu46Al8.02", "add up to 100.02"));
    CHECK(refusal("Zr46Cu46Al8.005") == "no error");
    CHECK(refusal("Zr33.33Cu33.33Al33.33") == "no error");
    CHECK(refused("Zr0.46Cu0.46Al0.07", "look like fractions of atoms, but add up to 0.99 and not to 1"));
    // What is no per cent: small amounts, an amount left out, one element, sums far from 100
    for (const auto* text : {"Ca3P2O8", "C60H39O", "Ni99", "La65Co20", "Mg1.8Fe0.2SiO4", "Fe0.95O", "C6H12O6", "Al0.5Cu0.3"})
        CHECK(refusal(text) == "no error");
    CHECK(refused("Al0Cu0", "the amounts add up to 0, which must be above 0"));
}

TEST_CASE("what is no composition is refused, with its place and what to write") {
    CHECK(refused("", "composition is empty; write it as in La65Co25Al10"));
    CHECK(refused("  \t ", "composition is empty"));
    CHECK(refused("La65Xx25", "character 5: 'Xx' is no element up to Cf (98)"));
    CHECK(refused("Es", "'Es' is no element up to Cf (98)"));
    CHECK(refused("Nickel", "character 1: 'Nickel' is no element"));
    CHECK(refused("la65",
                  "character 1: 'l' is neither an element, which begins with a capital letter, nor a plain decimal number"));
    CHECK(refused("65La", "character 1: a number without an element before it"));
    CHECK(refused("La65 25Co", "character 6: a number without an element before it"));
    CHECK(refused("SiO2Al2O3", "character 8: the element O is given a second time; give each element once, with the sum"));
    CHECK(refused("La-5", "character 3: '-' is neither"));
    CHECK(refused("La65,Co35", "character 5: ','"));
    CHECK(refused("La1e3", "character 4: 'e'"));
    CHECK(refused("La6.5.2", "'6.5.2' is no amount; give a decimal number"));
    CHECK(refused("La.", "'.' is no amount"));
    CHECK(refused(std::string("Ni\0Al", 5), "character 3: 'character code 0'"));
}

TEST_CASE("brackets: multiply them out") {
    CHECK(refused("Ca3(PO4)2", "character 4: brackets are not supported; multiply them out: Ca3P2O8 for Ca3(PO4)2"));
    CHECK(refused("((Mg0.9Fe0.1)2)SiO4", "character 1: brackets"));
    CHECK(refused("Ni]", "character 3: brackets"));
    CHECK(refused("{Ni}", "character 1: brackets"));
}

TEST_CASE("positions count characters, not bytes of UTF-8") {
    CHECK(refused("La₆₅Co₃₅", "character 3: '₆' is neither"));
    CHECK(refused("La65–Co35", "character 5: '–'"));
    CHECK(refused("Ni Ä", "character 4: 'Ä'"));
    CHECK(refused("Ni\xff", "character 3: 'character code 255'"));  // no UTF-8 at all
}

TEST_CASE("huge text and huge numbers") {
    CHECK(refused(std::string(2000000, 'N'), "composition has 2000000 characters, at most 1000 are read"));
    CHECK(refused("Ni" + std::string(900, '9'), "is no amount"));
    CHECK(refusal("Ni" + std::string(200, '9')) == "no error");
    CHECK(refused("Ni" + std::string(308, '9') + "Al" + std::string(308, '9') + "Co" + std::string(308, '9'),
                  "must be above 0 and finite"));
    CHECK(refusal("Ni0." + std::string(300, '0') + "1") == "no error");
    std::string many;
    for (int z = 1; z <= 51; ++z) many += symbol(z);
    CHECK(refused(many, "more than 50 elements"));
}

TEST_CASE("the table of elements") {
    for (int z = 1; z <= largest_atomic_number; ++z) {
        CHECK(atomic_number(symbol(z)) == z);
        CHECK(atomic_weight(z) > 0.99 * z);
        CHECK(atomic_weight(z) < 3 * z);
    }
    for (const auto* none : {"", "h", "HE", "Es", "Xx", "Hydrogen"}) CHECK(atomic_number(none) == 0);
    CHECK_THROWS_AS((void)symbol(0), std::out_of_range);
    CHECK_THROWS_AS((void)atomic_weight(99), std::out_of_range);
    // NIST, standard atomic weights (full digits)
    CHECK(atomic_weight(28) == Approx(58.6934).epsilon(1e-5));
    CHECK(atomic_weight(57) == Approx(138.90547).epsilon(4e-5));
    CHECK(atomic_weight(69) == Approx(168.934219).epsilon(3e-5));
    CHECK(atomic_weight(92) == Approx(238.02891).epsilon(1e-5));
}
