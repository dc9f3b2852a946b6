// SPDX-License-Identifier: BSD-3-Clause
// The type rules of the four kinds of plugin, on names of dimensions.
#include "types.hpp"

#include <sluice/host/error.hpp>

#include "unit_expression.hpp"

namespace sluice {
namespace {

void append_new(DimNames& dims, const DimNames& more) {
    for (const auto& each : more)
        if (!contains(dims, each)) dims.push_back(each);
}

class Inference {
public:
    Inference(const StepDraft& step, ArrayTypes& types, Report& report)
        : step_(step), manifest_(*step.manifest), types_(types), report_(report), over_(text_of(manifest_.over, lookup())) {}

    void run() {
        check_binding();
        for (const auto& port : manifest_.inputs)
            if (const auto in = step_.inputs.find(port.name); in != step_.inputs.end()) take_input(port, in->second);
        for (const auto& parameter : manifest_.per_item_parameters())
            if (const auto given = step_.per_item.find(parameter); given != step_.per_item.end())
                take_per_item(parameter, given->second);
        check_over_found();
        check_core_and_loop();
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
        const std::string& wanted = port.unit.text;
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
        const auto bound = binding_.bind(port, dims);
        if (!bound.known) return void(dims_known_ = false);
        if (bound.missing) return report_missing(port, from, *bound.missing, dims);
        if (!bound.twice.empty())
            fault("dims-mismatch", step_.core.empty() ? at_input(port) : step_.pointer + "/core",
                  "two core dimensions of input " + in_quotes(port.name) + " are bound to " + in_quotes(bound.twice) + ".");
        if (port.is_static && !bound.loop.empty())
            fault("dims-mismatch", at_input(port), what(port, from) + " has the dimensions " + to_text(dims) +
                                                       "; it must be the same for all items, so " + to_text(bound.loop) + " cannot be there.");
        if (port.described) return;
        if (contains(dims, over_)) over_found_ = true;
        append_new(loop_, bound.loop);
        if (first_dims_.empty()) first_dims_ = dims;
        seen_.push_back({what(port, from), at_input(port), dims, bound.data});
    }

    void report_missing(const InputPort& port, const Reference& from, const CoreDim& dim, const DimNames& dims) {
        if (dim.name == "...") {
            if (!over_.empty()) report_over({what(port, from), at_input(port), dims});
            return;
        }
        const std::string begin = what(port, from) + " has the dimensions " + to_text(dims) + ", but not the " + binding_.needed(dim) + ".";
        if (!dim.from_parameter.empty()) {
            const auto wanted = text_of({"", dim.from_parameter}, lookup());
            return fault("dims-mismatch", step_.pointer + "/with/" + dim.from_parameter, begin + did_you_mean(wanted, dims));
        }
        const bool bound = step_.core.contains(dim.name);
        fault("dims-mismatch", bound ? step_.pointer + "/core/" + dim.name : at_input(port), begin +
                  (dim.pack || dims.empty() ? "" : " Bind it to one that is there, such as \"core\": {\"" + dim.name + "\": \"" +
                                                       dims.back() + "\"}, or feed another array."));
    }

    void check_binding() {
        std::vector<std::string> names, packs;
        const auto take = [&](const std::vector<CoreDim>& core) {
            for (const auto& dim : core)
                if (dim.name != "..." && dim.from_parameter.empty()) (dim.pack ? packs : names).push_back(dim.name);
            for (const auto& dim : core)
                for (const auto& [value, name] : dim.names) names.push_back(name);
        };
        for (const auto& port : manifest_.inputs) take(port.core);
        for (const auto& port : manifest_.outputs) take(port.core);
        std::erase(names, "");
        std::vector<std::string> all = names;
        append_new(all, packs);
        for (const auto& [name, dims] : step_.core) {
            const std::string at = join_pointer(step_.pointer + "/core", name);
            if (!contains(all, name)) {
                faulty_ = true;
                report_.add_at_key("unknown-key", at, step_.subject + ": there is no core dimension " + in_quotes(name) + "." +
                                                          did_you_mean(name, all));
            } else if (dims.size() != 1 && contains(names, name)) {
                fault("dims-mismatch", at, "core dimension " + in_quotes(name) + " takes one dimension, not " + to_text(dims) + ".");
            }
        }
    }

    void take_per_item(const std::string& parameter, const Reference& from) {
        const ArrayType& type = known(from);
        const std::string wanted = manifest_.unit_of_parameter(parameter).text;
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
        DimNames dims, core = {};
    };

