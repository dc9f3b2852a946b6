// SPDX-License-Identifier: BSD-3-Clause
// The reduce over trains: sums of products per region and group of trains, the kernel's state per region, and its result.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "settings.hpp"
#include "status.hpp"
#include "train_group.hpp"

namespace sluice::two_time_correlation {
namespace {

constexpr const char* replicated[] = {"correlation", "count", "contrast", "contrast_raw", "contrast_ratio"};

void describe_dims(const sdk::Probe& probe, const Plan& plan) {
    const sdk::DimSize replicate{"replicate", replicates(plan.settings)}, roi{"roi", plan.regions.count()};
    const sdk::DimSize t1{"t1", plan.shape.pulses}, t2{"t2", plan.shape.pulses}, pulse{"pulse", plan.shape.pulses};
    const auto set = [&](const char* port, std::vector<sdk::DimSize> dims) {
        const bool several = plan.settings.blocks > 1 && std::any_of(std::begin(replicated), std::end(replicated),
                                                                     [&](const std::string& each) { return each == port; });
        if (several) dims.insert(dims.begin(), replicate);
        probe.output(port).set_dims(dims);
    };
    for (const auto* port : {"correlation", "count", "artefact"}) set(port, {roi, t1, t2});
    for (const auto* port : {"contrast", "contrast_raw", "contrast_ratio", "pixels", "pixels_left_out", "status"})
        set(port, {roi});
    set("intensity", {roi, pulse});
}

void describe_replicates(const sdk::Probe& probe, const Plan& plan) {
    if (plan.settings.blocks == 1) return;
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(replicates(plan.settings)));
    std::iota(numbers.begin(), numbers.end(), 0);
    for (const auto* port : replicated) {
        probe.output(port).set_coordinate("replicate", {{"replicate", replicates(plan.settings)}}, "1", numbers);
        probe.output(port).set_correlated_over("replicate");  // they share all but one block
    }
}

void describe_coordinates(const sdk::Probe& probe, const Plan& plan) {
    const auto times = pulse_times(probe);
    const auto pulses = plan.shape.pulses;
    for (const auto* port : {"correlation", "count", "artefact"})
        for (const auto* name : {"t1", "t2"}) probe.output(port).set_coordinate(name, {{name, pulses}}, times.unit, times.values);
    probe.output("intensity").set_coordinate("time", {{"pulse", pulses}}, times.unit, times.values);
    const auto q = probe.input("q").values();
    if (!q) return;
    for (const auto* port : {"correlation", "count", "artefact", "intensity", "contrast", "contrast_raw", "contrast_ratio",
                             "pixels", "pixels_left_out", "status"})
        probe.output(port).set_coordinate("q", {{"roi", plan.regions.count()}}, q->unit, q->values);
}

/// Bytes of a state, seen as the kernel's part of each region and the trains kept for the wrap.
template <class Byte>
struct StateView {
    std::span<Byte> bytes;
    const Plan& plan;

    [[nodiscard]] std::span<Byte> region(std::int64_t r) const { return part(r * plan.region_bytes(), plan.region_bytes()); }
    [[nodiscard]] std::span<Byte> first_train() const {
        return part(plan.regions.count() * plan.region_bytes(), plan.kept.bytes());
    }
    [[nodiscard]] std::span<Byte> last_train() const {
        return part(plan.regions.count() * plan.region_bytes() + plan.kept.bytes(), plan.kept.bytes());
    }

private:
    [[nodiscard]] std::span<Byte> part(std::int64_t begin, std::int64_t length) const {
        return bytes.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(length));
    }
};

/// The arrays of a result that the regions share, [replicate, region, ...] each.
class Writer {
public:
    Writer(const Plan& plan, const sdk::Item& item) : plan_(plan), item_(item) {}

    void write(std::int64_t r, const Result& result, Status status) const {
        put(item_.out("correlation"), result.correlation, r);
        put(item_.out_variances("correlation"), result.variance, r);
        put(item_.out<std::int64_t>("count"), result.count, r);
        put(item_.out("artefact"), result.artefact, r, 1);
        put(item_.out("intensity"), result.intensity, r, 1);
        put(item_.out_variances("intensity"), result.intensity_variance, r, 1);
        put(item_.out("contrast"), result.contrast, r);
        put(item_.out_variances("contrast"), result.contrast_variance, r);
        put(item_.out("contrast_raw"), result.contrast_raw, r);
        put(item_.out_variances("contrast_raw"), result.contrast_raw_variance, r);
        put(item_.out("contrast_ratio"), result.contrast_ratio, r);
        item_.out<std::int64_t>("pixels")[static_cast<std::size_t>(r)] = plan_.regions.size(r);
        item_.out<std::int64_t>("pixels_left_out")[static_cast<std::size_t>(r)] = result.pixels_left_out;
        item_.out<std::int8_t>("status")[static_cast<std::size_t>(r)] = static_cast<std::int8_t>(status);
    }

