// SPDX-License-Identifier: BSD-3-Clause
// Tests of the TIFF reader: layouts, compressions, types, series, flips and faulty files.
#include "../kernel.hpp"

#include <doctest/doctest.h>
#include <tiffio.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>

#include <sluice/io/file_series.hpp>
#include <support/shared_data.hpp>
#include <support/temporary_folder.hpp>

#include "writer.hpp"

namespace fs = std::filesystem;
using namespace sluice::image_source;
using sluice::test::TemporaryFolder;

namespace {

template <typename T>
std::vector<T> read_all(const ImageSeries& series, Flip flip = Flip::none) {
    const FrameFormat& format = series.format();
    std::vector<T> pixels(static_cast<std::size_t>(series.frames() * format.rows * format.columns));
    series.read(0, series.frames(), flip, std::as_writable_bytes(std::span(pixels)));
    return pixels;
}

template <typename Action>
std::string message_of(Action action) {
    try {
        action();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no error";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

void truncate_by(const std::string& file, std::uintmax_t bytes) { fs::resize_file(file, fs::file_size(file) - bytes); }

}  // namespace

TEST_CASE_TEMPLATE("every type comes back as written, in every layout, compression, byte order", T, std::int8_t, std::int16_t,
                   std::int32_t, std::uint8_t, std::uint16_t, std::uint32_t, float, double) {
    const TemporaryFolder folder;
    for (const int compression : {COMPRESSION_NONE, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_LZW, COMPRESSION_PACKBITS})
        for (const bool tiled : {false, true})
            for (const char* mode : {"wl", "wb", "w8"}) {
                CAPTURE(compression);
                CAPTURE(tiled);
                CAPTURE(mode);
                Layout layout{.rows = 19, .columns = 33, .compression = compression, .tiled = tiled};
                layout.mode = mode;
                layout.sample_format = std::is_floating_point_v<T> ? SAMPLEFORMAT_IEEEFP
                                       : std::is_signed_v<T>       ? SAMPLEFORMAT_INT
                                                                   : SAMPLEFORMAT_UINT;
                const auto pixels = ramp<T>(layout, std::is_signed_v<T> ? -100 : 0);
                write_image<T>((folder.path() / "a.tif").string(), layout, {pixels});
                const ImageSeries series({(folder.path() / "a.tif").string()});
                CHECK(series.format().rows == 19);
                CHECK(series.format().columns == 33);
                CHECK(size_in_bytes(series.format().type) == sizeof(T));
                CHECK(read_all<T>(series) == pixels);
            }
}

TEST_CASE("a missing sample format means unsigned integers") {
    const TemporaryFolder folder;
    write_image<std::uint16_t>((folder.path() / "a.tif").string(), {}, {ramp<std::uint16_t>({}, 65500)});
    const ImageSeries series({(folder.path() / "a.tif").string()});
    CHECK(to_string(series.format().type) == "uint16");
    CHECK(read_all<std::uint16_t>(series) == ramp<std::uint16_t>({}, 65500));
}

TEST_CASE("flips reverse rows (slow), pixels of a row (fast) or both") {
    const TemporaryFolder folder;
    write_image<std::uint16_t>((folder.path() / "a.tif").string(), {.rows = 3, .columns = 3}, {{1, 2, 3, 4, 5, 6, 7, 8, 9}});
    const ImageSeries series({(folder.path() / "a.tif").string()});
    using Pixels = std::vector<std::uint16_t>;
    CHECK(read_all<std::uint16_t>(series, flip_from_name("none")) == Pixels{1, 2, 3, 4, 5, 6, 7, 8, 9});
    CHECK(read_all<std::uint16_t>(series, flip_from_name("slow")) == Pixels{7, 8, 9, 4, 5, 6, 1, 2, 3});
    CHECK(read_all<std::uint16_t>(series, flip_from_name("fast")) == Pixels{3, 2, 1, 6, 5, 4, 9, 8, 7});
    CHECK(read_all<std::uint16_t>(series, flip_from_name("both")) == Pixels{9, 8, 7, 6, 5, 4, 3, 2, 1});
    CHECK(message_of([] { (void)flip_from_name("up"); }) ==
          "flip 'up' is unknown. Use none, slow (reverse the rows), fast (reverse the pixels of each "
          "row) or both.");
}

TEST_CASE_TEMPLATE("the fast flip works for every size of pixel", T, std::uint8_t, std::uint32_t, double) {
    const TemporaryFolder folder;
    const int format = std::is_floating_point_v<T> ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT;
    write_image<T>((folder.path() / "a.tif").string(), {.rows = 1, .columns = 4, .sample_format = format}, {{1, 2, 3, 4}});
    CHECK(read_all<T>(ImageSeries({(folder.path() / "a.tif").string()}), Flip::fast) == std::vector<T>{4, 3, 2, 1});
}

TEST_CASE("pages and files line up as frames, and any run of frames can be read") {
    const TemporaryFolder folder;
    const auto page = [](int first) { return ramp<std::uint16_t>({}, first); };
    write_image<std::uint16_t>((folder.path() / "s_2.tif").string(), {}, {page(0), page(100)});
    write_image<std::uint16_t>((folder.path() / "s_10.tif").string(), {}, {page(200)});
    const ImageSeries series(sluice::io::expand((folder.path() / "s_*.tif").string()));
    REQUIRE(series.frames() == 3);
    CHECK(series.file_of(1) == 0);
    CHECK(series.file_of(2) == 1);
    std::vector<std::uint16_t> last_two(70);
    series.read(1, 2, Flip::none, std::as_writable_bytes(std::span(last_two)));
    CHECK(std::equal(last_two.begin(), last_two.begin() + 35, page(100).begin()));
    CHECK(std::equal(last_two.begin() + 35, last_two.end(), page(200).begin()));
    CHECK(message_of([&] { series.read(2, 2, Flip::none, {}); }) == "frames 2 to 3 asked, but the series has 3.");
    CHECK(message_of([&] { series.read(0, 1, Flip::none, {}); }) == "output of 0 bytes, needed 70.");
}

TEST_CASE("frames that differ in shape or type are refused by name") {
    const TemporaryFolder folder;
    write_image<std::uint16_t>((folder.path() / "a.tif").string(), {}, {ramp<std::uint16_t>({}, 0)});
    write_image<std::uint8_t>((folder.path() / "b.tif").string(), {}, {ramp<std::uint8_t>({}, 0)});
    CHECK(message_of([&] {
              ImageSeries({(folder.path() / "a.tif").string(), (folder.path() / "b.tif").string()});
          }) == (folder.path() / "b.tif").string() + ": image of 5 x 7 uint8, but the first one (" +
                    (folder.path() / "a.tif").string() +
                    ") is 5 x 7 uint16. All images of a series must be alike: list fewer files.");
}

TEST_CASE("another orientation tag than 1 needs a decision by the user") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "a.tif").string();
    write_image<std::uint8_t>(file, {.orientation = ORIENTATION_BOTLEFT}, {ramp<std::uint8_t>({}, 0)});
    CHECK(message_of([&] { ImageSeries({file}); }) ==
          file +
              ": its orientation tag is 4, and only 1 (first row on top, first pixel left) has "
              "one meaning. Set orientation to \"as_stored\" to take the pixels in file order, "
              "then choose flip.");
    CHECK(read_all<std::uint8_t>(ImageSeries({file}, OrientationTag::as_stored)) == ramp<std::uint8_t>({}, 0));
    write_image<std::uint8_t>(file, {.orientation = ORIENTATION_TOPLEFT}, {ramp<std::uint8_t>({}, 0)});
    CHECK(ImageSeries({file}).frames() == 1);
}

