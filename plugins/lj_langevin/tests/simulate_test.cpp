// SPDX-License-Identifier: BSD-3-Clause
// Runs that go wrong, of programs that stand in for LAMMPS and of LAMMPS itself: the sentence, and nothing left behind.
#include "../simulate.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "../work_folder.hpp"
#include "stand_in.hpp"
#include "support/run_plugin.hpp"

namespace {

using namespace sluice::lj_langevin;
using namespace sluice::test;

/// 108 particles, no equilibration, 40 records and 5 frames.
Simulation small(std::int64_t steps = 40) {
    Simulation s;
    s.epsilon_kt = 0.5;
    s.volume_fraction = 0.2;
    s.damping_time_tau = 1;
    s.particles = 108;
    s.steps = steps;
    s.frame_every = steps / 4;
    s.record_every = steps / 40;
    return s;
}

std::string fault(const Simulation& s, const Program& program, const Hooks& hooks = {}) {
    std::vector<double> positions(static_cast<std::size_t>(frame_count(s) * s.particles * 3));
    try {
        static_cast<void>(simulate(s, program, hooks, positions));
    } catch (const Stopped&) {
        return "stopped";
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "no error";
}

/// Frames of 108 particles, as LAMMPS writes them; the last one cut short on request.
std::string write_dump(int frames, bool cut, int every = 10) {
    return "{ f=0; while [ $f -lt " + std::to_string(frames) + " ]; do echo 'ITEM: TIMESTEP'; echo $((f*" +
           std::to_string(every) +
           ")); echo 'ITEM: NUMBER OF ATOMS'; echo 108; echo 'ITEM: BOX BOUNDS pp pp pp'; echo '0 6.5'; echo '0 6.5'; echo '0 "
           "6.5'; "
           "echo 'ITEM: ATOMS id xu yu zu'; p=1; while [ $p -le 108 ]; do echo \"$p $p 0.5 $f\"; p=$((p+1)); done; f=$((f+1)); "
           "done; } > positions.dump\n" +
           (cut ? "head -c -300 positions.dump > cut; mv cut positions.dump\n" : "");
}

TEST_CASE("a stand-in that does all that is asked: the plumbing") {
    const TemporaryFolder folder;
    const TemporaryFiles files;
    const auto program =
        shell_script(folder, "lmp",
                     "test \"$*\" = '-in in.lj -log none -nocite' || exit 9\ntest -s in.lj && test -s start.data || exit 8\n" +
                         print_tables(41) + "\n" + write_dump(5, false) + "echo 'Total wall time: 0:00:00'");
    std::vector<double> positions(5 * 108 * 3);
    double last = -1;
    Hooks hooks;
    hooks.progress = [&](double fraction) { last = fraction; };
    const auto outcome = simulate(small(), {program, 60.0}, hooks, positions);
    CHECK(last == 1);
    CHECK(outcome.version == "29 Sep 2021 - Update 2");
    CHECK(outcome.record.pressure == std::vector<double>(41, 0.5));
    CHECK(outcome.input == input_text(small()));
    CHECK(outcome.log == Contains("Total wall time"));
    CHECK(outcome.log.find("40 1 0.5") == std::string::npos);  // the table is not in it
    CHECK(positions[(2 * 108 + 6) * 3] == 7);
    CHECK(positions[(2 * 108 + 6) * 3 + 2] == 2);
    CHECK(files.empty());
}

TEST_CASE("faults of a program that stands in for LAMMPS") {
    const TemporaryFolder folder;
    const TemporaryFiles files;
    const auto says = [&](const std::string& body, std::optional<double> time_limit_s = {}) {
        auto text = fault(small(), {shell_script(folder, "lmp", body), time_limit_s});
        CHECK(files.empty());
        return text;
    };
    const std::string banner = "echo 'LAMMPS (29 Sep 2021 - Update 2)'\n";
    SUBCASE("an error of LAMMPS") {
        const auto text =
            says(banner +
                 "echo 'ERROR: Lost atoms: original 108 current 20 (src/thermo.cpp:439)'\necho 'Last command: run 40'\nexit 1");
        CHECK(text == Contains("lmp' (LAMMPS 29 Sep 2021 - Update 2) ended before the first step"));
        CHECK(text ==
              Contains("exit status 1, 'ERROR: Lost atoms: original 108 current 20 (src/thermo.cpp:439) Last command: run 40'"));
        CHECK(text == Contains("GiB free in"));
        MESSAGE(text);
    }
    SUBCASE("killed in mid-run") {
        const auto text = says(print_tables(10) + "\nkill -9 $$");
        CHECK(text == Contains("ended after step 9 of 40 of the production, after "));
        CHECK(text == Contains("killed by signal 9 (Killed; out of memory?), without a line of ERROR"));
        CHECK(text == Contains("Nothing of this run is kept."));
        MESSAGE(text);
    }
    SUBCASE("it hangs") {
        const auto text =
            says(print_tables(10) + "\necho $$ > '" + (folder.path() / "process").string() + "'\nsleep 1000 &\nwait", 0.5);
        CHECK(text ==
              Contains(
                  "was ended after step 9 of 40 of the production, at time_limit = 0.5 s. Give it more time, or fewer steps."));
        CHECK_FALSE(runs(number_in(folder.path() / "process")));
    }
    SUBCASE("another program, which ends well or not") {
        CHECK(says("echo; echo 'GROMACS 2022'; exit 0") ==
              Contains("does not seem to be LAMMPS: it printed 'GROMACS 2022' first (exit status 0)"));
        CHECK(says("exit 4") ==
              Contains("it printed nothing first (exit status 4). Let the parameter 'program' name the program lmp."));
    }
    SUBCASE("bytes that are no text") {
        const auto text = says("printf '\\033[2J\\000\\377%080d\\n' 1");
        CHECK(text == Contains("it printed '?[2J??0000"));
        CHECK(text.size() < 300);
    }
    SUBCASE("numbers that are none") {
        const auto text = says("print_tables() {\n" + print_tables(41) + "\n}\nprint_tables | sed 's/^7 1 /7 nan /'\n" +
                               write_dump(5, false));
        CHECK(text == Contains("is no finite number at step 7 of the production: the simulation broke down. Take a shorter "
                               "time_step."));
    }
    SUBCASE("fewer records than asked for") {
        CHECK(says(print_tables(40) + "\n" + write_dump(5, false)) ==
              Contains("printed 40 records of the production, 41, one every 1 steps, were asked for"));
        CHECK(says(banner + write_dump(5, false)) == Contains("printed 0 records"));
    }
    SUBCASE("trajectories that are not whole, which LAMMPS does not notice") {
        const auto text = says(print_tables(41) + "\n" + write_dump(5, true));
        CHECK(text == Contains("the trajectory that LAMMPS wrote is not whole: "));
        CHECK(text == Contains("Is the disk full? Free some, or let TMPDIR name a larger folder."));
        MESSAGE(text);
        CHECK(says(print_tables(41) + "\n" + write_dump(4, false)) ==
              Contains("4 frames of 108 particles, expected are 5 frames of 108"));
        CHECK(says(print_tables(41) + "\n" + write_dump(5, false, 11)) == Contains("not whole"));
        CHECK(says(print_tables(41) + "\n: > positions.dump") == Contains("not whole"));
        CHECK(says(print_tables(41)) == Contains("not whole"));
    }
}

TEST_CASE("stopped while it runs") {
    const TemporaryFolder folder;
    const TemporaryFiles files;
    const auto program =
        shell_script(folder, "lmp", print_tables(10) + "\necho $$ > '" + (folder.path() / "process").string() + "'\nsleep 1000");
    bool stop = false;
    Hooks hooks;
    hooks.progress = [&](double fraction) { stop = fraction > 0.2; };
    hooks.stop = [&] { return stop; };
    CHECK(fault(small(), {program}, hooks) == "stopped");
    CHECK_FALSE(runs(number_in(folder.path() / "process")));
    CHECK(files.empty());
}

TEST_CASE("LAMMPS itself: killed, out of file size, and on a disk that is full without its noticing") {
    const auto lmp = lammps();
    if (!lmp) return;
    const TemporaryFolder folder;
    const TemporaryFiles files;
    const auto wrapped = [&](const std::string& before, std::int64_t steps) {
        auto text = fault(small(steps), {shell_script(folder, "lmp", before + "\nexec '" + *lmp + "' \"$@\"")});
        CHECK(files.empty());
        return text;
    };
    CHECK(wrapped("", 40) == "no error");
    CHECK(wrapped("(sleep 1; kill -9 $$) &", 4'000'000) == Contains("killed by signal 9"));
    // RLIMIT_FSIZE of 8 KiB: the signal, and where that is ignored writes that fail as they do on a full disk
    CHECK(wrapped("ulimit -f 16", 40) == Contains("killed by signal 25 (File size limit exceeded)"));
    const auto full = wrapped("trap '' XFSZ; ulimit -f 16", 40);
    CHECK(full == Contains("the trajectory that LAMMPS wrote is not whole"));
    MESSAGE(full);
}

TEST_CASE("a file system that is really full") {
    const auto lmp = lammps();
    if (!lmp) return;
    const TemporaryFiles files;
    const auto disk = files.path() / "disk";
    std::filesystem::create_directory(disk);
    if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=64k") != 0) {
        MESSAGE("skipped: a file system of 64 KiB cannot be mounted here");
        return;
    }
    struct Unmount {
        std::filesystem::path path;
        ~Unmount() { ::umount(path.c_str()); }
    } const unmount{disk};
    ::setenv("TMPDIR", disk.c_str(), 1);
    auto s = small();
    s.frame_every = 1;  // 41 frames of 4 KiB
    const auto text = fault(s, {*lmp});
    MESSAGE(text);
    CHECK(text == Contains("GiB free in " + disk.string()));
    CHECK(text == Contains("not whole"));
    CHECK(std::filesystem::is_empty(disk));
}

TEST_CASE("what a killed run left is removed by the next one; what others use is not") {
    const TemporaryFiles files;
    const auto old = [&](const std::string& name) {
        const auto path = files.path() / name;
        std::filesystem::create_directory(path);
        std::ofstream(path / "positions.dump") << "ITEM";
        const timespec past[2]{{1'000'000'000, 0}, {1'000'000'000, 0}};
        REQUIRE(::utimensat(AT_FDCWD, path.c_str(), past, 0) == 0);
        return path;
    };
    const auto left = old("sluice_lj_langevin_aaaaaa"), other = old("something_else");
    const auto young = files.path() / "sluice_lj_langevin_young";
    std::filesystem::create_directory(young);
    std::filesystem::path own;
    {
        const WorkFolder first;
        own = first.path();
        const timespec past[2]{{1'000'000'000, 0}, {1'000'000'000, 0}};
        REQUIRE(::utimensat(AT_FDCWD, own.c_str(), past, 0) == 0);
        const WorkFolder second;
        CHECK(std::filesystem::exists(own));
        struct stat info {};
        REQUIRE(::stat(second.path().c_str(), &info) == 0);
        CHECK((info.st_mode & 0777) == 0700);
        second.write("a", "text");
        CHECK(read_whole(second.path() / "a") == "text");
    }
    CHECK_FALSE(std::filesystem::exists(own));
    CHECK_FALSE(std::filesystem::exists(left));
    CHECK(std::filesystem::exists(other));
    CHECK(std::filesystem::exists(young));
    ::setenv("TMPDIR", "/no/such/folder", 1);
    CHECK_THROWS_AS(WorkFolder(), std::runtime_error);
}

}  // namespace
