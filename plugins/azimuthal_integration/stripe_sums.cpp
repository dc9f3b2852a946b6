// SPDX-License-Identifier: BSD-3-Clause
// The loops over pixels: check, convert and add.
#include "stripe_sums.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

namespace sluice::azimuthal_integration {
namespace {

/// Two frames side by side, which a processor adds with one instruction; not a standard type, but one that g++
/// and clang have for every processor.
using Pair = double __attribute__((vector_size(16), may_alias));

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double largest = std::numeric_limits<double>::max();

/// Copies of the integer sums, used in turn: neighbouring pixels often share a bin, and an addition must wait for
/// the one before it to the same address.
constexpr std::int64_t copies = 4;

/// Integer types whose sums over any detector stay exact in 64 bits.
template <typename Pixel>
constexpr bool sums_exactly = std::is_integral_v<Pixel> && sizeof(Pixel) <= 4;

bool is_poisson(ErrorModel model) { return model == ErrorModel::poisson || model == ErrorModel::poisson_floor_one; }

std::size_t size(std::int64_t value) { return static_cast<std::size_t>(value); }

/// An interval of pixel values without anything to drop or to complain of.
template <typename Pixel>
struct Plain {
    Pixel low;
    Pixel high;
};

/// The smallest Pixel not below `value`, or for `down` the largest not above it.
template <typename Pixel>
Pixel rounded(double value, bool down) {
    using Limits = std::numeric_limits<Pixel>;
    if (value <= static_cast<double>(Limits::lowest())) return Limits::lowest();
    if (value >= static_cast<double>(Limits::max())) return Limits::max();
    if constexpr (std::is_integral_v<Pixel>) return static_cast<Pixel>(down ? std::floor(value) : std::ceil(value));
    const auto nearest = static_cast<Pixel>(value);
    const bool wrong_side = down ? static_cast<double>(nearest) > value : static_cast<double>(nearest) < value;
    return wrong_side ? static_cast<Pixel>(std::nextafter(nearest, down ? Limits::lowest() : Limits::max())) : nearest;
}

template <typename Pixel>
Plain<Pixel> plain_values(const RawLimits& limits) {
    using Limits = std::numeric_limits<Pixel>;
    double low = limits.lowest, high = limits.highest;
    const bool dummy_inside = limits.dummy_low <= high && limits.dummy_high >= low;
    if (dummy_inside && limits.dummy_low - low > high - limits.dummy_high)
        high = std::nextafter(limits.dummy_low, -infinity);
    else if (dummy_inside)
        low = std::nextafter(limits.dummy_high, infinity);
    if (low > high || low > static_cast<double>(Limits::max()) || high < static_cast<double>(Limits::lowest()))
        return {Limits::max(), Limits::lowest()};
    return {rounded<Pixel>(low, false), rounded<Pixel>(high, true)};
}

template <typename Pixel>
bool all_plain(const Pixel* pixels, std::int64_t n, Plain<Pixel> plain) {
    constexpr std::int64_t chunk = 64;  // a constant, so that compilers use vector instructions
    const Pixel* const end = pixels + n;
    for (; end - pixels >= chunk; pixels += chunk) {
        int odd = 0;
        for (std::int64_t k = 0; k < chunk; ++k) odd |= !(pixels[k] >= plain.low) | !(pixels[k] <= plain.high);
        if (odd != 0) return false;
    }
    return std::all_of(pixels, end, [&](Pixel pixel) { return pixel >= plain.low && pixel <= plain.high; });
}

template <typename Pixel>
bool all_plain(const Pixel* image, const Tile& tile, const RawLimits& limits) {
    const auto plain = plain_values<Pixel>(limits);
    return std::all_of(tile.runs.begin(), tile.runs.end(),
                       [&](const Run& run) { return all_plain(image + run.first_pixel, run.length, plain); });
}

template <typename Pixel>
void add_whole_counts(const Pixel* image, const Tile& tile, std::int64_t* sums, std::int64_t bins) {
    const std::uint16_t* bin = tile.bins.data();
    for (const Run& run : tile.runs) {
        const Pixel* pixels = image + run.first_pixel;
        std::int64_t i = 0;
        for (; i + 4 <= run.length; i += 4) {
            sums[bin[i]] += pixels[i];
            sums[bins + bin[i + 1]] += pixels[i + 1];
            sums[2 * bins + bin[i + 2]] += pixels[i + 2];
            sums[3 * bins + bin[i + 3]] += pixels[i + 3];
        }
        for (; i < run.length; ++i) sums[bin[i]] += pixels[i];
        bin += run.length;
    }
}

template <typename Pixel>
void read_lane(const Pixel* image, const Tile& tile, double* lane, std::int64_t lanes) {
    for (const Run& run : tile.runs) {
        const Pixel* pixels = image + run.first_pixel;
        for (std::int64_t i = 0; i < run.length; ++i, lane += lanes) *lane = static_cast<double>(pixels[i]);
    }
}

/// sums[k] += weight values[k] for k = 0 ... width - 1, written out at compile time.
template <std::size_t width, typename Lane>
void add_scaled(Lane* sums, double weight, const Lane* values) {
    [&]<std::size_t... k>(std::index_sequence<k...>) { ((sums[k] += weight * values[k]), ...); }
    (std::make_index_sequence<width>());
}

template <std::size_t width, typename Lane>
void add_tile(const Tile& tile, const Lane* values, const Lane* variances, Lane* sums) {
    for (const Entry& entry : tile.entries) {
        const auto weight = static_cast<double>(entry.weight);
        Lane* sum = sums + 2 * width * entry.bin;
        add_scaled<width>(sum, weight, values + width * entry.pixel);
        add_scaled<width>(sum + width, weight * weight, variances + width * entry.pixel);
    }
    for (const std::uint16_t bin : tile.bins) {
        Lane* sum = sums + 2 * width * bin;
        add_scaled<width>(sum, 1.0, values);
        add_scaled<width>(sum + width, 1.0, variances);
        values += width;
        variances += width;
    }
}

template <std::size_t pairs>
void add_pairs(const Tile& tile, const double* values, const double* variances, double* sums) {
    add_tile<pairs>(tile, reinterpret_cast<const Pair*>(values), reinterpret_cast<const Pair*>(variances),
                    reinterpret_cast<Pair*>(sums));
}

template <typename F>
void for_each_pixel(const Tile& tile, F f) {
    std::int64_t used = 0;
    for (const Run& run : tile.runs)
        for (std::int64_t i = 0; i < run.length; ++i) f(used++, run.first_pixel + i);
}

void add_to(std::vector<double>& sums, const std::vector<double>& later) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += later[i];
}

}  // namespace

