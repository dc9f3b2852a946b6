// SPDX-License-Identifier: BSD-3-Clause
// Status codes and warnings of regions.
#include "../status.hpp"

#include <doctest/doctest.h>

namespace {

using namespace sluice::two_time_correlation;
using Sentences = std::vector<std::string>;

const Settings settings{2, 1, Artefact::neighbours, Edge::single, Normalisation::per_frame, {1, 0}, 1};
const RegionSummary good{100, 20, 0, 40, 0, 500};

Sentences warnings(const std::vector<RegionSummary>& regions, const Settings& with = settings) {
    return warnings_of(regions, with);
}

}  // namespace

TEST_CASE("the largest code that applies") {
    RegionSummary region = good;
    CHECK(status_of(region, settings) == Status::ok);
    region.photons = 99;
    CHECK(status_of(region, settings) == Status::low_counts);
    region.frames_empty = 1;
    CHECK(status_of(region, settings) == Status::empty_frames);
    region.lonely = 20;
    CHECK(status_of(region, settings) == Status::no_neighbour);
    region.nothing_left = true;
    CHECK(status_of(region, settings) == Status::no_neighbour);  // which says why
    region.lonely = 0;
    CHECK(status_of(region, settings) == Status::nothing_left);
    region.pixels = 0;
    CHECK(status_of(region, settings) == Status::ring_empty);
}

TEST_CASE("few counts do not matter to a ratio of sums, nor neighbours when nothing is subtracted") {
    Settings other = settings;
    other.normalisation = Normalisation::ratio_of_sums;
    other.artefact = Artefact::none;
    CHECK(status_of({100, 20, 20, 40, 0, 0.1}, other) == Status::ok);
    CHECK(warnings({{100, 20, 20, 40, 0, 0.1}}, other).empty());
}

TEST_CASE("photons are counted from ADU") {
    Result result{};
    result.mean_sum = 60;
    CHECK(summary_of(result, 10, 12).photons == 5);
}

TEST_CASE("nothing is left when every count is 0") {
    Result result{};
    result.count = {0, 0, 0, 0};
    CHECK(summary_of(result, 10, 1).nothing_left);
    result.count[3] = 1;
    CHECK(!summary_of(result, 10, 1).nothing_left);
    CHECK(warnings({good, {1, 20, 0, 40, 0, 500, true}}) ==
          Sentences{"roi 2: no pair of pulses is left in any train, so no result"});
}

TEST_CASE("more than a tenth of a region left out of a train") {
    CHECK(warnings({{100, 20, 0, 40, 0, 500, false, 10}}).empty());
    CHECK(warnings({{100, 20, 0, 40, 0, 500, false, 11}, good, {100, 20, 0, 40, 0, 500, false, 25}}) ==
          Sentences{"roi 1, 3: up to 25 % of the pixels are masked or not finite in one train and left out of it; see the output "
                    "pixels_left_out"});
}

TEST_CASE("short blocks: errors too small by 1 - sqrt(1 - 1 / (6 L))") {
    Settings blocks = settings;
    const auto sentence = [&](std::ptrdiff_t n) {
        blocks.blocks = n;
        const auto all = warnings({good}, blocks);
        return all.empty() ? std::string() : all.front();
    };
    CHECK(sentence(10) ==
          "blocks of 2 trains share terms with their neighbours: errors come out about 4 % too small; give fewer blocks, of 5 "
          "trains or more");
    CHECK(sentence(6).find("blocks of 3.33 trains") == 0);
    CHECK(sentence(4).empty());
    CHECK(sentence(1).empty());
    blocks.artefact = Artefact::none;
    CHECK(sentence(10).empty());
}

TEST_CASE("one sentence of each kind, naming the regions") {
    CHECK(warnings({good}).empty());
    CHECK(warnings({good, {100, 20, 0, 40, 3, 500}, {100, 20, 0, 40, 5, 500}}) ==
          Sentences{"roi 2, 3: frames with fewer counts than min_counts (up to 5 of 40), whose pairs are left out; see the "
                    "output count"});
    CHECK(warnings({{100, 20, 0, 40, 0, 4.25}, good}) ==
          Sentences{
              "roi 1: fewer than 100 photons per frame on average (least 4.25), so normalisation per_frame is biased; use larger "
              "regions or normalisation: ratio_of_sums"});
    CHECK(warnings({good, {0, 20, 0, 40, 40, 0}}) == Sentences{"roi 2: no good pixel, so no result"});
    CHECK(warnings({{100, 20, 2, 40, 0, 500}}) ==
          Sentences{"2 of 20 trains do not have a neighbour within max_gap and are left out"});
    CHECK(warnings({{100, 20, 20, 40, 0, 500}}) == Sentences{"no train has a neighbour, so there is no artefact term and no "
                                                             "correlation; with artefact: none it is not subtracted"});
}

TEST_CASE("edge drop leaves out the ends as asked for") {
    Settings drop = settings;
    drop.edge = Edge::drop;
    CHECK(warnings({{100, 20, 2, 40, 0, 500}}, drop).empty());
    CHECK(warnings({{100, 20, 4, 40, 0, 500}}, drop) ==
          Sentences{"4 of 20 trains do not have both neighbours within max_gap and are left out"});
}
