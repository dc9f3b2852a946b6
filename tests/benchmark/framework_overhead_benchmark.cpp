// SPDX-License-Identifier: BSD-3-Clause
// What the framework costs: azimuthal integration of 16 frames in memory through a plan, beside the kernel called on
// the same frames in blocks of 8, one thread each.
//
// 2167 x 2070 uint16 pixels, 1000 bins, all outputs of the plugin. The plan, the table and the frames exist before the
// clock starts. The two take turns, and the figure is the median of the ratios of neighbours, for the speed of a machine
// drifts.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <vector>

#include <sluice/host/plan.hpp>
#include <sluice/host/run.hpp>

#include "kernel.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace sluice;
using namespace sluice::azimuthal_integration;

constexpr Index rows = 2167, columns = 2070, pixels = rows * columns, frames = 16, block = 8, bins = 1000;
constexpr int pairs = 200;
constexpr const char* poni = R"(poni_version: 1
PixelSize1: 75e-6
PixelSize2: 75e-6
Distance: 0.2
Poni1: 0.081225
Poni2: 0.077625
Rot1: 0
Rot2: 0
Rot3: 0
Wavelength: 1e-10
)";

Array make_frames() {
    std::mt19937 generator(1);
    std::poisson_distribution<int> poisson(50);
    std::vector<std::uint16_t> counts(static_cast<std::size_t>(frames * pixels));
    for (auto& count : counts) count = static_cast<std::uint16_t>(poisson(generator));
    return Array::from<std::uint16_t>("frames", {{"frame", frames}, {"y", rows}, {"x", columns}}, "count", counts);
}

Plan make_plan(const Array& stack, const std::string& geometry, const std::string& splitting) {
    const Json recipe{
        {"sluice", 1},
        {"recipe", {{"id", "benchmark.framework_overhead"}, {"version", "1.0.0"}}},
        {"steps",
         {{"frames", {{"use", "memory"}, {"with", {{"name", "frames"}}}}},
          {"profile", {{"use", "azimuthal_integration"}, {"in", {{"image", "frames"}}},
                       {"with", {{"geometry", geometry}, {"bins", bins}, {"splitting", splitting}, {"polarization", 0.95}}}}}}},
        {"outputs", {{"default", "profile"}}}};
    const Plugins plugins({std::filesystem::path(SLUICE_PLUGIN_FOLDER)});
    auto catalogue = plugins.catalogue();
    catalogue.emplace(memory_manifest().id, memory_manifest());
    const auto checked = check_recipe_text(recipe.dump(), "benchmark.json", "/", catalogue);
    for (const auto& finding : checked.findings) std::fprintf(stderr, "%s\n", to_text(finding).c_str());
    if (!checked.recipe) std::exit(1);
    PlanOptions options;
    options.threads = 1;
    options.in_memory = true;
    options.arrays.emplace("frames", stack);
    return Plan::make(*checked.recipe, plugins, options);
}

IntegrationTable make_table(Splitting splitting) {
    IntegrationConfig config;
    config.splitting = splitting;
    config.bins = bins;
    config.polarization = 0.95;
    return {numerics::parse_poni(poni), {rows, columns}, {}, config};
}

void call_kernel(const IntegrationTable& table, const Array& stack) {
    constexpr std::size_t n = block * bins;
    static std::vector<double> intensity(n), variance(n), deviation(n), signal(n), signal_variance(n), normalisation(n), count(n);
    static std::vector<std::uint8_t> mask(n);
    const std::vector<double> monitor(block, 1.0);
    for (Index first = 0; first < frames; first += block) {
        std::vector<const std::uint16_t*> pointers;
        for (Index frame = first; frame < first + block; ++frame)
            pointers.push_back(stack.values<std::uint16_t>().data() + frame * pixels);
        FrameBlock input;
        input.pixels = FramePointers<std::uint16_t>(pointers);
        input.monitor = monitor;
        integrate(table, input, {intensity, variance, deviation, signal, signal_variance, normalisation, count, mask});
    }
}

template <class F>
double seconds(const F& f) {
    const auto start = std::chrono::steady_clock::now();
    f();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

void compare(const Array& stack, const std::string& geometry, Splitting splitting, const std::string& name) {
    const auto table = make_table(splitting);
    const auto plan = make_plan(stack, geometry, name);
    std::vector<double> kernel, framework, ratio;
    for (int pair = -2; pair < pairs; ++pair) {   // two to warm up
        const auto direct = [&] { kernel.push_back(seconds([&] { call_kernel(table, stack); })); };
        const auto planned = [&] { framework.push_back(seconds([&] { run(plan); })); };
        if (pair % 2 == 0) direct(), planned();
        else planned(), direct();
        ratio.push_back(framework.back() / kernel.back());
        if (pair < 0) kernel.clear(), framework.clear(), ratio.clear();
    }
    std::printf("%-5s kernel %7.2f ms/frame   framework %7.2f ms/frame   median ratio of %d pairs %.3f\n", name.c_str(),
                1e3 * median(kernel) / frames, 1e3 * median(framework) / frames, pairs, median(ratio));
}

}  // namespace

int main() {
    const test::TemporaryFolder folder;
    const auto geometry = folder.write("detector.poni", poni).string();
    const auto stack = make_frames();
    compare(stack, geometry, Splitting::none, "none");
    compare(stack, geometry, Splitting::bbox, "bbox");
}
