// SPDX-License-Identifier: BSD-3-Clause
// The container: storage, consistency, cutting, conversion. Expected values are written out by hand from small arrays.
#include <sluice/host/array.hpp>

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <sluice/host/error.hpp>

using namespace sluice;

namespace {

constexpr Index huge = std::numeric_limits<Index>::max();

std::shared_ptr<const Array> shared(Array array) { return std::make_shared<const Array>(std::move(array)); }

template <class T>
std::vector<T> list(std::span<const T> values) {
    return {values.begin(), values.end()};
}

std::string error_of(ErrorKind kind, const auto& call) {
    try {
        call();
    } catch (const Error& error) {
        CHECK(error.kind() == kind);
        return error.what();
    }
    return "no error";
}

/// [frame: 3, q: 4] of 0 … 11 with variances 100 … 111, q edges, a time per frame, labels, a mask over q and one over both.
Array frames() {
    Description description;
    description.name = "frames";
    description.dims = {{"frame", 3}, {"q", 4}};
    description.dtype = DType::int32;
    description.unit = Unit::parse("count");
    description.variances = true;
    description.correlated_over = {"frame"};
    description.coordinates = {
        {"q", true, shared(Array::from<double>("q", {{"q", 5}}, "1/nm", {0, 1, 2, 3, 4}))},
        {"time", false, shared(Array::from<double>("time", {{"frame", 3}}, "s", {10, 20, 30}))},
        {"sample", false, shared(Array::of_labels("sample", {{"frame", 3}}, {"a", "b", "c"}))},
        {"wavelength", false, shared(Array::from<double>("wavelength", {}, "nm", {0.1}))},
        {"weight", false, shared(Array::from<double>("weight", {{"q", 4}, {"frame", 3}}, "1", {0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32}))}};
    description.masks = {
        {"beamstop", {"q"}, shared(Array::from<bool>("beamstop", {{"q", 4}}, "1", {true, false, false, false}))},
        {"spikes", {"frame", "q"}, shared(Array::from<bool>("spikes", {{"frame", 3}, {"q", 4}}, "1", {0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1}))},
        {"streamed", {"frame"}, nullptr}};
    std::vector<std::int32_t> values;
    std::vector<double> variances;
    for (int i = 0; i < 12; ++i) values.push_back(i), variances.push_back(100 + i);
    return Array(description, Buffer::copy_of(std::as_bytes(std::span(values))), Buffer::copy_of(std::as_bytes(std::span(variances))));
}

std::vector<double> coordinate_of(const Array& array, const char* name) {
    return array.description().coordinate(name)->values->as_float64();
}
std::vector<std::uint8_t> mask_of(const Array& array, std::size_t i) {
    return list(array.description().masks[i].values->values<std::uint8_t>());
}

}  // namespace

TEST_CASE("element types by name and size") {
    CHECK(to_text(DType::uint16) == "uint16");
    CHECK(size_of(DType::uint16) == 2);
    CHECK(size_of(DType::complex128) == 16);
    CHECK(size_of(DType::string) == 0);
    CHECK(dtype_from_text("boolean") == DType::boolean);
    CHECK(error_of(ErrorKind::recipe, [] { static_cast<void>(dtype_from_text("unit16")); }) ==
          "'unit16' is no element type. Write uint16, int16.");
    CHECK(error_of(ErrorKind::recipe, [] { static_cast<void>(dtype_from_text("real")); }).starts_with("'real' is no element type. Write float64, float32,"));
}

TEST_CASE("dimensions") {
    const Dims dims = {{"frame", 10}, {"y", 512}, {"x", 512}};
    CHECK(volume(dims) == 2621440);
    CHECK(volume({}) == 1);
    CHECK(to_text(dims) == "[frame: 10, y: 512, x: 512]");
    CHECK(to_text(Dims{{"frame", open_size}}) == "[frame: ?]");
    CHECK(find_dim(dims, "x") == 2);
    CHECK_FALSE(find_dim(dims, "z").has_value());
    CHECK(volume({{"a", huge}, {"b", 0}, {"c", huge}}) == 0);
    CHECK(error_of(ErrorKind::data, [] { static_cast<void>(volume({{"a", huge}, {"b", 2}})); }) ==
          "an array of [a: 9223372036854775807, b: 2] is larger than 64 bits can count.");
    CHECK(error_of(ErrorKind::internal, [] { static_cast<void>(volume({{"frame", open_size}})); }) ==
          "the size of dimension 'frame' of [frame: ?] is not known yet.");
}

