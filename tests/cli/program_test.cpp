// SPDX-License-Identifier: BSD-3-Clause
// The program as a shell sees it: verbs, options, hints, exit codes, and that nothing is opened to list, describe or check.
#include <doctest/doctest.h>

#include <string>

#include <nlohmann/json.hpp>

#include "support/run_program.hpp"

namespace {

using namespace sluice::test;
using Json = nlohmann::ordered_json;

/// `sluice` with the trial plugins of tests/framework before the others.
Finished with_trials(std::vector<std::string> words) {
    words.insert(words.end(), {"--plugins", (binary_folder() / "tests/trial_plugins").string()});
    return run_sluice(words);
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// On stderr, with exit code 2 and nothing on stdout.
void check_refused(const std::vector<std::string>& words, const std::string& sentence) {
    const Finished refused = run_sluice(words);
    CAPTURE(words);
    CHECK(refused.code == 2);
    CHECK(refused.err == "sluice: " + sentence + "\n");
    CHECK(refused.out == "");
}

}  // namespace

TEST_CASE("version and help go to stdout with exit code 0") {
    const Finished version = run_sluice({"--version"});
    CHECK(version.code == 0);
    CHECK(version.out.starts_with("sluice "));
    CHECK(has(version.out, "(plugin ABI 1.0)\n"));
    const Finished help = run_sluice({"--help"});
    CHECK(help.code == 0);
    for (const char* verb : {"run", "check", "plan", "plugins", "recipe", "provenance", "replay", "export"})
        CHECK(has(help.out, std::string("\n  ") + verb + " "));
}

TEST_CASE("every verb has help") {
    const std::vector<std::vector<std::string>> verbs = {
        {"run"}, {"check"}, {"plan"}, {"plugins"}, {"plugins", "list"}, {"plugins", "describe"}, {"recipe"},
        {"recipe", "schema"}, {"recipe", "parameters"}, {"provenance"}, {"provenance", "show"}, {"replay"}, {"export"}};
    for (auto words : verbs) {
        CAPTURE(words);
        words.push_back("--help");
        const Finished help = run_sluice(words);
        CHECK(help.code == 0);
        CHECK(help.out.starts_with("Usage: sluice " + words.front()));
        CHECK(help.err == "");
    }
}

TEST_CASE("what is mistyped is refused with near names") {
    check_refused({}, "what shall be done? 'sluice --help' lists the verbs");
    check_refused({"chekc"}, "'sluice chekc': there is no such verb (did you mean 'check'?); 'sluice --help' lists them");
    check_refused({"plugins", "lst"},
                  "'sluice plugins lst': there is no such verb (did you mean 'list'?); 'sluice plugins --help' lists them");
    check_refused({"run", "a.json", "--memroy", "1GiB"},
                  "'sluice run' has no option '--memroy' (did you mean '--memory'?); 'sluice run --help' tells what there is");
    check_refused({"check", "a.json", "--threads", "2"},
                  "'sluice check' has no option '--threads'; 'sluice check --help' tells what there is");
}

TEST_CASE("options are not guessed from their beginning") {
    check_refused({"run", "a.json", "--mem", "1GiB"},
                  "'sluice run' has no option '--mem'; 'sluice run --help' tells what there is");
}

TEST_CASE("values of options are checked") {
    check_refused({"run"}, "'sluice run' needs RECIPE; 'sluice run --help' tells what there is");
    check_refused({"run", "a.json", "b.json"},
                  "'sluice run' takes one RECIPE, got 'b.json' too; 'sluice run --help' tells what there is");
    check_refused({"plugins", "list", "x"},
                  "'sluice plugins list' takes no 'x'; 'sluice plugins list --help' tells what there is");
    check_refused({"run", "a.json", "-p", "scale"},
                  "-p scale: needs a name, '=' and a value; 'sluice run --help' tells what there is");
    check_refused({"run", "a.json", "-p", "a=1", "-p", "a=2"}, "-p a: given twice; 'sluice run --help' tells what there is");
    check_refused({"run", "a.json", "--threads", "0"},
                  "--threads 0: must be a whole number from 1 to 4096; 'sluice run --help' tells what there is");
    check_refused({"plan", "a.json", "--format", "yaml"},
                  "--format yaml: must be text or json; 'sluice plan --help' tells what there is");
    check_refused({"check", "a.json", "--plugins", "/no/such"},
                  "--plugins /no/such: there is no such folder; 'sluice check --help' tells what there is");
    for (const char* size : {"4XB", "0", "-1GiB", "GiB", "1e30TiB", "nan"})
        check_refused({"run", "a.json", "--memory", size},
                      std::string("--memory ") + size +
                          ": must be a size like 4GiB or 500MB (B, kB, MB, GB, TB, KiB, MiB, GiB, TiB)");
}

TEST_CASE("plugins are listed, with libraries that cannot be used") {
    const Finished text = with_trials({"plugins", "list"});
    CHECK(text.code == 0);
    CHECK(has(text.out, "trial_good               1.2.3    map     Hands its input on.\n"));
    CHECK(has(text.out, "trial_undefined "));  // only opening it would tell
    const Json list = Json::parse(with_trials({"plugins", "list", "--format", "json"}).out);
    bool found = false;
    for (const Json& each : list.at("plugins"))
        if (each.at("id") == "trial_good") {
            found = true;
            CHECK(each.at("kind") == "map");
            CHECK(each.at("file") == (binary_folder() / "tests/trial_plugins/trial_good.so").string());
        }
    CHECK(found);
    const TemporaryFolder folder;
    const auto broken = folder.write("broken.so", "text");
    const Finished unusable = run_sluice({"plugins", "list", "--plugins", folder.path().string()});
    CHECK(unusable.code == 0);
    CHECK(has(unusable.out, "unusable: " + quoted(broken) + " is no shared library (too short for an ELF file)\n"));
}

TEST_CASE("a plugin is described from its declaration") {
    CHECK(with_trials({"plugins", "describe", "trial_undefined"}).out == R"(trial_undefined 1.2.3 (map)
Hands its input on.

Inputs
  data(x) [like 1/nm]
      Any curve.

Outputs
  data(x) [unit(data)]

Parameters
  width (number or step; in nm; > 0; required)
      Of the window.
  mode (text; mean, a|b; default mean)
      What is taken.
  range (list of number; 2 items, each ≥ 0; default [0,1])
      Two ends.
  share (number or null; > 0, ≤ 1)
      Of all; null: none.
  level (integer; 1 to 9; default 4)
      Effort.

Citations
  Nobody (2000), doi:10.1000/trial
)");
}

TEST_CASE("the table of parameters for a README") {
    CHECK(with_trials({"plugins", "describe", "trial_good", "--format", "markdown"}).out ==
          R"(| parameter | type | unit | default | range | meaning |
|---|---|---|---|---|---|
| `width` | number or step | nm | required | > 0 | Of the window. |
| `mode` | text |  | mean | mean, a\|b | What is taken. |
| `range` | list of number |  | [0,1] | 2 items, each ≥ 0 | Two ends. |
| `share` | number or null |  |  | > 0, ≤ 1 | Of all; null: none. |
| `level` | integer |  | 4 | 1 to 9 | Effort. |
)");
}

TEST_CASE("a description as JSON is the declaration with its file") {
    const Json json = Json::parse(with_trials({"plugins", "describe", "trial_good", "--format", "json"}).out);
    CHECK(json.at("id") == "trial_good");
    CHECK(json.at("parameters").at("properties").at("level").at("maximum") == 9);
    CHECK(json.at("file") == (binary_folder() / "tests/trial_plugins/trial_good.so").string());
}

TEST_CASE("an unknown plugin is refused with near names") {
    const Finished refused = with_trials({"plugins", "describe", "trial_god"});
    CHECK(refused.code == 2);
    CHECK(refused.err.starts_with("sluice: no plugin 'trial_god' is installed (did you mean 'trial_good'"));
}

TEST_CASE("a full disk behind the standard output is exit code 8") {
    const Finished finished = run_program({"/bin/sh", "-c", (binary_folder() / "sluice").string() + " --help > /dev/full"});
    CHECK(finished.code == 8);
    CHECK(finished.err == "sluice: cannot write to the standard output: No space left on device\n");
}
