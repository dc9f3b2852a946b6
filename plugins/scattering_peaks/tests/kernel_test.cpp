// SPDX-License-Identifier: BSD-3-Clause
// Tests of the search and the fits of peaks: scipy, exact shapes, pulls of seeded noise, false peaks, and the shared data.
#include "../kernel.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <numbers>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "../points.hpp"
#include "reference/scattering_peaks/expected.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice::scattering_peaks;
using doctest::Approx;
using Function = std::function<double(double)>;

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

double square(double x) { return x * x; }

struct Data {
    Doubles q, intensity, variance;
    std::vector<std::uint8_t> mask;

    operator Curve() const { return {q, intensity, variance, mask}; }
};

/// Errors of `relative_sigma` times the root of the curve: those of counts.
Data curve_of(double first, double last, int n, const Function& function, double relative_sigma = 0) {
    Data data;
    for (int k = 0; k < n; ++k) {
        const double q = first + (last - first) * k / (n - 1);
        data.q.push_back(q);
        data.intensity.push_back(function(q));
        if (relative_sigma > 0) data.variance.push_back(square(relative_sigma) * std::abs(data.intensity.back()));
    }
    return data;
}

Function lorentzian(double position, double width, double prominence, double level = 0, double slope = 0) {
    return [=](double q) { return prominence / (1 + square(2 * (q - position) / width)) + level + slope * (q - position); };
}

Function gaussian(double position, double width, double prominence, double level = 0, double slope = 0) {
    return [=](double q) {
        return prominence * std::exp(-std::numbers::ln2 * square(2 * (q - position) / width)) + level + slope * (q - position);
    };
}

Function operator+(const Function& a, const Function& b) {
    return [=](double q) { return a(q) + b(q); };
}

Data noisy(Data data, std::mt19937_64& random) {
    for (std::size_t i = 0; i < data.q.size(); ++i)
        data.intensity[i] += std::normal_distribution<double>(0, std::sqrt(data.variance[i]))(random);
    return data;
}

Options with(Method method) {
    Options options;
    options.method = method;
    return options;
}

Result peaks_of(const Data& data, const Options& options = {}) { return find_peaks(data, data, options); }

constexpr Method all_methods[] = {Method::quartic, Method::parabola, Method::lorentzian, Method::gaussian};

/// Mean and width of pulls.
struct Pulls {
    double sum = 0, squares = 0;
    int n = 0;

    void add(const Value& found, double truth) {
        const double pull = (found.value - truth) / std::sqrt(found.variance);
        sum += pull, squares += pull * pull, ++n;
    }
    /// Of 400 standard normal numbers: mean 0 +- 0.05, width 1 +- 0.035.
    void check() const {
        CHECK(std::abs(sum / n) < 0.2);
        CHECK(std::sqrt(squares / n) > 0.85);
        CHECK(std::sqrt(squares / n) < 1.2);
    }
};

Data read_csv(const std::filesystem::path& path) {
    std::ifstream file(path);
    Data data;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream cells(line);
        Doubles row;
        for (std::string cell; std::getline(cells, cell, ',');) row.push_back(std::stod(cell));
        data.q.push_back(row.at(0));
        data.intensity.push_back(row.at(1));
        data.variance.push_back(square(row.at(2)));
    }
    return data;
}

}  // namespace

// --- search -----------------------------------------------------------------------------------------------------

TEST_CASE("maxima and prominences are those of scipy.signal, plateaus included") {
    Data data{{}, reference::rough, Doubles(reference::rough.size(), 0.5), {}};
    for (std::size_t i = 0; i < data.intensity.size(); ++i) data.q.push_back(static_cast<double>(i));
    Options options;
    options.significance = 1e-9;
    const auto found = find_candidates(usable_points(data, data, {}), options);
    REQUIRE(found.size() == reference::tops.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        CHECK(found[i].top == reference::tops[i]);
        CHECK(found[i].prominence == near(reference::prominences[i], 1e-12));
        CHECK(found[i].significance == near(reference::prominences[i], 1e-12));  // the noise of a difference is 1
    }
    options.significance = 3;
    const auto kept =
        std::count_if(reference::prominences.begin(), reference::prominences.end(), [](double p) { return p >= 3; });
    CHECK(static_cast<std::ptrdiff_t>(find_candidates(usable_points(data, data, {}), options).size()) == kept);
    options.significance = 1e-9;
    options.smallest_prominence = 3;
    CHECK(static_cast<std::ptrdiff_t>(find_candidates(usable_points(data, data, {}), options).size()) == kept);
}

