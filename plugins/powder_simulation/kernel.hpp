// SPDX-License-Identifier: BSD-3-Clause
// Detector frames of a powder or a solution with known truth: rings and small-angle scattering, seen by a flat detector.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <sluice/numerics/detector_geometry.hpp>
#include <sluice/numerics/random.hpp>

namespace sluice::powder_simulation {

/// Positions q = 2 pi / d, in 1/nm, of the lines of a calibrant up to q_max, ascending.
///   ceria                 CeO2, a = 0.5411651 nm (NIST SRM 674b), h k l all odd or all even
///   lanthanum_hexaboride  LaB6, a = 0.4156826 nm (NIST SRM 660c), all h k l
///   silicon               Si, a = 0.5431179 nm (NIST SRM 640e), all odd, or all even with h + k + l = 4 n
///   silver_behenate       layers, d = 5.8380 nm / n (Huang et al. 1993, J. Appl. Cryst. 26, 180)
/// Throws std::invalid_argument for another name.
[[nodiscard]] std::vector<double> calibrant_lines_inv_nm(std::string_view material, double q_max_inv_nm);

enum class Form { none, debye_bueche, guinier, power_law };
[[nodiscard]] Form form_from_name(std::string_view name);

/// I(q) in counts for a pixel at the PONI, with monitor 1.
struct Intensity {
    double flat = 0;
    Form form = Form::none;
    double form_intensity = 0;  ///< I(0); of a power law the value at q = 1 1/nm
    double form_length_nm = 1;  ///< correlation length xi, or radius of gyration
    double form_exponent = 4;
    std::vector<double> lines_inv_nm = {};  ///< ascending
    double line_height = 0;
    double line_width_inv_nm = 1;           ///< full width at half maximum of the Gaussian
};

/// flat + form + sum of lines:
///   debye_bueche  I0 / (1 + xi^2 q^2)^2       (Debye and Bueche 1949, J. Appl. Phys. 20, 518)
///   guinier       I0 exp(-Rg^2 q^2 / 3)       (Guinier 1939, Ann. Phys. 12, 161)
///   power_law     I0 (q / (1 1/nm))^-exponent
///   lines         height exp(-4 ln 2 (q - q_i)^2 / width^2), cut off beyond 4 widths, where they are below 1e-19
[[nodiscard]] double intensity_at(double q_inv_nm, const Intensity& model);

/// Integral of q^2 I0 / (1 + xi^2 q^2)^2 dq from 0 to q: I0 [atan(xi q) / xi^3 - q / (xi^2 (1 + xi^2 q^2))] / 2; the
/// whole is pi I0 / (4 xi^3). In counts nm^-3.
[[nodiscard]] double debye_bueche_invariant(double intensity, double length_nm, double q_inv_nm);

struct Settings {
    numerics::DetectorGeometry geometry;   ///< with a wavelength
    numerics::ImageShape shape;
    Intensity intensity;
    bool solid_angle = true;
    std::optional<double> polarization;    ///< factor; none: not applied
    bool poisson = true;
    double monitor_variation = 0;          ///< 0 to below 1
    std::int64_t bad_pixels = 0;
    std::uint64_t seed = 0;
};

/// Frames on demand: frame i depends on the settings and i alone. Immutable after construction, so that threads share it.
class Simulation {
public:
    /// Throws std::invalid_argument: no wavelength, an intensity that is not finite or negative, more bad pixels than
    /// pixels, or above 2^32 - 2 pixels.
    explicit Simulation(const Settings& settings);

    /// Monitor of a frame, 1 + variation u with u uniform in (-1, 1).
    [[nodiscard]] double monitor(std::int64_t frame) const;
    /// Counts expected with monitor 1, I(q) Omega P at the centres of the pixels, [slow, fast].
    [[nodiscard]] std::span<const double> expected() const { return expected_; }
    /// 1 for each bad pixel, [slow, fast].
    [[nodiscard]] const std::vector<std::uint8_t>& bad_pixels() const { return bad_; }

    /// Throws std::invalid_argument when counts of some frame could exceed `largest` (ten standard deviations up).
    void check_fits(double largest) const;

    /// Part of a frame, packed in C order: rows from slow_begin, columns from fast_begin; out has rows * columns elements.
    /// T is std::uint16_t, std::uint32_t or float. Integers hold the Poisson number, or without noise the expected count
    /// rounded; float holds it unrounded. Bad pixels read the largest integer, or NaN.
    template <class T>
    void fill(std::int64_t frame, std::int64_t slow_begin, std::int64_t rows, std::int64_t fast_begin,
              std::int64_t columns, std::span<T> out) const;

private:
    void compute_expected();
    void choose_bad_pixels();
    template <class T>
    T count(std::size_t pixel, double monitor_of_frame, numerics::RandomStream& stream) const;

    Settings settings_;
    std::vector<double> expected_;
    std::vector<std::uint8_t> bad_;
};

}  // namespace sluice::powder_simulation
