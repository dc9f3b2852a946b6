// SPDX-License-Identifier: BSD-3-Clause
// From the sums over all trains to means, their variances and the replicates that leave one block out.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "train_average.hpp"
#include "train_state.hpp"

namespace sluice::two_time_correlation {
namespace {

using Run = View<std::byte>;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t none_left_out = -1;

std::size_t at(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }

/// Means over trains: M correlations in the triangle, then the contrast, raw and corrected; and how many trains each has.
struct Means {
    Doubles values, trains;
};

struct Sums {
    Doubles sums, counts;
    double ratio_numerator = 0, ratio_denominator = 0;
};

Sums sums_without(const Run& run, std::int64_t left_out) {
    const StateLayout& layout = run.layout();
    Sums out{Doubles(at(layout.closed)), Doubles(at(layout.closed))};
    for (std::int64_t block = 0; block < run.settings().blocks; ++block) {
        if (block == left_out) continue;
        const auto sums = run.at(layout.sums(block)), counts = run.at(layout.counts(block)), ratio = run.at(layout.ratio(block));
        for (std::size_t i = 0; i < out.sums.size(); ++i) out.sums[i] += sums[i];
        for (std::size_t i = 0; i < out.counts.size(); ++i) out.counts[i] += counts[i];
        out.ratio_numerator += ratio[0];
        out.ratio_denominator += ratio[1];
    }
    return out;
}

Means means_per_frame(const Sums& sums) {
    Means out{sums.sums, sums.counts};
    for (std::size_t i = 0; i < out.values.size(); ++i)
        out.values[i] = out.trains[i] > 0 ? out.values[i] / out.trains[i] : unknown;
    return out;
}

Means means_as_ratio(const Settings& settings, const Sums& sums) {
    const Lengths length(settings);
    const std::size_t m = at(length.triangle), pair = at(length.own);
    Means out{Doubles(m + 2), Doubles(m + 2)};
    for (std::size_t i = 0; i < m; ++i) {
        const double artefact = length.pair > 0 ? sums.sums[pair + i] / sums.sums[pair + m + i] : 1;
        out.values[i] = sums.counts[i] > 0 ? sums.sums[i] / sums.sums[m + i] - artefact : unknown;
        out.trains[i] = sums.counts[i];
    }
    double pulses = 0;
    for (std::ptrdiff_t k = 0; k < settings.pulses; ++k) {
        const std::size_t i = at(diagonal(settings.pulses, k));
        if (out.trains[i] == 0) continue;
        out.values[m] += out.values[i];
        out.values[m + 1] += out.values[i] - sums.sums[2 * m + at(k)] / sums.sums[m + i];
        out.trains[m] = out.trains[m + 1] += out.trains[i];
        ++pulses;
    }
    out.values[m] /= pulses;  // 0 / 0: NaN
    out.values[m + 1] /= pulses;
    return out;
}

Means means_of(const Settings& settings, const Sums& sums) {
    return settings.normalisation == Normalisation::per_frame ? means_per_frame(sums) : means_as_ratio(settings, sums);
}

/// Sum over the trains of the covariance with their neighbours, from the sums over n1 pairs of neighbours.
double neighbours_share(double mean, double products, double sums, double pairs) {
    return pairs > 0 ? std::max(0.0, products - mean * sums + pairs * mean * mean) : 0;
}

Doubles variances_from_scatter(const Run& run, const Means& means) {
    const StateLayout& layout = run.layout();
    const auto squares = run.at(layout.squares), products = run.at(layout.lag_products), lag_sums = run.at(layout.lag_sums),
               pairs = run.at(layout.lag_count);
    Doubles out(means.values.size(), unknown);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const double n = means.trains[i], mean = means.values[i];
        if (n < 2) continue;
        const double g0 = std::max(0.0, squares[i] - n * mean * mean) / (n - 1);
        const double shared = products.empty() ? 0 : neighbours_share(mean, products[i], lag_sums[i], pairs[i]);
        out[i] = (n * g0 + 2 * shared) / (n * n);
    }
    return out;
}

/// Blocks without a train at an element say nothing about it and are not counted.
Doubles variances_from_blocks(const Means& all, const std::vector<Means>& left_out) {
    Doubles out(all.values.size(), unknown);
    for (std::size_t i = 0; i < out.size(); ++i) {
        double n = 0, mean = 0, squares = 0;
        for (const Means& one : left_out) {
            if (one.trains[i] == all.trains[i] || std::isnan(one.values[i])) continue;
            const double apart = one.values[i] - mean;
            mean += apart / ++n;
            squares += apart * (one.values[i] - mean);
        }
        if (n >= 2) out[i] = squares * (n - 1) / n;
    }
    return out;
}

/// Writes the triangle of one replicate to both triangles of [T, T].
template <class T>
void mirror(const Doubles& triangle, std::ptrdiff_t pulses, std::vector<T>& to, std::ptrdiff_t replicate) {
    T* square = to.data() + replicate * pulses * pulses;
    std::size_t i = 0;
    for (std::ptrdiff_t a = 0; a < pulses; ++a)
        for (std::ptrdiff_t b = a; b < pulses; ++b)
            square[a * pulses + b] = square[b * pulses + a] = static_cast<T>(triangle[i++]);
}

void write(const Settings& settings, const Means& means, const Doubles& variances, const Sums& sums, std::ptrdiff_t replicate,
           Result& out) {
    const std::size_t m = at(Lengths(settings).triangle), k = at(replicate);
    mirror(means.values, settings.pulses, out.correlation, replicate);
    mirror(variances, settings.pulses, out.variance, replicate);
    mirror(means.trains, settings.pulses, out.count, replicate);
    out.contrast_raw[k] = means.values[m];
    out.contrast_raw_variance[k] = variances[m];
    out.contrast[k] = means.values[m + 1];
    out.contrast_variance[k] = variances[m + 1];
    out.contrast_ratio[k] = sums.ratio_numerator / sums.ratio_denominator - 1;  // 0 / 0: NaN
}

void write_replicates(const Run& run, Result& out) {
    const Settings& settings = run.settings();
    const Sums sums = sums_without(run, none_left_out);
    const Means all = means_of(settings, sums);
    std::vector<Sums> kept;
    std::vector<Means> left_out;
    for (std::int64_t block = 0; block < settings.blocks && settings.blocks > 1; ++block) {
        kept.push_back(sums_without(run, block));
        left_out.push_back(means_of(settings, kept.back()));
    }
    const Doubles variances = settings.normalisation == Normalisation::per_frame ? variances_from_scatter(run, all)
                                                                                 : variances_from_blocks(all, left_out);
    write(settings, all, variances, sums, 0, out);
    for (std::size_t block = 0; block < left_out.size(); ++block) {
        Doubles scaled = variances;
        for (std::size_t i = 0; i < scaled.size(); ++i) {
            const double n = left_out[block].trains[i];
            scaled[i] = n > 0 ? scaled[i] * all.trains[i] / n : unknown;
        }
        write(settings, left_out[block], scaled, kept[block], static_cast<std::ptrdiff_t>(block) + 1, out);
    }
}

void write_artefact(const Run& run, Result& out) {
    const Settings& settings = run.settings();
    const Lengths length(settings);
    if (length.pair == 0) return;
    const Sums sums = sums_without(run, none_left_out);
    Doubles artefact(at(length.triangle), unknown);
    const auto per_frame = run.at(run.layout().artefact);
    for (std::size_t i = 0; i < artefact.size(); ++i) {
        if (sums.counts[i] == 0) continue;
        const std::size_t pair = at(length.own) + i;
        artefact[i] = per_frame.empty() ? sums.sums[pair] / sums.sums[pair + artefact.size()] - 1 : per_frame[i] / sums.counts[i];
    }
    mirror(artefact, settings.pulses, out.artefact, 0);
}

void write_intensity(const Run& run, Result& out) {
    const auto sums = run.at(run.layout().intensity), squares = run.at(run.layout().intensity_squares),
               counts = run.at(run.layout().intensity_count);
    for (std::size_t k = 0; k < sums.size(); ++k) {
        const double n = counts[k], mean = sums[k] / n;  // 0 / 0: NaN
        out.intensity[k] = mean;
        out.intensity_variance[k] = n < 2 ? unknown : std::max(0.0, squares[k] - n * mean * mean) / (n * (n - 1));
    }
}

Result empty_result(const Settings& settings, const Header& header) {
    const std::size_t n = at(replicates(settings)), t = at(settings.pulses);
    Result out;
    out.correlation = out.variance = Doubles(n * t * t, unknown);
    out.count.resize(n * t * t);
    out.artefact.resize(t * t, unknown);
    out.intensity = out.intensity_variance = Doubles(t, unknown);
    for (Doubles* each :
         {&out.contrast, &out.contrast_variance, &out.contrast_raw, &out.contrast_raw_variance, &out.contrast_ratio})
        each->resize(n, unknown);
    out.trains = header.trains;
    out.lonely = header.lonely;
    out.frames = header.frames;
    out.frames_empty = header.frames_empty;
    out.pixels_left_out = header.pixels_left_out;
    out.mean_sum = header.frames > 0 ? header.sum / static_cast<double>(header.frames) : unknown;
    return out;
}

}  // namespace

Result finish(std::span<const std::byte> state, const Settings& settings, std::span<const double> wrap) {
    Doubles copy(state.size() / sizeof(double));
    const auto bytes = std::as_writable_bytes(std::span(copy));
    std::copy(state.begin(), state.begin() + static_cast<std::ptrdiff_t>(bytes.size()), bytes.begin());
    const Run run(bytes, settings);
    const Header& header = run.header();
    if (header.trains == 0 || header.trains != header.total)
        throw std::invalid_argument("the average of " + std::to_string(header.trains) + " of " + std::to_string(header.total) +
                                    " trains: the run is not complete.");
    Doubles last(at(run.layout().last_left.length), unknown);
    if (!wrap.empty() && !last.empty()) pair_terms(settings, wrap, last);
    close_last(run, last, !wrap.empty());
    close_held(run, last, !wrap.empty());
    Result out = empty_result(settings, header);
    write_replicates(run, out);
    write_artefact(run, out);
    write_intensity(run, out);
    return out;
}

}  // namespace sluice::two_time_correlation
