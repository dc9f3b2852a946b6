// SPDX-License-Identifier: BSD-3-Clause
// One estimate and the running moments of its replicates per element; the state is four planes of doubles.
#include "kernel.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include <sluice/numerics/running_moments.hpp>

namespace sluice::jackknife {
namespace {

using numerics::RunningMoments;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::ptrdiff_t planes = 4;

struct Element {
    double estimate = unknown;  // item 0; NaN until it comes, and when it is not usable
    RunningMoments replicates;
};

/// A state as its host sees it: bytes; as we see it: Elements. Byte is std::byte, const or not.
template <class Byte, class Double>
class View {
public:
    explicit View(std::span<Byte> bytes) : size_(std::ssize(bytes) / (planes * std::ptrdiff_t{sizeof(double)})) {
        if (std::ssize(bytes) != state_bytes(size_))
            throw std::invalid_argument("state has length " + std::to_string(bytes.size()) + ", must be a multiple of 32.");
        if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(double) != 0)
            throw std::invalid_argument("state is not aligned as double.");
        data_ = reinterpret_cast<Double*>(bytes.data());
    }

    [[nodiscard]] std::ptrdiff_t size() const { return size_; }
    [[nodiscard]] Element get(std::ptrdiff_t i) const {
        const Double* at = data_ + i;
        return {at[0], {at[size_], at[2 * size_], at[3 * size_]}};
    }
    void set(std::ptrdiff_t i, const Element& element) const {
        Double* at = data_ + i;
        at[0] = element.estimate;
        at[size_] = element.replicates.count;
        at[2 * size_] = element.replicates.sum;
        at[3 * size_] = element.replicates.m2;
    }

private:
    Double* data_;
    std::ptrdiff_t size_;
};

using Writable = View<std::byte, double>;
using Readable = View<const std::byte, const double>;

void check_length(const char* name, std::size_t got, std::ptrdiff_t needed) {
    if (std::cmp_not_equal(got, needed))
        throw std::invalid_argument(std::string(name) + " has length " + std::to_string(got) + ", must be " +
                                    std::to_string(needed) + ".");
}

Element merged(const Element& a, const Element& b) {  // at most one of them holds item 0
    return {std::isnan(a.estimate) ? b.estimate : a.estimate, numerics::merged(a.replicates, b.replicates)};
}

struct Spread {
    double variance = unknown, bias = unknown;
};

Spread spread_of(const Element& element, double blocks) {
    const auto& used = element.replicates;
    if (std::isnan(element.estimate) || used.count < 2) return {};
    return {(blocks - 1) / used.count * used.m2, (blocks - 1) * (used.mean() - element.estimate)};
}

}  // namespace

std::int64_t state_bytes(std::ptrdiff_t size) {
    if (size < 0) throw std::invalid_argument("a jackknife of " + std::to_string(size) + " elements: must be >= 0.");
    return std::int64_t{planes * sizeof(double)} * size;
}

void initialize(std::span<std::byte> state, std::ptrdiff_t size) {
    check_length("state", state.size(), state_bytes(size));
    const Writable elements(state);
    for (std::ptrdiff_t i = 0; i < elements.size(); ++i) elements.set(i, {});
}

void add(std::span<std::byte> state, const Item& item, std::int64_t index) {
    const Writable elements(state);
    check_length("values", item.values.size(), elements.size());
    if (!item.mask.empty()) check_length("mask", item.mask.size(), elements.size());
    if (index < 0) throw std::invalid_argument("item " + std::to_string(index) + ", must be at least 0.");
    for (std::ptrdiff_t i = 0; i < elements.size(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        const double value = item.values[at];
        if ((!item.mask.empty() && item.mask[at] != 0) || !std::isfinite(value)) continue;
        const Element one = index == 0 ? Element{value, {}} : Element{unknown, numerics::moments_of(value)};
        elements.set(i, merged(elements.get(i), one));
    }
}

void merge(std::span<std::byte> into, std::span<const std::byte> from) {
    const Writable a(into);
    const Readable b(from);
    check_length("the state to merge", from.size(), std::ssize(into));
    for (std::ptrdiff_t i = 0; i < a.size(); ++i) a.set(i, merged(a.get(i), b.get(i)));
}

void finish(std::span<const std::byte> state, std::int64_t replicates, bool bias_corrected, const Output& output) {
    const Readable elements(state);
    check_length("estimate", output.estimate.size(), elements.size());
    check_length("variance", output.variance.size(), elements.size());
    check_length("bias", output.bias.size(), elements.size());
    check_length("count", output.count.size(), elements.size());
    if (replicates < 2)
        throw std::invalid_argument("a jackknife of " + std::to_string(replicates) + " replicates: at least 2 are needed.");
    const auto blocks = static_cast<double>(replicates);
    for (std::ptrdiff_t i = 0; i < elements.size(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        const auto element = elements.get(i);
        if (element.replicates.count > blocks)
            throw std::invalid_argument("more than " + std::to_string(replicates) + " replicates were added.");
        const auto spread = spread_of(element, blocks);
        output.estimate[at] = bias_corrected ? element.estimate - spread.bias : element.estimate;
        output.variance[at] = spread.variance;
        output.bias[at] = spread.bias;
        output.count[at] = static_cast<std::int64_t>(element.replicates.count);
    }
}

}  // namespace sluice::jackknife
