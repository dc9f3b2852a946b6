// SPDX-License-Identifier: BSD-3-Clause
// Tests of the sums of products against a literal triple loop: all types, odd sizes, extremes, masks, groupings, processors.
#include "../gram_region.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "../gram_tiles.hpp"
#include "gram_data.hpp"

namespace {

using namespace sluice::two_time_correlation;
using namespace sluice::two_time_correlation::test;

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Exact for counts and for integers of up to 16 bits; for all others 11 bits wider than double.
template <class T>
using Wide = std::conditional_t<std::is_integral_v<T> && sizeof(T) <= 2, std::int64_t, long double>;

/// Rows of a train: the pulses and the ones, zero where a pixel is left out.
template <class T>
std::vector<std::vector<Wide<T>>> literal_rows(const Data<T>& data, std::size_t train) {
    std::vector<std::vector<Wide<T>>> rows(index(data.frame.pulses + 1));
    for (const std::int32_t pixel : data.region) {
        const bool good = data.good(train, pixel);
        for (std::ptrdiff_t a = 0; a < data.frame.pulses; ++a)
            rows[index(a)].push_back(good ? static_cast<Wide<T>>(data.at(train, a, pixel)) : Wide<T>(0));
        rows.back().push_back(good ? 1 : 0);
    }
    return rows;
}

/// [T + 1, T + 1] of two trains, element by element; magnitude: the sums of the terms' absolute values.
template <class T>
void literal(const Data<T>& data, std::size_t x, std::size_t y, Doubles& sums, Doubles& magnitude) {
    const auto rows_x = literal_rows(data, x), rows_y = literal_rows(data, y);
    for (const auto& row_x : rows_x)
        for (const auto& row_y : rows_y) {
            Wide<T> sum = 0, terms = 0;
            for (std::size_t p = 0; p < row_x.size(); ++p) {
                const Wide<T> term = row_x[p] * row_y[p];
                sum += term, terms += term < 0 ? -term : term;
            }
            sums.push_back(static_cast<double>(sum));
            magnitude.push_back(static_cast<double>(terms));
        }
}

/// The literal result of the trains from `first` on; `before`: with the pair of the first. And the magnitudes.
template <class T>
std::pair<Result, Result> literal(const Data<T>& data, std::size_t first, bool before) {
    Result sums, magnitude;
    const std::size_t size = index((data.frame.pulses + 1) * (data.frame.pulses + 1));
    for (std::size_t n = first; n < data.values.size(); ++n) {
        literal(data, n, n, sums.own, magnitude.own);
        if (n > first || before) {
            literal(data, n - 1, n, sums.pair, magnitude.pair);
        } else {
            sums.pair.resize(size, 0.0), magnitude.pair.resize(size, 0.0);
        }
        TrainReport report{infinite, 0};
        for (const std::int32_t pixel : data.region) {
            report.pixels_left_out += data.good(n, pixel) ? 0 : 1;
            for (std::ptrdiff_t pulse = 0; data.good(n, pixel) && pulse < data.frame.pulses; ++pulse)
                report.smallest = std::min(report.smallest, static_cast<double>(data.at(n, pulse, pixel)));
        }
        sums.reports.push_back(report);
    }
    return {sums, magnitude};
}

/// Largest deviation relative to the sum of absolute terms; 0 only when all are equal.
double deviation(const Doubles& found, const Doubles& expected, const Doubles& magnitude) {
    REQUIRE(found.size() == expected.size());
    double largest = 0;
    for (std::size_t i = 0; i < found.size(); ++i)
        if (!(found[i] == expected[i])) {
            const double relative = std::abs(found[i] - expected[i]) / magnitude[i];
            largest = std::max(largest, std::isnan(relative) ? infinite : relative);
        }
    return largest;
}

template <class T>
void check_literal(const Data<T>& data, double tolerance, std::size_t first = 0, bool before = false) {
    CAPTURE(data.frame.pulses);
    CAPTURE(data.region.size());
    const Result found = compute(data, first, data.values.size(), before);
    const auto [expected, magnitude] = literal(data, first, before);
    CHECK(deviation(found.own, expected.own, magnitude.own) <= tolerance);
    CHECK(deviation(found.pair, expected.pair, magnitude.pair) <= tolerance);
    for (std::size_t n = 0; n < found.reports.size(); ++n) {
        CHECK(found.reports[n].smallest == expected.reports[n].smallest);
        CHECK(found.reports[n].pixels_left_out == expected.reports[n].pixels_left_out);
    }
}

}  // namespace

TEST_CASE_TEMPLATE("counts of any type give the integers of a literal loop, at every odd size", T, std::int8_t, std::uint8_t,
                   std::int16_t, std::uint16_t, std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, float, double) {
    const double low = std::is_signed_v<T> ? -3 : 0;
    for (const std::ptrdiff_t pulses : {1, 2, 7, 50, 51})
        for (const std::ptrdiff_t pixels : {0, 1, 2, 255, 256, 257})
            check_literal(make_data<T>(3, {pulses, pixels}, low, 12, 1), 0);
    check_literal(make_data<T>(3, {7, 5000}, low, 120, 2), 0);  // several chunks, the last not full
    check_literal(make_data<T>(2, {130, 700}, low, 5, 3), 0);   // the shorter chunks of many pulses
}

