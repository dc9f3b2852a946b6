// SPDX-License-Identifier: BSD-3-Clause
// The average over trains against the literal evaluation, for any division of the run among states; limits; refusals.
#include "../train_average.hpp"

#include <functional>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include "literal.hpp"

namespace {

using namespace literal;
using doctest::Approx;
using State = std::vector<std::byte>;

State empty_state(const Settings& settings) {
    State state(at(state_bytes(settings)), std::byte{0x40});  // doubles of 32.5 wherever initialize() does not write
    initialize(state, settings);
    return state;
}

/// The state of trains first .. last - 1.
State leaf(const Frames& f, const Settings& settings, std::ptrdiff_t first, std::ptrdiff_t last) {
    State state = empty_state(settings);
    for (std::ptrdiff_t n = first; n < last; ++n) {
        const bool linked = f.linked[at(n)];
        const Doubles own = products(f, n, n), pair = linked ? products(f, n - 1, n) : Doubles();
        push(state, settings, {n, f.trains(), linked, own, pair});
    }
    return state;
}

State joined(State a, const State& b, const Settings& settings) {
    merge(a, b, settings);
    return a;
}

Result finished(const Frames& f, const Settings& settings, const State& state) {
    const bool wraps = settings.edge == Edge::wrap && f.trains() > 1;
    return finish(state, settings, wraps ? products(f, f.trains() - 1, 0) : Doubles());
}

Result average(const Frames& f, const Settings& settings) { return finished(f, settings, leaf(f, settings, 0, f.trains())); }

/// Equal to 1e-13 of `scale`, or both NaN.
bool close(double a, Real b, double scale = 1) {
    return std::isnan(a) ? std::isnan(b) : std::abs(a - static_cast<double>(b)) <= 1e-13 * std::max(scale, std::abs(a));
}

/// Index of the first element that differs; -1: none.
std::ptrdiff_t first_difference(const Doubles& a, const Doubles& b) {
    if (a.size() != b.size()) return 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!close(a[i], b[i])) return static_cast<std::ptrdiff_t>(i);
    return -1;
}

void check_same(const Result& a, const Result& b) {
    CHECK(first_difference(a.correlation, b.correlation) == -1);
    CHECK(first_difference(a.variance, b.variance) == -1);
    CHECK(a.count == b.count);
    CHECK(first_difference(a.artefact, b.artefact) == -1);
    CHECK(first_difference(a.intensity, b.intensity) == -1);
    CHECK(first_difference(a.intensity_variance, b.intensity_variance) == -1);
    CHECK(first_difference(a.contrast, b.contrast) == -1);
    CHECK(first_difference(a.contrast_variance, b.contrast_variance) == -1);
    CHECK(first_difference(a.contrast_raw, b.contrast_raw) == -1);
    CHECK(first_difference(a.contrast_raw_variance, b.contrast_raw_variance) == -1);
    CHECK(first_difference(a.contrast_ratio, b.contrast_ratio) == -1);
    CHECK(a.lonely == b.lonely);
    CHECK(a.frames_empty == b.frames_empty);
    CHECK(close(a.mean_sum, b.mean_sum));
}

std::vector<One> all_trains(const Frames& f, const Settings& settings) {
    std::vector<One> trains;
    for (std::ptrdiff_t n = 0; n < f.trains(); ++n) trains.push_back(train_of(f, settings, n));
    return trains;
}

bool in_replicate(const Frames& f, const Settings& settings, std::size_t n, std::ptrdiff_t replicate) {
    return replicate == 0 || static_cast<std::ptrdiff_t>(n) * settings.blocks / f.trains() != replicate - 1;
}

/// Mean over the trains of a replicate, with the variance that the header promises.
template <class F>
Mean replicate_of(const Frames& f, const Settings& settings, const std::vector<One>& trains, std::ptrdiff_t replicate,
                  const F& member) {
    const bool neighbours = settings.artefact == Artefact::neighbours, wrapped = neighbours && settings.edge == Edge::wrap;
    const auto kept = [&](std::size_t n) { return in_replicate(f, settings, n, replicate); };
    const Mean all = mean_of(over_trains(trains, member, [](std::size_t) { return true; }), f.linked, neighbours, wrapped);
    Mean out = mean_of(over_trains(trains, member, kept), f.linked, neighbours, wrapped);
    out.variance = out.count > 0 ? all.variance * static_cast<Real>(all.count) / static_cast<Real>(out.count) : unknown;
    return out;
}

