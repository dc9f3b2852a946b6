// SPDX-License-Identifier: BSD-3-Clause
// Tests of the invariant kernel: closed forms, 50-digit references, SasView, and the propagation of errors.
#include "../kernel.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "reference/porod_invariant/expected.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice::porod_invariant;
using doctest::Approx;
using Doubles = std::vector<double>;
using std::numbers::pi;

constexpr double infinity = std::numeric_limits<double>::infinity();

struct Data {
    Doubles q, intensity, variance;
    std::vector<std::uint8_t> mask;

    operator Curve() const { return {q, intensity, variance, mask}; }
};

template <class Function>
Doubles map(const Doubles& x, Function function) {
    Doubles y;
    for (const double value : x) y.push_back(function(value));
    return y;
}

double square(double x) { return x * x; }

/// n points from first to last, equal steps or equal ratios.
Doubles linear(double first, double last, int n) {
    Doubles q;
    for (int i = 0; i < n; ++i) q.push_back(first + (last - first) * i / (n - 1));
    return q;
}
Doubles logarithmic(double first, double last, int n) {
    return map(linear(std::log(first), std::log(last), n), [](double x) { return std::exp(x); });
}

/// `epsilon` is relative, with no absolute part: invariants are small numbers.
Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

Options tails(LowTail low, HighTail high, std::ptrdiff_t points = 10) {
    Options options;
    options.low = low;
    options.high = high;
    options.low_points = options.high_points = points;
    return options;
}

double debye_bueche(double q) { return 1 / square(1 + q * q); }
double sphere(double q) { return square(3 * (std::sin(q) - q * std::cos(q)) / (q * q * q)); }

template <class Exception = std::domain_error>
void check_error(const Data& data, const Options& options, const char* text) {
    CHECK_THROWS_WITH_AS((void)integrate(data, options), text, Exception);
}

// --- files ----------------------------------------------------------------------

nlohmann::json read_json(const std::filesystem::path& path) {
    std::ifstream file(path);
    return nlohmann::json::parse(file);
}

/// Columns q, one of intensity, and sigma (column 2, squared) of a csv file with one header line.
Data read_csv(const std::filesystem::path& path, std::size_t intensity_column) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    Data data;
    while (std::getline(file, line)) {
        std::istringstream cells(line);
        Doubles row;
        for (std::string cell; std::getline(cells, cell, ',');) row.push_back(std::stod(cell));
        data.q.push_back(row.at(0));
        data.intensity.push_back(row.at(intensity_column));
        data.variance.push_back(square(row.at(2)));
    }
    return data;
}

}  // namespace

// --- quadrature -------------------------------------------------------------------------------------------------

TEST_CASE("both rules and their sigma agree with 50-digit arithmetic on irregular points") {
    for (const auto& system : reference::systems) {
        CAPTURE(system.name);
        const Data data{system.q, system.intensity, map(system.sigma, square), {}};
        const Result result = integrate(data, {});
        // tests/reference/porod_invariant (mpmath); 1e-13: rounding of sums of 60 terms
        CHECK(result.trapezoid.value == near(system.trapezoid, 1e-13));
        CHECK(result.trapezoid.sigma == near(system.trapezoid_sigma, 1e-13));
        CHECK(result.simpson.value == near(system.simpson, 1e-13));
        CHECK(result.simpson.sigma == near(system.simpson_sigma, 1e-13));
        CHECK(result.quadrature_term == near(std::abs(system.simpson - system.trapezoid), 1e-9));
        // The error of the rule is of the size of the quadrature term, here below 1 % of the exact integral.
        CHECK(result.trapezoid.value == near(system.range_exact, 0.01));
        CHECK(std::abs(result.trapezoid.value - system.range_exact) < 2 * result.quadrature_term);
    }
}

TEST_CASE("Debye-Bueche over a finite range") {
    // int_0^x t^2/(1+t^2)^2 dt = (atan x - x/(1+x^2))/2; 300 log points: trapezoid right to 5e-5 of the value
    const auto integral = [](double x) { return (std::atan(x) - x / (1 + x * x)) / 2; };
    const Doubles q = logarithmic(0.08, 12, 300);
    const Result result = integrate(Data{q, map(q, debye_bueche), {}, {}}, {});
    const double exact = integral(12) - integral(0.08);
    CHECK(result.data.value == near(exact, 5e-5));
    CHECK(result.simpson.value == near(exact, 1e-6));
}

