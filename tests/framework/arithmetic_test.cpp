// SPDX-License-Identifier: BSD-3-Clause
// Arithmetic on arrays: each rule alone with numbers worked out by hand, the variances against seeded Monte Carlo, the whole.
#include <sluice/host/arithmetic.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <sluice/host/error.hpp>

#include "../../framework/src/container/rules.hpp"

using namespace sluice;
namespace rules = sluice::container;
using Values = std::vector<double>;
using Names = std::vector<std::string>;

namespace {

const double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::shared_ptr<const Array> shared(Array array) { return std::make_shared<const Array>(std::move(array)); }

Values list(std::span<const double> values) { return {values.begin(), values.end()}; }
Values values_of(const Array& array) { return list(array.values<double>()); }
Values variances_of(const Array& array) { return list(array.variances()); }
std::vector<std::uint8_t> bytes_of(const Mask& mask) {
    const auto bytes = mask.values->values<std::uint8_t>();
    return {bytes.begin(), bytes.end()};
}

std::string error_of(const auto& call) {
    try {
        call();
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::data);
        return error.what();
    }
    return "no error";
}

Mask mask(std::string name, Dims dims, const std::vector<bool>& bits) {
    Names names;
    for (const Dim& dim : dims) names.push_back(dim.name);
    return {name, names, shared(Array::from<bool>(name, dims, "1", bits))};
}

Coordinate coordinate(std::string name, Dims dims, const char* unit, const Values& values, bool edges = false) {
    return {name, edges, shared(Array::from<double>(name, std::move(dims), unit, values))};
}

Description described(std::string name, Dims dims, std::vector<Coordinate> coordinates = {}) {
    Description description;
    description.name = std::move(name);
    description.dims = std::move(dims);
    description.coordinates = std::move(coordinates);
    return description;
}

Array with_coordinates(const Array& array, std::vector<Coordinate> coordinates) {
    Description description = array.description();
    description.coordinates = std::move(coordinates);
    return array.with(std::move(description));
}

Array with_masks(const Array& array, std::vector<Mask> masks) {
    Description description = array.description();
    description.masks = std::move(masks);
    return array.with(std::move(description));
}

/// One item of the leading dimension without that dimension: the same memory.
Array item(const Array& array, Index i) {
    const Array one = array.slice(i, i + 1);
    Description description = one.description();
    description.dims.erase(description.dims.begin());
    return one.with(std::move(description));
}

/// Two operands of [q: 2] whose relative uncertainties are small enough for first order.
const Array a = Array::from<double>("a", {{"q", 2}}, "photon", {6, 8}, {0.5, 2});
const Array b = Array::from<double>("b", {{"q", 2}}, "photon", {2, 4}, {0.25, 1});

}  // namespace

// ---- each rule alone ------------------------------------------------------------------------------------------------

TEST_CASE("dims rule: those of a, then those of b that a lacks") {
    const auto text = [](Dims x, Dims y) { return to_text(rules::joined_dims(described("a", std::move(x)), described("b", std::move(y)))); };
    CHECK(text({{"q", 2}}, {{"frame", 3}}) == "[q: 2, frame: 3]");
    CHECK(text({{"frame", 3}, {"q", 2}}, {{"q", 2}}) == "[frame: 3, q: 2]");
    CHECK(text({{"frame", 3}, {"q", 2}}, {{"q", 2}, {"frame", 3}}) == "[frame: 3, q: 2]");
    CHECK(text({}, {}) == "[]");
    CHECK(error_of([&] { text({{"q", 2}}, {{"q", 3}}); }) ==
          "'a' [q: 2] and 'b' [q: 3] differ in size along 'q'. Bring one to the other's 'q' with interpolate, or select the same range "
          "of both.");
}

TEST_CASE("unit rule of sums") {
    Description x = described("x", {}), y = described("y", {});
    x.unit = Unit::parse("1/nm"), y.unit = Unit::parse("1/angstrom");
    CHECK(rules::factor_for_sum(x, y, "add") == 10);
    y.unit = Unit::parse("s");
    CHECK(error_of([&] { static_cast<void>(rules::factor_for_sum(x, y, "add")); }) == "cannot add 'x' in '1/nm' and 'y' in 's': the units differ in dimension.");
    x.unit = Unit::parse("degC");
    CHECK(error_of([&] { rules::refuse_offset(x, "divide"); }) == "cannot divide 'x' in 'degC', a scale with a zero of its own. Convert it to K first.");
}

