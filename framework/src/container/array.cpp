// SPDX-License-Identifier: BSD-3-Clause
// The container: storage, the checks of its consistency, and the ways to cut and convert it.
#include <sluice/host/array.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <set>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include <sluice/host/error.hpp>
#include <sluice/host/near_name.hpp>

#include "walk.hpp"

namespace sluice {
namespace {

constexpr std::size_t alignment = 64;  // a cache line, and the widest vector register

struct TypeName {
    DType dtype;
    std::string_view name;
    Index size;
};
constexpr TypeName type_names[] = {
    {DType::float64, "float64", 8}, {DType::float32, "float32", 4},        {DType::int8, "int8", 1},
    {DType::int16, "int16", 2},     {DType::int32, "int32", 4},            {DType::int64, "int64", 8},
    {DType::uint8, "uint8", 1},     {DType::uint16, "uint16", 2},          {DType::uint32, "uint32", 4},
    {DType::uint64, "uint64", 8},   {DType::boolean, "boolean", 1},           {DType::complex128, "complex128", 16},
    {DType::string, "string", 0},
};

const TypeName& entry_of(DType dtype) {
    for (const TypeName& entry : type_names)
        if (entry.dtype == dtype) return entry;
    throw Error(ErrorKind::internal, fmt::format("there is no element type of number {}.", static_cast<int>(dtype)));
}

template <class T>
constexpr DType dtype_of = DType::string;
template <> constexpr DType dtype_of<double> = DType::float64;
template <> constexpr DType dtype_of<float> = DType::float32;
template <> constexpr DType dtype_of<std::int8_t> = DType::int8;
template <> constexpr DType dtype_of<std::int16_t> = DType::int16;
template <> constexpr DType dtype_of<std::int32_t> = DType::int32;
template <> constexpr DType dtype_of<std::int64_t> = DType::int64;
template <> constexpr DType dtype_of<std::uint8_t> = DType::uint8;
template <> constexpr DType dtype_of<std::uint16_t> = DType::uint16;
template <> constexpr DType dtype_of<std::uint32_t> = DType::uint32;
template <> constexpr DType dtype_of<std::uint64_t> = DType::uint64;
template <> constexpr DType dtype_of<bool> = DType::boolean;
template <> constexpr DType dtype_of<std::complex<double>> = DType::complex128;

/// Calls f with a value of the C++ type of a real dtype; false for the others.
template <class F>
bool with_real_type(DType dtype, const F& f) {
    switch (dtype) {
        case DType::float64: f(double{}); return true;
        case DType::float32: f(float{}); return true;
        case DType::int8: f(std::int8_t{}); return true;
        case DType::int16: f(std::int16_t{}); return true;
        case DType::int32: f(std::int32_t{}); return true;
        case DType::int64: f(std::int64_t{}); return true;
        case DType::boolean:
        case DType::uint8: f(std::uint8_t{}); return true;
        case DType::uint16: f(std::uint16_t{}); return true;
        case DType::uint32: f(std::uint32_t{}); return true;
        case DType::uint64: f(std::uint64_t{}); return true;
        default: return false;
    }
}

std::string called(const Description& description) {
    return fmt::format("array '{}' {}", description.name, to_text(description.dims));
}

[[noreturn]] void broken(const Description& description, const std::string& sentence) {
    throw Error(ErrorKind::internal, fmt::format("{}: {}", called(description), sentence));
}

Index product(Index a, Index b, const Dims& dims) {
    Index result = 0;
    if (__builtin_mul_overflow(a, b, &result))
        throw Error(ErrorKind::data, fmt::format("an array of {} is larger than 64 bits can count.", to_text(dims)));
    return result;
}

// ---- consistency of a description -----------------------------------------------------------------------------------

void check_dims(const Description& description) {
    std::set<std::string_view> names;
    for (const Dim& dim : description.dims)
        if (!names.insert(dim.name).second) broken(description, fmt::format("dimension '{}' occurs twice.", dim.name));
}

/// `dims` must be among those of the array; the last may have `extra` elements more.
void check_fits(const Description& description, const Dims& dims, Index extra, const std::string& what) {
    for (std::size_t i = 0; i < dims.size(); ++i) {
        const auto found = find_dim(description.dims, dims[i].name);
        if (!found) broken(description, fmt::format("{} has dimension '{}', which the array lacks.", what, dims[i].name));
        const Index needed = description.dims[*found].size + (i + 1 == dims.size() ? extra : 0);
        if (dims[i].size != needed)
            broken(description, fmt::format("{} has {} along '{}'; it must have {}.", what, dims[i].size, dims[i].name, needed));
    }
}

void check_coordinates(const Description& description) {
    std::set<std::string_view> names;
    for (const Coordinate& coordinate : description.coordinates) {
        const std::string what = fmt::format("coordinate '{}'", coordinate.name);
        if (!names.insert(coordinate.name).second) broken(description, what + " occurs twice.");
        if (!coordinate.values) broken(description, what + " has no values.");
        if (coordinate.edges && coordinate.values->dims().empty()) broken(description, what + " has edges without a dimension.");
        check_fits(description, coordinate.values->dims(), coordinate.edges ? 1 : 0, what);
    }
}

void check_masks(const Description& description) {
    std::set<std::string_view> names;
    for (const Mask& mask : description.masks) {
        const std::string what = fmt::format("mask '{}'", mask.name);
        if (!names.insert(mask.name).second) broken(description, what + " occurs twice.");
        for (const std::string& dim : mask.dims)
            if (!find_dim(description.dims, dim))
                broken(description, fmt::format("{} has dimension '{}', which the array lacks.", what, dim));
        if (!mask.values) continue;
        if (mask.values->dtype() != DType::boolean) broken(description, what + " is not boolean.");
        const Dims& dims = mask.values->dims();
        if (!std::equal(dims.begin(), dims.end(), mask.dims.begin(), mask.dims.end(),
                        [](const Dim& dim, const std::string& name) { return dim.name == name; }))
            broken(description, what + " names other dimensions than its values have.");
        check_fits(description, dims, 0, what);
    }
}

void check_buffer(const Description& description, Index got, Index needed, std::string_view what) {
    if (got != needed) broken(description, fmt::format("its {} take {} bytes; they must take {}.", what, got, needed));
}

// ---- cutting --------------------------------------------------------------------------------------------------------

/// begin, begin + step, … along a dimension
struct Range {
    std::string_view dim;
    Index begin, step, count;
};

void check_range(const Description& description, const Range& range, Index size) {
    const Index room = size - range.begin;  // elements from begin on
    const bool inside = range.begin >= 0 && range.count >= 0 && range.step >= 1 && room >= 0 &&
                        (range.count == 0 || (room > 0 && range.count - 1 <= (room - 1) / range.step));
    if (!inside)
        throw Error(ErrorKind::data, fmt::format("{}: cannot select {} elements from {} in steps of {} along '{}', which has "
                                                 "{}. Choose a range inside, with a step of 1 or more.",
                                                 called(description), range.count, range.begin, range.step, range.dim, size));
}

std::shared_ptr<const Array> cut(const std::shared_ptr<const Array>& values, const Range& range, Index extra) {
    if (!values || !find_dim(values->dims(), range.dim)) return values;
    return std::make_shared<const Array>(values->select(range.dim, range.begin, range.step, range.count + extra));
}

Coordinate cut(const Description& description, const Coordinate& coordinate, const Range& range) {
    const bool across_edges = coordinate.edges && coordinate.values->dims().back().name == range.dim;
    if (across_edges && range.step > 1)
        throw Error(ErrorKind::data, fmt::format("{}: a step of {} along '{}' would tear apart the bins of coordinate '{}'. "
                                                 "Select a range in steps of 1, or rebin.",
                                                 called(description), range.step, range.dim, coordinate.name));
    return {coordinate.name, coordinate.edges, cut(coordinate.values, range, across_edges ? 1 : 0)};
}

Description cut(const Description& description, const Range& range, std::size_t dim) {
    Description result = description;
    result.dims[dim].size = range.count;
    for (Coordinate& coordinate : result.coordinates) coordinate = cut(description, coordinate, range);
    for (Mask& mask : result.masks) mask.values = cut(mask.values, range, 0);
    return result;
}

}  // namespace

// ---- types, dimensions, facts ---------------------------------------------------------------------------------------

Index size_of(DType dtype) { return entry_of(dtype).size; }

std::string_view to_text(DType dtype) { return entry_of(dtype).name; }

DType dtype_from_text(std::string_view text) {
    std::vector<std::string> names;
    for (const TypeName& entry : type_names) {
        if (entry.name == text) return entry.dtype;
        names.emplace_back(entry.name);
    }
    std::vector<std::string> offered = near_names(text, names);
    if (offered.empty()) offered = std::move(names);
    throw Error(ErrorKind::recipe, fmt::format("'{}' is no element type. Write {}.", text, fmt::join(offered, ", ")));
}

Index volume(const Dims& dims) {
    Index result = 1;
    for (const Dim& dim : dims) {
        if (dim.size < 0)
            throw Error(ErrorKind::internal, fmt::format("the size of dimension '{}' of {} is not known yet.", dim.name, to_text(dims)));
        if (dim.size == 0) result = 0;
    }
    if (result != 0)
        for (const Dim& dim : dims) result = product(result, dim.size, dims);
    return result;
}

std::optional<std::size_t> find_dim(const Dims& dims, std::string_view name) {
    for (std::size_t i = 0; i < dims.size(); ++i)
        if (dims[i].name == name) return i;
    return std::nullopt;
}

std::string to_text(const Dims& dims) {
    std::string text;
    for (const Dim& dim : dims) {
        const std::string size = dim.size == open_size ? "?" : fmt::to_string(dim.size);
        text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", dim.name, size);
    }
    return fmt::format("[{}]", text);
}

std::string to_text(const Fact& fact) {
    if (const auto* yes = std::get_if<bool>(&fact)) return *yes ? "yes" : "no";
    if (const auto* text = std::get_if<std::string>(&fact)) return *text;
    const auto& number = std::get<NumberFact>(fact);
    return number.unit.text() == "1" ? fmt::to_string(number.value) : fmt::format("{} {}", number.value, number.unit.text());
}

const Coordinate* Description::coordinate(std::string_view coordinate_name) const {
    for (const Coordinate& candidate : coordinates)
        if (candidate.name == coordinate_name) return &candidate;
    return nullptr;
}

Index Description::bytes() const {
    const Index each = size_of(dtype) + (variances ? size_of(DType::float64) : 0);
    return product(volume(dims), each, dims);
}

// ---- Buffer ---------------------------------------------------------------------------------------------------------

std::shared_ptr<std::byte> Buffer::allocate(Index bytes) {
    if (bytes < 0) throw Error(ErrorKind::internal, fmt::format("a buffer of {} bytes was asked for.", bytes));
    if (bytes == 0) return nullptr;
    const auto size = static_cast<std::size_t>(bytes);
    void* memory = ::operator new(size, std::align_val_t{alignment}, std::nothrow);
    if (!memory) throw Error(ErrorKind::memory, fmt::format("no room for an array of {} bytes.", bytes));
    std::memset(memory, 0, size);
    return {static_cast<std::byte*>(memory), [](std::byte* p) { ::operator delete(p, std::align_val_t{alignment}); }};
}

Buffer Buffer::copy_of(std::span<const std::byte> bytes) {
    return make(static_cast<Index>(bytes.size()), [&](std::byte* data) {
        if (!bytes.empty()) std::memcpy(data, bytes.data(), bytes.size());
    });
}

Buffer Buffer::window(Index offset, Index bytes) const {
    if (offset < 0 || bytes < 0 || offset > bytes_ || bytes > bytes_ - offset)
        throw Error(ErrorKind::internal, fmt::format("bytes {} to {} are not inside a buffer of {}.", offset, offset + bytes, bytes_));
    return Buffer(std::shared_ptr<const std::byte>(data_, data_.get() + offset), bytes);
}

// ---- Array ----------------------------------------------------------------------------------------------------------

/// Picks elements of an array: those of `over`, in C order, at first + sum of strides.
struct Array::Gather {
    Dims over;
    container::Strides strides;
    Index first = 0;

