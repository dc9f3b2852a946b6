// SPDX-License-Identifier: BSD-3-Clause
// The response K(y, k) of the distinct part to S, and its integrals with S piece by piece.
#include "hydrodynamic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/special_functions/bessel.hpp>

#include <sluice/numerics/fail.hpp>

#include "mobility.hpp"

namespace sluice::delta_gamma {

struct Basis::Tables {
    MobilityNodes nodes{integration_end + largest_y};
};

Basis::Basis() : tables_(std::make_shared<const Tables>()) {}

namespace {

using numerics::fail;
using std::numbers::pi;

/// Calls f(x, weight) for the nodes of Gauss and Legendre on a ... b.
template <unsigned nodes, class F>
void gauss_legendre(double a, double b, F&& f) {
    using Rule = boost::math::quadrature::gauss<double, nodes>;
    const double centre = (a + b) / 2, half = (b - a) / 2;
    for (std::size_t i = 0; i < Rule::abscissa().size(); ++i) {
        const double x = half * Rule::abscissa()[i], weight = half * Rule::weights()[i];
        if (x != 0) f(centre - x, weight);
        f(centre + x, weight);
    }
}

double checked(double volume_fraction) {
    if (!(volume_fraction >= 0 && volume_fraction < numerics::largest_volume_fraction))
        fail<std::domain_error>("a volume fraction of ", volume_fraction, " was given; it must be at least 0 and below ",
                                numerics::largest_volume_fraction, ".");
    return volume_fraction;
}

/// K of a thin triangle: by y' = hi + lo t no digits are lost however small lo is,
///
///     K = 3 k/(8 pi) (lo/y)^3 int_-1^1 (1 - t^2) (2 hi + lo (1 + t)) (2 hi - lo (1 - t)) w(y') / y'^3 dt
///
/// where K(0, k) = (2/pi) w(k) is contained.
double thin_kernel(const Mobility& mobility, double y, double k) {
    const double lo = std::min(y, k), hi = std::max(y, k);
    double sum = 0;
    gauss_legendre<10>(-1, 1, [&](double t, double weight) {
        const double side = hi + lo * t;
        const double area = (1 - t * t) * (2 * hi + lo * (1 + t)) * (2 * hi - lo * (1 - t));
        sum += weight * area * mobility.weight(side) / (side * side * side);
    });
    const double ratio = y > k ? k / y : 1;
    return 3 * k / (8 * pi) * (ratio * ratio * ratio) * sum;
}

/// Of any other: the area squared of the triangle, as a polynomial in y'^2, meets the moments of w.
double wide_kernel(const Mobility& mobility, double y, double k) {
    const double shortest = std::max(std::abs(y - k), 1e-17 * y), longest = y + k;
    const auto from = mobility.at(shortest), to = mobility.at(longest);
    const double product = shortest * longest, squares = 2 * (y * y + k * k);
    const double sum = squares * (to.inverse - from.inverse) - (to.first - from.first) -
                       product * product * (to.inverse_cube - from.inverse_cube);
    return 3 * k / (8 * pi * y * y * y) * sum;
}

/// Calls add(k, weight) for the nodes of an integral over a ... b of what has a logarithm at k = y, something like a corner at
/// -y and else oscillates no faster than cos 4k: pieces shrink towards y, and in the one that ends there k = y +- L s^4 takes the
/// logarithm away.
template <class Add>
void integrate(double a, double b, double y, const Add& add) {
    const double length = b - a, distance = a >= y ? a - y : y - b;
    const auto halves = [&](double middle) {
        integrate(a, middle, y, add);
        integrate(middle, b, y, add);
    };
    if (!(length > 0)) return;
    if (a < y && y < b) return halves(y);
    if (distance <= 1e-13 * y) {  // a rounding away is there: else the pieces would shrink for ever
        const double touching = y > 0 ? std::min(0.125, y / 2) : 0.125, reach = a >= y ? length : -length;
        if (length > 1.5 * touching) return halves(a >= y ? a + touching : b - touching);
        return gauss_legendre<20>(0, 1, [&](double s, double weight) {
            const double cube = s * s * s;
            add(y + reach * (s * cube), weight * 4 * length * cube);
        });
    }
    if (length > std::min(distance, 1.25)) return halves((a + b) / 2);
    if (length < 0.02 && 30 * length < distance) return gauss_legendre<3>(a, b, add);
    if (length < 0.1 && 4 * length < distance) return gauss_legendre<7>(a, b, add);
    gauss_legendre<10>(a, b, add);
}

/// H_d at one y as a sum over the knots of S: H_d = sum of weights (S - 1) + rest, the rest from a model.
class Row {
public:
    std::vector<double> weights;  ///< [knots]
    double rest = 0;