TEST_CASE("bytes of a description") {
    Description description;
    description.dims = {{"q", 10}};
    description.dtype = DType::float32;
    CHECK(description.bytes() == 40);
    description.variances = true;
    CHECK(description.bytes() == 120);
    description.dims = {{"q", huge / 4}};
    CHECK(error_of(ErrorKind::data, [&] { static_cast<void>(description.bytes()); }).ends_with("is larger than 64 bits can count."));
}

TEST_CASE("facts as text") {
    CHECK(to_text(Fact{true}) == "yes");
    CHECK(to_text(Fact{false}) == "no");
    CHECK(to_text(Fact{std::string("absolute")}) == "absolute");
    CHECK(to_text(Fact{NumberFact{0.154, Unit::parse("nm")}}) == "0.154 nm");
    CHECK(to_text(Fact{NumberFact{0.5, Unit()}}) == "0.5");
}

TEST_CASE("buffers are zeroed, aligned to 64 bytes, and kept alive by their windows") {
    Buffer window;
    {
        const Buffer buffer = Buffer::make(100, [](std::byte* data) { data[99] = std::byte{7}; });
        CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64 == 0);
        CHECK(buffer.data()[0] == std::byte{0});
        window = buffer.window(90, 10);
        CHECK(window.data() == buffer.data() + 90);
    }
    CHECK(window.bytes() == 10);
    CHECK(window.data()[9] == std::byte{7});
    CHECK(error_of(ErrorKind::internal, [&] { static_cast<void>(window.window(5, 6)); }) ==
          "bytes 5 to 11 are not inside a buffer of 10.");
    CHECK(error_of(ErrorKind::internal, [] { Buffer::allocate(-1); }) == "a buffer of -1 bytes was asked for.");
    CHECK(Buffer::copy_of({}).empty());
}

#ifndef __SANITIZE_ADDRESS__  // which ends the program at a request of this size
TEST_CASE("a buffer without room is an error of memory") {
    // Half of what 63 bits address: refused by every allocator at once.
    CHECK(error_of(ErrorKind::memory, [] { Buffer::allocate(huge / 2); }) == "no room for an array of 4611686018427387903 bytes.");
}
#endif

TEST_CASE("values come back as stored") {
    const Array numbers = Array::from<float>("x", {{"q", 3}}, "1/nm", {1, 2, 3}, {0.1, 0.2, 0.3});
    CHECK(list(numbers.values<float>()) == std::vector<float>{1, 2, 3});
    CHECK(list(numbers.variances()) == std::vector<double>{0.1, 0.2, 0.3});
    CHECK(numbers.unit().text() == "1/nm");
    CHECK(numbers.size() == 3);
    CHECK(error_of(ErrorKind::internal, [&] { static_cast<void>(numbers.values<double>()); }) ==
          "array 'x' [q: 3]: its values are float32, not float64.");
    CHECK(error_of(ErrorKind::internal, [&] { static_cast<void>(numbers.labels()); }) == "array 'x' [q: 3]: its values are float32, not labels.");

    const Array flags = Array::from<bool>("m", {{"q", 2}}, "1", {true, false});
    CHECK(flags.dtype() == DType::boolean);
    CHECK(list(flags.values<std::uint8_t>()) == std::vector<std::uint8_t>{1, 0});

    const Array waves = Array::from<std::complex<double>>("w", {}, "1", {{1, 2}});
    CHECK(waves.values<std::complex<double>>()[0] == std::complex<double>{1, 2});
    CHECK(error_of(ErrorKind::data, [&] { static_cast<void>(waves.scalar()); }) ==
          "array 'w' []: its values are complex128; real numbers are needed.");

    const Array names = Array::of_labels("sample", {{"sample", 2}}, {"glass", "water"});
    CHECK(names.labels() == std::vector<std::string>{"glass", "water"});
}

