// SPDX-License-Identifier: BSD-3-Clause
// pipelines/swaxs/binary_mixtures.json gives the truth of simulated mixtures back: its figures' numbers within their errors.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <numbers>
#include <set>
#include <string>
#include <vector>

#include "recipes/recipe_file.hpp"
#include "support/arrays.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;

/// A grid with its two axes.
struct Grid {
    explicit Grid(const Array& array)
        : rows(axis(array, 0)), columns(axis(array, 1)), values(values_of(array)), variances(variances_of(array)),
          absent(mask_of(array, "absent")) {}
    [[nodiscard]] std::size_t at(double row, double column) const {
        for (std::size_t i = 0; i < rows.size(); ++i)
            for (std::size_t j = 0; j < columns.size(); ++j)
                if (rows[i] == row && columns[j] == column) return i * columns.size() + j;
        throw std::runtime_error("no such sample");
    }
    static std::vector<double> axis(const Array& array, std::size_t dim) {
        return values_of(*array.description().coordinate(array.dims()[dim].name)->values);
    }
    std::vector<double> rows, columns, values, variances;
    std::vector<int> absent;
};

/// The truth, as examples/data/mixtures/generate.py has it.
double excess(double temperature, double x) { return 0.2 * (260 - temperature) / 80 * 4 * x * (1 - x); }

double sigmas(double value, double truth, double variance) { return std::abs(value - truth) / std::sqrt(variance); }

const std::map<std::string, Array>& example() {
    static const auto kept = [] {
        const std::string folder = (source_folder() / "examples/data/mixtures").string();
        return run_pipeline("swaxs/binary_mixtures.json", {{"curves", folder + "/T*.dat"}, {"samples", folder + "/samples.dat"}});
    }();
    return kept;
}

/// Q of a file of the examples by the trapezoidal rule.
double trapezoid(const std::filesystem::path& file) {
    std::ifstream text(file);
    std::string title;
    std::getline(text, title);
    double q = 0, intensity = 0, sigma = 0, last_q = 0, last = 0, sum = 0;
    for (bool first = true; text >> q >> intensity >> sigma; first = false) {
        if (!first) sum += 0.5 * (q - last_q) * (q * q * intensity + last);
        last_q = q;
        last = q * q * intensity;
    }
    return sum;
}

}  // namespace

TEST_CASE("invariants of a grid that is not full, each from its own file") {
    const Grid q(example().at("invariant.table"));
    CHECK(q.rows == std::vector<double>{180, 200, 220, 240});
    CHECK(q.columns == std::vector<double>{0, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1});
    int present = 0;
    for (std::size_t i = 0; i < q.rows.size(); ++i)
        for (std::size_t j = 0; j < q.columns.size(); ++j) {
            std::ostringstream name;
            name << "T" << q.rows[i] << "K_x" << q.columns[j] << ".dat";
            CAPTURE(name.str());
            const auto file = source_folder() / "examples/data/mixtures" / name.str();
            const std::size_t at = i * q.columns.size() + j;
            CHECK(q.absent[at] == (std::filesystem::exists(file) ? 0 : 1));
            if (q.absent[at] != 0) continue;
            ++present;
            CHECK(q.values[at] == doctest::Approx(trapezoid(file)).epsilon(1e-12));
        }
    CHECK(present == 24);
}

TEST_CASE("Q/Q_ideal is the truth within its errors, 1 at the ends, and too high where a sample has crystallised") {
    const Grid ratio(example().at("mixing.ratio")), q(example().at("invariant.table"));
    double chi_square = 0;
    int points = 0;
    for (const double t : ratio.rows)
        for (const double x : ratio.columns) {
            const auto i = ratio.at(t, x);
            if (q.absent[i] != 0) continue;
            if (x == 0 || x == 1) {
                CHECK(ratio.values[i] == 1);
                CHECK(ratio.variances[i] == 0);
            } else if (t == 180 && x == 0.25) {
                CHECK(sigmas(ratio.values[i], 1.1 * (1 + excess(t, x)), ratio.variances[i]) < 4);
            } else {
                const double pull = sigmas(ratio.values[i], 1 + excess(t, x), ratio.variances[i]);
                CHECK(pull < 4);
                chi_square += pull * pull;
                ++points;
            }
        }
    CHECK(points == 15);
    CHECK(chi_square < 38);   // of 15 degrees of freedom, once in a thousand
    CHECK(chi_square > 3);
}

TEST_CASE("the lines of Q over temperature reach Q_ideal at 260 K, beyond the data; the crystallised sample is left out") {
    const auto& crossing = example().at("ideal_reached.crossing");
    const auto values = values_of(crossing), variances = variances_of(crossing);
    const auto compositions = Grid::axis(crossing, 0);
    const auto extrapolated = values_of(example().at("ideal_reached.extrapolated"));
    for (std::size_t i = 0; i < compositions.size(); ++i) {
        CAPTURE(compositions[i]);
        const std::set<double> measured_often{0.25, 0.4, 0.55, 0.7};
        if (!measured_often.contains(compositions[i])) {
            CHECK(std::isnan(values[i]));   // an end is the ideal line; the others were measured once
            continue;
        }
        CHECK(sigmas(values[i], 260, variances[i]) < 4);
        CHECK(std::sqrt(variances[i]) < 20);
        CHECK(extrapolated[i] == 1);
    }
}

