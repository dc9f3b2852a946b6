// SPDX-License-Identifier: BSD-3-Clause
// P and S over the curve: the form factor is written once for any scalar, and so is its derivative.
#include "model.hpp"

#include <algorithm>

#include <sluice/numerics/percus_yevick.hpp>

namespace sluice::saxs_model {
namespace {

using numerics::Dual;

/// Where a parameter of the form factor stands among the variables of its derivatives: radius, spread, then its own.
template <class Form>
constexpr std::array<std::size_t, 2 + Form::own.size()> variables_of() {
    std::array<std::size_t, 2 + Form::own.size()> out{radius, size_spread};
    for (std::size_t i = 0; i < Form::own.size(); ++i) out[2 + i] = Form::own[i];
    return out;
}

template <class Form>
struct FormOf {
    static constexpr auto variables = variables_of<Form>();
    using Slopes = Dual<variables.size()>;

    template <class T>
    static T variable(std::span<const double> values, std::size_t i) {
        if constexpr (std::is_same_v<T, double>)
            return values[variables[i]];
        else
            return T(values[variables[i]], i);
    }

    template <class T>
    static numerics::SphereScattering<T> particles(const Kind& kind, std::span<const double> values) {
        std::array<T, Form::own.size()> own;
        for (std::size_t i = 0; i < own.size(); ++i) own[i] = variable<T>(values, 2 + i);
        const auto surfaces = Form::template surfaces<T>(variable<T>(values, 0), own);
        return {kind.distribution, variable<T>(values, 1), surfaces};
    }
};

void add_slopes(const auto& by, const auto& variables, double factor, std::span<double> row) {
    for (std::size_t k = 0; k < variables.size(); ++k) row[variables[k]] += factor * by.slope[k];
}

/// S - 1 of hard spheres, and its slopes by radius and density.
template <class T>
std::vector<T> hard_spheres(std::span<const double> q, std::span<const double> values) {
    T r = values[hard_sphere_radius], phi = values[volume_fraction];
    if constexpr (!std::is_same_v<T, double>) {
        r = T(values[hard_sphere_radius], 0);
        phi = T(values[volume_fraction], 1);
    }
    const numerics::PercusYevick<T> fluid(phi);
    std::vector<T> out;
    out.reserve(q.size());
    for (const double each : q) out.push_back(fluid.minus_one(T(2 * each * r)));
    return out;
}

template <class Form>
void fill_values(const Kind& kind, std::span<const double> q, std::span<const double> values, Shape& shape) {
    const auto particles = FormOf<Form>::template particles<double>(kind, values);
    const bool fluid = kind.structure == Structure::percus_yevick;
    const auto s_minus_one = fluid ? hard_spheres<double>(q, values) : std::vector<double>(q.size(), 0.0);
    for (std::size_t i = 0; i < q.size(); ++i) {
        const auto at = particles.at(q[i] * values[radius], fluid && kind.decoupling);
        shape.form_factor[i] = at.form_factor;
        shape.structure_factor[i] = 1 + (kind.decoupling ? at.decoupling : 1) * s_minus_one[i];
    }
}

template <class Form>
void fill_slopes(const Kind& kind, std::span<const double> q, std::span<const double> values, Shape& shape) {
    using T = typename FormOf<Form>::Slopes;
    constexpr auto variables = FormOf<Form>::variables;
    constexpr std::array<std::size_t, 2> fluid_variables{hard_sphere_radius, volume_fraction};
    const auto particles = FormOf<Form>::template particles<T>(kind, values);
    const bool fluid = kind.structure == Structure::percus_yevick;
    const auto s_minus_one = fluid ? hard_spheres<Dual<2>>(q, values) : std::vector<Dual<2>>(q.size());
    shape.form_slopes.assign(q.size() * n_form, 0);
    shape.structure_slopes.assign(q.size() * n_nonlinear, 0);
    const T r(values[radius], 0);
    for (std::size_t i = 0; i < q.size(); ++i) {
        const auto at = particles.at(q[i] * r, fluid && kind.decoupling);
        const auto& s = s_minus_one[i];
        const double beta = kind.decoupling ? at.decoupling.value : 1;
        shape.form_factor[i] = at.form_factor.value;
        shape.structure_factor[i] = 1 + beta * s.value;
        add_slopes(at.form_factor, variables, 1, std::span(shape.form_slopes).subspan(i * n_form, n_form));
        const auto row = std::span(shape.structure_slopes).subspan(i * n_nonlinear, n_nonlinear);
        add_slopes(s, fluid_variables, beta, row);
        if (kind.decoupling) add_slopes(at.decoupling, variables, s.value, row);
    }
}

}  // namespace

bool uses(const Kind& kind, std::size_t parameter) {
    if (parameter == radius || parameter >= n_nonlinear)
        return parameter != colloid_amplitude || kind.structure == Structure::percus_yevick;
    if (parameter == size_spread) return kind.distribution != numerics::SizeDistribution::monodisperse;
    if (parameter >= n_form) return kind.structure == Structure::percus_yevick;
    return std::visit([&](const auto& form) { return std::count(form.own.begin(), form.own.end(), parameter) > 0; }, kind.form);
}

Shape shape_of(const Kind& kind, std::span<const double> q, std::span<const double> values, bool slopes) {
    Shape shape;
    shape.form_factor.resize(q.size());
    shape.structure_factor.resize(q.size());
    std::visit(
        [&]<class Form>(const Form&) {
            if (slopes)
                fill_slopes<Form>(kind, q, values, shape);
            else
                fill_values<Form>(kind, q, values, shape);
        },
        kind.form);
    return shape;
}

void intensity_slopes(const Shape& shape, std::size_t i, double q, std::span<const double> values, std::span<double> out) {
    const double p = shape.form_factor[i], s = shape.structure_factor[i];
    const double by_p = values[amplitude] * s + values[colloid_amplitude], by_s = values[amplitude] * p;
    for (std::size_t k = 0; k < n_nonlinear; ++k) {
        const double form = k < n_form ? shape.form_slopes[i * n_form + k] : 0;
        out[k] = by_p * form + by_s * shape.structure_slopes[i * n_nonlinear + k];
    }
    out[amplitude] = p * s;
    out[colloid_amplitude] = p;
    out[porod_amplitude] = power_law(q);
    out[background] = 1;
}

}  // namespace sluice::saxs_model
