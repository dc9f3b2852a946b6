// SPDX-License-Identifier: BSD-3-Clause
// What the boundary promises to plugins of each sort: halos, finish, parallel_for, prepared state, a foreign compiler.
#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/run_recipe.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;

/// Values without pattern (no oracle needs to know them): the fractional parts of multiples of the golden ratio.
std::vector<double> scattered(Index n) {
    std::vector<double> values;
    for (Index i = 0; i < n; ++i) {
        const double x = 0.6180339887498949 * static_cast<double>(i + 1);
        values.push_back(x - static_cast<double>(static_cast<Index>(x)));
    }
    return values;
}

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

Json from_memory(const std::string& name) { return {{"use", "memory"}, {"with", {{"name", name}}}}; }

PlanOptions with_array(const std::string& name, const Array& array, int threads = 2) {
    PlanOptions options;
    options.threads = threads;
    options.arrays.emplace(name, array);
    return options;
}

ErrorKind kind_of(const std::function<void()>& f) {
    try {
        f();
    } catch (const Error& error) {
        return error.kind();
    }
    FAIL("nothing was thrown");
    return ErrorKind::internal;
}

}  // namespace

TEST_CASE("a reduce sees its neighbour within the row, never across it, and finishes with a ratio of sums") {
    // Brute force over a sample x frame x (x) array, neighbours along frame.
    const Index samples = 3, frames = 50, width = 4;
    const auto values = scattered(samples * frames * width);
    const auto array = Array::from<double>("a", {{"sample", samples}, {"frame", frames}, {"x", width}}, "count", values);
    const auto out = run_plugin("neighbour_correlation", {{"over", "frame"}}, {{"data", array}});
    REQUIRE(out.at("correlation").dims() == Dims{{"sample", samples}, {"x", width}});
    for (Index s = 0; s < samples; ++s) {
        CHECK(out.at("pairs").values<std::int64_t>()[at(s)] == frames - 1);
        for (Index x = 0; x < width; ++x) {
            const auto value = [&](Index f) { return values[at((s * frames + f) * width + x)]; };
            double products = 0, squares = value(0) * value(0);
            for (Index f = 1; f < frames; ++f) {
                products += value(f) * value(f - 1);
                squares += value(f) * value(f);
            }
            // Other order of at most 50 additions of like sign: 50 rounding errors of 1.1e-16.
            CHECK(out.at("correlation").values<double>()[at(s * width + x)] == doctest::Approx(products / squares).epsilon(1e-14));
        }
    }
}

TEST_CASE("a reduce over the outer dimension has its neighbours there") {
    const Index samples = 5, frames = 7;
    const auto values = scattered(samples * frames);
    const auto array = Array::from<double>("a", {{"sample", samples}, {"frame", frames}}, "count", values);
    const auto out = run_plugin("neighbour_correlation", {{"over", "sample"}}, {{"data", array}});
    REQUIRE(out.at("correlation").dims() == Dims{{"frame", frames}});
    for (Index f = 0; f < frames; ++f) {
        double products = 0, squares = 0;
        for (Index s = 0; s < samples; ++s) {
            const double own = values[at(s * frames + f)];
            squares += own * own;
            if (s > 0) products += own * values[at((s - 1) * frames + f)];
        }
        CHECK(out.at("correlation").values<double>()[at(f)] == doctest::Approx(products / squares).epsilon(1e-14));
    }
}

TEST_CASE("a map sees both neighbours, whatever the blocks") {
    // Streamed: values of the counter are 1/(1 + n mod 1009). All arithmetic is the plugin's own, in its order: exact.
    const Index samples = 2, frames = 331, width = 3;
    const Json steps = {{"numbers", {{"use", "counter_source"}, {"with", {{"dims", {"sample", "frame", "x"}}, {"shape", {samples, frames, width}}}}}},
                        {"curved", {{"use", "curvature"}, {"in", {{"data", "numbers"}}}}},
                        {"twice", {{"use", "curvature"}, {"in", {{"data", "curved"}}}}}};
    const auto counter = [](Index n) { return 1.0 / (1.0 + static_cast<double>(n % 1009)); };
    const auto curvature = [&](const std::vector<double>& in) {
        std::vector<double> out(in.size());
        for (Index s = 0; s < samples; ++s)
            for (Index f = 0; f < frames; ++f)
                for (Index x = 0; x < width; ++x) {
                    const auto value = [&](Index other) { return in[at((s * frames + std::clamp<Index>(other, 0, frames - 1)) * width + x)]; };
                    out[at((s * frames + f) * width + x)] = value(f - 1) + value(f + 1) - 2 * value(f);
                }
        return out;
    };
    std::vector<double> numbers;
    for (Index n = 0; n < samples * frames * width; ++n) numbers.push_back(counter(n));
    const auto once = curvature(numbers), twice = curvature(once);
    for (const int threads : {1, 3}) {
        PlanOptions options;
        options.threads = threads;
        const auto out = run_recipe(recipe_of(steps, {"curved", "twice"}), options);
        CHECK(values_of(out.at("curved.data")) == once);
        CHECK(values_of(out.at("twice.data")) == twice);
    }
}

