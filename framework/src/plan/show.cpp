// SPDX-License-Identifier: BSD-3-Clause
// A plan as people and programs read it.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sluice/host/plan.hpp>

#include "plan/graph.hpp"

namespace sluice {
namespace {

Json dims_json(const Dims& dims) {
    Json out = Json::object();
    for (const auto& dim : dims) out[dim.name] = dim.size;
    return out;
}

Json array_json(const PlannedArray& array) {
    const auto& d = array.description;
    Json coordinates = Json::object();
    for (const auto& each : d.coordinates)
        coordinates[each.name] = {{"unit", each.values->unit().text()}, {"dims", dims_json(each.values->dims())}, {"edges", each.edges}};
    Json facts = Json::object();
    for (const auto& [name, fact] : d.facts) facts[name] = to_text(fact);
    return {{"array", array.reference}, {"plugin", array.plugin}, {"dims", dims_json(d.dims)}, {"dtype", to_text(d.dtype)},
            {"unit", d.unit.text()}, {"variances", d.variances}, {"correlated_over", d.correlated_over}, {"bytes", d.bytes()},
            {"kept", array.kept}, {"resident", array.resident}, {"pass", array.pass}, {"coordinates", coordinates}, {"facts", facts}};
}

std::string array_line(const PlannedArray& array) {
    const auto& d = array.description;
    std::string line = fmt::format("  {:<28} {:<40} {:<8} {:<16}", array.reference, to_text(d.dims), to_text(d.dtype), d.unit.text());
    if (d.variances) line += " ±";
    if (!d.correlated_over.empty()) line += fmt::format(" (correlated over {})", fmt::join(d.correlated_over, ", "));
    if (array.kept) line += " kept";
    return line + "\n";
}

}  // namespace

Json to_json(const Plan& plan) {
    Json arrays = Json::array(), passes = Json::array();
    for (const auto& array : plan.arrays()) arrays.push_back(array_json(array));
    for (const auto& pass : plan.passes())
        passes.push_back({{"steps", pass.steps}, {"over", dims_json(pass.over)}, {"items", pass.items}, {"grain", pass.grain},
                          {"block_items", pass.block_items}, {"blocks_in_flight", pass.blocks_in_flight}, {"block_bytes", pass.block_bytes}});
    return {{"recipe", plan.recipe().id}, {"arrays", arrays}, {"passes", passes}, {"notes", plan.notes()},
            {"peak_memory_bytes", plan.peak_memory_bytes()}, {"memory_limit_bytes", plan.memory_limit_bytes()},
            {"output_bytes", plan.output_bytes()}, {"threads", plan.threads()}};
}

std::string to_text(const Plan& plan) {
    std::string text = fmt::format("{}: {}\n\narrays\n", plan.recipe().file.filename().string(), plan.recipe().title);
    for (const auto& array : plan.arrays()) text += array_line(array);
    int number = 0;
    for (const auto& pass : plan.passes())
        text += fmt::format("\npass {}: {}\n  over {}, in leaves of {}, blocks of {} ({:.1f} MB), {} at a time\n", ++number,
                            fmt::join(pass.steps, ", "), pass.over.empty() ? "one item" : to_text(pass.over), pass.grain, pass.block_items,
                            megabytes(pass.block_bytes), pass.blocks_in_flight);
    if (!plan.notes().empty()) text += fmt::format("\nnotes\n  {}\n", fmt::join(plan.notes(), "\n  "));
    return text + fmt::format("\npeak memory {:.0f} MB of {:.0f} MB allowed, output {:.1f} MB, {} threads\n", megabytes(plan.peak_memory_bytes()),
                              megabytes(plan.memory_limit_bytes()), megabytes(plan.output_bytes()), plan.threads());
}

}  // namespace sluice
