// SPDX-License-Identifier: BSD-3-Clause
// check: what a sound recipe becomes, and that each fault gives one finding with the right place and words.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <sluice/host/error.hpp>
#include <sluice/host/recipe.hpp>

using namespace sluice;

namespace {

namespace fs = std::filesystem;

fs::path recipes() { return fs::path(__FILE__).parent_path() / "recipes"; }

std::string read(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

const Catalogue& catalogue() {
    static const Catalogue all = [] {
        Catalogue out;
        for (const auto& entry : fs::directory_iterator(recipes() / "plugins")) {
            Manifest manifest = parse_manifest(read(entry.path()), entry.path().string());
            out.emplace(manifest.id, manifest);
        }
        return out;
    }();
    return all;
}

std::vector<std::string> texts(const Checked& checked) {
    std::vector<std::string> out;
    for (const auto& each : checked.findings) out.push_back(to_text(each));
    return out;
}

std::vector<std::string> codes(const Checked& checked) {
    std::vector<std::string> out;
    for (const auto& each : checked.findings) out.push_back(each.code);
    return out;
}

/// A recipe with these steps, each on a line of its own, from line 2; the last one is the output.
Checked check_steps(const std::vector<std::pair<std::string, std::string>>& steps, const std::string& rest = "",
                    const RecipeOptions& options = {}) {
    std::string text = R"({"sluice": 1, "recipe": {"id": "test", "version": "1.0.0"}, )" + rest + R"("steps": {)";
    for (const auto& [name, body] : steps) text += "\n\"" + name + "\": {" + body + "}" + (name == steps.back().first ? "" : ",");
    text += "},\n\"outputs\": {\"default\": \"" + steps.back().first + "\"}}";
    return check_recipe_text(text, "r.json", "/data", catalogue(), options);
}

const std::string frames = R"("use": "hdf5_source", "with": {"file": "f.h5", "path": "/d", "dims": ["sample", "y", "x"]})";
const std::string curves = R"("use": "hdf5_source", "with": {"file": "f.h5", "path": "/d", "dims": ["sample", "q"], "unit": "1/cm"})";

std::string only_text(const Checked& checked) {
    const auto all = texts(checked);
    REQUIRE_MESSAGE(all.size() == 1, [&] {
        std::string joined;
        for (const auto& each : all) joined += "\n" + each;
        return joined;
    }());
    CHECK_FALSE(checked.recipe);
    return all.front();
}

/// The fault of one step that is fed by frames and has this `with`.
std::string fault_of_integration(const std::string& with, const std::string& rest = "", const RecipeOptions& options = {}) {
    return only_text(check_steps({{"f", frames}, {"i", R"("use": "azimuthal_integration", "in": {"image": "f"}, "with": {)" + with + "}"}},
                                 rest, options));
}
std::string fault_of_thermometer(const std::string& with) {
    return only_text(check_steps({{"v", R"("use": "hdf5_source", "with": {"file": "f", "path": "/d", "dims": ["t"], "unit": "V"})"},
                                  {"t", R"("use": "thermometer", "in": {"voltage": "v"}, "with": {)" + with + "}"}}));
}

}  // namespace

TEST_CASE("check: the recipe of the design page") {
    const auto file = recipes() / "swaxs.json";
    const Checked checked = check_recipe(file, catalogue(), {{{"frames", "/data/frames.h5"}, {"empty", "empty.h5"}}, {}, true});
    CHECK(texts(checked) == std::vector<std::string>{});
    REQUIRE(checked.recipe);
    const Recipe& recipe = *checked.recipe;
    CHECK(recipe.id == "swaxs.invariant");
    CHECK(recipe.text == read(file));
    std::vector<std::string> order;
    for (const auto& step : recipe.steps) order.push_back(step.name);
    CHECK(order == std::vector<std::string>{"frames", "dark_cell", "profile", "cell", "background", "net", "invariant"});

    CHECK(recipe.step("frames").with["file"] == "/data/frames.h5");
    CHECK(recipe.step("dark_cell").with["file"] == (fs::current_path() / "empty.h5").string());  // of -p: from here
    CHECK(recipe.step("cell").with["geometry"] == (recipes() / "geometry/detector.poni").string());  // of the recipe: from there
    CHECK(recipe.step("cell").with.dump().find(R"("bins":1000,"unit":"1/nm","polarization":null,"monitor":1)") != std::string::npos);
    CHECK(recipe.step("net").with["scale"] == 1.0);
    CHECK(recipe.step("net").inputs.at("sample") == Reference{"profile", "intensity"});
    CHECK(recipe.step("net").location.line == 19);
    const Json& with = recipe.step("invariant").with;
    CHECK(with["q_min"] == 0.3);
    CHECK(with["q_max"].get<double>() == doctest::Approx(20).epsilon(1e-15));  // 2 1/angstrom; one rounding
    CHECK(with["quadrature"] == "trapezoid");
    REQUIRE(recipe.checks.size() == 1);
    CHECK(recipe.checks[0].on == Reference{"invariant", "invariant"});
    CHECK(recipe.checks[0].finite);
    CHECK(recipe.checks[0].minimum == 0.0);
    CHECK(recipe.default_output == Reference{"net", "net"});
    CHECK(recipe.keep == std::vector<Reference>{{"net", "net"}, {"profile", "intensity"}, {"invariant", "invariant"}});
    CHECK(recipe.format == "nexus_result");
    CHECK(recipe.format_with["compression"] == 4);
}

TEST_CASE("check: the effective recipe runs by itself and is its own effective recipe") {
    const Checked first = check_recipe(recipes() / "swaxs.json", catalogue(), {{{"frames", "/f.h5"}, {"empty", "/e.h5"}, {"scale", "0.5"}}, {}, true});
    REQUIRE(first.recipe);
    const Json effective = first.recipe->effective;
    CHECK(effective.contains("parameters") == false);
    CHECK(effective["steps"]["net"].dump() ==
          R"({"use":"background_subtraction","in":{"background":"background.data","sample":"profile.intensity"},"with":{"scale":0.5}})");
    const Checked again = check_recipe_text(effective.dump(2), "effective", "/elsewhere", catalogue());
    CHECK(texts(again) == std::vector<std::string>{});
    REQUIRE(again.recipe);
    CHECK(again.recipe->effective.dump() == effective.dump());
}

TEST_CASE("check: ten planted faults give ten findings") {
    const Checked checked = check_recipe_text(read(recipes() / "ten_faults.json"), "ten.json", "/data", catalogue());
    CHECK_FALSE(checked.recipe);
    CHECK(texts(checked) ==
          std::vector<std::string>{
              "ten.json:7:115: step 'profile' (azimuthal_integration): bins = 0, must be >= 1. Remove it to use the default 1000.",
              "ten.json:8:29: step 'cell_profile': there is no plugin 'azimutal_integration'. Did you mean 'azimuthal_integration'? "
              "See: sluice plugins list.",
              "ten.json:9:93: step 'mean_cell' (mean): unknown parameter 'block'. Did you mean 'blocks'?",
              "ten.json:10:5: step 'net' (background_subtraction): input 'background' is missing. "
              "Connect it: \"in\": {\"background\": \"step\"}.",
              "ten.json:11:91: step 'invariant' (porod_invariant): q_min = \"0.3 nm\", must be a number or a quantity in 1/nm: "
              "'nm' does not convert to '1/nm'.",
              "ten.json:12:62: step 'direct' (porod_invariant): input 'intensity' from 'frames.data' has the dimensions "
              "[sample, y, x], but not the dimension 'q'. Bind it to one that is there, such as \"core\": {\"q\": \"x\"}, "
              "or feed another array.",
              "ten.json:13:5: the steps first -> second -> first feed each other in a loop. Take one of these connections out.",
              "ten.json:14:92: step 'second' (slice): begin = \"one\", must be an integer. Remove it to use the default 0.",
              "ten.json:15:5: step 'forgotten' (slice): nothing uses it. Add it to outputs.keep, feed it to a step, or remove it.",
              "ten.json:17:72: key 'default' stands here again; it is first at line 17, column 15. Keep one of them.",
          });
    CHECK(codes(checked) == std::vector<std::string>{"out-of-range", "unknown-plugin", "unknown-parameter", "missing-input", "wrong-unit",
                                                     "dims-mismatch", "cycle", "bad-type", "unused-step", "duplicate-key"});
    CHECK(checked.findings[4].pointer == "/steps/invariant/with/q_min");
}

TEST_CASE("check: a plugin that was found but is unusable comes with the reason") {
    RecipeOptions options;
    options.unusable = {{"rebin", "'/p/libsluice_rebin.so' was found but cannot be used: it is damaged"}};
    const auto checked = check_recipe_text(R"({"sluice": 1, "recipe": {"id": "a.b", "version": "1.0.0", "title": "t"},
"steps": {"r": {"use": "rebin"}}, "outputs": {"default": "r"}})", "r.json", "/", catalogue(), options);
    CHECK(only_text(checked).ends_with("step 'r': there is no plugin 'rebin'. '/p/libsluice_rebin.so' was found but cannot be used: it is damaged"));
}

