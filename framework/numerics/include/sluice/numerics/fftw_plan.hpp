// SPDX-License-Identifier: BSD-3-Clause
// Plans and buffers of FFTW that free themselves, made with FFTW_ESTIMATE: the same plan, and so the same bits, in every run.
// For what links sluice::fftw; FFTW is under the GPL.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>

#include <fftw3.h>

namespace sluice::numerics {

struct FftwFree {
    void operator()(void* memory) const { fftw_free(memory); }
    void operator()(fftw_plan plan) const { fftw_destroy_plan(plan); }
};

using FftwPlan = std::unique_ptr<std::remove_pointer_t<fftw_plan>, FftwFree>;

/// Aligned as plans expect it, so that a plan made for one buffer may be executed on another; not zeroed.
template <class T>
using FftwBuffer = std::unique_ptr<T[], FftwFree>;

template <class T>
[[nodiscard]] FftwBuffer<T> fftw_buffer(std::size_t count) {
    auto* memory = static_cast<T*>(fftw_malloc(sizeof(T) * (count == 0 ? 1 : count)));
    if (memory == nullptr) throw std::bad_alloc();
    return FftwBuffer<T>(memory);
}

/// FFTW's planner is one for the whole process, whatever library asks; with this its calls wait for each other.
inline void share_planner() { [[maybe_unused]] static const bool once = (fftw_make_planner_thread_safe(), true); }

/// Whether n > 0 has no prime factor above `largest`.
[[nodiscard]] constexpr bool has_small_factors(std::int64_t n, std::int64_t largest) {
    for (std::int64_t factor = 2; factor <= largest; ++factor)
        while (n % factor == 0) n /= factor;
    return n == 1;
}

/// In place. kind: FFTW_RODFT00, FFTW_R2HC.
[[nodiscard]] inline FftwPlan real_plan(int length, fftw_r2r_kind kind) {
    share_planner();
    const auto buffer = fftw_buffer<double>(static_cast<std::size_t>(length));
    return FftwPlan(fftw_plan_r2r_1d(length, buffer.get(), buffer.get(), kind, FFTW_ESTIMATE));
}

/// In place. sign: FFTW_FORWARD, FFTW_BACKWARD.
[[nodiscard]] inline FftwPlan complex_plan(int length, int sign) {
    share_planner();
    const auto buffer = fftw_buffer<std::complex<double>>(static_cast<std::size_t>(length));
    auto* data = reinterpret_cast<fftw_complex*>(buffer.get());
    return FftwPlan(fftw_plan_dft_1d(length, data, data, sign, FFTW_ESTIMATE));
}

/// From n real numbers to n/2 + 1 complex ones and back, in place: the buffer has room for 2 (n/2 + 1) doubles.
struct RealTransformPlans {
    FftwPlan forward, backward;

    explicit RealTransformPlans(int length) {
        share_planner();
        const auto buffer = fftw_buffer<double>(2 * (static_cast<std::size_t>(length) / 2 + 1));
        auto* data = reinterpret_cast<fftw_complex*>(buffer.get());
        forward.reset(fftw_plan_dft_r2c_1d(length, buffer.get(), data, FFTW_ESTIMATE));
        backward.reset(fftw_plan_dft_c2r_1d(length, data, buffer.get(), FFTW_ESTIMATE));
    }
};

}  // namespace sluice::numerics
