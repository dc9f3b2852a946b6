// SPDX-License-Identifier: BSD-3-Clause
// The inputs of a step.
#include "plan/inputs.hpp"

#include <cmath>
#include <limits>
#include <set>

#include <fmt/ranges.h>

#include "plan/node_tools.hpp"

namespace sluice {
namespace {

class InputBinder {
public:
    InputBinder(Graph& graph, Node& node, CoreBinding& binding, std::vector<std::string>& notes)
        : graph_(graph), node_(node), manifest_(*node.manifest), step_(*node.step), binding_(binding), notes_(notes) {}

    void run() {
        for (const auto& port : manifest_.inputs) bind_input(port);
        for (const auto& parameter : manifest_.per_item_parameters()) bind_per_item(parameter);
        check_sizes();
        check_packs();
        check_axes();
        check_agreement();
        find_loop();
    }

private:
    static std::string what(const Operand& operand, const Reference& from) {
        return fmt::format("{} '{}' from '{}.{}'", operand.is_per_item() ? "parameter" : "input", operand.port, from.step, from.port);
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
        const auto bound = binding_.bind(port, names_of(dims));
        if (bound.missing) refuse_missing(*bound.missing, dims, what(operand, from));
        if (!bound.twice.empty())
            refuse(node_, ErrorKind::recipe, fmt::format("two core dimensions of {} are bound to '{}'", what(operand, from), bound.twice));
        operand.core = bound.data;
        operand.loop = bound.loop;
        for (const auto& name : operand.core) operand.core_shape.push_back(dims[*find_dim(dims, name)].size);
        for (const auto n : operand.core_shape) operand.count *= n;
        for (std::size_t i = 0; i < port.core.size(); ++i) {
            operand.core_names.insert(operand.core_names.end(), bound.core[i].plugin.begin(), bound.core[i].plugin.end());
            operand.core_of.insert(operand.core_of.end(), bound.core[i].plugin.size(), bound.core[i].name);
            if (port.core[i].pack && !is_any(port.core[i])) packs_.push_back({port.core[i].name, port.name, part(dims, bound.core[i].data)});
        }
    }

    /// Whatever dims there are: "...", or a pack that may be just that. Its size is the plugin's affair.
    [[nodiscard]] bool is_any(const CoreDim& core) const {
        return core.name == "..." || manifest_.packs.at(core.name) == std::vector<DimNames>{{"..."}};
    }
    static DimNames names_of(const Dims& dims) {
        DimNames names;
        for (const auto& dim : dims) names.push_back(dim.name);
        return names;
    }
    static Dims part(const Dims& dims, const DimNames& names) {
        Dims out;
        for (const auto& name : names) out.push_back(dims[*find_dim(dims, name)]);
        return out;
    }

    [[noreturn]] void refuse_missing(const CoreDim& core, const Dims& dims, const std::string& what) const {
        if (core.name == "...") refuse_without_over(dims);
        const bool bound = step_.core.contains(core.name) || !core.from_parameter.empty();
        refuse(node_, ErrorKind::recipe,
               fmt::format("{} has the dimensions {}, but not the {}{}", what, to_text(dims), binding_.needed(core),
                           bound || core.pack ? "" : fmt::format(". If it has another name there, say so: \"core\": {{\"{}\": \"<name>\"}}", core.name)));
    }
    [[noreturn]] void refuse_without_over(const Dims& dims) const {
        for_each_connected(node_, [&](const Operand& operand) {
            if (!operand.is_per_item() && contains(operand.core, node_.over))
                refuse(node_, ErrorKind::recipe, fmt::format("it runs over '{}', which is one of the core dimensions of its input '{}'; {} are left "
                                                      "to run over", node_.over, operand.port, to_text(operand.loop)));
        });
        refuse(node_, ErrorKind::recipe, fmt::format("it runs over '{}', which its input does not have: the input has {}", node_.over, to_text(dims)));
    }

    void bind_type(Operand& operand, const InputPort& port, const Reference& from) {
        if (port.variances == "required" && !operand.variances)
            refuse(node_, ErrorKind::recipe, what(operand, from) + " has no variances, which this step needs");
        if (port.variances == "ignored") operand.variances = false;
        convert_unit(operand, port.unit, from);
        refuse_unless_real(operand, from);
        if (port.dtype == "boolean" && operand.dtype != DType::boolean)
            refuse(node_, ErrorKind::recipe, fmt::format("{} is {}; boolean is needed", what(operand, from), to_text(operand.dtype)));
        operand.adaption.to_float64 = operand.dtype != DType::float64 && (port.dtype == "real" || operand.adaption.factor != 1);
        if (operand.adaption.to_float64) operand.dtype = DType::float64;
        for (const auto& each : port.coordinates) bind_coordinate(operand, each, from);
    }

