// SPDX-License-Identifier: BSD-3-Clause
// Runs a program as a child process that leaves nothing behind: lines of its output as they come, a time limit, and an end at
// any time, its own children included.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::lj_langevin {

struct Command {
    std::string program;  ///< a path
    std::vector<std::string> arguments;
    std::string folder;                                 ///< that it works in
    std::map<std::string, std::string> environment;     ///< besides our own
    std::vector<std::string> environment_without = {};  ///< beginnings of names that it does not inherit
    std::optional<double> time_limit_s = {};
};

struct Ending {
    enum class How { exited, signalled, time_limit, stopped };
    How how = How::exited;
    int code = 0;  ///< exit status, or the signal
    double seconds = 0;
};

/// Starts the program without a shell, as leader of a process group of its own, with no input and none of our open files; waits
/// for its end. `line` gets each line of what it prints (standard output and error together), without the line end and cut to
/// 4 KiB. `stop` is asked about ten times a second; true ends the child, as the time limit does and an exception from either:
/// SIGKILL to the whole group. What is left of the group when the program ends by itself is ended too.
/// The kernel ends the program when the calling thread, which waits here, ends: so it does not outlive us even where we are
/// killed by SIGKILL. (This holds for the program, not for children of its own.)
/// Boost.Process 1.74 is not used: it needs the compiled Boost.Filesystem, and its timed waiting for groups forks again.
/// Throws std::runtime_error when the program cannot be started.
[[nodiscard]] Ending run_child(const Command& command, const std::function<void(std::string_view)>& line,
                               const std::function<bool()>& stop);

/// Where a program is: itself when it has a '/', else the first executable of that name in the folders of PATH; nothing when
/// there is none.
[[nodiscard]] std::optional<std::string> find_program(const std::string& name);

/// "exit status 1", "killed by signal 9 (Killed; out of memory?)"
[[nodiscard]] std::string to_text(const Ending& ending);

}  // namespace sluice::lj_langevin
