// SPDX-License-Identifier: BSD-3-Clause
// The sink: gathers the arrays and hands them to the kernel when the run is done.
#include <memory>
#include <string>
#include <string_view>

#include <sluice/io/gather.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::columns {
namespace {

constexpr std::int64_t most_values = std::int64_t{1} << 25;

Options options_of(const sdk::Parameters& parameters) {
    Options options;
    options.separator = separator_from_name(parameters.text("separator"));
    options.titles = titles_from_name(parameters.text("titles"));
    options.axis = parameters.optional_text("axis").value_or("");
    options.labels_as_column = parameters.text("labels") == "column";
    return options;
}

class Columns : public sdk::Sink {
public:
    explicit Columns(const sdk::Setup& setup) : options_(options_of(setup.parameters())) {}

    void begin(const std::string& path, const sdk::Setup& setup) {
        arrays_ = std::make_unique<io::Gatherer>(setup, most_values, "keep it as nexus_result");
        static_cast<void>(lay_out(arrays_->arrays(), options_));  // what does not fit is refused now, not after the run
        file_ = std::make_unique<TextFile>(path);
    }

    void write(const sdk::Context&, std::int32_t array, const sdk::Box& box) { arrays_->write(array, box); }

    void end(const sdk::Context&, std::string_view provenance) {
        const auto table = lay_out(arrays_->arrays(), options_);
        auto header = io::origin_lines(io::parse_run_record(provenance));
        header.insert(header.end(), table.header.begin(), table.header.end());
        write_table(*file_, header, table, options_);
        file_->close();
        abandon();
    }

    void abandon() {
        file_.reset();
        arrays_.reset();
    }

private:
    Options options_;
    std::unique_ptr<io::Gatherer> arrays_;
    std::unique_ptr<TextFile> file_;
};

}  // namespace
}  // namespace sluice::columns

SLUICE_PLUGIN(sluice::columns::Columns)
