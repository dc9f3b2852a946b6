// SPDX-License-Identifier: BSD-3-Clause
// The lines of a text file, plain or gzip, one after another through a buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct gzFile_s;  // of zlib

namespace sluice::lammps_dump {

class Lines {
public:
    /// Throws std::runtime_error when the file cannot be opened.
    explicit Lines(const std::string& path);

    /// The next line without its end, valid until the next call, a blank or line end behind it in memory. Nothing when no
    /// whole line is left: then cut_off() tells whether part of one is, or whether gzip data end too early.
    /// Throws std::runtime_error for damaged gzip data and lines of more than 65536 bytes.
    std::optional<std::string_view> next();
    [[nodiscard]] bool cut_off() const { return cut_off_; }

    [[nodiscard]] std::int64_t number() const { return number_; }  ///< of the line that next() gave, from 1
    [[nodiscard]] std::int64_t offset() const { return offset_; }  ///< byte at which the line after it begins
    [[nodiscard]] const std::string& path() const { return path_; }

    /// next() gives the line that begins at byte `offset` and has this number.
    void seek(std::int64_t offset, std::int64_t number);

    /// Throws std::runtime_error: file, line that next() gave, fault.
    [[noreturn]] void fail(const std::string& fault) const;

private:
    struct Close {
        void operator()(gzFile_s* file) const;
    };

    /// Reads on behind what is left; false when nothing came.
    bool refill();

    std::string path_;
    std::unique_ptr<gzFile_s, Close> file_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0, end_ = 0;  // what of the buffer is not yet given
    std::int64_t number_ = 0, offset_ = 0;
    bool cut_off_ = false;
};

/// A piece of the file for an error: short, in quotes, and without what a terminal cannot show.
[[nodiscard]] std::string shown(std::string_view text);

}  // namespace sluice::lammps_dump
