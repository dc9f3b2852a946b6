// SPDX-License-Identifier: BSD-3-Clause
// The fit of one intensity correlation function: g2 - 1 against the delay to rate, contrast, exponent and baseline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace sluice::g2_fit {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

enum class Model { exponential, kww };

enum class Status {
    ok,
    no_decay,                  ///< a constant describes the lags as well: the rate is an upper limit
    decayed_before_first_lag,  ///< the baseline describes the lags as well: the rate is NaN
    too_few_lags,              ///< not more lags than free parameters: all NaN
    bound_hit,                 ///< a parameter ended on its bound: values, but no variances
    not_converged,             ///< no minimum was found, or the lags do not determine it: all NaN
    no_contrast,               ///< the contrast given is NaN or not above 0: all NaN
};

/// One correlation function. The unit of the delay is the caller's; the rate comes in its inverse.
struct Curve {
    std::span<const double> delay;       ///< [n], strictly increasing
    std::span<const double> g2;          ///< [n], g2 - 1
    std::span<const double> variance;    ///< [n], or empty: all lags weigh the same
    std::span<const std::uint8_t> mask;  ///< [n], nonzero = leave out; or empty
};

struct Value {
    double value = unknown;
    double variance = unknown;
};

struct Options {
    Model model = Model::exponential;
    std::optional<double> baseline = 0;  ///< nothing: free
    double first_delay = 0;
    double last_delay = std::numeric_limits<double>::infinity();
    double largest_contrast = 2;
    double smallest_exponent = 0.2, largest_exponent = 2.5;  ///< of kww
};

struct Result {
    Status status = Status::ok;
    Value rate, contrast, exponent, baseline;
    double reduced_chi_square = unknown;
    bool poor = false;          ///< reduced chi-square, of lags with variances, above 10: the model does not describe them
    std::ptrdiff_t points = 0;  ///< lags fitted
    std::vector<double> curve;  ///< [n], at all delays >= 0
};

/// Weighted least-squares fit of
///
///     g2 - 1 = baseline + contrast exp(-2 (rate tau)^exponent),     exponent = 1 for Model::exponential
///
/// with ln(rate) as the parameter: var(rate) = rate^2 var(ln rate). Source of the stretched form: Williams and Watts
/// (1970), Trans. Faraday Soc. 66, 80 (written for the field correlation, g1 = exp(-(rate tau)^exponent)).
/// contrast: fixed at this value, as if it were exact; nothing: free, from 0 to largest_contrast. Fitted are delays > 0
/// within [first_delay, last_delay] (to 1e-9 of themselves) that are not masked and whose value is finite and variance, if
/// any, finite and > 0. Weights are 1/variance. Without variances all lags weigh 1, and the covariance is scaled by the
/// reduced chi-square.
/// Start: the best of a grid over rate (and exponent) from these lags alone, contrast and baseline solved linearly.
/// Status no_decay and decayed_before_first_lag: chi-square of the constant (or the baseline) alone is less than 9 (3 standard
/// errors; without variances times the reduced chi-square) above that of the fit. With a free baseline the two look
/// alike, and no_decay is said.
/// Accuracy: exact data give the rate back to 1e-10. Throws std::invalid_argument when a range or a pair of bounds is empty.
[[nodiscard]] Result fit(const Curve& curve, std::optional<double> contrast, const Options& options);

}  // namespace sluice::g2_fit
