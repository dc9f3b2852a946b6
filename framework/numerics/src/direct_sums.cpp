// SPDX-License-Identifier: BSD-3-Clause
// Sums of sines point by point: along an evenly spaced grid by the recurrence of Chebyshev, else by the sine itself.
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <vector>

#include "sine_methods.hpp"

namespace sluice::numerics {
namespace {

using Doubles = std::vector<double>;
using Complex = std::complex<double>;

/// After which the recurrence begins anew: its error grows as the square of the length where the step of the phase is small.
constexpr std::size_t stretch = 32;
/// Beginnings of stretches that are found from each other by rotation, before one is computed anew.
constexpr std::size_t rotations = 64;

double point(const EvenGrid& grid, std::size_t i) { return grid.first + static_cast<double>(i) * grid.step; }
Complex phase_factor(double phase) { return {std::cos(phase), std::sin(phase)}; }
double sine(Complex factor) { return factor.imag(); }
double cosine(Complex factor) { return factor.real(); }

/// A wave (sine or cosine) at many places, each of which goes on by its own angle per step:
/// wave(t + d) = 2 cos(d) wave(t) - wave(t - d).
struct Waves {
    Doubles now, next;
    explicit Waves(std::size_t count) : now(count), next(count) {}

    /// Adds weight * now to the sums, and goes on by one step. turn(i) is 2 cos(d) of place i.
    template <class Turn>
    void step(double* sums, double weight, Turn turn) {
        double* at = now.data();
        const double* ahead = next.data();
        for (std::size_t i = 0; i < now.size(); ++i) {
            sums[i] += weight * at[i];
            at[i] = turn(i) * ahead[i] - at[i];
        }
        now.swap(next);
    }
};

class DirectSums final : public SineMethod {
public:
    DirectSums(std::span<const double> x, std::span<const double> y, std::optional<EvenGrid> even_x,
               std::optional<EvenGrid> even_y)
        : x_(x), y_(y), even_x_(even_x), even_y_(even_y) {}

    void sines(std::span<const double> a, std::span<double> out) const override { sums(a, out, 1, sine); }
    void double_cosines(std::span<const double> a, std::span<double> out) const override { sums(a, out, 2, cosine); }

private:
    template <class Part>
    void sums(std::span<const double> a, std::span<double> out, double scale, Part part) const {
        if (even_y_) return along_y(a, out, scale, part);
        if (even_x_) return along_x(a, out, scale, part);
        for (std::size_t j = 0; j < out.size(); ++j) {
            out[j] = 0;
            for (std::size_t k = 0; k < a.size(); ++k) out[j] += a[k] * part(phase_factor(scale * x_[k] * y_[j]));
        }
    }

    /// All stretches of y side by side: that loop has no step that waits for another.
    template <class Part>
    void along_y(std::span<const double> a, std::span<double> out, double scale, Part part) const {
        const std::size_t stretches = (out.size() + stretch - 1) / stretch;
        Doubles total(stretch * stretches);
        Waves waves(stretches);
        for (std::size_t k = 0; k < a.size(); ++k) {
            begin_stretches(waves, scale * x_[k], part);
            const double turn = 2 * std::cos(scale * x_[k] * even_y_->step);
            for (std::size_t i = 0; i < stretch; ++i)
                waves.step(total.data() + i * stretches, a[k], [turn](std::size_t) { return turn; });
        }
        for (std::size_t j = 0; j < out.size(); ++j) out[j] = total[j % stretch * stretches + j / stretch];
    }

    template <class Part>
    void begin_stretches(Waves& waves, double frequency, Part part) const {
        const Complex one = phase_factor(frequency * even_y_->step), many = phase_factor(frequency * (stretch * even_y_->step));
        Complex begin;
        for (std::size_t b = 0; b < waves.now.size(); ++b) {
            begin = b % rotations == 0 ? phase_factor(frequency * point(*even_y_, b * stretch)) : product(begin, many);
            waves.now[b] = part(begin);
            waves.next[b] = part(product(begin, one));
        }
    }

    template <class Part>
    void along_x(std::span<const double> a, std::span<double> out, double scale, Part part) const {
        Waves waves(out.size());
        Doubles turns(out.size());
        for (std::size_t j = 0; j < out.size(); ++j) turns[j] = 2 * std::cos(scale * even_x_->step * y_[j]);
        std::fill(out.begin(), out.end(), 0.0);
        for (std::size_t k = 0; k < a.size(); ++k) {
            if (k % stretch == 0)
                for (std::size_t j = 0; j < out.size(); ++j) {
                    waves.now[j] = part(phase_factor(scale * point(*even_x_, k) * y_[j]));
                    waves.next[j] = part(phase_factor(scale * point(*even_x_, k + 1) * y_[j]));
                }
            waves.step(out.data(), a[k], [&](std::size_t j) { return turns[j]; });
        }
    }

    std::span<const double> x_, y_;
    std::optional<EvenGrid> even_x_, even_y_;
};

}  // namespace

std::unique_ptr<const SineMethod> direct_sums(std::span<const double> x, std::span<const double> y,
                                              std::optional<EvenGrid> even_x, std::optional<EvenGrid> even_y) {
    return std::make_unique<const DirectSums>(x, y, even_x, even_y);
}

}  // namespace sluice::numerics