TEST_CASE("noise alone, flat or on a slope, with known errors or not, has no peaks" * doctest::test_suite("long")) {
    constexpr std::uint64_t seed = 1414213;
    MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    std::ptrdiff_t found = 0;
    for (int k = 0; k < 400; ++k) {
        auto flat = noisy(curve_of(
                              1, 20, 1000, [](double) { return 10.0; }, 0.1),
                          random);
        auto slope = noisy(curve_of(
                               0.3, 20, 1000, [](double q) { return 50 / q + 2; }, 0.1),
                           random);
        found += peaks_of(flat).count + peaks_of(slope).count;
        flat.variance.clear();
        found += peaks_of(flat).count;
    }
    CHECK(found <= 3);  // fewer than 0.001 per curve: 1.2 of 1200
}

TEST_CASE("a weak peak on a steep slope is found; a shoulder without a maximum is not") {
    const Function steep = [](double q) { return 100 * std::pow(q, -2); };
    std::mt19937_64 random(3);
    const auto found = peaks_of(noisy(curve_of(1, 20, 800, steep + gaussian(12, 2, 3, 1), 0.1), random));
    CHECK(found.count == 1);
    CHECK(found.peaks[0].status == Status::ok);
    CHECK(std::abs(found.peaks[0].position.value - 12) < 0.1);
    CHECK(peaks_of(curve_of(1, 5, 400, steep + gaussian(3, 1, 1), 0.01)).count == 0);
}

// --- fits -------------------------------------------------------------------------------------------------------

TEST_CASE("scipy finds the same peak on a line: values, variances, chi-square") {
    for (const auto& expected : reference::cases) {
        CAPTURE(std::string(expected.name));
        Data data{reference::q, expected.intensity, {}, {}};
        for (const double sigma : expected.sigma) data.variance.push_back(square(sigma));
        Options options = with(expected.method);
        options.windows = {{6, 10}};
        const auto result = peaks_of(data, options);
        REQUIRE(result.peaks.size() == 1);
        const auto& peak = result.peaks[0];
        REQUIRE(peak.status == Status::ok);
        const auto same = [](const Value& found, const reference::Found& other) {
            CHECK(found.value == near(other.value, 1e-6));  // scipy takes differences for its derivatives
            CHECK(found.variance == near(other.variance, 1e-5));
        };
        same(peak.position, expected.position);
        same(peak.width, expected.width);
        same(peak.prominence, expected.prominence);
        same(peak.height, expected.height);
        if (!data.variance.empty()) CHECK(peak.reduced_chi_square == near(expected.reduced_chi_square, 1e-8));
        CHECK(std::isnan(peak.reduced_chi_square) == data.variance.empty());
    }
}