TEST_CASE("a quadratic integrand is exact under Simpson on irregular points, odd or even in number") {
    // q^2 I = 1 - 3 q + 2 q^2, whose integral is q - 3 q^2/2 + 2 q^3/3
    const auto primitive = [](double q) { return q - 1.5 * q * q + 2 * q * q * q / 3; };
    for (const Doubles& q : {Doubles{0.5, 0.7, 1.8}, Doubles{0.5, 0.7, 1.8, 2.0}, Doubles{0.5, 1.4, 1.5, 2.7, 3.9}}) {
        const Data data{q, map(q, [](double x) { return (1 - 3 * x + 2 * x * x) / (x * x); }), {}, {}};
        Options options;
        options.quadrature = Quadrature::simpson;
        const double exact = primitive(q.back()) - primitive(q.front());
        CHECK(integrate(data, options).total.value == near(exact, 1e-13));  // rounding
    }
}

TEST_CASE("a linear integrand is exact under both rules; two points are enough") {
    const Data data{{1, 2}, {3, 0.5}, {}, {}};  // q^2 I = 3, 2
    const Result result = integrate(data, {});
    CHECK(result.trapezoid.value == 2.5);
    CHECK(result.simpson.value == 2.5);
    CHECK(result.quadrature_term == 0);
}

TEST_CASE("the trapezoid converges in second order, Simpson in fourth") {
    // I = exp(-q): the primitive of q^2 I is -exp(-q)(q^2 + 2q + 2)
    const auto primitive = [](double q) { return -std::exp(-q) * (q * q + 2 * q + 2); };
    const auto errors = [&](int intervals) {
        const Doubles q = linear(1, 3, intervals + 1);
        const Result result = integrate(Data{q, map(q, [](double x) { return std::exp(-x); }), {}, {}}, {});
        const double exact = primitive(3) - primitive(1);
        return std::pair{std::abs(result.trapezoid.value - exact), std::abs(result.simpson.value - exact)};
    };
    for (const int odd : {0, 1}) {  // an odd number of intervals uses the rule for the last one
        const auto [trapezoid, simpson] = errors(32 + odd);
        const auto [trapezoid_fine, simpson_fine] = errors(64 + odd);
        const double step_ratio = (64.0 + odd) / (32.0 + odd);
        CHECK(std::log(trapezoid / trapezoid_fine) / std::log(step_ratio) == Approx(2).epsilon(0.01));
        CHECK(std::log(simpson / simpson_fine) / std::log(step_ratio) == Approx(4).epsilon(0.03));
    }
}

// --- points -----------------------------------------------------------------------------------------------------

TEST_CASE("the range keeps the points inside it, limits included, and interpolates nothing") {
    const Data data{{1, 2, 3, 4, 5}, {1, 1, 1, 1, 1}, {}, {}};
    Options options;
    options.q_min = 2;
    options.q_max = 4.9;
    const Result result = integrate(data, options);
    CHECK(result.total.value == (4 + 9) / 2.0 + (9 + 16) / 2.0);
    CHECK(result.q_first == 2);
    CHECK(result.q_last == 4);
    CHECK(result.points_used == 3);
    CHECK(result.points_left_out == 0);
    CHECK(std::isnan(result.integrand[0]));
    CHECK(std::isnan(result.cumulative[4]));
}

TEST_CASE("a limit rounded by a change of unit keeps its point") {
    const Data data{{0.05, 0.06, 0.07, 0.08}, {1, 1, 1, 1}, {}, {}};
    Options options;
    options.q_max = 0.7 * 0.1;
    REQUIRE(options.q_max < 0.07);
    CHECK(integrate(data, options).q_last == 0.07);
}

