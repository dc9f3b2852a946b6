// SPDX-License-Identifier: BSD-3-Clause
// Tests of the mean kernel: exact references, merging, replicates, jackknife, and points that are left out.
#include "../kernel.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include "reference/mean/expected.hpp"

namespace {

using namespace sluice::mean;
using doctest::Approx;
using Doubles = std::vector<double>;
using State = std::vector<std::byte>;

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

struct Items {
    std::vector<Doubles> values, variances;            // [item][n]; no variances: empty
    std::vector<std::vector<std::uint8_t>> mask = {};  // [item][n]; no mask: empty

    [[nodiscard]] Item item(std::size_t i) const {
        Item one{values[i], {}, {}};
        if (!variances.empty()) one.variances = variances[i];
        if (!mask.empty()) one.mask = mask[i];
        return one;
    }
};

/// The state of items first .. last - 1.
State sum_of(const Items& items, const Layout& layout, std::size_t first, std::size_t last) {
    State state(static_cast<std::size_t>(state_bytes(layout)));
    initialize(state, layout);
    for (std::size_t i = first; i < last; ++i)
        add(state, layout, items.item(i), static_cast<std::int64_t>(i), static_cast<std::int64_t>(items.values.size()));
    return state;
}

State merged(State a, const State& b, const Layout& layout) {
    merge(a, b, layout);
    return a;
}

struct Result {
    Doubles mean, variance;
    std::vector<std::int64_t> count;
};

Result result_of(const State& state, const Layout& layout, Error error) {
    const auto length = static_cast<std::size_t>(replicates(layout) * layout.size);
    Result result{Doubles(length), Doubles(length), std::vector<std::int64_t>(length)};
    finish(state, layout, error, {result.mean, result.variance, result.count});
    return result;
}

Result mean_of(const Items& items, Error error, std::ptrdiff_t blocks = 1) {
    const Layout layout{static_cast<std::ptrdiff_t>(items.values.at(0).size()), blocks};
    return result_of(sum_of(items, layout, 0, items.values.size()), layout, error);
}

Items reference_items() {
    Items items;
    for (const double value : reference::values) items.values.push_back({value});
    for (const double variance : reference::variances) items.variances.push_back({variance});
    return items;
}

/// `count` items of `n` values of order one; the generator's seed is fixed by the caller.
Items random_items(std::size_t count, std::size_t n, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal(3, 1);
    Items items;
    for (std::size_t i = 0; i < count; ++i) {
        items.values.emplace_back();
        for (std::size_t k = 0; k < n; ++k) items.values.back().push_back(normal(generator));
    }
    return items;
}

}  // namespace

TEST_CASE("mean, both errors and leave-one-out replicates against exact fractions") {
    const Result propagated = mean_of(reference_items(), Error::propagated, reference::blocks);
    const Result scatter = mean_of(reference_items(), Error::scatter, reference::blocks);
    CHECK(propagated.count == std::vector<std::int64_t>{10, 7, 8, 7, 8});
    for (std::size_t k = 0; k < reference::mean.size(); ++k) {
        // tests/reference/mean. 1e-15: rounding of the sum. Scatter 1e-6: values of 1e9 +- 1 are spaced by 1e-7.
        CHECK(propagated.mean[k] == Approx(reference::mean[k]).epsilon(1e-15));
        CHECK(propagated.variance[k] == Approx(reference::propagated[k]).epsilon(1e-15));
        CHECK(scatter.variance[k] == Approx(reference::scatter[k]).epsilon(1e-6));
    }
}

TEST_CASE("each replicate equals the mean of the items it keeps") {
    const Items all = random_items(23, 3, 1);
    const std::ptrdiff_t blocks = 5;
    const Result replicated = mean_of(all, Error::scatter, blocks);
    for (std::int64_t left_out = 0; left_out < blocks; ++left_out) {
        Items kept;
        for (std::size_t i = 0; i < 23; ++i)
            if (static_cast<std::int64_t>(i) * blocks / 23 != left_out) kept.values.push_back(all.values[i]);
        const Result brute = mean_of(kept, Error::scatter);
        for (std::size_t n = 0; n < 3; ++n) {
            const auto at = static_cast<std::size_t>(left_out + 1) * 3 + n;
            CHECK(replicated.mean[at] == Approx(brute.mean[n]).epsilon(1e-14));  // rounding of 23 terms
            CHECK(replicated.variance[at] == Approx(brute.variance[n]).epsilon(1e-13));
            CHECK(replicated.count[at] == brute.count[n]);
        }
    }
}

TEST_CASE("with one item per block the jackknife variance is the scatter variance") {
    // Identity: (N-1)/N sum (mean_k - average)^2 = sum (x - mean)^2 / (N (N-1)) for leave-one-out means mean_k
    const std::size_t n_items = 12;
    const Result result = mean_of(random_items(n_items, 1, 2), Error::scatter, n_items);
    double average = 0, squares = 0;
    for (std::size_t k = 1; k <= n_items; ++k) average += result.mean[k] / n_items;
    for (std::size_t k = 1; k <= n_items; ++k) squares += (result.mean[k] - average) * (result.mean[k] - average);
    CHECK(squares * (n_items - 1) / n_items == Approx(result.variance[0]).epsilon(1e-12));
}

