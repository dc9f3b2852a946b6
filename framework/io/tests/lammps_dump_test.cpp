// SPDX-License-Identifier: BSD-3-Clause
// Tests of the reader of LAMMPS dumps: walks of known positions come back from all kinds of columns.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <numeric>

#include <sluice/io/lammps_dump.hpp>
#include <support/shared_data.hpp>
#include <support/lammps_dump_writer.hpp>
#include <support/temporary_folder.hpp>

#include "../src/lammps_dump_numbers.hpp"

using namespace sluice::lammps_dump;
using namespace sluice::lammps_dump::test;
using sluice::test::TemporaryFolder;

namespace {

std::vector<double> read_all(DumpReader& reader) {
    const auto& frames = reader.frames();
    std::vector<double> out(static_cast<std::size_t>(3 * frames.particles) * frames.steps.size());
    reader.read(0, std::ssize(frames.steps), 0, frames.particles, out);
    return out;
}

std::vector<double> read_all(const std::string& file, Unwrap unwrap) {
    DumpReader reader(file, scan(file), unwrap);
    return read_all(reader);
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
    REQUIRE(a.size() == b.size());
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
    return largest;
}

/// Without the place of each particle in the first frame.
std::vector<double> displacements(std::vector<double> positions, std::size_t row) {
    for (std::size_t i = positions.size(); i-- > 0;) positions[i] -= positions[i % row];
    return positions;
}

}  // namespace

TEST_CASE("all kinds of columns give the walk back") {
    const TemporaryFolder folder;
    const auto walk = random_walk(40, 16, 3.9, 7);  // less than half of the shortest edge, 8
    struct Kind {
        std::string columns;
        Unwrap unwrap;
        Positions positions;
        bool scaled;
    };
    using enum Positions;
    const std::vector<Kind> kinds{{"id x y z ix iy iz", Unwrap::image_flags, wrapped_with_flags, false},
                                  {"id type xs ys zs ix iy iz", Unwrap::image_flags, wrapped_with_flags, true},
                                  {"iz vx z iy y ix x type id", Unwrap::image_flags, wrapped_with_flags, false},
                                  {"id xu yu zu", Unwrap::stored, unwrapped, false},
                                  {"xsu ysu zsu id", Unwrap::stored, unwrapped, true},
                                  {"id x y z ix iy iz xu yu zu", Unwrap::stored, unwrapped, false}};
    for (const auto& kind : kinds)
        for (const bool zipped : {false, true}) {
            CAPTURE(kind.columns);
            CAPTURE(zipped);
            Format format{.columns = kind.columns};
            format.shuffled = zipped;
            format.times_and_units = zipped;
            const auto text = dump_text(walk, format);
            const auto file = folder.write("walk.dump", zipped ? gzip(text) : text).string();  // gzip is told by content
            const auto frames = scan(file);
            CHECK(frames.particles == 16);
            CHECK(frames.steps.size() == 40);
            CHECK(frames.steps[3] == 1600);
            CHECK(frames.lengths == box_lengths);
            CHECK(frames.low == box_low);
            CHECK(frames.positions == kind.positions);
            CHECK(frames.scaled == kind.scaled);
            CHECK(automatic_unwrap(frames) == kind.unwrap);
            DumpReader reader(file, frames, automatic_unwrap(frames));
            CHECK(largest_difference(read_all(reader), walk.positions) < 1e-12);  // 17 digits of numbers below 200
            CHECK_FALSE(reader.needs_care());
        }
}

TEST_CASE("image flags, minimum image and the truth agree to 1e-10") {
    const TemporaryFolder folder;
    const auto walk = random_walk(200, 32, 3.9, 11);
    const auto flagged = folder.write("flags.dump", dump_text(walk)).string();
    const auto bare = folder.write("bare.dump", dump_text(walk, {.columns = "id xs ys zs", .shuffled = true})).string();
    const auto truth = displacements(walk.positions, 96);
    const auto by_flags = displacements(read_all(flagged, Unwrap::image_flags), 96);
    const auto by_image = displacements(read_all(bare, Unwrap::minimum_image), 96);
    CHECK(largest_difference(by_flags, truth) < 1e-10);
    CHECK(largest_difference(by_image, truth) < 1e-10);
    CHECK(largest_difference(by_image, by_flags) < 1e-10);
    MESSAGE("largest differences of displacements: flags and truth "
            << largest_difference(by_flags, truth) << ", minimum image and truth " << largest_difference(by_image, truth)
            << ", of both " << largest_difference(by_image, by_flags));
}

