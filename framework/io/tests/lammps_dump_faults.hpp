// SPDX-License-Identifier: BSD-3-Clause
// For tests: dumps with faults in them, and the sentences that they get.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <sluice/io/lammps_dump.hpp>
#include <support/lammps_dump_writer.hpp>
#include <support/temporary_folder.hpp>

namespace sluice::lammps_dump::test {

inline const Walk four_frames = random_walk(4, 4, 2, 31);

/// The text with the n-th (from 0) `part` replaced.
inline std::string replaced(std::string text, const std::string& part, const std::string& by, int n = 0) {
    auto at = text.find(part);
    for (; n > 0; --n) at = text.find(part, at + 1);
    REQUIRE(at != text.npos);
    return text.replace(at, part.size(), by);
}

inline std::string error_of(const std::function<void()>& f) {
    try {
        f();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no error";
}

class File {
public:
    explicit File(const std::string& bytes) : path_(folder_.write("walk.dump", bytes).string()) {}
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string scan_error() const {
        return error_of([&] { (void)scan(path_); });
    }
    /// Of reading all frames.
    [[nodiscard]] std::string read_error(Unwrap unwrap) const {
        return error_of([&] {
            DumpReader reader(path_, scan(path_), unwrap);
            std::vector<double> out(static_cast<std::size_t>(3 * reader.frames().particles));
            for (std::int64_t i = 0; i < std::ssize(reader.frames().steps); ++i)
                reader.read(i, 1, 0, reader.frames().particles, out);
        });
    }

private:
    sluice::test::TemporaryFolder folder_;
    std::string path_;
};

/// `bytes` are refused by scan with a sentence that has these parts.
inline void check_refused(const std::string& bytes, const std::vector<std::string>& parts) {
    const File file(bytes);
    const auto text = file.scan_error();
    CAPTURE(text);
    CHECK(text.starts_with(file.path() + ":"));
    for (const auto& part : parts) {
        CAPTURE(part);
        CHECK(text.find(part) != text.npos);
    }
}

inline void check_not_read(const std::string& bytes, Unwrap unwrap, const std::vector<std::string>& parts) {
    const auto text = File(bytes).read_error(unwrap);
    CAPTURE(text);
    for (const auto& part : parts) {
        CAPTURE(part);
        CHECK(text.find(part) != text.npos);
    }
}

}  // namespace sluice::lammps_dump::test
