// SPDX-License-Identifier: BSD-3-Clause
// Rings of q, cut into sectors of azimuth: which region a pixel belongs to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sluice::roi_map {

/// low <= value < high.
struct Interval {
    double low;
    double high;
};

enum class Spacing { linear, logarithmic };

/// count rings without gaps from q_min to q_max, of equal width in q (linear) or in ln q (logarithmic).
/// Throws std::invalid_argument unless 0 <= q_min < q_max (0 < q_min for logarithmic) and count >= 1.
[[nodiscard]] std::vector<Interval> spaced_rings(double q_min_inv_nm, double q_max_inv_nm, std::ptrdiff_t count, Spacing spacing);

/// count sectors of equal width round the whole circle, the first from start_deg on. Throws std::invalid_argument
/// unless count >= 1 and start_deg is finite.
[[nodiscard]] std::vector<Interval> equal_sectors(std::ptrdiff_t count, double start_deg);

/// Disjoint half-open intervals, searched by bisection.
class Search {
public:
    struct Entry {
        Interval range;
        std::ptrdiff_t number;  ///< of the ring or sector that it is (a part of), from 0
    };
    /// Throws std::invalid_argument that names both when two overlap. `what`: "ring"; `unit`: "1/nm"; given: as the
    /// user wrote them, for that sentence.
    Search(std::vector<Entry> entries, const std::vector<Interval>& given, const std::string& what, const std::string& unit);

    /// The entry that holds the value, or nothing; NaN is in none.
    [[nodiscard]] const Entry* find(double value) const;

private:
    std::vector<Entry> entries_;  // by range.low
};

/// Every ring is cut by every sector. Regions have labels 1 … count(), ring by ring, within a ring sector by sector, in
/// the order in which both are given; 0 is no region.
class Regions {
public:
    /// rings_inv_nm: of q. sectors_deg: of the azimuth, counter-clockwise from low to high, through +-180 degrees when
    /// high < low (azimuths that differ by 360 degrees are the same); high - low = 360 is the whole circle. Empty:
    /// one sector, the whole circle.
    /// Throws std::invalid_argument, which names the ring or sector, when there is no ring, when an interval is empty or not
    /// finite, when q is negative, when a sector exceeds the circle, and when two rings or two sectors overlap.
    Regions(std::vector<Interval> rings_inv_nm, const std::vector<Interval>& sectors_deg);

    [[nodiscard]] std::ptrdiff_t count() const { return std::ssize(rings_) * std::ssize(sectors_); }
    [[nodiscard]] const std::vector<Interval>& rings_inv_nm() const { return rings_; }
    [[nodiscard]] const Interval& ring_of(std::int32_t label) const;
    /// Both ends in [0, 360]; high < low: through 0.
    [[nodiscard]] const Interval& sector_of(std::int32_t label) const;

    /// One sector is the whole circle: azimuths do not matter.
    [[nodiscard]] bool whole_circle() const { return whole_circle_; }

    /// The label of a pixel. Its azimuth is not looked at when whole_circle(). NaN in what is looked at: 0.
    [[nodiscard]] std::int32_t label(double q_inv_nm, double azimuth_deg) const;

private:
    std::vector<Interval> rings_;
    std::vector<Interval> sectors_;
    bool whole_circle_;
    Search ring_search_;
    Search sector_search_;
};

/// The same direction in [0, 360).
[[nodiscard]] double wrapped_deg(double azimuth_deg);

}  // namespace sluice::roi_map
