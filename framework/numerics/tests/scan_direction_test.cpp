// SPDX-License-Identifier: BSD-3-Clause
// Turning points and paths of runs that are written down here: monotone, there and back, jitter, no order.
#include <sluice/numerics/scan_direction.hpp>

#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include <sluice/numerics/random.hpp>

namespace {

using sluice::numerics::scan_path;
using sluice::numerics::turning_points;
using Doubles = std::vector<double>;
using Places = std::vector<std::size_t>;

Doubles there_and_back(int up, int down) {
    Doubles out;
    for (int i = 0; i <= up; ++i) out.push_back(300 + i);
    for (int i = 1; i <= down; ++i) out.push_back(300 + up - i);
    return out;
}

}  // namespace

TEST_CASE("turning points: the extremes, whatever the tolerance below the turn") {
    const auto values = there_and_back(20, 15);
    for (const double tolerance : {0.0, 0.5, 3.0, 14.0}) CHECK(turning_points(values, tolerance) == Places{0, 20, 35});
    CHECK(turning_points(values, 15) == Places{0, 35});
    CHECK(turning_points(Doubles{5, 4, 3, 4, 5, 6, 5}, 0.5) == Places{0, 2, 5, 6});
    CHECK(turning_points(Doubles{300}, 1) == Places{0});
    CHECK(turning_points(Doubles{300, 300, 300}, 0) == Places{0, 2});
}

TEST_CASE("the path: one way, there and back to three quarters, and a short way back") {
    CHECK(scan_path({}).there_and_back() == false);
    CHECK(scan_path(Doubles(50, 300.0)).there_and_back() == false);
    CHECK(scan_path(there_and_back(40, 0)).length == 40);
    CHECK(scan_path(there_and_back(40, 30)).length == 70);
    CHECK(scan_path(there_and_back(40, 30)).there_and_back());
    CHECK_FALSE(scan_path(there_and_back(40, 15)).there_and_back());
    auto cooling_first = there_and_back(40, 30);
    for (double& each : cooling_first) each = -each;
    CHECK(scan_path(cooling_first).there_and_back());
}

TEST_CASE("parts of one run in the wrong order are no way back; two runs in one direction are") {
    const auto run = there_and_back(40, 0);
    Doubles swapped(run.begin() + 25, run.end()), twice = run;
    swapped.insert(swapped.end(), run.begin(), run.begin() + 25);
    twice.insert(twice.end(), run.begin(), run.end());
    CHECK(scan_path(swapped).length == 15 + 24);
    CHECK_FALSE(scan_path(swapped).there_and_back());
    CHECK(scan_path(twice).there_and_back());
}

TEST_CASE("jitter is no turn, and points in no order have no path") {
    Doubles normal(400), jittered, shuffled;
    sluice::numerics::RandomStream(1, 0, 0).fill_normal(normal);
    for (std::size_t i = 0; i < normal.size(); ++i) {
        jittered.push_back(300 + 0.25 * static_cast<double>(i) + 0.3 * normal[i]);  // seldom beyond 2 K, 2 % of 100 K
        shuffled.push_back(300 + 0.25 * static_cast<double>((i * 167) % 400));      // 167 and 400 have no common factor
    }
    CHECK(scan_path(jittered).turns.size() == 2);
    CHECK_FALSE(scan_path(jittered).there_and_back());
    CHECK_FALSE(scan_path(shuffled).ordered());
    CHECK_FALSE(scan_path(shuffled).there_and_back());
}
