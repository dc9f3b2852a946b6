// SPDX-License-Identifier: BSD-3-Clause
// The source: a dump's frames and particles to an array, read frame after frame under the I/O lock.
#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <sluice/io/lammps_dump.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::trajectory_source {
namespace {

using lammps_dump::DumpFrames;
using lammps_dump::DumpReader;
using lammps_dump::Unwrap;

constexpr std::array<const char*, 3> unwrap_names{"image_flags", "minimum_image", "stored"};

const char* name_of(Unwrap unwrap) { return unwrap_names[static_cast<std::size_t>(unwrap)]; }

/// The dump as the recipe wants it: frames before the first and after the last are forgotten.
struct Trajectory {
    std::string file;
    DumpFrames frames;
    std::int64_t frames_in_file = 0, every = 1, count = 0;
    Unwrap unwrap = Unwrap::stored;
};

Unwrap unwrap_of(const std::string& name, const DumpFrames& frames) {
    const auto* found = std::find(unwrap_names.begin(), unwrap_names.end(), name);
    return found == unwrap_names.end() ? lammps_dump::automatic_unwrap(frames)
                                       : static_cast<Unwrap>(found - unwrap_names.begin());
}

Trajectory open(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    Trajectory trajectory;
    trajectory.file = parameters.text("file");
    trajectory.frames = lammps_dump::scan(trajectory.file, [&] { setup.context().throw_if_cancelled(); });
    trajectory.frames_in_file = std::ssize(trajectory.frames.steps);
    const auto selected = select_frames(trajectory.frames_in_file, parameters.integer("first"),
                                        parameters.optional_integer("last"), parameters.integer("every"));
    trajectory.frames.keep(selected.first, selected.span());
    trajectory.every = selected.every;
    trajectory.count = selected.count;
    try {
        trajectory.unwrap = unwrap_of(parameters.text("unwrap"), trajectory.frames);
        lammps_dump::check_unwrap(trajectory.frames, trajectory.unwrap);
    } catch (const std::invalid_argument& fault) {  // says nothing of the file
        throw sdk::RecipeError(trajectory.file + ": " + fault.what());
    }
    return trajectory;
}

std::int64_t bytes_of(const DumpFrames& frames) {
    const auto per_frame = static_cast<std::int64_t>(sizeof(std::int64_t) + sizeof(lammps_dump::DumpPlace));
    return (1 << 18) + 150 * frames.particles + per_frame * std::ssize(frames.steps);
}

class TrajectorySource : public sdk::Source {
public:
    static void probe(const sdk::Probe& probe) {
        const auto parameters = probe.parameters();
        const auto trajectory = open(probe);
        const auto& frames = trajectory.frames;
        probe.context().uses_file(trajectory.file);
        probe.context().resolved("unwrap", '"' + std::string(name_of(trajectory.unwrap)) + '"');
        probe.context().resolved("frames_in_file", std::to_string(trajectory.frames_in_file));
        probe.needs_prepared(bytes_of(frames));

        const auto output = probe.output("positions");
        const sdk::DimSize frame{"frame", trajectory.count}, particle{"particle", frames.particles};
        output.set_dims({frame, particle, {"axis", 3}});
        std::vector<std::int64_t> steps;
        for (std::int64_t i = 0; i < trajectory.count; ++i)
            steps.push_back(frames.steps[static_cast<std::size_t>(i * trajectory.every)]);
        output.set_coordinate("time", {frame}, parameters.text("time_unit"), times_of(steps, parameters.number("time_step")));
        output.set_coordinate("step", {frame}, "1", steps);
        output.set_coordinate("id", {particle}, "1", frames.ids);
        output.set_labels("axis", "axis", {"x", "y", "z"});
        const auto length_unit = parameters.text("length_unit");
        output.set_fact("trajectory", "lammps");
        output.set_fact("unwrapping", name_of(trajectory.unwrap));
        output.set_fact("box_x", frames.lengths[0], length_unit);
        output.set_fact("box_y", frames.lengths[1], length_unit);
        output.set_fact("box_z", frames.lengths[2], length_unit);
    }

    explicit TrajectorySource(const sdk::Setup& setup) {
        auto trajectory = open(setup);
        every_ = trajectory.every;
        reader_.emplace(trajectory.file, std::move(trajectory.frames), trajectory.unwrap);
    }

    void fetch(const sdk::Context& context, const sdk::Box& box) {
        const auto start = box.start(), count = box.count();
        auto out = box.values<double>();
        std::vector<double> rows(static_cast<std::size_t>(3 * count[1]));
        const auto row = static_cast<std::size_t>(count[1] * count[2]);
        for (std::int64_t i = 0; i < count[0]; ++i, out = out.subspan(row)) {
            context.throw_if_cancelled();
            reader_->read((start[0] + i) * every_, 1, start[1], count[1], rows);
            for (std::int64_t particle = 0; particle < count[1]; ++particle)
                std::copy_n(rows.begin() + 3 * particle + start[2], count[2], out.begin() + particle * count[2]);
        }
        note_largest_step(context);
    }

private:
    void note_largest_step(const sdk::Context& context) {
        context.resolved("largest_step", number_text(reader_->largest_step()));
        if (!reader_->needs_care()) return;
        context.warn(
            reader_->unwrap() == Unwrap::minimum_image
                ? "a coordinate moves by more than a quarter of the box between two frames: where it moved by more than half, "
                  "the minimum image takes it the wrong way round. Check largest_step, or dump more often or with ix iy iz."
                : "a stored coordinate moves by more than half of the box between two frames, as wrapped ones do. If the columns "
                  "are wrapped in spite of their names, displacements are wrong.");
    }

    static std::string number_text(double value) {
        std::array<char, 32> text{};
        const auto length = std::snprintf(text.data(), text.size(), "%.6g", value);
        std::string number(text.data(), static_cast<std::size_t>(length));
        std::replace(number.begin(), number.end(), ',', '.');  // of a locale
        return number;
    }

    std::optional<DumpReader> reader_;
    std::int64_t every_ = 1;
};

}  // namespace
}  // namespace sluice::trajectory_source

SLUICE_PLUGIN(sluice::trajectory_source::TrajectorySource)
