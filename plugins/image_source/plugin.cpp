// SPDX-License-Identifier: BSD-3-Clause
// The source: finds the files, names the dimensions, reads frames on the host's threads.
#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <sluice/io/file_series.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::image_source {
namespace {

using Names = std::vector<std::string>;
using Bytes = std::vector<std::byte>;

std::int32_t dtype_of(ElementType type) {
    constexpr std::array<std::int32_t, 8> codes{SLUICE_INT8,   SLUICE_INT16,  SLUICE_INT32,   SLUICE_UINT8,
                                                SLUICE_UINT16, SLUICE_UINT32, SLUICE_FLOAT32, SLUICE_FLOAT64};
    static_assert(static_cast<std::size_t>(ElementType::float64) + 1 == codes.size());
    return codes[static_cast<std::size_t>(type)];
}

/// A list of texts; empty when it is null.
Names texts(const sdk::Parameters& parameters, std::string_view name) {
    const auto json = nlohmann::json::parse(parameters.json(name));
    return json.is_null() ? Names() : json.get<Names>();
}

OrientationTag orientation_of(const sdk::Parameters& parameters) {
    return parameters.text("orientation") == "as_stored" ? OrientationTag::as_stored : OrientationTag::must_be_top_left;
}

io::FileSeries find_files(const sdk::Parameters& parameters) {
    return io::find_series(parameters.optional_text("file"), texts(parameters, "files"));
}

std::string size_of(const ImageSeries& images) {
    return std::to_string(images.frames()) + (images.frames() == 1 ? " image of " : " images of ") +
           std::to_string(images.format().rows) + " x " + std::to_string(images.format().columns) + " pixels";
}

Names dim_names(const sdk::Parameters& parameters, const ImageSeries& images, bool is_series) {
    auto names = texts(parameters, "dims");
    if (names.empty()) names = is_series || images.frames() > 1 ? Names{"frame", "y", "x"} : Names{"y", "x"};
    if (names.size() == 2 && images.frames() > 1)
        throw sdk::RecipeError(images.files().front() + ": there are " + size_of(images) +
                               ", but dims names rows and columns only. Name their order first, such as [\"frame\", \"" +
                               names[0] + "\", \"" + names[1] + "\"].");
    return names;
}

/// libtiff warns of every tag that it does not know, file by file: one is enough.
void pass_on_warnings(const sdk::Context& context, const ImageSeries& images) {
    const auto& all = images.warnings();
    if (all.empty()) return;
    const auto more = all.size() - 1;
    context.warn(all.front() + (more == 0 ? "" : " (" + std::to_string(more) + " more warnings of libtiff)"));
}

void describe_mask(const sdk::Probe& probe, const ImageSeries& images, const std::vector<sdk::DimSize>& image_dims, Flip flip) {
    const auto file = probe.parameters().optional_text("mask");
    if (!file) return;
    const ImageSeries mask({*file}, orientation_of(probe.parameters()));
    const auto& format = mask.format();
    if (mask.frames() != 1 || format.rows != images.format().rows || format.columns != images.format().columns)
        throw sdk::RecipeError(*file + ": as mask it must be 1 image of " + std::to_string(images.format().rows) + " x " +
                               std::to_string(images.format().columns) + " pixels, but it is " + size_of(mask) + ".");
    probe.context().uses_file(*file);
    const auto count = static_cast<std::size_t>(format.rows * format.columns);
    Bytes bytes(count * static_cast<std::size_t>(size_in_bytes(format.type)));
    mask.read(0, 1, flip, bytes);
    std::vector<std::uint8_t> masked(count);
    sdk::with_dtype(dtype_of(format.type), [&](auto zero) {
        const auto* values = reinterpret_cast<const decltype(zero)*>(bytes.data());
        for (std::size_t i = 0; i < count; ++i) masked[i] = values[i] == zero ? 0 : 1;
    });
    probe.output("data").set_mask("mask", image_dims, masked);
}

class ImageSource : public sdk::Source {
public:
    static void probe(const sdk::Probe& probe) {
        const auto parameters = probe.parameters();
        const auto found = find_files(parameters);
        const ImageSeries images(found.files, orientation_of(parameters));
        for (const auto& file : images.files()) probe.context().uses_file(file);
        pass_on_warnings(probe.context(), images);

        const auto names = dim_names(parameters, images, found.is_series);
        std::vector<sdk::DimSize> dims{{names[names.size() - 2], images.format().rows}, {names.back(), images.format().columns}};
        const auto flip_name = parameters.text("flip");
        const auto out = probe.output("data");
        describe_mask(probe, images, dims, flip_from_name(flip_name));
        if (names.size() == 3) dims.insert(dims.begin(), {names.front(), images.frames()});
        out.set_dims(dims);
        out.set_dtype(dtype_of(images.format().type));
        out.set_fact("flip", flip_name);
    }

    explicit ImageSource(const sdk::Setup& setup)
        : images_(find_files(setup.parameters()).files, orientation_of(setup.parameters())),
          flip_(flip_from_name(setup.parameters().text("flip"))) {}

    /// Nothing needs the I/O lock: all work is decode().
    struct Ticket {};
    std::unique_ptr<Ticket> fetch(const sdk::Context&, const sdk::Box&) { return std::make_unique<Ticket>(); }

    void decode(const sdk::Context&, Ticket&, const sdk::Box& box) const {
        const auto rank = box.count().size();
        const std::int64_t first = rank == 3 ? box.start()[0] : 0;
        const std::int64_t frames = rank == 3 ? box.count()[0] : 1;
        const Window window{box.start()[rank - 2], box.count()[rank - 2], box.start()[rank - 1], box.count()[rank - 1]};
        const auto bytes = static_cast<std::size_t>(box.size() * item());
        const std::span out(static_cast<std::byte*>(box.data()), bytes);
        if (window.rows == images_.format().rows && window.columns == images_.format().columns)
            images_.read(first, frames, flip_, out);
        else
            read_windows(first, window, out);
    }

private:
    /// A part of each frame.
    struct Window {
        std::int64_t row, rows, column, columns;
    };

    [[nodiscard]] std::ptrdiff_t item() const { return size_in_bytes(images_.format().type); }

    void read_windows(std::int64_t frame, const Window& window, std::span<std::byte> out) const {
        const auto& format = images_.format();
        const auto row_bytes = static_cast<std::size_t>(window.columns * item());
        Bytes whole(static_cast<std::size_t>(format.rows * format.columns * item()));
        for (; !out.empty(); ++frame) {
            images_.read(frame, 1, flip_, whole);
            for (std::int64_t row = window.row; row < window.row + window.rows; ++row, out = out.subspan(row_bytes))
                std::memcpy(out.data(), whole.data() + (row * format.columns + window.column) * item(), row_bytes);
        }
    }

    ImageSeries images_;
    Flip flip_;
};

}  // namespace
}  // namespace sluice::image_source

SLUICE_PLUGIN(sluice::image_source::ImageSource)
