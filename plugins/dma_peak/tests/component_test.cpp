// SPDX-License-Identifier: BSD-3-Clause
// Components of known curves: recovered exactly where the model is true, within stated bounds where it is not.
#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <fstream>
#include <numbers>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../component_model.hpp"
#include "component_simulated.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice::dma_peak;
using namespace sluice::dma_peak::simulated;

constexpr double kJ_over_R = 1000 / gas_constant_J_mol_K;

/// Backgrounds, each as literally as possible.
double exponential_background(double t) { return 0.003 + 0.02 * std::exp((t - 420) / 12); }
double arrhenius_background(double t) { return 0.002 + 0.025 * std::exp(-150 * kJ_over_R * (1 / t - 1 / 420.0)); }
double vogel_background(double t) { return 0.002 + 0.025 * std::exp(3000 / (420.0 - 200) - 3000 / (t - 200)); }
double polynomial_background(double t) { return 0.004 + 3e-5 * (t - 340) + 2e-7 * (t - 340) * (t - 340); }

double sigma_of(const Value& value) { return std::sqrt(value.variance); }

std::string text_of(const Value& value) {
    std::ostringstream out;
    out << value.value << " +- " << sigma_of(value);
    return out.str();
}

ComponentOptions options_of(PeakModel peak, Background background) {
    ComponentOptions options;
    options.peak = peak;
    options.background = background;
    return options;
}

void check_near(const Value& found, double expected, double relative) {
    CHECK(found.value == doctest::Approx(expected).epsilon(relative));
    CHECK(found.variance >= 0);
}

Data glass_data(const Glass& glass, double frequency_hz, double sigma, std::uint64_t seed) {
    return {grid(), tan_delta(glass, grid(), frequency_hz, sigma, seed), {}};
}

/// Columns of a file of the shared data: temperature and tan delta at one frequency.
Data shared_curve(const std::filesystem::path& path, double frequency_hz) {
    Data out;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        std::array<double, 5> row{};
        char comma = 0;
        std::istringstream text(line);
        text >> row[0];
        for (std::size_t k = 1; k < 5; ++k) text >> comma >> row[k];
        if (!text || row[0] != frequency_hz) continue;
        out.temperature_K.push_back(row[1]);
        out.value.push_back(row[4]);
    }
    return out;
}

}  // namespace

TEST_CASE("an exact curve of each peak on each background is recovered") {
    const SkewGaussian skew;
    const auto symmetric = [](double t) { return 0.03 * std::exp(-4 * std::log(2.0) * std::pow((t - 340) / 60, 2)); };
    Glass alone;  // tan delta of one Cole-Cole term
    alone.alpha_strength = alone.background = 0;
    const auto cole_cole = [&](double t) { return alone.tan_delta(t); };
    const std::array truths{measured(symmetric, 100, 600, false), measured(skew, 150, 900, false),
                            measured(cole_cole, 200, 480, true)};
    struct Model {
        Background kind;
        double (*curve)(double);
    };
    for (const Model& background :
         {Model{Background::constant_exponential, exponential_background}, Model{Background::arrhenius, arrhenius_background},
          Model{Background::vogel_fulcher_tammann, vogel_background}, Model{Background::polynomial, polynomial_background},
          Model{Background::none, [](double) { return 0.0; }}}) {
        CAPTURE(static_cast<int>(background.kind));
        const auto check = [&](PeakModel kind, const auto& peak, const PeakTruth& truth) {
            CAPTURE(static_cast<int>(kind));
            auto options = options_of(kind, background.kind);
            options.to_K = 430;
            const auto data = noisy([&](double t) { return peak(t) + background.curve(t); }, grid(250, 430), 0, 1);
            const auto found = fit_component(data.curve(), options);
            CHECK(found.status == ComponentStatus::ok);
            check_near(found.temperature, truth.temperature_K, 1e-6);
            check_near(found.height, truth.height, 1e-6);
            check_near(found.width, truth.width_K, 1e-6);
            check_near(found.area, truth.area, 1e-5);
            for (const double t : {260.0, 340.0, 425.0}) {
                CHECK(found.component.at(t).value == doctest::Approx(peak(t)).epsilon(1e-5));
                CHECK(found.background.at(t).value == doctest::Approx(background.curve(t)).epsilon(1e-4));
                CHECK(found.whole.at(t).value == doctest::Approx(peak(t) + background.curve(t)).epsilon(1e-7));
            }
        };
        check(PeakModel::gaussian, symmetric, truths[0]);
        check(PeakModel::asymmetric_gaussian, skew, truths[1]);
        check(PeakModel::cole_cole, cole_cole, truths[2]);
    }
}