TEST_CASE("masked, NaN and infinite points are left out and their neighbours joined") {
    const Data data{{1, 2, 3, 4, 5, 6}, {1, 7, unknown, 1, infinity, 1}, {1, 1, 1, 1, 1, 1}, {0, 1, 0, 0, 0, 0}};
    const Result result = integrate(data, {});
    const Result joined = integrate(Data{{1, 4, 6}, {1, 1, 1}, {1, 1, 1}, {}}, {});
    CHECK(result.points_used == 3);
    CHECK(result.points_left_out == 3);
    CHECK(result.total.value == joined.total.value);
    CHECK(result.total.sigma == joined.total.sigma);
    CHECK(std::isnan(result.integrand[1]));
    CHECK(result.cumulative[3] == joined.cumulative[1]);
}

TEST_CASE("a point of unknown variance is left out") {
    const Data data{{1, 2, 3}, {1, 1, 1}, {1, unknown, 1}, {}};
    CHECK(integrate(data, {}).points_left_out == 1);
}

TEST_CASE("negative intensities count") {
    CHECK(integrate(Data{{1, 2, 3}, {1, -1, 1}, {}, {}}, {}).total.value == (1 - 4) / 2.0 + (-4 + 9) / 2.0);
}

TEST_CASE("the invariant is linear in the intensity and scales with q cubed") {
    const Doubles q = logarithmic(0.1, 8, 50);
    const Data data{q, map(q, sphere), map(q, [](double x) { return 1e-8 * sphere(x); }), {}};
    const Options options = tails(LowTail::guinier, HighTail::power);
    Data scaled = data;
    for (double& value : scaled.q) value /= 10;  // 1/nm to 1/Angstrom
    for (double& value : scaled.intensity) value *= 7;
    for (double& value : scaled.variance) value *= 49;
    const Result before = integrate(data, options), after = integrate(scaled, options);
    CHECK(after.total.value == near(7e-3 * before.total.value, 1e-9));  // the accuracy of a fitted tail
    CHECK(after.total.sigma == near(7e-3 * before.total.sigma, 1e-9));
}

TEST_CASE("integrand and cumulative: each entry is the invariant of the curve cut there") {
    const auto& system = reference::systems[1];
    const Data data{system.q, system.intensity, map(system.sigma, square), {}};
    const Result whole = integrate(data, {});
    CHECK(whole.cumulative[0] == 0);
    CHECK(whole.cumulative_variance[0] == 0);
    CHECK(whole.integrand[7] == near(square(data.q[7]) * data.intensity[7], 1e-15));
    CHECK(whole.integrand_variance[7] == near(std::pow(data.q[7], 4) * data.variance[7], 1e-15));
    for (std::size_t last = 1; last < data.q.size(); ++last) {
        Options options;
        options.q_max = data.q[last];
        const Value cut = integrate(data, options).trapezoid;
        CHECK(whole.cumulative[last] == near(cut.value, 1e-13));
        CHECK(std::sqrt(whole.cumulative_variance[last]) == near(cut.sigma, 1e-13));
    }
}

TEST_CASE("without variances every sigma is NaN, not zero") {
    const auto& system = reference::systems[1];
    const Data data{system.q, system.intensity, {}, {}};
    const Result result = integrate(data, tails(LowTail::guinier, HighTail::porod));
    CHECK(result.status == Status::ok);
    CHECK(std::isnan(result.total.sigma));
    CHECK(std::isnan(result.high_fit.amplitude.sigma));
    CHECK(std::isnan(result.cumulative_variance.back()));
}

// --- tails ------------------------------------------------------------------------------------------------------

TEST_CASE("a Guinier tail in closed form, also where the curve rises with q") {
    for (const auto& expected : reference::guinier_integrals) {
        CAPTURE(expected.b);
        const Doubles q = linear(expected.edge, 2 * expected.edge, 12);
        const Data data{q, map(q, [&](double x) { return 5 * std::exp(-expected.b * x * x); }), Doubles(12, 1.0), {}};
        const Result result = integrate(data, tails(LowTail::guinier, HighTail::none));
        // tests/reference/porod_invariant (mpmath quadrature); 1e-9: the accuracy of a fitted tail
        CHECK(result.low.value == near(5 * expected.integral, 1e-9));
        CHECK(result.low_fit.amplitude.value == Approx(5).epsilon(1e-9));
        CHECK(result.low_fit.shape.value == Approx(expected.b).epsilon(1e-8));
    }
}

