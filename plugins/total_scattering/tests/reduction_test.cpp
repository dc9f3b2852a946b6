// SPDX-License-Identifier: BSD-3-Clause
// The whole way of one curve: corrections in their order, S of a known liquid by each method, masks, variances, every status.
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "simulated.hpp"

namespace {

using namespace sluice::total_scattering;
using namespace sluice::total_scattering::test;
using doctest::Approx;

double rms_error(const Reduced& reduced, const Doubles& q) {
    double sum = 0;
    for (std::size_t i = 0; i < q.size(); ++i) sum += std::pow(reduced.structure.faber_ziman[i] - exact_s(q[i]), 2);
    return std::sqrt(sum / static_cast<double>(q.size()));
}

}  // namespace

TEST_CASE("S of a known liquid, by the level at high q and by Krogh-Moe, without and with noise") {
    for (const auto method : {Method::high_q, Method::krogh_moe}) {
        const auto exact = simulate(0);
        const auto reduced = reduce(exact, options_for(exact, method));
        CHECK(reduced.status == Status::ok);
        CHECK(rms_error(reduced, exact.q) < 1e-3);
        CHECK(reduced.spread < 2e-3);
        CHECK(reduced.level.mean.value == Approx(1).epsilon(1e-3));
        const auto noisy = simulate(11);
        const auto with_noise = reduce(noisy, options_for(noisy, method));
        CHECK(with_noise.level.reduced_chi_square == Approx(1).epsilon(0.25));  // 4 sigma of 500 points
        CHECK(rms_error(with_noise, noisy.q) < 0.12);  // 0.5 % of an intensity that is up to 40 times |<f>|^2
    }
}

TEST_CASE("every alpha that can be had is given, whatever the method") {
    const auto data = simulate(0);
    auto options = options_for(data, Method::ad_hoc);
    options.largest_level_offset = 10;
    const auto reduced = reduce(data, options);
    CHECK(reduced.high_q.value == Approx(data.alpha).epsilon(1e-3));
    CHECK(reduced.krogh_moe.value == Approx(data.alpha).epsilon(1e-3));
    CHECK(reduced.scale.alpha.value == reduced.ad_hoc.value);
    CHECK(std::isnan(reduced.scale.beta.value));
    CHECK(reduced.polynomial.size() == 4);
    CHECK(std::isfinite(reduced.polynomial[3]));
    const auto without = reduce(data, options_for(data), {1, 0, 0, unknown});
    CHECK(without.status == Status::ok);
    CHECK(std::isnan(without.krogh_moe.value));
    CHECK(std::isnan(without.spread));
    CHECK(std::isnan(without.polynomial[0]));
}

TEST_CASE("the ad hoc route gives F up to a scale when the rest is slow") {
    auto data = simulate(0);
    for (std::size_t i = 0; i < data.q.size(); ++i) {
        const double slow = 1.4 + 0.01 * data.q[i] + 2e-3 * data.q[i] * data.q[i];
        data.intensity[i] = 90 * data.atoms.square_mean[i] * (exact_s(data.q[i]) - 1 + slow);
    }
    auto options = options_for(data, Method::ad_hoc);
    options.polynomial_order = 3;
    const auto reduced = reduce(data, options);
    double xy = 0, xx = 0, yy = 0;
    for (std::size_t i = 0; i < data.q.size(); ++i) {
        const double x = reduced.structure.reduced[i], y = data.q[i] * (exact_s(data.q[i]) - 1);
        xy += x * y;
        xx += x * x;
        yy += y * y;
    }
    CHECK(xy / std::sqrt(xx * yy) > 0.99);  // the core of g(r), which is slow too, is partly taken off
}

TEST_CASE("corrections: monitor, background, factors, in this order, with their variances") {
    const Doubles q{1, 2}, intensity{30, 50}, variance{9, 16}, background{2, 4}, background_variance{1, 4};
    const Atoms atoms{{3, 2}, {2, 1}, {}};
    const GeometryTable geometry{{0, 0}, {0.5, 1}, {0.5, 1}, {2, 1}};
    Options options;
    options.fit = {0, 10};
    options.ad_hoc = {0, 10};
    options.plate = true;
    const auto reduced = sluice::total_scattering::reduce(q, {intensity, variance, background, background_variance, {}},
                                                          atoms.view(), geometry, {2, 3, std::log(2.0), unknown}, options);
    CHECK(reduced.background_subtracted == Doubles{9, 13});  // 30/2 - 3*2, 50/2 - 3*4
    CHECK(reduced.variance == Doubles{9.0 / 4 + 9, 16.0 / 4 + 36});
    CHECK(reduced.absorption[0] == Approx(0.5).epsilon(1e-14));  // exp(-ln 2)
    CHECK(reduced.correction[0] == Approx(0.25).epsilon(1e-14));
    CHECK(reduced.corrected[0] == Approx(36).epsilon(1e-14));
    CHECK(reduced.corrected_variance[0] == Approx(11.25 * 16).epsilon(1e-14));
    CHECK(reduced.expected == Doubles{3, 2});
}

