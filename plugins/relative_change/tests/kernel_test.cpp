// SPDX-License-Identifier: BSD-3-Clause
// Changes against a reference: numbers by hand, exact rows, missing and weak references.
#include "../kernel.hpp"

#include <cmath>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

namespace {

using namespace sluice::relative_change;
using Doubles = std::vector<double>;

doctest::Approx near(double value) { return doctest::Approx(value).epsilon(1e-13).scale(0); }

struct Table {
    Doubles values, variances = {};
    std::vector<std::uint8_t> mask = {};

    operator Series() const { return {values, variances, mask}; }
};

const Table series{{4, 3, 5, 2}, {0.04, 0.09, 0.01, 0.16}};

void check_all_nan(const Change& change) {
    for (const auto* each : {&change.values, &change.variances, &change.covariance})
        for (const double value : *each) CHECK(std::isnan(value));
}

}  // namespace

TEST_CASE("differences and ratios to one of the series, with what they share") {
    const auto got = change(series, 0);
    CHECK(got.status == Status::ok);
    CHECK(got.difference.values == Doubles{0, -1, 1, -2});
    CHECK(got.difference.variances == Doubles{0, 0.09 + 0.04, 0.01 + 0.04, 0.16 + 0.04});
    CHECK(got.ratio.values == Doubles{1, 0.75, 1.25, 0.5});
    CHECK(got.ratio.variances[0] == 0);
    CHECK(got.ratio.variances[1] == near((0.09 + 0.75 * 0.75 * 0.04) / 16));
    CHECK(got.ratio.variances[3] == near((0.16 + 0.5 * 0.5 * 0.04) / 16));
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(got.difference.covariance[i] == 0);  // the reference's row and column
        CHECK(got.ratio.covariance[4 * i] == 0);
        CHECK(got.difference.covariance[5 * i] == got.difference.variances[i]);
        CHECK(got.ratio.covariance[5 * i] == got.ratio.variances[i]);
    }
    CHECK(got.difference.covariance[4 * 1 + 3] == near(0.04));
    CHECK(got.ratio.covariance[4 * 1 + 3] == near(0.75 * 0.5 * 0.04 / 16));
    CHECK(got.ratio.covariance[4 * 3 + 1] == got.ratio.covariance[4 * 1 + 3]);
}

TEST_CASE("a value from elsewhere: no exact row") {
    const auto got = change(series, Reference{4, 0.25});
    CHECK(got.difference.values[0] == 0);
    CHECK(got.difference.variances[0] == near(0.04 + 0.25));
    CHECK(got.difference.covariance[2] == near(0.25));
    CHECK(got.ratio.values[0] == 1);
    CHECK(got.ratio.variances[0] == near((0.04 + 0.25) / 16));
    CHECK(got.ratio.covariance[3] == near(0.5 * 0.25 / 16));
}

TEST_CASE("a sum over the covariance is the error of a sum: what the reference does to all at once") {
    const auto got = change(series, 0);
    double variance = 0;
    for (const double each : got.difference.covariance) variance += each;
    CHECK(variance == near(0.09 + 0.01 + 0.16 + 9 * 0.04));  // of y1 + y2 + y3 - 3 y0
}

TEST_CASE("masked values, NaN and bad variances are NaN, and no other") {
    Table some = series;
    some.values[1] = unknown;
    some.variances[2] = -1;
    some.mask = {0, 0, 0, 1};
    const auto got = change(some, 0);
    CHECK(got.status == Status::ok);
    CHECK(got.difference.values[0] == 0);
    for (std::size_t i = 1; i < 4; ++i) {
        CHECK(std::isnan(got.difference.values[i]));
        CHECK(std::isnan(got.ratio.variances[i]));
        CHECK(std::isnan(got.ratio.covariance[i]));
    }
}

TEST_CASE("a reference without a value") {
    Table some = series;
    some.mask = {1, 0, 0, 0};
    for (const auto& got : {change(some, 0), change(series, Reference{}), change(series, Reference{4, unknown})}) {
        CHECK(got.status == Status::reference_missing);
        check_all_nan(got.difference);
        check_all_nan(got.ratio);
    }
}

TEST_CASE("a reference that is not 3 standard errors from 0 has differences, but no ratios") {
    for (const auto& got : {change(series, Reference{1, 0.16}), change(series, Reference{0, 0}), change(Table{{0, 1}}, 0)}) {
        CHECK(got.status == Status::reference_not_significant);
        CHECK(std::isfinite(got.difference.values[1]));
        check_all_nan(got.ratio);
    }
    CHECK(change(series, Reference{-1, 0.1}).status == Status::ok);
}

TEST_CASE("without variances there are none") {
    const auto got = change(Table{{4, 3}}, 0);
    CHECK(got.ratio.values == Doubles{1, 0.75});
    CHECK(got.ratio.variances.empty());
    CHECK(got.difference.covariance.empty());
}

TEST_CASE("bad arguments are refused") {
    CHECK_THROWS_WITH_AS((void)change(Table{{1, 2}, {1}}, 0),
                         "the series has 2 values, and 1 variances or mask elements. They must agree.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)change(Table{{1, 2}}, 2), "the reference has the index 2 in a series of 2 values.",
                         std::invalid_argument);
}