TEST_CASE("the other tails recover the curve they were made from") {
    const Doubles q = linear(0.5, 4, 40);
    const auto fit = [&](auto curve, LowTail low, HighTail high) {
        return integrate(Data{q, map(q, curve), Doubles(40, 1e-8), {}}, tails(low, high));
    };
    // Closed forms of section "tails" in the header; 1e-9: the accuracy of a fitted tail
    const Result flat = fit([](double) { return 3.0; }, LowTail::flat, HighTail::none);
    CHECK(flat.low.value == near(3 * 0.125 / 3, 1e-9));
    CHECK(flat.low_fit.amplitude.sigma == near(1e-4 / std::sqrt(10.0), 1e-12));  // mean of ten points
    const Result low = fit([](double x) { return 2 * std::pow(x, -1.5); }, LowTail::power, HighTail::none);
    CHECK(low.low.value == near(2 * std::pow(0.5, 1.5) / 1.5, 1e-9));
    CHECK(low.low_fit.shape.value == near(1.5, 1e-9));
    const Result high = fit([](double x) { return 2 * std::pow(x, -3.5); }, LowTail::none, HighTail::power);
    CHECK(high.high.value == near(2 * std::pow(4.0, -0.5) / 0.5, 1e-9));
    CHECK(high.high_fit.amplitude.value == near(2 * std::pow(4.0, -3.5), 1e-9));
    const Result porod = fit([](double x) { return 2 / (x * x * x * x) - 0.1; }, LowTail::none, HighTail::porod);
    CHECK(porod.high.value == near(2 / 4.0, 1e-9));
    CHECK(porod.high_fit.amplitude.value == near(2, 1e-9));
    CHECK(porod.high_fit.shape.value == near(-0.1, 1e-9));
    CHECK(porod.status == Status::ok);
}

TEST_CASE("range and tails together give the total of Debye-Bueche and of spheres") {
    // 2 pi^2 phi (1-phi) drho^2 with I0 = 8 pi phi (1-phi) drho^2 xi^3 (xi = 1): total pi I0 / 4 exactly.
    // Tolerance 1 %: I is C q^-4 only to 1/q^2 at the last point.
    const double phi = 0.31, contrast = 0.7, product = phi * (1 - phi) * contrast * contrast;
    const Doubles q = logarithmic(0.08, 12, 300);
    const auto two_phases = [&](double x) { return 8 * pi * product * debye_bueche(x); };
    const Doubles intensity = map(q, two_phases);
    const Data data{q, intensity, map(intensity, [](double x) { return square(0.01 * x); }), {}};
    for (const HighTail high : {HighTail::power, HighTail::porod}) {
        const Result result = integrate(data, tails(LowTail::guinier, high));
        CHECK(result.total.value == near(2 * pi * pi * product, 0.01));
        CHECK(result.low.fraction + result.data.fraction + result.high.fraction == Approx(1).epsilon(1e-14));
    }
    // A sphere of radius 1 and dilute: I = phi V drho^2 P, int q^2 P = 3 pi / 2, so 2 pi^2 phi drho^2. The tail is
    // fitted over two oscillations of P (q from 14 to 20.3), weights 1/variance of 1 % errors of the envelope.
    const Doubles fine = linear(0.05, 20.3, 2000);
    const auto envelope = [](double x) { return square(0.01 * 4.5 / (1 + x * x * x * x)); };
    const auto dilute = [&](double x) { return phi * 4 * pi / 3 * contrast * contrast * sphere(x); };
    const Data spheres{fine, map(fine, dilute), map(fine, envelope), {}};
    const Result result = integrate(spheres, tails(LowTail::guinier, HighTail::porod, 620));
    CHECK(result.total.value == near(2 * pi * pi * phi * contrast * contrast, 0.01));
}

