// SPDX-License-Identifier: BSD-3-Clause
// Tests of the series of w and of its moments: against the formula, and against quadrature of it.
#include "../mobility.hpp"

#include <cmath>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <doctest/doctest.h>

namespace {

using namespace sluice::delta_gamma;

constexpr double phi = 0.35;

double weight(double y, const Densities& g) { return std::pow(std::sin(y) / y, 2) / (1 + phi * s_gamma(y, g)); }

const MobilityNodes& nodes() {
    static const MobilityNodes made(60);
    return made;
}

}  // namespace

TEST_CASE("w between the nodes is the formula") {
    for (const auto form : {SGamma::bare, SGamma::renormalised}) {
        const Densities g = densities(phi, form);
        const Mobility mobility(nodes(), phi, g);
        for (double y = 1e-6; y < 60; y += 0.0173) {
            CHECK(std::abs(mobility.weight(y) - weight(y, g)) < 2e-15);
            CHECK(std::abs(mobility.at(y).w - weight(y, g)) < 2e-15);
        }
        CHECK(std::abs(mobility.weight(0) - 1 / (1 + phi * s_gamma(0, g))) < 2e-15);
    }
}

TEST_CASE("differences of the moments are integrals of w, within a cell, from cell to cell and from the first") {
    const Densities g = densities(phi, SGamma::renormalised);
    const Mobility mobility(nodes(), phi, g);
    struct Range {
        double a, b;
    };
    for (const auto& [a, b] : {Range{1e-3, 2e-3}, Range{0.1, 0.9}, Range{0.7, 1.3}, Range{0.999, 1.001}, Range{1.1, 1.2},
                               Range{1.4, 1.7}, Range{3, 8}, Range{20, 22}, Range{45, 59}}) {
        const auto from = mobility.at(a), to = mobility.at(b);
        const auto integral = [&](int power) {
            const auto f = [&](double y) { return weight(y, g) * std::pow(y, power); };
            return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(f, a, b, 8, 1e-13);
        };
        CAPTURE(a);
        CHECK(std::abs(to.first - from.first - integral(1)) < 1e-14);
        CHECK(std::abs(to.inverse - from.inverse - integral(-1)) < 1e-14);
        // of w/y^3 to its digits: relative
        CHECK(std::abs(to.inverse_cube - from.inverse_cube - integral(-3)) < 1e-12 * integral(-3));
    }
}

TEST_CASE("the integral of w does not depend on where its tail begins") {
    for (const auto form : {SGamma::bare, SGamma::renormalised})
        for (const double volume_fraction : {1e-6, 0.1, 0.45}) {
            const Densities g = densities(volume_fraction, form);
            const double early = Mobility(nodes(), volume_fraction, g).integral();
            const double late = Mobility(MobilityNodes(300), volume_fraction, g).integral();
            // what is left out of the tail falls as 1/end^5: of the cells in use, to 464, 4e-5 of this
            CHECK(std::abs(early - late) < 3e-8 * volume_fraction);
        }
}
