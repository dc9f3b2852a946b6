// SPDX-License-Identifier: BSD-3-Clause
// Derivatives carried by Dual against those of the same formula by hand, and complex numbers over it.
#include <sluice/numerics/dual.hpp>

#include <cmath>

#include <doctest/doctest.h>

namespace {

using namespace sluice::numerics;
using doctest::Approx;
using D = Dual<2>;

Approx near(double value) { return Approx(value).epsilon(1e-14); }

const D a(0.7, 0), b(-1.3, 1);

void check(const D& found, double value, double by_a, double by_b) {
    CHECK(found.value == near(value));
    CHECK(found.slope[0] == near(by_a));
    CHECK(found.slope[1] == near(by_b));
}

}  // namespace

TEST_CASE("sums, products and quotients, with numbers on either side") {
    check(a + b, -0.6, 1, 1);
    check(a - b, 2, 1, -1);
    check(a * b, -0.91, -1.3, 0.7);
    check(a / b, 0.7 / -1.3, 1 / -1.3, -0.7 / 1.69);
    check(2.0 + a, 2.7, 1, 0);
    check(a - 2.0, -1.3, 1, 0);
    check(2.0 - b, 3.3, 0, -1);
    check(3.0 * b, -3.9, 0, 3);
    check(b / 2.0, -0.65, 0, 0.5);
    check(2.0 / a, 2 / 0.7, -2 / 0.49, 0);
    check(-a, -0.7, -1, 0);
    check(D(4.0), 4, 0, 0);
}

TEST_CASE("functions") {
    check(exp(a), std::exp(0.7), std::exp(0.7), 0);
    check(log1p(a), std::log(1.7), 1 / 1.7, 0);
    check(expm1(a), std::expm1(0.7), std::exp(0.7), 0);
    check(sqrt(a), std::sqrt(0.7), 0.5 / std::sqrt(0.7), 0);
    check(atan(b), std::atan(-1.3), 0, 1 / 2.69);
    check(erfc(a), std::erfc(0.7), -2 / std::sqrt(std::acos(-1)) * std::exp(-0.49), 0);
    D sine, cosine;
    sin_and_cos(a, sine, cosine);
    check(sine, std::sin(0.7), std::cos(0.7), 0);
    check(cosine, std::cos(0.7), -std::sin(0.7), 0);
    CHECK(value_of(a) == 0.7);
}

TEST_CASE("a formula of several steps: d/da and d/db of exp(a b) / (1 + a^2)") {
    const double e = std::exp(-0.91), q = 1.49;
    check(exp(a * b) / (1.0 + a * a), e / q, -1.3 * e / q - 1.4 * e / (q * q), 0.7 * e / q);
}

TEST_CASE("complex numbers: e^(i a) (1 + i b), its norm and inverse") {
    const auto z = unit_phasor(a) * Complex<D>{D(1.0), b};
    const double c = std::cos(0.7), s = std::sin(0.7);
    check(z.re, c + 1.3 * s, -s + 1.3 * c, -s);
    check(z.im, s - 1.3 * c, c + 1.3 * s, c);
    CHECK(norm(z).value == near(2.69));
    CHECK(norm(z).slope[0] == Approx(0).scale(1).epsilon(1e-15));
    CHECK(norm(z).slope[1] == near(-2.6));
    const auto one = z * inverse(z);
    CHECK(one.re.value == near(1));
    CHECK(one.im.value == Approx(0).scale(1).epsilon(1e-15));
    CHECK(conj(z).im.value == -z.im.value);
}
