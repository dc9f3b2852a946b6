// SPDX-License-Identifier: BSD-3-Clause
// Weighted sums per bin: one pass over the points, each added to the bins that it touches.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/fail.hpp>

namespace sluice::rebin {
namespace {

using numerics::fail;

constexpr double most_bins = 1e7;

void check_increasing(std::span<const double> edges, const char* name) {
    for (std::size_t i = 0; i < edges.size(); ++i)
        if (!std::isfinite(edges[i]) || (i > 0 && !(edges[i] > edges[i - 1])))
            fail<std::invalid_argument>(name, " must increase strictly, but there is ", edges[i], " at index ", i, ".");
}

void check_length(const char* name, std::size_t got, std::size_t needed) {
    if (got != needed) fail<std::invalid_argument>(name, " has ", got, " elements, must be ", needed, ".");
}

void check(const Curve& curve, std::span<const double> edges, Weighting weighting, const Rebinned& out) {
    const auto n = curve.y.size();
    if (curve.x.size() != n && curve.x.size() != n + 1) check_length("x", curve.x.size(), n);
    if (!curve.variances.empty()) check_length("variances", curve.variances.size(), n);
    if (!curve.mask.empty()) check_length("mask", curve.mask.size(), n);
    if (weighting == Weighting::inverse_variance && curve.variances.empty() && n > 0)
        fail<std::invalid_argument>("weights of inverse variance need variances.");
    if (edges.size() < 2) fail<std::invalid_argument>("there are ", edges.size(), " edges, must be at least 2.");
    check_increasing(edges, "edges");
    check_length("values", out.values.size(), edges.size() - 1);
    check_length("count", out.count.size(), edges.size() - 1);
    check_length("the mask of the result", out.masked.size(), edges.size() - 1);
}

/// Sums of one kind over all new bins.
class Sums {
public:
    Sums(const Curve& curve, Statistic statistic, Weighting weighting, const Rebinned& out)
        : curve_(curve), statistic_(statistic), weighting_(weighting), out_(out), weights_(out.values.size(), 0.0) {
        std::fill(out.values.begin(), out.values.end(), 0.0);
        std::fill(out.variances.begin(), out.variances.end(), 0.0);
        std::fill(out.count.begin(), out.count.end(), 0.0);
    }

    [[nodiscard]] bool uses(std::size_t i) const {
        if (!std::isfinite(curve_.y[i]) || (!curve_.mask.empty() && curve_.mask[i] != 0)) return false;
        return weighting_ == Weighting::equal || (curve_.variances[i] > 0 && std::isfinite(curve_.variances[i]));
    }
    void add(std::size_t i, std::size_t bin, double share, double width) {
        double weight = statistic_ == Statistic::sum ? share : width;
        if (statistic_ == Statistic::mean && weighting_ == Weighting::inverse_variance) weight = share / curve_.variances[i];
        out_.values[bin] += weight * curve_.y[i];
        if (!out_.variances.empty())
            out_.variances[bin] += weight * weight * (curve_.variances.empty() ? 0 : curve_.variances[i]);
        out_.count[bin] += share;
        weights_[bin] += weight;
    }
    void finish() {
        constexpr double none = std::numeric_limits<double>::quiet_NaN();
        for (std::size_t bin = 0; bin < weights_.size(); ++bin) {
            const bool empty = !(out_.count[bin] > 0);
            const double divisor = empty ? none : statistic_ == Statistic::sum ? 1 : weights_[bin];
            out_.values[bin] /= divisor;
            if (!out_.variances.empty()) out_.variances[bin] /= divisor * divisor;
            out_.masked[bin] = empty ? 1 : 0;
        }
    }

private:
    const Curve& curve_;
    Statistic statistic_;
    Weighting weighting_;
    const Rebinned& out_;
    std::vector<double> weights_;
};

void add_points(const Curve& curve, std::span<const double> edges, Sums& sums) {
    for (std::size_t i = 0; i < curve.y.size(); ++i) {
        const double x = curve.x[i];
        if (!sums.uses(i) || !(x >= edges.front() && x <= edges.back())) continue;
        const auto above = static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), x) - edges.begin());
        sums.add(i, std::min(above, edges.size() - 1) - 1, 1, 1);
    }
}

