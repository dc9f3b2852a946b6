// SPDX-License-Identifier: BSD-3-Clause
// The map as a recipe meets it: shapes, coordinates and facts, one child per loop item, what is refused, and that a run that
// fails, is cancelled or is killed leaves no process, no file and no folder.
#include <signal.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "stand_in.hpp"
#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/run_program.hpp"
#include "support/run_recipe.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

Array numbers(const Dims& dims, const Doubles& values) { return Array::from<double>("data", dims, "1", values); }

Json small(const Json& more = Json::object()) {
    Json with{{"damping_time", 1}, {"volume_fraction", 0.2}, {"particles", 108}, {"equilibration_steps", 100}, {"steps", 200},
              {"every", 50},       {"record_every", 5}};
    with.update(more);
    return with;
}

std::map<std::string, Array> inputs(const Doubles& epsilon, const Doubles& seed) {
    const auto as = [](const char* dim, const Doubles& values) {
        return numbers(values.size() == 1 ? Dims{} : Dims{{dim, std::ssize(values)}}, values);
    };
    return {{"epsilon", as("depth", epsilon)}, {"seed", as("run", seed)}};
}

std::string refusal(const Json& with, const std::map<std::string, Array>& in = inputs({1}, {1}),
                    const RunPluginOptions& options = {}) {
    return error_of([&] { static_cast<void>(run_plugin("lj_langevin", with, in, options)); });
}

TEST_CASE("one run: shapes, coordinates, facts, and numbers that hang together") {
    if (!lammps()) return;
    const TemporaryFiles files;
    const auto out = run_plugin("lj_langevin", small(), inputs({1}, {3}));
    CHECK(files.empty());
    const auto& positions = out.at("positions");
    CHECK(positions.dims() == Dims{{"frame", 5}, {"particle", 108}, {"axis", 3}});
    CHECK(positions.description().coordinate("time")->values->as_float64() == Doubles{0, 0.25, 0.5, 0.75, 1});
    CHECK(positions.description().coordinate("step")->values->as_float64() == Doubles{0, 50, 100, 150, 200});
    CHECK(positions.description().coordinate("id")->values->as_float64().back() == 108);
    CHECK(positions.description().coordinate("axis") != nullptr);
    const auto& facts = positions.description().facts;
    CHECK(to_text(facts.at("unwrapping")) == "stored");
    CHECK(to_text(facts.at("trajectory")) == "lammps");
    CHECK(facts.contains("box_z"));
    const double length = std::cbrt(std::acos(-1) * 108 / 1.2);
    CHECK(out.at("box_length").scalar() == doctest::Approx(length).epsilon(1e-14));
    CHECK(out.at("free_diffusion_coefficient").scalar() == 1);
    CHECK(out.at("pressure").dims() == Dims{{"record", 41}});
    CHECK(out.at("pressure").description().coordinate("time")->values->as_float64()[2] == doctest::Approx(0.05));
    const auto temperature = values_of(out.at("temperature"));
    CHECK(out.at("mean_temperature").scalar() ==
          doctest::Approx(std::accumulate(temperature.begin() + 1, temperature.end(), 0.0) / 40).epsilon(1e-12));
    CHECK(variances_of(out.at("mean_temperature"))[0] > 0);
    const auto neighbours = values_of(out.at("neighbours"));
    CHECK(neighbours.size() == 25);
    CHECK(std::accumulate(neighbours.begin(), neighbours.end(), 0.0) == doctest::Approx(1).epsilon(1e-12));
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) ==
          "0 ok, 1 demixed, 2 not_equilibrated, 3 masked, 4 negative_pressure, 5 crystalline");
    // Particles move by less than 1 sigma in 0.25 tau here, never by a box length: unwrapped
    const auto x = values_of(positions);
    for (std::size_t i = 0; i + 324 < x.size(); ++i) CHECK(std::abs(x[i + 324] - x[i]) < 3);
}

TEST_CASE("epsilon and seed are loop dimensions: each run as it is alone, on any number of threads") {
    if (!lammps()) return;
    const TemporaryFiles files;
    const auto in = inputs({0, 0.5}, {1, 2, 3});
    const auto one = run_plugin("lj_langevin", small(), in, {.threads = 1}),
               four = run_plugin("lj_langevin", small(), in, {.threads = 4});
    CHECK(one.at("status").dims() == Dims{{"depth", 2}, {"run", 3}});
    CHECK(one.at("positions").dims().size() == 5);
    for (const auto& [port, array] : one) {
        CAPTURE(port);
        CHECK(same_bits(array, four.at(port)));
    }
    const auto alone = run_plugin("lj_langevin", small(), inputs({0.5}, {2}));
    const auto stack = values_of(one.at("pressure"));
    const auto own = values_of(alone.at("pressure"));
    CHECK(Doubles(stack.begin() + 4 * 41, stack.begin() + 5 * 41) == own);
    CHECK(Doubles(stack.begin() + 5 * 41, stack.begin() + 6 * 41) != own);
    CHECK(values_of(one.at("potential_energy"))[0] == 0);
    CHECK(files.empty());
}

