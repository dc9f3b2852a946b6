// SPDX-License-Identifier: BSD-3-Clause
// Windows that multiply Q(S - 1) before its sine transform, to damp the ripples of the cut at q_max. Header-only.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string_view>

#include <sluice/numerics/fail.hpp>
#include <sluice/numerics/sphere_scattering.hpp>

namespace sluice::numerics {

enum class Window { none, lorch, soper_barney, cosine, gaussian };

/// In the order of the enum; parameters of plugins take these words.
inline constexpr std::array<std::string_view, 5> window_names{"none", "lorch", "soper_barney", "cosine", "gaussian"};

/// Whether the form has a width of its own.
[[nodiscard]] constexpr bool has_width(Window form) {
    return form == Window::soper_barney || form == Window::cosine || form == Window::gaussian;
}

/// The window M at q, 1 at q = 0 and 0 beyond q_max:
///
///     none          1
///     lorch         sin(x) / x,                   x = pi q / q_max
///     soper_barney  3 (sin x - x cos x) / x^3,    x = q width
///     cosine        1 up to q_max - width, then (1 + cos(pi (q - q_max + width) / width)) / 2
///     gaussian      exp(-(q width)^2 / 2)
///
/// width is a distance in r for soper_barney (the radius of the sphere over which g is averaged) and for gaussian (the standard
/// deviation by which G is broadened), in 1 / (unit of q); for cosine it is the length of the edge, in the unit of q, at
/// most q_max; the others ignore it.
/// Sources: Lorch (1969), J. Phys. C 2, 229; Soper and Barney (2011), J. Appl. Cryst. 44, 714. Accuracy: 1e-15 absolute, at
/// q = 0 too; q_max is inclusive to 1e-9 of itself, for limits that were given in another unit. NaN for q = NaN.
/// Throws std::invalid_argument unless q_max > 0, and width > 0 where the form has one.
[[nodiscard]] inline double window(Window form, double q, double q_max, double width) {
    if (!(q_max > 0)) fail<std::invalid_argument>("q_max = ", q_max, ", must be above 0.");
    if (has_width(form) && !(width > 0))
        fail<std::invalid_argument>("the window '", window_names[static_cast<std::size_t>(form)], "' needs a width above 0, not ",
                                    width, ".");
    if (form == Window::cosine && width > q_max)
        fail<std::invalid_argument>("the edge of the window 'cosine' is ", width, " long, must be at most q_max = ", q_max, ".");
    if (std::isnan(q)) return q;
    if (std::abs(q) > q_max * (1 + 1e-9)) return 0;
    const double pi = std::numbers::pi, x = pi * q / q_max;
    switch (form) {
        case Window::none:
            return 1;
        case Window::lorch:
            return x == 0 ? 1 : std::sin(x) / x;
        case Window::soper_barney:
            return sphere_amplitude(q * width);
        case Window::cosine:
            return (1 + std::cos(pi * std::clamp((std::abs(q) - q_max + width) / width, 0.0, 1.0))) / 2;
        case Window::gaussian:
            return std::exp(-(q * width) * (q * width) / 2);
    }
    return 1;
}

}  // namespace sluice::numerics