    void check_over_found() {
        if (over_.empty() || over_found_ || !dims_known_ || faulty_ || !step_.sound || seen_.empty()) return;
        report_over(seen_.front());
    }
    void report_over(const Seen& seen) {
        const bool given = !manifest_.over.parameter.empty();
        const std::string pointer = given ? step_.pointer + "/with/" + manifest_.over.parameter : seen.pointer;
        fault("dims-mismatch", pointer, "it runs over " + in_quotes(over_) + ", but " + seen.what + " has the dimensions " +
                                            to_text(seen.dims) + "." + (given ? did_you_mean(over_, seen.dims) : ""));
    }

    /// What one input holds whole in each item, another must not loop over.
    void check_core_and_loop() {
        for (const auto& seen : seen_)
            for (const auto& dim : seen.core)
                if (contains(loop_, dim) && !faulty_)
                    fault("dims-mismatch", seen.pointer, seen.what + " has " + in_quotes(dim) + " as a core dimension, but the step loops over it for another input.");
    }

    // ---- outputs

    [[nodiscard]] ParameterLookup lookup() const {
        return [this](const std::string& name) {
            return step_.arguments.knows(name) ? &member(step_.arguments.with, name) : nullptr;
        };
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
        if (manifest_.kind == PluginKind::source && port.core.empty()) return source_dims(port);
        if (!dims_known_ || (manifest_.kind == PluginKind::reduce && over_.empty())) return std::nullopt;
        if (manifest_.selects) return first_dims_;
        DimNames dims = loop_;
        std::erase(dims, over_);
        for (const auto& dim : port.core) {
            const auto more = binding_.of_output(dim);
            if (!more) return std::nullopt;
            dims.insert(dims.end(), more->data.begin(), more->data.end());
        }
        return dims;
    }

    [[nodiscard]] std::optional<DimNames> source_dims(const OutputPort& port) const {
        const Json* list = port.dims_from.empty() ? nullptr : lookup()(port.dims_from);
        if (!list) return std::nullopt;
        if (list->is_string()) return DimNames{list->get<std::string>()};
        if (!list->is_array()) return std::nullopt;
        DimNames dims;
        for (const auto& each : *list)
            if (each.is_string()) dims.push_back(each.get<std::string>());
        return dims;
    }

    [[nodiscard]] std::optional<Unit> output_unit(const OutputPort& port) const {
        const std::string text = text_of(port.unit, lookup());
        if (text.empty()) return std::nullopt;
        if (!port.unit.parameter.empty()) return Unit::parse(text);
        return evaluate_unit(text, [&](const std::string& name) { return unit_of(name); });
    }
    /// Of an input or of a coordinate, as the plugin meets it.
    [[nodiscard]] std::optional<Unit> unit_of(const std::string& name) const {
        const InputPort* port = manifest_.input(name);
        WantedUnit declared = port ? port->unit : WantedUnit();
        for (const auto& each : manifest_.inputs)
            for (const auto& coordinate : each.coordinates)
                if (!port && coordinate.name == name) declared = coordinate.unit;
        if (!declared.text.empty() && declared.converted) return Unit::parse(declared.text);
        const auto in = step_.inputs.find(name);
        return in == step_.inputs.end() ? std::nullopt : known(in->second).unit;
    }

    [[nodiscard]] std::string output_dtype(const OutputPort& port) const {
        if (port.same_dtype.empty()) return port.dtype;
        const auto in = step_.inputs.find(port.same_dtype);
        return in == step_.inputs.end() ? "" : known(in->second).dtype;
    }
    [[nodiscard]] std::optional<bool> output_variances(const OutputPort& port) const {
        if (port.variances == "never" || port.variances == "always") return port.variances == "always";
        if (port.variances_if.empty()) return std::nullopt;
        const auto in = step_.inputs.find(port.variances_if);
        return in == step_.inputs.end() ? std::optional(false) : known(in->second).variances;
    }

    const StepDraft& step_;
    const Manifest& manifest_;
    ArrayTypes& types_;
    Report& report_;
    const std::string over_;   ///< reduce: the dimension; "" when not known
    CoreBinding binding_{manifest_, step_.core, over_, lookup()};
    DimNames loop_, first_dims_;
    std::vector<Seen> seen_;
    bool dims_known_ = true, over_found_ = false, faulty_ = false;
};

}  // namespace

void infer_types(const StepDraft& step, ArrayTypes& types, Report& report) {
    if (step.manifest) Inference(step, types, report).run();
}

}  // namespace sluice
