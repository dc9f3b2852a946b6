// SPDX-License-Identifier: BSD-3-Clause
// Reads boxes of HDF5 datasets; compressed chunks can be decoded outside the I/O lock.
#include "kernel.hpp"

#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <new>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "filters.hpp"
#include "handles.hpp"
#include "locate.hpp"

namespace sluice::hdf5_source {
namespace {

using Extents = std::vector<std::int64_t>;

struct TypeEntry {
    ElementType type;
    std::string_view name;
    std::ptrdiff_t bytes;
};

constexpr std::array<TypeEntry, 12> type_table{{
    {ElementType::boolean, "bool", 1},
    {ElementType::int8, "int8", 1},
    {ElementType::int16, "int16", 2},
    {ElementType::int32, "int32", 4},
    {ElementType::int64, "int64", 8},
    {ElementType::uint8, "uint8", 1},
    {ElementType::uint16, "uint16", 2},
    {ElementType::uint32, "uint32", 4},
    {ElementType::uint64, "uint64", 8},
    {ElementType::float32, "float32", 4},
    {ElementType::float64, "float64", 8},
    {ElementType::string, "string", 0},
}};

const TypeEntry& entry_of(ElementType type) {
    return *std::find_if(type_table.begin(), type_table.end(), [type](const TypeEntry& entry) { return entry.type == type; });
}

ElementType type_of_name(std::string_view name) {
    return std::find_if(type_table.begin(), type_table.end(), [name](const TypeEntry& entry) { return entry.name == name; })
        ->type;
}

std::int64_t product(const Extents& extents) {
    return std::accumulate(extents.begin(), extents.end(), std::int64_t{1}, std::multiplies<>());
}

std::string to_text(const Extents& extents) {
    std::string text = "[";
    for (std::size_t i = 0; i < extents.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(extents[i]);
    return text + "]";
}

std::vector<hsize_t> to_hsize(const Extents& extents) { return {extents.begin(), extents.end()}; }

// ---- Description -----------------------------------------------------------------------------

/// h5py's bool: an enumeration of one byte with FALSE = 0 and TRUE = 1.
bool is_boolean(hid_t type) {
    if (H5Tget_class(type) != H5T_ENUM || H5Tget_nmembers(type) != 2 || H5Tget_size(type) != 1) return false;
    std::int8_t no = -1;
    std::int8_t yes = -1;
    return H5Tenum_valueof(type, "FALSE", &no) >= 0 && H5Tenum_valueof(type, "TRUE", &yes) >= 0 && no == 0 && yes == 1;
}

ElementType read_type(hid_t type, const std::string& where) {
    const H5T_class_t kind = H5Tget_class(type);
    const std::string bits = std::to_string(8 * H5Tget_size(type));
    const bool whole_bytes = bits == "8" || bits == "16" || bits == "32" || bits == "64";
    if (is_boolean(type)) return ElementType::boolean;
    if (kind == H5T_STRING) return ElementType::string;
    if (kind == H5T_INTEGER && whole_bytes) return type_of_name((H5Tget_sign(type) == H5T_SGN_NONE ? "uint" : "int") + bits);
    if (kind == H5T_FLOAT && (bits == "32" || bits == "64")) return type_of_name("float" + bits);
    throw std::runtime_error(where + ": HDF5 type of class " + std::to_string(kind) + " with " + bits +
                             " bits. Needed: integers of 8 to 64 bits, floats of 32 or 64, "
                             "booleans as h5py writes them, or strings.");
}

/// The type of one element in memory.
Handle memory_type(ElementType type, hid_t file_type) {
    switch (type) {
        case ElementType::int8:
            return Handle(H5Tcopy(H5T_NATIVE_INT8));
        case ElementType::int16:
            return Handle(H5Tcopy(H5T_NATIVE_INT16));
        case ElementType::int32:
            return Handle(H5Tcopy(H5T_NATIVE_INT32));
        case ElementType::int64:
            return Handle(H5Tcopy(H5T_NATIVE_INT64));
        case ElementType::uint8:
            return Handle(H5Tcopy(H5T_NATIVE_UINT8));
        case ElementType::uint16:
            return Handle(H5Tcopy(H5T_NATIVE_UINT16));
        case ElementType::uint32:
            return Handle(H5Tcopy(H5T_NATIVE_UINT32));
        case ElementType::uint64:
            return Handle(H5Tcopy(H5T_NATIVE_UINT64));
        case ElementType::float32:
            return Handle(H5Tcopy(H5T_NATIVE_FLOAT));
        case ElementType::float64:
            return Handle(H5Tcopy(H5T_NATIVE_DOUBLE));
        case ElementType::boolean:
        case ElementType::string:
            break;
    }
    return Handle(H5Tcopy(file_type));
}

Extents read_shape(hid_t dataset, const std::string& where) {
    const Handle space(H5Dget_space(dataset));
    if (H5Sget_simple_extent_type(space.get()) == H5S_NULL)
        throw std::runtime_error(where + ": has no values at all (HDF5 null dataspace).");
    std::array<hsize_t, H5S_MAX_RANK> extents{};
    const int rank = H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr);
    return {extents.begin(), extents.begin() + rank};
}

Extents read_chunk_shape(hid_t creation) {
    if (H5Pget_layout(creation) != H5D_CHUNKED) return {};
    std::array<hsize_t, H5S_MAX_RANK> extents{};
    const int rank = H5Pget_chunk(creation, H5S_MAX_RANK, extents.data());
    return {extents.begin(), extents.begin() + rank};
}

// ---- Strings ---------------------------------------------------------------------------------

std::string without_padding(std::string text, hid_t type) {
    text.resize(std::min(text.find('\0'), text.size()));
    if (H5Tget_strpad(type) == H5T_STR_SPACEPAD) text.resize(text.find_last_not_of(' ') + 1);
    return text;
}

/// count strings, read by calling read_into(memory type, buffer), which is H5Dread or H5Aread.
template <typename ReadInto>
std::vector<std::string> read_strings(hid_t type, hid_t space, std::size_t count, const ReadInto& read_into,
                                      const std::string& where) {
    const auto check = [&](herr_t status) {
        if (status < 0) throw std::runtime_error(where + ": cannot be read" + hdf5_reason() + ".");
    };
    std::vector<std::string> strings;
    if (H5Tis_variable_str(type) > 0) {
        std::vector<char*> pointers(count);
        check(read_into(type, pointers.data()));
        for (const char* pointer : pointers) strings.emplace_back(pointer == nullptr ? "" : pointer);
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
        return strings;
    }
    const std::size_t size = H5Tget_size(type);
    std::string characters(count * size, '\0');
    check(read_into(type, characters.data()));
    for (std::size_t i = 0; i < count; ++i) strings.push_back(without_padding(characters.substr(i * size, size), type));
    return strings;
}

// ---- Boxes -----------------------------------------------------------------------------------

/// Where two boxes of one dataset overlap, along every dimension.
Box intersection(const Box& a, const Box& b) {
    Box common = a;
    for (std::size_t i = 0; i < a.start.size(); ++i) {
        common.start[i] = std::max(a.start[i], b.start[i]);
        const std::int64_t end = std::min(a.start[i] + a.count[i], b.start[i] + b.count[i]);
        common.count[i] = std::max<std::int64_t>(end - common.start[i], 0);
    }
    return common;
}

/// The position, in elements, of a point within the packed memory of a box.
std::int64_t offset_in(const Box& box, const Extents& point) {
    std::int64_t offset = 0;
    for (std::size_t i = 0; i < point.size(); ++i) offset = offset * box.count[i] + point[i] - box.start[i];
    return offset;
}

/// Steps point to the next one of the grid start, start + step, ... within box; false at the end.
bool advance(Extents& point, const Box& box, const Extents& start, const Extents& step) {
    for (std::size_t i = point.size(); i-- > 0;) {
        point[i] += step[i];
        if (point[i] < box.start[i] + box.count[i]) return true;
        point[i] = start[i];
    }
    return false;
}

/// Copies the overlap of two boxes, row by row, from the packed memory of one to that of the other.
void copy_overlap(const Box& from, const std::byte* source, const Box& to, std::byte* target, std::ptrdiff_t item) {
    const Box common = intersection(from, to);
    const auto bytes = static_cast<std::size_t>(common.count.back() * item);
    Extents rows(common.count.size(), 1);
    rows.back() = common.count.back();
    Extents point = common.start;
    do {
        std::memcpy(target + offset_in(to, point) * item, source + offset_in(from, point) * item, bytes);
    } while (advance(point, common, common.start, rows));
}

/// The first element of the first chunk that a box touches.
Extents first_chunk(const Box& box, const Extents& chunk) {
    Extents start = box.start;
    for (std::size_t i = 0; i < start.size(); ++i) start[i] -= start[i] % chunk[i];
    return start;
}

/// How many elements of the dataset lie in the chunks that a box touches.
std::int64_t elements_to_decode(const Box& box, const Extents& chunk, const Extents& shape) {
    std::int64_t elements = 1;
    for (std::size_t i = 0; i < chunk.size(); ++i) {
        const std::int64_t first = box.start[i] / chunk[i] * chunk[i];
        const std::int64_t chunks = (box.start[i] + box.count[i] - first + chunk[i] - 1) / chunk[i];
        elements *= std::min(chunks * chunk[i], shape[i] - first);
    }
    return elements;
}

template <typename T>
void mask_integers(std::span<const std::byte> values, std::uint64_t relevant, Marks marks, std::span<std::uint8_t> masked) {
    for (std::size_t i = 0; i < masked.size(); ++i) {
        T value{};
        std::memcpy(&value, values.data() + i * sizeof(T), sizeof(T));
        masked[i] = ((value & relevant) != 0) == (marks == Marks::bad) ? 1 : 0;
    }
}

}  // namespace

std::ptrdiff_t size_in_bytes(ElementType type) { return entry_of(type).bytes; }

std::string_view to_string(ElementType type) { return entry_of(type).name; }

struct Dataset::State {
    std::string where;
    Handle file;
    Handle dataset;
    Handle memory_type;
    Description description;
    std::optional<Pipeline> pipeline;  // set if chunks can be decoded outside HDF5

