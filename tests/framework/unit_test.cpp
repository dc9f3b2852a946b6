// SPDX-License-Identifier: BSD-3-Clause
// Units: what is read, how it is written, what is refused; factors against definitions of the SI and CODATA 2018.
#include <sluice/host/unit.hpp>

#include <cmath>
#include <numbers>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <sluice/host/error.hpp>

using sluice::Error;
using sluice::ErrorKind;
using sluice::parse_quantity;
using sluice::Unit;

namespace {

std::string text_of(const char* text) { return Unit::parse(text).text(); }
double factor(const char* from, const char* to) { return Unit::parse(from).factor_to(Unit::parse(to)); }

std::string error_of(const auto& call) {
    try {
        call();
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::recipe);
        return error.what();
    }
    return "no error";
}
std::string refusal(const char* text) {
    return error_of([&] { Unit::parse(text); });
}

}  // namespace

TEST_CASE("canonical text keeps the names of the user") {
    CHECK(Unit().text() == "1");
    CHECK(text_of("") == "1");
    CHECK(text_of(" 1 ") == "1");
    for (const char* same : {"1/nm", "nm^-1", "nm-1", "nm**-1", "nm⁻¹", " 1 / nm "}) CHECK(text_of(same) == "1/nm");
    for (const char* same : {"Å", "\u212B", "angstrom", "Angstrom", "angstroms", "Ångström"}) CHECK(text_of(same) == "angstrom");
    CHECK(text_of("Å⁻¹") == "1/angstrom");
    CHECK(text_of("1/cm") == "1/cm");
    CHECK(text_of("µm") == "um");
    CHECK(text_of("\u03BCm") == "um");  // Greek mu
    CHECK(text_of("cm^-1 nm^-3") == "1/(cm nm^3)");
    CHECK(text_of("cm⁻¹·nm⁻³") == "1/(cm nm^3)");
    CHECK(text_of("1/cm/nm^3") == "1/(cm nm^3)");
    CHECK(text_of("nm^3.cm") == "cm nm^3");
    CHECK(text_of("photons/s") == "photon/s");
    CHECK(text_of("counts") == "count");
    CHECK(text_of("W/m2/sr") == "W/(m^2 sr)");
    CHECK(text_of("(m/s)^2") == "m^2/s^2");
    CHECK(text_of("10 cm") == "10 cm");
    CHECK(text_of("0.1/nm") == "0.1/nm");
    CHECK(text_of("nm/nm") == "1");
    CHECK(text_of("°") == "degree");
    CHECK(text_of("deg") == "deg");
    CHECK(text_of("%") == "percent");
    for (const char* same : {"arbitrary", "a.u.", "arb. units", "arbitrary units", "arb"}) CHECK(text_of(same) == "arbitrary");
    CHECK(text_of("a.u./s") == "arbitrary/s");
}

TEST_CASE("text() read again is the same unit") {
    for (const char* text : {"1", "1/nm", "1/(cm nm^3)", "photon", "count^2/photon", "keV", "deg", "degC", "J/degC", "10 cm", "0.1/nm",
                             "1e-10 m", "percent", "arbitrary/s", "mM", "kDa", "g/mL", "W/(m^2 sr)", "1/(10 cm)", "angstrom^-4"}) {
        const Unit unit = Unit::parse(text);
        CAPTURE(text);
        CHECK(Unit::parse(unit.text()) == unit);
        CHECK(Unit::parse(unit.text()).text() == unit.text());
    }
}

TEST_CASE("same, convertible and different") {
    CHECK(Unit::parse("1/nm") == Unit::parse("nm^-1"));
    CHECK(Unit::parse("10 angstrom") == Unit::parse("nm"));
    CHECK(Unit::parse("J") == Unit::parse("N m"));
    CHECK_FALSE(Unit::parse("1/nm") == Unit::parse("1/angstrom"));
    CHECK(Unit::parse("1/nm").convertible_to(Unit::parse("1/angstrom")));
    CHECK_FALSE(Unit::parse("nm").convertible_to(Unit::parse("1/nm")));  // UDUNITS alone would invert
    CHECK_FALSE(Unit::parse("K") == Unit::parse("degC"));
    CHECK(Unit::parse("degC") == Unit::parse("°C"));
    CHECK_FALSE(Unit::parse("arbitrary").convertible_to(Unit()));
    CHECK(Unit::parse("arbitrary/arb. units").dimensionless());
}