TEST_CASE("check: faults of form") {
    const auto of = [](const std::string& text) { return only_text(check_recipe_text(text, "r.json", "/", catalogue())); };
    const std::string good = R"("recipe": {"id": "a", "version": "1"}, "steps": {"s": {)" + frames + R"(}}, "outputs": {"default": "s"}})";
    CHECK(of(R"({"sluice": 2, )" + good) == "r.json:1:12: sluice = 2: this program reads recipes of language 1. Use the program the recipe was written for.");
    CHECK(of("{" + good) == "r.json:1:1: 'sluice' is missing.");
    CHECK(of(R"({"sluice": "1", )" + good) == "r.json:1:12: sluice = \"1\", must be 1.");
    CHECK(of(R"({"sluice": 1, "outptus": 3, )" + good) == "r.json:1:15: unknown key 'outptus'. Did you mean 'outputs'?");
    CHECK(of("[]") == "r.json:1:1: the whole text = [], must be an object with 'sluice', 'recipe', 'steps' and 'outputs'.");
    CHECK(of("{\"a\"") == "r.json:1:5: not valid JSON: unexpected end of input; expected ':'.");
    CHECK(only_text(check_recipe(recipes() / "nothing.json", catalogue())) == (recipes() / "nothing.json").string() + ": the file cannot be read.");

    CHECK(only_text(check_steps({{"s.t", frames}, {"s", frames}})) ==
          "r.json:2:1: steps: the name 's.t' must be letters, digits and _, not beginning with a digit.");
    CHECK(only_text(check_steps({{"s", R"("use": 3)"}})) == "r.json:2:14: step 's': use = 3, must be a text that is not empty.");
    CHECK(only_text(check_steps({{"s", R"("wiht": {}, )" + frames}})) == "r.json:2:7: step 's': unknown key 'wiht'. Did you mean 'with'?");
    CHECK(only_text(check_steps({{"f", frames}, {"s", R"("use": "slice", "in": {"data": ["f"]}, "with": {"dim": "x"})"}})) ==
          "r.json:3:38: step 's': in.data = [\"f\"], must be a text that is not empty.");  // and f is not unused
}

