// SPDX-License-Identifier: BSD-3-Clause
// The result file: written under a temporary name by a sink plugin, complete or not there at all.
#pragma once

#include <filesystem>
#include <functional>
#include <map>

#include "run/execute.hpp"

namespace sluice {

/// A kept output, as the file names it: "net" for a step's default output, "invariant.integrand" for others.
struct KeptArray {
    int node = 0, output = 0;
    std::string label;
    std::string reference;   ///< "invariant.integrand" always with the port
};
std::vector<KeptArray> kept_arrays(const Graph& graph);

/// A file that is gone when its owner is, unless it got another name.
class TemporaryFile {
public:
    TemporaryFile() = default;
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    std::filesystem::path path;
};

class ResultFile {
public:
    /// Removes leftovers of killed runs beside `target`, and begins a temporary file. `say` is told what the user may want
    /// to know.
    ResultFile(Graph& graph, const std::filesystem::path& target, const std::function<void(const std::string&)>& say);
    void write(const KeptBox& box);
    /// Ends the file, flushes it to disk and gives it its name.
    void commit(const Json& provenance);
    /// What the sink warned of: "outputs (nxcansas): …". Complete after commit; so it is not in the provenance.
    [[nodiscard]] std::vector<std::string> warnings() const;
    ~ResultFile();   ///< without commit: nothing stays
    ResultFile(const ResultFile&) = delete;
    ResultFile& operator=(const ResultFile&) = delete;

private:
    void call(const std::function<std::int32_t(sluice_context&)>& call);
    void refuse_input() const;
    void describe(const std::vector<KeptArray>& kept);

    Graph& graph_;
    std::filesystem::path target_;
    std::function<void(const std::string&)> say_;
    TemporaryFile temporary_;   ///< before sink_, which closes it first
    StepState state_;
    std::vector<std::unique_ptr<sluice_description>> descriptions_;
    std::map<std::pair<int, int>, std::int32_t> ports_;
    std::shared_ptr<void> sink_;
    bool committed_ = false;
};

}  // namespace sluice
