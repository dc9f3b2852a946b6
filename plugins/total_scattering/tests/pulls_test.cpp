// SPDX-License-Identifier: BSD-3-Clause
// Scale, constant and S over 200 seeds: pulls of mean 0 and width 1, and scale and constant correlated as their covariance says.
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "simulated.hpp"

namespace {

using namespace sluice::total_scattering;
using namespace sluice::total_scattering::test;
using doctest::Approx;

constexpr int seeds = 200;

struct Pulls {
    double sum = 0, squares = 0;

    void add(double pull) {
        sum += pull / seeds;
        squares += pull * pull / seeds;
    }
    /// 200 seeds: the standard error of the mean is 0.07, that of the width 0.05.
    void check() const {
        const double width = std::sqrt(squares - sum * sum);
        CHECK(std::abs(sum) < 0.2);
        CHECK(width > 0.85);
        CHECK(width < 1.2);
    }
};

/// The truth of each number is what the same reduction gives of the exact curve: its bias by S - 1 is no matter here.
void check_pulls(Method method, std::ptrdiff_t step) {
    auto exact = simulate(0);
    const auto options = options_for(exact, method);
    const auto truth = reduce(exact, options);
    Pulls alpha, beta;
    std::vector<Pulls> s(4);
    double products = 0;
    for (int seed = 1; seed <= seeds; ++seed) {
        auto data = simulate(static_cast<std::uint64_t>(seed));
        data.variance = exact.variance;
        const auto reduced = reduce(data, options);
        REQUIRE(reduced.status == Status::ok);
        const auto& scale = reduced.scale;
        alpha.add((scale.alpha.value - truth.scale.alpha.value) / std::sqrt(scale.alpha.variance));
        beta.add((scale.beta.value - truth.scale.beta.value) / std::sqrt(scale.beta.variance));
        products += (scale.alpha.value - truth.scale.alpha.value) * (scale.beta.value - truth.scale.beta.value) / seeds;
        for (std::size_t k = 0; k < s.size(); ++k) {
            const auto i = static_cast<std::size_t>(step) * (k + 1);
            s[k].add((reduced.structure.faber_ziman[i] - truth.structure.faber_ziman[i]) /
                     std::sqrt(reduced.structure.variance[i]));
        }
    }
    alpha.check();
    beta.check();
    for (const auto& each : s) each.check();
    CHECK(products ==
          Approx(truth.scale.covariance).epsilon(0.4));  // 4 standard errors of a covariance of 200 at full correlation
}

}  // namespace

TEST_CASE("pulls of the level at high q, seeds 1 to 200") { check_pulls(Method::high_q, 200); }

TEST_CASE("pulls of Krogh-Moe, seeds 1 to 200") { check_pulls(Method::krogh_moe, 200); }
