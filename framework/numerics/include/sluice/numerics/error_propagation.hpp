// SPDX-License-Identifier: BSD-3-Clause
// Elementary operations on numbers with their derivatives, and the first-order variances that follow from these.
#pragma once

#include <cmath>
#include <string_view>

namespace sluice::numerics {

// ---- two operands: f(a, b), df/da, df/db ------------------------------------------------------------------------------

struct Add {
    static constexpr std::string_view verb = "add";
    static double value(double a, double b) { return a + b; }
    static double by_a(double, double) { return 1; }
    static double by_b(double, double) { return 1; }
};
struct Subtract {
    static constexpr std::string_view verb = "subtract";
    static double value(double a, double b) { return a - b; }
    static double by_a(double, double) { return 1; }
    static double by_b(double, double) { return -1; }
};
struct Multiply {
    static constexpr std::string_view verb = "multiply";
    static double value(double a, double b) { return a * b; }
    static double by_a(double, double b) { return b; }
    static double by_b(double a, double) { return a; }
};
struct Divide {
    static constexpr std::string_view verb = "divide";
    static double value(double a, double b) { return a / b; }
    static double by_a(double, double b) { return 1 / b; }
    static double by_b(double a, double b) { return -(a / b) / b; }  // in this order a / a has exactly no variance
};
/// The smaller of both, with its own variance; NaN when either is (std::fmin would hide it). Of equal ones it is a. The
/// variance is that of the branch taken: it knows nothing of how close the other one is.
struct Minimum {
    static constexpr std::string_view verb = "compare";
    static double value(double a, double b) { return b < a || std::isnan(b) ? b : a; }
    static double by_a(double a, double b) { return b < a || std::isnan(b) ? 0 : 1; }
    static double by_b(double a, double b) { return 1 - by_a(a, b); }
};
/// As Minimum, of the larger.
struct Maximum {
    static constexpr std::string_view verb = "compare";
    static double value(double a, double b) { return b > a || std::isnan(b) ? b : a; }
    static double by_a(double a, double b) { return b > a || std::isnan(b) ? 0 : 1; }
    static double by_b(double a, double b) { return 1 - by_a(a, b); }
};

/// First order, independent operands: (df/da)² va + (df/db)² vb. Source: Bevington and Robinson (2003), Data Reduction and
/// Error Analysis for the Physical Sciences, 3rd ed., eq. 3.14. Right as long as f is straight over a few standard
/// deviations: of 1/b with a relative uncertainty s it is too small by a factor of about 1 - 8 s².
template <class Operation>
double variance(double a, double variance_a, double b, double variance_b) {
    const double by_a = Operation::by_a(a, b), by_b = Operation::by_b(a, b);
    return by_a * by_a * variance_a + by_b * by_b * variance_b;
}

/// First order, both operands one random variable: (df/da + df/db)² v. Of a - a and a / a it is exactly 0.
template <class Operation>
double variance_of_same(double a, double b, double common_variance) {
    const double slope = Operation::by_a(a, b) + Operation::by_b(a, b);
    return slope * slope * common_variance;
}

// ---- one operand: f(x) and df/dx --------------------------------------------------------------------------------------

struct Negate {
    static double value(double x) { return -x; }
    static double slope(double) { return -1; }
};
struct Reciprocal {
    static double value(double x) { return 1 / x; }
    static double slope(double x) { return -1 / (x * x); }
};
struct SquareRoot {
    static double value(double x) { return std::sqrt(x); }
    static double slope(double x) { return 0.5 / std::sqrt(x); }
};
struct Logarithm {
    static double value(double x) { return std::log(x); }
    static double slope(double x) { return 1 / x; }
};
struct Exponential {
    static double value(double x) { return std::exp(x); }
    static double slope(double x) { return std::exp(x); }
};
/// The variance of |x| is that of x, also at 0.
struct Absolute {
    static double value(double x) { return std::abs(x); }
    static double slope(double x) { return std::signbit(x) ? -1 : 1; }
};
/// x to a fixed power. NaN stays NaN (std::pow makes 1 of NaN to the 0); x⁰ has no variance.
struct Power {
    double exponent;
    [[nodiscard]] double value(double x) const { return std::isnan(x) ? x : std::pow(x, exponent); }
    [[nodiscard]] double slope(double x) const {
        if (exponent == 0) return 0;
        return std::isnan(x) ? x : exponent * std::pow(x, exponent - 1);
    }
};

/// First order: (df/dx)² v. What is exact stays so, also where f is upright (the root of 0).
template <class Function>
double variance_of(const Function& f, double x, double variance_x) {
    const double slope = f.slope(x);
    if (variance_x == 0 && std::isinf(slope)) return 0;
    return slope * slope * variance_x;
}

}  // namespace sluice::numerics