TEST_CASE("faulty files give one clear sentence each, and nothing is printed") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "a.tif").string();
    CHECK(contains(message_of([&] { ImageSeries({(folder.path() / "none.tif").string()}); }),
                   "none.tif: cannot be opened as TIFF (libtiff: "));
    CHECK(contains(message_of([&] { ImageSeries({(folder.path() / "none.tif").string()}); }), "No such file or directory"));
    std::ofstream(file) << "q,I\n1,2\n";
    CHECK(contains(message_of([&] { ImageSeries({file}); }), "a.tif: cannot be opened as TIFF (libtiff: Not a TIFF"));
    CHECK(message_of([] { ImageSeries({}); }) == "the list of image files is empty.");

    write_image<std::uint64_t>(file, {}, {ramp<std::uint64_t>({}, 0)});
    CHECK(message_of([&] { ImageSeries({file}); }) ==
          file +
              ": pixels with 1 sample(s) of 64 bits, sample format 1. Needed: one sample per "
              "pixel, integers of 8, 16 or 32 bits or floats of 32 or 64.");
}

TEST_CASE("a truncated image is an error, wherever the cut is") {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "a.tif").string();
    write_image<std::uint16_t>(file, {}, {ramp<std::uint16_t>({}, 0)});
    truncate_by(file, 60);  // libtiff writes the directory last: it is cut
    CHECK(contains(message_of([&] { ImageSeries({file}); }), "a.tif: "));

    // A file whose directory stands before the pixels, as detectors write it, and whose last
    // strip is cut: the header is fine, reading fails.
    {
        const Tiff tiff(TIFFOpen(file.c_str(), "w"), TIFFClose);
        TIFFSetField(tiff.get(), TIFFTAG_IMAGELENGTH, 4);
        TIFFSetField(tiff.get(), TIFFTAG_IMAGEWIDTH, 4);
        TIFFSetField(tiff.get(), TIFFTAG_BITSPERSAMPLE, 8);
        TIFFSetField(tiff.get(), TIFFTAG_ROWSPERSTRIP, 4);
        TIFFSetField(tiff.get(), TIFFTAG_COMPRESSION, COMPRESSION_NONE);
        TIFFSetField(tiff.get(), TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
        TIFFDeferStrileArrayWriting(tiff.get());
        TIFFWriteCheck(tiff.get(), 0, "test");
        TIFFWriteDirectory(tiff.get());
        TIFFSetDirectory(tiff.get(), 0);
        TIFFForceStrileArrayWriting(tiff.get());
        std::vector<std::uint8_t> pixels(16, 7);
        TIFFWriteEncodedStrip(tiff.get(), 0, pixels.data(), 16);
    }
    truncate_by(file, 6);
    CHECK(contains(message_of([&] { read_all<std::uint8_t>(ImageSeries({file})); }), "truncated or corrupt"));
}