TEST_CASE("parallel_for serves the parts of one item") {
    const Index rows = 211, columns = 17;
    const auto values = scattered(rows * columns);
    const auto image = Array::from<double>("a", {{"y", rows}, {"x", columns}}, "count", values);
    for (const int threads : {1, 4}) {
        const auto out = run_plugin("row_sums", Json::object(), {{"image", image}}, {.threads = threads});
        double total = 0;
        for (Index y = 0; y < rows; ++y) {
            const double sum = std::accumulate(values.begin() + y * columns, values.begin() + (y + 1) * columns, 0.0);
            CHECK(out.at("sums").values<double>()[at(y)] == sum);   // the same additions in the same order
            total += sum;
        }
        CHECK(out.at("total").scalar() == total);
    }
}

TEST_CASE("an exception inside parallel_for arrives as one of its item") {
    const auto stack = Array::from<double>("a", {{"frame", 2}, {"y", 8}, {"x", 2}}, "1", scattered(32));
    const auto failing = [&] { run_plugin("row_sums", {{"fail_at", 5}}, {{"image", stack}}, {.threads = 4}); };
    CHECK(error_of(failing) == Contains("step 'step' (row_sums): frame 0: row 5 was asked to fail"));
    CHECK(kind_of(failing) == ErrorKind::data);
}

TEST_CASE("prepared state is made once for equal steps and shared by all threads") {
    const Index frames = 64, width = 5;
    const auto values = scattered(frames * width);
    const auto array = Array::from<double>("a", {{"frame", frames}, {"x", width}}, "1", values);
    const auto table = [](double factor) { return Json{{"use", "numbered_table"}, {"in", {{"data", "array"}}}, {"with", {{"factor", factor}}}}; };
    const Json steps = {{"array", from_memory("a")}, {"first", table(3)}, {"second", table(3)}, {"third", table(4)}};
    const auto out = run_recipe(recipe_of(steps, {"first", "second", "third", "first.number", "second.number", "third.number"}),
                                with_array("a", array, 3));
    const auto numbers = [&](const std::string& step) { return values_of(out.at(step + ".number")); };
    CHECK(numbers("first") == std::vector<double>(at(frames), numbers("first").front()));
    CHECK(numbers("second") == numbers("first"));
    CHECK(numbers("third") != numbers("first"));
    for (Index i = 0; i < frames * width; ++i) {
        const auto x = static_cast<double>((i % width) * (i % width));
        CHECK(out.at("second.product").values<double>()[at(i)] == 3 * x * values[at(i)]);
        CHECK(out.at("third.product").values<double>()[at(i)] == 4 * x * values[at(i)]);
    }
}

TEST_SUITE("built by clang++ with libc++") {
    bool is_built() {
        if (build_plugins().catalogue().contains("foreign_scaling")) return true;
        MESSAGE("skipped: no clang++ with libc++ when the tests were built");
        return false;
    }

    const Array curves = Array::from<double>("a", {{"frame", 3}, {"x", 2}}, "nm", {1, 2, 3, 4, 5, 6});

    TEST_CASE("a plugin works in a host that is built otherwise") {
        if (!is_built()) return;
        for (const char* mode : {"scale", "in_parallel"}) {
            const auto out = run_plugin("foreign_scaling", {{"factor", 2.5}, {"mode", mode}}, {{"data", curves}});
            CHECK(values_of(out.at("data")) == std::vector<double>{2.5, 5, 7.5, 10, 12.5, 15});
            CHECK(out.at("data").unit() == Unit::parse("nm"));
        }
    }

    TEST_CASE("its exceptions arrive as errors of the right kind") {
        if (!is_built()) return;
        const auto parameter = [] { run_plugin("foreign_scaling", {{"factor", 0}}, {{"data", curves}}); };
        CHECK(error_of(parameter) == Contains("step 'step' (foreign_scaling): factor = 0, must be another number, or nothing is left of the curve"));
        CHECK(kind_of(parameter) == ErrorKind::recipe);

        const Array negative = Array::from<double>("a", {{"frame", 3}, {"x", 2}}, "nm", {1, 2, 3, 4, 5, -6});
        const auto data = [&] { run_plugin("foreign_scaling", Json::object(), {{"data", negative}}); };
        CHECK(error_of(data) == Contains("step 'step' (foreign_scaling): frame 2: value -6.000000 at index 1 is negative"));
        CHECK(kind_of(data) == ErrorKind::data);

        const auto number = [] { run_plugin("foreign_scaling", {{"mode", "throw_number"}}, {{"data", curves}}); };
        CHECK(error_of(number) == Contains("the plugin threw something that is no std::exception"));
        CHECK(kind_of(number) == ErrorKind::plugin);
    }
}
