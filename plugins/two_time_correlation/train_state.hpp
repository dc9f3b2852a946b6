// SPDX-License-Identifier: BSD-3-Clause
// Where everything lies in the flat state of train_average.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "train_terms.hpp"

namespace sluice::two_time_correlation {

/// Of a run of consecutive trains. The last train is pending: its right neighbour is not known yet.
struct Header {
    std::int64_t first, trains, total;       ///< trains first .. first + trains - 1 of the `total` in the run
    std::int64_t closed;                     ///< how many are in the sums
    std::int64_t first_linked, last_linked;  ///< the first, the last train has a neighbour before it
    std::int64_t first_right_linked;         ///< the train held back (below) has one behind it
    std::int64_t lonely, frames, frames_empty, pixels_left_out;
    double sum;  ///< of all values
};

struct Slice {
    std::ptrdiff_t begin = 0, length = 0;
};

/// Slices of the doubles behind the header.
struct StateLayout {
    explicit StateLayout(const Settings& settings) : StateLayout(settings, Lengths(settings)) {}

    // At the ends of the run: the first train's left term, for the run that comes before; the pending train; the first and
    // the last train that are closed, for covariances of neighbours; of train 0 itself, which Edge::wrap holds back until
    // the run's last train is known, its own and its right term.
    Slice first_left, last_own, last_left, closed_first, closed_last, held_own, held_right;
    Slice artefact, squares, lag_products, lag_sums, lag_count;  ///< per_frame: of closed trains
    Slice intensity, intensity_squares, intensity_count;         ///< of all trains
    std::ptrdiff_t closed = 0, block_begin = 0, block_length = 0, doubles = 0;

    // of one block: sums and counts of closed trains; numerator and denominator of the ratio contrast, of all trains
    [[nodiscard]] Slice block(std::int64_t b) const { return {block_begin + b * block_length, block_length}; }
    [[nodiscard]] Slice sums(std::int64_t b) const { return {block(b).begin, closed}; }
    [[nodiscard]] Slice counts(std::int64_t b) const { return {block(b).begin + closed, closed}; }
    [[nodiscard]] Slice ratio(std::int64_t b) const { return {block(b).begin + 2 * closed, 2}; }

private:
    StateLayout(const Settings& settings, const Lengths& length) : closed(length.closed), block_length(2 * length.closed + 2) {
        const bool neighbours = settings.artefact == Artefact::neighbours;
        const bool held = neighbours && settings.edge == Edge::wrap;
        const std::ptrdiff_t spread = settings.normalisation == Normalisation::per_frame ? length.closed : 0;
        for (Slice* each : {&first_left, &last_left}) *each = take(length.pair);
        last_own = take(length.own);
        for (Slice* each : {&closed_first, &closed_last}) *each = take(length.closed);
        held_own = take(held ? length.own : 0);
        held_right = take(held ? length.pair : 0);
        artefact = take(spread > 0 && neighbours ? length.triangle : 0);
        squares = take(spread);
        for (Slice* each : {&lag_products, &lag_sums, &lag_count}) *each = take(neighbours ? spread : 0);
        for (Slice* each : {&intensity, &intensity_squares, &intensity_count}) *each = take(settings.pulses);
        block_begin = take(settings.blocks * block_length).begin;
    }
    Slice take(std::ptrdiff_t length) {
        const Slice slice{doubles, length};
        doubles += length;
        return slice;
    }
};

/// A state as its host sees it: bytes; as we see it. Byte is std::byte, const or not.
template <class Byte>
class View {
    template <class T>
    using Same = std::conditional_t<std::is_const_v<Byte>, const T, T>;

public:
    View(std::span<Byte> bytes, const Settings& settings) : settings_(settings), layout_(settings) {
        if (static_cast<std::int64_t>(bytes.size()) != state_bytes(settings))
            throw std::invalid_argument("state has length " + std::to_string(bytes.size()) + ", must be " +
                                        std::to_string(state_bytes(settings)) + ".");
        if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(double) != 0)
            throw std::invalid_argument("state is not aligned as double.");
        header_ = reinterpret_cast<Same<Header>*>(bytes.data());
        doubles_ = reinterpret_cast<Same<double>*>(bytes.data() + sizeof(Header));
    }

    [[nodiscard]] const Settings& settings() const { return settings_; }
    [[nodiscard]] const StateLayout& layout() const { return layout_; }
    [[nodiscard]] Same<Header>& header() const { return *header_; }
    [[nodiscard]] std::span<Same<double>> at(Slice slice) const {
        return {doubles_ + slice.begin, static_cast<std::size_t>(slice.length)};
    }
    [[nodiscard]] std::int64_t block_of(std::int64_t train) const { return train * settings_.blocks / header_->total; }
    [[nodiscard]] std::int64_t first_block() const { return block_of(header_->first); }
    [[nodiscard]] std::int64_t last_block() const { return block_of(header_->first + header_->trains - 1); }

private:
    Settings settings_;
    StateLayout layout_;
    Same<Header>* header_;
    Same<double>* doubles_;
};

/// Sums the pending train with the right term given (NaN and not linked: none); Edge::wrap holds train 0 back.
void close_last(const View<std::byte>& run, std::span<const double> right, bool linked);

/// Closes the train that was held back, if there is one, with the term between the last train and it.
void close_held(const View<std::byte>& run, std::span<const double> wrap, bool linked);

}  // namespace sluice::two_time_correlation
