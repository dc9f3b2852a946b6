// SPDX-License-Identifier: BSD-3-Clause
// The set-up step: q of the curve, composition and energy to the kernel; what they were is kept as facts.
#include <cstdint>
#include <string>
#include <vector>

#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/photon.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"
#include "tables.hpp"

namespace sluice::atomic_factors {
namespace {

constexpr const char* along_q[] = {"mean_square", "square_mean", "compton", "weights"};
constexpr const char* scalars[] = {"number_density", "mean_atomic_mass", "attenuation", "status"};

double energy_of(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    const auto energy_kev =
        numerics::chosen_photon_energy({parameters.optional_number("energy"), parameters.optional_number("wavelength"),
                                        setup.input("curve").fact_number("wavelength", "angstrom")});
    if (!energy_kev)
        throw sdk::RecipeError(
            "f', f'', recoil and attenuation need the photon energy, and the curve carries no fact wavelength. Give "
            "'energy' (keV) or 'wavelength' (angstrom)");
    return *energy_kev;
}

std::vector<double> q_of(const sdk::Setup& setup) {
    const auto found = setup.input("curve").coordinate("q");
    if (!found)
        throw sdk::RecipeError(
            "q differs between the items of the curve, so there is no one q for <f^2> and the rest; bring them onto one first "
            "(interpolate)");
    auto q = found->edges ? numerics::centres(found->values) : found->values;
    const double factor = setup.context().unit_factor(found->unit, "1/angstrom");
    for (auto& each : q) each *= factor;
    return q;
}

/// All that the kernel is asked; the same for probe, which refuses what cannot be, and for the constructor.
struct Arguments {
    explicit Arguments(const sdk::Setup& setup) : q_inv_angstrom(q_of(setup)) {
        const auto parameters = setup.parameters();
        composition = parse_composition(parameters.text("composition"));
        options = {energy_of(setup), parameters.boolean("anomalous"), static_cast<int>(parameters.integer("recoil_power"))};
        check(options, q_inv_angstrom);
        bulk = atomic_factors::bulk(composition,
                                    {parameters.optional_number("density"), parameters.optional_number("number_density")},
                                    options.energy_kev);
        near_edges = edges_near(composition, options.energy_kev);
    }

    std::vector<double> q_inv_angstrom;
    Composition composition;
    Options options;
    Bulk bulk;
    std::string near_edges;  ///< empty: none
};

/// What holds of the curve (corrections, scale) does not hold of free atoms.
void set_facts(const sdk::Probe& probe, const char* port, const Arguments& arguments) {
    const auto output = probe.output(port);
    const bool given = probe.parameters().optional_number("energy") || probe.parameters().optional_number("wavelength");
    for (const auto& fact : probe.input("curve").facts())
        if (given || fact.name != "wavelength") output.drop_fact(fact.name);
    output.set_fact("composition", to_text(arguments.composition));
    if (given) output.set_fact("wavelength", numerics::wavelength_from_energy(arguments.options.energy_kev) / 10, "nm");
    output.set_fact("f0_source", f0_source);
    output.set_fact("anomalous", arguments.options.anomalous);
    output.set_fact("recoil_power", static_cast<double>(arguments.options.recoil_power), "1");
    if (arguments.bulk.number_density_per_angstrom3 > 0)
        output.set_fact("number_density", arguments.bulk.number_density_per_angstrom3, "1/angstrom^3");
}

class AtomicFactors : public sdk::Map {
public:
    explicit AtomicFactors(const sdk::Setup& setup) : arguments_(setup) {}

    static void probe(const sdk::Probe& probe) {
        const Arguments arguments(probe);
        const auto labels = pair_labels(arguments.composition);
        const auto pairs = static_cast<std::int64_t>(labels.size());
        const auto weights = probe.output("weights");
        weights.set_dims({{"pair", pairs}, {"q", probe.input("curve").size("q")}});
        weights.set_labels("pair", "pair", labels);
        for (const auto* port : along_q) set_facts(probe, port, arguments);
        for (const auto* port : scalars) set_facts(probe, port, arguments);
        probe.output("status").set_fact("status_codes", "0 ok, 1 near_edge");
        probe.needs_prepared(8 * static_cast<std::int64_t>(arguments.q_inv_angstrom.size()));
    }

    void run(const sdk::Item& item) const {
        average(arguments_.composition, arguments_.options, arguments_.q_inv_angstrom,
                {item.out("mean_square"), item.out("square_mean"), item.out("compton"), item.out("weights")});
        item.out("number_density")[0] = arguments_.bulk.number_density_per_angstrom3;
        item.out("mean_atomic_mass")[0] = arguments_.bulk.mean_atomic_mass_g_per_mol;
        item.out("attenuation")[0] = arguments_.bulk.attenuation_per_mm;
        const bool near = !arguments_.near_edges.empty();
        item.out<std::int8_t>("status")[0] = near ? 1 : 0;
        if (near)
            item.context().warn("the photon energy is within 100 eV of an absorption edge (" + arguments_.near_edges +
                                "): f' and f'' of free atoms are uncertain there by electrons; see the output status");
    }

private:
    Arguments arguments_;
};

}  // namespace
}  // namespace sluice::atomic_factors

SLUICE_PLUGIN(sluice::atomic_factors::AtomicFactors)
