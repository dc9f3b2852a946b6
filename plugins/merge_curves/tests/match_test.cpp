// SPDX-License-Identifier: BSD-3-Clause
// Tests of the match: exact curves, York's published line, pulls over seeds, shared points, and refusals.
#include "../match.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <optional>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "simulated.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice::merge_curves;
using namespace sluice::merge_curves::simulated;
using doctest::Approx;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

Match matched(const Curves& first, const Curves& second, bool offset = false, std::optional<double> scale = std::nullopt) {
    return match(first, second, {scale, offset, overlap(first.q, second.q, {})});
}

/// Mean and width of (value - truth) / sigma.
struct Pulls {
    double sum = 0, squares = 0;
    int count = 0;
    void add(double value, double truth, double variance) {
        const double pull = (value - truth) / std::sqrt(variance);
        sum += pull;
        squares += pull * pull;
        ++count;
    }
    [[nodiscard]] double mean() const { return sum / count; }
    [[nodiscard]] double width() const { return std::sqrt(squares / count - mean() * mean()); }
};

/// Seeds 1 … 400, as one measures: the second curve is 0.48 times the first after a level of `offset`.
void check_pulls(double noise, double offset, int points_of_second, int rows) {
    const Doubles q_first = spaced(1, 2.2, 60), q_second = spaced(1.1, 3.1, points_of_second);
    Pulls scale, level;
    double chi_square = 0;
    for (unsigned seed = 1; seed <= 400; ++seed) {
        std::mt19937_64 generator(seed);
        const Noise a = noisy(q_first, 1, 0, noise, generator, rows), b = noisy(q_second, 0.48, offset, noise, generator, rows);
        const auto found = matched(curves(q_first, a), curves(q_second, b), offset != 0);
        REQUIRE(found.status == Status::ok);
        scale.add(found.scale, 0.48, found.scale_variance);
        if (offset != 0) level.add(found.offset, offset, found.offset_variance);
        chi_square += found.reduced_chi_square / 400;
    }
    CAPTURE(noise);
    CAPTURE(offset);
    CAPTURE(points_of_second);
    CAPTURE(rows);
    CHECK(std::abs(scale.mean()) < 0.2);
    CHECK(scale.width() > 0.85);
    CHECK(scale.width() < 1.2);
    CHECK(chi_square == Approx(1).epsilon(0.06));
    if (offset == 0) return;
    CHECK(std::abs(level.mean()) < 0.2);
    CHECK(level.width() > 0.85);
    CHECK(level.width() < 1.2);
}

}  // namespace

TEST_CASE("exact curves give scale and offset exactly, a power law on any grid") {
    const Doubles q_first = spaced(0.5, 2, 31), q_second = spaced(1.01, 4, 17);
    Doubles a, b, shifted;
    for (const double q : q_first) a.push_back(3 * std::pow(q, -3.7));
    for (const double q : q_second) b.push_back(0.4 * 3 * std::pow(q, -3.7));
    const auto scaled = matched({q_first, a, {}, {}}, {q_second, b, {}, {}});
    CHECK(scaled.scale == Approx(0.4).epsilon(1e-13));
    CHECK(scaled.offset == 0);
    CHECK(scaled.points == 20);
    CHECK(std::isnan(scaled.reduced_chi_square));

    a.clear();
    b.clear();
    for (const double q : q_first) a.push_back(5 - q);
    for (const double q : q_second) b.push_back(-0.4 * (5 - q + 7));  // negative: interpolated in q, here exactly
    for (double& each : b) each = -each - 6;                          // some of it negative still
    const auto line = matched({q_first, a, {}, {}}, {q_second, b, {}, {}}, true);
    CHECK(line.scale == Approx(0.4).epsilon(1e-12));  // B = 0.4 (A + 7) - 6 = 0.4 (A - 8)
    CHECK(line.offset == Approx(-8).epsilon(1e-12));
}