TEST_CASE("derivatives agree with differences") {
    for (const auto quantity : {Quantity::tan_delta, Quantity::loss_modulus})
        for (const auto peak : {PeakModel::asymmetric_gaussian, PeakModel::gaussian, PeakModel::cole_cole})
            for (const auto background : {Background::constant_exponential, Background::arrhenius, Background::polynomial,
                                          Background::vogel_fulcher_tammann, Background::none, Background::cole_cole}) {
                auto options = options_of(peak, background);
                options.quantity = quantity;
                const ComponentModel model(options, 420);
                for (const double shape : {0.35, 1e-5}) {
                    std::vector<double> values{345, 0.028, 90, peak == PeakModel::cole_cole ? 0.38 : shape};
                    values.resize(model.peak_size());
                    std::vector<double> below;
                    if (background == Background::constant_exponential) below = {0.002, 0.02, 12};
                    if (background == Background::arrhenius) below = {0.002, 0.02, 150};
                    if (background == Background::polynomial) below = {0.002, 1e-5, 2e-7};
                    if (background == Background::vogel_fulcher_tammann) below = {0.002, 0.02, 3000, 200};
                    if (background == Background::cole_cole) below = {0.002, 0.6, 0.45, 458, 344};
                    values.insert(values.end(), below.begin(), below.end());
                    REQUIRE(values.size() == model.size());
                    for (const auto part : {ComponentPart::whole, ComponentPart::background, ComponentPart::component})
                        for (const double t : {270.0, 344.9, 400.0, 425.0}) {
                            std::vector<double> slopes(model.size());
                            const double at = model.value(part, values, t, slopes);
                            CHECK(model.value(part, values, t, {}) == doctest::Approx(at).epsilon(1e-13));
                            for (std::size_t k = 0; k < values.size(); ++k) {
                                auto up = values, down = values;
                                const double step = 1e-5 * std::max(std::abs(values[k]), 1e-3);
                                up[k] += step, down[k] -= step;
                                const double slope = (model.value(part, up, t, {}) - model.value(part, down, t, {})) / (2 * step);
                                CAPTURE(k);
                                CHECK(std::abs(slopes[k] - slope) <=
                                      1e-6 * std::abs(slope) + 1e-12 / step * std::abs(at) + 1e-15);
                            }
                        }
                }
            }
}

TEST_CASE("a Cole-Cole term on a Cole-Cole background, at every noise of the shared data") {
    const Glass glass;
    const auto truth = component(glass);
    const auto options = options_of(PeakModel::cole_cole, Background::cole_cole);
    for (const double sigma : {0.0, 2e-4, 8e-4}) {
        CAPTURE(sigma);
        const auto found = fit_component(glass_data(glass, 1, sigma, 3).curve(), options);
        MESSAGE("true model, noise " << sigma << ": " << text_of(found.temperature) << " K (truth " << truth.temperature_K
                                     << "), height " << text_of(found.height) << " (truth " << truth.height << ")");
        CHECK(found.status == ComponentStatus::ok);
        CHECK(std::abs(found.temperature.value - truth.temperature_K) < 3 * sigma_of(found.temperature) + 1e-5);
        CHECK(std::abs(found.height.value - truth.height) < 3 * sigma_of(found.height) + 1e-8);
        if (sigma > 0) continue;
        const std::array<double, 5> alpha{glass.background, glass.alpha_strength, glass.alpha_exponent, 0, 0};
        for (std::size_t k = 0; k < 3; ++k) CHECK(found.values[4 + k] == doctest::Approx(alpha[k]).epsilon(1e-5));
        CHECK(found.values[3] == doctest::Approx(glass.beta_exponent).epsilon(1e-5));
    }
}

