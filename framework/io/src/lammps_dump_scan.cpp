// SPDX-License-Identifier: BSD-3-Clause
// One pass through a dump that checks every header and every id.
#include <algorithm>
#include <stdexcept>
#include <string>

#include <sluice/io/lammps_dump.hpp>

#include "lammps_dump_frame.hpp"
#include "lammps_dump_lines.hpp"

namespace sluice::lammps_dump {
namespace {

std::string in_frame(std::int64_t frame, std::int64_t step) {
    return "frame " + std::to_string(frame) + " (step " + std::to_string(step) + ")";
}

void take_over(DumpFrames& frames, const FrameHeader& first) {
    frames.particles = first.particles;
    frames.low = first.low;
    for (std::size_t axis = 0; axis < 3; ++axis) frames.lengths[axis] = first.high[axis] - first.low[axis];
    frames.periodic = first.periodic;
    frames.positions = first.positions;
    frames.scaled = first.scaled;
    frames.columns = first.columns;
}

void require_same(const Lines& lines, const FrameHeader& first, const FrameHeader& now, std::int64_t frame,
                  std::int64_t last_step) {
    const auto where = in_frame(frame, now.step) + ": ";
    if (now.step <= last_step)
        lines.fail(where + "the step must be larger than " + std::to_string(last_step) +
                   ", that of the frame before. Was the dump continued by another run? Remove frames that come twice.");
    if (now.particles != first.particles)
        lines.fail(where + std::to_string(now.particles) + " atoms, in frame 0 " + std::to_string(first.particles) +
                   ". All frames must have the same: dump a group that does not change.");
    if (now.low != first.low || now.high != first.high || now.periodic != first.periodic)
        lines.fail(where +
                   "the box is not that of frame 0. Boxes that change cannot be read: keep the volume constant (fix nvt or nve, "
                   "boundaries p or f).");
    if (now.columns != first.columns || now.positions != first.positions || now.scaled != first.scaled)
        lines.fail(where + "the columns are not those of frame 0. Was the dump continued by another run?");
}

/// The next line of atoms.
std::string_view atom_line(Lines& lines, const FrameHeader& header, std::int64_t frame) {
    const auto line = lines.next();
    if (!line) fail_cut_off(lines, frame, header.place.line);
    return *line;
}

std::vector<std::int64_t> read_first_ids(Lines& lines, const FrameHeader& header) {
    const AtomParser parser(header.columns, true);
    std::vector<std::int64_t> ids;  // grows with the lines: the number in the header may be nonsense
    Atom atom;
    for (std::int64_t i = 0; i < header.particles; ++i) {
        parser.parse(lines, atom_line(lines, header, 0), atom);
        ids.push_back(atom.id);
    }
    std::sort(ids.begin(), ids.end());
    const auto twice = std::adjacent_find(ids.begin(), ids.end());
    if (twice != ids.end())
        lines.fail("id " + std::to_string(*twice) + " comes twice in frame 0, which ends here. Dump every atom once.");
    return ids;
}

void check_ids(Lines& lines, const FrameHeader& header, std::int64_t frame, const AtomParser& parser, ParticleOrder& order) {
    order.start_frame();
    Atom atom;
    for (std::int64_t i = 0; i < header.particles; ++i) {
        parser.parse(lines, atom_line(lines, header, frame), atom);
        (void)order.next(lines, atom.id);
    }
}

}  // namespace

DumpFrames scan(const std::string& path, const std::function<void()>& between_frames) {
    Lines lines(path);
    const auto first = read_header(lines, 0);
    if (!first) throw std::runtime_error(path + ": the file is empty. Was the program that wrote it stopped, or the disk full?");
    DumpFrames frames;
    take_over(frames, *first);
    frames.ids = read_first_ids(lines, *first);
    const AtomParser parser(first->columns, true);
    ParticleOrder order(frames.ids);
    for (std::optional<FrameHeader> header = first; header; header = read_header(lines, std::ssize(frames.steps))) {
        if (!frames.steps.empty()) {
            require_same(lines, *first, *header, std::ssize(frames.steps), frames.steps.back());
            check_ids(lines, *header, std::ssize(frames.steps), parser, order);
        }
        frames.steps.push_back(header->step);
        frames.places.push_back(header->place);
        if (between_frames) between_frames();
    }
    return frames;
}

void DumpFrames::keep(std::int64_t first, std::int64_t count) {
    if (first < 0 || count < 1 || first > std::ssize(steps) - count)
        throw std::out_of_range("frames " + std::to_string(first) + " to " + std::to_string(first + count - 1) + " of " +
                                std::to_string(steps.size()));
    const auto cut = [&](auto& list) {
        list.erase(list.begin() + first + count, list.end());
        list.erase(list.begin(), list.begin() + first);
    };
    cut(steps);
    cut(places);
    first_frame += first;
}

bool DumpFrames::nothing_wrapped() const {
    return positions == Positions::unwrapped || std::none_of(periodic.begin(), periodic.end(), [](bool each) { return each; });
}

Unwrap automatic_unwrap(const DumpFrames& frames) {
    if (frames.nothing_wrapped()) return Unwrap::stored;
    if (frames.positions == Positions::wrapped_with_flags) return Unwrap::image_flags;
    throw std::invalid_argument(
        "the dump has wrapped coordinates without image flags: where a particle leaves the box on one side it comes back on the "
        "other, and "
        "displacements would be wrong. Dump ix iy iz or xu yu zu too; or, if no particle moves by half a box between two frames, "
        "set unwrap to "
        "minimum_image.");
}

}  // namespace sluice::lammps_dump
