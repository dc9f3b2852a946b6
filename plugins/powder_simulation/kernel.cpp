// SPDX-License-Identifier: BSD-3-Clause
// The expected image, once; then frames by counting up a random generator.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace sluice::powder_simulation {
namespace {

// What is not a pixel's own random stream: elements and items that no pixel and no frame has.
constexpr std::uint32_t monitor_element = 0xffffffff;
constexpr std::uint64_t bad_pixel_item = 0xffffffffffffffff;

bool allowed_face_centred(int h, int k, int l) { return (h + k) % 2 == 0 && (k + l) % 2 == 0; }
bool allowed_primitive(int, int, int) { return true; }
bool allowed_diamond(int h, int k, int l) { return allowed_face_centred(h, k, l) && (h % 2 != 0 || (h + k + l) % 4 == 0); }

/// q = 2 pi sqrt(h^2 + k^2 + l^2) / a of a cubic cell.
std::vector<double> cubic_lines(double a_nm, bool (*allowed)(int, int, int), double q_max_inv_nm) {
    const double unit = 2 * std::numbers::pi / a_nm;
    const int h_max = static_cast<int>(q_max_inv_nm / unit);
    std::vector<int> squares;
    for (int h = 1; h <= h_max; ++h)
        for (int k = 0; k <= h; ++k)
            for (int l = 0; l <= k; ++l)
                if (allowed(h, k, l)) squares.push_back(h * h + k * k + l * l);
    std::sort(squares.begin(), squares.end());
    squares.erase(std::unique(squares.begin(), squares.end()), squares.end());
    std::vector<double> lines;
    for (const auto square : squares)
        if (unit * std::sqrt(square) <= q_max_inv_nm) lines.push_back(unit * std::sqrt(square));
    return lines;
}

std::vector<double> layer_lines(double d_nm, double q_max_inv_nm) {
    const double unit = 2 * std::numbers::pi / d_nm;
    std::vector<double> lines;
    for (int n = 1; n * unit <= q_max_inv_nm; ++n) lines.push_back(n * unit);
    return lines;
}

double form_at(double q, const Intensity& model) {
    const double x = q * model.form_length_nm;
    switch (model.form) {
        case Form::debye_bueche: return model.form_intensity / ((1 + x * x) * (1 + x * x));
        case Form::guinier: return model.form_intensity * std::exp(-x * x / 3);
        case Form::power_law: return model.form_intensity * std::pow(q, -model.form_exponent);
        default: return 0;
    }
}

double lines_at(double q, const Intensity& model) {
    const double reach = 4 * model.line_width_inv_nm;
    double sum = 0;
    const auto& lines = model.lines_inv_nm;
    for (auto line = std::lower_bound(lines.begin(), lines.end(), q - reach); line != lines.end() && *line <= q + reach; ++line) {
        const double x = (q - *line) / model.line_width_inv_nm;
        sum += std::exp(-4 * std::numbers::ln2 * x * x);
    }
    return model.line_height * sum;
}

template <class T>
constexpr T bad_value() {
    return std::numeric_limits<T>::has_quiet_NaN ? std::numeric_limits<T>::quiet_NaN() : std::numeric_limits<T>::max();
}

template <class T>
T without_noise(double mean) {
    if constexpr (std::is_floating_point_v<T>) return static_cast<T>(mean);
    else return static_cast<T>(mean + 0.5);
}

}  // namespace

std::vector<double> calibrant_lines_inv_nm(std::string_view material, double q_max_inv_nm) {
    if (material == "ceria") return cubic_lines(0.5411651, allowed_face_centred, q_max_inv_nm);
    if (material == "lanthanum_hexaboride") return cubic_lines(0.4156826, allowed_primitive, q_max_inv_nm);
    if (material == "silicon") return cubic_lines(0.5431179, allowed_diamond, q_max_inv_nm);
    if (material == "silver_behenate") return layer_lines(5.8380, q_max_inv_nm);
    throw std::invalid_argument("there is no calibrant '" + std::string(material) +
                                "': choose ceria, lanthanum_hexaboride, silicon or silver_behenate");
}

Form form_from_name(std::string_view name) {
    if (name == "none") return Form::none;
    if (name == "debye_bueche") return Form::debye_bueche;
    if (name == "guinier") return Form::guinier;
    if (name == "power_law") return Form::power_law;
    throw std::invalid_argument("there is no form '" + std::string(name) + "': choose none, debye_bueche, guinier or power_law");
}

double intensity_at(double q_inv_nm, const Intensity& model) {
    return model.flat + form_at(q_inv_nm, model) + lines_at(q_inv_nm, model);
}

double debye_bueche_invariant(double intensity, double length_nm, double q_inv_nm) {
    const double x = length_nm * q_inv_nm;
    return 0.5 * intensity * (std::atan(x) - x / (1 + x * x)) / (length_nm * length_nm * length_nm);
}

