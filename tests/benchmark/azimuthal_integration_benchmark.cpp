// SPDX-License-Identifier: BSD-3-Clause
// Time of azimuthal integration per frame, beside a plain read of the same frames from memory.
//
// 2167 x 2070 pixels, 1000 bins, solid angle, polarization 0.95; intensity and its Poisson variance, as pyFAI gives
// them (the standard deviation, which the plugin adds, takes half as long again, or as long without splitting). Time
// is wall clock per frame; with t threads each integrates its own block, and the figure is the time for one frame of
// all that were done.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "kernel.hpp"

namespace {

using namespace sluice::azimuthal_integration;

constexpr sluice::numerics::ImageShape shape{2167, 2070};
constexpr std::size_t pixels = 2167 * 2070;
constexpr std::size_t frames_per_thread = 8;
constexpr std::size_t bins = 1000;

IntegrationTable make_table(Splitting splitting) {
    sluice::numerics::DetectorGeometry geometry;
    geometry.distance_m = 0.2;
    geometry.pixel1_m = geometry.pixel2_m = 75e-6;
    geometry.poni1_m = 1083.0 * 75e-6;
    geometry.poni2_m = 1035.0 * 75e-6;
    geometry.wavelength_m = 1e-10;
    IntegrationConfig config;
    config.splitting = splitting;
    config.polarization = 0.95;
    return {geometry, shape, {}, config};
}

const IntegrationTable& table(Splitting splitting) {
    static const IntegrationTable none = make_table(Splitting::none), bbox = make_table(Splitting::bbox);
    return splitting == Splitting::none ? none : bbox;
}

/// Sixteen frames, so that they come from memory and not from cache.
template <typename Pixel>
const std::vector<std::vector<Pixel>>& frames() {
    static const auto made = [] {
        std::mt19937 generator(1);
        std::poisson_distribution<int> poisson(50.0);
        std::vector<Pixel> first(pixels);
        for (Pixel& pixel : first) pixel = static_cast<Pixel>(poisson(generator));
        return std::vector<std::vector<Pixel>>(2 * frames_per_thread, first);
    }();
    return made;
}

/// Integrates the eight frames of one thread, `block` at a time.
template <typename Pixel>
void integrate_share(Splitting splitting, std::size_t block, std::size_t thread) {
    std::vector<double> intensity(block * bins), variance(block * bins);
    ProfileBlock profiles;
    profiles.intensity = intensity;
    profiles.variance = variance;
    for (std::size_t first = 0; first < frames_per_thread; first += block) {
        std::vector<const Pixel*> pointers;
        for (std::size_t frame = first; frame < first + block; ++frame)
            pointers.push_back(frames<Pixel>()[thread * frames_per_thread + frame].data());
        FrameBlock input;
        input.pixels = FramePointers<Pixel>(pointers);
        integrate(table(splitting), input, profiles);
        benchmark::DoNotOptimize(intensity.data());
    }
}

/// Adds up the eight frames of one thread as 8-byte words: the least that any program must read.
template <typename Pixel>
void read_share(std::size_t thread) {
    std::uint64_t sum = 0;
    for (std::size_t frame = 0; frame < frames_per_thread; ++frame) {
        const std::vector<Pixel>& image = frames<Pixel>()[thread * frames_per_thread + frame];
        const char* bytes = reinterpret_cast<const char*>(image.data());
        for (std::size_t place = 0; place + 8 <= pixels * sizeof(Pixel); place += 8) {
            std::uint64_t word;
            std::memcpy(&word, bytes + place, 8);
            sum += word;
        }
    }
    benchmark::DoNotOptimize(sum);
}

template <typename Share>
void time_shares(benchmark::State& state, std::size_t threads, Share share) {
    share(0);  // tables and frames exist before the clock starts
    for (auto unused : state) {
        static_cast<void>(unused);
        std::vector<std::thread> others;
        for (std::size_t thread = 1; thread < threads; ++thread) others.emplace_back([&, thread] { share(thread); });
        share(0);
        for (std::thread& other : others) other.join();
    }
    const double done = static_cast<double>(state.iterations()) * static_cast<double>(threads * frames_per_thread);
    state.counters["ms_per_frame"] = benchmark::Counter(done / 1e3, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

template <typename Pixel>
void add_benchmarks(const std::string& type) {
    for (const std::size_t threads : {1, 2}) {
        const std::string end = "/threads:" + std::to_string(threads);
        const auto add = [&](const std::string& name, auto share) {
            benchmark::RegisterBenchmark((name + "/" + type + end).c_str(),
                                         [=](benchmark::State& state) { time_shares(state, threads, share); })
                ->Unit(benchmark::kMillisecond)
                ->UseRealTime();
        };
        add("read", [](std::size_t thread) { read_share<Pixel>(thread); });
        for (const Splitting splitting : {Splitting::none, Splitting::bbox})
            for (const std::size_t block : {1, 8})
                add((splitting == Splitting::none ? "none/block:" : "bbox/block:") + std::to_string(block),
                    [=](std::size_t thread) { integrate_share<Pixel>(splitting, block, thread); });
    }
}

}  // namespace

int main(int argc, char** argv) {
    add_benchmarks<std::uint16_t>("uint16");
    add_benchmarks<std::uint32_t>("uint32");
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