/// `edge`, or the new edge that it means.
double snapped(double edge, double width, std::span<const double> edges) {
    const auto above = std::lower_bound(edges.begin(), edges.end(), edge);
    if (above != edges.end() && *above - edge <= 1e-9 * width) return *above;
    if (above != edges.begin() && edge - *(above - 1) <= 1e-9 * width) return *(above - 1);
    return edge;
}

void add_bins(const Curve& curve, std::span<const double> edges, Sums& sums) {
    const bool down = curve.x[curve.x.size() - 1] < curve.x[0];
    for (std::size_t i = 0; i < curve.y.size(); ++i) {
        double low = curve.x[down ? i + 1 : i], high = curve.x[down ? i : i + 1];
        if (!(low < high) || !std::isfinite(high - low))
            fail<std::domain_error>("the edges of the data must increase or decrease strictly; those of bin ", i, " are ",
                                    curve.x[i], " and ", curve.x[i + 1], ".");
        if (!sums.uses(i)) continue;
        const double width = high - low;
        low = snapped(low, width, edges);
        high = snapped(high, width, edges);
        const auto first = std::upper_bound(edges.begin(), edges.end(), low) - edges.begin();
        for (auto bin = static_cast<std::size_t>(std::max<std::ptrdiff_t>(first, 1)) - 1;
             bin + 1 < edges.size() && edges[bin] < high; ++bin) {
            const double overlap = std::min(high, edges[bin + 1]) - std::max(low, edges[bin]);
            if (overlap > 0) sums.add(i, bin, overlap / (high - low), overlap);
        }
    }
}

void check_range(double first, double last, bool logarithmic) {
    if (!(first < last) || !std::isfinite(last - first))
        fail<std::invalid_argument>("first = ", first, " and last = ", last, "; first must be below last.");
    if (logarithmic && !(first > 0)) fail<std::invalid_argument>("first = ", first, ", must be above 0 for logarithmic spacing.");
}

}  // namespace

void rebin(const Curve& curve, std::span<const double> edges, Statistic statistic, Weighting weighting, const Rebinned& out) {
    check(curve, edges, weighting, out);
    Sums sums(curve, statistic, weighting, out);
    if (curve.x.size() == curve.y.size())
        add_points(curve, edges, sums);
    else
        add_bins(curve, edges, sums);
    sums.finish();
}

std::vector<double> counted_edges(double first, double last, std::ptrdiff_t count, bool logarithmic) {
    if (count < 1) fail<std::invalid_argument>("count = ", count, ", must be at least 1.");
    return numerics::spaced(first, last, count + 1, logarithmic);
}

std::vector<double> stepped_edges(double first, double last, double step, bool logarithmic) {
    check_range(first, last, logarithmic);
    if (!(step > 0)) fail<std::invalid_argument>("step = ", step, ", must be above 0.");
    const double steps = logarithmic ? std::log(last / first) / std::log1p(step) : (last - first) / step;
    if (!(steps < most_bins))
        fail<std::invalid_argument>("step = ", step, " makes more than ", most_bins, " bins; take a larger one.");
    const auto count =
        static_cast<std::ptrdiff_t>(std::ceil(steps * (1 - 1e-12)));  // a range of whole steps gets no sliver behind it
    std::vector<double> edges;
    for (std::ptrdiff_t i = 0; i <= count; ++i) {
        const auto k = static_cast<double>(i);
        edges.push_back(logarithmic ? first * std::exp(k * std::log1p(step)) : first + k * step);
    }
    edges.back() = std::max(edges.back(), last);  // whatever rounding does, the last point is inside
    return edges;
}

std::vector<double> edges_around(std::span<const double> points) {
    if (points.size() < 2) fail<std::invalid_argument>("there are ", points.size(), " points, bins around them need at least 2.");
    check_increasing(points, "points");
    const auto n = points.size();
    std::vector<double> edges{points[0] - (points[1] - points[0]) / 2};
    for (std::size_t i = 1; i < n; ++i) edges.push_back((points[i - 1] + points[i]) / 2);
    edges.push_back(points[n - 1] + (points[n - 1] - points[n - 2]) / 2);
    return edges;
}

}  // namespace sluice::rebin
