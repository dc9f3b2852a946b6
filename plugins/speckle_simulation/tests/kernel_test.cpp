// SPDX-License-Identifier: BSD-3-Clause
// The model's closed forms, and the statistics of simulated trains against them. Random tests print their seed.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "kernel.hpp"

using namespace sluice::speckle_simulation;

namespace {

std::uint64_t new_seed() {
    static auto last = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    return ++last;
}

/// 24 x 40 pixels of 0.2 mm, 8 m away; the beam in the middle; q up to 0.037 1/nm.
Settings small_detector() {
    Settings settings;
    settings.shape = {24, 40};
    settings.geometry.distance_m = 8;
    settings.geometry.pixel1_m = settings.geometry.pixel2_m = 2e-4;
    settings.geometry.poni1_m = 12 * 2e-4;
    settings.geometry.poni2_m = 20 * 2e-4;
    settings.geometry.wavelength_m = 1e-10;
    settings.pulses = 8;
    settings.pulse_period_us = 0.5;
    settings.seed = 7;
    return settings;
}

Part whole(const Settings& settings) { return {0, settings.pulses, 0, settings.shape.slow, 0, settings.shape.fast}; }

template <class T = float>
std::vector<T> train_of(const Simulation& simulation, const Settings& settings, std::int64_t number) {
    std::vector<T> out(static_cast<std::size_t>(settings.pulses * settings.shape.slow * settings.shape.fast));
    simulation.fill<T>(number, whole(settings), out);
    return out;
}

/// Mean and standard error of independent numbers.
class Sample {
public:
    void add(double x) {
        ++count_;
        sum_ += x;
        squares_ += x * x;
    }
    [[nodiscard]] double mean() const { return sum_ / count_; }
    [[nodiscard]] double variance() const { return squares_ / count_ - mean() * mean(); }
    /// How many standard errors the mean is away.
    [[nodiscard]] double pull(double expected) const { return (mean() - expected) / std::sqrt(variance() / count_); }

private:
    double count_ = 0, sum_ = 0, squares_ = 0;
};

template <class F>
std::string refusal(const F& f) {
    try {
        f();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "nothing was refused";
}

std::string refusal_of(const Settings& settings) {
    return refusal([&] { Simulation{settings}; });
}

}  // namespace

TEST_CASE("weights sum up to 1 and their squares to the contrast") {
    for (const double contrast : {1.0, 0.999, 0.5, 0.5061728395061729, 0.4, 1.0 / 3, 0.3, 0.25, 0.1, 0.0123, 1e-4}) {
        CAPTURE(contrast);
        const auto weights = pattern_weights(contrast);
        CHECK(static_cast<double>(weights.size()) == doctest::Approx(std::ceil(1 / contrast - 1e-9)));
        double sum = 0, squares = 0;
        for (const auto w : weights) {
            sum += w;
            squares += w * w;
            CHECK_UNARY(w >= 0 && w <= weights.front());
        }
        CHECK(sum == doctest::Approx(1).epsilon(1e-12));
        CHECK(squares == doctest::Approx(contrast).epsilon(1e-12));
    }
    CHECK(refusal([] { (void)pattern_weights(0); }) == "contrast = 0.000000, must be from 0.0001 to 1");
    CHECK(refusal([] { (void)pattern_weights(1.01); }) == "contrast = 1.010000, must be from 0.0001 to 1");
}

TEST_CASE("the decay is the exponential of the integral of the rate, evaluated literally") {
    const double period = 0.443;
    for (const double rate : {0.0, 1e-12, 1e-3, 0.05, 3.0})
        for (const double drift : {0.0, 0.03, -0.02, 1.0}) {
            CAPTURE(rate);
            CAPTURE(drift);
            const auto step = decay(rate, drift, period, 50);
            REQUIRE(step.keep.size() == 49);
            for (std::size_t k = 0; k < 49; ++k) {
                const auto from = static_cast<long double>(k) * period, to = from + period;
                const long double integral = rate * ((to - from) + 0.5L * drift * (to * to - from * from));
                const long double renew = std::sqrt(-0.5L * std::expm1(-2 * integral));
                CHECK_UNARY(std::abs(step.keep[k] - static_cast<double>(std::exp(-integral))) <= 2e-14);
                CHECK_UNARY(std::abs(step.renew[k] - static_cast<double>(renew)) <= 2e-13 * static_cast<double>(renew));
            }
        }
}

TEST_CASE("the bound of the counts is above the exact negative binomial tail, and not by far") {
    for (const double patterns : {1.0, 2.0, 5.0})
        for (const double mean : {0.02, 1.0, 20.0})
            for (const double count : {2.0, 30.0, 200.0}) {
                if (count <= mean) continue;
                double tail = 0;  // sum of Gamma(n + M) / (n! Gamma(M)) p^n (1 - p)^M, p = m / (m + M)
                for (double n = count; n < count + 4000; ++n)
                    tail += std::exp(std::lgamma(n + patterns) - std::lgamma(n + 1) - std::lgamma(patterns) +
                                     n * std::log(mean / (mean + patterns)) + patterns * std::log(patterns / (mean + patterns)));
                CAPTURE(patterns);
                CAPTURE(mean);
                CAPTURE(count);
                const double bound = probability_above(count, mean, 1 / patterns);
                CHECK(bound >= tail * (1 - 1e-9));
                CHECK(bound <= 10 * count * tail);  // Chernoff's bound knows powers only: a factor of some e n is left
            }
    CHECK(probability_above(1, 1, 1) == 1);
    CHECK(probability_above(1, 0, 1) == 0);
}

TEST_CASE("train numbers skip the missing ones") {
    using Numbers = std::vector<std::int64_t>;
    CHECK(train_numbers(10, 4, {}) == Numbers{10, 11, 12, 13});
    CHECK(train_numbers(10, 4, {12, 11, 14}) == Numbers{10, 13, 15, 16});
    CHECK(train_numbers(10, 2, {10}) == Numbers{11, 12});
    CHECK(refusal([] { (void)train_numbers(10, 4, {12, 15}); }) == "missing_trains names 15, but the run has trains 10 to 14");
    CHECK(refusal([] { (void)train_numbers(10, 4, {9}); }) == "missing_trains names 9, but the run has trains 10 to 13");
}

TEST_CASE("mean, contrast, photon noise and two-time correlation are those of the model") {
    struct Case {
        double contrast, drift, mean;
    };
    for (const auto& [contrast, drift, mean] : {Case{1, 0, 0.2}, Case{0.5, 0.2, 1}, Case{0.37, -0.1, 12}}) {
        auto settings = small_detector();
        settings.seed = new_seed();
        settings.contrast = contrast;
        settings.drift_per_us = drift;
        settings.mean_count = mean;
        settings.efficiency_spread = 0.1;
        settings.jitter = 0.3;
        settings.rings = {{0, 1}};  // all pixels: one q
        const Simulation simulation(settings);
        const double q = simulation.q_inv_nm()[0];
        settings.diffusion_um2_per_s = 0.15 / (q * q);  // 0.15 1/us: 2 Gamma tau from 0.15 to 1.05
        const Simulation moving(settings);
        CAPTURE(settings.seed);
        CAPTURE(contrast);
        const auto pixels = simulation.q_inv_nm().size();
        const auto pulses = static_cast<std::size_t>(settings.pulses);
        std::vector<Sample> first(pulses), second(pulses * pulses), lagged(pulses);
        Sample third;
        std::vector<float> before;
        for (int train = 0; train < 60; ++train) {
            const auto counts = train_of(moving, settings, train);
            const auto factors = moving.pulse_factors(train);
            const auto value = [&](const std::vector<float>& of, std::size_t k, std::size_t p) {
                return static_cast<double>(of[k * pixels + p]) / moving.expected()[p];
            };
            for (std::size_t p = 0; p < pixels; ++p)
                for (std::size_t k = 0; k < pulses; ++k) {
                    const double x = value(counts, k, p) / factors[k], photon = 1 / (moving.expected()[p] * factors[k]);
                    first[k].add(x);
                    // factorial moments have no photon noise: <n (n - 1)> = m^2 <I^2>
                    second[k * pulses + k].add(x * (x - photon));
                    if (k == 0) third.add(x * (x - photon) * (x - 2 * photon));
                    for (std::size_t l = 0; l < k; ++l) second[k * pulses + l].add(x * value(counts, l, p) / factors[l]);
                    if (!before.empty()) lagged[k].add((x - 1) * (value(before, k, p) - 1));
                }
            before = counts;
        }
        // 57600 samples, independent but for the efficiency; six standard errors
        double cubes = 0;
        for (const auto w : pattern_weights(contrast)) cubes += w * w * w;
        if (mean >= 1)
            CHECK(std::abs(third.pull(1 + 3 * contrast + 2 * cubes)) < 6);  // else triples are too rare for a normal error
        for (std::size_t k = 0; k < pulses; ++k) {
            CAPTURE(k);
            CHECK(std::abs(first[k].pull(1)) < 6);
            CHECK(std::abs(second[k * pulses + k].pull(1 + contrast)) < 6);
            CHECK(std::abs(lagged[k].pull(0)) < 6);
            for (std::size_t l = 0; l < k; ++l) {
                const double tau = 0.5 * static_cast<double>(k - l), age = 0.25 * static_cast<double>(k + l);
                CHECK(std::abs(second[k * pulses + l].pull(1 + contrast * std::exp(-2 * 0.15 * (1 + drift * age) * tau))) < 6);
            }
        }
    }
}

TEST_CASE("on the diagonal the plain variance has the photon noise 1/k, and neighbouring pixels are independent") {
    auto settings = small_detector();
    settings.seed = new_seed();
    MESSAGE("seed " << settings.seed);
    settings.contrast = 0.5;
    settings.mean_count = 0.4;
    settings.pulses = 1;
    const Simulation simulation(settings);
    Sample square, neighbour;
    for (int train = 0; train < 200; ++train) {
        const auto counts = train_of(simulation, settings, train);
        for (std::size_t p = 0; p < counts.size(); ++p) {
            const double x = static_cast<double>(counts[p]) / 0.4 - 1;
            square.add(x * x);
            if (p % 2 == 1) neighbour.add(x * (static_cast<double>(counts[p - 1]) / 0.4 - 1));
        }
    }
    CHECK(std::abs(square.pull(0.5 + 1 / 0.4)) < 6);
    CHECK(std::abs(neighbour.pull(0)) < 6);
}

TEST_CASE("a value is the same whatever part and element type is asked for, and differs between trains and seeds") {
    auto settings = small_detector();
    settings.bad_pixels = 9;
    settings.jitter = 0.2;
    settings.drift_per_us = 0.1;
    settings.contrast = 0.4;
    settings.readout = Readout{10, 2, 0.3, 0.1, 0.05};
    const Simulation simulation(settings), again(settings);
    const auto all = train_of<std::int16_t>(simulation, settings, 3);
    CHECK(train_of<std::int16_t>(again, settings, 3) == all);
    CHECK(train_of<std::int16_t>(simulation, settings, 4) != all);
    const Part part{2, 3, 5, 4, 11, 17};
    std::vector<std::int16_t> some(3 * 4 * 17);
    simulation.fill<std::int16_t>(3, part, some);
    std::size_t i = 0;
    for (std::size_t k = 2; k < 5; ++k)
        for (std::size_t row = 5; row < 9; ++row)
            for (std::size_t column = 11; column < 28; ++column) CHECK_UNARY(some[i++] == all[(k * 24 + row) * 40 + column]);
    const auto floats = train_of<float>(simulation, settings, 3);
    for (std::size_t p = 0; p < all.size(); ++p)
        CHECK_UNARY(simulation.bad_pixels()[p % 960] ? std::isnan(floats[p]) : floats[p] == static_cast<float>(all[p]));
    ++settings.seed;
    CHECK(train_of<std::int16_t>(Simulation(settings), settings, 3) != all);
}

TEST_CASE("a train of a wide detector is the same as its columns: blocks do not show") {
    auto settings = small_detector();
    settings.shape = {1, 200};
    settings.pulses = 3;
    const Simulation simulation(settings);
    const auto all = train_of<std::uint16_t>(simulation, settings, 1);
    for (std::ptrdiff_t column = 0; column < 200; ++column) {
        std::vector<std::uint16_t> one(3);
        simulation.fill<std::uint16_t>(1, {0, 3, 0, 1, column, 1}, one);
        for (std::size_t k = 0; k < 3; ++k) CHECK_UNARY(one[k] == all[k * 200 + static_cast<std::size_t>(column)]);
    }
}

TEST_CASE("pulse factors have mean 1 and the spread asked for, stay positive, and the frames follow them") {
    auto settings = small_detector();
    settings.seed = new_seed();
    MESSAGE("seed " << settings.seed);
    settings.jitter = 0.25;
    settings.contrast = 0.01;
    settings.mean_count = 30;
    const Simulation simulation(settings);
    Sample factor, square;
    for (int train = 0; train < 5000; ++train)
        for (const auto each : simulation.pulse_factors(train)) {
            CHECK_UNARY(each > 0);
            factor.add(each);
            square.add((each - 1) * (each - 1));
        }
    CHECK(std::abs(factor.pull(1)) < 6);
    CHECK(std::abs(square.pull(0.25 * 0.25)) < 6);
    const auto counts = train_of(simulation, settings, 0);
    const auto factors = simulation.pulse_factors(0);
    for (std::size_t k = 0; k < 8; ++k) {
        double sum = 0;
        for (std::size_t p = 0; p < 960; ++p) sum += static_cast<double>(counts[k * 960 + p]) / 30;
        // variance of x: contrast j^2 + j / 30
        CHECK(std::abs(sum / 960 - factors[k]) < 6 * std::sqrt((0.01 * factors[k] * factors[k] + factors[k] / 30) / 960));
    }
}

TEST_CASE("expected counts follow the power law of q; efficiencies have mean 1 and the spread asked for") {
    auto settings = small_detector();
    settings.mean_count = 3;
    settings.mean_count_exponent = -1.5;
    settings.reference_q_inv_nm = 0.02;
    const Simulation plain(settings);
    for (const std::size_t pixel : {0u, 500u, 959u}) {
        const double y = (static_cast<double>(pixel / 40) + 0.5 - 12) * 2e-4,
                     x = (static_cast<double>(pixel % 40) + 0.5 - 20) * 2e-4;
        const double q = 4 * std::numbers::pi / 0.1 * std::sin(0.5 * std::atan2(std::hypot(x, y), 8.0));
        CHECK(plain.q_inv_nm()[pixel] == doctest::Approx(q).epsilon(1e-12));
        CHECK(plain.expected()[pixel] == doctest::Approx(3 * std::pow(q / 0.02, -1.5)).epsilon(1e-12));
    }
    settings.efficiency_spread = 0.08;
    settings.seed = new_seed();
    MESSAGE("seed " << settings.seed);
    const Simulation spread(settings);
    Sample efficiency, square;
    for (std::size_t p = 0; p < 960; ++p) {
        const double each = spread.expected()[p] / plain.expected()[p];
        efficiency.add(each);
        square.add((each - 1) * (each - 1));
    }
    CHECK(std::abs(efficiency.pull(1)) < 6);
    CHECK(std::abs(square.pull(0.08 * 0.08)) < 6);
}

TEST_CASE("efficiencies of spread s: s^2 between trains, and a contrast beta (1 + s^2) of the ring once that is taken off") {
    auto settings = small_detector();
    settings.shape = {100, 100};
    settings.pulses = 2;
    settings.diffusion_um2_per_s = 0;  // at rest: the decay is 1 at the lag
    settings.contrast = 0.5;
    settings.efficiency_spread = 0.3;
    settings.mean_count = 2;
    settings.seed = new_seed();
    MESSAGE("seed " << settings.seed);
    const Simulation simulation(settings);
    constexpr std::size_t trains = 60, pixels = 10000;
    std::vector<double> same(pixels, -1), between(pixels, -1);  // means over trains of N N' / k^2 - 1, per pixel
    auto before = train_of(simulation, settings, 0);
    for (std::size_t train = 1; train <= trains; ++train) {
        auto counts = train_of(simulation, settings, static_cast<std::int64_t>(train));
        for (std::size_t p = 0; p < pixels; ++p) {
            const double x = static_cast<double>(counts[p]) / 2;
            same[p] += x * static_cast<double>(counts[pixels + p]) / 2 / trains;
            between[p] += x * static_cast<double>(before[pixels + p]) / 2 / trains;
        }
        before = std::move(counts);
    }
    Sample within, apart, difference;  // pixels are independent, trains of one are not
    for (std::size_t p = 0; p < pixels; ++p) {
        within.add(same[p]);
        apart.add(between[p]);
        difference.add(same[p] - between[p]);
    }
    CHECK(std::abs(within.pull((1 + 0.09) * 1.5 - 1)) < 5);
    CHECK(std::abs(apart.pull(0.09)) < 5);
    CHECK(std::abs(difference.pull(0.5 * (1 + 0.09))) < 5);
    CHECK(std::abs(difference.pull(0.5)) > 5);  // fine enough to tell the two apart
}

TEST_CASE("a ring's pixels have the mean q of its good ones, those outside their own") {
    auto settings = small_detector();
    const Simulation own(settings);
    settings.rings = {{0.02, 0.03}, {0.005, 0.01}, {5, 6}};  // the last one has no pixel
    settings.bad_pixels = 300;
    const Simulation ringed(settings);
    for (const auto& [low, high] : {Ring{0.02, 0.03}, Ring{0.005, 0.01}}) {
        double sum = 0, count = 0;
        for (std::size_t p = 0; p < 960; ++p) {
            const double q = own.q_inv_nm()[p];
            if (q < low || q >= high || ringed.bad_pixels()[p]) continue;
            sum += q;
            ++count;
        }
        for (std::size_t p = 0; p < 960; ++p)
            if (own.q_inv_nm()[p] >= low && own.q_inv_nm()[p] < high)
                CHECK(ringed.q_inv_nm()[p] == doctest::Approx(sum / count).epsilon(1e-14));
    }
    for (std::size_t p = 0; p < 960; ++p) {
        const double q = own.q_inv_nm()[p];
        if (q < 0.005 || (q >= 0.01 && q < 0.02) || q >= 0.03) CHECK_UNARY(ringed.q_inv_nm()[p] == q);
    }
}

TEST_CASE("the artefact of neighbouring trains and pulses correlates by the cosine of its phases; read noise does not") {
    auto settings = small_detector();
    settings.shape = {100, 100};
    settings.seed = new_seed();
    MESSAGE("seed " << settings.seed);
    settings.mean_count = 0;
    settings.readout = Readout{40, 5, 0.5, 0.4, 0.15};  // pattern of 20 ADU
    const Simulation simulation(settings);
    const auto first = train_of(simulation, settings, 20), next = train_of(simulation, settings, 21),
               far = train_of(simulation, settings, 25);
    const auto covariance = [&](const auto& a, std::size_t k, const auto& b, std::size_t l) {
        Sample products;
        for (std::size_t p = 0; p < 10000; ++p)
            products.add(static_cast<double>(a[k * 10000 + p]) * static_cast<double>(b[l * 10000 + p]));
        return products;
    };
    for (std::size_t k = 0; k < 8; k += 3)
        for (std::size_t l = 0; l < 8; ++l) {
            const double pulses = 0.15 * (static_cast<double>(l) - static_cast<double>(k));
            const double noise = k == l ? 25 + 1.0 / 12 : 0;  // and rounding
            CHECK(std::abs(covariance(first, k, first, l).pull(400 * std::cos(pulses) + noise)) < 6);
            CHECK(std::abs(covariance(first, k, next, l).pull(400 * std::cos(0.4 + pulses))) < 6);
            CHECK(std::abs(covariance(first, k, far, l).pull(400 * std::cos(5 * 0.4 + pulses))) < 6);
        }
}

TEST_CASE("with a readout the photons are those without, scaled") {
    auto settings = small_detector();
    settings.mean_count = 3;
    const auto photons = train_of<std::uint16_t>(Simulation(settings), settings, 2);
    settings.readout = Readout{7, 0, 0, 0, 0};
    const auto adu = train_of<std::uint16_t>(Simulation(settings), settings, 2);
    for (std::size_t p = 0; p < adu.size(); ++p) CHECK_UNARY(adu[p] == 7 * photons[p]);
}

TEST_CASE("bad pixels are as many as asked for and read garbage") {
    auto settings = small_detector();
    settings.bad_pixels = 20;
    const Simulation simulation(settings);
    CHECK(std::count(simulation.bad_pixels().begin(), simulation.bad_pixels().end(), 1) == 20);
    const auto counts = train_of<std::uint8_t>(simulation, settings, 0);
    double sum = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) sum += simulation.bad_pixels()[i % 960] ? counts[i] : 0;
    // 160 numbers from 0 to 255, each with variance (256^2 - 1)/12; the seed is fixed
    CHECK(std::abs(sum / 160 - 127.5) < 5 * std::sqrt(65535.0 / 12 / 160));
}

