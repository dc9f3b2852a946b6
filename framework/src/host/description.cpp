// SPDX-License-Identifier: BSD-3-Clause
// Descriptions across the boundary: views of ours for the plugin, and what probe sets.
#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "host/boundary.hpp"
#include "host/description_table.hpp"
#include "host/guarded.hpp"

namespace sluice {
namespace {

using D = sluice_description;

template <class C>
bool past_end(const C& container, std::int32_t i) { return i < 0 || static_cast<std::size_t>(i) >= container.size(); }

std::string string_of(sluice_text text) { return std::string(view(text)); }

std::int32_t present(const D* d) { return d->present ? 1 : 0; }
sluice_text name(const D* d) { return text_of(d->port); }
sluice_text label(const D* d) { return text_of(d->array.name); }
std::int32_t dtype(const D* d) { return static_cast<std::int32_t>(d->array.dtype); }
sluice_text unit(const D* d) { return text_of(d->array.unit.text()); }
std::int32_t variances(const D* d) { return d->array.variances ? 1 : 0; }
std::int32_t rank(const D* d) { return static_cast<std::int32_t>(d->array.dims.size()); }
sluice_text dim_name(const D* d, std::int32_t i) {
    return past_end(d->array.dims, i) ? sluice_text{} : text_of(d->array.dims[static_cast<std::size_t>(i)].name);
}
std::int64_t dim_size(const D* d, std::int32_t i) {
    return past_end(d->array.dims, i) ? -1 : d->array.dims[static_cast<std::size_t>(i)].size;
}

std::int64_t loop_size(const D* d, sluice_text dim) {
    const auto found = find_dim(d->loop, view(dim));
    return found ? d->loop[*found].size : -1;
}

/// A view of an array of ours. Its pointers live in the arena of the description.
sluice_array view_of(const D* d, const Array& array, bool edges) {
    auto& names = d->arena.texts.emplace_back();
    auto& shape = d->arena.shapes.emplace_back();
    for (const auto& dim : array.dims()) {
        names.push_back(text_of(dim.name));
        shape.push_back(dim.size);
    }
    const void* values = array.data();
    if (array.dtype() == DType::string) {
        auto& labels = d->arena.texts.emplace_back();
        for (const auto& each : array.labels()) labels.push_back(text_of(each));
        values = labels.data();
    }
    return {static_cast<std::int32_t>(array.dtype()), static_cast<std::int32_t>(names.size()), names.data(), shape.data(),
            values, text_of(array.unit().text()), edges ? 1 : 0};
}

/// A mask that rides with the data: dims without values.
sluice_array view_without_values(const D* d, const Mask& mask) {
    auto& names = d->arena.texts.emplace_back();
    auto& shape = d->arena.shapes.emplace_back();
    for (const auto& dim : mask.dims) {
        names.push_back(text_of(dim));
        const auto found = find_dim(d->array.dims, dim);
        shape.push_back(found ? d->array.dims[*found].size : 0);
    }
    return {SLUICE_BOOLEAN, static_cast<std::int32_t>(names.size()), names.data(), shape.data(), nullptr, text_of("1"), 0};
}

std::int32_t coordinate(const D* d, sluice_text coordinate_name, sluice_array* out) {
    const auto* found = d->array.coordinate(view(coordinate_name));
    if (!found || !found->values) return 0;
    *out = view_of(d, *found->values, found->edges);
    return 1;
}

std::int32_t coordinate_unit(const D* d, sluice_text which, sluice_text* out) {
    const auto found = d->coordinate_units.find(string_of(which));
    if (found == d->coordinate_units.end()) return 0;
    *out = text_of(found->second.text());
    return 1;
}

std::int32_t values(const D* d, sluice_array* out) {
    if (!d->value) return 0;
    *out = view_of(d, *d->value, false);
    return 1;
}

const Fact* find_fact(const D* d, sluice_text fact) {
    const auto found = d->array.facts.find(string_of(fact));
    return found == d->array.facts.end() ? nullptr : &found->second;
}

std::int32_t fact_number(const D* d, sluice_text fact, double* out, sluice_text* fact_unit) {
    const auto* found = find_fact(d, fact);
    const auto* value = found ? std::get_if<NumberFact>(found) : nullptr;
    if (!value) return 0;
    *out = value->value;
    *fact_unit = text_of(value->unit.text());
    return 1;
}

std::int32_t fact_text(const D* d, sluice_text fact, sluice_text* out) {
    const auto* found = find_fact(d, fact);
    const auto* value = found ? std::get_if<std::string>(found) : nullptr;
    if (!value) return 0;
    *out = text_of(*value);
    return 1;
}

std::int32_t fact_boolean(const D* d, sluice_text fact, std::int32_t* out) {
    const auto* found = find_fact(d, fact);
    const auto* value = found ? std::get_if<bool>(found) : nullptr;
    if (!value) return 0;
    *out = *value ? 1 : 0;
    return 1;
}

std::int32_t coordinate_at(const D* d, std::int32_t i, sluice_text* out_name, sluice_array* out) {
    if (past_end(d->array.coordinates, i)) return 0;
    const auto& found = d->array.coordinates[static_cast<std::size_t>(i)];
    *out_name = text_of(found.name);
    *out = view_of(d, *found.values, found.edges);
    return 1;
}

std::int32_t fact_at(const D* d, std::int32_t i, sluice_text* out_name, std::int32_t* out_dtype) {
    if (past_end(d->array.facts, i)) return 0;
    const auto& [fact_name, fact] = *std::next(d->array.facts.begin(), i);
    *out_name = text_of(fact_name);
    *out_dtype = std::holds_alternative<bool>(fact)          ? SLUICE_BOOLEAN
                 : std::holds_alternative<NumberFact>(fact) ? SLUICE_FLOAT64
                                                            : SLUICE_STRING;
    return 1;
}

std::int32_t mask_at(const D* d, std::int32_t i, sluice_text* out_name, sluice_array* out) {
    if (past_end(d->array.masks, i)) return 0;
    const auto& found = d->array.masks[static_cast<std::size_t>(i)];
    *out_name = text_of(found.name);
    *out = found.values ? view_of(d, *found.values, false) : view_without_values(d, found);
    return 1;
}

std::int32_t correlated_at(const D* d, std::int32_t i, sluice_text* dim) {
    if (past_end(d->array.correlated_over, i)) return 0;
    *dim = text_of(d->array.correlated_over[static_cast<std::size_t>(i)]);
    return 1;
}

double unit_factor(sluice_text from, sluice_text to) {
    try {
        return Unit::parse(view(from)).factor_to(Unit::parse(view(to)));
    } catch (const std::exception&) {
        return 0;
    }
}

// ---- what probe sets

/// Inherited coordinates stay only while they fit the dimensions.
bool fits(const Dims& dims, const Dims& part, bool edges) {
    for (std::size_t i = 0; i < part.size(); ++i) {
        const auto found = find_dim(dims, part[i].name);
        const Index extra = edges && i + 1 == part.size() ? 1 : 0;
        if (!found || dims[*found].size + extra != part[i].size) return false;
    }
    return true;
}

void set_dims(D* d, std::int32_t n, const sluice_text* names, const std::int64_t* shape) {
    d->array.dims.clear();
    for (std::int32_t i = 0; i < n; ++i) d->array.dims.push_back({string_of(names[i]), shape[i]});
    std::erase_if(d->array.coordinates,
                  [&](const Coordinate& c) { return !fits(d->array.dims, c.values->dims(), c.edges); });
}

Array array_from(const sluice_array& given, const std::string& array_name) {
    Description description;
    description.name = array_name;
    for (std::int32_t i = 0; i < given.rank; ++i) description.dims.push_back({string_of(given.dims[i]), given.shape[i]});
    description.unit = Unit::parse(view(given.unit));
    description.dtype = static_cast<DType>(given.dtype);
    const Index count = volume(description.dims);
    if (description.dtype == DType::string) {
        std::vector<std::string> labels;
        for (Index i = 0; i < count; ++i) labels.push_back(string_of(static_cast<const sluice_text*>(given.values)[i]));
        return Array::of_labels(array_name, description.dims, std::move(labels));
    }
    const Index bytes = count * size_of(description.dtype);
    return Array(description, Buffer::copy_of({static_cast<const std::byte*>(given.values), static_cast<std::size_t>(bytes)}));
}

void set_label(D* d, sluice_text text) { d->array.name = string_of(text); }
void set_dtype(D* d, std::int32_t code) { d->array.dtype = static_cast<DType>(code); }
void set_unit(D* d, sluice_text text) { d->array.unit = Unit::parse(view(text)); }
void set_variances(D* d, std::int32_t yes) { d->array.variances = yes != 0; }

void drop_coordinate(D* d, sluice_text which) {
    std::erase_if(d->array.coordinates, [&](const Coordinate& c) { return c.name == view(which); });
    d->dropped_coordinates.push_back(string_of(which));
}

void set_coordinate(D* d, sluice_text which, const sluice_array* given) {
    auto array = std::make_shared<const Array>(array_from(*given, string_of(which)));
    std::erase_if(d->array.coordinates, [&](const Coordinate& c) { return c.name == view(which); });
    d->array.coordinates.push_back({string_of(which), given->edges != 0, std::move(array)});
}

void set_mask(D* d, sluice_text which, const sluice_array* given) {
    Mask mask{string_of(which), {}, nullptr};
    for (std::int32_t i = 0; i < given->rank; ++i) mask.dims.push_back(string_of(given->dims[i]));
    if (given->values) mask.values = std::make_shared<const Array>(array_from(*given, mask.name));
    d->array.masks.push_back(std::move(mask));
}

void set_correlated_over(D* d, sluice_text dim) { d->array.correlated_over.push_back(string_of(dim)); }

void set_fact_number(D* d, sluice_text which, double value, sluice_text fact_unit) {
    d->array.facts[string_of(which)] = NumberFact{value, Unit::parse(view(fact_unit))};
}
void set_fact_text(D* d, sluice_text which, sluice_text value) { d->array.facts[string_of(which)] = string_of(value); }
void set_fact_boolean(D* d, sluice_text which, std::int32_t value) { d->array.facts[string_of(which)] = value != 0; }
void drop_fact(D* d, sluice_text which) { d->array.facts.erase(string_of(which)); }

void select(D* d, sluice_text dim, std::int64_t begin, std::int64_t step, std::int64_t count) {
    d->selection = Selection{string_of(dim), begin, step, count};
}

}  // namespace

void note_exception(const sluice_description* description) {
    if (!description->refused.empty()) return;
    try {
        throw;
    } catch (const std::exception& error) {
        description->refused = error.what();
    } catch (...) {
        description->refused = "unknown";
    }
}

void fill_description_functions(sluice_host& table) {
    table.present = Guarded<present>::call;
    table.name = Guarded<name>::call;
    table.label = Guarded<label>::call;
    table.dtype = Guarded<dtype>::call;
    table.unit = Guarded<unit>::call;
    table.variances = Guarded<variances>::call;
    table.rank = Guarded<rank>::call;
    table.dim_name = Guarded<dim_name>::call;
    table.dim_size = Guarded<dim_size>::call;
    table.loop_size = Guarded<loop_size>::call;
    table.coordinate = Guarded<coordinate>::call;
    table.coordinate_unit = Guarded<coordinate_unit>::call;
    table.values = Guarded<values>::call;
    table.fact_number = Guarded<fact_number>::call;
    table.fact_text = Guarded<fact_text>::call;
    table.fact_boolean = Guarded<fact_boolean>::call;
    table.coordinate_at = Guarded<coordinate_at>::call;
    table.fact_at = Guarded<fact_at>::call;
    table.mask_at = Guarded<mask_at>::call;
    table.correlated_at = Guarded<correlated_at>::call;
    table.unit_factor = unit_factor;
    table.set_dims = Guarded<set_dims>::call;
    table.set_label = Guarded<set_label>::call;
    table.set_dtype = Guarded<set_dtype>::call;
    table.set_unit = Guarded<set_unit>::call;
    table.set_variances = Guarded<set_variances>::call;
    table.set_coordinate = Guarded<set_coordinate>::call;
    table.drop_coordinate = Guarded<drop_coordinate>::call;
    table.set_mask = Guarded<set_mask>::call;
    table.set_correlated_over = Guarded<set_correlated_over>::call;
    table.set_fact_number = Guarded<set_fact_number>::call;
    table.set_fact_text = Guarded<set_fact_text>::call;
    table.set_fact_boolean = Guarded<set_fact_boolean>::call;
    table.drop_fact = Guarded<drop_fact>::call;
    table.select = Guarded<select>::call;
}

}  // namespace sluice