TEST_CASE("dimensionless names: photon and its kin are 1, percent and deg have a scale") {
    for (const char* name : {"photon", "count", "electron", "adu", "pixel", "frame"}) {
        CAPTURE(name);
        CHECK(Unit::parse(name).dimensionless());
        CHECK(factor(name, "1") == 1);
    }
    CHECK(factor("count", "photon") == 1);
    CHECK(factor("percent", "1") == 0.01);
    CHECK(factor("deg", "rad") == doctest::Approx(std::numbers::pi / 180).epsilon(1e-15));
    CHECK(factor("deg", "degree") == 1);
    CHECK_FALSE(Unit::parse("s").dimensionless());
}

TEST_CASE("factors: decimal ones are exact") {
    CHECK(factor("1/nm", "1/angstrom") == 0.1);
    CHECK(factor("1/angstrom", "1/nm") == 10);
    CHECK(factor("nm", "angstrom") == 10);
    CHECK(factor("1/(cm nm^3)", "1/(m angstrom^3)") == 0.1);  // 100 / 1000
    CHECK(factor("h", "s") == 3600);
    CHECK(factor("mM", "mol/m^3") == 1);
    CHECK(factor("mg/mL", "g/L") == 1);
    CHECK(factor("1/cm", "1/m") == 100);
    CHECK(factor("keV", "eV") == 1000);
}

TEST_CASE("constants are those of CODATA 2018") {
    // NIST SP 961 (2019): e = 1.602176634e-19 C (exact), u = 1.66053906660e-27 kg. Tolerance: rounding of one product.
    CHECK(factor("eV", "J") == doctest::Approx(1.602176634e-19).epsilon(1e-15));
    CHECK(factor("electronvolt", "J") == doctest::Approx(1.602176634e-19).epsilon(1e-15));
    CHECK(factor("e", "C") == doctest::Approx(1.602176634e-19).epsilon(1e-15));
    CHECK(factor("kDa", "kg") == doctest::Approx(1.66053906660e-24).epsilon(1e-15));
    CHECK(factor("u", "Da") == 1);
}

TEST_CASE("temperatures: points have an offset, differences have a factor in K alone") {
    const auto to_kelvin = Unit::parse("degC").affine_to(Unit::parse("K"));
    CHECK(to_kelvin.scale == 1);
    CHECK(to_kelvin.offset == 273.15);
    const auto fahrenheit = Unit::parse("degF").affine_to(Unit::parse("K"));  // 32 F is the ice point, 212 F is 373.15 K
    CHECK(fahrenheit.scale * 32 + fahrenheit.offset == doctest::Approx(273.15).epsilon(1e-14));
    CHECK(fahrenheit.scale * 212 + fahrenheit.offset == doctest::Approx(373.15).epsilon(1e-14));
    const auto to_celsius = Unit::parse("degF").affine_to(Unit::parse("degC"));
    CHECK(to_celsius.scale * 212 + to_celsius.offset == doctest::Approx(100).epsilon(1e-13));

    CHECK(Unit::parse("degC").has_offset());
    CHECK_FALSE(Unit::parse("J/degC").has_offset());
    CHECK(Unit::parse("J/degC") == Unit::parse("J/K"));
    CHECK(factor("degC", "celsius") == 1);
    CHECK(error_of([] { factor("degC", "K"); }) ==
          "'degC' to 'K' is no factor: the two scales have different zeros. Give temperatures in K, and differences of "
          "temperature in K too.");
}

TEST_CASE("products, quotients, powers and roots") {
    const Unit q = Unit::parse("1/nm"), intensity = Unit::parse("1/cm");
    CHECK((q.power(3) * intensity).text() == "1/(cm nm^3)");
    CHECK((intensity / q).text() == "nm/cm");
    CHECK((q / q).text() == "1");
    CHECK((Unit::parse("photon") / Unit::parse("photon")).text() == "1");
    CHECK(q.power(0).text() == "1");
    CHECK(q.power(-2).text() == "nm^2");
    CHECK(Unit::parse("nm^4/s^2").root(2).text() == "nm^2/s");
    CHECK(Unit().root(2).text() == "1");
    CHECK(Unit::parse("10 cm").power(2).text() == "100 cm^2");
    CHECK(error_of([] { static_cast<void>(Unit::parse("nm^3").root(2)); }) ==
          "unit 'nm^3': no root of degree 2: the power 3 of 'nm' does not divide.");
    CHECK(error_of([] { static_cast<void>(Unit().root(0)); }) == "unit '1': a root must be of degree 1 or more, not 0.");
}

