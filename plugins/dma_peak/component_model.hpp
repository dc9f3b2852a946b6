// SPDX-License-Identifier: BSD-3-Clause
// A peak model on a background model: its parameters, its value and its derivatives at one temperature.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "component.hpp"

namespace sluice::dma_peak {

/// One parameter of a model: its name and unit ("K", "kJ/mol", "1", or "" for the unit of the data).
struct ComponentParameter {
    std::string name, unit;
};

/// The formulas, T in K:
///
///     gaussian             H exp(-ln2 u^2), u = 2 (T - T0)/W
///     asymmetric_gaussian  the same with u = ln(1 + z)/(2 artanh s), z = 4 s (T - T0)/(W (1 - s^2)); 0 where z <= -1
///     cole_cole            H (1 + k) / (k + cosh u),  u = B (1/T - 1/T0), B from W
///
///     constant_exponential   c + A exp((T - Tr)/S)
///     arrhenius              c + A exp(-(E/R) (1/T - 1/Tr))
///     vogel_fulcher_tammann  c + A exp(-B/(T - Tv) + B/(Tr - Tv))
///     polynomial             sum_k c_k (T - Tr)^k
///     none                   0
///     cole_cole              (c + L) / (1 - M), or c + L of a loss modulus: L = D Im[..], M = D Re[..] of 1/(1 + X e^(-i pi
///     a/2)),
///                            X = exp((a E/R) (1/T - 1/Ta))
///
/// asymmetric_gaussian is the log-normal form of Fraser and Suzuki (1969), Anal. Chem. 41, 37, in its full width at half
/// height W and s: the half heights are at T0 - W (1 - s)/2 and T0 + W (1 + s)/2. s = 0 is the Gaussian.
/// cole_cole as a peak: the term D/(1 + (i w tau)^a) of a complex modulus with tau following Arrhenius' law gives, at one
/// frequency, exactly this symmetric form in 1/T: of a loss modulus with k = cos(pi a/2), of tan delta with
/// k = cos(pi a/2) (2 - D)/(2 sqrt(1 - D)) and H = D sin(pi a/2)/(2 sqrt(1 - D) + (2 - D) cos(pi a/2)); B = a E/R.
/// Peak and background add up; but cole_cole on cole_cole in tan delta are terms of one modulus: the losses over the storage.
class ComponentModel {
public:
    /// reference_K: Tr. Throws std::invalid_argument for a degree outside of 0 to 4.
    ComponentModel(const ComponentOptions& options, double reference_K);

    static constexpr std::size_t temperature = 0, height = 1, width = 2, shape = 3;  ///< positions of the peak's parameters
    [[nodiscard]] std::size_t size() const { return peak_size_ + background_size_; }
    [[nodiscard]] std::size_t peak_size() const { return peak_size_; }
    [[nodiscard]] const ComponentOptions& options() const { return options_; }
    [[nodiscard]] double reference_K() const { return reference_K_; }

    /// values: [size()]. out: [temperatures]. slopes: [temperatures, size()] row-major, filled with d value / d parameter, or
    /// empty. NaN where the model has no value.
    void evaluate(ComponentPart part, std::span<const double> values, std::span<const double> temperature_K,
                  std::span<double> out, std::span<double> slopes) const;
    /// The same at one temperature.
    [[nodiscard]] double value(ComponentPart part, std::span<const double> values, double temperature_K,
                               std::span<double> slopes) const;
    /// The area under the component with its derivatives. gaussian: H W sqrt(pi/(4 ln 2)); asymmetric:
    /// times (1 - s^2) (artanh s)/s exp((artanh s)^2/ln 2). cole_cole: T0^2 times the
    /// integral over 1/T, (H T0^2 / B) 2 (1 + k) acos(k)/sqrt(1 - k^2): that over T does not converge.
    [[nodiscard]] double area(std::span<const double> values, std::span<double> slopes) const;

private:
    ComponentOptions options_;
    double reference_K_;
    std::size_t peak_size_, background_size_;
};

[[nodiscard]] std::vector<ComponentParameter> parameters_of(const ComponentOptions& options);

}  // namespace sluice::dma_peak
