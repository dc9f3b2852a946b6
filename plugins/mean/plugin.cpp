// SPDX-License-Identifier: BSD-3-Clause
// The reduce: sums over one loop dimension in the kernel's state, and their mean at the end.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::mean {
namespace {

Layout layout_of(const sdk::Setup& setup) {
    return {setup.input("data").count(), std::max<std::int64_t>(1, setup.parameters().integer("blocks"))};
}

Error error_of(const sdk::Setup& setup) {
    const auto error = setup.parameters().text("error");
    const bool variances = setup.input("data").has_variances();
    if (error == "propagated" && !variances)
        throw sdk::RecipeError("error = propagated, but the data have no variances; use scatter");
    return error == "scatter" || !variances ? Error::scatter : Error::propagated;
}

void check_blocks(const sdk::Setup& setup) {
    const auto blocks = setup.parameters().integer("blocks");
    if (blocks == 1) throw sdk::RecipeError("blocks = 1, must be 0 (no replicates) or at least 2");
    const auto over = setup.parameters().text("over");
    const auto size = setup.input("data").loop_size(over);
    if (size && blocks > *size)
        throw sdk::RecipeError("blocks = " + std::to_string(blocks) + ", must be at most the size of '" + over + "', " + std::to_string(*size));
}

void add_replicates(const sdk::OutputDescription& output, std::vector<sdk::DimSize> dims, std::int64_t replicates) {
    dims.insert(dims.begin(), {"replicate", replicates});
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(replicates));
    std::iota(numbers.begin(), numbers.end(), 0);
    output.set_dims(dims);
    output.set_coordinate("replicate", {dims.front()}, "1", numbers);
    output.set_correlated_over("replicate");   // they share all but one block
}

class Mean : public sdk::Reduce {
public:
    explicit Mean(const sdk::Setup& setup) : layout_(layout_of(setup)), error_(error_of(setup)) {}

    static void probe(const sdk::Probe& probe) {
        check_blocks(probe);
        const auto layout = layout_of(probe);
        for (const auto* port : {"mean", "count"})
            if (layout.blocks > 1) add_replicates(probe.output(port), probe.input("data").dims(), replicates(layout));
        probe.output("mean").set_fact("uncertainty_from", error_of(probe) == Error::scatter ? "scatter" : "propagated");
    }

    static std::int64_t state_bytes(const sdk::Setup& setup) { return mean::state_bytes(layout_of(setup)); }
    void init(sdk::State state) const { initialize(state, layout_); }
    void add(const sdk::Block& block, sdk::State state) const {
        for (std::int64_t i = 0; i < block.items(); ++i) {
            const sdk::Item item(block, i);
            mean::add(state, layout_, {item.values("data"), item.variances("data"), item.mask("data")}, item.index(), item.total());
        }
    }
    void merge(sdk::State into, sdk::ConstState from) const { mean::merge(into, from, layout_); }
    void finish(sdk::ConstState state, const sdk::Item& item) const {
        const auto count = item.out<std::int64_t>("count");
        mean::finish(state, layout_, error_, {item.out("mean"), item.out_variances("mean"), count});
        std::transform(count.begin(), count.end(), item.out_mask("mean").begin(), [](std::int64_t n) { return n == 0; });
    }

private:
    Layout layout_;
    Error error_;
};

}  // namespace
}  // namespace sluice::mean

SLUICE_PLUGIN(sluice::mean::Mean)