TEST_CASE("curves that fall as q^-2 or q^-3 have no invariant") {
    for (const auto& system : reference::systems) {
        if (!std::isnan(system.total_exact)) continue;
        CAPTURE(system.name);
        const Data data{system.q, system.intensity, map(system.sigma, square), {}};
        const Result result = integrate(data, tails(LowTail::guinier, HighTail::power));
        CHECK(result.status == Status::divergent);
        CHECK(std::isnan(result.total.value));
        CHECK(std::isnan(result.total.sigma));
        CHECK(std::isnan(result.high.value));
        CHECK(std::isnan(result.data.fraction));
        CHECK(result.high_fit.shape.value == Approx(2).epsilon(0.05));  // both tend to q^-2
        CHECK(result.data.value == result.trapezoid.value);
        CHECK(result.low.value > 0);
    }
    const Doubles q = linear(1, 3, 30);
    const Data steep{q, map(q, [](double x) { return std::pow(x, -2.999); }), Doubles(30, 1e-6), {}};
    CHECK(integrate(steep, tails(LowTail::none, HighTail::power)).status == Status::divergent);
    const Data cubic{q, map(q, [](double x) { return std::pow(x, -3.001); }), Doubles(30, 1e-6), {}};
    CHECK(integrate(cubic, tails(LowTail::power, HighTail::none)).status == Status::divergent);
}

TEST_CASE("a power that cannot be told from 3 gives no total") {
    const Doubles q = linear(1, 3, 30);
    const Doubles intensity = map(q, [](double x) { return std::pow(x, -3.1); });
    const Data data{q, intensity, map(intensity, [](double x) { return square(0.1 * x); }), {}};
    const Result result = integrate(data, tails(LowTail::none, HighTail::power));
    CHECK(result.high_fit.shape.value == near(3.1, 1e-8));
    CHECK(result.high_fit.shape.sigma > 0.05);
    CHECK(result.status == Status::divergent);
    CHECK(std::isnan(result.total.value));
    CHECK(result.data.value > 0);
}

TEST_CASE("just above q^-3 the tail is finite, dominates, and says how unsure it is") {
    const Doubles q = linear(1, 3, 30);
    const Doubles intensity = map(q, [](double x) { return std::pow(x, -3.1); });
    const Data data{q, intensity, map(intensity, [](double x) { return square(0.001 * x); }), {}};
    const Result result = integrate(data, tails(LowTail::none, HighTail::power));
    CHECK(result.status == Status::tail_dominates);
    CHECK(result.high.value == near(std::pow(3, -0.1) / 0.1, 1e-8));
    CHECK(result.high.fraction > 0.5);
    // dQ_high/dm = -Q_high/(m - 3) rules the error
    CHECK(result.high.sigma == near(result.high.value * result.high_fit.shape.sigma / 0.1, 0.05));
}

TEST_CASE("a tail that cannot be fitted leaves the measured part") {
    const Doubles q = linear(1, 3, 30);
    const Data negative{q, Doubles(30, -1.0), Doubles(30, 1.0), {}};
    const Result result = integrate(negative, tails(LowTail::none, HighTail::power));
    CHECK(result.status == Status::tail_not_fitted);
    CHECK(std::isnan(result.total.value));
    CHECK(result.data.value < 0);
}

// --- errors of the result ---------------------------------------------------------------------------------------

namespace {

/// Guinier below q = 1 and q^-4 above, joined at q = 1, so that Guinier and power tails of six points
/// are exact.
Data joined_curve() {
    Data data;
    data.q = linear(0.6, 1.5, 14);
    data.intensity =
        map(data.q, [](double x) { return x < 1 ? std::exp(-0.5 * x * x) : std::exp(-0.5) * std::pow(x, -4); });
    for (std::size_t i = 0; i < data.q.size(); ++i)
        data.variance.push_back(square((0.002 + 0.001 * std::cos(3.0 * static_cast<double>(i))) * data.intensity[i]));
    return data;
}

}  // namespace

TEST_CASE("the sigma of the total equals the one of a finite-difference Jacobian, tails included") {
    Data data = joined_curve();
    for (const HighTail high : {HighTail::power, HighTail::porod}) {
        for (const LowTail low : {LowTail::flat, LowTail::guinier, LowTail::power}) {
            // 1e-6 where the model is linear (flat, porod) or exact. A low power law fitted to the Guinier part
            // leaves residuals, whose second-order terms linear propagation neglects: 2 %.
            Options options = tails(low, high, 6);
            const Result result = integrate(data, options);
            double variance = 0;
            for (std::size_t i = 0; i < data.q.size(); ++i) {
                const double kept = data.intensity[i], step = 1e-5 * kept;
                data.intensity[i] = kept + step;
                const double above = integrate(data, options).total.value;
                data.intensity[i] = kept - step;
                const double below = integrate(data, options).total.value;
                data.intensity[i] = kept;
                variance += square((above - below) / (2 * step)) * data.variance[i];
            }
            CHECK(result.total.sigma == near(std::sqrt(variance), low == LowTail::power ? 0.02 : 1e-6));
        }
    }
}

