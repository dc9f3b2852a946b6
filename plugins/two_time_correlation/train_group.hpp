// SPDX-License-Identifier: BSD-3-Clause
// Consecutive trains of a block: who is whose neighbour, the sums of products of all regions, and their way into the states.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "gram.hpp"
#include "settings.hpp"
#include "train_average.hpp"

namespace sluice::two_time_correlation {

template <class T>
class TrainGroup {
public:
    /// Trains first .. first + size - 1 of the block.
    TrainGroup(const Plan& plan, const sdk::Block& block, std::int64_t first, std::int64_t size)
        : plan_(plan), block_(block), first_(first), n_(static_cast<std::size_t>(size)), values_(n_), masks_(n_) {
        for (std::size_t i = 0; i < n_; ++i) {
            values_[i] = item(i).template values<T>("frames").data();
            if (!plan_.fixed_mask) masks_[i] = item(i).mask("frames").data();
        }
    }

    /// Adds the trains to each region's state: state_of(r).
    template <class StateOf>
    void add(std::span<std::byte> scratch, const StateOf& state_of) const {
        const auto regions = static_cast<std::size_t>(plan_.regions.count());
        const auto square = static_cast<std::size_t>((plan_.shape.pulses + 1) * (plan_.shape.pulses + 1));
        const std::size_t length = regions * n_ * square;
        auto* doubles = reinterpret_cast<double*>(scratch.data());
        const std::span<double> own(doubles, length), pair(doubles + length, pairs() ? length : 0);
        std::vector<TrainReport> reports(regions * n_);
        const auto rest = scratch.subspan((own.size() + pair.size()) * sizeof(double));
        products<T>(plan_.shape, plan_.regions.all(), trains(), own, pair, reports, rest);
        for (std::size_t r = 0; r < regions; ++r)
            for (std::size_t i = 0; i < n_; ++i) {
                const std::size_t k = r * n_ + i;
                check_sign(i, r, reports[k]);
                push(state_of(static_cast<std::int64_t>(r)), plan_.settings,
                     {item(i).index(), item(i).total(), is_linked(item(i)), own.subspan(k * square, square),
                      pairs() ? pair.subspan(k * square, square) : pair, reports[k].pixels_left_out});
            }
    }

private:
    [[nodiscard]] sdk::Item item(std::size_t i) const { return {block_, first_ + static_cast<std::int64_t>(i)}; }
    [[nodiscard]] bool pairs() const { return plan_.settings.artefact == Artefact::neighbours; }

    /// Neighbours: their ids increase by max_gap at most; without ids those that follow one another.
    [[nodiscard]] bool is_linked(const sdk::Item& item) const {
        if (!pairs() || !item.has_neighbour("frames", -1)) return false;
        const auto id = item.coordinate("frames", "train_id");
        if (id.empty()) return true;
        const double step = id[0] - item.coordinate("frames", "train_id", -1)[0];
        return step > 0 && step <= plan_.max_gap;
    }

    [[nodiscard]] Trains<T> trains() const {
        const bool masked = std::any_of(masks_.begin(), masks_.end(), [](const auto* mask) { return mask != nullptr; });
        Trains<T> out{nullptr, values_, {}, nullptr};
        if (masked) out.masks = masks_;
        if (!pairs() || !item(0).has_neighbour("frames", -1)) return out;
        out.before = item(0).template values<T>("frames", -1).data();
        if (!plan_.fixed_mask) out.mask_before = item(0).mask("frames", -1).data();
        return out;
    }

    void check_sign(std::size_t i, std::size_t region, const TrainReport& report) const {
        if (!plan_.counts_photons || !(report.smallest < 0)) return;
        const auto id = item(i).coordinate("frames", "train_id");
        const std::string train = id.empty() ? "" : "train_id " + std::to_string(static_cast<std::int64_t>(id[0])) + ", ";
        throw sdk::ItemError(first_ + static_cast<std::int64_t>(i),
                             train + "roi " + std::to_string(region + 1) + ": a pixel has " + number(report.smallest) +
                                 ", but counts (shot_noise: counts) are never negative. Are these ADU? Set shot_noise: adu with "
                                 "adu_per_photon, or shot_noise: none");
    }
    static std::string number(double value) {
        const std::string text = std::to_string(value);
        return value == std::floor(value) ? text.substr(0, text.find('.')) : text;
    }

    const Plan& plan_;
    const sdk::Block& block_;
    std::int64_t first_;
    std::size_t n_;
    std::vector<const T*> values_;
    std::vector<const std::uint8_t*> masks_;
};

}  // namespace sluice::two_time_correlation