TEST_CASE("check: a malformed part hides nothing else of its step") {
    const Checked checked = check_steps({{"f", frames}, {"i", R"("us": 1, "use": "azimuthal_integration", "in": {"image": "f"}, "with": {"bins": 0, "geometry": 3})"}});
    CHECK(codes(checked) == std::vector<std::string>{"unknown-key", "out-of-range", "bad-type"});
    const Checked several = check_steps({{"a", R"("use": 1)"}, {"b", R"("use": 2, "x": 3)"}, {"c d", frames}, {"e", R"("in": {})"}, {"g", "\"use\": \"slic\""}});
    CHECK(codes(several) == std::vector<std::string>{"unused-step", "schema", "unused-step", "schema", "unknown-key", "schema", "schema",
                                                     "unused-step", "unknown-plugin"});
}

TEST_CASE("check: parameters of a plugin") {
    CHECK(fault_of_integration(R"("geometry": "g", "bin": 3)") ==
          "r.json:3:87: step 'i' (azimuthal_integration): unknown parameter 'bin'. Did you mean 'bins'?");
    CHECK(fault_of_integration("") == "r.json:3:61: step 'i' (azimuthal_integration): parameter 'geometry' is missing; it must be a text.");
    CHECK(fault_of_integration(R"("geomtry": "g")").ends_with("unknown parameter 'geomtry'. Did you mean 'geometry'?"));  // and not missing as well
    CHECK(fault_of_integration(R"("geometry": "g", "bins": 1.5)").ends_with("bins = 1.5, must be an integer >= 1. Remove it to use the default 1000."));
    CHECK(fault_of_integration(R"("geometry": "g", "bins": 18446744073709551615)").ends_with("bins = 18446744073709551615, must be <= 9223372036854775807. Remove it to use the default 1000."));
    CHECK(fault_of_integration(R"("geometry": "g", "unit": "1/nmm")").ends_with(
        "unit = \"1/nmm\", must be one of \"1/nm\", \"1/angstrom\" or \"deg\". Did you mean '1/nm'?"));
    CHECK(fault_of_integration(R"("geometry": "g", "polarization": 1.2)").ends_with("polarization = 1.2, must be >= -1 and <= 1."));
    CHECK(fault_of_integration(R"("geometry": "g", "monitor": {"fron": "f"})").ends_with("monitor = {\"fron\":\"f\"}, must be a number > 0. Remove it to use the default 1."));
    CHECK(fault_of_thermometer(R"("settings": {"gian": 1})").ends_with("settings has the unknown key 'gian'. Did you mean 'gain'?"));
    CHECK(fault_of_thermometer(R"("settings": {"gain": "x"})").ends_with("settings.gain = \"x\", must be an integer."));
    CHECK(fault_of_integration(R"("geometry": ["g"])").ends_with("geometry = [\"g\"], must be a text."));
    CHECK(fault_of_thermometer(R"("files": ["a", 3])").ends_with("files[1] = 3, must be a text."));
}

TEST_CASE("check: quantities take the declared unit") {
    const auto with = [](const std::string& json) {
        const Checked checked = check_steps({{"v", R"("use": "hdf5_source", "with": {"file": "f", "path": "/d", "dims": ["t"], "unit": "V"})"},
                                             {"t", R"("use": "thermometer", "in": {"voltage": "v"}, "with": {)" + json + "}"}});
        CHECK(texts(checked) == std::vector<std::string>{});
        return checked.recipe ? checked.recipe->step("t").with : Json();
    };
    CHECK(with(R"("reference": "25 degC")")["reference"].get<double>() == doctest::Approx(298.15).epsilon(1e-14));  // 0 degC = 273.15 K
    CHECK(with(R"("range": ["300000 mK", 400])")["range"].dump() == "[300.0,400]");
    CHECK(with(R"("limit": "auto")")["limit"] == "auto");
    CHECK(with(R"("limit": "300 K")")["limit"] == 300);
    CHECK(with(R"("files": ["a.txt", "/b.txt"])")["files"].dump() == R"(["/data/a.txt","/b.txt"])");
    CHECK(with("").size() == 6);
    CHECK(fault_of_thermometer(R"("width": "5 degC")").find("width = \"5 degC\", must be a number or a quantity in K: ") != std::string::npos);
    CHECK(fault_of_thermometer(R"("reference": "5 m")").ends_with(
        "reference = \"5 m\", must be a number or a quantity in K: 'm' does not convert to 'K'."));
    CHECK(fault_of_thermometer(R"("range": [1, "2 m"])").ends_with("'m' does not convert to 'K'."));
    CHECK(fault_of_thermometer(R"("reference": "warm")").find("reference = \"warm\", must be a number or a quantity in K: ") != std::string::npos);
    CHECK(only_text(check_steps({{"c", R"("use": "hdf5_source", "with": {"file": "f", "path": "/d", "dims": ["q"], "unit": "kT"})"}}))
              .starts_with("r.json:2:88: step 'c' (hdf5_source): unit = \"kT\": unit 'kT': "));
}