TEST_CASE("real detector files") {
    const auto found = sluice::test::shared_data("azint/CeO2_Pilatus1M.tif");
    if (!found) return;
    const std::string data = found->parent_path().parent_path().string();
    // Expected numbers: data/azint/README.md, made by another program.
    const ImageSeries pilatus({data + "/azint/CeO2_Pilatus1M.tif"});
    CHECK(pilatus.format() == FrameFormat{1043, 981, ElementType::int32});
    const auto frame = read_all<std::int32_t>(pilatus);
    CHECK(*std::min_element(frame.begin(), frame.end()) == -2);
    CHECK(*std::max_element(frame.begin(), frame.end()) == 621698);
    CHECK(std::count_if(frame.begin(), frame.end(), [](int value) { return value < 0; }) == 73560);

    const ImageSeries mask({data + "/azint/real/lambda_m2.mask"});
    // No sample format tag, so unsigned. The only file here with the older Deflate code (32946).
    CHECK(mask.format() == FrameFormat{1833, 1556, ElementType::uint32});
    const auto pixels = read_all<std::uint32_t>(mask);
    CHECK(std::count(pixels.begin(), pixels.end(), 1) == 25988);
    CHECK(std::count(pixels.begin(), pixels.end(), 0) == std::ssize(pixels) - 25988);
    const auto module_rows = std::span(pixels).subspan(660 * 1556, 516 * 1556);
    CHECK(std::all_of(module_rows.begin(), module_rows.end(), [](auto v) { return v == 0; }));
}
