// SPDX-License-Identifier: BSD-3-Clause
// Time of two-time correlation per train, beside a floor measured in the same run.
//
// Trains of 50 pulses of 250 x 300 pixels, 12 rings of 5000 pixels: products within the train and with the one before, and
// all that is added up from them (the plugin's state: means, squares, neighbours' covariances, contrast).
// The floor is a plain gather-and-convert of the same pixels to float, one ring after the other, and the arithmetic,
// [T (T + 1) + 2 T^2] P operations, at the rate of a large single-precision matrix product. One thread; repetitions of all
// are interleaved, and the table at the end is of medians.
#include <benchmark/benchmark.h>
#include <cblas.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "gram.hpp"
#include "medians.hpp"
#include "train_average.hpp"

extern "C" void openblas_set_num_threads(int);

namespace {

using namespace sluice::two_time_correlation;

constexpr std::ptrdiff_t height = 250, width = 300;
constexpr FrameShape shape{50, height* width};
constexpr std::size_t trains_in_memory = 16, rings = 12, ring_pixels = 5000, train_size = 50 * 250 * 300;
constexpr int matrix_size = 1536;
constexpr double operations = (50.0 * 51.0 + 2.0 * 50.0 * 50.0) * rings * ring_pixels;

/// Rings about the centre of the frame, with gaps of 500 pixels; one pixel in a hundred is bad and belongs to none.
std::vector<std::vector<std::int32_t>> make_rings() {
    std::vector<std::int32_t> pixels(height * width);
    std::iota(pixels.begin(), pixels.end(), 0);
    std::erase_if(pixels, [](std::int32_t p) { return p % 101 == 50; });
    const auto square = [](std::int32_t p) {
        const auto y = 2 * (p / width) - height + 1, x = 2 * (p % width) - width + 1;
        return y * y + x * x;
    };
    std::stable_sort(pixels.begin(), pixels.end(), [&](std::int32_t a, std::int32_t b) { return square(a) < square(b); });
    std::vector<std::vector<std::int32_t>> made;
    for (std::size_t ring = 0; ring < rings; ++ring) {
        const auto begin = pixels.begin() + static_cast<std::ptrdiff_t>(500 + ring * (ring_pixels + 500));
        made.emplace_back(begin, begin + ring_pixels);
        std::sort(made.back().begin(), made.back().end());
    }
    return made;
}

const std::vector<std::vector<std::int32_t>>& regions() {
    static const auto made = make_rings();
    return made;
}

/// Sixteen trains, so that they come from memory and not from cache. Poisson counts of this mean.
template <class T>
std::vector<std::vector<T>> make_trains(double mean) {
    std::mt19937 generator(1);
    std::poisson_distribution<int> poisson(mean);
    std::vector<std::vector<T>> made(trains_in_memory, std::vector<T>(train_size));
    for (T& value : made[0]) value = static_cast<T>(poisson(generator));
    for (std::size_t n = 1; n < made.size(); ++n)
        std::rotate_copy(made[0].begin(), made[0].begin() + static_cast<std::ptrdiff_t>(n * 977), made[0].end(), made[n].begin());
    return made;
}

/// The states of all rings, as a leaf of 16 trains fills them.
class Averages {
public:
    Averages() : settings_{.pulses = 50, .noise = {1, 0}}, bytes_(static_cast<std::size_t>(state_bytes(settings_))), states_(rings * bytes_ / 8) {
        for (std::size_t r = 0; r < rings; ++r) initialize(state(r), settings_);
    }
    /// own, pair: [rings, group, 51 * 51] of trains first, first + 1, ...
    void add(std::size_t first, std::size_t group, std::span<const double> own, std::span<const double> pair) {
        constexpr std::size_t square = 51 * 51;
        for (std::size_t r = 0; r < rings; ++r)
            for (std::size_t n = 0; n < group; ++n) {
                const std::size_t at = (r * group + n) * square;
                push(state(r), settings_, {static_cast<std::int64_t>(first + n), trains_in_memory, true, own.subspan(at, square), pair.subspan(at, square)});
            }
    }

private:
    std::span<std::byte> state(std::size_t r) { return std::as_writable_bytes(std::span(states_)).subspan(r * bytes_, bytes_); }

