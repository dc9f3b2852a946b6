// SPDX-License-Identifier: BSD-3-Clause
// Tests of the trajectory source as recipes meet it: coordinates, facts, parts, refusals.
#include <doctest/doctest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <support/arrays.hpp>
#include <support/lammps_dump_writer.hpp>
#include <support/run_plugin.hpp>
#include <support/run_recipe.hpp>
#include <support/shared_data.hpp>
#include <support/temporary_folder.hpp>

using sluice::Array;
using sluice::Json;
using sluice::lammps_dump::test::dump_text;
using sluice::lammps_dump::test::gzip;
using sluice::lammps_dump::test::random_walk;
using sluice::test::Contains;
using sluice::test::error_of;
using sluice::test::run_plugin;
using sluice::test::TemporaryFolder;
using sluice::test::values_of;

namespace {

const auto walk = random_walk(30, 16, 3, 41);

Array load(const Json& with) { return run_plugin("trajectory_source", with, {}).at("positions"); }

class Dump {
public:
    explicit Dump(const std::string& bytes) : path_(folder_.write("walk.dump", bytes).string()) {}
    [[nodiscard]] Json with(const Json& more = Json::object()) const {
        Json all{{"file", path_}, {"time_step", 0.5}};
        all.update(more);
        return all;
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    TemporaryFolder folder_;
    std::string path_;
};

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
    REQUIRE(a.size() == b.size());
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
    return largest;
}

std::vector<double> coordinate(const Array& array, const std::string& name) {
    return array.description().coordinate(name)->values->as_float64();
}

sluice::RunResult run_source(const Json& with) {
    const Json steps{{"source", {{"use", "trajectory_source"}, {"with", with}}}};
    return sluice::run(sluice::test::plan_recipe(sluice::test::recipe_of(steps, {"source"})));
}

/// The shared dump without the columns ix iy iz.
std::string without_flags(const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find('\n', at);
        auto line = text.substr(at, end - at);
        if (line == "ITEM: ATOMS id x y z ix iy iz")
            line = "ITEM: ATOMS id x y z";
        else if (std::count(line.begin(), line.end(), ' ') == 6)
            line.erase(line.find(' ', line.find(' ', line.find(' ', line.find(' ') + 1) + 1) + 1));
        out += line + "\n";
        at = end + 1;
    }
    return out;
}

std::string unzipped(const std::string& path) {
    gzFile file = ::gzopen(path.c_str(), "rb");
    std::string text(1 << 24, '\0');
    text.resize(static_cast<std::size_t>(::gzread(file, text.data(), 1 << 24)));
    ::gzclose(file);
    return text;
}

}  // namespace

TEST_CASE("positions with coordinates and facts") {
    const Dump dump(gzip(dump_text(walk, {.shuffled = true, .first_id = 5, .id_spacing = 2})));
    const auto positions = load(dump.with({{"length_unit", "nm"}, {"time_unit", "ps"}}));
    CHECK(to_text(positions.dims()) == "[frame: 30, particle: 16, axis: 3]");
    CHECK(positions.unit().text() == "nm");
    CHECK(largest_difference(values_of(positions), walk.positions) < 1e-12);
    CHECK_FALSE(positions.description().variances);
    const auto times = coordinate(positions, "time"), steps = coordinate(positions, "step"), ids = coordinate(positions, "id");
    for (std::size_t i = 0; i < 30; ++i) {
        CHECK(times[i] == 100 * static_cast<double>(i));  // 200 steps of 0.5
        CHECK(steps[i] == 1000 + 200 * static_cast<double>(i));
    }
    CHECK(positions.description().coordinate("time")->values->unit().text() == "ps");
    CHECK(ids.front() == 5);
    CHECK(ids.back() == 35);
    const auto& facts = positions.description().facts;
    CHECK(to_text(facts.at("unwrapping")) == "image_flags");
    CHECK(to_text(facts.at("trajectory")) == "lammps");
    CHECK(to_text(facts.at("box_y")) == "8 nm");
}

TEST_CASE("each way to unwrap is named") {
    const auto named = [](const std::string& columns, const std::string& unwrap) {
        const Dump dump(dump_text(walk, {.columns = columns}));
        return to_text(load(dump.with({{"unwrap", unwrap}})).description().facts.at("unwrapping"));
    };
    CHECK(named("id xu yu zu", "auto") == "stored");
    CHECK(named("id xs ys zs ix iy iz", "auto") == "image_flags");
    CHECK(named("id x y z ix iy iz", "minimum_image") == "minimum_image");
    CHECK(named("id x y z", "minimum_image") == "minimum_image");
}

TEST_CASE("first, last and every take frames of the same unwrapping") {
    const Dump dump(dump_text(walk));
    for (const char* unwrap : {"image_flags", "minimum_image"}) {
        const auto whole = values_of(load(dump.with({{"unwrap", unwrap}})));
        const auto part = load(dump.with({{"unwrap", unwrap}, {"first", 3}, {"last", 28}, {"every", 4}}));
        CHECK(to_text(part.dims()) == "[frame: 7, particle: 16, axis: 3]");
        CHECK(coordinate(part, "step") == std::vector<double>{1600, 2400, 3200, 4000, 4800, 5600, 6400});
        CHECK(coordinate(part, "time").front() == 0);
        const auto values = values_of(part);
        for (std::size_t frame = 0; frame < 7; ++frame)
            for (std::size_t i = 0; i < 48; ++i) {
                const double moved = values[48 * frame + i] - values[i];
                CHECK(moved == doctest::Approx(whole[48 * (3 + 4 * frame) + i] - whole[48 * 3 + i]).epsilon(1e-12));
            }
    }
}

