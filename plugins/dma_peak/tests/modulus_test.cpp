// SPDX-License-Identifier: BSD-3-Clause
// The drop and restiffening of a storage modulus. Oracle: logistic steps, whose tangent at the inflection meets the level ahead
// of them 2 widths below; dense evaluation for minima and maxima.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include "modulus.hpp"
#include "simulated.hpp"

namespace {

using namespace sluice::dma_peak;
using doctest::Approx;
using Doubles = std::vector<double>;

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// A glass of 35 GPa that falls by 80 % at 440 K and regains 12 GPa at 510 K, both steps of one width.
struct Sample {
    double width_K = 4, recovery_pa = 12e9, softening_per_K = 2e-4;

    [[nodiscard]] double at(double t) const {
        const double glass = 35e9 * (1 - softening_per_K * (t - 300));
        return glass * (1 - 0.8 * logistic((t - 440) / width_K)) + recovery_pa * logistic((t - 510) / width_K);
    }
};

Doubles measured(const Sample& sample, const Doubles& t, double sigma_pa = 0, std::uint64_t seed = 1) {
    Doubles noise(t.size(), 0.0), out;
    if (sigma_pa > 0) sluice::numerics::RandomStream(seed, 2, 0).fill_normal(noise);
    for (std::size_t i = 0; i < t.size(); ++i) out.push_back(sample.at(t[i]) + sigma_pa * noise[i]);
    return out;
}

ModulusResult drop_of(const Doubles& t, const Doubles& modulus, const ModulusOptions& options = {}) {
    return modulus_drop({t, modulus, {}, {}}, options);
}

double sigma(const Value& value) { return std::sqrt(value.variance); }

}  // namespace

TEST_CASE("a logistic step on a level: onset 2 widths below the inflection, within 0.2 widths") {
    const Doubles t = simulated::grid(300, 560);
    for (const double width : {2.0, 4.0, 8.0}) {
        const Sample sample{width, 0, 0};
        const auto found = drop_of(t, measured(sample, t));
        CHECK(found.status == ModulusStatus::drop_only);
        MESSAGE("width " << width << " K: onset " << found.drop_onset.value - (440 - 2 * width) << " K off, inflection "
                         << found.drop_inflection.value - 440 << " K off");
        CHECK(std::abs(found.drop_inflection.value - 440) < 0.1);
        CHECK(std::abs(found.drop_onset.value - (440 - 2 * width)) < 0.2 * width);
        CHECK(std::isnan(found.restiffening.value));
        CHECK(std::isnan(found.minimum.value));
    }
}

TEST_CASE("drop and restiffening of a glass that softens with temperature") {
    const Doubles t = simulated::grid(300, 560);
    const Sample sample;
    const auto found = drop_of(t, measured(sample, t));
    double lowest = 1e99, lowest_at = 0, highest = 0;
    for (double x = 440; x < 560; x += 0.01) {
        if (sample.at(x) < lowest && x < 500) lowest = sample.at(x), lowest_at = x;
        if (x > 500) highest = std::max(highest, sample.at(x));
    }
    CHECK(found.status == ModulusStatus::ok);
    CHECK(std::abs(found.drop_onset.value - 432) < 0.3);
    CHECK(std::abs(found.minimum_temperature.value - lowest_at) < 0.5);
    CHECK(found.minimum.value == Approx(lowest).epsilon(2e-3));
    CHECK(found.recovered.value == Approx(highest).epsilon(2e-3));
    CHECK(found.restiffening.value == Approx(highest / lowest).epsilon(4e-3));
    CHECK(std::abs(found.restiffening_onset.value - 502) < 1);
    CHECK(found.glass_to_K < 432);
    CHECK(found.glass_from_K == Approx(found.glass_to_K - 30));
}

