// SPDX-License-Identifier: BSD-3-Clause
// The frames of one train: all pulses of a pixel after each other, as the field runs, then written frame by frame.
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include <sluice/numerics/random.hpp>

#include "kernel.hpp"
#include "streams.hpp"

namespace sluice::speckle_simulation {

/// One train of a simulation, with the buffers that its pixels use one after the other.
class Train {
public:
    Train(const Simulation& simulation, std::int64_t number)
        : simulation_(simulation),
          settings_(simulation.settings_),
          readout_(settings_.readout.value_or(Readout())),
          number_(number),
          pulses_(static_cast<std::size_t>(settings_.pulses)),
          factors_(simulation.pulse_factors(number)),
          normals_(pulses_ * normals_per_pulse()),
          values_(pulses_),
          field_(2 * simulation.weights_.size()) {
        for (std::size_t k = 0; k < pulses_; ++k) {
            const double phase = std::fmod(readout_.artefact_phase_per_train_rad * static_cast<double>(number), two_pi) +
                                 readout_.artefact_phase_per_pulse_rad * static_cast<double>(k);
            phases_.push_back({std::cos(phase), std::sin(phase)});
        }
    }

    /// All pulses of a pixel, as T holds them.
    template <class T>
    std::span<const double> pixel(std::size_t pixel) {
        numerics::RandomStream stream(settings_.seed, static_cast<std::uint64_t>(number_), static_cast<std::uint32_t>(pixel));
        if (simulation_.bad_[pixel]) {
            fill_bad<T>(stream);
        } else {
            stream.fill_normal(normals_);
            fill_intensities(simulation_.q_inv_nm_[pixel]);
            for (std::size_t k = 0; k < pulses_; ++k)
                values_[k] =
                    static_cast<double>(numerics::poisson(simulation_.expected_[pixel] * factors_[k] * values_[k], stream));
            if (settings_.readout) read_out(pixel);
            check_fits<T>(pixel);
        }
        return values_;
    }

private:
    static constexpr double two_pi = 6.283185307179586476925;

    [[nodiscard]] std::size_t normals_per_pulse() const {
        return 2 * simulation_.weights_.size() + (readout_.read_noise_adu > 0 ? 1 : 0);
    }

    template <class T>
    void fill_bad(numerics::RandomStream& stream) {
        if constexpr (std::numeric_limits<T>::has_quiet_NaN) {
            std::fill(values_.begin(), values_.end(), std::numeric_limits<double>::quiet_NaN());
        } else {
            const auto [lowest, largest] = range_of<T>();
            for (auto& value : values_) value = lowest + std::floor(stream.uniform() * (largest - lowest + 1));
        }
    }

    /// I of all pulses into values_: sum of w |E|^2 while E runs from pulse to pulse. Normals: [pulse][pattern][re, im].
    void fill_intensities(double q) {
        set_decay(q);
        const auto& weights = simulation_.weights_;
        const double* z = normals_.data();
        std::fill(field_.begin(), field_.end(), 0.0);
        for (std::size_t k = 0; k < pulses_; ++k) {
            const double keep = k == 0 ? 0 : decay_.keep[k - 1], renew = k == 0 ? std::sqrt(0.5) : decay_.renew[k - 1];
            double intensity = 0;
            for (std::size_t m = 0; m < weights.size(); ++m, z += 2) {
                double& re = field_[2 * m];
                double& im = field_[2 * m + 1];
                re = keep * re + renew * z[0];
                im = keep * im + renew * z[1];
                intensity += weights[m] * (re * re + im * im);
            }
            values_[k] = intensity;
        }
    }

    /// The pixels of a ring have the same q.
    void set_decay(double q) {
        if (q == decay_q_) return;
        decay_q_ = q;
        // D in um^2/s times q^2 in nm^-2 is a rate in 1/us
        decay_ =
            decay(settings_.diffusion_um2_per_s * q * q, settings_.drift_per_us, settings_.pulse_period_us, settings_.pulses);
    }

    void read_out(std::size_t pixel) {
        const bool artefact = !simulation_.artefact_cos_.empty(), noise = readout_.read_noise_adu > 0;
        const double* z = normals_.data() + 2 * simulation_.weights_.size() * pulses_;
        for (std::size_t k = 0; k < pulses_; ++k) {
            double adu = readout_.adu_per_photon * values_[k];
            if (artefact)
                adu += simulation_.artefact_cos_[pixel] * phases_[k].cos + simulation_.artefact_sin_[pixel] * phases_[k].sin;
            if (noise) adu += readout_.read_noise_adu * z[k];
            values_[k] = std::nearbyint(adu);
        }
    }

    template <class T>
    void check_fits(std::size_t pixel) const {
        const auto [lowest, largest] = range_of<T>();
        for (std::size_t k = 0; k < pulses_; ++k) {
            if (values_[k] >= lowest && values_[k] <= largest) continue;
            const auto offset = static_cast<std::int64_t>(pixel);
            throw std::invalid_argument("pixel [" + std::to_string(offset / settings_.shape.fast) + ", " +
                                        std::to_string(offset % settings_.shape.fast) + "] of pulse " + std::to_string(k) +
                                        " in train " + std::to_string(number_) + " reads " +
                                        std::to_string(std::llround(values_[k])) +
                                        ", which dtype cannot hold: choose a larger dtype or a lower mean_count");
        }
    }

    struct Phase {
        double cos, sin;
    };

    const Simulation& simulation_;
    const Settings& settings_;
    Readout readout_;
    std::int64_t number_;
    std::size_t pulses_;
    std::vector<double> factors_;
    std::vector<double> normals_, values_, field_;
    std::vector<Phase> phases_;
    double decay_q_ = -1;
    Decay decay_;
};

template <class T>
void Simulation::fill(std::int64_t train, const Part& part, std::span<T> out) const {
    constexpr std::ptrdiff_t block = 64;  // pixels: each frame gets runs of them, and the block stays in the cache
    Train pixels(*this, train);
    std::vector<T> transposed(static_cast<std::size_t>(part.pulses * block));
    for (std::ptrdiff_t row = 0; row < part.rows; ++row) {
        for (std::ptrdiff_t column = 0; column < part.columns; column += block) {
            const auto count = std::min(block, part.columns - column);
            const auto first = (part.first_row + row) * settings_.shape.fast + part.first_column + column;
            for (std::ptrdiff_t i = 0; i < count; ++i) {
                const auto values =
                    pixels.pixel<T>(static_cast<std::size_t>(first + i)).subspan(static_cast<std::size_t>(part.first_pulse));
                for (std::ptrdiff_t k = 0; k < part.pulses; ++k)
                    transposed[static_cast<std::size_t>(k * block + i)] = static_cast<T>(values[static_cast<std::size_t>(k)]);
            }
            for (std::ptrdiff_t k = 0; k < part.pulses; ++k)
                std::copy_n(transposed.begin() + k * block, count, out.begin() + (k * part.rows + row) * part.columns + column);
        }
    }
}

template void Simulation::fill(std::int64_t, const Part&, std::span<std::uint8_t>) const;
template void Simulation::fill(std::int64_t, const Part&, std::span<std::uint16_t>) const;
template void Simulation::fill(std::int64_t, const Part&, std::span<std::int16_t>) const;
template void Simulation::fill(std::int64_t, const Part&, std::span<float>) const;

}  // namespace sluice::speckle_simulation
