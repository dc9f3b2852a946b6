// SPDX-License-Identifier: BSD-3-Clause
// Where a detector stands, from the parameters that plugins have in common: a .poni file, or a distance and a pixel size.
// Header-only; a plugin that includes it links sluice::numerics besides the SDK.
#pragma once

#include <cmath>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>

#include <sluice/numerics/detector_geometry.hpp>
#include <sluice/sdk/plugin.hpp>

namespace sluice::sdk {

/// A detector and the shape of its images.
struct Detector {
    numerics::DetectorGeometry geometry;
    numerics::ImageShape shape;
};

namespace detail {

inline std::string read_text_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in) throw std::runtime_error("'" + path + "' cannot be read");
    return text;
}

/// Upright, its rows horizontal, square pixels; without 'poni' the beam hits the middle.
inline numerics::DetectorGeometry inline_geometry(const Parameters& parameters, const numerics::ImageShape& shape) {
    numerics::DetectorGeometry geometry;
    geometry.distance_m = parameters.number("distance", "m");
    geometry.pixel1_m = geometry.pixel2_m = parameters.number("pixel_size", "m");
    const auto poni = parameters.numbers("poni", "m");
    geometry.poni1_m = poni.empty() ? 0.5 * static_cast<double>(shape.slow) * geometry.pixel1_m : poni[0];
    geometry.poni2_m = poni.empty() ? 0.5 * static_cast<double>(shape.fast) * geometry.pixel2_m : poni[1];
    return geometry;
}

/// The .poni file, when one is given.
inline std::optional<numerics::DetectorGeometry> poni_geometry(const Setup& setup) {
    const auto parameters = setup.parameters();
    const auto path = parameters.optional_text("geometry");
    if (!path) return std::nullopt;
    if (parameters.optional_number("distance") || parameters.optional_number("pixel_size") || !parameters.numbers("poni").empty())
        throw RecipeError("give 'geometry', or 'distance', 'pixel_size' and 'poni', not both");
    setup.context().uses_file(*path);
    return numerics::parse_poni(read_text_file(*path));
}

inline void add_wavelength(const Parameters& parameters, numerics::DetectorGeometry& geometry) {
    const auto wavelength = parameters.optional_number("wavelength", "m");
    if (!wavelength) return;
    if (geometry.wavelength_m) throw RecipeError("the .poni file has a wavelength: do not give 'wavelength'");
    geometry.wavelength_m = *wavelength;
}

inline std::optional<numerics::ImageShape> given_shape(const Parameters& parameters) {
    const auto shape = parameters.numbers("shape");
    if (shape.empty()) return std::nullopt;
    return numerics::ImageShape{std::llround(shape[0]), std::llround(shape[1])};
}

}  // namespace detail

/// The detector that has seen images of this shape, from the parameters, all nullable,
///   geometry               path of a .poni file; or
///   distance, pixel_size   lengths, the detector upright, its rows horizontal, its pixels square, and
///   poni                   [slow, fast], lengths: where the beam meets it, from the outer corner of pixel [0, 0]; null: the
///   middle wavelength             a length; null: that of the .poni file, or none
/// Declare them in plugin.json as powder_simulation does. The wavelength may be missing from the result.
/// Throws RecipeError: both a file and lengths, neither, or two wavelengths; std::runtime_error: the file cannot be read;
/// std::invalid_argument: see numerics::parse_poni(). That the shape fits the file's is for numerics::PixelLocator to check.
inline numerics::DetectorGeometry read_detector_geometry(const Setup& setup, const numerics::ImageShape& shape) {
    const auto from_file = detail::poni_geometry(setup);
    auto geometry = from_file ? *from_file : detail::inline_geometry(setup.parameters(), shape);
    detail::add_wavelength(setup.parameters(), geometry);
    return geometry;
}

/// The same for a plugin that has no image yet, and so also declares
///   shape                  [rows, columns]; null: that in the .poni file
/// Throws RecipeError, too, when neither tells the shape.
inline Detector read_detector(const Setup& setup) {
    const auto shape = detail::given_shape(setup.parameters());
    if (const auto from_file = detail::poni_geometry(setup)) {
        Detector detector{*from_file, {}};
        if (!shape && !detector.geometry.max_shape) throw RecipeError("the .poni file tells no shape: give 'shape'");
        detector.shape = shape ? *shape : *detector.geometry.max_shape;
        detail::add_wavelength(setup.parameters(), detector.geometry);
        return detector;
    }
    if (!shape) throw RecipeError("without a .poni file give 'shape', 'distance', 'pixel_size' and 'wavelength'");
    return {read_detector_geometry(setup, *shape), *shape};
}

}  // namespace sluice::sdk