TEST_CASE_TEMPLATE("every real type converts to float64", T, double, float, std::int8_t, std::int16_t, std::int32_t, std::int64_t,
                   std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t) {
    const T top = std::numeric_limits<T>::max();
    const Array array = Array::from<T>("x", {{"q", 3}}, "1", {0, 1, top});
    CHECK(array.as_float64() == std::vector<double>{0, 1, static_cast<double>(top)});
    CHECK(array.to_float64().dtype() == DType::float64);
    CHECK(Array::from<T>("x", {}, "1", {7}).scalar() == 7);
}

TEST_CASE("an array that contradicts its description is refused") {
    const auto build = [](const auto& change) {
        Description description = frames().description();
        change(description);
        const Array whole = frames();
        return error_of(ErrorKind::internal, [&] { Array(description, whole.buffer(), whole.variance_buffer()); });
    };
    CHECK(build([](Description&) {}) == "no error");
    CHECK(build([](Description& d) { d.dtype = DType::int16; }) == "array 'frames' [frame: 3, q: 4]: its values take 48 bytes; they must take 24.");
    CHECK(build([](Description& d) { d.variances = false; }) == "array 'frames' [frame: 3, q: 4]: its variances take 96 bytes; they must take 0.");
    CHECK(build([](Description& d) { d.dims[1].name = "frame"; }) == "array 'frames' [frame: 3, frame: 4]: dimension 'frame' occurs twice.");
    CHECK(build([](Description& d) { d.coordinates[0].edges = false; }) == "array 'frames' [frame: 3, q: 4]: coordinate 'q' has 5 along 'q'; it must have 4.");
    CHECK(build([](Description& d) { d.coordinates[3].edges = true; }) == "array 'frames' [frame: 3, q: 4]: coordinate 'wavelength' has edges without a dimension.");
    CHECK(build([](Description& d) { d.coordinates[3].values = nullptr; }) == "array 'frames' [frame: 3, q: 4]: coordinate 'wavelength' has no values.");
    CHECK(build([](Description& d) { d.coordinates[1].name = "q"; }) == "array 'frames' [frame: 3, q: 4]: coordinate 'q' occurs twice.");
    CHECK(build([](Description& d) { d.coordinates[1].values = shared(Array::from<double>("t", {{"delay", 3}}, "s", {1, 2, 3})); }) ==
          "array 'frames' [frame: 3, q: 4]: coordinate 'time' has dimension 'delay', which the array lacks.");
    CHECK(build([](Description& d) { d.masks[2].dims = {"delay"}; }) == "array 'frames' [frame: 3, q: 4]: mask 'streamed' has dimension 'delay', which the array lacks.");
    CHECK(build([](Description& d) { d.masks[0].values = shared(Array::from<double>("m", {{"q", 4}}, "1", {0, 0, 0, 0})); }) ==
          "array 'frames' [frame: 3, q: 4]: mask 'beamstop' is not boolean.");
    CHECK(build([](Description& d) { d.masks[0].dims = {"frame"}; }) == "array 'frames' [frame: 3, q: 4]: mask 'beamstop' names other dimensions than its values have.");
    CHECK(build([](Description& d) { d.masks[0].values = shared(Array::from<bool>("m", {{"q", 1}}, "1", {false})); }) ==
          "array 'frames' [frame: 3, q: 4]: mask 'beamstop' has 1 along 'q'; it must have 4.");
    CHECK(error_of(ErrorKind::internal, [] { Array::of_labels("s", {{"s", 2}}, {"one"}); }) == "array 's' [s: 2]: it has 1 labels; it must have 2.");
}