TEST_CASE("variance rules of independent operands") {
    // a = 6 ± sqrt(0.5), b = 2 ± sqrt(0.25)
    CHECK(rules::variance<rules::Add>(6, 0.5, 2, 0.25) == 0.75);        // va + vb
    CHECK(rules::variance<rules::Subtract>(6, 0.5, 2, 0.25) == 0.75);   // va + vb
    CHECK(rules::variance<rules::Multiply>(6, 0.5, 2, 0.25) == 11);     // 4 0.5 + 36 0.25
    CHECK(rules::variance<rules::Divide>(6, 0.5, 2, 0.25) == 0.6875);   // 0.5/4 + 36 0.25/16
}

TEST_CASE("variance rules of one random variable with itself") {
    CHECK(rules::variance_of_same<rules::Add>(3, 3, 0.5) == 2);         // var(2a) = 4v
    CHECK(rules::variance_of_same<rules::Subtract>(3, 3, 0.5) == 0);
    CHECK(rules::variance_of_same<rules::Multiply>(3, 3, 0.5) == 18);   // var(a²) = (2a)² v
    for (const double x : {3.0, 0.1, 1e-30, 7e12}) CHECK(rules::variance_of_same<rules::Divide>(x, x, 0.5) == 0);
}

TEST_CASE("derivatives agree with finite differences") {
    // Central differences, h = 1e-5: truncation h² f'''/6 is below 1e-10, rounding eps/h near 1e-11.
    const auto check = [](auto operation) {
        using Operation = decltype(operation);
        const double x = 1.7, y = -0.6, h = 1e-5;
        CHECK(Operation::by_a(x, y) == doctest::Approx((Operation::value(x + h, y) - Operation::value(x - h, y)) / (2 * h)).epsilon(1e-8));
        CHECK(Operation::by_b(x, y) == doctest::Approx((Operation::value(x, y + h) - Operation::value(x, y - h)) / (2 * h)).epsilon(1e-8));
    };
    check(rules::Add{}), check(rules::Subtract{}), check(rules::Multiply{}), check(rules::Divide{});
}

TEST_CASE("coordinates rule: of one name they must agree, in a's unit") {
    const Dims q = {{"q", 2}};
    const auto join = [&](Coordinate x, Coordinate y) { return rules::joined_coordinates(described("a", q, {std::move(x)}), described("b", q, {std::move(y)})); };
    CHECK(join(coordinate("q", q, "1/nm", {1, 2}), coordinate("q", q, "1/angstrom", {0.1, 0.2}))[0].values->unit().text() == "1/nm");
    CHECK(join(coordinate("q", q, "1/nm", {1, 2}), coordinate("q", q, "1/nm", {1, 2 * (1 + 9e-13)})).size() == 1);
    CHECK(join(coordinate("q", q, "1/nm", {not_a_number, 2}), coordinate("q", q, "1/nm", {not_a_number, 2})).size() == 1);
    CHECK(join(coordinate("q", q, "1/nm", {1, 2}), coordinate("time", q, "s", {1, 2})).size() == 2);

    CHECK(error_of([&] { join(coordinate("q", q, "1/nm", {1, 2}), coordinate("q", q, "1/nm", {1, 2.5})); }) ==
          "'a' and 'b' disagree in coordinate 'q': 2 is not 2.5 1/nm. Bring one to the other's 'q' with interpolate.");
    CHECK(error_of([&] { join(coordinate("q", q, "1/nm", {1, 2}), coordinate("q", q, "1/nm", {1, 2 * (1 + 2e-12)})); }) != "no error");
    CHECK(error_of([&] { join(coordinate("q", q, "1/nm", {1, 2}), coordinate("q", q, "deg", {1, 2})); }) ==
          "'a' and 'b' disagree in coordinate 'q': '1/nm' and 'deg' are units of different dimension. Bring one to the other's 'q' with interpolate.");
    CHECK(error_of([&] { join(coordinate("q", q, "1/nm", {1, 2}), coordinate("q", {{"q", 3}}, "1/nm", {1, 2, 3}, true)); }) ==
          "'a' and 'b' disagree in coordinate 'q': one has bin edges, the other points. Bring one to the other's 'q' with interpolate.");
}