TEST_CASE("exact shapes on a line are given back, in any unit of q and intensity, with or without variances") {
    for (const double scale : {1.0, 0.1, 1e4})
        for (const double unit : {1.0, 1e-6})
            for (const double sigma : {0.0, 1e-3})
                for (const Method method : {Method::lorentzian, Method::gaussian}) {
                    CAPTURE(scale);
                    CAPTURE(unit);
                    const auto shape = method == Method::gaussian ? gaussian : lorentzian;
                    const auto data = curve_of(4 * scale, 12 * scale, 200,
                                               shape(8.1 * scale, 1.3 * scale, 5 * unit, 2 * unit, 0.1 * unit / scale),
                                               sigma * std::sqrt(unit));
                    const auto result = peaks_of(data, with(method));
                    CHECK(result.count == 1);
                    const auto& peak = result.peaks[0];
                    CHECK(peak.status == Status::ok);
                    CHECK(peak.position.value == near(8.1 * scale, 1e-8));
                    CHECK(peak.width.value == near(1.3 * scale, 1e-7));
                    CHECK(peak.prominence.value == near(5 * unit, 1e-7));
                    CHECK(peak.height.value == near(7 * unit, 1e-8));
                    // Integrals over all q: of a Lorentzian pi/2 h w, of a Gaussian h sigma sqrt(2 pi), w = sigma sqrt(8 ln 2)
                    const double factor = method == Method::gaussian
                                              ? std::sqrt(2 * std::numbers::pi) / std::sqrt(8 * std::numbers::ln2)
                                              : std::numbers::pi / 2;
                    CHECK(peak.area.value == near(factor * 5 * 1.3 * unit * scale, 1e-7));
                    CHECK(result.peaks[1].status == Status::absent);
                    CHECK(std::isnan(result.peaks[1].position.value));
                }
}

TEST_CASE("a parabola through five points: position, height and their variances by hand") {
    const Data data{{1, 2, 3, 4, 5}, {0, 3, 4, 3, 0}, Doubles(5, 1e-2), {}};  // 4 - (q - 3)^2
    const auto result = peaks_of(data, with(Method::parabola));
    const auto& peak = result.peaks[0];
    CHECK(peak.status == Status::ok);
    CHECK(peak.points == 5);
    CHECK(peak.position.value == near(3, 1e-14));
    CHECK(peak.position.variance == near(1e-2 / 10 / 4, 1e-12));  // var b / (2 c)^2, var b = s^2 / sum x^2
    CHECK(peak.height.value == near(4, 1e-14));
    CHECK(peak.height.variance == near(1e-2 * 17 / 35, 1e-12));  // Savitzky and Golay (1964): the middle of five points
    CHECK(peak.significance == near(4 / std::sqrt(2e-2), 1e-12));
    CHECK(peak.reduced_chi_square < 1e-20);
    CHECK(result.curve[1] == near(3, 1e-13));
    CHECK(std::isnan(peak.area.value));
}

TEST_CASE("a polynomial of degree 4 is its own maximum") {
    // I' = -4 (q - 5) ((q - 5)^2 + 1): one maximum, at 5
    const auto data = curve_of(
        3, 8, 300, [](double q) { return 20 - std::pow(q - 5, 4) - 2 * square(q - 5); }, 0.01);
    const auto peak = peaks_of(data).peaks[0];
    CHECK(peak.position.value == near(5, 1e-12));
    CHECK(peak.height.value == near(20, 1e-12));
}

TEST_CASE("noise-free peaks: the bias of the polynomials") {
    // Maximum of the curve, on slopes too; 100 points per width, errors of 1 % of the prominence of 10. The window follows
    // from these errors; the bias is to stay below a part of the standard error.
    for (const double slope : {0.0, -0.3})
        for (const auto& shape : {lorentzian(8, 1, 10, 0, slope), gaussian(8, 1, 10, 0, slope)}) {
            double top = 0, height = 0;
            for (double q = 7.5; q < 8.5; q += 1e-5)
                if (shape(q) > height) top = q, height = shape(q);
            auto data = curve_of(5, 11, 601, shape);
            data.variance.assign(601, 1e-2);
            for (const Method method : {Method::quartic, Method::parabola}) {
                const auto peak = peaks_of(data, with(method)).peaks[0];
                CAPTURE(slope);
                CHECK(peak.status == Status::ok);
                CHECK(std::abs(peak.position.value - top) < 0.2 * std::sqrt(peak.position.variance) + 1e-5);
                CHECK(std::abs(peak.height.value - height) < 0.5 * std::sqrt(peak.height.variance));
            }
        }
}

TEST_CASE("the width at half prominence of a curve without noise") {
    const auto data = curve_of(2, 14, 1201, gaussian(8, 1.5, 10, 1), 1e-3);
    for (const Method method : {Method::quartic, Method::parabola}) {
        const auto peak = peaks_of(data, with(method)).peaks[0];
        CHECK(peak.width.value == near(1.5, 1e-2));
        CHECK(peak.prominence.value == near(10, 1e-3));
    }
}

