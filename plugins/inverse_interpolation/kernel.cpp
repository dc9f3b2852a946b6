// SPDX-License-Identifier: BSD-3-Clause
// The points in order, where they pass the level, and how far level and curve are one within their errors.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <sluice/numerics/fail.hpp>

namespace sluice::inverse_interpolation {
namespace {

using Doubles = std::vector<double>;
using numerics::fail;

constexpr int samples = 32;  ///< between two nodes, where the ends of the interval are looked for

struct Node {
    double x, y, variance;
};

void check(const Points& points, const Options& options) {
    const auto n = points.x.size();
    const auto fits = [&](std::size_t size) { return size == n || size == 0; };
    if (points.y.size() != n || !fits(points.variances.size()) || !fits(points.mask.size()))
        fail<std::invalid_argument>("x has ", n, " points and y has ", points.y.size(), ". They must agree.");
    if (!(options.monotonic_within >= 0))
        fail<std::invalid_argument>("monotonic_within = ", options.monotonic_within, ", must be at least 0.");
}

std::optional<Node> node(const Points& points, std::size_t i, Scale scale) {
    Node out{points.x[i], points.y[i], points.variances.empty() ? 0 : points.variances[i]};
    const bool masked = !points.mask.empty() && points.mask[i] != 0;
    if (masked || !std::isfinite(out.x) || !std::isfinite(out.y) || !(out.variance >= 0) || std::isinf(out.variance)) return {};
    if (scale == Scale::linear) return out;
    if (!(out.y > 0)) return {};
    return Node{out.x, std::log(out.y), out.variance / out.y / out.y};
}

std::vector<Node> nodes_of(const Points& points, Scale scale) {
    std::vector<Node> nodes;
    for (std::size_t i = 0; i < points.x.size(); ++i)
        if (const auto each = node(points, i, scale)) nodes.push_back(*each);
    std::sort(nodes.begin(), nodes.end(), [](const Node& a, const Node& b) { return a.x < b.x; });
    for (std::size_t i = 1; i < nodes.size(); ++i)
        if (nodes[i].x == nodes[i - 1].x)
            fail<std::domain_error>("the curve has two points at x = ", nodes[i].x, ". Average them first (rebin, or mean).");
    return nodes;
}

/// Points that a logarithmic scale cannot take.
std::ptrdiff_t not_positive(const Points& points) {
    std::ptrdiff_t count = 0;
    for (std::size_t i = 0; i < points.x.size(); ++i) count += node(points, i, Scale::linear) && !(points.y[i] > 0);
    return count;
}

/// The level on the scale of the nodes.
Level scaled(const Level& level, Scale scale) {
    if (scale == Scale::linear) return level;
    return {std::log(level.value), level.variance / level.value / level.value};
}

class Inversion {
public:
    Inversion(const std::vector<Node>& nodes, const Level& level, const Options& options)
        : curve_(curve_of(nodes, options.method)), level_(level), options_(options) {
        for (const auto& each : nodes) variances_.push_back(each.variance);
    }

    /// Every place where the points pass the level.
    [[nodiscard]] std::vector<Place> places() const {
        std::vector<Place> found;
        const auto above = [&](std::size_t i) { return curve_.y(i) - level_.value; };
        for (std::size_t k = 0; k + 1 < curve_.size(); ++k) {
            if (above(k) == 0)
                found.push_back({k, 0});
            else if (above(k) < 0 ? above(k + 1) > 0 : above(k + 1) < 0)
                found.push_back(curve_.meeting(k, level_.value));
        }
        if (above(curve_.size() - 1) == 0) found.push_back({curve_.size() - 2, 1});
        return found;
    }

    [[nodiscard]] bool turns_next_to(std::size_t k) const {
        const double direction = curve_.y(k + 1) - curve_.y(k);
        const auto goes_back = [&](std::size_t i) {
            const double step = curve_.y(i + 1) - curve_.y(i);
            const double variance = options_.correlated ? 0 : variances_[i] + variances_[i + 1];
            return (direction > 0 ? step <= 0 : step >= 0) && std::abs(step) > options_.monotonic_within * std::sqrt(variance);
        };
        return direction == 0 || (k > 0 && goes_back(k - 1)) || (k + 2 < curve_.size() && goes_back(k + 1));
    }