    void refuse_unless_real(const Operand& operand, const Reference& from) const {
        if (operand.dtype == DType::string || operand.dtype == DType::complex128)
            refuse(node_, ErrorKind::recipe, fmt::format("{} is {}; real numbers are needed", what(operand, from), to_text(operand.dtype)));
    }

    void convert_unit(Operand& operand, const WantedUnit& wanted, const Reference& from) {
        if (wanted.text.empty()) return;
        const Unit unit = Unit::parse(wanted.text);
        if (!operand.unit.convertible_to(unit))
            refuse(node_, ErrorKind::recipe, fmt::format("{} has the unit '{}'; one that converts to '{}' is needed", what(operand, from),
                                                  operand.unit.text(), unit.text()));
        if (!wanted.converted || operand.unit.same_as(unit)) return;
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
        if (found->values->dtype() == DType::string) {   // labels: as if there were no numbers
            if (wanted.required)
                refuse(node_, ErrorKind::recipe, fmt::format("coordinate '{}' of {} holds labels; this step needs numbers", name, what(operand, from)));
            return;
        }
        Array values = found->values->to_float64();
        if (!wanted.unit.text.empty()) values = in_unit(values, wanted, operand, from);
        if (found->edges) values = centres(values);
        out.present = true;
        order(out, operand, values);
        if (wanted.increasing) check_increasing(out, operand, name, from);
    }