TEST_CASE_TEMPLATE("the extremes of 8 and 16 bits, and half-way there, are exact", T, std::int8_t, std::uint8_t, std::int16_t,
                   std::uint16_t) {
    using Range = std::numeric_limits<T>;
    for (const int part : {1, 2, 6, 12, 23, 91}) {  // down from 65535 past 5792, where the way changes, to long runs
        CAPTURE(part);
        check_literal(make_data<T>(3, {3, 1500}, double(Range::min()) / part, double(Range::max()) / part, 4), 0);
        Data<T> constant = make_data<T>(2, {3, 1500}, 0, 0, 5);
        for (T& value : constant.values[0]) value = static_cast<T>(Range::max() / part);
        for (T& value : constant.values[1]) value = static_cast<T>(Range::min() / part);
        check_literal(constant, 0);
    }
}

TEST_CASE("the values around the limit of 16-bit products") {
    for (const int value : {5791, 5792, 5793, 32767, 32768, 65535}) {
        CAPTURE(value);
        check_literal(make_data<std::uint16_t>(2, {4, 1100}, value, value, 6), 0);
        check_literal(make_data<std::int32_t>(2, {4, 1100}, -value, -value, 6), 0);
        check_literal(make_data<float>(2, {4, 1100}, -value, value, 6), 0);
    }
}

TEST_CASE_TEMPLATE("values too large or not whole are summed in double", T, std::uint32_t, std::int64_t, std::uint64_t, float,
                   double) {
    // Sums of n doubles in runs of 512 in four parts: error below (128 + n / 512 + 2) 2^-53 of the sum of absolute terms
    // (Higham 2002, Accuracy and Stability, section 4.2), and 2^-52 for rounding 64-bit values to double.
    const double tolerance = 135 * 0x1p-53 + 0x1p-52, largest = std::is_floating_point_v<T> ? 1e15 : 4e9;
    Data<T> data = make_data<T>(3, {7, 1100}, std::is_signed_v<T> ? -largest : 0, largest, 7);
    check_literal(data, tolerance);
    if constexpr (std::is_floating_point_v<T>)
        for (auto& train : data.values)
            for (T& value : train) value = value / T(3e14);
    if constexpr (std::is_same_v<T, std::uint64_t>) data.values[1][5] = std::numeric_limits<T>::max();
    check_literal(data, tolerance);
}

TEST_CASE_TEMPLATE("a train of counts beside one of large or fractional values", T, std::uint16_t, std::int32_t, float) {
    for (const std::size_t large : {0, 1, 2}) {
        Data<T> data = make_data<T>(3, {5, 2100}, 0, 50, 8);
        for (T& value : data.values[large]) value = static_cast<T>(value * T(1200));
        check_literal(data, 0);
        if constexpr (std::is_floating_point_v<T>)
            for (T& value : data.values[large]) value += T(0.25);  // quarters are exact in double
        check_literal(data, 0);
    }
}

TEST_CASE_TEMPLATE("masked pixels are left out of their own train and of its pairs", T, std::uint8_t, std::uint16_t, float) {
    for (const double part : {0.01, 0.3, 1.0}) {
        Data<T> data = make_data<T>(3, {5, 1200}, 1, 9, 9);
        add_masks(data, part, 10);
        check_literal(data, 0);
        check_literal(data, 0, 1, true);
    }
    Data<T> large = make_data<T>(2, {3, 400}, 1, 200, 11);
    add_masks(large, 0.1, 12);
    for (std::size_t i = 0; i < large.values[0].size(); ++i)
        if (large.mask[0][i] != 0) large.values[0][i] = std::numeric_limits<T>::max();  // must not matter
    check_literal(large, 0);
}

TEST_CASE_TEMPLATE("NaN and infinite values are left out like masked ones", T, float, double) {
    Data<T> data = make_data<T>(3, {4, 1300}, 1, 9, 13);
    const T bad[] = {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity(),
                     -std::numeric_limits<T>::infinity()};
    for (std::size_t n = 0; n < 3; ++n)
        for (std::size_t i = n; i < data.values[n].size(); i += 50 + n) data.values[n][i] = bad[i % 3];
    check_literal(data, 0);
    add_masks(data, 0.02, 14);
    check_literal(data, 0);
    for (T& value : data.values[1]) value = bad[0];
    check_literal(data, 0);
}

TEST_CASE("without the train before, the first pair is zero; with it, the sums are those of the header") {
    Data<std::uint16_t> data{{2, 3}, {0, 2}, {{1, 9, 2, 3, 9, 4}, {5, 9, 6, 7, 9, 8}}};
    const Result alone = compute(data, 1, 2, false), both = compute(data, 1, 2, true);
    CHECK(alone.own == Doubles{61, 83, 11, 83, 113, 15, 11, 15, 2});  // 5 5 + 6 6, 5 7 + 6 8, 5 + 6, ...
    CHECK(alone.pair == Doubles(9, 0.0));
    CHECK(both.own == alone.own);
    CHECK(both.pair == Doubles{17, 23, 3, 39, 53, 7, 11, 15, 2});  // 1 5 + 2 6, 1 7 + 2 8, 1 + 2; 3 5 + 4 6, ...
    CHECK(both.reports[0].smallest == 5);
}

