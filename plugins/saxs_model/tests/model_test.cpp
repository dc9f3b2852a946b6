// SPDX-License-Identifier: BSD-3-Clause
// I(q) of the models: terms, what each model uses, and all derivatives against differences.
#include "../model.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include <sluice/numerics/least_squares.hpp>
#include <sluice/numerics/percus_yevick.hpp>

#include "simulated.hpp"

namespace {

using namespace sluice::saxs_model;
using namespace sluice::saxs_model::test;
using doctest::Approx;
using sluice::numerics::SizeDistribution;

Approx near(double value, double epsilon) { return Approx(value).epsilon(epsilon).scale(0); }

constexpr Values all_terms{3.1, 0.09, 0.8, 0.4, 3.6, 0.28, 1500, 400, 0.05, 0.5};

constexpr double tolerance = 1e-5;  ///< of derivatives: rounding of P at low q, 1e-12, over steps of 1e-5, ten times

double volume(double r) { return r * r * r; }

}  // namespace

TEST_CASE("terms of a fluid of equal spheres, from F and S") {
    const Kind kind{.distribution = SizeDistribution::monodisperse, .structure = Structure::percus_yevick};
    const Doubles q{0.05, 0.4, 1.1, 3.0};
    const auto shape = shape_of(kind, q, all_terms, false);
    const sluice::numerics::PercusYevick<double> hard_spheres(0.28);
    for (std::size_t i = 0; i < q.size(); ++i) {
        const double f = sluice::numerics::sphere_amplitude(q[i] * 3.1), s = hard_spheres.structure_factor(2 * q[i] * 3.6);
        CHECK(shape.form_factor[i] == near(f * f, 1e-9));
        CHECK(intensity(shape, i, q[i], all_terms) ==
              near(1500 * f * f * s + 400 * f * f + 0.05 / std::pow(q[i], 4) + 0.5, 1e-9));
    }
}

TEST_CASE("a core of contrast 1 in a shell: (V_c F_c (1 - k) + V_s F_s k)^2 over its value at 0") {
    const Kind kind{.form = CoreShellSphere{}, .distribution = SizeDistribution::monodisperse};
    const Doubles q{0.01, 0.4, 1.1, 3.0};
    const auto shape = shape_of(kind, q, all_terms, false);
    for (std::size_t i = 0; i < q.size(); ++i) {
        const auto f = [&](double r) { return volume(r) * sluice::numerics::sphere_amplitude(q[i] * r); };
        const double a = 0.6 * f(3.1) + 0.4 * f(3.9), a0 = 0.6 * volume(3.1) + 0.4 * volume(3.9);
        CHECK(shape.form_factor[i] == near(a * a / (a0 * a0), 1e-9));
        CHECK(shape.structure_factor[i] == 1);
    }
}

TEST_CASE("decoupling takes the contrast out of S where beta is small, and changes nothing for equal spheres") {
    Kind kind{.structure = Structure::percus_yevick, .decoupling = true};
    const Doubles q{0.02, 0.5, 2.0};
    const auto with = shape_of(kind, q, all_terms, false);
    kind.decoupling = false;
    const auto without = shape_of(kind, q, all_terms, false);
    const std::array<sluice::numerics::Surface<double>, 1> sphere{{{0, 1}}};
    const sluice::numerics::SphereScattering<double> spheres(SizeDistribution::gaussian, 0.09, sphere);
    for (std::size_t i = 0; i < q.size(); ++i) {
        const double beta = spheres.at(q[i] * 3.1, true).decoupling;
        CHECK(with.structure_factor[i] - 1 == near(beta * (without.structure_factor[i] - 1), 1e-12));
    }
}

TEST_CASE("which parameters a model has") {
    const auto used = [](const Kind& kind) {
        std::string text;
        for (std::size_t k = 0; k < n_parameters; ++k)
            if (uses(kind, k)) text += std::string(parameter_names[k]) + " ";
        return text;
    };
    CHECK(used({}) == "radius size_spread amplitude porod_amplitude background ");
    CHECK(used({.distribution = SizeDistribution::monodisperse}) == "radius amplitude porod_amplitude background ");
    CHECK(used(fluid) ==
          "radius size_spread hard_sphere_radius volume_fraction amplitude colloid_amplitude porod_amplitude background ");
    CHECK(used({.form = CoreShellSphere{}}) ==
          "radius size_spread shell_thickness shell_contrast amplitude porod_amplitude background ");
}

TEST_CASE("derivatives by all parameters, for every form, distribution and structure") {
    const Doubles q{0.03, 0.09, 0.2, 0.6, 1.3, 2.5, 6.0};
    for (const FormFactor& form : {FormFactor(Sphere{}), FormFactor(CoreShellSphere{})})
        for (const auto distribution : {SizeDistribution::gaussian, SizeDistribution::schulz, SizeDistribution::log_normal})
            for (const double spread : {0.03, 0.12, 0.25})
                for (const bool decoupling : {false, true}) {
                    const Kind kind{form, distribution, Structure::percus_yevick, decoupling};
                    Values at = all_terms;
                    at[size_spread] = spread;
                    const auto model = [&](auto values, auto out, auto jacobian) {
                        const auto shape = shape_of(kind, q, values, !jacobian.empty());
                        for (std::size_t i = 0; i < q.size(); ++i) {
                            out[i] = intensity(shape, i, q[i], values);
                            if (!jacobian.empty())
                                intensity_slopes(shape, i, q[i], values, jacobian.subspan(i * n_parameters, n_parameters));
                        }
                    };
                    // a sphere has no shell: its two columns, all 0, would be 0/0
                    if (std::holds_alternative<Sphere>(form)) {
                        std::vector<double> out(q.size()), slopes(q.size() * n_parameters);
                        model(std::span<const double>(at), std::span<double>(out), std::span<double>(slopes));
                        CHECK(slopes[shell_thickness] == 0);
                        CHECK(slopes[shell_contrast] == 0);
                        const auto padded = [&](auto values, auto residuals, auto jacobian) {
                            model(values, residuals, jacobian);
                            residuals[0] += values[shell_thickness] + values[shell_contrast];
                            if (!jacobian.empty()) jacobian[shell_thickness] = jacobian[shell_contrast] = 1;
                        };
                        CHECK(sluice::numerics::jacobian_error(at, static_cast<std::ptrdiff_t>(q.size()), padded) < tolerance);
                    } else {
                        CHECK(sluice::numerics::jacobian_error(at, static_cast<std::ptrdiff_t>(q.size()), model) < tolerance);
                    }
                }
}