    void describe(const Place& place, Result& result) const {
        const auto there = curve_.at(place);
        const double variance = combined_variance(place, there), x = curve_.x(place);
        result.x = {x, variance / (there.slope * there.slope)};
        result.slope = there.slope;
        if (!(variance >= 0)) return;  // nor has the interval ends
        result.lower = variance == 0 ? x : end_of_interval(place, -1);
        result.upper = variance == 0 ? x : end_of_interval(place, 1);
    }

private:
    static Curve curve_of(const std::vector<Node>& nodes, Method method) {
        Doubles x, y;
        for (const auto& each : nodes) x.push_back(each.x), y.push_back(each.y);
        return {std::move(x), std::move(y), method};
    }

    /// V(x) + var L.
    [[nodiscard]] double combined_variance(const Place& place, const There& there) const {
        double independent = 0, together = 0;
        for (std::size_t j = 0; j < 4; ++j) {
            if (there.by_node[j] == 0) continue;
            const double variance = variances_[place.k + j - 1];
            independent += there.by_node[j] * there.by_node[j] * variance;
            together += there.by_node[j] * std::sqrt(variance);
        }
        return level_.variance + (options_.correlated ? together * together : independent);
    }

    /// Whether level and curve differ there by more than 1 standard error.
    [[nodiscard]] bool apart(const Place& place) const {
        const auto there = curve_.at(place);
        const double distance = there.value - level_.value;
        return distance * distance > combined_variance(place, there);
    }

    /// The first place in that direction where they are apart.
    [[nodiscard]] double end_of_interval(const Place& from, int direction) const {
        Place last = from;
        const double begin = direction > 0 ? 0 : 1;
        for (auto k = from.k; k<curve_.size() - 1; direction> 0 ? ++k : --k) {  // below 0 it wraps round, and ends too
            for (int i = 1; i <= samples; ++i) {
                const Place next{k, begin + direction * static_cast<double>(i) / samples};
                if (k == from.k && direction * (next.u - from.u) <= 0) continue;
                if (apart(next)) return boundary(last.k == k ? last : Place{k, begin}, next);
                last = next;
            }
        }
        return unknown;
    }

    [[nodiscard]] double boundary(Place near, Place far) const {
        for (int i = 0; i < 50; ++i) {
            const Place middle{near.k, (near.u + far.u) / 2};
            (apart(middle) ? far : near) = middle;
        }
        return curve_.x({near.k, (near.u + far.u) / 2});
    }

    Curve curve_;
    Level level_;
    const Options& options_;
    Doubles variances_;
};

Status status_without_meeting(const std::vector<Node>& nodes, const Level& level) {
    return nodes.front().y > level.value ? Status::below_range : Status::above_range;
}

}  // namespace

Result invert(const Points& points, const Level& level, const Options& options) {
    check(points, options);
    const auto nodes = nodes_of(points, options.scale);
    Result result;
    result.points = static_cast<std::ptrdiff_t>(nodes.size());
    if (options.scale == Scale::logarithmic) result.not_positive = not_positive(points);
    const auto fails = [&](Status status) {
        result.status = status;
        return result;
    };
    if (result.points < 2) return fails(Status::too_few_points);
    if (!std::isfinite(level.value)) return fails(Status::no_level);
    if (options.scale == Scale::logarithmic && !(level.value > 0)) return fails(Status::below_range);
    const Inversion inversion(nodes, scaled(level, options.scale), options);
    const auto places = inversion.places();
    if (places.empty()) return fails(status_without_meeting(nodes, scaled(level, options.scale)));
    if (places.size() > 1 || inversion.turns_next_to(places.front().k)) return fails(Status::not_monotonic);
    inversion.describe(places.front(), result);
    if (options.scale == Scale::logarithmic) result.slope *= level.value;
    return result;
}

}  // namespace sluice::inverse_interpolation