TEST_CASE("check: parameters of the recipe") {
    const auto run = [](const std::string& declaration, const std::string& with, std::map<std::string, std::string> given = {}, bool required = true) {
        return check_steps({{"f", frames}, {"i", R"("use": "azimuthal_integration", "in": {"image": "f"}, "with": {"geometry": "g", )" + with + "}"}},
                           R"("parameters": {)" + declaration + "}, ", {std::move(given), {}, required});
    };
    SUBCASE("values") {
        const std::string declared = R"("n": {"type": "integer", "default": 7}, "p": {"type": "number", "minimum": 0.5, "maximum": 1, "default": 1})";
        const Checked checked = run(declared, R"("bins": "${n}", "polarization": "${p}")", {{"n", "12"}});
        CHECK(texts(checked) == std::vector<std::string>{});
        REQUIRE(checked.recipe);
        CHECK(checked.recipe->step("i").with["bins"] == 12);
        CHECK(checked.recipe->step("i").with["polarization"] == 1);
        CHECK(only_text(run(declared, R"("bins": "${n}", "polarization": "${p}")", {{"p", "0.2"}})) ==
              "-p p=0.2: parameter 'p' = 0.2, must be >= 0.5.");
        CHECK(only_text(run(declared, R"("bins": "${n}", "polarization": "${p}")", {{"n", "many"}})) ==
              "-p n=many: parameter 'n' = many, must be an integer.");
        CHECK(only_text(run(declared, R"("bins": "${n}", "polarization": "${p}")", {{"np", "1"}})) ==
              "-p np=1: the recipe has no parameter 'np'. Did you mean 'n' or 'p'?");
        CHECK(only_text(run(declared, R"("bins": "${n}", "polarization": "${p}")", {{"n", "0"}})).ends_with(
              "step 'i' (azimuthal_integration): bins = ${n} (0), must be >= 1. Remove it to use the default 1000."));
    }
    SUBCASE("names and types") {
        CHECK(only_text(run(R"("bins": {"type": "integer", "default": 7})", R"("bins": "${bin}")")).ends_with(
            "step 'i': with.bins = \"${bin}\": the recipe declares no parameter 'bin'. Did you mean 'bins'?"));
        CHECK(only_text(run(R"("n": {"type": "integer", "default": 7})", R"("bins": "1${n}")")).ends_with(
            "step 'i': with.bins = \"1${n}\": ${name} must be the whole value, not a part of a text."));
        CHECK(only_text(run(R"("n": {"type": "path", "default": "a"})", R"("bins": "${n}")")).ends_with(
            "bins = ${n} (a path), must be an integer >= 1."));
        CHECK(codes(run(R"("n": {"type": "path"})", R"("bins": "${n}")", {}, false)) == std::vector<std::string>{"missing-value", "bad-type"});
        CHECK(only_text(run(R"("n": {"type": "integer", "default": "x"})", R"("bins": "${n}")")).ends_with(
            "parameter 'n': default = \"x\", must be an integer."));
        CHECK(only_text(run(R"("n": {"type": "text", "default": "${m}"})", R"("unit": "${n}")")).ends_with(
            "parameter 'n': default = \"${m}\", must be a value: \"${name}\" stands in the with of steps only."));
        CHECK(only_text(run(R"("n": {"type": "choice"})", R"("unit": "${n}")")).ends_with("parameter 'n': 'choices' is missing."));
        CHECK(only_text(run(R"("n": {"type": "choice", "choices": ["deg", "1/nm"]})", R"("unit": "${n}")", {{"n", "rad"}})) ==
              "-p n=rad: parameter 'n' = rad, must be one of \"deg\" or \"1/nm\".");
        CHECK(only_text(run(R"("n": {"type": "int", "default": 3})", R"("bins": "${n}")")).find("parameter 'n': type = \"int\", must be one of") != std::string::npos);
        CHECK(only_text(run(R"("n": {"type": "integer", "defualt": 7})", R"("bins": "${n}")")).ends_with(
            "parameter 'n': unknown key 'defualt'. Did you mean 'default'?"));  // and it is not without a value as well
        CHECK(only_text(run(R"("n": {"type": "integer", "default": 7})", R"("bins": 3)")).ends_with(
            "parameter 'n' is not used. Refer to it as \"${n}\", or remove it."));
    }
    SUBCASE("a value that is not given") {
        CHECK(only_text(run(R"("n": {"type": "integer"})", R"("bins": "${n}")")).ends_with(
            "parameter 'n' (an integer) has no value. Give it with -p n=..."));
        const Checked open = run(R"("n": {"type": "integer"})", R"("bins": "${n}")", {}, false);
        REQUIRE(open.findings.size() == 1);
        CHECK(open.findings[0].severity == Severity::note);
        REQUIRE(open.recipe);
        CHECK(open.recipe->effective["steps"]["i"]["with"]["bins"] == "${n}");
        CHECK(open.recipe->effective["parameters"]["n"]["type"] == "integer");
    }
    SUBCASE("quantities") {
        const auto porod = [](const std::string& declaration, std::map<std::string, std::string> given = {}) {
            return check_steps({{"c", curves}, {"s", R"("use": "porod_invariant", "in": {"intensity": "c"}, "with": {"q_min": "${q}"})"}},
                               R"("parameters": {"q": )" + declaration + "}, ", {std::move(given), {}, true});
        };
        const Checked converted = porod(R"({"type": "quantity", "unit": "1/angstrom", "default": 0.03, "minimum": 0.01})");
        REQUIRE(converted.recipe);
        CHECK(converted.recipe->step("s").with["q_min"].get<double>() == doctest::Approx(0.3).epsilon(1e-15));
        CHECK(only_text(porod(R"({"type": "quantity", "unit": "1/angstrom", "minimum": 0.01})", {{"q", "0.05 1/nm"}})) ==
              "-p q=0.05 1/nm: parameter 'q' = 0.05 1/nm, must be >= 0.01 1/angstrom.");
        CHECK(only_text(porod(R"({"type": "quantity", "unit": "1/angstrom"})", {{"q", "3 s"}})) ==
              "-p q=3 s: parameter 'q' = 3 s, must be a quantity that converts to 1/angstrom.");
        CHECK(only_text(porod(R"({"type": "quantity", "unit": "s", "default": 1})")).find(
            "q_min = ${q} (\"1 s\"), must be a number or a quantity in 1/nm: 's' does not convert to '1/nm'.") != std::string::npos);
        CHECK(only_text(porod(R"({"type": "quantity", "unit": "parsnip", "default": 1})")).find("parameter 'q': unit 'parsnip':") != std::string::npos);
    }
}