TEST_CASE("what cannot be simulated is refused") {
    auto settings = small_detector();
    settings.rings = {{0.3, 0.2}};
    CHECK(refusal_of(settings) == "the ring [0.3, 0.2] 1/nm must be [low, high] with 0 <= low < high");
    settings.rings = {{0.3, 0.4}, {0.1, 0.31}};
    CHECK(refusal_of(settings) ==
          "the rings [0.1, 0.31] and [0.3, 0.4] 1/nm overlap: a pixel has one q, so it can be in one ring");
    settings.rings = {{0.3, 0.4}, {0.1, 0.3}};
    CHECK(refusal_of(settings) == "nothing was refused");
    settings = small_detector();
    settings.contrast = 2;
    CHECK(refusal_of(settings) == "contrast = 2.000000, must be from 0.0001 to 1");
    settings = small_detector();
    settings.drift_per_us = -0.5;
    CHECK(refusal_of(settings) == "age_drift = -0.5 1/us makes the rate negative after 2 us, but the train lasts 3.5 us");
    settings = small_detector();
    settings.bad_pixels = 1000;
    CHECK(refusal_of(settings) == "bad_pixels = 1000, but the image has 960 pixels");
    settings = small_detector();
    settings.geometry.wavelength_m.reset();
    CHECK(refusal_of(settings) == "the geometry has no wavelength, which q needs: give 'wavelength'");
    settings = small_detector();
    settings.geometry.poni1_m = 12.5 * 2e-4;  // the beam hits the centre of pixel [12, 20]
    settings.geometry.poni2_m = 20.5 * 2e-4;
    settings.mean_count_exponent = -2;
    CHECK(refusal_of(settings) ==
          "the mean count of pixel [12, 20] is inf at q = 0.000000 1/nm: move 'poni' or change mean_count_exponent");
}