TEST_CASE("S, F, both definitions and electron units at a point, by hand; negative S stays") {
    // alpha = 2, I = 5: alpha I = 10; <f^2> = 4, C = 3, beta = 2, |<f>|^2 = 2.5: S = 1 + (10 - 2 - 3 - 4)/2.5
    const Doubles q{3, 4}, intensity{5, 1}, variance{1, 1}, expected{7, 7}, square_mean{2.5, 2.5}, mean_square{4, 4};
    const Doubles offset{2 + 7 - 2.5, 2 + 7 - 2.5};
    const auto out = structure_factor({q, intensity, variance, expected, square_mean}, mean_square, offset, 2);
    CHECK(out.faber_ziman[0] == Approx(1.4).epsilon(1e-15));
    CHECK(out.variance[0] == Approx(4 / 6.25).epsilon(1e-15));
    CHECK(out.reduced[0] == Approx(1.2).epsilon(1e-14));
    CHECK(out.reduced_variance[0] == Approx(9 * 4 / 6.25).epsilon(1e-15));
    CHECK(out.normalised[0] == Approx(8).epsilon(1e-15));  // alpha I - beta
    CHECK(out.normalised_variance[0] == 4);
    CHECK(out.ashcroft_langreth[0] == Approx((10 - 2 - 3) / 2.5).epsilon(1e-15));
    CHECK(out.faber_ziman[1] == Approx(-1.8).epsilon(1e-15));
    const auto least = lowest(q, out, {}, 5, 0.05);
    CHECK(least.value == Approx(-1.8).epsilon(1e-15));
    CHECK(least.over_bound == Approx(-1.2).epsilon(1e-15));
    CHECK(least.beyond == 0);  // sigma is 0.8
    CHECK(lowest(q, out, {}, 1, 0.05).beyond == 1);
    const auto bare = structure_factor({q, intensity, {}, expected, square_mean}, mean_square, offset, 2);
    CHECK(lowest(q, bare, {}, 5, 0.05).beyond == 1);
    CHECK(lowest(q, bare, {0, 3.5}, 5, 0.05).beyond == 0);  // the point at 4 is not trusted
    CHECK(lowest(q, bare, {0, 3.5}, 5, 0.05).value == Approx(1.4).epsilon(1e-15));
}

TEST_CASE("masked and unknown points give NaN and leave the rest as it is") {
    auto data = simulate(0);
    std::vector<std::uint8_t> mask(data.q.size(), 0);
    mask[10] = 1;
    data.intensity[900] = unknown;
    data.variance[901] = unknown;
    data.atoms.square_mean[902] = 0;
    data.atoms.compton[903] = std::numeric_limits<double>::infinity();
    data.intensity[904] = data.variance[904] = 0;  // how integrators write a bin without pixels
    auto raw = data.raw();
    raw.mask = mask;
    const auto reduced = sluice::total_scattering::reduce(data.q, raw, data.atoms.view(), geometry_table(data.q, {}, unknown),
                                                          {1, 0, 0, number_density}, options_for(data));
    CHECK(reduced.left_out == 6);
    for (const std::size_t i : {10, 900, 901, 902, 903, 904}) {
        CHECK(std::isnan(reduced.structure.faber_ziman[i]));
        CHECK(std::isnan(reduced.structure.variance[i]));
        CHECK(std::isnan(reduced.corrected[i]));
    }
    CHECK(reduced.structure.faber_ziman[500] == Approx(exact_s(data.q[500])).epsilon(2e-3));
    CHECK(reduced.status == Status::ok);
}

TEST_CASE("without variances there are none") {
    auto data = simulate(11);
    data.variance.clear();
    const auto reduced = reduce(data, options_for(data));
    CHECK(reduced.structure.variance.empty());
    CHECK(reduced.corrected_variance.empty());
    CHECK(std::isnan(reduced.level.mean.variance));
    CHECK(std::isnan(reduced.level.reduced_chi_square));
    CHECK(reduced.scale.alpha.variance > 0);  // from the scatter
    CHECK(reduced.status == Status::ok);
}

