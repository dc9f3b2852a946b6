// SPDX-License-Identifier: BSD-3-Clause
// Each function against its definition, there and back, variances, the limits at 0, and what cannot be known.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "kernel.hpp"

using namespace sluice::pdf_convert;
using Values = std::vector<double>;
using doctest::Approx;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double rho = 0.0886, pi = std::numbers::pi;  // atoms per cubic angstrom
const std::vector<std::string> over_q{"S", "F", "FK"}, over_r{"g", "G", "GK", "D", "T", "TK", "RDF"};

struct Converted {
    Values values, variances;
    std::vector<std::uint8_t> mask;
    std::ptrdiff_t left_out = 0;
};

Converted run(const std::string& from, const std::string& to, const Values& x, const Values& values, const Values& variances = {},
              double density = rho, const Values& amplitude = {2.5}, AtZero at_zero = AtZero::masked,
              const std::vector<std::uint8_t>& mask = {}) {
    Converted out{Values(x.size()), Values(variances.size()), std::vector<std::uint8_t>(x.size()), 0};
    out.left_out = convert(definition_of(from), definition_of(to), {x, values, variances, mask}, {density, amplitude}, at_zero,
                           {out.values, out.variances, out.mask});
    return out;
}

/// The definition, literally: of g at r.
double of_g(const std::string& name, double g, double r, double b) {
    const double line = 4 * pi * rho * r;
    if (name == "g") return g;
    if (name == "G") return line * (g - 1);
    if (name == "GK") return b * (g - 1);
    if (name == "D") return line * b * (g - 1);
    if (name == "T") return line * g;
    if (name == "TK") return line * b * g;
    return line * r * g;  // RDF
}

double of_s(const std::string& name, double s, double q, double b) {
    return name == "S" ? s : name == "F" ? q * (s - 1) : b * (s - 1);
}

}  // namespace

TEST_CASE("every function from every other, against the definitions") {
    const Values x{0.7, 2.5, 30}, h{0, 2.75, 1.0625};
    for (const bool q : {true, false})
        for (const auto& from : q ? over_q : over_r)
            for (const auto& to : q ? over_q : over_r) {
                CAPTURE(from);
                CAPTURE(to);
                const auto literal = q ? of_s : of_g;
                Values values;
                for (std::size_t i = 0; i < 3; ++i) values.push_back(literal(from, h[i], x[i], 2.5));
                const auto got = run(from, to, x, values);
                for (std::size_t i = 0; i < 3; ++i)
                    CHECK(got.values[i] == Approx(literal(to, h[i], x[i], 2.5)).epsilon(1e-12).scale(1));
                CHECK(got.left_out == 0);
            }
}

TEST_CASE("there and back to 1e-10, values and variances") {
    Values x, values, variances;
    for (int i = 1; i <= 3000; ++i) {
        x.push_back(0.01 * i);
        values.push_back(std::sin(2.7 * x.back()) * std::exp(-0.1 * x.back()));
        variances.push_back(1e-4 * (1 + x.back()));
    }
    for (const bool q : {true, false})
        for (const auto& from : q ? over_q : over_r)
            for (const auto& to : q ? over_q : over_r) {
                CAPTURE(from);
                CAPTURE(to);
                const auto there = run(from, to, x, values, variances);
                const auto back = run(to, from, x, there.values, there.variances);
                double worst = 0, worst_variance = 0;
                for (std::size_t i = 0; i < x.size(); ++i) {
                    worst = std::max(worst, std::abs(back.values[i] - values[i]));
                    worst_variance = std::max(worst_variance, std::abs(back.variances[i] / variances[i] - 1));
                }
                CHECK(worst < 1e-10);
                CHECK(worst_variance < 1e-10);
            }
}

TEST_CASE("variances are the square of the slope, by finite differences") {
    for (const bool q : {true, false})
        for (const auto& from : q ? over_q : over_r)
            for (const auto& to : q ? over_q : over_r) {
                const double low = run(from, to, {2.5}, {0.5}).values[0], high = run(from, to, {2.5}, {1.5}).values[0];
                const double slope = high - low;  // exact for a straight line
                CHECK(run(from, to, {2.5}, {0.9}, {0.04}).variances[0] == Approx(0.04 * slope * slope).epsilon(1e-10));
            }
}

