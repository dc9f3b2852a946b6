// SPDX-License-Identifier: BSD-3-Clause
// Sums of sines over one grid at the points of another, by FFT wherever the grids allow it.
#pragma once

#include <memory>
#include <span>
#include <vector>

namespace sluice::numerics {

/// Weights of the trapezoidal rule: w_k = (x_{k+1} - x_{k-1}) / 2, half intervals at the two ends, so that sum_k w_k f(x_k)
/// is the integral of f from the first point to the last. One point has the weight 0; none has none.
/// Throws std::invalid_argument naming the first index where x does not increase, or is not finite.
[[nodiscard]] std::vector<double> trapezoid_weights(std::span<const double> x);

/// Sums of sines of the products of two fixed grids, prepared once and used for many curves:
///
///     sine:          out_j = sum_k a_k sin(x_k y_j)
///     sine_squared:  out_j = sum_k a_k sin^2(x_k y_j) = 1/2 sum_k a_k - 1/2 sum_k a_k cos(2 x_k y_j)
///
/// With a_k = w_k f(x_k) and trapezoid_weights() w the first is the sine transform of f; with a_k = w_k^2 variance_k the
/// second is the variance of that transform, for f of independent points.
///
/// | way     | grids                                              | time                 |
/// | dst     | x = k dx, y = j dy, k and j whole, dx dy = pi / N  | N log N              |
/// | chirp_z | both evenly spaced, any first point and any steps  | (n + m) log(n + m)   |
/// | direct  | any                                                | n m                  |
///
/// Sources: dst: type I (RODFT00) of FFTW, Frigo and Johnson (2005), Proc. IEEE 93, 216; the cosines are a real Fourier
/// transform of length N. chirp_z: Bluestein (1970), IEEE Trans. Audio Electroacoust. 18, 451: with kj = (k^2 + j^2 - (j - k)^2)
/// / 2 the sum is a convolution. direct: along an evenly spaced grid by sin(t + d) = 2 cos(d) sin(t) - sin(t - d), begun anew
/// every 32 points; else one sine per pair of points.
///
/// x: [n], y: [m], finite, in any order and of any sign, in units whose product is rad. Either may be empty: a sum over nothing
/// is 0. a: [n]; out: [m]; they must not overlap. A NaN or infinite a_k makes every sum NaN. At y_j = 0 the sums are exactly 0;
/// sine_squared of a that is nowhere negative is never negative. Accuracy, absolute, as part of sum_k |a_k|: the error of the
/// phases, 2e-16 max |x y|, and 1e-14 for the FFT or 3e-13 for the recurrence. Evenly spaced and aligned grids are those whose
/// points make no larger error of phase than 1e-11 (and the rounding of x y) when they are replaced by the exact lattice: that
/// replacement is then made. const members may be called from many threads at once; the answer does not depend on what else runs.
class SineSum {
public:
    /// automatic: direct for few points; else dst or chirp_z, whichever is allowed and does less work; else direct.
    enum class Way { automatic, dst, chirp_z, direct };

    /// Throws std::invalid_argument when a point is not finite, or the way asked for does not fit the grids.
    SineSum(std::span<const double> x, std::span<const double> y, Way way = Way::automatic);
    SineSum(SineSum&&) noexcept;
    SineSum& operator=(SineSum&&) noexcept;
    ~SineSum();

    /// Throw std::invalid_argument when a has not the length of x, or out not that of y.
    void sine(std::span<const double> a, std::span<double> out) const;
    void sine_squared(std::span<const double> a, std::span<double> out) const;

    /// The way taken; never automatic.
    [[nodiscard]] Way way() const;

private:
    struct State;
    std::unique_ptr<const State> state_;
};

}  // namespace sluice::numerics
