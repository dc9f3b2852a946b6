// SPDX-License-Identifier: BSD-3-Clause
// Many noisy S(q) through the sine transform: each number scatters about its truth as its variance says, and pure noise has no
// order.
#include "../kernel.hpp"

#include <cmath>
#include <functional>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <sluice/numerics/sine_transform.hpp>

namespace {

using namespace sluice::order_metrics;
using Doubles = std::vector<double>;

constexpr double pi = std::numbers::pi;
constexpr int seeds = 200;

/// A glass: shells of G = sum A_s gauss(r; r_s, w_s), whose transform F = sum sqrt(2 pi) A w sin(q r) exp(-q^2 w^2 / 2) is
/// closed.
struct Shell {
    double amplitude, at, width;
};
const std::vector<Shell> shells{{3.6, 2.9, 0.21},  {-1.4, 3.75, 0.32}, {1.3, 5.0, 0.4},   {-1.1, 6.25, 0.45},
                                {0.7, 7.4, 0.45},  {-0.5, 8.6, 0.5},   {0.38, 9.8, 0.5},  {-0.3, 11, 0.5},
                                {0.21, 12.2, 0.5}, {-0.17, 13.4, 0.5}, {0.11, 14.6, 0.5}, {-0.08, 15.7, 0.5}};

struct Experiment {
    Doubles q, r, f, sigma;  ///< sigma of S
    SineNoise noise;
    sluice::numerics::SineSum transform;
    Doubles weights;
    double level;

    static Doubles grid(double first, double step, int count) {
        Doubles out;
        for (int i = 0; i < count; ++i) out.push_back(first + step * i);
        return out;
    }
    explicit Experiment(double noise_level, bool structure = true)
        : q(grid(0.5, 0.02, 1076)),
          r(grid(0, 0.02, 901)),
          noise(r, q, {0.5, 22, sluice::numerics::Window::none, 0}),
          transform(q, r),
          weights(sluice::numerics::trapezoid_weights(q)),
          level(noise_level) {
        for (const double each : q) {
            double sum = 0;
            for (const auto& shell : shells)
                sum += structure ? std::sqrt(2 * pi) * shell.amplitude * shell.width * std::sin(each * shell.at) *
                                       std::exp(-each * each * shell.width * shell.width / 2)
                                 : 0;
            f.push_back(sum);
            sigma.push_back(noise_level * (1 + each * each / 200));  // of S: counts of a falling form factor
        }
    }
    [[nodiscard]] Doubles transformed(std::mt19937_64* random) const {
        Doubles weighted, g(r.size());
        std::normal_distribution<double> normal;
        for (std::size_t k = 0; k < q.size(); ++k)
            weighted.push_back(2 / pi * weights[k] * (f[k] + (random ? q[k] * sigma[k] * normal(*random) : 0)));
        transform.sine(weighted, g);
        return g;
    }
    [[nodiscard]] Covariance covariance() const {
        Doubles variance;
        for (const double each : sigma) variance.push_back(each * each);
        return noise.of_structure_factor(variance, {});
    }
};

struct Number {
    std::string name;
    std::function<Value(const Result&)> get;
};

struct Pulls {
    double sum = 0, squares = 0, values = 0, value_squares = 0, variances = 0;
    int count = 0;

    void add(const Value& found, double truth) {
        const double pull = (found.value - truth) / std::sqrt(found.variance);
        sum += pull;
        squares += pull * pull;
        ++count;
    }
    [[nodiscard]] double mean() const { return sum / count; }
    [[nodiscard]] double scatter() const { return std::sqrt(squares / count - mean() * mean()); }
};

const std::vector<Number> numbers{
    {"short range", [](const Result& each) { return each.short_range.rms; }},
    {"medium range", [](const Result& each) { return each.medium_range.rms; }},
    {"coordination number", [](const Result& each) { return each.coordination_number; }},
    {"first peak position", [](const Result& each) { return each.first_peak.position; }},
    {"first peak height", [](const Result& each) { return each.first_peak.height; }},
    {"first peak width", [](const Result& each) { return each.first_peak_width; }},
    {"second peak position", [](const Result& each) { return each.peaks.at(1).position; }},
    {"second peak height", [](const Result& each) { return each.peaks.at(1).height; }},
    {"decay length", [](const Result& each) { return each.decay.length; }},
};

}  // namespace

