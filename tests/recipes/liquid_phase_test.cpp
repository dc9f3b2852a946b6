// SPDX-License-Identifier: BSD-3-Clause
// pipelines/xpcs/liquid_phase_hydrodynamics.json gives the truth of the simulated liquid back: D0, H(q), D_s/D0, the droplets' line;
// with LAMMPS also the depth of the attraction, and from frames what the frames were made with.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <sluice/numerics/percus_yevick.hpp>

#include "recipes/recipe_file.hpp"
#include "recipes/xpcs_chain.hpp"
#include "support/arrays.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;

const std::filesystem::path& data() {
    static const auto folder = source_folder() / "examples/data/nanocrystal_liquid";
    return folder;
}

Json truth() {
    std::ifstream file(data() / "truth.json");
    return Json::parse(file);
}

/// What belongs to the sample and to the light scattering.
std::map<std::string, Json> sample() {
    const auto is = truth();
    return {{"colloid_rates", (data() / "colloid_rates.dat").string()}, {"dls", (data() / "dls.dat").string()},
            {"refractive_index", 1.43}, {"temperature", is["temperature_K"]}, {"viscosity", is["viscosity_Pa_s"]},
            {"radius", is["radius_nm"]}, {"volume_fraction", is["volume_fraction"]}};
}

std::map<std::string, Json> from_files() {
    auto all = sample();
    all["liquid_rates"] = (data() / "liquid_rates.dat").string();
    all["structure"] = (data() / "structure_factor.dat").string();
    return all;
}

/// The recipe without the simulations and what is made of them.
Json without_simulations(const std::string& file, Json patch = Json::object()) {
    const std::vector<std::string> steps{"epsilons", "seeds", "simulation", "displacement", "self_diffusion", "slowing_down", "depth"};
    for (const auto& step : steps) patch["steps"][step] = nullptr;
    const auto part = read_pipeline("md/lennard_jones_steps.json"), whole = read_pipeline(file);
    for (const auto& [name, unused] : part["parameters"].items()) patch["parameters"][name] = nullptr;
    patch["outputs"]["keep"] = Json::array();
    for (const std::string kept : whole["outputs"]["keep"])
        if (std::find(steps.begin(), steps.end(), kept.substr(0, kept.find('.'))) == steps.end()) patch["outputs"]["keep"].push_back(kept);
    return patch;
}

double sigma_of(const Array& array) { return std::sqrt(array.variances()[0]); }

void check_within(const Array& array, double truth, double largest_sigma) {
    INFO(array.description().name, ": ", array.scalar(), " +- ", sigma_of(array), ", truth ", truth);
    CHECK(std::abs(array.scalar() - truth) < 4 * sigma_of(array));
    CHECK(sigma_of(array) > 0);
    CHECK(sigma_of(array) < largest_sigma);
}

/// Mean and mean square of (found - truth) / sigma.
struct Pulls {
    double mean = 0, square = 0;
    Pulls(const Array& found, const std::vector<double>& truth) {
        const auto values = values_of(found), variances = variances_of(found);
        for (std::size_t i = 0; i < truth.size(); ++i) {
            const double pull = (values[i] - truth[i]) / std::sqrt(variances[i]);
            mean += pull / static_cast<double>(truth.size());
            square += pull * pull / static_cast<double>(truth.size());
        }
    }
};

/// A file of three columns with its last one, the standard errors, multiplied.
std::string with_errors_times(double factor, const std::filesystem::path& from, const std::filesystem::path& to) {
    std::ifstream in(from);
    std::ofstream out(to);
    out.precision(17);
    std::string header;
    std::getline(in, header);
    for (double x = 0, y = 0, sigma = 0; in >> x >> y >> sigma;) out << x << ' ' << y << ' ' << factor * sigma << '\n';
    return to.string();
}

std::string first_lines(int n, const std::filesystem::path& from, const std::filesystem::path& to) {
    std::ifstream in(from);
    std::ofstream out(to);
    std::string line;
    for (int i = 0; i <= n && std::getline(in, line); ++i) out << line << '\n';   // and the header
    return to.string();
}

bool has_lammps() { return std::system("command -v lmp > /dev/null 2>&1") == 0; }

}  // namespace

