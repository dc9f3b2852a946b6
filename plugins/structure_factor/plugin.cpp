// SPDX-License-Identifier: BSD-3-Clause
// The map: intensity and fitted parts to S(q). Units here, the division in the kernel.
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::structure_factor {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr const char* ports[] = {"intensity", "single", "other"};

bool divides_by_s0(const sdk::Setup& setup) { return setup.parameters().text("normalisation") == "s0"; }

/// A number, or a step that gives one per item.
bool given(const sdk::Setup& setup, const char* parameter) { return setup.parameters().json(parameter) != "null"; }

void check_s0(const sdk::Setup& setup) {
    if (divides_by_s0(setup) && !given(setup, "s0"))
        throw sdk::RecipeError(
            "normalisation is s0, which needs the parameter s0 = S(0). Give it, or set normalisation to high_q.");
    if (!divides_by_s0(setup) && given(setup, "s0"))
        throw sdk::RecipeError(
            "s0 is given, but normalisation is high_q, which does not use it. Set normalisation to s0, or remove s0.");
}

/// Factors that bring each input to the unit of the intensity; single may be of another one, P say, which then stays in S.
struct Factors {
    double single = 1, other = 1, covariance = 1;
    std::string unit = "1";  ///< of S
};

Factors factors_of(const sdk::Setup& setup) {
    const auto intensity = setup.input("intensity").unit();
    auto single = setup.input("single").unit();
    Factors factors;
    try {
        factors.single = setup.context().unit_factor(single, intensity);
        single = intensity;
    } catch (const sdk::RecipeError&) {
        factors.unit = "(" + intensity + ")/(" + single + ")";
    }
    if (setup.input("other").present()) factors.other = setup.context().unit_factor(setup.input("other").unit(), intensity);
    if (setup.input("single_other_covariance").present())
        factors.covariance =
            setup.context().unit_factor(setup.input("single_other_covariance").unit(), "(" + intensity + ") (" + single + ")");
    return factors;
}

/// A copy of an input in the unit of the kernel; empty for one that is not connected.
std::vector<double> scaled(std::span<const double> values, double factor) {
    std::vector<double> out(values.begin(), values.end());
    for (double& each : out) each *= factor;
    return out;
}

class StructureFactor : public sdk::Map {
public:
    explicit StructureFactor(const sdk::Setup& setup)
        : factors_(factors_of(setup)),
          divides_(divides_by_s0(setup)),
          smallest_single_(setup.parameters().number("smallest_single")) {
        if (setup.input("single_other_covariance").present() && !setup.input("other").present())
            throw sdk::RecipeError(
                "single_other_covariance is connected without other: there is nothing that single varies with");
    }

    static void probe(const sdk::Probe& probe) {
        check_s0(probe);
        const auto out = probe.output("structure_factor");
        out.set_unit(factors_of(probe).unit);
        bool any = false;
        for (const auto* port : ports)
            if (const auto input = probe.input(port); input.present()) any = any || input.has_variances();
        out.set_variances(any);
        out.drop_fact("intensity_scale");
        out.set_fact("normalisation", probe.parameters().text("normalisation"));
        out.set_fact("other_removed", probe.input("other").present());
    }

    void run(const sdk::Item& item) const {
        const auto single = scaled(item.values("single"), factors_.single);
        const auto single_variance = scaled(item.variances("single"), factors_.single * factors_.single);
        const auto other = scaled(item.values("other"), factors_.other);
        const auto other_variance = scaled(item.variances("other"), factors_.other * factors_.other);
        const auto covariance = scaled(item.values("single_other_covariance"), factors_.covariance);
        const auto mask = united_mask(item);
        const auto counts =
            divide({item.values("intensity"), item.variances("intensity"), single, single_variance, other, other_variance,
                    covariance, mask},
                   options_of(item),
                   {item.out("structure_factor"), item.out_variances("structure_factor"), item.out_mask("structure_factor")});
        item.out<std::int64_t>("points_left_out")[0] = counts.masked;
        item.out<std::int64_t>("points_small")[0] = counts.small;
        item.out<std::int64_t>("negative_points")[0] = counts.negative;
    }

private:
    [[nodiscard]] Options options_of(const sdk::Item& item) const {
        Options options{smallest_single_, 1, 0};
        if (!divides_) return options;
        options.s0 = item.number("s0").value_or(unknown);
        options.s0_variance = item.number_variance("s0");
        if (!(options.s0 > 0))
            item.context().warn("S(0) is NaN or not above 0, so a whole curve is masked: see the output points_left_out");
        return options;
    }

    static std::vector<std::uint8_t> united_mask(const sdk::Item& item) {
        std::vector<std::uint8_t> mask(item.values("intensity").size(), 0);
        for (const auto* port : {"intensity", "single", "other", "single_other_covariance"}) {
            const auto each = item.mask(port);
            for (std::size_t i = 0; i < each.size(); ++i) mask[i] = mask[i] != 0 || each[i] != 0;
        }
        return mask;
    }

    Factors factors_;
    bool divides_;
    double smallest_single_;
};

}  // namespace
}  // namespace sluice::structure_factor

SLUICE_PLUGIN(sluice::structure_factor::StructureFactor)