TEST_CASE("scatter over propagated sigma, and no bias, over 200 seeds") {
    const Experiment glass(0.001);
    const auto covariance = glass.covariance();
    const auto exact = glass.transformed(nullptr);
    for (const auto rule : {Coordination::limits, Coordination::first_minimum, Coordination::symmetric_radial})
        for (const auto method : {PeakMethod::polynomial, PeakMethod::gaussian}) {
            Options options;
            options.coordination = rule;
            options.method = method;
            options.decay_range = Range{4.4, 13};
            options.density = {0.055, 0};
            if (rule == Coordination::limits) options.from = 2.3, options.to = 3.8;
            const auto truth = measure({glass.r, exact, {}}, {}, options);
            std::vector<Pulls> pulls(numbers.size());
            constexpr std::uint64_t seed = 20220157;
            std::mt19937_64 random(seed);
            for (int i = 0; i < seeds; ++i) {
                const auto g = glass.transformed(&random);
                const auto found = measure({glass.r, g, {}}, covariance, options);
                REQUIRE(found.status == Status::ok);
                for (std::size_t n = 0; n < numbers.size(); ++n) pulls[n].add(numbers[n].get(found), numbers[n].get(truth).value);
            }
            for (std::size_t n = 0; n < numbers.size(); ++n) {
                CAPTURE(numbers[n].name);
                CAPTURE(static_cast<int>(rule));
                CAPTURE(static_cast<int>(method));
                MESSAGE(numbers[n].name << ": " << pulls[n].mean() << " +- " << pulls[n].scatter() << " (truth "
                                        << numbers[n].get(truth).value << ")");
                // 2.8 standard errors of 200; the logarithm of a noisy height is low by half of its relative variance
                CHECK(std::abs(pulls[n].mean()) < (numbers[n].name == "decay length" ? 0.4 : 0.2));
                CHECK(pulls[n].scatter() > 0.85);  // 3 standard errors
                CHECK(pulls[n].scatter() < 1.15);
            }
        }
}

TEST_CASE("pure noise has no order: rms^2 less noise averages 0") {
    const Experiment nothing(0.003, false);
    const auto covariance = nothing.covariance();
    std::mt19937_64 random(299792458);
    double sum = 0, squares = 0, reduced = 0;
    Doubles spread;
    for (int i = 0; i < seeds; ++i) {
        const auto g = nothing.transformed(&random);
        const auto found = measure({nothing.r, g, {}}, covariance, {}).medium_range;
        const double mean_square = std::copysign(found.rms.value * found.rms.value, found.rms.value);
        sum += mean_square / (found.noise * found.noise);
        squares += std::pow(mean_square / (found.noise * found.noise), 2);
        reduced += found.rms.variance;
        spread.push_back(found.rms.value);
    }
    const double mean = sum / seeds, error = std::sqrt((squares / seeds - mean * mean) / seeds);
    double observed = 0;
    for (const double each : spread) observed += each * each / seeds;
    MESSAGE("mean " << mean << " +- " << error << " of the noise; spread of the signed root over its sigma "
                    << std::sqrt(observed / (reduced / seeds)));
    CHECK(std::abs(mean) < 3 * error);
    CHECK(error < 0.02);
    CHECK(std::sqrt(observed / (reduced / seeds)) > 0.6);  // sigma is somewhat large there: the gradient is made of noise
    CHECK(std::sqrt(observed / (reduced / seeds)) < 1.3);
}

TEST_CASE("variances of G alone: 0.8 to 2.5 of the exact ones where the errors of S grow with q") {
    const Experiment glass(0.001);
    const auto exact = glass.covariance();
    const Doubles points(exact.points());
    const SineNoise flat(glass.r, SineNoise::flat_grid(glass.r.back(), 22), {0, 22, sluice::numerics::Window::none, 0});
    const auto approximate = flat.of_points(points);
    Options options;
    options.density = {0.055, 0};
    const auto g = glass.transformed(nullptr);
    const auto with_exact = measure({glass.r, g, {}}, exact, options),
               with_flat = measure({glass.r, g, {}}, approximate, options);
    for (const auto& each : numbers) {
        const double ratio = std::sqrt(each.get(with_flat).variance / each.get(with_exact).variance);
        MESSAGE(each.name << ": " << ratio);
        CHECK(ratio > 0.8);
        CHECK(ratio < 2.5);
    }
}