TEST_CASE("coordinates rule: labels") {
    const Dims dims = {{"sample", 2}};
    const auto join = [&](Array x, Array y) {
        return rules::joined_coordinates(described("a", dims, {{"name", false, shared(std::move(x))}}), described("b", dims, {{"name", false, shared(std::move(y))}}));
    };
    const Array labels = Array::of_labels("name", dims, {"glass", "water"});
    CHECK(join(labels, Array::of_labels("name", dims, {"glass", "water"})).size() == 1);
    CHECK(error_of([&] { join(labels, Array::of_labels("name", dims, {"glass", "oil"})); }).find("'water' is not 'oil'") != std::string::npos);
    CHECK(error_of([&] { join(labels, Array::from<double>("name", dims, "1", {1, 2})); }).find("one has labels, the other numbers") != std::string::npos);
}

TEST_CASE("coordinates rule: over different dims they are compared where they share one, else a's is kept") {
    const Dims q = {{"q", 2}}, both = {{"frame", 2}, {"q", 2}};
    const Description per_frame = described("a", both, {coordinate("q", both, "1/nm", {1, 2, 1, 2})});
    CHECK(rules::joined_coordinates(per_frame, described("b", q, {coordinate("q", q, "1/nm", {1, 2})}))[0].values->dims() == both);
    CHECK(error_of([&] { static_cast<void>(rules::joined_coordinates(per_frame, described("b", q, {coordinate("q", q, "1/nm", {1, 3})}))); }) ==
          "'a' and 'b' disagree in coordinate 'q': 2 is not 3 1/nm. Bring one to the other's 'q' with interpolate.");

    const auto kept = rules::joined_coordinates(described("a", q, {coordinate("temperature", {}, "K", {350})}),
                                                described("b", q, {coordinate("temperature", {}, "K", {298})}));
    CHECK(kept.size() == 1);
    CHECK(kept[0].values->scalar() == 350);
}

TEST_CASE("mask rule: all are kept, those of one name by or") {
    const Dims q = {{"q", 2}}, both = {{"frame", 2}, {"q", 2}};
    const auto different = rules::joined_masks({mask("hot", q, {true, false})}, {mask("dead", q, {false, true})}, q);
    CHECK(different.size() == 2);

    const auto same = rules::joined_masks({mask("hot", q, {true, false})}, {mask("hot", both, {false, false, false, true})}, both);
    CHECK(same.size() == 1);
    CHECK(same[0].dims == Names{"frame", "q"});
    CHECK(bytes_of(same[0]) == std::vector<std::uint8_t>{1, 0, 1, 1});

    const auto streamed = rules::joined_masks({mask("hot", q, {true, false})}, {{"hot", {"frame"}, nullptr}}, both);
    CHECK(streamed[0].values == nullptr);
    CHECK(streamed[0].dims == Names{"frame", "q"});

    CHECK(rules::united({mask("hot", q, {true, false}), mask("off", {{"frame", 2}}, {false, true})}, both) == std::vector<std::uint8_t>{1, 0, 1, 1});
    CHECK(rules::united({}, q) == std::vector<std::uint8_t>{0, 0});
    CHECK_THROWS_WITH_AS(static_cast<void>(rules::united({{"hot", {"q"}, nullptr}}, q)), "mask 'hot' has no values yet.", Error);
}