TEST_CASE("damping time and volume fraction may come per item") {
    if (!lammps()) return;
    auto with = small();
    with.erase("volume_fraction");
    auto in = inputs({0.5}, {1});
    in.emplace("fractions", numbers({{"sample", 2}}, {0.1, 0.2}));
    const auto out = run_plugin("lj_langevin", with, in, {.per_item = {{"volume_fraction", "fractions"}}});
    CHECK(values_of(out.at("box_length"))[1] == doctest::Approx(std::cbrt(std::acos(-1) * 108 / 1.2)));
    CHECK_FALSE(out.at("positions").description().facts.contains("box_x"));
    in.insert_or_assign("fractions", numbers({{"sample", 2}}, {0.1, 0.6}));
    CHECK(refusal(with, in, {.per_item = {{"volume_fraction", "fractions"}}}) ==
          Contains("volume_fraction = 0.6, must be above 0 and at most 0.5"));
}

TEST_CASE("a masked item is not run") {
    if (!lammps()) return;
    auto in = inputs({0.5, unknown}, {1});
    in.insert_or_assign("epsilon", with_mask(in.at("epsilon"), "bad", {{"depth", 2}}, {false, true}));
    const auto out = run_plugin("lj_langevin", small(), in);
    CHECK(values_of(out.at("status"))[1] == 3);
    CHECK(std::isnan(values_of(out.at("mean_pressure"))[1]));
    CHECK(std::isnan(values_of(out.at("positions")).back()));
    CHECK(values_of(out.at("mean_pressure"))[0] > 0);
}

TEST_CASE("what cannot be run is refused, what the recipe says before anything is run") {
    const TemporaryFolder folder;
    const TemporaryFiles files;
    const auto program = shell_script(folder, "lmp", "touch '" + (folder.path() / "was_run").string() + "'; exit 1");
    const auto with = [&](const Json& more) {
        auto all = small({{"program", program}});
        all.update(more);
        return all;
    };
    CHECK(refusal(small({{"program", "no_such_program"}})) ==
          Contains("the program LAMMPS is needed, but 'no_such_program' is in no folder of PATH. Install it (Debian and Ubuntu: "
                   "apt-get install lammps), "
                   "or let the parameter 'program' name it."));
    CHECK(refusal(small({{"program", "/no/such/program"}})) == Contains("is no program that can be run"));
    for (const double phi : {0.74, 0.9, 0.0, -0.1})
        CHECK(refusal(with({{"volume_fraction", phi}})) == Contains("volume_fraction = "));
    CHECK(refusal(with({{"cutoff", 4}})) == Contains("cutoff = 4, must be above 0 and at most half the box length, 3.28"));
    CHECK(refusal(with({{"every", 30}})) == Contains("every = 30 does not divide steps = 200"));
    CHECK(refusal(with({{"record_every", 7}})) == Contains("record_every = 7 does not divide"));
    CHECK(refusal(with({{"damping_time", 0.001}})) == Contains("damping_time = 0.001"));
    CHECK(refusal(with({{"time_step", 0.05}})) == Contains("time_step = 0.05 is too long"));
    auto undamped = small();
    undamped.erase("damping_time");
    CHECK(refusal(undamped) == Contains("damping_time"));
    for (const double epsilon : {unknown, -1.0, 1e9, std::numeric_limits<double>::infinity()}) {
        const auto text = refusal(with(Json::object()), inputs({0.5, epsilon}, {1}));
        CHECK((text == Contains("epsilon = ") || text == Contains("ended before the first step") ||
               text == Contains("does not seem to be LAMMPS")));
        CHECK(refusal(with(Json::object()), inputs({epsilon}, {1})) ==
              Contains("must be a number from 0 (no interaction) to 20 kT"));
    }
    CHECK_FALSE(refusal(with(Json::object()), inputs({1e9}, {1})).empty());
    for (const double seed : {0.0, 1.5})
        CHECK(refusal(with(Json::object()), inputs({1}, {seed})) == Contains("must be a whole number from 1 to 2147483647"));
    CHECK(files.empty());
}

