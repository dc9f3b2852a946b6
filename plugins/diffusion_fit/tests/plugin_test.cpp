// SPDX-License-Identifier: BSD-3-Clause
// The diffusion fit as a recipe meets it: units, core binding, weights, masks, facts, refusals, and the reference of shared data.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/arrays.hpp"
#include "support/run_plugin.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using doctest::Approx;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// A rate for each item and q; one item has no dimension of it. The dimension of q is called roi, as in a chain of XPCS.
Array rates(const Doubles& q, const Doubles& values, const Doubles& variances = {}, const std::string& unit = "1/s",
            const std::string& q_unit = "1/nm") {
    const auto n = static_cast<Index>(q.size()), items = static_cast<Index>(values.size()) / n;
    Dims dims{{"roi", n}};
    if (items > 1) dims.insert(dims.begin(), {"sample", items});
    return with_coordinate(Array::from<double>("rate", dims, unit, values, variances), "q", {{"roi", n}}, q_unit, q);
}

/// 4 um^2/s = 4e6 nm^2/s, and it is the same for both q.
const Array diffusive = rates({0.1, 0.2}, {4e4, 16e4}, {1e4, 16e4});

RunPluginOptions over_roi(int threads = 2) {
    RunPluginOptions options;
    options.threads = threads;
    options.core = {{"q", {"roi"}}};
    return options;
}

auto run_on(const Array& rate, const Json& with = Json::object()) {
    return run_plugin("diffusion_fit", with, {{"rate", rate}}, over_roi());
}
auto run_on(const Array& rate, const Array& errors, const Json& with = Json::object()) {
    return run_plugin("diffusion_fit", with, {{"rate", rate}, {"errors", errors}}, over_roi());
}
std::string refusal(const Array& rate, const Json& with = Json::object()) {
    return error_of([&] { run_on(rate, with); });
}

}  // namespace

TEST_CASE("values, variances, units and dims of every output") {
    const auto out = run_on(diffusive);
    CHECK(out.at("diffusion_coefficient").scalar() == Approx(4));
    // 1/sum(q^4/var) with q in 1/um: q^4 = 1e8, 16e8, so 1/(1e4 + 1e4)
    CHECK(variances_of(out.at("diffusion_coefficient"))[0] == Approx(5e-5));
    CHECK(values_of(out.at("offset")) == Doubles{0});
    CHECK(variances_of(out.at("offset")) == Doubles{0});
    CHECK(values_of(out.at("exponent")) == Doubles{2});
    CHECK(std::isnan(out.at("reference_q").scalar()));
    CHECK(out.at("points").scalar() == 2);
    CHECK(out.at("status").scalar() == 0);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(values_of(out.at("effective"))[i] == Approx(4));
        CHECK(variances_of(out.at("effective"))[i] == Approx(1e-4));
        CHECK(values_of(out.at("curve"))[i] == Approx(values_of(diffusive)[i]));
    }

    CHECK(out.at("diffusion_coefficient").unit().text() == "um^2/s");
    CHECK(out.at("effective").unit().text() == "um^2/s");
    CHECK(out.at("offset").unit().text() == "1/s");
    CHECK(out.at("reference_q").unit().text() == "1/nm");
    CHECK(out.at("diffusion_coefficient").dims().empty());
    CHECK(to_text(out.at("effective").dims()) == "[roi: 2]");
    CHECK(out.at("curve").description().coordinate("q")->values->as_float64() == Doubles{0.1, 0.2});
    CHECK(out.at("status").dtype() == DType::int8);
    CHECK(out.at("points").dtype() == DType::int64);
}

TEST_CASE("units convert: 1/us and 1/angstrom give um^2/s") {
    const auto out = run_on(rates({0.01, 0.02}, {0.04, 0.16}, {1e-8, 16e-8}, "1/us", "1/angstrom"));
    CHECK(out.at("diffusion_coefficient").scalar() == Approx(4));
    CHECK(variances_of(out.at("diffusion_coefficient"))[0] == Approx(5e-5));
}

