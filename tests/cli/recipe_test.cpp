// SPDX-License-Identifier: BSD-3-Clause
// Recipes through the program: check, plan, run, provenance and replay of a curve that is written in the recipe, and of
// simulated frames long enough to be interrupted.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include <nlohmann/json.hpp>

#include "support/run_program.hpp"

namespace {

using namespace sluice::test;
using Json = nlohmann::ordered_json;

// I = 2 1/cm on q = 1, 2, 3, 4 1/nm: the trapezoidal integral of q^2 I is 2 (0.5 + 4 + 9 + 8) = 43 1/(cm nm^3). Its
// variance is the sum of (w q^2)^2 sigma^2 with w = 0.5, 1, 1, 0.5: 0.01 (0.25 + 16 + 81 + 64) = 1.6125, sigma = 1.27.
const std::string curve = R"({
  "sluice": 1,
  "recipe": {"id": "test.curve", "version": "1.2.3", "title": "A curve"},
  "parameters": {"q_max": {"type": "quantity", "unit": "1/nm", "default": 4.0, "help": "the upper end"}},
  "steps": {
    "curve": {"use": "values", "with": {"values": [2, 2, 2, 2], "dims": ["q"], "unit": "1/cm", "sigma": 0.1,
              "coordinates": {"q": {"values": [1, 2, 3, 4], "unit": "1/nm"}}}},
    "invariant": {"use": "porod_invariant", "in": {"intensity": "curve"}, "with": {"q_max": "${q_max}"}}
  },
  "outputs": {"default": "invariant", "keep": ["curve"]}
})";

const std::string frames = R"({
  "sluice": 1,
  "recipe": {"id": "test.frames", "version": "1.0.0", "title": "Many frames"},
  "steps": {
    "frames": {"use": "powder_simulation", "with": {"frames": 100000, "shape": [256, 256], "distance": 0.2,
               "pixel_size": 1e-4, "wavelength": 0.1}},
    "mean": {"use": "mean", "in": {"data": "frames"}, "with": {"over": "frame"}}
  },
  "outputs": {"default": "mean"}
})";

