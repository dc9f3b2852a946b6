// SPDX-License-Identifier: BSD-3-Clause
// For tests: programs that stand in for LAMMPS, a folder for temporary files that must be empty afterwards, and which processes
// run.
#pragma once

#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "../child.hpp"
#include "support/temporary_folder.hpp"

namespace sluice::test {

/// A shell script that can be run; its path.
inline std::string shell_script(const TemporaryFolder& folder, const std::string& name, const std::string& body) {
    const auto path = folder.write(name, "#!/bin/sh\n" + body + "\n");
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path.string();
}

/// What LAMMPS prints in a run of no equilibration and of `rows` records, 1 step apart, of the production.
inline std::string print_tables(int rows) {
    return "echo 'LAMMPS (29 Sep 2021 - Update 2)'\necho 'Step Temp Press PotEng'\necho '0 1 0 -1'\necho 'Loop time of 1'\n"
           "echo 'Step Temp Press PotEng'\ni=0\nwhile [ $i -lt " +
           std::to_string(rows) + " ]; do echo \"$i 1 0.5 -1\"; i=$((i+1)); done";
}

/// TMPDIR of this process, as long as it lives.
class TemporaryFiles {
public:
    TemporaryFiles() {
        if (const char* given = ::getenv("TMPDIR")) before_ = given;
        ::setenv("TMPDIR", folder_.path().c_str(), 1);
    }
    ~TemporaryFiles() {
        if (before_)
            ::setenv("TMPDIR", before_->c_str(), 1);
        else
            ::unsetenv("TMPDIR");
    }
    TemporaryFiles(const TemporaryFiles&) = delete;
    TemporaryFiles& operator=(const TemporaryFiles&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
    [[nodiscard]] bool empty() const { return std::filesystem::is_empty(folder_.path()); }

private:
    TemporaryFolder folder_;
    std::optional<std::string> before_;
};

/// False for a process that is not there or that only waits to be asked how it ended.
inline bool runs(int process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    std::string text;
    if (process <= 0 || !std::getline(file, text)) return false;
    const auto state = text.find(") ");
    return state != std::string::npos && text[state + 2] != 'Z' && text[state + 2] != 'X';
}

/// Asks for at most this long.
template <class F>
bool soon(const F& f, double seconds = 5) {
    for (int k = 0; k < static_cast<int>(seconds * 50); ++k) {
        if (f()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return f();
}

/// A number that another process writes into a file.
inline int number_in(const std::filesystem::path& file) {
    int number = 0;
    soon([&] { return std::ifstream(file) >> number && number > 0; });
    return number;
}

/// The program LAMMPS; says that the test is skipped and gives nothing where there is none.
inline std::optional<std::string> lammps() {
    auto path = lj_langevin::find_program("lmp");
    if (!path) MESSAGE("skipped: the program lmp (LAMMPS) is not installed");
    return path;
}

}  // namespace sluice::test