/// Ratio of sums at element i, and at which trains; the contrasts are the means over pulses of it.
struct Ratio {
    Reals values;  ///< [T T], C
    Reals counts;  ///< [T T]
    Real raw = 0, corrected = 0;
};

Ratio ratio_of(const Frames& f, const Settings& settings, const std::vector<One>& trains, std::ptrdiff_t replicate) {
    const auto sum = [&](auto member) {
        return sum_of(over_trains(trains, member, [&](std::size_t n) { return in_replicate(f, settings, n, replicate); }));
    };
    Ratio out;
    Real pulses = 0;
    for (std::size_t i = 0; i < at(f.pulses * f.pulses); ++i) {
        const Real means = sum([&](const One& one) { return one.means[i]; });
        const Real artefact = settings.artefact == Artefact::none
                                  ? 1
                                  : sum([&](const One& one) { return one.artefact[i]; }) /
                                        sum([&](const One& one) { return one.artefact_means[i]; });
        out.values.push_back(sum([&](const One& one) { return one.product[i]; }) / means - artefact);
        out.counts.push_back(sum([&](const One& one) { return std::isnan(one.product[i]) ? 0 : 1; }));
        if (i % at(f.pulses + 1) != 0 || out.counts.back() == 0) continue;
        const std::size_t k = i / at(f.pulses + 1);
        out.raw += out.values.back();
        out.corrected +=
            out.values.back() - sum([&](const One& one) { return std::isnan(one.product[i]) ? 0 : one.noise_sum[k]; }) / means;
        ++pulses;
    }
    out.raw /= pulses;
    out.corrected /= pulses;
    return out;
}

Real jackknife(const Reals& left_out, const Reals& counts) {
    Reals used;
    for (std::size_t k = 1; k < left_out.size(); ++k)
        if (counts[k] != counts[0] && !std::isnan(left_out[k])) used.push_back(left_out[k]);
    if (used.size() < 2) return unknown;
    const auto n = static_cast<Real>(used.size());
    const Real mean = sum_of(used) / n;
    Real squares = 0;
    for (const Real each : used) squares += (each - mean) * (each - mean);
    return squares * (n - 1) / n;
}

void check_per_frame(const Frames& f, const Settings& settings, const Result& got) {
    const auto trains = all_trains(f, settings);
    const std::size_t elements = at(f.pulses * f.pulses);
    for (std::ptrdiff_t replicate = 0; replicate < replicates(settings); ++replicate) {
        const std::size_t r = at(replicate);
        for (std::size_t i = 0; i < elements; ++i) {
            const Mean wanted = replicate_of(f, settings, trains, replicate, [&](const One& one) { return one.d[i]; });
            CHECK(close(got.correlation[r * elements + i], wanted.value));
            CHECK(close(got.variance[r * elements + i], wanted.variance));
            CHECK(got.count[r * elements + i] == wanted.count);
        }
        const Mean raw = replicate_of(f, settings, trains, replicate, [](const One& one) { return one.raw; });
        const Mean corrected = replicate_of(f, settings, trains, replicate, [](const One& one) { return one.corrected; });
        CHECK(close(got.contrast_raw[r], raw.value));
        CHECK(close(got.contrast_raw_variance[r], raw.variance));
        CHECK(close(got.contrast[r], corrected.value));
        CHECK(close(got.contrast_variance[r], corrected.variance));
    }
    for (std::size_t i = 0; i < elements; ++i) {
        const Mean xc = replicate_of(f, settings, trains, 0, [&](const One& one) { return one.xc[i]; });
        CHECK(close(got.artefact[i], settings.artefact == Artefact::none ? unknown : xc.value));
    }
}