/// A folder with the recipe, where the program runs.
struct Workplace {
    TemporaryFolder folder;
    explicit Workplace(const std::string& recipe = curve) { folder.write("recipe.json", recipe); }
    Finished run(const std::vector<std::string>& words) const { return run_sluice(words, folder.path()); }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder.path()), {}));
    }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string with(std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("check says ok, or all faults with their place and exit code 2") {
    const Finished good = Workplace().run({"check", "recipe.json"});
    CHECK(good.code == 0);
    CHECK(good.out == "recipe.json: ok\n");
    const Workplace bad(with(with(curve, "porod_invariant", "porod_invariants"), "\"sigma\"", "\"sigmas\""));
    const Finished faults = bad.run({"check", "recipe.json"});
    CHECK(faults.code == 2);
    CHECK(has(faults.out, "recipe.json:"));
    CHECK(has(faults.out, "porod_invariants"));
    CHECK(has(faults.out, "sigmas"));
    const Json json = Json::parse(bad.run({"check", "recipe.json", "--format", "json"}).out);
    CHECK(json.at("ok") == false);
    CHECK(json.at("findings").size() >= 2);
    CHECK(json.at("findings")[0].at("line") > 0);
}

TEST_CASE("the parameters of a recipe are listed") {
    const Workplace place;
    const Finished text = place.run({"recipe", "parameters", "recipe.json"});
    CHECK(text.code == 0);
    CHECK(has(text.out, "q_max"));
    CHECK(has(text.out, "quantity in 1/nm"));
    CHECK(has(text.out, "the upper end"));
    CHECK(Json::parse(place.run({"recipe", "parameters", "recipe.json", "--format", "json"}).out)[0].at("name") == "q_max");
}

TEST_CASE("the schema of recipes knows the plugins' parameters") {
    const Finished schema = run_sluice({"recipe", "schema"});
    CHECK(schema.code == 0);
    CHECK(Json::accept(schema.out));
    CHECK(has(schema.out, "porod_invariant"));
    CHECK(has(schema.out, "quadrature"));
}

TEST_CASE("plan tells the arrays as text and JSON and makes no file") {
    const Workplace place;
    CHECK(has(place.run({"plan", "recipe.json"}).out, "invariant.invariant"));
    CHECK(Json::accept(place.run({"plan", "recipe.json", "--format", "json"}).out));
    CHECK(place.files() == 1);
}

TEST_CASE("run keeps the result beside and prints its numbers") {
    const Workplace place;
    const Finished done = place.run({"run", "recipe.json"});
    CHECK(done.code == 0);
    CHECK(has(done.out, "invariant"));
    CHECK(has(done.out, "43.0 ± 1.3 1/(cm nm^3)"));
    CHECK(has(done.out, "result: recipe.h5 ("));
    CHECK(std::filesystem::exists(place.folder.path() / "recipe.h5"));
}

TEST_CASE("run takes parameters, overrides and a place for the result; --quiet prints nothing") {
    const Workplace place;
    // Up to q = 3: 2 (0.5 + 4 + 4.5) = 18.
    const Finished parameter = place.run({"run", "recipe.json", "-p", "q_max=3 1/nm", "-o", "a.h5"});
    CHECK(has(parameter.out, "18.00 ± "));
    const Finished override = place.run({"run", "recipe.json", "--set", "invariant.q_max=3 1/nm", "--output", "b.h5", "--quiet"});
    CHECK(override.code == 0);
    CHECK(override.out == "");
    CHECK(override.err == "");
    CHECK(std::filesystem::exists(place.folder.path() / "b.h5"));
}

TEST_CASE("run as JSON lines ends with the result, or with the error") {
    const Workplace place;
    const Finished done = place.run({"run", "recipe.json", "--format", "json"});
    const std::string last = done.out.substr(done.out.rfind('\n', done.out.size() - 2) + 1);
    const Json result = Json::parse(last);
    CHECK(result.at("event") == "result");
    CHECK(result.at("file") == "recipe.h5");
    CHECK(result.at("arrays")[0].at("array") == "invariant");
    CHECK(result.at("arrays")[0].at("values")[0] == 43.0);
    CHECK(result.at("arrays")[0].at("sigmas")[0].get<double>() == doctest::Approx(1.26984).epsilon(1e-5));  // sqrt(1.6125)
    const Finished failed = place.run({"run", "recipe.json", "--format", "json", "-o", "no/such/folder/a.h5"});
    CHECK(failed.code == 8);
    CHECK(Json::parse(failed.out).at("event") == "error");
    CHECK(Json::parse(failed.out).at("exit_code") == 8);
}

TEST_CASE("provenance tells recipe, steps and parameters with units") {
    const Workplace place;
    place.run({"run", "recipe.json"});
    const Finished text = place.run({"provenance", "show", "recipe.h5"});
    CHECK(text.code == 0);
    CHECK(has(text.out, "recipe: test.curve 1.2.3 \"A curve\"\n"));
    CHECK(has(text.out, "  invariant (porod_invariant "));
    CHECK(has(text.out, "): intensity from curve.values\n"));
    CHECK(has(text.out, "    q_max = 4.0 1/nm\n"));
    const Json json = Json::parse(place.run({"provenance", "show", "recipe.h5", "--format", "json"}).out);
    CHECK(json.at("recipe").at("id") == "test.curve");
    CHECK(Json::parse(json.at("recipe").at("effective_text").get<std::string>()).at("steps").contains("invariant"));
}

TEST_CASE("replay makes the same bits from the result alone") {
    const Workplace place;
    place.run({"run", "recipe.json", "-p", "q_max=3 1/nm"});
    std::filesystem::remove(place.folder.path() / "recipe.json");
    const Finished same = place.run({"replay", "recipe.h5", "--verify"});
    CHECK(same.code == 0);
    CHECK(has(same.out, "identical: every kept value has the same bits\n"));
    CHECK(place.files() == 1);
    const Finished json = place.run({"replay", "recipe.h5", "--verify", "--format", "json", "-o", "again.h5"});
    CHECK(Json::parse(json.out).at("identical") == true);
    CHECK(std::filesystem::exists(place.folder.path() / "again.h5"));
    const Finished onto_itself = place.run({"replay", "recipe.h5", "-o", "./recipe.h5"});
    CHECK(onto_itself.code == 2);
    CHECK(onto_itself.err == "sluice: -o ./recipe.h5: is the result that is replayed; give the new one another place\n");
}

TEST_CASE("replay tells which inputs changed, and stops when one is missing") {
    // The same curve from a file: the invariant is 43; with the last value 4 it is 43 + 2 * 0.5 * 16 = 59.
    const std::string table = "# q I\n1 2\n2 2\n3 2\n4 ";
    const Workplace place(R"({
      "sluice": 1,
      "recipe": {"id": "test.file", "version": "1.0.0", "title": "A curve from a file"},
      "steps": {
        "curve": {"use": "text_source", "with": {"file": "curve.dat", "value": 1, "unit": "1/cm", "coordinate": 0,
                  "coordinate_name": "q", "coordinate_unit": "1/nm"}},
        "invariant": {"use": "porod_invariant", "in": {"intensity": "curve"}}
      },
      "outputs": {"default": "invariant"}
    })");
    const auto data = place.folder.write("curve.dat", table + "2\n");
    CHECK(has(place.run({"run", "recipe.json"}).out, " 43 1/(cm nm^3)"));
    CHECK(has(place.run({"provenance", "show", "recipe.h5"}).out, "curve.dat\n    22 B, sha256 (full) "));
    CHECK(place.run({"replay", "recipe.h5", "--verify"}).code == 0);

    place.folder.write("curve.dat", table + "4\n");
    const Finished changed = place.run({"replay", "recipe.h5", "--verify"});
    CHECK(changed.code == 6);
    CHECK(has(changed.err, "input " + quoted(data) + " has changed: its SHA-256 (full) differs\n"));
    CHECK(has(changed.out, "/entry/invariant/invariant: 1 of 1 value differs, largest relative difference 0.27\n"));  // 16/59

    std::filesystem::remove(data);
    const Finished missing = place.run({"replay", "recipe.h5"});
    CHECK(missing.code == 4);
    CHECK(missing.err == "input " + quoted(data) + " is missing\nsluice: 'recipe.h5' cannot be made again: an input is missing\n");
}

