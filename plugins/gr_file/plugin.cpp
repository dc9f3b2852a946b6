// SPDX-License-Identifier: BSD-3-Clause
// The sink: gathers the one curve, and writes it when the run is done.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <sluice/io/gather.hpp>
#include <sluice/io/write_advice.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::gr_file {
namespace {

constexpr std::int64_t most_values = std::int64_t{1} << 25;

Options options_of(const sdk::Parameters& parameters) {
    Options options;
    options.type = type_from_name(parameters.text("type"));
    options.errors = parameters.boolean("errors");
    options.rows_of_nan = parameters.text("left_out") == "nan";
    const auto keys = nlohmann::ordered_json::parse(parameters.json("keys"));
    for (const auto& [name, value] : keys.items())
        options.keys.emplace_back(name, value.is_string() ? value.get<std::string>() : io::number_text(value.get<double>()));
    return options;
}

UnitFactor factor_of(const sdk::Context& context) {
    return [context](std::string_view from, std::string_view to) {
        return context.host().unit_factor(sdk::to_text(from), sdk::to_text(to));
    };
}

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

class GrFile : public sdk::Sink {
public:
    explicit GrFile(const sdk::Setup& setup) : options_(options_of(setup.parameters())) {}

    /// What does not fit is refused now, not after the run.
    void begin(const std::string& path, const sdk::Setup& setup) {
        arrays_ = std::make_unique<io::Gatherer>(setup, most_values, "keep it as nexus_result");
        if (arrays_->arrays().size() != 1)
            throw sdk::RecipeError(
                "there are " + std::to_string(arrays_->arrays().size()) +
                " arrays, and this file takes one curve. Keep one, or keep them as nexus_result and write a file "
                "of each (sluice export --array …)");
        layout_ = lay_out(arrays_->arrays().front(), options_, factor_of(setup.context()));
        path_ = path;
        file_.reset(std::fopen(path.c_str(), "wb"));
        if (!file_) fail();
    }

    void write(const sdk::Context&, std::int32_t array, const sdk::Box& box) { arrays_->write(array, box); }

    void end(const sdk::Context& context, std::string_view provenance) {
        const auto text =
            file_text(arrays_->arrays().front(), layout_, options_, io::parse_run_record(provenance), factor_of(context));
        if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) fail();
        if (std::fclose(file_.release()) != 0) fail();
        abandon();
    }

    void abandon() {
        file_.reset();
        arrays_.reset();
    }

private:
    [[noreturn]] void fail() const {
        const int error = errno;
        throw std::runtime_error("cannot write '" + path_ + "': " + std::strerror(error) + io::write_advice(error));
    }

    Options options_;
    std::unique_ptr<io::Gatherer> arrays_;
    Layout layout_;  ///< points into arrays_
    std::string path_;
    File file_;
};

}  // namespace
}  // namespace sluice::gr_file

SLUICE_PLUGIN(sluice::gr_file::GrFile)
