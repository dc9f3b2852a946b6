// SPDX-License-Identifier: BSD-3-Clause
// The sink: hands descriptions, boxes and the record of the run to the kernel.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/io/result_elements.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"
#include "provenance.hpp"

namespace sluice::nexus_result {
namespace {

std::vector<Dim> dims(const std::vector<sdk::DimSize>& from) {
    std::vector<Dim> all;
    for (const auto& dim : from) all.push_back({dim.name, dim.size});
    return all;
}

Coordinate coordinate(const sdk::SmallArray& from) {
    return {from.name, dims(from.dims), from.unit, from.edges, from.values, from.labels, from.integers,
            io::result_format::element_type(from.dtype)};
}

Mask mask(const sdk::SmallArray& from) {
    Mask to{from.name, dims(from.dims)};
    for (const auto value : from.values) to.values.push_back(value != 0 ? 1 : 0);
    return to;
}

Field fact(const sdk::InputDescription& array, const sdk::InputDescription::NamedFact& from) {
    if (from.dtype == SLUICE_BOOLEAN) return {from.name, array.fact(from.name)};
    if (from.dtype == SLUICE_STRING) return {from.name, *array.fact_text(from.name)};
    const auto number = *array.fact_number(from.name);
    return {from.name, number.value, number.unit.empty() ? "1" : number.unit};
}

ArrayDescription describe(const sdk::InputDescription& from) {
    if (from.dtype() == SLUICE_STRING)
        throw sdk::RecipeError("'" + from.label() + "' holds texts, which cannot be kept as an array: keep numbers, with the texts as a coordinate");
    ArrayDescription to;
    to.label = from.label();
    to.type = io::result_format::element_type(from.dtype());
    to.unit = from.unit();
    to.dims = dims(from.dims());
    for (const auto& dim : to.dims)
        if (!from.loop_size(dim.name)) ++to.core_rank;
    to.variances = from.has_variances();
    to.correlated_over = from.correlated_over();
    for (const auto& each : from.coordinates()) to.coordinates.push_back(coordinate(each));
    for (const auto& each : from.masks()) to.masks.push_back(mask(each));
    for (const auto& each : from.facts()) to.facts.push_back(fact(from, each));
    return to;
}

class NexusResult : public sdk::Sink {
public:
    explicit NexusResult(const sdk::Setup& setup)
        : deflate_level_(setup.parameters().text("compression") == "none"
                             ? 0 : static_cast<int>(setup.parameters().integer("level"))) {}

    void begin(const std::string& path, const sdk::Setup& arrays) {
        std::vector<ArrayDescription> descriptions;
        for (const auto& each : arrays.inputs()) descriptions.push_back(describe(each));
        file_ = std::make_unique<ResultFile>(path, descriptions, deflate_level_);
    }

    void write(const sdk::Context&, std::int32_t array, const sdk::Box& box) {
        file_->write(static_cast<std::size_t>(array),
                     {box.start(), box.count(), box.data(), box.variances().data(), box.mask()});
    }

    void end(const sdk::Context&, std::string_view provenance) {
        file_->finish(parse_provenance(provenance));
        file_.reset();
    }

    void abandon() { file_.reset(); }

private:
    int deflate_level_;
    std::unique_ptr<ResultFile> file_;
};

}  // namespace
}  // namespace sluice::nexus_result

SLUICE_PLUGIN(sluice::nexus_result::NexusResult)
