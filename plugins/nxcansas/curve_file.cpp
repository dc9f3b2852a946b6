// SPDX-License-Identifier: BSD-3-Clause
// Groups and fields of NXcanSAS 1.1.
#include "curve_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <sluice/io/hdf5_tree.hpp>
#include <sluice/io/write_advice.hpp>

namespace sluice::nxcansas {
namespace {

using io::Handle;
using io::RunRecord;
using io::write_attribute;
using io::write_field;

std::string numbered(const std::string& name, std::int64_t number, int digits) {
    const auto text = std::to_string(number);
    const auto missing = digits - static_cast<int>(text.size());
    return name + std::string(static_cast<std::size_t>(std::max(missing, 0)), '0') + text;
}

Handle sas_group(hid_t parent, const std::string& name, const std::string& nx_class, const std::string& canSAS_class) {
    auto group = io::make_group(parent, name, nx_class);
    write_attribute(group, "canSAS_class", canSAS_class);
    return group;
}

/// Texts are never empty: SasView cannot read an empty one.
std::string not_empty(const std::string& text) { return text.empty() ? "-" : text; }

void write_note(hid_t parent, const std::string& name, const std::string& description, const std::string& json) {
    const auto note = sas_group(parent, name, "NXnote", "SASnote");
    write_field(note, {"type", "application/json"});
    write_field(note, {"description", description});
    write_field(note, {"data", json});
}

void write_sample(hid_t entry, const Curve& curve) {
    const auto sample = sas_group(entry, "sassample", "NXsample", "SASsample");
    write_field(sample, {"name", not_empty(curve.sample)});
    if (!curve.temperature_unit.empty()) write_field(sample, {"temperature", curve.temperature, curve.temperature_unit});
    if (!curve.conditions.empty()) write_field(sample, {"details", curve.conditions});
}

void write_instrument(hid_t entry, const GatheredArray& array) {
    const auto* fact = io::find_fact(array, "wavelength");
    const auto* wavelength = fact ? std::get_if<double>(&fact->value) : nullptr;
    if (!wavelength) return;
    const auto instrument = sas_group(entry, "sasinstrument", "NXinstrument", "SASinstrument");
    const auto source = sas_group(instrument, "sassource", "NXsource", "SASsource");
    write_field(source, {"incident_wavelength", *wavelength, fact->unit});
}

/// A process for the run as a whole and one per step, after those of the runs that made its inputs.
void write_processes(hid_t entry, const RunRecord& record, std::string_view provenance, std::int64_t& number) {
    for (const auto& earlier : record.history) write_processes(entry, earlier, "", number);
    for (const auto& step : record.steps) {
        const auto process = sas_group(entry, numbered("sasprocess", ++number, 2), "NXprocess", "SASprocess");
        write_field(process, {"name", not_empty(step.plugin + " " + step.version)});
        write_field(process, {"date", not_empty(record.date)});
        write_field(process, {"description", "step " + step.name});
        for (std::size_t i = 0; i < step.parameters.size(); ++i)
            write_field(process, {numbered("term", static_cast<std::int64_t>(i) + 1, 2), step.parameters[i]});
    }
    const auto process = sas_group(entry, numbered("sasprocess", ++number, 2), "NXprocess", "SASprocess");
    write_field(process, {"name", record.program + " " + record.version});
    write_field(process, {"date", not_empty(record.date)});
    write_field(process, {"description", "recipe " + record.id + " " + record.recipe_version +
                                             (record.title.empty() ? "" : ": " + record.title)});
    std::int64_t input = 0;
    for (const auto& file : record.files)
        write_field(process, {numbered("term", ++input, 2),
                              "input = " + file.path + (file.sha256.empty() ? "" : " (sha256 " + file.sha256 + ")")});
    if (!record.recipe.empty()) write_note(process, "recipe", "the recipe as it was run; it runs by itself", record.recipe);
    if (!provenance.empty()) write_note(process, "provenance", "the whole record of the run", std::string(provenance));
}

}  // namespace

/// Runs f with HDF5 silent; then looks whether everything reached the file.
template <class F>
void CurveFile::guarded(const F& f) {
    const io::QuietErrors quiet;
    std::string reason;
    try {
        f();
    } catch (const std::runtime_error& error) {
        reason = error.what();
    }
    if (state_.error != 0) reason = std::strerror(state_.error) + io::write_advice(state_.error);
    if (!reason.empty()) throw std::runtime_error("cannot write '" + path_ + "': " + reason);
}

CurveFile::CurveFile(std::string path, std::int64_t entries) : path_(std::move(path)) {
    digits_ = std::max(digits_, static_cast<int>(std::to_string(entries).size()));
    guarded([&] {
        const auto access = io::file_access(state_);
        file_ = io::owned(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()), "cannot create the file");
        write_attribute(file_, "NX_class", "NXroot");
        write_attribute(file_, "default", numbered("sasentry", 1, digits_));
    });
}

