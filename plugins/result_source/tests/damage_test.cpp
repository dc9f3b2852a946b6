// SPDX-License-Identifier: BSD-3-Clause
// A damaged result is refused in our words alone: HDF5 prints nothing, neither then nor when the program ends.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace sluice::test;
namespace fs = std::filesystem;

constexpr const char* made = R"({"sluice": 1, "recipe": {"id": "test.made", "version": "1.0.0"},
  "steps": {"curve": {"use": "values", "with": {"dims": ["q"], "values": [1, 2, 3]}}},
  "outputs": {"default": "curve"}})";
constexpr const char* read_back = R"({"sluice": 1, "recipe": {"id": "test.read", "version": "1.0.0"},
  "parameters": {"file": {"type": "path"}},
  "steps": {"curve": {"use": "result_source", "with": {"file": "${file}"}}},
  "outputs": {"default": "curve"}})";

/// Where HDF5's object headers begin, of version 2: they have a checksum.
std::vector<std::size_t> object_headers(const std::string& file) {
    std::vector<std::size_t> all;
    for (auto at = file.find("OHDR"); at != std::string::npos; at = file.find("OHDR", at + 1)) all.push_back(at);
    return all;
}

#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t stride = 6;  // the program starts slowly there
#else
constexpr std::size_t stride = 2;
#endif

}  // namespace

TEST_CASE("whichever object header of a result is damaged, HDF5 prints nothing") {
    const TemporaryFolder folder;
    const auto make = folder.write("made.json", made), read = folder.write("read.json", read_back);
    REQUIRE(run_sluice({"run", make.string(), "-o", "whole.h5", "--quiet"}, folder.path()).code == 0);
    const auto whole = read_whole(folder.path() / "whole.h5");
    const auto headers = object_headers(whole);
    REQUIRE(headers.size() > 5);
    int refused = 0;
    for (std::size_t k = 0; k < headers.size(); k += stride) {
        const auto at = headers[k];
        CAPTURE(at);
        auto damaged = whole;
        for (std::size_t i = at + 8; i < at + 24; ++i) damaged[i] = static_cast<char>(~damaged[i]);
        const auto file = folder.write("damaged.h5", damaged);
        const auto run =
            run_sluice({"run", read.string(), "-p", "file=" + file.string(), "-o", "out.h5", "--quiet"}, folder.path());
        const auto shown = run_sluice({"provenance", "show", file.string()}, folder.path());
        for (const auto& each : {run, shown}) {
            CHECK(each.code < 128);
            CHECK(each.err.find("HDF5:") == std::string::npos);
            CHECK(each.err.find("HDF5-DIAG") == std::string::npos);
            if (each.code == 0) continue;
            CHECK(each.err.find("damaged.h5") != std::string::npos);
            ++refused;
        }
    }
    CHECK(refused > 5);
}
