// SPDX-License-Identifier: BSD-3-Clause
// Reads pyFAI's .poni calibration files, dialects 1, 2 and 2.1.
#include <cmath>
#include <locale>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>

#include "sluice/numerics/detector_geometry.hpp"

namespace sluice::numerics {
namespace {

struct Value {
    std::string text;
    int line = 0;
};
using Values = std::map<std::string, Value>;

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string lower_case(std::string text) {
    for (char& letter : text)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return text;
}

Values values_of(std::string_view text) {
    std::istringstream lines{std::string(text)};
    Values values;
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        const auto colon = line.find(':');
        if (line.empty() || line.front() == '#' || colon == std::string::npos) continue;
        const std::string key = lower_case(trimmed(line.substr(0, colon)));
        values[key == "dist" ? "distance" : key] = {trimmed(line.substr(colon + 1)), number};
    }
    return values;
}

[[noreturn]] void refuse(const std::string& key, const Value& value, const std::string& needed) {
    throw std::invalid_argument("poni line " + std::to_string(value.line) + ": " + key + " is '" + value.text + "', " + needed);
}

double number(const Values& values, const std::string& key) {
    const Value& value = values.at(lower_case(key));
    std::istringstream stream(value.text);
    stream.imbue(std::locale::classic());
    double result = 0.0;
    if (!(stream >> result) || !(stream >> std::ws).eof() || !std::isfinite(result))
        refuse(key, value, "must be a finite number");
    return result;
}

double positive(double result, const std::string& key, const Value& value) {
    if (!(result > 0.0) || !std::isfinite(result)) refuse(key, value, "must be above 0");
    return result;
}

void require_keys(const Values& values) {
    std::string missing;
    for (const char* key : {"Distance", "Poni1", "Poni2", "Rot1", "Rot2", "Rot3"})
        if (!values.contains(lower_case(key))) missing += (missing.empty() ? "" : ", ") + std::string(key);
    if (!missing.empty()) throw std::invalid_argument("the poni text lacks " + missing);
}

void require_known_dialect(const Values& values) {
    const auto version = values.find("poni_version");
    if (version != values.end() && version->second.text != "1" && version->second.text != "2" && version->second.text != "2.1")
        refuse("poni_version", version->second, "must be 1, 2 or 2.1");
    const auto spline = values.find("splinefile");
    if (spline != values.end() && lower_case(spline->second.text) != "none")
        refuse("SplineFile", spline->second, "must be None: correct the images for distortion first");
}

nlohmann::json detector_config(const Values& values) {
    const auto found = values.find("detector_config");
    if (found == values.end()) return nlohmann::json::object();
    const auto config = nlohmann::json::parse(found->second.text, nullptr, false);
    if (!config.is_object()) refuse("Detector_config", found->second, "must be a JSON object");
    return config;
}

void read_pixel_sizes(const Values& values, const nlohmann::json& config, DetectorGeometry& geometry) {
    const auto first = values.find("pixelsize1"), second = values.find("pixelsize2");
    const auto found = values.find("detector_config");
    const bool in_config = config.contains("pixel1") && config.contains("pixel2");
    const bool in_keys = first != values.end() && second != values.end();
    if (in_config && !(in_keys && first->second.line > found->second.line)) {
        if (!config["pixel1"].is_number() || !config["pixel2"].is_number())
            refuse("Detector_config", found->second, "must give pixel1 and pixel2 as numbers in m");
        geometry.pixel1_m = positive(config["pixel1"].get<double>(), "Detector_config", found->second);
        geometry.pixel2_m = positive(config["pixel2"].get<double>(), "Detector_config", found->second);
    } else if (in_keys) {
        geometry.pixel1_m = positive(number(values, "PixelSize1"), "PixelSize1", first->second);
        geometry.pixel2_m = positive(number(values, "PixelSize2"), "PixelSize2", second->second);
    } else {
        const auto name = values.find("detector");
        const std::string detector = name == values.end() ? "" : " of detector '" + name->second.text + "'";
        throw std::invalid_argument("the poni text lacks the pixel sizes" + detector +
                                    "; add the line Detector_config: {\"pixel1\": ..., \"pixel2\": ...} in m, or "
                                    "PixelSize1 and PixelSize2");
    }
}

void read_orientation(const Values& values, const nlohmann::json& config, DetectorGeometry& geometry) {
    if (!config.contains("orientation")) return;
    const auto& orientation = config["orientation"];
    const bool known = orientation.is_number_integer() && orientation >= 0 && orientation <= 4;
    if (!known)
        refuse("Detector_config", values.at("detector_config"),
               "has orientation " + orientation.dump() + ", must be 0 to 4 (transposed images are not supported)");
    geometry.orientation = orientation == 0 ? 3 : orientation.get<int>();
}

void read_max_shape(const Values& values, const nlohmann::json& config, DetectorGeometry& geometry) {
    if (!config.contains("max_shape") || config["max_shape"].is_null()) return;
    const auto& shape = config["max_shape"];
    if (!shape.is_array() || shape.size() != 2 || !shape[0].is_number_integer() || !shape[1].is_number_integer())
        refuse("Detector_config", values.at("detector_config"), "must give max_shape as two integers or null");
    geometry.max_shape = ImageShape{shape[0].get<std::int64_t>(), shape[1].get<std::int64_t>()};
}

}  // namespace

DetectorGeometry parse_poni(std::string_view text) {
    const Values values = values_of(text);
    require_keys(values);
    require_known_dialect(values);
    DetectorGeometry geometry;
    geometry.distance_m = number(values, "Distance");
    geometry.poni1_m = number(values, "Poni1");
    geometry.poni2_m = number(values, "Poni2");
    geometry.rot1_rad = number(values, "Rot1");
    geometry.rot2_rad = number(values, "Rot2");
    geometry.rot3_rad = number(values, "Rot3");
    const auto wavelength = values.find("wavelength");
    if (wavelength != values.end() && lower_case(wavelength->second.text) != "none")
        geometry.wavelength_m = positive(number(values, "Wavelength"), "Wavelength", wavelength->second);
    const nlohmann::json config = detector_config(values);
    read_pixel_sizes(values, config, geometry);
    read_orientation(values, config, geometry);
    read_max_shape(values, config, geometry);
    return geometry;
}

}  // namespace sluice::numerics
