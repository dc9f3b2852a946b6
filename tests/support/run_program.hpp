// SPDX-License-Identifier: BSD-3-Clause
// Runs a program as a child process and keeps what it printed and how it ended.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace sluice::test {

struct Finished {
    int code = 0;      ///< exit code, or 128 + signal as a shell has it
    std::string out, err;
    long peak_memory_kb = 0;   ///< the largest resident set it had
};

/// A child that runs. Standard input is empty.
class Child {
public:
    /// words: the program's path and its arguments. environment: "NAME=value" besides our own.
    explicit Child(std::vector<std::string> words, const std::filesystem::path& folder = {},
                   const std::vector<std::string>& environment = {}) {
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        if (!folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out().c_str(), O_WRONLY | O_CREAT, 0600);
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err().c_str(), O_WRONLY | O_CREAT, 0600);
        std::vector<std::string> variables(environment);
        for (char** each = environ; *each; ++each) variables.emplace_back(*each);
        const int failed = posix_spawn(&pid_, words.front().c_str(), &actions, nullptr, pointers(words).data(),
                                       pointers(variables).data());
        posix_spawn_file_actions_destroy(&actions);
        if (failed) throw std::runtime_error("cannot start " + words.front());
    }
    ~Child() {
        if (pid_ > 0) wait();
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    void send(int signal) const { kill(pid_, signal); }
    [[nodiscard]] std::string printed_so_far() const { return read_whole(out()); }

    Finished wait() {
        int status = 0;
        rusage used{};
        wait4(pid_, &status, 0, &used);
        pid_ = 0;
        return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_whole(out()), read_whole(err()), used.ru_maxrss};
    }

private:
    static std::vector<char*> pointers(std::vector<std::string>& texts) {
        std::vector<char*> all;
        for (auto& text : texts) all.push_back(text.data());
        all.push_back(nullptr);
        return all;
    }
    [[nodiscard]] std::filesystem::path out() const { return captured_.path() / "out"; }
    [[nodiscard]] std::filesystem::path err() const { return captured_.path() / "err"; }

    TemporaryFolder captured_;
    pid_t pid_ = 0;
};

inline Finished run_program(const std::vector<std::string>& words, const std::filesystem::path& folder = {},
                            const std::vector<std::string>& environment = {}) {
    return Child(words, folder, environment).wait();
}

/// The build folder of the tests' tree, where the program `sluice` is.
inline std::filesystem::path binary_folder() {
    const char* folder = std::getenv("SLUICE_BINARY_DIR");
    if (!folder) throw std::runtime_error("SLUICE_BINARY_DIR must name the build folder (ctest sets it)");
    return folder;
}

/// The source tree.
inline std::filesystem::path source_folder() {
    const char* folder = std::getenv("SLUICE_SOURCE_DIR");
    if (!folder) throw std::runtime_error("SLUICE_SOURCE_DIR must name the source tree (ctest sets it)");
    return folder;
}

/// Runs `sluice` with these words.
inline Finished run_sluice(std::vector<std::string> words, const std::filesystem::path& folder = {},
                           const std::vector<std::string>& environment = {}) {
    words.insert(words.begin(), (binary_folder() / "sluice").string());
    return run_program(words, folder, environment);
}

}  // namespace sluice::test