TEST_CASE("York's published line through Pearson's data with his weights") {
    // Pearson's points and York's weights; York (1966), Can. J. Phys. 44, 1079: slope -0.4805, intercept 5.4799; York et al.
    // (2004), table: -0.480533, 5.479911, with sigma 0.0576 and 0.2919 (Cantrell 2008, Atmos. Chem. Phys. 8, 5477). A slope
    // below 0 is no scale, so y is turned round: y -> 10 - y has the slope 0.480533 and the intercept 4.520089.
    const Doubles x{0.0, 0.9, 1.8, 2.6, 3.3, 4.4, 5.2, 6.1, 6.5, 7.4}, y{5.9, 5.4, 4.4, 4.6, 3.5, 3.7, 2.8, 2.8, 2.4, 1.5};
    const Doubles weight_x{1000, 1000, 500, 800, 200, 80, 60, 20, 1.8, 1}, weight_y{1, 1.8, 4, 8, 20, 20, 70, 70, 100, 500};
    Doubles q, a, var_a, var_b;
    for (std::size_t i = 0; i < x.size(); ++i) {
        q.push_back(static_cast<double>(i));
        a.push_back(10 - y[i]);
        var_a.push_back(1 / weight_y[i]);
        var_b.push_back(1 / weight_x[i]);
    }
    const auto found = matched({q, a, var_a, {}}, {q, x, var_b, {}}, true);
    CHECK(1 / found.scale == Approx(0.480533).epsilon(2e-6));
    CHECK(-found.offset == Approx(4.520089).epsilon(2e-6));
    CHECK(found.reduced_chi_square == Approx(11.8663 / 8).epsilon(1e-4));
    // Ours take the noise out of x^2 (second order), which the published ones do not: within 3 %.
    CHECK(std::sqrt(found.scale_variance) / (found.scale * found.scale) == Approx(0.0576).epsilon(0.03));
    CHECK(std::sqrt(found.offset_variance) == Approx(0.2919).epsilon(0.03));
}

TEST_CASE("pulls over 400 seeds: |mean| < 0.2, width 0.85 to 1.2") {
    for (const int points : {60, 200}) {
        for (const double noise : {0.03, 0.1})
            for (const double offset : {0.0, 0.07}) check_pulls(noise, offset, points, 1);
        check_pulls(0.3, 0, points, 1);  // 30 % in each point
    }
    check_pulls(0.1, 0, 60, 20);  // 20 curves tied to one scale
    check_pulls(0.1, 0.07, 60, 20);
}

TEST_CASE("variances count a point of the second curve once, however many pairs it serves") {
    const Doubles q_first = spaced(1, 2, 200), q_second = spaced(0.9, 2.1, 7);
    Pulls scale;
    for (unsigned seed = 1; seed <= 400; ++seed) {
        std::mt19937_64 generator(seed);
        Noise a = noisy(q_first, 1, 0, 0.05, generator), b = noisy(q_second, 0.48, 0, 0.05, generator);
        for (std::size_t i = 0; i < q_first.size(); ++i) a.values[i] += std::pow(q_first[i], -3.0) * 2 - intensity(q_first[i]);
        for (std::size_t i = 0; i < q_second.size(); ++i)
            b.values[i] += 0.48 * (std::pow(q_second[i], -3.0) * 2 - intensity(q_second[i]));
        const auto found = matched(curves(q_first, a), curves(q_second, b));
        scale.add(found.scale, 0.48, found.scale_variance);
    }
    // A pure power law is interpolated exactly; taken as independent, the pairs would give a width of some 3.
    CHECK(std::abs(scale.mean()) < 0.2);
    CHECK(scale.width() > 0.85);
    CHECK(scale.width() < 1.2);
}

TEST_CASE("variances and covariance are those of every measured point moved in turn") {
    const Doubles q_first = spaced(1, 2, 31), q_second = spaced(0.9, 2.1, 9);
    std::mt19937_64 generator(5);
    Noise a = noisy(q_first, 1, 0, 0.005, generator), b = noisy(q_second, 0.48, 0.07, 0.005, generator);
    const auto found = matched(curves(q_first, a), curves(q_second, b), true);
    double by_scale = 0, by_offset = 0, by_both = 0;
    const auto move = [&](Noise& noise) {
        for (std::size_t i = 0; i < noise.values.size(); ++i) {
            const double value = noise.values[i], step = 1e-2 * std::sqrt(noise.variances[i]);
            noise.values[i] = value + step;
            const auto up = matched(curves(q_first, a), curves(q_second, b), true);
            noise.values[i] = value - step;
            const auto down = matched(curves(q_first, a), curves(q_second, b), true);
            noise.values[i] = value;
            const double k = (up.scale - down.scale) / 2e-2, c = (up.offset - down.offset) / 2e-2;  // per sigma
            by_scale += k * k, by_offset += c * c, by_both += k * c;
        }
    };
    move(a);
    move(b);
    CHECK(found.scale_variance == Approx(by_scale).epsilon(0.02));  // the rest is of second order in the noise
    CHECK(found.offset_variance == Approx(by_offset).epsilon(0.02));
    CHECK(found.covariance == Approx(by_both).epsilon(0.02));
}

