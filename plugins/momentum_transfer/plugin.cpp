// SPDX-License-Identifier: BSD-3-Clause
// The map: the values as they are, the axis from the kernel, the wavelength from a parameter or from the data.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <sluice/numerics/photon.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::momentum_transfer {
namespace {

double wavelength_of(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    const auto energy_kev =
        numerics::chosen_photon_energy({parameters.optional_number("energy"), parameters.optional_number("wavelength"),
                                        setup.input("data").fact_number("wavelength", "angstrom")});
    if (!energy_kev)
        throw sdk::RecipeError(
            "q of 2 theta needs the wavelength: the data carry no fact wavelength. Give 'wavelength' (angstrom) or 'energy' "
            "(keV)");
    return parameters.optional_number("wavelength").value_or(numerics::wavelength_from_energy(*energy_kev));
}

bool given(const sdk::Setup& setup) {
    return setup.parameters().optional_number("wavelength") || setup.parameters().optional_number("energy");
}

/// The coordinate two_theta, in rad; edges stay edges.
sdk::SmallArray angles_of(const sdk::Setup& setup) {
    auto angles = setup.input("data").coordinate("two_theta");
    if (!angles)
        throw sdk::RecipeError(
            "two_theta differs between the items of the data, so they have no common q; bring them onto one two_theta first "
            "(interpolate), or take one of them (slice)");
    const double factor = setup.context().unit_factor(angles->unit, "rad");
    for (auto& angle : angles->values) angle *= factor;
    return *angles;
}

class MomentumTransfer : public sdk::Map {
public:
    explicit MomentumTransfer(const sdk::Setup&) {}

    static void probe(const sdk::Probe& probe) {
        const auto angles = angles_of(probe);
        const double wavelength = wavelength_of(probe);
        auto q = q_of_angles(angles.values, wavelength);
        const auto unit = probe.parameters().text("unit");
        const double factor = probe.context().unit_factor("1/angstrom", unit);
        for (auto& each : q) each *= factor;
        const auto out = probe.output("curve");
        out.set_dims({{"q", probe.input("data").size("two_theta")}});
        out.set_coordinate("q", {{"q", static_cast<std::int64_t>(q.size())}}, unit, q, angles.edges);
        if (given(probe)) out.set_fact("wavelength", wavelength / 10, "nm");  // else the data's stays, to the last bit
        if (!probe.input("data").correlated_over().empty()) out.set_correlated_over("q");
    }

    void run(const sdk::Item& item) const {
        const auto values = item.values("data"), variances = item.variances("data");
        std::copy(values.begin(), values.end(), item.out("curve").begin());
        std::copy(variances.begin(), variances.end(), item.out_variances("curve").begin());
        const auto mask = item.mask("data");
        const auto out = item.out_mask("curve");
        std::fill(out.begin(), out.end(), std::uint8_t{0});
        for (std::size_t i = 0; i < mask.size(); ++i) out[i] = mask[i] != 0;
    }
};

}  // namespace
}  // namespace sluice::momentum_transfer

SLUICE_PLUGIN(sluice::momentum_transfer::MomentumTransfer)
