// SPDX-License-Identifier: BSD-3-Clause
// The source: describes an array of a result, and hands over boxes of it.
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <sluice/io/result_elements.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::result_source {
namespace {

std::vector<sdk::DimSize> sizes(const std::vector<Dim>& dims) {
    std::vector<sdk::DimSize> all;
    for (const auto& dim : dims) all.push_back({dim.name, dim.size});
    return all;
}

sdk::SmallArray small_array(const Coordinate& from) {
    return {from.name,   sizes(from.dims), from.unit,   from.edges,
            from.values, from.integers,    from.labels, io::result_format::dtype_of(from.type)};
}

void set_fact(const sdk::OutputDescription& output, const Fact& fact) {
    if (const auto* yes = std::get_if<bool>(&fact.value))
        output.set_fact(fact.name, *yes);
    else if (const auto* number = std::get_if<double>(&fact.value))
        output.set_fact(fact.name, *number, fact.unit);
    else
        output.set_fact(fact.name, std::get<std::string>(fact.value));
}

void describe(const sdk::OutputDescription& output, const ArrayDescription& array) {
    output.set_label(array.label);
    output.set_dims(sizes(array.dims));
    output.set_dtype(io::result_format::dtype_of(array.type));
    output.set_unit(array.unit);
    output.set_variances(array.variances);
    for (const auto& dim : array.correlated_over) output.set_correlated_over(dim);
    for (const auto& coordinate : array.coordinates) output.set_coordinate(small_array(coordinate));
    for (const auto& mask : array.masks) {
        if (mask.streamed)
            output.set_streamed_mask(mask.name, sizes(mask.dims));
        else
            output.set_mask(mask.name, sizes(mask.dims), mask.values);
    }
    for (const auto& fact : array.facts) set_fact(output, fact);
}

/// Under the I/O lock.
std::unique_ptr<StoredArray> open(const sdk::Setup& setup) {
    const auto file = setup.parameters().text("file");
    auto array = std::make_unique<StoredArray>(file, setup.parameters().optional_text("array").value_or(""));
    setup.context().uses_file(file);
    return array;
}

class ResultSource : public sdk::Source {
public:
    static void probe(const sdk::Probe& probe) {
        const sdk::IoLock lock(probe.context());
        const auto array = open(probe);
        const auto& description = array->description();
        describe(probe.output("data"), description);
        probe.needs_prepared(array->cache_bytes());
        if (!description.variances) return;
        std::int64_t row = 1;  // one byte for each variance, between fetch and decode
        for (std::size_t i = 1; i < description.dims.size(); ++i) row *= description.dims[i].size;
        probe.needs_decode(row);
    }

    explicit ResultSource(const sdk::Setup& setup) {
        const sdk::IoLock lock(setup.context());
        array_ = open(setup);
    }

    /// What the squares of the errors lack to be the variances.
    struct Ticket {
        std::vector<std::int8_t> rounding;
    };

    std::unique_ptr<Ticket> fetch(const sdk::Context&, const sdk::Box& out) {
        const Box box{out.start(), out.count()};
        array_->read_values(box, out.data());
        if (out.mask()) array_->read_mask(box, out.mask());
        if (!array_->description().variances) return nullptr;
        auto ticket = std::make_unique<Ticket>();
        ticket->rounding.resize(static_cast<std::size_t>(out.size()));
        array_->read_rounding(box, ticket->rounding.data());
        array_->read_errors(box, out.variances().data());  // decode squares them where they are
        return ticket;
    }

    void decode(const sdk::Context&, Ticket& ticket, const sdk::Box& out) const {
        const auto variances = out.variances();
        for (std::size_t i = 0; i < variances.size(); ++i)
            variances[i] = io::result_format::variance_of(variances[i], ticket.rounding[i]);
    }

private:
    std::unique_ptr<StoredArray> array_;
};

}  // namespace
}  // namespace sluice::result_source

SLUICE_PLUGIN(sluice::result_source::ResultSource)
