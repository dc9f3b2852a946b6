// SPDX-License-Identifier: BSD-3-Clause
// Tests of the choice of frames and of their times.
#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "kernel.hpp"

using namespace sluice::trajectory_source;

TEST_CASE("frames from first to last, every so many") {
    const auto all = select_frames(10, 0, std::nullopt, 1);
    CHECK(all.count == 10);
    CHECK(all.span() == 10);
    const auto some = select_frames(10, 2, 8, 3);  // 2, 5, 8
    CHECK(some.first == 2);
    CHECK(some.count == 3);
    CHECK(some.span() == 7);
    CHECK(select_frames(10, 2, 7, 3).count == 2);
    CHECK(select_frames(10, 0, std::nullopt, 100).count == 1);
    CHECK(select_frames(10, 9, 9, 1).count == 1);
}

TEST_CASE("frames that are not there") {
    const auto check = [](std::int64_t first, std::optional<std::int64_t> last, std::int64_t every, const char* sentence) {
        CHECK_THROWS_WITH_AS((void)select_frames(10, first, last, every), sentence, std::invalid_argument);
    };
    check(10, std::nullopt, 1, "first = 10, but the trajectory has the frames 0 to 9.");
    check(-1, std::nullopt, 1, "first = -1, but the trajectory has the frames 0 to 9.");
    check(0, 10, 1, "last = 10, but the trajectory has the frames 0 to 9.");
    check(5, 4, 1, "last = 4 comes before first = 5.");
    check(0, 4, 0, "every = 0, must be at least 1.");
}

TEST_CASE("times count from the first frame that is taken, and do not add up rounding") {
    std::vector<std::int64_t> steps;
    for (std::int64_t i = 0; i < 1000; ++i) steps.push_back(7'000'000'000 + 200 * i);
    const auto times = times_of(steps, 0.005);
    for (std::size_t i = 0; i < times.size(); ++i) CHECK(times[i] == static_cast<double>(200 * i) * 0.005);
    CHECK_THROWS_AS((void)times_of(steps, 1e306), std::invalid_argument);
}
