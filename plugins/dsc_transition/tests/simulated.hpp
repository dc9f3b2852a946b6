// SPDX-License-Identifier: BSD-3-Clause
// A DSC scan whose numbers are known in closed form: a glass transition on two lines, Gaussian peaks, an overshoot, noise.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

#include <sluice/numerics/random.hpp>

namespace sluice::dsc_transition::simulated {

using Doubles = std::vector<double>;

/// S(T) from 0 to 1, antisymmetric about the midpoint, where its slope is 1 / (2 half_width): its tangent there meets 0 at
/// midpoint - half_width and 1 at midpoint + half_width, the extrapolated onset and end.
enum class Shape { normal, logistic };

struct Peak {
    double temperature = 0;  ///< K
    double sigma = 1;        ///< K
    double enthalpy = 0;     ///< J/g, positive: endothermic
};

/// heat flow = rate (glass line + S(T) step) + rate sum of peaks, endothermic up. The defaults are the DSC curve of variant A of
/// the shared data: S is the normal distribution with a standard deviation of 3.5 K, so half_width = 3.5 sqrt(pi / 2) = 4.3866.
struct Scan {
    double from = 330, to = 559.75, spacing = 0.25;  ///< K
    double rate = 40.0 / 60;                         ///< K/s
    Shape shape = Shape::normal;
    double midpoint = 440 + 3.5 * 1.2533141373155003, half_width = 3.5 * 1.2533141373155003;  ///< K
    double heat_capacity_step = 0.25;                                                         ///< J/(g K), at the midpoint
    double slope_difference = 0;         ///< J/(g K^2), of the liquid line minus the glass line
    double level = 0.099, slope = 3e-4;  ///< W/g at `from`, W/(g K): the glass line
    std::vector<Peak> peaks{{476, 4, -10}, {540, 2.5, -30}};
    std::vector<Peak> overshoot;  ///< endothermic, behind the step; kept apart from the peaks for the reader only
    double noise = 0;             ///< W/g
    std::uint64_t seed = 1;

    [[nodiscard]] double onset() const { return midpoint - half_width; }  ///< exact where slope_difference is 0
    [[nodiscard]] double end() const { return midpoint + half_width; }
};

inline double rise(const Scan& scan, double temperature) {
    const double u = (temperature - scan.midpoint) / scan.half_width;
    if (scan.shape == Shape::logistic) return 1 / (1 + std::exp(-2 * u));
    return 0.5 * std::erfc(-u * std::sqrt(std::numbers::pi) / 2);
}

inline double peak_heat_flow(const Peak& peak, double rate, double temperature) {
    const double u = (temperature - peak.temperature) / peak.sigma;
    return rate * peak.enthalpy / (peak.sigma * std::sqrt(2 * std::numbers::pi)) * std::exp(-u * u / 2);
}

inline double glass_line(const Scan& scan, double temperature) { return scan.level + scan.slope * (temperature - scan.from); }

inline double liquid_line(const Scan& scan, double temperature) {
    const double step = scan.heat_capacity_step + scan.slope_difference * (temperature - scan.midpoint);
    return glass_line(scan, temperature) + scan.rate * step;
}

/// W/g without noise.
inline double heat_flow(const Scan& scan, double temperature) {
    const double glass = glass_line(scan, temperature), part = rise(scan, temperature);
    double sum = glass + part * (liquid_line(scan, temperature) - glass);
    for (const auto& peak : scan.peaks) sum += peak_heat_flow(peak, scan.rate, temperature);
    for (const auto& peak : scan.overshoot) sum += peak_heat_flow(peak, scan.rate, temperature);
    return sum;
}

struct Data {
    Doubles temperature, time, heat_flow;  ///< K, s from 0, W/g endothermic up
};

inline Data simulate(const Scan& scan) {
    const auto count = static_cast<std::size_t>(std::lround((scan.to - scan.from) / scan.spacing)) + 1;
    Doubles normal(count);
    numerics::RandomStream(scan.seed, 0, 0).fill_normal(normal);
    Data data;
    for (std::size_t i = 0; i < count; ++i) {
        const double temperature = scan.from + scan.spacing * static_cast<double>(i);
        data.temperature.push_back(temperature);
        data.time.push_back((temperature - scan.from) / scan.rate);
        data.heat_flow.push_back(heat_flow(scan, temperature) + scan.noise * normal[i]);
    }
    return data;
}

}  // namespace sluice::dsc_transition::simulated