TEST_CASE("check: --set") {
    const auto run = [](std::vector<std::pair<std::string, std::string>> overrides) {
        return check_steps({{"c", curves}, {"s", R"("use": "porod_invariant", "in": {"intensity": "c"}, "with": {"q_min": 1})"}}, "",
                           {{}, std::move(overrides), true});
    };
    const Checked checked = run({{"s.q_min", "2 1/angstrom"}, {"s.q_max", "30"}, {"s.quadrature", "simpson"}, {"c.file", "other.h5"}});
    REQUIRE(checked.recipe);
    CHECK(checked.recipe->step("s").with.dump() == R"({"q_min":20.0,"q_max":30,"quadrature":"simpson","allow_smoothed":false})");
    CHECK(checked.recipe->step("c").with["file"] == (fs::current_path() / "other.h5").string());
    CHECK(run({{"s.quadrature", R"("simpson")"}}).recipe->step("s").with["quadrature"] == "simpson");  // in quotes too
    CHECK(run({{"c.path", "12"}}).recipe->step("c").with["path"] == "12");   // a text, whatever it reads as
    CHECK(run({{"c.path", "true"}}).recipe->step("c").with["path"] == "true");
    CHECK(only_text(run({{"s.q_mni", "1"}})) == "--set s.q_mni=1: step 's' (porod_invariant): unknown parameter 'q_mni'. Did you mean 'q_min'?");
    CHECK(only_text(run({{"t.q_min", "1"}})) == "--set t.q_min=1: there is no step 't'. Did you mean 'c' or 's'?");
    CHECK(only_text(run({{"q_min", "1"}})) == "--set q_min=1: write --set step.parameter=value.");
    CHECK(only_text(run({{"c.path", "${p}"}})).ends_with("path = ${p}, must be a value: \"${name}\" stands in a recipe only."));
    CHECK(only_text(run({{"s.q_min", "-1"}})) == "--set s.q_min=-1: step 's' (porod_invariant): q_min = -1, must be > 0.");
}

TEST_CASE("check: references") {
    const auto net = [](const std::string& in) {
        return check_steps({{"profile", curves}, {"cell", curves}, {"net", R"("use": "background_subtraction", "in": {)" + in + "}"}});
    };
    CHECK(only_text(net(R"("sample": "profil", "background": "cell")")) ==
          "r.json:4:59: step 'net' (background_subtraction): there is no step 'profil'. Did you mean 'profile'?");
    CHECK(only_text(net(R"("sample": "profile.dat", "background": "cell")")).ends_with(
        "step 'profile' (hdf5_source) has no output 'dat'. Did you mean 'data'?"));
    CHECK(only_text(net(R"("sampel": "profile", "background": "cell")")).ends_with("there is no input 'sampel'. Did you mean 'sample'?"));
    CHECK(only_text(check_steps({{"a", curves}, {"b", R"("in": {"x": "a"}, )" + curves}})).ends_with("there is no input 'x'. A source takes none."));
    CHECK(only_text(check_steps({{"a", R"("use": "nexus_result")"}})).ends_with(
        "step 'a' (nexus_result): a sink is no step. Name it in outputs: \"format\": \"nexus_result\"."));
    CHECK(codes(check_steps({{"a", R"("use": "slice", "in": {"data": "b"}, "with": {"dim": "x"})"},
                             {"b", R"("use": "slice", "in": {"data": "a"}, "with": {"dim": "x"})"},
                             {"c", R"("use": "slice", "in": {"data": "c"}, "with": {"dim": "x"})"},
                             {"d", R"("use": "background_subtraction", "in": {"sample": "b", "background": "c"})"}})) ==
          std::vector<std::string>{"cycle", "cycle"});
}

TEST_CASE("check: outputs and checks") {
    const auto run = [](const std::string& outputs) {
        return check_recipe_text(R"({"sluice": 1, "recipe": {"id": "a", "version": "1"}, "steps": {"c": {)" + curves + "}},\n" + outputs + "}", "r.json",
                                 "/", catalogue());
    };
    CHECK(only_text(run(R"("outputs": {"default": "c", "keep": ["c.nothing"]})")).ends_with(
        "outputs.keep[0]: step 'c' (hdf5_source) has no output 'nothing'. Known: data."));
    CHECK(only_text(run(R"("outputs": {"default": "c", "format": "nexus"})")) ==
          "r.json:2:39: outputs: there is no sink 'nexus' to write the result. Known: nexus_result.");
    CHECK(only_text(run(R"("outputs": {"default": "c", "format": "slice"})")).find("there is no sink 'slice'") != std::string::npos);
    CHECK(only_text(run(R"("outputs": {"default": "c", "with": {"compression": 10}})")).ends_with(
        "outputs (nexus_result): compression = 10, must be >= 0 and <= 9. Remove it to use the default 4."));
    CHECK(only_text(run(R"("outputs": {"defalt": "c"})")).ends_with("outputs: unknown key 'defalt'. Did you mean 'default'?"));
    CHECK(run(R"("outputs": {"default": "c", "keep": ["c", "c.data"]})").recipe->keep.size() == 1);
}

