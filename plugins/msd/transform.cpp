// SPDX-License-Identifier: BSD-3-Clause
// The lengths that are fast, and FFTW behind them.
#include "transform.hpp"

#include <algorithm>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/fftw_plan.hpp>

namespace sluice::msd {
namespace {

/// Even, because FFTW's real transforms of odd lengths are slower.
std::ptrdiff_t fast_length(std::ptrdiff_t shortest) {
    if (shortest > std::ptrdiff_t{1} << 30)
        numerics::fail<std::invalid_argument>("a time block has ", shortest / 2, " frames; the limit of a transform is 2^29.");
    std::ptrdiff_t length = std::max<std::ptrdiff_t>(2, (shortest + 1) / 2 * 2);
    while (!numerics::has_small_factors(length, 7)) length += 2;
    return length;
}

fftw_complex* complex(double* series) { return reinterpret_cast<fftw_complex*>(series); }

}  // namespace

struct Transform::Plans : numerics::RealTransformPlans {
    using RealTransformPlans::RealTransformPlans;
};

Transform::Transform(std::ptrdiff_t shortest)
    : length_(fast_length(shortest)),
      pitch_((length_ + 2 + 7) / 8 * 8),
      plans_(std::make_unique<const Plans>(static_cast<int>(length_))) {}
Transform::~Transform() = default;
Transform::Transform(Transform&&) noexcept = default;

void Transform::forward(double* series) const { fftw_execute_dft_r2c(plans_->forward.get(), series, complex(series)); }
void Transform::backward(double* series) const { fftw_execute_dft_c2r(plans_->backward.get(), complex(series), series); }

}  // namespace sluice::msd
