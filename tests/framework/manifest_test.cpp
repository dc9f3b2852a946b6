// SPDX-License-Identifier: BSD-3-Clause
// plugin.json: what is read, and what is refused with which words.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <sluice/host/error.hpp>
#include <sluice/host/manifest.hpp>

using namespace sluice;

namespace {

Manifest from_file(const std::string& id) {
    const auto file = std::filesystem::path(__FILE__).parent_path() / "recipes" / "plugins" / (id + ".json");
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return parse_manifest(text.str(), file.string());
}

std::string refusal(const std::string& text) {
    try {
        (void)parse_manifest(text, "p.json");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::plugin);
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("manifest: a map with everything") {
    const Manifest manifest = from_file("porod_invariant");
    CHECK(manifest.id == "porod_invariant");
    CHECK(manifest.version == "1.0.0");
    CHECK(manifest.kind == PluginKind::map);
    REQUIRE(manifest.inputs.size() == 1);
    const InputPort& in = manifest.inputs[0];
    CHECK(in.name == "intensity");
    CHECK(in.dtype == "real");
    REQUIRE(in.core.size() == 1);
    CHECK(in.core[0].name == "q");
    REQUIRE(in.coordinates.size() == 1);
    CHECK(in.coordinates[0].unit.text == "1/nm");
    CHECK_FALSE(in.coordinates[0].unit.converted);
    CHECK(in.coordinates[0].required);
    CHECK(in.coordinates[0].increasing);
    CHECK(in.forbids.at("smoothed") == "Q of smoothed data is biased");
    CHECK(in.unless.at("smoothed") == "allow_smoothed");
    REQUIRE(manifest.outputs.size() == 2);
    CHECK(manifest.outputs[0].name == "invariant");  // the default one: order is kept
    CHECK(manifest.output("integrand")->mask == "outside_range");
    CHECK(manifest.output("integrand")->unit.text == "unit(intensity) unit(q)^2");
    CHECK(manifest.output("nothing") == nullptr);
    CHECK(manifest.parameters["properties"]["q_min"]["unit"] == "1/nm");
    CHECK(manifest.parameters["additionalProperties"] == false);
    CHECK(manifest.json["citations"][0]["text"] == "Jin et al. 2022, eq. 1");
}

TEST_CASE("manifest: packs, names by parameter, per item, static") {
    const Manifest manifest = from_file("azimuthal_integration");
    CHECK(manifest.packs.at("pixel") == std::vector<std::vector<std::string>>{{"y", "x"}, {"pixel"}});
    CHECK(manifest.input("image")->core[0].pack);
    CHECK(manifest.input("image")->core[0].name == "pixel");
    CHECK(manifest.input("mask")->is_static);
    CHECK(manifest.input("mask")->optional);
    CHECK(manifest.outputs[0].core[0].by_parameter == "unit");
    CHECK(manifest.outputs[0].core[0].names.at("deg") == "two_theta");
    CHECK(manifest.per_item("monitor"));
    CHECK_FALSE(manifest.per_item("bins"));
    CHECK_FALSE(manifest.per_item("nothing"));
    CHECK(manifest.per_item_parameters() == std::vector<std::string>{"monitor"});
}

TEST_CASE("manifest: sources, reduces, sinks, selections") {
    CHECK(from_file("hdf5_source").outputs[0].dims_from == "dims");
    CHECK(from_file("hdf5_source").outputs[0].unit.parameter == "unit");
    const Manifest mean = from_file("mean");
    CHECK(mean.over.parameter == "over");
    CHECK(mean.inputs[0].core[0].name == "...");
    CHECK(mean.inputs[0].core[0].pack);
    CHECK(mean.outputs[0].core[0].when_parameter == "blocks");
    CHECK(from_file("slice").selects);
    CHECK(from_file("nexus_result").kind == PluginKind::sink);
    const auto halo = parse_manifest(R"({"id": "a", "version": "1.0.0", "kind": "map", "inputs": {"x": {"core": []}},
        "outputs": {"y": {"dtype": "same:x", "variances": "if:x"}}, "halo": {"before": 1}, "agree": ["intensity_scale"]})", "p.json");
    CHECK(halo.outputs[0].same_dtype == "x");
    CHECK(halo.outputs[0].dtype.empty());
    CHECK(halo.outputs[0].variances == "if");
    CHECK(halo.outputs[0].variances_if == "x");
    CHECK(halo.halo_before == 1);
    CHECK(halo.halo_after == 0);
    CHECK(halo.agree == std::vector<std::string>{"intensity_scale"});
}

TEST_CASE("manifest: every fault of form is listed at once") {
    CHECK(refusal("{\n\"id\": \"a\", \"version\": \"1\", \"kind\": \"filter\",\n\"inputs\": {\"x\": {\"core\": [3], \"dtyp\": \"real\"}}}") ==
          "p.json: plugin.json cannot be used:\n"
          "  p.json:2:23: version = \"1\", must be a text of the form ^[0-9]+\\.[0-9]+\\.[0-9]+$.\n"
          "  p.json:2:36: kind = \"filter\", must be one of \"source\", \"map\", \"reduce\" or \"sink\".\n"
          "  p.json:3:27: inputs.x.core[0] = 3, must be a text that is not empty, an object with 'by' and 'names', an object with 'name' and "
              "'when' or an object with 'name' and 'from'.\n"
          "  p.json:3:31: inputs.x: unknown key 'dtyp'. Did you mean 'dtype'?");
    CHECK(refusal("{") == "p.json: plugin.json cannot be used:\n  p.json:1:2: not valid JSON: unexpected end of input; expected string literal.");
    CHECK(refusal("[]") == "p.json: plugin.json cannot be used:\n  p.json:1:1: the whole text = [], must be an object with 'id', 'version' and 'kind'.");
}

TEST_CASE("manifest: names must fit each other") {
    const std::string text = refusal(R"({"id": "a", "version": "1.0.0", "kind": "map",
"inputs": {"image": {"core": ["pixel..."], "unit": "1/nmm", "unless": {"smoothed": "allow"}}},
"outputs": {"y": {"core": [{"by": "unti", "names": {}}], "dtype": "same:imag", "variances": "if:x", "unit": "unit(imgae)^2"}},
"over": "train",
"parameters": {"properties": {"unit": {"type": "integer", "default": "q"}}, "required": ["units"]}})");
    for (const char* each : {
             "p.json:2:31: inputs.image.core[0]: the pack 'pixel' is not declared in 'packs'.",
             "inputs.image.unit: unit '1/nmm':",
             "inputs.image.unless: the fact 'smoothed' is not forbidden.",
             "inputs.image.unless.smoothed: there is no parameter 'allow'. Known: unit.",
             "outputs.y.core[0]: there is no parameter 'unti'. Did you mean 'unit'?",
             "outputs.y.dtype: there is no input 'imag'. Did you mean 'image'?",
             "outputs.y.variances: there is no input 'x'. Known: image.",
             "outputs.y.unit: there is no input or coordinate 'imgae'. Did you mean 'image'?",
             "p.json:4:9: over: only a reduce runs over a dimension.",
             "parameters.required: there is no parameter 'units'. Did you mean 'unit'?",
             "parameters.properties.unit.default: \"q\" must be an integer.",
         })
        CHECK_MESSAGE(text.find(each) != std::string::npos, each, "\nis not in\n", text);
}