TEST_CASE("check: a quality check is on a kept result") {
    const Checked checked = check_steps({{"c", curves}, {"s", R"("use": "porod_invariant", "in": {"intensity": "c"})"}}, R"("checks": [{"on": "c", "finite": true}], )");
    CHECK(only_text(checked).ends_with("checks[0]: 'c' is not kept, so it is not checked. Add it to outputs.keep."));
}

TEST_CASE("check: dimensions by name, from the manifests alone") {
    SUBCASE("a core dimension may be bound to another of the data") {
        CHECK(check_steps({{"f", frames}, {"s", R"("use": "porod_invariant", "in": {"intensity": "f"}, "core": {"q": "x"})"}}).recipe);
        CHECK(only_text(check_steps({{"f", frames}, {"s", R"("use": "porod_invariant", "in": {"intensity": "f"}, "core": {"q": "z"})"}})).find(
            "has the dimensions [sample, y, x], but not the dimension [z] that \"core\" binds 'q' to.") != std::string::npos);
        CHECK(only_text(check_steps({{"f", frames}, {"s", R"("use": "porod_invariant", "in": {"intensity": "f"}, "core": {"qq": "x", "q": "x"})"}})).ends_with(
            "there is no core dimension 'qq'. Did you mean 'q'?"));
        CHECK(only_text(check_steps({{"f", frames}, {"s", R"("use": "porod_invariant", "in": {"intensity": "f"}, "core": {"q": ["x", "y"]})"}})).ends_with(
            "core dimension 'q' takes one dimension, not [x, y]."));
    }
    SUBCASE("a renamed core dimension keeps the data's name downstream") {
        CHECK(check_steps({{"f", frames}, {"s", R"("use": "porod_invariant", "in": {"intensity": "f"}, "core": {"q": "x"})"},
                           {"m", R"("use": "mean", "in": {"data": "s.integrand"}, "with": {"over": "x"})"}}).recipe);
        CHECK(only_text(check_steps({{"f", frames}, {"s", R"("use": "porod_invariant", "in": {"intensity": "f"}, "core": {"q": "x"})"},
                                     {"m", R"("use": "mean", "in": {"data": "s.integrand"}, "with": {"over": "q"})"}})) ==
              "r.json:4:70: step 'm' (mean): it runs over 'q', but input 'data' from 's.integrand' has the dimensions [sample, y, x]. Did you mean 'x' or 'y'?");
    }
    SUBCASE("the name of an output's dimension may follow a parameter") {
        const auto chain = [](const std::string& unit) {
            return check_steps({{"f", frames}, {"i", R"("use": "azimuthal_integration", "in": {"image": "f"}, "with": {"geometry": "g", "unit": ")" + unit + "\"}"},
                                {"s", R"("use": "porod_invariant", "in": {"intensity": "i"})"}});
        };
        CHECK(chain("1/angstrom").recipe);
        CHECK(only_text(chain("deg")).find("has the dimensions [sample, two_theta], but not the dimension 'q'.") != std::string::npos);
    }
    SUBCASE("packs") {
        const auto image = [](const std::string& dims, const std::string& core = "") {
            return check_steps({{"f", R"("use": "hdf5_source", "with": {"file": "f", "path": "/d", "dims": )" + dims + "}"},
                                {"i", R"("use": "azimuthal_integration", "in": {"image": "f"}, )" + core + R"("with": {"geometry": "g"})"},
                                {"s", R"("use": "porod_invariant", "in": {"intensity": "i"})"}});
        };
        CHECK(image(R"(["t", "pixel"])").recipe);
        CHECK(image(R"(["t", "module", "slow", "fast"])", R"("core": {"pixel": ["module", "slow", "fast"]}, )").recipe);
        CHECK(only_text(image(R"(["t", "slow"])")).ends_with(
            "input 'image' from 'f.data' has the dimensions [t, slow], but not the dimensions [y, x] or [pixel]."));
    }
    SUBCASE("means drop their dimension, and may add replicates") {
        CHECK(only_text(check_steps({{"c", curves}, {"m", R"("use": "mean", "in": {"data": "c"}, "with": {"over": "sample"})"},
                                     {"n", R"("use": "mean", "in": {"data": "m"}, "with": {"over": "sample"})"}})).ends_with(
            "it runs over 'sample', but input 'data' from 'm.data' has the dimensions [q]. Known: q."));
        CHECK(check_steps({{"c", curves}, {"m", R"("use": "mean", "in": {"data": "c"}, "with": {"over": "sample", "blocks": 4})"},
                           {"n", R"("use": "mean", "in": {"data": "m"}, "with": {"over": "replicate"})"}}).recipe);
    }
    SUBCASE("no dimension may come out twice") {
        const std::string mixed = R"("use": "hdf5_source", "with": {"file": "f", "path": "/d", "dims": ["q", "y", "x"]})";
        CHECK(only_text(check_steps({{"f", mixed}, {"i", R"("use": "azimuthal_integration", "in": {"image": "f"}, "with": {"geometry": "g"})"}})) ==
              "r.json:3:6: step 'i' (azimuthal_integration): output 'intensity' would have the dimension 'q' twice: [q, q].");
    }
    SUBCASE("two core dimensions are two dimensions of the data") {
        const Manifest matrix = parse_manifest(R"({"id": "matrix", "version": "1.0.0", "kind": "map", "inputs": {"m": {"core": ["a", "b"]}},
            "outputs": {"trace": {"core": []}}})", "matrix.json");
        const std::string text = R"({"sluice": 1, "recipe": {"id": "a", "version": "1"}, "steps": {"f": {)" + frames +
                                 R"(}, "t": {"use": "matrix", "in": {"m": "f"}, "core": {"a": "x", "b": "x"}}}, "outputs": {"default": "t"}})";
        Catalogue with_matrix = catalogue();
        with_matrix.emplace("matrix", matrix);
        CHECK(only_text(check_recipe_text(text, "r.json", "/", with_matrix)).ends_with(
            "step 't' (matrix): two core dimensions of input 'm' are bound to 'x'."));
    }
    SUBCASE("numbers per item loop in the order of plugin.json, and are plain numbers where no unit is declared") {
        Catalogue with_line = catalogue();
        with_line.emplace("line", parse_manifest(R"({"id": "line", "version": "1.0.0", "kind": "map", "inputs": {"x": {"core": ["q"]}},
            "outputs": {"y": {"core": ["q"]}}, "parameters": {"properties": {"slope": {"type": "number", "default": 1, "per_item": true},
            "offset": {"type": "number", "default": 0, "per_item": true}}}})", "line.json"));
        const std::string line = R"("use": "hdf5_source", "with": {"file": "f", "path": "/d", "dims": ["q"]})";
        const auto table = [](const std::string& dim, const std::string& unit) {
            return R"({"use": "hdf5_source", "with": {"file": "f", "path": "/d", "dims": [")" + dim + R"("], "unit": ")" + unit + "\"}}";
        };
        const auto found = [&](const std::string& unit) {
            return only_text(check_recipe_text(
                R"({"sluice": 1, "recipe": {"id": "a", "version": "1"}, "steps": {"c": {)" + line + R"(}, "s": )" + table("sample", unit) +
                    R"(, "t": )" + table("train", "1") + R"(, "l": {"use": "line", "in": {"x": "c"}, "with": {"slope": {"from": "t"}, "offset": {"from": "s"}}},
                "m": {"use": "mean", "in": {"data": "l"}, "with": {"over": "none"}}}, "outputs": {"default": "m"}})", "r.json", "/", with_line));
        };
        CHECK(found("1").find("has the dimensions [train, sample, q]") != std::string::npos);
        CHECK(found("s").ends_with("parameter 'offset' from 's.data' has the unit 's'; one that converts to '1' is needed."));
    }
    SUBCASE("static inputs have no loop dimensions") {
        const std::string mask = R"("use": "hdf5_source", "with": {"file": "f", "path": "/d", "dims": ["t", "y", "x"]})";
        CHECK(only_text(check_steps({{"f", frames}, {"m", mask}, {"i", R"("use": "azimuthal_integration", "in": {"image": "f", "mask": "m"}, "with": {"geometry": "g"})"}})).ends_with(
            "input 'mask' from 'm.data' has the dimensions [t, y, x]; it must be the same for all items, so [t] cannot be there."));
    }
    SUBCASE("a number per item broadcasts by name") {
        const std::string table = R"("use": "hdf5_source", "with": {"file": "t", "path": "/d", "dims": ["sample"], "unit": "1"})";
        const Checked checked = check_steps({{"c", curves}, {"t", table}, {"n", R"("use": "background_subtraction", "in": {"sample": "c", "background": "c"}, "with": {"scale": {"from": "t"}})"}});
        REQUIRE(checked.recipe);
        CHECK(checked.recipe->step("n").per_item.at("scale") == Reference{"t", "data"});
        CHECK(checked.recipe->step("n").with.contains("scale") == false);
        CHECK(checked.recipe->effective["steps"]["n"]["with"]["scale"]["from"] == "t.data");
        CHECK(only_text(check_steps({{"c", curves}, {"n", R"("use": "background_subtraction", "in": {"sample": "c", "background": "c"}, "with": {"scale": {"from": "c"}})"}})).ends_with(
            "parameter 'scale' from 'c.data' has the unit '1/cm'; one that converts to '1' is needed."));
        CHECK(only_text(check_steps({{"c", curves}, {"n", R"("use": "background_subtraction", "in": {"sample": "c", "background": "c"}, "with": {"scale": {"from": "d"}})"}})).ends_with(
            "there is no step 'd'. Did you mean 'c' or 'n'?"));
    }
}