TEST_CASE("refusals say what to write") {
    CHECK(refusal("kT") == "unit 'kT': UDUNITS reads 'kT' as kilotesla, not as an energy. Write meV or kJ/mol (or kilotesla).");
    CHECK(refusal("kT/nm").starts_with("unit 'kT/nm': UDUNITS reads 'kT'"));
    CHECK(refusal("ph/s") == "unit 'ph/s': UDUNITS reads 'ph' as phot, a unit of light. Write photon.");
    CHECK(refusal("cps") == "unit 'cps': UDUNITS reads 'cps' as cycles, 2 pi rad/s. Write count/s.");
    for (const char* rational : {"s^1/2", "s^0.5", "s^(1/2)", "nm^-1.5", "m2.5", "s⁻1/2"})
        CHECK(refusal(rational) == "unit '" + std::string(rational) +
                                       "': a power must be an integer (UDUNITS would read s^1/2 as 0.5 s). Take the root of the "
                                       "values, or write the number first: 0.5 s.");
    CHECK(refusal("angstom") == "unit 'angstom': the name 'angstom' is not known. Near names: angstrom.");
    CHECK(refusal("1/phton") == "unit '1/phton': the name 'phton' is not known. Near names: photon.");
    CHECK(refusal("furlongs_per_x") ==
          "unit 'furlongs_per_x': the name 'furlongs_per_x' is not known. Names are those of UDUNITS, for example nm, angstrom, "
          "keV, photon.");
    CHECK(refusal("m^1000") == "unit 'm^1000': a power must be an integer from -99 to 99.");
    CHECK(refusal("0/nm") == "unit '0/nm': the number in it must be positive and finite.");
    CHECK(refusal("1/") == "unit '1/': it ends where a name should follow.");
    CHECK(refusal("(nm") == "unit '(nm': a bracket '(' is not closed.");
    for (const char* odd : {"nm)", "1//nm", "nm^2^2", "nm 2", "nm - 1", "K @ 273.15", "seconds since 1970-01-01", "µ", "lg(re 1 mW)"}) {
        CAPTURE(odd);
        CHECK(refusal(odd).find("cannot stand there. Write names, integer powers and one stroke") != std::string::npos);
    }
}

TEST_CASE("a mismatch explains letters that surprise") {
    CHECK(error_of([] { factor("s", "nm"); }) == "'s' cannot be converted to 'nm': they differ in dimension.");
    CHECK(error_of([] { factor("1/A", "1/nm"); }) ==
          "'1/A' cannot be converted to '1/nm': they differ in dimension. 'A' is ampere; write angstrom or Å for 1e-10 m.");
    CHECK(error_of([] { factor("C", "K"); }) ==
          "'C' cannot be converted to 'K': they differ in dimension. 'C' is coulomb; write degC for Celsius.");
}

TEST_CASE("quantities") {
    const auto check = [](const char* text, double value, const char* unit) {
        CAPTURE(text);
        CHECK(parse_quantity(text).value == value);
        CHECK(parse_quantity(text).unit.text() == unit);
    };
    check("0.3 1/nm", 0.3, "1/nm");
    check("0.3/nm", 0.3, "1/nm");
    check("0.3", 0.3, "1");
    check(" -1.5e-3 mm ", -1.5e-3, "mm");
    check("+2keV", 2, "keV");
    check("25 °C", 25, "degC");
    check("5 %", 5, "percent");
    for (const char* none : {"", "nm", "nan", "inf nm", "+-2", "1e999"}) {
        CAPTURE(none);
        CHECK(error_of([&] { parse_quantity(none); }) ==
              "'" + std::string(none) + "' is no quantity: write a finite number and a unit, for example 0.3 1/nm.");
    }
    CHECK(error_of([] { parse_quantity("3 kT"); }).starts_with("unit 'kT': "));
}

TEST_CASE("several threads may read units at once") {
    std::vector<std::thread> threads;
    std::vector<int> right(4, 0);
    for (std::size_t t = 0; t < right.size(); ++t)
        threads.emplace_back([&right, t] {
            for (int i = 0; i < 200; ++i) right[t] += factor("1/nm", "1/angstrom") == 0.1 && factor("keV", "eV") == 1000;
        });
    for (auto& thread : threads) thread.join();
    CHECK(right == std::vector<int>(4, 200));
}