RawLimits::RawLimits(const IntegrationConfig& config, const FrameBlock& block)
    : lowest(is_poisson(config.error_model) ? 0.0 : -largest),
      highest(config.saturation.value_or(largest)),
      dummy_low(config.dummy ? *config.dummy - config.delta_dummy : infinity),
      dummy_high(config.dummy ? *config.dummy + config.delta_dummy : -infinity) {
    std::visit(
        [&]<typename Pixel>(const FramePointers<Pixel>&) {
            if constexpr (std::is_unsigned_v<Pixel>)
                highest = std::min(highest, std::nextafter(static_cast<double>(std::numeric_limits<Pixel>::max()), 0.0));
        },
        block.pixels);
}

bool RawLimits::dropped(double value) const {
    return !(std::abs(value) <= largest) || value > highest || (value >= dummy_low && value <= dummy_high);
}

void FrameSums::merge(const FrameSums& later) {
    add_to(signal, later.signal);
    add_to(variance, later.variance);
    add_to(squares, later.squares);
    if (!fault) fault = later.fault;
    if (later.dropped.empty()) return;
    dropped.resize(signal.size());
    dropped_entries.resize(signal.size());
    for (std::size_t bin = 0; bin < signal.size(); ++bin) {
        dropped[bin].normalisation += later.dropped[bin].normalisation;
        dropped[bin].count += later.dropped[bin].count;
        dropped_entries[bin] += later.dropped_entries[bin];
    }
}