TEST_CASE("merging is associative to rounding and keeps every item") {
    const Layout layout{4, 3};
    const Items items = random_items(30, 4, 3);
    const State a = sum_of(items, layout, 0, 7), b = sum_of(items, layout, 7, 8), c = sum_of(items, layout, 8, 30);
    const Result left = result_of(merged(merged(a, b, layout), c, layout), layout, Error::scatter);
    const Result right = result_of(merged(a, merged(b, c, layout), layout), layout, Error::scatter);
    const Result whole = mean_of(items, Error::scatter, 3);
    for (std::size_t i = 0; i < whole.mean.size(); ++i) {
        CHECK(left.mean[i] == Approx(right.mean[i]).epsilon(1e-14));
        CHECK(left.variance[i] == Approx(right.variance[i]).epsilon(1e-13));
        CHECK(left.mean[i] == Approx(whole.mean[i]).epsilon(1e-14));
        CHECK(left.variance[i] == Approx(whole.variance[i]).epsilon(1e-13));
    }
    CHECK(left.count == whole.count);
}

TEST_CASE("the same tree of merges gives the same bits, and an empty state changes none") {
    const Layout layout{4, 3};
    const Items items = random_items(30, 4, 4);
    const auto tree = [&] { return merged(sum_of(items, layout, 0, 16), sum_of(items, layout, 16, 30), layout); };
    const State once = tree(), empty = sum_of(items, layout, 0, 0);
    CHECK(once == tree());
    CHECK(merged(once, empty, layout) == once);
    CHECK(merged(empty, once, layout) == once);
}

TEST_CASE("masked, NaN and infinite values, and NaN variances, are left out and counted") {
    const double infinite = std::numeric_limits<double>::infinity();
    const Items items{{{1, nan_value, 1, 5}, {3, 2, infinite, 6}, {50, 4, 3, 7}},
                      {{1, 1, 1, 1}, {1, 1, 1, nan_value}, {1, 1, 1, 1}},
                      {{0, 0, 0, 0}, {0, 0, 0, 0}, {1, 0, 0, 0}}};
    const Result result = mean_of(items, Error::propagated);
    CHECK(result.count == std::vector<std::int64_t>{2, 2, 2, 2});
    CHECK(result.mean == Doubles{2, 3, 2, 6});
    CHECK(result.variance == Doubles{0.5, 0.5, 0.5, 0.5});
}

TEST_CASE("nothing left gives NaN and a count of 0; one item has no scatter") {
    const Items none{{{nan_value}, {nan_value}}, {{1}, {1}}};
    for (const Error error : {Error::propagated, Error::scatter}) {
        const Result result = mean_of(none, error);
        CHECK(result.count[0] == 0);
        CHECK(std::isnan(result.mean[0]));
        CHECK(std::isnan(result.variance[0]));
    }
    const Items one{{{7}}, {{4}}};
    CHECK(mean_of(one, Error::propagated).mean[0] == 7);
    CHECK(mean_of(one, Error::propagated).variance[0] == 4);
    CHECK(std::isnan(mean_of(one, Error::scatter).variance[0]));
}

TEST_CASE("without variances the propagated variance is unknown, not zero") {
    const Items items{{{1}, {3}}, {}};
    CHECK(std::isnan(mean_of(items, Error::propagated).variance[0]));
    CHECK(mean_of(items, Error::scatter).variance[0] == 1);  // (1 + 1) / (2 * 1)
}

TEST_CASE("sizes: four doubles per block and element, and one replicate more than blocks") {
    CHECK(state_bytes({100, 1}) == 3200);
    CHECK(state_bytes({100, 7}) == 22400);
    CHECK(replicates({100, 1}) == 1);
    CHECK(replicates({100, 7}) == 8);
    CHECK(state_bytes({0, 1}) == 0);
}

TEST_CASE("wrong lengths, items and layouts are refused") {
    const Layout layout{2, 3};
    State state(static_cast<std::size_t>(state_bytes(layout)));
    const Doubles two{1, 2}, three{1, 2, 3};
    const auto check = [](auto call, const char* text) { CHECK_THROWS_WITH_AS(call(), text, std::invalid_argument); };
    check([&] { add(state, layout, {three, {}, {}}, 0, 9); }, "values has length 3, must be 2.");
    check([&] { add(state, layout, {two, three, {}}, 0, 9); }, "variances has length 3, must be 2.");
    check([&] { add(state, layout, {two, {}, {}}, 9, 9); }, "item 9 is not one of 9 items.");
    check([&] { add(state, layout, {two, {}, {}}, 0, 2); }, "blocks = 3, must be at most the number of items, 2.");
    check([&] { initialize(std::span(state).first(8), layout); }, "state has length 8, must be 192.");
    check([&] { (void)state_bytes({2, 0}); },
          "a mean of 2 elements in 0 blocks: size must be >= 0 and blocks >= 1.");
    State odd(static_cast<std::size_t>(state_bytes(layout)) + 1);
    check([&] { initialize(std::span(odd).subspan(1), layout); }, "state is not aligned as double.");
}