    [[nodiscard]] std::ptrdiff_t item() const { return size_in_bytes(description.type); }
    void reopen_with_chunk_cache(const std::string& path);
    void check_box(const Box& box) const;
    void check_output(const Box& box, std::span<std::byte> out) const;
    [[nodiscard]] std::optional<RawChunk> read_chunk(const Extents& start) const;
};

/// HDF5's cache of 1 MiB cannot hold one chunk of a modern detector, so that reading a chunk's
/// frames one by one would decode it again for each. One layer of chunks is held instead.
void Dataset::State::reopen_with_chunk_cache(const std::string& path) {
    constexpr std::size_t hash_slots = 12421;
    constexpr std::int64_t least_bytes = std::int64_t{1} << 20;
    constexpr std::int64_t most_bytes = std::int64_t{256} << 20;
    const Extents& chunk = description.chunk;
    if (chunk.empty() || item() == 0) return;
    Extents layer = chunk;
    for (std::size_t i = 1; i < layer.size(); ++i) layer[i] *= (description.shape[i] + chunk[i] - 1) / chunk[i];
    const std::int64_t bytes = std::clamp(product(layer) * item(), least_bytes, most_bytes);
    description.cache_bytes = bytes;
    const Handle access(H5Pcreate(H5P_DATASET_ACCESS));
    H5Pset_chunk_cache(access.get(), hash_slots, static_cast<std::size_t>(bytes), 1.0);
    dataset = Handle();  // the cache of a dataset that is open cannot change
    dataset = Handle(H5Dopen2(file.get(), path.c_str(), access.get()));
    if (!dataset) throw std::runtime_error(where + ": cannot be opened" + hdf5_reason() + ".");
}

void Dataset::State::check_box(const Box& box) const {
    const Extents& shape = description.shape;
    bool inside = box.start.size() == shape.size() && box.count.size() == shape.size();
    for (std::size_t i = 0; inside && i < shape.size(); ++i)
        inside = box.start[i] >= 0 && box.count[i] >= 0 && box.start[i] <= shape[i] - box.count[i];
    if (!inside)
        throw std::out_of_range(where + ": box at " + to_text(box.start) + " of size " + to_text(box.count) +
                                " asked, but its shape is " + to_text(shape) + ".");
}

void Dataset::State::check_output(const Box& box, std::span<std::byte> out) const {
    const std::int64_t needed = product(box.count) * item();
    if (std::ssize(out) != needed)
        throw std::invalid_argument(where + ": output of " + std::to_string(out.size()) + " bytes, needed " +
                                    std::to_string(needed) + ".");
}

/// The stored bytes of one chunk; nothing if it was never written.
std::optional<RawChunk> Dataset::State::read_chunk(const Extents& start) const {
    const std::vector<hsize_t> offset = to_hsize(start);
    hsize_t bytes = 0;
    if (H5Dget_chunk_storage_size(dataset.get(), offset.data(), &bytes) < 0 || bytes == 0) return std::nullopt;
    RawChunk chunk{start, 0, bytes, Memory(std::malloc(bytes))};
    if (!chunk.data) throw std::bad_alloc();
    if (H5Dread_chunk(dataset.get(), H5P_DEFAULT, offset.data(), &chunk.skipped_filters, chunk.data.get()) < 0)
        throw std::runtime_error(where + ": chunk at " + to_text(start) + " cannot be read" + hdf5_reason() +
                                 ". The file is truncated or damaged.");
    return chunk;
}

Dataset::Dataset(const std::string& file, const std::string& path) : state_(std::make_unique<State>()) {
    const QuietErrors quiet;
    State& state = *state_;
    state.where = place(file, path);
    Located located = locate(file, path);
    state.file = std::move(located.file);
    state.dataset = std::move(located.dataset);
    const Handle type(H5Dget_type(state.dataset.get()));
    const Handle creation(H5Dget_create_plist(state.dataset.get()));
    const ElementType element = read_type(type.get(), state.where);
    state.memory_type = memory_type(element, type.get());
    state.description = {read_shape(state.dataset.get(), state.where),
                         element,
                         read_chunk_shape(creation.get()),
                         text_attribute("units"),
                         std::move(located.files),
                         0};
    unsigned chunk_options = 0;
    H5Pget_chunk_opts(creation.get(), &chunk_options);
    const bool stored_as_in_memory = H5Tequal(type.get(), state.memory_type.get()) > 0;
    if (!state.description.chunk.empty() && stored_as_in_memory && state.item() > 0 &&
        (chunk_options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) == 0)
        state.pipeline = Pipeline::create(creation.get());
    state.reopen_with_chunk_cache(path);
}

Dataset::~Dataset() = default;
Dataset::Dataset(Dataset&&) noexcept = default;
Dataset& Dataset::operator=(Dataset&&) noexcept = default;

const Description& Dataset::description() const { return state_->description; }

void Dataset::read(const Box& box, std::span<std::byte> out) const {
    const QuietErrors quiet;
    state_->check_box(box);
    if (state_->description.type == ElementType::string)
        throw std::runtime_error(state_->where + ": holds strings, numbers are needed.");
    state_->check_output(box, out);
    if (out.empty()) return;
    const std::vector<hsize_t> start = to_hsize(box.start);
    const std::vector<hsize_t> count = to_hsize(box.count);
    const Handle file_space(H5Dget_space(state_->dataset.get()));
    const Handle memory_space(count.empty() ? H5Screate(H5S_SCALAR)
                                            : H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr));
    if (!count.empty()) H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    if (H5Dread(state_->dataset.get(), state_->memory_type.get(), memory_space.get(), file_space.get(), H5P_DEFAULT, out.data()) <
        0)
        throw std::runtime_error(state_->where + ": box at " + to_text(box.start) + " of size " + to_text(box.count) +
                                 " cannot be read" + hdf5_reason() + ". The file is truncated or damaged.");
}

