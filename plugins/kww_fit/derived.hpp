// SPDX-License-Identifier: BSD-3-Clause
// What follows from the parameters of a fit, with first-order variances.
#pragma once

#include "kernel.hpp"

namespace sluice::kww_fit {

using Gradient = std::array<double, n_parameters>;

/// gradient^T covariance gradient; what the gradient does not hold may be NaN in the covariance.
[[nodiscard]] double propagated(const Gradient& gradient, const Matrix& covariance);

/// Of the values and the covariance of a result; see fit() for what is NaN.
[[nodiscard]] Value tau_of(const Result& result);
[[nodiscard]] Value mean_relaxation_time_of(const Result& result, const Options& options);
[[nodiscard]] Value peak_frequency_of(const Result& result, const Options& options);

}  // namespace sluice::kww_fit