StripeSummer::StripeSummer(const IntegrationTable::Data& data, const FrameBlock& block, std::int64_t first_frame,
                           std::int64_t frames, bool with_squares)
    : data_(data),
      block_(block),
      limits_(data.config, block),
      first_frame_(first_frame),
      frames_(frames),
      lanes_(static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(frames)))),
      variances_apart_(data.config.error_model == ErrorModel::given || data.config.error_model == ErrorModel::poisson_floor_one),
      values_(size(tile_pixels * lanes_)),
      variances_(variances_apart_ ? values_.size() : 0),
      pixel_squares_(with_squares ? size(tile_pixels) : 0),
      lane_sums_(size(data.config.bins * 2 * lanes_)),
      sums_(size(frames)) {
    const bool counts = std::visit([]<typename Pixel>(const FramePointers<Pixel>&) { return sums_exactly<Pixel>; }, block.pixels);
    if (counts && !data.weighted() && !variances_apart_ && !with_squares && block.masks.empty())
        count_sums_.resize(size(frames * copies * data.config.bins));
    for (FrameSums& sums : sums_) sums.squares.resize(with_squares ? size(data.config.bins) : 0);
}

void StripeSummer::add(const Tile& tile) {
    if (tile.runs.empty()) return;
    std::array<bool, frames_per_pass> counted{};
    for (std::int64_t lane = 0; lane < frames_; ++lane)
        if (!(counted[size(lane)] = add_counts(tile, lane))) prepare(tile, lane);
    const auto others = std::count(counted.begin(), counted.begin() + frames_, false);
    if (others == 0) return;
    for (std::int64_t lane = 0; lane < frames_; ++lane)
        if (counted[size(lane)]) clear(tile, lane);
    add_lanes(tile);
}

bool StripeSummer::add_counts(const Tile& tile, std::int64_t lane) {
    if (count_sums_.empty()) return false;
    const std::int64_t bins = data_.config.bins;
    return std::visit(
        [&]<typename Pixel>(const FramePointers<Pixel>& frames) {
            if constexpr (sums_exactly<Pixel>) {
                const Pixel* image = frames[size(first_frame_ + lane)];
                if (!all_plain(image, tile, limits_)) return false;
                add_whole_counts(image, tile, &count_sums_[size(lane * copies * bins)], bins);
                return true;
            }
            return false;
        },
        block_.pixels);
}

void StripeSummer::prepare(const Tile& tile, std::int64_t lane) {
    const std::size_t frame = size(first_frame_ + lane);
    bool plain = block_.masks.empty() && data_.config.error_model != ErrorModel::given;
    std::visit(
        [&](const auto& frames) {
            plain = plain && all_plain(frames[frame], tile, limits_);
            read_lane(frames[frame], tile, &values_[size(lane)], lanes_);
        },
        block_.pixels);
    if (data_.config.error_model == ErrorModel::given)
        std::visit([&](const auto& frames) { read_lane(frames[frame], tile, &variances_[size(lane)], lanes_); },
                   block_.variances);
    if (data_.config.error_model == ErrorModel::poisson_floor_one)
        for (std::int64_t pixel = 0; pixel < tile.pixels(); ++pixel)
            variances_[size(place(pixel, lane))] = std::max(1.0, values_[size(place(pixel, lane))]);
    if (!plain) drop(tile, lane);
    if (!sums_[size(lane)].squares.empty()) add_squares(tile, lane);
}

