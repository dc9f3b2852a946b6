// SPDX-License-Identifier: BSD-3-Clause
// What smooth() refuses: options that contradict one another, and x that a method cannot take.
#include <cmath>
#include <stdexcept>

#include <sluice/numerics/fail.hpp>

#include "kernel.hpp"

namespace sluice::smoothing {
namespace {

using numerics::fail;

void check_window(const Options& options, std::ptrdiff_t n) {
    if (options.window) {
        const auto size = *options.window;
        if (size % 2 != 1) fail<std::invalid_argument>("window = ", size, ", must be an odd number of points.");
        if (size <= options.degree)
            fail<std::invalid_argument>("window = ", size, ", must be larger than degree = ", options.degree, ".");
        if (options.method == Method::savitzky_golay && size > n)
            fail<std::invalid_argument>("window = ", size, ", but the curve has ", n, " points. Take a smaller window.");
    }
    for (const auto& length : {options.width, options.relative_width, options.penalty})
        if (length && !(*length > 0 && std::isfinite(*length)))
            fail<std::invalid_argument>("a width, relative_width or penalty is ", *length, ", must be finite and above 0.");
}

}  // namespace

void check_options(const Options& options, std::ptrdiff_t points, bool variances) {
    const auto count = [](auto... given) { return (static_cast<int>(given.has_value()) + ...); };
    if (count(options.window, options.width, options.relative_width) > 1)
        throw std::invalid_argument("only one of window, width and relative_width can be given.");
    if (count(options.penalty, options.degrees_of_freedom) > 1)
        throw std::invalid_argument("only one of penalty and degrees_of_freedom can be given.");
    const bool spline = options.method == Method::smoothing_spline;
    if (spline && count(options.window, options.width, options.relative_width) > 0)
        throw std::invalid_argument("smoothing_spline has no window: give penalty or degrees_of_freedom, or nothing.");
    if (!spline && count(options.penalty, options.degrees_of_freedom) > 0)
        throw std::invalid_argument("only smoothing_spline has a penalty or degrees_of_freedom: give a window, or nothing.");
    if (options.method == Method::savitzky_golay && count(options.width, options.relative_width) > 0)
        throw std::invalid_argument("savitzky_golay takes its window as a number of points: use window, or local_polynomial.");
    if (options.degree < 0 || options.degree > 10) fail<std::invalid_argument>("degree = ", options.degree, ", must be 0 to 10.");
    if (options.derivative < 0 || (!spline && options.derivative > options.degree))
        fail<std::invalid_argument>("derivative = ", options.derivative, ", must be 0 to degree = ", options.degree, ".");
    if (spline && options.derivative != 0)
        throw std::invalid_argument("smoothing_spline gives no derivative: use savitzky_golay or local_polynomial.");
    if ((options.criterion == Criterion::chi_square || options.criterion == Criterion::mallows) && !variances)
        throw std::invalid_argument("criteria mallows and chi_square need variances, and the data have none. Use gcv.");
    check_window(options, points);
}

void check_equal_spacing(std::span<const double> x) {
    const auto n = x.size();
    if (n < 3) return;
    const double spacing = (x.back() - x.front()) / static_cast<double>(n - 1);
    for (std::size_t i = 0; i < n; ++i)
        if (std::abs(x[i] - x.front() - spacing * static_cast<double>(i)) > 1e-4 * spacing)
            fail<std::domain_error>("x is not equally spaced: ", x[i], " at index ", i, " would be ",
                                    x.front() + spacing * static_cast<double>(i), ". Use local_polynomial or smoothing_spline.");
}

}  // namespace sluice::smoothing