void check_ratio(const Frames& f, const Settings& settings, const Result& got) {
    const auto trains = all_trains(f, settings);
    const std::size_t elements = at(f.pulses * f.pulses);
    std::vector<Ratio> wanted;
    for (std::ptrdiff_t replicate = 0; replicate < replicates(settings); ++replicate)
        wanted.push_back(ratio_of(f, settings, trains, replicate));
    const auto column = [&](auto member) {
        Reals out;
        for (const Ratio& each : wanted) out.push_back(member(each));
        return out;
    };
    for (std::size_t r = 0; r < wanted.size(); ++r) {
        for (std::size_t i = 0; i < elements; ++i) {
            const auto counts = column([&](const Ratio& one) { return one.counts[i]; });
            const Real variance = jackknife(column([&](const Ratio& one) { return one.values[i]; }), counts);
            CHECK(close(got.correlation[r * elements + i], wanted[r].values[i]));
            CHECK(close(got.variance[r * elements + i], counts[r] > 0 ? variance * counts[0] / counts[r] : unknown));
            CHECK(got.count[r * elements + i] == static_cast<std::int64_t>(counts[r]));
        }
        CHECK(close(got.contrast_raw[r], wanted[r].raw));
        CHECK(close(got.contrast[r], wanted[r].corrected));
    }
}

void check_intensity(const Frames& f, const Settings& settings, const Result& got) {
    Real numerator = 0, denominator = 0;
    for (std::ptrdiff_t k = 0; k < f.pulses; ++k) {
        Reals means;
        for (std::ptrdiff_t n = 0; n < f.trains(); ++n) {
            Real sum = 0, squares = 0, pixels = 0;
            for (std::ptrdiff_t p = 0; p < f.pixels; ++p)
                if (f.good(n, p)) sum += f.value(n, k, p), squares += f.value(n, k, p) * f.value(n, k, p), ++pixels;
            means.push_back(sum / pixels);
            if (sum <= 0 || sum < settings.min_counts) continue;
            numerator += squares / pixels - settings.noise.gain * means.back() - settings.noise.variance;
            denominator += means.back() * means.back();
        }
        const Mean wanted = mean_of(means, f.linked, false, false);
        CHECK(close(got.intensity[at(k)], wanted.value));
        CHECK(close(got.intensity_variance[at(k)], wanted.variance));
    }
    CHECK(close(got.contrast_ratio[0], numerator / denominator - 1));
}

void check_literal(const Frames& f, const Settings& settings) {
    const Result got = average(f, settings);
    if (settings.normalisation == Normalisation::per_frame)
        check_per_frame(f, settings, got);
    else
        check_ratio(f, settings, got);
    check_intensity(f, settings, got);
}

std::vector<Settings> all_settings(std::ptrdiff_t pulses, std::ptrdiff_t blocks) {
    std::vector<Settings> out;
    for (const auto normalisation : {Normalisation::per_frame, Normalisation::ratio_of_sums}) {
        out.push_back({pulses, blocks, Artefact::none, Edge::single, normalisation, {1, 0}, 1});
        for (const auto edge : {Edge::single, Edge::drop, Edge::wrap})
            out.push_back({pulses, blocks, Artefact::neighbours, edge, normalisation, {1.5, 0.25}, 1});
    }
    return out;
}

/// Frames with all that can go wrong: gaps, empty frames, masked pixels.
Frames difficult_frames(std::ptrdiff_t trains, unsigned seed, bool first_apart = false) {
    Frames f = random_frames(trains, 4, 30, 2, seed, true);
    if (trains > 4) f.linked[3] = f.linked[4] = false;  // train 3 is lonely
    if (trains > 8) f.linked[8] = false;                // a gap whose ends have another neighbour each
    if (trains > 1 && first_apart) f.linked[1] = false;
    const auto blank = [&](std::ptrdiff_t n, std::ptrdiff_t k) {
        for (std::ptrdiff_t p = 0; p < f.pixels; ++p) f.values[at(n)][at(k * f.pixels + p)] = 0;
    };
    if (trains > 1) blank(1, 2);
    if (trains > 6) blank(6, 0), blank(5, 1), blank(trains - 1, 3);
    return f;
}

}  // namespace

TEST_CASE("the average equals the literal evaluation, for all edges, normalisations, blocks, gaps and empty frames") {
    for (const std::ptrdiff_t trains : {1, 2, 3, 11})
        for (const std::ptrdiff_t blocks : {1, 3})
            for (const Settings& settings : all_settings(4, blocks)) {
                if (blocks > trains) continue;
                CAPTURE(trains);
                CAPTURE(blocks);
                CAPTURE(static_cast<int>(settings.edge));
                CAPTURE(static_cast<int>(settings.artefact));
                CAPTURE(static_cast<int>(settings.normalisation));
                check_literal(random_frames(trains, 4, 30, 2, 11), settings);
                check_literal(difficult_frames(trains, 12), settings);
                check_literal(difficult_frames(trains, 12, true), settings);
            }
}