std::optional<RawBox> Dataset::fetch(const Box& box) const {
    constexpr std::int64_t most_waste = 2;
    const QuietErrors quiet;
    state_->check_box(box);
    const auto& [shape, type, chunk, unit, files, cache] = state_->description;
    const std::int64_t elements = product(box.count);
    if (!state_->pipeline || elements == 0 || elements_to_decode(box, chunk, shape) > most_waste * elements) return std::nullopt;
    RawBox raw{box, {}};
    const Extents first = first_chunk(box, chunk);
    Extents start = first;
    do {
        auto stored = state_->read_chunk(start);
        if (!stored) return std::nullopt;
        raw.chunks.push_back(std::move(*stored));
    } while (advance(start, box, first, chunk));
    return raw;
}

void Dataset::decode(RawBox raw, std::span<std::byte> out) const {
    const Extents& chunk_shape = state_->description.chunk;
    const auto chunk_bytes = static_cast<std::size_t>(product(chunk_shape) * state_->item());
    state_->check_output(raw.box, out);
    for (RawChunk& chunk : raw.chunks) {
        const Box covered{chunk.start, chunk_shape};
        const std::string where = state_->where + ": chunk at " + to_text(chunk.start);
        const Memory data = state_->pipeline->undo(std::move(chunk), chunk_bytes, where);
        copy_overlap(covered, static_cast<const std::byte*>(data.get()), raw.box, out.data(), state_->item());
    }
}