TEST_CASE("models and range are those of the recipe") {
    const auto bent = rates({0.1, 0.2, 0.3}, {5e4, 17e4, 37e4});  // 1e4 + 4e6 q^2
    const auto offset = run_on(bent, {{"model", "offset"}});
    CHECK(offset.at("diffusion_coefficient").scalar() == Approx(4));
    CHECK(offset.at("offset").scalar() == Approx(1e4));
    CHECK(run_on(bent, {{"q_max", "0.015 1/angstrom"}}).at("diffusion_coefficient").scalar() == Approx(5));
    CHECK(run_on(bent, {{"q_min", 0.25}}).at("points").scalar() == 1);
    const auto power =
        run_on(rates({0.1, 0.2, 0.4}, {1e4, 2e4, 4e4}), {{"model", "power_law"}, {"reference_q", "0.02 1/angstrom"}});
    CHECK(power.at("exponent").scalar() == Approx(1));
    CHECK(power.at("diffusion_coefficient").scalar() == Approx(0.5));  // 2e4/s / (0.2/nm)^2
    CHECK(power.at("reference_q").scalar() == Approx(0.2));
}

TEST_CASE("a significant negative intercept has its status") {
    const auto out = run_on(rates({0.1, 0.2, 0.3}, {3e4, 15e4, 35e4}, {1, 1, 1}), {{"model", "offset"}});
    CHECK(out.at("status").scalar() == 2);
    CHECK(out.at("offset").scalar() == Approx(-1e4));
    CHECK(to_text(out.at("status").description().facts.at("status_codes")) == "0 ok, 1 too_few_points, 2 negative_intercept");
}

TEST_CASE("errors weigh in place of the rates' own variances, and are those of effective") {
    const auto rate = rates({0.1, 0.2}, {4e4, 20e4});
    const auto out = run_on(rate, rates({0.1, 0.2}, {unknown, 7}, {1e-8, 16e-8}, "1/us"));
    const auto same = run_on(rates({0.1, 0.2}, {4e4, 20e4}, {1e4, 16e4}));
    CHECK(out.at("diffusion_coefficient").scalar() == Approx(same.at("diffusion_coefficient").scalar()));
    CHECK(variances_of(out.at("effective"))[1] == Approx(1e-4));
    CHECK(to_text(out.at("diffusion_coefficient").description().facts.at("uncertainty_from")) == "propagated");
    CHECK(to_text(out.at("diffusion_coefficient").description().facts.at("model")) == "through_origin");
    const auto masked = with_mask(diffusive, "bad", {{"roi", 2}}, {true, false});
    CHECK(run_on(rate, masked).at("points").scalar() == 1);
}

TEST_CASE("without variances the uncertainty is from the scatter, and effective has none") {
    const auto out = run_on(rates({0.1, 0.2}, {4e4, 20e4}));
    CHECK(to_text(out.at("diffusion_coefficient").description().facts.at("uncertainty_from")) == "scatter");
    CHECK_FALSE(out.at("effective").description().variances);
    CHECK(std::isnan(out.at("reduced_chi_square").scalar()));
}

TEST_CASE("masked and NaN rates are left out; an item with too few is NaN and has a status") {
    const auto two = with_mask(rates({0.1, 0.2}, {4e4, 16e4, 9, unknown}, {1, 1, 1, 1}), "failed", {{"sample", 2}, {"roi", 2}},
                               {false, false, true, false});
    const auto out = run_on(two);
    CHECK(values_of(out.at("status")) == Doubles{0, 1});
    CHECK(values_of(out.at("points")) == Doubles{2, 0});
    CHECK(values_of(out.at("diffusion_coefficient"))[0] == Approx(4));
    CHECK(std::isnan(values_of(out.at("diffusion_coefficient"))[1]));
    CHECK(std::isnan(variances_of(out.at("diffusion_coefficient"))[1]));
    CHECK(mask_of(out.at("effective"), "masked") == std::vector<int>{0, 0, 1, 1});
}