TEST_CASE("a given scale leaves the offset, or nothing, to be found") {
    const Doubles q = spaced(1, 2, 21);
    std::mt19937_64 generator(11);
    const Noise a = noisy(q, 1, 0, 0.02, generator), b = noisy(q, 0.48, 0.07, 0.02, generator);
    const auto fixed = matched(curves(q, a), curves(q, b), true, 0.48);
    CHECK(fixed.scale == 0.48);
    CHECK(fixed.scale_variance == 0);
    double w = 0, sum = 0;
    for (std::size_t i = 0; i < q.size(); ++i) {
        const double weight = 1 / (a.variances[i] + b.variances[i] / (0.48 * 0.48));
        w += weight;
        sum += weight * (b.values[i] / 0.48 - a.values[i]);
    }
    CHECK(fixed.offset == Approx(sum / w).epsilon(1e-12));
    CHECK(fixed.offset_variance == Approx(1 / w).epsilon(1e-12));
    const auto all = matched(curves(q, a), curves(q, b), false, 0.5);
    CHECK(all.scale == 0.5);
    CHECK(all.offset == 0);
    CHECK(all.reduced_chi_square > 1);
    const auto apart = match(curves(q, a), curves(q, b), {0.5, false, {1, 0}});
    CHECK(apart.status == Status::ok);
    CHECK(apart.points == 0);
    for (const double bad : {0.0, -1.0, unknown})
        CHECK(matched(curves(q, a), curves(q, b), false, bad).status == Status::not_matched);
}

TEST_CASE("points that are masked, missing or without variance are left out, also as neighbours") {
    const Doubles q_first{1, 1.5, 2, 2.5, 3}, q_second{1, 2, 3}, a{4, 4, 4, 4, 4}, ones(5, 1.0);
    const std::vector<std::uint8_t> mask{1, 0, 0, 0, 0};
    const Doubles b{2, unknown, 2}, var_b(3, 1.0);
    const auto pairs = pairs_of({q_first, a, ones, mask}, {q_second, b, var_b, {}}, {});
    REQUIRE(pairs.size() == 1);  // q = 3, on the last point
    CHECK(pairs[0].b == 2);
    CHECK(pairs[0].share == std::array<double, 2>{1, 0});
    CHECK(pairs_of({q_first, a, Doubles{1, 0, 1, unknown, 1}, {}}, {q_second, Doubles{2, 2, 2}, var_b, {}}, {}).size() == 3);
    const auto none = matched({q_first, Doubles(5, unknown), ones, {}}, {q_second, b, var_b, {}});
    CHECK(none.status == Status::too_few_points);
    CHECK(none.points == 0);
    CHECK(std::isnan(none.scale));
    CHECK(matched({q_first, a, ones, {}}, {q_second, Doubles{-2, -2, -2}, var_b, {}}).status == Status::not_matched);
}

TEST_CASE("curves that do not fit together are refused") {
    const Doubles q{1, 2}, y{1, 1};
    CHECK_THROWS_WITH_AS((void)matched({q, y, y, {}}, {q, y, {}, {}}),
                         "one of first and second has variances, the other has none. Give both or neither.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)matched({q, y, {}, {}}, {q, Doubles{1, 1, 1, 1}, {}, {}}),
                         "first has 1 curves and second has 2. They must agree.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)matched({q, Doubles{1, 1, 1}, {}, {}}, {q, y, {}, {}}),
                         "first has 3 values for 2 points of q. Give whole curves.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)matched({q, y, {}, {}}, {Doubles{2, 2}, y, {}, {}}),
                         "q of second must increase strictly, but has 2 at index 1 after 2.", std::invalid_argument);
}

namespace {

Noise read(const std::filesystem::path& file, Doubles& q) {
    std::ifstream csv(file);
    Noise out;
    for (std::string line; std::getline(csv, line);) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream cells(line);
        Doubles row;
        for (std::string cell; std::getline(cells, cell, ',');) row.push_back(std::stod(cell));
        q.push_back(row.at(0));
        out.values.push_back(row.at(1));
        out.variances.push_back(row.at(2) * row.at(2));
    }
    return out;
}

}  // namespace

TEST_CASE("shared data: two ranges and their scale") {
    const auto folder = sluice::test::shared_data("sas/merge");
    if (!folder) return;
    std::ifstream json(*folder / "truth.json");
    const auto truth = nlohmann::json::parse(json).at(0);
    const double scale = truth.at("scale");
    Doubles q_first, q_second;
    const Noise a = read(*folder / "overlap_scale_saxs.csv", q_first), b = read(*folder / "overlap_scale_waxs.csv", q_second);
    const auto found = matched(curves(q_first, a), curves(q_second, b));
    CHECK(std::abs(found.scale - scale) < 4 * std::sqrt(found.scale_variance));
    CHECK(std::sqrt(found.scale_variance) / found.scale ==
          Approx(truth.at("approx_relative_sigma_scale").get<double>()).epsilon(0.4));
    CHECK(found.reduced_chi_square == Approx(1).epsilon(0.6));
    const auto both = matched(curves(q_first, a), curves(q_second, b), true);
    CHECK(std::abs(both.scale - scale) < 4 * std::sqrt(both.scale_variance));
    CHECK(std::abs(both.offset - truth.at("offset").get<double>()) < 4 * std::sqrt(both.offset_variance));
}