TEST_CASE("pulls of position, height and width of 400 noisy peaks are standard normal" * doctest::test_suite("long")) {
    constexpr std::uint64_t seed = 1618033;
    MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    for (const Method method : all_methods)
        for (const int n : {100, 600})
            for (const double sigma : {0.1, 0.02}) {
                if (method == Method::parabola && n == 100 && sigma < 0.1) continue;  // 12 points per width: see the page
                CAPTURE(static_cast<int>(method));
                CAPTURE(n);
                CAPTURE(sigma);
                const auto shape = method == Method::lorentzian ? lorentzian(8, 2, 10, 2) : gaussian(8, 2, 10, 2);
                const auto exact = curve_of(2, 18, n, shape, sigma);
                Pulls position, height, width, area;
                int fitted = 0, extra = 0;
                for (int k = 0; k < 400; ++k) {
                    const auto result = peaks_of(noisy(exact, random), with(method));
                    extra += result.count != 1;
                    const auto& peak = result.peaks[0];
                    if (peak.status != Status::ok && peak.status != Status::poor_fit) continue;
                    ++fitted;
                    position.add(peak.position, 8);
                    height.add(peak.height, 12);
                    width.add(peak.width, 2);
                    area.add(peak.area, (method == Method::gaussian ? std::sqrt(std::numbers::pi / std::numbers::ln2) / 2
                                                                    : std::numbers::pi / 2) *
                                            20);
                }
                CHECK(extra == 0);
                CHECK(fitted >= 390);
                position.check();
                height.check();
                if (method == Method::quartic || method == Method::parabola) continue;  // widths: a description, see the page
                width.check();
                area.check();
            }
}

TEST_CASE("fitting the raw curve where a smoothed one was searched gives honest errors" * doctest::test_suite("long")) {
    constexpr std::uint64_t seed = 662607;
    MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    // Noise so large that the raw curve shows no peak of 6 times the noise; a moving mean of 21 points does.
    const auto exact = curve_of(2, 14, 500, gaussian(8, 2, 4, 4), 0.7);
    Pulls position;
    int raw = 0;
    for (int k = 0; k < 400; ++k) {
        const auto data = noisy(exact, random);
        Data smooth = data;
        for (std::size_t i = 10; i + 10 < 500; ++i) {
            smooth.intensity[i] = smooth.variance[i] = 0;
            for (std::size_t j = i - 10; j <= i + 10; ++j)
                smooth.intensity[i] += data.intensity[j] / 21, smooth.variance[i] += data.variance[j] / 441;
        }
        smooth.mask.assign(500, 0);
        for (std::size_t i = 0; i < 10; ++i) smooth.mask[i] = smooth.mask[499 - i] = 1;
        raw += peaks_of(data).count > 0;
        const auto result = find_peaks(data, smooth, with(Method::gaussian));
        REQUIRE(result.count >= 1);
        const auto best = std::max_element(result.peaks.begin(), result.peaks.end(), [](const Peak& a, const Peak& b) {
            return std::isnan(a.significance) || a.significance < b.significance;
        });
        if (best->status == Status::ok || best->status == Status::poor_fit) position.add(best->position, 8);
    }
    CHECK(raw < 200);
    CHECK(position.n > 390);
    position.check();
}

TEST_CASE("without variances noise and covariance come from the scatter") {
    std::mt19937_64 random(11);
    auto data = curve_of(2, 18, 400, lorentzian(8, 2, 10, 2));
    data.variance.assign(400, 0.01);
    data = noisy(data, random);
    for (const Method method : {Method::quartic, Method::parabola, Method::lorentzian}) {
        auto plain = data;
        plain.variance.clear();
        const auto without = peaks_of(plain, with(method)), known = peaks_of(data, with(method));
        REQUIRE(without.count == 1);
        const auto &a = without.peaks[0], &b = known.peaks[0];
        CHECK(a.significance == near(b.significance, 0.15));  // the noise from the median of 398 differences
        CHECK(std::abs(a.position.value - 8) < 4 * std::sqrt(a.position.variance));
        CAPTURE(a.points);
        CHECK(std::sqrt(a.position.variance / b.position.variance) ==
              near(1, 4 / std::sqrt(2.0 * static_cast<double>(a.points - 5))));
    }
}

