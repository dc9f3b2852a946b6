// SPDX-License-Identifier: BSD-3-Clause
// The inputs of a step.
#include "plan/inputs.hpp"

#include <cmath>
#include <limits>

#include <fmt/ranges.h>

#include "plan/node_tools.hpp"

namespace sluice {
namespace {

class InputBinder {
public:
    InputBinder(Graph& graph, Node& node, std::vector<std::string>& notes)
        : graph_(graph), node_(node), manifest_(*node.manifest), step_(*node.step), notes_(notes) {}

    void run() {
        node_.over = parameter_or_text(manifest_.over);
        for (const auto& port : manifest_.inputs) bind_input(port);
        const Json properties = manifest_.parameters.value("properties", Json::object());
        for (const auto& [name, property] : properties.items())
            if (manifest_.per_item(name)) bind_per_item(name, property);
        check_sizes();
        check_axes();
        check_agreement();
        find_loop();
    }

private:
    [[nodiscard]] std::string parameter_or_text(const std::string& text) const {
        return text.starts_with("from:") ? step_.with.value(text.substr(5), std::string()) : text;
    }
    static std::string what(const Operand& operand, const Reference& from) {
        return fmt::format("input '{}' from '{}.{}'", operand.port, from.step, from.port);
    }

    // ---- inputs

    void connect(Operand& operand, const Reference& from) {
        operand.connected = true;
        operand.node = graph_.index.at(from.step);
        const auto& outputs = graph_.node(operand.node).outputs;
        for (std::size_t i = 0; i < outputs.size(); ++i)
            if (outputs[i].declaration->name == from.port) operand.output = static_cast<int>(i);
        operand.description = outputs[static_cast<std::size_t>(operand.output)].description;
        operand.unit = operand.description.unit;
        operand.dtype = operand.description.dtype;
        operand.variances = operand.description.variances;
    }

    void bind_input(const InputPort& port) {
        auto& operand = node_.inputs.emplace_back();
        operand.port = port.name;
        operand.declaration = &port;
        const auto found = step_.inputs.find(port.name);
        if (found == step_.inputs.end()) return;
        connect(operand, found->second);
        bind_core(operand, port, found->second);
        bind_type(operand, port, found->second);
        bind_facts(operand, port, found->second);
        if (port.is_static && !operand.loop.empty())
            refuse(node_, ErrorKind::recipe, fmt::format("{} has the loop dimensions {}, but this input must be the same for all "
                                                  "items: reduce it first (mean, slice)", what(operand, found->second), operand.loop));
    }

    void bind_core(Operand& operand, const InputPort& port, const Reference& from) {
        const auto& dims = operand.description.dims;
        for (const auto& core : port.core) {
            for (auto& name : data_dims(core, dims)) {
                if (!find_dim(dims, name))
                    refuse(node_, ErrorKind::recipe,
                           fmt::format("{} has the dimensions {}; '{}' is needed. If it has another name there, say so: "
                                       "\"core\": {{\"{}\": \"<name>\"}}", what(operand, from), to_text(dims), name, core.name));
                operand.core_names.push_back(core.pack ? name : core.name);
                operand.core.push_back(std::move(name));
            }
        }
        for (const auto& dim : dims)
            if (!contains(operand.core, dim.name)) operand.loop.push_back(dim.name);
        for (const auto& name : operand.core) operand.core_shape.push_back(dims[*find_dim(dims, name)].size);
        for (const auto n : operand.core_shape) operand.count *= n;
    }

    [[nodiscard]] std::vector<std::string> data_dims(const CoreDim& core, const Dims& dims) const {
        if (const auto bound = step_.core.find(core.name); bound != step_.core.end()) return bound->second;
        if (!core.pack) return {core.name};
        if (core.name == "...") return rest_of(dims);
        const auto& candidates = manifest_.packs.at(core.name);
        for (const auto& candidate : candidates)
            if (std::all_of(candidate.begin(), candidate.end(), [&](const auto& name) { return find_dim(dims, name).has_value(); }))
                return candidate;
        return candidates.front();
    }
    /// "...": all dims; of a reduce those that follow the one it runs over.
    [[nodiscard]] std::vector<std::string> rest_of(const Dims& dims) const {
        std::vector<std::string> names;
        bool after = !node_.is_reduce();
        for (const auto& dim : dims) {
            if (after) names.push_back(dim.name);
            after = after || dim.name == node_.over;
        }
        return names;
    }

