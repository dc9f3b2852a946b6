// SPDX-License-Identifier: BSD-3-Clause
// The diffusion fit: exact models, 50-digit references, statuses, what is left out, and its errors.
#include "../kernel.hpp"

#include <cmath>
#include <stdexcept>

#include <doctest/doctest.h>

namespace {

using namespace sluice::diffusion_fit;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

doctest::Approx near(double value, double epsilon) { return doctest::Approx(value).epsilon(epsilon).scale(0); }

struct Data {
    Doubles q, rate, variances = {};
    std::vector<std::uint8_t> mask = {};

    operator Points() const { return {q, rate, variances, mask}; }
};

Options of(Model model) {
    Options options;
    options.model = model;
    return options;
}

template <class Function>
Data exact(Function rate) {
    Data data{{0.1, 0.15, 0.2, 0.3}, {}, {1, 2, 3, 4}};
    for (const double q : data.q) data.rate.push_back(rate(q));
    return data;
}

const Data measured{
    {0.11, 0.15, 0.195, 0.237, 0.272}, {0.056e6, 0.1e6, 0.159e6, 0.239e6, 0.32e6}, {0.81e6, 1.69e6, 5.29e6, 14.44e6, 64e6}};

void check_near(const Estimate& got, double value, double variance) {
    CHECK(got.value == near(value, 1e-11));
    CHECK(got.variance == near(variance, 1e-11));
}

void check_fixed(const Estimate& got, double value) {
    CHECK(got.value == value);
    CHECK(got.variance == 0);
}

void check_unknown(const Result& result) {
    CHECK(result.status == Status::too_few_points);
    for (const auto& each : {result.diffusion_um2_per_s, result.offset_per_s, result.exponent}) {
        CHECK(std::isnan(each.value));
        CHECK(std::isnan(each.variance));
    }
    CHECK(std::isnan(result.reduced_chi_square));
    for (const double each : result.curve_per_s) CHECK(std::isnan(each));
}

}  // namespace

TEST_CASE("exact rates give their D, offset and exponent") {
    const auto origin = fit(exact([](double q) { return 57e6 * q * q; }), {});  // 57 um^2/s = 57e6 nm^2/s
    CHECK(origin.diffusion_um2_per_s.value == near(57, 1e-14));
    check_fixed(origin.offset_per_s, 0);
    check_fixed(origin.exponent, 2);
    CHECK(std::isnan(origin.reference_q_inv_nm));
    CHECK(origin.curve_per_s[3] == near(57e6 * 0.09, 1e-14));
    CHECK(origin.effective_um2_per_s[2] == near(57, 1e-14));

    const auto offset = fit(exact([](double q) { return 1000 + 57e6 * q * q; }), of(Model::offset));
    CHECK(offset.diffusion_um2_per_s.value == near(57, 1e-12));
    CHECK(offset.offset_per_s.value == near(1000, 1e-9));
    check_fixed(offset.exponent, 2);

    auto options = of(Model::power_law);
    options.reference_q_inv_nm = 0.2;
    const auto power_law = fit(exact([](double q) { return 57e6 * 0.04 * std::pow(q / 0.2, 1.5); }), options);
    CHECK(power_law.diffusion_um2_per_s.value == near(57, 1e-13));
    CHECK(power_law.exponent.value == near(1.5, 1e-13));
    CHECK(power_law.reference_q_inv_nm == 0.2);
    check_fixed(power_law.offset_per_s, 0);
    CHECK(power_law.curve_per_s[0] == near(57e6 * 0.04 * std::pow(0.5, 1.5), 1e-13));
}

TEST_CASE("the normal equations in 50 digits (mpmath 1.2.1)") {
    const auto origin = fit(measured, {});
    check_near(origin.diffusion_um2_per_s, 4.3590987747379652, 0.0009454930354473474);
    CHECK(origin.reduced_chi_square == near(6.5878308425216568, 1e-12));
    CHECK(origin.points == 5);

    const auto offset = fit(measured, of(Model::offset));
    check_near(offset.diffusion_um2_per_s, 4.1203038471373495, 0.0036075176118892863);
    check_near(offset.offset_per_s, 6238.2694071772442, 1816728.8734755468);
    CHECK(offset.reduced_chi_square == near(1.6434675448787904, 1e-12));

    const auto power_law = fit(measured, of(Model::power_law));
    CHECK(power_law.reference_q_inv_nm == near(0.18338641521313722, 1e-14));
    check_near(power_law.diffusion_um2_per_s, 4.3394567872527941, 0.00097704606017499402);
    check_near(power_law.exponent, 1.8937980749355941, 0.00058749903474566384);
    CHECK(power_law.reduced_chi_square == near(2.5035434015443868, 1e-12));
}

