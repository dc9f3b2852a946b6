// SPDX-License-Identifier: BSD-3-Clause
// Which points are used, in which order, and how much each weighs in an integral over time.
#include "points.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/scan_direction.hpp>

namespace sluice::enthalpy_difference {
namespace {

void check_length(const char* name, std::size_t got, std::size_t needed, bool optional) {
    if (got == needed || (optional && got == 0)) return;
    numerics::fail<std::invalid_argument>(name, " has ", got, " points and the temperature has ", needed, ". They must agree.");
}

void check_lengths(const Curves& curves) {
    const auto n = curves.temperature_K.size();
    check_length("data", curves.data.size(), n, false);
    check_length("reference", curves.reference.size(), n, false);
    check_length("the variance of data", curves.data_variance.size(), n, true);
    check_length("the variance of reference", curves.reference_variance.size(), n, true);
    check_length("the mask of data", curves.data_mask.size(), n, true);
    check_length("the mask of reference", curves.reference_mask.size(), n, true);
    check_length("time", curves.time_s.size(), n, true);
}

bool finite_at(std::span<const double> values, std::size_t i) { return values.empty() || std::isfinite(values[i]); }
bool clear_at(std::span<const std::uint8_t> mask, std::size_t i) { return mask.empty() || mask[i] == 0; }

bool usable(const Curves& curves, std::size_t i) {
    return clear_at(curves.data_mask, i) && clear_at(curves.reference_mask, i) && finite_at(curves.temperature_K, i) &&
           finite_at(curves.data, i) && finite_at(curves.reference, i) && finite_at(curves.time_s, i);
}

/// Whether the variances of these points are given; those of a mean of one curve, say, are NaN.
bool known(std::span<const double> variance, const std::vector<std::size_t>& of) {
    return !variance.empty() && std::all_of(of.begin(), of.end(), [&](std::size_t i) { return std::isfinite(variance[i]); });
}

/// Time from point i to the next, s: never negative.
double duration(const DifferencePoints& points, std::size_t i) { return std::abs(points.seconds[i + 1] - points.seconds[i]); }

}  // namespace

DifferencePoints difference_points(const Curves& curves) {
    check_lengths(curves);
    DifferencePoints points;
    for (std::size_t i = 0; i < curves.temperature_K.size(); ++i)
        if (usable(curves, i)) points.origin.push_back(i);
    std::stable_sort(points.origin.begin(), points.origin.end(),
                     [&](std::size_t a, std::size_t b) { return curves.temperature_K[a] < curves.temperature_K[b]; });
    const bool given = known(curves.data_variance, points.origin) && known(curves.reference_variance, points.origin);
    for (const auto i : points.origin) {
        points.temperature.push_back(curves.temperature_K[i]);
        points.difference.push_back(curves.reference[i] - curves.data[i]);
        points.variance.push_back(given ? curves.data_variance[i] + curves.reference_variance[i] : unknown);
        points.seconds.push_back(curves.time_s.empty() ? curves.temperature_K[i] / curves.rate_K_s : curves.time_s[i]);
    }
    return points;
}

bool goes_there_and_back(const Curves& curves) {
    std::vector<double> t;
    for (std::size_t i = 0; i < curves.temperature_K.size(); ++i)
        if (usable(curves, i)) t.push_back(curves.temperature_K[i]);
    return numerics::scan_path(t).there_and_back();
}

double scatter_of_neighbours(const DifferencePoints& points) {
    double sum = 0, count = 0;
    for (std::size_t i = 1; i + 1 < points.size(); ++i) {
        const double whole = points.temperature[i + 1] - points.temperature[i - 1];
        const double part = whole > 0 ? (points.temperature[i] - points.temperature[i - 1]) / whole : 0.5;
        const double rest = points.difference[i] - (1 - part) * points.difference[i - 1] - part * points.difference[i + 1];
        sum += rest * rest / (1 + part * part + (1 - part) * (1 - part));
        count += 1;
    }
    return sum / count;
}

std::vector<double> integration_weights(const DifferencePoints& points, double from_K, double to_K) {
    std::vector<double> weights(points.size(), 0);
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
        const double a = points.temperature[i], b = points.temperature[i + 1];
        const double low = std::max(a, from_K), high = std::min(b, to_K);
        if (high < low) continue;
        // The part of the segment inside, as fractions of its time; y is straight along it. Equal temperatures: all of it.
        const double first = b > a ? (low - a) / (b - a) : 0, last = b > a ? (high - a) / (b - a) : 1;
        const double seconds = duration(points, i) * (last - first), middle = (first + last) / 2;
        weights[i] += seconds * (1 - middle);
        weights[i + 1] += seconds * middle;
    }
    return weights;
}

}  // namespace sluice::enthalpy_difference
