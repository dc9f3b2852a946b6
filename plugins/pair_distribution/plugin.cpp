// SPDX-License-Identifier: BSD-3-Clause
// The map: S(q) of each item to the functions of r. Here which outputs are wanted and masked; the sums are the kernel's.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "describe.hpp"
#include "kernel.hpp"

namespace sluice::pair_distribution {
namespace {

constexpr std::array of_density{"pair", "total", "radial", "coordination"};
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

void warn(const sdk::Context& context, Status status) {
    switch (status) {
        case Status::ok:
            return;
        case Status::nyquist:
            return context.warn(
                "r reaches beyond pi over the step of q, where G(r) is a mirror image of itself: lower r_max, or measure q in "
                "finer steps");
        case Status::low_r_residual:
            return context.warn(
                "G(r) is far from -4 pi rho0 r below low_r_limit: normalisation, background, number_density or low_r_limit is "
                "wrong; see the outputs low_r_chi_square and low_r_density");
        case Status::missing_points:
            return context.warn(
                "a structure factor has masked or NaN points between its first usable point and the largest q_max, or fewer than "
                "two points below the smallest, so its functions of r are masked: change q_max, raise q_min, or fill the gap by "
                "interpolate");
        case Status::no_density:
            return context.warn(
                "number_density is NaN or not above 0 for some curve, so what needs it is masked: see the output status");
    }
}

class PairDistributionMap : public sdk::Map {
public:
    explicit PairDistributionMap(const sdk::Setup& setup)
        : options_(options_of(setup.parameters())),
          asks_density_(setup.parameters().json("number_density") != "null"),
          q_factor_(q_factor(setup)) {
        const auto q = common_q(setup);
        if (q) prepared_.emplace(*q, common_mask(setup), options_);
        if (options_.r_step > std::numbers::pi / options_.q_max)
            setup.context().warn(
                "r_step is larger than pi / q_max, so G(r) cannot be drawn or integrated without loss: lower r_step");
    }

    static void probe(const sdk::Probe& probe) { describe(probe); }

    void run(const sdk::Item& item) const {
        check_density_wanted(item.context());
        std::optional<PairDistribution> own;
        if (!prepared_) own.emplace(q_of(item), item.mask("structure_factor"), options_);
        const auto& kernel = prepared_ ? *prepared_ : *own;
        const Curve curve{item.values("structure_factor"), item.variances("structure_factor"), item.mask("structure_factor"),
                          asks_density_ ? item.number("number_density") : std::nullopt};
        const auto report = kernel.run(curve, outputs(item));
        write(item, report);
        mask(item);
        warn(item.context(), report.status);
    }

private:
    /// Where one of these outputs is asked for by its name, the recipe is wrong; with the whole step they are merely masked.
    void check_density_wanted(const sdk::Context& context) const {
        if (asks_density_) return;
        const auto wanted = [&](const char* port) { return context.output_wanted(port); };
        const auto found = std::find_if(of_density.begin(), of_density.end(), wanted);
        if (found == of_density.end()) return;
        if (!std::all_of(of_density.begin(), of_density.end(), wanted))
            throw sdk::RecipeError("the output '" + std::string(*found) +
                                   "' needs number_density, in atoms per cubic angstrom. Give it.");
        context.warn("there is no number_density, so pair, total, radial and coordination are masked");
    }

    [[nodiscard]] std::vector<double> q_of(const sdk::Item& item) const {
        const auto q = item.coordinate("structure_factor", "q");
        std::vector<double> out(q.begin(), q.end());
        for (double& each : out) each *= q_factor_;
        return out;
    }

    static Function1D function(const sdk::Item& item, const char* port) {
        if (!item.context().output_wanted(port)) {
            std::fill(item.out(port).begin(), item.out(port).end(), unknown);
            std::fill(item.out_variances(port).begin(), item.out_variances(port).end(), unknown);
            return {};
        }
        return {item.out(port), item.out_variances(port)};
    }

    [[nodiscard]] Output outputs(const sdk::Item& item) const {
        Output out;
        out.reduced = function(item, "reduced");
        out.unwindowed = function(item, "unwindowed");
        out.pair = function(item, "pair");
        out.total = function(item, "total");
        out.radial = function(item, "radial");
        out.coordination = function(item, "coordination");
        out.corrected = item.out("corrected");
        out.covariance = covariance(item);
        const auto scan = function(item, "scan");
        const std::size_t rows = std::max<std::size_t>(options_.scan.size(), 1), length = scan.value.size() / rows;
        for (std::size_t i = 0; i < rows && length > 0; ++i)
            out.scan.push_back({scan.value.subspan(i * length, length),
                                scan.variance.empty() ? scan.variance : scan.variance.subspan(i * length, length)});
        return out;
    }

    static std::span<double> covariance(const sdk::Item& item) {
        const auto out = item.out("covariance");
        std::fill(out.begin(), out.end(), unknown);
        const bool known = !item.variances("structure_factor").empty() && item.context().output_wanted("covariance");
        return known ? out : std::span<double>();
    }

    void write(const sdk::Item& item, const Report& report) const {
        const auto given = item.variances("structure_factor");
        std::copy(given.begin(), given.end(), item.out_variances("corrected").begin());
        std::copy(report.low_r_chi_square.begin(), report.low_r_chi_square.end(), item.out("low_r_chi_square").begin());
        item.out("low_r_residual")[0] = report.low_r_residual;
        item.out("low_r_density")[0] = report.low_r_density.value;
        if (!item.out_variances("low_r_density").empty()) item.out_variances("low_r_density")[0] = report.low_r_density.variance;
        item.out("q_first")[0] = report.q_first;
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(report.status);
    }

    /// What is NaN; and, of S, what was masked.
    static void mask(const sdk::Item& item) {
        for (const auto* port :
             {"reduced", "unwindowed", "pair", "total", "radial", "coordination", "scan", "covariance", "corrected"}) {
            const auto values = item.out(port);
            std::transform(values.begin(), values.end(), item.out_mask(port).begin(),
                           [](double value) { return std::isnan(value); });
        }
        const auto given = item.mask("structure_factor");
        const auto corrected = item.out_mask("corrected");
        for (std::size_t k = 0; k < given.size(); ++k) corrected[k] = corrected[k] != 0 || given[k] != 0;
    }

    Options options_;
    bool asks_density_;
    double q_factor_;                           ///< to 1/angstrom
    std::optional<PairDistribution> prepared_;  ///< nothing where q differs between items
};

}  // namespace
}  // namespace sluice::pair_distribution

SLUICE_PLUGIN(sluice::pair_distribution::PairDistributionMap)
