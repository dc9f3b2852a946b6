// SPDX-License-Identifier: BSD-3-Clause
// Coordinates of a scanned dump: parsed, put into the order of ids, unwrapped.
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include <sluice/io/lammps_dump.hpp>

#include "lammps_dump_frame.hpp"
#include "lammps_dump_lines.hpp"

namespace sluice::lammps_dump {
namespace {

constexpr std::array<char, 3> axis_names{'x', 'y', 'z'};

}  // namespace

void check_unwrap(const DumpFrames& frames, Unwrap unwrap) {
    if (frames.positions == Positions::unwrapped && unwrap != Unwrap::stored)
        throw std::invalid_argument(
            "the dump has unwrapped coordinates (xu yu zu or xsu ysu zsu); unwrap must be stored or auto.");
    if (unwrap == Unwrap::image_flags && frames.positions != Positions::wrapped_with_flags)
        throw std::invalid_argument(
            "unwrap = image_flags, but the dump has no columns ix iy iz of its periodic axes. Dump them; or, if no "
            "particle moves by half a box between two frames, set unwrap to minimum_image.");
    if (unwrap == Unwrap::stored && !frames.nothing_wrapped())
        throw std::invalid_argument(
            "unwrap = stored, but the coordinates of the dump are wrapped. Set unwrap to image_flags or auto.");
}

class DumpReader::Impl {
public:
    Impl(const std::string& path, DumpFrames frames, Unwrap unwrap)
        : frames_(std::move(frames)), unwrap_(unwrap), lines_(path), parser_(frames_.columns, false), order_(frames_.ids) {
        check_unwrap(frames_, unwrap_);
        const auto numbers = static_cast<std::size_t>(3 * frames_.particles);
        stored_.resize(numbers);
        images_.assign(numbers, 0);
        positions_.resize(numbers);
        if (unwrap == Unwrap::minimum_image) stored_before_.resize(numbers);
    }

    /// The whole frame. Goes on from the frame before, or starts anew.
    std::span<const double> frame(std::int64_t wanted) {
        if (wanted < next_ - 1 || next_ == 0) start_at(unwrap_ == Unwrap::minimum_image ? 0 : wanted);
        while (next_ <= wanted) advance();
        return positions_;
    }

    [[nodiscard]] double largest_step() const { return largest_step_; }
    [[nodiscard]] const DumpFrames& frames() const { return frames_; }
    [[nodiscard]] Unwrap unwrap() const { return unwrap_; }

private:
    void start_at(std::int64_t frame) {
        const auto& place = frames_.places[static_cast<std::size_t>(frame)];
        lines_.seek(place.offset, place.line);
        next_ = frame;
        has_before_ = false;
        std::fill(images_.begin(), images_.end(), 0);
    }

    void advance() {
        const auto frame = next_;
        next_ = 0;  // after an exception the next call starts anew
        if (unwrap_ == Unwrap::minimum_image) std::swap(stored_, stored_before_);
        parse(frame);
        for (std::size_t axis = 0; axis < 3; ++axis) unwrap_axis(axis, frame);
        has_before_ = true;
        next_ = frame + 1;
    }

    void parse(std::int64_t frame) {
        const auto number = frames_.first_frame + frame;
        const auto header = read_header(lines_, number);
        if (!header || header->step != frames_.steps[static_cast<std::size_t>(frame)] || header->columns != frames_.columns ||
            header->particles != frames_.particles || !same_box(*header))
            lines_.fail("this is not frame " + std::to_string(number) +
                        " any more: the file changed while it was in use. Wait until it is written, and run again.");
        order_.start_frame();
        Atom atom;
        for (std::int64_t i = 0; i < frames_.particles; ++i) {
            const auto line = lines_.next();
            if (!line) fail_cut_off(lines_, number, header->place.line);
            parser_.parse(lines_, *line, atom);
            take(atom, static_cast<std::size_t>(3 * order_.next(lines_, atom.id)));
        }
    }

    [[nodiscard]] bool same_box(const FrameHeader& header) const {
        for (std::size_t axis = 0; axis < 3; ++axis)
            if (header.high[axis] - header.low[axis] != frames_.lengths[axis]) return false;
        return header.low == frames_.low && header.periodic == frames_.periodic;
    }