CurveFile::~CurveFile() {
    if (!file_) return;
    const io::QuietErrors quiet;
    if (state_.error == 0) state_.error = ECANCELED;  // what HDF5 still holds is thrown away
    file_.close();
}

void CurveFile::write_data(hid_t entry, const Entry& about, const Curve& curve) const {
    const auto data = sas_group(entry, "sasdata", "NXdata", "SASdata");
    write_attribute(data, "signal", "I");
    write_attribute(data, "axes", std::vector<std::string>{"Q"});
    write_attribute(data, "I_axes", "Q");
    write_attribute(data, "Q_indices", std::vector<std::int64_t>{0});
    write_attribute(data, "points_left_out", curve.left_out);
    write_attribute(data, "SILX_style", R"({"signal_scale_type":"log","axes_scale_types":["log"],"axes_scale_type":["log"]})");
    const auto q = write_field(data, {"Q", curve.q, about.reading.q_unit.unit});
    write_attribute(q, "long_name", "q (" + about.reading.q_unit.unit + ")");
    const auto intensity = write_field(data, {"I", curve.intensity, about.reading.intensity_unit.unit});
    write_attribute(intensity, "long_name", about.array + " (" + about.reading.intensity_unit.unit + ")");
    if (curve.sigma.empty()) return;
    write_field(data, {"Idev", curve.sigma, about.reading.intensity_unit.unit});
    write_attribute(intensity, "uncertainties", "Idev");
    io::checked(H5Lcreate_soft("Idev", data, "I_errors", H5P_DEFAULT, H5P_DEFAULT), "cannot link I_errors");  // silx, h5web
}

/// The same for all entries: written once, linked into the others.
void CurveFile::add_processing(hid_t entry, const RunRecord& record, std::string_view provenance) {
    std::int64_t count = 0;
    if (entries_ == 1) return write_processes(entry, record, provenance, count);
    const auto first =
        io::owned(H5Gopen2(file_, numbered("sasentry", 1, digits_).c_str(), H5P_DEFAULT), "cannot open the first entry");
    for (;;) {
        const auto name = numbered("sasprocess", ++count, 2);
        if (io::checked(H5Lexists(first, name.c_str(), H5P_DEFAULT), "cannot look for a process") == 0) return;
        io::checked(H5Lcreate_hard(first, name.c_str(), entry, name.c_str(), H5P_DEFAULT, H5P_DEFAULT), "cannot link a process");
    }
}

void CurveFile::add(const Entry& about, const Curve& curve, const RunRecord& record, std::string_view provenance) {
    guarded([&] {
        const auto entry = sas_group(file_, numbered("sasentry", ++entries_, digits_), "NXentry", "SASentry");
        write_attribute(entry, "version", "1.1");
        write_attribute(entry, "default", "sasdata");
        write_field(entry, {"definition", "NXcanSAS"});
        write_field(entry, {"title", not_empty(about.title)});
        const auto run = write_field(entry, {"run", about.run});
        write_attribute(run, "name", about.array);
        write_data(entry, about, curve);
        write_sample(entry, curve);
        write_instrument(entry, *about.source);
        add_processing(entry, record, provenance);
    });
}

void CurveFile::finish() {
    guarded([&] {
        io::checked(H5Fflush(file_, H5F_SCOPE_GLOBAL), "cannot flush the file");
        io::checked(file_.close(), "cannot close the file");
    });
}

}  // namespace sluice::nxcansas
