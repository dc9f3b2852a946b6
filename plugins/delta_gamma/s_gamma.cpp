// SPDX-License-Identifier: BSD-3-Clause
// C(y) by series and closed form, the terms of the renormalised densities, and the table of these.
#include "s_gamma.hpp"

#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <stdexcept>

#include <boost/math/interpolators/cardinal_cubic_b_spline.hpp>
#include <boost/math/special_functions/bessel.hpp>

#include <sluice/numerics/fail.hpp>

namespace sluice::delta_gamma {
namespace {

using numerics::fail;
using std::numbers::pi;

constexpr double gamma_table_step = 0.05;
constexpr std::size_t gamma_table_size = 10;

/// phi gamma_0^(m) / n by rows of m = 2 ... 5, phi = 0.05 ... 0.45.
constexpr double gamma_table[4][gamma_table_size - 1] = {
    {0.0553, 0.1228, 0.2048, 0.3038, 0.4224, 0.5627, 0.7267, 0.9157, 1.1310},
    {0.0542, 0.1177, 0.1918, 0.2777, 0.3766, 0.4895, 0.6172, 0.7601, 0.9183},
    {0.0533, 0.1135, 0.1813, 0.2574, 0.3423, 0.4364, 0.5402, 0.6538, 0.7776},
    {0.0525, 0.1104, 0.1738, 0.2432, 0.3186, 0.4005, 0.4888, 0.5839, 0.6856}};

/// Of one m at phi: a spline through g = table / phi, and g = 1 at phi = 0, that begins and ends as the parabolas through three
/// points do; slopes of higher order would follow the rounding of the table.
double density(std::size_t row, double phi) {
    constexpr double step = gamma_table_step;
    std::array<double, gamma_table_size> g{1};
    for (std::size_t i = 1; i < gamma_table_size; ++i) g[i] = gamma_table[row][i - 1] / (static_cast<double>(i) * step);
    constexpr std::size_t last = gamma_table_size - 1;
    const double first_slope = (-3 * g[0] + 4 * g[1] - g[2]) / (2 * step);
    const double last_slope = (3 * g[last] - 4 * g[last - 1] + g[last - 2]) / (2 * step);
    return boost::math::interpolators::cardinal_cubic_b_spline<double>(g.data(), g.size(), 0.0, step, first_slope,
                                                                       last_slope)(phi);
}

/// E1(i x) for x >= 2: the continued fraction 1/(z+1- 1/(z+3- 4/(z+5- 9/...))) times exp(-z), by Lentz's method.
std::complex<double> exponential_integral_on_the_imaginary_axis(double x) {
    std::complex<double> b(1, x), c(1 / std::numeric_limits<double>::min(), 0), d = 1.0 / b, fraction = d;
    for (int i = 1; i < 200; ++i) {
        const double a = -static_cast<double>(i) * i;
        b += 2;
        d = 1.0 / (a * d + b);
        c = b + a / c;
        const std::complex<double> factor = c * d;
        fraction *= factor;
        if (std::abs(factor - 1.0) < std::numeric_limits<double>::epsilon()) break;
    }
    return fraction * std::polar(1.0, -x);
}

double sine_integral_series(double x) {
    double power = x, sum = x;  // power: (-1)^k x^(2k+1) / (2k+1)!
    for (int k = 1; k < 20; ++k) {
        power *= -x * x / ((2.0 * k) * (2 * k + 1));
        sum += power / (2 * k + 1);
    }
    return sum;
}

/// C(y) = sum_n 180 (-4)^n (1 - n^2) / [(2n+1) (n+3) (2n+4)!] y^(2n): the closed form, term by term; there is no y^2.
double bare_series(double y) {
    double power = 1.0 / 24, sum = 0;  // (-4)^n y^(2n) / (2n+4)!
    for (int n = 0; n < 15; ++n) {
        sum += power * (1.0 - n * n) / ((2 * n + 1) * (n + 3));
        power *= -4 * y * y / ((2.0 * n + 5) * (2 * n + 6));
    }
    return 180 * sum;
}

void check_argument(double y) {
    if (!(y >= 0)) fail<std::domain_error>("S_gamma was asked for at q a = ", y, ", must be at least 0.");
}

/// Spherical Bessel functions j_1 ... j_4 divided by y; upwards by recurrence where that is stable.
std::array<double, 4> spherical_bessel_by_argument(double y) {
    std::array<double, 4> j{};
    if (y < 5) {
        for (unsigned n = 1; n <= 4; ++n) j[n - 1] = boost::math::sph_bessel(n, y) / y;
        return j;
    }
    double before = std::sin(y) / y, now = before / y - std::cos(y) / y;
    for (std::size_t n = 1; n <= 4; ++n) {
        j[n - 1] = now / y;
        const double next = (2 * static_cast<double>(n) + 1) / y * now - before;
        before = now;
        now = next;
    }
    return j;
}

}  // namespace

Densities renormalised_densities(double volume_fraction) {
    if (!(volume_fraction >= 0 && volume_fraction <= gamma_table_end))
        fail<std::domain_error>("The renormalised densities were asked for at a volume fraction of ", volume_fraction,
                                "; their table goes from 0 to ", gamma_table_end, ".");
    Densities g{};
    for (std::size_t row = 0; row < g.size(); ++row) g[row] = density(row, volume_fraction);
    return g;
}

Densities densities(double volume_fraction, SGamma form) {
    return form == SGamma::bare ? Densities{1, 1, 1, 1} : renormalised_densities(volume_fraction);
}

double sine_integral(double x) {
    if (std::isinf(x)) return std::copysign(pi / 2, x);
    if (!(std::abs(x) > 2)) return sine_integral_series(x);
    return std::copysign(pi / 2 + exponential_integral_on_the_imaginary_axis(std::abs(x)).imag(), x);
}

double s_gamma_closed_form(double y) {
    const double s = std::sin(y), y2 = y * y, cut = s - y * std::cos(y);
    const double long_range = sine_integral(2 * y) / y + std::cos(2 * y) / (2 * y2) + std::sin(2 * y) / (4 * y * y2);
    return 4.5 * (long_range - s * s / (y2 * y2) - 4 * cut * cut / (y2 * y2 * y2));
}

double s_gamma_bare(double y) {
    check_argument(y);
    if (std::isinf(y)) return 0;
    return y < 1 ? bare_series(y) : s_gamma_closed_form(y);
}

std::array<double, 4> s_gamma_terms(double y) {
    check_argument(y);
    if (std::isinf(y)) return {};
    if (y < 1e-9) return {2.5, 0, 0, 0};
    // (9 pi/4) J_{m-1/2}^2 / y^3 = (9/2) (j_{m-1} / y)^2
    std::array<double, 4> terms = spherical_bessel_by_argument(y);
    for (std::size_t i = 0; i < terms.size(); ++i) {
        const double odd = 2 * static_cast<double>(i) + 3;  // 2m - 1
        terms[i] = 4.5 * (i == 0 ? 5.0 / 9 : 1.0) * odd * odd * terms[i] * terms[i];
    }
    return terms;
}

double s_gamma(double y, const Densities& g) {
    const std::array<double, 4> terms = s_gamma_terms(y);
    double sum = s_gamma_bare(y);
    for (std::size_t i = 0; i < terms.size(); ++i) sum += (g[i] - 1) * terms[i];
    return sum;
}

}  // namespace sluice::delta_gamma
