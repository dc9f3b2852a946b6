// SPDX-License-Identifier: BSD-3-Clause
// What the mean-squared displacements of a random walk have in common: the covariance over lags and blocks of origins.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sluice::self_diffusion {

/// f = sum_k weights_k MSD(lags_k), such as the slope of a line. Lags in frames, above 0, increasing.
struct Functional {
    std::vector<std::ptrdiff_t> lags;
    std::vector<double> weights;
};

/// The same functional on at most `nodes` of its lags: each weight is shared by its two neighbours among them so that sum and
/// first moment stay, as in linear interpolation. Functionals of smooth weights keep their covariances to some 1/nodes^2.
[[nodiscard]] Functional thinned(const Functional& f, std::ptrdiff_t nodes);

/// Time origins from frame begin to end - 1. Where a lag reaches beyond the last frame there are fewer.
struct Origins {
    std::ptrdiff_t begin, end;
};

/// The covariance of f over the origins a with f over the origins b, of a random walk of one particle along one axis whose
/// steps have variance 1. Steps are independent and normal, so that the squares of two displacements that share n steps have
/// the covariance 2 n^2 (Isserlis (1918), Biometrika 12, 134), and
///
///     cov(f_a, f_b) = 2 sum_k sum_m w_k w_m / (n_a(k) n_b(m)) sum_{s in a, t in b} n(s, k; t, m)^2
///
/// with n_a(k) the number of origins of a from which lag k ends at the last frame or before; see also Michalet (2010), Phys.
/// Rev. E 82, 041914. The sum over pairs of origins is one over their distance, in steps of 1/64 of the longest lag (exact up
/// to 127 frames, else to 1e-3).
/// Returns NaN when a lag has no origin.
[[nodiscard]] double walk_covariance(const Functional& f, Origins a, Origins b, std::ptrdiff_t frames);

}  // namespace sluice::self_diffusion