TEST_CASE("MPa and Pa, and the order of the points, are no matter") {
    Doubles t = simulated::grid(300, 560), pa = measured({}, t, 2e7, 9), mpa;
    for (const double each : pa) mpa.push_back(1e-6 * each);
    const auto a = drop_of(t, pa), b = drop_of(t, mpa);
    CHECK(b.drop_onset.value == Approx(a.drop_onset.value).epsilon(1e-10));
    CHECK(b.minimum.value == Approx(1e-6 * a.minimum.value).epsilon(1e-10));
    CHECK(b.restiffening.variance == Approx(a.restiffening.variance).epsilon(1e-6));
    std::reverse(t.begin(), t.end()), std::reverse(pa.begin(), pa.end());
    CHECK(drop_of(t, pa).drop_onset.value == Approx(a.drop_onset.value).epsilon(1e-10));
}

TEST_CASE("a range of the glass that is given is used") {
    const Doubles t = simulated::grid(300, 560);
    ModulusOptions options;
    options.glass_from_K = 310, options.glass_to_K = 400;
    const auto found = drop_of(t, measured({}, t), options);
    CHECK(found.glass_from_K == 310);
    CHECK(found.glass_to_K == 400);
    CHECK(std::abs(found.drop_onset.value - 432) < 0.1);
}

TEST_CASE("what is not there is not found") {
    const Doubles t = simulated::grid(300, 560);
    CHECK(drop_of(t, measured({4, 0, 0}, simulated::grid(300, 560), 0)).status == ModulusStatus::drop_only);
    Doubles flat(t.size(), 35e9);
    CHECK(drop_of(t, flat).status == ModulusStatus::none);
    const Doubles beta = simulated::grid(260, 400);  // only the beta relaxation: the modulus falls by 17 %
    CHECK(drop_of(beta, simulated::storage_pa({}, beta)).status == ModulusStatus::none);
    const Doubles alpha = simulated::grid();  // the alpha relaxation is cut before its inflection
    CHECK(drop_of(alpha, simulated::storage_pa({}, alpha)).status == ModulusStatus::drop_at_edge);
    ModulusOptions options;
    options.to_K = 511;
    CHECK(drop_of(t, measured({}, t), options).status == ModulusStatus::rise_at_edge);
    CHECK(std::isnan(drop_of(t, measured({}, t), options).recovered.value));
    options = {};
    options.smallest_drop = 0.95;
    CHECK(drop_of(t, measured({}, t), options).status == ModulusStatus::none);
    CHECK(drop_of({}, {}).status == ModulusStatus::too_few_points);
    Doubles there_and_back = t, both = measured({}, t);
    there_and_back.insert(there_and_back.end(), t.rbegin(), t.rend());
    both.insert(both.end(), both.rbegin(), both.rend());
    CHECK(drop_of(there_and_back, both).status == ModulusStatus::turns);
}

TEST_CASE("noise of 0.1 % of the glass, seeds 1 to 60: bias and spread of the onset") {
    const Doubles t = simulated::grid(300, 560);
    double sum = 0, squares = 0, sigmas = 0;
    const int seeds = 60;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const auto found = drop_of(t, measured({}, t, 3.5e7, seed));
        REQUIRE(found.status == ModulusStatus::ok);
        const double off = found.drop_onset.value - 432;
        sum += off, squares += off * off, sigmas += sigma(found.drop_onset);
    }
    const double mean = sum / seeds, spread = std::sqrt(squares / seeds - mean * mean);
    MESSAGE("onset: mean " << mean << " K off, spread " << spread << " K, standard error " << sigmas / seeds << " K");
    CHECK(std::abs(mean) < 0.2);
    CHECK(sigmas / seeds > spread / 2);
    CHECK(sigmas / seeds < 2 * spread);
}

TEST_CASE("what makes no sense is refused") {
    const Doubles t = simulated::grid(300, 560), modulus = measured({}, t);
    const auto refused = [&](const auto& change) {
        ModulusOptions options;
        change(options);
        CHECK_THROWS_AS(static_cast<void>(drop_of(t, modulus, options)), std::invalid_argument);
    };
    refused([](ModulusOptions& o) { o.half_width_K = 0; });
    refused([](ModulusOptions& o) { o.smallest_drop = 1; });
    refused([](ModulusOptions& o) { o.significance = -1; });
    refused([](ModulusOptions& o) { o.glass_from_K = 400, o.glass_to_K = 300; });
}
