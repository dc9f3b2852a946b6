// SPDX-License-Identifier: BSD-3-Clause
// The type rules of the four kinds of plugin, on names of dimensions.
#include "types.hpp"

#include <algorithm>

#include <sluice/host/error.hpp>

#include "unit_expression.hpp"

namespace sluice {
namespace {

bool has(const DimNames& dims, const std::string& name) { return std::find(dims.begin(), dims.end(), name) != dims.end(); }

void append_new(DimNames& dims, const DimNames& more) {
    for (const auto& each : more)
        if (!has(dims, each)) dims.push_back(each);
}

class Inference {
public:
    Inference(const StepDraft& step, ArrayTypes& types, Report& report)
        : step_(step), manifest_(*step.manifest), types_(types), report_(report) {}

    void run() {
        check_binding();
        over_ = parameter_or_text(manifest_.over);
        for (const auto& port : manifest_.inputs)
            if (const auto in = step_.inputs.find(port.name); in != step_.inputs.end()) take_input(port, in->second);
        for (const auto& [parameter, reference] : step_.per_item) take_per_item(parameter, reference);
        check_over_found();
        if (!step_.sound) return;
        for (const auto& port : manifest_.outputs)
            if (!faulty_) give_output(port);
    }

private:
    // ---- inputs

    void take_input(const InputPort& port, const Reference& from) {
        const ArrayType& type = known(from);
        check_unit(port, from, type);
        check_dtype(port, from, type);
        if (port.variances == "required" && type.variances == false)
            fault("missing-variances", at_input(port), what(port, from) + " has no variances, which it needs.");
        if (type.dims) take_dims(port, from, *type.dims);
        else dims_known_ = false;
    }

    [[nodiscard]] const ArrayType& known(const Reference& from) const {
        static const ArrayType nothing;
        const auto found = types_.find({from.step, from.port});
        return found == types_.end() ? nothing : found->second;
    }
    [[nodiscard]] std::string at_input(const InputPort& port) const { return step_.pointer + "/in/" + port.name; }
    static std::string what(const InputPort& port, const Reference& from) {
        return "input " + in_quotes(port.name) + " from " + in_quotes(from.step + "." + from.port);
    }
    void fault(const std::string& code, const std::string& pointer, const std::string& message) {
        faulty_ = true;
        report_.add(code, pointer, step_.subject + ": " + message);
    }

    void check_unit(const InputPort& port, const Reference& from, const ArrayType& type) {
        const std::string wanted = port.unit.starts_with("like:") ? port.unit.substr(5) : port.unit;
        if (wanted.empty() || !type.unit || type.unit->convertible_to(Unit::parse(wanted))) return;
        fault("unit-mismatch", at_input(port), what(port, from) + " has the unit " + in_quotes(type.unit->text()) +
                                                   "; one that converts to " + in_quotes(wanted) + " is needed.");
    }

    void check_dtype(const InputPort& port, const Reference& from, const ArrayType& type) {
        if (type.dtype.empty()) return;
        const bool real = type.dtype != "complex128" && type.dtype != "string";
        if (port.dtype == "boolean" ? type.dtype == "boolean" : real) return;
        fault("dtype-mismatch", at_input(port), what(port, from) + " is " + type.dtype + "; it must be " +
                                                    (port.dtype == "boolean" ? "boolean." : "real numbers."));
    }

    void take_dims(const InputPort& port, const Reference& from, const DimNames& dims) {
        const auto core = bind_core(port, from, dims);
        if (!core) return;
        check_core_once(port, *core);
        if (!over_.empty() && has(dims, over_)) over_found_ = true;
        DimNames loop;
        for (const auto& each : dims)
            if (!has(*core, each)) loop.push_back(each);
        if (port.is_static && !loop.empty())
            fault("dims-mismatch", at_input(port), what(port, from) + " has the dimensions " + to_text(dims) +
                                                       "; it must be the same for all items, so " + to_text(loop) + " cannot be there.");
        if (port.described) return;
        append_new(loop_, loop);
        if (first_dims_.empty()) first_dims_ = dims;
        seen_.push_back({what(port, from), at_input(port), dims});
    }

