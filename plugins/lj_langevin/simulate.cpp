// SPDX-License-Identifier: BSD-3-Clause
// The order of one run: texts, child, checks, trajectory.
#include "simulate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <deque>
#include <stdexcept>

#include <sluice/io/lammps_dump.hpp>
#include <sluice/numerics/fail.hpp>

#include "work_folder.hpp"

namespace sluice::lj_langevin {
namespace {

constexpr std::size_t kept_lines = 150;  ///< of the beginning, and of the end

/// Without what a terminal or a result file cannot show: another program than LAMMPS may print anything.
std::string readable(std::string_view line) {
    std::string text(line);
    for (auto& each : text)
        if ((each < ' ' || each > '~') && each != '\t') each = '?';
    return text;
}

/// What LAMMPS prints, as it comes.
class Printed {
public:
    Printed(const Simulation& simulation, const Hooks& hooks) : simulation_(simulation), hooks_(hooks) {}

    void take(std::string_view printed) {
        const auto line = readable(printed);
        if (reader_.take(line)) return hooks_.progress(fraction());
        if (line.substr(0, 8) == "LAMMPS (" && version_.empty()) version_ = line.substr(8, line.rfind(')') - 8);
        if (line.substr(0, 5) == "ERROR") error_ = line;
        if (line.substr(0, 13) == "Last command:" && !error_.empty()) error_ += ' ' + std::string(line);
        if (begin_.size() < kept_lines) {
            begin_.emplace_back(line);
        } else {
            if (end_.size() == kept_lines) end_.pop_front(), ++left_out_;
            end_.emplace_back(line);
        }
    }

    [[nodiscard]] const std::string& version() const { return version_; }
    [[nodiscard]] const std::string& error() const { return error_; }
    [[nodiscard]] std::string first_line() const {
        const auto found = std::find_if(begin_.begin(), begin_.end(), [](const std::string& line) { return !line.empty(); });
        return found == begin_.end() ? "nothing" : "'" + found->substr(0, 60) + "'";
    }
    [[nodiscard]] std::string log() const {
        std::string text;
        for (const auto& line : begin_) text += line + '\n';
        if (left_out_ > 0) text += "[" + std::to_string(left_out_) + " lines left out]\n";
        for (const auto& line : end_) text += line + '\n';
        return text;
    }
    /// The production's; empty when it did not come so far.
    [[nodiscard]] ThermoRecord record() const { return reader_.tables().size() == 2 ? reader_.tables()[1] : ThermoRecord(); }
    /// "at step 1200 of 20000 of the equilibration"
    [[nodiscard]] std::string where() const {
        const auto& tables = reader_.tables();
        if (tables.empty() || tables.back().step.empty()) return "before the first step";
        const bool production = tables.size() == 2;
        return "after step " + std::to_string(tables.back().step.back()) + " of " +
               std::to_string(production ? simulation_.steps : simulation_.equilibration_steps) +
               (production ? " of the production" : " of the equilibration");
    }

private:
    [[nodiscard]] double fraction() const {
        const auto& tables = reader_.tables();
        const auto done = tables.back().step.back() + (tables.size() > 1 ? simulation_.equilibration_steps : 0);
        const auto all = simulation_.equilibration_steps + simulation_.steps;
        return std::clamp(static_cast<double>(done) / static_cast<double>(all), 0.0, 1.0);  // another program prints any step
    }

