// SPDX-License-Identifier: BSD-3-Clause
// The three ways to the sums of SineSum, and what they need to know of its grids. Private to sine_transform.
#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace sluice::numerics {

/// One way, prepared for two grids. Both members may be called from many threads at once.
class SineMethod {
public:
    SineMethod() = default;
    SineMethod(const SineMethod&) = delete;
    SineMethod& operator=(const SineMethod&) = delete;
    virtual ~SineMethod() = default;
    virtual void sines(std::span<const double> a, std::span<double> out) const = 0;           ///< sum_k a_k sin(x_k y_j)
    virtual void double_cosines(std::span<const double> a, std::span<double> out) const = 0;  ///< sum_k a_k cos(2 x_k y_j)
};

/// The points first + i step, i = 0 to count - 1.
struct EvenGrid {
    double first, step;
    std::int64_t count;
};

/// The grid whose points are no more than `tolerance` from the given ones; none for fewer than 2 points, and where the step is 0.
[[nodiscard]] std::optional<EvenGrid> even_grid(std::span<const double> points, double tolerance);

/// x_k y_j = pi (first_k + k) (first_j + j) / n.
struct Lattice {
    std::int64_t first_k, count_k, first_j, count_j, n;
};

/// The lattice on which no phase differs by more than about `tolerance`; none if there is none with n < 2^30.
[[nodiscard]] std::optional<Lattice> common_lattice(const EvenGrid& x, const EvenGrid& y, double tolerance);

/// For given even grids recurrences are used along y, else along x. The spans must outlive the method.
[[nodiscard]] std::unique_ptr<const SineMethod> direct_sums(std::span<const double> x, std::span<const double> y,
                                                            std::optional<EvenGrid> even_x, std::optional<EvenGrid> even_y);
[[nodiscard]] std::unique_ptr<const SineMethod> chirp_z_sums(const EvenGrid& x, const EvenGrid& y);
[[nodiscard]] std::unique_ptr<const SineMethod> lattice_sums(const Lattice& lattice);

/// a b without the care for infinities that std::complex takes.
[[nodiscard]] inline std::complex<double> product(std::complex<double> a, std::complex<double> b) {
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

/// Length of the transforms that chirp_z_sums() takes: the next above n + m - 2 that FFTW is fast at.
[[nodiscard]] std::int64_t chirp_length(std::int64_t n, std::int64_t m);

}  // namespace sluice::numerics
