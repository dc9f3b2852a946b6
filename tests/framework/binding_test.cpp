// SPDX-License-Identifier: BSD-3-Clause
// Which dimensions of the data core dims stand for: the rules that the check of a recipe and the plan share.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include "recipe/binding.hpp"

using namespace sluice;

namespace {

Manifest manifest_of(const std::string& rest) { return parse_manifest(R"({"id": "a", "version": "1.0.0", )" + rest + "}", "a.json"); }

const Manifest& images() {
    static const Manifest manifest = manifest_of(R"("kind": "map", "packs": {"pixel": [["y", "x"], ["pixel"]]},
        "inputs": {"frames": {"core": ["pulse", "pixel..."]}, "weight": {"core": ["pixel..."]}},
        "outputs": {"image": {"core": ["pixel...", {"name": "part", "when": "parts"}, {"by": "unit", "names": {"1/nm": "pulse", "deg": "angle"}}]}},
        "parameters": {"properties": {"parts": {"type": "integer", "default": 0}, "unit": {"type": "string", "default": "deg"}}})");
    return manifest;
}

using Bound = std::map<std::string, DimNames>;

/// Parameters that tests change after a binding was made.
Json with = Json::object();

CoreBinding binding_of(const Manifest& manifest, const Bound& bound, const std::string& over = "") {
    return {manifest, bound, over, [](const std::string& name) { return with.contains(name) ? &with[name] : nullptr; }};
}

/// "plugin's names = data's names"
std::string shown(const std::optional<BoundDim>& bound) {
    return bound ? to_text(bound->plugin) + " = " + to_text(bound->data) : "not known";
}

/// What an output's core dims are after frames [train, pulse, y, x].
std::string of_output(const CoreBinding& binding, std::size_t dim, const Json& parameters) {
    with = parameters;
    return shown(binding.of_output(images().outputs[0].core[dim]));
}

}  // namespace

TEST_CASE("binding: names, packs and the loop that is left") {
    const Bound none, renamed{{"pulse", {"shot"}}, {"pixel", {"row"}}};
    auto binding = binding_of(images(), none);
    const auto frames = binding.bind(images().inputs[0], {"train", "y", "pulse", "x"});
    CHECK(frames.data == DimNames{"pulse", "y", "x"});   // in the plugin's order
    CHECK(frames.loop == DimNames{"train"});
    REQUIRE(frames.core.size() == 2);
    CHECK(frames.core[1].plugin == DimNames{"y", "x"});
    const auto weight = binding.bind(images().inputs[1], {"pixel"});
    CHECK(weight.data == DimNames{"pixel"});
    CHECK(of_output(binding, 0, {}) == "[y, x] = [y, x]");   // the form of the first input, and the pack alone

    auto other = binding_of(images(), renamed);
    const auto rows = other.bind(images().inputs[0], {"row", "shot", "pulse"});
    CHECK(rows.data == DimNames{"shot", "row"});
    CHECK(rows.core[0].plugin == DimNames{"pulse"});
    CHECK(rows.core[1].plugin == DimNames{"row"});   // a pack has the data's names
    CHECK(rows.loop == DimNames{"pulse"});
}

TEST_CASE("binding: what is missing, or bound twice") {
    const Bound none, same{{"pulse", {"x"}}};
    auto binding = binding_of(images(), none);
    const auto without = binding.bind(images().inputs[0], {"pulse", "x"});
    REQUIRE(without.missing);
    CHECK(binding.needed(*without.missing) == "dimensions [y, x] or [pixel]");
    CHECK(without.core.empty());
    auto twice = binding_of(images(), same);
    CHECK(twice.bind(images().inputs[0], {"y", "x"}).twice == "x");
    CHECK(twice.needed(images().inputs[0].core[0]) == "dimension [x] that \"core\" binds 'pulse' to");
}

TEST_CASE("binding: output dims by parameter follow the binding of the inputs") {
    const Bound renamed{{"pulse", {"shot"}}};
    auto binding = binding_of(images(), renamed);
    (void)binding.bind(images().inputs[0], {"shot", "y", "x"});
    for (const auto& nothing : {Json(nullptr), Json(false), Json(0)}) CHECK(of_output(binding, 1, {{"parts", nothing}}) == "[] = []");
    CHECK(of_output(binding, 1, {{"parts", 4}}) == "[part] = [part]");
    CHECK(of_output(binding, 1, {}) == "not known");
    CHECK(of_output(binding, 2, {{"unit", "deg"}}) == "[angle] = [angle]");
    CHECK(of_output(binding, 2, {{"unit", "1/nm"}}) == "[pulse] = [shot]");
    CHECK(of_output(binding, 2, {{"unit", "1/mm"}}) == "not known");
}

