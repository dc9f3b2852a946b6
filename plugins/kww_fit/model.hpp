// SPDX-License-Identifier: BSD-3-Clause
// The shape of a relaxation with its derivatives, and the points that are fitted with it.
#pragma once

#include <complex>
#include <vector>

#include "kernel.hpp"

namespace sluice::kww_fit {

using Doubles = std::vector<double>;
using Complex = std::complex<double>;

/// What a point measures of the response.
enum class Part { decay, loss, storage };

/// The normalised response with its derivatives by ln(tau) and the (up to two) exponents. In time it is real.
struct Shape {
    Complex value, by_log_tau, by_first, by_second;
};

/// Which parameters are the exponents of a model: beta, or alpha and gamma. Debye has none.
[[nodiscard]] std::size_t first_exponent(Model model);
[[nodiscard]] inline bool is_havriliak_negami(Model model) {
    return model == Model::havriliak_negami || model == Model::cole_cole;
}

/// x as in Data and finite; slopes: otherwise only the value.
[[nodiscard]] Shape shape_of(Domain domain, Model model, double x, const Values& values, bool slopes);

/// The number that a point measures: real part, loss, or storage with its sign.
[[nodiscard]] double part_of(Part part, Response response, Complex value);

/// The points in use: measured values, first those of y, then those of the storage; each has the x of a place.
struct Points {
    Doubles x;  ///< of the places
    struct Point {
        std::size_t place;
        Part part;
        double y, root_weight;
    };
    std::vector<Point> all;

    [[nodiscard]] std::size_t size() const { return all.size(); }
    [[nodiscard]] bool has_storage() const { return !all.empty() && all.back().part == Part::storage; }
};

/// Throws std::invalid_argument for lengths that differ.
[[nodiscard]] Points points_in_use(const Data& data, const Options& options);

/// The shapes at all places, with slopes, remembered: a search asks for one set of parameters several times over.
class Shapes {
public:
    Shapes(const Points& points, const Options& options) : points_(points), options_(options) {}
    [[nodiscard]] const std::vector<Shape>& at(const Values& values);

private:
    const Points& points_;
    const Options& options_;
    Values values_{};
    std::vector<Shape> shapes_;
};

/// The level of a point is its offset or the unrelaxed storage.
[[nodiscard]] inline std::size_t level_of(Part part) { return part == Part::storage ? unrelaxed : offset; }

}  // namespace sluice::kww_fit
