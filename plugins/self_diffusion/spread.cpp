// SPDX-License-Identifier: BSD-3-Clause
// Spread of blocks, and how much of it a random walk would show.
#include "spread.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/time_blocks.hpp>

namespace sluice::self_diffusion {
namespace {

using Doubles = std::vector<double>;

constexpr std::ptrdiff_t nodes = 33;  ///< lags that stand for all of a window: 1e-3 of a variance

double sum_of_squares(const Doubles& values) {
    double sum = 0, squares = 0;
    for (const double each : values) sum += each;
    const double mean = sum / static_cast<double>(values.size());
    for (const double each : values) squares += (each - mean) * (each - mean);
    return squares;
}

/// P C with P = 1 - 1/B, for symmetric C: each column less its mean.
Doubles projected(Doubles c, std::size_t n) {
    for (std::size_t j = 0; j < n; ++j) {
        double mean = 0;
        for (std::size_t i = 0; i < n; ++i) mean += c[i * n + j] / static_cast<double>(n);
        for (std::size_t i = 0; i < n; ++i) c[i * n + j] -= mean;
    }
    return c;
}

double trace(const Doubles& m, std::size_t n) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += m[i * n + i];
    return sum;
}

double trace_of_square(const Doubles& m, std::size_t n) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) sum += m[i * n + j] * m[j * n + i];
    return sum;
}

}  // namespace

BlockErrors::BlockErrors(const Blocks& blocks, std::span<const double> lag, const std::vector<std::size_t>& used)
    : blocks_(blocks), used_(used) {
    const auto rows = static_cast<std::size_t>(blocks.rows), n = lag.size();
    if (blocks.values.size() != rows * n || (!blocks.mask.empty() && blocks.mask.size() != rows * n))
        numerics::fail<std::invalid_argument>("there are ", blocks.values.size(), " numbers of ", rows, " blocks and ", n,
                                              " lags.");
    if (used.empty()) return;
    if (blocks.recording)
        for (const auto i : used)
            frames_.push_back(static_cast<std::ptrdiff_t>(std::llround(lag[i] / blocks.recording->frame_interval)));
    if (blocks.recording && frames_.back() >= blocks.recording->frames)
        numerics::fail<std::invalid_argument>("a lag of ", frames_.back(), " frames in a trajectory of ",
                                              blocks.recording->frames,
                                              ". Check the facts frames and frame_interval of the blocks.");
    const auto reaches = [&](std::size_t block) {  // its last origin with the longest lag is within the trajectory
        if (!blocks.recording) return true;
        const numerics::TimeBlocks all(blocks.recording->frames, blocks.rows);
        return all.begin(static_cast<std::ptrdiff_t>(block) + 1) + frames_.back() <= all.frames();
    };
    for (std::size_t b = 0; b < rows; ++b) {
        const bool complete = std::all_of(used.begin(), used.end(), [&](std::size_t i) {
            return std::isfinite(blocks.values[b * n + i]) && (blocks.mask.empty() || blocks.mask[b * n + i] == 0);
        });
        if (complete && reaches(b)) rows_.push_back(b);
    }
}

Doubles BlockErrors::values(std::span<const double> weights) const {
    Doubles out;
    const auto n = blocks_.values.size() / static_cast<std::size_t>(blocks_.rows);
    for (const auto row : rows_) {
        double sum = 0;
        for (std::size_t i = 0; i < used_.size(); ++i) sum += weights[i] * blocks_.values[row * n + used_[i]];
        out.push_back(sum);
    }
    return out;
}

/// Blocks of equal length share what their distance says.
Doubles BlockErrors::covariance(const Functional& f) const {
    const auto n = rows_.size();
    const auto frames = blocks_.recording->frames, length = frames / blocks_.rows, longest = f.lags.back();
    Doubles by_distance, out(n * n);
    for (std::ptrdiff_t d = 0; d == 0 || (d < blocks_.rows && (d - 1) * length < longest); ++d)
        by_distance.push_back(walk_covariance(f, {0, length}, {d * length, (d + 1) * length}, (d + 1) * length + longest));
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            const auto d = rows_[std::max(i, j)] - rows_[std::min(i, j)];
            if (d < by_distance.size()) out[i * n + j] = by_distance[d];
        }
    return out;
}

Spread BlockErrors::of(std::span<const double> weights) const {
    const auto n = rows_.size();
    if (rows() < blocks_needed) return {};
    const double b = static_cast<double>(n), squares = sum_of_squares(values(weights));
    if (!blocks_.recording) return {squares / (b - 1) / b, b - 1};
    const auto f = thinned({frames_, Doubles(weights.begin(), weights.end())}, nodes);
    const auto seen = projected(covariance(f), n);
    const double whole =
        walk_covariance(f, {0, blocks_.recording->frames}, {0, blocks_.recording->frames}, blocks_.recording->frames);
    const double expected = trace(seen, n);
    return {squares / expected * whole, expected * expected / trace_of_square(seen, n)};
}

}  // namespace sluice::self_diffusion
