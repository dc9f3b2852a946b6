// SPDX-License-Identifier: BSD-3-Clause
// The rules of core dims: their own names, those that a recipe binds or a parameter gives, packs, "...", presence by parameter.
#include "binding.hpp"

#include "report.hpp"

namespace sluice {
namespace {

bool has_all(const DimNames& dims, const DimNames& part) {
    return std::all_of(part.begin(), part.end(), [&](const auto& each) { return contains(dims, each); });
}

/// A parameter that asks for something: not null, false or 0.
bool given(const Json& value) { return !value.is_null() && value != false && value != 0; }

std::string first_repeated(const DimNames& dims) {
    for (auto dim = dims.begin(); dim != dims.end(); ++dim)
        if (std::find(dims.begin(), dim, *dim) != dim) return *dim;
    return "";
}

}  // namespace

std::string text_of(const TextOrParameter& either, const ParameterLookup& parameter) {
    if (either.parameter.empty()) return either.text;
    const Json* value = parameter(either.parameter);
    return value && value->is_string() ? value->get<std::string>() : "";
}

BoundPort CoreBinding::bind(const InputPort& port, const DimNames& dims) {
    BoundPort out;
    for (const auto& dim : port.core) {
        if (!dim.from_parameter.empty() && !parameter_(dim.from_parameter)) {
            out = {};
            out.known = false;
            return out;
        }
        const auto data = data_dims(dim, dims);
        if (!data) {
            out = {};
            out.missing = &dim;
            return out;
        }
        out.core.push_back({dim.name, dim.pack ? *data : DimNames{dim.name}, *data});
        out.data.insert(out.data.end(), data->begin(), data->end());
    }
    for (std::size_t i = 0; i < port.core.size(); ++i) of_inputs_.emplace(port.core[i].name, out.core[i]);
    for (const auto& each : dims)
        if (!contains(out.data, each)) out.loop.push_back(each);
    out.twice = first_repeated(out.data);
    return out;
}

/// Of a reduce those that follow the one it runs over.
std::optional<DimNames> CoreBinding::all_dims(const DimNames& dims) const {
    if (manifest_.kind != PluginKind::reduce) return dims;
    const auto at = std::find(dims.begin(), dims.end(), over_);
    return at == dims.end() ? std::nullopt : std::optional(DimNames(at + 1, dims.end()));
}

std::optional<DimNames> CoreBinding::data_dims(const CoreDim& dim, const DimNames& dims) const {
    static const DimNames all{"..."};
    std::vector<DimNames> forms{{dim.name}};
    if (dim.pack && dim.name != "...") forms = manifest_.packs.at(dim.name);
    if (!dim.from_parameter.empty()) forms = {{text_of({"", dim.from_parameter}, parameter_)}};
    else if (const auto own = bound_.find(dim.name); own != bound_.end()) forms = {own->second};
    const auto found = std::find_if(forms.begin(), forms.end(), [&](const auto& form) { return form == all || has_all(dims, form); });
    if (found == forms.end()) return std::nullopt;
    return *found == all ? all_dims(dims) : std::optional(*found);
}

std::string CoreBinding::needed(const CoreDim& dim) const {
    if (!dim.from_parameter.empty())
        return "dimension " + in_quotes(text_of({"", dim.from_parameter}, parameter_)) + " that parameter " + in_quotes(dim.from_parameter) + " names";
    if (const auto own = bound_.find(dim.name); own != bound_.end())
        return "dimension " + to_text(own->second) + " that \"core\" binds " + in_quotes(dim.name) + " to";
    if (!dim.pack) return "dimension " + in_quotes(dim.name);
    if (dim.name == "...") return "dimension " + in_quotes(over_);
    std::vector<std::string> forms;
    for (const auto& form : manifest_.packs.at(dim.name)) forms.push_back(to_text(form));
    return "dimensions " + join(forms, ", ", " or ");
}

std::optional<BoundDim> CoreBinding::of_output(const CoreDim& dim) const {
    std::string name = dim.name;
    if (!dim.by_parameter.empty()) {
        const auto named = dim.names.find(text_of({"", dim.by_parameter}, parameter_));
        if (named == dim.names.end()) return std::nullopt;
        name = named->second;
    }
    if (!dim.when_parameter.empty()) {
        const Json* value = parameter_(dim.when_parameter);
        if (!value) return std::nullopt;
        if (!given(*value)) return BoundDim{};
    }
    if (const auto found = of_inputs_.find(name); found != of_inputs_.end()) return found->second;
    if (dim.pack) return std::nullopt;
    if (!dim.from_parameter.empty()) {
        const Json* value = parameter_(dim.from_parameter);
        if (!value) return std::nullopt;
        if (!value->is_string()) return BoundDim{};   // null: not there
        return BoundDim{name, {name}, {value->get<std::string>()}};
    }
    const auto own = bound_.find(name);
    return BoundDim{name, {name}, own == bound_.end() ? DimNames{name} : own->second};
}

std::string to_text(const DimNames& dims) { return "[" + join(dims, ", ", ", ") + "]"; }

}  // namespace sluice
