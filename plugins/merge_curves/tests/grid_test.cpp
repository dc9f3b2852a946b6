// SPDX-License-Identifier: BSD-3-Clause
// Tests of the merged grid: order, who stays in the overlap, points at one q, masks, and variances.
#include "../grid.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

namespace {

using namespace sluice::merge_curves;
using doctest::Approx;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
const Doubles q_first{1, 2, 3, 4}, q_second{2.5, 3, 3.5, 5};

Grid grid(Keep keep, const Range& window = {}) {
    return merged_grid(q_first, q_second, keep, overlap(q_first, q_second, window));
}

Match found(double scale, double offset = 0, Status status = Status::ok) { return {status, scale, 0, offset, 0, 0, 1, 4}; }

struct Result {
    Doubles values, variances;
    std::vector<std::uint8_t> mask;
};

Result merged(const Curves& first, const Curves& second, const Grid& grid, const Match& match) {
    const std::size_t n = first.rows() * grid.q.size();
    Result out{Doubles(n), Doubles(first.variances.empty() ? 0 : n), std::vector<std::uint8_t>(n)};
    merge(first, second, grid, match, {out.values, out.variances, out.mask});
    return out;
}

}  // namespace

TEST_CASE("the overlap is where both have points, cut to the window") {
    const auto all = overlap(q_first, q_second, {});
    CHECK(all.from == 2.5);
    CHECK(all.to == 4);
    const auto cut = overlap(q_first, q_second, {3, 10});
    CHECK(cut.from == 3);
    CHECK(cut.to == 4);
    CHECK(overlap(q_first, Doubles{4.5, 5}, {}).empty());
    CHECK_FALSE(overlap(q_first, Doubles{4, 5}, {}).empty());
    CHECK(overlap(q_first, {}, {}).empty());
}

TEST_CASE("the points of both are sorted, equal q once; keep drops those of one in the overlap alone") {
    CHECK(grid(Keep::both).q == Doubles{1, 2, 2.5, 3, 3.5, 4, 5});
    CHECK(grid(Keep::both).sources[3].first == 2);
    CHECK(grid(Keep::both).sources[3].second == 1);
    CHECK(grid(Keep::first).q == Doubles{1, 2, 3, 4, 5});
    CHECK(grid(Keep::first).sources[2].second == -1);
    CHECK(grid(Keep::second).q == Doubles{1, 2, 2.5, 3, 3.5, 5});
    CHECK(grid(Keep::second, {3.2, 3.8}).q == Doubles{1, 2, 2.5, 3, 3.5, 4, 5});
    CHECK(merged_grid(Doubles{3, 4}, Doubles{1, 2}, Keep::both, {1, 0}).q == Doubles{1, 2, 3, 4});
    const auto close = merged_grid(Doubles{1, 2}, Doubles{2 + 1e-10, 3}, Keep::both, {2, 2});
    CHECK(close.q == Doubles{1, 2, 3});
}

TEST_CASE("values and variances: native points as they are, the second by the scale, a mean at equal q") {
    const Doubles a{8, 6, 4, 2}, var_a{1, 1, 1, 1}, b{10, 9, 8, 6}, var_b{4, 12, 4, 4};
    const auto out = merged({q_first, a, var_a, {}}, {q_second, b, var_b, {}}, grid(Keep::both), found(2, 0.5));
    // B / 2 - 0.5 with var_B / 4; at q = 3: 4 +- 1 and 4 +- sqrt(3), so 4 with the variance 3/4
    CHECK(out.values == Doubles{8, 6, 4.5, 4, 3.5, 2, 2.5});
    CHECK(out.variances == Doubles{1, 1, 1, 0.75, 1, 1, 1});
    CHECK(out.mask == std::vector<std::uint8_t>(7, 0));
    const auto plain = merged({q_first, a, {}, {}}, {q_second, b, {}, {}}, grid(Keep::both), found(1));
    CHECK(plain.values[3] == 6.5);
}

TEST_CASE("masks and NaN stay; at equal q the other point serves; nothing of an unmatched curve is shown") {
    const Doubles a{8, unknown, 4, 2}, b{10, 9, unknown, 6};
    const std::vector<std::uint8_t> mask{0, 0, 1, 0};
    const auto out = merged({q_first, a, {}, mask}, {q_second, b, {}, {}}, grid(Keep::both), found(1));
    CHECK(std::isnan(out.values[1]));
    CHECK(out.values[3] == 9);
    CHECK(std::isnan(out.values[4]));
    CHECK(out.mask == std::vector<std::uint8_t>(7, 0));
    const auto failed =
        merged({q_first, a, {}, mask}, {q_second, b, {}, {}}, grid(Keep::both), found(unknown, unknown, Status::not_matched));
    CHECK(failed.values[0] == 8);
    CHECK(std::isnan(failed.values[2]));
    CHECK(failed.mask == std::vector<std::uint8_t>{0, 0, 1, 1, 1, 0, 1});
}

TEST_CASE("several curves on one grid") {
    const Doubles a{1, 2, 3, 4, 10, 20, 30, 40}, b{5, 6, 7, 8, 50, 60, 70, 80};
    const auto out = merged({q_first, a, {}, {}}, {q_second, b, {}, {}}, grid(Keep::first), found(1));
    CHECK(out.values == Doubles{1, 2, 3, 4, 8, 10, 20, 30, 40, 80});
}

TEST_CASE("points that a change of unit moved by a rounding are points of the first grid again") {
    Doubles q{0.30000000000000004, 0.4, 0.5};  // 3 times 0.1
    align(q, Doubles{0.1, 0.2, 0.3});
    CHECK(q == Doubles{0.3, 0.4, 0.5});
    q = {0.29999999999999993, 0.4 * (1 + 1e-8)};
    align(q, Doubles{0.3, 0.4});
    CHECK(q == Doubles{0.3, 0.4 * (1 + 1e-8)});
    q = {1, 1 + 1e-10};  // two of them at one: they stay apart
    align(q, Doubles{1 + 2e-10});
    CHECK(q[0] < q[1]);
    align(q, {});
}