TEST_CASE("when one child fails the others of its block are ended, and the item is named") {
    const TemporaryFolder folder;
    const TemporaryFiles files;
    const auto program = shell_script(
        folder, "lmp",
        "echo 'LAMMPS (29 Sep 2021 - Update 2)'\ngrep -q 'pair_coeff 1 1 1.5 ' in.lj && { sleep 0.3; kill -11 $$; }\n"
        "echo $$ >> '" +
            (folder.path() / "others").string() + "'\nsleep 1000");
    const auto text = refusal(small({{"program", program}}), inputs({1, 1.5}, {1}), {.threads = 2});
    CHECK(text == Contains("killed by signal 11"));
    CHECK(text == Contains("step"));
    MESSAGE(text);
    CHECK_FALSE(runs(number_in(folder.path() / "others")));
    CHECK(files.empty());
}

/// A recipe file of one run.
std::filesystem::path recipe_file(const TemporaryFolder& folder, const std::string& program) {
    const Json recipe{{"sluice", 1},
                      {"recipe",
                       {{
                            "id",
                            "test.lj",
                        },
                        {"version", "1.0.0"}}},
                      {"steps",
                       {{"epsilon", {{"use", "values"}, {"with", {{"dims", {"depth"}}, {"values", {0.5}}}}}},
                        {"seed", {{"use", "values"}, {"with", {{"dims", {"run"}}, {"values", {1}}}}}},
                        {"md",
                         {{"use", "lj_langevin"},
                          {"in", {{"epsilon", "epsilon"}, {"seed", "seed"}}},
                          {"with", small({{"program", program}})}}}}},
                      {"outputs", {{"default", "md.positions"}, {"keep", {"md"}}}}};
    return folder.write("recipe.json", recipe.dump(1));
}

bool folder_holds(const std::filesystem::path& folder, const std::string& beginning) {
    for (const auto& each : std::filesystem::directory_iterator(folder))
        if (each.path().filename().string().rfind(beginning, 0) == 0) return true;
    return false;
}

TEST_CASE("the program: killed in mid-run, cancelled, and itself killed by SIGKILL: no result, no process") {
    const TemporaryFolder folder;
    const TemporaryFiles files;
    const auto result = folder.path() / "out.h5", process = folder.path() / "process";
    const auto start = [&](const std::string& end) {
        std::filesystem::remove(process);
        const auto program = shell_script(folder, "lmp", print_tables(10) + "\necho $$ > '" + process.string() + "'\n" + end);
        return Child({(binary_folder() / "sluice").string(), "run", recipe_file(folder, program).string(), "-o", result.string()},
                     folder.path());
    };
    SUBCASE("the child is killed") {
        auto child = start("kill -9 $$");
        const auto ended = child.wait();
        CHECK(ended.code == 4);
        CHECK(ended.err + ended.out == Contains("killed by signal 9"));
        CHECK_FALSE(folder_holds(files.path(), "sluice_lj"));
    }
    SUBCASE("cancelled by Ctrl-C") {
        auto child = start("exec sleep 1000");
        const int started = number_in(process);
        child.send(SIGINT);
        CHECK(child.wait().code == 130);
        CHECK_FALSE(runs(started));
        CHECK_FALSE(folder_holds(files.path(), "sluice_lj"));
    }
    SUBCASE("killed by SIGKILL") {
        auto child = start("exec sleep 1000");
        const int started = number_in(process);
        child.send(SIGKILL);
        CHECK(child.wait().code == 128 + SIGKILL);
        CHECK(soon([&] { return !runs(started); }));
    }
    CHECK_FALSE(std::filesystem::exists(result));
    CHECK_FALSE(folder_holds(folder.path(), "out.h5"));
}

TEST_CASE("version, input and log are kept with the result") {
    if (!lammps()) return;
    const TemporaryFolder folder;
    const auto result = folder.path() / "out.h5";
    const auto ended = run_sluice({"run", recipe_file(folder, "lmp").string(), "-o", result.string()}, folder.path());
    CHECK(ended.code == 0);
    const auto provenance = run_sluice({"provenance", "show", result.string(), "--format", "json"}, folder.path()).out;
    CHECK(provenance == Contains("run epsilon=0.5 seed=1 volume_fraction=0.2 damping_time=1"));
    CHECK(provenance == Contains("lammps_version"));
    CHECK(provenance == Contains("exit_status"));
    CHECK(provenance == Contains("pair_coeff 1 1 0.5 1.0"));
    CHECK(provenance == Contains("Total wall time"));
}

}  // namespace