    void bind_type(Operand& operand, const InputPort& port, const Reference& from) {
        if (port.variances == "required" && !operand.variances)
            refuse(node_, ErrorKind::recipe, what(operand, from) + " has no variances, which this step needs");
        if (port.variances == "ignored") operand.variances = false;
        convert_unit(operand, port.unit, from);
        const bool labels = operand.dtype == DType::string || operand.dtype == DType::complex128;
        if (labels) refuse(node_, ErrorKind::recipe, fmt::format("{} is {}; real numbers are needed", what(operand, from), to_text(operand.dtype)));
        if (port.dtype == "boolean" && operand.dtype != DType::boolean)
            refuse(node_, ErrorKind::recipe, fmt::format("{} is {}; boolean is needed", what(operand, from), to_text(operand.dtype)));
        operand.adaption.to_float64 = operand.dtype != DType::float64 && (port.dtype == "real" || operand.adaption.factor != 1);
        if (operand.adaption.to_float64) operand.dtype = DType::float64;
        for (const auto& each : port.coordinates) bind_coordinate(operand, each, from);
    }

    void convert_unit(Operand& operand, const std::string& wanted, const Reference& from) {
        if (wanted.empty()) return;
        const bool like = wanted.starts_with("like:");
        const Unit unit = Unit::parse(like ? wanted.substr(5) : wanted);
        if (!operand.unit.convertible_to(unit))
            refuse(node_, ErrorKind::recipe, fmt::format("{} has the unit '{}'; one that converts to '{}' is needed", what(operand, from),
                                                  operand.unit.text(), unit.text()));
        if (like || operand.unit.same_as(unit)) return;
        operand.adaption.factor = operand.unit.factor_to(unit);
        note(fmt::format("{}: converted from {} to {}", what(operand, from), operand.unit.text(), unit.text()));
        operand.unit = unit;
    }

    void note(const std::string& sentence) { notes_.push_back(fmt::format("step '{}': {}", step_.name, sentence)); }

    void bind_coordinate(Operand& operand, const PortCoordinate& wanted, const Reference& from) {
        auto& out = operand.coordinates.emplace_back();
        out.name = wanted.name;
        const auto name = own_name_of_coordinate(operand, wanted.name);
        const auto* found = operand.description.coordinate(name);
        if (!found) {
            if (wanted.required)
                refuse(node_, ErrorKind::recipe, fmt::format("{} has no coordinate '{}', which this step needs", what(operand, from), name));
            return;
        }
        Array values = found->values->to_float64();
        if (!wanted.unit.empty()) values = in_unit(values, wanted, operand, from);
        if (found->edges) values = centres(values);
        out.present = true;
        order(out, operand, values);
        if (wanted.increasing) check_increasing(out, operand, name, from);
    }

    Array in_unit(const Array& values, const PortCoordinate& wanted, const Operand& operand, const Reference& from) {
        const bool like = wanted.unit.starts_with("like:");
        const Unit unit = Unit::parse(like ? wanted.unit.substr(5) : wanted.unit);
        if (!values.unit().convertible_to(unit))
            refuse(node_, ErrorKind::recipe, fmt::format("coordinate '{}' of {} has the unit '{}'; one that converts to '{}' is needed",
                                                  wanted.name, what(operand, from), values.unit().text(), unit.text()));
        if (like || values.unit().same_as(unit)) return values;
        note(fmt::format("coordinate '{}' of {}: converted from {} to {}", wanted.name, what(operand, from), values.unit().text(), unit.text()));
        return values.to_unit(unit);
    }

    static Array centres(const Array& edges) {
        auto dims = edges.dims();
        const Index n = dims.back().size - 1;
        const auto from = edges.as_float64();
        std::vector<double> values;
        for (std::size_t row = 0; row < from.size(); row += static_cast<std::size_t>(n + 1))
            for (std::size_t i = row; i < row + static_cast<std::size_t>(n); ++i) values.push_back((from[i] + from[i + 1]) / 2);
        dims.back().size = n;
        return Array::from(edges.description().name, dims, edges.unit().text(), values);
    }