TEST_CASE("Q/Q_ideal against the stretching exponent: the guide's amplitude and decay") {
    const auto value = [](const char* name, std::size_t i) { return values_of(example().at(name))[i]; };
    CHECK(value("guide.status", 0) == 0);   // 180 K, of which beta is known
    const auto decay = values_of(example().at("guide.decay_constant"))[0], amplitude = value("guide.amplitude", 0);
    CHECK(sigmas(decay, 0.2, variances_of(example().at("guide.decay_constant"))[0]) < 4);
    CHECK(sigmas(amplitude, 3, variances_of(example().at("guide.amplitude"))[0]) < 4);
    CHECK(value("guide.status", 3) == 4);   // 240 K: no beta
}

TEST_CASE("the main peak and its spacing") {
    const auto& position = example().at("peaks.position");
    const auto& spacing = example().at("peaks.spacing");
    const auto q = values_of(position), d = values_of(spacing), variances = variances_of(position), heights = values_of(example().at("peaks.height"));
    const auto none = mask_of(position, "no_value");
    const auto x = values_of(*position.description().coordinate("composition")->values);
    const auto places = static_cast<std::size_t>(position.dims()[1].size);
    for (std::size_t sample = 0; sample < x.size(); ++sample) {
        CAPTURE(sample);
        std::size_t main = sample * places;
        for (std::size_t i = sample * places; i < (sample + 1) * places; ++i)
            if (none[i] == 0 && (none[main] != 0 || heights[i] > heights[main])) main = i;
        REQUIRE(none[main] == 0);
        double top = 0, truth = 0;   // of the noise-free shape, x I1 + (1 - x) I2
        const auto halo = [](double at, double position_, double height, double width) {
            return height * std::exp(-0.5 * std::pow((at - position_) / width, 2));
        };
        for (double at = 5; at < 18; at += 1e-4) {
            const double shape = x[sample] * (halo(at, 13.1, 9, 1.9) + halo(at, 8.0, 2, 2.2)) +
                                 (1 - x[sample]) * (halo(at, 12.2, 6, 2.1) + halo(at, 7.2, 3, 2.0));
            if (shape > top) top = shape, truth = at;
        }
        CHECK(sigmas(q[main], truth, variances[main]) < 4.5);   // the largest of 24
        CHECK(d[main] == doctest::Approx(2 * std::numbers::pi / q[main]).epsilon(1e-12));
    }
}

TEST_CASE("curves simulated elsewhere: Q, Q/Q_ideal, and the temperature of the crossing") {
    const auto folder = shared_data("sas/mixture");
    if (!folder) return;
    std::ifstream text(*folder / "truth.json");
    const Json truth = Json::parse(text);
    const TemporaryFolder own;
    own.write("samples.dat", "# temperature (K)  composition (1)  crystallised (1)  beta_kww (1)  mixing_enthalpy (J/mol)\n200 0 0 0.5 0\n");
    const Json columns = {{"unit", "count"}, {"coordinate_unit", "1/nm"}};
    const auto kept = run_pipeline("swaxs/binary_mixtures.json",
                                   {{"curves", (*folder / "T*.csv").string()},
                                    {"samples", (own.path() / "samples.dat").string()},
                                    {"temperature_in_name", "T([0-9.]+)_"},
                                    {"composition_in_name", "_x([0-9.]+)\\.csv"},
                                    {"q_min", 0.4}, {"q_max", 22}},
                                   {{"steps", {{"net", {{"with", columns}}}}}});
    const Grid q(kept.at("invariant.table")), ratio(kept.at("mixing.ratio"));
    for (const auto& row : truth["rows"]) {
        const double t = row["T_K"], x = row["x_mass_fraction_1"];
        CAPTURE(t);
        CAPTURE(x);
        const auto i = q.at(t, x);
        CHECK(sigmas(q.values[i], row["Q_exact"], q.variances[i]) < 4);
        CHECK(std::sqrt(q.variances[i]) == doctest::Approx(row["sigma_Q"].get<double>()).epsilon(0.02));
        if (x > 0 && x < 1) CHECK(sigmas(ratio.values[i], row["ratio"], ratio.variances[i]) < 4);
    }
    const auto& crossing = kept.at("ideal_reached.crossing");
    for (const std::size_t i : {std::size_t{1}, std::size_t{2}})
        CHECK(sigmas(values_of(crossing)[i], truth["T_star_K"], variances_of(crossing)[i]) < 4);
}
