// SPDX-License-Identifier: BSD-3-Clause
// The measured curves beside SasView's invariant: the table of docs/validation, and curves whose invariant does not exist.
#include "../kernel.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/shared_data.hpp"

namespace {

using namespace sluice::porod_invariant;
using doctest::Approx;
using Doubles = std::vector<double>;
using Json = nlohmann::json;

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

struct Data {
    Doubles q, intensity, variance;
    std::vector<std::uint8_t> mask = {};

    operator Curve() const { return {q, intensity, variance, mask}; }
};

Data read_csv(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    Data data;
    while (std::getline(file, line)) {
        std::istringstream cells(line);
        Doubles row;
        for (std::string cell; std::getline(cells, cell, ',');) row.push_back(std::stod(cell));
        data.q.push_back(row.at(0));
        data.intensity.push_back(row.at(1));
        data.variance.push_back(row.at(2) * row.at(2));
    }
    return data;
}

Options both_tails() {
    Options options;
    options.low = LowTail::guinier;
    options.high = HighTail::power;
    return options;
}

std::string text(const char* format, double value) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, format, value);
    return buffer;
}

/// What SasView gives for one of its settings, or "error" where it throws.
std::string sasview(const Json& results, const char* name) {
    const auto& value = results.at(name);
    return value.is_string() ? "error" : text("%.4e", value.at(0).get<double>());
}

const char* name_of(Status status) {
    constexpr const char* names[] = {"ok", "tail_dominates", "divergent", "tail_not_fitted"};
    return names[static_cast<int>(status)];
}

std::string stem(const std::string& name) { return std::filesystem::path(name).stem().string(); }

/// Range of q, ours, SasView's, and the term that it omits.
std::string range_row(const std::string& name, const Json& expected, const Data& data, const Result& result) {
    const double theirs = expected.at("sasview").at("none").at(0), omitted = expected.at("omitted_point_term");
    const auto negative = std::count_if(data.intensity.begin(), data.intensity.end(), [](double i) { return i <= 0; });
    return "| " + stem(name) + " | " + std::to_string(data.q.size()) + " | " + std::to_string(negative) + " | " +
           text("%.6e", result.total.value) + " ± " + text("%.1e", result.total.sigma) + " | " + text("%.6e", theirs) + " | " +
           text("%.6e", omitted) + " | " + text("%+.2f %%", 100 * (theirs / result.total.value - 1)) + " | " +
           text("%.1e", result.quadrature_term) + " |";
}

/// Points without an error have no weight in a fit: 1/0. They are left out where tails are fitted.
Data with_weights(Data data) {
    for (const double each : data.variance) data.mask.push_back(each == 0);
    return data;
}

/// The tails: fitted power, ours, SasView's.
std::string tails_row(const std::string& name, const Json& expected, const Result& result) {
    const auto& theirs = expected.at("sasview");
    const bool has_power = theirs.contains("high_power");
    return "| " + stem(name) + " | " + (std::isnan(result.low.value) ? "none" : text("%.3e", result.low.value)) + " | " +
           text("%.2f", result.high_fit.shape.value) + " ± " + text("%.2f", result.high_fit.shape.sigma) + " | " +
           name_of(result.status) + " | " +
           (std::isnan(result.total.value) ? "none"
                                           : text("%.4e", result.total.value) + " ± " + text("%.1e", result.total.sigma)) +
           " | " + (has_power ? text("%.2f", theirs.at("high_power").get<double>()) : "error") + " | " + sasview(theirs, "both") +
           " |";
}

std::string page() {
    const char* source = std::getenv("SLUICE_SOURCE_DIR");
    const auto root = source ? std::filesystem::path(source) : std::filesystem::path(__FILE__).parent_path() / "../../..";
    std::ifstream file(root / "docs/validation/porod_invariant_against_sasview.md");
    return {std::istreambuf_iterator<char>(file), {}};
}