TEST_CASE("rates, S(q) and light scattering give D0, H(q) and D_s/D0 of the simulated liquid back") {
    const std::string file = "xpcs/liquid_phase_hydrodynamics.json";
    const auto kept = run_pipeline(file, from_files(), without_simulations(file));
    const auto is = truth();
    const double free = is["free_diffusion_um2_per_s"], self_part = is["self_part"];

    check_within(kept.at("free.diffusion_coefficient"), free, 0.01 * free);
    check_within(kept.at("free_size.hydrodynamic_diameter"), 6.2, 0.062);
    const auto& h = kept.at("hydrodynamic.hydrodynamic_function");
    const Pulls pulls(h, is["hydrodynamic_function"]);
    CHECK(std::abs(pulls.mean) < 4 / std::sqrt(12.0));
    CHECK(pulls.square > 0.25);   // chi-square of 12 points: 0.25 and 2.5 are its ends at 1e-3 each
    CHECK(pulls.square < 2.5);
    check_within(kept.at("model.self_part"), self_part, 0.02 * self_part);
    CHECK(kept.at("model.reduced_chi_square").scalar() < 2.5);
    CHECK(kept.at("model.status").scalar() == 0);
    MESSAGE("D0 ", kept.at("free.diffusion_coefficient").scalar(), " +- ", sigma_of(kept.at("free.diffusion_coefficient")), " um2/s (57), D_s/D0 ",
            kept.at("model.self_part").scalar(), " +- ", sigma_of(kept.at("model.self_part")), " (0.23), chi-square ",
            kept.at("model.reduced_chi_square").scalar());

    const Pulls colloid(kept.at("colloid_hydrodynamic.hydrodynamic_function"), std::vector<double>(12, 1.0));
    CHECK(std::abs(colloid.mean) < 4 / std::sqrt(12.0));
    CHECK(colloid.square < 2.5);
    CHECK(kept.at("droplet.diffusion_coefficient").scalar() == doctest::Approx(free * 6.2 / 300).epsilon(1e-6));
    const auto rate = values_of(kept.at("droplet_rate.result"));
    CHECK(rate.at(11) == doctest::Approx(free * 6.2 / 300 * 0.3 * 0.3 * 1e6).epsilon(1e-6));

    // the page's table at volume fraction 0.3
    CHECK(kept.at("theory.self_part").scalar() == doctest::Approx(0.454368902).epsilon(1e-6));
    CHECK(kept.at("theory_bare.self_part").scalar() == doctest::Approx(0.593193370545).epsilon(1e-6));
    const auto hard = values_of(kept.at("laws.hard_sphere"));
    CHECK(hard.at(5) == doctest::Approx(1 - 1.8315 * 0.3 * (1 + 0.12 * 0.3 - 0.70 * 0.09)).epsilon(1e-12));
}

TEST_CASE("S that stops before its peak: 1 above it is told and far off, hard spheres above it are near") {
    const std::string file = "xpcs/liquid_phase_hydrodynamics.json";
    const TemporaryFolder folder;
    auto narrow = from_files();
    narrow["structure"] = first_lines(29, data() / "structure_factor.dat", folder.path() / "structure.dat");   // to 0.33 1/nm
    const auto one = run_pipeline(file, narrow, without_simulations(file));
    narrow["high_q"] = "model";
    const auto model = run_pipeline(file, narrow, without_simulations(file));
    const double is = truth()["self_part"];
    CHECK(one.at("model.status").scalar() == 2);
    CHECK(one.at("model.self_part").scalar() < 0.7 * is);
    CHECK(model.at("model.status").scalar() == 0);
    CHECK(model.at("model.self_part").scalar() == doctest::Approx(is).epsilon(0.05));   // its S has no attraction; 4 sigma are 0.045
    MESSAGE("S to 0.33 1/nm, D_s/D0 (0.23): ", one.at("model.self_part").scalar(), " with 1 above it, ", model.at("model.self_part").scalar(), " with hard spheres");
}

TEST_CASE("the error of D0 is in D_s/D0 once, in the covariance of H, and in no point of H alone") {
    const std::string file = "xpcs/liquid_phase_hydrodynamics.json";
    const TemporaryFolder folder;
    auto rough = from_files();
    rough["dls"] = with_errors_times(10, data() / "dls.dat", folder.path() / "dls.dat");
    const auto fine = run_pipeline(file, from_files(), without_simulations(file)), coarse = run_pipeline(file, rough, without_simulations(file));

    const auto& free = fine.at("free.diffusion_coefficient");
    CHECK(coarse.at("free.diffusion_coefficient").scalar() == doctest::Approx(free.scalar()).epsilon(1e-9));
    const double more = 99 * free.variances()[0] / (free.scalar() * free.scalar());   // of the square of D0's relative error
    for (const std::string h : {"hydrodynamic.hydrodynamic_function", "colloid_hydrodynamic.hydrodynamic_function"})
        for (std::size_t i = 0; i < 12; ++i) CHECK(variances_of(coarse.at(h))[i] == doctest::Approx(variances_of(fine.at(h))[i]).epsilon(1e-8));

    // H and, in the form H = factor * theory, D_s/D0 go with 1/D0
    const auto h = values_of(fine.at("hydrodynamic.hydrodynamic_function"));
    const auto before = values_of(fine.at("hydrodynamic.covariance")), after = values_of(coarse.at("hydrodynamic.covariance"));
    for (std::size_t i = 0; i < 12; ++i)
        for (std::size_t j = 0; j < 12; ++j) CHECK(after[12 * i + j] - before[12 * i + j] == doctest::Approx(more * h[i] * h[j]).epsilon(1e-6));
    const auto &exact = fine.at("model.self_part"), &with_d0 = coarse.at("model.self_part");
    CHECK(with_d0.scalar() == doctest::Approx(exact.scalar()).epsilon(1e-8));
    CHECK(with_d0.variances()[0] - exact.variances()[0] == doctest::Approx(more * exact.scalar() * exact.scalar()).epsilon(1e-6));
    MESSAGE("D0 ", free.scalar(), " +- ", sigma_of(free), " and +- ", sigma_of(coarse.at("free.diffusion_coefficient")), ": D_s/D0 ", exact.scalar(), " +- ",
            sigma_of(exact), " and +- ", sigma_of(with_d0));
}

