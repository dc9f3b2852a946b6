// SPDX-License-Identifier: BSD-3-Clause
// Order metrics against closed forms, a covariance written out, derivatives by differences, and simulated data with known truth.
#include "../kernel.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numbers>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/shared_data.hpp"

namespace {

using namespace sluice::order_metrics;
using doctest::Approx;
using Doubles = std::vector<double>;
using Table = std::vector<Doubles>;

constexpr double pi = std::numbers::pi, fwhm = 2.3548200450309493;  // of a Gaussian of standard deviation 1: sqrt(8 ln 2)

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

Doubles grid(double first, double step, int count) {
    Doubles out;
    for (int i = 0; i < count; ++i) out.push_back(first + step * i);
    return out;
}

Doubles applied(const Doubles& x, const std::function<double(double)>& f) {
    Doubles out;
    for (const double each : x) out.push_back(f(each));
    return out;
}

double gauss(double u) { return std::exp(-u * u / 2); }

/// A curve that nothing but its first peak is wanted of.
Options peak_alone(PeakMethod method = PeakMethod::polynomial) {
    Options options;
    options.short_range = options.medium_range = options.decay_range = std::nullopt;
    options.method = method;
    return options;
}

Options shell(Coordination rule, double density) {
    Options options = peak_alone();
    options.coordination = rule;
    options.density = {density, 0};
    return options;
}

/// Columns of a text file of numbers; lines that begin with # are left out.
Table columns(const std::filesystem::path& path) {
    std::ifstream file(path);
    Table out;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream words(line);
        double value = 0;
        for (std::size_t i = 0; words >> value; ++i) {
            if (out.size() <= i) out.emplace_back();
            out[i].push_back(value);
        }
    }
    return out;
}