    /// Loop dims first, then core dims in the plugin's order.
    static void order(CoordinateOperand& out, const Operand& operand, const Array& values) {
        std::vector<std::string> wanted;
        for (const auto& dim : operand.loop)
            if (find_dim(values.dims(), dim)) wanted.push_back(dim);
        out.count = 1;
        for (const auto& dim : operand.core) {
            const auto at = find_dim(values.dims(), dim);
            if (!at) continue;
            wanted.push_back(dim);
            out.count *= values.dims()[*at].size;
        }
        const Array ordered = values.transpose(wanted);
        out.dims = ordered.dims();
        out.unit = ordered.unit();
        out.values = ordered.as_float64();
    }

    void check_increasing(const CoordinateOperand& coordinate, const Operand& operand, const std::string& name, const Reference& from) const {
        const auto n = static_cast<std::size_t>(coordinate.count);
        for (std::size_t i = 1; i < coordinate.values.size(); ++i)
            if (i % n != 0 && !(coordinate.values[i] > coordinate.values[i - 1]))
                refuse(node_, ErrorKind::data, fmt::format("coordinate '{}' of {} must increase strictly, but has {:g} at index {} after {:g}. "
                                                    "Sort the data, and merge repeated points", name, what(operand, from),
                                                    coordinate.values[i], i % n, coordinate.values[i - 1]));
    }

    void bind_facts(Operand& operand, const InputPort& port, const Reference& from) const {
        const auto& facts = operand.description.facts;
        for (const auto& [fact, why] : port.forbids) {
            const auto found = facts.find(fact);
            const auto* no = found == facts.end() ? nullptr : std::get_if<bool>(&found->second);
            if (found == facts.end() || (no && !*no)) continue;
            const auto allow = port.unless.find(fact);
            if (allow != port.unless.end() && step_.with.value(allow->second, false)) continue;
            refuse(node_, ErrorKind::recipe, fmt::format("{} is marked '{}': {}{}", what(operand, from), fact, why,
                                                  allow == port.unless.end() ? "" : fmt::format(". Set {} to true to do it all the same", allow->second)));
        }
        for (const auto& [fact, why] : port.requires_)
            if (!facts.contains(fact)) refuse(node_, ErrorKind::recipe, fmt::format("{} lacks the fact '{}': {}", what(operand, from), fact, why));
    }

    void bind_per_item(const std::string& name, const Json& property) {
        auto& operand = node_.per_item.emplace_back();
        operand.port = name;
        const std::string unit = property.value("unit", "1");
        const auto found = step_.per_item.find(name);
        if (found == step_.per_item.end()) {
            const auto value = step_.with.value(name, Json(nullptr));
            operand.constant = value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
            return;
        }
        connect(operand, found->second);
        for (const auto& dim : operand.description.dims) operand.loop.push_back(dim.name);
        convert_unit(operand, unit, found->second);
        operand.adaption.to_float64 = operand.dtype != DType::float64;
        operand.dtype = DType::float64;
    }

    // ---- what must agree between inputs

    void check_sizes() const {
        std::map<std::string, std::pair<Index, std::string>> seen;   // by the data's name, and by the plugin's
        for_each_connected(node_, [&](const Operand& operand) {
            for (const auto& dim : operand.description.dims) {
                const auto [at, fresh] = seen.emplace(dim.name, std::pair(dim.size, operand.port));
                if (!fresh && at->second.first != dim.size)
                    refuse(node_, ErrorKind::recipe, fmt::format("dimension '{}' has {} elements in input '{}' and {} in input '{}': bring both onto "
                                                          "one grid first (interpolate)", dim.name, at->second.first, at->second.second,
                                                          dim.size, operand.port));
            }
        });
    }

