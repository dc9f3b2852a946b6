// SPDX-License-Identifier: BSD-3-Clause
// Tests of dumps that were cut off or whose gzip data are damaged: a sentence or whole frames, never a wrong number.
#include <doctest/doctest.h>

#include <algorithm>

#include <sluice/io/lammps_dump.hpp>
#include <support/lammps_dump_writer.hpp>
#include <support/temporary_folder.hpp>

#include "lammps_dump_faults.hpp"

using namespace sluice::lammps_dump;
using namespace sluice::lammps_dump::test;
using sluice::test::TemporaryFolder;

TEST_CASE("a file cut anywhere gives a sentence or whole frames, never a wrong number") {
    const TemporaryFolder folder;
    for (const bool zipped : {false, true}) {
        const auto text = dump_text(four_frames, {.digits = 6});
        const auto bytes = zipped ? gzip(text) : text;
        std::vector<double> whole(48), part(48);
        {
            const auto path = folder.write("walk.dump", bytes).string();
            DumpReader(path, scan(path), Unwrap::image_flags).read(0, 4, 0, 4, whole);
        }
        int sentences = 0, shorter = 0;
        std::vector<std::size_t> cuts;
        for (std::size_t size = 0; size < bytes.size(); size += 7) cuts.push_back(size);
        for (auto end = text.find("ITEM: TIMESTEP", 1); end != text.npos && !zipped; end = text.find("ITEM: TIMESTEP", end + 1))
            for (const auto size : {end - 2, end - 1, end, end + 1}) cuts.push_back(size);  // round the end of a frame
        for (const auto size : cuts) {
            CAPTURE(size);
            const auto path = folder.write("walk.dump", bytes.substr(0, size)).string();
            DumpFrames frames;
            const auto error = error_of([&] { frames = scan(path); });
            if (error != "no error") {
                CHECK(error.starts_with(path + ":"));
                const bool known =
                    error.find("the file ends within frame ") != error.npos || error.find("the file is empty") != error.npos;
                CHECK_MESSAGE(known, error);
                ++sentences;
                continue;
            }
            const auto count = std::ssize(frames.steps);
            REQUIRE(count < 4);
            part.resize(static_cast<std::size_t>(12 * count));
            DumpReader(path, frames, Unwrap::image_flags).read(0, count, 0, 4, part);
            CHECK(std::equal(part.begin(), part.end(), whole.begin()));
            ++shorter;
        }
        CHECK(shorter >= (zipped ? 0 : 3));
        MESSAGE(std::string(zipped ? "gzip" : "plain")
                << " file of " << bytes.size() << " bytes cut at " << cuts.size() << " places: " << sentences << " sentences, "
                << shorter << " times whole frames, no wrong number");
    }
}

TEST_CASE("the sentence of a cut file says what is whole and how to keep it") {
    const auto text = dump_text(four_frames);
    check_refused(text.substr(0, text.size() - 5),
                  {": the file ends within frame 3, which begins at line 40", "the 3 frames before it are whole.",
                   "keep the first 39 lines (head -n 39, of gzip data after zcat)"});
    check_refused(text.substr(0, 150), {": the file ends within frame 0", "it has no whole frame.", "disk full?"});
}

TEST_CASE("damaged gzip data") {
    auto bytes = gzip(dump_text(random_walk(40, 16, 2, 37)));
    for (const std::size_t at : {std::size_t{200}, bytes.size() / 2, bytes.size() - 6}) {
        auto damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
        const auto error = File(damaged).scan_error();
        CHECK_MESSAGE(error != "no error", at);
    }
    auto checksum = bytes;
    checksum[bytes.size() - 6] = static_cast<char>(checksum[bytes.size() - 6] ^ 1);
    check_refused(checksum, {"cannot be read after line ", "The file is damaged"});
}
