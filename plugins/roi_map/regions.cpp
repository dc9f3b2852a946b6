// SPDX-License-Identifier: BSD-3-Clause
// Intervals of q and of azimuth, checked once, then searched for every pixel.
#include "regions.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::roi_map {
namespace {

using numerics::fail;

std::string text_of(const Interval& interval, const std::string& unit) {
    std::ostringstream text;
    text.precision(12);
    text << '[' << interval.low << ", " << interval.high << "] " << unit;
    return text.str();
}

void check_rings(const std::vector<Interval>& rings) {
    if (rings.empty()) fail<std::invalid_argument>("there is no ring: at least one is needed.");
    for (std::size_t i = 0; i < rings.size(); ++i) {
        const auto& ring = rings[i];
        if (ring.low >= 0 && ring.low < ring.high && std::isfinite(ring.high)) continue;
        fail<std::invalid_argument>("ring ", i + 1, " is ", text_of(ring, "1/nm"),
                                    "; its first q must be at least 0 and below its ", "second.");
    }
}

/// Both ends in [0, 360]. Each is wrapped by itself: where sectors meet, both have the same double there.
Interval wrapped(const Interval& sector, std::size_t number) {
    const double width = sector.high - sector.low;
    if (width > 0 && std::abs(width - 360) < 1e-9) return {0, 360};
    const double low = wrapped_deg(sector.low), high = wrapped_deg(sector.high);
    if (!(std::abs(width) <= 360) || low == high)
        fail<std::invalid_argument>("sector ", number + 1, " is ", text_of(sector, "deg"),
                                    "; it must begin and end at different azimuths, at most 360 degrees apart.");
    return {low, high == 0 ? 360 : high};
}

std::vector<Interval> wrapped(const std::vector<Interval>& sectors) {
    if (sectors.empty()) return {{0, 360}};
    std::vector<Interval> all;
    for (std::size_t i = 0; i < sectors.size(); ++i) all.push_back(wrapped(sectors[i], i));
    return all;
}

std::vector<Search::Entry> entries_of(const std::vector<Interval>& rings) {
    std::vector<Search::Entry> entries;
    for (const auto& ring : rings) entries.push_back({ring, std::ssize(entries)});
    return entries;
}

/// Sectors through azimuth 0 become two entries of [0, 360).
std::vector<Search::Entry> cut_at_zero(const std::vector<Interval>& sectors) {
    std::vector<Search::Entry> entries;
    for (std::size_t i = 0; i < sectors.size(); ++i) {
        const auto number = static_cast<std::ptrdiff_t>(i);
        const auto& [low, high] = sectors[i];
        entries.push_back({{low, low < high ? high : 360}, number});
        if (high < low) entries.push_back({{0, high}, number});
    }
    return entries;
}

bool is_whole(const std::vector<Interval>& sectors) {
    return sectors.size() == 1 && sectors[0].low == 0 && sectors[0].high == 360;
}

}  // namespace

double wrapped_deg(double azimuth_deg) {
    const double wrapped = azimuth_deg - 360 * std::floor(azimuth_deg / 360);
    return wrapped >= 360 ? 0 : wrapped;  // 360 by rounding of a tiny negative angle
}

std::vector<Interval> spaced_rings(double q_min_inv_nm, double q_max_inv_nm, std::ptrdiff_t count, Spacing spacing) {
    const bool logarithmic = spacing == Spacing::logarithmic;
    if (!(q_min_inv_nm >= 0 && q_min_inv_nm < q_max_inv_nm && std::isfinite(q_max_inv_nm)))
        fail<std::invalid_argument>("q_min = ", q_min_inv_nm, " and q_max = ", q_max_inv_nm,
                                    " (in 1/nm); q_min must be at least 0 and below q_max.");
    if (logarithmic && q_min_inv_nm == 0)
        fail<std::invalid_argument>("q_min = 0, must be above 0 for rings of logarithmic spacing.");
    if (count < 1) fail<std::invalid_argument>("count = ", count, ", must be at least 1.");
    std::vector<double> edges;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const double part = static_cast<double>(i) / static_cast<double>(count);
        edges.push_back(logarithmic ? q_min_inv_nm * std::pow(q_max_inv_nm / q_min_inv_nm, part)
                                    : q_min_inv_nm + (q_max_inv_nm - q_min_inv_nm) * part);
    }
    edges.push_back(q_max_inv_nm);
    std::vector<Interval> rings;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) rings.push_back({edges[i], edges[i + 1]});
    return rings;
}

std::vector<Interval> equal_sectors(std::ptrdiff_t count, double start_deg) {
    if (count < 1) fail<std::invalid_argument>("sectors = ", count, ", must be at least 1.");
    if (!std::isfinite(start_deg)) fail<std::invalid_argument>("sector_start = ", start_deg, ", must be finite.");
    if (count == 1) return {{0, 360}};
    const auto edge = [&](std::ptrdiff_t i) {
        return wrapped_deg(start_deg + 360 * static_cast<double>(i % count) / static_cast<double>(count));
    };
    std::vector<Interval> sectors;
    for (std::ptrdiff_t i = 0; i < count; ++i) sectors.push_back({edge(i), edge(i + 1)});
    return sectors;
}

Search::Search(std::vector<Entry> entries, const std::vector<Interval>& given, const std::string& what, const std::string& unit)
    : entries_(std::move(entries)) {
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.range.low < b.range.low; });
    for (std::size_t i = 1; i < entries_.size(); ++i) {
        if (entries_[i].range.low >= entries_[i - 1].range.high) continue;
        const auto [a, b] = std::minmax(entries_[i - 1].number, entries_[i].number);
        fail<std::invalid_argument>(what, "s ", a + 1, " and ", b + 1,
                                    " overlap: ", text_of(given[static_cast<std::size_t>(a)], unit), " and ",
                                    text_of(given[static_cast<std::size_t>(b)], unit),
                                    ". A pixel can have one label only: let one end where the other begins, or before.");
    }
}

const Search::Entry* Search::find(double value) const {
    const auto after = std::upper_bound(entries_.begin(), entries_.end(), value,
                                        [](double v, const Entry& entry) { return v < entry.range.low; });
    if (after == entries_.begin()) return nullptr;
    const Entry& entry = *std::prev(after);
    return value < entry.range.high ? &entry : nullptr;
}

Regions::Regions(std::vector<Interval> rings_inv_nm, const std::vector<Interval>& sectors_deg)
    : rings_((check_rings(rings_inv_nm), std::move(rings_inv_nm))),
      sectors_(wrapped(sectors_deg)),
      whole_circle_(is_whole(sectors_)),
      ring_search_(entries_of(rings_), rings_, "ring", "1/nm"),
      sector_search_(cut_at_zero(sectors_), sectors_deg, "sector", "deg") {}

const Interval& Regions::ring_of(std::int32_t label) const {
    return rings_[static_cast<std::size_t>(label - 1) / sectors_.size()];
}

const Interval& Regions::sector_of(std::int32_t label) const {
    return sectors_[static_cast<std::size_t>(label - 1) % sectors_.size()];
}

std::int32_t Regions::label(double q_inv_nm, double azimuth_deg) const {
    const auto* ring = ring_search_.find(q_inv_nm);
    if (!ring) return 0;
    if (whole_circle_) return static_cast<std::int32_t>(ring->number + 1);
    const auto* sector = sector_search_.find(wrapped_deg(azimuth_deg));
    return sector ? static_cast<std::int32_t>(ring->number * std::ssize(sectors_) + sector->number + 1) : 0;
}

}  // namespace sluice::roi_map
