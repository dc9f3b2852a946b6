// SPDX-License-Identifier: BSD-3-Clause
// The generator against its published vectors; normal and Poisson numbers against their distributions.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <sluice/numerics/random.hpp>

using namespace sluice::numerics;

namespace {

/// Another one in every run; printed by each test that uses it.
std::uint64_t new_seed() {
    static std::uint64_t last = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    return ++last;
}

std::string refusal(double mean) {
    RandomStream stream(1, 2, 3);
    try {
        poisson(mean, stream);
    } catch (const std::domain_error& error) {
        return error.what();
    }
    return "none";
}

/// Chi-square of counts against probabilities, classes pooled from both ends until 10 are expected; z of its normal
/// approximation (Wilson and Hilferty 1931).
double chi_square_z(const std::vector<double>& counts, const std::vector<double>& expected) {
    double chi_square = 0, seen = 0, wanted = 0;
    int classes = 0;
    double left = 0;
    for (const auto each : expected) left += each;
    for (std::size_t k = 0; k < counts.size(); ++k) {
        seen += counts[k];
        wanted += expected[k];
        left -= expected[k];
        if (wanted < 10 || left < 10) continue;
        chi_square += (seen - wanted) * (seen - wanted) / wanted;
        ++classes;
        seen = wanted = 0;
    }
    if (wanted > 0) chi_square += (seen - wanted) * (seen - wanted) / wanted;
    const double freedom = classes;  // classes + the last one - 1
    return (std::cbrt(chi_square / freedom) - (1 - 2 / (9 * freedom))) / std::sqrt(2 / (9 * freedom));
}

}  // namespace

TEST_CASE("Philox4x32-10 gives the published vectors") {
    // Random123 1.09, tests/kat_vectors, lines "philox4x32 10"
    using Words = std::array<std::uint32_t, 4>;
    CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    constexpr auto ones = 0xffffffffu;
    CHECK(philox4x32({ones, ones, ones, ones}, {ones, ones}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
          Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a stream depends on seed, item and element alone, and on each of them") {
    RandomStream first(7, 1, 2), same(7, 1, 2);
    for (int i = 0; i < 5; ++i) CHECK(first.uniform() == same.uniform());
    std::set<double> values;
    const std::uint64_t far = std::uint64_t{1} << 40;
    for (const auto seed : {std::uint64_t{0}, std::uint64_t{1}, far})
        for (const auto item : {std::uint64_t{0}, std::uint64_t{1}, far})
            for (const auto element : {0u, 1u, 0xffffffffu}) {
                RandomStream stream(seed, item, element);
                for (int i = 0; i < 4; ++i) values.insert(stream.uniform());
            }
    CHECK(values.size() == 3 * 3 * 3 * 4);
}

TEST_CASE("uniform numbers are uniform") {
    const auto seed = new_seed();
    MESSAGE("seed " << seed);
    const int n = 1'000'000;
    std::vector<double> counts(100), expected(100, n / 100.0);
    double sum = 0;
    bool inside = true;
    for (int i = 0; i < n; ++i) {
        RandomStream stream(seed, static_cast<std::uint64_t>(i / 1000), static_cast<std::uint32_t>(i % 1000));
        stream.uniform();
        const double x = stream.uniform();
        inside = inside && x > 0 && x < 1;
        sum += x;
        ++counts[static_cast<std::size_t>(100 * x)];
    }
    CHECK(inside);
    // mean 1/2, variance 1/12; six standard errors: fails once in 5e8 runs
    CHECK(std::abs(sum / n - 0.5) < 6 * std::sqrt(1.0 / 12 / n));
    CHECK(std::abs(chi_square_z(counts, expected)) < 6);
}

TEST_CASE("normal numbers are those of Box and Muller, evaluated literally from the words") {
    const std::uint64_t seed = 0x123456789abcdef0, item = 0x0fedcba987654321;
    for (std::uint32_t element = 0; element < 200; ++element) {
        RandomStream stream(seed, item, element);
        std::vector<double> numbers(400);
        stream.fill_normal(numbers);
        for (std::uint32_t draw = 0; draw < 100; ++draw) {
            const auto words = philox4x32({draw, element, 0x87654321, 0x0fedcba9}, {0x9abcdef0, 0x12345678});
            for (std::size_t pair = 0; pair < 2; ++pair) {
                const double u = (words[2 * pair] + 0.5) / 4294967296.0, v = (words[2 * pair + 1] + 0.5) / 4294967296.0;
                const double r = std::sqrt(-2 * std::log(u)), a = 2 * std::numbers::pi * v - std::numbers::pi / 4;
                // angle and r are right to a few 1e-16, r < 7
                CHECK_UNARY(std::abs(numbers[4 * draw + 2 * pair] - r * std::cos(a)) < 2e-14);
                CHECK_UNARY(std::abs(numbers[4 * draw + 2 * pair + 1] - r * std::sin(a)) < 2e-14);
            }
        }
    }
}

TEST_CASE("normal numbers do not depend on how many are asked for, and each call takes new draws") {
    std::vector<double> many(131), few(6), next(125);
    RandomStream(1, 2, 3).fill_normal(many);
    RandomStream stream(1, 2, 3);
    stream.fill_normal(few);
    CHECK(std::equal(few.begin(), few.end(), many.begin()));
    stream.fill_normal(next);  // 6 numbers took two draws of four
    CHECK(std::equal(next.begin(), next.begin() + 123, many.begin() + 8));
    RandomStream both(1, 2, 3), uniform(1, 2, 3);
    const double first = both.uniform();
    CHECK(first == uniform.uniform());
    both.fill_normal(few);
    CHECK(std::equal(few.begin(), few.end(), many.begin() + 4));  // the draw of uniform() is not used again
    CHECK(both.uniform() == uniform.uniform());
    CHECK(std::find(many.begin(), many.end(), first) == many.end());
}

TEST_CASE("normal numbers have the moments and the probabilities of the distribution, and pairs are not correlated") {
    const auto seed = new_seed();
    MESSAGE("seed " << seed);
    const std::size_t bins = 120;
    std::vector<double> numbers(100), counts(bins), expected(bins);
    const int streams = 20'000;
    const double n = streams * 100.0;
    double sum = 0, squares = 0, fourth = 0, pairs = 0, largest = 0;
    for (std::uint32_t element = 0; element < streams; ++element) {
        RandomStream stream(seed, 9, element);
        stream.fill_normal(numbers);
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const double z = numbers[i], square = z * z;
            sum += z;
            squares += square;
            fourth += square * square;
            if (i > 0) pairs += z * numbers[i - 1];
            largest = std::max(largest, std::abs(z));
            ++counts[static_cast<std::size_t>(std::clamp(std::floor(10 * z) + 60, 0.0, 119.0))];  // of width 0.1, from -6 to 6
        }
    }
    const auto below = [](double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); };
    for (std::size_t k = 0; k < bins; ++k) {
        const double low = 0.1 * (static_cast<double>(k) - 60);
        expected[k] = n * (below(low + 0.1) - below(low));
    }
    // moments 0, 1, 3 with variances 1, 2, 96; six standard errors
    CHECK(std::abs(sum / n) < 6 / std::sqrt(n));
    CHECK(std::abs(squares / n - 1) < 6 * std::sqrt(2 / n));
    CHECK(std::abs(fourth / n - 3) < 6 * std::sqrt(96 / n));
    CHECK(std::abs(pairs / (0.99 * n)) < 6 / std::sqrt(0.99 * n));
    CHECK(largest > 4.3);  // of 2e6 one beyond 4.3 is missing with a probability of exp(-34)
    CHECK(largest < 6.8);
    CHECK(std::abs(chi_square_z(counts, expected)) < 6);
}

