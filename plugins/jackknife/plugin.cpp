// SPDX-License-Identifier: BSD-3-Clause
// The reduce: replicates into the kernel's state, and the estimate with its uncertainty at the end.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::jackknife {
namespace {

std::string too_few(const std::string& over, std::int64_t size) {
    return "'" + over + "' has size " + std::to_string(size) +
           ", must be at least 3: the estimate from all the data and two that leave a block out. Give the step that makes it at "
           "least 2 blocks";
}

void check_size(const sdk::Setup& setup) {
    const auto over = setup.parameters().text("over");
    const auto size = setup.input("data").loop_size(over);
    if (size && *size < 3) throw sdk::RecipeError(too_few(over, *size));
}

/// The place in the dimension is the number of the replicate: nothing was cut out of it before.
void check_number(const sdk::Item& item, std::int64_t in_block) {
    const auto number = item.coordinate("data", "replicate");
    if (number.size() != 1 || number[0] == static_cast<double>(item.index())) return;
    throw sdk::ItemError(in_block, "replicate " + std::to_string(std::llround(number[0])) + " stands in place " +
                                       std::to_string(item.index()) +
                                       ": all replicates are needed, from 0 on and in order. Do not cut or sort them before");
}

void warn_of_failures(const sdk::Context& context, std::span<const double> estimate, std::span<const std::int64_t> count,
                      std::int64_t replicates) {
    for (std::size_t i = 0; i < count.size(); ++i)
        if (std::isfinite(estimate[i]) && count[i] < replicates)
            return context.warn(
                "some replicates are masked or not finite where the estimate is not; the variance is that of "
                "the others, and may be too small: see the output count");
}

class Jackknife : public sdk::Reduce {
public:
    explicit Jackknife(const sdk::Setup& setup)
        : size_(setup.input("data").count()),
          over_(setup.parameters().text("over")),
          bias_corrected_(setup.parameters().boolean("bias_corrected")) {}

    static void probe(const sdk::Probe& probe) {
        check_size(probe);
        const auto estimate = probe.output("estimate");
        estimate.set_fact("uncertainty_from", "jackknife");
        if (probe.parameters().boolean("bias_corrected")) estimate.set_fact("bias_corrected", true);
    }

    static std::int64_t state_bytes(const sdk::Setup& setup) { return jackknife::state_bytes(setup.input("data").count()); }
    void init(sdk::State state) const { initialize(state, size_); }
    void add(const sdk::Block& block, sdk::State state) const {
        for (std::int64_t i = 0; i < block.items(); ++i) {
            const sdk::Item item(block, i);
            if (over_ == "replicate") check_number(item, i);
            jackknife::add(state, {item.values("data"), item.mask("data")}, item.index());
        }
    }
    void merge(sdk::State into, sdk::ConstState from) const { jackknife::merge(into, from); }
    void finish(sdk::ConstState state, const sdk::Item& item) const {
        if (item.total() < 3) throw std::runtime_error(too_few(over_, item.total()));
        const auto estimate = item.out("estimate"), bias = item.out("bias");
        const auto count = item.out<std::int64_t>("count");
        jackknife::finish(state, item.total() - 1, bias_corrected_, {estimate, item.out_variances("estimate"), bias, count});
        const auto is_nan = [](double value) { return std::isnan(value); };
        std::transform(estimate.begin(), estimate.end(), item.out_mask("estimate").begin(), is_nan);
        std::transform(bias.begin(), bias.end(), item.out_mask("bias").begin(), is_nan);
        warn_of_failures(item.context(), estimate, count, item.total() - 1);
    }

private:
    std::ptrdiff_t size_;
    std::string over_;
    bool bias_corrected_;
};

}  // namespace
}  // namespace sluice::jackknife

SLUICE_PLUGIN(sluice::jackknife::Jackknife)