TEST_CASE("manifest: a parameter that is no schema") {
    CHECK(refusal(R"({"id": "a", "version": "1.0.0", "kind": "source", "outputs": {"y": {}},
"parameters": {"properties": {"n": {"type": "integer", "minimum": "one"}}}})").find("parameters.properties.n: not a draft-7 schema: ") !=
          std::string::npos);
}

TEST_CASE("manifest: each kind has the ports that it needs") {
    const auto of = [](const std::string& rest) { return refusal(R"({"id": "a", "version": "1.0.0", )" + rest + "}"); };
    CHECK(of(R"("kind": "sink", "outputs": {"y": {}})").find("a sink declares no outputs.") != std::string::npos);
    CHECK(of(R"("kind": "source")").find("at least one output is needed.") != std::string::npos);
    CHECK(of(R"("kind": "map", "outputs": {"y": {}})").find("a map needs at least one input.") != std::string::npos);
    CHECK(of(R"("kind": "source", "inputs": {"x": {"core": []}}, "outputs": {"y": {}})").find("a source declares no inputs.") !=
          std::string::npos);
    CHECK(of(R"("kind": "reduce", "inputs": {"x": {"core": []}}, "outputs": {"y": {}})").find("a reduce needs 'over'") !=
          std::string::npos);
    CHECK(of(R"("kind": "sink")") == "accepted");
}