TEST_CASE("axes that are not periodic are not unwrapped") {
    const TemporaryFolder folder;
    const auto walk = random_walk(30, 8, 3, 3);
    const auto mixed = folder.write("mixed.dump", dump_text(walk, {.columns = "id x y z iy", .boundaries = "ff pp fs"})).string();
    CHECK(scan(mixed).periodic == std::array<bool, 3>{false, true, false});
    CHECK(scan(mixed).positions == Positions::wrapped_with_flags);
    CHECK(largest_difference(read_all(mixed, Unwrap::image_flags), walk.positions) < 1e-12);
    CHECK(largest_difference(displacements(read_all(mixed, Unwrap::minimum_image), 24), displacements(walk.positions, 24)) <
          1e-10);
    const auto open = folder.write("open.dump", dump_text(walk, {.columns = "id x y z", .boundaries = "ff ss mm"})).string();
    CHECK(automatic_unwrap(scan(open)) == Unwrap::stored);
    CHECK(largest_difference(read_all(open, Unwrap::stored), walk.positions) < 1e-12);
}

TEST_CASE("ids may have gaps, lines any order, ends of Windows") {
    const TemporaryFolder folder;
    const auto walk = random_walk(9, 8, 2, 5);
    Format format{.shuffled = true, .first_id = 12, .id_spacing = 1000000007};
    format.line_end = "\r\n";
    const auto file = folder.write("gaps.dump", dump_text(walk, format) + "\n\n").string();
    const auto frames = scan(file);
    for (std::size_t i = 0; i < 8; ++i) CHECK(frames.ids[i] == 12 + 1000000007 * static_cast<std::int64_t>(i));
    CHECK(largest_difference(read_all(file, Unwrap::image_flags), walk.positions) < 1e-12);
}

TEST_CASE("parts, in any order, are those of the whole") {
    const TemporaryFolder folder;
    const auto walk = random_walk(20, 8, 3.9, 13);
    const auto file = folder.write("walk.dump", gzip(dump_text(walk, {.shuffled = true}))).string();
    for (const auto unwrap : {Unwrap::image_flags, Unwrap::minimum_image}) {
        const auto whole = read_all(file, unwrap);
        DumpReader reader(file, scan(file), unwrap);
        for (const std::int64_t frame : {12, 12, 13, 3, 19, 0, 7})
            for (const std::int64_t particle : {0, 5}) {
                std::vector<double> part(9);
                reader.read(frame, 1, particle, 3, part);
                CHECK(std::equal(part.begin(), part.end(), whole.begin() + (frame * 8 + particle) * 3));  // the same bits
            }
    }
}

TEST_CASE("kept frames are read alone, as if the file began there") {
    const TemporaryFolder folder;
    const auto walk = random_walk(20, 8, 3, 17);
    const auto file = folder.write("walk.dump", dump_text(walk, {.columns = "id x y z"})).string();
    auto frames = scan(file);
    frames.keep(5, 10);
    CHECK(frames.steps.front() == 2000);
    CHECK(frames.steps.size() == 10);
    CHECK(frames.first_frame == 5);
    DumpReader reader(file, frames, Unwrap::minimum_image);
    const std::vector<double> part(walk.positions.begin() + 5 * 24, walk.positions.begin() + 15 * 24);
    CHECK(largest_difference(displacements(read_all(reader), 24), displacements(part, 24)) < 1e-10);
    CHECK_THROWS_AS(frames.keep(5, 6), std::out_of_range);
}

TEST_CASE("the largest step, and when it needs care") {
    const TemporaryFolder folder;
    Walk walk{3, 1, {1, 3, 5, 1, 4, 5, 1, 4, 8.5}};
    const auto step_of = [&](const std::string& columns, Unwrap unwrap) {
        const auto file = folder.write("step.dump", dump_text(walk, {.columns = columns})).string();
        DumpReader reader(file, scan(file), unwrap);
        (void)read_all(reader);
        return std::pair(reader.largest_step(), reader.needs_care());
    };
    CHECK(step_of("id x y z", Unwrap::minimum_image).first == doctest::Approx(3.5 / 12).epsilon(1e-14));
    CHECK(step_of("id x y z", Unwrap::minimum_image).second);
    CHECK_FALSE(step_of("id x y z ix iy iz", Unwrap::image_flags).second);
    CHECK_FALSE(step_of("id xu yu zu", Unwrap::stored).second);
    walk.positions.back() = 12;  // 7/12 of the box: what wrapped coordinates called xu look like
    CHECK(step_of("id xu yu zu", Unwrap::stored) == std::pair(7.0 / 12, true));
}

TEST_CASE("frames come whole wherever the buffer of 65536 bytes ends in them") {
    const TemporaryFolder folder;
    const auto walk = random_walk(1000, 1, 3, 29);
    const auto text = dump_text(walk);
    const auto row = text.size() / 1000;
    REQUIRE(text.size() > 2 * 65536 + row);  // so that the buffer is filled anew, over what stood in it
    for (std::size_t shift = 0; shift < row + 10; ++shift) {  // empty lines move the frames
        const auto file = folder.write("shifted.dump", std::string(shift, '\n') + text).string();
        REQUIRE(largest_difference(read_all(file, Unwrap::image_flags), walk.positions) < 1e-12);
    }
}

