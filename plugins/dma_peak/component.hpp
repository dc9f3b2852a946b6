// SPDX-License-Identifier: BSD-3-Clause
// The relaxation peak as a component: a peak model on a background model, fitted to a curve against temperature.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "curve.hpp"

namespace sluice::dma_peak {

enum class Background { constant_exponential, arrhenius, vogel_fulcher_tammann, polynomial, none, cole_cole };
enum class PeakModel { asymmetric_gaussian, gaussian, cole_cole };
/// What the values are: this decides how two relaxations add up (cole_cole).
enum class Quantity { tan_delta, loss_modulus };

enum class ComponentStatus {
    ok,
    none,            ///< the background alone describes the points as well: only the curves are given
    at_edge,         ///< the maximum is nearer than a quarter of its half width to an end of the points fitted: values, doubtful
    not_converged,   ///< no minimum was found, or the points do not determine it: all NaN
    too_few_points,  ///< not more points than free parameters: all NaN
    bound_hit,       ///< a shape parameter ended on its bound: values, but no variances
    turns,           ///< the temperature goes there and back: split the run first; all NaN
};

struct ComponentOptions {
    Background background = Background::constant_exponential;
    PeakModel peak = PeakModel::asymmetric_gaussian;
    Quantity quantity = Quantity::tan_delta;
    std::ptrdiff_t degree = 2;         ///< of Background::polynomial, 0 to 4
    std::optional<double> from_K;      ///< nothing: the first point
    std::optional<double> to_K;        ///< nothing: chosen from the curve, see fit_component()
    std::optional<double> near_K;      ///< the peak nearest to this; nothing: the one that fits best
    bool compare_backgrounds = false;  ///< fit the other tails as well, for the spreads
};

enum class ComponentPart { whole, background, component };

struct FittedModel;

/// A part of the fitted model with its variance, at any temperature; NaN where nothing was fitted.
class ComponentCurve {
public:
    ComponentCurve() = default;
    ComponentCurve(std::shared_ptr<const FittedModel> model, ComponentPart part) : model_(std::move(model)), part_(part) {}
    [[nodiscard]] Value at(double temperature_K) const;

private:
    std::shared_ptr<const FittedModel> model_;
    ComponentPart part_ = ComponentPart::whole;
};

struct ComponentResult {
    ComponentStatus status = ComponentStatus::ok;
    Value temperature;                        ///< K, of the maximum of the component
    Value height;                             ///< in the unit of the values, above the background
    Value width;                              ///< K, full width at half of the height
    Value area;                               ///< K times the unit of the values
    double reduced_chi_square = unknown;      ///< of points with variances; else NaN
    double drift = unknown;                   ///< factor >= 1 by which residuals that hang together have raised all variances
    double from_K = unknown, to_K = unknown;  ///< the range fitted
    std::ptrdiff_t points = 0;                ///< fitted
    std::vector<double> values;               ///< [component_parameters(options)], in their order; temperatures in K
    std::vector<double> covariance;           ///< [n * n], row-major
    ComponentCurve whole, background, component;
    double spread_temperature = unknown, spread_height = unknown;  ///< half range over the tails, of compare_backgrounds
};

/// Names of ComponentResult::values, and their units ("K", "1", "kJ/mol", or "" for the unit of the data).
[[nodiscard]] std::vector<std::string> component_parameters(const ComponentOptions& options);
[[nodiscard]] std::vector<std::string> component_units(const ComponentOptions& options);

/// The maximum, height, width and area of a peak model on a background model, fitted together by least squares.
///
///     value(T) = background(T) + peak(T);  cole_cole on cole_cole of tan delta: both terms in one complex modulus
///
/// Formulas and sources: ComponentModel in component_model.hpp. Points: see Curve and usable_points(); weights 1/variance, else
/// all alike and errors from the scatter. Errors are those of least squares, raised by `drift` where residuals hang together.
/// They hold if the model does: an asymmetric Gaussian on a tail is within 1.2 K and 10 % of the height of a Cole-Cole term.
/// Range without to_K: up to where the curve, behind near_K (without it: behind its smallest logarithmic slope between two
/// steeper rises), exceeds 1.5 times its lowest value since; of a polynomial, to the valley before that; of
/// Background::cole_cole, all points.
/// Starts: a grid of peaks and tails on this curve alone, so that no curve of a series depends on another one.
/// Exact data of the model give its numbers to 1e-6. 2 to 4 ms per 340 points; vogel_fulcher_tammann, and
/// cole_cole on cole_cole, 10 to 15 ms.
/// Throws std::invalid_argument when from_K is not below to_K, degree is not 0 to 4, or lengths differ.
[[nodiscard]] ComponentResult fit_component(const Curve& curve, const ComponentOptions& options);

}  // namespace sluice::dma_peak
