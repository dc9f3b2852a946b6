// SPDX-License-Identifier: BSD-3-Clause
// What is the same for all trains, once; what of it would not fit the element type.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <string>

#include <sluice/numerics/random.hpp>

#include "streams.hpp"

namespace sluice::speckle_simulation {
namespace {

std::string text_of(double value) {
    auto text = std::to_string(value);
    text.erase(text.find_last_not_of('0') + 1);
    return text.back() == '.' ? text.substr(0, text.size() - 1) : text;
}
std::string text_of(const Ring& ring) { return "[" + text_of(ring.low_inv_nm) + ", " + text_of(ring.high_inv_nm) + "]"; }

void check_rings(std::vector<Ring> rings) {
    for (const auto& ring : rings)
        if (!(ring.low_inv_nm >= 0 && ring.low_inv_nm < ring.high_inv_nm))
            throw std::invalid_argument("the ring " + text_of(ring) + " 1/nm must be [low, high] with 0 <= low < high");
    std::sort(rings.begin(), rings.end(), [](const Ring& a, const Ring& b) { return a.low_inv_nm < b.low_inv_nm; });
    for (std::size_t i = 1; i < rings.size(); ++i)
        if (rings[i].low_inv_nm < rings[i - 1].high_inv_nm)
            throw std::invalid_argument("the rings " + text_of(rings[i - 1]) + " and " + text_of(rings[i]) +
                                        " 1/nm overlap: a pixel has one q, so it can be in one ring");
}

void check(const Settings& settings) {
    const auto pixels = settings.shape.slow * settings.shape.fast;
    if (pixels > 0xfffffffe) throw std::invalid_argument("an image may have 2^32 - 2 pixels at most");
    if (!settings.geometry.wavelength_m)
        throw std::invalid_argument("the geometry has no wavelength, which q needs: give 'wavelength'");
    if (settings.bad_pixels > pixels)
        throw std::invalid_argument("bad_pixels = " + std::to_string(settings.bad_pixels) + ", but the image has " +
                                    std::to_string(pixels) + " pixels");
    const double last_us = static_cast<double>(settings.pulses - 1) * settings.pulse_period_us;
    if (1 + settings.drift_per_us * last_us < 0)
        throw std::invalid_argument("age_drift = " + text_of(settings.drift_per_us) + " 1/us makes the rate negative after " +
                                    text_of(-1 / settings.drift_per_us) + " us, but the train lasts " + text_of(last_us) + " us");
    check_rings(settings.rings);
}

/// Of a log-normal number with mean 1 and this standard deviation: that of its logarithm.
double log_sigma(double sigma) { return std::sqrt(std::log1p(sigma * sigma)); }
double log_normal(double log_sigma, double z) { return std::exp(log_sigma * z - 0.5 * log_sigma * log_sigma); }

/// Mean of f(factor) over the pulses' log-normal factors: mid-point sum over z, all but 1e-15 of the probability.
template <class F>
double mean_over_factors(double jitter, const F& f) {
    const double s = log_sigma(jitter), step = 0.05;
    double sum = 0;
    for (int i = -160; i <= 160; ++i) {
        const double z = step * i;
        sum += step * std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi) * f(log_normal(s, z));
    }
    return sum;
}

}  // namespace

template <class T>
Range range_of() {
    return {static_cast<double>(std::numeric_limits<T>::lowest()), static_cast<double>(std::numeric_limits<T>::max())};
}
template <>
Range range_of<float>() {
    return {-0x1p24, 0x1p24};
}
template Range range_of<std::uint8_t>();
template Range range_of<std::uint16_t>();
template Range range_of<std::int16_t>();

Simulation::Simulation(const Settings& settings) : settings_(settings), weights_(pattern_weights(settings.contrast)) {
    check(settings);
    choose_bad_pixels();
    find_q();
    for (const auto& ring : settings.rings) average_q(ring);
    find_expected();
    if (settings.readout && settings.readout->artefact_photon > 0) find_artefact();
}

void Simulation::choose_bad_pixels() {
    bad_.assign(static_cast<std::size_t>(settings_.shape.slow * settings_.shape.fast), 0);
    numerics::RandomStream stream(settings_.seed, bad_pixel_item, 0);
    for (std::ptrdiff_t chosen = 0; chosen < settings_.bad_pixels;) {
        auto& pixel = bad_[static_cast<std::size_t>(stream.uniform() * static_cast<double>(bad_.size()))];
        chosen += 1 - pixel;
        pixel = 1;
    }
}

