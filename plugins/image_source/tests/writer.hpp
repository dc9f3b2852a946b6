// SPDX-License-Identifier: BSD-3-Clause
// Writes the TIFF files that the tests read.
#pragma once

#include <doctest/doctest.h>
#include <tiffio.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sluice::image_source {

struct Layout {
    int rows = 5;
    int columns = 7;
    int compression = COMPRESSION_NONE;
    int rows_per_strip = 2;
    bool tiled = false;
    int sample_format = 0;  // 0: tag not written
    int orientation = 0;    // 0: tag not written
    const char* mode = "w";
};

using Tiff = std::unique_ptr<TIFF, void (*)(TIFF*)>;

template <typename T>
void write_page(TIFF* tiff, const Layout& layout, const std::vector<T>& pixels) {
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, layout.rows);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, layout.columns);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, static_cast<int>(8 * sizeof(T)));
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, layout.compression);
    if (layout.sample_format != 0) TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, layout.sample_format);
    if (layout.orientation != 0) TIFFSetField(tiff, TIFFTAG_ORIENTATION, layout.orientation);
    if (layout.tiled) {
        constexpr int edge = 16;
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, edge);
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, edge);
        for (int y = 0; y < layout.rows; y += edge)
            for (int x = 0; x < layout.columns; x += edge) {
                std::vector<T> tile(edge * edge, T{99});
                for (int r = y; r < std::min(y + edge, layout.rows); ++r)
                    for (int c = x; c < std::min(x + edge, layout.columns); ++c)
                        tile[static_cast<std::size_t>((r - y) * edge + c - x)] =
                            pixels[static_cast<std::size_t>(r * layout.columns + c)];
                TIFFWriteTile(tiff, tile.data(), static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 0, 0);
            }
    } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, layout.rows_per_strip);
        for (int row = 0; row < layout.rows; ++row)
            TIFFWriteScanline(tiff, const_cast<T*>(pixels.data()) + row * layout.columns, static_cast<std::uint32_t>(row), 0);
    }
    TIFFWriteDirectory(tiff);
}

template <typename T>
void write_image(const std::string& file, const Layout& layout, const std::vector<std::vector<T>>& pages) {
    const Tiff tiff(TIFFOpen(file.c_str(), layout.mode), TIFFClose);
    REQUIRE(tiff);
    for (const auto& page : pages) write_page(tiff.get(), layout, page);
}

template <typename T>
std::vector<T> ramp(const Layout& layout, int first) {
    std::vector<T> pixels(static_cast<std::size_t>(layout.rows * layout.columns));
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<T>(first + static_cast<int>(i));
    return pixels;
}

}  // namespace sluice::image_source
