// SPDX-License-Identifier: BSD-3-Clause
// The fit of D_s / D0: literal sums, derivatives by differences, points left out, refusals.
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "fit.hpp"

namespace {

using namespace sluice::delta_gamma;
using doctest::Approx;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double theory = 0.6;

/// Four points that share an S of two points.
struct Case {
    Doubles measured{0.31, 0.35, 0.52, 0.61}, variances{1e-4, 4e-4, 2e-4, 1e-4}, distinct{-0.3, -0.27, -0.1, 0.05};
    Doubles structure_variances{}, by_distinct{}, by_measured{};
    double scale_uncertainty = 0;

    [[nodiscard]] FitPoints points() const {
        return {measured, variances, distinct, structure_variances, by_distinct, by_measured, theory, scale_uncertainty};
    }
    Case& share_structure() {
        structure_variances = {4e-4, 1e-4};
        by_distinct = {0.2, 0.1, 0.25, 0.05, 0.1, 0.2, -0.05, 0.3};
        by_measured = {0.5, 0.1, 0.4, 0.3, 0.2, 0.5, 0, 0.6};
        return *this;
    }
};

/// H that the model gives exactly.
Case exact(Modify modify, double self_part) {
    Case data;
    for (std::size_t i = 0; i < 4; ++i)
        data.measured[i] =
            modify == Modify::additive ? self_part + data.distinct[i] : self_part / theory * (theory + data.distinct[i]);
    return data;
}

}  // namespace

TEST_CASE("the additive form is the weighted mean of H - H_d") {
    const Case data;
    const auto fit = fit_self_part(data.points(), Modify::additive);
    const double sum = 1e4 * 0.61 + 2500 * 0.62 + 5000 * 0.62 + 1e4 * 0.56, norm = 27500, mean = sum / norm;
    CHECK(fit.self_part.value == Approx(mean).epsilon(1e-14));
    CHECK(fit.self_part.variance == Approx(1 / norm).epsilon(1e-13));
    const double chi = 1e4 * std::pow(0.61 - mean, 2) + 7500 * std::pow(0.62 - mean, 2) + 1e4 * std::pow(0.56 - mean, 2);
    CHECK(fit.reduced_chi_square == Approx(chi / 3).epsilon(1e-11));
    CHECK(fit.points == 4);
}

TEST_CASE("the scaled form is the weighted factor of the theory") {
    const Case data;
    const auto fit = fit_self_part(data.points(), Modify::scale);
    const double t[] = {0.3, 0.33, 0.5, 0.65}, w[] = {1e4, 2500, 5000, 1e4};
    double up = 0, down = 0;
    for (std::size_t i = 0; i < 4; ++i) up += w[i] * data.measured[i] * t[i], down += w[i] * t[i] * t[i];
    CHECK(fit.self_part.value == Approx(theory * up / down).epsilon(1e-14));
    CHECK(fit.self_part.variance == Approx(theory * theory / down).epsilon(1e-13));
}

TEST_CASE("data of the model come back, with every treatment of errors") {
    for (const auto modify : {Modify::additive, Modify::scale}) {
        auto data = exact(modify, 0.23);
        CHECK(fit_self_part(data.points(), modify).self_part.value == Approx(0.23).epsilon(1e-14));
        data.share_structure().scale_uncertainty = 0.02;
        const auto fit = fit_self_part(data.points(), modify);
        CHECK(fit.self_part.value == Approx(0.23).epsilon(1e-14));
        CHECK(fit.reduced_chi_square < 1e-20);
    }
}

TEST_CASE("an error of D0 alone is that of D_s / D0 of the scaled form, whatever the weights") {
    auto data = exact(Modify::scale, 0.23);
    data.scale_uncertainty = 0.05;
    const double without = fit_self_part(exact(Modify::scale, 0.23).points(), Modify::scale).self_part.variance;
    CHECK(fit_self_part(data.points(), Modify::scale).self_part.variance - without ==
          Approx(std::pow(0.05 * 0.23, 2)).epsilon(1e-10));
}

TEST_CASE("the variance is that of the derivatives by differences, shared S and D0 included") {
    for (const auto modify : {Modify::additive, Modify::scale}) {
        auto data = exact(modify, 0.3);  // of residuals 0, so that the weights do not matter to first order
        data.share_structure().scale_uncertainty = 0.03;
        const auto fit = fit_self_part(data.points(), modify);
        constexpr double step = 1e-6;
        const auto slope = [&](const auto& change) {
            auto up = data, down = data;
            change(up, step), change(down, -step);
            return (fit_self_part(up.points(), modify).self_part.value - fit_self_part(down.points(), modify).self_part.value) /
                   (2 * step);
        };
        double variance = 0;
        for (std::size_t i = 0; i < 4; ++i)
            variance += data.variances[i] * std::pow(slope([&](Case& c, double h) { c.measured[i] += h; }), 2);
        for (std::size_t j = 0; j < 2; ++j)
            variance += data.structure_variances[j] * std::pow(slope([&](Case& c, double h) {
                                                                   for (std::size_t i = 0; i < 4; ++i) {
                                                                       c.measured[i] += c.by_measured[2 * i + j] * h;
                                                                       c.distinct[i] += c.by_distinct[2 * i + j] * h;
                                                                   }
                                                               }),
                                                               2);
        variance += std::pow(0.03 * slope([](Case& c, double h) {
                                 for (auto& each : c.measured) each *= 1 - h;
                             }),
                             2);
        CHECK(fit.self_part.variance == Approx(variance).epsilon(1e-8));
    }
}

