// SPDX-License-Identifier: BSD-3-Clause
// The result file.
#include "run/sink.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "run/provenance.hpp"

namespace sluice {
namespace {

std::string host_name() {
    char name[256] = "localhost";
    gethostname(name, sizeof name - 1);
    return name;
}

/// Through a link to the file that it stands for: it must not be replaced by the result.
std::filesystem::path resolved(const std::filesystem::path& target) {
    std::error_code error;
    const auto file = std::filesystem::is_symlink(target, error) ? std::filesystem::canonical(target, error) : target;
    return std::filesystem::absolute(error ? target : file);
}

std::string temporary_prefix(const std::filesystem::path& target) { return fmt::format(".{}.{}-", target.filename().string(), host_name()); }
constexpr std::string_view suffix = ".partial";

[[noreturn]] void cannot_write(const std::filesystem::path& file, int error) {
    throw Error(ErrorKind::output, fmt::format("{}: the result cannot be written: {}. Nothing was kept", file.string(), std::strerror(error)));
}

/// A temporary file of ours whose process is gone.
void remove_leftovers(const std::filesystem::path& target, const std::function<void(const std::string&)>& say) {
    const auto prefix = temporary_prefix(target);
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(target.parent_path(), ignored)) {
        const auto name = entry.path().filename().string();
        if (!name.starts_with(prefix) || !name.ends_with(suffix)) continue;
        const auto pid = std::atoi(name.c_str() + prefix.size());
        if (pid <= 0 || pid == getpid() || kill(pid, 0) == 0 || errno != ESRCH) continue;
        if (std::filesystem::remove(entry.path(), ignored)) say(fmt::format("removed {}, left over from a run that was killed", entry.path().string()));
    }
}

/// What went wrong, or 0.
int flush_to_disk(const std::filesystem::path& path) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return errno;
    const int failed = fsync(file) == 0 || errno == EINVAL ? 0 : errno;   // EINVAL: a file system without fsync
    close(file);
    return failed;
}

}  // namespace

std::vector<KeptArray> kept_arrays(const Graph& graph) {
    std::vector<KeptArray> kept;
    for (const auto& reference : graph.recipe.keep) {
        const int n = graph.index.at(reference.step);
        const auto& outputs = graph.node(n).outputs;
        for (std::size_t o = 0; o < outputs.size(); ++o) {
            if (outputs[o].declaration->name != reference.port) continue;
            const auto full = reference.step + "." + reference.port;
            kept.push_back({n, static_cast<int>(o), o == 0 ? reference.step : full, full});
        }
    }
    return kept;
}

TemporaryFile::~TemporaryFile() {
    std::error_code ignored;
    if (!path.empty()) std::filesystem::remove(path, ignored);
}

ResultFile::ResultFile(Graph& graph, const std::filesystem::path& target, const std::function<void(const std::string&)>& say)
    : graph_(graph), target_(resolved(target)), say_(say) {
    if (!graph.sink) throw Error(ErrorKind::plugin, fmt::format("the plugin '{}', which writes the result, is not installed", graph.recipe.format));
    if (!std::filesystem::is_directory(target_.parent_path()))
        throw Error(ErrorKind::output, fmt::format("{}: the folder {} does not exist", target_.string(), target_.parent_path().string()));
    if (std::filesystem::exists(target_) && !std::filesystem::is_regular_file(target_))
        throw Error(ErrorKind::output, fmt::format("{}: is there and is no file; give the name of a file", target_.string()));
    refuse_input();
    remove_leftovers(target_, say);
    temporary_.path = target_.parent_path() / fmt::format("{}{}{}", temporary_prefix(target_), getpid(), suffix);
    state_.name = "outputs";
    state_.where = fmt::format("{}: outputs ({})", graph.recipe.file.filename().string(), graph.recipe.format);
    state_.manifest = &graph.sink->manifest();
    state_.parameters = graph.recipe.format_with;
    describe(kept_arrays(graph));

    std::vector<const sluice_description*> in;
    for (const auto& each : descriptions_) in.push_back(each.get());
    const auto& table = graph.sink->table();
    void* made = nullptr;
    call([&](sluice_context& c) { return table.prepare(&c, &host_table(), static_cast<std::int32_t>(in.size()), in.data(), &made); });
    sink_ = {made, [library = graph.sink](void* sink) { library->table().destroy(sink); }};
    const auto path = temporary_.path.string();
    call([&](sluice_context& c) {
        return table.begin(sink_.get(), &c, &host_table(), {path.data(), static_cast<Index>(path.size())}, static_cast<std::int32_t>(in.size()), in.data());
    });
}

/// The result must not replace a file that it is made from.
void ResultFile::refuse_input() const {
    std::error_code ignored;
    for (const auto& node : graph_.nodes)
        for (const auto& file : node->state->files)
            if (std::filesystem::equivalent(file, target_, ignored))
                throw Error(ErrorKind::output, fmt::format("{}: step '{}' reads this file, so the result must not replace it; give another "
                                                           "name with --output", target_.string(), node->step->name));
}

void ResultFile::describe(const std::vector<KeptArray>& kept) {
    for (const auto& each : kept) {
        const auto& output = graph_.node(each.node).outputs[static_cast<std::size_t>(each.output)];
        auto& view = *descriptions_.emplace_back(std::make_unique<sluice_description>());
        view.port = each.label;
        view.array = output.description;
        view.array.name = each.label;
        for (const auto& dim : output.description.dims)
            if (!find_dim(output.core, dim.name)) view.loop.push_back(dim);
        ports_[{each.node, each.output}] = static_cast<std::int32_t>(descriptions_.size() - 1);
    }
}

void ResultFile::call(const std::function<std::int32_t(sluice_context&)>& function) {
    const std::lock_guard lock(io_mutex());
    call_plugin(state_, function);
}

void ResultFile::write(const KeptBox& box) {
    const auto port = ports_.at({box.node, box.output});
    // The sink only reads; the C struct serves sources and sinks alike.
    const sluice_box view{static_cast<std::int32_t>(box.start.size()), box.start.data(), box.count.data(), const_cast<std::byte*>(box.values),
                          const_cast<double*>(box.variances), const_cast<std::uint8_t*>(box.mask)};
    call([&](sluice_context& c) { return graph_.sink->table().write(sink_.get(), &c, &host_table(), port, &view); });
}

void ResultFile::commit(const Json& provenance) {
    const auto text = text_of_json(provenance);
    call([&](sluice_context& c) {
        return graph_.sink->table().end(sink_.get(), &c, &host_table(), {text.data(), static_cast<Index>(text.size())});
    });
    if (const int failed = flush_to_disk(temporary_.path)) cannot_write(target_, failed);
    std::error_code error;
    std::filesystem::rename(temporary_.path, target_, error);
    if (error) cannot_write(target_, error.value());
    committed_ = true;
    if (const int failed = flush_to_disk(target_.parent_path()))   // the result is there: no reason to fail any more
        say_(fmt::format("{} is complete, but its folder could not be flushed to disk: {}. A loss of power may still undo it",
                         target_.string(), std::strerror(failed)));
}

std::vector<std::string> ResultFile::warnings() const {
    std::vector<std::string> all;
    for (const auto& warning : state_.warnings) all.push_back(fmt::format("outputs ({}): {}", graph_.recipe.format, warning));
    return all;
}

ResultFile::~ResultFile() {
    if (committed_) return;
    const std::lock_guard lock(io_mutex());
    graph_.sink->table().abandon(sink_.get());
}

}  // namespace sluice
