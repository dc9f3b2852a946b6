// SPDX-License-Identifier: BSD-3-Clause
// Simulated runs with an independent double-precision reference, where a checkout has them beside it.
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_recipe.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using Doubles = std::vector<double>;

struct Case {
    std::string name;
    Json with;
    double photon = 1;  ///< the reference has intensities in photons
};

Json dataset(const std::filesystem::path& file, const char* path, const std::vector<std::string>& dims) {
    return {{"use", "hdf5_source"}, {"with", {{"file", file.string()}, {"path", path}, {"dims", dims}, {"unit", "1"}}}};
}

Json frames_of(const std::filesystem::path& file) {
    Json step = dataset(file, "/entry/frames", {"train", "pulse", "y", "x"});
    step["with"]["unit"] = "count";
    step["with"]["masks"] = {{"mask", {{"path", "/entry/mask"}, {"dims", {"y", "x"}}, {"marks", "good"}}}};
    step["with"]["coordinates"] = {{"time", {{"path", "/entry/pulse_time"}, {"dims", {"pulse"}}, {"unit", "us"}}}};
    return step;
}

std::map<std::string, Array> results(const std::filesystem::path& folder, const Case& one) {
    const auto data = folder / (one.name + ".h5"), reference = folder / (one.name + ".ref.h5");
    Json steps;
    steps["frames"] = frames_of(data);
    steps["roi"] = dataset(data, "/entry/roi", {"y", "x"});
    steps["C"] = {{"use", "two_time_correlation"}, {"in", {{"frames", "frames"}, {"roi", "roi"}}}, {"with", one.with}};
    std::vector<std::string> keep{"C.correlation",  "C.count",          "C.artefact", "C.intensity", "C.contrast",
                                  "C.contrast_raw", "C.contrast_ratio", "C.status",   "C.pixels"};
    for (const char* name : {"C", "C_se", "C_n", "XC"})
        steps[std::string("ref_") + name] = dataset(reference, name, {"q", "a", "b"});
    steps["ref_intensity"] = dataset(reference, "intensity", {"q", "t"});
    steps["ref_beta"] = dataset(reference, "beta", {"q", "kind"});
    for (const char* name : {"C", "C_se", "C_n", "XC", "intensity", "beta"}) keep.push_back(std::string("ref_") + name + ".data");
    return run_recipe(recipe_of(steps, keep));
}

/// Replicate 0 of an array, or all of it.
Doubles first(const Doubles& values, std::size_t length) {
    return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(length)};
}

double largest(const Doubles& values) {
    double most = 0;
    for (const double each : values) most = std::max(most, std::abs(each));
    return most;
}

double largest_difference(const Doubles& a, const Doubles& b) {
    REQUIRE(a.size() == b.size());
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::isnan(a[i]) ? INFINITY : std::abs(a[i] - b[i]));
    return most;
}

Doubles column(const Doubles& table, std::size_t columns, std::size_t which) {
    Doubles out;
    for (std::size_t i = which; i < table.size(); i += columns) out.push_back(table[i]);
    return out;
}

/// Standard error of trains taken as independent, from the means without train k: d_k = n mean - (n - 1) mean_k.
Doubles naive_errors(const Doubles& replicates, std::size_t length) {
    const std::size_t n = replicates.size() / length - 1;
    Doubles out;
    for (std::size_t i = 0; i < length; ++i) {
        double squares = 0;
        for (std::size_t k = 1; k <= n; ++k) squares += std::pow(replicates[k * length + i] - replicates[i], 2);
        out.push_back(std::sqrt(squares * static_cast<double>(n - 1) / static_cast<double>(n)));
    }
    return out;
}

/// 1 for rings of fewer than 100 photons per frame, else 0. intensity: [rings, pulses], photons per pixel.
Doubles low_counts(const Doubles& pixels, const Doubles& intensity) {
    const std::size_t pulses = intensity.size() / pixels.size();
    Doubles out;
    for (std::size_t r = 0; r < pixels.size(); ++r) {
        double photons = 0;
        for (std::size_t k = 0; k < pulses; ++k) photons += pixels[r] * intensity[r * pulses + k] / static_cast<double>(pulses);
        out.push_back(photons < 100 ? 1 : 0);
    }
    return out;
}

void check_case(const std::filesystem::path& folder, const Case& one, bool neighbours) {
    CAPTURE(one.name);
    const auto all = results(folder, one);
    const auto reference = [&](const char* name) { return values_of(all.at(std::string("ref_") + name + ".data")); };
    const Doubles c = reference("C");
    const double scale = largest(c), tolerance = 1e-9 * scale;
    const auto& correlation = all.at("C.correlation");
    CHECK(largest_difference(first(values_of(correlation), c.size()), c) < tolerance);
    CHECK(first(values_of(all.at("C.count")), c.size()) == reference("C_n"));
    const Doubles errors = reference("C_se");
    if (neighbours) {
        CHECK(largest_difference(values_of(all.at("C.artefact")), reference("XC")) < tolerance);
        CHECK(largest_difference(naive_errors(values_of(correlation), c.size()), errors) < 1e-9 * largest(errors));
        const Doubles own = first(variances_of(correlation), c.size());
        double ratio = 0;
        for (std::size_t i = 0; i < c.size(); ++i) ratio += std::sqrt(own[i]) / errors[i] / static_cast<double>(c.size());
        MESSAGE("standard error / that of independent trains, mean: ", ratio);
        CHECK(ratio > 1);     // at least 1 at each element by construction
        CHECK(ratio < 1.25);  // sqrt(1.5 / 1.25) = 1.095 in theory off the diagonal; the clamp at 0 adds some at few trains
    } else {
        Doubles own;
        for (const double each : first(variances_of(correlation), c.size())) own.push_back(std::sqrt(each));
        CHECK(largest_difference(own, errors) < 1e-9 * largest(errors));
    }
    Doubles intensity = values_of(all.at("C.intensity"));
    for (double& each : intensity) each /= one.photon;
    CHECK(largest_difference(intensity, reference("intensity")) < 1e-9 * largest(intensity));
    const Doubles beta = reference("beta");
    const std::size_t rings = beta.size() / 3;
    CHECK(largest_difference(first(values_of(all.at("C.contrast_raw")), rings), column(beta, 3, 0)) < 1e-9 * largest(beta));
    CHECK(largest_difference(first(values_of(all.at("C.contrast")), rings), column(beta, 3, 1)) < 1e-9 * largest(beta));
    CHECK(largest_difference(first(values_of(all.at("C.contrast_ratio")), rings), column(beta, 3, 2)) < 1e-9 * largest(beta));
    const auto pixels = values_of(all.at("C.pixels"));
    CHECK(values_of(all.at("C.status")) == low_counts(pixels, reference("intensity")));
}

}  // namespace

TEST_CASE("counts with jitter and heating, neighbours subtracted") {
    const auto folder = shared_data("xpcs");
    if (folder) check_case(*folder, {"devA_counts", {{"blocks", 50}}}, true);
}

TEST_CASE("ADU with a pattern of the detector, neighbours subtracted") {
    const auto folder = shared_data("xpcs");
    if (!folder) return;
    check_case(*folder,
               {"devB_artifact", {{"blocks", 24}, {"shot_noise", "adu"}, {"adu_per_photon", 12}, {"read_noise", 1.5}}, 12}, true);
}

TEST_CASE("few counts, in some rings fewer than 100 photons per frame, nothing subtracted") {
    const auto folder = shared_data("xpcs");
    if (folder) check_case(*folder, {"devC_sparse", {{"artefact", "none"}}}, false);
}