TEST_CASE("pairs not wanted are not needed") {
    const auto data = make_data<std::uint8_t>(3, {7, 300}, 0, 255, 15);
    CHECK(compute(data, 0, 3, false, false).own == compute(data, 0, 3, false).own);
}

TEST_CASE_TEMPLATE("the bits do not depend on how trains are grouped", T, std::uint16_t, double) {
    Data<T> data = make_data<T>(5, {7, 2600}, 0, 60000, 16);
    for (T& value : data.values[2]) value = static_cast<T>(value / T(1000));
    if constexpr (std::is_floating_point_v<T>)
        for (auto& train : data.values)
            for (T& value : train) value = std::sqrt(value);
    add_masks(data, 0.01, 17);
    const Result whole = compute(data, 1, 5, true);
    for (const std::size_t group : {1, 2, 3}) {
        Result parts;
        for (std::size_t first = 1; first < 5; first += group) {
            const Result part = compute(data, first, std::min<std::size_t>(first + group, 5), true);
            parts.own.insert(parts.own.end(), part.own.begin(), part.own.end());
            parts.pair.insert(parts.pair.end(), part.pair.begin(), part.pair.end());
        }
        CHECK(parts.own == whole.own);
        CHECK(parts.pair == whole.pair);
    }
}

TEST_CASE("the bits do not depend on where the scratch begins, nor on what is in it") {
    const auto data = make_data<double>(2, {6, 1500}, -1e6, 1e6, 18);
    const Result expected = compute(data, 0, 2, false);
    std::vector<const double*> values{data.values[0].data(), data.values[1].data()};
    const auto bytes = static_cast<std::size_t>(region_scratch_bytes(data.frame));
    for (const std::size_t shift : {0, 1, 8, 33}) {
        std::vector<std::byte> scratch(bytes + shift, std::byte(0xff));
        Result found{Doubles(98), Doubles(98), std::vector<TrainReport>(2)};
        const Trains<double> trains{nullptr, values, {}, nullptr};
        region_products<double>(data.frame, data.region, trains, found.own, found.pair, found.reports,
                                std::span(scratch).subspan(shift));
        CHECK(found.own == expected.own);
        CHECK(found.pair == expected.pair);
    }
}

TEST_CASE_TEMPLATE("every kind of processor gives the same bits", V, std::int16_t, double) {
    std::mt19937_64 generator(19);
    std::uniform_real_distribution<double> value(-1000, 1000);
    const TileShape shape{7, 288, 256, 128};
    struct alignas(64) Rows {
        V values[9 * 288] = {};
    } x, y;
    for (std::ptrdiff_t i = 0; i < 7 * 288; ++i) x.values[i] = static_cast<V>(value(generator));
    for (std::ptrdiff_t i = 0; i < 7 * 288; ++i) y.values[i] = static_cast<V>(value(generator));
    Doubles expected(49, 1.0);
    add_products(x.values, y.values, shape, false, expected.data(), Cpu::baseline);
    for (const Cpu cpu : {Cpu::avx2, Cpu::avx512}) {
        if (static_cast<int>(cpu) > static_cast<int>(best_cpu())) continue;
        Doubles found(49, 1.0);
        add_products(x.values, y.values, shape, false, found.data(), cpu);
        CHECK(found == expected);
    }
}

TEST_CASE("wrong lengths and regions are refused") {
    const std::vector<std::uint8_t> frame(6);
    const std::uint8_t* const one[] = {frame.data()};
    const Trains<std::uint8_t> trains{nullptr, one, {}, nullptr};
    const FrameShape shape{2, 3};
    Doubles own(9), pair(9);
    std::vector<TrainReport> reports(1);
    std::vector<std::byte> scratch(static_cast<std::size_t>(region_scratch_bytes(shape)));
    const std::vector<std::int32_t> region{0, 2}, outside{1, 3};
    const auto check = [](auto call, const char* text) { CHECK_THROWS_WITH_AS(call(), text, std::invalid_argument); };
    const auto few = std::span(own).first(8);
    check([&] { region_products(shape, region, trains, few, pair, reports, scratch); }, "own has length 8, must be 9.");
    check([&] { region_products(shape, region, trains, own, few, reports, scratch); }, "pair has length 8, must be 9.");
    check([&] { region_products(shape, region, trains, own, pair, {}, scratch); }, "reports has length 0, must be 1.");
    check([&] { region_products(shape, outside, trains, own, pair, reports, scratch); },
          "a region has the offsets 1 to 3, must be within a frame of 3 pixels.");
    check([&] { region_products({0, 3}, region, trains, own, pair, reports, scratch); }, "a train needs at least one pulse.");
    CHECK_THROWS_AS(region_products(shape, region, trains, own, pair, reports, {}), std::invalid_argument);
}
