// SPDX-License-Identifier: BSD-3-Clause
// Ranges, what is usable in a curve, and the order of things: low-r passes first, then every function that is wanted.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

namespace sluice::pair_distribution {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::size_t index(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }

void fill(const Function1D& out, double value) {
    std::fill(out.value.begin(), out.value.end(), value);
    std::fill(out.variance.begin(), out.variance.end(), value);
}

void fill_all(const Output& out) {
    for (const auto& each : {out.reduced, out.unwindowed, out.pair, out.total, out.radial, out.coordination}) fill(each, unknown);
    for (const auto& each : out.scan) fill(each, unknown);
    std::fill(out.covariance.begin(), out.covariance.end(), unknown);
}

void copy(const Values& from, const Function1D& to) {
    std::copy_n(from.value.begin(), to.value.size(), to.value.begin());
    std::copy_n(from.variance.begin(), to.variance.size(), to.variance.begin());
}

bool wanted(const Function1D& out) { return !out.value.empty(); }

bool usable(const Curve& curve, std::size_t k) {
    if (!curve.mask.empty() && curve.mask[k] != 0) return false;
    return std::isfinite(curve.s[k]) && (curve.variance.empty() || std::isfinite(curve.variance[k]));
}

void check_lengths(const Curve& curve, std::size_t n) {
    if (curve.s.size() != n || (!curve.variance.empty() && curve.variance.size() != n) ||
        (!curve.mask.empty() && curve.mask.size() != n))
        numerics::fail<std::invalid_argument>("S has ", curve.s.size(), " points, its variance ", curve.variance.size(),
                                              ", its mask ", curve.mask.size(), "; q has ", n, ". They must agree.");
}

}  // namespace

PairDistribution::PairDistribution(std::span<const double> q, std::span<const std::uint8_t> mask, const Options& options)
    : q_(q.begin(), q.end()), options_(options) {
    check(options);
    if (!q_.empty() && !(q_[0] >= 0))
        numerics::fail<std::invalid_argument>("q begins at ", q_[0], " 1/angstrom, must be at least 0.");
    last_ = last_point(q_, options.q_max);
    std::ptrdiff_t largest = shortest_ = last_;
    for (const double each : options.scan) {
        largest = std::max(largest, lasts_.emplace_back(last_point(q_, each)));
        shortest_ = std::min(shortest_, lasts_.back());
    }
    check_points_between();
    const auto used = std::span<const double>(q_).first(index(largest + 1));
    const auto grid = r_grid(used.first(index(last_ + 1)), options);
    sums_ = std::make_unique<Sums>(used, grid.step, grid.count, options.covariance);
    const auto first = first_point(q_, mask, options.q_min);
    if (first < shortest_) prepared_ = prepare(first);
}

void PairDistribution::check_points_between() const {
    const auto points = shortest_ + 1 - first_point(q_, {}, options_.q_min);
    if (points < 2)
        numerics::fail<std::invalid_argument>("only ", std::max<std::ptrdiff_t>(points, 0),
                                              " points of q lie between q_min = ", options_.q_min.value_or(0),
                                              " and the q_max that ends at ", q_[index(shortest_)],
                                              " 1/angstrom, at least 2 are needed. Lower q_min, or raise that q_max.");
}

PairDistribution::Prepared PairDistribution::prepare(std::ptrdiff_t first) const {
    const Range range{first, last_, options_.window, options_.window_width, options_.low_q, options_.low_q_points, options_.s0};
    Range plain = range;
    plain.window = numerics::Window::none;
    Prepared out{std::make_unique<Cut>(*sums_, range, true), std::make_unique<Cut>(*sums_, plain, false), {}, {}, false};
    for (const auto last : lasts_) {
        Range shorter = range;
        shorter.last = last;
        out.scan.emplace_back(*sums_, shorter, false);
    }
    if (options_.low_r_limit) out.low_r.emplace(*sums_, *out.main, *options_.low_r_limit);
    double widest = 0;
    for (auto k = index(first) + 1; k <= index(last_); ++k) widest = std::max(widest, q_[k] - q_[k - 1]);
    out.beyond_nyquist = sums_->r().back() * widest > std::numbers::pi * (1 + 1e-9);
    return out;
}

std::ptrdiff_t PairDistribution::first_usable(const Curve& curve) const {
    auto first = first_point(q_, curve.mask, options_.q_min);
    while (first < std::ssize(q_) && !usable(curve, index(first))) ++first;
    return first;
}

bool PairDistribution::complete(const Curve& curve, std::ptrdiff_t first) const {
    const std::ptrdiff_t last = std::ssize(sums_->q()) - 1;  // that of the scan, too
    if (first >= shortest_) return false;
    for (std::ptrdiff_t k = first; k <= last; ++k)
        if (!usable(curve, index(k))) return false;
    return true;
}

