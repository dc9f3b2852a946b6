// SPDX-License-Identifier: BSD-3-Clause
// Tests of what the reader of LAMMPS dumps refuses, with its sentences.
#include <doctest/doctest.h>

#include <stdexcept>

#include <sluice/io/lammps_dump.hpp>
#include <support/lammps_dump_writer.hpp>
#include <support/temporary_folder.hpp>

#include "lammps_dump_faults.hpp"

using namespace sluice::lammps_dump;
using namespace sluice::lammps_dump::test;
using sluice::test::TemporaryFolder;

TEST_CASE("files that are no dumps") {
    CHECK(error_of([] { (void)scan("/no such/file"); }) ==
          "/no such/file: cannot be opened: No such file or directory. Check the path.");
    const TemporaryFolder folder;
    CHECK(error_of([&] { (void)scan(folder.path().string()); }).find("cannot be read after line 0: Is a directory") !=
          std::string::npos);
    check_refused("", {": the file is empty."});
    check_refused("\n\n", {": the file is empty."});
    check_refused(gzip(""), {": the file is empty."});
    check_refused("hello\nworld\n",
                  {":1: a line that begins with 'ITEM: ' must stand here, found 'hello'.", "dump style atom or custom"});
    check_refused("\x28\xb5\x2f\xfd\x01\n", {":1: ", "found '(?/"});
    check_refused(std::string(70000, 'x'), {":1: the line is longer than 65536 bytes."});
    check_refused("ITEM: TIMESTEP\n0\nITEM: NUMBER OF ENTRIES\n4\n",
                  {":3: item 'NUMBER OF ENTRIES' is none of a dump of atoms."});
}

TEST_CASE("headers") {
    const auto good = dump_text(four_frames);
    CHECK(File(good).scan_error() == "no error");
    CHECK(File(good).read_error(Unwrap::image_flags) == "no error");
    CHECK(File(replaced(replaced(good, "TIMESTEP\n", "TIMESTEP \n"), "OF ATOMS\n", "OF ATOMS\t\n")).scan_error() ==
          "no error");  // blanks at the end, as at the end of ITEM: ATOMS
    check_refused(replaced(good, "\n1000\n", "\n1e3\n"), {":2: a step must stand here, as one integer."});
    check_refused(replaced(good, "\n1000\n", "\n-1000\n"), {":2: step -1000 is negative."});
    check_refused(replaced(good, "\n4\n", "\n4.5\n"), {":4: the number of atoms must stand here, as one integer."});
    check_refused(replaced(good, "\n4\n", "\n0\n"), {":4: frame 0 has 0 atoms; at least one is needed."});
    check_refused(replaced(good, "\n4\n", "\n4000000000000000000\n"),
                  {":14: 'ITEM: TIMESTEP' where the line of an atom is needed"});  // no memory is asked for them
    check_refused(replaced(good, "pp pp pp", "xy xz yz pp pp pp"), {":5: the box is tilted (triclinic); only orthogonal"});
    check_refused(replaced(good, "pp pp pp", "abc origin pp pp pp"), {":5: the box is tilted"});
    check_refused(replaced(good, " pp pp pp", ""), {":5: ITEM: BOX BOUNDS must say of x, y and z whether they are periodic"});
    check_refused(replaced(good, "-1 9\n", "-1 9 0.5\n"), {":6: lower and upper bound of the box", "tilted"});
    check_refused(replaced(good, "-1 9\n", "-1 nan\n"), {":6: lower and upper bound"});
    check_refused(replaced(good, "-1 9\n", "9 -1\n"), {":6: lower and upper bound", "the second one larger"});
    check_refused(replaced(good, "ITEM: TIMESTEP\n1000\n", ""), {"ITEM: ATOMS comes before ITEM: TIMESTEP."});
    check_refused(replaced(good, "ITEM: NUMBER OF ATOMS\n4\n", ""), {"ITEM: ATOMS comes before ITEM: NUMBER OF ATOMS."});
    check_refused(replaced(good, "ITEM: BOX BOUNDS pp pp pp\n-1 9\n2 10\n0.5 12.5\n", ""),
                  {"ITEM: ATOMS comes before ITEM: BOX BOUNDS."});
    check_refused("ITEM: TIMESTEP\n1\n" + good, {":3: the item comes twice in frame 0"});
}

