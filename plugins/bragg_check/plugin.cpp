// SPDX-License-Identifier: BSD-3-Clause
// The map: a curve to its Bragg lines. Units and places here, the search in the kernel.
#include <cstdint>
#include <string>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::bragg_check {
namespace {

Options options_of(const sdk::Setup& setup) {
    const auto parameters = setup.parameters();
    const auto unit = setup.input("intensity").coordinate_unit("q").value();
    Options options;
    options.widest = parameters.number("widest", unit);
    options.narrowest = parameters.number("narrowest", unit);
    options.narrowest_halo = parameters.optional_number("narrowest_halo", unit).value_or(3 * options.widest);
    options.threshold = parameters.number("threshold");
    options.max_lines = parameters.integer("max_lines");
    options.first = parameters.optional_number("q_min", unit).value_or(options.first);
    options.last = parameters.optional_number("q_max", unit).value_or(options.last);
    return options;
}

class BraggCheck : public sdk::Map {
public:
    explicit BraggCheck(const sdk::Setup& setup) : options_(options_of(setup)) {}

    static void probe(const sdk::Probe& probe) {
        const auto places = probe.parameters().integer("max_lines");
        const bool has_variances = probe.input("intensity").has_variances();
        for (const auto* port : {"line_position", "line_height", "line_width", "line_significance"}) {
            probe.output(port).set_dims({{"line", places}});
            probe.output(port).set_fact("uncertainty_from", has_variances ? "propagated" : "scatter");
        }
        probe.output("status").set_fact("status_codes", "0 amorphous, 1 crystalline, 2 not_determined");
    }

    void run(const sdk::Item& item) const {
        const Curve curve{item.coordinate("intensity", "q"), item.values("intensity"), item.variances("intensity"),
                          item.mask("intensity")};
        const Result result = check(curve, options_);
        item.out<std::int8_t>("status")[0] = static_cast<std::int8_t>(result.status);
        item.out<std::int64_t>("lines")[0] = static_cast<std::int64_t>(result.lines.size());
        item.out<std::int64_t>("points_searched")[0] = result.searched;
        item.out("largest_significance")[0] = result.largest_significance;
        for (std::size_t i = 0; i < static_cast<std::size_t>(options_.max_lines); ++i)
            write_line(item, i, i < result.lines.size() ? result.lines[i] : Line{}, i >= result.lines.size());
        if (result.status == Status::not_determined)
            item.context().warn(
                "a curve has too few points, or points too far apart, to see Bragg lines: see the outputs status and "
                "points_searched");
    }

private:
    static void write_line(const sdk::Item& item, std::size_t i, const Line& line, bool absent) {
        write(item, "line_position", i, line.position, absent);
        write(item, "line_height", i, line.height, absent);
        write(item, "line_width", i, line.width, absent);
        item.out("line_significance")[i] = line.significance;
        item.out_mask("line_significance")[i] = absent;
    }
    static void write(const sdk::Item& item, const char* port, std::size_t i, const Value& value, bool absent) {
        item.out(port)[i] = value.value;
        item.out_variances(port)[i] = value.variance;
        item.out_mask(port)[i] = absent;
    }

    Options options_;
};

}  // namespace
}  // namespace sluice::bragg_check

SLUICE_PLUGIN(sluice::bragg_check::BraggCheck)
