// SPDX-License-Identifier: BSD-3-Clause
// Windows against mpmath, their limits, and the sentences of errors.
#include <sluice/numerics/transform_window.hpp>

#include <limits>

#include <doctest/doctest.h>

using doctest::Approx;
using sluice::numerics::has_width;
using sluice::numerics::Window;
using sluice::numerics::window;
using sluice::numerics::window_names;

namespace {

constexpr Window all[] = {Window::none, Window::lorch, Window::soper_barney, Window::cosine, Window::gaussian};

struct Value {
    double q, value;
};

void check(Window form, double width, std::initializer_list<Value> values) {
    for (const auto& [q, value] : values) CHECK(window(form, q, 25, width) == Approx(value).scale(1).epsilon(1e-15));
}

}  // namespace

TEST_CASE("values: mpmath 1.2.1, 30 digits, q_max = 25") {
    check(Window::none, 0, {{0, 1}, {12.5, 1}, {25, 1}});
    check(Window::lorch, 0,
          {{0.1, 0.99997368126273571}, {5, 0.93548928378863903}, {12.5, 0.63661977236758134}, {24, 0.04155709094885431}});
    check(Window::soper_barney, 0.2,
          {{0.1, 0.99996000057142434}, {5, 0.90350603681927037}, {12.5, 0.49945558713048783}, {24, -0.038415791269129346}});
    check(Window::cosine, 5, {{19, 1}, {20, 1}, {21, 0.90450849718747371}, {22.5, 0.5}, {24, 0.095491502812526288}, {25, 0}});
    check(Window::gaussian, 0.08,
          {{0.1, 0.99996800051199454}, {5, 0.92311634638663578}, {12.5, 0.60653065971263342}, {24, 0.15831002262193875}});
}

TEST_CASE("each is 1 at q = 0, even in q, 0 beyond q_max, and NaN for NaN; q_max itself is inside, rounded or not") {
    for (const Window form : all) {
        CAPTURE(window_names[static_cast<std::size_t>(form)]);
        const double width = form == Window::cosine ? 5 : 0.05;
        CHECK(window(form, 0, 25, width) == 1);
        CHECK(window(form, 1e-9, 25, width) == Approx(1).epsilon(1e-15));
        CHECK(window(form, -7, 25, width) == window(form, 7, 25, width));
        CHECK(window(form, 25.001, 25, width) == 0);
        CHECK(std::isnan(window(form, std::numeric_limits<double>::quiet_NaN(), 25, width)));
    }
    CHECK(window(Window::none, 0.1 * 3 * 10, 3, 0) == 1);
    CHECK(window(Window::gaussian, 25, 25, 0.08) == Approx(std::exp(-2.0)).epsilon(1e-15));
    CHECK(window(Window::lorch, 25, 25, 0) == Approx(0).scale(1).epsilon(1e-15));
}

TEST_CASE("the same window in 1/angstrom and in 1/nm") {
    for (const Window form : all) {
        const double width = form == Window::cosine ? 5 : 0.2, converted = form == Window::cosine ? 50 : 0.02;
        for (const double q : {0.1, 5.0, 24.0})
            CHECK(window(form, 10 * q, 250, converted) == Approx(window(form, q, 25, width)).scale(1).epsilon(1e-14));
    }
}

TEST_CASE("names and widths") {
    CHECK(window_names[static_cast<std::size_t>(Window::soper_barney)] == "soper_barney");
    CHECK(window_names[static_cast<std::size_t>(Window::gaussian)] == "gaussian");
    CHECK_FALSE(has_width(Window::none));
    CHECK_FALSE(has_width(Window::lorch));
    CHECK(has_width(Window::cosine));
}

TEST_CASE("what makes no window is refused with the reason") {
    CHECK_THROWS_WITH_AS((void)window(Window::none, 1, 0, 1), "q_max = 0, must be above 0.", std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)window(Window::gaussian, 1, 25, 0), "the window 'gaussian' needs a width above 0, not 0.",
                         std::invalid_argument);
    CHECK_THROWS_WITH_AS((void)window(Window::cosine, 1, 25, 30),
                         "the edge of the window 'cosine' is 30 long, must be at most q_max = 25.", std::invalid_argument);
    CHECK_THROWS_AS((void)window(Window::soper_barney, 1, 25, std::numeric_limits<double>::quiet_NaN()), std::invalid_argument);
}