std::vector<std::string> Dataset::strings() const {
    const QuietErrors quiet;
    const Description& description = state_->description;
    if (description.type != ElementType::string || description.shape.size() > 1)
        throw std::runtime_error(state_->where + ": is " + std::string(to_string(description.type)) + " of shape " +
                                 to_text(description.shape) + ", a list of strings is needed.");
    const Handle space(H5Dget_space(state_->dataset.get()));
    const auto read_into = [&](hid_t type, void* buffer) {
        return H5Dread(state_->dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer);
    };
    return read_strings(state_->memory_type.get(), space.get(), static_cast<std::size_t>(product(description.shape)), read_into,
                        state_->where);
}

double Dataset::number() const {
    const QuietErrors quiet;
    const Description& description = state_->description;
    if (description.type == ElementType::string || description.type == ElementType::boolean || product(description.shape) != 1)
        throw std::runtime_error(state_->where + ": is " + std::string(to_string(description.type)) + " of shape " +
                                 to_text(description.shape) + ", one number is needed.");
    double value = 0.0;
    if (H5Dread(state_->dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value) < 0)
        throw std::runtime_error(state_->where + ": cannot be read" + hdf5_reason() + ".");
    return value;
}

std::optional<std::string> Dataset::text_attribute(const std::string& name) const {
    const QuietErrors quiet;
    if (H5Aexists(state_->dataset.get(), name.c_str()) <= 0) return std::nullopt;
    const std::string where = state_->where + ": attribute '" + name + "'";
    const Handle attribute(H5Aopen(state_->dataset.get(), name.c_str(), H5P_DEFAULT));
    const Handle type(H5Aget_type(attribute.get()));
    const Handle space(H5Aget_space(attribute.get()));
    if (H5Tget_class(type.get()) != H5T_STRING || H5Sget_simple_extent_npoints(space.get()) != 1)
        throw std::runtime_error(where + " is not one text. Correct it in the file.");
    const auto read_into = [&](hid_t memory, void* buffer) { return H5Aread(attribute.get(), memory, buffer); };
    return read_strings(type.get(), space.get(), 1, read_into, where).front();
}

