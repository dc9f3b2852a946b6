// SPDX-License-Identifier: BSD-3-Clause
// The map: two curves to their difference. What must not be done twice is refused; the rest is the kernel's.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::background_subtraction {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// As a number or by a step; the numbers themselves come with the items.
bool given(const sdk::Setup& setup, const char* parameter) { return setup.parameters().json(parameter) != "null"; }

void refuse_twice(const sdk::Setup& setup, const std::string& parameter, const std::string& port, const std::string& fact) {
    if (given(setup, parameter.c_str()) && setup.input(port).fact(fact))
        throw sdk::RecipeError(parameter + " is given, but input '" + port + "' is marked '" + fact +
                               "': it would be applied twice. Remove " + parameter + ".");
}

void check_inputs(const sdk::Setup& setup) {
    refuse_twice(setup, "sample_transmission", "sample", "transmission_corrected");
    refuse_twice(setup, "background_transmission", "background", "transmission_corrected");
    refuse_twice(setup, "thickness", "sample", "thickness_corrected");
    if (setup.input("sample").has_variances() != setup.input("background").has_variances())
        throw sdk::RecipeError("one of the inputs 'sample' and 'background' has variances, the other has none; give both or neither");
}

bool transmission_corrected(const sdk::Setup& setup, const std::string& port) {
    return given(setup, (port + "_transmission").c_str()) || setup.input(port).fact("transmission_corrected");
}

/// Where the scale is matched, in the unit of q.
struct Range {
    double from, to;
};

std::optional<Range> match_range(const sdk::Setup& setup) {
    if (!given(setup, "match_from") && !given(setup, "match_to")) return std::nullopt;
    const auto q = setup.input("sample").coordinate("q");
    if (!q) throw sdk::RecipeError("coordinate 'q' of input 'sample' differs between its curves; bring them onto one grid first (interpolate)");
    return Range{setup.parameters().optional_number("match_from", q->unit).value_or(0),
                 setup.parameters().optional_number("match_to", q->unit).value_or(std::numeric_limits<double>::infinity())};
}

std::vector<std::uint8_t> united(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, std::size_t n) {
    std::vector<std::uint8_t> mask(n, 0);
    for (std::size_t i = 0; i < n; ++i) mask[i] = (!a.empty() && a[i] != 0) || (!b.empty() && b[i] != 0);
    return mask;
}

class BackgroundSubtraction : public sdk::Map {
public:
    explicit BackgroundSubtraction(const sdk::Setup& setup)
        : to_sample_unit_(setup.context().unit_factor(setup.input("background").unit(), setup.input("sample").unit())),
          range_(match_range(setup)) {
        if (!range_ && transmission_corrected(setup, "sample") != transmission_corrected(setup, "background"))
            setup.context().warn("only one of sample and background is corrected for its transmission");
    }

    static void probe(const sdk::Probe& probe) {
        check_inputs(probe);
        const auto unit = probe.input("sample").unit();
        const auto net = probe.output("net");
        net.set_unit(given(probe, "thickness") ? "(" + unit + ")/cm" : unit);
        net.set_fact("background_subtracted", true);
        if (given(probe, "sample_transmission")) net.set_fact("transmission_corrected", true);
        if (given(probe, "thickness")) net.set_fact("thickness_corrected", true);
    }

    void run(const sdk::Item& item) const {
        const Curve sample{item.values("sample"), item.variances("sample")};
        const Curve background{item.values("background"), item.variances("background")};
        const auto mask = united(item.mask("sample"), item.mask("background"), sample.values.size());
        Corrections corrections{item.number("sample_transmission").value_or(1),
                                item.number("background_transmission").value_or(1), item.number("thickness").value_or(1)};
        const auto match = match_of(item, sample, background, corrections, mask);
        const double scale = *item.number("scale");
        corrections.scale = scale * match.scale;
        const auto negative = subtract(sample, background, corrections, {item.out("net"), item.out_variances("net")});

        std::copy(mask.begin(), mask.end(), item.out_mask("net").begin());
        const double matched = match.scale / to_sample_unit_, sigma = match.sigma / to_sample_unit_;
        item.out("scale")[0] = scale * matched;
        item.out_variances("scale")[0] = scale * scale * sigma * sigma + matched * matched * item.number_variance("scale");
        item.out("match_chi_square")[0] = match.reduced_chi_square;
        item.out<std::int64_t>("negative_points")[0] = negative;
    }

private:
    /// The factor that brings the background to the sample: found in the window, or that of the units alone.
    [[nodiscard]] Match match_of(const sdk::Item& item, const Curve& sample, const Curve& background,
                                 const Corrections& corrections, const std::vector<std::uint8_t>& mask) const {
        if (!range_) return {to_sample_unit_, 0, unknown, 0, true};
        const auto match = match_scale(sample, background, corrections,
                                       {item.coordinate("sample", "q"), mask, range_->from, range_->to});
        if (!match.converged)
            throw std::domain_error("no scale of the background can be found in the match window: the curves are too noisy there. Widen it.");
        return match;
    }

    double to_sample_unit_;       ///< folded into the scale, so that no value of the background is copied
    std::optional<Range> range_;
};

}  // namespace
}  // namespace sluice::background_subtraction

SLUICE_PLUGIN(sluice::background_subtraction::BackgroundSubtraction)