TEST_CASE("other models of the same curve: within 1 K and 20 % of the component") {
    const Glass glass;
    const auto truth = component(glass);
    for (const double sigma : {0.0, 2e-4, 8e-4})
        for (const auto background : {Background::constant_exponential, Background::arrhenius, Background::vogel_fulcher_tammann})
            for (const auto peak : {PeakModel::asymmetric_gaussian, PeakModel::cole_cole}) {
                CAPTURE(static_cast<int>(background));
                CAPTURE(static_cast<int>(peak));
                const auto found = fit_component(glass_data(glass, 1, sigma, 5).curve(), options_of(peak, background));
                MESSAGE("noise " << sigma << ", peak " << static_cast<int>(peak) << ", background "
                                 << static_cast<int>(background) << ": " << text_of(found.temperature) << " K, height "
                                 << text_of(found.height));
                CHECK((found.status == ComponentStatus::ok || found.status == ComponentStatus::bound_hit));
                // 1 K of the model, and of one seed its standard error where it has one.
                const double noise_K = sigma > 0 && found.temperature.variance > 0 ? sigma_of(found.temperature) : 0;
                CHECK(std::abs(found.temperature.value - truth.temperature_K) < 1 + noise_K);
                CHECK(std::abs(found.height.value / truth.height - 1) < 0.2);
            }
}

TEST_CASE("shared data: the component at 1 Hz") {
    for (const std::string noise : {"0", "0.0002", "0.0008"}) {
        const auto path = sluice::test::shared_data("dma/dma_variantA_1Hz_noise" + noise + ".csv");
        if (!path) return;
        const auto data = shared_curve(*path, 1);
        REQUIRE(data.value.size() == 400);
        // Truth of that data: 344.7868 K, 0.0278088
        const auto usual = fit_component(data.curve(), {});
        MESSAGE("noise " << noise << ", asymmetric Gaussian + constant + exponential: " << text_of(usual.temperature)
                         << " K, height " << text_of(usual.height));
        CHECK(usual.status == ComponentStatus::ok);
        CHECK(std::abs(usual.temperature.value - 344.7868) < 1);
        CHECK(std::abs(usual.height.value / 0.0278088 - 1) < 0.2);
        const auto exact = fit_component(data.curve(), options_of(PeakModel::cole_cole, Background::cole_cole));
        MESSAGE("noise " << noise << ", true model: " << text_of(exact.temperature) << " K, height " << text_of(exact.height));
        CHECK(exact.status == ComponentStatus::ok);
        // The columns are rounded to 1e-6: also of the curve without noise a spread remains.
        CHECK(std::abs(exact.temperature.value - 344.7868) < 3 * sigma_of(exact.temperature));
        CHECK(std::abs(exact.height.value - 0.0278088) < 3 * sigma_of(exact.height));
    }
}

TEST_CASE("the peaks of the paper: as cast and annealed") {
    struct Peak {
        double apparent_K, height, glass_transition_K;
    };
    for (const Peak& peak : {Peak{331, 0.041, 428}, Peak{383, 0.013, 470}, Peak{345, 0.033, 428}, Peak{354, 0.0165, 428}}) {
        CAPTURE(peak.apparent_K);
        const Glass glass = tuned(peak.apparent_K, peak.height, peak.glass_transition_K);
        const auto truth = component(glass);
        const auto data = glass_data(glass, 1, 2e-4, 7);
        const auto usual = fit_component(data.curve(), {});
        const auto better = fit_component(data.curve(), options_of(PeakModel::cole_cole, Background::constant_exponential));
        MESSAGE("component " << truth.temperature_K << " K, " << truth.height << ": asymmetric Gaussian "
                             << text_of(usual.temperature) << ", " << text_of(usual.height) << "; Cole-Cole "
                             << text_of(better.temperature) << ", " << text_of(better.height));
        CHECK(usual.status == ComponentStatus::ok);
        CHECK(better.status == ComponentStatus::ok);
        CHECK(std::abs(usual.temperature.value - truth.temperature_K) < 1);
        CHECK(std::abs(usual.height.value / truth.height - 1) < 0.2);
        CHECK(std::abs(better.temperature.value - truth.temperature_K) < 0.5);
        CHECK(std::abs(better.height.value / truth.height - 1) < 0.02);
    }
}