    Array in_unit(const Array& values, const PortCoordinate& wanted, const Operand& operand, const Reference& from) {
        const Unit unit = Unit::parse(wanted.unit.text);
        if (!values.unit().convertible_to(unit))
            refuse(node_, ErrorKind::recipe, fmt::format("coordinate '{}' of {} has the unit '{}'; one that converts to '{}' is needed",
                                                  wanted.name, what(operand, from), values.unit().text(), unit.text()));
        if (!wanted.unit.converted || values.unit().same_as(unit)) return values;
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

    void bind_per_item(const std::string& name) {
        auto& operand = node_.per_item.emplace_back();
        operand.port = name;
        const auto found = step_.per_item.find(name);
        if (found == step_.per_item.end()) {
            const auto value = step_.with.value(name, Json(nullptr));
            operand.constant = value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
            return;
        }
        connect(operand, found->second);
        if (manifest_.ignores_variances(name)) operand.variances = false;
        for (const auto& dim : operand.description.dims) operand.loop.push_back(dim.name);
        convert_unit(operand, manifest_.unit_of_parameter(name), found->second);
        refuse_unless_real(operand, found->second);
        operand.adaption.to_float64 = operand.dtype != DType::float64;
        operand.dtype = DType::float64;
    }

    // ---- what must agree between inputs

    /// Calls f(one, other) for every two operands in which a dimension of that name must be the same. Bound to core dims of
    /// different names it need not be: `first(x)` and `second(x2)` may both be bound to q, and have other points.
    template <class F>
    void for_each_meeting(const std::string& dim, const F& f) const {
        std::vector<const Operand*> before;
        for_each_connected(node_, [&](const Operand& operand) {
            if (!find_dim(operand.description.dims, dim)) return;
            const auto core = core_dim_of(operand, dim);
            const auto meets = [&](const Operand* other) {
                const auto others = core_dim_of(*other, dim);
                return core.empty() || others.empty() || core == others;
            };
            for (const auto* other : before)
                if (meets(other)) f(*other, operand);
            before.push_back(&operand);
        });
    }
    /// The core dim of plugin.json that one of the data's dims belongs to; "": the step loops over it.
    static std::string core_dim_of(const Operand& operand, const std::string& dim) {
        const auto at = std::find(operand.core.begin(), operand.core.end(), dim);
        return at == operand.core.end() ? "" : operand.core_of[static_cast<std::size_t>(at - operand.core.begin())];
    }
    [[nodiscard]] std::set<std::string> all_dims() const {
        std::set<std::string> names;
        for_each_connected(node_, [&](const Operand& operand) {
            for (const auto& dim : operand.description.dims) names.insert(dim.name);
        });
        return names;
    }

    void check_sizes() const {
        for (const auto& dim : all_dims())
            for_each_meeting(dim, [&](const Operand& one, const Operand& other) {
                const auto size = [&](const Operand& operand) { return operand.description.dims[*find_dim(operand.description.dims, dim)].size; };
                if (size(one) != size(other))
                    refuse(node_, ErrorKind::recipe, fmt::format("dimension '{}' has {} elements in input '{}' and {} in input '{}': bring both onto "
                                                          "one grid first (interpolate)", dim, size(one), one.port, size(other), other.port));
            });
    }

    /// A pack may lie in two forms, images and lists of pixels: then it must have as many elements.
    void check_packs() const {
        for (const auto& pack : packs_) {
            const auto& first = *std::find_if(packs_.begin(), packs_.end(), [&](const Pack& each) { return each.name == pack.name; });
            if (volume(first.dims) != volume(pack.dims))
                refuse(node_, ErrorKind::recipe, fmt::format("'{}' is {} in input '{}' and {} in input '{}': it must have as many elements in both",
                                                      pack.name, to_text(first.dims), first.port, to_text(pack.dims), pack.port));
        }
    }

    /// The axes of shared dims (coordinates named like their dim) are the same points.
    void check_axes() const {
        const auto axis = [](const Operand& operand, const std::string& dim) {
            const auto* own = operand.description.coordinate(dim);
            return own && !own->edges && own->values->dims().size() == 1 ? own->values.get() : nullptr;
        };
        for (const auto& dim : all_dims())
            for_each_meeting(dim, [&](const Operand& one, const Operand& other) {
                if (axis(one, dim) && axis(other, dim)) check_axis(dim, *axis(one, dim), one.port, *axis(other, dim), other.port);
            });
    }
    /// NaN and infinity are the same as themselves only.
    static bool same_point(double a, double b) {
        if (!std::isfinite(a) || !std::isfinite(b)) return a == b || (std::isnan(a) && std::isnan(b));
        return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b));
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
            if (!same_point(left[i], right[i]))
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
            if (!operand.loops()) return;
            for (const auto& dim : operand.description.dims)
                if (contains(operand.loop, dim.name) && !find_dim(node_.loop, dim.name)) node_.loop.push_back(dim);
        });
        if (node_.is_reduce() && !find_dim(node_.loop, node_.over)) refuse_without_over(node_.loop);
        for_each_connected(node_, [&](const Operand& operand) {   // no refusal later, in the middle of a run
            for (const auto& dim : node_.loop) {
                const bool collected = node_.is_reduce() && dim.name == node_.over && contains(operand.loop, dim.name);
                if (operand.variances && collected) refuse_over(operand, dim.name);
                if (!operand.is_described() && contains(operand.core, dim.name))
                    refuse(node_, ErrorKind::recipe, fmt::format("'{}' is a core dimension of input '{}', but the step loops over it for another input",
                                                                 dim.name, operand.port));
            }
            for (const auto& name : operand.core)
                if (operand.variances && !operand.is_per_item() && !operand.is_described() && !operand.declaration->correlated) refuse_over(operand, name);
        });
        node_.halo_before = manifest_.halo_before;
        node_.halo_after = manifest_.halo_after;
    }
    void refuse_over(const Operand& operand, const std::string& dim) const {
        if (!contains(operand.description.correlated_over, dim)) return;
        if (dim == "replicate")
            refuse(node_, ErrorKind::recipe, fmt::format("the variances of input '{}' are correlated over 'replicate', so they must not be combined "
                                                  "over it as if they were independent: replicates share data: collapse them with jackknife", operand.port));
        refuse(node_, ErrorKind::recipe, fmt::format("the variances of input '{}' are correlated over '{}' (one array was used for all of its "
                                              "items), so they must not be combined over it as if they were independent. Reduce "
                                              "before that array enters", operand.port, dim));
    }

    Graph& graph_;
    Node& node_;
    const Manifest& manifest_;
    const Step& step_;
    CoreBinding& binding_;
    std::vector<std::string>& notes_;
    struct Pack {
        std::string name, port;
        Dims dims;
    };
    std::vector<Pack> packs_;   ///< of all connected inputs
};

}  // namespace

void bind_inputs(Graph& graph, Node& node, CoreBinding& binding, std::vector<std::string>& notes) {
    InputBinder(graph, node, binding, notes).run();
}

}  // namespace sluice
