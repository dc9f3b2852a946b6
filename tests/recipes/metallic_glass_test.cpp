// SPDX-License-Identifier: BSD-3-Clause
// pipelines/pdf/metallic_glass_heating.json gives the truth of simulated glasses back: S, G, scale, order, and where it changes.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

#include "recipes/recipe_file.hpp"
#include "support/arrays.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using Doubles = std::vector<double>;
using Kept = std::map<std::string, Array>;

/// Columns of a text file without its lines of text.
std::vector<Doubles> columns(const std::filesystem::path& file) {
    std::ifstream text(file);
    std::vector<Doubles> out;
    for (std::string line; std::getline(text, line);) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream row(line);
        double value = 0;
        for (std::size_t i = 0; row >> value; ++i) {
            if (i == out.size()) out.emplace_back();
            out[i].push_back(value);
        }
    }
    return out;
}

Doubles axis(const Array& array, const std::string& name) { return values_of(*array.description().coordinate(name)->values); }

/// The i-th curve of a series.
Doubles curve(const Array& series, std::size_t i, const Doubles& of) {
    const auto points = static_cast<std::size_t>(series.dims()[1].size);
    return {of.begin() + static_cast<std::ptrdiff_t>(i * points), of.begin() + static_cast<std::ptrdiff_t>((i + 1) * points)};
}
Doubles curve(const Array& series, std::size_t i) { return curve(series, i, values_of(series)); }

/// Root mean square of the difference between `from` and `to`.
double rms(const Doubles& x, const Doubles& a, const Doubles& b, double from, double to) {
    double sum = 0;
    int points = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (x[i] < from || x[i] > to) continue;
        sum += (a[i] - b[i]) * (a[i] - b[i]);
        ++points;
    }
    return std::sqrt(sum / points);
}

/// G(r) of S by the sum of trapezoids, written down again: the oracle for a transform without window.
Doubles direct_sum(const Doubles& q, const Doubles& s, const Doubles& r, double q_max) {
    Doubles g(r.size(), 0);
    for (std::size_t k = 0; k < q.size() && q[k] < q_max + 1e-9; ++k) {
        const bool end = k + 1 == q.size() || q[k + 1] > q_max + 1e-9;
        const double step = end ? (q[k] - q[k - 1]) / 2 : k == 0 ? (q[1] - q[0]) / 2 : (q[k + 1] - q[k - 1]) / 2;
        for (std::size_t j = 0; j < r.size(); ++j) g[j] += 2 / std::numbers::pi * step * q[k] * (s[k] - 1) * std::sin(q[k] * r[j]);
    }
    return g;
}

/// The truth begins at q = 0.6, where S is small and flat: in front of it S as there, at q = 0, 0.025, ...
Doubles from_zero(const Doubles& column, bool is_q) {
    Doubles out;
    for (int i = 0; i < 24; ++i) out.push_back(is_q ? 0.025 * i : column.front());
    out.insert(out.end(), column.begin(), column.end());
    return out;
}

std::filesystem::path example_folder() { return source_folder() / "examples/data/metallic_glass"; }

const Kept& example() {
    static const Kept kept = run_pipeline(
        "pdf/metallic_glass_heating.json",
        {{"curves", (example_folder() / "T*.xy").string()}, {"background", (example_folder() / "background.xy").string()},
         {"background_scale", 0.9}, {"composition", "La65Co25Al10"}, {"energy", 100}, {"density", 0.0352}, {"q_max", 19},
         {"reference", 310}});
    return kept;
}

}  // namespace

TEST_CASE("S and G of the example are the truth that made it") {
    const auto truth = columns(example_folder() / "truth.dat");
    const auto& s = example().at("structure.structure_factor");
    const auto& g = example().at("pair.unwindowed");
    const auto r = axis(g, "r");
    REQUIRE(axis(s, "q").size() == truth[0].size());
    const std::size_t last = static_cast<std::size_t>(s.dims()[0].size) - 1;
    for (const auto& [at, column] : {std::pair{std::size_t{0}, 1}, std::pair{last, 2}}) {
        const auto& expected = truth[static_cast<std::size_t>(column)];
        CHECK(rms(truth[0], curve(s, at), expected, 1, 20) < 0.004);
        CHECK(rms(r, curve(g, at), direct_sum(from_zero(truth[0], true), from_zero(expected, false), r, 19), 2, 20) < 0.015);
    }
}