TEST_CASE("columns") {
    const auto with = [](const std::string& columns) { return dump_text(four_frames, {.columns = columns}); };
    check_refused(with("type x y z"), {":9: the columns are 'type x y z'; needed are id.", "dump … custom … id x y z ix iy iz"});
    check_refused(with("id x y"), {":9: the columns are 'id x y'; needed are x y z, xs ys zs, xu yu zu or xsu ysu zsu."});
    check_refused(with("id x yu z"), {"needed are x y z"});
    check_refused(with("id x y z x"), {":9: column 'x' comes twice."});
}

TEST_CASE("frames that differ") {
    const auto good = dump_text(four_frames);
    check_refused(replaced(good, "\n1200\n", "\n1000\n"),
                  {":22: frame 1 (step 1000): ", "must be larger than 1000", "come twice"});
    check_refused(replaced(good, "\n1400\n", "\n800\n"), {"frame 2 (step 800): ", "must be larger than 1200"});
    check_refused(replaced(good, "\n4\n", "\n3\n", 1),
                  {"frame 1 (step 1200): 3 atoms, in frame 0 4.", "a group that does not change"});
    check_refused(replaced(good, "-1 9\n", "-1 9.01\n", 2), {"frame 2 (step 1400): the box is not that of frame 0.", "fix nvt"});
    check_refused(replaced(good, "pp pp pp", "pp pp ff", 1), {"the box is not that of frame 0"});
    check_refused(replaced(good, "id x y z ix iy iz", "id y x z ix iy iz", 3),
                  {"frame 3 (step 1600): the columns are not those of frame 0."});
}

TEST_CASE("lines of atoms") {
    const auto good = dump_text(four_frames, {.first_id = 101});
    check_refused(replaced(good, "\n102 ", "\n101 "), {":13: id 101 comes twice in frame 0, which ends here."});
    check_refused(replaced(good, "\n102 ", "\n101 ", 1), {": id 101 comes twice in this frame."});
    check_refused(replaced(good, "\n102 ", "\n105 ", 1), {": id 105 is not in the frames before."});
    check_refused(replaced(good, "\n102 ", "\n102.0 "), {":11: column 1 holds '102.0' where an integer is needed."});
    check_refused(replaced(good, "\n102 ", "\n102 7 "), {":11: the line has 8 columns, ITEM: ATOMS names 7."});
    check_refused(replaced(good, "\n102 ", "\n102\n"), {":11: the line has 1 columns, ITEM: ATOMS names 7."});
    const Walk one{1, 1, {1, 3, 5}};
    const auto line = dump_text(one);
    for (const char* word : {"nan", "-inf", "1e999", "abc", "0x1p3", "1,5"})
        check_not_read(replaced(line, "\n1 1 3 5 ", std::string("\n1 ") + word + " 3 5 "), Unwrap::image_flags,
                       {":10: column 2 holds '" + std::string(word) + "' where a finite number is needed."});
    check_not_read(replaced(line, "5 0 0 0\n", "5 0 0.5 0\n"), Unwrap::image_flags,
                   {":10: column 6 holds '0.5' where an integer from -1048576 to 1048576, an image flag of LAMMPS, is needed."});
    for (const char* flag : {"1048577", "-1048577", "9223372036854775807", "9223372036854775808"})  // digits would be lost
        check_not_read(replaced(line, "5 0 0 0\n", std::string("5 0 ") + flag + " 0\n"), Unwrap::image_flags,
                       {":10: column 6 holds '" + std::string(flag) + "' where an integer from"});
    check_not_read(replaced(line, "\n1 1 3 5 ", std::string("\n1 1\0\x1b 3 5 ", 11)), Unwrap::image_flags,
                   {":10: column 2 holds '1?" "?' where a finite number is needed."});
    check_not_read(replaced(dump_text(one, {.columns = "id xs ys zs", .digits = 6}), "\n1 0.2 ", "\n1 1e308 "),
                   Unwrap::minimum_image, {"frame 0 (step 1000), particle 1: x is too large a number."});
}