TEST_CASE("tag rule: what is broadcast with variances is correlated over the new dims") {
    const Dims dims = {{"frame", 3}, {"q", 2}};
    Description frames = described("a", dims), curve = described("b", {{"q", 2}});
    CHECK(rules::joined_tags(frames, curve, dims).empty());
    curve.variances = true;
    CHECK(rules::joined_tags(frames, curve, dims) == Names{"frame"});
    CHECK(rules::joined_tags(curve, frames, dims) == Names{"frame"});
    frames.correlated_over = {"q"};
    CHECK(rules::joined_tags(frames, curve, dims) == Names{"frame", "q"});
    CHECK(rules::joined_tags(curve, curve, {{"q", 2}}).empty());
    CHECK(rules::joined_tags(frames, described("scale", {}), dims) == Names{"q"});
}

TEST_CASE("facts rule: those equal in both") {
    Description x = described("x", {}), y = described("y", {});
    x.facts = {{"absolute", true}, {"wavelength", NumberFact{1, Unit::parse("angstrom")}}, {"only_x", true}, {"q_max", NumberFact{20, Unit::parse("1/nm")}}};
    y.facts = {{"absolute", true}, {"wavelength", NumberFact{1, Unit::parse("nm")}}, {"only_y", true}, {"q_max", NumberFact{20, Unit::parse("nm^-1")}}};
    const auto facts = rules::common_facts(x, y);
    CHECK(facts.size() == 2);
    CHECK(facts.count("absolute") == 1);
    CHECK(facts.count("q_max") == 1);
}

// ---- the operations -------------------------------------------------------------------------------------------------

TEST_CASE("the four operations on one dimension") {
    CHECK(values_of(add(a, b)) == Values{8, 12});
    CHECK(variances_of(add(a, b)) == Values{0.75, 3});
    CHECK(values_of(subtract(a, b)) == Values{4, 4});
    CHECK(variances_of(subtract(a, b)) == Values{0.75, 3});
    CHECK(values_of(multiply(a, b)) == Values{12, 32});
    CHECK(variances_of(multiply(a, b)) == Values{11, 96});          // 4 0.5 + 36 0.25; 16 2 + 64 1
    CHECK(values_of(divide(a, b)) == Values{3, 2});
    CHECK(variances_of(divide(a, b)) == Values{0.6875, 0.375});     // 0.5/4 + 36 0.25/16; 2/16 + 64/256
    CHECK(add(a, b).unit().text() == "photon");
    CHECK(multiply(a, b).unit().text() == "photon^2");
    CHECK(divide(a, b).unit().text() == "1");
    CHECK(add(a, b).description().name == "a");
    CHECK(add(a, b).description().correlated_over.empty());
}

TEST_CASE("a sum is in a's unit, and variances follow by the square of the factor") {
    const Array nm = Array::from<double>("x", {}, "1/nm", {1}, {0.5});
    const Array angstrom = Array::from<double>("y", {}, "1/angstrom", {0.25}, {0.0625});
    const Array result = subtract(nm, angstrom);
    CHECK(result.unit().text() == "1/nm");
    CHECK(result.scalar() == -1.5);               // 1 - 10 0.25
    CHECK(variances_of(result) == Values{6.75});  // 0.5 + 100 0.0625
    CHECK(error_of([&] { add(nm, Array::from<double>("t", {}, "s", {1})); }) == "cannot add 'x' in '1/nm' and 't' in 's': the units differ in dimension.");
    CHECK(error_of([&] { divide(nm, Array::from<double>("t", {}, "degC", {25})); }) ==
          "cannot divide 't' in 'degC', a scale with a zero of its own. Convert it to K first.");
}

TEST_CASE("broadcasting by name, whatever the order of dims and the element type") {
    const Array frames = Array::from<std::uint16_t>("frames", {{"frame", 2}, {"q", 3}}, "count", {1, 2, 3, 4, 5, 6});
    const Array monitor = Array::from<double>("monitor", {{"frame", 2}}, "count", {1, 2}, {0.25, 0.5});
    const Array normalised = divide(frames, monitor);
    CHECK(values_of(normalised) == Values{1, 2, 3, 2, 2.5, 3});
    CHECK(variances_of(normalised) == Values{0.25, 1, 2.25, 0.5, 0.78125, 1.125});  // a² vb/b⁴: 16 0.5/16 = 0.5 …
    CHECK(normalised.unit().text() == "1");
    CHECK(normalised.dtype() == DType::float64);
    CHECK(normalised.description().correlated_over == Names{"q"});

    const Array turned = frames.transpose({"q", "frame"});
    CHECK(values_of(add(frames, turned)) == Values{2, 4, 6, 8, 10, 12});
    CHECK(values_of(add(turned, frames)) == Values{2, 8, 4, 10, 6, 12});

    const Array outer = multiply(monitor, Array::from<double>("w", {{"q", 2}}, "1", {10, 100}));
    CHECK(to_text(outer.dims()) == "[frame: 2, q: 2]");
    CHECK(values_of(outer) == Values{10, 100, 20, 200});
    CHECK(values_of(add(Array::from<double>("x", {{"q", 0}}, "1", {}), Array::from<double>("y", {}, "1", {1}))).empty());
}

