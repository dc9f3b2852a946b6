// SPDX-License-Identifier: BSD-3-Clause
// What run and add see while data flows: a block of loop items, and the view of one item.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/sdk/description.hpp>

namespace sluice::sdk {

/// A block of loop items, for kernels that use one table for many items. Pointers are per item; those of a broadcast
/// input are all the same. Core elements are contiguous in C order.
class Block {
public:
    Block(const Context& context, const sluice_block* block) : context_(context), block_(block) {}

    [[nodiscard]] const Context& context() const { return context_; }
    [[nodiscard]] std::int64_t items() const { return block_->items; }
    /// Index of the first item along the innermost loop dimension (a reduce: the dimension it runs over) and its size. The
    /// block of a map may go on into the next row: item i is at (first() + i) % total().
    [[nodiscard]] std::int64_t first() const { return block_->first; }
    [[nodiscard]] std::int64_t total() const { return block_->total; }

    [[nodiscard]] const sluice_in& in(std::string_view port) const {
        for (std::int32_t i = 0; i < block_->n_in; ++i)
            if (to_view(block_->in[i].name) == port) return block_->in[i];
        throw ContractError("plugin.json declares no input '" + std::string(port) + "'");
    }
    [[nodiscard]] const sluice_out& out(std::string_view port) const {
        for (std::int32_t i = 0; i < block_->n_out; ++i)
            if (to_view(block_->out[i].name) == port) return block_->out[i];
        throw ContractError("plugin.json declares no output '" + std::string(port) + "'");
    }
    [[nodiscard]] const sluice_per_item& per_item(std::string_view parameter) const {
        for (std::int32_t i = 0; i < block_->n_per_item; ++i)
            if (to_view(block_->per_item[i].name) == parameter) return block_->per_item[i];
        throw ContractError("plugin.json declares no per_item parameter '" + std::string(parameter) + "'");
    }

    /// Scratch memory that probe asked for with needs_scratch(bytes), as T[count]; not zeroed, aligned to 64 bytes.
    template <class T>
    [[nodiscard]] std::span<T> scratch(std::int64_t count) const {
        if (count * static_cast<std::int64_t>(sizeof(T)) > block_->scratch_bytes)
            throw ContractError("the plugin asks for " + std::to_string(count * static_cast<std::int64_t>(sizeof(T))) +
                                " bytes of scratch memory, its probe for " + std::to_string(block_->scratch_bytes));
        return {static_cast<T*>(block_->scratch), static_cast<std::size_t>(count)};
    }

    template <class T>
    static void check_type(std::int32_t dtype, sluice_text port) {
        const bool bytes = dtype == SLUICE_BOOLEAN && sizeof(T) == 1;
        if (dtype_of<T>() != dtype && !bytes)
            throw ContractError("'" + std::string(to_view(port)) + "' is " + dtype_name(dtype) + ", the plugin asks for " +
                                dtype_name(dtype_of<T>()));
    }
    /// Throws unless plugin.json declares a halo that reaches so far.
    void check_halo(std::int64_t neighbour) const {
        if (-neighbour <= block_->halo_before && neighbour <= block_->halo_after) return;
        throw ContractError("the plugin asks for neighbour " + std::to_string(neighbour) + "; plugin.json declares a halo of " +
                            std::to_string(block_->halo_before) + " before and " + std::to_string(block_->halo_after) + " after");
    }

private:
    Context context_;
    const sluice_block* block_;
};

/// One loop item of a block.
class Item {
public:
    Item(const Block& block, std::int64_t index) : block_(block), index_(index) {}

    [[nodiscard]] const Context& context() const { return block_.context(); }
    /// Index along the innermost loop dimension, and the size of that dimension.
    [[nodiscard]] std::int64_t index() const { return (block_.first() + index_) % block_.total(); }
    [[nodiscard]] std::int64_t total() const { return block_.total(); }