// --- which peaks ------------------------------------------------------------------------------------------------

TEST_CASE("several peaks come in the order of q; with too few places the most significant ones get them") {
    const auto data = curve_of(1, 20, 1500, gaussian(4, 0.8, 3, 1) + gaussian(8, 1, 10) + gaussian(15, 1.5, 6), 0.02);
    const auto three = peaks_of(data);
    CHECK(three.count == 3);
    CHECK(three.peaks.size() == 8);
    CHECK(three.peaks[0].position.value == near(4, 1e-3));
    CHECK(three.peaks[1].position.value == near(8, 1e-3));
    CHECK(three.peaks[2].position.value == near(15, 1e-3));
    CHECK(three.peaks[3].status == Status::absent);
    Options two;
    two.max_peaks = 2;
    const auto most = peaks_of(data, two);
    CHECK(most.count == 3);
    CHECK(most.peaks.size() == 2);
    CHECK(most.peaks[0].position.value == near(8, 1e-3));
    CHECK(most.peaks[1].position.value == near(15, 1e-3));
    Options range;
    range.range = {2, 10};
    CHECK(peaks_of(data, range).count == 2);
}

TEST_CASE("each window has its own place, whatever the others hold") {
    const auto data = curve_of(1, 20, 1500, gaussian(8, 1, 10, 1) + gaussian(10, 1, 4) + gaussian(15, 1.5, 6), 0.02);
    Options options;
    options.windows = {{2, 5}, {6.5, 12}, {12, 18}};
    const auto result = peaks_of(data, options);
    REQUIRE(result.peaks.size() == 3);
    CHECK(result.peaks[0].status == Status::absent);
    CHECK(result.peaks[1].position.value == near(8, 1e-3));  // the more prominent of two
    CHECK(result.peaks[2].position.value == near(15, 1e-3));
    CHECK(result.count == 3);
}

TEST_CASE("a limit rounded by a change of unit keeps its point") {
    auto data = curve_of(0.01, 0.1, 91, gaussian(0.05, 0.01, 10, 1), 0.02);
    data.q[60] = 0.07;
    Options options;
    options.method = Method::gaussian;
    options.windows = {{0.0295, 0.7 * 0.1}};
    REQUIRE(options.windows[0].to < 0.07);
    CHECK(peaks_of(data, options).peaks.at(0).points == 41);
}

TEST_CASE("masked points, and those without value or variance in either curve, do not count") {
    std::mt19937_64 random(5);
    const auto clean = noisy(curve_of(2, 18, 300, gaussian(8, 2, 10, 2), 0.05), random);
    auto data = clean;
    data.mask.assign(300, 0);
    data.intensity[110] = 99, data.mask[110] = 1;
    data.intensity[113] = unknown;
    data.intensity[116] = 99, data.variance[116] = 0;
    auto search = clean;
    search.intensity[118] = std::numeric_limits<double>::infinity();
    Data kept;
    for (std::size_t i = 0; i < 300; ++i)
        if (i != 110 && i != 113 && i != 116 && i != 118)
            kept.q.push_back(clean.q[i]), kept.intensity.push_back(clean.intensity[i]),
                kept.variance.push_back(clean.variance[i]);
    for (const Method method : all_methods) {
        const auto found = find_peaks(data, search, with(method)), expected = peaks_of(kept, with(method));
        CHECK(found.count == 1);
        CHECK(found.peaks[0].position.value == expected.peaks[0].position.value);
        CHECK(found.peaks[0].height.variance == expected.peaks[0].height.variance);
        CHECK(found.peaks[0].points == expected.peaks[0].points);
    }
}