    void mask_what_is_missing() const {
        for (const auto* port : {"correlation", "artefact"}) {
            const auto values = item_.out(port);
            const auto mask = item_.out_mask(port);
            std::transform(values.begin(), values.end(), mask.begin(), [](double value) { return std::isnan(value) ? 1 : 0; });
        }
    }

private:
    template <class T>
    void put(std::span<T> to, const std::vector<T>& from, std::int64_t region) const {
        put(to, from, region, replicates(plan_.settings));
    }
    template <class T>
    void put(std::span<T> to, const std::vector<T>& from, std::int64_t region, std::int64_t parts) const {
        const auto length = static_cast<std::ptrdiff_t>(from.size()) / parts;
        for (std::ptrdiff_t part = 0; part < parts; ++part)
            std::copy_n(from.begin() + part * length, length, to.begin() + (part * plan_.regions.count() + region) * length);
    }

    const Plan& plan_;
    const sdk::Item& item_;
};

class TwoTimeCorrelation : public sdk::Reduce {
public:
    explicit TwoTimeCorrelation(const sdk::Setup& setup) : plan_(setup) {}

    static void probe(const sdk::Probe& probe) {
        const Plan plan(probe);
        describe_dims(probe, plan);
        describe_replicates(probe, plan);
        describe_coordinates(probe, plan);
        for (const auto* port : {"correlation", "artefact"}) probe.output(port).set_fact("baseline", 0.0, "1");
        probe.output("correlation")
            .set_fact("uncertainty_from", plan.settings.normalisation == Normalisation::per_frame ? "scatter" : "jackknife");
        probe.output("status").set_fact("status_codes", status_codes);
        probe.needs_scratch(plan.scratch());
        probe.needs_prepared(static_cast<std::int64_t>(plan.regions.pixels.size()) * 4);
    }

    static std::int64_t state_bytes(const sdk::Setup& setup) { return Plan(setup).total_bytes(); }

    void init(sdk::State state) const {
        for (std::int64_t r = 0; r < plan_.regions.count(); ++r) initialize(view(state).region(r), plan_.settings);
    }

    void add(const sdk::Block& block, sdk::State state) const {
        sdk::with_dtype(block.in("frames").dtype, [&](auto zero) { add_trains<decltype(zero)>(block, view(state)); });
    }

    void merge(sdk::State into, sdk::ConstState from) const {
        const auto to = view(into);
        const auto more = view(from);
        if (trains_in(more) == 0) return;
        if (trains_in(to) == 0) {
            std::copy(from.begin(), from.end(), into.begin());
            return;
        }
        for (std::int64_t r = 0; r < plan_.regions.count(); ++r)
            two_time_correlation::merge(to.region(r), more.region(r), plan_.settings);
        const auto last = more.last_train();
        std::copy(last.begin(), last.end(), to.last_train().begin());
    }

    void finish(sdk::ConstState state, const sdk::Item& item) const {
        std::vector<RegionSummary> summaries;
        const Writer writer(plan_, item);
        const auto wrapped = wrap(view(state), item.total());
        const auto square = wrapped.size() / static_cast<std::size_t>(plan_.regions.count());
        for (std::int64_t r = 0; r < plan_.regions.count(); ++r) {
            const auto pair = std::span(wrapped).subspan(static_cast<std::size_t>(r) * square, square);
            const Result result = two_time_correlation::finish(view(state).region(r), plan_.settings, pair);
            summaries.push_back(summary_of(result, plan_.regions.size(r), plan_.photon));
            writer.write(r, result, status_of(summaries.back(), plan_.settings));
        }
        writer.mask_what_is_missing();
        for (const auto& sentence : warnings_of(summaries, plan_.settings)) item.context().warn(sentence);
    }

private:
    template <class Byte>
    [[nodiscard]] StateView<Byte> view(std::span<Byte> bytes) const {
        return {bytes, plan_};
    }

    template <class Byte>
    [[nodiscard]] std::int64_t trains_in(const StateView<Byte>& state) const {
        return two_time_correlation::trains_in(state.region(0), plan_.settings);
    }

    template <class T>
    void add_trains(const sdk::Block& block, const StateView<std::byte>& state) const {
        const auto scratch = block.scratch<std::byte>(plan_.scratch());
        const std::int64_t most = plan_.trains_at_once();
        for (std::int64_t first = 0; first < block.items(); first += most) {
            const TrainGroup<T> group(plan_, block, first, std::min(most, block.items() - first));
            group.add(scratch, [&](std::int64_t r) { return state.region(r); });
            block.context().throw_if_cancelled();
        }
        if (plan_.kept.pixels == 0) return;
        const auto keep = [&](std::int64_t i, std::span<std::byte> to) {
            const sdk::Item item(block, i);
            keep_train(plan_.kept, plan_.shape, plan_.regions, item.values<T>("frames").data(), item.mask("frames").data(), to);
        };
        if (block.first() == 0) keep(0, state.first_train());
        keep(block.items() - 1, state.last_train());
    }

    /// Products of the last train with the first, [regions, T + 1, T + 1], when the run is closed to a ring; else nothing.
    [[nodiscard]] std::vector<double> wrap(const StateView<const std::byte>& state, std::int64_t trains) const {
        if (plan_.kept.pixels == 0 || trains < 2) return {};
        return sdk::with_dtype(plan_.dtype, [&](auto zero) {
            return kept_products<decltype(zero)>(plan_.kept, plan_.regions, state.last_train(), state.first_train());
        });
    }

    Plan plan_;
};

}  // namespace
}  // namespace sluice::two_time_correlation

SLUICE_PLUGIN(sluice::two_time_correlation::TwoTimeCorrelation)
