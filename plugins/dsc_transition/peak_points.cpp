// SPDX-License-Identifier: BSD-3-Clause
// Points in order of temperature; the noise by second differences; local lines by running sums.
#include "peak_points.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::dsc_transition {
namespace {

constexpr double normal_quartile = 0.6744897501960817;  ///< median of |x| of a standard normal x
constexpr double smallest_noise = 1e-9;                 ///< part of the range of the curve: rounding of printed numbers is larger

void check_length(const char* name, std::size_t got, std::size_t needed) {
    if (got != needed)
        numerics::fail<std::invalid_argument>(name, " has ", got, " points and the temperature has ", needed,
                                              ". They must agree.");
}

void check(const Scan& scan) {
    const auto n = scan.temperature_K.size();
    check_length("heat flow", scan.heat_flow_W_g.size(), n);
    if (!scan.variances.empty()) check_length("variances", scan.variances.size(), n);
    if (!scan.time_s.empty()) return check_length("time", scan.time_s.size(), n);
    if (!std::isfinite(scan.rate_K_s) || scan.rate_K_s == 0)
        numerics::fail<std::invalid_argument>("the scan has neither a time nor a rate (rate = ", scan.rate_K_s,
                                              " K/s), so no enthalpy is defined. Give one of them.");
}

bool usable(const Scan& scan, std::size_t i) {
    const bool variance = scan.variances.empty() || (std::isfinite(scan.variances[i]) && scan.variances[i] > 0);
    return variance && std::isfinite(scan.temperature_K[i]) && std::isfinite(scan.heat_flow_W_g[i]) &&
           (scan.time_s.empty() || std::isfinite(scan.time_s[i]));
}

/// Each point less the straight line between its neighbours, in units of its standard deviation for noise of size 1.
std::vector<double> second_differences(const PeakPoints& points) {
    std::vector<double> out;
    for (std::size_t i = 1; i + 1 < points.size(); ++i) {
        const double whole = points.temperature[i + 1] - points.temperature[i - 1];
        const double part = whole > 0 ? (points.temperature[i] - points.temperature[i - 1]) / whole : 0.5;
        const double line = (1 - part) * points.heat_flow[i - 1] + part * points.heat_flow[i + 1];
        out.push_back(std::abs(points.heat_flow[i] - line) / std::sqrt(1 + part * part + (1 - part) * (1 - part)));
    }
    return out;
}

/// Rounded data can have a median of 0: then the root mean square of the smaller nine tenths.
double scatter(const PeakPoints& points) {
    auto differences = second_differences(points);
    if (differences.empty()) return 0;
    const double middle = median(differences) / normal_quartile;
    if (middle > 0) return middle;
    std::sort(differences.begin(), differences.end());
    differences.resize(std::max<std::size_t>(1, differences.size() * 9 / 10));
    const double squares = std::inner_product(differences.begin(), differences.end(), differences.begin(), 0.0);
    return std::sqrt(squares / static_cast<double>(differences.size()));
}

void set_noise(PeakPoints& points) {
    if (points.weighted) {
        points.noise = std::sqrt(median(points.variance));
        return;
    }
    const auto [low, high] = std::minmax_element(points.heat_flow.begin(), points.heat_flow.end());
    const double size = std::max({*high - *low, std::abs(*high), std::abs(*low)});
    points.noise = std::max(scatter(points), smallest_noise * (size > 0 ? size : 1));
    points.variance.assign(points.size(), points.noise * points.noise);
}

// ---- turns of the temperature --------------------------------------------------------------------------------------------

/// A usable point of the scan.
struct Place {
    std::size_t origin;
    double temperature, seconds;
    char turned = 0;
};

/// How far back the temperature (times `up`, so that it rises) runs at most in places first .. last, which are in order of time.
double depth_of_turn(const std::vector<Place>& places, std::size_t first, std::size_t last, double up) {
    double highest = up * places[first].temperature, depth = 0;
    for (auto i = first; i <= last; ++i) {
        highest = std::max(highest, up * places[i].temperature);
        depth = std::max(depth, highest - up * places[i].temperature);
    }
    return depth;
}

/// From the lowest to the highest temperature of places first .. last, in proportion to time.
void straighten(std::vector<Place>& places, std::size_t first, std::size_t last, double up) {
    double low = up * places[first].temperature, high = low;
    for (auto i = first; i <= last; ++i) {
        low = std::min(low, up * places[i].temperature);
        high = std::max(high, up * places[i].temperature);
    }
    const double begin = places[first].seconds, whole = places[last].seconds - begin;
    for (auto i = first; i <= last; ++i) {
        places[i].temperature = up * (low + (high - low) * (places[i].seconds - begin) / whole);
        places[i].turned = 1;
    }
}

/// The smallest turn that is one, and no jitter of the thermometer.
double smallest_turn(const std::vector<Place>& places) {
    constexpr double usual = 0.1, steps = 3;
    std::vector<double> distances;
    for (std::size_t i = 1; i < places.size(); ++i)
        distances.push_back(std::abs(places[i].temperature - places[i - 1].temperature));
    return std::max(usual, distances.empty() ? 0 : steps * median(distances));
}

/// A turn is a run of places at which an earlier one is hotter than a later one (cooling: colder).
void straighten_turns(std::vector<Place>& places, bool cooling) {
    const auto n = places.size();
    const double up = cooling ? -1 : 1, smallest = smallest_turn(places);
    std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.seconds < b.seconds; });
    std::vector<double> lowest_later(n);
    double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;
    for (std::size_t i = n; i-- > 0;) lowest_later[i] = lowest = std::min(lowest, up * places[i].temperature);
    for (std::size_t i = 0; i < n; ++i) {
        const auto first = i;
        highest = std::max(highest, up * places[i].temperature);
        while (i + 1 < n && highest > lowest_later[i + 1]) {
            ++i;
            highest = std::max(highest, up * places[i].temperature);
        }
        if (i > first && places[i].seconds > places[first].seconds && depth_of_turn(places, first, i, up) > smallest)
            straighten(places, first, i, up);
    }
}

