// SPDX-License-Identifier: BSD-3-Clause
// Parameters and facts of the inputs; q in 1/angstrom from whatever unit the data has.
#include "settings.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/photon.hpp>

#include "ad_hoc.hpp"

namespace sluice::total_scattering {
namespace {

constexpr double same_wavelength = 1e-3;  // relative; f' and Compton recoil change by less than 0.1 % then
constexpr double damping_exponent = 5;    // exp(-5) is left of the integrand at fit_to

std::vector<double> q_of(const sdk::Setup& setup) {
    const auto q = setup.input("intensity").coordinate("q");
    if (!q)
        throw sdk::RecipeError(
            "coordinate 'q' of input 'intensity' differs between its curves; bring them onto one grid first (interpolate)");
    auto points = q->edges ? numerics::centres(q->values) : q->values;
    const double factor = setup.context().unit_factor(q->unit, "1/angstrom");
    for (double& each : points) each *= factor;
    return points;
}

Geometry geometry_of(const sdk::Parameters& parameters) {
    return {parameters.text("polarization") == "full_ring", parameters.boolean("solid_angle"),
            parameters.optional_number("sensor_tau"), parameters.text("absorption") == "plate"};
}

void refuse_twice(const sdk::Setup& setup, bool asked, const std::string& parameter, const std::string& fact) {
    if (asked && setup.input("intensity").fact(fact))
        throw sdk::RecipeError(parameter + " is to be divided out, but input 'intensity' is marked '" + fact +
                               "': it would be done twice. Leave " + parameter + " out.");
}

std::optional<bool> fact_if_any(const sdk::InputDescription& input, const std::string& name) {
    for (const auto& fact : input.facts())
        if (fact.name == name) return input.fact(name);
    return std::nullopt;
}

void check_background(const sdk::Setup& setup) {
    const auto intensity = setup.input("intensity"), background = setup.input("background");
    if (!background.present()) return;
    if (intensity.fact("background_subtracted"))
        throw sdk::RecipeError(
            "input 'intensity' is marked 'background_subtracted': another background would be taken off. Do not connect "
            "'background'.");
    for (const char* name : {"polarization_corrected", "solid_angle_corrected"}) {
        const auto one = fact_if_any(intensity, name), other = fact_if_any(background, name);
        if (one && other && *one != *other)
            throw sdk::RecipeError(std::string("one of the inputs 'intensity' and 'background' is marked '") + name +
                                   "', the other is not: they cannot be subtracted. Integrate both in the same way.");
    }
}

std::optional<double> fact_density(const sdk::Setup& setup) {
    return setup.input("mean_square").fact_number("number_density", "1/angstrom^3");
}

void check_parameters(const sdk::Setup& setup, const Geometry& geometry) {
    const auto parameters = setup.parameters();
    if (geometry.plate && !given(setup, "mu_t"))
        throw sdk::RecipeError("absorption is plate, which needs mu_t, the thickness in attenuation lengths. Give it.");
    if (!geometry.plate && given(setup, "mu_t"))
        throw sdk::RecipeError(
            "mu_t is given, but absorption is none, which does not use it. Set absorption to plate, or remove mu_t.");
    if (parameters.text("method") == "krogh_moe" && !given(setup, "number_density") && !fact_density(setup))
        throw sdk::RecipeError(
            "method is krogh_moe, which needs number_density (atoms per volume). Give it, such as \"0.0575 1/angstrom^3\", or "
            "give "
            "the step atomic_factors a density: its mean_square then brings it along.");
    refuse_twice(setup, geometry.polarization, "polarization", "polarization_corrected");
    refuse_twice(setup, geometry.solid_angle, "solid_angle", "solid_angle_corrected");
    refuse_twice(setup, geometry.sensor_tau.has_value(), "sensor_tau", "incidence_corrected");
    refuse_twice(setup, geometry.plate, "absorption", "absorption_corrected");
}

std::optional<double> fact_wavelength(const sdk::Setup& setup, const char* port) {
    return setup.input(port).fact_number("wavelength", "angstrom");
}

bool differ(double a, double b) { return std::abs(a - b) > same_wavelength * b; }

std::optional<double> wavelength_of(const sdk::Setup& setup, const Geometry& geometry) {
    const auto parameters = setup.parameters();
    const auto energy_kev = numerics::chosen_photon_energy(
        {parameters.optional_number("energy"), parameters.optional_number("wavelength"), fact_wavelength(setup, "intensity")});
    if (energy_kev) return parameters.optional_number("wavelength").value_or(numerics::wavelength_from_energy(*energy_kev));
    if (geometry.any())
        throw sdk::RecipeError(
            "polarization, solid_angle, sensor_tau and absorption depend on the scattering angle, and q gives it only with the "
            "wavelength: give energy or wavelength; the data has no fact 'wavelength'.");
    return std::nullopt;
}

void check_factors(const sdk::Setup& setup, std::optional<double> wavelength) {
    const auto composition = setup.input("mean_square").fact_text("composition");
    for (const std::string port : {"mean_square", "square_mean", "compton"}) {
        if (!setup.input(port).present()) continue;
        const auto other = setup.input(port).fact_text("composition");
        if (composition && other && *other != *composition)
            throw sdk::RecipeError("input 'mean_square' is of " + *composition + ", input '" + port + "' of " + *other +
                                   ". Take both from one step atomic_factors.");
        const auto of_factors = fact_wavelength(setup, port.c_str());
        if (!wavelength || !of_factors || !differ(*of_factors, *wavelength)) continue;
        throw sdk::RecipeError("input '" + port + "' is for the wavelength " + std::to_string(*of_factors) +
                               " angstrom, the curve is of " + std::to_string(*wavelength) +
                               " angstrom. Compute the factors at the wavelength of the measurement.");
    }
}

Method method_of(const std::string& name) {
    if (name == "krogh_moe") return Method::krogh_moe;
    return name == "ad_hoc" ? Method::ad_hoc : Method::high_q;
}

void check_range(const Range& range, const char* from, const char* to, const std::vector<double>& q) {
    if (!(range.from < range.to))
        throw sdk::RecipeError(std::string(from) + " must be below " + to + "; they are " + std::to_string(range.from) + " and " +
                               std::to_string(range.to) + " 1/angstrom");
    if (std::none_of(q.begin(), q.end(), [&](double each) { return numerics::inside(each, range.from, range.to); }))
        throw sdk::RecipeError(std::string("no point of the curve is between ") + from + " = " + std::to_string(range.from) +
                               " and " + to + " = " + std::to_string(range.to) +
                               " 1/angstrom; it ends at q = " + std::to_string(q.back()) + " 1/angstrom");
}

Options options_of(const sdk::Parameters& parameters, const std::vector<double>& q, const Geometry& geometry) {
    Options options;
    options.method = method_of(parameters.text("method"));
    options.ad_hoc = {parameters.optional_number("q_min").value_or(0),
                      parameters.optional_number("q_max_instrument").value_or(q.back())};
    const bool ad_hoc = options.method == Method::ad_hoc;
    options.fit.to = parameters.optional_number("fit_to").value_or(ad_hoc ? options.ad_hoc.to : q.back());
    options.fit.from = parameters.optional_number("fit_from").value_or(options.fit.to / 2);
    options.constant = parameters.optional_number("constant");
    options.damping_angstrom2 =
        parameters.optional_number("damping").value_or(damping_exponent / (options.fit.to * options.fit.to));
    options.polynomial_order = polynomial_order(parameters.number("r_poly"), options.ad_hoc.to);
    if (ad_hoc) check_order(options.polynomial_order);
    options.plate = geometry.plate;
    options.largest_spread = parameters.number("largest_spread");
    options.largest_level_offset = parameters.number("largest_level_offset");
    check_range(options.fit, "fit_from", "fit_to", q);
    check_range(options.ad_hoc, "q_min", "q_max_instrument", q);
    return options;
}

}  // namespace

bool given(const sdk::Setup& setup, const char* parameter) { return setup.parameters().json(parameter) != "null"; }

Settings settings_of(const sdk::Setup& setup) {
    Settings settings;
    settings.geometry = geometry_of(setup.parameters());
    check_parameters(setup, settings.geometry);
    check_background(setup);
    settings.q_inv_angstrom = q_of(setup);
    if (settings.q_inv_angstrom.size() < 2)
        throw sdk::RecipeError("the curve has " + std::to_string(settings.q_inv_angstrom.size()) +
                               " points in q; at least 2 are needed");
    settings.wavelength_angstrom = wavelength_of(setup, settings.geometry);
    if (settings.wavelength_angstrom) check_reach(settings.q_inv_angstrom, *settings.wavelength_angstrom);
    check_factors(setup, settings.wavelength_angstrom);
    settings.number_density = fact_density(setup);
    settings.options = options_of(setup.parameters(), settings.q_inv_angstrom, settings.geometry);
    settings.ashcroft_langreth = setup.parameters().text("definition") == "ashcroft_langreth";
    return settings;
}

void warn_of_inputs(const sdk::Setup& setup, const Settings& settings) {
    const auto& context = setup.context();
    if (settings.options.method != Method::ad_hoc && !setup.input("compton").present())
        context.warn("no input compton is connected: the curve is taken as free of Compton scattering");
    const auto background = setup.input("background");
    if (background.present() && setup.input("intensity").has_variances() && !background.has_variances())
        context.warn("the background has no variances and is taken as exact");
    const auto fact = fact_wavelength(setup, "intensity");
    if (fact && differ(*fact, *settings.wavelength_angstrom))
        context.warn("the wavelength given is not that of the fact 'wavelength' of the data; the one given is used");
}

}  // namespace sluice::total_scattering