TEST_CASE("the depth of the attraction with that D_s/D0, by Langevin dynamics" * doctest::test_suite("long")) {
    if (!has_lammps()) {
        MESSAGE("skipped: the program lmp (package lammps) is not here");
        return;
    }
    auto parameters = from_files();
    parameters["particles"] = 108;   // small and short: the way, not the accuracy
    parameters["equilibration_steps"] = 4000;
    parameters["production_steps"] = 40000;
    parameters["window_from"] = 5;
    parameters["window_to"] = 20;
    const Json depths = {0.25, 1.0, 2.0}, patch = {{"steps", {{"epsilons", {{"with", {{"values", depths}, {"coordinates", {{"epsilon", {{"values", depths}}}}}}}}}}}};
    const auto kept = run_pipeline("xpcs/liquid_phase_hydrodynamics.json", parameters, patch);
    const auto& ratio = kept.at("slowing_down.mean");
    const auto values = values_of(ratio), variances = variances_of(ratio);
    REQUIRE(values.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) MESSAGE("epsilon ", depths[i].get<double>(), ": D_s/D0 ", values[i], " +- ", std::sqrt(variances[i]));
    CHECK(values[0] > values[1]);
    CHECK(values[1] > values[2]);
    CHECK(values[0] < 1);
    MESSAGE("the depth with D_s/D0 = ", kept.at("model.self_part").scalar(), ": ", kept.at("depth.x").scalar(), " +- ", sigma_of(kept.at("depth.x")));
    // a straight line in ln(D_s/D0) between epsilon 1 and 2
    CHECK(kept.at("depth.x").scalar() ==
          doctest::Approx(1 + std::log(values[1] / kept.at("model.self_part").scalar()) / std::log(values[1] / values[2])).epsilon(1e-9));
    CHECK(kept.at("depth.status").scalar() == 0);
}

TEST_CASE("from frames: D of the simulated trains, S of the simulated curves" * doctest::test_suite("long")) {
    const TemporaryFolder folder;
    const auto phases = folder.path() / "phases.h5";
    const auto crystals = source_folder() / "examples/data/nanocrystals";
    const auto saxs = run_sluice({"run", (source_folder() / "pipelines/saxs/nanocrystal_phases.json").string(), "-p", "colloid=" + (crystals / "colloid.dat").string(),
                                  "-p", "liquid=" + (crystals / "liquid.dat").string(), "--set", "liquid_model.colloid_amplitude=0", "-o", phases.string()});
    REQUIRE_MESSAGE(saxs.code == 0, saxs.err);

    const std::string file = "xpcs/liquid_phase_from_frames.json";
    auto parameters = sample();
    parameters["structure"] = phases.string();
    parameters["q_min"] = "0.16 1/nm";   // the curves begin at 0.15
    parameters["q_max"] = "0.30 1/nm";
    parameters["rings"] = 4;
    Json patch = simulated({{"trains", 120}, {"shape", {64, 64}}, {"seed", 3}, {"distance", "7 m"}, {"pixel_size", "1 mm"}, {"wavelength", "0.1008 nm"},
                            {"diffusion_coefficient", "5 um2/s"}, {"contrast", 0.5}, {"mean_count", 0.5}});
    patch["parameters"]["geometry"] = nullptr;
    patch["steps"]["regions"]["with"] = {{"geometry", nullptr}, {"distance", "7 m"}, {"pixel_size", "1 mm"}, {"wavelength", "0.1008 nm"}};
    patch = without_simulations(file, patch);
    patch["outputs"]["keep"].push_back("hydrodynamic.structure_factor");
    const auto kept = run_pipeline(file, parameters, patch);

    const auto diffusion = values_of(kept.at("effective_diffusion.estimate"));
    const auto& h = kept.at("hydrodynamic.hydrodynamic_function");
    REQUIRE(diffusion.size() == 4);
    std::vector<double> expected;
    const auto q = h.description().coordinate("q")->values->to_unit(Unit::parse("1/nm")).as_float64();
    const numerics::PercusYevick<double> hard_spheres(0.30);   // what the curves were made with, of radius 3.25 nm
    for (const double each : q) expected.push_back(5 * hard_spheres.structure_factor(2 * each * 3.25) / 57);
    const Pulls pulls(h, expected);
    CHECK(std::abs(pulls.mean) < 2);
    CHECK(pulls.square < 4.6);   // chi-square of 4 points at 1e-3
    for (std::size_t i = 0; i < 4; ++i) MESSAGE("H ", values_of(h)[i], " +- ", std::sqrt(variances_of(h)[i]), " (", expected[i], ")");
    CHECK(kept.at("model.self_part").scalar() > 0);
    CHECK(sigma_of(kept.at("model.self_part")) < 0.1 * kept.at("model.self_part").scalar());
}