    Settings settings_;
    std::size_t bytes_;
    std::vector<double> states_;
};

/// The functions under test, as the plugin calls them: groups of trains, each with the train before it.
template <class T>
void sums(const std::vector<std::vector<T>>& trains, std::size_t group) {
    static const std::vector<Region> all(regions().begin(), regions().end());
    static std::vector<double> own(rings * trains_in_memory * 51 * 51), pair(own.size());
    static std::vector<TrainReport> reports(rings * trains_in_memory);
    static std::vector<std::byte> scratch(static_cast<std::size_t>(scratch_bytes(shape, all, sizeof(T))));
    const std::size_t size = rings * group * 51 * 51;
    Averages averages;
    for (std::size_t first = 0; first < trains_in_memory; first += group) {
        std::vector<const T*> values;
        for (std::size_t n = first; n < first + group; ++n) values.push_back(trains[n].data());
        const T* before = trains[(first + trains_in_memory - 1) % trains_in_memory].data();
        products<T>(shape, all, {before, values, {}, nullptr}, std::span(own).first(size), std::span(pair).first(size),
                    std::span(reports).first(rings * group), scratch);
        averages.add(first, group, std::span(own).first(size), std::span(pair).first(size));
        benchmark::ClobberMemory();
    }
}

/// What any program must do first: each ring of each train as a matrix [pulse, pixel] of floats.
template <class T>
void gather(const std::vector<std::vector<T>>& trains) {
    static std::vector<float> matrix(50 * ring_pixels);
    for (const std::vector<T>& train : trains)
        for (const auto& region : regions()) {
            float* to = matrix.data();
            for (std::size_t pulse = 0; pulse < 50; ++pulse)
                for (const std::int32_t pixel : region)
                    *to++ = static_cast<float>(train[pulse * height * width + static_cast<std::size_t>(pixel)]);
            benchmark::DoNotOptimize(matrix.data());
            benchmark::ClobberMemory();
        }
}

void multiply(benchmark::State& state) {
    openblas_set_num_threads(1);
    const auto elements = static_cast<std::size_t>(matrix_size) * matrix_size;
    const std::vector<float> a(elements, 1.5F), b(elements, 0.5F);
    std::vector<float> c(elements);
    for (auto unused : state) {
        static_cast<void>(unused);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, matrix_size, matrix_size, matrix_size, 1, a.data(), matrix_size,
                    b.data(), matrix_size, 0, c.data(), matrix_size);
        benchmark::DoNotOptimize(c.data());
    }
    state.counters["operations_per_s"] =
        benchmark::Counter(2.0 * matrix_size * elements * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

template <class Call>
void add(const std::string& name, Call call) {
    benchmark::RegisterBenchmark(name.c_str(), [call](benchmark::State& state) {
        for (auto unused : state) {
            static_cast<void>(unused);
            call();
        }
        const double trains = static_cast<double>(state.iterations()) * trains_in_memory;
        state.counters["s_per_train"] = benchmark::Counter(trains, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    })->Unit(benchmark::kMillisecond);
}

template <class T>
void add_type(const std::string& type, double mean) {
    const auto data = std::make_shared<const std::vector<std::vector<T>>>(make_trains<T>(mean));
    add("gather/" + type, [data] { gather(*data); });
    for (const std::size_t group : {1, 4, 16})
        add("sums/" + type + "/group:" + std::to_string(group), [=] { sums(*data, group); });
}

void print_floor(const sluice::test::Medians& medians, const std::string& type) {
    const double gather_ms = 1e3 * medians.of("gather/" + type, "s_per_train");
    const double rate = medians.of("multiply", "operations_per_s");
    const double floor_ms = gather_ms + 1e3 * operations / rate;
    for (const char* group : {"1", "4", "16"}) {
        const double sums_ms = 1e3 * medians.of("sums/" + type + "/group:" + group, "s_per_train");
        std::printf(
            "%-11s groups of %2s: all %6.2f ms per train, gather %5.2f ms, sgemm %6.1f Gflop/s, floor %6.2f ms, ratio %5.2f\n",
            type.c_str(), group, sums_ms, gather_ms, rate / 1e9, floor_ms, sums_ms / floor_ms);
    }
}

}  // namespace

int main(int argc, char** argv) {
    benchmark::RegisterBenchmark("multiply", multiply)->Unit(benchmark::kMillisecond);
    add_type<std::uint16_t>("uint16", 2);
    add_type<std::uint8_t>("uint8", 2);
    add_type<float>("float", 2);
    add_type<std::uint16_t>("uint16_ADU", 7000);
    sluice::test::Medians medians;
    if (!sluice::test::run_interleaved(argc, argv, medians)) return 1;
    for (const char* type : {"uint16", "uint8", "float", "uint16_ADU"}) print_floor(medians, type);
    return 0;
}
