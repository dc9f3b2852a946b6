// SPDX-License-Identifier: BSD-3-Clause
// The mean-squared displacement against sums over all pairs of frames, and motions whose answer is known.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "trajectories.hpp"

namespace {

using namespace sluice::msd;
using namespace sluice::msd::test;
using doctest::Approx;

double largest(const Doubles& values) {
    double out = 0;
    for (const double each : values)
        if (!std::isnan(each)) out = std::max(out, std::abs(each));
    return out;
}

/// Largest difference over the largest value; NaN must stand in the same places.
double difference(const Doubles& a, const Doubles& b) {
    REQUIRE(a.size() == b.size());
    double out = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        REQUIRE(std::isnan(a[i]) == std::isnan(b[i]));
        if (!std::isnan(a[i])) out = std::max(out, std::abs(a[i] - b[i]));
    }
    return out / std::max(largest(b), 1e-300);
}

double difference(const Curves& a, const Curves& b) {
    return std::max({difference(a.msd, b.msd), difference(a.blocks, b.blocks), difference(a.centre_of_mass, b.centre_of_mass)});
}

bool same_bits(const Doubles& a, const Doubles& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

/// The last calls first, each on a thread of its own.
void backward_for(std::int64_t n, const std::function<void(std::int64_t)>& f) {
    std::vector<std::thread> threads;
    for (std::int64_t i = n - 1; i >= 0; --i) threads.emplace_back([&f, i] { f(i); });
    for (auto& thread : threads) thread.join();
}

std::string refusal(const Shape& shape, const Options& options, const Doubles& positions = {}) {
    try {
        run(shape, options, positions);
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("the sums by Fourier transforms are those over all pairs of frames, whole and by block") {
    struct Case {
        Shape shape;
        Options options;
    };
    double worst = 0;
    for (const auto& [shape, options] :
         {Case{{64, 5, 3}, {32, 4}}, Case{{101, 7, 3}, {50, 10}}, Case{{101, 7, 3}, {100, 10}}, Case{{97, 3, 2}, {96, 1}},
          Case{{97, 1, 1}, {30, 7}}, Case{{60, 20, 1}, {5, 3}}, Case{{60, 4, 10}, {59, 60}}, Case{{2, 3, 3}, {1, 2}},
          Case{{2, 1, 1}, {1, 1}}, Case{{3, 2, 3}, {2, 2}}, Case{{500, 11, 3}, {250, 9}}})
        for (const bool remove : {false, true}) {
            if (remove && shape.particles == 1) continue;
            CAPTURE(shape.frames);
            CAPTURE(options.time_blocks);
            const Options with{options.max_lag, options.time_blocks, remove};
            const Doubles positions = random_walk(shape, 3);
            const double found = difference(run(shape, with, positions), direct(shape, with, positions));
            CHECK(found < 1e-12);
            worst = std::max(worst, found);
        }
    MESSAGE("largest difference to the sums over all pairs: " << worst << " of the largest value");
}

TEST_CASE("each lag has its digits where the walk is far longer than a step") {
    const Shape shape{20000, 3, 3};
    const Doubles positions = random_walk(shape, 8);
    const auto found = run(shape, {10000, 10}, positions);
    double worst = 0;
    for (const std::ptrdiff_t lag : {1, 2, 10, 100, 1999, 2000, 2001, 10000}) {
        const double wanted = direct(shape, positions, lag, 0, shape.frames - lag);
        worst = std::max(worst, std::abs(found.msd[index(lag)] / wanted - 1));
    }
    MESSAGE("20,000 frames: largest relative difference of a lag " << worst);
    CHECK(worst < 1e-11);
}

TEST_CASE("an offset far larger than the motion costs only the digits that the positions have lost") {
    const Shape shape{200, 4, 3};
    Doubles positions = random_walk(shape, 4), moved = positions;
    for (double& each : moved) each += 1048576;  // a power of two: of 52 bits 20 are gone
    CHECK(difference(run(shape, {100, 5}, moved), run(shape, {100, 5}, positions)) < 1e-9);
    CHECK(difference(run(shape, {100, 5}, moved).msd, direct(shape, {100, 5}, moved).msd) < 1e-12);
}

TEST_CASE("particles that fly straight: v^2 t^2; all alike: so does their centre, and without it nothing is left") {
    const Shape shape{300, 5, 3};
    Doubles positions(index(shape.frames * shape.columns()));
    const double velocity[] = {0.25, -0.5, 1};
    for (std::ptrdiff_t i = 0; i < shape.frames * shape.columns(); ++i)
        positions[index(i)] = 3 + velocity[i % 3] * static_cast<double>(i / shape.columns());
    const auto found = run(shape, {299, 10}, positions);
    for (std::ptrdiff_t lag = 0; lag < 300; ++lag) {
        const double wanted = 1.3125 * static_cast<double>(lag * lag);
        CHECK(found.msd[index(lag)] == Approx(wanted).epsilon(1e-9));
        CHECK(found.centre_of_mass[index(lag)] == Approx(wanted).epsilon(1e-9));
    }
    CHECK(found.msd[0] == 0);
    CHECK(largest(run(shape, {299, 10, true}, positions).msd) < 1e-9);
}

TEST_CASE("particles that rest have 0, exactly") {
    const Shape shape{77, 6, 3};
    Doubles positions(index(shape.frames * shape.columns()));
    for (std::ptrdiff_t i = 0; i < shape.frames * shape.columns(); ++i)
        positions[index(i)] = 0.1 + 1e5 / 3 * static_cast<double>(i % shape.columns());
    for (const bool remove : {false, true}) {
        const auto found = run(shape, {40, 4, remove}, positions);
        for (const auto& curve : {found.msd, found.variance, found.blocks, found.centre_of_mass}) CHECK(largest(curve) == 0);
    }
}

TEST_CASE("a vibration of 8 frames: A^2 [1 - cos(2 pi k / 8)], and 0 after each period") {
    const Shape shape{400, 1, 1};
    Doubles positions;
    for (int t = 0; t < 400; ++t) positions.push_back(3 * std::cos(2 * std::acos(-1.0) * (t % 8) / 8));
    const auto found = run(shape, {200, 2}, positions);
    for (int lag = 0; lag <= 200; lag += 8)  // whole periods of origins: T - k too
        for (const int more : {0, 4})
            if (lag + more <= 200)
                CHECK(found.msd[index(lag + more)] == doctest::Approx(more == 0 ? 0.0 : 2 * 9.0).epsilon(1e-12).scale(1));
}

TEST_CASE("blocks, weighted by their origins, are the whole") {
    const Shape shape{103, 9, 3};
    const Options options{80, 10};
    const auto found = run(shape, options, random_walk(shape, 12));
    const TimeBlocks blocks(shape.frames, options.time_blocks);
    for (std::ptrdiff_t lag = 1; lag <= options.max_lag; ++lag) {
        double sum = 0;
        std::ptrdiff_t origins = 0;
        for (std::ptrdiff_t b = 0; b < options.time_blocks; ++b) {
            const double value = found.blocks[index(b * (options.max_lag + 1) + lag)];
            CHECK(std::isnan(value) == (blocks.origins(b, lag) == 0));
            if (blocks.origins(b, lag) > 0) sum += value * static_cast<double>(blocks.origins(b, lag));
            origins += blocks.origins(b, lag);
        }
        CHECK(origins == shape.frames - lag);
        CHECK(sum / static_cast<double>(origins) == Approx(found.msd[index(lag)]).epsilon(1e-12));
    }
}

TEST_CASE("a mirrored, an exchanged and a time-reversed trajectory have the same MSD") {
    const Shape shape{90, 4, 3};
    const Doubles positions = random_walk(shape, 6);
    Doubles reversed(positions.rbegin(), positions.rend()), mirrored = positions;
    for (double& each : mirrored) each = 5 - each;
    CHECK(difference(run(shape, {60, 6}, reversed).msd, run(shape, {60, 6}, positions).msd) < 1e-13);
    CHECK(difference(run(shape, {60, 6}, mirrored).msd, run(shape, {60, 6}, positions).msd) < 1e-13);
}

TEST_CASE("the same bits for any threads") {
    const Shape shape{300, 100, 3};  // 16 parts
    const Doubles positions = random_walk(shape, 5);
    const auto one = run(shape, {150, 10, true}, positions), more = run(shape, {150, 10, true}, positions, backward_for);
    CHECK(same_bits(one.msd, more.msd));
    CHECK(same_bits(one.variance, more.variance));
    CHECK(same_bits(one.blocks, more.blocks));
    CHECK(same_bits(one.centre_of_mass, more.centre_of_mass));
}

TEST_CASE("memory to work in is bounded by the positions, or 64 MiB") {
    const MeanSquareDisplacement paper({20000, 500, 3}, {10000, 10}), large({200000, 2000, 3}, {100000, 10});
    MESSAGE("500 particles, 20,000 frames: positions 240 MB, work " << 8e-6 * static_cast<double>(paper.scratch_size()) << " MB");
    CHECK(paper.scratch_size() < 20000 * 500 * 3 / 2 + 2000000);
    CHECK(large.scratch_size() < std::ptrdiff_t{200000} * 2000 * 3 / 10);
}

TEST_CASE("what cannot be is refused, with what to do") {
    const Shape shape{10, 2, 3};
    CHECK(refusal({1, 2, 3}, {1, 1}) == "the trajectory has 1 frames; a displacement needs 2.");
    CHECK(refusal({10, 0, 3}, {1, 1}) == "the trajectory has 0 particles and 3 axes; 1 of each is needed.");
    CHECK(refusal(shape, {10, 1}) ==
          "max_lag = 10, but the trajectory has 10 frames. Set it from 1 to 9, or remove it to have half of them.");
    CHECK(refusal(shape, {0, 1}).find("max_lag = 0") == 0);
    CHECK(refusal(shape, {5, 11}) ==
          "time_blocks = 11, but the trajectory has 10 frames. Set it from 1 to 10; for errors, blocks should be longer than the "
          "lags.");
    CHECK(refusal({10, 1, 3}, {5, 1, true}).find("there is one particle") != std::string::npos);
    Doubles positions = random_walk(shape, 1);
    positions[6 * 7 + 5] = std::nan("");
    positions[6 * 8 + 1] = 1 / 0.0;
    CHECK(
        refusal(shape, {5, 2}, positions) ==
        "frame 7, particle 1, axis 2: the position is nan. Every position must be a number: leave out such frames or particles.");
    positions[6 * 7 + 5] = 0;
    CHECK(refusal(shape, {5, 2}, positions).find("frame 8, particle 0, axis 1: the position is inf") == 0);
    positions[6 * 8 + 1] = 1e200;
    CHECK(refusal(shape, {5, 2}, positions).find("their squares overflow") != std::string::npos);
    positions[6 * 8 + 1] = 1.7e308;
    positions[6 * 2 + 1] = -1.7e308;
    CHECK(refusal(shape, {5, 2}, positions).find("overflow") != std::string::npos);
}
