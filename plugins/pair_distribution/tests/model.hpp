// SPDX-License-Identifier: BSD-3-Clause
// Structure factors whose functions of r are known in closed form, and answers in memory of their own.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <optional>
#include <span>
#include <vector>

#include <sluice/numerics/percus_yevick.hpp>

#include "kernel.hpp"

namespace sluice::pair_distribution::test {

using Doubles = std::vector<double>;

inline Doubles even(double first, double step, std::ptrdiff_t n) {
    Doubles out;
    for (std::ptrdiff_t k = 0; k < n; ++k) out.push_back(first + static_cast<double>(k) * step);
    return out;
}

/// A shell of atoms: F(Q) = amplitude sin(Q r) exp(-s^2 Q^2 / 2) <-> G = amplitude [gauss(r' - r) - gauss(r' + r)].
struct Shell {
    double amplitude, r, sigma;
};
inline const std::vector<Shell> shells{{3.1, 2.8, 0.22}, {-1.4, 3.9, 0.3}, {1.2, 5.0, 0.25}, {0.3, 12.0, 0.4}};

inline double gauss(double x, double s) { return std::exp(-x * x / (2 * s * s)) / (s * std::sqrt(2 * std::numbers::pi)); }
inline double normal(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

inline double structure_factor(double q) {
    double sum = 0;
    for (const auto& [a, r, s] : shells) sum += a * (q == 0 ? r : std::sin(q * r) / q) * std::exp(-s * s * q * q / 2);
    return 1 + sum;
}
inline double reduced(double at) {
    double sum = 0;
    for (const auto& [a, r, s] : shells) sum += a * (gauss(at - r, s) - gauss(at + r, s));
    return sum;
}
/// int_0^at r' G dr', by parts.
inline double running(double at) {
    double sum = 0;
    for (const auto& [a, r, s] : shells) {
        const double up = r * (normal((at - r) / s) - normal(-r / s)) - s * s * (gauss(at - r, s) - gauss(r, s));
        const double down = -r * (normal((at + r) / s) - normal(r / s)) - s * s * (gauss(at + r, s) - gauss(r, s));
        sum += a * (up - down);
    }
    return sum;
}

inline Doubles structure_factors(const Doubles& q) {
    Doubles out;
    for (const double each : q) out.push_back(structure_factor(each));
    return out;
}

/// A hard-sphere liquid whose contact is softened: below 1.3 angstrom g is 0 to 1e-7.
inline constexpr double liquid_density = 0.0792, liquid_diameter = 2.1286882477612767, liquid_softening = 0.15;
inline double liquid(double q) {
    static const sluice::numerics::PercusYevick<double> spheres(0.4);
    return 1 + spheres.minus_one(q * liquid_diameter) * std::exp(-liquid_softening * liquid_softening * q * q / 2);
}

/// Answers with their memory.
struct Answers {
    Doubles reduced, reduced_variance, unwindowed, unwindowed_variance, pair, pair_variance, total, total_variance, radial,
        radial_variance, coordination, coordination_variance, covariance, corrected;
    std::vector<Doubles> scan, scan_variance;
    Report report;
};

inline Answers run(const PairDistribution& kernel, std::size_t n_q, const Options& options, const Curve& curve) {
    const std::size_t n = kernel.r().size(), n_variance = curve.variance.empty() ? 0 : n;
    Answers out;
    const auto memory = [&](Doubles& value, Doubles& variance) {
        value.assign(n, 0);
        variance.assign(n_variance, 0);
        return Function1D{value, variance};
    };
    Output where;
    where.reduced = memory(out.reduced, out.reduced_variance);
    where.unwindowed = memory(out.unwindowed, out.unwindowed_variance);
    where.pair = memory(out.pair, out.pair_variance);
    where.total = memory(out.total, out.total_variance);
    where.radial = memory(out.radial, out.radial_variance);
    where.coordination = memory(out.coordination, out.coordination_variance);
    out.scan.resize(options.scan.size());
    out.scan_variance.resize(options.scan.size());
    for (std::size_t i = 0; i < options.scan.size(); ++i) where.scan.push_back(memory(out.scan[i], out.scan_variance[i]));
    out.covariance.assign(options.covariance ? n * n : n_variance, 0);
    out.corrected.assign(n_q, 0);
    where.covariance = out.covariance;
    where.corrected = out.corrected;
    out.report = kernel.run(curve, where);
    return out;
}

inline Answers run(const Doubles& q, const Options& options, const Doubles& s, const Doubles& variance = {},
                   std::optional<double> density = std::nullopt, const std::vector<std::uint8_t>& mask = {}) {
    return run(PairDistribution(q, {}, options), q.size(), options, {s, variance, mask, density});
}

}  // namespace sluice::pair_distribution::test