    /// The axes of shared dims (coordinates named like their dim) are the same points.
    void check_axes() const {
        std::map<std::string, std::pair<Array, std::string>> axes;
        for_each_connected(node_, [&](const Operand& operand) {
            for (const auto& dim : operand.description.dims) {
                const auto* axis = operand.description.coordinate(dim.name);
                if (!axis || axis->edges || axis->values->dims().size() != 1) continue;
                const auto [at, fresh] = axes.emplace(dim.name, std::pair(*axis->values, operand.port));
                if (!fresh) check_axis(dim.name, at->second.first, at->second.second, *axis->values, operand.port);
            }
        });
    }
    void check_axis(const std::string& dim, const Array& a, const std::string& port_a, const Array& b, const std::string& port_b) const {
        const auto differ = [&](Index i, const std::string& left, const std::string& right) {
            refuse(node_, ErrorKind::recipe, fmt::format("'{}' differs between input '{}' and input '{}': {} and {} at index {}. Bring both onto one "
                                                  "grid first (interpolate)", dim, port_a, port_b, left, right, i));
        };
        if (a.dtype() == DType::string || b.dtype() == DType::string) {
            if (a.dtype() != b.dtype()) differ(0, "text", "a number");
            for (std::size_t i = 0; i < a.labels().size(); ++i)
                if (a.labels()[i] != b.labels()[i]) differ(static_cast<Index>(i), a.labels()[i], b.labels()[i]);
            return;
        }
        const auto left = a.as_float64();
        const auto right = b.to_unit(a.unit()).as_float64();
        for (std::size_t i = 0; i < left.size(); ++i)
            if (std::abs(left[i] - right[i]) > 1e-9 * std::max(std::abs(left[i]), std::abs(right[i])))
                differ(static_cast<Index>(i), fmt::format("{:.10g} {}", left[i], a.unit().text()), fmt::format("{:.10g}", right[i]));
    }

    void check_agreement() const {
        for (const auto& fact : manifest_.agree) {
            std::map<std::string, std::string> values;   // value -> port
            for_each_connected(node_, [&](const Operand& operand) {
                const auto found = operand.description.facts.find(fact);
                if (found != operand.description.facts.end()) values.emplace(to_text(found->second), operand.port);
            });
            if (values.size() < 2) continue;
            const auto first = values.begin(), second = std::next(first);
            refuse(node_, ErrorKind::recipe, fmt::format("'{}' is {} in input '{}' and {} in input '{}': they must agree", fact, first->first,
                                                  first->second, second->first, second->second));
        }
    }

    void find_loop() {
        for_each_connected(node_, [&](const Operand& operand) {
            if (operand.declaration && (operand.declaration->is_static || operand.declaration->described)) return;
            for (const auto& dim : operand.description.dims)
                if (contains(operand.loop, dim.name) && !find_dim(node_.loop, dim.name)) node_.loop.push_back(dim);
        });
        if (node_.is_reduce() && !find_dim(node_.loop, node_.over))
            refuse(node_, ErrorKind::recipe, fmt::format("it runs over '{}', which its input does not have: the input has {}", node_.over, to_text(node_.loop)));
        for_each_connected(node_, [&](const Operand& operand) {   // no refusal later, in the middle of a run
            for (const auto& dim : node_.loop) {
                const bool collected = node_.is_reduce() && dim.name == node_.over && contains(operand.loop, dim.name);
                if (operand.variances && collected) refuse_over(operand, dim.name);
            }
            for (const auto& name : operand.core)
                if (operand.variances && operand.declaration) refuse_over(operand, name);
        });
        node_.halo_before = manifest_.halo_before;
        node_.halo_after = manifest_.halo_after;
    }
    void refuse_over(const Operand& operand, const std::string& dim) const {
        if (!contains(operand.description.correlated_over, dim)) return;
        refuse(node_, ErrorKind::recipe, fmt::format("the variances of input '{}' are correlated over '{}' (one array was used for all of its "
                                              "items), so they must not be combined over it as if they were independent. Reduce "
                                              "before that array enters", operand.port, dim));
    }

    Graph& graph_;
    Node& node_;
    const Manifest& manifest_;
    const Step& step_;
    std::vector<std::string>& notes_;
};

}  // namespace

void bind_inputs(Graph& graph, Node& node, std::vector<std::string>& notes) { InputBinder(graph, node, notes).run(); }

}  // namespace sluice
