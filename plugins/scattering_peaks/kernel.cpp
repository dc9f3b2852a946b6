// SPDX-License-Identifier: BSD-3-Clause
// Which peaks get a place, and what is fitted to each.
#include "kernel.hpp"

#include <algorithm>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

#include "points.hpp"

namespace sluice::scattering_peaks {
namespace {

using numerics::fail;

void check_length(const char* name, std::size_t length, std::size_t n) {
    if (length != n) fail<std::invalid_argument>(name, " has ", length, " points and q has ", n, ". They must agree.");
}

void check_curve(const Curve& curve, std::size_t n) {
    check_length("intensity", curve.intensity.size(), n);
    if (!curve.variance.empty()) check_length("variance", curve.variance.size(), n);
    if (!curve.mask.empty()) check_length("mask", curve.mask.size(), n);
}

void check_windows(const Options& options) {
    if (!(options.range.from < options.range.to))
        fail<std::invalid_argument>("q_min = ", options.range.from, ", must be below q_max = ", options.range.to, ".");
    const auto& windows = options.windows;
    for (std::size_t i = 0; i < windows.size(); ++i) {
        if (!(windows[i].from < windows[i].to))
            fail<std::invalid_argument>("windows[", i, "] goes from ", windows[i].from, " to ", windows[i].to,
                                        ", must go upwards.");
        if (i > 0 && windows[i].from < windows[i - 1].to)
            fail<std::invalid_argument>("windows[", i, "] begins at ", windows[i].from, ", before windows[", i - 1, "] ends at ",
                                        windows[i - 1].to, ". Windows must follow one another without overlap.");
    }
}

void check_q(std::span<const double> q) {
    for (std::size_t i = 1; i < q.size(); ++i)
        if (!(q[i] > q[i - 1]))
            fail<std::domain_error>("q[", i, "] = ", q[i], " does not lie above q[", i - 1, "] = ", q[i - 1],
                                    ". Sort the curve by q and merge repeated points.");
}

bool less_prominent(const Candidate& a, const Candidate& b) { return a.prominence < b.prominence; }

/// The most significant `places` of them, in increasing q.
std::vector<Candidate> best_of(std::vector<Candidate> all, std::size_t places) {
    if (all.size() <= places) return all;
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.significance > b.significance; });
    all.resize(places);
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.top < b.top; });
    return all;
}

Peak fit(const Points& points, const Candidate& candidate, const Options& options, Doubles& curve) {
    switch (options.method) {
        case Method::quartic:
            return fit_polynomial(points, candidate, 4, curve);
        case Method::parabola:
            return fit_polynomial(points, candidate, 2, curve);
        case Method::lorentzian:
        case Method::gaussian:
            break;
    }
    return fit_shape(points, candidate, options.method, !options.windows.empty(), curve);
}

/// The most prominent peak of a window, which the fit may use whole.
Peak peak_in(const Curve& curve, const Curve& search, Window window, const Options& options, Result& result) {
    window.from = std::max(window.from, options.range.from);
    window.to = std::min(window.to, options.range.to);
    const Points points = usable_points(curve, search, window);
    const auto all = find_candidates(points, options);
    result.count += static_cast<std::ptrdiff_t>(all.size());
    if (all.empty()) return {};
    auto best = *std::max_element(all.begin(), all.end(), less_prominent);
    best.lower = points.q.front();
    best.upper = points.q.back();
    return fit(points, best, options, result.curve);
}

}  // namespace

Result find_peaks(const Curve& curve, const Curve& search, const Options& options) {
    check_curve(curve, curve.q.size());
    check_curve(search, curve.q.size());
    check_windows(options);
    check_q(curve.q);
    if (options.max_peaks < 1) fail<std::invalid_argument>("max_peaks = ", options.max_peaks, ", must be at least 1.");

    Result result;
    result.curve.assign(curve.q.size(), unknown);
    for (const auto& window : options.windows) result.peaks.push_back(peak_in(curve, search, window, options, result));
    if (!options.windows.empty()) return result;

    const Points points = usable_points(curve, search, options.range);
    const auto all = find_candidates(points, options);
    result.count = static_cast<std::ptrdiff_t>(all.size());
    const auto places = static_cast<std::size_t>(options.max_peaks);
    for (const auto& each : best_of(all, places)) result.peaks.push_back(fit(points, each, options, result.curve));
    result.peaks.resize(places);
    return result;
}

}  // namespace sluice::scattering_peaks