TEST_CASE("a slice is a view of values and variances, with everything on the dimension cut alike") {
    const Array whole = frames(), part = whole.slice(1, 3);
    CHECK(to_text(part.dims()) == "[frame: 2, q: 4]");
    CHECK(part.data() == whole.data() + 4 * sizeof(std::int32_t));
    CHECK(part.variances().data() == whole.variances().data() + 4);
    CHECK(list(part.values<std::int32_t>()) == std::vector<std::int32_t>{4, 5, 6, 7, 8, 9, 10, 11});
    CHECK(coordinate_of(part, "time") == std::vector<double>{20, 30});
    CHECK(part.description().coordinate("sample")->values->labels() == std::vector<std::string>{"b", "c"});
    CHECK(coordinate_of(part, "q") == std::vector<double>{0, 1, 2, 3, 4});
    CHECK(coordinate_of(part, "weight") == std::vector<double>{1, 2, 11, 12, 21, 22, 31, 32});
    CHECK(coordinate_of(part, "wavelength") == std::vector<double>{0.1});
    CHECK(mask_of(part, 0) == std::vector<std::uint8_t>{1, 0, 0, 0});
    CHECK(mask_of(part, 1) == std::vector<std::uint8_t>{0, 1, 0, 0, 0, 0, 0, 1});
    CHECK(part.description().masks[2].values == nullptr);
    CHECK(part.description().correlated_over == std::vector<std::string>{"frame"});
    CHECK(whole.slice(2, 2).size() == 0);
    CHECK(whole.slice(3, 3).size() == 0);
    CHECK(error_of(ErrorKind::data, [&] { static_cast<void>(whole.slice(2, 4)); }) ==
          "array 'frames' [frame: 3, q: 4]: cannot select 2 elements from 2 in steps of 1 along 'frame', which has 3. Choose a range "
          "inside, with a step of 1 or more.");
    CHECK(error_of(ErrorKind::internal, [] { static_cast<void>(Array::from<double>("x", {}, "1", {1}).slice(0, 1)); }) ==
          "array 'x' []: it has no dimension to slice.");
}

TEST_CASE("bin edges keep one value more") {
    Description description = frames().description();
    description.dims = {{"q", 4}};
    description.coordinates.resize(1);
    description.masks.resize(1);
    description.correlated_over.clear();
    const Array whole = frames();
    const Array curve(description, whole.buffer().window(0, 16), whole.variance_buffer().window(0, 32));
    CHECK(coordinate_of(curve.slice(1, 3), "q") == std::vector<double>{1, 2, 3});
    CHECK(coordinate_of(curve.slice(4, 4), "q") == std::vector<double>{4});
}

TEST_CASE("select along an inner dimension and with a step") {
    const Array whole = frames();
    const Array inner = whole.select("q", 1, 1, 2);
    CHECK(list(inner.values<std::int32_t>()) == std::vector<std::int32_t>{1, 2, 5, 6, 9, 10});
    CHECK(list(inner.variances()) == std::vector<double>{101, 102, 105, 106, 109, 110});
    CHECK(coordinate_of(inner, "q") == std::vector<double>{1, 2, 3});
    CHECK(coordinate_of(inner, "weight") == std::vector<double>{10, 11, 12, 20, 21, 22});
    CHECK(mask_of(inner, 0) == std::vector<std::uint8_t>{0, 0});
    CHECK(mask_of(inner, 1) == std::vector<std::uint8_t>{0, 0, 1, 0, 0, 0});

    const Array stepped = whole.select("frame", 0, 2, 2);
    CHECK(list(stepped.values<std::int32_t>()) == std::vector<std::int32_t>{0, 1, 2, 3, 8, 9, 10, 11});
    CHECK(coordinate_of(stepped, "time") == std::vector<double>{10, 30});
    CHECK(stepped.description().coordinate("sample")->values->labels() == std::vector<std::string>{"a", "c"});

    CHECK(error_of(ErrorKind::data, [&] { static_cast<void>(whole.select("q", 0, 2, 2)); }) ==
          "array 'frames' [frame: 3, q: 4]: a step of 2 along 'q' would tear apart the bins of coordinate 'q'. Select a range in steps "
          "of 1, or rebin.");
    CHECK(error_of(ErrorKind::data, [&] { static_cast<void>(whole.select("delay", 0, 1, 1)); }) ==
          "array 'frames' [frame: 3, q: 4]: there is no dimension 'delay' to select from.");
    for (const auto& [begin, step, count] : std::vector<std::array<Index, 3>>{{-1, 1, 1}, {0, 0, 1}, {0, -1, 1}, {0, 2, 3}, {4, 1, 0}, {0, 1, -1}, {3, 1, 1}, {0, huge, 2}, {1, 1, huge}}) {
        CAPTURE(begin);
        CAPTURE(step);
        CAPTURE(count);
        CHECK(error_of(ErrorKind::data, [&] { static_cast<void>(whole.select("frame", begin, step, count)); }).find("cannot select") != std::string::npos);
    }
}