    template <class F>
    void each(const F& f) const {
        container::walk<1>(over, {strides}, [&](const std::array<Index, 1>& at) { f(first + at[0]); });
    }

    template <std::size_t size>
    void copy(const std::byte* from, std::byte* to) const {
        each([&](Index at) {
            std::memcpy(to, from + at * static_cast<Index>(size), size);
            to += size;
        });
    }

    [[nodiscard]] Buffer bytes(const Buffer& source, Index element) const {
        if (source.empty()) return {};
        return Buffer::make(volume(over) * element, [&](std::byte* to) {
            switch (element) {
                case 1: return copy<1>(source.data(), to);
                case 2: return copy<2>(source.data(), to);
                case 4: return copy<4>(source.data(), to);
                case 8: return copy<8>(source.data(), to);
                default: return copy<16>(source.data(), to);
            }
        });
    }

    [[nodiscard]] Labels labels(const Labels& source) const {
        if (!source) return nullptr;
        std::vector<std::string> result;
        each([&](Index at) { result.push_back((*source)[static_cast<std::size_t>(at)]); });
        return std::make_shared<const std::vector<std::string>>(std::move(result));
    }
};

Array::Array(Description description, Buffer values, Buffer variances)
    : Array(std::move(description), std::move(values), std::move(variances), nullptr) {}

Array::Array(Description description, Buffer values, Buffer variances, Labels labels)
    : description_(std::move(description)), values_(std::move(values)), variances_(std::move(variances)), labels_(std::move(labels)) {
    check_dims(description_);
    const Index count = size();
    check_buffer(description_, values_.bytes(), product(count, size_of(dtype()), dims()), "values");
    check_buffer(description_, variances_.bytes(), description_.variances ? product(count, 8, dims()) : 0, "variances");
    if ((dtype() == DType::string) != (labels_ != nullptr)) broken(description_, "labels belong to string arrays, and to them alone.");
    if (labels_ && static_cast<Index>(labels_->size()) != count)
        broken(description_, fmt::format("it has {} labels; it must have {}.", labels_->size(), count));
    check_coordinates(description_);
    check_masks(description_);
}

template <class T>
Array Array::from(std::string name, Dims dims, std::string_view unit, const std::vector<T>& values, const std::vector<double>& variances) {
    Description description;
    description.name = std::move(name);
    description.dims = std::move(dims);
    description.dtype = dtype_of<T>;
    description.unit = Unit::parse(unit);
    description.variances = !variances.empty();
    const auto count = static_cast<Index>(values.size());
    Buffer bytes = Buffer::make(count * size_of(description.dtype), [&](std::byte* data) {
        using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;
        std::copy(values.begin(), values.end(), reinterpret_cast<Stored*>(data));
    });
    return Array(std::move(description), std::move(bytes), Buffer::copy_of(std::as_bytes(std::span(variances))));
}

Array Array::of_labels(std::string name, Dims dims, std::vector<std::string> labels) {
    Description description;
    description.name = std::move(name);
    description.dims = std::move(dims);
    description.dtype = DType::string;
    return Array(std::move(description), {}, {}, std::make_shared<const std::vector<std::string>>(std::move(labels)));
}

template <class T>
std::span<const T> Array::values() const {
    const bool bytes_of_bool = std::is_same_v<T, std::uint8_t> && dtype() == DType::boolean;
    if (dtype_of<T> != dtype() && !bytes_of_bool)
        broken(description_, fmt::format("its values are {}, not {}.", to_text(dtype()), to_text(dtype_of<T>)));
    return {reinterpret_cast<const T*>(values_.data()), static_cast<std::size_t>(size())};
}

std::span<const double> Array::variances() const {
    return {reinterpret_cast<const double*>(variances_.data()), static_cast<std::size_t>(variances_.bytes()) / sizeof(double)};
}

const std::vector<std::string>& Array::labels() const {
    if (!labels_) broken(description_, fmt::format("its values are {}, not labels.", to_text(dtype())));
    return *labels_;
}

std::vector<double> Array::as_float64() const {
    std::vector<double> result;
    const bool real = with_real_type(dtype(), [&](auto zero) {
        const auto stored = values<decltype(zero)>();
        result.resize(stored.size());
        std::transform(stored.begin(), stored.end(), result.begin(), [](auto value) { return static_cast<double>(value); });
    });
    if (!real)
        throw Error(ErrorKind::data, fmt::format("{}: its values are {}; real numbers are needed.", called(description_), to_text(dtype())));
    return result;
}

double Array::scalar() const {
    if (size() != 1) throw Error(ErrorKind::data, fmt::format("{}: one number is needed; it has {}.", called(description_), size()));
    return as_float64().front();
}

Array Array::slice(Index begin, Index end) const {
    if (dims().empty()) broken(description_, "it has no dimension to slice.");
    return select(dims().front().name, begin, 1, end - begin);
}

Array Array::select(std::string_view dim, Index begin, Index step, Index count) const {
    const auto found = find_dim(dims(), dim);
    if (!found)
        throw Error(ErrorKind::data, fmt::format("{}: there is no dimension '{}' to select from.", called(description_), dim));
    const Range range{dim, begin, step, count};
    check_range(description_, range, dims()[*found].size);
    Description result = cut(description_, range, *found);

    Gather gather{result.dims, container::strides_of(dims(), dims())};
    Index& stride = gather.strides[*found];
    if (*found == 0 && step == 1 && !labels_) {
        const Index element = size_of(dtype());
        const Index kept = count * stride;
        return Array(std::move(result), values_.window(begin * stride * element, kept * element),
                     variances_.empty() ? Buffer{} : variances_.window(begin * stride * 8, kept * 8));
    }
    gather.first = begin * stride;
    stride *= step;
    return rearranged(std::move(result), gather);
}

Array Array::transpose(const std::vector<std::string>& order) const {
    Description result = description_;
    result.dims.clear();
    for (const std::string& name : order)
        if (const auto found = find_dim(dims(), name)) result.dims.push_back(dims()[*found]);
    const std::set<std::string> different(order.begin(), order.end());
    if (order.size() != dims().size() || result.dims.size() != order.size() || different.size() != order.size())
        throw Error(ErrorKind::data, fmt::format("{}: the order [{}] must name each of its dimensions once.", called(description_),
                                                 fmt::join(order, ", ")));
    const Gather gather{result.dims, container::strides_of(dims(), result.dims)};
    return rearranged(std::move(result), gather);
}

Array Array::rearranged(Description description, const Gather& gather) const {
    return Array(std::move(description), gather.bytes(values_, size_of(dtype())), gather.bytes(variances_, 8), gather.labels(labels_));
}

Array Array::to_unit(const Unit& to) const {
    if (to.same_as(unit())) {
        Description description = description_;
        description.unit = to;
        return with(std::move(description));
    }
    if (!unit().convertible_to(to))
        throw Error(ErrorKind::data, fmt::format("{}: its unit '{}' cannot be converted to '{}': they differ in dimension.",
                                                 called(description_), unit().text(), to.text()));
    const Unit::Affine affine = unit().affine_to(to);
    return converted(affine.scale, affine.offset, to);
}

Array Array::to_float64() const { return dtype() == DType::float64 ? *this : converted(1, 0, unit()); }

Array Array::converted(double scale, double offset, const Unit& to) const {
    Description description = description_;
    description.dtype = DType::float64;
    description.unit = to;
    std::vector<double> values = as_float64();
    for (double& value : values) value = scale * value + offset;
    if (scale == 1) return Array(std::move(description), Buffer::copy_of(std::as_bytes(std::span(values))), variances_);
    std::vector<double> scaled(variances().begin(), variances().end());
    for (double& variance : scaled) variance *= scale * scale;
    return Array(std::move(description), Buffer::copy_of(std::as_bytes(std::span(values))),
                 Buffer::copy_of(std::as_bytes(std::span(scaled))));
}

Array Array::with(Description description) const {
    if (description.dtype != dtype())
        broken(description_, fmt::format("its values are {}; a description as {} does not fit.", to_text(dtype()), to_text(description.dtype)));
    Buffer variances = description.variances ? variances_ : Buffer{};
    return Array(std::move(description), values_, std::move(variances), labels_);
}

#define SLUICE_INSTANTIATE(T)                                                                                  \
    template Array Array::from<T>(std::string, Dims, std::string_view, const std::vector<T>&, const std::vector<double>&);
#define SLUICE_INSTANTIATE_STORED(T) SLUICE_INSTANTIATE(T) template std::span<const T> Array::values<T>() const;
SLUICE_INSTANTIATE_STORED(double)
SLUICE_INSTANTIATE_STORED(float)
SLUICE_INSTANTIATE_STORED(std::int8_t)
SLUICE_INSTANTIATE_STORED(std::int16_t)
SLUICE_INSTANTIATE_STORED(std::int32_t)
SLUICE_INSTANTIATE_STORED(std::int64_t)
SLUICE_INSTANTIATE_STORED(std::uint8_t)
SLUICE_INSTANTIATE_STORED(std::uint16_t)
SLUICE_INSTANTIATE_STORED(std::uint32_t)
SLUICE_INSTANTIATE_STORED(std::uint64_t)
SLUICE_INSTANTIATE_STORED(std::complex<double>)
SLUICE_INSTANTIATE(bool)
#undef SLUICE_INSTANTIATE_STORED
#undef SLUICE_INSTANTIATE

}  // namespace sluice
