// SPDX-License-Identifier: BSD-3-Clause
// The recipes of pipelines/thermal give the truth of the simulated annealing series back: the numbers of the paper's figures 1 to 3.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "recipes/recipe_file.hpp"
#include "support/arrays.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using Doubles = std::vector<double>;
using Kept = std::map<std::string, Array>;

constexpr std::size_t states = 8, as_cast = 0, last = 7;

std::string example(const std::string& name) { return (source_folder() / "examples/data/annealing" / name).string(); }

/// The columns of truth.csv of one glass by their titles, and t_beta, tan_delta of truth_frequencies.csv.
std::map<std::string, Doubles> truth(const std::string& file, const std::string& of = "") {
    std::ifstream text(example(file));
    std::map<std::string, Doubles> out;
    std::vector<std::string> titles;
    for (std::string line; std::getline(text, line);) {
        std::istringstream row(line);
        std::vector<std::string> fields;
        for (std::string field; std::getline(row, field, ',');) fields.push_back(field);
        if (titles.empty()) {
            for (const auto& field : fields) titles.push_back(field.substr(0, field.find(' ')));
            continue;
        }
        if (!of.empty() && fields[0] != of) continue;
        for (std::size_t i = of.empty() ? 0 : 1; i < fields.size(); ++i) out[titles[i]].push_back(std::stod(fields[i]));
    }
    return out;
}

const Kept& series() {
    static const Kept kept = run_pipeline("thermal/beta_relaxation.json",
                                          {{"dma", example("glass_*K_dma.csv")}, {"dsc", example("glass_*K_dsc.csv")},
                                           {"reference_dma", example("reference_*K_dma.csv")},
                                           {"reference_dsc", example("reference_*K_dsc.csv")}, {"exo", "down"}});
    return kept;
}

Doubles of(const std::string& name) { return values_of(series().at(name)); }
Doubles sigma(const std::string& name) {
    Doubles out = variances_of(series().at(name));
    for (double& each : out) each = std::sqrt(each);
    return out;
}

/// Within `standard_errors` and `bias`, which the page of the plugin states.
void check_each(const std::string& name, const Doubles& expected, double bias, double standard_errors = 4) {
    const auto found = of(name), error = sigma(name);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        CAPTURE(name);
        CAPTURE(i);
        CHECK(std::abs(found[i] - expected[i]) <= standard_errors * error[i] + bias);
    }
}

}  // namespace

TEST_CASE("T_beta and height of every state of both glasses are the truth") {
    for (const auto& [glass, step] : {std::pair{"glass", "beta"}, {"reference", "reference_beta"}}) {
        const auto expected = truth("truth.csv", glass);
        check_each(step + std::string(".peak_temperature"), expected.at("t_beta"), 0.3);
        check_each(step + std::string(".height"), expected.at("tan_delta"), 5e-5);
        for (const double status : of(step + std::string(".status"))) CHECK(status == 0);
    }
}

TEST_CASE("the paper's numbers: 0.041 to 0.013 and 331 to 383 K, 0.033 to 0.0165 and +9 K") {
    const auto shift = of("shift.difference"), reduction = of("reduction.fraction");
    const auto reference_shift = of("reference_shift.difference"), reference_reduction = of("reference_reduction.fraction");
    MESSAGE("T_beta " << of("beta.peak_temperature")[as_cast] << " to " << of("beta.peak_temperature")[last] << " K, tan delta "
                      << of("beta.height")[as_cast] << " to " << of("beta.height")[last] << "; reference +" << reference_shift[last]
                      << " K, tan delta " << of("reference_beta.height")[as_cast] << " to " << of("reference_beta.height")[last]);
    CHECK(shift[as_cast] == 0);
    CHECK(variances_of(series().at("shift.difference"))[as_cast] == 0);
    CHECK(std::abs(shift[last] - 52) < 3 * sigma("shift.difference")[last] + 0.3);
    CHECK(reduction[last] == doctest::Approx(1 - 0.013 / 0.041).epsilon(0.005));
    CHECK(std::abs(reference_shift[last] - 9) < 3 * sigma("reference_shift.difference")[last] + 0.3);
    CHECK(reference_reduction[last] == doctest::Approx(0.5).epsilon(0.005));
}

TEST_CASE("T_g, the step of heat capacity and the exotherm of the glass") {
    const auto expected = truth("truth.csv", "glass");
    const auto onset = of("transition.onset"), error = sigma("transition.onset"), status = of("transition.status");
    const auto step = of("transition.heat_capacity_step");
    MESSAGE("T_g " << onset[as_cast] << " to " << onset[last] << " K (432 to 485)");
    for (std::size_t i = 0; i < states; ++i) {
        CAPTURE(i);
        if (i == 5) continue;  // annealed at 470 K: the exotherm stands on the step, and the status tells
        CHECK(std::abs(onset[i] - expected.at("t_g")[i]) < 0.7 + 3 * error[i]);
        CHECK(step[i] == doctest::Approx(0.25).epsilon(0.08));
    }
    CHECK(status[5] == 2);  // overlap
    CHECK(std::abs(onset[5] - expected.at("t_g")[5]) < 1);
    const auto peaks = of("transition.peak_temperature"), enthalpy = of("transition.peak_enthalpy");
    CHECK(of("transition.peaks")[as_cast] == 2);
    CHECK(peaks[0] == doctest::Approx(469).epsilon(0.5 / 469));
    CHECK(enthalpy[0] == doctest::Approx(-10).epsilon(0.03));
    CHECK(peaks[1] == doctest::Approx(540).epsilon(0.5 / 540));
    CHECK(enthalpy[1] == doctest::Approx(-30).epsilon(0.03));
}

