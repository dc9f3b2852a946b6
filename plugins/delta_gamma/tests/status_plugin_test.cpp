// SPDX-License-Identifier: BSD-3-Clause
// Each status of delta_gamma with its warning, the upturn at low q, and single bad items of a series.
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_recipe.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Doubles = std::vector<double>;
using Inputs = std::map<std::string, Array>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

struct Found {
    std::map<std::string, Array> outputs;
    std::string warnings;

    [[nodiscard]] Doubles values(const std::string& port) const { return values_of(outputs.at("step." + port)); }
    [[nodiscard]] double number(const std::string& port) const { return values(port).at(0); }
    [[nodiscard]] bool warns(const std::string& part) const { return warnings.find(part) != std::string::npos; }
};

/// Radius 1 nm: q in 1/nm is q a. Inputs whose name is a parameter give it per item.
Found run(const Json& more, const Inputs& inputs = {}) {
    Json with{{"radius", 1}, {"volume_fraction", 0.3}, {"curve_from", 0.2}, {"curve_to", 4}, {"curve_points", 39}};
    with.update(more);
    Json steps, in = Json::object();
    for (const auto& [name, array] : inputs) {
        steps[name] = {{"use", "memory"}, {"with", {{"name", name}}}};
        if (with.contains(name))
            with[name] = {{"from", name}};
        else
            in[name] = name;
    }
    steps["step"] = {{"use", "delta_gamma"}, {"in", in}, {"with", with}};
    PlanOptions options;
    options.arrays = inputs;
    options.in_memory = true;
    const std::vector<std::string> keep{"step.hydrodynamic_function",
                                        "step.structure_factor",
                                        "step.self_part",
                                        "step.theory_bare",
                                        "step.lowest",
                                        "step.s_at_end",
                                        "step.points",
                                        "step.status",
                                        "step.hard_sphere"};
    auto result = sluice::run(plan_recipe(recipe_of(steps, keep), options));
    Found out;
    for (auto& [name, array] : result.arrays) out.outputs.emplace(name, array);
    for (const auto& warning : result.warnings) out.warnings += warning + "\n";
    return out;
}

Array curve(const std::string& dim, const Doubles& q, const Doubles& values, const Doubles& variances = {}) {
    const Dims dims{{dim, static_cast<Index>(q.size())}};
    return with_coordinate(Array::from<double>("curve", dims, "1", values, variances), dim, dims, "1/nm", q);
}

Doubles grid(double from, double to, int points) {
    Doubles out;
    for (int i = 0; i < points; ++i) out.push_back(from + (to - from) * i / (points - 1));
    return out;
}

/// S of hard spheres at phi = 0.3.
Doubles hard_spheres(double from, double to, int points) {
    return run({{"curve_from", from}, {"curve_to", to}, {"curve_points", points}}).values("structure_factor");
}

double largest_difference(const Doubles& a, const Doubles& b) {
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
    return most;
}

}  // namespace

TEST_CASE("nothing doubtful: status 0 and no warning") {
    const auto found = run(Json::object());
    CHECK(found.number("status") == 0);
    CHECK(found.warnings.empty());
}

TEST_CASE("h_negative: D_s/D0 = 0.23 added to H_d of hard spheres at 0.3; scaled it is positive") {
    const auto added = run({{"self_part", "fixed"}, {"fixed_self_part", 0.23}});
    CHECK(added.number("status") == 1);
    CHECK(added.warns("H of a model is below 0 somewhere"));
    CHECK(added.number("lowest") < 0);
    const auto h = added.values("hydrodynamic_function");  // from q a = 0.2 in steps of 0.1
    std::size_t first = 0;
    while (first < h.size() && h[first] < 0) ++first;
    MESSAGE("0.23 + H_d at phi = 0.3: lowest " << added.number("lowest")
                                               << ", negative up to q a = " << 0.2 + 0.1 * static_cast<double>(first));
    CHECK(0.2 + 0.1 * static_cast<double>(first) == Approx(2).epsilon(0.15));  // "below q a about 2"
    CHECK(h[0] == added.number("lowest"));                                     // kept, not clipped
    const Json beyond{{"self_part", "fixed"}, {"fixed_self_part", 0.23}, {"curve_from", 3}};
    CHECK(run(beyond).number("status") == 0);  // the curve is where H is positive, a measured point is not
    CHECK(run(beyond, {{"measured", curve("q", {0.5, 3}, {0.1, 0.4})}}).number("status") == 1);
    const auto scaled = run({{"self_part", "fixed"}, {"fixed_self_part", 0.23}, {"modify", "scale"}});
    CHECK(scaled.number("status") == 0);
    CHECK(scaled.number("lowest") > 0);
}

TEST_CASE("s_tail_not_1: S that ends where it is not 1, and is continued by 1") {
    const auto q = grid(0.1, 2, 20);
    const auto s = hard_spheres(0.1, 2, 20);
    const auto found = run(Json::object(), {{"structure_factor", curve("q_structure", q, s, Doubles(20, 1e-4))}});
    CHECK(found.number("status") == 2);
    CHECK(found.warns("a measured S is not 1 at its last point"));
    CHECK(found.number("s_at_end") == Approx((s.back() - 1) / 0.01).epsilon(1e-12));
    const auto plain = run(Json::object(), {{"structure_factor", curve("q_structure", q, s)}});  // no errors: within 0.02
    CHECK(plain.number("status") == 2);
    CHECK(std::isnan(plain.number("s_at_end")));
    const auto model = run({{"high_q", "model"}}, {{"structure_factor", curve("q_structure", q, s, Doubles(20, 1e-4))}});
    CHECK(model.number("status") == 0);
    CHECK(model.warnings.empty());
    auto ends = s;
    ends.back() = 1.02;
    CHECK(run(Json::object(), {{"structure_factor", curve("q_structure", q, ends, Doubles(20, 1e-4))}}).number("status") ==
          0);  // 2 errors
}

