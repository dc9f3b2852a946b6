// SPDX-License-Identifier: BSD-3-Clause
// Covariance across a line: a diagonal, or a matrix by its Cholesky factor (Golub and Van Loan, Matrix Computations,
// section 4.2).
#include "errors.hpp"

#include <cmath>

namespace sluice::linear_fit {
namespace {

constexpr double smallest_pivot = 1e-13;  // of the diagonal element: below, rounding decides

}  // namespace

AcrossLine::AcrossLine(const Errors& errors, double sine, double cosine) : errors_(errors), sine_(sine), cosine_(cosine) {
    const auto n = errors.x_variances.size();
    std::vector<double> own(n);
    for (std::size_t i = 0; i < n; ++i) own[i] = sine * sine * errors.x_variances[i] - 2 * sine * cosine * errors.cross[i];
    if (errors.y_covariance.empty()) {
        for (std::size_t i = 0; i < n; ++i) {
            own[i] += cosine * cosine * errors.y_variances[i];
            if (!(own[i] > 0)) positive_ = false;
        }
        m_ = own;
        return;
    }
    m_ = errors.y_covariance;
    for (double& each : m_) each *= cosine * cosine;
    for (std::size_t i = 0; i < n; ++i) m_[i * n + i] += own[i];
    factorise();
}

/// The lower triangle of m_ becomes L of M = L L^T.
void AcrossLine::factorise() {
    const auto n = errors_.x_variances.size();
    for (std::size_t j = 0; j < n; ++j) {
        const double diagonal = m_[j * n + j];
        double pivot = diagonal;
        for (std::size_t k = 0; k < j; ++k) pivot -= m_[j * n + k] * m_[j * n + k];
        if (!(pivot > smallest_pivot * diagonal)) {  // NaN too
            positive_ = false;
            return;
        }
        m_[j * n + j] = std::sqrt(pivot);
        for (std::size_t i = j + 1; i < n; ++i) {
            double sum = m_[i * n + j];
            for (std::size_t k = 0; k < j; ++k) sum -= m_[i * n + k] * m_[j * n + k];
            m_[i * n + j] = sum / m_[j * n + j];
        }
    }
}

std::vector<double> AcrossLine::solve(std::span<const double> v) const {
    const auto n = v.size();
    std::vector<double> out(v.begin(), v.end());
    if (errors_.y_covariance.empty()) {
        for (std::size_t i = 0; i < n; ++i) out[i] /= m_[i];
        return out;
    }
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < i; ++k) out[i] -= m_[i * n + k] * out[k];
        out[i] /= m_[i * n + i];
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = i + 1; k < n; ++k) out[i] -= m_[k * n + i] * out[k];
        out[i] /= m_[i * n + i];
    }
    return out;
}

double AcrossLine::derivative(std::span<const double> w) const {
    const auto n = w.size();
    double along = 0, cross = 0;  // w^T (D_x - C_y) w and w^T D_xy w
    for (std::size_t i = 0; i < n; ++i) {
        along += errors_.x_variances[i] * w[i] * w[i];
        cross += errors_.cross[i] * w[i] * w[i];
        if (errors_.y_covariance.empty())
            along -= errors_.y_variances[i] * w[i] * w[i];
        else
            for (std::size_t j = 0; j < n; ++j) along -= errors_.y_covariance[i * n + j] * w[i] * w[j];
    }
    return 2 * sine_ * cosine_ * along - 2 * (cosine_ * cosine_ - sine_ * sine_) * cross;
}

}  // namespace sluice::linear_fit