TEST_CASE("the reference keeps its T_g and gains an overshoot, whose growth is its enthalpy of relaxation") {
    const auto expected = truth("truth.csv", "reference");
    const auto onset = of("reference_transition.onset");
    for (std::size_t i = 0; i < states; ++i) CHECK(std::abs(onset[i] - expected.at("t_g")[i]) < 1);
    const auto relaxed = of("relaxation.enthalpy"), error = sigma("relaxation.enthalpy");
    CHECK(relaxed[as_cast] == 0);
    for (std::size_t i = 1; i < states; ++i) {
        CAPTURE(i);
        // T_g has moved a little too: the step between both, 0.25 J/(g K) times the shift, belongs to the difference.
        const double moved = 0.25 * (expected.at("t_g")[i] - expected.at("t_g")[as_cast]);
        CHECK(std::abs(-relaxed[i] - (expected.at("h_overshoot")[i] - moved)) < 4 * error[i] + 0.01);
    }
}

TEST_CASE("T_beta over T_g is the line 331 K + 52/53 (T_g - 432 K)") {
    const double slope = of("relation.slope")[0], error = sigma("relation.slope")[0];
    MESSAGE("slope " << slope << " +- " << error << " (" << 52.0 / 53 << "), r = " << of("relation.correlation")[0]);
    CHECK(std::abs(slope - 52.0 / 53) < 0.02);
    CHECK(of("relation.correlation")[0] > 0.999);
}

TEST_CASE("maps of tan delta over temperature and annealing temperature; the modulus falls and stiffens again at the transition") {
    const auto& map = series().at("map.interpolated");
    REQUIRE(map.dims().size() == 2);
    CHECK(map.dims()[0].size == 8);
    CHECK(map.dims()[1].size == 231);
    const auto grid = values_of(*map.description().coordinate("temperature")->values), values = values_of(map);
    const auto raw = of("tan_delta.data");  // every kelvin from 260 to 520
    for (std::size_t k = 0; k < grid.size(); ++k) CHECK(values[k] == doctest::Approx(raw[k + 10]).epsilon(1e-9));
    CHECK(grid.front() == 270);
    const auto expected = truth("truth.csv", "glass");
    const auto at = of("beta.modulus_minimum_temperature"), minimum = of("beta.modulus_minimum"), recovered = of("beta.modulus_recovered");
    MESSAGE("E' of the glass as cast: " << minimum[0] << " GPa at " << at[0] << " K, then " << recovered[0] << " GPa ("
                                        << expected.at("e_minimum")[0] << ", " << expected.at("t_minimum")[0] << ", "
                                        << expected.at("e_recovered")[0] << ")");
    for (std::size_t i = 0; i < 5; ++i) {  // annealed below the transition
        CAPTURE(i);
        CHECK(of("beta.modulus_status")[i] == 0);
        CHECK(std::abs(at[i] - expected.at("t_minimum")[i]) < 0.5);
        CHECK(minimum[i] == doctest::Approx(expected.at("e_minimum")[i]).epsilon(0.02));
        CHECK(recovered[i] == doctest::Approx(expected.at("e_recovered")[i]).epsilon(0.02));
    }
    CHECK(of("beta.modulus_status")[last] == 1);  // annealed above it: it falls, and nothing is left to stiffen
    CHECK(std::isnan(expected.at("t_minimum")[last]));
}