TEST_CASE("positions over frequency give the activation energy") {
    const Glass glass;
    double x = 0, y = 0, xx = 0, xy = 0;
    int n = 0;
    for (const double frequency : {0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0}) {
        const auto truth = component(glass, frequency);
        const auto found =
            fit_component(glass_data(glass, frequency, 1e-4, 9).curve(), options_of(PeakModel::cole_cole, Background::arrhenius));
        const auto usual = fit_component(glass_data(glass, frequency, 1e-4, 9).curve(), {});
        CAPTURE(frequency);
        MESSAGE(frequency << " Hz: asymmetric Gaussian " << usual.temperature.value - truth.temperature_K << " K and "
                          << usual.height.value / truth.height - 1 << " of the height off, Cole-Cole on an Arrhenius tail "
                          << found.temperature.value - truth.temperature_K << " K");
        CHECK(std::abs(found.temperature.value - truth.temperature_K) < 0.5);
        CHECK(std::abs(usual.temperature.value - truth.temperature_K) < 1.5);
        CHECK(std::abs(usual.height.value / truth.height - 1) < 0.2);
        const double inverse = 1 / found.temperature.value, logarithm = std::log(frequency);
        x += inverse, y += logarithm, xx += inverse * inverse, xy += inverse * logarithm, ++n;
    }
    const double energy = -gas_constant_J_mol_K * (n * xy - x * y) / (n * xx - x * x);
    MESSAGE("energy " << energy / 1000 << " kJ/mol, truth 89.63");
    CHECK(energy == doctest::Approx(89629.9).epsilon(0.01));
}

TEST_CASE("a shoulder without a maximum has a component") {
    const SkewGaussian peak{360, 0.012, 50, 0.2};
    const auto curve = [&](double t) { return peak(t) + 0.002 + 0.06 * std::exp((t - 420) / 30); };
    const auto data = noisy(curve, grid(260, 425), 1e-4, 2);
    for (double t = 300; t < 420; t += 1) REQUIRE(curve(t + 1) > curve(t));
    auto options = options_of(PeakModel::asymmetric_gaussian, Background::constant_exponential);
    options.to_K = 425;
    const auto found = fit_component(data.curve(), options);
    CHECK(found.status == ComponentStatus::ok);
    CHECK(std::abs(found.temperature.value - 360) < 3 * sigma_of(found.temperature));
    CHECK(std::abs(found.height.value - 0.012) < 3 * sigma_of(found.height));
}

TEST_CASE("the loss modulus, in Pa and in MPa") {
    Glass glass;
    glass.softening_per_K = 0;
    Data pascal{grid(260, 459, 1), {}, {}}, mega = pascal;
    for (const double t : pascal.temperature_K) {
        pascal.value.push_back(glass.modulus_pa(t, 1).imag());
        mega.value.push_back(pascal.value.back() / 1e6);
    }
    auto options = options_of(PeakModel::cole_cole, Background::cole_cole);
    options.quantity = Quantity::loss_modulus;
    const auto found = fit_component(pascal.curve(), options), other = fit_component(mega.curve(), options);
    // E'' of a Cole-Cole term: highest at w tau = 1, D tan(pi a/4)/2
    CHECK(found.status == ComponentStatus::ok);
    check_near(found.temperature, glass.beta_at_1_hz_K, 1e-6);
    check_near(found.height, 35e9 * glass.beta_strength * std::tan(std::numbers::pi * glass.beta_exponent / 4) / 2, 1e-5);
    CHECK(other.temperature.value == doctest::Approx(found.temperature.value).epsilon(1e-9));
    CHECK(other.height.value == doctest::Approx(found.height.value / 1e6).epsilon(1e-7));
    for (const auto peak : {PeakModel::asymmetric_gaussian, PeakModel::gaussian}) {
        auto usual = options_of(peak, Background::constant_exponential);
        const auto a = fit_component(pascal.curve(), usual), b = fit_component(mega.curve(), usual);
        CHECK(a.status == b.status);
        CHECK(b.temperature.value == doctest::Approx(a.temperature.value).epsilon(1e-9));
        CHECK(b.area.value == doctest::Approx(a.area.value / 1e6).epsilon(1e-7));
    }
}

