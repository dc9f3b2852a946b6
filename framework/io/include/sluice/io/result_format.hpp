// SPDX-License-Identifier: BSD-3-Clause
// What nexus_result writes beyond NeXus, so that result_source gets every array back exactly: names of attributes, and squares
// that survive a square root. The page of nexus_result shows where each of them stands.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>

namespace sluice::io::result_format {

/// What an element is; the numbers are those of the plugin interface (result_elements.hpp).
enum class ElementType {
    float64 = 1,
    float32,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
    boolean,  ///< one byte, 0 or 1
    complex128,
    text  ///< of coordinates only
};

struct Dim {
    std::string name;
    std::int64_t size = 0;
};

/// Attribute of the root: the version of all this. A reader refuses a higher one.
inline constexpr const char* version_attribute = "sluice_result";
inline constexpr std::int64_t version = 1;

/// Attribute of /entry: "step.port" of the recipe's default output.
inline constexpr const char* default_array = "default_array";

// Attributes of a signal.
inline constexpr const char* label = "label";              ///< "step" for a step's first output, else "step.port"
inline constexpr const char* array = "array";              ///< "step.port" always
inline constexpr const char* coordinates = "coordinates";  ///< names of their datasets, in order
inline constexpr const char* masks = "masks";              ///< likewise

// Attributes of signals, coordinates, masks and facts.
inline constexpr const char* name = "name";                ///< as it is called in the run: NeXus allows fewer characters
inline constexpr const char* dims = "dims";                ///< names of its dimensions; absent without
inline constexpr const char* dtype = "dtype";              ///< where HDF5's type does not tell: "boolean"
inline constexpr const char* edges = "edges";              ///< of a coordinate: the dataset with its bin edges
inline constexpr const char* varies_over = "varies_over";  ///< of a mask kept for every value: the dimensions it depends on
inline constexpr const char* correlated_over = "correlated_over";  ///< of errors

/// Datasets <signal>_errors and <signal>_variance_rounding.
inline constexpr const char* errors_suffix = "_errors";
inline constexpr const char* rounding_suffix = "_variance_rounding";

/// What must be added to the square of sqrt(variance), in units of its last place, to have the variance again: within ±3, because
/// root and square are each rounded once. 0 for a variance that is not > 0.
inline std::int8_t variance_rounding(double variance) {
    if (!(variance > 0)) return 0;
    const double error = std::sqrt(variance);
    return static_cast<std::int8_t>(std::bit_cast<std::int64_t>(variance) - std::bit_cast<std::int64_t>(error * error));
}

/// The variance that sqrt() made `error` of. NaN stays NaN.
inline double variance_of(double error, std::int8_t rounding) {
    const double square = error * error;
    return rounding == 0 ? square : std::bit_cast<double>(std::bit_cast<std::int64_t>(square) + rounding);
}

}  // namespace sluice::io::result_format
