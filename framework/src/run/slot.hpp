// SPDX-License-Identifier: BSD-3-Clause
// A block in flight, with its memory, which is reused from block to block so that each page is touched for the first time once.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "plan/graph.hpp"

namespace sluice {

/// Memory that grows to what is asked for and stays; aligned to 64 bytes, not zeroed.
class Memory {
public:
    std::byte* get(Index bytes) {
        if (bytes > capacity_) {
            memory_ = Buffer::allocate(bytes);
            capacity_ = bytes;
        }
        return memory_.get();
    }
    [[nodiscard]] std::byte* data() const { return memory_.get(); }
    /// The same memory as an immutable buffer; not to be written from then on.
    [[nodiscard]] Buffer share(Index bytes) const { return {memory_, bytes}; }

private:
    std::shared_ptr<std::byte> memory_;
    Index capacity_ = 0;
};

struct OutputMemory {
    Memory values, variances, mask;
    std::vector<void*> value_items;
    std::vector<double*> variance_items;
    std::vector<std::uint8_t*> mask_items;
};

struct OperandMemory {
    Memory adapted, adapted_variances, united;
    std::vector<const void*> values;
    std::vector<const double*> variances;
    std::vector<const std::uint8_t*> masks;
    std::vector<std::vector<const double*>> coordinates;
    std::vector<sluice_coordinate_items> coordinate_views;
    std::vector<sluice_text> dim_texts;
};

/// What fetch left for decode.
struct FetchedBox {
    std::vector<Index> start, count;
    std::byte* values = nullptr;
    double* variances = nullptr;
    std::uint8_t* mask = nullptr;
    void* ticket = nullptr;
};

struct StageMemory {
    Index begin = 0, end = 0;   ///< streamed items that this stage covers, with its extension for halos
    std::vector<OutputMemory> outputs;
    std::vector<OperandMemory> operands, per_item;
    Memory scratch;
    Memory fetched, fetched_variances;   ///< in the source's own order, when that has to be changed
    std::vector<FetchedBox> boxes;
    std::vector<Memory> states;   ///< reduce: one per leaf of the block and inner item

    [[nodiscard]] Index items() const { return end - begin; }
};

/// What threads have one after the other: all that one did with it comes before what the next one does. oneTBB sees to that
/// already; but the thread sanitizer cannot look into its library, and took minutes to report every access as a race.
class Handover {
public:
    class Turn {
    public:
        explicit Turn(Handover& of) : of_(of) { (void)of_.turns_.load(std::memory_order_acquire); }
        ~Turn() { of_.turns_.fetch_add(1, std::memory_order_release); }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

    private:
        Handover& of_;
    };

private:
    std::atomic<std::uint64_t> turns_{0};
};

struct Slot {
    Handover handover;
    Index number = 0;                       ///< of the block
    Index first_leaf = 0, last_leaf = 0;    ///< leaves [first, last)
    Index begin = 0, end = 0;               ///< streamed items
    Index bytes_read = 0;
    std::vector<StageMemory> stages;
};

}  // namespace sluice