TEST_CASE("curves that are negative, tiny or empty") {
    auto negative = curve_of(2, 18, 300, gaussian(8, 2, 10, -30));
    negative.variance.assign(300, 0.01);
    CHECK(peaks_of(negative).peaks[0].height.value == near(-20, 1e-3));
    CHECK(peaks_of({}).count == 0);
    CHECK(peaks_of({{1}, {1}, {}, {}}).count == 0);
    CHECK(peaks_of({{1, 2}, {1, 2}, {}, {}}).count == 0);
    const Data three{{1, 2, 3}, {0, 5, 0}, {1e-2, 1e-2, 1e-2}, {}};
    for (const Method method : all_methods) {
        const auto result = peaks_of(three, with(method));
        CHECK(result.count == 1);
        CHECK(result.peaks[0].status == Status::too_few_points);
        CHECK(std::isnan(result.peaks[0].position.value));
    }
    CHECK(peaks_of(curve_of(1, 9, 50, [](double q) { return q; })).count == 0);  // the ends are no peaks
}

TEST_CASE("a shape that does not describe its points is called poor") {
    const auto data = curve_of(2, 14, 400, lorentzian(8, 2, 10, 2), 0.01);
    const auto peak = peaks_of(data, with(Method::gaussian)).peaks[0];
    CHECK(peak.status == Status::poor_fit);
    CHECK(peak.reduced_chi_square > 10);
    CHECK(peak.position.value == near(8, 1e-6));
}

TEST_CASE("bad options and curves are refused") {
    const auto data = curve_of(1, 9, 50, [](double q) { return q; });
    const auto refused = [&](const Options& options, const char* text) {
        CHECK_THROWS_WITH_AS((void)peaks_of(data, options), text, std::invalid_argument);
    };
    Options options;
    options.windows = {{3, 2}};
    refused(options, "windows[0] goes from 3 to 2, must go upwards.");
    options.windows = {{1, 4}, {3, 6}};
    refused(options, "windows[1] begins at 3, before windows[0] ends at 4. Windows must follow one another without overlap.");
    options.windows.clear();
    options.range = {5, 5};
    refused(options, "q_min = 5, must be below q_max = 5.");
    CHECK_THROWS_WITH_AS((void)peaks_of({{1, 2, 2}, {1, 2, 1}, {}, {}}),
                         "q[2] = 2 does not lie above q[1] = 2. Sort the curve by q and merge repeated points.",
                         std::domain_error);
    CHECK_THROWS_WITH_AS((void)peaks_of({{1, 2}, {1}, {}, {}}), "intensity has 1 points and q has 2. They must agree.",
                         std::invalid_argument);
}

// --- shared data ------------------------------------------------------------------------------------------------

TEST_CASE("peaks of the simulated curves of the shared data") {
    const auto folder = sluice::test::shared_data("sas");
    if (!folder) return;
    const auto read_json = [&](const char* name) {
        std::ifstream file(*folder / name);
        return nlohmann::json::parse(file);
    };
    // truth.json gives the highest point of the exact curve on its grid: half a step is added to 4 standard errors.
    const auto main_peak = [&](const char* file, double q, double height) {
        CAPTURE(std::string(file));
        const auto data = read_csv(*folder / file);
        const double step = data.q[1] - data.q[0];
        const auto result = peaks_of(data);
        bool found = false;
        for (const auto& peak : result.peaks) {
            if (!(std::abs(peak.position.value - q) < 1)) continue;
            found = true;
            CHECK(std::abs(peak.position.value - q) < 4 * std::sqrt(peak.position.variance) + step / 2);
            CHECK(peak.height.value == near(height, 0.03));
        }
        CHECK(found);
    };
    for (const auto& truth : read_json("denoise/truth.json"))
        for (const auto& peak : truth.at("peaks_true"))
            main_peak(("denoise/" + truth.at("file").get<std::string>()).c_str(), peak.at("q"), peak.at("I"));
    const auto mixture = read_json("mixture/truth.json");   // kept: what .at() gives lives in it
    for (const auto& truth : mixture.at("rows"))
        main_peak(("mixture/" + truth.at("file").get<std::string>()).c_str(), truth.at("main_peak_q"), truth.at("main_peak_I"));
}