TEST_CASE("at r = 0 and q = 0: exact where the definition says so, else masked") {
    for (const char* to : {"G", "D", "T", "TK", "RDF"}) {
        const auto out = run("g", to, {0, 1}, {0, 0}, {0.1, 0.1});  // no atom in another
        CHECK(out.values[0] == 0);
        CHECK(out.variances[0] == 0);
    }
    CHECK(run("RDF", "T", {0, 1}, {0, 1}, {0, 1}).values[0] == 0);
    CHECK(run("RDF", "G", {0, 1}, {0, 1}, {0, 1}).variances[0] == 0);
    CHECK(run("S", "F", {0, 1}, {0.03, 1}).values[0] == 0);
    CHECK(run("S", "FK", {0, 1}, {0.2, 1}).values[0] == Approx(-2).epsilon(1e-15));
    const auto open = run("G", "g", {0, 1}, {0, 0}, {0, 0.1});
    CHECK(std::isnan(open.values[0]));
    CHECK(std::isnan(open.variances[0]));
    CHECK(open.mask == std::vector<std::uint8_t>{1, 0});
    CHECK(open.left_out == 1);
    CHECK(run("F", "S", {0, 1}, {0, 0.5}).left_out == 1);
}

TEST_CASE("the limit at 0: the even parabola through the next two points") {
    // g = 0.25 + 0.5 r^2 is such a parabola, so its value at 0 comes out, on an uneven grid too.
    const Values r{0, 0.1, 0.25, 0.3};
    Values reduced;
    for (const double each : r) reduced.push_back(of_g("G", 0.25 + 0.5 * each * each, each, 1));
    const auto out = run("G", "g", r, reduced, {0, 1e-6, 4e-6, 1e-6}, rho, {1}, AtZero::limit);
    CHECK(out.values[0] == Approx(0.25).epsilon(1e-12));
    CHECK(out.left_out == 0);
    const double near = 0.0625 / 0.0525, far = 0.01 / 0.0525;  // weights 0.25^2 and 0.1^2 over their difference
    CHECK(out.variances[0] == Approx(near * near * out.variances[1] + far * far * out.variances[2]).epsilon(1e-12));
    CHECK(run("g", "G", r, out.values).values[0] == 0);
    CHECK(run("G", "g", {0, 1}, {0, 0}, {}, rho, {1}, AtZero::limit).left_out == 1);  // one point is not enough
    CHECK(run("G", "g", r, reduced, {}, rho, {1}, AtZero::limit, {1, 0, 0, 0}).left_out == 1);
}

TEST_CASE("what cancels is not needed") {
    const auto density = [](const char* from, const char* to) { return needs_density(definition_of(from), definition_of(to)); };
    const auto amplitude = [](const char* from, const char* to) {
        return needs_amplitude(definition_of(from), definition_of(to));
    };
    CHECK_FALSE(density("G", "D"));
    CHECK_FALSE(density("g", "GK"));
    CHECK_FALSE(density("T", "RDF"));
    CHECK_FALSE(density("S", "FK"));
    CHECK(density("G", "T"));
    CHECK(density("g", "G"));
    CHECK_FALSE(amplitude("G", "T"));
    CHECK_FALSE(amplitude("T", "RDF"));
    CHECK(amplitude("D", "TK"));
    CHECK(amplitude("F", "FK"));
    CHECK(run("G", "D", {2}, {0.5}, {}, unknown).values[0] == Approx(1.25).epsilon(1e-15));
    CHECK(run("T", "RDF", {2}, {0.5}, {}, unknown, {unknown}).values[0] == 1);
}

TEST_CASE("an amplitude at each q; NaN and masks") {
    const auto out = run("F", "FK", {1, 2, 4}, {0.5, 0.5, 0.5}, {1, 1, 1}, unknown, {10, 20, unknown});
    CHECK(out.values[0] == 5);
    CHECK(out.values[1] == 5);
    CHECK(out.variances[1] == 100);
    CHECK(out.mask == std::vector<std::uint8_t>{0, 0, 1});
    const auto masked = run("S", "F", {1, 2, 3}, {1, unknown, 2}, {1, 1, 1}, rho, {1}, AtZero::masked, {1, 0, 0});
    CHECK(masked.mask == std::vector<std::uint8_t>{1, 1, 0});
    CHECK(std::isnan(masked.values[0]));
    CHECK(std::isnan(masked.variances[0]));
    CHECK(masked.left_out == 2);
    CHECK(run("g", "G", {1, 2}, {1, 1}, {}, unknown).left_out == 2);
}

TEST_CASE("what is refused") {
    CHECK_THROWS_WITH(run("g", "G", {1}, {1}, {}, 0), "number_density is 0.000000 1/angstrom^3, must be above 0 and finite.");
    CHECK_THROWS_WITH(run("g", "GK", {1}, {1}, {}, rho, {-1}),
                      "the squared mean amplitude is -1.000000, must be above 0 and finite.");
    CHECK_THROWS_WITH(run("g", "S", {1}, {1}), "g and S are over different variables.");
    CHECK_THROWS_WITH(static_cast<void>(definition_of("h")), "'h' is none of S, F, FK, g, G, GK, D, T, TK, RDF.");
}
