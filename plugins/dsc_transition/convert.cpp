// SPDX-License-Identifier: BSD-3-Clause
// Choice and order of the points of one scan: turning points, holds, start-up, modulation, rate.
#include "convert.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/linear_fit.hpp>
#include <sluice/numerics/scan_direction.hpp>

namespace sluice::dsc_transition {
namespace {

using numerics::fail;
using Doubles = std::vector<double>;
using Positions = std::vector<std::size_t>;

constexpr std::size_t fewest_points = 20;

void check_column(const char* name, std::size_t got, std::size_t needed, bool optional) {
    if (got == needed || (optional && got == 0)) return;
    fail<std::invalid_argument>(name, " has ", got, " points and the temperature has ", needed, ". They must agree.");
}

void check_columns(const Measured& measured, const Conversion& conversion) {
    const auto n = measured.temperature_K.size();
    check_column("heat_flow", measured.heat_flow.size(), n, false);
    check_column("variances", measured.variances.size(), n, true);
    check_column("time", measured.time_s.size(), n, true);
    check_column("mask", measured.mask.size(), n, true);
    if (!(conversion.start_up_K >= 0))
        fail<std::invalid_argument>("start_up = ", conversion.start_up_K, " K, must be at least 0.");
}

bool usable(const Measured& measured, std::size_t i) {
    const bool masked = !measured.mask.empty() && measured.mask[i] != 0;
    const bool variance = measured.variances.empty() || (std::isfinite(measured.variances[i]) && measured.variances[i] >= 0);
    const bool time = measured.time_s.empty() || std::isfinite(measured.time_s[i]);
    return !masked && variance && time && std::isfinite(measured.temperature_K[i]) && std::isfinite(measured.heat_flow[i]);
}

/// The usable points in the order in which they were measured.
Positions in_order_of_time(const Measured& measured) {
    Positions order;
    for (std::size_t i = 0; i < measured.temperature_K.size(); ++i)
        if (usable(measured, i)) order.push_back(i);
    if (!measured.time_s.empty())
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return measured.time_s[a] < measured.time_s[b]; });
    return order;
}

Doubles taken(std::span<const double> column, const Positions& positions) {
    Doubles out;
    if (column.empty()) return out;
    for (const auto i : positions) out.push_back(column[i]);
    return out;
}

double median_of(Doubles values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

// --- one direction -----------------------------------------------------------------------------------------------------------

struct Stretch {
    std::size_t first = 0, last = 0;  ///< both included
    bool ordered = true;              ///< false: the points follow no path
};

/// The longest stretch in one direction; nothing where the path is too long for one.
bool one_direction(const Doubles& temperature, Stretch& stretch) {
    const auto path = numerics::scan_path(temperature);
    stretch = {0, temperature.size() - 1, path.ordered()};
    if (!stretch.ordered) return true;
    double longest = -1;
    for (std::size_t k = 1; k < path.turns.size(); ++k) {
        const double length = std::abs(temperature[path.turns[k]] - temperature[path.turns[k - 1]]);
        if (length > longest) longest = length, stretch = {path.turns[k - 1], path.turns[k], true};
    }
    return !path.there_and_back();
}

/// Leaves out the rows at both ends of a stretch at which temperature hardly changes.
void leave_out_holds(const Doubles& temperature, const Doubles& time, Stretch& stretch) {
    const auto speed = [&](std::size_t i) {
        const double change = std::abs(temperature[i + 1] - temperature[i]);
        return time.empty() ? change : change / (time[i + 1] - time[i]);
    };
    Doubles speeds;
    for (std::size_t i = stretch.first; i < stretch.last; ++i)
        if (time.empty() || time[i + 1] > time[i]) speeds.push_back(speed(i));
    const double slow = (time.empty() ? 0.1 : 0.5) * median_of(speeds);
    // Over several rows, since temperature may be rounded to steps that are wider than one row.
    const auto mean_speed = [&](std::size_t a, std::size_t b) {
        const double change = std::abs(temperature[b] - temperature[a]);
        return time.empty() ? change / static_cast<double>(b - a) : change / (time[b] - time[a]);
    };
    constexpr std::size_t rows = 5;
    while (stretch.last > stretch.first + 2 * rows && mean_speed(stretch.first, stretch.first + rows) < slow) ++stretch.first;
    while (stretch.last > stretch.first + 2 * rows && mean_speed(stretch.last - rows, stretch.last) < slow) --stretch.last;
}

void leave_out_start(const Doubles& temperature, double start_up, Stretch& stretch) {
    const double begin = temperature[stretch.first];
    while (stretch.first < stretch.last && std::abs(temperature[stretch.first] - begin) < start_up) ++stretch.first;
}

double rate_of(const Doubles& time, const Doubles& temperature, double given) {
    if (time.empty()) return given;
    const double mean = std::accumulate(time.begin(), time.end(), 0.0) / static_cast<double>(time.size());
    Doubles shifted;
    for (const double each : time) shifted.push_back(each - mean);
    return numerics::polynomial_fit(shifted, 1, temperature).values[1];
}

Prepared sorted(const Measured& measured, Positions kept, double factor) {
    std::stable_sort(kept.begin(), kept.end(),
                     [&](std::size_t a, std::size_t b) { return measured.temperature_K[a] < measured.temperature_K[b]; });
    Prepared out;
    out.temperature_K = taken(measured.temperature_K, kept);
    out.heat_flow_W_g = taken(measured.heat_flow, kept);
    out.variances = taken(measured.variances, kept);
    out.time_s = taken(measured.time_s, kept);
    for (double& each : out.heat_flow_W_g) each *= factor;
    for (double& each : out.variances) each *= factor * factor;
    out.position = std::move(kept);
    return out;
}

// --- modulation --------------------------------------------------------------------------------------------------------------

Doubles without_cubic(std::span<const double> time, std::span<const double> temperature) {
    Doubles scaled;
    const double half = (time.back() - time.front()) / 2, middle = time.front() + half;
    for (const double each : time) scaled.push_back((each - middle) / half);
    const auto fit = numerics::polynomial_fit(scaled, 3, temperature);
    const auto smooth = numerics::evaluate(fit, numerics::polynomial_design(scaled, 3));
    Doubles rest;
    for (std::size_t i = 0; i < time.size(); ++i) rest.push_back(temperature[i] - smooth[i]);
    return rest;
}

double rms(const Doubles& values) {
    const double sum = std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
    return std::sqrt(sum / static_cast<double>(values.size()));
}

/// Times between crossings of zero, each confirmed by a swing beyond `swing` to the other side.
Doubles half_periods(std::span<const double> time, const Doubles& rest, double swing) {
    Doubles out;
    int side = 0;
    double crossed = 0, last = 0;
    for (std::size_t i = 1; i < rest.size(); ++i) {
        if ((rest[i] > 0) != (rest[i - 1] > 0)) crossed = time[i];
        const int now = rest[i] > swing ? 1 : (rest[i] < -swing ? -1 : side);
        if (now == side) continue;
        if (side != 0) {
            out.push_back(crossed - last);
            last = crossed;
        }
        side = now;
    }
    if (!out.empty()) out.erase(out.begin());  // it began before the scan
    return out;
}

bool even(const Doubles& periods) {
    const double mean = std::accumulate(periods.begin(), periods.end(), 0.0) / static_cast<double>(periods.size());
    double squares = 0;
    for (const double each : periods) squares += (each - mean) * (each - mean);
    return std::sqrt(squares / static_cast<double>(periods.size())) < 0.3 * mean;
}

}  // namespace