TEST_CASE("check: units, dtypes and variances that are known") {
    const auto volts = [](const std::string& unit) {
        return check_steps({{"v", R"("use": "hdf5_source", "with": {"file": "f", "path": "/d", "dims": ["t"], "unit": ")" + unit + "\"}"},
                            {"t", R"("use": "thermometer", "in": {"voltage": "v"})"}});
    };
    CHECK(volts("mV").recipe);
    CHECK(only_text(volts("K")) ==
          "r.json:3:47: step 't' (thermometer): input 'voltage' from 'v.data' has the unit 'K'; one that converts to 'V' is needed.");
    const std::string source = R"("use": "hdf5_source", "with": {"file": "f", "path": "/d", "dims": ["t"]})";
    const Checked twice = check_steps({{"v", source}, {"t", R"("use": "thermometer", "in": {"voltage": "v"})"}, {"u", R"("use": "thermometer", "in": {"voltage": "t"})"}});
    CHECK(codes(twice) == std::vector<std::string>{"unit-mismatch", "missing-variances"});
    CHECK(texts(twice)[1].ends_with("input 'voltage' from 't.temperature' has no variances, which it needs."));
    const Checked mask = check_steps({{"f", frames}, {"i", R"("use": "azimuthal_integration", "in": {"image": "f"}, "with": {"geometry": "g"})"},
                                      {"j", R"("use": "azimuthal_integration", "in": {"image": "f", "mask": "i"}, "with": {"geometry": "g"})"}});
    CHECK(codes(mask) == std::vector<std::string>{"dtype-mismatch", "dims-mismatch"});
    CHECK(texts(mask)[0].ends_with("input 'mask' from 'i.intensity' is float64; it must be boolean."));
}

