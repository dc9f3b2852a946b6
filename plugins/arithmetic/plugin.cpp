// SPDX-License-Identifier: BSD-3-Clause
// The map: elements of one or two arrays to those of another. What becomes of facts, and where elements lie.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"
#include "task.hpp"

namespace sluice::arithmetic {
namespace {

// ---- facts

bool equal_facts(const sdk::InputDescription& a, const sdk::InputDescription& b, const std::string& name) {
    const auto mine = a.fact_number(name), its = b.fact_number(name);
    const bool same_number = mine && its ? mine->value == its->value && mine->unit == its->unit : !mine && !its;
    return same_number && a.fact_text(name) == b.fact_text(name) && a.fact(name) == b.fact(name);
}

bool has_fact(const sdk::InputDescription& input, const std::string& name) {
    const auto facts = input.facts();
    return std::any_of(facts.begin(), facts.end(), [&](const auto& fact) { return fact.name == name; });
}

/// a's, less those that b has otherwise; and what was done to b (smoothed, background_subtracted) was done to the result.
void join_facts(const sdk::OutputDescription& result, const sdk::InputDescription& a, const sdk::InputDescription& b) {
    for (const auto& fact : a.facts())
        if (has_fact(b, fact.name) && !equal_facts(a, b, fact.name)) result.drop_fact(fact.name);
    for (const auto& fact : b.facts())
        if (fact.dtype == SLUICE_BOOLEAN && b.fact(fact.name) && !has_fact(a, fact.name)) result.set_fact(fact.name, true);
}

/// A ratio of two intensities, or the logarithm of one, is on no scale of intensities.
bool keeps_scale(Operation operation, const sdk::InputDescription& b) {
    switch (operation) {
        case Operation::multiply:
        case Operation::divide:
            return !b.present() || !has_fact(b, "intensity_scale");
        case Operation::power:
        case Operation::reciprocal:
        case Operation::sqrt:
        case Operation::log:
        case Operation::exp:
            return false;
        default:
            return true;
    }
}

// ---- elements

constexpr std::int64_t chunk = 512;  ///< elements gathered at a time: small enough for the first-level cache

using Numbers = std::array<double, chunk>;

/// The elements of one operand from where the host has them, one pointer each.
struct Gathered {
    Numbers values, variances;
    bool exact = true;

    void take(const sluice_in& in, std::int64_t begin, std::size_t count, double factor) {
        for (std::size_t i = 0; i < count; ++i)
            values[i] = factor * *static_cast<const double*>(in.items.values[begin + static_cast<std::int64_t>(i)]);
        exact = in.items.variances == nullptr;
        for (std::size_t i = 0; i < count && !exact; ++i)
            variances[i] = factor * factor * *in.items.variances[begin + static_cast<std::int64_t>(i)];
    }
    [[nodiscard]] Operand operand(std::size_t count) const {
        return {{values.data(), count}, {variances.data(), exact ? 0 : count}};
    }
};

/// Is an element of both one and the same: the same memory, variance included?
bool same_element(const sluice_in& a, const sluice_in& b, std::int64_t i) {
    if (a.items.values[i] != b.items.values[i]) return false;
    return !a.items.variances || (b.items.variances && a.items.variances[i] == b.items.variances[i]);
}

std::uint8_t is_masked(const sluice_in& in, std::int64_t i) {
    return in.items.mask && in.items.mask[i] && *in.items.mask[i] != 0 ? 1 : 0;
}

class Arithmetic : public sdk::Map {
public:
    explicit Arithmetic(const sdk::Setup& setup) : task_(task_of(setup)) {}

    static void probe(const sdk::Probe& probe) {
        const auto task = task_of(probe);
        const auto a = probe.input("a"), b = probe.input("b");
        const auto result = probe.output("result");
        result.set_unit(task.unit);
        result.set_variances(a.has_variances() || (b.present() && b.has_variances()));
        if (b.present()) join_facts(result, a, b);
        if (!keeps_scale(task.operation, b)) result.drop_fact("intensity_scale");
    }

    void run(const sdk::Block& block) const {
        const auto& a = block.in("a");
        const auto& b = block.in("b");
        const auto& out = block.out("result");
        const auto* second = b.items.values ? &b : nullptr;
        for (std::int64_t begin = 0; begin < block.items(); begin += chunk)
            run_chunk(a, second, out, begin, static_cast<std::size_t>(std::min(chunk, block.items() - begin)));
    }

private:
    void run_chunk(const sluice_in& a, const sluice_in* b, const sluice_out& out, std::int64_t begin, std::size_t count) const {
        Gathered x, y;
        Numbers values, variances;
        std::array<std::uint8_t, chunk> masked, same;
        x.take(a, begin, count, task_.factor_a);
        if (b)
            y.take(*b, begin, count, task_.factor_b);
        else
            y.values.fill(task_.value);
        for (std::size_t i = 0; i < count; ++i) {
            const auto at = begin + static_cast<std::int64_t>(i);
            masked[i] = is_masked(a, at) | (b ? is_masked(*b, at) : std::uint8_t{0});
            same[i] = b && same_element(a, *b, at);
        }
        const Results results{{values.data(), count}, {variances.data(), out.variances ? count : 0}, {masked.data(), count}};
        if (takes_two(task_.operation))
            combine(task_.operation, x.operand(count), y.operand(count), {same.data(), count}, results);
        else
            transform(task_.operation, task_.value, x.operand(count), results);
        put(results, out, begin);
    }

    void put(const Results& results, const sluice_out& out, std::int64_t begin) const {
        const double factor = task_.factor_result;
        for (std::size_t i = 0; i < results.values.size(); ++i) {
            const auto at = begin + static_cast<std::int64_t>(i);
            *static_cast<double*>(out.values[at]) = factor * results.values[i];
            *out.mask[at] = results.masked[i];
        }
        for (std::size_t i = 0; i < results.variances.size(); ++i)
            *out.variances[begin + static_cast<std::int64_t>(i)] = factor * factor * results.variances[i];
    }

    Task task_;
};

}  // namespace
}  // namespace sluice::arithmetic

SLUICE_PLUGIN(sluice::arithmetic::Arithmetic)
