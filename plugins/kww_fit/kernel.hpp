// SPDX-License-Identifier: BSD-3-Clause
// The fit of one relaxation: a decay in time by a stretched exponential, a loss peak by its transform or Havriliak-Negami.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

namespace sluice::kww_fit {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

enum class Domain { time, frequency };
enum class Model { kww, havriliak_negami, cole_cole, debye };
enum class Response { modulus, compliance };  ///< the storage rises, or falls, with frequency

enum class Status {
    ok,
    beta_at_bound,   ///< an exponent ended on its bound: values, but no variances
    no_decay,        ///< a constant describes the points as well: NaN, but for what was given
    too_few_points,  ///< not more points than free parameters: the same
    not_converged,   ///< no minimum was found, or the points do not determine it: the same
    tau_outside,     ///< tau, or 1/omega of it, is outside of the points: values and variances of an extrapolation
    bad_number,      ///< a number to keep fixed is not finite, or a beta out of its range: NaN, but for what was given
};

/// One curve. All arrays are [n] or, but for x and y, empty. Points may be in any order.
struct Data {
    std::span<const double> x;                  ///< time in s (>= 0), or angular frequency in rad/s (> 0)
    std::span<const double> y;                  ///< the decay, or the loss
    std::span<const double> variances;          ///< of y; empty: all points weigh the same
    std::span<const std::uint8_t> mask;         ///< nonzero = leave out
    std::span<const double> storage;            ///< in the unit of y; frequency only
    std::span<const double> storage_variances;  ///< given where `variances` is
    std::span<const std::uint8_t> storage_mask;
};

struct Options {
    Domain domain = Domain::time;
    Model model = Model::kww;
    Response response = Response::modulus;
    std::optional<double> beta, amplitude, offset;                     ///< kept fixed; nothing: free
    double first = 0, last = std::numeric_limits<double>::infinity();  ///< of x, inclusive
    double smallest_exponent = 0.1;                                    ///< lower bound of beta, alpha and gamma
    std::optional<double> largest_beta;                                ///< nothing: 2 in time, 1 in frequency
    double largest_gamma = 1;
    bool peak = true;  ///< whether the frequency of the loss peak is wanted
};

struct Value {
    double value = unknown;
    double variance = unknown;
};

/// Positions in the vector of parameters (`gamma` is a function of the C library). Of a model that has no such parameter the
/// value is NaN; variances of what is fixed are 0.
enum Parameter : std::size_t { log_tau, beta, alpha, gamma_exponent, amplitude, offset, unrelaxed, n_parameters };
using Values = std::array<double, n_parameters>;
using Matrix = std::array<double, n_parameters * n_parameters>;

/// The fitted function, or one of its two in the frequency domain.
struct Curve {
    Domain domain = Domain::time;
    Model model = Model::kww;
    Response response = Response::modulus;
    bool storage = false;  ///< of the two: loss or storage
    Values values{};
    Matrix covariance{};  ///< row-major, NaN where it holds nothing

    /// At x as in Data. NaN where x is no number, or out of range.
    [[nodiscard]] Value at(double x) const;
};

struct Result {
    Status status = Status::ok;
    Values values{};                                  ///< log_tau = ln(tau / s)
    Matrix covariance{};                              ///< row-major
    Value tau, mean_relaxation_time, peak_frequency;  ///< s, s, Hz
    double reduced_chi_square = unknown;              ///< without variances the mean square residual
    std::ptrdiff_t points = 0;                        ///< fitted, those of the storage included
    Curve curve, storage_curve;

    [[nodiscard]] Value parameter(std::size_t i) const { return {values[i], covariance[i * n_parameters + i]}; }
};

/// Weighted least-squares fit, in time of
///
///     y = offset + amplitude exp(-(t / tau)^beta)
///
/// and in frequency, with R = kww(omega tau, beta) or havriliak_negami(omega tau, alpha, gamma) of
/// sluice/numerics/relaxation.hpp, of
///
///     y = offset - amplitude Im R,     storage = unrelaxed - amplitude Re R (modulus),  unrelaxed + amplitude Re R (compliance)
///
/// Source: Williams and Watts (1970), Trans. Faraday Soc. 66, 80; Havriliak and Negami (1967), Polymer 8, 161. cole_cole has
/// gamma = 1, debye is beta = 1; in time there are kww and debye. The parameter fitted is ln(tau); variances of what follows
/// from it are first order: <tau> = tau / beta Gamma(1 / beta) (NaN of havriliak_negami and cole_cole: infinite for alpha < 1),
/// and the frequency of the loss peak, omega / (2 pi) (of kww for beta from 0.05 to 1, else NaN). Left out: x outside of [first,
/// last] (or below 0, or 0 in frequency), masked points, those that are not finite, and those whose variance is not above 0.
/// Weights are 1/variance; without variances all points weigh 1, and covariances are scaled by the reduced chi-square. Start: the
/// best of a grid over tau and the exponents from these points alone; amplitude and levels solved linearly. bad_number: beta is
/// above 0 and at most 4 in time, 1 in frequency. no_decay: chi-square of constants (those given, else the best) is less than 9
/// (3 standard errors) above that of the fit. Bounds: tau from 1e-3 of the smallest time to 1e3 times the largest. Accuracy:
/// exact data give tau and the exponents back to 1e-8. Throws std::invalid_argument for lengths that differ, a model or storage
/// that the domain does not have, storage with weights of another kind, empty ranges.
[[nodiscard]] Result fit(const Data& data, const Options& options);

}  // namespace sluice::kww_fit