TEST_CASE("one pulse, one pixel, and no pixel at all") {
    for (const Settings& settings : all_settings(1, 2)) {
        check_literal(random_frames(5, 1, 40, 3, 13), settings);
        check_literal(random_frames(5, 1, 1, 50, 14), settings);
        Frames none = random_frames(5, 1, 3, 3, 15);
        none.masked.assign(5, {true, true, true});
        const Result result = average(none, settings);
        CHECK(result.count == std::vector<std::int64_t>(3, 0));
        CHECK(std::isnan(result.correlation[0]));
        CHECK(std::isnan(result.contrast[0]));
        CHECK(std::isnan(result.intensity[0]));
        CHECK(result.frames_empty == 5);
    }
}

TEST_CASE("any division of the run among states and any tree of merges gives the same result") {
    const std::ptrdiff_t trains = 11;
    std::mt19937_64 generator(17);
    for (const bool first_apart : {false, true})
        for (const Settings& settings : all_settings(4, 3)) {
            const Frames f = difficult_frames(trains, 16, first_apart);
            const Result whole = average(f, settings);
            const auto singles = [&](std::ptrdiff_t first, std::ptrdiff_t last) {  // from the left, one train each
                State state = empty_state(settings);
                for (std::ptrdiff_t n = first; n < last; ++n) merge(state, leaf(f, settings, n, n + 1), settings);
                return state;
            };
            check_same(finished(f, settings, singles(0, trains)), whole);
            State right = leaf(f, settings, trains - 1, trains);  // from the right
            for (std::ptrdiff_t n = trains - 1; n-- > 0;) right = joined(leaf(f, settings, n, n + 1), right, settings);
            check_same(finished(f, settings, right), whole);
            for (std::ptrdiff_t cut = 1; cut < trains; ++cut)
                check_same(finished(f, settings, joined(leaf(f, settings, 0, cut), leaf(f, settings, cut, trains), settings)),
                           whole);
            for (int i = 0; i < 20; ++i) {  // random binary trees
                const std::function<State(std::ptrdiff_t, std::ptrdiff_t)> tree = [&](std::ptrdiff_t first, std::ptrdiff_t last) {
                    if (last - first == 1 || generator() % 5 == 0) return leaf(f, settings, first, last);
                    const auto cut = first + 1 + static_cast<std::ptrdiff_t>(generator() % at(last - first - 1));
                    return joined(tree(first, cut), tree(cut, last), settings);
                };
                check_same(finished(f, settings, tree(0, trains)), whole);
            }
        }
}

TEST_CASE("an empty state changes none, and the same tree of merges gives the same bits") {
    const Settings settings{3, 2, Artefact::neighbours, Edge::wrap, Normalisation::per_frame, {1, 0}, 1};
    const Frames f = random_frames(6, 3, 20, 3, 18);
    const auto tree = [&] { return joined(leaf(f, settings, 0, 2), leaf(f, settings, 2, 6), settings); };
    CHECK(finished(f, settings, tree()).correlation == finished(f, settings, tree()).correlation);
    CHECK(joined(tree(), empty_state(settings), settings) == tree());
    CHECK(joined(empty_state(settings), tree(), settings) == tree());
}

TEST_CASE("constant frames give zero") {
    Frames f = random_frames(5, 4, 30, 2, 19);
    for (auto& train : f.values)
        for (std::size_t i = 0; i < train.size(); ++i) train[i] = 3 + static_cast<double>(i / 30);  // each pulse its own
    for (const Settings& settings : all_settings(4, 2)) {
        const Result result = average(f, settings);
        // per_frame: numerator and denominator are the same integers, so exactly 0; sums of ratios round.
        const double tolerance = settings.normalisation == Normalisation::per_frame ? 0 : 1e-15;
        for (const double each : result.correlation) CHECK(std::abs(each) <= tolerance);
        for (const double each : result.variance) CHECK(each <= 1e-30);
    }
}