/// Sets what does not count to 0 and notes what it would have added.
void StripeSummer::drop(const Tile& tile, std::int64_t lane) {
    const std::uint8_t* mask = block_.masks.empty() ? nullptr : block_.masks[size(first_frame_ + lane)];
    const bool given = data_.config.error_model == ErrorModel::given;
    FrameSums& sums = sums_[size(lane)];
    std::vector<bool> gone(size(tile.pixels()));
    for_each_pixel(tile, [&](std::int64_t used, std::int64_t pixel) {
        double& value = values_[size(place(used, lane))];
        const double variance = given ? variances_[size(place(used, lane))] : 0.0;
        if ((mask != nullptr && mask[pixel] != 0) || limits_.dropped(value) || !std::isfinite(variance)) {
            gone[size(used)] = true;
            value = 0.0;
            if (variances_apart_) variances_[size(place(used, lane))] = 0.0;
        } else if (!sums.fault && (value < limits_.lowest || variance < 0.0)) {
            sums.fault = variance < 0.0 ? Fault{pixel, variance, true} : Fault{pixel, value, false};
        }
    });
    if (std::find(gone.begin(), gone.end(), true) == gone.end()) return;
    sums.dropped.resize(size(data_.config.bins));
    sums.dropped_entries.resize(size(data_.config.bins));
    data_.for_each_contribution(tile, [&](std::size_t bin, std::size_t pixel, const Contribution& contribution) {
        if (!gone[pixel]) return;
        sums.dropped[bin].normalisation += contribution.normalisation;
        sums.dropped[bin].count += contribution.count;
        ++sums.dropped_entries[bin];
    });
}

void StripeSummer::clear(const Tile& tile, std::int64_t lane) {
    for (std::int64_t pixel = 0; pixel < tile.pixels(); ++pixel) values_[size(place(pixel, lane))] = 0.0;
}

void StripeSummer::add_squares(const Tile& tile, std::int64_t lane) {
    for (std::int64_t pixel = 0; pixel < tile.pixels(); ++pixel) {
        const double value = values_[size(place(pixel, lane))];
        pixel_squares_[size(pixel)] = value * value / tile.norm[size(pixel)];
    }
    std::vector<double>& squares = sums_[size(lane)].squares;
    for (const Entry& entry : tile.entries) squares[entry.bin] += static_cast<double>(entry.weight) * pixel_squares_[entry.pixel];
    for (std::size_t pixel = 0; pixel < tile.bins.size(); ++pixel) squares[tile.bins[pixel]] += pixel_squares_[pixel];
}

void StripeSummer::add_lanes(const Tile& tile) {
    const double* variances = variances_apart_ ? variances_.data() : values_.data();
    if (lanes_ == 8) return add_pairs<4>(tile, values_.data(), variances, lane_sums_.data());
    if (lanes_ == 4) return add_pairs<2>(tile, values_.data(), variances, lane_sums_.data());
    if (lanes_ == 2) return add_pairs<1>(tile, values_.data(), variances, lane_sums_.data());
    add_tile<1>(tile, values_.data(), variances, lane_sums_.data());
}

std::vector<FrameSums> StripeSummer::take() {
    const std::int64_t bins = data_.config.bins;
    for (std::int64_t lane = 0; lane < frames_; ++lane)
        for (std::int64_t bin = 0; bin < bins; ++bin) {
            std::int64_t counted = 0;
            for (std::int64_t copy = 0; copy < copies && !count_sums_.empty(); ++copy)
                counted += count_sums_[size((lane * copies + copy) * bins + bin)];
            const double whole = static_cast<double>(counted);
            sums_[size(lane)].signal.push_back(lane_sums_[size(2 * bin * lanes_ + lane)] + whole);
            sums_[size(lane)].variance.push_back(lane_sums_[size((2 * bin + 1) * lanes_ + lane)] + whole);
        }
    return std::move(sums_);
}

}  // namespace sluice::azimuthal_integration
