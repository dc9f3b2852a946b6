// SPDX-License-Identifier: BSD-3-Clause
// Columns are taken a few at a time: one pass over the frames fills whole cache lines of them.
#include "displacement_sums.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::msd {
namespace {

constexpr std::ptrdiff_t columns_at_once = 8;  // doubles of a cache line

std::size_t index(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }
std::ptrdiff_t whole_lines(std::ptrdiff_t doubles) { return (doubles + 7) / 8 * 8; }

[[noreturn]] void refuse(const Trajectory& of) {
    for (std::ptrdiff_t i = 0; i < of.frames * of.columns; ++i)
        if (const double x = of.positions[index(i)]; !std::isfinite(x))
            numerics::fail<std::domain_error>("frame ", i / of.columns, ", particle ", i % of.columns / of.axes, ", axis ",
                                              i % of.axes, ": the position is ", x,
                                              ". Every position must be a number: leave out such frames or particles.");
    throw std::domain_error("the positions are so large that their sums overflow. Give them in a larger unit.");
}

/// So many frequencies at once: their sums over columns stay in registers.
constexpr std::ptrdiff_t tile = 8;

/// Real parts of `count` <= tile complex numbers, then imaginary ones; 0 where there are no more.
void split(const double* from, std::ptrdiff_t count, double* to) {
    std::fill_n(to, 2 * tile, 0.0);
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        to[i] = from[2 * i];
        to[tile + i] = from[2 * i + 1];
    }
}

using Pair = double __attribute__((vector_size(16), may_alias));  // left to itself, the compiler shuffles more than it computes

/// The sum over columns of conj(a) b, split likewise; from column to column are `stride` doubles.
void sum_products(const double* a, const double* b, std::ptrdiff_t columns, std::ptrdiff_t stride, double* sum) {
    constexpr std::ptrdiff_t half = tile / 2;
    Pair real[half] = {}, imaginary[half] = {};
    for (std::ptrdiff_t c = 0; c < columns; ++c, a += stride, b += stride) {
        const auto* x = reinterpret_cast<const Pair*>(a);
        const auto* y = reinterpret_cast<const Pair*>(b);
        for (std::ptrdiff_t i = 0; i < half; ++i) {
            real[i] += x[i] * y[i] + x[half + i] * y[half + i];
            imaginary[i] += x[i] * y[half + i] - x[half + i] * y[i];
        }
    }
    std::copy_n(real, half, reinterpret_cast<Pair*>(sum));
    std::copy_n(imaginary, half, reinterpret_cast<Pair*>(sum) + half);
}

/// Sums of the first n elements of x, for any n, each to twice the precision of a double: high[n] + low[n].
class RunningSum {
public:
    RunningSum(std::span<const double> x, std::span<double> memory)
        : high_(memory.first(x.size() + 1)), low_(memory.subspan(x.size() + 1, x.size() + 1)) {
        high_[0] = low_[0] = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double sum = high_[i] + x[i], part = sum - high_[i];
            high_[i + 1] = sum;
            low_[i + 1] = low_[i] + ((high_[i] - (sum - part)) + (x[i] - part));
        }
    }
    /// Over [begin, end).
    [[nodiscard]] double over(std::ptrdiff_t begin, std::ptrdiff_t end) const {
        return (high_[index(end)] - high_[index(begin)]) + (low_[index(end)] - low_[index(begin)]);
    }

private:
    std::span<double> high_, low_;
};

}  // namespace

DisplacementSums::DisplacementSums(const TimeBlocks& blocks, std::ptrdiff_t max_lag, std::ptrdiff_t axes)
    : blocks_(blocks),
      max_lag_(max_lag),
      axes_(axes),
      pairs_(block_pairs(blocks, max_lag)),
      transform_(2 * blocks.longest() - 1) {}

std::ptrdiff_t DisplacementSums::part_size(std::ptrdiff_t columns) const {
    const auto pairs = static_cast<std::ptrdiff_t>(pairs_.size());
    return whole_lines(blocks_.frames()) + whole_lines(blocks_.frames() * axes_) + pairs * transform_.pitch() +
           std::min(columns, columns_at_once) * blocks_.count() * (transform_.pitch() + 2 * tile);
}

DisplacementSums::Part DisplacementSums::part(std::span<double> memory, std::ptrdiff_t columns) const {
    const auto take = [&](std::ptrdiff_t count) {
        const auto piece = memory.first(index(count));
        memory = memory.subspan(index(whole_lines(count)));
        return piece;
    };
    Part out;
    out.squares = take(blocks_.frames());
    out.total = take(blocks_.frames() * axes_);
    out.products = take(static_cast<std::ptrdiff_t>(pairs_.size()) * transform_.pitch());
    out.tiles = take(std::min(columns, columns_at_once) * blocks_.count() * 2 * tile);
    out.series = memory;
    return out;
}

void DisplacementSums::clear(const Part& part) const {
    for (const auto sums : {part.squares, part.total, part.products}) std::fill(sums.begin(), sums.end(), 0.0);
}

void DisplacementSums::add(const Trajectory& of, std::ptrdiff_t first, std::ptrdiff_t count, const Part& part) const {
    const std::ptrdiff_t per_column = blocks_.count() * transform_.pitch();
    for (std::ptrdiff_t begin = first; begin < first + count; begin += columns_at_once) {
        const std::ptrdiff_t now = std::min(columns_at_once, first + count - begin);
        gather(of, begin, now, part);
        for (std::ptrdiff_t c = 0; c < now; ++c) {
            centre(of, begin + c, part.series.data() + c * per_column, part);
            for (std::ptrdiff_t b = 0; b < blocks_.count(); ++b)
                transform_.forward(part.series.data() + c * per_column + b * transform_.pitch());
        }
        multiply(now, part);
    }
}