TEST_CASE("a factor on each frame changes nothing per frame, an offset b scales C by (I / (I + b))^2") {
    const Frames f = random_frames(6, 4, 40, 5, 20);
    std::mt19937_64 generator(21);
    std::uniform_real_distribution<double> factor(0.2, 5);
    Frames scaled = f, shifted = f;
    for (auto& train : scaled.values)
        for (std::size_t k = 0; k < 4; ++k) {
            const double by = factor(generator);
            for (std::size_t p = 0; p < 40; ++p) train[k * 40 + p] *= by;
        }
    for (auto& train : shifted.values)  // each frame by its own mean: I / (I + b) = 1 / 2
        for (std::size_t k = 0; k < 4; ++k) {
            double sum = 0;
            for (std::size_t p = 0; p < 40; ++p) sum += train[k * 40 + p];
            for (std::size_t p = 0; p < 40; ++p) train[k * 40 + p] += sum / 40;
        }
    for (const auto edge : {Edge::single, Edge::drop, Edge::wrap}) {
        const Settings settings{4, 2, Artefact::neighbours, edge, Normalisation::per_frame, {}, 1};
        const Result a = average(f, settings), b = average(scaled, settings), c = average(shifted, settings);
        for (std::size_t i = 0; i < a.correlation.size(); ++i) {
            CHECK(close(a.correlation[i], b.correlation[i], 10));  // <I I> / (<I><I>) of order 1 rounds before 1 is taken off
            CHECK(close(a.correlation[i], 4 * c.correlation[i], 10));
        }
    }
}

TEST_CASE("uncorrelated Poisson counts: 1 / <k> on the diagonal, 0 elsewhere, contrast 0, within the errors given") {
    const unsigned seed = 22;
    MESSAGE("seed ", seed);
    std::mt19937_64 generator(seed);
    std::poisson_distribution<int> counts(2.5);
    Frames f = random_frames(60, 5, 400, 1, seed);
    for (auto& train : f.values)
        for (double& value : train) value = counts(generator);
    for (const auto normalisation : {Normalisation::per_frame, Normalisation::ratio_of_sums}) {
        const Result r = average(f, {5, 10, Artefact::neighbours, Edge::single, normalisation, {1, 0}, 1});
        for (std::size_t i = 0; i < 25; ++i) {
            const double expected = i % 6 == 0 ? 1 / 2.5 : 0;
            CHECK(std::abs(r.correlation[i] - expected) < 4.5 * std::sqrt(r.variance[i]));  // 30 normal deviates
        }
        CHECK(std::abs(r.contrast[0]) < 4.5 * std::sqrt(r.contrast_variance[0]));
        CHECK(r.contrast_raw[0] == Approx(r.contrast[0] + 1 / 2.5).epsilon(0.01));
        CHECK(std::abs(r.contrast_ratio[0]) < 4.5 * std::sqrt(r.contrast_variance[0]));
    }
}

TEST_CASE("the standard error is the scatter of the mean over repeated runs; trains taken as independent would give too little" * doctest::test_suite("long")) {
    const unsigned seed = 23;
    const int runs = 3000;
    MESSAGE("seed ", seed);
    std::mt19937_64 generator(seed);
    std::uniform_int_distribution<int> counts(0, 7);
    const Settings settings{2, 1, Artefact::neighbours, Edge::single, Normalisation::per_frame, {1, 0}, 1};
    Frames f = random_frames(60, 2, 40, 1, seed);
    double sum = 0, squares = 0, predicted = 0, independent = 0;
    for (int run = 0; run < runs; ++run) {
        for (auto& train : f.values)
            for (double& value : train) value = counts(generator);
        const Result r = average(f, settings);
        sum += r.correlation[1];
        squares += r.correlation[1] * r.correlation[1];
        predicted += r.variance[1] / runs;
        if (run % 30 != 0) continue;
        const auto d = over_trains(
            all_trains(f, settings), [](const One& one) { return one.d[1]; }, [](std::size_t) { return true; });
        independent += static_cast<double>(mean_of(d, f.linked, false, false).variance) / (runs / 30);
    }
    const double measured = (squares - sum * sum / runs) / (runs - 1);
    MESSAGE("variance of the mean off the diagonal, measured / predicted: ", measured / predicted,
            ", / independent: ", measured / independent);
    // The measured variance is known to sqrt(2 / 2999) = 2.6 %. In theory the ratios are 1 and 1.5 / 1.25 = 1.2; max(g1, 0)
    // and the mean taken from the same 60 trains shift the first by a few percent.
    CHECK(measured / predicted == Approx(1).epsilon(0.1));
    CHECK(measured / independent > 1.08);
}