TEST_CASE("NaN stays NaN, and masks and facts are carried") {
    Description description = a.description();
    description.facts = {{"absolute", true}};
    description.masks = {mask("hot", {{"q", 2}}, {true, false})};
    const Array marked = a.with(description);
    const Array sum = add(marked, marked);
    CHECK(sum.description().facts.count("absolute") == 1);
    CHECK(bytes_of(sum.description().masks.at(0)) == std::vector<std::uint8_t>{1, 0});
    CHECK(values_of(sum)[0] == 12);
    CHECK(std::isnan(add(a, Array::from<double>("n", {}, "photon", {not_a_number})).values<double>()[0]));
}

TEST_CASE("an array with itself is one random variable") {
    CHECK(same_variable(a, a));
    CHECK(values_of(subtract(a, a)) == Values{0, 0});
    CHECK(variances_of(subtract(a, a)) == Values{0, 0});
    CHECK(values_of(divide(a, a)) == Values{1, 1});
    CHECK(variances_of(divide(a, a)) == Values{0, 0});
    CHECK(variances_of(add(a, a)) == Values{2, 8});          // 4v
    CHECK(variances_of(multiply(a, a)) == Values{72, 512});  // 4 36 0.5; 4 64 2
    CHECK(variances_of(multiply(a, a)) == variances_of(power(a, 2)));
}

TEST_CASE("the difference to a reference out of the same array is 0 ± 0 at the reference, and elsewhere independent") {
    const Array frames = Array::from<double>("frames", {{"frame", 3}, {"q", 2}}, "count", {1, 2, 5, 7, 4, 4}, {1, 2, 5, 7, 3, 4});
    const Array difference = subtract(frames, item(frames, 1));
    CHECK(values_of(difference) == Values{-4, -5, 0, 0, -1, -3});
    CHECK(variances_of(difference) == Values{6, 9, 0, 0, 8, 11});
    CHECK(difference.description().correlated_over == Names{"frame"});
    CHECK(same_variable(item(frames, 1), item(frames.slice(1, 3), 0)));

    // Integers are converted on the way; identity is that of the storage before.
    const Array counts = Array::from<std::int32_t>("counts", {{"frame", 2}, {"q", 1}}, "count", {3, 5}, {3, 5});
    CHECK(variances_of(subtract(counts, item(counts, 1))) == Values{8, 0});
}

TEST_CASE("what is not the same storage counts as independent") {
    const Array copy = Array::from<double>("a", {{"q", 2}}, "photon", {6, 8}, {0.5, 2});
    CHECK_FALSE(same_variable(a, copy));
    CHECK(variances_of(subtract(a, copy)) == Values{1, 4});
    CHECK(variances_of(subtract(a, a.select("q", 0, 1, 2))) == Values{0, 0});  // a leading selection of step 1 is a view
    CHECK_FALSE(same_variable(a, a.slice(0, 1)));
    CHECK_FALSE(same_variable(a, b));
    Description other_unit = a.description();
    other_unit.unit = Unit::parse("10 photon");
    CHECK_FALSE(same_variable(a, a.with(other_unit)));
    // The documented limit: (a + b) - a overstates, va + vb + va for vb.
    CHECK(variances_of(subtract(add(a, b), a)) == Values{1.25, 5});
}

