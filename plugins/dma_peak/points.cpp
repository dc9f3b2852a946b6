// SPDX-License-Identifier: BSD-3-Clause
// Usable points in order of temperature, and whether the temperature went there and back.
#include "points.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/fail.hpp>

namespace sluice::dma_peak {
namespace {

void check_lengths(const Curve& curve) {
    const auto n = curve.temperature_K.size();
    for (const auto other : {curve.value.size(), curve.variance.size(), curve.mask.size()})
        if (other != n && (other != 0 || n == 0))
            numerics::fail<std::invalid_argument>("a curve has ", n, " temperatures and ", other,
                                                  " values, variances or flags. They must agree.");
    if (curve.value.size() != n)
        numerics::fail<std::invalid_argument>("a curve has ", n, " temperatures and no values. They must agree.");
}

bool usable(const Curve& curve, std::size_t i) {
    if (!std::isfinite(curve.temperature_K[i]) || !std::isfinite(curve.value[i])) return false;
    if (!curve.mask.empty() && curve.mask[i] != 0) return false;
    return curve.variance.empty() || (std::isfinite(curve.variance[i]) && curve.variance[i] > 0);
}

/// Adds up the sweeps of a sequence of temperatures: see usable_points().
class Sweeps {
public:
    explicit Sweeps(double tolerance_K) : tolerance_K_(tolerance_K) {}

    void add(double temperature_K) {
        ++since_extreme_;
        if (points_++ == 0) begin_ = extreme_ = temperature_K;
        const double further = direction_ * (temperature_K - extreme_);
        if (direction_ == 0 ? std::abs(temperature_K - begin_) > tolerance_K_ : further < -tolerance_K_)
            turn_to(temperature_K);
        else if (direction_ != 0 && further >= 0)
            extreme_ = temperature_K, since_extreme_ = 0;
    }
    [[nodiscard]] double length_K() const { return length_K_ + sweep_K(points_ - since_extreme_); }

private:
    static constexpr std::ptrdiff_t least_points = 8;

    [[nodiscard]] double sweep_K(std::ptrdiff_t points) const { return points < least_points ? 0 : std::abs(extreme_ - begin_); }

    void turn_to(double temperature_K) {
        length_K_ += sweep_K(points_ - since_extreme_);
        points_ = since_extreme_ + 1;  // the extreme belongs to both runs
        begin_ = extreme_;
        extreme_ = temperature_K;
        direction_ = extreme_ > begin_ ? 1 : -1;
        since_extreme_ = 0;
    }

    double tolerance_K_, begin_ = 0, extreme_ = 0, length_K_ = 0;
    double direction_ = 0;
    std::ptrdiff_t points_ = 0, since_extreme_ = 0;
};

bool goes_there_and_back(const std::vector<double>& temperature_K) {
    if (temperature_K.empty()) return false;
    const auto [low, high] = std::minmax_element(temperature_K.begin(), temperature_K.end());
    const double range_K = *high - *low;
    Sweeps sweeps(0.02 * range_K);
    for (const double each : temperature_K) sweeps.add(each);
    return sweeps.length_K() > 1.5 * range_K;
}

}  // namespace

Points usable_points(const Curve& curve, double from_K, double to_K) {
    check_lengths(curve);
    const double infinity = std::numeric_limits<double>::infinity();
    const double from = std::isnan(from_K) ? -infinity : from_K, to = std::isnan(to_K) ? infinity : to_K;
    std::vector<std::size_t> order;
    std::vector<double> as_measured;
    for (std::size_t i = 0; i < curve.temperature_K.size(); ++i) {
        if (!usable(curve, i) || !numerics::inside(curve.temperature_K[i], from, to)) continue;
        order.push_back(i);
        as_measured.push_back(curve.temperature_K[i]);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return curve.temperature_K[a] < curve.temperature_K[b]; });
    Points points;
    points.turns = goes_there_and_back(as_measured);
    for (const auto i : order) {
        points.temperature_K.push_back(curve.temperature_K[i]);
        points.value.push_back(curve.value[i]);
        if (!curve.variance.empty()) points.variance.push_back(curve.variance[i]);
    }
    return points;
}

}  // namespace sluice::dma_peak