void DisplacementSums::gather(const Trajectory& of, std::ptrdiff_t first, std::ptrdiff_t count, const Part& part) const {
    const std::ptrdiff_t per_column = blocks_.count() * transform_.pitch();
    for (std::ptrdiff_t b = 0; b < blocks_.count(); ++b) {
        const double* from = of.positions.data() + blocks_.begin(b) * of.columns + first;
        double* to = part.series.data() + b * transform_.pitch();
        for (std::ptrdiff_t t = 0; t < blocks_.length(b); ++t, from += of.columns)
            for (std::ptrdiff_t c = 0; c < count; ++c) to[c * per_column + t] = from[c];
    }
}

/// Subtracts the mean of a column and pads its blocks; adds it and its squares up. The first position stands in for the mean at
/// first: of a particle that rests far from the origin nothing is left.
void DisplacementSums::centre(const Trajectory& of, std::ptrdiff_t column, double* series, const Part& part) const {
    const std::ptrdiff_t pitch = transform_.pitch(), axis = column % axes_;
    const double origin = series[0];
    double sum = 0;
    for (std::ptrdiff_t b = 0; b < blocks_.count(); ++b)
        for (std::ptrdiff_t t = 0; t < blocks_.length(b); ++t) sum += series[b * pitch + t] - origin;
    const double mean = origin + sum / static_cast<double>(of.frames);
    if (!std::isfinite(mean)) refuse(of);
    for (std::ptrdiff_t b = 0; b < blocks_.count(); ++b) {
        double* const x = series + b * pitch;
        double* const squares = part.squares.data() + blocks_.begin(b);
        const std::ptrdiff_t length = blocks_.length(b);
        for (std::ptrdiff_t t = 0; t < length; ++t) x[t] -= mean;
        for (std::ptrdiff_t t = 0; t < length; ++t) squares[t] += x[t] * x[t];
        std::fill(x + length, x + pitch, 0.0);
        if (part.total.empty()) continue;
        double* const total = part.total.data() + blocks_.begin(b) * axes_ + axis;
        for (std::ptrdiff_t t = 0; t < length; ++t) total[t * axes_] += x[t];
    }
}

/// Tile by tile of frequencies, so that what all pairs are made from stays in the cache.
void DisplacementSums::multiply(std::ptrdiff_t count, const Part& part) const {
    const std::ptrdiff_t pitch = transform_.pitch(), frequencies = transform_.length() / 2 + 1, n = blocks_.count();
    for (std::ptrdiff_t begin = 0; begin < frequencies; begin += tile) {
        const std::ptrdiff_t now = std::min(tile, frequencies - begin);
        double* const tiles = part.tiles.data();
        for (std::ptrdiff_t i = 0; i < count * n; ++i)
            split(part.series.data() + i * pitch + 2 * begin, now, tiles + i * 2 * tile);
        double* product = part.products.data() + 2 * begin;
        for (const auto& [first, second] : pairs_) {
            alignas(Pair) double sum[2 * tile];
            sum_products(tiles + first * 2 * tile, tiles + second * 2 * tile, count, n * 2 * tile, sum);
            for (std::ptrdiff_t i = 0; i < now; ++i) {
                product[2 * i] += sum[i];
                product[2 * i + 1] += sum[tile + i];
            }
            product += pitch;
        }
    }
}

void DisplacementSums::merge(const Part& into, const Part& from) const {
    const auto add_up = [](std::span<double> to, std::span<const double> more) {
        for (std::size_t i = 0; i < to.size(); ++i) to[i] += more[i];
    };
    add_up(into.squares, from.squares);
    add_up(into.total, from.total);
    add_up(into.products, from.products);
}

void DisplacementSums::finish(const Part& part, std::span<double> running, std::span<double> sums) const {
    const std::ptrdiff_t lags = max_lag_ + 1;
    const RunningSum squares(part.squares, running);
    for (std::ptrdiff_t b = 0; b < blocks_.count(); ++b)
        for (std::ptrdiff_t lag = 0; lag < lags; ++lag) {
            const std::ptrdiff_t begin = blocks_.begin(b), end = blocks_.end(b, lag);
            sums[index(b * lags + lag)] = begin == end ? 0 : squares.over(begin, end) + squares.over(begin + lag, end + lag);
        }
    const double scale = 2 / static_cast<double>(transform_.length());
    double* product = part.products.data();
    for (const auto& [first, second] : pairs_) {
        transform_.backward(product);
        const std::ptrdiff_t apart = blocks_.begin(second) - blocks_.begin(first);
        const std::ptrdiff_t lowest = std::max<std::ptrdiff_t>(0, apart - blocks_.length(first) + 1);
        const std::ptrdiff_t highest = std::min(max_lag_, apart + blocks_.length(second) - 1);
        for (std::ptrdiff_t lag = lowest; lag <= highest; ++lag)  // negative ones stand at the end
            sums[index(first * lags + lag)] -= scale * product[lag < apart ? transform_.length() + lag - apart : lag - apart];
        product += transform_.pitch();
    }
}

}  // namespace sluice::msd