TEST_CASE("numbers of the run: trains without neighbour, empty frames, pixels left out, mean sum") {
    const Frames f = difficult_frames(11, 24);
    const auto lonely = [&](Edge edge) {
        return average(f, {4, 1, Artefact::neighbours, edge, Normalisation::per_frame, {}, 1}).lonely;
    };
    CHECK(lonely(Edge::single) == 1);  // train 3
    CHECK(lonely(Edge::drop) == 7);    // 0, 2, 3, 4, 7, 8, 10
    CHECK(lonely(Edge::wrap) == 1);
    const Settings settings{4, 1, Artefact::none, Edge::single, Normalisation::per_frame, {}, 1};
    const Result result = average(f, settings);
    CHECK(result.lonely == 0);
    CHECK(result.trains == 11);
    CHECK(result.frames == 44);
    CHECK(result.frames_empty == 4);
    State state = empty_state(settings);
    const Doubles own = products(f, 0, 0);
    push(state, settings, {0, 2, false, own, {}, 3});
    push(state, settings, {1, 2, false, own, {}, 2});
    CHECK(finish(state, settings).pixels_left_out == 3);
    double sum = 0;
    for (std::size_t k = 0; k < 4; ++k) sum += own[k * 5 + 4];
    CHECK(finish(state, settings).mean_sum == Approx(sum / 4).epsilon(1e-15));
}

TEST_CASE("min_counts: frames below it are left out, and one train has no variance") {
    const Frames f = random_frames(3, 2, 20, 1, 25);
    Settings settings{2, 1, Artefact::none, Edge::single, Normalisation::per_frame, {}, 1e6};
    CHECK(average(f, settings).count == std::vector<std::int64_t>(4, 0));
    CHECK(average(f, settings).frames_empty == 6);
    CHECK(average(f, settings).intensity[0] > 0);  // these are counted all the same
    settings.min_counts = 0;
    CHECK(average(f, settings).count == std::vector<std::int64_t>(4, 3));
    const Result one = average(random_frames(1, 2, 20, 1, 26), settings);
    CHECK(one.count[0] == 1);
    CHECK(std::isnan(one.variance[0]));
    CHECK(std::isnan(one.intensity_variance[0]));
}

TEST_CASE("wrong lengths, orders and settings are refused") {
    const Settings settings{2, 1, Artefact::none, Edge::single, Normalisation::per_frame, {}, 1};
    State state = empty_state(settings);
    const Doubles own(9, 1);
    const auto check = [](auto call, const std::string& text) {
        CHECK_THROWS_WITH_AS(call(), text.c_str(), std::invalid_argument);
    };
    check(
        [&] {
            push(state, settings, {0, 5, false, std::span(own).first(4), {}});
        },
        "products of a train have length 4 and 0, must be 9.");
    check([&] { push(state, settings, {5, 5, false, own, {}}); }, "train 5 of 5 does not follow 0 trains from 0 on.");
    push(state, settings, {0, 5, false, own, {}});
    check([&] { push(state, settings, {2, 5, false, own, {}}); }, "train 2 of 5 does not follow 1 trains from 0 on.");
    check([&] { merge(state, state, settings); }, "trains from 0 on do not follow 1 trains from 0 on.");
    check([&] { (void)finish(state, settings); }, "the average of 1 of 5 trains: the run is not complete.");
    check([&] { initialize(std::span(state).first(8), settings); },
          "state has length 8, must be " + std::to_string(state_bytes(settings)) + ".");
    check([&] { (void)state_bytes({0, 1}); }, "an average of 0 pulses in 1 blocks: both must be >= 1.");
    const Settings blocks{2, 3, Artefact::none, Edge::single, Normalisation::per_frame, {}, 1};
    State three = empty_state(blocks);
    check([&] { push(three, blocks, {0, 2, false, own, {}}); }, "blocks = 3, must be at most the number of trains, 2.");
}