/// Whether time runs against temperature.
bool runs_down(const std::vector<Place>& places) {
    double sum = 0;
    const auto& middle = places[places.size() / 2];
    for (const auto& each : places) sum += (each.temperature - middle.temperature) * (each.seconds - middle.seconds);
    return sum < 0;
}

/// Sums over all points before i, of t and y about a middle.
struct RunningSums {
    std::vector<double> t, tt, y, ty;
    double middle_t, middle_y;

    RunningSums(const std::vector<double>& temperature, const std::vector<double>& values)
        : t{0}, tt{0}, y{0}, ty{0}, middle_t(temperature[temperature.size() / 2]), middle_y(values[values.size() / 2]) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double x = temperature[i] - middle_t, v = values[i] - middle_y;
            t.push_back(t.back() + x);
            tt.push_back(tt.back() + x * x);
            y.push_back(y.back() + v);
            ty.push_back(ty.back() + x * v);
        }
    }
};

void add_line(LocalLines& lines, const RunningSums& sums, std::size_t first, std::size_t end, double temperature) {
    const auto n = static_cast<double>(end - first);
    const double t = (sums.t[end] - sums.t[first]) / n, y = (sums.y[end] - sums.y[first]) / n;
    const double spread = sums.tt[end] - sums.tt[first] - n * t * t;
    const double slope = (sums.ty[end] - sums.ty[first] - n * t * y) / spread;
    const bool flat = !(spread > 1e-10 * (1 + sums.tt[end]));  // all at one temperature, but for rounding
    lines.slope.push_back(flat ? std::nan("") : slope);
    lines.slope_unit.push_back(flat ? std::nan("") : 1 / std::sqrt(spread));
    lines.value.push_back(sums.middle_y + y + (flat ? 0 : slope * (temperature - sums.middle_t - t)));
}

}  // namespace

double median(std::vector<double> values) {
    if (values.empty()) return std::nan("");
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

PeakPoints sorted_points(const Scan& scan) {
    check(scan);
    std::vector<Place> places;
    for (std::size_t i = 0; i < scan.temperature_K.size(); ++i) {
        const double temperature = scan.temperature_K[i];
        if (usable(scan, i))
            places.push_back({i, temperature, scan.time_s.empty() ? temperature / scan.rate_K_s : scan.time_s[i]});
    }
    PeakPoints points;
    points.cooling = !places.empty() && runs_down(places);
    if (!scan.time_s.empty()) straighten_turns(places, points.cooling);
    std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.temperature < b.temperature; });
    for (const auto& each : places) {
        points.origin.push_back(each.origin);
        points.temperature.push_back(each.temperature);
        points.heat_flow.push_back(scan.heat_flow_W_g[each.origin]);
        if (!scan.variances.empty()) points.variance.push_back(scan.variances[each.origin]);
        points.seconds.push_back(each.seconds);
        points.turned.push_back(each.turned);
    }
    points.weighted = !scan.variances.empty();
    if (points.size() == 0) return points;
    set_noise(points);
    return points;
}

LocalLines local_lines(const std::vector<double>& temperature, const std::vector<double>& y, double window_K) {
    constexpr std::size_t fewest = 5;
    LocalLines lines;
    const auto n = y.size();
    if (n < fewest) return lines;
    const RunningSums sums(temperature, y);
    std::size_t first = 0, end = 0;
    for (std::size_t i = 0; i < n; ++i) {
        while (temperature[first] < temperature[i] - window_K / 2) ++first;
        while (end < n && temperature[end] <= temperature[i] + window_K / 2) ++end;
        const auto from = std::min({first, i >= 2 ? i - 2 : 0, n - fewest});
        add_line(lines, sums, from, std::max({end, i + 3 < n ? i + 3 : n, from + fewest}), temperature[i]);
    }
    return lines;
}

std::vector<double> time_weights(const PeakPoints& points, std::size_t first, std::size_t last) {
    std::vector<std::size_t> order(last - first + 1);
    std::iota(order.begin(), order.end(), first);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return points.seconds[a] < points.seconds[b]; });
    std::vector<double> weights(order.size(), 0);
    for (std::size_t k = 1; k < order.size(); ++k) {
        const double half = (points.seconds[order[k]] - points.seconds[order[k - 1]]) / 2;
        weights[order[k] - first] += half;
        weights[order[k - 1] - first] += half;
    }
    return weights;
}

}  // namespace sluice::dsc_transition