Data curve_of(const std::function<double(double)>& function, double relative_sigma, std::mt19937_64& random) {
    Data data;
    for (int k = 0; k < 200; ++k) {
        const double q = 0.05 * std::pow(200, k / 199.0), exact = function(q), sigma = relative_sigma * exact;
        data.q.push_back(q);
        data.intensity.push_back(exact + sigma * std::normal_distribution<double>()(random));
        data.variance.push_back(sigma * sigma);
    }
    return data;
}

}  // namespace

TEST_CASE("the tables of docs/validation are what the measured curves give") {
    const auto folder = sluice::test::shared_data("sas/real");
    if (!folder) return;
    std::ifstream file(*folder / "sasview_invariant.json");
    const auto all = Json::parse(file).at("results");
    const std::string written = page();
    for (const auto& [name, expected] : all.items()) {
        CAPTURE(name);
        const Data data = read_csv((*folder / name).replace_extension(".csv"));
        const Result range = integrate(data, {}), tails = integrate(with_weights(data), both_tails());
        // Of the difference nothing is left but the omitted term: 1e-9, as the csv hold 10 digits.
        const double theirs = expected.at("sasview").at("none").at(0), omitted = expected.at("omitted_point_term");
        CHECK(theirs + omitted == near(range.total.value, 1e-9));
        CHECK(std::isfinite(tails.data.value));  // the finite range, whatever becomes of the tails
        if (tails.points_left_out == 0) CHECK(tails.data.value == range.total.value);
        for (const auto& row : {range_row(name, expected, data, range), tails_row(name, expected, tails)}) {
            MESSAGE(row);
            CHECK_MESSAGE(written.find(row) != std::string::npos, "not in the page: " << row);
        }
    }
}

TEST_CASE("power laws of p <= 3, Gaussian chains and Ornstein-Zernike curves are refused, the range is still given") {
    constexpr std::uint64_t seed = 141421;
    MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    const auto refused = [&](const std::function<double(double)>& function, double range_integral) {
        for (int k = 0; k < 20; ++k) {
            const Data data = curve_of(function, 0.01, random);
            const Result result = integrate(data, both_tails());
            CHECK(result.status == Status::divergent);
            CHECK(std::isnan(result.total.value));
            CHECK(std::isnan(result.total.sigma));
            CHECK(std::abs(result.data.value - range_integral) < 4 * result.data.sigma + 1e-3 * range_integral);
            CHECK(result.data.value == integrate(data, {}).total.value);
        }
    };
    constexpr double a = 0.05, b = 10;
    for (const double p : {0.5, 1.0, 1.5, 2.0, 2.5, 2.75}) {
        CAPTURE(p);
        refused([p](double q) { return std::pow(q, -p); }, (std::pow(b, 3 - p) - std::pow(a, 3 - p)) / (3 - p));
    }
    // Closed forms: int q^2 / (1 + q^2) = q - atan q;  int 2 (e^-x + x - 1) / x^2 q^2 dq with x = q^2:
    // 2 (q + (1 - e^-x) / q) - 2 sqrt(pi) erf(q)
    refused([](double q) { return 1 / (1 + q * q); }, (b - std::atan(b)) - (a - std::atan(a)));
    const auto debye = [](double q) { return 2 * (std::exp(-q * q) + q * q - 1) / std::pow(q, 4); };
    const auto primitive = [](double q) {
        return 2 * (q - std::expm1(-q * q) / q) - 2 * std::sqrt(std::acos(-1.0)) * std::erf(q);
    };
    refused(debye, primitive(b) - primitive(a));
}

TEST_CASE("of a power law of p = 3 exactly the total is refused, but for chance") {
    constexpr std::uint64_t seed = 173205;
    MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    int refused = 0;
    for (int k = 0; k < 100; ++k) {
        const Result result = integrate(curve_of([](double q) { return std::pow(q, -3); }, 0.01, random), both_tails());
        CHECK(result.status != Status::ok);
        CHECK(result.data.value == near(std::log(200), 0.02));
        refused += result.status == Status::divergent ? 1 : 0;
    }
    CHECK(refused >= 90);   // 97.7 % of a normal distribution lie below 2 standard errors
}
