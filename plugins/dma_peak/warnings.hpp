// SPDX-License-Identifier: BSD-3-Clause
// What this plugin says of curves without a result, and the names of its statuses. No numbers: the host keeps a sentence once.
#pragma once

#include <sluice/sdk/context.hpp>

#include "apparent.hpp"
#include "component.hpp"
#include "modulus.hpp"

namespace sluice::dma_peak {

inline constexpr const char* apparent_codes = "0 ok, 1 shoulder, 2 at_edge, 3 none, 4 too_few_points, 5 turns";
inline constexpr const char* component_codes = "0 ok, 1 none, 2 at_edge, 3 not_converged, 4 too_few_points, 5 bound_hit, 6 turns";
inline constexpr const char* modulus_codes =
    "0 ok, 1 drop_only, 2 none, 3 not_given, 4 too_few_points, 5 turns, 6 drop_at_edge, 7 rise_at_edge";

inline void warn(const sdk::Context& context, ApparentStatus status) {
    switch (status) {
        case ApparentStatus::ok:
            return;
        case ApparentStatus::shoulder:
            return context.warn(
                "a curve has a shoulder but no maximum there, so no apparent peak: see the output status and, for the "
                "relaxation below it, the component; for a maximum behind it set near or from");
        case ApparentStatus::at_edge:
            return context.warn("a maximum lies too near an end of its points to be read: see the output status");
        case ApparentStatus::none:
            return context.warn("a curve has no maximum that stands out of its noise: see the output status");
        case ApparentStatus::too_few_points:
            return context.warn("a curve has too few points for the local polynomial: see the output status, and set half_width");
        case ApparentStatus::turns:
            return context.warn(
                "the temperature of a curve goes there and back: split it into heating and cooling, by 'segments' of "
                "text_source say");
    }
}

inline void warn(const sdk::Context& context, ComponentStatus status) {
    switch (status) {
        case ComponentStatus::ok:
        case ComponentStatus::turns:
            return;  // said once, above
        case ComponentStatus::none:
            return context.warn("the background alone describes a curve as well, so it has no component: see component_status");
        case ComponentStatus::at_edge:
            return context.warn(
                "the maximum of a component lies at an end of the points fitted, so it is doubtful: see component_status");
        case ComponentStatus::not_converged:
            return context.warn("the fit of a component did not converge: see component_status");
        case ComponentStatus::too_few_points:
            return context.warn("a curve has too few points for its component: see component_status and component_points");
        case ComponentStatus::bound_hit:
            return context.warn("the fit of a component ended on a bound, so it gives no variances: see component_status");
    }
}

inline void warn(const sdk::Context& context, ModulusStatus status) {
    switch (status) {
        case ModulusStatus::ok:
        case ModulusStatus::drop_only:
        case ModulusStatus::none:
        case ModulusStatus::not_given:
            return;  // results, or nothing asked for
        case ModulusStatus::too_few_points:
            return context.warn(
                "a storage modulus has too few points for its drop: see modulus_status, and set modulus_half_width");
        case ModulusStatus::turns:
            return context.warn(
                "the temperature of a storage modulus goes there and back: split it into heating and cooling first");
        case ModulusStatus::drop_at_edge:
            return context.warn(
                "a storage modulus drops, but its inflection or the glass ahead of it is not among the points: see "
                "modulus_status");
        case ModulusStatus::rise_at_edge:
            return context.warn(
                "a storage modulus still rises at its last point, so its recovery is not known: see modulus_status");
    }
}

}  // namespace sluice::dma_peak
