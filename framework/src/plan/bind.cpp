// SPDX-License-Identifier: BSD-3-Clause
// From a step to a node.
#include "plan/bind.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sluice/host/fingerprint.hpp>

#include "plan/layout.hpp"
#include "recipe/unit_expression.hpp"

namespace sluice {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

class Binder {
public:
    Binder(Graph& graph, Node& node, const Evaluate& evaluate, std::vector<std::string>& notes)
        : graph_(graph), node_(node), manifest_(*node.manifest), step_(*node.step), evaluate_(evaluate), notes_(notes) {}

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
        for (auto& operand : node_.inputs) operand.view = port_view(operand);
        describe_outputs();
    }

private:
    [[noreturn]] void refuse(ErrorKind kind, const std::string& sentence) const {
        throw Error(kind, fmt::format("{}: {}", node_.state->where, sentence));
    }
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
            refuse(ErrorKind::recipe, fmt::format("{} has the loop dimensions {}, but this input must be the same for all "
                                                  "items: reduce it first (mean, slice)", what(operand, found->second), operand.loop));
    }

    void bind_core(Operand& operand, const InputPort& port, const Reference& from) {
        const auto& dims = operand.description.dims;
        for (const auto& core : port.core) {
            for (auto& name : data_dims(core, dims)) {
                if (!find_dim(dims, name))
                    refuse(ErrorKind::recipe,
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
            refuse(ErrorKind::recipe, what(operand, from) + " has no variances, which this step needs");
        if (port.variances == "ignored") operand.variances = false;
        convert_unit(operand, port.unit, from);
        const bool labels = operand.dtype == DType::string || operand.dtype == DType::complex128;
        if (labels) refuse(ErrorKind::recipe, fmt::format("{} is {}; real numbers are needed", what(operand, from), to_text(operand.dtype)));
        if (port.dtype == "boolean" && operand.dtype != DType::boolean)
            refuse(ErrorKind::recipe, fmt::format("{} is {}; boolean is needed", what(operand, from), to_text(operand.dtype)));
        operand.adaption.to_float64 = operand.dtype != DType::float64 && (port.dtype == "real" || operand.adaption.factor != 1);
        if (operand.adaption.to_float64) operand.dtype = DType::float64;
        for (const auto& each : port.coordinates) bind_coordinate(operand, each, from);
    }

    void convert_unit(Operand& operand, const std::string& wanted, const Reference& from) {
        if (wanted.empty()) return;
        const bool like = wanted.starts_with("like:");
        const Unit unit = Unit::parse(like ? wanted.substr(5) : wanted);
        if (!operand.unit.convertible_to(unit))
            refuse(ErrorKind::recipe, fmt::format("{} has the unit '{}'; one that converts to '{}' is needed", what(operand, from),
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
        const auto core = std::find(operand.core_names.begin(), operand.core_names.end(), wanted.name);
        const auto name = core == operand.core_names.end() ? wanted.name
                                                           : operand.core[static_cast<std::size_t>(core - operand.core_names.begin())];
        const auto* found = operand.description.coordinate(name);
        if (!found) {
            if (wanted.required)
                refuse(ErrorKind::recipe, fmt::format("{} has no coordinate '{}', which this step needs", what(operand, from), name));
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
            refuse(ErrorKind::recipe, fmt::format("coordinate '{}' of {} has the unit '{}'; one that converts to '{}' is needed",
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
                refuse(ErrorKind::data, fmt::format("coordinate '{}' of {} must increase strictly, but has {:g} at index {} after {:g}. "
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
            refuse(ErrorKind::recipe, fmt::format("{} is marked '{}': {}{}", what(operand, from), fact, why,
                                                  allow == port.unless.end() ? "" : fmt::format(". Set {} to true to do it all the same", allow->second)));
        }
        for (const auto& [fact, why] : port.requires_)
            if (!facts.contains(fact)) refuse(ErrorKind::recipe, fmt::format("{} lacks the fact '{}': {}", what(operand, from), fact, why));
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

    template <class F>
    void for_each_connected(const F& f) const {
        for (const auto& operand : node_.inputs)
            if (operand.connected) f(operand);
        for (const auto& operand : node_.per_item)
            if (operand.connected) f(operand);
    }

    void check_sizes() const {
        std::map<std::string, std::pair<Index, std::string>> seen;   // by the data's name, and by the plugin's
        for_each_connected([&](const Operand& operand) {
            for (const auto& dim : operand.description.dims) {
                const auto [at, fresh] = seen.emplace(dim.name, std::pair(dim.size, operand.port));
                if (!fresh && at->second.first != dim.size)
                    refuse(ErrorKind::recipe, fmt::format("dimension '{}' has {} elements in input '{}' and {} in input '{}': bring both onto "
                                                          "one grid first (interpolate)", dim.name, at->second.first, at->second.second,
                                                          dim.size, operand.port));
            }
        });
    }

    /// The axes of shared dims (coordinates named like their dim) are the same points.
    void check_axes() const {
        std::map<std::string, std::pair<Array, std::string>> axes;
        for_each_connected([&](const Operand& operand) {
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
            refuse(ErrorKind::recipe, fmt::format("'{}' differs between input '{}' and input '{}': {} and {} at index {}. Bring both onto one "
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
            for_each_connected([&](const Operand& operand) {
                const auto found = operand.description.facts.find(fact);
                if (found != operand.description.facts.end()) values.emplace(to_text(found->second), operand.port);
            });
            if (values.size() < 2) continue;
            const auto first = values.begin(), second = std::next(first);
            refuse(ErrorKind::recipe, fmt::format("'{}' is {} in input '{}' and {} in input '{}': they must agree", fact, first->first,
                                                  first->second, second->first, second->second));
        }
    }

    void find_loop() {
        for_each_connected([&](const Operand& operand) {
            if (operand.declaration && operand.declaration->is_static) return;
            for (const auto& dim : operand.description.dims)
                if (contains(operand.loop, dim.name) && !find_dim(node_.loop, dim.name)) node_.loop.push_back(dim);
        });
        if (node_.is_reduce() && !find_dim(node_.loop, node_.over))
            refuse(ErrorKind::recipe, fmt::format("it runs over '{}', which its input does not have: the input has {}", node_.over, to_text(node_.loop)));
        for_each_connected([&](const Operand& operand) {   // no refusal later, in the middle of a run
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
        refuse(ErrorKind::recipe, fmt::format("the variances of input '{}' are correlated over '{}' (one array was used for all of its "
                                              "items), so they must not be combined over it as if they were independent. Reduce "
                                              "before that array enters", operand.port, dim));
    }

    // ---- ports as the plugin sees them

    [[nodiscard]] Array renamed(const Array& array, const std::map<std::string, std::string>& names) const {
        Description description = array.description();
        for (auto& dim : description.dims)
            if (const auto found = names.find(dim.name); found != names.end()) dim.name = found->second;
        description.coordinates.clear();
        description.masks.clear();
        return array.dtype() == DType::string ? Array::of_labels(description.name, description.dims, array.labels())
                                              : array.with(std::move(description));
    }

    /// The core part under the plugin's names of dims.
    std::unique_ptr<sluice_description> port_view(Operand& operand) const {
        auto view = std::make_unique<sluice_description>();
        view->port = operand.port;
        view->present = operand.connected;
        if (!operand.connected) return view;
        const auto names = plugin_names(operand);
        auto& array = view->array;
        array.name = operand.description.name;
        array.dtype = operand.dtype;
        array.unit = operand.unit;
        array.variances = operand.variances;
        array.facts = operand.description.facts;
        for (std::size_t i = 0; i < operand.core.size(); ++i) array.dims.push_back({operand.core_names[i], operand.core_shape[i]});
        for (const auto& dim : operand.loop) view->loop.push_back(operand.description.dims[*find_dim(operand.description.dims, dim)]);
        for (const auto& each : operand.coordinates)
            if (each.present) view->coordinate_units.emplace(each.name, each.unit);
        for (const auto& each : operand.description.coordinates) {
            const auto& dims = each.values->dims();
            if (!std::all_of(dims.begin(), dims.end(), [&](const Dim& d) { return contains(operand.core, d.name); })) continue;
            const auto name = names.contains(each.name) ? names.at(each.name) : each.name;
            array.coordinates.push_back({name, each.edges, std::make_shared<const Array>(handed(operand, name, renamed(*each.values, names)))});
        }
        operand.fixed_mask = fixed_mask(operand);
        if (operand.fixed_mask) array.masks.push_back({"united", operand.core_names, operand.fixed_mask});
        if (operand.declaration->is_static)
            view->value = std::make_shared<const Array>(renamed(evaluate_(operand.node, operand.output).to_unit(operand.unit), names));
        return view;
    }
    /// A coordinate in the unit that plugin.json asks for.
    static Array handed(const Operand& operand, const std::string& name, Array values) {
        for (const auto& wanted : operand.declaration->coordinates)
            if (wanted.name == name && !wanted.unit.empty() && !wanted.unit.starts_with("like:")) return values.to_unit(Unit::parse(wanted.unit));
        return values;
    }
    static std::map<std::string, std::string> plugin_names(const Operand& operand) {
        std::map<std::string, std::string> names;
        for (std::size_t i = 0; i < operand.core.size(); ++i) names[operand.core[i]] = operand.core_names[i];
        return names;
    }

    // ---- outputs

    void describe_outputs() {
        node_.selects = manifest_.selects;
        for (const auto& port : manifest_.outputs) {
            auto& output = node_.outputs.emplace_back();
            output.declaration = &port;
            output.view = prefilled(port);
        }
        if (node_.library && node_.table().probe) probe();
        for (auto& output : node_.outputs) complete(output);
    }

    std::unique_ptr<sluice_description> prefilled(const OutputPort& port) {
        auto view = std::make_unique<sluice_description>();
        view->port = port.name;
        auto& array = view->array;
        array.name = port.name;
        const auto* first = first_input();
        if (first) array.facts = first->view->array.facts;
        for (const auto& core : port.core) add_core(array, core);
        for (const auto& operand : node_.inputs)
            if (operand.connected) inherit_core_coordinates(array, operand);
        if (port.dtype.starts_with("same:")) array.dtype = input(port.dtype.substr(5)).dtype;
        else if (!port.dtype.empty()) array.dtype = dtype_from_text(port.dtype);
        if (port.variances == "always") array.variances = true;
        if (port.variances.starts_with("if:")) array.variances = input(port.variances.substr(3)).variances;
        if (!port.unit.empty()) array.unit = unit_of(port);
        return view;
    }

    [[nodiscard]] const Operand* first_input() const {
        for (const auto& operand : node_.inputs)
            if (operand.connected && !operand.declaration->is_static) return &operand;
        return nullptr;
    }
    [[nodiscard]] const Operand& input(const std::string& port) const {
        for (const auto& operand : node_.inputs)
            if (operand.port == port) return operand;
        refuse(ErrorKind::plugin, fmt::format("plugin.json refers to input '{}', which it does not declare", port));
    }

    void add_core(Description& array, const CoreDim& core) const {
        if (!core.when_parameter.empty() && !given(step_.with.value(core.when_parameter, Json(nullptr)))) return;
        if (core.pack) {
            if (const auto* first = first_input())
                for (std::size_t i = 0; i < first->core.size(); ++i) array.dims.push_back({first->core_names[i], first->core_shape[i]});
            return;
        }
        std::string name = core.name;
        if (!core.by_parameter.empty()) {
            const auto value = step_.with.value(core.by_parameter, std::string());
            const auto found = core.names.find(value);
            if (found != core.names.end()) name = found->second;
        }
        for (const auto& operand : node_.inputs)
            for (std::size_t i = 0; i < operand.core_names.size(); ++i)
                if (operand.core_names[i] == name) return array.dims.push_back({name, operand.core_shape[i]});
        array.dims.push_back({name, unset});
    }
    static constexpr Index unset = -2;
    static bool given(const Json& value) { return !value.is_null() && value != Json(false) && value != Json(0); }

    static void inherit_core_coordinates(Description& array, const Operand& operand) {
        for (const auto& each : operand.view->array.coordinates) {
            if (array.coordinate(each.name) || each.values->dims().empty()) continue;
            const auto& dims = each.values->dims();
            if (std::all_of(dims.begin(), dims.end(), [&](const Dim& d) { return find_dim(array.dims, d.name).has_value(); }))
                array.coordinates.push_back(each);
        }
    }

    [[nodiscard]] Unit unit_of(const OutputPort& port) const {
        if (port.unit.starts_with("from:")) {
            const auto text = step_.with.value(port.unit.substr(5), Json(nullptr));
            return text.is_string() ? Unit::parse(text.get<std::string>()) : Unit();
        }
        const auto unit = evaluate_unit(port.unit, [&](const std::string& name) -> std::optional<Unit> {
            for (const auto& operand : node_.inputs) {
                if (operand.port == name && operand.connected) return operand.unit;
                for (const auto& coordinate : operand.coordinates)
                    if (coordinate.name == name && coordinate.present) return coordinate.unit;
            }
            return std::nullopt;
        });
        return unit.value_or(Unit());
    }

    void probe() {
        std::vector<const sluice_description*> in;
        std::vector<sluice_description*> out;
        std::vector<std::unique_ptr<sluice_description>> whole;   // a selecting plugin sees all dims
        for (const auto& operand : node_.inputs) {
            if (!node_.selects || !operand.connected) {
                in.push_back(operand.view.get());
                continue;
            }
            auto& view = whole.emplace_back(std::make_unique<sluice_description>());
            view->port = operand.port;
            view->array = operand.description;
            in.push_back(view.get());
        }
        for (const auto& output : node_.outputs) out.push_back(output.view.get());
        node_.needs = {};
        node_.needs.size = static_cast<std::int32_t>(sizeof node_.needs);
        call_plugin(*node_.state, [&](sluice_context& context) {
            return node_.table().probe(&context, &host_table(), static_cast<std::int32_t>(in.size()), in.data(),
                                       static_cast<std::int32_t>(out.size()), out.data(), &node_.needs);
        });
        for (const auto* each : out)
            if (!each->refused.empty()) refuse(ErrorKind::plugin, fmt::format("output '{}': {}", each->port, each->refused));
    }

    void complete(Output& output) {
        if (node_.selects) return complete_selection(output);
        const auto& view = *output.view;
        const auto names = data_names();
        Description& full = output.description;
        full = view.array;
        full.name = node_.is_source() ? view.array.name : step_.name;
        full.coordinates.clear();
        full.dims.clear();
        for (const auto& dim : node_.loop)
            if (dim.name != node_.over) full.dims.push_back(dim);
        for (auto dim : view.array.dims) {
            if (dim.size == unset)
                refuse(ErrorKind::plugin, fmt::format("its probe did not say how long dimension '{}' of output '{}' is", dim.name, view.port));
            if (names.contains(dim.name)) dim.name = names.at(dim.name);
            if (find_dim(full.dims, dim.name))
                refuse(ErrorKind::recipe, fmt::format("output '{}' would have the dimension '{}' twice: the data already loops over it", view.port, dim.name));
            output.core.push_back(dim);
            output.core_shape.push_back(dim.size);
            full.dims.push_back(dim);
        }
        output.count = volume(output.core);
        for (const auto& each : view.array.coordinates) add_coordinate(full, each, names);
        for_each_connected([&](const Operand& operand) { inherit(full, operand, view); });
        add_masks(output);
        tag_correlated(full);
    }

    [[nodiscard]] std::map<std::string, std::string> data_names() const {
        std::map<std::string, std::string> names;
        for (const auto& operand : node_.inputs)
            for (std::size_t i = 0; i < operand.core.size(); ++i) names[operand.core_names[i]] = operand.core[i];
        return names;
    }

    void add_coordinate(Description& full, const Coordinate& each, const std::map<std::string, std::string>& names) const {
        const auto name = names.contains(each.name) ? names.at(each.name) : each.name;
        full.coordinates.push_back({name, each.edges, std::make_shared<const Array>(renamed(*each.values, names))});
    }

    /// Coordinates and masks that involve loop dims and fit the output ride along.
    static void inherit(Description& full, const Operand& operand, const sluice_description& view) {
        if (operand.declaration && operand.declaration->is_static) return;
        const auto fits = [&](const Dims& dims, bool edges) {
            bool loop = false;
            for (std::size_t i = 0; i < dims.size(); ++i) {
                const auto at = find_dim(full.dims, dims[i].name);
                if (!at || full.dims[*at].size + (edges && i + 1 == dims.size() ? 1 : 0) != dims[i].size) return false;
                loop = loop || contains(operand.loop, dims[i].name);
            }
            return loop || dims.empty();
        };
        for (const auto& each : operand.description.coordinates)
            if (!full.coordinate(each.name) && !contains(view.dropped_coordinates, each.name) && fits(each.values->dims(), each.edges))
                full.coordinates.push_back(each);
        for (const auto& mask : operand.description.masks) {
            const bool known = std::any_of(full.masks.begin(), full.masks.end(), [&](const Mask& m) { return m.name == mask.name; });
            if (mask.values && !known && !mask.dims.empty() && fits(mask.values->dims(), false)) full.masks.push_back(mask);
        }
    }

    void add_masks(Output& output) const {
        auto& full = output.description;
        const auto& declared = output.declaration->mask;
        if (!declared.empty()) {
            std::erase_if(full.masks, [&](const Mask& m) { return m.name == declared; });
            std::vector<std::string> dims;
            for (const auto& dim : full.dims) dims.push_back(dim.name);
            full.masks.push_back({declared, dims, nullptr});
        }
        for (const auto& mask : full.masks) {
            if (mask.values) continue;
            if (output.mask) refuse(ErrorKind::plugin, fmt::format("output '{}' streams two masks; one is possible", output.declaration->name));
            output.mask = true;
            output.mask_name = mask.name;
            for (const auto& dim : full.dims)
                if (contains(mask.dims, dim.name)) output.mask_dims.push_back(dim);
        }
    }

    void tag_correlated(Description& full) const {
        if (!full.variances) return;
        std::set<std::string> tags(full.correlated_over.begin(), full.correlated_over.end());   // what probe said
        for_each_connected([&](const Operand& operand) {
            if (!operand.variances) return;
            tags.insert(operand.description.correlated_over.begin(), operand.description.correlated_over.end());
            const bool fixed = operand.declaration && operand.declaration->is_static;
            for (const auto& dim : node_.loop)
                if (fixed || !contains(operand.loop, dim.name)) tags.insert(dim.name);
        });
        full.correlated_over.clear();
        for (const auto& tag : tags)
            if (find_dim(full.dims, tag)) full.correlated_over.push_back(tag);
    }

    void complete_selection(Output& output) {
        const auto& operand = node_.inputs.at(0);
        const auto& selection = output.view->selection;
        if (!selection) refuse(ErrorKind::plugin, "it declares \"selects\", but its probe selected nothing");
        auto& full = output.description;
        full = operand.description;
        const auto at = find_dim(full.dims, selection->dim);
        const bool sound = at && selection->step > 0 && selection->count > 0 && selection->begin >= 0 &&
                           selection->begin + (selection->count - 1) * selection->step < full.dims[*at].size;
        if (!sound) refuse(ErrorKind::plugin, fmt::format("its selection of '{}' is not within {}", selection->dim, to_text(full.dims)));
        full.dims[*at].size = selection->count;
        for (auto& coordinate : full.coordinates) cut(coordinate.values, coordinate.edges, *selection);
        std::erase_if(full.coordinates, [](const Coordinate& c) { return !c.values; });
        for (auto& mask : full.masks)
            if (mask.values) cut(mask.values, false, *selection);
        output.core = full.dims;
        for (const auto& dim : full.dims) output.core_shape.push_back(dim.size);
        output.count = volume(full.dims);
        add_masks(output);
        node_.windows = {*selection};
    }
    static void cut(std::shared_ptr<const Array>& values, bool edges, const Selection& s) {
        if (!find_dim(values->dims(), s.dim)) return;
        const bool of_edges = edges && values->dims().back().name == s.dim;
        if (of_edges && s.step != 1) return values.reset();   // bins with gaps between them have no edges
        values = std::make_shared<const Array>(values->select(s.dim, s.begin, s.step, s.count + (of_edges ? 1 : 0)));
    }

    Graph& graph_;
    Node& node_;
    const Manifest& manifest_;
    const Step& step_;
    const Evaluate& evaluate_;
    std::vector<std::string>& notes_;
};

}  // namespace

std::shared_ptr<Node> make_node(Graph& graph, const Step& step, std::shared_ptr<const Library> library,
                                const Manifest& manifest, const Evaluate& evaluate, std::vector<std::string>& notes) {
    auto node = std::make_shared<Node>();
    node->step = &step;
    node->library = std::move(library);
    node->manifest = &manifest;
    node->state = std::make_unique<StepState>();
    node->state->name = step.name;
    node->state->where = fmt::format("{}:{}:{}: step '{}' ({})", step.location.file, step.location.line, step.location.column, step.name, step.plugin);
    node->state->manifest = &manifest;
    node->state->parameters = step.with;
    for (const auto& [parameter, from] : step.per_item)   // not null: the plugin can see that it is given
        node->state->parameters[parameter] = {{"from", from.step + "." + from.port}};
    node->state->events = graph.options.events;
    Binder(graph, *node, evaluate, notes).run();
    return node;
}

namespace {

/// A hash of everything that a plugin's constructor can see: steps that agree in it share one state.
std::string signature(const Node& node) {
    std::string text = node.manifest->id + node.state->parameters.dump();
    const auto add_array = [&](const Array& array) {
        text += to_text(array.dims()) + array.unit().text() + std::string(to_text(array.dtype()));
        text.append(reinterpret_cast<const char*>(array.data()), static_cast<std::size_t>(array.buffer().bytes()));
        if (array.dtype() == DType::string)
            for (const auto& label : array.labels()) text += label + '\0';
    };
    for (const auto& operand : node.inputs) {
        const auto& view = *operand.view;
        text += fmt::format("|{}{}{}{}{}{}", view.port, view.present, to_text(view.array.dims), to_text(view.loop), view.array.unit.text(),
                            view.array.variances) + std::string(to_text(view.array.dtype));
        for (const auto& [name, fact] : view.array.facts) text += name + to_text(fact);
        for (const auto& each : view.array.coordinates) {
            text += each.name;
            add_array(*each.values);
        }
        if (operand.fixed_mask) add_array(*operand.fixed_mask);
        if (view.value) add_array(*view.value);
    }
    return sha256(text);
}

}  // namespace

void prepare(Graph& graph, Node& node) {
    if (node.prepared || !node.library || node.selects) return;
    const auto key = node.is_source() ? "source " + node.step->name : signature(node);   // open files are not shared
    auto& shared = graph.prepared[key];
    if (shared) {
        node.prepared = shared;
        return;
    }
    std::vector<const sluice_description*> in;
    for (const auto& operand : node.inputs) in.push_back(operand.view.get());
    void* state = nullptr;
    call_plugin(*node.state, [&](sluice_context& context) {
        return node.table().prepare(&context, &host_table(), static_cast<std::int32_t>(in.size()), in.data(), &state);
    });
    shared = {state, [library = node.library](void* made) {
        const std::lock_guard lock(io_mutex());   // a source closes its files here
        library->table().destroy(made);
    }};
    node.prepared = shared;
}

}  // namespace sluice