TEST_CASE("numbers are those of strtod, to the last bit") {
    std::mt19937_64 generator(19);
    for (int i = 0; i < 200000; ++i) {
        const auto bits = generator();
        const double value =
            std::ldexp(static_cast<double>(static_cast<std::int64_t>(bits)), static_cast<int>(generator() % 120) - 100);
        std::ostringstream text;
        text << std::setprecision(static_cast<int>(generator() % 19) + 1);
        if (bits % 3 == 0) text << std::fixed;
        text << value << "\n";
        const auto line = text.str();
        const auto found = to_number(std::string_view(line).substr(0, line.size() - 1));
        REQUIRE(found);
        REQUIRE(*found == std::strtod(line.c_str(), nullptr));
    }
    for (const char* text : {"", "-", ".", "1e", "1.5x", "nan", "inf", "-inf", "0x10", "1e999", "1..2", "--1", "1-"})
        CHECK_FALSE(to_number(text));
    for (const char* text : {"0", "-0", "+1.5", "1.", ".5", "1e5", "1E-5", "123456789012345678901234567890", "9007199254740993"})
        CHECK(to_number(text) == std::strtod(text, nullptr));
    CHECK(std::signbit(*to_number("-0.0")));
}

TEST_CASE("bounded memory, and speed" * doctest::test_suite("long")) {
    const TemporaryFolder folder;
    const auto walk = random_walk(20, 1 << 12, 0.1, 23);
    const auto part = dump_text(walk, {.digits = 7});
    const auto file = (folder.path() / "large.dump").string();
    constexpr int repeats = 20;
    {
        std::ofstream out(file, std::ios::binary);
        for (int i = 0; i < repeats; ++i) {
            auto text = part;  // steps must grow: their digits are put before them
            for (auto at = text.find("ITEM: TIMESTEP\n"); at != text.npos; at = text.find("ITEM: TIMESTEP\n", at + 1))
                text.insert(at + 15, std::to_string(i + 1) + "0");
            out << text;
        }
    }
    const auto peak = [] {
        rusage used{};
        ::getrusage(RUSAGE_SELF, &used);
        return static_cast<double>(used.ru_maxrss) * 1024;
    };
    const auto bytes = static_cast<double>(std::filesystem::file_size(file));
    const auto seconds = [](const auto& work) {
        const auto start = std::clock();
        work();
        return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    };
    DumpFrames frames;
    const double scanning = seconds([&] { frames = scan(file); });
    DumpReader reader(file, frames, Unwrap::image_flags);
    std::vector<double> out(3 << 12);
    const double reading = seconds([&] {
        for (std::int64_t i = 0; i < std::ssize(frames.steps); ++i) reader.read(i, 1, 0, 1 << 12, out);
    });
    MESSAGE("dump of " << bytes / 1e6 << " MB: scanned at " << bytes / 1e6 / scanning << " MB/s, read at "
                       << bytes / 1e6 / reading << " MB/s of processor time; peak memory of the whole test " << peak() / 1e6
                       << " MB");
    CHECK(frames.steps.size() == 20 * repeats);
    CHECK(peak() < bytes / 2);
}

TEST_CASE("the shared trajectory of 500 Lennard-Jones particles") {
    const auto data = sluice::test::shared_data("msd/lj_eps1.0_seed777.dump.gz");
    if (!data) return;
    const auto frames = scan(data->string());
    CHECK(frames.steps.size() == 201);
    CHECK(frames.particles == 500);
    CHECK(frames.steps[1] - frames.steps[0] == 200);
    CHECK(frames.lengths[0] == doctest::Approx(9.5561).epsilon(1e-5));
    CHECK(automatic_unwrap(frames) == Unwrap::image_flags);
    DumpReader flags(data->string(), frames, Unwrap::image_flags), image(data->string(), frames, Unwrap::minimum_image);
    const auto by_flags = displacements(read_all(flags), 1500), by_image = displacements(read_all(image), 1500);
    CHECK(largest_difference(by_flags, by_image) < 1e-10);
    CHECK(flags.largest_step() == doctest::Approx(0.27).epsilon(0.01));  // its README
    CHECK(image.needs_care());
    MESSAGE("shared trajectory: " << frames.steps.size() << " frames, largest one-frame displacement " << flags.largest_step()
                                  << " L, flags and minimum image differ by at most " << largest_difference(by_flags, by_image));
    auto stripped = frames;
    stripped.positions = Positions::wrapped;
    stripped.columns.image_flag = {-1, -1, -1};
    CHECK_THROWS_AS((void)automatic_unwrap(stripped), std::invalid_argument);
}