TEST_CASE("coordinates meet in the operation") {
    const Dims q = {{"q", 2}};
    const Array sample = with_coordinates(a, {coordinate("q", q, "1/nm", {1, 2})});
    const Array background = with_coordinates(b, {coordinate("q", q, "1/nm", {1, 2.01})});
    CHECK(error_of([&] { subtract(sample, background); }) ==
          "'a' and 'b' disagree in coordinate 'q': 2 is not 2.01 1/nm. Bring one to the other's 'q' with interpolate.");
    CHECK(subtract(sample, b).description().coordinate("q") != nullptr);
    CHECK(subtract(b, sample).description().coordinate("q") != nullptr);
}

TEST_CASE("integer powers") {
    const Array squared = power(a, 2);
    CHECK(values_of(squared) == Values{36, 64});
    CHECK(variances_of(squared) == Values{72, 512});  // (2a)² va
    CHECK(squared.unit().text() == "photon^2");
    const Array inverse = power(b, -1);
    CHECK(values_of(inverse) == Values{0.5, 0.25});
    CHECK(variances_of(inverse) == Values{0.015625, 0.00390625});  // va/a⁴: 0.25/16, 1/256
    const Array one = power(a, 0);
    CHECK(values_of(one) == Values{1, 1});
    CHECK(variances_of(one) == Values{0, 0});
    CHECK(one.unit().text() == "1");
    CHECK(std::isnan(power(Array::from<double>("n", {}, "1", {not_a_number}), 0).scalar()));
    CHECK(values_of(power(Array::from<int>("n", {{"q", 2}}, "nm", {2, -3}), 3)) == Values{8, -27});
    CHECK(error_of([] { power(Array::from<double>("t", {}, "degC", {25}), 2); }) ==
          "cannot take a power of 't' in 'degC', a scale with a zero of its own. Convert it to K first.");
}

TEST_CASE("variances of independent operands agree with Monte Carlo") {
    // 200000 draws of normal operands with 1% uncertainty. The sample variance of n normal numbers has the standard
    // error v sqrt(2/n): 4 of them are allowed. Higher orders are below 1e-3 v (the largest is 8 (sigma/y)² v of 1/y), a third
    // of one standard error (3.2e-3 v).
    constexpr std::uint64_t seed = 20240611;
    constexpr int n = 200000;
    constexpr double x = 5, sigma_x = 0.05, y = 2, sigma_y = 0.02;
    CAPTURE(seed);
    const Array left = Array::from<double>("x", {}, "1", {x}, {sigma_x * sigma_x});
    const Array right = Array::from<double>("y", {}, "1", {y}, {sigma_y * sigma_y});
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    const auto check = [&](const Array& result, const auto& function) {
        double sum = 0, square = 0;
        for (int i = 0; i < n; ++i) {
            const double deviation = function(x + sigma_x * normal(random), y + sigma_y * normal(random)) - function(x, y);
            sum += deviation, square += deviation * deviation;
        }
        const double sampled = (square - sum * sum / n) / (n - 1);
        CHECK(std::abs(sampled - variances_of(result)[0]) < 4 * sampled * std::sqrt(2.0 / n));
    };
    check(add(left, right), [](double u, double v) { return u + v; });
    check(subtract(left, right), [](double u, double v) { return u - v; });
    check(multiply(left, right), [](double u, double v) { return u * v; });
    check(divide(left, right), [](double u, double v) { return u / v; });
    check(power(left, 3), [](double u, double) { return u * u * u; });
    check(add(left, left), [](double u, double) { return u + u; });
    check(multiply(left, left), [](double u, double) { return u * u; });
}

// ---- means ----------------------------------------------------------------------------------------------------------

