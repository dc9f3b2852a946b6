// SPDX-License-Identifier: BSD-3-Clause
// Status codes and their sentences.
#include "status.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace sluice::two_time_correlation {
namespace {

/// The contrast of per_frame is low by about (1 + contrast) / photons, see the README: by 0.015 of 0.5 at 100.
constexpr double few_photons = 100;

/// A block of L trains shares a term with each of its neighbours: in theory its error comes out low by 1 - sqrt(1 - 1 / (6 L)).
constexpr double few_trains = 5;

constexpr double many_left_out = 0.1;

bool low_counts(const RegionSummary& region, const Settings& settings) {
    return settings.normalisation == Normalisation::per_frame && region.photons < few_photons;
}

std::string short_number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

/// "roi 1, 2, 5" of the regions that `has` picks; empty: none.
template <class F>
std::string named(std::span<const RegionSummary> regions, const F& has) {
    std::string text;
    for (std::size_t r = 0; r < regions.size(); ++r)
        if (has(regions[r])) text += (text.empty() ? "roi " : ", ") + std::to_string(r + 1);
    return text;
}

std::string of_counts(std::span<const RegionSummary> regions, const Settings& settings) {
    const auto low = [&](const RegionSummary& region) { return region.pixels > 0 && low_counts(region, settings); };
    double least = few_photons;
    for (const auto& region : regions)
        if (low(region)) least = std::min(least, region.photons);
    const std::string where = named(regions, low);
    if (where.empty()) return {};
    return where + ": fewer than 100 photons per frame on average (least " + short_number(least) +
           "), so normalisation per_frame is biased; use larger regions or normalisation: ratio_of_sums";
}

std::string of_empty_frames(std::span<const RegionSummary> regions) {
    const auto some = [](const RegionSummary& region) { return region.pixels > 0 && region.frames_empty > 0; };
    std::int64_t most = 0, frames = 0;
    for (const auto& region : regions)
        if (some(region) && region.frames_empty > most) most = region.frames_empty, frames = region.frames;
    const std::string where = named(regions, some);
    if (where.empty()) return {};
    return where + ": frames with fewer counts than min_counts (up to " + std::to_string(most) + " of " + std::to_string(frames) +
           "), whose pairs are left out; see the output count";
}

std::string of_pixels_left_out(std::span<const RegionSummary> regions) {
    const auto share = [](const RegionSummary& region) {
        return region.pixels == 0 ? 0 : static_cast<double>(region.pixels_left_out) / static_cast<double>(region.pixels);
    };
    double most = 0;
    for (const auto& region : regions) most = std::max(most, share(region));
    const std::string where = named(regions, [&](const RegionSummary& region) { return share(region) > many_left_out; });
    if (where.empty()) return {};
    return where + ": up to " + short_number(100 * most) +
           " % of the pixels are masked or not finite in one train and left out of it; see the output pixels_left_out";
}

std::string of_blocks(const RegionSummary& any, const Settings& settings) {
    const double trains = static_cast<double>(any.trains) / static_cast<double>(settings.blocks);
    if (settings.artefact == Artefact::none || settings.blocks == 1 || trains >= few_trains) return {};
    const double low = std::round(100 * (1 - std::sqrt(1 - 1 / (6 * trains))));
    return "blocks of " + short_number(trains) + " trains share terms with their neighbours: errors come out about " +
           short_number(low) + " % too small; give fewer blocks, of 5 trains or more";
}

std::string of_neighbours(const RegionSummary& any, const Settings& settings) {
    if (settings.artefact == Artefact::none || any.lonely == 0) return {};
    const std::string needed = settings.edge == Edge::drop ? "both neighbours" : "a neighbour";
    if (any.lonely == any.trains)
        return "no train has " + needed +
               ", so there is no artefact term and no correlation; with artefact: none it is not subtracted";
    if (settings.edge == Edge::drop && any.lonely <= 2) return {};  // the ends of the run, as asked for
    return std::to_string(any.lonely) + " of " + std::to_string(any.trains) + " trains do not have " + needed +
           " within max_gap and are left out";
}

}  // namespace

RegionSummary summary_of(const Result& result, std::ptrdiff_t pixels, double photon) {
    const bool nothing_left = std::all_of(result.count.begin(), result.count.end(), [](std::int64_t n) { return n == 0; });
    return {pixels,       result.trains,         result.lonely, result.frames, result.frames_empty, result.mean_sum / photon,
            nothing_left, result.pixels_left_out};
}

Status status_of(const RegionSummary& region, const Settings& settings) {
    if (region.pixels == 0) return Status::ring_empty;
    if (settings.artefact == Artefact::neighbours && region.lonely == region.trains) return Status::no_neighbour;
    if (region.nothing_left) return Status::nothing_left;
    if (region.frames_empty > 0) return Status::empty_frames;
    return low_counts(region, settings) ? Status::low_counts : Status::ok;
}

std::vector<std::string> warnings_of(std::span<const RegionSummary> regions, const Settings& settings) {
    std::vector<std::string> out;
    const auto take = [&](const std::string& sentence) {
        if (!sentence.empty()) out.push_back(sentence);
    };
    if (!regions.empty()) {
        take(of_neighbours(regions.front(), settings));
        take(of_blocks(regions.front(), settings));
    }
    const std::string empty = named(regions, [](const RegionSummary& region) { return region.pixels == 0; });
    if (!empty.empty()) take(empty + ": no good pixel, so no result");
    const std::string nothing =
        named(regions, [&](const RegionSummary& region) { return status_of(region, settings) == Status::nothing_left; });
    if (!nothing.empty()) take(nothing + ": no pair of pulses is left in any train, so no result");
    take(of_empty_frames(regions));
    take(of_pixels_left_out(regions));
    take(of_counts(regions, settings));
    return out;
}

}  // namespace sluice::two_time_correlation