std::vector<double> endothermic_up(const Measured& measured, double factor) {
    Doubles out;
    for (std::size_t i = 0; i < measured.heat_flow.size(); ++i) {
        const bool masked = !measured.mask.empty() && measured.mask[i] != 0;
        out.push_back(masked ? std::numeric_limits<double>::quiet_NaN() : factor * measured.heat_flow[i]);
    }
    return out;
}

bool is_modulated(std::span<const double> time_s, std::span<const double> temperature_K) {
    if (time_s.size() < 50 || !(time_s.back() > time_s.front())) return false;
    const Doubles rest = without_cubic(time_s, temperature_K);
    const double size = rms(rest);
    Doubles bends, rates;
    for (std::size_t i = 1; i + 1 < rest.size(); ++i) {
        bends.push_back(rest[i] - (rest[i - 1] + rest[i + 1]) / 2);
        if (time_s[i + 1] > time_s[i - 1]) rates.push_back((rest[i + 1] - rest[i - 1]) / (time_s[i + 1] - time_s[i - 1]));
    }
    const double rate = (temperature_K.back() - temperature_K.front()) / (time_s.back() - time_s.front());
    if (!(size > 0) || rates.empty() || rms(bends) > 0.1 * size || rms(rates) < 0.05 * std::abs(rate)) return false;
    const auto periods = half_periods(time_s, rest, size / 2);
    return periods.size() >= 10 && even(periods);
}

Prepared prepare(const Measured& measured, const Conversion& conversion) {
    check_columns(measured, conversion);
    const auto order = in_order_of_time(measured);
    const auto refused = [](ScanFault fault) {
        Prepared out;
        out.fault = fault;
        return out;
    };
    if (order.size() < fewest_points || !std::isfinite(conversion.factor)) return refused(ScanFault::too_few_points);
    const Doubles temperature = taken(measured.temperature_K, order), time = taken(measured.time_s, order);
    if (!time.empty() && is_modulated(time, temperature)) return refused(ScanFault::modulated);
    Stretch stretch;
    if (!one_direction(temperature, stretch)) return refused(ScanFault::turns);
    if (stretch.ordered) {
        leave_out_holds(temperature, time, stretch);
        leave_out_start(temperature, conversion.start_up_K, stretch);
    }
    const auto begin = order.begin();
    const Positions kept(begin + static_cast<std::ptrdiff_t>(stretch.first),
                         begin + static_cast<std::ptrdiff_t>(stretch.last) + 1);
    if (kept.size() < fewest_points) return refused(ScanFault::too_few_points);
    Prepared out = sorted(measured, kept, conversion.factor);
    out.rate_K_s = rate_of(out.time_s, out.temperature_K, conversion.rate_K_s);
    out.left_out = static_cast<std::ptrdiff_t>(order.size() - kept.size());
    return out;
}

}  // namespace sluice::dsc_transition