TEST_CASE("refusals") {
    CHECK(refusal(rates({0.1, 0.2}, {1, 2}, {}, "nm")) ==
          Contains("input 'rate' from 'rate.data' has the unit 'nm'; one that converts to '1/s' is needed"));
    CHECK(refusal(rates({0.1, 0.2}, {1, 2}, {}, "1/s", "deg")) ==
          Contains("coordinate 'q' of input 'rate' from 'rate.data' has the unit 'deg'; one that converts to '1/nm' is needed"));
    CHECK(refusal(Array::from<double>("rate", {{"roi", 2}}, "1/s", Doubles{1, 2})) ==
          Contains("has no coordinate 'roi', which this step needs"));
    CHECK(refusal(diffusive, {{"model", "offsett"}}) == Contains("Did you mean"));
    CHECK(refusal(diffusive, {{"q_min", 3}, {"q_max", 2}}) ==
          Contains("the range to fit begins at 3 and ends at 2. Swap the two."));
    CHECK(refusal(diffusive, {{"q_min", "2 nm"}}) == Contains("q_min = "));
    CHECK(refusal(diffusive, {{"model", "power_law"}, {"reference_q", 0}}) == Contains("reference_q = 0, must be > 0"));
    CHECK(error_of([] {
              run_on(diffusive, rates({0.1, 0.2}, {1, 1}));
          }) == Contains("input 'errors' from 'errors.data' has no variances, which this step needs"));
}

TEST_CASE("the same bits for any number of threads") {
    Doubles values, variances;
    for (int i = 0; i < 200; ++i) {
        values.push_back(2 + std::sin(i));
        variances.push_back(1 + 0.5 * std::cos(i));
    }
    const auto stack = rates({0.1, 0.2}, values, variances);
    const auto one = run_plugin("diffusion_fit", {{"model", "power_law"}}, {{"rate", stack}}, over_roi(1));
    const auto seven = run_plugin("diffusion_fit", {{"model", "power_law"}}, {{"rate", stack}}, over_roi(7));
    for (const auto& [port, array] : one) CHECK(same_bits(array, seven.at(port)));
}

namespace {

Doubles reference(const std::string& file, const std::string& path, const Json& dims) {
    return values_of(run_plugin("hdf5_source", {{"file", file}, {"path", path}, {"dims", dims}, {"unit", "1"}}, {}).at("data"));
}

}  // namespace

TEST_CASE("D of the shared data, by an independent program") {
    for (const std::string name : {"devA_counts", "devB_artifact", "devC_sparse"})
        for (const std::string contrast : {"fixed", "free"}) {
            const auto file = shared_data("xpcs/" + name + ".ref.h5");
            if (!file) return;
            CAPTURE(name);
            CAPTURE(contrast);
            const auto gamma = reference(file->string(), "/gamma0_" + contrast, {"q", "column"});
            const auto expected = reference(file->string(), "/D_" + contrast, {"column"});
            Doubles values, variances;
            for (std::size_t i = 0; i < gamma.size(); i += 4) {
                values.push_back(gamma[i]);
                variances.push_back(gamma[i + 1] * gamma[i + 1]);
            }
            const auto out = run_on(rates(reference(file->string(), "/q", {"q"}), values, variances, "1/us", "1/angstrom"));
            // D of the file is in angstrom^2/us, a hundredth of um^2/s.
            CHECK(out.at("diffusion_coefficient").scalar() == Approx(0.01 * expected[0]).epsilon(1e-9));
            CHECK(std::sqrt(variances_of(out.at("diffusion_coefficient"))[0]) == Approx(0.01 * expected[1]).epsilon(1e-9));
        }
}