TEST_CASE("tails share points with the measured part: sigma is not the sum in quadrature") {
    const Data data{{1, 2, 3}, {1, 1, 1}, {1, 1, 1}, {}};
    const Result result = integrate(data, tails(LowTail::flat, HighTail::none, 3));
    // Q = I1 (1/2 + 1/9) + I2 (4 + 1/9) + I3 (9/2 + 1/9), written out by hand
    const double exact = std::sqrt(square(0.5 + 1 / 9.0) + square(4 + 1 / 9.0) + square(4.5 + 1 / 9.0));
    CHECK(result.total.sigma == near(exact, 1e-13));
    CHECK(result.total.sigma > std::hypot(result.low.sigma, result.data.sigma));
}

TEST_CASE("the scatter of the total over simulated noise is its sigma") {
    const Data data = joined_curve();
    const Options options = tails(LowTail::guinier, HighTail::power, 6);
    const double sigma = integrate(data, options).total.sigma;
    const unsigned seed = 20240611;
    CAPTURE(seed);
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal;
    const int repeats = 20000;
    double sum = 0, sum_of_squares = 0;
    const double truth = integrate(data, options).total.value;
    for (int k = 0; k < repeats; ++k) {
        Data noisy = data;
        for (std::size_t i = 0; i < data.q.size(); ++i)
            noisy.intensity[i] += std::sqrt(data.variance[i]) * normal(generator);
        const double off = integrate(noisy, options).total.value - truth;
        sum += off;
        sum_of_squares += off * off;
    }
    // The standard deviation of n normal values has the relative error 1/sqrt(2 n); 4 of them.
    const double scatter = std::sqrt((sum_of_squares - sum * sum / repeats) / (repeats - 1));
    CHECK(scatter == near(sigma, 4 / std::sqrt(2.0 * repeats)));
}

// --- peers and shared data --------------------------------------------------------------------------------------

TEST_CASE("simulated curves of the shared data") {
    const auto folder = sluice::test::shared_data("sas/invariant");
    if (!folder) return;
    for (const auto& truth : read_json(*folder / "truth.json")) {
        const auto path = *folder / truth.at("file").get<std::string>();
        CAPTURE(path.string());
        const Data exact = read_csv(path, 3), noisy = read_csv(path, 1);
        const Result result = integrate(exact, {});
        // truth.json, made by independent code; 1e-10 as the csv holds 12 digits
        CHECK(result.total.value == near(truth.at("Q_trapezoid_noisefree"), 1e-10));
        CHECK(integrate(noisy, {}).total.value == near(truth.at("Q_trapezoid_noisy"), 1e-10));
        CHECK(result.total.sigma == near(truth.at("sigma_Q_trapezoid"), 1e-10));
        const bool oscillates = truth.at("system") == "sphere";
        const HighTail high = oscillates ? HighTail::porod : HighTail::power;
        const Result noisy_tails = integrate(noisy, tails(LowTail::guinier, high));
        if (truth.at("Q_total_exact").is_null()) {
            CHECK(noisy_tails.status == Status::divergent);
        } else if (truth.at("grid") == "log300") {
            // Two whole oscillations for the sphere (qR from 7.7 to 14), each weighted as its envelope q^-4: the
            // errors of the file, 0.4 % of I, would give the minima all the weight.
            Data weighted = exact;
            if (oscillates) weighted.variance = map(exact.q, [](double q) { return std::pow(q, -8); });
            const Result total =
                integrate(weighted, tails(LowTail::guinier, HighTail::porod, oscillates ? 32 : 10));
            CHECK(total.low.value == near(truth.at("Q_low_missing"), 0.02));
            CHECK(total.total.value == near(truth.at("Q_total_exact"), 0.02));
        }
    }
}

