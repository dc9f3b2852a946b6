// SPDX-License-Identifier: BSD-3-Clause
// Reads series of TIFF images as they are stored: one frame per page, files in the given order.
#include "kernel.hpp"

#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>

namespace sluice::image_source {
namespace {

struct TypeEntry {
    ElementType type;
    std::string_view name;
    int sample_format;
    int bits;
};

constexpr std::array<TypeEntry, 8> type_table{{
    {ElementType::int8, "int8", SAMPLEFORMAT_INT, 8},
    {ElementType::int16, "int16", SAMPLEFORMAT_INT, 16},
    {ElementType::int32, "int32", SAMPLEFORMAT_INT, 32},
    {ElementType::uint8, "uint8", SAMPLEFORMAT_UINT, 8},
    {ElementType::uint16, "uint16", SAMPLEFORMAT_UINT, 16},
    {ElementType::uint32, "uint32", SAMPLEFORMAT_UINT, 32},
    {ElementType::float32, "float32", SAMPLEFORMAT_IEEEFP, 32},
    {ElementType::float64, "float64", SAMPLEFORMAT_IEEEFP, 64},
}};

constexpr std::array<std::pair<std::string_view, Flip>, 4> flip_table{
    {{"none", Flip::none}, {"slow", Flip::slow}, {"fast", Flip::fast}, {"both", Flip::both}}};

const TypeEntry& entry_of(ElementType type) {
    return *std::find_if(type_table.begin(), type_table.end(), [type](const TypeEntry& entry) { return entry.type == type; });
}

int collect_message(TIFF*, void* messages, const char*, const char* format, va_list arguments) {
    std::array<char, 512> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    static_cast<std::vector<std::string>*>(messages)->emplace_back(text.data());
    return 1;  // handled: libtiff prints nothing
}

/// An open TIFF that keeps libtiff's messages for itself, so nothing is printed and no
/// process-wide handler is touched. Not memory-mapped: a file cut short while it is read would
/// then end the program.
class TiffFile {
public:
    explicit TiffFile(const std::string& file) : file_(file) {
        const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(), TIFFOpenOptionsFree);
        TIFFOpenOptionsSetErrorHandlerExtR(options.get(), collect_message, &errors_);
        TIFFOpenOptionsSetWarningHandlerExtR(options.get(), collect_message, &warnings_);
        tiff_.reset(TIFFOpenExt(file.c_str(), "rm", options.get()));
        if (!tiff_) fail(file, "cannot be opened as TIFF", "Check that the file exists, is readable, complete and a TIFF.");
    }
    TiffFile(const TiffFile&) = delete;  // libtiff holds the addresses of the message lists
    TiffFile& operator=(const TiffFile&) = delete;

    [[nodiscard]] TIFF* get() const { return tiff_.get(); }
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

    /// The place of one page in messages; the page number is left out in single-page files.
    [[nodiscard]] std::string place(std::ptrdiff_t page) const {
        return page == 0 ? file_ : file_ + ", page " + std::to_string(page);
    }

    [[noreturn]] void fail(const std::string& where, const std::string& fault, const std::string& advice) const {
        const std::string detail = errors_.empty() ? "" : " (libtiff: " + errors_.front() + ")";
        throw std::runtime_error(where + ": " + fault + detail + ". " + advice);
    }

