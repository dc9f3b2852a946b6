// SPDX-License-Identifier: BSD-3-Clause
// Real Fourier transforms in place, of one length. FFTW stays behind this.
#pragma once

#include <cstddef>
#include <memory>

namespace sluice::msd {

/// Unnormalised: backward(forward(x)) = length x. Safe to use by many threads at once.
class Transform {
public:
    /// Takes the next length that is fast, at least `shortest` >= 1. Throws std::invalid_argument beyond 2^30.
    explicit Transform(std::ptrdiff_t shortest);
    ~Transform();
    Transform(Transform&&) noexcept;

    [[nodiscard]] std::ptrdiff_t length() const { return length_; }
    /// Doubles from one series to the next: length / 2 + 1 complex numbers, rounded up to 64 bytes.
    [[nodiscard]] std::ptrdiff_t pitch() const { return pitch_; }

    /// series: [pitch], aligned to 64 bytes; length() real numbers to length()/2 + 1 complex ones, and back.
    void forward(double* series) const;
    void backward(double* series) const;

private:
    struct Plans;
    std::ptrdiff_t length_, pitch_;
    std::unique_ptr<const Plans> plans_;
};

}  // namespace sluice::msd