TEST_CASE("scale, constant and status of each temperature") {
    const auto& kept = example();
    for (std::size_t i = 0; i < 15; ++i) {
        CHECK(values_of(kept.at("structure.scale"))[i] * 60 == doctest::Approx(1).epsilon(0.005));
        CHECK(values_of(kept.at("structure.constant"))[i] == doctest::Approx(15).epsilon(0.1));
        CHECK(values_of(kept.at("crystals.status"))[i] == 0);
        CHECK(values_of(kept.at("pair.status"))[i] == 0);
        CHECK(values_of(kept.at("structure.scale_spread"))[i] < 0.05);
    }
}

TEST_CASE("changes: exactly nothing at the reference, and an onset where the order sets in") {
    const auto& kept = example();
    for (const char* name : {"change.difference", "change_of_structure.difference"}) {
        const auto& change = kept.at(name);
        for (const double value : curve(change, 0)) CHECK(value == 0);
        for (const double variance : curve(change, 0, variances_of(change))) CHECK(variance == 0);
    }
    CHECK(values_of(kept.at("onset.status"))[0] == 0);
    const auto &onset = kept.at("onset.midpoint"), &width = kept.at("onset.width");
    CHECK(std::abs(values_of(onset)[0] - 450) < std::min(1.5, 4 * std::sqrt(variances_of(onset)[0])));
    CHECK(std::abs(values_of(width)[0] - 10) < 4 * std::sqrt(variances_of(width)[0]));
    MESSAGE("example glass: onset " << values_of(onset)[0] << " +- " << std::sqrt(variances_of(onset)[0]) << " K, width "
                                    << values_of(width)[0] << " +- " << std::sqrt(variances_of(width)[0]) << " K");
}

TEST_CASE("the simulated Zr46Cu46Al8 series of the shared data") {
    const auto folder = shared_data("pdf/synthetic/glass_series");
    if (!folder) return;
    const auto kept = run_pipeline(
        "pdf/metallic_glass_heating.json",
        {{"curves", (*folder / "raw_*K.xy").string()}, {"background", (*folder / "background.xy").string()}, {"temperature", "raw_([0-9]+)K"},
         {"background_scale", 0.88}, {"composition", "Zr46Cu46Al8"}, {"energy", 71}, {"density", 0.0575}, {"q_max", 22},
         {"window", "none"}, {"reference", 300}},
        {{"steps", {{"order", {{"with", {{"coordination", "limits"}, {"coordination_from", 2.3}, {"coordination_to", 3.9}}}}}}}});
    const auto true_s = columns(*folder / "truth_S.csv"), true_g = columns(*folder / "truth_G_none.csv");
    const auto metrics = columns(*folder / "truth_metrics.csv");
    const auto& s = kept.at("structure.structure_factor");
    const auto& g = kept.at("pair.unwindowed");
    const auto r = axis(g, "r");
    for (std::size_t t = 0; t < 4; ++t) {
        CHECK(rms(true_s[0], curve(s, t), true_s[t + 1], 1, 22) < 0.004);
        MESSAGE("glass series " << metrics[0][t] << " K: rms S " << rms(true_s[0], curve(s, t), true_s[t + 1], 1, 22) << ", scale "
                                << 1 / values_of(kept.at("structure.scale"))[t] << ", constant "
                                << values_of(kept.at("structure.constant"))[t]);
        Doubles expected(true_g[t + 1].begin(), true_g[t + 1].begin() + static_cast<std::ptrdiff_t>(std::min(r.size(), true_g[0].size())));
        REQUIRE(r[100] == doctest::Approx(true_g[0][100]));
        const Doubles common(r.begin(), r.begin() + static_cast<std::ptrdiff_t>(expected.size()));
        CHECK(rms(common, curve(g, t), expected, 2, 20) < 0.015);
        CHECK(values_of(kept.at("order.first_peak_position"))[t] == doctest::Approx(metrics[2][t]).epsilon(0.01 / 2.9));
        CHECK(std::abs(1 / values_of(kept.at("structure.scale"))[t] - 52.3) < 0.005 * 52.3);
        CHECK(std::abs(values_of(kept.at("structure.constant"))[t] - 40) < 1.5);
    }
    // The density shrinks as the glass expands; the recipe has one for all, so the coordination of the first is the one to compare.
    CHECK(std::abs(values_of(kept.at("order.coordination_number"))[0] - metrics[3][0]) < 0.05);
    CHECK(values_of(kept.at("onset.midpoint"))[0] > 600);
    CHECK(values_of(kept.at("onset.midpoint"))[0] < 700);
}