    /// The data's own dims that the port's core dims stand for. nullopt: a fault, or not known.
    std::optional<DimNames> bind_core(const InputPort& port, const Reference& from, const DimNames& dims) {
        DimNames core;
        for (const auto& dim : port.core) {
            const auto bound = dim.name == "..." ? rest_of(dims) : dim.pack ? bind_pack(dim, dims) : bind_one(dim, dims);
            if (!bound) {
                if (dim.name != "..." || !over_.empty()) report_unbound(port, from, dim, dims);
                return std::nullopt;
            }
            core.insert(core.end(), bound->begin(), bound->end());
            bound_[dim.name] = *bound;
        }
        return core;
    }

    /// "...": all dims; of a reduce those that follow the one it runs over.
    [[nodiscard]] std::optional<DimNames> rest_of(const DimNames& dims) const {
        if (manifest_.kind != PluginKind::reduce) return dims;
        const auto at = std::find(dims.begin(), dims.end(), over_);
        return at == dims.end() ? std::nullopt : std::optional(DimNames(at + 1, dims.end()));
    }
    [[nodiscard]] std::optional<DimNames> bind_one(const CoreDim& dim, const DimNames& dims) const {
        const auto own = step_.core.find(dim.name);
        const std::string name = own == step_.core.end() ? dim.name : own->second.front();
        return has(dims, name) ? std::optional(DimNames{name}) : std::nullopt;
    }
    [[nodiscard]] std::optional<DimNames> bind_pack(const CoreDim& dim, const DimNames& dims) const {
        const auto fits = [&](const DimNames& form) {
            return std::all_of(form.begin(), form.end(), [&](const auto& each) { return has(dims, each); });
        };
        if (const auto own = step_.core.find(dim.name); own != step_.core.end())
            return fits(own->second) ? std::optional(own->second) : std::nullopt;
        const auto& forms = manifest_.packs.at(dim.name);
        const auto found = std::find_if(forms.begin(), forms.end(), fits);
        return found == forms.end() ? std::nullopt : std::optional(*found);
    }

    void report_unbound(const InputPort& port, const Reference& from, const CoreDim& dim, const DimNames& dims) {
        if (dim.name == "...") {
            report_over({what(port, from), at_input(port), dims});
            return;
        }
        const bool bound = step_.core.contains(dim.name);
        fault("dims-mismatch", bound ? step_.pointer + "/core/" + dim.name : at_input(port),
              what(port, from) + " has the dimensions " + to_text(dims) + ", but not the " + needed(dim) + "." +
                  (dim.pack || dims.empty() ? "" : " Bind it to one that is there, such as \"core\": {\"" + dim.name + "\": \"" +
                                                       dims.back() + "\"}, or feed another array."));
    }
    [[nodiscard]] std::string needed(const CoreDim& dim) const {
        if (const auto own = step_.core.find(dim.name); own != step_.core.end())
            return "dimension " + to_text(own->second) + " that \"core\" binds " + in_quotes(dim.name) + " to";
        if (!dim.pack) return "dimension " + in_quotes(dim.name);
        std::vector<std::string> forms;
        for (const auto& form : manifest_.packs.at(dim.name)) forms.push_back(to_text(form));
        return "dimensions " + join(forms, ", ", " or ");
    }

