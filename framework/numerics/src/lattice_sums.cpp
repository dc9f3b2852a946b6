// SPDX-License-Identifier: BSD-3-Clause
// Sums of sines on a common lattice: one real transform, of which any points are folded in and read off.
#include <algorithm>
#include <cstddef>
#include <vector>

#include <sluice/numerics/fftw_plan.hpp>

#include "sine_methods.hpp"

namespace sluice::numerics {
namespace {

/// sin(pi k j / n) for any whole k is sign * sin(pi at j / n) with 0 < at < n; sign 0 where it vanishes for all j.
struct Fold {
    std::size_t at;
    double sign;
};

std::int64_t modulo(std::int64_t k, std::int64_t n) { return (k % n + n) % n; }

std::vector<Fold> folds(std::int64_t first, std::int64_t count, std::int64_t n) {
    std::vector<Fold> out;
    out.reserve(static_cast<std::size_t>(count));
    for (std::int64_t k = first; k < first + count; ++k) {
        const auto at = modulo(k, 2 * n);
        out.push_back({static_cast<std::size_t>(at <= n ? at : 2 * n - at), at % n == 0 ? 0.0 : at < n ? 1.0 : -1.0});
    }
    return out;
}

class LatticeSums final : public SineMethod {
public:
    explicit LatticeSums(const Lattice& of)
        : n_(static_cast<std::size_t>(of.n)),
          in_(folds(of.first_k, of.count_k, of.n)),
          out_(folds(of.first_j, of.count_j, of.n)),
          sine_plan_(n_ > 1 ? real_plan(static_cast<int>(n_) - 1, FFTW_RODFT00) : nullptr),
          cosine_plan_(real_plan(static_cast<int>(n_), FFTW_R2HC)) {}

    /// RODFT00 of b_1 … b_{n-1} is 2 sum_k b_k sin(pi k j / n), j from 1 too.
    void sines(std::span<const double> a, std::span<double> out) const override {
        const auto b = fftw_buffer<double>(n_ + 1);
        std::fill_n(b.get(), n_ + 1, 0.0);
        for (std::size_t k = 0; k < a.size(); ++k)
            if (in_[k].sign != 0) b[in_[k].at - 1] += in_[k].sign * a[k];
        if (sine_plan_) fftw_execute_r2r(sine_plan_.get(), b.get(), b.get());
        for (std::size_t j = 0; j < out.size(); ++j) out[j] = out_[j].sign == 0 ? 0 : out_[j].sign / 2 * b[out_[j].at - 1];
    }

    /// cos(2 pi k j / n): a Fourier transform of length n, the same at k and n - k; the real parts are the first half.
    void double_cosines(std::span<const double> a, std::span<double> out) const override {
        const auto b = fftw_buffer<double>(n_);
        std::fill_n(b.get(), n_, 0.0);
        for (std::size_t k = 0; k < a.size(); ++k) b[in_[k].at % n_] += a[k];
        fftw_execute_r2r(cosine_plan_.get(), b.get(), b.get());
        for (std::size_t j = 0; j < out.size(); ++j) out[j] = b[std::min(out_[j].at, n_ - out_[j].at)];
    }

private:
    std::size_t n_;
    std::vector<Fold> in_, out_;
    FftwPlan sine_plan_, cosine_plan_;
};

}  // namespace

std::unique_ptr<const SineMethod> lattice_sums(const Lattice& lattice) { return std::make_unique<const LatticeSums>(lattice); }

}  // namespace sluice::numerics