TEST_CASE("files of unlike length, and one with a gap, are reduced like the others") {
    const TemporaryFolder folder;
    for (const auto& entry : std::filesystem::directory_iterator(example("")))
        if (entry.path().extension() == ".csv") std::filesystem::copy(entry.path(), folder.path() / entry.path().filename());
    const auto shorten = [&](const std::string& name, std::size_t from, std::size_t to) {  // leaves out these lines
        std::ifstream text(example(name));
        std::string kept;
        std::size_t number = 0;
        for (std::string line; std::getline(text, line); ++number)
            if (number < from || number >= to) kept += line + "\n";
        folder.write(name, kept);
    };
    shorten("glass_430K_dma.csv", 200, 1000);     // ends at 458 K
    shorten("reference_450K_dma.csv", 50, 61);    // no points from 309 to 319 K
    shorten("glass_450K_dsc.csv", 300, 1000);     // ends at 489 K, in front of the second exotherm
    const auto in = [&](const std::string& name) { return (folder.path() / name).string(); };
    const auto kept = run_pipeline("thermal/beta_relaxation.json",
                                   {{"dma", in("glass_*K_dma.csv")}, {"dsc", in("glass_*K_dsc.csv")},
                                    {"reference_dma", in("reference_*K_dma.csv")}, {"reference_dsc", in("reference_*K_dsc.csv")},
                                    {"exo", "down"}});
    const auto same = [&](const std::string& name) {
        const auto found = values_of(kept.at(name)), whole = of(name), error = sigma(name);
        for (std::size_t i = 0; i < found.size(); ++i) {
            CAPTURE(name);
            CAPTURE(i);
            if (std::isfinite(whole[i])) CHECK(std::abs(found[i] - whole[i]) <= error[i] + 0.1);
        }
    };
    for (const char* name : {"beta.peak_temperature", "reference_beta.peak_temperature", "beta.component_temperature",
                             "reference_beta.component_temperature", "reference_beta.drop_onset", "transition.onset"})
        same(name);
    CHECK(values_of(kept.at("transition.peaks"))[3] == 1);
    const auto masked = mask_of(kept.at("map.interpolated"), "masked");  // of the state 430 K from 458 K on
    for (std::size_t k = 0; k < 231; ++k) CHECK(masked[2 * 231 + k] == (270 + static_cast<int>(k) > 458 ? 1 : 0));
}

TEST_CASE("activation energy from 0.5 to 32 Hz") {
    const auto kept = run_pipeline("thermal/activation_energy.json", {{"dma", example("frequencies.csv")}, {"glass_transition", 432}});
    const auto expected = truth("truth_frequencies.csv");
    const auto peaks = values_of(kept.at("beta.peak_temperature")), variances = variances_of(kept.at("beta.peak_temperature"));
    for (std::size_t i = 0; i < 7; ++i) CHECK(std::abs(peaks[i] - expected.at("t_beta")[i]) < 4 * std::sqrt(variances[i]) + 0.3);
    // Of the noise-free peaks: slope of ln f over -1/(R T), an unweighted line through the truth.
    double n = 7, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (std::size_t i = 0; i < 7; ++i) {
        const double x = -1 / (8.314462618e-3 * expected.at("t_beta")[i]), y = std::log(expected.at("frequency")[i]);
        sx += x, sy += y, sxx += x * x, sxy += x * y;
    }
    const double energy = (n * sxy - sx * sy) / (n * sxx - sx * sx);
    const double apparent = values_of(kept.at("apparent.activation_energy"))[0], component = values_of(kept.at("component.activation_energy"))[0];
    MESSAGE("E from apparent peaks " << apparent << " (noise-free " << energy << "), from components " << component << " (88.0) kJ/mol");
    CHECK(apparent == doctest::Approx(energy).epsilon(0.02));
    CHECK(component == doctest::Approx(88.0).epsilon(0.015));  // the background is no Cole-Cole: a systematic 1 %
    CHECK(values_of(kept.at("apparent.reduced_energy"))[0] == doctest::Approx(24.5).epsilon(0.03));
}

TEST_CASE("shared data: activation energy of seven frequencies, and the TRIOS export is the same curves") {
    const auto folder = shared_data("dma");
    if (!folder) return;
    const Json units = {{"steps", {{"tan_delta", {{"with", {{"group_unit", "Hz"}, {"coordinate_unit", "K"}, {"unit", "1"}}}}}}}};
    const auto kept = run_pipeline("thermal/activation_energy.json",
                                   {{"dma", (*folder / "dma_variantA_multifreq.csv").string()}, {"frequency", "frequency_Hz"},
                                    {"temperature", "temperature_K"}, {"tan_delta", "tan_delta"}, {"glass_transition", 440}},
                                   units);
    const double apparent = values_of(kept.at("apparent.activation_energy"))[0], component = values_of(kept.at("component.activation_energy"))[0];
    MESSAGE("E " << apparent << " (88.73) and, from components, " << component << " (89.63) kJ/mol");
    CHECK(apparent == doctest::Approx(88.73).epsilon(0.03));
    CHECK(component == doctest::Approx(89.63).epsilon(0.03));
    const auto exported = run_pipeline("thermal/activation_energy.json",
                                       {{"dma", (*folder / "dma_variantA_trios_like.txt").string()}, {"dialect", "trios"},
                                        {"tan_delta", "Tan(delta)"}, {"glass_transition", 440}});
    const auto some = values_of(exported.at("beta.peak_temperature")), all = values_of(kept.at("beta.peak_temperature"));
    REQUIRE(some.size() == 2);  // 1 and 8 Hz
    MESSAGE("T_beta at 1 and 8 Hz: " << some[0] << ", " << some[1] << " K (345.00, 369.69)");
    CHECK(std::abs(some[0] - 345.0) < 1);
    CHECK(std::abs(some[1] - 369.69) < 1);
}
