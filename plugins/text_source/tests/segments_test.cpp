// SPDX-License-Identifier: BSD-3-Clause
// Tests of turning points, steady parts and rates of runs, and of rows grouped by a column.
#include "../segments.hpp"
#include "../pieces.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace {

using namespace sluice::text_source;

constexpr double not_measured = std::numeric_limits<double>::quiet_NaN();

/// Up from 0 to `top` by 1, down to 0, up again; the top stands once.
Values up_down_up(int top) {
    Values x;
    for (int i = 0; i < top; ++i) x.push_back(i);
    for (int i = top; i > 0; --i) x.push_back(i);
    for (int i = 0; i <= top; ++i) x.push_back(i);
    return x;
}

/// A deterministic jitter of that size.
double jitter(std::size_t i, double size) { return size * std::sin(12.9898 * static_cast<double>(i)); }

struct Run {
    Values x, time;
    void hold(double seconds) { add(seconds, 0); }
    void ramp(double seconds, double rate_per_s) { add(seconds, rate_per_s); }

private:
    void add(double seconds, double rate) {
        for (double t = 0; t < seconds; t += 1) {
            time.push_back(static_cast<double>(time.size()));
            level_ += rate;
            x.push_back(level_ + jitter(x.size(), 0.01));
        }
    }
    double level_ = 20;
};

Table table_of(const Values& temperature, const Values& time, const std::string& file = "run.txt") {
    return {file, {}, {{"Temperature", "degC", temperature}, {"Time", "s", time}}};
}