    /// False for an optional input that is not connected.
    [[nodiscard]] bool present(std::string_view port) const { return block_.in(port).items.values != nullptr; }
    template <class T = double>
    [[nodiscard]] std::span<const T> values(std::string_view port, std::int64_t neighbour = 0) const {
        block_.check_halo(neighbour);
        const auto& in = block_.in(port);
        Block::check_type<T>(in.dtype, in.name);
        return view(in.items.values ? static_cast<const T*>(in.items.values[index_ + neighbour]) : nullptr, in.count);
    }
    /// Empty when the input has no variances.
    [[nodiscard]] std::span<const double> variances(std::string_view port, std::int64_t neighbour = 0) const {
        block_.check_halo(neighbour);
        const auto& in = block_.in(port);
        return view(in.items.variances ? in.items.variances[index_ + neighbour] : nullptr, in.count);
    }
    /// The same with NaN where the input is masked: what a fit leaves out.
    [[nodiscard]] std::vector<double> unmasked_variances(std::string_view port) const {
        const auto given = variances(port);
        const auto masked = mask(port);
        std::vector<double> out(given.begin(), given.end());
        for (std::size_t i = 0; i < out.size(); ++i)
            if (!masked.empty() && masked[i] != 0) out[i] = std::numeric_limits<double>::quiet_NaN();
        return out;
    }
    /// Nonzero: leave out. Empty when the input has no mask.
    [[nodiscard]] std::span<const std::uint8_t> mask(std::string_view port, std::int64_t neighbour = 0) const {
        block_.check_halo(neighbour);
        const auto& in = block_.in(port);
        return view(in.items.mask ? in.items.mask[index_ + neighbour] : nullptr, in.count);
    }
    /// False where the loop dimension ends before this neighbour (within the halo that plugin.json declares), and for an
    /// input that is not connected.
    [[nodiscard]] bool has_neighbour(std::string_view port, std::int64_t neighbour) const {
        block_.check_halo(neighbour);
        return present(port) && block_.in(port).items.values[index_ + neighbour] != nullptr;
    }
    /// A coordinate that plugin.json declares for the port; empty when it is optional and absent.
    [[nodiscard]] std::span<const double> coordinate(std::string_view port, std::string_view name,
                                                     std::int64_t neighbour = 0) const {
        block_.check_halo(neighbour);
        const auto& in = block_.in(port);
        for (std::int32_t i = 0; i < in.n_coordinates; ++i) {
            const auto& coordinate = in.coordinates[i];
            if (to_view(coordinate.name) == name)
                return view(coordinate.values ? coordinate.values[index_ + neighbour] : nullptr, coordinate.count);
        }
        throw ContractError("plugin.json declares no coordinate '" + std::string(name) + "' of input '" + std::string(port) + "'");
    }
    /// A per_item parameter, in the unit that plugin.json declares; NaN where the array that it comes from is masked.
    [[nodiscard]] std::optional<double> number(std::string_view parameter) const {
        const auto& values = block_.per_item(parameter).values;
        return values ? std::optional(*values[index_]) : std::nullopt;
    }
    /// Its variance; 0 when it has none, NaN where masked.
    [[nodiscard]] double number_variance(std::string_view parameter) const {
        const auto& variances = block_.per_item(parameter).variances;
        return variances ? *variances[index_] : 0.0;
    }

    template <class T = double>
    [[nodiscard]] std::span<T> out(std::string_view port) const {
        const auto& out = block_.out(port);
        Block::check_type<T>(out.dtype, out.name);
        return {static_cast<T*>(out.values[index_]), static_cast<std::size_t>(out.count)};
    }
    /// Empty when this output carries no variances.
    [[nodiscard]] std::span<double> out_variances(std::string_view port) const {
        const auto& out = block_.out(port);
        return out.variances ? std::span(out.variances[index_], static_cast<std::size_t>(out.count)) : std::span<double>();
    }
    [[nodiscard]] std::span<std::uint8_t> out_mask(std::string_view port) const {
        const auto& out = block_.out(port);
        if (!out.mask) throw ContractError("plugin.json declares no mask of output '" + std::string(port) + "'");
        return {out.mask[index_], static_cast<std::size_t>(out.count)};
    }

private:
    template <class T>
    static std::span<const T> view(const T* first, std::int64_t count) {
        return first ? std::span(first, static_cast<std::size_t>(count)) : std::span<const T>();
    }

    Block block_;
    std::int64_t index_;
};

}  // namespace sluice::sdk