TEST_CASE("order, unusable points and repeats do not change the numbers") {
    const Glass glass;
    const auto data = glass_data(glass, 1, 2e-4, 4);
    const auto found = fit_component(data.curve(), {});
    auto reversed = data;
    std::reverse(reversed.temperature_K.begin(), reversed.temperature_K.end());
    std::reverse(reversed.value.begin(), reversed.value.end());
    const auto backwards = fit_component(reversed.curve(), {});
    CHECK(backwards.temperature.value == found.temperature.value);
    CHECK(backwards.area.variance == found.area.variance);

    auto spoilt = data;
    spoilt.temperature_K.insert(spoilt.temperature_K.begin() + 100, {300.25, unknown, 301.75});
    spoilt.value.insert(spoilt.value.begin() + 100, {unknown, 0.02, 5});
    std::vector<std::uint8_t> mask(spoilt.value.size(), 0);
    mask[102] = 1;
    const auto same = fit_component({spoilt.temperature_K, spoilt.value, {}, mask}, {});
    CHECK(same.temperature.value == found.temperature.value);
    CHECK(same.points == found.points);
}

TEST_CASE("statuses") {
    const auto temperatures = grid(260, 430);
    SUBCASE("none: a constant, or a tail, with noise") {
        int none = 0;
        for (std::uint64_t seed = 1; seed <= 6; ++seed) {
            const auto flat = noisy([](double) { return 0.01; }, temperatures, 2e-4, seed);
            const auto tail = noisy(exponential_background, temperatures, 2e-4, seed);
            for (const auto* each : {&flat, &tail}) {
                const auto found = fit_component(each->curve(), {});
                none += found.status == ComponentStatus::none;
                if (found.status != ComponentStatus::none) continue;
                CHECK(std::isnan(found.height.value));
                CHECK(found.component.at(300).value == 0);
                CHECK(std::abs(found.background.at(300).value - each->value[80]) < 1.2e-3);
            }
        }
        CHECK(none == 12);
    }
    SUBCASE("none: nothing but zeros") {
        CHECK(fit_component(noisy([](double) { return 0.0; }, temperatures, 0, 1).curve(), {}).status == ComponentStatus::none);
    }
    SUBCASE("at the edge") {
        const SkewGaussian peak{262, 0.03, 60, 0.3};
        const auto data = noisy([&](double t) { return peak(t) + 0.002; }, temperatures, 1e-4, 1);
        CHECK(fit_component(data.curve(), options_of(PeakModel::asymmetric_gaussian, Background::none)).status ==
              ComponentStatus::at_edge);
    }
    SUBCASE("too few points") {
        const Data data{{300, 310, 320, 330, 340, 350, 360}, {1, 2, 3, 4, 3, 2, 1}, {}};
        const auto found = fit_component(data.curve(), {});
        CHECK(found.status == ComponentStatus::too_few_points);
        CHECK(std::isnan(found.temperature.value));
        CHECK(std::isnan(found.whole.at(320).value));
        CHECK(found.points == 7);
        CHECK(fit_component({}, {}).status == ComponentStatus::too_few_points);
    }
    SUBCASE("there and back") {
        auto data = glass_data(Glass(), 1, 0, 1);
        const auto up = data;
        data.temperature_K.insert(data.temperature_K.end(), up.temperature_K.rbegin(), up.temperature_K.rend());
        data.value.insert(data.value.end(), up.value.rbegin(), up.value.rend());
        const auto found = fit_component(data.curve(), {});
        CHECK(found.status == ComponentStatus::turns);
        CHECK(std::isnan(found.height.value));
    }
    SUBCASE("a bound") {  // a Debye peak on no background: exponent 1
        const auto data =
            noisy([](double t) { return 0.01 / std::cosh(60 * kJ_over_R * (1 / t - 1 / 340.0)); }, temperatures, 1e-5, 2);
        auto options = options_of(PeakModel::gaussian, Background::none);
        options.from_K = 339;
        options.to_K = 341;
        const auto narrow = fit_component(data.curve(), options);  // wider than the points
        CHECK((narrow.status == ComponentStatus::bound_hit || narrow.status == ComponentStatus::too_few_points ||
               narrow.status == ComponentStatus::none));
        CHECK(std::isnan(narrow.height.variance));
    }
    SUBCASE("a fault of the caller") {
        ComponentOptions options;
        options.from_K = 400;
        options.to_K = 300;
        CHECK_THROWS_WITH_AS((void)fit_component({}, options), "component_from = 400 K, must be below component_to = 300 K.",
                             std::invalid_argument);
        options = options_of(PeakModel::gaussian, Background::polynomial);
        options.degree = 5;
        CHECK_THROWS_WITH_AS((void)fit_component(glass_data(Glass(), 1, 0, 1).curve(), options), "degree = 5, must be 0 to 4.",
                             std::invalid_argument);
    }
}