template <typename Action>
std::string words_of(Action action) {
    try {
        action();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("a run is cut at its turning points; the turning row ends a segment") {
    const auto segments = find_segments(up_down_up(100), 5);
    REQUIRE(segments.size() == 3);
    const std::ptrdiff_t ends[][2] = {{0, 100}, {101, 200}, {201, 300}};  // x = 100 at row 100, 0 at row 200
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(segments[i].first == ends[i][0]);
        CHECK(segments[i].last == ends[i][1]);
        CHECK(segments[i].heating == (i != 1));
    }
    CHECK(segments[0].extent == 100);
    CHECK(find_segments(up_down_up(3), 5).empty());
    CHECK(find_segments({}, 1).empty());
}

TEST_CASE("jitter, steps back below the tolerance and NaN do not cut a run") {
    Values x;
    for (std::size_t i = 0; i < 200; ++i) x.push_back(static_cast<double>(i) * 0.5 + jitter(i, 2));
    for (std::size_t i = 90; i < 94; ++i) x[i] -= 3;  // recalescence
    x[50] = not_measured;
    REQUIRE(find_segments(x, 0.07 * 100).size() == 1);
    CHECK(find_segments(x, 0.01 * 100).size() > 1);
    std::reverse(x.begin(), x.end());
    const auto cooling = find_segments(x, 7);
    REQUIRE(cooling.size() == 1);
    CHECK_FALSE(cooling.front().heating);
    CHECK(cooling.front().last == 199);
}

TEST_CASE("start-up and holds are cut off to within a hundredth of the rows, whatever their length") {
    for (const double hold : {0.0, 30.0, 3000.0}) {
        CAPTURE(hold);
        Run run;
        run.hold(hold);
        run.ramp(500, 0.1);
        run.hold(hold);
        const auto segments = find_segments(run.x, 0.05 * 50);
        REQUIRE(segments.size() == 1);
        for (const bool timed : {true, false}) {
            const auto cut = without_slow_ends(run.x, timed ? run.time : Values(), segments.front(), 0.5);
            const double slack = (500 + 2 * hold) / 100;  // half the window of a rate
            CHECK(std::abs(static_cast<double>(cut.first) - hold) <= slack);
            CHECK(std::abs(static_cast<double>(cut.last) - (hold + 499)) <= slack);
        }
        CHECK(without_slow_ends(run.x, run.time, segments.front(), 0).last == std::ssize(run.x) - 1);
    }
}

TEST_CASE("the rate of a steady run, with a disturbance, and none of an unsteady one") {
    Run steady;
    steady.ramp(600, 0.1);
    const auto near_six = doctest::Approx(6).epsilon(0.003);  // 0.1 K/s, jitter and rounding
    CHECK(steady_rate(steady.x, steady.time, 60).value_or(0) == near_six);
    Values melting = steady.x;
    for (std::size_t i = 300; i < 340; ++i) melting[i] -= 1.5;  // the sample lags behind
    CHECK(steady_rate(melting, steady.time, 60).value_or(0) == near_six);
    Values cooled = steady.x;
    for (double& each : cooled) each = -each;
    CHECK(-steady_rate(cooled, steady.time, 60).value_or(0) == near_six);
    steady.ramp(600, 0.3);
    CHECK_FALSE(steady_rate(steady.x, steady.time));
    CHECK_FALSE(steady_rate(up_down_up(100), up_down_up(100)));  // time that goes back
    Values exact, seconds;
    for (int i = 0; i < 100; ++i) {
        exact.push_back(0.6720123 * i);
        seconds.push_back(i);
    }
    CHECK(steady_rate(exact, seconds, 60) == 40.3);  // 40.320738 to three digits
    CHECK_FALSE(steady_rate(Values{1, 2, 3}, Values{1, 2, 3}));
    CHECK_FALSE(steady_rate(Values(100, 5.0), Values(100, 1.0)));
}

TEST_CASE("rows are grouped by value, in any order") {
    const auto groups = group_rows(Values{8, 1, 8, 0.5, 1.0000004, 0.5}, 1e-6);
    REQUIRE(groups.size() == 3);
    CHECK(groups[0].value == 0.5);
    CHECK(groups[0].rows == std::vector<std::ptrdiff_t>{3, 5});
    CHECK(groups[1].value == doctest::Approx(1.0000002).epsilon(1e-12));
    CHECK(groups[1].rows == std::vector<std::ptrdiff_t>{1, 4});
    CHECK(groups[2].rows == std::vector<std::ptrdiff_t>{0, 2});
    CHECK(group_rows(Values{-1, 0, -1, 0}, 0).size() == 2);
    CHECK(words_of([] { (void)group_rows(Values{1, not_measured}, 0); }) == "row 1 has no finite value in it");
    CHECK(words_of([] {
              (void)group_rows(Values{1, 2, 3}, 0);
          }) == "every row has a value of its own in it: needed is a column of few values, or a larger tolerance");
}

TEST_CASE("curves of files: segments by kind, by number, all of them") {
    Run run;
    run.ramp(300, 0.1);
    run.ramp(300, -0.1);
    run.ramp(600, 0.1);
    Export file{{{"", 1, table_of(run.x, run.time)}}, {}};
    PieceOptions options;
    options.coordinate = "Temperature";
    options.is_time_unit = [](const std::string& unit) { return unit == "s"; };
    CHECK(pieces_of({file}, options).tables.front().columns[0].values.size() == 1200);

    options.segments = Segments::heating;
    const auto longest = pieces_of({file}, options);
    CHECK(longest.axes.empty());
    CHECK(longest.tables.front().columns[0].values.size() == doctest::Approx(600).epsilon(0.02));
    options.segment_index = 0;
    CHECK(pieces_of({file}, options).tables.front().columns[0].values.size() == doctest::Approx(300).epsilon(0.03));
    options.segments = Segments::cooling;
    options.segment_index = 1;
    CHECK(words_of([&] { (void)pieces_of({file}, options); }) ==
          "run.txt: no such cooling segment; there are: heating_1, cooling_1, heating_2. Change segments or segment_index, or "
          "turn_tolerance.");

    // A file that lacks a segment has a curve without rows for it.
    Run shorter;
    shorter.ramp(300, 0.1);
    const Export other{{{"", 1, table_of(shorter.x, shorter.time)}}, {}};
    options.segment_index = -1;
    options.segments = Segments::split;
    const auto split = pieces_of({other, file}, options);
    REQUIRE(split.axes.size() == 1);
    CHECK(split.axes.front().labels == Names{"heating_1", "cooling_1", "heating_2"});
    REQUIRE(split.tables.size() == 6);
    CHECK(split.tables[1].columns[0].values.empty());
    const std::vector<Table> lacking{split.tables[1], split.tables[2]};
    CHECK(stack_column(lacking, "Temperature", Rows::padded).values.empty());
    CHECK(split.tables[4].columns[0].values.front() > split.tables[4].columns[0].values.back());
    const Export flat{{{"", 1, table_of(Values(5, 1.0), Values(5, 1.0))}}, {}};
    CHECK(words_of([&] { (void)pieces_of({flat}, options); }) ==
          "run.txt: the coordinate does not change, so there are no segments to split.");
}

TEST_CASE("the time is a column of the recipe in a unit of time, else one called time") {
    const Table table{"run.txt", {}, {{"t", "min", {1, 2}}, {"Time", "s", {3, 4}}, {"Timer", "", {5, 6}}}};
    PieceOptions options;
    CHECK(times_of(table, options).values.empty());  // nobody says which units are those of time
    options.is_time_unit = [](const std::string& unit) { return unit == "s" || unit == "min"; };
    CHECK(times_of(table, options).unit == "s");
    options.times = {{"Timer", "K"}, {"t", ""}};
    CHECK(times_of(table, options).unit == "min");
    CHECK(times_of(table, options).values[1] == 2);
    options.times = {{"Timer", "s"}};
    CHECK(times_of(table, options).values[1] == 6);
    CHECK(single_value({"f", "Hz", {8, 8 * (1 + 1e-7)}}) == 8);
    CHECK_FALSE(single_value({"f", "Hz", {8, 8.1}}));
    CHECK_FALSE(single_value({"f", "Hz", {}}));
}

TEST_CASE("curves of files: steps by name and number, pooled into groups") {
    const auto step = [](const std::string& name, double frequency) {
        return Block{name, 7, {"run.txt", {}, {{"T", "degC", {1, 2}}, {"f", "Hz", {frequency, frequency}}}}};
    };
    Export file{{step("a", 8), step("b", 1), {"empty", 9, {"run.txt", {}, {}}}}, {}};
    PieceOptions options;
    options.coordinate = "T";
    CHECK(words_of([&] { (void)pieces_of({file}, options); }) ==
          "run.txt:9: step 'empty' has no rows. Name the ones to read by step; there are 0 'a', 1 'b', 2 'empty'.");
    options.steps = {"b"};
    CHECK(pieces_of({file}, options).axes.empty());
    options.steps = {std::int64_t{0}, "b"};
    CHECK(pieces_of({file}, options).axes.front().labels == Names{"a", "b"});
    options.group_by = "f";
    const auto groups = pieces_of({file}, options);
    CHECK(groups.axes.front().numbers == Values{1, 8});
    Export unlike = file;
    unlike.blocks[1].table.columns[1].values = {2, 2};
    CHECK(words_of([&] {
              (void)pieces_of({file, unlike}, options);
          }).find("run.txt: 2 curves by group_by, but the first file (run.txt) has 2, or at other values.") == 0);
    unlike.blocks[1].table.columns[1].unit = "rad/s";
    CHECK(words_of([&] { (void)pieces_of({unlike}, options); }).find("its steps have unlike columns or units") !=
          std::string::npos);
    options.steps = {"c"};
    CHECK(words_of([&] { (void)pieces_of({file}, options); }) == "run.txt: no step 'c'. There are 0 'a', 1 'b', 2 'empty'.");
}