TEST_CASE("values that the element type cannot hold are refused before the run, or where they are met") {
    auto settings = small_detector();
    settings.contrast = 0.5;
    const auto fits = [&](const Range& range) { return refusal([&] { Simulation(settings).check_fits(range, 100); }); };
    settings.mean_count = 3;
    CHECK(fits(range_of<std::uint8_t>()) == "nothing was refused");  // 85 times the mean
    settings.mean_count = 30;
    CHECK(fits(range_of<std::uint8_t>()) ==
          "pixels of up to 30 photons per pulse would exceed 255, the largest value of dtype, somewhere in "
          "this run: choose a larger dtype or a lower mean_count");
    CHECK(fits(range_of<std::uint16_t>()) == "nothing was refused");
    settings.jitter = 2;
    CHECK(fits(range_of<std::uint16_t>()) != "nothing was refused");  // one pulse in 1e4 is 20 times as bright
    settings.jitter = 0;
    settings.mean_count = 0.1;
    settings.readout = Readout{10, 2, 0, 0, 0};
    CHECK(fits(range_of<std::uint16_t>()) ==
          "read_noise and artefact go down to -14, but dtype begins at 0: choose int16 or float32");
    CHECK(fits(range_of<std::int16_t>()) == "nothing was refused");
    settings.readout.reset();
    settings.mean_count = 1000;
    settings.seed = 1;
    std::vector<std::uint8_t> one(8);
    const Simulation simulation(settings);
    const auto photons = train_of<std::uint16_t>(simulation, settings, 5)[0];
    REQUIRE(photons > 255);
    CHECK(refusal([&] {
              simulation.fill<std::uint8_t>(5, {0, 8, 0, 1, 0, 1}, one);
          }) == "pixel [0, 0] of pulse 0 in train 5 reads " + std::to_string(photons) +
                    ", which dtype cannot hold: choose a larger dtype or a lower mean_count");
}