TEST_CASE("parts of frames, particles and axes are those of the whole, in blocks of any size") {
    const Dump dump(dump_text(walk));
    const auto whole = values_of(load(dump.with()));
    const Json steps{
        {"source", {{"use", "trajectory_source"}, {"with", dump.with()}}},
        {"frames",
         {{"use", "slice"}, {"in", {{"data", "source"}}}, {"with", {{"dim", "frame"}, {"begin", 4}, {"end", 29}, {"step", 3}}}}},
        {"some", {{"use", "slice"}, {"in", {{"data", "frames"}}}, {"with", {{"dim", "particle"}, {"begin", 2}, {"end", 9}}}}},
        {"z", {{"use", "slice"}, {"in", {{"data", "some"}}}, {"with", {{"dim", "axis"}, {"index", 2}}}}}};
    const auto kept = sluice::test::run_recipe(sluice::test::recipe_of(steps, {"z"}));
    const auto values = values_of(kept.begin()->second);
    REQUIRE(values.size() == 9 * 7);
    for (std::size_t frame = 0; frame < 9; ++frame)
        for (std::size_t particle = 0; particle < 7; ++particle)
            CHECK(values[frame * 7 + particle] == whole[((4 + 3 * frame) * 16 + 2 + particle) * 3 + 2]);
}

TEST_CASE("wrapped positions without flags are refused, with what to do") {
    const Dump dump(dump_text(walk, {.columns = "id x y z"}));
    const auto text = error_of([&] { (void)load(dump.with()); });
    CHECK(text ==
          Contains{"step 'step' (trajectory_source): " + dump.path() + ": the dump has wrapped coordinates without image flags"});
    CHECK(text == Contains{"set unwrap to minimum_image."});
    CHECK(error_of([&] {
              (void)load(dump.with({{"unwrap", "image_flags"}}));
          }) == Contains{"no columns ix iy iz of its periodic axes"});
    CHECK(error_of([&] {
              (void)load(dump.with({{"unwrap", "stored"}}));
          }) == Contains{"the coordinates of the dump are wrapped."});
}

TEST_CASE("faults of the recipe and of the file") {
    const auto text = dump_text(walk);
    const Dump dump(text), cut(text.substr(0, text.size() - 3));
    CHECK(error_of([&] {
              (void)load(dump.with({{"first", 30}}));
          }) == Contains{"first = 30, but the trajectory has the frames 0 to 29."});
    CHECK(error_of([&] { (void)load(Json{{"file", dump.path()}}); }) == Contains{"time_step"});
    CHECK(error_of([&] { (void)load(dump.with({{"file", "/no such.dump"}})); }) == Contains{"/no such.dump: cannot be opened"});
    CHECK(error_of([&] { (void)load(cut.with()); }) == Contains{"the file ends within frame 29, which begins at line 726"});
    auto nan = text;
    const auto word = nan.rfind("\n16 ") + 4;
    nan.replace(word, nan.find(' ', word) - word, "nan");
    CHECK(error_of([&] { (void)load(Dump(nan).with()); }) == Contains{"where a finite number is needed."});
}

TEST_CASE("a step that needs care warns; the largest step is kept with the result") {
    const auto by_image = [](double largest) {
        const Dump dump(dump_text(random_walk(10, 8, largest, 43), {.columns = "id x y z"}));
        return run_source(dump.with({{"unwrap", "minimum_image"}}));
    };
    CHECK(by_image(1.9).warnings.empty());  // the shortest edge is 8
    const auto large = by_image(2.5);
    REQUIRE(large.warnings.size() == 1);
    CHECK(large.warnings[0] ==
          Contains{"step 'source': a coordinate moves by more than a quarter of the box between two frames"});
    const auto& resolved = large.provenance.at("steps").at(0).at("resolved");
    CHECK(resolved.at("unwrap") == "minimum_image");
    CHECK(resolved.at("frames_in_file") == 10);
    CHECK(resolved.at("largest_step").get<double>() > 0.25);
    CHECK(resolved.at("largest_step").get<double>() < 2.5 / 8);
    auto text = dump_text(walk);
    for (auto at = text.find("id x y z"); at != text.npos; at = text.find("id x y z", at)) text.replace(at, 8, "id xu yu zu");
    const auto mislabelled = run_source(Dump(text).with());
    REQUIRE(mislabelled.warnings.size() == 1);
    CHECK(mislabelled.warnings[0] == Contains{"more than half of the box between two frames, as wrapped ones do"});
}

TEST_CASE("the shared trajectory: refused without its flags, else the same by flags and minimum image") {
    const auto data = sluice::test::shared_data("msd/lj_eps1.0_seed777.dump.gz");
    if (!data) return;
    const Json with{{"file", data->string()}, {"time_step", 0.005}};
    const auto by_flags = load(with);
    CHECK(to_text(by_flags.dims()) == "[frame: 201, particle: 500, axis: 3]");
    CHECK(coordinate(by_flags, "time")[200] == 200);  // frames 1 tau apart
    const Dump stripped(without_flags(unzipped(data->string())));
    const auto refused = error_of([&] { (void)load(stripped.with()); });
    CHECK(refused == Contains{"the dump has wrapped coordinates without image flags"});
    MESSAGE("the shared trajectory stripped of its flags: " << refused);
    const auto by_image = load(stripped.with({{"unwrap", "minimum_image"}}));
    const auto flags = values_of(by_flags), image = values_of(by_image);
    double largest = 0;
    for (std::size_t i = 0; i < flags.size(); ++i)
        largest = std::max(largest, std::abs((flags[i] - flags[i % 1500]) - (image[i] - image[i % 1500])));
    CHECK(largest < 1e-10);
    MESSAGE("the shared trajectory: displacements by flags and by minimum image differ by at most " << largest);
}
