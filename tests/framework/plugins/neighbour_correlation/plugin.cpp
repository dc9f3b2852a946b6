// SPDX-License-Identifier: BSD-3-Clause
// A reduce with a halo of one item before, whose finish is a ratio of two sums.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include <sluice/sdk/plugin.hpp>

namespace {

namespace sdk = sluice::sdk;

/// [products..., squares..., pairs]
template <class Bytes>
auto numbers(const Bytes& state) {
    using T = std::conditional_t<std::is_const_v<typename Bytes::element_type>, const double, double>;
    return std::span<T>(reinterpret_cast<T*>(state.data()), state.size() / sizeof(double));
}

class NeighbourCorrelation : public sdk::Reduce {
public:
    explicit NeighbourCorrelation(const sdk::Setup& setup) : elements_(setup.input("data").count()) {}

    static std::int64_t state_bytes(const sdk::Setup& setup) {
        return static_cast<std::int64_t>(sizeof(double)) * (2 * setup.input("data").count() + 1);
    }
    void init(sdk::State state) const { std::memset(state.data(), 0, state.size()); }

    void add(const sdk::Block& block, sdk::State state) const {
        const auto sums = numbers(state);
        const auto n = static_cast<std::size_t>(elements_);
        for (std::int64_t i = 0; i < block.items(); ++i) {
            const sdk::Item item(block, i);
            const auto own = item.values("data");
            for (std::size_t k = 0; k < n; ++k) sums[n + k] += own[k] * own[k];
            if (!item.has_neighbour("data", -1)) continue;
            const auto before = item.values("data", -1);
            for (std::size_t k = 0; k < n; ++k) sums[k] += own[k] * before[k];
            sums[2 * n] += 1;
        }
    }

    void merge(sdk::State into, sdk::ConstState from) const {
        const auto sums = numbers(into);
        const auto more = numbers(from);
        for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += more[k];
    }

    void finish(sdk::ConstState state, const sdk::Item& out) const {
        const auto sums = numbers(state);
        const auto n = static_cast<std::size_t>(elements_);
        const auto correlation = out.out("correlation");
        for (std::size_t k = 0; k < n; ++k) correlation[k] = sums[k] / sums[n + k];
        out.out<std::int64_t>("pairs")[0] = static_cast<std::int64_t>(sums[2 * n]);
    }

private:
    std::int64_t elements_;
};

}  // namespace

SLUICE_PLUGIN(NeighbourCorrelation)
