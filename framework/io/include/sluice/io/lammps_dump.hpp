// SPDX-License-Identifier: BSD-3-Clause
// Reads trajectories from text dumps of LAMMPS (dump styles atom and custom), plain or gzip, and unwraps periodic boxes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sluice::lammps_dump {

/// What the columns of a dump give.
enum class Positions {
    wrapped,             ///< x y z or xs ys zs, which leave the box on one side and come back on the other
    wrapped_with_flags,  ///< these, and ix iy iz: how many boxes away the particle is (of every periodic axis)
    unwrapped,           ///< xu yu zu or xsu ysu zsu; taken when a file has both kinds
};

/// Where the columns of interest stand in a line.
struct DumpColumns {
    std::ptrdiff_t count = 0;  ///< columns in all
    std::ptrdiff_t id = -1;
    std::array<std::ptrdiff_t, 3> position{-1, -1, -1};
    std::array<std::ptrdiff_t, 3> image_flag{-1, -1, -1};  ///< -1: there is none

    bool operator==(const DumpColumns&) const = default;
};

/// Where a frame begins: byte of the uncompressed text, and line, from 1.
struct DumpPlace {
    std::int64_t offset = 0, line = 1;
};

/// A dump without its coordinates: what is the same in all frames, and where the frames are.
struct DumpFrames {
    std::vector<std::int64_t> steps;         ///< ITEM: TIMESTEP of each frame, strictly increasing, at least one
    std::int64_t particles = 0;              ///< in every frame, at least one
    std::array<double, 3> low{}, lengths{};  ///< of the box, which must not change
    std::array<bool, 3> periodic{};
    std::vector<std::int64_t> ids;  ///< ascending; the same in every frame
    Positions positions = Positions::wrapped;
    bool scaled = false;  ///< xs …, xsu …: in the file they are fractions of the box
    DumpColumns columns;
    std::vector<DumpPlace> places;  ///< of each frame
    std::int64_t first_frame = 0;   ///< number of the frame steps[0] in the file, from 0

    /// Forgets all frames but `count` from `first`; those before are never read then.
    /// Throws std::out_of_range when there are not so many.
    void keep(std::int64_t first, std::int64_t count);

    /// Unwrapped columns, or no periodic axis.
    [[nodiscard]] bool nothing_wrapped() const;
};

/// Reads a dump once through and checks it; coordinates are not looked at yet. Memory: 0.2 MB, the ids, and three
/// integers per frame. Gzip is told by its content, not by the file's name.
/// Per frame: ITEM: TIMESTEP, NUMBER OF ATOMS, BOX BOUNDS and ATOMS, and the optional UNITS and TIME, which are not used. The
/// column id is needed; columns may stand in any order, further ones are not looked at.
/// `between_frames`, when given, is called after every frame: throw from it to stop.
/// Throws std::runtime_error, naming file, line and frame (from 0), for: a file that cannot be opened, is empty or no text
/// dump; damaged gzip data; one that ends within a frame or a line (and says how many whole frames it has); lines with another
/// number of columns; ids that are missing, double or not the same in all frames; steps that do not increase or are negative;
/// a number of particles, columns or a box that changes; boxes that are not orthogonal. What follows the end of gzip data and
/// is none itself is not looked at, as by gunzip.
[[nodiscard]] DumpFrames scan(const std::string& path, const std::function<void()>& between_frames = {});

/// How coordinates become continuous. Axes that are not periodic are taken as they are stored.
enum class Unwrap {
    image_flags,    ///< stored coordinate + flag · box length: right for frames any time apart
    minimum_image,  ///< every particle moves by less than L/2 between frames of the file; the first of DumpFrames as it is stored
    stored,         ///< as they are: for Positions::unwrapped, or where no axis is periodic
};

/// stored where nothing is wrapped, else image_flags.
/// Throws std::invalid_argument, which says what to do, for wrapped coordinates without flags: wrapped positions taken for a
/// trajectory give wrong displacements, and only the user can tell whether frames are close enough for the minimum image.
[[nodiscard]] Unwrap automatic_unwrap(const DumpFrames& frames);

/// Throws std::invalid_argument when the columns do not give what `unwrap` needs, saying what to do.
void check_unwrap(const DumpFrames& frames, Unwrap unwrap);

/// Reads the coordinates of a scanned dump. Frame after frame is one pass through the file; asking for an earlier frame starts
/// again (minimum_image: from the first of DumpFrames). Not for several threads at once. Memory: about 80 bytes per particle.
class DumpReader {
public:
    /// Throws as check_unwrap, and std::runtime_error for a file that cannot be opened.
    DumpReader(const std::string& path, DumpFrames frames, Unwrap unwrap);
    ~DumpReader();
    DumpReader(DumpReader&&) noexcept;
    DumpReader& operator=(DumpReader&&) noexcept;

    /// Unwrapped positions of `count` frames from `first_frame`, of `particle_count` particles from `first_particle` in the
    /// order of DumpFrames::ids. out: [frame][particle][axis] (x, y, z), in the dump's unit of length.
    /// Frames between those asked for are read and checked too, so that no jump hides between them.
    /// Throws std::out_of_range for frames or particles that are not there, std::invalid_argument for an out of another size,
    /// std::runtime_error, naming file, line and frame, for: coordinates that are no finite numbers; flags that are no integers
    /// or beyond 2^20, the most that LAMMPS counts (they would cost the coordinates their digits); with image_flags
    /// a coordinate that moves by more than L/2 between two frames (such flags were reset, or frames are too far apart to
    /// tell); a file that changed since it was scanned.
    void read(std::int64_t first_frame, std::int64_t count, std::int64_t first_particle, std::int64_t particle_count,
              std::span<double> out);

    /// The largest displacement of a particle along a periodic axis between two frames of the file, of those read so far, in
    /// box lengths. 0 before the second frame. By minimum_image never above 0.5.
    [[nodiscard]] double largest_step() const;

    /// Whether largest_step() says that the unwrapping needs care: minimum_image and above 1/4, where a particle may have gone
    /// the other way round; stored and above 1/2, as wrapped coordinates do. Never with image_flags, which refuse.
    [[nodiscard]] bool needs_care() const;

    [[nodiscard]] const DumpFrames& frames() const;
    [[nodiscard]] Unwrap unwrap() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::lammps_dump
