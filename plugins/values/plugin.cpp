// SPDX-License-Identifier: BSD-3-Clause
// The source: parameters to an array.
#include <string>
#include <variant>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::values {
namespace {

std::vector<sdk::DimSize> sizes(const std::vector<Dim>& dims) {
    std::vector<sdk::DimSize> all;
    for (const auto& dim : dims) all.push_back({dim.name, dim.size});
    return all;
}

Table read_values(const sdk::Parameters& parameters) {
    return parse_table(parameters.json("values"), parse_names(parameters.json("dims")), "values");
}

std::vector<double> read_variances(const sdk::Parameters& parameters, const std::vector<Dim>& dims) {
    const auto sigma = parameters.json("sigma"), variances = parameters.json("variances");
    if (sigma != "null" && variances != "null") throw sdk::RecipeError("give 'sigma' or 'variances', not both");
    if (sigma != "null") return parse_sigma(sigma, dims);
    return variances == "null" ? std::vector<double>() : parse_variances(variances, dims);
}

class Values : public sdk::Source {
public:
    explicit Values(const sdk::Setup& setup)
        : table_(read_values(setup.parameters())), variances_(read_variances(setup.parameters(), table_.dims)) {}

    static void probe(const sdk::Probe& probe) {
        const auto parameters = probe.parameters();
        const auto table = read_values(parameters);
        const auto output = probe.output("values");
        output.set_dims(sizes(table.dims));
        output.set_variances(!read_variances(parameters, table.dims).empty());
        if (const auto name = parameters.optional_text("name")) output.set_label(*name);
        for (const auto& each : parse_coordinates(parameters.json("coordinates"), table.dims)) {
            if (each.labels.empty()) output.set_coordinate(each.name, sizes(each.dims), each.unit, each.numbers, each.edges);
            else output.set_labels(each.name, each.dims[0].name, each.labels);
        }
        for (const auto& fact : parse_facts(parameters.json("facts"))) set_fact(output, fact);
        probe.needs_prepared(static_cast<std::int64_t>(2 * sizeof(double) * table.numbers.size()));
    }

    void fetch(const sdk::Context&, const sdk::Box& box) const {
        copy_box(table_.numbers, table_.dims, box.start(), box.count(), box.values<double>());
        if (!variances_.empty()) copy_box(variances_, table_.dims, box.start(), box.count(), box.variances());
    }

private:
    static void set_fact(const sdk::OutputDescription& output, const Fact& fact) {
        if (const auto* flag = std::get_if<bool>(&fact.value)) output.set_fact(fact.name, *flag);
        else if (const auto* number = std::get_if<double>(&fact.value)) output.set_fact(fact.name, *number, fact.unit);
        else output.set_fact(fact.name, std::get<std::string>(fact.value));
    }

    Table table_;
    std::vector<double> variances_;
};

}  // namespace
}  // namespace sluice::values

SLUICE_PLUGIN(sluice::values::Values)