TEST_CASE("binding: all dims of a map, and of a reduce those behind the one it runs over") {
    const std::string ports = R"("inputs": {"data": {"core": ["..."]}}, "outputs": {"out": {"core": ["..."]}})";
    const Bound none;
    const std::string over = "frame";
    const Manifest map = manifest_of(R"("kind": "map", )" + ports), reduce = manifest_of(R"("kind": "reduce", "over": "frame", )" + ports);
    CHECK(binding_of(map, none).bind(map.inputs[0], {"train", "frame", "x"}).data == DimNames{"train", "frame", "x"});
    const auto behind = binding_of(reduce, none, over).bind(reduce.inputs[0], {"train", "frame", "x"});
    CHECK(behind.data == DimNames{"x"});
    CHECK(behind.loop == DimNames{"train", "frame"});
    CHECK(binding_of(reduce, none, over).bind(reduce.inputs[0], {"train", "x"}).missing);
}

TEST_CASE("binding: a dimension that a parameter names, in and out") {
    const Manifest table = manifest_of(R"("kind": "map", "inputs": {"data": {"core": [{"name": "item", "from": "dim"}]}},
        "outputs": {"table": {"core": [{"name": "row", "from": "row"}]}},
        "parameters": {"properties": {"dim": {"type": "string"}, "row": {"type": "string"}}})");
    const Bound none;
    with = Json::object();
    auto binding = binding_of(table, none);
    CHECK(!binding.bind(table.inputs[0], {"file", "q"}).known);   // a recipe's parameter without a value
    CHECK(shown(binding.of_output(table.outputs[0].core[0])) == "not known");
    with = {{"dim", "file"}, {"row", "temperature"}};
    const auto data = binding.bind(table.inputs[0], {"q", "file"});
    REQUIRE(data.core.size() == 1);
    CHECK(data.core[0].plugin == DimNames{"item"});
    CHECK(data.data == DimNames{"file"});
    CHECK(data.loop == DimNames{"q"});
    CHECK(shown(binding.of_output(table.outputs[0].core[0])) == "[row] = [temperature]");
    with["row"] = nullptr;
    CHECK(shown(binding.of_output(table.outputs[0].core[0])) == "[] = []");
    with["dim"] = "fiel";
    const auto missing = binding.bind(table.inputs[0], {"q", "file"}).missing;
    REQUIRE(missing);
    CHECK(binding.needed(*missing) == "dimension 'fiel' that parameter 'dim' names");
}

TEST_CASE("binding: a dimension of outputs alone has the name that the recipe gives it") {
    const Manifest peaks = manifest_of(R"("kind": "map", "inputs": {"data": {"core": ["x"]}}, "outputs": {"height": {"core": ["peak"]}})");
    const Bound none, named{{"peak", {"line"}}};
    CHECK(shown(binding_of(peaks, none).of_output(peaks.outputs[0].core[0])) == "[peak] = [peak]");
    CHECK(shown(binding_of(peaks, named).of_output(peaks.outputs[0].core[0])) == "[peak] = [line]");
}

TEST_CASE("binding: a pack of all dims is a name of its own for them") {
    const Manifest two = manifest_of(R"("kind": "map", "packs": {"table": [["..."]]},
        "inputs": {"data": {"core": ["..."]}, "values": {"core": ["table..."]}}, "outputs": {"out": {"core": ["..."]}})");
    const Bound none;
    auto binding = binding_of(two, none);
    CHECK(binding.bind(two.inputs[0], {"temperature", "sample"}).core[0].name == "...");
    const auto values = binding.bind(two.inputs[1], {"sample", "lot"});
    CHECK(values.core[0].name == "table");
    CHECK(values.core[0].plugin == DimNames{"sample", "lot"});
    CHECK(values.loop.empty());
    CHECK(shown(binding.of_output(two.outputs[0].core[0])) == "[temperature, sample] = [temperature, sample]");
}
