// SPDX-License-Identifier: BSD-3-Clause
// Differences and ratios to one value, and their covariance.
#include "kernel.hpp"

#include <cmath>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::relative_change {
namespace {

constexpr double least_significance = 3;

void check(const Series& series) {
    const auto n = series.values.size();
    for (const auto other : {series.variances.size(), series.mask.size()})
        if (other != 0 && other != n)
            numerics::fail<std::invalid_argument>("the series has ", n, " values, and ", other,
                                                  " variances or mask elements. They must agree.");
}

bool usable(const Series& series, std::size_t i) {
    if (!series.mask.empty() && series.mask[i] != 0) return false;
    if (!std::isfinite(series.values[i])) return false;
    return series.variances.empty() || (std::isfinite(series.variances[i]) && series.variances[i] >= 0);
}

Change nothing(const Series& series) {
    const auto n = series.values.size();
    Change out{std::vector<double>(n, unknown), {}, {}};
    if (series.variances.empty()) return out;
    out.variances.assign(n, unknown);
    out.covariance.assign(n * n, unknown);
    return out;
}

/// What a value y is turned into, y -> a y + b, and what the reference's error does to it: d/dy_r.
struct Linear {
    double a, b;
    bool is_ratio;
    [[nodiscard]] double value(double y) const { return a * y + b; }
    [[nodiscard]] double by_reference(double y) const { return is_ratio ? -a * value(y) : -1; }
};

struct Known {
    const Series& series;
    std::optional<std::size_t> at;  ///< the reference, if it is one of the series
    double variance;                ///< of the reference
};

/// 0 between the reference and any other: what is exact has no covariance.
double covariance(const Known& known, const Linear& map, std::size_t i, std::size_t j) {
    const auto& y = known.series.values;
    if (i == known.at || j == known.at) return 0;
    const double own = i == j ? map.a * map.a * known.series.variances[i] : 0;
    return own + map.by_reference(y[i]) * map.by_reference(y[j]) * known.variance;
}

Change apply(const Known& known, const Linear& map) {
    Change out = nothing(known.series);
    const auto n = known.series.values.size();
    for (std::size_t i = 0; i < n; ++i) {
        if (!usable(known.series, i)) continue;
        out.values[i] = i == known.at ? (map.is_ratio ? 1 : 0) : map.value(known.series.values[i]);
        if (known.series.variances.empty()) continue;
        out.variances[i] = covariance(known, map, i, i);
        for (std::size_t j = 0; j < n; ++j)
            if (usable(known.series, j)) out.covariance[i * n + j] = covariance(known, map, i, j);
    }
    return out;
}

Result against(const Known& known, double reference) {
    Result result{Status::ok, apply(known, {1, -reference, false}), {}};
    if (std::abs(reference) > least_significance * std::sqrt(known.variance)) {
        result.ratio = apply(known, {1 / reference, 0, true});
        return result;
    }
    result.status = Status::reference_not_significant;
    result.ratio = nothing(known.series);
    return result;
}

}  // namespace

Result change(const Series& series, std::size_t reference) {
    check(series);
    if (reference >= series.values.size())
        numerics::fail<std::invalid_argument>("the reference has the index ", reference, " in a series of ", series.values.size(),
                                              " values.");
    if (!usable(series, reference)) return {Status::reference_missing, nothing(series), nothing(series)};
    return against({series, reference, series.variances.empty() ? 0 : series.variances[reference]}, series.values[reference]);
}

Result change(const Series& series, const Reference& reference) {
    check(series);
    const bool known = std::isfinite(reference.value) && std::isfinite(reference.variance) && reference.variance >= 0;
    if (!known) return {Status::reference_missing, nothing(series), nothing(series)};
    return against({series, std::nullopt, reference.variance}, reference.value);
}

}  // namespace sluice::relative_change
