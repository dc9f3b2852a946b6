// SPDX-License-Identifier: BSD-3-Clause
// Writes small dumps as LAMMPS does, for tests of what reads them.
#pragma once

#include <zlib.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iomanip>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::lammps_dump::test {

/// Positions that know of no box: [frame][particle][axis].
struct Walk {
    std::int64_t frames = 0, particles = 0;
    std::vector<double> positions;

    [[nodiscard]] double at(std::int64_t frame, std::int64_t particle, std::size_t axis) const {
        return positions[static_cast<std::size_t>((frame * particles + particle) * 3) + axis];
    }
};

/// Steps even between -largest and largest along each axis.
inline Walk random_walk(std::int64_t frames, std::int64_t particles, double largest, unsigned seed) {
    std::mt19937_64 generator(seed);
    const auto even = [&](double limit) { return limit * (2 * (static_cast<double>(generator() >> 11) * 0x1p-53) - 1); };
    Walk walk{frames, particles, {}};
    const auto row = static_cast<std::size_t>(3 * particles);
    for (std::size_t i = 0; i < row; ++i) walk.positions.push_back(even(20));
    for (std::size_t i = row; i < row * static_cast<std::size_t>(frames); ++i)
        walk.positions.push_back(walk.positions[i - row] + even(largest));
    return walk;
}

/// The box of all these dumps, lengths 10, 8 and 12, not at the origin.
inline constexpr std::array<double, 3> box_low{-1, 2, 0.5}, box_lengths{10, 8, 12};

struct Format {
    std::string columns = "id x y z ix iy iz";
    std::string boundaries = "pp pp pp";
    int digits = 17;
    bool shuffled = false;  ///< another order of lines in every frame
    std::int64_t first_id = 1, id_spacing = 1;
    bool times_and_units = false;
    std::string line_end = "\n";
};

inline std::string word_of(const Walk& walk, const Format& format, std::int64_t frame, std::int64_t particle,
                           const std::string& column) {
    const auto axis =
        static_cast<std::size_t>(column.find_first_of("xyz") == column.npos ? 0 : column[column.find_first_of("xyz")] - 'x');
    const double position = walk.at(frame, particle, axis);
    const double fraction = (position - box_low[axis]) / box_lengths[axis];
    const bool periodic = format.boundaries.substr(3 * axis, 2) == "pp";
    const double boxes = periodic ? std::floor(fraction) : 0;
    std::ostringstream text;
    text << std::setprecision(format.digits);
    if (column == "id")
        text << format.first_id + particle * format.id_spacing;
    else if (column == "type")
        text << "Ar";
    else if (column[0] == 'v')
        text << "-1.5e-03";
    else if (column[0] == 'i')
        text << static_cast<std::int64_t>(boxes);
    else if (column.ends_with("su"))
        text << fraction;
    else if (column.ends_with("u"))
        text << position;
    else if (column.ends_with("s"))
        text << fraction - boxes;
    else
        text << position - boxes * box_lengths[axis];
    return text.str();
}

inline std::string dump_text(const Walk& walk, const Format& format = {}) {
    std::ostringstream out;
    std::vector<std::string> columns;
    std::istringstream words(format.columns);
    for (std::string word; words >> word;) columns.push_back(word);
    for (std::int64_t frame = 0; frame < walk.frames; ++frame) {
        const auto& end = format.line_end;
        if (format.times_and_units && frame == 0) out << "ITEM: UNITS" << end << "lj" << end;
        if (format.times_and_units) out << "ITEM: TIME" << end << static_cast<double>(frame) << end;
        out << "ITEM: TIMESTEP" << end << 1000 + 200 * frame << end << "ITEM: NUMBER OF ATOMS" << end << walk.particles << end;
        out << "ITEM: BOX BOUNDS " << format.boundaries << end;
        for (std::size_t axis = 0; axis < 3; ++axis) out << box_low[axis] << " " << box_low[axis] + box_lengths[axis] << end;
        out << "ITEM: ATOMS " << format.columns << end;
        for (std::int64_t line = 0; line < walk.particles; ++line) {
            const auto particle =
                format.shuffled ? (line * (2 * frame + 1) + frame) % walk.particles : line;  // particles: a power of 2
            for (std::size_t i = 0; i < columns.size(); ++i)
                out << (i ? " " : "") << word_of(walk, format, frame, particle, columns[i]);
            out << end;
        }
    }
    return out.str();
}

/// As `gzip` would: bytes for a file of any name.
inline std::string gzip(std::string_view text) {
    z_stream stream{};
    if (::deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::runtime_error("zlib");
    std::string out(::deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    ::deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    ::deflateEnd(&stream);
    return out;
}

}  // namespace sluice::lammps_dump::test