void Simulation::find_q() {
    const auto [rows, columns] = settings_.shape;
    const numerics::PixelLocator locator(settings_.geometry, settings_.shape, numerics::Flip::none);
    q_inv_nm_.reserve(bad_.size());
    for (std::int64_t row = 0; row < rows; ++row)
        for (std::int64_t column = 0; column < columns; ++column)
            q_inv_nm_.push_back(numerics::q_inv_nm(locator.at(static_cast<double>(row) + 0.5, static_cast<double>(column) + 0.5),
                                                   *settings_.geometry.wavelength_m));
}

/// All its pixels, or none when no good one is there to average.
void Simulation::average_q(const Ring& ring) {
    std::vector<std::size_t> inside;
    double sum = 0, count = 0;
    for (std::size_t pixel = 0; pixel < q_inv_nm_.size(); ++pixel) {
        const double q = q_inv_nm_[pixel];
        if (!(q >= ring.low_inv_nm && q < ring.high_inv_nm)) continue;
        inside.push_back(pixel);
        sum += bad_[pixel] ? 0 : q;
        count += bad_[pixel] ? 0 : 1;
    }
    if (count == 0) return;
    for (const auto pixel : inside) q_inv_nm_[pixel] = sum / count;
}

void Simulation::find_expected() {
    const double s = log_sigma(settings_.efficiency_spread);
    expected_.reserve(q_inv_nm_.size());
    for (std::size_t pixel = 0; pixel < q_inv_nm_.size(); ++pixel) {
        double z = 0;
        numerics::RandomStream(settings_.seed, efficiency_item, static_cast<std::uint32_t>(pixel)).fill_normal({&z, 1});
        const double mean =
            settings_.mean_count * std::pow(q_inv_nm_[pixel] / settings_.reference_q_inv_nm, settings_.mean_count_exponent);
        if (!std::isfinite(mean))
            throw std::invalid_argument(
                "the mean count of pixel [" + std::to_string(static_cast<std::int64_t>(pixel) / settings_.shape.fast) + ", " +
                std::to_string(static_cast<std::int64_t>(pixel) % settings_.shape.fast) + "] is " + std::to_string(mean) +
                " at q = " + std::to_string(q_inv_nm_[pixel]) + " 1/nm: move 'poni' or change mean_count_exponent");
        expected_.push_back(mean * log_normal(s, z));
    }
}

void Simulation::find_artefact() {
    const double adu = settings_.readout->adu_per_photon * settings_.readout->artefact_photon;
    for (std::size_t pixel = 0; pixel < q_inv_nm_.size(); ++pixel) {
        double z[2];
        numerics::RandomStream(settings_.seed, artefact_item, static_cast<std::uint32_t>(pixel)).fill_normal(z);
        artefact_cos_.push_back(adu * z[0]);
        artefact_sin_.push_back(adu * z[1]);
    }
}

std::vector<double> Simulation::pulse_factors(std::int64_t train) const {
    std::vector<double> factors(static_cast<std::size_t>(settings_.pulses));
    numerics::RandomStream(settings_.seed, static_cast<std::uint64_t>(train), jitter_element).fill_normal(factors);
    const double s = log_sigma(settings_.jitter);
    for (auto& factor : factors) factor = log_normal(s, factor);
    return factors;
}

void Simulation::check_fits(const Range& range, std::int64_t trains) const {
    const Readout readout = settings_.readout.value_or(Readout());
    // neither z of fill_normal() nor the two of a pixel's artefact, added as a vector, reach beyond 6.8
    const double noise_adu = 6.8 * (readout.read_noise_adu + readout.adu_per_photon * readout.artefact_photon);
    if (-noise_adu < range.lowest)
        throw std::invalid_argument("read_noise and artefact go down to " + text_of(std::round(-noise_adu)) +
                                    ", but dtype begins at " + text_of(range.lowest) + ": choose int16 or float32");
    const double count = (range.largest - noise_adu) / readout.adu_per_photon;
    const double brightest = *std::max_element(expected_.begin(), expected_.end());
    const double probability = mean_over_factors(
        settings_.jitter, [&](double factor) { return probability_above(count, brightest * factor, weights_.front()); });
    const double values =
        static_cast<double>(trains) * static_cast<double>(settings_.pulses) * static_cast<double>(expected_.size());
    if (values * probability > 1e-3)
        throw std::invalid_argument(
            "pixels of up to " + text_of(brightest) + " photons per pulse would exceed " + text_of(range.largest) +
            ", the largest value of dtype, somewhere in this run: choose a larger dtype or a lower mean_count");
}

std::int64_t Simulation::bytes() const { return std::ssize(bad_) * (artefact_cos_.empty() ? 17 : 33); }

}  // namespace sluice::speckle_simulation