TEST_CASE("without variances: equal weights, and uncertainties from the scatter (mpmath 1.2.1)") {
    const auto result = fit(Data{measured.q, measured.rate}, {});
    check_near(result.diffusion_um2_per_s, 4.2949756828790899, 0.0013108512487628678);
    CHECK(std::isnan(result.reduced_chi_square));
    CHECK(result.effective_variances.empty());
}

TEST_CASE("effective D: every point, its variance, none at q = 0") {
    const auto result = fit(Data{{0, 0.1, 0.2}, {1, 4e4, unknown}, {1, 100, 100}}, {});
    CHECK(std::isnan(result.effective_um2_per_s[0]));
    CHECK(std::isnan(result.effective_variances[0]));
    CHECK(result.effective_um2_per_s[1] == near(4, 1e-14));
    CHECK(result.effective_variances[1] == near(1e-6, 1e-13));  // (1e-6 / 0.01)^2 100
    CHECK(std::isnan(result.effective_um2_per_s[2]));
}

TEST_CASE("masked, NaN, zero-variance and out-of-range points are left out; curve and effective cover them") {
    Data more = measured;
    for (const double q : {0.05, 0.2, 0.21, 0.22}) {
        more.q.push_back(q);
        more.rate.push_back(q == 0.2 ? unknown : 1e9);
        more.variances.push_back(q == 0.21 ? 0 : 1);
        more.mask.resize(more.q.size(), q == 0.22 ? 1 : 0);
    }
    Options options;
    options.q_min_inv_nm = 0.1;
    const auto result = fit(more, options), expected = fit(measured, {});
    CHECK(result.points == 5);
    CHECK(result.diffusion_um2_per_s.value == expected.diffusion_um2_per_s.value);
    CHECK(result.diffusion_um2_per_s.variance == expected.diffusion_um2_per_s.variance);
    for (const double each : result.curve_per_s) CHECK(std::isfinite(each));
    CHECK(result.effective_um2_per_s[5] == near(1e3 / 0.0025, 1e-13));
}

TEST_CASE("the power law leaves out rates that have no logarithm, and keeps its reference q") {
    const auto all = exact([](double q) { return 57e6 * q * q; });
    auto some = all;
    some.rate[1] = -1;
    some.rate[2] = 0;
    const auto result = fit(some, of(Model::power_law));
    CHECK(result.points == 2);
    CHECK(result.diffusion_um2_per_s.value == near(57, 1e-13));
    CHECK(result.reference_q_inv_nm == fit(all, of(Model::power_law)).reference_q_inv_nm);
    CHECK(fit(some, {}).points == 4);
}

TEST_CASE("an intercept below -3 standard errors is told, and its values stand") {
    const auto down = exact([](double q) { return -1000 + 57e6 * q * q; });
    const auto result = fit(down, of(Model::offset));
    CHECK(result.status == Status::negative_intercept);
    CHECK(result.offset_per_s.value == near(-1000, 1e-9));
    auto uncertain = down;
    for (double& each : uncertain.variances) each = 1e6;
    CHECK(fit(uncertain, of(Model::offset)).status == Status::ok);
}

TEST_CASE("too few points") {
    check_unknown(fit(Data{{0.1}, {unknown}, {1}}, {}));
    check_unknown(fit(Data{{0.1}, {1}, {1}}, of(Model::offset)));
    check_unknown(fit(Data{{0.1, 0.1}, {1, 2}, {1, 1}}, of(Model::offset)));  // two sectors of one ring
    check_unknown(fit(Data{{0.1, 0.2}, {1, -1}, {1, 1}}, of(Model::power_law)));
    check_unknown(fit(Data{{}, {}, {}}, of(Model::power_law)));
    CHECK(fit(Data{{0.1}, {1}, {1}}, {}).status == Status::ok);
}

TEST_CASE("bad arguments are refused") {
    CHECK_THROWS_WITH_AS((void)fit(Data{{1, 2}, {1}}, {}), "x has 2 points and y has 1. They must agree.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)fit(Data{{1, 2}, {1, 2}, {1, 2, 3}}, of(Model::power_law)),
                         "variances has 3 points and y has 2. They must agree.", std::invalid_argument);
    Options options;
    options.q_min_inv_nm = 3;
    options.q_max_inv_nm = 2;
    CHECK_THROWS_WITH_AS((void)fit(measured, options), "the range to fit begins at 3 and ends at 2. Swap the two.",
                         std::invalid_argument);
}