    void check_core_once(const InputPort& port, const DimNames& core) {
        for (std::size_t i = 0; i < core.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (core[i] == core[j])
                    fault("dims-mismatch", step_.core.empty() ? at_input(port) : step_.pointer + "/core",
                          "two core dimensions of input " + in_quotes(port.name) + " are bound to " + in_quotes(core[i]) + ".");
    }

    void check_binding() {
        std::vector<std::string> names, packs;
        for (const auto& port : manifest_.inputs)
            for (const auto& dim : port.core)
                if (dim.name != "...") (dim.pack ? packs : names).push_back(dim.name);
        std::vector<std::string> all = names;
        append_new(all, packs);
        for (const auto& [name, dims] : step_.core) {
            const std::string at = join_pointer(step_.pointer + "/core", name);
            if (!has(all, name)) {
                faulty_ = true;
                report_.add_at_key("unknown-key", at, step_.subject + ": there is no core dimension " + in_quotes(name) + "." +
                                                          did_you_mean(name, all));
            } else if (dims.size() != 1 && has(names, name)) {
                fault("dims-mismatch", at, "core dimension " + in_quotes(name) + " takes one dimension, not " + to_text(dims) + ".");
            }
        }
    }

    void take_per_item(const std::string& parameter, const Reference& from) {
        const ArrayType& type = known(from);
        const Json& property = member(member(manifest_.parameters, "properties"), parameter);
        const std::string wanted = property.value("unit", "");
        if (!wanted.empty() && type.unit && !type.unit->convertible_to(Unit::parse(wanted)))
            fault("unit-mismatch", join_pointer(step_.pointer + "/with", parameter),
                  "parameter " + in_quotes(parameter) + " from " + in_quotes(from.step + "." + from.port) + " has the unit " +
                      in_quotes(type.unit->text()) + "; one that converts to " + in_quotes(wanted) + " is needed.");
        if (type.dims) append_new(loop_, *type.dims);
        else dims_known_ = false;
    }

    // ---- the dimension that a reduce runs over

    struct Seen {
        std::string what, pointer;
        DimNames dims;
    };

    void check_over_found() {
        if (over_.empty() || over_found_ || !dims_known_ || faulty_ || !step_.sound || seen_.empty()) return;
        report_over(seen_.front());
    }
    void report_over(const Seen& seen) {
        const bool given = manifest_.over.starts_with("from:");
        const std::string pointer = given ? step_.pointer + "/with/" + manifest_.over.substr(5) : seen.pointer;
        fault("dims-mismatch", pointer, "it runs over " + in_quotes(over_) + ", but " + seen.what + " has the dimensions " +
                                            to_text(seen.dims) + "." + (given ? did_you_mean(over_, seen.dims) : ""));
    }

    // ---- outputs

    /// "text" as it is, "from:name" as the value of that parameter; "" when it is not known.
    [[nodiscard]] std::string parameter_or_text(const std::string& text) const {
        if (!text.starts_with("from:")) return text;
        const Json& value = parameter(text.substr(5));
        return value.is_string() ? value.get<std::string>() : "";
    }
    [[nodiscard]] const Json& parameter(const std::string& name) const {
        static const Json unknown;
        return step_.arguments.knows(name) ? member(step_.arguments.with, name) : unknown;
    }

    void give_output(const OutputPort& port) {
        ArrayType type{output_dims(port), output_unit(port), output_dtype(port), output_variances(port)};
        const DimNames dims = type.dims.value_or(DimNames());
        for (const auto& each : dims)
            if (std::count(dims.begin(), dims.end(), each) > 1) {
                fault("dims-mismatch", step_.pointer, "output " + in_quotes(port.name) + " would have the dimension " +
                                                          in_quotes(each) + " twice: " + to_text(dims) + ".");
                return;
            }
        types_[{step_.name, port.name}] = std::move(type);
    }

    [[nodiscard]] std::optional<DimNames> output_dims(const OutputPort& port) const {
        if (manifest_.kind == PluginKind::source) return source_dims(port);
        if (!dims_known_ || (manifest_.kind == PluginKind::reduce && over_.empty())) return std::nullopt;
        if (manifest_.selects) return first_dims_;
        DimNames dims = loop_;
        std::erase(dims, over_);
        for (const auto& dim : port.core) {
            const auto more = output_core(dim);
            if (!more) return std::nullopt;
            dims.insert(dims.end(), more->begin(), more->end());
        }
        return dims;
    }

    [[nodiscard]] std::optional<DimNames> source_dims(const OutputPort& port) const {
        if (port.dims_from.empty()) {
            DimNames dims;
            for (const auto& dim : port.core) dims.push_back(dim.name);
            return dims.empty() ? std::nullopt : std::optional(dims);
        }
        const Json& list = parameter(port.dims_from);
        if (list.is_string()) return DimNames{list.get<std::string>()};
        if (!list.is_array()) return std::nullopt;
        DimNames dims;
        for (const auto& each : list)
            if (each.is_string()) dims.push_back(each.get<std::string>());
        return dims;
    }

    [[nodiscard]] std::optional<DimNames> output_core(const CoreDim& dim) const {
        if (!dim.by_parameter.empty()) {
            const Json& value = parameter(dim.by_parameter);
            const auto named = value.is_string() ? dim.names.find(value.get<std::string>()) : dim.names.end();
            return named == dim.names.end() ? std::nullopt : std::optional(DimNames{named->second});
        }
        if (!dim.when_parameter.empty()) {
            if (!step_.arguments.knows(dim.when_parameter)) return std::nullopt;
            const Json& value = parameter(dim.when_parameter);
            const bool given = !value.is_null() && value != false && value != 0;
            return given ? DimNames{dim.name} : DimNames{};
        }
        if (const auto bound = bound_.find(dim.name); bound != bound_.end()) return bound->second;
        if (dim.pack || dim.name == "...") return std::nullopt;
        return DimNames{dim.name};
    }

    [[nodiscard]] std::optional<Unit> output_unit(const OutputPort& port) const {
        const std::string text = parameter_or_text(port.unit);
        if (text.empty()) return std::nullopt;
        if (port.unit.starts_with("from:")) return Unit::parse(text);
        return evaluate_unit(text, [&](const std::string& name) { return unit_of(name); });
    }
    /// Of an input or of a coordinate, as the plugin meets it.
    [[nodiscard]] std::optional<Unit> unit_of(const std::string& name) const {
        const InputPort* port = manifest_.input(name);
        std::string declared = port ? port->unit : "";
        for (const auto& each : manifest_.inputs)
            for (const auto& coordinate : each.coordinates)
                if (!port && coordinate.name == name) declared = coordinate.unit;
        if (!declared.empty() && !declared.starts_with("like:")) return Unit::parse(declared);
        const auto in = step_.inputs.find(name);
        return in == step_.inputs.end() ? std::nullopt : known(in->second).unit;
    }

    [[nodiscard]] std::string output_dtype(const OutputPort& port) const {
        if (!port.dtype.starts_with("same:")) return port.dtype;
        const auto in = step_.inputs.find(port.dtype.substr(5));
        return in == step_.inputs.end() ? "" : known(in->second).dtype;
    }
    [[nodiscard]] std::optional<bool> output_variances(const OutputPort& port) const {
        if (port.variances == "never" || port.variances == "always") return port.variances == "always";
        if (!port.variances.starts_with("if:")) return std::nullopt;
        const auto in = step_.inputs.find(port.variances.substr(3));
        return in == step_.inputs.end() ? std::optional(false) : known(in->second).variances;
    }

    const StepDraft& step_;
    const Manifest& manifest_;
    ArrayTypes& types_;
    Report& report_;
    std::string over_;                          ///< reduce: the dimension; "" when not known
    std::map<std::string, DimNames> bound_;     ///< core dim -> the data's dims
    DimNames loop_, first_dims_;
    std::vector<Seen> seen_;
    bool dims_known_ = true, over_found_ = false, faulty_ = false;
};

}  // namespace

void infer_types(const StepDraft& step, ArrayTypes& types, Report& report) {
    if (step.manifest) Inference(step, types, report).run();
}

std::string to_text(const DimNames& dims) { return "[" + join(dims, ", ", ", ") + "]"; }

}  // namespace sluice
