// SPDX-License-Identifier: BSD-3-Clause
// Parameters that go together are checked here, single ones by their declaration.
#include "describe.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <sluice/numerics/axis.hpp>

namespace sluice::pair_distribution {
namespace {

constexpr const char* status_codes = "0 ok, 1 nyquist, 2 low_r_residual, 3 missing_points, 4 no_density";
constexpr std::array functions{"reduced", "unwindowed", "pair", "total", "radial", "coordination"};
constexpr std::int64_t most_covariance_points = 10001;

template <class Enum, std::size_t n>
Enum named(const std::array<std::string_view, n>& names, const std::string& text) {
    return static_cast<Enum>(std::find(names.begin(), names.end(), text) - names.begin());
}

std::vector<double> scan_of(const sdk::Parameters& parameters) {
    if (parameters.json("q_max_scan") == "null") return {};
    return parameters.numbers("q_max_scan", "1/angstrom");
}

void check_window(const sdk::Parameters& parameters, numerics::Window window) {
    const bool has = parameters.optional_number("window_width").has_value();
    if (has == numerics::has_width(window)) return;
    const auto name = parameters.text("window");
    throw sdk::RecipeError(has ? "window_width is given, but the window " + name +
                                     " has no width. Remove window_width, or choose another window."
                               : "the window " + name + " needs window_width. Give it.");
}

void check_s0(const sdk::Parameters& parameters, LowQ low_q) {
    const bool has = parameters.optional_number("s0").has_value();
    if (low_q == LowQ::given && !has)
        throw sdk::RecipeError("low_q is given, which needs S(0). Give it as s0, or set low_q to quadratic.");
    if (low_q != LowQ::given && has)
        throw sdk::RecipeError("s0 is given, but low_q is " + parameters.text("low_q") +
                               ", which does not use it. Set low_q to given, or remove s0.");
}

void check_passes(const sdk::Parameters& parameters) {
    if (parameters.integer("passes") == 0) return;
    if (parameters.json("number_density") == "null")
        throw sdk::RecipeError(
            "passes is above 0, which needs number_density: G is brought to -4 pi rho0 r. Give it, or set passes to 0.");
    if (!parameters.optional_number("low_r_limit"))
        throw sdk::RecipeError(
            "passes is above 0, which needs low_r_limit, below which there are no atoms. Give it, or set passes to 0.");
}

RGrid r_grid_of(const std::optional<std::vector<double>>& q, const Options& options) {
    if (!q && options.natural)
        throw sdk::RecipeError(
            "r_grid = natural needs one grid of q for all items, but here it differs between them. Set r_grid to exact.");
    std::span<const double> used;
    if (q) used = std::span<const double>(*q).first(static_cast<std::size_t>(last_point(*q, options.q_max)) + 1);
    return r_grid(used, options);
}

/// Describes every output.
class Describer {
public:
    explicit Describer(const sdk::Probe& probe)
        : probe_(probe),
          options_(options_of(probe.parameters())),
          q_(common_q(probe)),
          grid_(r_grid_of(q_, options_)),
          r_(grid_.points()) {}

    void describe() const {
        for (const auto* port : functions) over_r(port, {{"r", grid_.count}});
        for (const auto* port : functions) tell(port);
        probe_.output("unwindowed").set_fact("window", "none");
        probe_.output("unwindowed").drop_fact("window_width");
        describe_scan();
        describe_covariance();
        const std::vector<std::int64_t> passes = counted(options_.passes + 1);
        probe_.output("low_r_chi_square").set_dims({{"pass", std::ssize(passes)}});
        probe_.output("low_r_chi_square").set_coordinate("pass", {{"pass", std::ssize(passes)}}, "1", passes);
        probe_.output("corrected").set_fact("low_r_passes", options_.passes, "1");
        probe_.output("status").set_fact("status_codes", status_codes);
        probe_.needs_prepared(prepared_bytes());
    }

private:
    void over_r(const char* port, const std::vector<sdk::DimSize>& dims) const {
        const auto output = probe_.output(port);
        output.set_dims(dims);
        output.set_coordinate("r", {{"r", grid_.count}}, "angstrom", r_);
        output.set_correlated_over("r");
    }
    /// What S itself brings, from an earlier transform or its normalisation, must not stand for what was done here.
    void tell(const char* port) const {
        const auto output = probe_.output(port);
        const auto parameters = probe_.parameters();
        for (const auto* fact : {"q_min", "window_width"}) output.drop_fact(fact);
        if (parameters.json("number_density") != "null") output.drop_fact("number_density");
        output.set_fact("q_max", q_ ? (*q_)[static_cast<std::size_t>(last_point(*q_, options_.q_max))] : options_.q_max,
                        "1/angstrom");
        if (const auto q_min = common_q_min()) output.set_fact("q_min", *q_min, "1/angstrom");
        output.set_fact("window", parameters.text("window"));
        if (const auto width = parameters.optional_number("window_width"))
            output.set_fact("window_width", *width, options_.window == numerics::Window::cosine ? "1/angstrom" : "angstrom");
        output.set_fact("low_q", parameters.text("low_q"));
        output.set_fact("low_r_passes", options_.passes, "1");
        if (const auto density = constant_density(parameters)) output.set_fact("number_density", *density, "1/angstrom^3");
    }
    /// Where the first point used is the same for all; the output q_first tells it of each.
    [[nodiscard]] std::optional<double> common_q_min() const {
        if (!q_) return options_.q_min;
        const auto first = first_point(*q_, common_mask(probe_), options_.q_min);
        return first < std::ssize(*q_) ? std::optional((*q_)[static_cast<std::size_t>(first)]) : std::nullopt;
    }
    static std::optional<double> constant_density(const sdk::Parameters& parameters) {
        const auto json = parameters.json("number_density");
        return json == "null" || json.front() == '{' ? std::nullopt : parameters.optional_number("number_density");
    }
    static std::vector<std::int64_t> counted(std::int64_t n) {
        std::vector<std::int64_t> out;
        for (std::int64_t i = 0; i < n; ++i) out.push_back(i);
        return out;
    }