TEST_CASE("every status") {
    const auto data = simulate(0);
    const auto status = [&](const Options& options, const Numbers& numbers = {1, 0, 0, number_density}) {
        return reduce(data, options, numbers).status;
    };
    auto options = options_for(data);
    CHECK(status(options) == Status::ok);
    for (const Numbers& bad : {Numbers{0, 0, 0, 1}, Numbers{unknown, 0, 0, 1}, Numbers{1, -1, 0, 1}, Numbers{1, unknown, 0, 1}})
        CHECK(status(options, bad) == Status::number_missing);
    options.plate = true;
    CHECK(status(options, {1, 0, unknown, 1}) == Status::number_missing);
    CHECK(status(options_for(data, Method::krogh_moe), {1, 0, 0, unknown}) == Status::number_missing);
    CHECK(status(options_for(data), {1, 0, 0, 3 * number_density}) == Status::ok);
    options = options_for(data);
    options.largest_spread = 1e-9;
    CHECK(status(options) == Status::scale_spread);
    options.method = Method::ad_hoc;
    options.largest_level_offset = 10;
    CHECK(status(options) == Status::ok);
    options = options_for(data, Method::krogh_moe);
    options.constant = 0;  // 40 electron units are missing, so that the level is far off
    CHECK(status(options) == Status::level_off);
    auto dented = data;
    dented.intensity[20] = -2000;
    CHECK(reduce(dented, options_for(data)).status == Status::negative_beyond_bound);
    CHECK(reduce(dented, options_for(data)).lowest.beyond == 1);
    dented = data;
    dented.intensity.back() = -2000;
    options = options_for(data);
    options.fit.to = 21.9;
    CHECK(reduce(dented, options).status == Status::ok);  // the detector's edge, which the user leaves out
    options.fit = {21.99, 21.995};
    CHECK(status(options) == Status::too_few_points);
    options = options_for(data, Method::ad_hoc);
    options.ad_hoc = {0, 0.35};
    CHECK(status(options) == Status::too_few_points);
}

TEST_CASE("a scale that is not above 0 gives no S, but is shown") {
    auto data = simulate(0);
    for (double& each : data.intensity) each = -each;
    const auto reduced = reduce(data, options_for(data));
    CHECK(reduced.status == Status::scale_not_positive);
    CHECK(reduced.high_q.value < 0);
    CHECK(std::isnan(reduced.scale.alpha.value));
    CHECK(std::isnan(reduced.structure.faber_ziman[0]));
    CHECK(reduced.structure.variance.size() == data.q.size());
}

TEST_CASE("a curve of zeros has no scale") {
    auto data = simulate(0);
    for (double& each : data.intensity) each = 0;
    for (const auto method : {Method::high_q, Method::krogh_moe}) {
        const auto reduced = reduce(data, options_for(data, method));
        CHECK(reduced.status == Status::scale_not_positive);
        CHECK(std::isnan(reduced.high_q.value));
        CHECK(std::isnan(reduced.krogh_moe.value));
    }
}

TEST_CASE("a common factor on the curve does not change S") {
    const auto data = simulate(4);
    auto scaled = data;
    for (double& each : scaled.intensity) each *= 1024;
    for (double& each : scaled.variance) each *= 1024.0 * 1024;
    const auto one = reduce(data, options_for(data)), other = reduce(scaled, options_for(data));
    for (std::size_t i = 0; i < data.q.size(); i += 50) {
        CHECK(other.structure.faber_ziman[i] == Approx(one.structure.faber_ziman[i]).epsilon(1e-12));
        CHECK(other.structure.variance[i] == Approx(one.structure.variance[i]).epsilon(1e-12));
    }
}

TEST_CASE("swapped averages are refused: the mean of the squares is never below the square of the mean") {
    auto data = simulate(0);
    std::swap(data.atoms.mean_square, data.atoms.square_mean);
    CHECK_THROWS_WITH_AS(static_cast<void>(reduce(data, options_for(data))), doctest::Contains("is above mean_square"),
                         std::invalid_argument);
}

TEST_CASE("lengths that disagree are named") {
    const Doubles q{1, 2}, three{1, 2, 3};
    const Atoms atoms{{1, 1}, {1, 1}, {}};
    CHECK_THROWS_WITH_AS(static_cast<void>(sluice::total_scattering::reduce(q, {q, {}, three, {}, {}}, atoms.view(),
                                                                            geometry_table(q, {}, 1), {}, {})),
                         "background has 3 points and q has 2. They must agree.", std::invalid_argument);
}