TEST_CASE("measured curves: SasView's invariant with the point it omits") {
    const auto folder = sluice::test::shared_data("sas/real");
    if (!folder) return;
    const auto sasview = read_json(*folder / "sasview_invariant.json").at("results");
    CHECK(sasview.size() == 6);
    for (const auto& [name, expected] : sasview.items()) {
        CAPTURE(name);
        const auto path = (*folder / name).replace_extension(".csv");
        const Result result = integrate(read_csv(path, 1), {});
        // SasView 5.0.5; its loop skips the second-last point. 1e-9: the csv holds 10 digits.
        const double omitted = expected.at("omitted_point_term");
        CHECK(result.total.value == near(expected.at("trapezoid_Q"), 1e-9));
        CHECK(result.total.sigma == near(expected.at("trapezoid_sigma_Q"), 1e-9));
        CHECK(result.total.value - omitted == near(expected.at("sasview").at("none").at(0), 1e-9));
    }
}

// --- errors -----------------------------------------------------------------------------------------------------

TEST_CASE("bad curves are refused with the place, the value and the remedy") {
    check_error({{0.1, 0.3, 0.3}, {1, 1, 1}, {}, {}}, {},
                "q[2] = 0.3 repeats q[1] = 0.3, q must be strictly increasing. Merge the two points or remove one.");
    check_error({{0.1, 0.3, 0.2}, {1, 1, 1}, {}, {}}, {},
                "q[2] = 0.2 is below q[1] = 0.3, q must be strictly increasing. Sort the curve by q.");
    check_error({{-0.1, 0.3}, {1, 1}, {}, {}}, {}, "q[0] = -0.1, must be finite and >= 0. Remove the point.");
    check_error({{0.1, unknown}, {1, 1}, {}, {}}, {}, "q[1] = nan, must be finite and >= 0. Remove the point.");
    check_error({{0.1, 0.2}, {1, 1}, {1, -2}, {}}, {}, "variance[1] = -2, must be >= 0. Mask the point.");
    check_error<std::invalid_argument>({{0.1, 0.2}, {1}, {}, {}}, {},
                                       "intensity has 1 points and q has 2. They must agree.");
    check_error<std::invalid_argument>({{0.1, 0.2}, {1, 1}, {1}, {}}, {},
                                       "variance has 1 points and q has 2. They must agree.");
    check_error<std::invalid_argument>({{0.1, 0.2}, {1, 1}, {}, {0}}, {},
                                       "mask has 1 points and q has 2. They must agree.");
}

TEST_CASE("a range with fewer than two points is refused") {
    Options options;
    options.q_min = 0.15;
    options.q_max = 0.4;
    check_error({{0.1, 0.2, 0.3}, {1, 1, unknown}, {}, {}}, options,
                "between q_min = 0.15 and q_max = 0.4 (in the unit of q), 1 of 3 points can be used (1 more are masked or not finite); "
                "at least 2 are needed. Widen the range.");
    check_error({}, {},
                "between q_min = 0 and q_max = inf (in the unit of q), 0 of 0 points can be used (0 more are masked or not finite); "
                "at least 2 are needed. Widen the range.");
    options.q_max = 0.15;
    check_error<std::invalid_argument>({{0.1, 0.2}, {1, 1}, {}, {}}, options,
                                       "q_min = 0.15, must be below q_max = 0.15.");
}

TEST_CASE("tails that the points cannot carry are refused") {
    const Data data{{0, 1, 2}, {1, 1, 1}, {1, 1, 0}, {}};
    check_error(data, tails(LowTail::none, HighTail::power),
                "the high tail is fitted to 10 points and 3 can be used. Lower high_points or widen the range.");
    check_error<std::invalid_argument>(data, tails(LowTail::none, HighTail::power, 1),
                                       "high_points = 1, must be at least 2 for this tail.");
    check_error(data, tails(LowTail::flat, HighTail::none, 1),
                "the first used point is at q = 0, so there is no low tail. Set low_tail = none.");
    check_error(data, tails(LowTail::none, HighTail::porod, 2),
                "variance[2] = 0 in the fit of the high tail, whose weights are 1/variance. Mask the point or drop the "
                "variances.");
}