    /// Of each cut two numbers for every r, and as many as points fitted at low q; of the sums, what their transforms hold.
    [[nodiscard]] std::int64_t prepared_bytes() const {
        const auto cuts = 3 + std::ssize(options_.scan), per_r = 2 + static_cast<std::int64_t>(options_.low_q_points);
        const std::int64_t points = probe_.input("structure_factor").size("q") + grid_.count;
        return 8 * (cuts * per_r * grid_.count + 64 * points);
    }

    void describe_scan() const {
        const auto n = std::ssize(options_.scan);
        over_r("scan", n > 0 ? std::vector<sdk::DimSize>{{"scan_q_max", n}, {"r", grid_.count}}
                             : std::vector<sdk::DimSize>{{"r", grid_.count}});
        tell("scan");
        if (n == 0) return;
        std::vector<double> ends;
        for (const double each : options_.scan)
            ends.push_back(q_ ? (*q_)[static_cast<std::size_t>(last_point(*q_, each))] : each);
        probe_.output("scan").drop_fact("q_max");
        probe_.output("scan").set_coordinate("scan_q_max", {{"scan_q_max", n}}, "1/angstrom", ends);
        probe_.output("scan").set_correlated_over("scan_q_max");
    }
    void describe_covariance() const {
        tell("covariance");
        if (!options_.covariance) return over_r("covariance", {{"r", grid_.count}});
        if (grid_.count > most_covariance_points)
            throw sdk::RecipeError("the covariance of " + std::to_string(grid_.count) +
                                   " points of r would be too large, at most " + std::to_string(most_covariance_points) +
                                   " can be. Raise r_step, lower r_max, or set covariance to false.");
        if (!probe_.input("structure_factor").has_variances())
            throw sdk::RecipeError("covariance is true, but structure_factor has no variances. Set covariance to false.");
        over_r("covariance", {{"r", grid_.count}, {"r2", grid_.count}});
        probe_.output("covariance").set_coordinate("r2", {{"r2", grid_.count}}, "angstrom", r_);
    }

    const sdk::Probe& probe_;
    Options options_;
    std::optional<std::vector<double>> q_;
    RGrid grid_;
    std::vector<double> r_;
};

}  // namespace

Options options_of(const sdk::Parameters& parameters) {
    Options options;
    options.q_min = parameters.optional_number("q_min");
    options.q_max = parameters.number("q_max");
    options.window = named<numerics::Window>(numerics::window_names, parameters.text("window"));
    options.window_width = parameters.optional_number("window_width").value_or(0);
    options.low_q = named<LowQ>(low_q_names, parameters.text("low_q"));
    options.low_q_points = static_cast<std::ptrdiff_t>(parameters.integer("low_q_points"));
    options.s0 = parameters.optional_number("s0").value_or(0);
    options.r_max = parameters.number("r_max");
    options.r_step = parameters.number("r_step");
    options.natural = parameters.text("r_grid") == "natural";
    options.low_r_limit = parameters.optional_number("low_r_limit");
    options.passes = static_cast<int>(parameters.integer("passes"));
    options.correction = named<Correction>(correction_names, parameters.text("correction"));
    options.low_r_tolerance = parameters.number("low_r_tolerance");
    options.scan = scan_of(parameters);
    options.covariance = parameters.boolean("covariance");
    check_window(parameters, options.window);
    check_s0(parameters, options.low_q);
    check_passes(parameters);
    return options;
}

double q_factor(const sdk::Setup& setup) {
    const auto unit = setup.input("structure_factor").coordinate_unit("q");
    return unit ? setup.context().unit_factor(*unit, "1/angstrom") : 1;
}

std::optional<std::vector<double>> common_q(const sdk::Setup& setup) {
    const auto q = setup.input("structure_factor").coordinate("q");
    if (!q) return std::nullopt;
    auto out = q->edges ? numerics::centres(q->values) : q->values;
    for (double& each : out) each *= q_factor(setup);
    return out;
}

std::vector<std::uint8_t> common_mask(const sdk::Setup& setup) {
    const auto mask = setup.input("structure_factor").mask();
    if (!mask) return {};
    std::vector<std::uint8_t> out;
    for (const double each : mask->values) out.push_back(each != 0);
    return out;
}

void describe(const sdk::Probe& probe) { Describer(probe).describe(); }

}  // namespace sluice::pair_distribution