TEST_CASE("mean over either dimension, with variances") {
    const Array frames = Array::from<std::int32_t>("frames", {{"frame", 2}, {"q", 3}}, "count", {1, 2, 3, 5, 6, 10}, {1, 2, 3, 5, 6, 10});
    const Array over_frames = mean(frames, "frame");
    CHECK(to_text(over_frames.dims()) == "[q: 3]");
    CHECK(values_of(over_frames) == Values{3, 4, 6.5});
    CHECK(variances_of(over_frames) == Values{1.5, 2, 3.25});  // (1 + 5)/4 …
    CHECK(over_frames.unit().text() == "count");
    CHECK(values_of(mean(frames, "q")) == Values{2, 7});
    CHECK(variances_of(mean(frames, "q"))[1] == doctest::Approx(21.0 / 9).epsilon(1e-15));  // one rounding
    CHECK(mean(Array::from<double>("x", {{"q", 2}}, "1", {1, 2}), "q").scalar() == 1.5);
    CHECK(error_of([&] { mean(frames, "delay"); }) == "'frames' [frame: 2, q: 3] has no dimension 'delay' to be averaged over.");
}

TEST_CASE("mean leaves out NaN and masked elements; what has none left is NaN and masked") {
    const Dims dims = {{"frame", 2}, {"q", 3}};
    const Array frames = with_masks(Array::from<double>("frames", dims, "1", {1, not_a_number, 3, 5, 6, not_a_number}, {1, 2, 3, 5, 6, 10}),
                                    {mask("spikes", dims, {0, 0, 1, 0, 0, 0}), mask("beamstop", {{"q", 3}}, {0, 1, 0}), mask("bad_frame", {{"frame", 2}}, {1, 0})});
    const Array result = mean(frames, "frame");
    CHECK(values_of(result)[0] == 5);  // only frame 1 counts
    CHECK(variances_of(result)[0] == 5);
    CHECK(std::isnan(values_of(result)[1]));
    CHECK(std::isnan(values_of(result)[2]));
    CHECK(std::isnan(variances_of(result)[2]));
    const auto& masks = result.description().masks;
    REQUIRE(masks.size() == 2);  // those on the averaged dimension are gone
    CHECK(masks[0].name == "beamstop");
    CHECK(masks[1].name == "no_data");
    CHECK(bytes_of(masks[1]) == std::vector<std::uint8_t>{0, 1, 1});

    const Array again = mean(result, "q");
    CHECK(again.scalar() == 5);
    CHECK(again.description().masks.empty());
    const Array none = mean(Array::from<double>("x", {{"q", 1}, {"p", 1}}, "1", {not_a_number}), "q");
    CHECK(mean(none, "p").description().masks.at(0).name == "no_data");
    CHECK(std::isnan(mean(Array::from<double>("x", {{"q", 0}}, "1", {}), "q").scalar()));
}

TEST_CASE("mean drops the coordinates on its dimension and keeps the others") {
    const Array frames = with_coordinates(Array::from<double>("frames", {{"frame", 2}, {"q", 2}}, "1", {1, 2, 3, 4}),
                                          {coordinate("q", {{"q", 3}}, "1/nm", {0, 1, 2}, true), coordinate("time", {{"frame", 2}}, "s", {1, 2}),
                                           coordinate("wavelength", {}, "nm", {0.1})});
    const Description kept = mean(frames, "frame").description();
    CHECK(kept.coordinate("q") != nullptr);
    CHECK(kept.coordinate("wavelength") != nullptr);
    CHECK(kept.coordinate("time") == nullptr);
}

TEST_CASE("a dimension that the variances are correlated over is not averaged") {
    const Array frames = Array::from<double>("net", {{"frame", 2}, {"q", 2}}, "photon", {1, 2, 3, 4}, {1, 2, 3, 4});
    const Array net = subtract(frames, b);
    CHECK(error_of([&] { mean(net, "frame"); }) ==
          "'net' cannot be averaged over 'frame': its uncertainties are correlated over 'frame' (one measurement with variances was "
          "applied to all of it), so the result would look more certain than it is. Do this before that step, or leave out the "
          "variances.");
    CHECK(mean(net, "q").description().correlated_over == Names{"frame"});
    Description exact = net.description();
    exact.variances = false;
    exact.correlated_over.clear();
    CHECK(values_of(mean(net.with(exact), "frame")) == Values{0, -1});
    CHECK(error_of([&] { refuse_correlated(net.description(), "frame", "fitted"); }).starts_with("'net' cannot be fitted over 'frame': "));
    CHECK_NOTHROW(refuse_correlated(net.description(), "q", "fitted"));
}