TEST_CASE("replay of what is no result is a data error") {
    const Workplace place;
    const Finished refused = place.run({"replay", "recipe.json"});
    CHECK(refused.code == 4);
    CHECK(refused.err == "sluice: 'recipe.json' is no HDF5 file; give a result that 'sluice run' has written\n");
}

TEST_CASE("a failed quality check is exit code 5, and the result is kept") {
    const Workplace place(with(curve, "\"outputs\"", R"("checks": [{"on": "invariant", "maximum": 1}], "outputs")"));
    const Finished failed = place.run({"run", "recipe.json"});
    CHECK(failed.code == 5);
    CHECK(has(failed.err, "check failed: "));
    CHECK(std::filesystem::exists(place.folder.path() / "recipe.h5"));
}

TEST_CASE("Ctrl-C ends a run with exit code 130 and leaves no file") {
    for (const int signal : {SIGINT, SIGTERM}) {
        const Workplace place(frames);
        Child child({(binary_folder() / "sluice").string(), "run", "recipe.json", "--format", "json"}, place.folder.path());
        for (int i = 0; i < 3000 && !has(child.printed_so_far(), "progress"); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        child.send(signal);
        const Finished ended = child.wait();
        CHECK(ended.code == 130);
        CHECK(ended.err == "sluice: interrupted; nothing was kept\n");
        CHECK(place.files() == 1);
    }
}

TEST_CASE("a limit on the size of files is exit code 8, and leaves no file") {
    const Workplace place(with(frames, "100000", "20"));
    const std::string command = "ulimit -f 64; exec '" + (binary_folder() / "sluice").string() + "' run recipe.json --quiet";  // 32 KiB
    const Finished failed = run_program({"/bin/sh", "-c", command}, place.folder.path());
    CHECK(failed.code == 8);
    CHECK(has(failed.err, "recipe.h5"));
    CHECK(place.files() == 1);
}
