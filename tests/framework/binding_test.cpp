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

/// What an output's core dims are after frames [train, pulse, y, x]: "plugin's names = data's names".
std::string of_output(CoreBinding& binding, std::size_t dim, const Json& with) {
    const auto bound = binding.of_output(images().outputs[0].core[dim], [&](const std::string& name) {
        return with.contains(name) ? &with[name] : nullptr;
    });
    return bound ? to_text(bound->plugin) + " = " + to_text(bound->data) : "not known";
}

}  // namespace

TEST_CASE("binding: names, packs and the loop that is left") {
    const std::map<std::string, DimNames> none, renamed{{"pulse", {"shot"}}, {"pixel", {"row"}}};
    CoreBinding binding(images(), none, "");
    const auto frames = binding.bind(images().inputs[0], {"train", "y", "pulse", "x"});
    CHECK(frames.data == DimNames{"pulse", "y", "x"});   // in the plugin's order
    CHECK(frames.loop == DimNames{"train"});
    REQUIRE(frames.core.size() == 2);
    CHECK(frames.core[1].plugin == DimNames{"y", "x"});
    const auto weight = binding.bind(images().inputs[1], {"pixel"});
    CHECK(weight.data == DimNames{"pixel"});
    CHECK(of_output(binding, 0, {}) == "[y, x] = [y, x]");   // the form of the first input, and the pack alone

    CoreBinding other(images(), renamed, "");
    const auto rows = other.bind(images().inputs[0], {"row", "shot", "pulse"});
    CHECK(rows.data == DimNames{"shot", "row"});
    CHECK(rows.core[0].plugin == DimNames{"pulse"});
    CHECK(rows.core[1].plugin == DimNames{"row"});   // a pack has the data's names
    CHECK(rows.loop == DimNames{"pulse"});
}

TEST_CASE("binding: what is missing, or bound twice") {
    const std::map<std::string, DimNames> none, same{{"pulse", {"x"}}};
    CoreBinding binding(images(), none, "");
    const auto without = binding.bind(images().inputs[0], {"pulse", "x"});
    REQUIRE(without.missing);
    CHECK(binding.needed(*without.missing) == "dimensions [y, x] or [pixel]");
    CHECK(without.core.empty());
    CoreBinding twice(images(), same, "");
    CHECK(twice.bind(images().inputs[0], {"y", "x"}).twice == "x");
    CHECK(twice.needed(images().inputs[0].core[0]) == "dimension [x] that \"core\" binds 'pulse' to");
}

TEST_CASE("binding: output dims by parameter follow the binding of the inputs") {
    const std::map<std::string, DimNames> renamed{{"pulse", {"shot"}}};
    CoreBinding binding(images(), renamed, "");
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
    const std::map<std::string, DimNames> none;
    const std::string over = "frame";
    const Manifest map = manifest_of(R"("kind": "map", )" + ports), reduce = manifest_of(R"("kind": "reduce", "over": "frame", )" + ports);
    CHECK(CoreBinding(map, none, "").bind(map.inputs[0], {"train", "frame", "x"}).data == DimNames{"train", "frame", "x"});
    const auto behind = CoreBinding(reduce, none, over).bind(reduce.inputs[0], {"train", "frame", "x"});
    CHECK(behind.data == DimNames{"x"});
    CHECK(behind.loop == DimNames{"train", "frame"});
    CHECK(CoreBinding(reduce, none, over).bind(reduce.inputs[0], {"train", "x"}).missing);
}
