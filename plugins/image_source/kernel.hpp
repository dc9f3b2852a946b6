// SPDX-License-Identifier: BSD-3-Clause
// Reads series of TIFF images as they are stored: one frame per page, files in the given order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::image_source {

enum class ElementType { int8, int16, int32, uint8, uint16, uint32, float32, float64 };

[[nodiscard]] std::ptrdiff_t size_in_bytes(ElementType type);
[[nodiscard]] std::string_view to_string(ElementType type);

/// Which dimensions are reversed after reading: slow = the order of rows (y), fast = the order
/// of pixels within a row (x).
enum class Flip { none, slow, fast, both };

/// The flip of that name. Throws std::invalid_argument listing the four names.
[[nodiscard]] Flip flip_from_name(std::string_view name);

/// What to do with a TIFF whose orientation tag is not 1 (first row on top, first pixel left).
enum class OrientationTag { must_be_top_left, as_stored };

/// What all frames of a series have in common.
struct FrameFormat {
    std::ptrdiff_t rows = 0;
    std::ptrdiff_t columns = 0;
    ElementType type = ElementType::uint8;

    bool operator==(const FrameFormat&) const = default;
};

/// Frames of one shape and element type, spread over one or more single- or multi-page files.
class ImageSeries {
public:
    /// Reads the headers of all files, no pixels. Uncompressed or compressed strips or tiles, one
    /// sample per pixel; a missing sample format means unsigned integers, as in the TIFF standard.
    /// Throws std::runtime_error naming the file (and page) that cannot be read, has an unsupported
    /// layout, differs from the first frame, or has another orientation tag than 1 unless as_stored.
    explicit ImageSeries(std::vector<std::string> files, OrientationTag orientation = OrientationTag::must_be_top_left);

    [[nodiscard]] const std::vector<std::string>& files() const { return files_; }
    [[nodiscard]] std::ptrdiff_t frames() const { return std::ssize(pages_); }
    [[nodiscard]] const FrameFormat& format() const { return format_; }

    /// The file that each frame comes from: an index into files(), ascending.
    [[nodiscard]] std::ptrdiff_t file_of(std::ptrdiff_t frame) const;

    /// What libtiff warned about while the headers were read, one sentence each, with the file.
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

    /// Decodes frames [first, first + count) into out: C order (frame, row, column), native bytes.
    /// Safe from several threads at once: every call opens the files for itself.
    /// Throws std::out_of_range for frames that do not exist, std::invalid_argument for an output
    /// of the wrong size, std::runtime_error for a truncated or corrupt image.
    void read(std::ptrdiff_t first, std::ptrdiff_t count, Flip flip, std::span<std::byte> out) const;

private:
    struct Page {
        std::ptrdiff_t file = 0;
        std::uint64_t directory_offset = 0;
    };

    void add_file(std::ptrdiff_t file, OrientationTag orientation);
    void add_page(const Page& page, const FrameFormat& format, const std::string& where);

    std::vector<std::string> files_;
    std::vector<Page> pages_;
    std::vector<std::string> warnings_;
    FrameFormat format_;
};

}  // namespace sluice::image_source
