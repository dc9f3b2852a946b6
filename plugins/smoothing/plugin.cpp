// SPDX-License-Identifier: BSD-3-Clause
// The map: one curve to a smooth one. Names of methods, units of width, penalty and derivative here; the rest is the kernel's.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sluice/numerics/axis.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::smoothing {
namespace {

constexpr std::array<std::string_view, 3> methods{"savitzky_golay", "local_polynomial", "smoothing_spline"};  // as the enum
constexpr std::array<std::string_view, 4> criteria{"auto", "mallows", "chi_square", "gcv"};

template <class Enum, class Names>
Enum chosen(const Names& names, const std::string& name) {
    return static_cast<Enum>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::string unit_of_q(const sdk::Setup& setup) { return setup.input("data").coordinate_unit("q").value(); }

Options options_of(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    Options options;
    options.method = chosen<Method>(methods, parameters.text("method"));
    options.degree = static_cast<int>(parameters.integer("degree"));
    options.derivative = static_cast<int>(parameters.integer("derivative"));
    if (const auto window = parameters.optional_integer("window")) options.window = static_cast<std::ptrdiff_t>(*window);
    if (const auto width = parameters.optional_number("width")) {
        const auto unit = unit_of_q(setup);
        options.width = *width * setup.context().unit_factor(parameters.optional_text("width_unit").value_or(unit), unit);
    }
    options.relative_width = parameters.optional_number("relative_width");
    options.penalty = parameters.optional_number("penalty");
    options.degrees_of_freedom = parameters.optional_number("degrees_of_freedom");
    options.criterion = chosen<Criterion>(criteria, parameters.text("criterion"));
    options.fill = parameters.boolean("fill");
    return options;
}

/// "(unit)^power"
std::string power(const std::string& unit, int exponent) {
    std::string text("(");
    return text.append(unit).append(")^").append(std::to_string(exponent));
}

std::string unit_of_smoothed(const sdk::Probe& probe, int derivative) {
    const auto unit = probe.input("data").unit();
    return derivative == 0 ? unit : power(unit, 1) + "/" + power(unit_of_q(probe), derivative);
}

/// Of penalty * integral f''^2 dq beside a chi-square, or beside a sum of squares.
std::string unit_of_penalty(const sdk::Probe& probe) {
    const auto cubed = power(unit_of_q(probe), 3);
    return probe.input("data").has_variances() ? cubed + "/" + power(probe.input("data").unit(), 2) : cubed;
}

class Smoothing : public sdk::Map {
public:
    explicit Smoothing(const sdk::Setup& setup) : options_(options_of(setup)) {}

    static void probe(const sdk::Probe& probe) {
        const auto data = probe.input("data");
        const auto options = options_of(probe);
        check_options(options, static_cast<std::ptrdiff_t>(data.size("q")), data.has_variances());
        if (const auto q = data.coordinate("q"); q && options.method == Method::savitzky_golay)
            check_equal_spacing(q->edges ? numerics::centres(q->values) : q->values);
        const auto smoothed = probe.output("smoothed");
        smoothed.set_unit(unit_of_smoothed(probe, options.derivative));
        smoothed.set_fact("smoothed", true);
        smoothed.set_fact("smoothing_method", probe.parameters().text("method"));
        if (options.derivative > 0) smoothed.set_fact("derivative", static_cast<double>(options.derivative), "1");
        probe.output("window").set_unit(options.width ? unit_of_q(probe) : "1");
        probe.output("penalty").set_unit(unit_of_penalty(probe));
        probe.output("status").set_fact("status_codes", "0 ok, 1 too_few_points");
    }

    void run(const sdk::Item& item) const {
        const auto result =
            smooth({item.coordinate("data", "q"), item.values("data"), item.variances("data"), item.mask("data")}, options_);
        std::copy(result.values.begin(), result.values.end(), item.out("smoothed").begin());
        std::copy(result.variances.begin(), result.variances.end(), item.out_variances("smoothed").begin());
        std::copy(result.mask.begin(), result.mask.end(), item.out_mask("smoothed").begin());
        item.out("effective_degrees_of_freedom")[0] = result.degrees_of_freedom;
        item.out("window")[0] = result.window;
        item.out("penalty")[0] = result.penalty;
        item.out("chi_square")[0] = result.chi_square;
        item.out<std::int64_t>("points")[0] = result.points;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        if (result.status == Status::too_few_points)
            item.context().warn("a curve has too few points to smooth: see the outputs status and points");
    }

private:
    Options options_;
};

}  // namespace
}  // namespace sluice::smoothing

SLUICE_PLUGIN(sluice::smoothing::Smoothing)