Report PairDistribution::run(const Curve& curve, const Output& out) const {
    check_lengths(curve, q_.size());
    if (options_.passes > 0 && !curve.number_density)
        numerics::fail<std::invalid_argument>("passes = ", options_.passes,
                                              " needs number_density. Give it, or set passes to 0.");
    Report report;
    report.low_r_chi_square.assign(index(options_.passes + 1), unknown);
    std::copy_n(curve.s.begin(), out.corrected.size(), out.corrected.begin());
    const auto first = first_usable(curve);
    if (!complete(curve, first)) {
        fill_all(out);
        report.status = Status::missing_points;
        return report;
    }
    report.q_first = q_[index(first)];
    const bool as_prepared = prepared_.main && prepared_.main->range().first == first;
    const Prepared own = as_prepared ? Prepared{} : prepare(first);
    const Prepared& prepared = as_prepared ? prepared_ : own;
    std::vector<double> s(curve.s.begin(), curve.s.begin() + std::ssize(sums_->q()));
    report.status = low_r(prepared, curve, s, report);
    if (report.status == Status::no_density && options_.passes > 0) {
        fill_all(out);
        std::fill(out.corrected.begin(), out.corrected.end(), unknown);
        return report;
    }
    std::copy_n(s.begin(), std::min(s.size(), out.corrected.size()), out.corrected.begin());
    transform(prepared, curve, s, out);
    if (report.status == Status::ok && prepared.beyond_nyquist) report.status = Status::nyquist;
    return report;
}

Status PairDistribution::low_r(const Prepared& prepared, const Curve& curve, std::vector<double>& s, Report& report) const {
    const bool known = curve.number_density && *curve.number_density > 0 && std::isfinite(*curve.number_density);
    const Status without = curve.number_density && !known ? Status::no_density : Status::ok;
    if (!prepared.low_r) return without;
    const auto variance = curve.variance.first(curve.variance.empty() ? 0 : s.size());
    report.low_r_density = prepared.low_r->density(s, variance);
    if (!known) return without;
    auto result = prepared.low_r->correct(s, *curve.number_density, options_.passes, options_.correction);
    s = std::move(result.s);
    report.low_r_residual = result.residual;
    const bool left_over = result.relative > options_.low_r_tolerance || result.chi_square.back() > result.chi_square.front();
    report.low_r_chi_square = std::move(result.chi_square);
    return left_over ? Status::low_r_residual : Status::ok;
}

void PairDistribution::transform(const Prepared& prepared, const Curve& curve, std::span<const double> s,
                                 const Output& out) const {
    const auto variance = curve.variance.first(curve.variance.empty() ? 0 : s.size());
    const auto function = [&](const Cut& cut, const Function1D& to) {
        if (wanted(to)) copy(cut.at_r(Function::reduced, s, variance), to);
    };
    from_windowed(prepared, curve, s, out);
    if (options_.window == numerics::Window::none && wanted(out.reduced) && wanted(out.unwindowed)) {
        std::copy_n(out.reduced.value.begin(), out.reduced.value.size(), out.unwindowed.value.begin());
        std::copy_n(out.reduced.variance.begin(), out.reduced.variance.size(), out.unwindowed.variance.begin());
    } else {
        function(*prepared.plain, out.unwindowed);
    }
    for (std::size_t i = 0; i < out.scan.size(); ++i)
        function(prepared.scan.empty() ? *prepared.main : prepared.scan.at(i), out.scan[i]);
    if (options_.covariance && !out.covariance.empty()) prepared.main->covariance(variance, out.covariance);
}

/// G with the window, and what is made of it.
void PairDistribution::from_windowed(const Prepared& prepared, const Curve& curve, std::span<const double> s,
                                     const Output& out) const {
    const auto variance = curve.variance.first(curve.variance.empty() ? 0 : s.size());
    const double density = curve.number_density && *curve.number_density > 0 ? *curve.number_density : unknown;
    const bool diagonal = !options_.covariance && !out.covariance.empty();
    if (wanted(out.reduced) || wanted(out.pair) || wanted(out.total) || wanted(out.radial) || diagonal) {
        const auto reduced = prepared.main->at_r(Function::reduced, s, variance);
        copy(reduced, out.reduced);
        if (diagonal) std::copy(reduced.variance.begin(), reduced.variance.end(), out.covariance.begin());
        write_pair(r(), reduced, prepared.main->slope_at_zero(s, variance), density, out.pair);
        write_total(r(), reduced, density, out.total);
        write_radial(r(), reduced, density, out.radial);
    }
    if (wanted(out.coordination))
        write_coordination(r(), prepared.main->at_r(Function::running, s, variance), density, out.coordination);
    if (!std::isfinite(density))
        for (const auto& each : {out.pair, out.total, out.radial, out.coordination}) fill(each, unknown);
}

}  // namespace sluice::pair_distribution