    void take(const Atom& atom, std::size_t at) {
        for (std::size_t axis = 0; axis < 3; ++axis) {
            const double value = atom.position[axis];
            stored_[at + axis] = frames_.scaled ? frames_.low[axis] + value * frames_.lengths[axis] : value;
            if (unwrap_ == Unwrap::image_flags) images_[at + axis] = static_cast<double>(atom.image_flag[axis]);
        }
    }

    /// From stored coordinates and images to positions, and how far they are from those before.
    void unwrap_axis(std::size_t axis, std::int64_t frame) {
        const double length = frames_.lengths[axis];
        const bool periodic = frames_.periodic[axis];
        for (std::size_t i = axis; i < stored_.size(); i += 3) {
            if (unwrap_ == Unwrap::minimum_image && periodic && has_before_)
                images_[i] -= std::round((stored_[i] - stored_before_[i]) / length);
            const double now = periodic && unwrap_ != Unwrap::stored ? stored_[i] + images_[i] * length : stored_[i];
            const double step = has_before_ && periodic ? std::abs(now - positions_[i]) / length : 0;
            positions_[i] = now;
            if (!std::isfinite(now)) fail_step(i, frame, "is too large a number.");
            if (step > largest_step_) note_step(step, i, frame);
        }
    }

    /// A step larger than all before.
    void note_step(double step, std::size_t at, std::int64_t frame) {
        if (unwrap_ == Unwrap::image_flags && step > 0.5)
            fail_step(at, frame,
                      "moves by " + std::to_string(step) +
                          " box lengths in one frame; with image flags at most 0.5 is taken. If the flags were set to 0 here, as "
                          "by another "
                          "run, read the frames before and after apart (first, last); if particles do move so far, dump more "
                          "often, or dump "
                          "xu yu zu.");
        largest_step_ = step;
    }

    [[noreturn]] void fail_step(std::size_t at, std::int64_t frame, const std::string& fault) const {
        throw std::runtime_error(lines_.path() + ": frame " + std::to_string(frames_.first_frame + frame) + " (step " +
                                 std::to_string(frames_.steps[static_cast<std::size_t>(frame)]) + "), particle " +
                                 std::to_string(frames_.ids[at / 3]) + ": " + axis_names[at % 3] + " " + fault);
    }

    DumpFrames frames_;
    Unwrap unwrap_;
    Lines lines_;
    AtomParser parser_;
    ParticleOrder order_;
    std::int64_t next_ = 0;  // the frame that the file stands before; 0 also: nowhere
    bool has_before_ = false;
    double largest_step_ = 0;
    // By particle and axis; images are whole numbers.
    std::vector<double> stored_, stored_before_, images_, positions_;
};

DumpReader::DumpReader(const std::string& path, DumpFrames frames, Unwrap unwrap)
    : impl_(std::make_unique<Impl>(path, std::move(frames), unwrap)) {}
DumpReader::~DumpReader() = default;
DumpReader::DumpReader(DumpReader&&) noexcept = default;
DumpReader& DumpReader::operator=(DumpReader&&) noexcept = default;

void DumpReader::read(std::int64_t first_frame, std::int64_t count, std::int64_t first_particle, std::int64_t particle_count,
                      std::span<double> out) {
    const auto& all = impl_->frames();
    const auto inside = [](std::int64_t first, std::int64_t n, std::int64_t size) {
        return first >= 0 && n >= 0 && first <= size - n;
    };
    if (!inside(first_frame, count, std::ssize(all.steps)) || !inside(first_particle, particle_count, all.particles))
        throw std::out_of_range("frames or particles that the dump does not have. Did the file change?");
    const auto row = 3 * particle_count;
    if (std::ssize(out) != count * row)
        throw std::invalid_argument("room for " + std::to_string(count * row) + " numbers is needed");
    for (std::int64_t i = 0; i < count; ++i)
        std::copy_n(impl_->frame(first_frame + i).begin() + 3 * first_particle, row, out.begin() + i * row);
}

double DumpReader::largest_step() const { return impl_->largest_step(); }

bool DumpReader::needs_care() const {
    const auto unwrap = impl_->unwrap();
    return (unwrap == Unwrap::minimum_image && largest_step() > 0.25) || (unwrap == Unwrap::stored && largest_step() > 0.5);
}

const DumpFrames& DumpReader::frames() const { return impl_->frames(); }
Unwrap DumpReader::unwrap() const { return impl_->unwrap(); }

}  // namespace sluice::lammps_dump