TEST_CASE("phi_high and phi_out_of_table") {
    const auto bare = run({{"volume_fraction", 0.48}, {"sgamma", "bare"}});
    CHECK(bare.number("status") == 3);
    CHECK(bare.warns("beyond which the theory is not known to hold"));
    CHECK(std::isfinite(bare.number("lowest")));
    const auto renormalised = run({{"volume_fraction", 0.48}});
    CHECK(renormalised.number("status") == 4);
    CHECK(renormalised.warns("where the renormalised densities are not tabulated"));
    CHECK(std::isnan(renormalised.number("self_part")));
    CHECK(std::isnan(renormalised.values("hydrodynamic_function")[0]));
    CHECK(renormalised.number("theory_bare") == bare.number("theory_bare"));
    CHECK(run({{"volume_fraction", 0.45}}).number("status") == 0);
    CHECK(run({{"volume_fraction", 0.04}}).number("status") == 0);  // below the table: towards the exact limit
}

TEST_CASE("too_few_points: no H to fit, or fewer than two points of S") {
    const auto none = run({{"self_part", "fit"}}, {{"measured", curve("q", {1, 2}, {unknown, unknown})}});
    CHECK(none.number("status") == 5);
    CHECK(none.warns("too few points of S or of measured H"));
    CHECK(none.number("points") == 0);
    CHECK(std::isnan(none.number("self_part")));
    const auto single = run(Json::object(), {{"structure_factor", curve("q_structure", {1, 2}, {1, unknown})}});
    CHECK(single.number("status") == 5);
    CHECK(std::isnan(single.values("hydrodynamic_function")[0]));
    CHECK(std::isfinite(single.number("self_part")));
    CHECK(run({{"q_cut", 1.5}}, {{"structure_factor", curve("q_structure", {1, 2}, {1, 1})}}).number("status") == 5);
}

TEST_CASE("bad_number: one bad item of a series does not spoil the others") {
    const auto phi = Array::from<double>("phi", {{"sample", 4}}, "1", Doubles{0.3, unknown, 0.8, -0.1});
    const auto found = run(Json::object(), {{"volume_fraction", phi}});
    CHECK(found.values("status") == Doubles{0, 6, 6, 6});
    CHECK(found.warns("NaN or out of its range"));
    CHECK(found.values("self_part")[0] == run(Json::object()).number("self_part"));
    CHECK(std::isnan(found.values("hard_sphere")[1]));
    const auto radius = Array::from<double>("radius", {{"sample", 2}}, "nm", Doubles{1, -1});
    CHECK(run(Json::object(), {{"radius", radius}}).values("status") == Doubles{0, 6});
}

TEST_CASE("q_cut takes off an upturn as q^-4, which else ruins H") {
    const auto q = grid(0.1, 20, 400);
    const auto s = hard_spheres(0.1, 20, 400);
    auto upturn = s;
    for (std::size_t i = 0; i < s.size(); ++i) upturn[i] += 3e-3 * std::pow(q[i], -4);
    const auto truth = run(Json::object(), {{"structure_factor", curve("q_structure", q, s)}}).values("hydrodynamic_function");
    const auto cut =
        run({{"q_cut", 0.6}}, {{"structure_factor", curve("q_structure", q, upturn)}}).values("hydrodynamic_function");
    const auto whole =
        run(Json::object(), {{"structure_factor", curve("q_structure", q, upturn)}}).values("hydrodynamic_function");
    MESSAGE("an upturn of 3e-3 (q a)^-4 in S: H off by " << largest_difference(whole, truth) << ", with q_cut at q a = 0.6 by "
                                                         << largest_difference(cut, truth));
    CHECK(largest_difference(cut, truth) < 0.01);
    CHECK(largest_difference(whole, truth) > 0.05);
}

TEST_CASE("measured H that is not the ratio times S is told") {
    const Inputs inputs{{"measured", curve("q", {1, 2}, {0.5, 0.6})}, {"measured_ratio", curve("q", {1, 2}, {0.5, 0.6})}};
    CHECK(run({{"self_part", "fit"}}, inputs).warns("measured H is not measured_ratio times S somewhere"));
}

TEST_CASE("a fit that takes the errors of H and of S as independent says so; with the ratio there is nothing to say") {
    const auto s = curve("q_structure", {0.5, 1, 2, 4}, {0.3, 0.5, 1.1, 1}, Doubles(4, 1e-4));
    const auto h = curve("q", {1, 2}, {0.4, 0.6}, Doubles(2, 1e-4)), exact = curve("q_structure", {0.5, 4}, {1, 1});
    const Json fit{{"self_part", "fit"}};
    CHECK(run(fit, {{"structure_factor", s}, {"measured", h}}).warns("taken as independent"));
    CHECK(run(fit, {{"structure_factor", s}, {"measured_ratio", h}}).warnings.empty());
    CHECK(run(fit, {{"structure_factor", exact}, {"measured", h}}).warnings.empty());
    CHECK(run({{"self_part", "theory"}}, {{"structure_factor", s}, {"measured", h}}).warnings.empty());
}