TEST_CASE("check: include and extends") {
    const auto folder = fs::temp_directory_path() / "sluice_recipe_check_test";
    fs::create_directories(folder / "common");
    const auto write = [&](const std::string& name, const std::string& text) { std::ofstream(folder / name) << text; };
    write("common/sources.json", "{\"parameters\": {\"n\": {\"type\": \"integer\", \"default\": 5}},\n \"steps\": {\"f\": {" + frames + "}}}");
    write("base.json", R"({"sluice": 1, "recipe": {"id": "base", "version": "1.0.0"}, "include": ["common/sources.json"],
"steps": {"i": {"use": "azimuthal_integration", "in": {"image": "f"}, "with": {"geometry": "g.poni", "bins": "${n}"}}},
"outputs": {"default": "i"}})");
    write("top.json", "{\"extends\": \"base.json\", \"recipe\": {\"id\": \"top\"},\n\"steps\": {\"i\": {\"with\": {\"polarization\": 2}}}}");
    const auto check = [&](const std::string& name) { return check_recipe(folder / name, catalogue()); };

    const Checked base = check("base.json");
    CHECK(texts(base) == std::vector<std::string>{});
    REQUIRE(base.recipe);
    CHECK(base.recipe->step("f").with["file"] == (folder / "common/f.h5").string());  // beside the file it stands in
    CHECK(base.recipe->step("i").with["bins"] == 5);
    CHECK(only_text(check("top.json")) == (folder / "top.json").string() + ":2:42: step 'i' (azimuthal_integration): polarization = 2, must be >= -1 and <= 1.");

    write("replaced.json", R"({"extends": "base.json", "steps": {"i": {"use": "mean", "in": {"data": "f"}, "with": {"over": "sample"}}},
"parameters": {"n": null}})");   // nothing of the old step is left: neither its input nor its parameters, which mean does not know
    const Checked replaced = check("replaced.json");
    CHECK(texts(replaced) == std::vector<std::string>{});
    CHECK(replaced.recipe->step("i").inputs.size() == 1);

    write("twice.json", "{\"extends\": \"base.json\", \"include\": [\"common/sources.json\", \"common/sources.json\"]}");
    const Checked twice = check("twice.json");
    CHECK(codes(twice) == std::vector<std::string>{"duplicate-key", "duplicate-key"});
    CHECK(texts(twice)[1] == (folder / "common/sources.json").string() + ":2:12: 'f' in 'steps' stands here again; it is first at " +
                                 (folder / "common/sources.json").string() + ":2:12. Keep one of them.");
    write("loop.json", "{\"extends\": \"loop.json\"}");
    CHECK(only_text(check("loop.json")).ends_with("loop.json' is included by itself."));
    write("lost.json", "{\"include\": [\"nowhere.json\"]}");
    CHECK(only_text(check("lost.json")) == (folder / "lost.json").string() + ":1:14: the file '" + (folder / "nowhere.json").string() + "' cannot be read.");
    write("wrong.json", "{\"extends\": \"base.json\", \"include\": [\"base.json\"]}");
    CHECK(codes(check("wrong.json")) == std::vector<std::string>{"unknown-key", "unknown-key", "unknown-key", "unknown-key"});
    fs::remove_all(folder);
}

TEST_CASE("check: the schema for editors and the list of parameters") {
    const Json schema = recipe_schema(catalogue());
    CHECK(schema["definitions"]["step"]["properties"]["use"]["enum"].dump() ==
          R"(["azimuthal_integration","background_subtraction","hdf5_source","mean","porod_invariant","slice","thermometer"])");
    CHECK(schema["properties"]["outputs"]["properties"]["format"]["enum"].dump() == R"(["nexus_result"])");
    const Json& integration = schema["definitions"]["step"]["allOf"][0];
    CHECK(integration["if"]["properties"]["use"]["const"] == "azimuthal_integration");
    CHECK(integration["then"]["properties"]["with"]["properties"]["bins"]["anyOf"][0]["minimum"] == 1);
    CHECK(integration["then"]["properties"]["with"]["required"].dump() == R"(["geometry"])");
    CHECK(integration["then"]["properties"]["in"]["required"].dump() == R"(["image"])");

    const Json parameters = recipe_parameters(recipes() / "swaxs.json");
    REQUIRE(parameters.size() == 4);
    CHECK(parameters[3].dump() == R"({"name":"scale","type":"quantity","unit":"1","default":1.0,"minimum":0})");
    CHECK_THROWS_AS(recipe_parameters(recipes() / "nothing.json"), Error);
}
