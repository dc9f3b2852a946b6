// SPDX-License-Identifier: BSD-3-Clause
// The prepared state of a plugin, shared between steps that make the same one.
#include <algorithm>
#include <concepts>

#include <fmt/format.h>

#include <sluice/host/fingerprint.hpp>

#include "plan/bind.hpp"

namespace sluice {
namespace {

/// Gathers a text that differs when anything put into it does: each piece stands after its length, so that none runs into the next.
class Signature {
public:
    void put(std::string_view piece) { text_.append(fmt::format("{}:", piece.size())).append(piece); }
    void put(std::integral auto number) { text_ += fmt::format("{};", number); }
    void put(const Unit& unit) { put(unit.text()); }
    void put(const Dim& dim) { put(dim.name), put(dim.size); }
    void put(const std::same_as<Fact> auto& fact) {
        put(fact.index());
        if (const auto* number = std::get_if<NumberFact>(&fact)) put(fmt::format("{:a} {}", number->value, number->unit.text()));
        else put(to_text(fact));
    }
    void put(const Array& array) {
        put(array.dims()), put(array.unit()), put(to_text(array.dtype()));
        if (array.dtype() == DType::string) put(array.labels());
        else put(sha256({reinterpret_cast<const char*>(array.data()), static_cast<std::size_t>(array.buffer().bytes())}));   // no copy of it
    }
    void put(const std::shared_ptr<const Array>& array) {
        put(array != nullptr);
        if (array) put(*array);
    }
    void put(const Coordinate& each) { put(each.name), put(each.edges), put(each.values); }
    void put(const Mask& each) { put(each.name), put(each.dims), put(each.values); }
    template <class T>
    void put(const std::vector<T>& list) {
        put(list.size());
        for (const auto& each : list) put(each);
    }
    template <class T>
    void put(const std::map<std::string, T>& named) {
        put(named.size());
        for (const auto& [name, each] : named) put(name), put(each);
    }
    /// All members are named, so that a new one cannot be forgotten here. The array's name is the port's; what follows the
    /// value is of outputs.
    void put(const sluice_description& description) {
        const auto& [port, present, array, loop, coordinate_units, value, selection, dropped_coordinates, refused, arena] = description;
        const auto& [name, dims, dtype, unit, variances, correlated_over, coordinates, masks, facts] = array;
        put(port), put(present), put(loop), put(coordinate_units), put(value);
        put(dims), put(to_text(dtype)), put(unit), put(variances), put(correlated_over), put(coordinates), put(masks), put(facts);
    }
    [[nodiscard]] std::string hash() const { return sha256(text_); }

private:
    std::string text_;
};

/// A hash of everything that a plugin's constructor may use: steps that agree in it share one state.
std::string signature(const Node& node) {
    Signature all;
    all.put(node.manifest->id), all.put(node.state->parameters.dump());
    for (const auto& operand : node.inputs) all.put(*operand.view);
    return all.hash();
}

/// Steps that share a state agree in what probe saw as well, so what the first one was told so far holds for the others.
void tell(StepState& step, const Prepared& shared) {
    const auto add = [](auto& list, const auto& more) {
        for (const auto& each : more)
            if (std::find(list.begin(), list.end(), each) == list.end()) list.push_back(each);
    };
    add(step.warnings, shared.warnings);
    add(step.files, shared.files);
    step.resolved.insert(shared.resolved.begin(), shared.resolved.end());
}

}  // namespace

void prepare(Graph& graph, Node& node) {
    if (node.prepared || !node.library || node.selects) return;
    const auto key = node.is_source() ? "source " + node.step->name : signature(node);   // open files are not shared
    auto& shared = graph.prepared[key];
    if (shared.state) {
        node.prepared = shared.state;
        return tell(*node.state, shared);
    }
    std::vector<const sluice_description*> in;
    for (const auto& operand : node.inputs) in.push_back(operand.view.get());
    void* state = nullptr;
    call_plugin(*node.state, [&](sluice_context& context) {
        return node.table().prepare(&context, &host_table(), static_cast<std::int32_t>(in.size()), in.data(), &state);
    });
    node.prepared = {state, [library = node.library](void* made) {
        const std::lock_guard lock(io_mutex());   // a source closes its files here
        library->table().destroy(made);
    }};
    shared = {node.prepared, node.state->warnings, node.state->resolved, node.state->files};
}

}  // namespace sluice