std::string refusal(const std::function<void()>& f) {
    try {
        f();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no error";
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

/// The covariance of G written out as a double sum, and S with errors that differ from point to point.
struct Model {
    Doubles r = grid(0, 0.05, 201), q = grid(0.5, 0.05, 400), reduced, variance;
    Transform transform{0.5, 20.45, sluice::numerics::Window::lorch, 0};
    Table covariance;

    static const Model& get() {
        static const Model model;
        return model;
    }
    Model() {
        reduced = applied(r, [](double x) {
            return 3 * gauss((x - 2.9) / 0.25) - 1.5 * gauss((x - 3.8) / 0.3) + 1.2 * gauss((x - 5) / 0.4) +
                   0.8 * std::exp(-x / 6) * std::sin(2.7 * x - 1);
        });
        for (const double each : q) variance.push_back(std::pow(0.001 + 0.0004 * each, 2) * (1 + 0.5 * std::sin(each)));
        for (std::size_t i = 0; i < r.size(); ++i) {
            covariance.emplace_back(r.size(), 0.0);
            for (std::size_t j = 0; j <= i; ++j) covariance[i][j] = covariance[j][i] = element(i, j);
        }
    }
    [[nodiscard]] double element(std::size_t i, std::size_t j) const {
        double sum = 0;
        for (std::size_t k = 0; k < q.size(); ++k) {
            const double weight = k == 0 || k + 1 == q.size() ? 0.025 : 0.05;
            const double window = std::sin(pi * q[k] / 20.45) / (pi * q[k] / 20.45);
            sum += std::pow(2 / pi * weight * q[k] * window, 2) * variance[k] * std::sin(q[k] * r[i]) * std::sin(q[k] * r[j]);
        }
        return sum;
    }
    /// of numbers, by central differences of them with respect to every point.
    [[nodiscard]] Doubles variances_of(const std::function<Doubles(const Doubles&)>& numbers) const {
        Table gradient;  // by point, then number
        Doubles changed = reduced;
        constexpr double h = 1e-5;
        for (std::size_t i = 0; i < r.size(); ++i) {
            changed[i] = reduced[i] + h;
            gradient.push_back(numbers(changed));
            changed[i] = reduced[i] - h;
            const Doubles below = numbers(changed);
            for (std::size_t n = 0; n < below.size(); ++n) gradient.back()[n] = (gradient.back()[n] - below[n]) / (2 * h);
            changed[i] = reduced[i];
        }
        Doubles out(gradient[0].size(), 0.0);
        for (std::size_t n = 0; n < out.size(); ++n)
            for (std::size_t i = 0; i < r.size(); ++i)
                for (std::size_t j = 0; j < r.size(); ++j) out[n] += gradient[i][n] * covariance[i][j] * gradient[j][n];
        return out;
    }
};

}  // namespace

TEST_CASE("rms of a sine over whole periods is its amplitude over the root of 2") {
    const Doubles r = grid(0, 0.01, 2101);
    const Doubles g = applied(r, [](double x) { return 0.7 * std::sin(2 * pi * (x - 2) / 1.5); });
    const auto out = measure({r, g, {}}, {}, {});
    CHECK(out.short_range.rms.value == near(0.7 / std::sqrt(2), 1e-12));
    CHECK(out.medium_range.rms.value == near(0.7 / std::sqrt(2), 1e-12));  // 8 periods
    CHECK(std::isnan(out.short_range.noise));
    CHECK(std::isnan(out.short_range.rms.variance));
    CHECK(std::isnan(out.coordination_number.value));  // no density
}

TEST_CASE("the noise is taken off, and less than the noise is negative") {
    const Doubles r = grid(0, 0.01, 2001), g(r.size(), 0.5);
    const auto with = [&](double variance) {
        return measure({r, g, {}}, Covariance(Doubles(r.size(), variance)), {}).short_range;
    };
    CHECK(with(0.09).rms.value == near(0.4, 1e-12));  // 0.25 - 0.09 = 0.16
    CHECK(with(0.09).noise == near(0.3, 1e-12));
    CHECK(with(0.34).rms.value == near(-0.3, 1e-12));
    CHECK(with(0).rms.value == near(0.5, 1e-12));
}

TEST_CASE("the first peak of a Gaussian: position, height, width") {
    const double at = 2.8838, high = 3.5, sigma = 0.21;
    const auto shape = [&](double x) { return high * gauss((x - at) / sigma); };
    for (const double step : {0.01, 0.02, 0.05}) {
        CAPTURE(step);
        const Doubles r = grid(0, step, static_cast<int>(8 / step)), g = applied(r, shape);
        const auto polynomial = measure({r, g, {}}, {}, peak_alone());
        CHECK(std::abs(polynomial.first_peak.position.value - at) < 2e-5);
        CHECK(polynomial.first_peak.height.value == near(high, 1e-3));
        CHECK(polynomial.first_peak_width.value == near(fwhm * sigma, 5e-3));
        const auto gaussian = measure({r, g, {}}, {}, peak_alone(PeakMethod::gaussian));
        CHECK(gaussian.first_peak.position.value == near(at, 1e-9));
        CHECK(gaussian.first_peak.height.value == near(high, 1e-9));
        CHECK(gaussian.first_peak_width.value == near(fwhm * sigma, 1e-9));
    }
}

TEST_CASE("on a slope the polynomial finds the maximum of the curve") {
    const Doubles r = grid(0, 0.01, 801), g = applied(r, [](double x) { return 3 * gauss((x - 3) / 0.2) - 0.9 * x; });
    const auto out = measure({r, g, {}}, {}, peak_alone());
    double u = 0;  // d/dx: -75 u exp(-12.5 u^2) = 0.9
    for (int i = 0; i < 50; ++i) u = -0.9 / (75 * std::exp(-12.5 * u * u));
    CHECK(std::abs(out.first_peak.position.value - (3 + u)) < 2e-5);
}

TEST_CASE("the first peak is the first prominent one, not the highest, and ripples are none") {
    const Doubles r = grid(0, 0.01, 1001);
    const Doubles g = applied(r, [](double x) {
        return 0.15 * gauss((x - 1.3) / 0.1) + 2 * gauss((x - 2.5) / 0.15) + 3 * gauss((x - 4) / 0.15) +
               1 * gauss((x - 6) / 0.2) + 0.01 * std::sin(40 * x);
    });
    auto options = peak_alone();
    auto out = measure({r, g, {}}, {}, options);
    CHECK(out.first_peak.position.value == near(2.5, 5e-3));
    CHECK(out.count == 3);
    CHECK(out.peaks.size() == 3);
    CHECK(out.peaks[2].position.value == near(6, 5e-3));
    options.max_peaks = 2;
    options.first_peak_prominence = 0.8;
    out = measure({r, g, {}}, {}, options);
    CHECK(out.first_peak.position.value == near(4, 5e-3));
    CHECK(out.count == 3);
    CHECK(out.peaks.size() == 2);
    options.peaks.from = 4.5;
    CHECK(measure({r, g, {}}, {}, options).first_peak.position.value == near(6, 5e-3));
    options.significance = 5;  // of noise 1 none is left
    out = measure({r, g, {}}, Covariance(Doubles(r.size(), 1.0)), options);
    CHECK(out.status == Status::no_peak);
    CHECK(std::isnan(out.first_peak.position.value));
}

TEST_CASE("a first peak at the edge of the range") {
    const Doubles r = grid(0, 0.01, 801), g = applied(r, [](double x) { return gauss((x - 3) / 0.3); });
    auto options = peak_alone();
    options.peaks = {1, 2.8};
    CHECK(measure({r, g, {}}, {}, options).status == Status::at_edge);
    options.peaks = {3.2, 8};
    CHECK(measure({r, g, {}}, {}, options).status == Status::at_edge);
    const Doubles falling = applied(r, [](double x) { return -x; });
    CHECK(measure({r, falling, {}}, {}, peak_alone()).status == Status::no_peak);
}

TEST_CASE("coordination of one shell of 12 neighbours") {
    const double density = 0.05, at = 2.8, sigma = 0.12, neighbours = 12;
    const Doubles r = grid(0, 0.01, 601);
    const auto g_of = [&](const std::function<double(double)>& rdf) {
        return applied(r, [&](double x) { return x > 0 ? rdf(x) / x - 4 * pi * density * x : 0.0; });
    };
    const double norm = 1 / (sigma * std::sqrt(2 * pi));
    const Doubles symmetric = g_of([&](double x) { return neighbours * norm * gauss((x - at) / sigma); });

    auto options = shell(Coordination::limits, density);
    options.from = 1.8;
    options.to = 3.8;
    auto out = measure({r, symmetric, {}}, {}, options);
    CHECK(out.coordination_number.value == near(neighbours, 1e-9));
    options.to = at;  // a limit on a steep slope: half, to the error of straight pieces
    CHECK(measure({r, symmetric, {}}, {}, options).coordination_number.value == near(neighbours / 2, 1e-3));
    options.to = at + 0.003;
    CHECK(measure({r, symmetric, {}}, {}, options).coordination_number.value == near(neighbours * (0.5 + 0.003 * norm), 1e-3));

    out = measure({r, symmetric, {}}, {}, shell(Coordination::symmetric_radial, density));
    CHECK(out.coordination_number.value == near(neighbours, 2e-3));
    CHECK(out.coordination_to.value == near(at, 1e-4));
    // T symmetric: T = 12 / at gauss / ..., of which 2 int_0^at r T dr = 12 (1 - 2 sigma / (at sqrt(2 pi))).
    const Doubles total = g_of([&](double x) { return neighbours * x / at * norm * gauss((x - at) / sigma); });
    out = measure({r, total, {}}, {}, shell(Coordination::symmetric_total, density));
    CHECK(out.coordination_to.value == near(at, 1e-4));
    CHECK(out.coordination_number.value == near(neighbours * (1 - 2 * sigma / (at * std::sqrt(2 * pi))), 2e-3));
}

TEST_CASE("coordination to the first minimum of g, between two shells") {
    const double density = 0.05, sigma = 0.15;
    const Doubles r = grid(0, 0.01, 801);
    // g = sum of two Gaussians in r: the minimum is half way between equal ones.
    const auto pair = [&](double x) { return 4 * (gauss((x - 2.6) / sigma) + gauss((x - 3.4) / sigma)); };
    const Doubles g = applied(r, [&](double x) { return 4 * pi * density * x * (pair(x) - 1); });
    const auto out = measure({r, g, {}}, {}, shell(Coordination::first_minimum, density));
    CHECK(out.coordination_to.value == near(3.0, 1e-4));
    // 4 pi rho int 4 r^2 gauss over the left one: 16 pi rho sigma sqrt(2 pi) (2.6^2 + sigma^2), both cut at 3 sigma 8/9 alike to
    // 1e-3
    CHECK(out.coordination_number.value ==
          near(16 * pi * density * sigma * std::sqrt(2 * pi) * (2.6 * 2.6 + sigma * sigma), 0.01));
    CHECK(out.status == Status::ok);
    const Doubles cut(g.begin(), g.begin() + 290), cut_r(r.begin(), r.begin() + 290);
    CHECK(measure({cut_r, cut, {}}, {}, shell(Coordination::first_minimum, density)).status == Status::at_edge);

    // One curve of a series whose end lies in front of the begin, or whose limits are masked: a status, no end of the run.
    auto given = shell(Coordination::first_minimum, density);
    given.from = 3.1;
    const auto behind = measure({r, g, {}}, {}, given);
    CHECK(behind.status == Status::at_edge);
    CHECK(std::isnan(behind.coordination_number.value));
    CHECK(behind.first_peak.position.value == out.first_peak.position.value);
    given = shell(Coordination::limits, density);
    given.from = 2, given.to = 3;
    std::vector<std::uint8_t> mask(r.size(), 0);
    std::fill_n(mask.begin(), 230, std::uint8_t{1});
    const auto masked = measure({r, g, mask}, {}, given);
    CHECK(masked.status == Status::at_edge);
    CHECK(std::isnan(masked.coordination_number.value));
}

TEST_CASE("the decay of a damped sine") {
    const double length = 4.5, k = 2.7, amplitude = 6;
    const Doubles r = grid(0, 0.01, 2501),
                  g = applied(r, [&](double x) { return amplitude * std::exp(-x / length) * std::sin(k * x); });
    const auto decay = measure({r, g, {}}, {}, {}).decay;
    CHECK(decay.length.value == near(length, 1e-3));  // extrema are taken at points
    // at the extrema tan(k r) = k length
    CHECK(decay.amplitude.value ==
          near(amplitude * k * length / std::hypot(1, k * length), 0.01));  // a parabola on the upper half of a sine is 0.5 % low
    CHECK(decay.scatter < 1e-3);
    CHECK(decay.extrema >= 9);
    const Doubles growing = applied(r, [&](double x) { return std::exp(x / length) * std::sin(k * x); });
    CHECK(std::isnan(measure({r, growing, {}}, {}, {}).decay.length.value));
}

TEST_CASE("extrema below the noise and small ones before higher ones are not on the envelope") {
    const double length = 4;
    const Doubles r = grid(0, 0.01, 2001);
    const Doubles g = applied(r, [&](double x) { return 5 * std::exp(-x / length) * std::sin(2.5 * x); });
    const auto decay = measure({r, g, {}}, Covariance(Doubles(r.size(), std::pow(5 * std::exp(-11 / length) / 3, 2))), {}).decay;
    CHECK(decay.extrema == 5);  // those below 11: at 5.5, 6.8, 8.0, 9.3, 10.6
    const Doubles notched = applied(r, [&](double x) {
        return 5 * std::exp(-x / length) * std::sin(2.5 * x) * (std::abs(std::sin(2.5 * x)) < 0.1 ? std::cos(200 * x) : 1);
    });
    CHECK(measure({r, notched, {}}, {}, {}).decay.length.value == near(length, 1e-3));
}

TEST_CASE("the covariance is the double sum over q") {
    const Model& model = Model::get();
    const SineNoise noise(model.r, model.q, model.transform);
    const auto covariance = noise.of_structure_factor(model.variance, {});
    for (const std::size_t i : {std::size_t{1}, std::size_t{60}, std::size_t{200}})
        CHECK(covariance.points()[i] == near(model.covariance[i][i], 1e-10));
    CHECK(covariance.points()[0] == 0);
    Doubles gradient(model.r.size(), 0.0);
    gradient[40] = 1;
    gradient[43] = -2;
    gradient[150] = 0.5;
    const auto& c = model.covariance;
    const double expected = c[40][40] + 4 * c[43][43] + 0.25 * c[150][150] - 4 * c[40][43] + c[40][150] - 2 * c[43][150];
    CHECK(covariance.variance(gradient) == near(expected, 1e-10));
    CHECK(std::isnan(Covariance().variance(gradient)));
    CHECK(std::isnan(Covariance(covariance.points()).variance(gradient)));
}

TEST_CASE("masked points of S leave their neighbours joined") {
    const Model& model = Model::get();
    const SineNoise noise(model.r, model.q, model.transform);
    std::vector<std::uint8_t> mask(model.q.size(), 0);
    mask[100] = 1;
    Doubles variance = model.variance;
    variance[200] = std::numeric_limits<double>::quiet_NaN();
    const auto out = noise.of_structure_factor(variance, mask);
    Doubles q, rest;
    for (std::size_t k = 0; k < model.q.size(); ++k) {
        if (k == 100 || k == 200) continue;
        q.push_back(model.q[k]);
        rest.push_back(model.variance[k]);
    }
    const auto expected = SineNoise(model.r, q, model.transform).of_structure_factor(rest, {});
    for (const std::size_t i : {std::size_t{1}, std::size_t{60}, std::size_t{200}})
        CHECK(out.points()[i] == near(expected.points()[i], 1e-10));
}

TEST_CASE("errors of S that are the same at all q: known variances, correlation of a spectrum q^2") {
    const Doubles r = grid(0, 0.05, 401);
    const double q_max = 20;
    Transform transform;
    transform.q_max = q_max;
    const SineNoise noise(r, SineNoise::flat_grid(r.back(), q_max), transform);
    Doubles variance;
    for (const double each : r) variance.push_back(0.01 + 0.002 * each);
    const auto covariance = noise.of_points(variance);
    Doubles gradient(r.size(), 0.0);
    gradient[200] = 1;
    CHECK(covariance.variance(gradient) == near(variance[200], 1e-12));
    gradient[203] = 1;  // 0.15 away
    // int_0^q_max q^2 cos(q x) dq, of which 2 sin a sin b = cos(a - b) - cos(a + b) makes the covariance
    const auto moment = [&](double x) {
        if (x == 0) return q_max * q_max * q_max / 3;
        const double y = q_max * x;
        return ((y * y - 2) * std::sin(y) + 2 * y * std::cos(y)) / (x * x * x);
    };
    const auto c = [&](double a, double b) { return moment(a - b) - moment(a + b); };
    const double correlation = c(r[200], r[203]) / std::sqrt(c(r[200], r[200]) * c(r[203], r[203]));
    CHECK(covariance.variance(gradient) ==
          near(variance[200] + variance[203] + 2 * correlation * std::sqrt(variance[200] * variance[203]),
               3e-3));  // the sum over q is one of points
}

namespace {

struct Number {
    std::string name;
    double tolerance;
    std::function<Value(const Result&)> get;
};

/// The short and medium range lose noise here, which is exact of the curve without; the Gaussian's slopes leave out that its
/// residuals are not 0.
std::vector<Number> numbers(PeakMethod method, Coordination rule) {
    std::vector<Number> out{{"number", 1e-3, [](const Result& each) { return each.coordination_number; }}};
    if (rule != Coordination::limits) {
        out.push_back({"to", 1e-3, [](const Result& each) { return each.coordination_to; }});
        return out;
    }
    const bool polynomial = method == PeakMethod::polynomial;
    out.push_back({"short", 0.01, [](const Result& each) { return each.short_range.rms; }});
    out.push_back({"medium", 0.02, [](const Result& each) { return each.medium_range.rms; }});
    out.push_back({"position", polynomial ? 1e-4 : 0.05, [](const Result& each) { return each.first_peak.position; }});
    out.push_back({"height", polynomial ? 1e-4 : 0.05, [](const Result& each) { return each.first_peak.height; }});
    out.push_back({"width", polynomial ? 1e-4 : 0.1, [](const Result& each) { return each.first_peak_width; }});
    out.push_back({"second", 0.1, [](const Result& each) { return each.peaks.at(1).height; }});
    out.push_back({"decay", 5e-3, [](const Result& each) { return each.decay.length; }});
    out.push_back({"amplitude", 5e-3, [](const Result& each) { return each.decay.amplitude; }});
    return out;
}

}  // namespace

TEST_CASE("every variance is that of derivatives by differences") {
    const Model& model = Model::get();
    const SineNoise noise(model.r, model.q, model.transform);
    const auto covariance = noise.of_structure_factor(model.variance, {});
    for (const auto method : {PeakMethod::polynomial, PeakMethod::gaussian})
        for (const auto rule :
             {Coordination::limits, Coordination::first_minimum, Coordination::symmetric_total, Coordination::symmetric_radial}) {
            CAPTURE(static_cast<int>(method));
            CAPTURE(static_cast<int>(rule));
            Options options;
            options.medium_range = Range{5, 9.5};
            options.decay_range = Range{5.7, 10};
            options.method = method;
            options.coordination = rule;
            options.density = {0.06, 0};
            options.from = 2.0;  // else the foot follows G, which is left out where RDF is not 0
            if (rule == Coordination::limits) options.from = 2.31, options.to = 3.83;
            const auto result = measure({model.r, model.reduced, {}}, covariance, options);
            CHECK(result.status == Status::ok);
            const auto wanted = numbers(method, rule);
            const auto expected = model.variances_of([&](const Doubles& g) {
                Doubles out;
                const auto changed = measure({model.r, g, {}}, {}, options);
                for (const auto& each : wanted) out.push_back(each.get(changed).value);
                return out;
            });
            for (std::size_t n = 0; n < wanted.size(); ++n) {
                CAPTURE(wanted[n].name);
                CHECK(wanted[n].get(result).variance == near(expected[n], wanted[n].tolerance));
            }
        }
}

TEST_CASE("the density's variance is in the coordination number") {
    const Model& model = Model::get();
    const SineNoise noise(model.r, model.q, model.transform);
    const auto exact = noise.of_structure_factor(Doubles(model.q.size(), 0.0), {});
    for (const auto rule :
         {Coordination::limits, Coordination::symmetric_total, Coordination::symmetric_radial, Coordination::first_minimum}) {
        CAPTURE(static_cast<int>(rule));
        const auto with = [&](double density) {
            Options options;
            options.coordination = rule;
            options.density = {density, 0.001 * 0.001};
            options.from = 2.0;
            if (rule == Coordination::limits) options.to = 3.8;
            options.medium_range = options.decay_range = std::nullopt;
            return measure({model.r, model.reduced, {}}, exact, options).coordination_number;
        };
        const double slope =
            (with(0.06 + 1e-7).value - with(0.06 - 1e-7).value) / 2e-7;  // so small that the points of a fit stay the same
        CHECK(with(0.06).variance == near(slope * slope * 1e-6, 1e-3));
    }
}

TEST_CASE("masked and NaN points are left out, all of them too") {
    const Doubles r = grid(0, 0.01, 2001);
    Doubles g = applied(r, [](double x) { return 3 * std::exp(-x / 5) * std::sin(2.5 * x - 5); });
    const auto whole = measure({r, g, {}}, {}, {});
    std::vector<std::uint8_t> mask(r.size(), 0);
    for (std::size_t i = 700; i < 705; ++i) mask[i] = 1, g[i] = 1e9;
    g[900] = std::numeric_limits<double>::quiet_NaN();
    const auto out = measure({r, g, mask}, {}, {});
    CHECK(out.left_out == 6);
    CHECK(out.medium_range.rms.value == near(whole.medium_range.rms.value, 1e-3));
    CHECK(out.short_range.rms.value == whole.short_range.rms.value);
    Options options;
    options.density = {0.05, 0};
    const auto nothing = measure({r, g, std::vector<std::uint8_t>(r.size(), 1)}, {}, options);
    CHECK(nothing.left_out == 2001);
    CHECK(nothing.status == Status::no_peak);
    for (const auto& each :
         {nothing.short_range.rms, nothing.medium_range.rms, nothing.first_peak.position, nothing.first_peak.height,
          nothing.first_peak_width, nothing.coordination_number, nothing.coordination_to, nothing.decay.length})
        CHECK(std::isnan(each.value));
    options.coordination = Coordination::limits;
    options.from = 2;
    options.to = 3;
    CHECK(std::isnan(measure({r, g, std::vector<std::uint8_t>(r.size(), 1)}, {}, options).coordination_number.value));
}

TEST_CASE("what cannot be measured is refused with the reason") {
    const Doubles r = grid(0, 0.1, 101), g(101, 0.5);
    const auto text = [&](const Options& options) {
        return refusal([&] { static_cast<void>(measure({r, g, {}}, {}, options)); });
    };
    CHECK(has(text({}),
              "medium_range = [5, 17] angstrom, but r goes from 0 to 10. Choose a range inside, set it to null, or transform "
              "further in r."));
    Options options = peak_alone();
    options.short_range = Range{5, 2};
    CHECK(has(text(options), "short_range = [5, 2], must increase."));
    options = shell(Coordination::limits, -0.05);
    options.from = 2;
    options.to = 3;
    CHECK(has(text(options), "number_density = -0.05, must be above 0"));
    options.density = {0.05, 0};
    options.to = 12;
    CHECK(has(text(options), "the coordination number is wanted between 2 and 12 angstrom, but r goes from 0 to 10."));
    options.to = 1;
    CHECK(has(text(options), "coordination_from = 2 must be below coordination_to = 1 angstrom."));
    options.to = std::nullopt;
    CHECK(has(text(options), "coordination is 'limits', which needs coordination_from and coordination_to."));
    const Doubles unsorted{0, 2, 1};
    CHECK(has(refusal([&] {
                  static_cast<void>(measure({unsorted, unsorted, {}}, {}, peak_alone()));
              }),
              "r[2] = 1, r must be at least 0 and increase strictly."));
    CHECK(has(refusal([&] {
                  SineNoise(r, Doubles{30, 31, 32}, {0, 25, {}, 0});
              }),
              "only 0 points of the structure factor lie between q_min = 0 and q_max = 25 1/angstrom."));
}

TEST_CASE("the metallic glass of the shared data") {
    const auto folder = sluice::test::shared_data("pdf/synthetic/glass_series");
    if (!folder) return;
    const auto g = columns(*folder / "truth_G_none.csv"), truth = columns(*folder / "truth_metrics.csv");
    for (std::size_t t = 0; t < truth[0].size(); ++t) {
        Options options;
        options.coordination = Coordination::limits;
        options.from = 2.3;
        options.to = 3.9;
        options.density = {truth[1][t], 0};
        const auto out = measure({g[0], g[t + 1], {}}, {}, options);
        MESSAGE(truth[0][t] << " K: r1 " << out.first_peak.position.value - truth[2][t] << ", N "
                            << out.coordination_number.value - truth[3][t] << ", rms "
                            << out.short_range.rms.value / truth[6][t] - 1 << " " << out.medium_range.rms.value / truth[7][t] - 1
                            << ", decay " << out.decay.length.value << " width " << out.first_peak_width.value << " scatter "
                            << out.decay.scatter << " of " << out.decay.extrema);
        CHECK(std::abs(out.first_peak.position.value - truth[2][t]) < 0.002);  // the peaks of three pairs of elements overlap
        CHECK(std::abs(out.coordination_number.value - truth[3][t]) < 0.001);
        CHECK(out.short_range.rms.value == near(truth[6][t], 0.002));
        CHECK(out.medium_range.rms.value == near(truth[7][t], 0.002));
        CHECK(out.status == Status::ok);
    }
}

TEST_CASE("the liquid of the shared data: first minimum and fixed limits") {
    const auto folder = sluice::test::shared_data("pdf/synthetic/liquid_py");
    if (!folder) return;
    const auto g = columns(*folder / "truth_G.csv");
    Options options;
    options.density = {0.0792, 0};
    auto out = measure({g[0], g[1], {}}, {}, options);
    // truth_scalars.json; its minimum is one of points 0.01 or 0.05 apart
    CHECK(std::abs(out.first_peak.position.value - 2.334533867175803) < 0.005);
    CHECK(std::abs(out.coordination_to.value - 3.35) < 0.01);
    CHECK(std::abs(out.coordination_number.value - 11.922899161157872) < 0.05);
    MESSAGE("r1 " << out.first_peak.position.value << ", minimum " << out.coordination_to.value << ", N "
                  << out.coordination_number.value << " from " << out.coordination_from.value);
    options.coordination = Coordination::limits;
    options.from = 1.2;
    options.to = 3.6;
    out = measure({g[0], g[1], {}}, {}, options);
    CHECK(std::abs(out.coordination_number.value - 14.193028863838027) < 1e-3);
}

TEST_CASE("the shells of the copper sphere of the shared data") {
    const auto folder = sluice::test::shared_data("pdf/synthetic/fcc_nano");
    if (!folder) return;
    const auto g = columns(*folder / "truth_G.csv"), shells = columns(*folder / "truth_shells.csv");
    auto options = peak_alone();
    options.max_peaks = 20;
    options.smallest_prominence = 0.02;
    const auto out = measure({g[0], g[2], {}}, {}, options);
    REQUIRE(out.peaks.size() >= 8);
    CHECK(std::abs(out.first_peak.position.value - shells[0][0]) < 0.005);
    for (std::size_t i = 0; i < 8; ++i) {
        MESSAGE(shells[0][i] << " " << out.peaks[i].position.value - shells[0][i]);
        CHECK(std::abs(out.peaks[i].position.value - shells[0][i]) < 0.005);
    }
}

TEST_CASE("the errors of G of the shared data") {
    const auto folder = sluice::test::shared_data("pdf/synthetic/gauss_pairs");
    if (!folder) return;
    const auto table = columns(*folder / "error_propagation.csv");
    Doubles q = grid(0, 0.02, 1251), variance;  // params_smooth.json
    q[0] = 1e-9;                                // sigma S = sigma F / q
    for (const double each : q) variance.push_back(std::pow(0.002 * (1 + each * each / 40) / each, 2));
    using sluice::numerics::Window;
    for (const auto form : {Window::none, Window::lorch}) {
        const SineNoise noise(table[0], q, {0, 25, form, 0});
        const auto points = noise.of_structure_factor(variance, {}).points();
        for (std::size_t i = 1; i < points.size(); ++i)
            CHECK(std::sqrt(points[i]) == near(table[form == Window::none ? 1 : 2][i], 1e-6));
    }
}
