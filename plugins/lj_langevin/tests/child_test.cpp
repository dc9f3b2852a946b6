// SPDX-License-Identifier: BSD-3-Clause
// The child process: its output, how it ends, and that nothing of it is left, whatever happens.
#include "../child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "stand_in.hpp"
#include "support/run_plugin.hpp"

namespace {

using namespace sluice::lj_langevin;
using namespace sluice::test;
using Lines = std::vector<std::string>;

const auto never = [] { return false; };

struct Ran {
    Ending ending;
    Lines lines;
};

Ran run(const TemporaryFolder& folder, const std::string& body, std::optional<double> time_limit_s = {}, Lines arguments = {}) {
    Command command;
    command.program = shell_script(folder, "program", body);
    command.arguments = std::move(arguments);
    command.folder = folder.path().string();
    command.environment = {{"OMP_NUM_THREADS", "1"}};
    command.environment_without = {"SLUICE_TEST_"};
    command.time_limit_s = time_limit_s;
    Ran ran;
    ran.ending = run_child(
        command, [&](std::string_view line) { ran.lines.emplace_back(line); }, never);
    return ran;
}

/// A program and a child of its own, which write their numbers; both would go on for long.
constexpr const char* family = "sleep 1000 &\necho $! > younger\necho $$ > elder\necho started\nwait";

bool family_gone(const TemporaryFolder& folder) {
    const int elder = number_in(folder.path() / "elder"), younger = number_in(folder.path() / "younger");
    CHECK((elder > 0 && younger > 0));
    return soon([&] { return !runs(elder) && !runs(younger); });
}

TEST_CASE("lines of both outputs, arguments as they are, folder, environment, empty input, exit status") {
    ::setenv("SLUICE_TEST_SECRET", "x", 1);
    const TemporaryFolder folder;
    const auto ran = run(folder,
                         "echo one; echo two >&2\nprintf '%s\\n' \"$@\"\npwd\necho "
                         "$OMP_NUM_THREADS[$SLUICE_TEST_SECRET]\ncat\nprintf last\nexit 3",
                         {}, {"a b", "$(touch x)", ";"});
    CHECK(ran.lines ==
          Lines{"one", "two", "a b", "$(touch x)", ";", std::filesystem::canonical(folder.path()).string(), "1[]", "last"});
    CHECK(ran.ending.how == Ending::How::exited);
    CHECK(ran.ending.code == 3);
    CHECK(to_text(ran.ending) == "exit status 3");
    CHECK_FALSE(std::filesystem::exists(folder.path() / "x"));
}

TEST_CASE("a program that cannot be started") {
    const TemporaryFolder folder;
    Command command{"/no/such/program", {}, folder.path().string(), {}};
    const auto text = [&] {
        try {
            static_cast<void>(run_child(
                command, [](std::string_view) {}, never));
        } catch (const std::runtime_error& error) {
            return std::string(error.what());
        }
        return std::string("no error");
    };
    CHECK(text() == "cannot start '/no/such/program': No such file or directory");
    command.program = folder.write("no_program", "nothing").string();
    CHECK(text() == Contains("Permission denied"));
}

TEST_CASE("killed by a signal, also one that the caller ignores") {
    const TemporaryFolder folder;
    const auto killed = run(folder, "echo begun; kill -9 $$").ending;
    CHECK(killed.how == Ending::How::signalled);
    CHECK(to_text(killed) == "killed by signal 9 (Killed; out of memory?)");
    const auto before = ::signal(SIGTERM, SIG_IGN);
    CHECK(run(folder, "kill -15 $$; exit 0").ending.code == 15);
    ::signal(SIGTERM, before);
}

TEST_CASE("the time limit ends the program and its children") {
    const TemporaryFolder folder;
    const auto ending = run(folder, family, 0.5).ending;
    CHECK(ending.how == Ending::How::time_limit);
    CHECK(ending.seconds >= 0.5);
    CHECK(ending.seconds < 5);
    CHECK(family_gone(folder));
}

TEST_CASE("stop, and an exception, end the program and its children") {
    for (const bool by_exception : {false, true}) {
        CAPTURE(by_exception);
        const TemporaryFolder folder;
        const Command command{shell_script(folder, "program", family), {}, folder.path().string(), {}};
        bool started = false;
        const auto line = [&](std::string_view) {
            if (by_exception) throw std::runtime_error("of the caller");
            started = true;
        };
        if (by_exception)
            CHECK_THROWS_WITH(static_cast<void>(run_child(command, line, never)), "of the caller");
        else
            CHECK(run_child(command, line, [&] { return started; }).how == Ending::How::stopped);
        CHECK(family_gone(folder));
    }
}

TEST_CASE("children that a program leaves behind are ended, and do not hold us up") {
    const TemporaryFolder folder;
    const auto ran = run(folder, "sleep 1000 &\necho $! > younger\necho $$ > elder\necho done");
    CHECK(ran.ending.how == Ending::How::exited);
    CHECK(ran.ending.seconds < 5);
    CHECK(ran.lines == Lines{"done"});
    CHECK(family_gone(folder));
}

TEST_CASE("our own end by SIGKILL ends the program") {
    const TemporaryFolder folder;
    const Command command{shell_script(folder, "program", "echo $$ > elder\nexec sleep 1000"), {}, folder.path().string(), {}};
    const pid_t host = ::fork();
    if (host == 0) {
        try {
            static_cast<void>(run_child(
                command, [](std::string_view) {}, never));
        } catch (...) {
        }
        ::_exit(0);
    }
    const int elder = number_in(folder.path() / "elder");
    REQUIRE(runs(elder));
    ::kill(host, SIGKILL);
    ::waitpid(host, nullptr, 0);
    CHECK(soon([&] { return !runs(elder); }));
}

TEST_CASE("open files are not handed on") {
    const TemporaryFolder folder;
    const int inherited = 57;
    REQUIRE(::dup2(STDERR_FILENO, inherited) == inherited);
    const auto lines = run(folder, "for each in /proc/$$/fd/*; do echo ${each##*/}; done").lines;
    ::close(inherited);
    CHECK(std::find(lines.begin(), lines.end(), "57") == lines.end());
    CHECK(std::find(lines.begin(), lines.end(), "2") != lines.end());
}

TEST_CASE("much output: nothing is lost, long lines are cut") {
    const TemporaryFolder folder;
    const auto many = run(folder, "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done");
    REQUIRE(many.lines.size() == 20000);
    CHECK(many.lines.back() == "line 19999");
    const auto wide = run(folder, "head -c 1000000 /dev/zero | tr '\\0' x; echo; echo after").lines;
    REQUIRE(wide.size() == 2);
    CHECK(wide[0] == std::string(4096, 'x'));
    CHECK(wide[1] == "after");
}

TEST_CASE("programs are found in PATH, or named by a path") {
    const TemporaryFolder folder;
    const auto program = shell_script(folder, "tool", "exit 0");
    folder.write("text", "nothing");
    const std::string before = ::getenv("PATH");
    ::setenv("PATH", ("/no/such/folder::" + folder.path().string() + ":" + before).c_str(), 1);
    CHECK(find_program("tool") == program);
    CHECK(find_program("sh").has_value());
    CHECK_FALSE(find_program("text").has_value());
    CHECK_FALSE(find_program("no_such_tool").has_value());
    CHECK_FALSE(find_program("").has_value());
    ::setenv("PATH", before.c_str(), 1);
    CHECK(find_program(program) == program);
    CHECK_FALSE(find_program(folder.path().string() + "/").has_value());
    CHECK_FALSE(find_program((folder.path() / "text").string()).has_value());
}

}  // namespace
