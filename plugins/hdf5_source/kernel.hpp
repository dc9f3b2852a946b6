// SPDX-License-Identifier: BSD-3-Clause
// Reads boxes of HDF5 datasets; compressed chunks can be decoded outside the I/O lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::hdf5_source {

enum class ElementType { boolean, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float32, float64, string };

/// Bytes of one element in memory: 1 for boolean; 0 for string, which has no fixed size.
[[nodiscard]] std::ptrdiff_t size_in_bytes(ElementType type);
[[nodiscard]] std::string_view to_string(ElementType type);

/// What is known of a dataset without reading its values.
struct Description {
    std::vector<std::int64_t> shape;  ///< empty for a scalar
    ElementType type = ElementType::float64;
    std::vector<std::int64_t> chunk;  ///< shape of a chunk; empty if the dataset is not chunked
    std::optional<std::string> unit;  ///< the text attribute "units", if there is one
    std::vector<std::string> files;   ///< every file the values come from, the named one first
    std::int64_t cache_bytes = 0;     ///< most memory that HDF5 holds for it between reads
};

/// The part [start, start + count) of a dataset, one entry per dimension.
struct Box {
    std::vector<std::int64_t> start;
    std::vector<std::int64_t> count;
};

struct FreeMemory {
    void operator()(void* memory) const { std::free(memory); }
};
/// Memory from malloc, because HDF5's filter functions free and replace what they are given.
using Memory = std::unique_ptr<void, FreeMemory>;

struct RawChunk {
    std::vector<std::int64_t> start;    ///< first element, in the dataset
    std::uint32_t skipped_filters = 0;  ///< bit i: filter i was not applied to this chunk
    std::size_t bytes = 0;
    Memory data;
};

/// The chunks that cover a box, as they are stored.
struct RawBox {
    Box box;
    std::vector<RawChunk> chunks;
};

/// One dataset of one HDF5 file, open for reading.
///
/// The path may lead through soft and external links; the dataset may be virtual. Everything but
/// decode() calls HDF5 and belongs under the process-wide I/O lock. HDF5 never prints: its
/// innermost message is quoted in ours. All errors are std::runtime_error or std::out_of_range
/// (a box outside the dataset) with file and dataset in the text.
class Dataset {
public:
    /// Opens and describes; reads no values. Also throws, with advice, for a filter that is not
    /// installed, and for a virtual dataset with a missing or too short source, which HDF5 itself
    /// would silently replace by fill values.
    Dataset(const std::string& file, const std::string& path);
    ~Dataset();
    Dataset(Dataset&&) noexcept;
    Dataset& operator=(Dataset&&) noexcept;

    [[nodiscard]] const Description& description() const;

    /// Reads a box into out: C order, native byte order, packed. Any element type but string.
    void read(const Box& box, std::span<std::byte> out) const;

    /// The raw chunks for a box, or nothing where read() is the way: data not compressed, stored in
    /// another byte order, with a filter that must stay under the lock, with chunks never written,
    /// or a box that would decode more than twice as many elements as it holds.
    [[nodiscard]] std::optional<RawBox> fetch(const Box& box) const;

    /// Decodes fetched chunks into out, as read() would have filled it. Needs no lock: it may run on
    /// any thread, many at once, also while another thread is in read() or fetch().
    void decode(RawBox raw, std::span<std::byte> out) const;

    /// All strings of a dataset of at most one dimension, fixed or variable length.
    [[nodiscard]] std::vector<std::string> strings() const;

    /// The value of a dataset that holds one number, such as a wavelength.
    [[nodiscard]] double number() const;

    /// A text attribute, if it exists. One that is no single string is an error.
    [[nodiscard]] std::optional<std::string> text_attribute(const std::string& name) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// What a mask that is nonzero says of an element.
enum class Marks { bad, good };

/// Turns a bit-field mask into flags: an element is marked if values[i] has a bit set that is not
/// in ignored_bits (bit numbers, 0 the lowest). masked[i] is 1 for the marked ones of a mask that marks
/// bad elements, and for the others of a mask that marks good ones; else 0. type: boolean or an integer
/// type; values holds masked.size() of them. Throws std::invalid_argument for another type, size or bit number.
void mask_from_bits(ElementType type, std::span<const std::byte> values, std::span<const std::int64_t> ignored_bits, Marks marks,
                    std::span<std::uint8_t> masked);

}  // namespace sluice::hdf5_source
