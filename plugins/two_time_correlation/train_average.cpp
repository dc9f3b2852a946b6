// SPDX-License-Identifier: BSD-3-Clause
// Runs of trains grow by one train or by one another; where two meet, the pending train between them is closed.
#include "train_average.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "train_state.hpp"

namespace sluice::two_time_correlation {
namespace {

using Run = View<std::byte>;
using Terms = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

Terms nan_terms(std::ptrdiff_t length) { return Terms(static_cast<std::size_t>(length), unknown); }

void put(std::span<const double> from, std::span<double> to) { std::copy(from.begin(), from.end(), to.begin()); }

void plus(std::span<const double> from, std::span<double> to) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

void clear(std::span<double> slice) { std::fill(slice.begin(), slice.end(), 0.0); }

/// Slices that are plain sums over trains, whatever the block.
std::vector<Slice> whole_sums(const StateLayout& layout) {
    return {layout.artefact,  layout.squares,   layout.lag_products,      layout.lag_sums,
            layout.lag_count, layout.intensity, layout.intensity_squares, layout.intensity_count};
}

bool holds_first(const Run& run) {
    return run.settings().artefact == Artefact::neighbours && run.settings().edge == Edge::wrap && run.header().first == 0;
}

/// Adds what a closed train is to the sums of its block.
void record(const Run& run, std::int64_t train, std::span<const double> closed, std::span<const double> artefact) {
    const StateLayout& layout = run.layout();
    const auto sums = run.at(layout.sums(run.block_of(train))), counts = run.at(layout.counts(run.block_of(train)));
    const auto squares = run.at(layout.squares), artefacts = run.at(layout.artefact);
    for (std::size_t i = 0; i < closed.size(); ++i) {
        if (std::isnan(closed[i])) continue;
        sums[i] += closed[i];
        counts[i] += 1;
        if (!squares.empty()) squares[i] += closed[i] * closed[i];
        if (i < artefacts.size()) artefacts[i] += artefact[i];
    }
    ++run.header().closed;
}

/// Two neighbours, both closed.
void record_lag(const Run& run, std::span<const double> a, std::span<const double> b) {
    const auto products = run.at(run.layout().lag_products), sums = run.at(run.layout().lag_sums);
    const auto count = run.at(run.layout().lag_count);
    for (std::size_t i = 0; i < products.size(); ++i) {
        if (std::isnan(a[i]) || std::isnan(b[i])) continue;
        products[i] += a[i] * b[i];
        sums[i] += a[i] + b[i];
        count[i] += 1;
    }
}

Terms close(const Run& run, std::int64_t train, std::span<const double> own, std::span<const double> left, bool left_linked,
            std::span<const double> right, bool right_linked) {
    const Settings& settings = run.settings();
    const bool enough = settings.edge == Edge::drop ? left_linked && right_linked : left_linked || right_linked;
    if (!enough && settings.artefact == Artefact::neighbours) ++run.header().lonely;
    Terms closed(static_cast<std::size_t>(run.layout().closed));
    Terms artefact(static_cast<std::size_t>(run.layout().artefact.length));
    closed_terms(settings, own, left, right, closed, artefact);
    record(run, train, closed, artefact);
    return closed;
}

/// Blocks behind the last that the run has reached are not initialised yet.
void open_block(const Run& run, std::int64_t train) {
    if (run.header().trains == 0 || run.block_of(train) != run.last_block())
        clear(run.at(run.layout().block(run.block_of(train))));
}

void add_frames(const Run& run, const Train& train) {
    const Settings& settings = run.settings();
    const std::ptrdiff_t stride = settings.pulses + 1;
    const auto product = [&](std::ptrdiff_t a, std::ptrdiff_t b) { return train.own[static_cast<std::size_t>(a * stride + b)]; };
    const double pixels = product(settings.pulses, settings.pulses);
    const StateLayout& layout = run.layout();
    const auto ratio = run.at(layout.ratio(run.block_of(train.index)));
    Header& header = run.header();
    for (std::ptrdiff_t k = 0; k < settings.pulses; ++k) {
        const double sum = product(k, settings.pulses), mean = sum / pixels;
        const auto at = static_cast<std::size_t>(k);
        ++header.frames;
        header.sum += sum;
        if (pixels > 0) {
            run.at(layout.intensity)[at] += mean;
            run.at(layout.intensity_squares)[at] += mean * mean;
            run.at(layout.intensity_count)[at] += 1;
        }
        if (std::isnan(sum_or_nan(settings, sum))) {
            ++header.frames_empty;
            continue;
        }
        ratio[0] += product(k, k) / pixels - settings.noise.gain * mean - settings.noise.variance;
        ratio[1] += mean * mean;
    }
    header.pixels_left_out = std::max<std::int64_t>(header.pixels_left_out, train.pixels_left_out);
}

void check(const Run& run, const Train& train) {
    const std::ptrdiff_t products = (run.settings().pulses + 1) * (run.settings().pulses + 1);
    const bool paired = run.settings().artefact == Artefact::neighbours && train.linked;
    if (static_cast<std::ptrdiff_t>(train.own.size()) != products ||
        (paired && static_cast<std::ptrdiff_t>(train.pair.size()) != products))
        throw std::invalid_argument("products of a train have length " + std::to_string(train.own.size()) + " and " +
                                    std::to_string(train.pair.size()) + ", must be " + std::to_string(products) + ".");
    const Header& header = run.header();
    if (train.index < 0 || train.index >= train.total || (header.trains > 0 && train.index != header.first + header.trains))
        throw std::invalid_argument("train " + std::to_string(train.index) + " of " + std::to_string(train.total) +
                                    " does not follow " + std::to_string(header.trains) + " trains from " +
                                    std::to_string(header.first) + " on.");
    if (run.settings().blocks > train.total)
        throw std::invalid_argument("blocks = " + std::to_string(run.settings().blocks) +
                                    ", must be at most the number of trains, " + std::to_string(train.total) + ".");
}

}  // namespace

std::ptrdiff_t replicates(const Settings& settings) { return settings.blocks == 1 ? 1 : settings.blocks + 1; }

std::int64_t state_bytes(const Settings& settings) {
    if (settings.pulses < 1 || settings.blocks < 1)
        throw std::invalid_argument("an average of " + std::to_string(settings.pulses) + " pulses in " +
                                    std::to_string(settings.blocks) + " blocks: both must be >= 1.");
    return static_cast<std::int64_t>(sizeof(Header)) + 8 * StateLayout(settings).doubles;
}

void initialize(std::span<std::byte> state, const Settings& settings) {
    const Run run(state, settings);
    run.header() = {};
    for (const Slice& slice : whole_sums(run.layout())) clear(run.at(slice));
}

std::int64_t trains_in(std::span<const std::byte> state, const Settings& settings) {
    return View<const std::byte>(state, settings).header().trains;
}

void close_last(const Run& run, std::span<const double> right, bool linked) {
    const StateLayout& layout = run.layout();
    Header& header = run.header();
    if (header.trains == 1 && holds_first(run)) {
        put(run.at(layout.last_own), run.at(layout.held_own));
        put(right, run.at(layout.held_right));
        header.first_right_linked = linked;
        return;
    }
    const bool with_closed = header.closed > 0;
    const Terms closed = close(run, header.first + header.trains - 1, run.at(layout.last_own), run.at(layout.last_left),
                               header.last_linked != 0, right, linked);
    if (with_closed && header.last_linked != 0) record_lag(run, run.at(layout.closed_last), closed);
    if (!with_closed) put(closed, run.at(layout.closed_first));
    put(closed, run.at(layout.closed_last));
}

void close_held(const Run& run, std::span<const double> wrap, bool linked) {
    if (!holds_first(run)) return;
    const StateLayout& layout = run.layout();
    const Header& header = run.header();
    const bool with_closed = header.closed > 0;
    const Terms closed =
        close(run, 0, run.at(layout.held_own), wrap, linked, run.at(layout.held_right), header.first_right_linked != 0);
    if (with_closed && header.first_right_linked != 0) record_lag(run, closed, run.at(layout.closed_first));
    if (with_closed && linked) record_lag(run, run.at(layout.closed_last), closed);
}

void push(std::span<std::byte> state, const Settings& settings, const Train& train) {
    const Run run(state, settings);
    check(run, train);
    const StateLayout& layout = run.layout();
    Header& header = run.header();
    Terms left = nan_terms(layout.last_left.length);
    if (train.linked && !left.empty()) pair_terms(settings, train.pair, left);
    if (header.trains == 0) {
        header.first = train.index;
        header.total = train.total;
        header.first_linked = train.linked;
        put(left, run.at(layout.first_left));
    } else {
        close_last(run, left, train.linked);
    }
    open_block(run, train.index);
    own_terms(settings, train.own, run.at(layout.last_own));
    put(left, run.at(layout.last_left));
    header.last_linked = train.linked;
    ++header.trains;
    add_frames(run, train);
}

void merge(std::span<std::byte> into, std::span<const std::byte> from, const Settings& settings) {
    const Run a(into, settings);
    const View<const std::byte> b(from, settings);
    Header& x = a.header();
    const Header& y = b.header();
    if (y.trains == 0) return;
    if (x.trains == 0) {
        std::copy(from.begin(), from.end(), into.begin());
        return;
    }
    if (y.first != x.first + x.trains || y.total != x.total)
        throw std::invalid_argument("trains from " + std::to_string(y.first) + " on do not follow " + std::to_string(x.trains) +
                                    " trains from " + std::to_string(x.first) + " on.");
    const StateLayout& layout = a.layout();
    close_last(a, b.at(layout.first_left), y.first_linked != 0);
    if (y.closed > 0) {
        if (x.closed > 0 && y.first_linked != 0) record_lag(a, a.at(layout.closed_last), b.at(layout.closed_first));
        if (x.closed == 0) put(b.at(layout.closed_first), a.at(layout.closed_first));
        put(b.at(layout.closed_last), a.at(layout.closed_last));
    }
    for (const Slice& slice : whole_sums(layout)) plus(b.at(slice), a.at(slice));
    for (std::int64_t block = b.first_block(); block <= b.last_block(); ++block) {
        if (block <= a.last_block())
            plus(b.at(layout.block(block)), a.at(layout.block(block)));
        else
            put(b.at(layout.block(block)), a.at(layout.block(block)));
    }
    put(b.at(layout.last_own), a.at(layout.last_own));
    put(b.at(layout.last_left), a.at(layout.last_left));
    x.last_linked = y.last_linked;
    x.trains += y.trains;
    x.closed += y.closed;
    x.lonely += y.lonely;
    x.frames += y.frames;
    x.frames_empty += y.frames_empty;
    x.pixels_left_out = std::max(x.pixels_left_out, y.pixels_left_out);
    x.sum += y.sum;
}

}  // namespace sluice::two_time_correlation
