// SPDX-License-Identifier: BSD-3-Clause
// The sink: gathers the arrays, and hands their curves to the file when the run is done.
#include <memory>
#include <string>
#include <string_view>

#include <sluice/io/gather.hpp>
#include <sluice/sdk/plugin.hpp>

#include "curve_file.hpp"

namespace sluice::nxcansas {
namespace {

constexpr std::int64_t most_values = std::int64_t{1} << 25;

class NxCanSas : public sdk::Sink {
public:
    explicit NxCanSas(const sdk::Setup& setup) : most_curves_(setup.parameters().integer("most_curves")) {}

    void begin(const std::string& path, const sdk::Setup& setup) {
        arrays_ = std::make_unique<io::Gatherer>(setup, most_values, "keep it as nexus_result");
        const auto context = setup.context();
        const UnitFactor factor = [context](std::string_view from, std::string_view to) {
            return context.host().unit_factor(sdk::to_text(from), sdk::to_text(to));
        };
        std::int64_t curves = 0;
        for (const auto& array : arrays_->arrays()) {
            readings_.push_back(read_as_curves(array, factor));
            curves += io::Curves(array, readings_.back().dim).count();
        }
        if (curves > most_curves_)
            throw sdk::RecipeError("there are " + std::to_string(curves) +
                                   " curves, and most_curves = " + std::to_string(most_curves_) +
                                   ". Raise it, take a part (slice), or keep them as nexus_result");
        file_ = std::make_unique<CurveFile>(path, curves);
    }

    void write(const sdk::Context&, std::int32_t array, const sdk::Box& box) { arrays_->write(array, box); }

    void end(const sdk::Context& context, std::string_view provenance) {
        const auto record = io::parse_run_record(provenance);
        bool any = false;
        for (std::size_t i = 0; i < readings_.size(); ++i) any = add(context, i, record, provenance) || any;
        if (!any) throw std::runtime_error("every point of every curve is masked or NaN: there is nothing to write");
        file_->finish();
        abandon();
    }

    void abandon() {
        file_.reset();
        arrays_.reset();
        readings_.clear();
    }

private:
    /// False when no curve of the array has a point.
    bool add(const sdk::Context& context, std::size_t which, const io::RunRecord& record, std::string_view provenance) {
        const auto& array = arrays_->arrays()[which];
        const auto& reading = readings_[which];
        const auto count = io::Curves(array, reading.dim).count();
        std::int64_t written = 0, repeated = 0;
        for (std::int64_t k = 0; k < count; ++k) {
            const auto curve = curve_of(array, reading, k);
            if (curve.q.empty()) continue;
            ++written;
            repeated += curve.repeated_q ? 1 : 0;
            const auto run = count == 1 ? array.label : array.label + "_" + std::to_string(k);
            const auto title = (record.title.empty() ? record.id : record.title) + ": " + array.label +
                               (curve.conditions.empty() ? "" : ", " + curve.conditions);
            file_->add({array.label, run, title, reading, &array}, curve, record, provenance);
        }
        if (written < count)
            context.warn("'" + array.label + "': " + std::to_string(count - written) + " of " + std::to_string(count) +
                         " curves have no point that is not masked or NaN; they are not in the file");
        if (repeated > 0)
            context.warn("'" + array.label + "': a q stands more than once in " + std::to_string(repeated) + " curves");
        return written > 0;
    }

    std::int64_t most_curves_;
    std::vector<Reading> readings_;  ///< point into arrays_
    std::unique_ptr<io::Gatherer> arrays_;
    std::unique_ptr<CurveFile> file_;
};

}  // namespace
}  // namespace sluice::nxcansas

SLUICE_PLUGIN(sluice::nxcansas::NxCanSas)
