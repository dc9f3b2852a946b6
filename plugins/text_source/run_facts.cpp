// SPDX-License-Identifier: BSD-3-Clause
// What headers and rows say of a run, as facts of the output or as coordinates of its curves.
#include "run_facts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include <sluice/sdk/units.hpp>

#include "conversion.hpp"
#include "lines.hpp"

namespace sluice::text_source {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// One number for each element of dims (leading ones only), or one fact when they are all known and agree.
struct Numbers {
    std::string name, unit;
    double tolerance;  ///< relative
    Values values;
};

void describe_numbers(const sdk::OutputDescription& out, const Numbers& numbers, const std::vector<sdk::DimSize>& dims,
                      NameOwners& names) {
    const double first = numbers.values.front();
    const auto agrees = [&](double value) { return std::abs(value - first) <= numbers.tolerance * std::abs(first); };
    if (std::all_of(numbers.values.begin(), numbers.values.end(), agrees)) return out.set_fact(numbers.name, first, numbers.unit);
    const bool any = std::any_of(numbers.values.begin(), numbers.values.end(), [](double value) { return std::isfinite(value); });
    if (any && !dims.empty() && names.emplace(numbers.name, "a coordinate of the curves").second)
        out.set_coordinate(numbers.name, dims, numbers.unit, numbers.values);
}

void describe_texts(const sdk::OutputDescription& out, const std::string& name, const Names& texts,
                    const std::vector<sdk::DimSize>& dims, NameOwners& names) {
    const auto same = [&](const std::string& text) { return text == texts.front(); };
    if (std::all_of(texts.begin(), texts.end(), same)) {
        if (!texts.front().empty()) out.set_fact(name, texts.front());
    } else if (!dims.empty() && names.emplace(name, "a coordinate of the curves").second) {
        out.set_labels(name, dims.front().name, texts);
    }
}

/// A sign that differs between curves of one array cannot be told later.
void describe_exo(const sdk::OutputDescription& out, const Curves& curves) {
    std::string exo;
    for (std::size_t i = 0; i < curves.facts.size(); ++i) {
        const auto& own = curves.facts[i].exo;
        if (i > 0 && own != exo)
            throw sdk::RecipeError(curves.files[i] + ": exo is '" + own + "', but in the first file (" + curves.files.front() +
                                   ") it is '" + exo +
                                   "' ('' means that the file does not say). Files of a series need one sign: "
                                   "export them alike, or read them apart.");
        exo = own;
    }
    if (!exo.empty()) out.set_fact("exo", exo);
}

/// The header's rate is that of the whole run: of segments the rows say, and where they cannot, the header as far as signs agree.
Values heating_rates(const sdk::Probe& probe, const Curves& curves) {
    Values rates = curves.rates_k_per_min;
    const std::string segments = probe.parameters().text("segments");
    const auto per_file = rates.size() / curves.facts.size();
    for (std::size_t i = 0; i < rates.size(); ++i) {
        const auto said = curves.facts[i / per_file].heating_rate_k_per_min;
        if (!said) continue;
        const bool whole = segments == "as_is" && (std::isnan(rates[i]) || std::abs(rates[i] - *said) <= 0.05 * std::abs(*said));
        const bool direction = segments == (*said > 0 ? "heating" : "cooling") && std::isnan(rates[i]);
        if (whole || direction)
            rates[i] = *said;
        else if (segments == "as_is")
            probe.context().warn("the rows do not run at the rate that the header gives: heating_rate is that of the rows");
    }
    return rates;
}

/// The header's mass in milligrams; its unit is as the file writes it.
double mass_mg(const sdk::Setup& setup, const RunFacts& facts) {
    if (!facts.mass) return unknown;
    const double factor = setup.context().host().unit_factor(sdk::to_text(facts.mass->unit), sdk::to_text("mg"));
    return factor == 0 ? unknown : facts.mass->value * factor;
}

double frequency_hz(const sdk::Setup& setup, const Table& table) {
    for (const Column& column : table.columns) {
        const std::string title = lower(column.name);
        if (!title.starts_with("freq") && !title.starts_with("angular freq")) continue;
        if (column.unit.empty() || !is_frequency_unit(setup, column.unit)) continue;
        if (const auto value = single_value(column)) return *value * sdk::to_hertz(setup.context(), column.unit);
    }
    return unknown;
}

/// K/min; nothing when the run is not steady, or there is no time.
std::optional<double> rate_of(const sdk::Setup& setup, std::span<const double> x, const Times& times, double kelvins) {
    if (times.values.empty()) return std::nullopt;
    return steady_rate(x, times.values, kelvins * setup.context().unit_factor("K/(" + times.unit + ")", "K/min"));
}

}  // namespace

void read_rows(const sdk::Setup& setup, const std::vector<Table>& tables, const PieceOptions& options, const std::string& unit,
               Curves& curves) {
    const bool temperature = is_temperature_unit(setup, unit);
    const double kelvins = temperature ? conversion(setup, "coordinate_unit", unit, "K").scale : 0;
    for (const Table& table : tables) {
        const auto& x = find_column(table, options.coordinate).values;
        const auto rate = temperature ? rate_of(setup, x, times_of(table, options), kelvins) : std::nullopt;
        curves.rates_k_per_min.push_back(rate.value_or(unknown));
        curves.frequencies_hz.push_back(frequency_hz(setup, table));
        curves.counts.push_back(std::ssize(x));
    }
}

void describe_run(const sdk::Probe& probe, const Curves& curves, const std::vector<sdk::DimSize>& dims, NameOwners& names) {
    const auto out = probe.output("data");
    const std::vector<sdk::DimSize> leading(dims.begin(), dims.end() - 1);
    const std::vector<sdk::DimSize> series(leading.begin(), leading.begin() + (curves.is_series ? 1 : 0));
    describe_numbers(out, {"heating_rate", "K/min", 0.02, heating_rates(probe, curves)}, leading, names);
    describe_numbers(out, {"frequency", "Hz", 1e-6, curves.frequencies_hz}, leading, names);
    Numbers mass{"mass", "mg", 0, {}};
    Names instruments, samples;
    bool modulated = false;
    for (const RunFacts& facts : curves.facts) {
        mass.values.push_back(mass_mg(probe, facts));
        instruments.push_back(facts.instrument);
        samples.push_back(facts.sample);
        modulated |= facts.modulated;
    }
    describe_numbers(out, mass, series, names);
    describe_texts(out, "instrument", instruments, series, names);
    describe_texts(out, "sample", samples, series, names);
    describe_exo(out, curves);
    if (modulated) out.set_fact("modulated", true);
}

}  // namespace sluice::text_source
