// SPDX-License-Identifier: BSD-3-Clause
// The NXcanSAS file: one SASentry per curve, the processing in each of them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <sluice/io/hdf5.hpp>
#include <sluice/io/hdf5_file_driver.hpp>
#include <sluice/io/run_record.hpp>

#include "kernel.hpp"

namespace sluice::nxcansas {

/// What an entry says besides its curve.
struct Entry {
    std::string array;  ///< "net"
    std::string run;    ///< "net", "net_3": unique in the file
    std::string title;
    Reading reading;
    const GatheredArray* source = nullptr;  ///< its facts
};

/// One file from creation to close. Throws std::runtime_error with the path, the reason and what to do.
class CurveFile {
public:
    /// entries: how many there will be, for names that sort in their order.
    CurveFile(std::string path, std::int64_t entries);
    ~CurveFile();
    CurveFile(const CurveFile&) = delete;
    CurveFile& operator=(const CurveFile&) = delete;

    void add(const Entry& entry, const Curve& curve, const io::RunRecord& record, std::string_view provenance);
    void finish();

private:
    template <class F>
    void guarded(const F& f);
    void write_data(hid_t entry, const Entry& about, const Curve& curve) const;
    void add_processing(hid_t entry, const io::RunRecord& record, std::string_view provenance);

    std::string path_;
    int digits_ = 2;
    std::int64_t entries_ = 0;
    io::FileState state_;
    io::Handle file_;
};

}  // namespace sluice::nxcansas