    void stop_on_error(const std::string& where) const {
        if (!errors_.empty()) fail(where, "the TIFF structure is damaged", "The file is truncated or corrupt.");
    }

private:
    std::string file_;
    std::vector<std::string> errors_;
    std::vector<std::string> warnings_;
    std::unique_ptr<TIFF, void (*)(TIFF*)> tiff_{nullptr, TIFFClose};
};

template <typename T>
T field(TIFF* tiff, std::uint32_t tag, T absent) {
    T value = absent;
    return TIFFGetFieldDefaulted(tiff, tag, &value) == 1 ? value : absent;
}

void check_orientation(const TiffFile& file, OrientationTag orientation, const std::string& where) {
    const auto tag = field<std::uint16_t>(file.get(), TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
    if (tag == ORIENTATION_TOPLEFT || orientation == OrientationTag::as_stored) return;
    file.fail(
        where,
        "its orientation tag is " + std::to_string(tag) + ", and only 1 (first row on top, first pixel left) has one meaning",
        "Set orientation to \"as_stored\" to take the pixels in file order, then choose flip.");
}

ElementType read_type(const TiffFile& file, const std::string& where) {
    const int format = field<std::uint16_t>(file.get(), TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
    const int bits = field<std::uint16_t>(file.get(), TIFFTAG_BITSPERSAMPLE, 1);
    const int samples = field<std::uint16_t>(file.get(), TIFFTAG_SAMPLESPERPIXEL, 1);
    const auto* entry = std::find_if(type_table.begin(), type_table.end(), [&](const TypeEntry& candidate) {
        return candidate.sample_format == format && candidate.bits == bits;
    });
    if (samples == 1 && entry != type_table.end()) return entry->type;
    file.fail(where,
              "pixels with " + std::to_string(samples) + " sample(s) of " + std::to_string(bits) + " bits, sample format " +
                  std::to_string(format),
              "Needed: one sample per pixel, integers of 8, 16 or 32 bits or floats of 32 or 64.");
}

FrameFormat read_format(const TiffFile& file, OrientationTag orientation, const std::string& where) {
    file.stop_on_error(where);
    const auto rows = field<std::uint32_t>(file.get(), TIFFTAG_IMAGELENGTH, 0);
    const auto columns = field<std::uint32_t>(file.get(), TIFFTAG_IMAGEWIDTH, 0);
    if (rows == 0 || columns == 0) file.fail(where, "the image has no rows or no columns", "The file is truncated or corrupt.");
    check_orientation(file, orientation, where);
    return {rows, columns, read_type(file, where)};
}

std::string to_text(const FrameFormat& format) {
    return std::to_string(format.rows) + " x " + std::to_string(format.columns) + " " + std::string(to_string(format.type));
}

/// Reads one page, strip by strip or tile by tile, into a packed frame.
class PageReader {
public:
    PageReader(const TiffFile& file, std::string where, const FrameFormat& format, std::span<std::byte> frame)
        : file_(file), where_(std::move(where)), format_(format), frame_(frame) {}

    void read() const { TIFFIsTiled(file_.get()) != 0 ? read_tiles() : read_strips(); }

private:
    [[nodiscard]] std::ptrdiff_t row_bytes() const { return format_.columns * size_in_bytes(format_.type); }

    void expect(std::ptrdiff_t got, std::ptrdiff_t needed, const std::string& part) const {
        if (got != needed)
            file_.fail(
                where_,
                part + " gave " + std::to_string(std::max<std::ptrdiff_t>(got, 0)) + " of " + std::to_string(needed) + " bytes",
                "The image is truncated or corrupt.");
    }

    void read_strips() const {
        const std::ptrdiff_t strip_rows =
            std::min<std::ptrdiff_t>(field<std::uint32_t>(file_.get(), TIFFTAG_ROWSPERSTRIP, UINT32_MAX), format_.rows);
        std::uint32_t strip = 0;
        for (std::ptrdiff_t row = 0; row < format_.rows; row += strip_rows, ++strip) {
            const std::ptrdiff_t bytes = std::min(strip_rows, format_.rows - row) * row_bytes();
            std::byte* target = frame_.data() + row * row_bytes();
            expect(TIFFReadEncodedStrip(file_.get(), strip, target, bytes), bytes, "strip " + std::to_string(strip));
        }
    }

    void read_tiles() const {
        const std::ptrdiff_t height = field<std::uint32_t>(file_.get(), TIFFTAG_TILELENGTH, 0);
        const std::ptrdiff_t width = field<std::uint32_t>(file_.get(), TIFFTAG_TILEWIDTH, 0);
        if (height == 0 || width == 0) file_.fail(where_, "the tile size is missing", "The image is truncated or corrupt.");
        std::vector<std::byte> tile(static_cast<std::size_t>(TIFFTileSize(file_.get())));
        std::uint32_t index = 0;
        for (std::ptrdiff_t row = 0; row < format_.rows; row += height)
            for (std::ptrdiff_t column = 0; column < format_.columns; column += width, ++index) {
                expect(TIFFReadEncodedTile(file_.get(), index, tile.data(), std::ssize(tile)), std::ssize(tile),
                       "tile " + std::to_string(index));
                copy_tile(tile, width, std::min(height, format_.rows - row), row, column);
            }
    }

    /// Tiles at the right and lower edges are padded: only their part inside the image is copied.
    void copy_tile(std::span<const std::byte> tile, std::ptrdiff_t tile_width, std::ptrdiff_t rows, std::ptrdiff_t row,
                   std::ptrdiff_t column) const {
        const std::ptrdiff_t item = size_in_bytes(format_.type);
        const std::ptrdiff_t bytes = std::min(tile_width, format_.columns - column) * item;
        for (std::ptrdiff_t r = 0; r < rows; ++r)
            std::memcpy(frame_.data() + (row + r) * row_bytes() + column * item, tile.data() + r * tile_width * item,
                        static_cast<std::size_t>(bytes));
    }

    const TiffFile& file_;
    std::string where_;
    const FrameFormat& format_;
    std::span<std::byte> frame_;
};

void reverse_rows(std::span<std::byte> frame, std::ptrdiff_t row_bytes) {
    std::byte* top = frame.data();
    std::byte* bottom = frame.data() + std::ssize(frame) - row_bytes;
    for (; top < bottom; top += row_bytes, bottom -= row_bytes) std::swap_ranges(top, top + row_bytes, bottom);
}

template <std::size_t bytes_per_item>
void reverse_items(std::span<std::byte> row) {
    using Item = std::array<std::byte, bytes_per_item>;
    Item left{};
    Item right{};
    std::byte* first = row.data();
    std::byte* last = row.data() + row.size() - bytes_per_item;
    for (; first < last; first += bytes_per_item, last -= bytes_per_item) {
        std::memcpy(left.data(), first, bytes_per_item);
        std::memcpy(right.data(), last, bytes_per_item);
        std::memcpy(first, right.data(), bytes_per_item);
        std::memcpy(last, left.data(), bytes_per_item);
    }
}

void reverse_columns(std::span<std::byte> frame, std::ptrdiff_t row_bytes, std::ptrdiff_t item) {
    const auto reverse = item == 1   ? reverse_items<1>
                         : item == 2 ? reverse_items<2>
                         : item == 4 ? reverse_items<4>
                                     : reverse_items<8>;
    for (std::ptrdiff_t offset = 0; offset < std::ssize(frame); offset += row_bytes)
        reverse(frame.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(row_bytes)));
}

void apply_flip(Flip flip, std::span<std::byte> frame, const FrameFormat& format) {
    const std::ptrdiff_t item = size_in_bytes(format.type);
    const std::ptrdiff_t row_bytes = format.columns * item;
    if (flip == Flip::slow || flip == Flip::both) reverse_rows(frame, row_bytes);
    if (flip == Flip::fast || flip == Flip::both) reverse_columns(frame, row_bytes, item);
}

}  // namespace

std::ptrdiff_t size_in_bytes(ElementType type) { return entry_of(type).bits / 8; }

std::string_view to_string(ElementType type) { return entry_of(type).name; }

Flip flip_from_name(std::string_view name) {
    for (const auto& [known, flip] : flip_table)
        if (known == name) return flip;
    throw std::invalid_argument("flip '" + std::string(name) +
                                "' is unknown. Use none, slow (reverse the rows), fast (reverse the "
                                "pixels of each row) or both.");
}

ImageSeries::ImageSeries(std::vector<std::string> files, OrientationTag orientation) : files_(std::move(files)) {
    if (files_.empty()) throw std::invalid_argument("the list of image files is empty.");
    for (std::ptrdiff_t file = 0; file < std::ssize(files_); ++file) add_file(file, orientation);
}

void ImageSeries::add_file(std::ptrdiff_t file, OrientationTag orientation) {
    const std::string& path = files_[static_cast<std::size_t>(file)];
    const TiffFile tiff(path);
    std::ptrdiff_t page = 0;
    do {
        const std::string where = tiff.place(page++);
        add_page({file, TIFFCurrentDirOffset(tiff.get())}, read_format(tiff, orientation, where), where);
    } while (TIFFReadDirectory(tiff.get()) != 0);
    tiff.stop_on_error(tiff.place(page));
    for (const std::string& warning : tiff.warnings()) warnings_.push_back(path + ": " + warning);
}

void ImageSeries::add_page(const Page& page, const FrameFormat& format, const std::string& where) {
    if (pages_.empty()) format_ = format;
    if (format != format_)
        throw std::runtime_error(where + ": image of " + to_text(format) + ", but the first one (" + files_.front() + ") is " +
                                 to_text(format_) + ". All images of a series must be alike: list fewer files.");
    pages_.push_back(page);
}

std::ptrdiff_t ImageSeries::file_of(std::ptrdiff_t frame) const { return pages_.at(static_cast<std::size_t>(frame)).file; }

void ImageSeries::read(std::ptrdiff_t first, std::ptrdiff_t count, Flip flip, std::span<std::byte> out) const {
    if (first < 0 || count < 0 || first > frames() - count)
        throw std::out_of_range("frames " + std::to_string(first) + " to " + std::to_string(first + count - 1) +
                                " asked, but the series has " + std::to_string(frames()) + ".");
    const std::ptrdiff_t frame_bytes = format_.rows * format_.columns * size_in_bytes(format_.type);
    if (std::ssize(out) != count * frame_bytes)
        throw std::invalid_argument("output of " + std::to_string(out.size()) + " bytes, needed " +
                                    std::to_string(count * frame_bytes) + ".");
    std::unique_ptr<TiffFile> tiff;
    std::ptrdiff_t open_file = -1;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const Page& page = pages_[static_cast<std::size_t>(first + i)];
        const std::string& path = files_[static_cast<std::size_t>(page.file)];
        if (page.file != std::exchange(open_file, page.file)) tiff = std::make_unique<TiffFile>(path);
        const std::string where = path + ", frame " + std::to_string(first + i);
        if (TIFFSetSubDirectory(tiff->get(), page.directory_offset) == 0 ||
            read_format(*tiff, OrientationTag::as_stored, where) != format_)
            tiff->fail(where, "the image changed since it was described", "Start again.");
        const auto frame = out.subspan(static_cast<std::size_t>(i * frame_bytes), static_cast<std::size_t>(frame_bytes));
        PageReader(*tiff, where, format_, frame).read();
        apply_flip(flip, frame, format_);
    }
}

}  // namespace sluice::image_source
