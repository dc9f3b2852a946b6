// SPDX-License-Identifier: BSD-3-Clause
// Lines of plain and gzip files by zlib, which tells them apart by their first bytes.
#include "lammps_dump_lines.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace sluice::lammps_dump {
namespace {

constexpr std::size_t buffer_bytes = 1 << 16;
constexpr unsigned inner_buffer_bytes = 1 << 15;  // zlib's own; a read of twice as much goes past it

}  // namespace

void Lines::Close::operator()(gzFile_s* file) const { ::gzclose_r(file); }

Lines::Lines(const std::string& path) : path_(path), file_(::gzopen(path.c_str(), "rbe")), buffer_(buffer_bytes) {
    if (!file_) throw std::runtime_error(path + ": cannot be opened: " + std::strerror(errno) + ". Check the path.");
    ::gzbuffer(file_.get(), inner_buffer_bytes);
}

bool Lines::refill() {
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == buffer_.size()) {
        ++number_;
        fail("the line is longer than 65536 bytes. A text dump of LAMMPS is needed (dump style atom or custom).");
    }
    errno = 0;
    const int got = ::gzread(file_.get(), buffer_.data() + end_, static_cast<unsigned>(buffer_.size() - end_));
    int fault = Z_OK;
    const char* reason = ::gzerror(file_.get(), &fault);
    if (got < 0) {
        const std::string why = fault == Z_ERRNO ? std::strerror(errno) : reason;
        throw std::runtime_error(path_ + ": cannot be read after line " + std::to_string(number_) + ": " + why +
                                 ". The file is damaged, or no file.");
    }
    if (got == 0) cut_off_ = end_ > 0 || fault == Z_BUF_ERROR;
    end_ += static_cast<std::size_t>(got);
    return got > 0;
}

std::optional<std::string_view> Lines::next() {
    std::size_t searched = 0;
    for (;;) {
        const char* first = buffer_.data() + begin_;
        const auto* stop = static_cast<const char*>(std::memchr(first + searched, '\n', end_ - begin_ - searched));
        if (stop != nullptr) {
            const auto length = static_cast<std::size_t>(stop - first);
            begin_ += length + 1;
            offset_ += static_cast<std::int64_t>(length) + 1;
            ++number_;
            return std::string_view(first, length > 0 && first[length - 1] == '\r' ? length - 1 : length);
        }
        searched = end_ - begin_;
        if (!refill()) return std::nullopt;
    }
}

void Lines::seek(std::int64_t offset, std::int64_t number) {
    if (::gzseek(file_.get(), static_cast<z_off_t>(offset), SEEK_SET) < 0)
        throw std::runtime_error(path_ + ": byte " + std::to_string(offset) +
                                 " cannot be found again. The file changed while it was read, or is no file of a disk.");
    begin_ = end_ = 0;
    offset_ = offset;
    number_ = number - 1;
    cut_off_ = false;
}

void Lines::fail(const std::string& fault) const {
    throw std::runtime_error(path_ + ":" + std::to_string(number_) + ": " + fault);
}

std::string shown(std::string_view text) {
    std::string out("'");
    for (const char c : text.substr(0, 60)) out += c >= ' ' && c <= '~' ? c : '?';
    return out + (text.size() > 60 ? "…'" : "'");
}

}  // namespace sluice::lammps_dump
