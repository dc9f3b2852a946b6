// SPDX-License-Identifier: BSD-3-Clause
// Parts of the columns are summed apart, as many as the shape says, and merged in order; then sums become means.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

#include "block_errors.hpp"

namespace sluice::msd {
namespace {

using numerics::fail;

constexpr std::ptrdiff_t most_parts = 16;          // of which each may have a thread
constexpr std::ptrdiff_t columns_in_a_part = 8;    // at least, as so many are read at once
constexpr std::ptrdiff_t small_scratch = 8 << 20;  // doubles: 64 MiB

std::size_t index(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }

const Shape& checked(const Shape& shape, const Options& options) {
    const auto& [frames, particles, axes] = shape;
    if (frames < 2) fail<std::invalid_argument>("the trajectory has ", frames, " frames; a displacement needs 2.");
    if (particles < 1 || axes < 1)
        fail<std::invalid_argument>("the trajectory has ", particles, " particles and ", axes, " axes; 1 of each is needed.");
    if (options.max_lag < 1 || options.max_lag >= frames)
        fail<std::invalid_argument>("max_lag = ", options.max_lag, ", but the trajectory has ", frames,
                                    " frames. Set it from 1 to ", frames - 1, ", or remove it to have half of them.");
    if (options.time_blocks < 1 || options.time_blocks > frames)
        fail<std::invalid_argument>("time_blocks = ", options.time_blocks, ", but the trajectory has ", frames,
                                    " frames. Set it from 1 to ", frames, "; for errors, blocks should be longer than the lags.");
    if (options.remove_centre_of_mass && particles == 1)
        throw std::invalid_argument(
            "centre_of_mass is remove, but there is one particle: without its own motion nothing is left. Set it to keep.");
    return shape;
}

std::ptrdiff_t part_count(const Shape& shape, const DisplacementSums& sums) {
    const std::ptrdiff_t room = std::max(small_scratch, shape.frames * shape.columns() / 2);
    const std::ptrdiff_t of_columns = (shape.columns() + columns_in_a_part - 1) / columns_in_a_part;
    return std::clamp<std::ptrdiff_t>(room / sums.part_size(shape.columns()), 1, std::min(most_parts, of_columns));
}

/// Means over origins and particles, whole and by block. sums: [block, lag]; rounding below 0 is 0.
void average(const TimeBlocks& blocks, std::ptrdiff_t particles, std::span<const double> sums, std::span<double> whole,
             std::span<double> by_block) {
    const auto lags = static_cast<std::ptrdiff_t>(whole.size());
    const auto n = static_cast<double>(particles);
    for (std::ptrdiff_t lag = 0; lag < lags; ++lag) {
        double sum = 0;
        for (std::ptrdiff_t b = 0; b < blocks.count(); ++b) {
            const double of_block = sums[index(b * lags + lag)];
            const std::ptrdiff_t origins = blocks.origins(b, lag);
            sum += of_block;
            by_block[index(b * lags + lag)] = origins == 0 ? std::numeric_limits<double>::quiet_NaN()
                                                           : std::max(0.0, of_block) / (n * static_cast<double>(origins));
        }
        if (!std::isfinite(sum))
            throw std::domain_error("the positions are so large that their squares overflow. Give them in a larger unit.");
        whole[index(lag)] = lag == 0 ? 0 : std::max(0.0, sum) / (n * static_cast<double>(blocks.frames() - lag));
    }
    for (std::ptrdiff_t b = 0; b < blocks.count(); ++b) by_block[index(b * lags)] = 0;
}

/// NaN stays NaN; rounding below 0 is 0.
void subtract(std::span<const double> what, std::span<double> from) {
    for (std::size_t i = 0; i < from.size(); ++i) from[i] = from[i] < what[i] ? 0 : from[i] - what[i];
}

}  // namespace

MeanSquareDisplacement::MeanSquareDisplacement(const Shape& shape, const Options& options)
    : shape_(checked(shape, options)),
      options_(options),
      blocks_(shape.frames, options.time_blocks),
      sums_(blocks_, options.max_lag, shape.axes),
      parts_(part_count(shape, sums_)) {}

std::ptrdiff_t MeanSquareDisplacement::scratch_size() const {
    const std::ptrdiff_t lags = options_.max_lag + 1;
    return parts_ * sums_.part_size(shape_.columns()) + 2 * (shape_.frames + 1) + 2 * blocks_.count() * lags;
}

void MeanSquareDisplacement::sum_parts(const Trajectory& of, std::span<double> scratch, const ParallelFor& parallel_for) const {
    const auto size = index(sums_.part_size(of.columns));
    const auto part = [&](std::int64_t p) { return sums_.part(scratch.subspan(index(p) * size, size), of.columns); };
    parallel_for(parts_, [&](std::int64_t p) {
        const std::ptrdiff_t lines = (of.columns + columns_in_a_part - 1) / columns_in_a_part;
        const std::ptrdiff_t first = p * lines / parts_ * columns_in_a_part;
        const std::ptrdiff_t end = std::min(of.columns, (p + 1) * lines / parts_ * columns_in_a_part);
        sums_.clear(part(p));
        sums_.add(of, first, end - first, part(p));
    });
    for (std::ptrdiff_t p = 1; p < parts_; ++p) sums_.merge(part(0), part(p));
}

void MeanSquareDisplacement::run(std::span<const double> positions, std::span<double> scratch, const Output& out,
                                 const ParallelFor& parallel_for) const {
    const Trajectory all{positions, shape_.frames, shape_.columns(), shape_.axes};
    const auto size = index(sums_.part_size(all.columns)), curves = index(blocks_.count() * (options_.max_lag + 1));
    sum_parts(all, scratch, parallel_for);
    auto part = sums_.part(scratch.first(size), all.columns);
    auto work = scratch.subspan(index(parts_) * size);
    const auto running = work.first(2 * index(shape_.frames + 1));
    const auto sums = work.subspan(running.size(), curves), centre_blocks = work.subspan(running.size() + curves, curves);

    sums_.finish(part, running, sums);
    average(blocks_, shape_.particles, sums, out.msd, out.blocks);

    for (double& each : part.total) each /= static_cast<double>(shape_.particles);
    const Trajectory centre{part.total, shape_.frames, shape_.axes, shape_.axes};
    part.total = {};
    sums_.clear(part);
    sums_.add(centre, 0, shape_.axes, part);
    sums_.finish(part, running, sums);
    average(blocks_, 1, sums, out.centre_of_mass, centre_blocks);

    if (options_.remove_centre_of_mass) {
        subtract(out.centre_of_mass, out.msd);
        subtract(centre_blocks, out.blocks);
    }
    if (!out.variance.empty()) block_variances(blocks_, out.msd, out.blocks, out.variance);
}

}  // namespace sluice::msd
