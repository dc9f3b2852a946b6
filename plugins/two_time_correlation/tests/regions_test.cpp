// SPDX-License-Identifier: BSD-3-Clause
// Regions from labels: order, masks over pulses, empty regions, refusals; and trains kept for the wrap.
#include "../regions.hpp"

#include <limits>
#include <stdexcept>

#include <doctest/doctest.h>

#include "../kept_trains.hpp"

namespace {

using namespace sluice::two_time_correlation;
using Doubles = std::vector<double>;
using Offsets = std::vector<std::int32_t>;

Offsets of(const Regions& regions, std::ptrdiff_t r) { return {regions.of(r).begin(), regions.of(r).end()}; }

void refused(const Doubles& labels, std::ptrdiff_t regions, const char* text) {
    CHECK_THROWS_WITH_AS((void)make_regions(labels, {}, regions), text, std::invalid_argument);
}

}  // namespace

TEST_CASE("pixels are sorted by label, ascending within a region") {
    const Regions regions = make_regions(Doubles{2, 0, 1, 2, 4, 1}, {}, 0);
    CHECK(regions.count() == 4);
    CHECK(of(regions, 0) == Offsets{2, 5});
    CHECK(of(regions, 1) == Offsets{0, 3});
    CHECK(of(regions, 2) == Offsets{});
    CHECK(of(regions, 3) == Offsets{4});
    CHECK(regions.all().size() == 4);
    CHECK(regions.all()[3].size() == 1);
}

TEST_CASE("a pixel that is masked in one pulse is in no region; regions behind the largest label are empty") {
    const Regions regions = make_regions(Doubles{1, 1, 1, 2}, Doubles{0, 1, 0, 0, 0, 0, 0, 1}, 3);  // 2 pulses
    CHECK(regions.count() == 3);
    CHECK(of(regions, 0) == Offsets{0, 2});
    CHECK(regions.size(1) == 0);
    CHECK(regions.size(2) == 0);
}

TEST_CASE("labels that are none are refused") {
    refused({0, 1.5}, 0, "roi is 1.5 at pixel 1, must be a whole number from 0 (no region) to 1000000");
    refused({-1, 1}, 0, "roi is -1 at pixel 0, must be a whole number from 0 (no region) to 1000000");
    refused({1, std::numeric_limits<double>::quiet_NaN()}, 0,
            "roi is nan at pixel 1, must be a whole number from 0 (no region) to 1000000");
    refused({0, 0}, 0, "roi has no pixel with a label above 0: there is no region");
    refused({1, 4}, 3, "roi is 4 at pixel 1, but q has 3 values: one per region is needed");
}

TEST_CASE("products of kept trains are those of their frames, with and without masks") {
    const FrameShape shape{2, 6};
    const std::vector<std::int16_t> a{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, b{3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8};
    const std::vector<std::uint8_t> mask_a{0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, none(12, 0);
    const Regions regions = make_regions(Doubles{2, 1, 0, 1, 2, 1}, {}, 0);
    for (const bool masked : {false, true}) {
        const KeptTrain kept{2, 5, 2, masked};
        CHECK(kept.bytes() == (masked ? 32 : 24));  // 10 values of 2 bytes, 10 mask bytes, to a multiple of 8
        std::vector<double> memory_a(4), memory_b(4);
        const auto bytes_a = std::as_writable_bytes(std::span(memory_a)), bytes_b = std::as_writable_bytes(std::span(memory_b));
        keep_train(kept, shape, regions, a.data(), masked ? mask_a.data() : nullptr, bytes_a);
        keep_train(kept, shape, regions, b.data(), nullptr, bytes_b);
        const auto all = kept_products<std::int16_t>(kept, regions, bytes_a, bytes_b);
        // Region 1: pixels 1, 3, 5; of train a 2 4 6 / 8 10 12, of train b 1 1 9 / 6 3 8. With the mask pixel 3 is out.
        // Region 2: pixels 0, 4; of train a 1 5 / 7 11, of train b 3 5 / 2 5.
        CHECK(all == (masked ? std::vector<double>{56, 60, 8, 116, 144, 20, 10, 14, 2, 28, 27, 6, 76, 69, 18, 8, 7, 2}
                             : std::vector<double>{60, 72, 12, 126, 174, 30, 11, 17, 3, 28, 27, 6, 76, 69, 18, 8, 7, 2}));
    }
}