TEST_CASE("ways to unwrap that the columns do not allow") {
    const auto wrapped = dump_text(four_frames, {.columns = "id x y z"});
    const auto text = error_of([&] { (void)automatic_unwrap(scan(File(wrapped).path())); });
    CHECK(text.find("wrapped coordinates without image flags") != text.npos);
    CHECK(text.find("Dump ix iy iz or xu yu zu too; or, if no particle moves by half a box between two frames, set unwrap to "
                    "minimum_image.") != text.npos);
    check_not_read(wrapped, Unwrap::image_flags,
                   {"unwrap = image_flags, but the dump has no columns ix iy iz of its periodic axes."});
    check_not_read(wrapped, Unwrap::stored, {"unwrap = stored, but the coordinates of the dump are wrapped."});
    check_not_read(dump_text(four_frames), Unwrap::stored, {"unwrap = stored, but the coordinates of the dump are wrapped."});
    check_not_read(dump_text(four_frames, {.columns = "id x y z ix iy"}), Unwrap::image_flags, {"has no columns ix iy iz"});
    for (const auto unwrap : {Unwrap::image_flags, Unwrap::minimum_image})
        check_not_read(dump_text(four_frames, {.columns = "id xu yu zu"}), unwrap,
                       {"has unwrapped coordinates", "stored or auto"});
}

TEST_CASE("with image flags a move by more than half a box is refused, also between the frames asked for") {
    const Walk walk{4, 1, {1, 3, 5, 1, 3, 5, 1, 8, 5, 1, 8, 5}};  // y by 5 of 8
    check_not_read(
        dump_text(walk), Unwrap::image_flags,
        {"walk.dump: frame 2 (step 1400), particle 1: y moves by 0.625000 box lengths in one frame; with image flags at most 0.5",
         "first, last", "dump more often"});
    const File file(dump_text(walk));
    auto frames = scan(file.path());
    DumpReader reader(file.path(), frames, Unwrap::image_flags);
    std::vector<double> out(3);
    reader.read(0, 1, 0, 1, out);
    CHECK_THROWS_AS(reader.read(3, 1, 0, 1, out), std::runtime_error);
    frames.keep(2, 2);  // what the sentence advises
    DumpReader after(file.path(), frames, Unwrap::image_flags);
    after.read(1, 1, 0, 1, out);
    CHECK(out == std::vector<double>{1, 8, 5});
}

TEST_CASE("what a caller must not ask") {
    const File file(dump_text(four_frames));
    DumpReader reader(file.path(), scan(file.path()), Unwrap::image_flags);
    std::vector<double> out(12);
    CHECK_THROWS_AS(reader.read(4, 1, 0, 4, out), std::out_of_range);
    CHECK_THROWS_AS(reader.read(-1, 1, 0, 4, out), std::out_of_range);
    CHECK_THROWS_AS(reader.read(0, 1, 1, 4, out), std::out_of_range);
    CHECK_THROWS_AS(reader.read(0, 2, 0, 4, out), std::invalid_argument);
    reader.read(0, 1, 0, 4, out);  // and it still reads
}

TEST_CASE("a file that changes after its scan is noticed") {
    const TemporaryFolder folder;
    const auto path = folder.write("walk.dump", dump_text(four_frames)).string();
    const auto frames = scan(path);
    std::vector<double> out(12);
    const auto changed = [&](const std::string& text) {
        folder.write("walk.dump", text);
        DumpReader reader(path, frames, Unwrap::image_flags);
        return error_of([&] {
            for (std::int64_t i = 0; i < 4; ++i) reader.read(i, 1, 0, 4, out);
        });
    };
    CHECK(changed(replaced(dump_text(four_frames), "\n1400\n", "\n1401\n")).find("is not frame 2 any more: the file changed") !=
          std::string::npos);
    CHECK(changed(replaced(dump_text(four_frames), "-1 9\n", "-1 9.5\n", 2)).find("is not frame 2 any more") !=
          std::string::npos);
    CHECK(changed(dump_text(random_walk(3, 4, 2, 31))).find("is not frame 3 any more") != std::string::npos);
}

TEST_CASE("a scan can be stopped between frames") {
    const File file(dump_text(four_frames));
    int frames = 0;
    CHECK_THROWS_AS((void)scan(file.path(),
                               [&] {
                                   if (++frames == 2) throw std::domain_error("stop");
                               }),
                    std::domain_error);
    CHECK(frames == 2);
}
