// SPDX-License-Identifier: BSD-3-Clause
// Sums per block and element, merged pairwise; the state is four planes of doubles, [field, block, element].
#include "kernel.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <sluice/numerics/running_moments.hpp>

namespace sluice::mean {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// The sums of some items at one element.
struct Sums {
    numerics::RunningMoments moments;
    double variance = 0;  // sum of the items' variances
};

Sums merged(const Sums& a, const Sums& b) {
    if (b.moments.count == 0) return a;
    if (a.moments.count == 0) return b;
    return {numerics::merged(a.moments, b.moments), a.variance + b.variance};
}

void check_length(const char* name, std::size_t got, std::ptrdiff_t needed) {
    if (got != static_cast<std::size_t>(needed))
        throw std::invalid_argument(std::string(name) + " has length " + std::to_string(got) + ", must be " +
                                    std::to_string(needed) + ".");
}

/// A state as its host sees it: bytes; as we see it: Sums by [block, element]. Byte is std::byte, const or not.
template <class Byte, class Double>
class View {
public:
    View(std::span<Byte> bytes, const Layout& layout) : plane_(layout.size * layout.blocks), size_(layout.size) {
        check_length("state", bytes.size(), state_bytes(layout));
        if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(double) != 0)
            throw std::invalid_argument("state is not aligned as double.");
        data_ = reinterpret_cast<Double*>(bytes.data());
    }

    [[nodiscard]] Sums get(std::ptrdiff_t block, std::ptrdiff_t element) const {
        const Double* at = data_ + block * size_ + element;
        return {{at[0], at[plane_], at[3 * plane_]}, at[2 * plane_]};
    }

    void set(std::ptrdiff_t block, std::ptrdiff_t element, const Sums& sums) const {
        Double* at = data_ + block * size_ + element;
        at[0] = sums.moments.count;
        at[plane_] = sums.moments.sum;
        at[2 * plane_] = sums.variance;
        at[3 * plane_] = sums.moments.m2;
    }

private:
    Double* data_;
    std::ptrdiff_t plane_, size_;
};

using Writable = View<std::byte, double>;
using Readable = View<const std::byte, const double>;

std::ptrdiff_t block_of(std::int64_t index, std::int64_t total, std::ptrdiff_t blocks) {
    if (index < 0 || index >= total)
        throw std::invalid_argument("item " + std::to_string(index) + " is not one of " + std::to_string(total) +
                                    " items.");
    if (blocks > total)
        throw std::invalid_argument("blocks = " + std::to_string(blocks) + ", must be at most the number of items, " +
                                    std::to_string(total) + ".");
    return index * blocks / total;
}

double variance_of_mean(const Sums& sums, Error error) {
    const double count = sums.moments.count;
    if (count == 0) return unknown;
    if (error == Error::propagated) return sums.variance / (count * count);
    return count > 1 ? sums.moments.m2 / (count * (count - 1)) : unknown;
}

}  // namespace

std::ptrdiff_t replicates(const Layout& layout) { return layout.blocks == 1 ? 1 : layout.blocks + 1; }

std::int64_t state_bytes(const Layout& layout) {
    if (layout.size < 0 || layout.blocks < 1)
        throw std::invalid_argument("a mean of " + std::to_string(layout.size) + " elements in " +
                                    std::to_string(layout.blocks) + " blocks: size must be >= 0 and blocks >= 1.");
    return static_cast<std::int64_t>(sizeof(Sums)) * layout.size * layout.blocks;
}

void initialize(std::span<std::byte> state, const Layout& layout) {
    const Writable sums(state, layout);
    for (std::ptrdiff_t block = 0; block < layout.blocks; ++block)
        for (std::ptrdiff_t i = 0; i < layout.size; ++i) sums.set(block, i, {});
}

void add(std::span<std::byte> state, const Layout& layout, const Item& item, std::int64_t index, std::int64_t total) {
    const Writable sums(state, layout);
    check_length("values", item.values.size(), layout.size);
    if (!item.variances.empty()) check_length("variances", item.variances.size(), layout.size);
    if (!item.mask.empty()) check_length("mask", item.mask.size(), layout.size);
    const std::ptrdiff_t block = block_of(index, total, layout.blocks);
    for (std::ptrdiff_t i = 0; i < layout.size; ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (!item.mask.empty() && item.mask[at] != 0) continue;
        const double value = item.values[at], variance = item.variances.empty() ? 0 : item.variances[at];
        if (!std::isfinite(value) || !std::isfinite(variance)) continue;
        sums.set(block, i, merged(sums.get(block, i), {numerics::moments_of(value), item.variances.empty() ? unknown : variance}));
    }
}

void merge(std::span<std::byte> into, std::span<const std::byte> from, const Layout& layout) {
    const Writable a(into, layout);
    const Readable b(from, layout);
    for (std::ptrdiff_t block = 0; block < layout.blocks; ++block)
        for (std::ptrdiff_t i = 0; i < layout.size; ++i) a.set(block, i, merged(a.get(block, i), b.get(block, i)));
}

void finish(std::span<const std::byte> state, const Layout& layout, Error error, const Output& output) {
    const Readable sums(state, layout);
    const std::ptrdiff_t needed = replicates(layout) * layout.size;
    check_length("mean", output.mean.size(), needed);
    check_length("variance", output.variance.size(), needed);
    check_length("count", output.count.size(), needed);
    const auto write = [&](std::ptrdiff_t replicate, std::ptrdiff_t i, const Sums& of) {
        const auto at = static_cast<std::size_t>(replicate * layout.size + i);
        output.mean[at] = of.moments.count == 0 ? unknown : of.moments.mean();
        output.variance[at] = variance_of_mean(of, error);
        output.count[at] = static_cast<std::int64_t>(of.moments.count);
    };
    const auto blocks = static_cast<std::size_t>(layout.blocks);
    std::vector<Sums> from(blocks + 1);  // from[k]: blocks k, k + 1, ... of the element at hand
    for (std::ptrdiff_t i = 0; i < layout.size; ++i) {
        for (std::size_t k = blocks; k-- > 0;)
            from[k] = merged(sums.get(static_cast<std::ptrdiff_t>(k), i), from[k + 1]);
        write(0, i, from[0]);
        Sums before;  // blocks 0 .. k - 1
        for (std::ptrdiff_t k = 0; k < layout.blocks && layout.blocks > 1; ++k) {
            write(k + 1, i, merged(before, from[static_cast<std::size_t>(k) + 1]));
            before = merged(before, sums.get(k, i));
        }
    }
}

}  // namespace sluice::mean
