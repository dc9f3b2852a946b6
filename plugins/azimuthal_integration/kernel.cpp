// SPDX-License-Identifier: BSD-3-Clause
// Integrates blocks of frames: checks the block, sums stripes, merges them in order, and divides.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <vector>

#include "stripe_sums.hpp"

namespace sluice::azimuthal_integration {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::int64_t frames_of(const FrameBlock& block) {
    return std::visit([](const auto& frames) { return static_cast<std::int64_t>(frames.size()); }, block.pixels);
}

void require_frames(std::size_t size, const char* what, std::int64_t frames) {
    if (static_cast<std::int64_t>(size) == frames) return;
    std::ostringstream text;
    text << "the block has " << frames << " frames but " << size << ' ' << what;
    throw std::invalid_argument(text.str());
}

void require_block(const IntegrationConfig& config, const FrameBlock& block) {
    const std::int64_t frames = frames_of(block);
    const std::size_t variances = std::visit([](const auto& images) { return images.size(); }, block.variances);
    if (config.error_model == ErrorModel::given) require_frames(variances, "variance images", frames);
    if (!block.masks.empty()) require_frames(block.masks.size(), "masks", frames);
    if (!block.monitor.empty()) require_frames(block.monitor.size(), "monitor values", frames);
    for (std::size_t frame = 0; frame < block.monitor.size(); ++frame)
        if (block.monitor[frame] < 0.0 || std::isinf(block.monitor[frame])) {
            std::ostringstream text;
            text << "the monitor is " << block.monitor[frame] << "; it must be finite and at least 0";
            throw FrameError(static_cast<std::int64_t>(frame), text.str());
        }
}

void require_profiles(const IntegrationConfig& config, const ProfileBlock& profiles, std::int64_t frames) {
    const auto needed = static_cast<std::size_t>(frames * config.bins);
    const auto& p = profiles;
    for (const std::size_t size : {p.intensity.size(), p.variance.size(), p.standard_deviation.size(), p.signal.size(),
                                   p.signal_variance.size(), p.normalisation.size(), p.count.size(), p.mask.size()})
        if (size != 0 && size != needed)
            throw std::invalid_argument("a profile output must be empty or hold frames x bins = " + std::to_string(needed) +
                                        " values; it holds " + std::to_string(size));
    if (config.error_model == ErrorModel::none && !(p.variance.empty() && p.signal_variance.empty()))
        throw std::invalid_argument("variances are wanted but the error model is none; choose poisson or given");
}

[[noreturn]] void refuse(const Fault& fault, std::int64_t frame, const numerics::ImageShape& shape) {
    std::ostringstream text;
    text << "pixel (row " << fault.pixel / shape.fast << ", column " << fault.pixel % shape.fast << ") ";
    if (fault.in_variance)
        text << "has the variance " << fault.value << "; a variance cannot be negative. Mask the pixel or mend the "
             << "variances.";
    else
        text << "holds " << fault.value << "; a Poisson count cannot be negative. Mask the pixel, give the value as "
             << "dummy, or supply variances.";
    throw FrameError(frame, text.str());
}

std::vector<FrameSums> sum_frames(const IntegrationTable::Data& data, const FrameBlock& block, std::int64_t first,
                                  std::int64_t frames, bool with_squares, const ParallelFor& parallel_for) {
    const auto tiles = static_cast<std::int64_t>(data.tiles.size());
    const std::int64_t stripes = (tiles + stripe_tiles - 1) / stripe_tiles;
    std::vector<std::vector<FrameSums>> parts(static_cast<std::size_t>(stripes));
    parallel_for(stripes, [&](std::int64_t stripe) {
        StripeSummer summer(data, block, first, frames, with_squares);
        const std::int64_t end = std::min(tiles, (stripe + 1) * stripe_tiles);
        for (std::int64_t tile = stripe * stripe_tiles; tile < end; ++tile)
            summer.add(data.tiles[static_cast<std::size_t>(tile)]);
        parts[static_cast<std::size_t>(stripe)] = summer.take();
    });
    for (std::size_t stripe = 1; stripe < parts.size(); ++stripe)
        for (std::size_t frame = 0; frame < parts[0].size(); ++frame) parts[0][frame].merge(parts[stripe][frame]);
    return std::move(parts[0]);
}

/// What one bin of one frame becomes.
struct BinResult {
    double signal = 0.0;
    double signal_variance = 0.0;
    double normalisation = 0.0;
    double count = 0.0;
    double standard_deviation = nan;
};

BinResult result_of(const IntegrationTable::Data& data, const FrameSums& sums, std::size_t bin, double monitor) {
    const bool any_dropped = !sums.dropped.empty();
    const std::int64_t entries = data.entries[bin] - (any_dropped ? sums.dropped_entries[bin] : 0);
    if (entries == 0 || !(monitor > 0.0)) return {};
    const Contribution dropped = any_dropped ? sums.dropped[bin] : Contribution{};
    const bool of_corrected = data.config.average == Average::mean_of_corrected;
    const double signal_scale = of_corrected ? 1.0 / monitor : 1.0;
    const double normalisation = data.normalisation[bin] - dropped.normalisation;
    BinResult result;
    result.signal = sums.signal[bin] * signal_scale;
    result.signal_variance = sums.variance[bin] * signal_scale * signal_scale;
    result.normalisation = normalisation * (of_corrected ? 1.0 : monitor);
    result.count = data.count[bin] - dropped.count;
    if (!sums.squares.empty()) {
        const double mean = sums.signal[bin] / normalisation;
        result.standard_deviation = std::sqrt(std::max(0.0, sums.squares[bin] / normalisation - mean * mean)) / monitor;
    }
    return result;
}

template <typename T, typename Value>
void put(std::span<T> output, std::size_t place, Value value) {
    if (!output.empty()) output[place] = static_cast<T>(value);
}

void write_profile(const IntegrationTable::Data& data, const FrameSums& sums, std::int64_t frame, double monitor,
                   const ProfileBlock& profiles) {
    const auto bins = static_cast<std::size_t>(data.config.bins);
    for (std::size_t bin = 0; bin < bins; ++bin) {
        const BinResult result = result_of(data, sums, bin, monitor);
        const std::size_t place = static_cast<std::size_t>(frame) * bins + bin;
        const bool empty = result.normalisation == 0.0;
        const double n = empty ? nan : result.normalisation;
        put(profiles.intensity, place, result.signal / n);
        put(profiles.variance, place, result.signal_variance / n / n);
        put(profiles.standard_deviation, place, result.standard_deviation);
        put(profiles.signal, place, result.signal);
        put(profiles.signal_variance, place, result.signal_variance);
        put(profiles.normalisation, place, result.normalisation);
        put(profiles.count, place, result.count);
        put(profiles.mask, place, empty);
    }
}

}  // namespace

void integrate(const IntegrationTable& table, const FrameBlock& block, const ProfileBlock& profiles,
               const ParallelFor& parallel_for) {
    const IntegrationTable::Data& data = table.data();
    const std::int64_t frames = frames_of(block);
    require_block(data.config, block);
    require_profiles(data.config, profiles, frames);
    const bool with_squares = !profiles.standard_deviation.empty();
    for (std::int64_t first = 0; first < frames; first += frames_per_pass) {
        const std::int64_t count = std::min(frames_per_pass, frames - first);
        const auto sums = sum_frames(data, block, first, count, with_squares, parallel_for);
        for (std::int64_t frame = first; frame < first + count; ++frame) {
            const FrameSums& frame_sums = sums[static_cast<std::size_t>(frame - first)];
            if (frame_sums.fault) refuse(*frame_sums.fault, frame, data.shape);
            const double monitor = block.monitor.empty() ? 1.0 : block.monitor[static_cast<std::size_t>(frame)];
            write_profile(data, frame_sums, frame, monitor, profiles);
        }
    }
}

}  // namespace sluice::azimuthal_integration
