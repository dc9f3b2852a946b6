// SPDX-License-Identifier: BSD-3-Clause
// The outputs of a step.
#include "plan/outputs.hpp"

#include <set>

#include "plan/layout.hpp"
#include "plan/node_tools.hpp"
#include "recipe/unit_expression.hpp"

namespace sluice {
namespace {

class OutputDescriber {
public:
    OutputDescriber(Node& node, const CoreBinding& binding, const Evaluate& evaluate)
        : node_(node), manifest_(*node.manifest), step_(*node.step), binding_(binding), evaluate_(evaluate) {}

    void run() {
        for (auto& operand : node_.inputs) operand.view = port_view(operand);
        describe_outputs();
    }

private:
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
        const Array* known = operand.declaration->is_static ? &evaluate_(operand.node, operand.output) : nullptr;
        if (known) operand.description.masks = known->description().masks;   // those that the producer filled, too
        auto& array = view->array;
        array.name = operand.port;   // not what the producer is called: steps may share a state
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
            const bool placeholder = is_placeholder(operand, name);
            if (name == each.name && placeholder && !contains(operand.core, name)) continue;   // not what the plugin means
            if (name != each.name && operand.description.coordinate(name) && !placeholder) continue;   // it brings its own of that name
            array.coordinates.push_back({name, each.edges, std::make_shared<const Array>(handed(operand, name, renamed(*each.values, names)))});
        }
        operand.fixed_mask = fixed_mask(operand);
        if (operand.fixed_mask) array.masks.push_back({"united", operand.core_names, operand.fixed_mask});
        for (const auto& dim : operand.description.correlated_over)
            if (names.contains(dim)) array.correlated_over.push_back(names.at(dim));
        if (known) view->value = std::make_shared<const Array>(renamed(known->to_unit(operand.unit).transpose(operand.core), names));
        return view;
    }
    /// A coordinate in the unit that plugin.json asks for.
    static Array handed(const Operand& operand, const std::string& name, Array values) {
        for (const auto& wanted : operand.declaration->coordinates)
            if (wanted.name == name && !wanted.unit.text.empty() && wanted.unit.converted) return values.to_unit(Unit::parse(wanted.unit.text));
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
        std::vector<std::string> core_dims;
        for (const auto& core : port.core)
            if (const auto bound = binding_.of_output(core)) {   // what names and parameters do not tell is left to probe
                core_dims.push_back(bound->name);
                for (const auto& name : bound->plugin) array.dims.push_back({name, core_size(bound->name, name)});
            }
        for (const auto& operand : node_.inputs)
            if (operand.connected) inherit_core_coordinates(array, operand, core_dims);
        if (!port.same_dtype.empty()) array.dtype = input(port.same_dtype).dtype;
        else if (!port.dtype.empty()) array.dtype = dtype_from_text(port.dtype);
        if (port.variances == "always") array.variances = true;
        if (!port.variances_if.empty()) array.variances = input(port.variances_if).variances;
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
        refuse(node_, ErrorKind::plugin, fmt::format("plugin.json refers to input '{}', which it does not declare", port));
    }

    [[nodiscard]] Index core_size(const std::string& core_dim, const std::string& name) const {
        for (const auto& operand : node_.inputs)
            for (std::size_t i = 0; i < operand.core_names.size(); ++i)
                if (operand.core_of[i] == core_dim && operand.core_names[i] == name) return operand.core_shape[i];
        return unset;
    }
    static constexpr Index unset = -2;

    /// Of the core dims of plugin.json that the output has, not of others that are bound to dims of the same name.
    static void inherit_core_coordinates(Description& array, const Operand& operand, const std::vector<std::string>& core_dims) {
        const auto shared = [&](const Dim& dim) {
            const auto at = std::find(operand.core_names.begin(), operand.core_names.end(), dim.name) - operand.core_names.begin();
            return find_dim(array.dims, dim.name) && contains(core_dims, operand.core_of[static_cast<std::size_t>(at)]);
        };
        for (const auto& each : operand.view->array.coordinates) {
            const auto& dims = each.values->dims();
            if (!array.coordinate(each.name) && !dims.empty() && std::all_of(dims.begin(), dims.end(), shared)) array.coordinates.push_back(each);
        }
    }

