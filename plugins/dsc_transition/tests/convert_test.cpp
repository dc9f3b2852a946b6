// SPDX-License-Identifier: BSD-3-Clause
// Which points of a scan are kept, in which order, and what is refused: turns, holds, start-up, modulation, masks, rate.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include "convert.hpp"
#include "simulated.hpp"

namespace {

using namespace sluice::dsc_transition;
using doctest::Approx;
using Doubles = std::vector<double>;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Up from 300 K to 400 K in steps of 0.5 K, 1 s each.
Doubles upward() {
    Doubles T;
    for (int i = 0; i <= 200; ++i) T.push_back(300 + 0.5 * i);
    return T;
}

Doubles seconds(std::size_t n) {
    Doubles t;
    for (std::size_t i = 0; i < n; ++i) t.push_back(static_cast<double>(i));
    return t;
}

Prepared prepared(const Doubles& T, const Doubles& time = {}, const Conversion& conversion = {}) {
    return prepare({T, T, {}, time, {}}, conversion);
}

Doubles joined(const std::vector<Doubles>& parts) {
    Doubles out;
    for (const auto& part : parts) out.insert(out.end(), part.begin(), part.end());
    return out;
}

}  // namespace

TEST_CASE("a scan is sorted, scaled, and knows where its points came from") {
    Doubles T = upward(), y;
    std::reverse(T.begin(), T.end());
    for (const double each : T) y.push_back(2 * each);
    const Doubles variances(T.size(), 0.25);
    const auto out = prepare({T, y, variances, {}, {}}, {-0.5, 40.0 / 60, 0});
    CHECK(out.fault == ScanFault::none);
    REQUIRE(out.temperature_K.size() == T.size());
    CHECK(std::is_sorted(out.temperature_K.begin(), out.temperature_K.end()));
    CHECK(out.heat_flow_W_g.front() == -300);
    CHECK(out.variances.front() == 0.0625);
    CHECK(out.position.front() == T.size() - 1);
    CHECK(out.rate_K_s == 40.0 / 60);
    CHECK(out.left_out == 0);
}

TEST_CASE("the rate is the slope of T over time, negative for cooling") {
    Doubles T = upward();
    CHECK(prepared(T, seconds(T.size())).rate_K_s == Approx(0.5).epsilon(1e-12));
    std::reverse(T.begin(), T.end());
    CHECK(prepared(T, seconds(T.size())).rate_K_s == Approx(-0.5).epsilon(1e-12));
    CHECK(std::isnan(prepared(T).rate_K_s));
}

TEST_CASE("masked points and those with a number that is not finite are left out") {
    Doubles T = upward(), y = T, variances(T.size(), 1), time = seconds(T.size());
    T[3] = missing;
    y[50] = missing;
    variances[60] = std::numeric_limits<double>::infinity();
    time[70] = missing;
    std::vector<std::uint8_t> mask(T.size(), 0);
    mask[80] = 1;
    const auto out = prepare({T, y, variances, time, mask}, {});
    CHECK(out.temperature_K.size() == T.size() - 5);
    CHECK(out.left_out == 0);
    const auto up = endothermic_up({T, y, variances, time, mask}, -1);
    CHECK(std::isnan(up[80]));
    CHECK(up[81] == -y[81]);
}

TEST_CASE("a heating and a cooling are not mixed; a short way back is left out; no order at all is only sorted") {
    const Doubles up = upward();
    const Doubles down(up.rbegin(), up.rend());
    CHECK(prepared(joined({up, down})).fault == ScanFault::turns);
    CHECK(prepared(joined({down, up})).fault == ScanFault::turns);
    const auto tail = prepared(joined({up, Doubles(down.begin() + 1, down.begin() + 21)}));
    CHECK(tail.fault == ScanFault::none);
    CHECK(tail.temperature_K.size() == up.size());
    CHECK(tail.left_out == 20);
    Doubles shuffled;
    for (std::size_t i = 0; i < up.size(); ++i) shuffled.push_back(up[(i * 77) % up.size()]);
    CHECK(prepared(shuffled).fault == ScanFault::none);
    CHECK(prepared(shuffled).temperature_K == up);
}

TEST_CASE("with time its order counts: a shuffled heating and cooling still turns") {
    const Doubles up = upward();
    const Doubles both = joined({up, Doubles(up.rbegin(), up.rend())}), time = seconds(both.size());
    Doubles T, t;
    for (std::size_t i = 0; i < both.size(); ++i)
        T.push_back(both[(i * 101) % both.size()]), t.push_back(time[(i * 101) % both.size()]);
    CHECK(prepared(T, t).fault == ScanFault::turns);
}

TEST_CASE("jitter is no turn; holds at the ends and the start-up are left out") {
    Doubles T = upward();
    for (std::size_t i = 0; i < T.size(); ++i) T[i] += i % 2 == 0 ? 0.4 : -0.4;
    CHECK(prepared(T).fault == ScanFault::none);
    CHECK(prepared(T).temperature_K.size() == T.size());
    const Doubles hold(100, 300), end(50, 400), whole = joined({hold, upward(), end});
    for (const auto& time : {Doubles(), seconds(whole.size())}) {
        const auto out = prepared(whole, time);
        CHECK(out.fault == ScanFault::none);
        CHECK(out.temperature_K.size() < 201 + 10);
        CHECK(out.temperature_K.size() >= 201 - 10);
    }
    const auto cut = prepared(upward(), {}, {1, 1, 8});
    CHECK(cut.temperature_K.front() == 308);
    CHECK(cut.left_out == 16);
}

TEST_CASE("a temperature that oscillates is modulated; a curved or noisy one is not") {
    const auto scan = [](auto extra) {
        Doubles T;
        for (int i = 0; i < 3000; ++i) T.push_back(300 + 0.05 * i + extra(static_cast<double>(i)));
        return T;
    };
    const double omega = 2 * std::numbers::pi / 60;
    const auto modulated = scan([&](double t) { return 0.5 * std::sin(omega * t); });
    const auto curved = scan([&](double t) { return 3 * std::sin(1e-3 * t); });
    const auto noisy = scan([&](double t) { return 0.2 * std::sin(1.7 * t * t); });
    const auto time = seconds(3000);
    CHECK(is_modulated(time, modulated));
    CHECK_FALSE(is_modulated(time, curved));
    CHECK_FALSE(is_modulated(time, noisy));
    CHECK(prepared(modulated, time).fault == ScanFault::modulated);
    CHECK(prepared(modulated).fault == ScanFault::none);  // without time nobody can know
}

TEST_CASE("what makes no sense is refused, and too few points are a fault") {
    const Doubles T = upward(), shorter(10, 1.0);
    CHECK_THROWS_WITH_AS(prepare({T, shorter, {}, {}, {}}, {}),
                         "heat_flow has 10 points and the temperature has 201. They must agree.", std::invalid_argument);
    CHECK_THROWS_WITH_AS(prepare({T, T, {}, {}, {}}, {1, 1, -2}), "start_up = -2 K, must be at least 0.", std::invalid_argument);
    CHECK(prepared(shorter).fault == ScanFault::too_few_points);
    CHECK(prepared(T, {}, {missing, 1, 0}).fault == ScanFault::too_few_points);
}
