// SPDX-License-Identifier: BSD-3-Clause
// Tests that the sums of products of all regions at once are those of each region alone, which are tested by themselves.
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include "../gram.hpp"
#include "gram_data.hpp"

namespace {

using namespace sluice::two_time_correlation;
using namespace sluice::two_time_correlation::test;

/// With the train before, for several regions at once.
template <class T>
Result compute_all(const Data<T>& data, const std::vector<std::vector<std::int32_t>>& parts, std::size_t first,
                   std::size_t last) {
    const View<T> view(data, first, last, true);
    const std::vector<Region> regions(parts.begin(), parts.end());
    Result result = make_result(last - first, parts.size(), data.frame.pulses, true);
    std::vector<std::byte> scratch(static_cast<std::size_t>(scratch_bytes(data.frame, regions, sizeof(T))), std::byte(0xff));
    products<T>(data.frame, regions, view.trains, result.own, result.pair, result.reports, scratch);
    return result;
}

}  // namespace

TEST_CASE_TEMPLATE("all regions at once give what each gives alone, to the last bit", T, std::uint8_t, std::uint16_t, double) {
    for (const double masked : {0.0, 0.01}) {
        Data<T> data = make_data<T>(4, {7, 2600}, 0, 200, 20);
        if constexpr (std::is_floating_point_v<T>)
            for (auto& train : data.values)
                for (T& value : train) value = std::sqrt(value);
        if (masked > 0) add_masks(data, masked, 21);
        std::vector<std::vector<std::int32_t>> parts(4);  // two that interlace, an empty one, and the frame's end
        for (std::size_t i = 0; i < data.region.size(); ++i) parts[i > 2590 ? 3 : i / 20 % 2].push_back(data.region[i]);
        std::vector<Result> alone;
        for (const auto& region : parts) {
            data.region = region;
            alone.push_back(compute(data, 1, 4, true));
        }
        const Result all = compute_all(data, parts, 1, 4);
        for (std::size_t r = 0; r < parts.size(); ++r) {
            const auto first = std::ssize(alone[r].own) * static_cast<std::ptrdiff_t>(r);
            CHECK(std::equal(alone[r].own.begin(), alone[r].own.end(), all.own.begin() + first));
            CHECK(std::equal(alone[r].pair.begin(), alone[r].pair.end(), all.pair.begin() + first));
            for (std::size_t n = 0; n < 3; ++n) {
                CHECK(all.reports[3 * r + n].smallest == alone[r].reports[n].smallest);
                CHECK(all.reports[3 * r + n].pixels_left_out == alone[r].reports[n].pixels_left_out);
            }
        }
    }
}

TEST_CASE("regions outside the frame, too little scratch and wrong lengths are refused") {
    const auto data = make_data<std::uint8_t>(1, {2, 10}, 0, 9, 22);
    const View<std::uint8_t> view(data, 0, 1, false);
    const std::vector<std::int32_t> inside{0, 29}, outside{29, 30};
    const std::vector<Region> good{inside, inside}, bad{inside, outside};
    Result result = make_result(1, 2, 2, true);
    std::vector<std::byte> scratch(static_cast<std::size_t>(scratch_bytes(data.frame, good, 1)));
    const auto call = [&](const std::vector<Region>& regions, std::span<double> own, std::span<std::byte> memory) {
        products<std::uint8_t>(data.frame, regions, view.trains, own, result.pair, result.reports, memory);
    };
    CHECK_NOTHROW(call(good, result.own, scratch));
    CHECK_THROWS_WITH_AS(call(bad, result.own, scratch),
                         "a region has the offsets 29 to 30, must be within a frame of 30 pixels.", std::invalid_argument);
    CHECK_THROWS_WITH_AS(call(good, std::span(result.own).first(16), scratch), "own has length 16, must be 18.",
                         std::invalid_argument);
    CHECK_THROWS_AS(call(good, result.own, std::span(scratch).first(100)), std::invalid_argument);
}
