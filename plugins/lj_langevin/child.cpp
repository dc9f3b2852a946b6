// SPDX-License-Identifier: BSD-3-Clause
// fork and exec, the child's group, and its output.
#include "child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <utility>

extern char** environ;

namespace sluice::lj_langevin {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t longest_line = 4096;
constexpr int poll_ms = 100;

class Descriptor {
public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor() { close(); }
    void close() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

struct Pipe {
    Descriptor read, write;
    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error(std::string("no pipe: ") + std::strerror(errno));
        read = Descriptor(ends[0]);
        write = Descriptor(ends[1]);
    }
};

std::vector<std::string> environment_of(const Command& command) {
    const auto left_out = [&](const std::string& variable) {
        const auto name = variable.substr(0, variable.find('='));
        return command.environment.contains(name) ||
               std::any_of(command.environment_without.begin(), command.environment_without.end(),
                           [&](const std::string& beginning) { return name.compare(0, beginning.size(), beginning) == 0; });
    };
    std::vector<std::string> all;
    for (char** each = environ; *each; ++each)
        if (!left_out(*each)) all.emplace_back(*each);
    for (const auto& [name, value] : command.environment) all.push_back(name + "=" + value);
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

/// Everything that the child needs between fork and exec, made before: other threads may hold the heap's lock then.
struct Prepared {
    explicit Prepared(const Command& command)
        : words{command.program}, variables(environment_of(command)), folder(command.folder) {
        words.insert(words.end(), command.arguments.begin(), command.arguments.end());
        argv = pointers(words);
        envp = pointers(variables);
    }
    std::vector<std::string> words, variables;
    std::string folder;
    std::vector<char*> argv, envp;
};

/// In the child, with async-signal-safe calls only. The number of the error goes through `report` when exec fails.
[[noreturn]] void become(const Prepared& prepared, pid_t parent, int output, int report) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);  // it ended before prctl
    for (int signal = 1; signal < 32; ++signal) ::signal(signal, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    const int input = ::open("/dev/null", O_RDONLY);
    const bool ready = input >= 0 && ::dup2(input, 0) == 0 && ::dup2(output, 1) == 1 && ::dup2(output, 2) == 2 &&
                       ::chdir(prepared.folder.c_str()) == 0;
    if (ready) {
        if (::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0)  // kernels before 5.11
            for (int fd = 3; fd < 4096; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
        ::execve(prepared.argv[0], prepared.argv.data(), prepared.envp.data());
    }
    const int error = errno;
    if (::write(report, &error, sizeof error) < 0) ::_exit(126);
    ::_exit(127);
}

/// The running child; its end, whatever the way out of the scope.
class Group {
public:
    Group(const Command& command, const Descriptor& output) {
        const Prepared prepared(command);
        Pipe report;
        const pid_t parent = ::getpid();
        pid_ = ::fork();
        if (pid_ < 0) throw std::runtime_error("cannot start '" + command.program + "': " + std::strerror(errno));
        if (pid_ == 0) become(prepared, parent, output.get(), report.write.get());
        ::setpgid(pid_, pid_);  // here too: whoever comes first
        report.write.close();
        int error = 0;
        ssize_t size = 0;
        do size = ::read(report.read.get(), &error, sizeof error);
        while (size < 0 && errno == EINTR);
        if (size <= 0) return;
        finish();
        throw std::runtime_error("cannot start '" + command.program + "': " + std::strerror(error));
    }
    ~Group() {
        if (pid_ > 0) finish();
    }
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;

    /// True when the leader has ended; it stays a zombie, which keeps the group's number from being used again.
    [[nodiscard]] bool ended() const {
        siginfo_t info{};
        if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0) return info.si_pid == pid_;
        return errno == ECHILD;  // a host that ignores SIGCHLD: its status is lost, 0 is taken
    }
    /// Ends what there is of the group and gives the leader's status.
    int finish() {
        ::kill(-pid_, SIGKILL);
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = -1;
        return status;
    }

private:
    pid_t pid_ = -1;
};

class Lines {
public:
    explicit Lines(const std::function<void(std::string_view)>& take) : take_(take) {}
    void add(std::string_view text) {
        for (const char each : text) {
            if (each == '\n')
                flush();
            else if (line_.size() < longest_line)
                line_ += each;
        }
    }
    void flush() {
        take_(line_);
        line_.clear();
    }
    void end() {
        if (!line_.empty()) flush();
    }

private:
    const std::function<void(std::string_view)>& take_;
    std::string line_;
};

/// Waits at most this long for output. False at its end.
bool read_some(const Descriptor& output, Lines& lines, int wait_ms) {
    pollfd ready{output.get(), POLLIN, 0};
    if (::poll(&ready, 1, wait_ms) <= 0) return true;
    std::array<char, 16384> buffer{};
    const auto size = ::read(output.get(), buffer.data(), buffer.size());
    if (size < 0) return errno == EINTR || errno == EAGAIN;
    lines.add({buffer.data(), static_cast<std::size_t>(size)});
    return size > 0;
}

/// What has been printed and not read: the pipe's 64 KiB at most, unless somebody outside the group still writes.
void read_rest(const Descriptor& output, Lines& lines) {
    ::fcntl(output.get(), F_SETFL, O_NONBLOCK);
    std::array<char, 16384> buffer{};
    for (int k = 0; k < 64; ++k) {
        const auto size = ::read(output.get(), buffer.data(), buffer.size());
        if (size <= 0) break;
        lines.add({buffer.data(), static_cast<std::size_t>(size)});
    }
    lines.end();
}

}  // namespace

Ending run_child(const Command& command, const std::function<void(std::string_view)>& line, const std::function<bool()>& stop) {
    const auto start = Clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    Pipe output;
    Group group(command, output.write);
    output.write.close();
    Lines lines(line);
    Ending ending;
    bool open = true, done = false;
    while (!done) {
        if (open)
            open = read_some(output.read, lines, poll_ms);
        else
            ::poll(nullptr, 0, poll_ms / 10);
        done = true;
        if (stop())
            ending.how = Ending::How::stopped;
        else if (command.time_limit_s && seconds() > *command.time_limit_s)
            ending.how = Ending::How::time_limit;
        else
            done = group.ended();
    }
    const int status = group.finish();
    read_rest(output.read, lines);
    ending.seconds = seconds();
    if (ending.how != Ending::How::exited) return ending;
    if (WIFSIGNALED(status)) ending.how = Ending::How::signalled;
    ending.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    return ending;
}

}  // namespace sluice::lj_langevin