TEST_CASE("Poisson numbers have the mean, the variance and the probabilities of the distribution") {
    for (const double mean : {0.01, 0.7, 3.0, 9.99, 10.0, 12.5, 80.0, 1e3, 1e5}) {
        const auto seed = new_seed();
        CAPTURE(seed);
        CAPTURE(mean);
        const int n = 400'000;
        const auto size = static_cast<std::size_t>(mean + 12 * std::sqrt(mean) + 30);
        std::vector<double> counts(size), expected(size);
        double sum = 0, sum_of_squares = 0;
        for (int i = 0; i < n; ++i) {
            RandomStream stream(seed, static_cast<std::uint64_t>(i), 5);
            const auto k = poisson(mean, stream);
            const double difference = static_cast<double>(k) - mean;
            sum += difference;
            sum_of_squares += difference * difference;
            ++counts.at(static_cast<std::size_t>(k));  // 12 standard deviations away: never
        }
        for (std::size_t k = 0; k < size; ++k) {  // n e^-m m^k / k!
            const auto x = static_cast<double>(k);
            expected[k] = n * std::exp(x * std::log(mean) - mean - std::lgamma(x + 1));
        }
        // Var of the mean m/n; of the variance (m + 2 m^2)/n (fourth central moment m + 3 m^2); six standard errors
        CHECK(std::abs(sum / n) < 6 * std::sqrt(mean / n));
        CHECK(std::abs(sum_of_squares / n - mean) < 6 * std::sqrt((mean + 2 * mean * mean) / n));
        CHECK(std::abs(chi_square_z(counts, expected)) < 6);
    }
}

TEST_CASE("edges of the Poisson numbers") {
    RandomStream stream(1, 2, 3);
    CHECK(poisson(0.0, stream) == 0);
    CHECK(std::abs(static_cast<double>(poisson(1e10, stream)) - 1e10) < 10 * std::sqrt(1e10));
    CHECK(refusal(-1) == "the mean of a Poisson number must be between 0 and 1e10, not -1.000000");
    CHECK(refusal(std::numeric_limits<double>::quiet_NaN()) ==
          "the mean of a Poisson number must be between 0 and 1e10, not nan");
}
