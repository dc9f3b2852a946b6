// SPDX-License-Identifier: BSD-3-Clause
// The folder, its lock, and the removal of those that killed programs left.
#include "work_folder.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace sluice::lj_langevin {
namespace {

namespace fs = std::filesystem;
constexpr const char* prefix = "sluice_lj_langevin_";
constexpr std::time_t young_s = 60;  ///< between making a folder and locking it

/// A descriptor that holds the lock; -1 when somebody else does.
int locked(const fs::path& folder, int flags) {
    const int fd = ::open((folder / "lock").c_str(), flags | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 && ::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
    if (fd >= 0) ::close(fd);
    return -1;
}

bool ours_and_old(const fs::path& folder) {
    struct stat info {};
    return ::lstat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == ::geteuid() &&
           std::time(nullptr) - info.st_mtime > young_s;
}

void remove_left_over(const fs::path& parent) {
    std::error_code error;
    for (fs::directory_iterator each(parent, error), end; !error && each != end; each.increment(error)) {
        const auto& folder = each->path();
        if (folder.filename().string().compare(0, std::strlen(prefix), prefix) != 0 || !ours_and_old(folder)) continue;
        const int lock = locked(folder, O_CREAT);
        if (lock < 0) continue;
        std::error_code ignored;
        fs::remove_all(folder, ignored);
        ::close(lock);
    }
}

}  // namespace

WorkFolder::WorkFolder() {
    std::error_code error;
    const auto parent = fs::temp_directory_path(error);
    if (error) throw std::runtime_error("no folder for temporary files: " + error.message() + ". Let TMPDIR name one.");
    remove_left_over(parent);
    auto pattern = (parent / prefix).string() + "XXXXXX";
    if (!::mkdtemp(pattern.data()))
        throw std::runtime_error("cannot make a folder in " + parent.string() + ": " + std::strerror(errno) +
                                 ". Let TMPDIR name a folder that can be written to.");
    path_ = pattern;
    lock_ = locked(path_, O_CREAT);
}

WorkFolder::~WorkFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    if (lock_ >= 0) ::close(lock_);
}

void WorkFolder::write(std::string_view name, std::string_view text) const {
    std::ofstream file(path_ / name, std::ios::binary);
    file << text;
    file.close();
    if (!file) throw std::runtime_error("cannot write " + (path_ / name).string() + " (" + free_space() + ")");
}

std::string WorkFolder::free_space() const {
    std::error_code error;
    const auto space = fs::space(path_, error);
    if (error) return "free space unknown in " + path_.parent_path().string();
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.3g GiB free in ", static_cast<double>(space.available) / (1 << 30));
    return text.data() + path_.parent_path().string();
}

}  // namespace sluice::lj_langevin
