// SPDX-License-Identifier: BSD-3-Clause
// A private temporary folder that is gone afterwards, also, by the next one, where a program was killed.
#pragma once

#include <filesystem>
#include <string_view>

namespace sluice::lj_langevin {

/// A folder `sluice_lj_langevin_XXXXXX` below the folder for temporary files (TMPDIR), readable by its owner only. A lock is
/// held in it; the constructor removes those of our user, older than a minute, whose lock nobody holds: of killed programs.
class WorkFolder {
public:
    /// Throws std::runtime_error when it cannot be made.
    WorkFolder();
    ~WorkFolder();
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Writes a file whole. Throws std::runtime_error, with the free space, when that fails.
    void write(std::string_view name, std::string_view text) const;
    /// "1.5 GiB free in /scratch"
    [[nodiscard]] std::string free_space() const;

private:
    std::filesystem::path path_;
    int lock_ = -1;
};

}  // namespace sluice::lj_langevin
