// SPDX-License-Identifier: BSD-3-Clause
// Curves I(q) for NXcanSAS: which points of an array make them, in which unit.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/io/gathered_array.hpp>

namespace sluice::nxcansas {

using io::GatheredArray;

/// Factor f with value in `to` = f · value in `from`; 0 when there is none.
using UnitFactor = std::function<double(std::string_view from, std::string_view to)>;

/// A unit of NXcanSAS' closed list, and the factor into it.
struct Conversion {
    std::string unit;
    double factor = 1;
};

/// 1/nm, 1/angstrom and 1/m stay, any other inverse length becomes 1/nm. Nothing to convert: unit "".
[[nodiscard]] Conversion q_conversion(const std::string& unit, const UnitFactor& factor);
/// 1/length becomes 1/cm (SasView does not convert it), area per mass cm2/g; a plain number, counts, a rate and arbitrary units
/// become "arbitrary", unconverted, as everything does that says intensity_scale = relative and is one of all these. Else unit
/// "".
[[nodiscard]] Conversion intensity_conversion(const GatheredArray& array, const UnitFactor& factor);

/// How an array is read as curves.
struct Reading {
    std::string dim;  ///< of q
    const io::Coordinate* q = nullptr;
    Conversion q_unit, intensity_unit;
};

/// The dimension whose coordinate q (of that name, or along a dimension q) has a unit like 1/nm.
/// Throws std::invalid_argument when the array is no I(q), saying why.
[[nodiscard]] Reading read_as_curves(const GatheredArray& array, const UnitFactor& factor);

struct Curve {
    std::vector<double> q, intensity, sigma;  ///< q rises; sigma is empty when there are no variances
    std::int64_t left_out = 0;                ///< points that are masked or NaN (in q, intensity or sigma)
    bool repeated_q = false;                  ///< some q stands more than once
    std::string conditions;                   ///< "temperature = 290 K, name = water"
    std::string sample;                       ///< the text coordinate of the curve, if it has one
    double temperature = 0;                   ///< of a coordinate `temperature`
    std::string temperature_unit;             ///< "": there is none
};

/// The k-th curve along the q of the reading.
[[nodiscard]] Curve curve_of(const GatheredArray& array, const Reading& reading, std::int64_t k);

}  // namespace sluice::nxcansas
