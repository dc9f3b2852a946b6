// SPDX-License-Identifier: BSD-3-Clause
// False lines over 400 noise seeds, and how often and how well lines of several widths and heights are found.
#include "../kernel.hpp"

#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "simulated.hpp"

using namespace sluice::bragg_check;
using namespace sluice::bragg_check::test;

TEST_CASE("false lines in noise on a halo: below 1 % of the curves at threshold 5") {
    for (const double step : {0.02, 0.01})
        for (const double counts : {0.01, 1.0, 100.0})
            for (const bool weighted : {true, false}) {
                int found = 0;
                for (std::uint64_t seed = 1; seed <= 400; ++seed) {
                    const Data data = glass(step, counts, seed);
                    found += check(weighted ? data : without_variances(data), {}).status != Status::amorphous;
                }
                CAPTURE(step);
                CAPTURE(counts);
                CAPTURE(weighted);
                const std::string errors = weighted ? "with" : "without";
                MESSAGE("step " << step << ", counts " << counts << ", " << errors << " variances: " << found << " of 400");
                CHECK(found < 4);
            }
}

TEST_CASE("lines of several widths: the more significant the more are found; pulls of position and width") {
    struct Case {
        double width, significance, least, most;  // parts of the seeds
    };
    for (const auto& [width, significance, least, most] : {Case{0.02, 3, 0, 0.05},
                                                           {0.02, 15, 0.97, 1},
                                                           {0.04, 3, 0, 0.05},
                                                           {0.04, 7, 0.1, 0.6},
                                                           {0.04, 15, 0.98, 1},
                                                           {0.06, 20, 0.97, 1},
                                                           {0.1, 10, 0, 0.3},
                                                           {0.1, 40, 0.97, 1}}) {
        int found = 0, false_lines = 0;
        double n = 0, sum = 0, squares = 0;
        for (std::uint64_t seed = 1; seed <= 200; ++seed) {
            const double position = 9 + 0.02 * std::fmod(0.618 * static_cast<double>(seed), 1.0);
            const auto result = check(glass(0.02, 1, seed, {line_of(significance, position, width, 0.02)}), {});
            for (const Line& line : result.lines) {
                const bool here = std::abs(line.position.value - position) < 0.1;
                (here ? found : false_lines) += 1;
                if (!here || std::isnan(line.position.variance)) continue;
                const double pull = (line.position.value - position) / std::sqrt(line.position.variance);
                n += 1, sum += pull, squares += pull * pull;
            }
        }
        CAPTURE(width);
        CAPTURE(significance);
        MESSAGE("width " << width << ", significance " << significance << ": found " << found << " of 200, false "
                         << false_lines);
        CHECK(found >= 200 * least);
        CHECK(found <= 200 * most);
        CHECK(false_lines <= 1);
        if (width < 0.03 || found < 150) continue;  // a line as narrow as the spacing has no shape
        const double mean = sum / n, spread = std::sqrt(squares / n - mean * mean);
        MESSAGE("pull of the position " << mean << ", width " << spread);
        CHECK(std::abs(mean) < 0.25);
        CHECK(spread > 0.8);
        CHECK(spread < 1.2);
    }
}