void mask_from_bits(ElementType type, std::span<const std::byte> values, std::span<const std::int64_t> ignored_bits, Marks marks,
                    std::span<std::uint8_t> masked) {
    const std::ptrdiff_t bits = 8 * size_in_bytes(type);
    if (type == ElementType::string || type == ElementType::float32 || type == ElementType::float64)
        throw std::invalid_argument("a mask of type " + std::string(to_string(type)) + ", needed: bool or integers.");
    if (std::ssize(values) * 8 != std::ssize(masked) * bits)
        throw std::invalid_argument("a mask of " + std::to_string(values.size()) + " bytes for " + std::to_string(masked.size()) +
                                    " elements of " + std::to_string(bits / 8) + ".");
    std::uint64_t relevant = ~std::uint64_t{0};
    for (const std::int64_t bit : ignored_bits) {
        if (bit < 0 || bit >= bits)
            throw std::invalid_argument("ignored mask bit " + std::to_string(bit) + ", must be 0 to " + std::to_string(bits - 1) +
                                        " for " + std::string(to_string(type)) + ".");
        relevant &= ~(std::uint64_t{1} << bit);
    }
    if (bits == 8) mask_integers<std::uint8_t>(values, relevant, marks, masked);
    if (bits == 16) mask_integers<std::uint16_t>(values, relevant, marks, masked);
    if (bits == 32) mask_integers<std::uint32_t>(values, relevant, marks, masked);
    if (bits == 64) mask_integers<std::uint64_t>(values, relevant, marks, masked);
}

}  // namespace sluice::hdf5_source
