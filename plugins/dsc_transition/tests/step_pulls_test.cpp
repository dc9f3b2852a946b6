// SPDX-License-Identifier: BSD-3-Clause
// Errors of the glass transition against the spread over 400 noise realisations.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "convert.hpp"
#include "simulated.hpp"
#include "support/pulls.hpp"
#include "step.hpp"

namespace {

using namespace sluice::dsc_transition;

using sluice::test::Pulls;

struct AllPulls {
    Pulls onset, midpoint, end, step;
    std::ptrdiff_t failed = 0;
};

AllPulls pulls_of(simulated::Scan scan, const StepOptions& options, double onset_bias = 0, double end_bias = 0) {
    AllPulls out;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        scan.seed = seed;
        const auto data = simulated::simulate(scan);
        const auto prepared = prepare({data.temperature, data.heat_flow, {}, data.time, {}}, {});
        const auto result = evaluate_step(prepared.scan(), options);
        if (result.status != StepStatus::ok) {
            ++out.failed;
            continue;
        }
        out.onset.add(result.onset, scan.onset() + onset_bias);
        out.midpoint.add(result.midpoint, scan.midpoint);
        out.end.add(result.end, scan.end() + end_bias);
        out.step.add(result.heat_capacity_step, scan.heat_capacity_step);
    }
    return out;
}

}  // namespace

TEST_CASE("the model over seeds 1 to 400: pulls of onset, midpoint, end and step, windows given and chosen") {
    simulated::Scan scan;
    scan.noise = 0.001;
    scan.peaks = {{540, 2.5, -30}};
    for (const bool given : {true, false}) {
        StepOptions options;
        options.method = StepMethod::model;
        if (given) options.glass_from_K = 400, options.glass_to_K = 430, options.liquid_from_K = 458, options.liquid_to_K = 490;
        const auto pulls = pulls_of(scan, options);
        CHECK(pulls.failed == 0);
        pulls.onset.check(given ? "given: onset" : "chosen: onset");
        pulls.midpoint.check("midpoint");
        pulls.end.check("end");
        pulls.step.check("step");
    }
}

TEST_CASE("the construct over the same seeds, its bias taken off: honest widths, a mean below a third of a standard error") {
    simulated::Scan scan;
    scan.noise = 0.001;
    scan.peaks = {{540, 2.5, -30}};
    constexpr double bias = 0.325;  // K: w^2 pi / (80 half width), with the next order; see the kernel's test of onset_bias
    const auto pulls = pulls_of(scan, {}, -bias, bias);
    CHECK(pulls.failed == 0);
    MESSAGE("construct: onset " << pulls.onset.mean() << " +- " << pulls.onset.width() << ", midpoint " << pulls.midpoint.mean()
                                << " +- " << pulls.midpoint.width() << ", end " << pulls.end.mean() << " +- " << pulls.end.width()
                                << ", step " << pulls.step.mean() << " +- " << pulls.step.width());
    for (const auto& each : {pulls.onset, pulls.midpoint, pulls.end, pulls.step}) {
        CHECK(std::abs(each.mean()) < 0.34);
        CHECK(each.width() > 0.85);
        CHECK(each.width() < 1.2);
    }
}
