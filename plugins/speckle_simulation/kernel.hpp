// SPDX-License-Identifier: BSD-3-Clause
// Trains of speckle frames with known dynamics: what an X-ray photon correlation measurement at MHz rate would see.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <sluice/numerics/detector_geometry.hpp>

namespace sluice::speckle_simulation {

/// Weights w of independent speckle patterns, sum w = 1, sum w^2 = contrast: M = ceil(1 / contrast) patterns, of which M - 1
/// weigh the same and the last one not more. Throws std::invalid_argument when the contrast is not in [0.0001, 1].
[[nodiscard]] std::vector<double> pattern_weights(double contrast);

/// What carries the field from one pulse to the next: E_(k+1) = keep_k E_k + renew_k z, z of real and imaginary part N(0, 1):
///     keep_k = exp(-x_k),  renew_k = sqrt((1 - keep_k^2) / 2),  x_k = rate0 period (1 + drift (k + 1/2) period),
/// x_k being the integral of rate0 (1 + drift t) between pulses k and k + 1. Exact, not a step of an integrator; by
/// recurrence, relative error about k 1e-16.
struct Decay {
    std::vector<double> keep;   ///< [pulses - 1]
    std::vector<double> renew;  ///< [pulses - 1]
};
[[nodiscard]] Decay decay(double rate0_per_us, double drift_per_us, double period_us, std::ptrdiff_t pulses);

/// Upper bound of the probability that a pixel of mean `mean` photons sees `count` or more, 1 when count <= mean. Photons of
/// speckle of M = 1/largest_weight patterns at least are no wider than negative binomial; by Chernoff's method
///     P <= exp{-[n ln(n/m) - (n + M) ln((n + M)/(m + M))]}.
[[nodiscard]] double probability_above(double count, double mean, double largest_weight);

/// Numbers of `count` trains from `first` on, without the missing ones. Throws std::invalid_argument when one of those is
/// missing that would not be there anyway.
[[nodiscard]] std::vector<std::int64_t> train_numbers(std::int64_t first, std::int64_t count, std::vector<std::int64_t> missing);

/// Pixels whose q lies in [low, high).
struct Ring {
    double low_inv_nm;
    double high_inv_nm;
};

/// From photons to what is stored: value = round(adu_per_photon (photons + artefact) + read_noise z).
struct Readout {
    double adu_per_photon = 1;
    double read_noise_adu = 0;
    double artefact_photon = 0;  ///< standard deviation over pixels
    double artefact_phase_per_train_rad = 0;
    double artefact_phase_per_pulse_rad = 0;
};

struct Settings {
    numerics::DetectorGeometry geometry;  ///< with a wavelength
    numerics::ImageShape shape;
    std::ptrdiff_t pulses = 50;
    double pulse_period_us = 0.443;
    std::uint64_t seed = 0;
    double diffusion_um2_per_s = 1;
    double drift_per_us = 0;
    double contrast = 1;
    double mean_count = 1;  ///< photons per pixel and pulse at reference_q
    double mean_count_exponent = 0;
    double reference_q_inv_nm = 0.1;
    double jitter = 0;             ///< relative standard deviation of the pulses' intensities
    double efficiency_spread = 0;  ///< likewise of the pixels' efficiencies
    std::ptrdiff_t bad_pixels = 0;
    std::vector<Ring> rings = {};
    std::optional<Readout> readout = {};  ///< none: photons are stored
};

/// A part of a train: pulses, rows and columns.
struct Part {
    std::ptrdiff_t first_pulse, pulses;
    std::ptrdiff_t first_row, rows;
    std::ptrdiff_t first_column, columns;
};

/// The smallest and the largest value that an element type is used for; float holds integers up to 2^24 exactly.
struct Range {
    double lowest;
    double largest;
};
template <class T>
Range range_of();

/// Trains on demand: value [pulse, pixel] of a train depends on the settings, the train's number, pulse and pixel alone.
/// Immutable after construction, so that threads share it.
///
///     photons ~ Poisson(k(q) j_k e_p I_k),  I_k = sum_m w_m |E_m,k|^2,  k(q) = mean_count (q / reference_q)^exponent
///
/// with fields E_m of decay() at rate D q^2 (1 + drift t), independent between pixels, patterns and trains; pulse factors j
/// and efficiencies e log-normal, of mean 1: exp(s z - s^2/2), s^2 = ln(1 + sigma^2). Hence
///     <I> = 1,   <I_k I_l> - 1 = contrast exp(-2 D q^2 (1 + drift (t_k + t_l)/2) |t_k - t_l|).
class Simulation {
public:
    /// Throws std::invalid_argument: no wavelength, rings that are empty intervals or overlap, a drift that makes the rate
    /// negative within the train, mean counts that are not finite, more bad pixels than pixels, above 2^32 - 2 pixels.
    explicit Simulation(const Settings& settings);

    /// q of each pixel, [slow, fast]: at its centre, or, in a ring, the mean over the ring's good pixels.
    [[nodiscard]] std::span<const double> q_inv_nm() const { return q_inv_nm_; }
    /// Photons per pulse expected of each pixel, efficiency included, [slow, fast].
    [[nodiscard]] std::span<const double> expected() const { return expected_; }
    /// 1 for each bad pixel, [slow, fast].
    [[nodiscard]] const std::vector<std::uint8_t>& bad_pixels() const { return bad_; }
    /// Factors j of the pulses of a train.
    [[nodiscard]] std::vector<double> pulse_factors(std::int64_t train) const;

    /// Throws std::invalid_argument when, in so many trains, more than 1e-3 values are expected outside the range (an upper
    /// bound: probability_above() of the brightest pixel, averaged over the jitter), or noise may go below it.
    void check_fits(const Range& range, std::int64_t trains) const;

    /// Part of a train, packed in C order: out is [pulses, rows, columns]. T: std::uint8_t, std::uint16_t, std::int16_t or
    /// float. Bad pixels read any integer of the type, another one in each frame, or NaN. The cost is that of all pulses.
    /// Throws std::invalid_argument naming train, pulse and pixel of a value that the type cannot hold.
    template <class T>
    void fill(std::int64_t train, const Part& part, std::span<T> out) const;

    /// Memory of the object.
    [[nodiscard]] std::int64_t bytes() const;

private:
    void choose_bad_pixels();
    void find_q();
    void average_q(const Ring& ring);
    void find_expected();
    void find_artefact();

    Settings settings_;
    std::vector<double> weights_;
    std::vector<double> q_inv_nm_, expected_;
    std::vector<double> artefact_cos_, artefact_sin_;  ///< ADU, or empty
    std::vector<std::uint8_t> bad_;

    friend class Train;
};

}  // namespace sluice::speckle_simulation
