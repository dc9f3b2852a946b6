// SPDX-License-Identifier: BSD-3-Clause
// Where a program is, and how it ended in words.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "child.hpp"

namespace sluice::lj_langevin {

std::optional<std::string> find_program(const std::string& name) {
    const auto usable = [](const std::string& path) {
        std::error_code error;
        return std::filesystem::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
    };
    if (name.find('/') != std::string::npos)
        return usable(name) ? std::optional(std::filesystem::absolute(name).string()) : std::nullopt;
    const char* variable = std::getenv("PATH");
    std::string_view folders = variable ? variable : "/usr/local/bin:/usr/bin:/bin";
    while (!name.empty() && !folders.empty()) {
        const auto folder = folders.substr(0, folders.find(':'));
        folders.remove_prefix(std::min(folder.size() + 1, folders.size()));
        if (folder.empty()) continue;  // the working folder: a data folder must not bring programs
        const auto path = std::string(folder) + "/" + name;
        if (usable(path)) return std::filesystem::absolute(path).string();
    }
    return std::nullopt;
}

std::string to_text(const Ending& ending) {
    switch (ending.how) {
        case Ending::How::exited:
            return "exit status " + std::to_string(ending.code);
        case Ending::How::signalled:
            return "killed by signal " + std::to_string(ending.code) + " (" + ::strsignal(ending.code) +
                   (ending.code == SIGKILL ? "; out of memory?)" : ")");
        case Ending::How::time_limit:
            return "ended at the time limit";
        case Ending::How::stopped:
            return "stopped";
    }
    return "";
}

}  // namespace sluice::lj_langevin