TEST_CASE("a peak near a given temperature") {
    const SkewGaussian first{300, 0.02, 25, 0.1}, second{380, 0.03, 25, 0.1};
    const auto data = noisy([&](double t) { return first(t) + second(t) + 0.002; }, grid(260, 430), 1e-4, 1);
    for (const auto& peak : {first, second}) {
        auto options = options_of(PeakModel::asymmetric_gaussian, Background::polynomial);
        options.degree = 0;
        options.near_K = peak.position_K + 4;
        options.from_K = peak.position_K - 35;
        options.to_K = peak.position_K + 35;
        const auto found = fit_component(data.curve(), options);
        CHECK(std::abs(found.temperature.value - peak.position_K) < 1);
    }
}

TEST_CASE("drifting noise raises the errors to the spread") {
    const SkewGaussian peak;
    const auto curve = [&](double t) { return peak(t) + exponential_background(t); };
    ComponentOptions options;
    options.to_K = 430;
    double sum = 0, squares = 0, stated = 0, drift = 0;
    constexpr int seeds = 40;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const auto found =
            fit_component(noisy(curve, grid(260, 430), 2e-4, seed, false, std::exp(-0.1)).curve(), options);  // 5 K
        REQUIRE(found.status == ComponentStatus::ok);
        sum += found.temperature.value, squares += std::pow(found.temperature.value - peak.position_K, 2);
        stated += sigma_of(found.temperature) / seeds, drift += found.drift / seeds;
    }
    const double spread = std::sqrt(squares / seeds - std::pow(sum / seeds - peak.position_K, 2));
    MESSAGE("errors correlated over 5 K: spread " << spread << " K, stated " << stated << " K, factor on variances " << drift);
    CHECK(stated > spread / 2);
    CHECK(stated < spread * 2);
    CHECK(drift > 3);
}

TEST_CASE("the spread over backgrounds") {
    auto options = options_of(PeakModel::asymmetric_gaussian, Background::constant_exponential);
    options.compare_backgrounds = true;
    const auto found = fit_component(glass_data(Glass(), 1, 2e-4, 4).curve(), options);
    MESSAGE("spread over tails: " << found.spread_temperature << " K, " << found.spread_height / found.height.value
                                  << " of the height");
    CHECK(found.spread_temperature > 0);
    CHECK(found.spread_temperature < 1);
    CHECK(found.spread_height < 0.2 * found.height.value);
    options = options_of(PeakModel::cole_cole, Background::cole_cole);  // the tails below the flank, not over both relaxations
    options.compare_backgrounds = true;
    const auto both = fit_component(glass_data(Glass(), 1, 2e-4, 4).curve(), options);
    MESSAGE("two Cole-Cole terms against tails: " << both.spread_temperature << " K, "
                                                  << both.spread_height / both.height.value << " of the height");
    CHECK(both.spread_temperature > 0);
    CHECK(both.spread_temperature < 1);
    CHECK(both.spread_height < 0.05 * both.height.value);
}

TEST_CASE("parameters are named, with units") {
    using Texts = std::vector<std::string>;
    CHECK(component_parameters({}) == Texts{"temperature", "height", "width", "asymmetry", "constant", "tail_amplitude",
                                            "tail_scale", "reference_temperature"});
    CHECK(component_units({}) == Texts{"K", "", "K", "1", "", "", "K", "K"});
    const auto found = fit_component(glass_data(Glass(), 1, 0, 1).curve(), {});
    CHECK(found.values.size() == 8);
    CHECK(found.values.back() == found.to_K);
    CHECK(found.covariance[63] == 0);
    CHECK(found.covariance[0] == found.temperature.variance);
}
