// SPDX-License-Identifier: BSD-3-Clause
// Orthogonal polynomials by their three-term recurrence: no normal equations, so no loss of digits at high degree.
#include "polynomial_row.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::smoothing {

bool PolynomialRow::make(std::span<const double> x, std::span<const double> k, double at, int degree, int derivative,
                         std::span<double> row) {
    const std::size_t n = x.size(), orders = static_cast<std::size_t>(derivative) + 1;
    if (std::count_if(k.begin(), k.end(), [](double each) { return each > 0; }) <= degree) return false;
    const double middle = (x.front() + x.back()) / 2, half = n > 1 ? (x.back() - x.front()) / 2 : 1;
    u_.resize(n);
    for (std::size_t j = 0; j < n; ++j) u_[j] = (x[j] - middle) / half;
    const double u_at = (at - middle) / half, scale = std::pow(half, -derivative);
    last_.assign(n, 0);
    now_.assign(n, 1);
    at_last_.assign(orders, 0);
    at_now_.assign(orders, 0);
    at_now_[0] = 1;
    std::fill(row.begin(), row.end(), 0.0);

    double norm_last = 1;
    for (int m = 0;; ++m) {
        double norm = 0, moment = 0;
        for (std::size_t j = 0; j < n; ++j) {
            const double weight = k[j] * now_[j] * now_[j];
            norm += weight;
            moment += weight * u_[j];
        }
        if (!(norm > 0)) return false;
        const double share = scale * at_now_[orders - 1] / norm;
        for (std::size_t j = 0; j < n; ++j) row[j] += k[j] * now_[j] * share;
        if (m == degree) return true;
        // P_(m+1)(u) = (u - a) P_m(u) - b P_(m-1)(u); its derivatives by the rule of products
        const double a = moment / norm, b = m > 0 ? norm / norm_last : 0;
        for (std::size_t j = 0; j < n; ++j) last_[j] = (u_[j] - a) * now_[j] - b * last_[j];
        for (std::size_t d = orders; d-- > 0;)
            at_last_[d] = (u_at - a) * at_now_[d] + (d > 0 ? static_cast<double>(d) * at_now_[d - 1] : 0.0) - b * at_last_[d];
        last_.swap(now_);
        at_last_.swap(at_now_);
        norm_last = norm;
    }
}

}  // namespace sluice::smoothing