    Row(const DeltaGamma& theory, const StructureFactor& structure, double y)
        : weights(structure.knots().size()), theory_(theory), structure_(structure), y_(y) {
        if (weights.empty())
            add_model(0, integration_end);
        else
            add_points(structure.knots());
    }

private:
    void add_points(std::span<const double> knots) {
        if (structure_.continuation().low == LowQ::model)
            add_model(0, knots.front());
        else
            add_constant(knots.front());
        for (std::size_t j = 0; j + 1 < knots.size() && knots[j] < integration_end; ++j) add_line(j);
        if (structure_.continuation().high == HighQ::model) add_model(knots.back(), integration_end);
    }

    void add_model(double from, double to) {
        integrate(from, std::min(to, integration_end), y_,
                  [this](double k, double weight) { rest += weight * theory_.kernel(y_, k) * structure_.model_minus_one(k); });
        if (to == integration_end && from < to) rest += tail();
    }

    /// Of int_end^inf K (S - 1) dk, end = 100 pi: S - 1 -> 6 phi g cos(2k) / k^2, g the contact value, and K -> (2/pi) times the
    /// mean of w over the triangle, [1 - f cos(2k)] / [2 k (k + b)], b = 9 pi phi/4, f = 3 j_1(2y) / (2y). Of their product the
    /// mean over k, as what oscillates is 0 there to the first order.
    [[nodiscard]] double tail() const {
        const double phi = structure_.volume_fraction(), b = 9 * pi / 4 * theory_.volume_fraction();
        const double contact = (1 + phi / 2) / ((1 - phi) * (1 - phi)), x = 2 * y_;
        const double f = x < 1e-6 ? 1 : 3 * boost::math::sph_bessel(1, x) / x;
        const double cube = integration_end * integration_end * integration_end;
        return -6 * phi * contact * f / (2 * pi) / (3 * cube) / (1 + 0.75 * b / integration_end);
    }

    void add_constant(double to) {
        double sum = 0;
        integrate(0, std::min(to, integration_end), y_, [&](double k, double weight) { sum += weight * theory_.kernel(y_, k); });
        const auto count = static_cast<std::size_t>(structure_.low_points());
        for (std::size_t j = 0; j < count; ++j) weights[j] += sum / static_cast<double>(count);
    }

    void add_line(std::size_t j) {
        const double a = structure_.knots()[j], b = structure_.knots()[j + 1];
        double all = 0, upper = 0;
        integrate(a, std::min(b, integration_end), y_, [&](double k, double weight) {
            const double part = weight * theory_.kernel(y_, k);
            all += part;
            upper += part * (k - a);
        });
        weights[j] += all - upper / (b - a);
        weights[j + 1] += upper / (b - a);
    }

    const DeltaGamma& theory_;
    const StructureFactor& structure_;
    double y_;
};

double value_of(const Row& row, const StructureFactor& structure) {
    double sum = row.rest;
    for (std::size_t j = 0; j < row.weights.size(); ++j) sum += row.weights[j] * (structure.knot_values()[j] - 1);
    return sum;
}

}  // namespace

DeltaGamma::DeltaGamma(const Basis& basis, double volume_fraction, SGamma form)
    : volume_fraction_(checked(volume_fraction)),
      form_(form),
      mobility_(std::make_shared<const Mobility>(basis.tables().nodes, volume_fraction, densities(volume_fraction, form))) {}

double DeltaGamma::self_part() const { return mobility_->integral(); }

double DeltaGamma::kernel(double y, double k) const {
    const double lo = std::min(y, k), hi = std::max(y, k);
    if (hi == 0) return 0;
    return lo < 0.25 && 3 * lo < hi ? thin_kernel(*mobility_, y, k) : wide_kernel(*mobility_, y, k);
}

Distinct distinct_part(const DeltaGamma& theory, const StructureFactor& structure, std::span<const double> q_a,
                       bool with_response) {
    const std::size_t points = with_response ? static_cast<std::size_t>(structure.points()) : 0;
    Distinct out{std::vector<double>(q_a.size()), std::vector<double>(q_a.size() * points)};
    for (std::size_t i = 0; i < q_a.size(); ++i) {
        const double y = q_a[i];
        if (y < 0) fail<std::domain_error>("H_d was asked for at q a = ", y, " (point ", i, "), must be at least 0.");
        if (!(y <= largest_y)) {
            out.values[i] = std::numeric_limits<double>::quiet_NaN();
            std::fill_n(out.response.begin() + static_cast<std::ptrdiff_t>(i * points), points, out.values[i]);
            continue;
        }
        const Row row(theory, structure, y);
        out.values[i] = value_of(row, structure);
        for (std::size_t j = 0; points > 0 && j < row.weights.size(); ++j)
            out.response[i * points + structure.places()[j]] = row.weights[j];
    }
    return out;
}

}  // namespace sluice::delta_gamma