Simulation::Simulation(const Settings& settings) : settings_(settings) {
    const auto pixels = settings.shape.slow * settings.shape.fast;
    if (pixels > 0xfffffffe) throw std::invalid_argument("an image may have 2^32 - 2 pixels at most");
    if (!settings.geometry.wavelength_m) throw std::invalid_argument("the geometry has no wavelength, which q needs: give 'wavelength'");
    if (settings.bad_pixels > pixels)
        throw std::invalid_argument("bad_pixels = " + std::to_string(settings.bad_pixels) + ", but the image has " +
                                    std::to_string(pixels) + " pixels");
    compute_expected();
    choose_bad_pixels();
}

void Simulation::compute_expected() {
    const auto [rows, columns] = settings_.shape;
    const numerics::PixelLocator locator(settings_.geometry, settings_.shape, numerics::Flip::none);
    expected_.reserve(static_cast<std::size_t>(rows * columns));
    for (std::int64_t row = 0; row < rows; ++row) {
        for (std::int64_t column = 0; column < columns; ++column) {
            const double slow = static_cast<double>(row) + 0.5, fast = static_cast<double>(column) + 0.5;
            const auto point = locator.at(slow, fast);
            double counts = intensity_at(numerics::q_inv_nm(point, *settings_.geometry.wavelength_m), settings_.intensity);
            if (settings_.solid_angle) counts *= locator.solid_angle(slow, fast);
            if (settings_.polarization) counts *= numerics::polarization(point, *settings_.polarization);
            if (!(counts >= 0 && std::isfinite(counts)))
                throw std::invalid_argument("the expected counts of pixel [" + std::to_string(row) + ", " +
                                            std::to_string(column) + "] are " + std::to_string(counts) +
                                            ", must be finite and not negative");
            expected_.push_back(counts);
        }
    }
}

void Simulation::choose_bad_pixels() {
    bad_.assign(expected_.size(), 0);
    numerics::RandomStream stream(settings_.seed, bad_pixel_item, 0);
    for (std::int64_t chosen = 0; chosen < settings_.bad_pixels;) {
        auto& pixel = bad_[static_cast<std::size_t>(stream.uniform() * static_cast<double>(bad_.size()))];
        chosen += 1 - pixel;
        pixel = 1;
    }
}

double Simulation::monitor(std::int64_t frame) const {
    if (settings_.monitor_variation == 0) return 1;
    numerics::RandomStream stream(settings_.seed, static_cast<std::uint64_t>(frame), monitor_element);
    return 1 + settings_.monitor_variation * (2 * stream.uniform() - 1);
}

void Simulation::check_fits(double largest) const {
    const double mean = *std::max_element(expected_.begin(), expected_.end()) * (1 + settings_.monitor_variation);
    const double reach = settings_.poisson ? mean + 10 * std::sqrt(mean) + 10 : mean;
    if (reach > largest)
        throw std::invalid_argument("up to " + std::to_string(std::llround(reach)) + " counts are expected in a pixel, dtype holds " +
                                    std::to_string(std::llround(largest)) + ": choose a larger dtype or lower intensities");
}

template <class T>
T Simulation::count(std::size_t pixel, double monitor_of_frame, numerics::RandomStream& stream) const {
    const double mean = expected_[pixel] * monitor_of_frame;
    if (bad_[pixel]) return bad_value<T>();
    return settings_.poisson ? static_cast<T>(numerics::poisson(mean, stream)) : without_noise<T>(mean);
}

template <class T>
void Simulation::fill(std::int64_t frame, std::int64_t slow_begin, std::int64_t rows, std::int64_t fast_begin,
                      std::int64_t columns, std::span<T> out) const {
    const double of_frame = monitor(frame);
    const auto stream_of = [&](std::size_t pair) {
        return numerics::RandomStream(settings_.seed, static_cast<std::uint64_t>(frame), static_cast<std::uint32_t>(pair));
    };
    auto target = out.begin();
    for (std::int64_t row = slow_begin; row < slow_begin + rows; ++row) {
        const auto begin = static_cast<std::size_t>(row * settings_.shape.fast + fast_begin);
        const auto end = begin + static_cast<std::size_t>(columns);
        auto stream = stream_of(begin / 2);  // two neighbours share one: it makes its numbers in pairs
        for (auto pixel = begin - begin % 2; pixel < end; ++pixel) {
            if (pixel % 2 == 0) stream = stream_of(pixel / 2);
            const auto value = count<T>(pixel, of_frame, stream);
            if (pixel >= begin) *target++ = value;
        }
    }
}

template void Simulation::fill(std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::span<std::uint16_t>) const;
template void Simulation::fill(std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::span<std::uint32_t>) const;
template void Simulation::fill(std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::span<float>) const;

}  // namespace sluice::powder_simulation