    [[nodiscard]] Unit unit_of(const OutputPort& port) const {
        if (!port.unit.parameter.empty()) return Unit::parse(text_of(port.unit, parameters_of(step_)));   // "": dimensionless
        const auto unit = evaluate_unit(port.unit.text, [&](const std::string& name) -> std::optional<Unit> {
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
            if (!each->refused.empty()) refuse(node_, ErrorKind::plugin, fmt::format("output '{}': {}", each->port, each->refused));
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
        check_core(output);
        for (const auto& dim : node_.loop)
            if (dim.name != node_.over) full.dims.push_back(dim);
        for (auto dim : view.array.dims) {
            if (dim.size == unset)
                refuse(node_, ErrorKind::plugin, fmt::format("its probe did not say how long dimension '{}' of output '{}' is", dim.name, view.port));
            if (names.contains(dim.name)) dim.name = names.at(dim.name);
            if (find_dim(full.dims, dim.name))
                refuse(node_, ErrorKind::recipe, fmt::format("output '{}' would have the dimension '{}' twice: the data already loops over it", view.port, dim.name));
            output.core.push_back(dim);
            output.core_shape.push_back(dim.size);
            full.dims.push_back(dim);
        }
        output.count = volume(output.core);
        for (const auto& each : view.array.coordinates) add_coordinate(full, each, names);
        for (const auto& each : full.coordinates) check_coordinate(output, each);
        for_each_connected(node_, [&](const Operand& operand) { inherit(full, operand, view); });
        add_masks(output);
        tag_correlated(output, full);
    }

    /// The check of a recipe, and the steps behind, rely on what plugin.json says.
    void check_core(const Output& output) const {
        const auto& core = output.declaration->core;
        if (node_.is_source() && core.empty()) return;   // only its probe knows
        DimNames declared, given;
        for (const auto& dim : core) {
            const auto bound = binding_.of_output(dim);
            if (!bound) return;
            declared.insert(declared.end(), bound->plugin.begin(), bound->plugin.end());
        }
        for (const auto& dim : output.view->array.dims) given.push_back(dim.name);
        if (given != declared)
            refuse(node_, ErrorKind::plugin, fmt::format("its probe gave output '{}' the dimensions {}; plugin.json declares {}",
                                                         output.view->port, to_text(given), to_text(declared)));
    }

    void check_coordinate(const Output& output, const Coordinate& coordinate) const {
        const auto& dims = coordinate.values->dims();
        const auto refuse_it = [&](const std::string& needed) {
            refuse(node_, ErrorKind::plugin, fmt::format("its probe gave coordinate '{}' of output '{}' the dimensions {}; {}", coordinate.name,
                                                         output.view->port, to_text(dims), needed));
        };
        if (coordinate.edges && dims.empty()) refuse_it("bin edges need one");
        Dims needed;
        for (const auto& dim : dims) {
            const auto at = find_dim(output.description.dims, dim.name);
            if (!at) refuse_it("the output has " + to_text(output.description.dims));
            needed.push_back(output.description.dims[*at]);
        }
        if (coordinate.edges) ++needed.back().size;
        for (std::size_t i = 0; i < dims.size(); ++i)
            if (dims[i].size != needed[i].size) refuse_it(fmt::format("{}{} are needed", to_text(needed), coordinate.edges ? " for bin edges" : ""));
    }

    [[nodiscard]] std::map<std::string, std::string> data_names() const {
        std::map<std::string, std::string> names;
        for (const auto& port : manifest_.outputs)   // those that only outputs have
            for (const auto& core : port.core)
                if (const auto bound = binding_.of_output(core); bound && bound->plugin.size() == 1) names[bound->plugin[0]] = bound->data[0];
        for (const auto& operand : node_.inputs)
            for (std::size_t i = 0; i < operand.core.size(); ++i) names[operand.core_names[i]] = operand.core[i];
        return names;
    }

    void add_coordinate(Description& full, const Coordinate& each, const std::map<std::string, std::string>& names) const {
        const auto name = names.contains(each.name) && !is_own_name(each.name) ? names.at(each.name) : each.name;
        full.coordinates.push_back({name, each.edges, std::make_shared<const Array>(renamed(*each.values, names))});
    }
    /// With "core": {"q": "roi"}: 'q' is what the data, too, call a coordinate along roi.
    [[nodiscard]] bool is_own_name(const std::string& name) const {
        return std::any_of(node_.inputs.begin(), node_.inputs.end(), [&](const Operand& operand) {
            return operand.connected && operand.description.coordinate(name) && own_name_of_coordinate(operand, name) == name;
        });
    }

    /// Coordinates and masks that involve loop dims and fit the output ride along.
    static void inherit(Description& full, const Operand& operand, const sluice_description& view) {
        if (!operand.loops()) return;
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
            const auto& dims = mask.dims;   // one over a core dim goes through the plugin, which may renumber it
            const bool of_loop = std::all_of(dims.begin(), dims.end(), [&](const auto& dim) { return contains(operand.loop, dim); });
            if (mask.values && !known && !dims.empty() && of_loop && fits(mask.values->dims(), false)) full.masks.push_back(mask);
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
            if (output.mask) refuse(node_, ErrorKind::plugin, fmt::format("output '{}' streams two masks; one is possible", output.declaration->name));
            output.mask = true;
            output.mask_name = mask.name;
            for (const auto& dim : full.dims)
                if (contains(mask.dims, dim.name)) output.mask_dims.push_back(dim);
        }
    }

    void tag_correlated(const Output& output, Description& full) const {
        if (!full.variances) return;
        const auto& without = output.declaration->errors_without;
        std::set<std::string> tags;
        const auto names = data_names();
        for (const auto& dim : full.correlated_over) tags.insert(names.contains(dim) ? names.at(dim) : dim);   // what probe said
        for_each_connected(node_, [&](const Operand& operand) {
            if (!operand.variances || operand.is_described()) return;
            if (operand.declaration && contains(without, operand.declaration->name)) return;
            tags.insert(operand.description.correlated_over.begin(), operand.description.correlated_over.end());
            const bool fixed = !operand.is_per_item() && operand.declaration->is_static;
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
        if (!selection) refuse(node_, ErrorKind::plugin, "it declares \"selects\", but its probe selected nothing");
        auto& full = output.description;
        full = operand.description;
        const auto at = find_dim(full.dims, selection->dim);
        const bool sound = at && selection->step > 0 && selection->count > 0 && selection->begin >= 0 &&
                           selection->begin + (selection->count - 1) * selection->step < full.dims[*at].size;
        if (!sound) refuse(node_, ErrorKind::plugin, fmt::format("its selection of '{}' is not within {}", selection->dim, to_text(full.dims)));
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

    Node& node_;
    const Manifest& manifest_;
    const Step& step_;
    const CoreBinding& binding_;
    const Evaluate& evaluate_;
};

}  // namespace

void describe_outputs(Node& node, const CoreBinding& binding, const Evaluate& evaluate) {
    OutputDescriber(node, binding, evaluate).run();
}

}  // namespace sluice
