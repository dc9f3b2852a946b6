// SPDX-License-Identifier: BSD-3-Clause
// One raw curve to S(Q): the corrections in their order, all scales, the structure factor, and what became of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "corrections.hpp"
#include "normalisation.hpp"
#include "structure.hpp"

namespace sluice::total_scattering {

enum class Method { high_q, krogh_moe, ad_hoc };

/// The same for all curves.
struct Options {
    Method method = Method::high_q;
    Range fit;                           ///< where S is about 1
    std::optional<double> constant;      ///< beta to keep fixed; none: fitted
    double damping_angstrom2 = 0;        ///< of Krogh-Moe and Norman
    Range ad_hoc;                        ///< of the ad hoc route; `to` finite
    double polynomial_order = 0;         ///< number of its terms
    bool plate = false;                  ///< absorption by a plate is to be taken out
    double largest_spread = 0.05;        ///< of the scales
    double largest_level_offset = 0.02;  ///< of the mean of S from 1
};

/// Per curve; NaN where not known.
struct Numbers {
    double monitor = 1;               ///< > 0
    double background_scale = 1;      ///< >= 0
    double mu_t = 0;                  ///< >= 0; used with a plate
    double number_density = unknown;  ///< 1/angstrom^3, > 0; else no scale of Krogh-Moe and Norman
};

/// [n] each; background and variances may be empty, the variances of the intensity too.
struct Raw {
    std::span<const double> intensity, intensity_variance;
    std::span<const double> background, background_variance;
    std::span<const std::uint8_t> mask;  ///< nonzero: leave out; or empty
};

/// [n] each, of the atoms; compton may be empty: taken as 0.
struct AtomicFactors {
    std::span<const double> mean_square, square_mean, compton;
};

enum class Status : std::int8_t {
    ok,
    scale_spread,
    level_off,
    negative_beyond_bound,
    too_few_points,
    scale_not_positive,
    number_missing
};

struct Reduced {
    std::vector<double> background_subtracted;   ///< I / monitor - b B
    std::vector<double> absorption, correction;  ///< of the plate; product of all factors
    std::vector<double> corrected;               ///< background_subtracted / correction
    std::vector<double> variance;                ///< of background_subtracted; empty without
    std::vector<double> own_share;               ///< part of that which is the intensity's, 0 to 1; empty without
    std::vector<double> corrected_variance;
    std::vector<double> expected;        ///< <f^2> + C
    Structure structure;                 ///< all NaN from too_few_points on
    Scale scale;                         ///< that of the method; beta and covariance NaN when ad hoc
    Estimate high_q, krogh_moe, ad_hoc;  ///< every alpha that could be had
    double spread = unknown;             ///< (largest - smallest) / mean of high_q and krogh_moe
    std::vector<double> polynomial;      ///< [ceil(order)]; NaN unless ad hoc
    Level level;
    Lowest lowest;
    std::ptrdiff_t left_out = 0;  ///< points without a corrected intensity
    Status status = Status::ok;
};

/// Corrections in the order of total scattering (monitor, background, geometry, absorption), normalisation, structure factor:
///
///     I_c = (I / monitor - b B) / (polarization solid_angle incidence absorption)
///     alpha I_c - beta = <f^2> + C + |<f>|^2 (S - 1)
///     var I_c = (var I / monitor^2 + b^2 var B) / (product of factors)^2
///
/// The ad hoc method has no constant: S = alpha I_c / |<f>|^2 - P(Q). q_inv_angstrom: [n], strictly increasing.
/// Left out (NaN everywhere after): points that are masked, where a value, a variance or a factor is not finite, where the
/// variance of the intensity or |<f>|^2 is not above 0. With the ad hoc method S is NaN outside of its range, too. The worst
/// status is given: number_missing for a number that is NaN or out of its range. Throws std::invalid_argument when lengths
/// differ, or square_mean is above mean_square.
[[nodiscard]] Reduced reduce(std::span<const double> q_inv_angstrom, const Raw& raw, const AtomicFactors& atoms,
                             const GeometryTable& geometry, const Numbers& numbers, const Options& options);

}  // namespace sluice::total_scattering
