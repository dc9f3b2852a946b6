// SPDX-License-Identifier: BSD-3-Clause
// Sums of sines between two evenly spaced grids: a convolution with a chirp, by Fourier transforms.
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include <sluice/numerics/fail.hpp>

#include <sluice/numerics/fftw_plan.hpp>

#include "sine_methods.hpp"

namespace sluice::numerics {
namespace {

using Complex = std::complex<double>;
using Complexes = std::vector<Complex>;

/// e^(i a b), the phase to twice the precision of a double: phases of the chirp are far larger than those of the sum.
Complex phase_factor(double a, double b) {
    const double phase = a * b, rest = std::fma(a, b, -phase);
    return product({std::cos(phase), std::sin(phase)}, {1, rest});
}

/// e^(i rate i^2), i from 0.
Complexes chirp(double rate, std::int64_t count) {
    Complexes out;
    for (std::int64_t i = 0; i < count; ++i) out.push_back(phase_factor(rate, static_cast<double>(i) * static_cast<double>(i)));
    return out;
}

int fftw_length(std::int64_t length) {
    if (length >= std::int64_t{1} << 30)
        fail<std::invalid_argument>("the two grids have some ", length, " points together; the limit of a transform is 2^30.");
    return static_cast<int>(length);
}

/// For the sum of a_k e^(i scale x_k y_j) with kj = (k^2 + j^2 - (j - k)^2) / 2:
/// out_j = after_j sum_k (before_k a_k) e^(-i rate (j - k)^2), rate = scale dx dy / 2.
struct Factors {
    Complexes before, after, kernel;  ///< kernel: transformed, and divided by its length

    Factors(const EvenGrid& x, const EvenGrid& y, double scale, int length, fftw_plan forward)
        : kernel(static_cast<std::size_t>(length)) {
        const double rate = scale * x.step * y.step / 2;
        const Complexes squares = chirp(rate, std::max(x.count, y.count));
        for (std::int64_t k = 0; k < x.count; ++k)
            before.push_back(product(squares[index(k)], phase_factor(scale * y.first * x.step, static_cast<double>(k))));
        for (std::int64_t j = 0; j < y.count; ++j)
            after.push_back(product(product(squares[index(j)], phase_factor(scale * x.first * y.step, static_cast<double>(j))),
                                    phase_factor(scale * x.first, y.first)));
        set_kernel(squares, x.count, y.count, forward);
    }

private:
    static std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

    /// j - k runs from 1 - n to m - 1; negative ones stand at the end.
    void set_kernel(const Complexes& squares, std::int64_t n, std::int64_t m, fftw_plan forward) {
        const auto buffer = fftw_buffer<Complex>(kernel.size());
        std::fill_n(buffer.get(), kernel.size(), Complex{});
        for (std::int64_t j = 0; j < m; ++j) buffer[index(j)] = std::conj(squares[index(j)]);
        for (std::int64_t k = 1; k < n; ++k) buffer[kernel.size() - index(k)] = std::conj(squares[index(k)]);
        auto* data = reinterpret_cast<fftw_complex*>(buffer.get());
        fftw_execute_dft(forward, data, data);
        const double length = static_cast<double>(kernel.size());
        for (std::size_t i = 0; i < kernel.size(); ++i) kernel[i] = buffer[i] / length;
    }
};

class ChirpZSums final : public SineMethod {
public:
    ChirpZSums(const EvenGrid& x, const EvenGrid& y)
        : length_(fftw_length(chirp_length(x.count, y.count))),
          forward_(complex_plan(length_, FFTW_FORWARD)),
          backward_(complex_plan(length_, FFTW_BACKWARD)),
          once_(x, y, 1, length_, forward_.get()),
          twice_(x, y, 2, length_, forward_.get()) {}

    void sines(std::span<const double> a, std::span<double> out) const override {
        const auto z = convolved(once_, a);
        for (std::size_t j = 0; j < out.size(); ++j) out[j] = product(once_.after[j], z[j]).imag();
    }

    void double_cosines(std::span<const double> a, std::span<double> out) const override {
        const auto z = convolved(twice_, a);
        for (std::size_t j = 0; j < out.size(); ++j) out[j] = product(twice_.after[j], z[j]).real();
    }

private:
    FftwBuffer<Complex> convolved(const Factors& factors, std::span<const double> a) const {
        const auto length = static_cast<std::size_t>(length_);
        auto z = fftw_buffer<Complex>(length);
        for (std::size_t k = 0; k < a.size(); ++k) z[k] = a[k] * factors.before[k];
        std::fill(z.get() + a.size(), z.get() + length, Complex{});
        auto* data = reinterpret_cast<fftw_complex*>(z.get());
        fftw_execute_dft(forward_.get(), data, data);
        for (std::size_t i = 0; i < length; ++i) z[i] = product(z[i], factors.kernel[i]);
        fftw_execute_dft(backward_.get(), data, data);
        return z;
    }

    int length_;
    FftwPlan forward_, backward_;
    Factors once_, twice_;
};

}  // namespace

std::int64_t chirp_length(std::int64_t n, std::int64_t m) {
    std::int64_t length = std::max<std::int64_t>(n + m - 1, 1);
    while (!has_small_factors(length, 7)) ++length;
    return length;
}

std::unique_ptr<const SineMethod> chirp_z_sums(const EvenGrid& x, const EvenGrid& y) {
    return std::make_unique<const ChirpZSums>(x, y);
}

}  // namespace sluice::numerics