TEST_CASE("the variance of the modelled curve at a measured point is that of differences, too") {
    for (const auto modify : {Modify::additive, Modify::scale}) {
        auto data = exact(modify, 0.3);
        data.share_structure();
        data.variances = Doubles(4, 1e-30);  // S alone
        data.by_measured.assign(8, 0.0);
        const auto fit = fit_self_part(data.points(), modify);
        const Doubles by(data.by_distinct.begin() + 2, data.by_distinct.begin() + 4);  // of the second point
        const auto model = [&](const Case& c) {
            const double self = fit_self_part(c.points(), modify).self_part.value;
            return modify == Modify::additive ? self + c.distinct[1] : self / theory * (theory + c.distinct[1]);
        };
        double variance = 0;
        for (std::size_t j = 0; j < 2; ++j) {
            auto up = data, down = data;
            for (std::size_t i = 0; i < 4; ++i) {
                up.distinct[i] += 1e-6 * data.by_distinct[2 * i + j];
                down.distinct[i] -= 1e-6 * data.by_distinct[2 * i + j];
            }
            variance += data.structure_variances[j] * std::pow((model(up) - model(down)) / 2e-6, 2);
        }
        CHECK(model_variance(fit, data.points(), modify, data.distinct[1], by) == Approx(variance).epsilon(1e-6));
    }
}

TEST_CASE("shared errors may cancel, and may add up") {
    auto data = exact(Modify::additive, 0.3).share_structure();
    data.by_measured = data.by_distinct;  // H moves with H_d: the difference does not
    const double own = fit_self_part(exact(Modify::additive, 0.3).points(), Modify::additive).self_part.variance;
    CHECK(fit_self_part(data.points(), Modify::additive).self_part.variance == Approx(own).epsilon(1e-12));
    for (auto& each : data.by_measured) each = -each;
    const double opposite = fit_self_part(data.points(), Modify::additive).self_part.variance;
    data.by_measured.clear();  // taken as independent
    CHECK(opposite > fit_self_part(data.points(), Modify::additive).self_part.variance);
}

TEST_CASE("without variances the scatter of the points is their error") {
    Case data;
    data.variances.clear();
    const auto fit = fit_self_part(data.points(), Modify::additive);
    const double mean = (0.61 + 0.62 + 0.62 + 0.56) / 4;
    const double squares = std::pow(0.61 - mean, 2) + 2 * std::pow(0.62 - mean, 2) + std::pow(0.56 - mean, 2);
    CHECK(fit.self_part.value == Approx(mean).epsilon(1e-14));
    CHECK(fit.self_part.variance == Approx(squares / 3 / 4).epsilon(1e-12));
    CHECK(std::isnan(fit.reduced_chi_square));
    data.measured = {0.31, unknown, unknown, unknown};
    CHECK(fit_self_part(data.points(), Modify::additive).self_part.value == Approx(0.61).epsilon(1e-14));
    CHECK(std::isnan(fit_self_part(data.points(), Modify::additive).self_part.variance));
}

TEST_CASE("points that are no numbers, or whose variance is none, are left out; a variance of 0 too") {
    Case data, less;
    data.measured.push_back(unknown), data.variances.push_back(1e-4), data.distinct.push_back(0);
    data.measured.push_back(9), data.variances.push_back(unknown), data.distinct.push_back(0);
    data.measured.push_back(9), data.variances.push_back(-1e-4), data.distinct.push_back(0);
    data.measured.push_back(9), data.variances.push_back(0), data.distinct.push_back(0);
    data.measured.push_back(9), data.variances.push_back(1e-4), data.distinct.push_back(unknown);
    for (const auto modify : {Modify::additive, Modify::scale}) {
        const auto fit = fit_self_part(data.points(), modify), expected = fit_self_part(less.points(), modify);
        CHECK(fit.points == 4);
        CHECK(fit.self_part.value == expected.self_part.value);
        CHECK(fit.self_part.variance == expected.self_part.variance);
    }
}

TEST_CASE("no point gives no number") {
    Case data;
    data.measured.assign(4, unknown);
    for (const auto modify : {Modify::additive, Modify::scale}) {
        const auto fit = fit_self_part(data.points(), modify);
        CHECK(fit.points == 0);
        CHECK(std::isnan(fit.self_part.value));
        CHECK(std::isnan(fit.self_part.variance));
        CHECK(std::isnan(model_variance(fit, data.points(), modify, 0.1, {})));
    }
    const auto none = fit_self_part({}, Modify::additive);
    CHECK(none.points == 0);
}

TEST_CASE("lengths that disagree are refused") {
    Case data;
    data.distinct.pop_back();
    CHECK_THROWS_WITH(static_cast<void>(fit_self_part(data.points(), Modify::additive)),
                      "distinct has 3 elements; 4 are needed.");
    data = Case();
    data.share_structure().by_distinct.pop_back();
    CHECK_THROWS_WITH(static_cast<void>(fit_self_part(data.points(), Modify::additive)),
                      "distinct_by_structure has 7 elements; 8 are needed.");
}