TEST_CASE("transpose") {
    const Array turned = frames().transpose({"q", "frame"});
    CHECK(to_text(turned.dims()) == "[q: 4, frame: 3]");
    CHECK(list(turned.values<std::int32_t>()) == std::vector<std::int32_t>{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11});
    CHECK(list(turned.variances()) == std::vector<double>{100, 104, 108, 101, 105, 109, 102, 106, 110, 103, 107, 111});
    CHECK(coordinate_of(turned, "time") == std::vector<double>{10, 20, 30});
    const Array back = turned.transpose({"frame", "q"});
    CHECK(back.as_float64() == frames().as_float64());

    const Array labels = Array::of_labels("s", {{"a", 2}, {"b", 2}}, {"00", "01", "10", "11"}).transpose({"b", "a"});
    CHECK(labels.labels() == std::vector<std::string>{"00", "10", "01", "11"});
    const Array cube = Array::from<std::uint8_t>("c", {{"a", 2}, {"b", 1}, {"c", 2}}, "1", {0, 1, 2, 3}).transpose({"c", "a", "b"});
    CHECK(list(cube.values<std::uint8_t>()) == std::vector<std::uint8_t>{0, 2, 1, 3});

    for (const std::vector<std::string>& order : {std::vector<std::string>{"q"}, {"q", "q"}, {"q", "x"}, {"q", "frame", "frame"}})
        CHECK(error_of(ErrorKind::data, [&] { static_cast<void>(frames().transpose(order)); }).find("must name each of its dimensions once.") != std::string::npos);
}

TEST_CASE("another unit: values as points, variances by the square") {
    const Array q = Array::from<double>("q", {{"q", 2}}, "1/nm", {1, 25}, {0.01, 0.04});
    const Array in_angstrom = q.to_unit(Unit::parse("1/angstrom"));
    CHECK(in_angstrom.values<double>()[0] == 0.1);
    CHECK(in_angstrom.values<double>()[1] == 2.5);
    CHECK(in_angstrom.variances()[0] == doctest::Approx(1e-4).epsilon(1e-15));  // 0.1² 0.01: one rounding each
    CHECK(in_angstrom.unit().text() == "1/angstrom");

    const Array celsius = Array::from<float>("t", {{"t", 1}}, "degC", {25}, {4});
    const Array kelvin = celsius.to_unit(Unit::parse("K"));
    CHECK(kelvin.scalar() == 298.15);
    CHECK(kelvin.variances()[0] == 4);
    CHECK(kelvin.dtype() == DType::float64);

    const Array same = q.to_unit(Unit::parse("nm^-1"));
    CHECK(same.data() == q.data());
    CHECK(error_of(ErrorKind::data, [&] { static_cast<void>(q.to_unit(Unit::parse("s"))); }) ==
          "array 'q' [q: 2]: its unit '1/nm' cannot be converted to 's': they differ in dimension.");
}

TEST_CASE("another description of the same storage") {
    const Array whole = frames();
    Description description;
    description.name = "flat";
    description.dims = {{"point", 12}};
    description.dtype = DType::int32;
    const Array flat = whole.with(description);
    CHECK(flat.data() == whole.data());
    CHECK(flat.variances().empty());
    description.dims[0].size = 11;
    CHECK(error_of(ErrorKind::internal, [&] { static_cast<void>(whole.with(description)); }) ==
          "array 'flat' [point: 11]: its values take 48 bytes; they must take 44.");
    description.dtype = DType::uint32;
    CHECK(error_of(ErrorKind::internal, [&] { static_cast<void>(whole.with(description)); }) ==
          "array 'frames' [frame: 3, q: 4]: its values are int32; a description as uint32 does not fit.");
    CHECK(whole.to_float64().to_float64().data() != whole.data());
    CHECK(error_of(ErrorKind::data, [&] { static_cast<void>(whole.scalar()); }) == "array 'frames' [frame: 3, q: 4]: one number is needed; it has 12.");
}