    const Simulation& simulation_;
    const Hooks& hooks_;
    ThermoReader reader_;
    std::string version_, error_;
    std::vector<std::string> begin_;
    std::deque<std::string> end_;
    std::int64_t left_out_ = 0;
};

Command command_of(const Program& program, const WorkFolder& folder) {
    Command command;
    command.program = program.path;
    command.arguments = {"-in", "in.lj", "-log", "none", "-nocite"};
    command.folder = folder.path().string();
    command.time_limit_s = program.time_limit_s;
    // Open MPI's own files come and go with the folder; alone, it needs no helper process.
    command.environment = {{"OMP_NUM_THREADS", "1"},
                           {"LC_ALL", "C"},
                           {"TMPDIR", folder.path().string()},
                           {"OMPI_MCA_btl", "self"},
                           {"OMPI_MCA_ess_singleton_isolated", "1"}};
    command.environment_without = {"OMPI_", "PMIX_", "PMI_", "ORTE_", "PRTE_", "MPI_LOCALRANKID"};
    return command;
}

std::string shortened(double number) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3g", number);
    return text.data();
}

/// What is wrong, without the advice on a file that is gone.
std::string without_advice(const std::string& fault) {
    const auto whole = fault.find("; the ");
    return whole != std::string::npos && fault.find("To use those", whole) != std::string::npos ? fault.substr(0, whole) : fault;
}

/// Everything but a good end is an error.
void check_ending(const Ending& ending, const Printed& printed, const Program& program, const WorkFolder& folder) {
    if (ending.how == Ending::How::stopped) throw Stopped();
    const auto name = "'" + program.path + "'" + (printed.version().empty() ? "" : " (LAMMPS " + printed.version() + ")");
    if (ending.how == Ending::How::time_limit)
        throw std::runtime_error(name + " was ended " + printed.where() + ", at time_limit = " +
                                 shortened(*program.time_limit_s) + " s. Give it more time, or fewer steps.");
    const bool good = ending.how == Ending::How::exited && ending.code == 0;
    if (printed.version().empty())
        throw std::runtime_error(name + " does not seem to be LAMMPS: it printed " + printed.first_line() + " first (" +
                                 to_text(ending) + "). Let the parameter 'program' name the program lmp.");
    if (good) return;
    throw std::runtime_error(name + " ended " + printed.where() + ", after " + shortened(ending.seconds) +
                             " s: " + to_text(ending) + ", " +
                             (printed.error().empty() ? "without a line of ERROR" : "'" + printed.error() + "'") + "; " +
                             folder.free_space() + ". Nothing of this run is kept.");
}

void check_record(const Simulation& s, const ThermoRecord& record) {
    bool whole = static_cast<std::int64_t>(record.step.size()) == record_count(s);
    for (std::size_t i = 0; whole && i < record.step.size(); ++i)
        whole = record.step[i] == static_cast<std::int64_t>(i) * s.record_every;
    if (!whole)
        numerics::fail<std::runtime_error>(
            "LAMMPS printed ", record.step.size(), " records of the production, ", record_count(s), ", one every ",
            s.record_every, " steps, were asked for. Is the program another version, or a wrapper that prints too?");
    for (std::size_t i = 0; i < record.step.size(); ++i)
        if (!std::isfinite(record.temperature[i] + record.pressure[i] + record.potential_energy[i]))
            numerics::fail<std::runtime_error>("temperature, pressure or energy is no finite number at step ", record.step[i],
                                               " of the production: the simulation broke down. Take a shorter time_step.");
}

/// Scans the dump before its numbers are read: on a full disk LAMMPS writes less, and ends well.
void read_positions(const Simulation& s, const WorkFolder& folder, const Hooks& hooks, std::span<double> out) {
    const auto path = (folder.path() / "positions.dump").string();
    const auto check_stop = [&] {
        if (hooks.stop()) throw Stopped();
    };
    auto frames = lammps_dump::scan(path, check_stop);
    const auto& steps = frames.steps;
    bool whole = std::ssize(steps) == frame_count(s) && frames.particles == s.particles &&
                 frames.positions == lammps_dump::Positions::unwrapped;
    for (std::size_t i = 0; whole && i < steps.size(); ++i) whole = steps[i] == static_cast<std::int64_t>(i) * s.frame_every;
    if (!whole)
        numerics::fail<std::runtime_error>(path, ": ", steps.size(), " frames of ", frames.particles, " particles, expected are ",
                                           frame_count(s), " frames of ", s.particles);
    lammps_dump::DumpReader reader(path, std::move(frames), lammps_dump::Unwrap::stored);
    const std::int64_t chunk = 64;
    for (std::int64_t first = 0; first < frame_count(s); first += chunk) {
        check_stop();
        const auto count = std::min(chunk, frame_count(s) - first);
        reader.read(
            first, count, 0, s.particles,
            out.subspan(static_cast<std::size_t>(first * s.particles * 3), static_cast<std::size_t>(count * s.particles * 3)));
    }
}

}  // namespace

Outcome simulate(const Simulation& simulation, const Program& program, const Hooks& hooks, std::span<double> positions) {
    check(simulation);
    const WorkFolder folder;
    Outcome outcome;
    outcome.input = input_text(simulation);
    folder.write("in.lj", outcome.input);
    folder.write("start.data", start_text(simulation));

    Printed printed(simulation, hooks);
    const auto ending = run_child(
        command_of(program, folder), [&](std::string_view line) { printed.take(line); }, hooks.stop);
    check_ending(ending, printed, program, folder);
    outcome.record = printed.record();
    outcome.version = printed.version();
    outcome.log = printed.log();
    outcome.seconds = ending.seconds;
    outcome.exit_status = ending.code;
    check_record(simulation, outcome.record);
    try {
        read_positions(simulation, folder, hooks, positions);
    } catch (const std::runtime_error& error) {
        throw std::runtime_error("the trajectory that LAMMPS wrote is not whole: " + without_advice(error.what()) + " (" +
                                 folder.free_space() + "). Is the disk full? Free some, or let TMPDIR name a larger folder.");
    }
    return outcome;
}

}  // namespace sluice::lj_langevin
