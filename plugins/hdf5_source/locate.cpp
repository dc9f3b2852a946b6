// SPDX-License-Identifier: BSD-3-Clause
// Finds a dataset through links and lists every file its values come from.
#include "locate.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "filters.hpp"

namespace sluice::hdf5_source {
namespace {

namespace fs = std::filesystem;

// ---- Files -----------------------------------------------------------------------------------

Handle open_file(const std::string& file) {
    std::error_code ignored;
    if (!fs::exists(file, ignored)) throw std::runtime_error(file + ": no such file. Check the name and the folder.");
    if (H5Fis_hdf5(file.c_str()) == 0) throw std::runtime_error(file + ": not an HDF5 file.");
    Handle handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
    if (!handle)
        throw std::runtime_error(file + ": cannot be opened" + hdf5_reason() +
                                 ". The file is truncated, damaged, not readable for you, or being "
                                 "written by another program.");
    return handle;
}

std::vector<std::string> search_folders(const std::string& parent, const char* variable) {
    std::vector<std::string> folders;
    const char* prefixes = std::getenv(variable);
    std::istringstream list(prefixes == nullptr ? "" : prefixes);
    for (std::string folder; std::getline(list, folder, ':');) folders.push_back(folder);
    folders.push_back(fs::path(parent).parent_path().string());
    folders.emplace_back();  // the working folder
    std::error_code ignored;
    folders.push_back(fs::canonical(parent, ignored).parent_path().string());
    return folders;
}

/// The file that HDF5 takes for a name in an external link or a virtual dataset of parent: tried
/// in HDF5's order (its variable, the folder of parent, the working folder, the folder of the
/// file that parent is a symbolic link to).
std::optional<std::string> resolve(const std::string& parent, const std::string& name, const char* variable) {
    fs::path wanted(name);
    std::error_code ignored;
    if (wanted.is_absolute()) {
        if (fs::exists(wanted, ignored)) return name;
        wanted = wanted.filename();
    }
    for (const std::string& folder : search_folders(parent, variable))
        if (const fs::path candidate = folder / wanted; fs::exists(candidate, ignored)) return candidate.string();
    return std::nullopt;
}

void add_once(std::vector<std::string>& list, const std::string& text) {
    if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

// ---- Names that are not there ----------------------------------------------------------------

std::vector<std::string> members_of(hid_t group) {
    std::vector<std::string> names;
    const auto collect = [](hid_t, const char* name, const H5L_info_t*, void* target) -> herr_t {
        static_cast<std::vector<std::string>*>(target)->emplace_back(name);
        return 0;
    };
    H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names);
    return names;
}

/// Levenshtein distance: insertions, deletions and replacements between two names.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row[b.size()];
}

/// What to say about a group in which wanted was not found: a near name first, then all of them.
std::string list_members(hid_t group, const std::string& wanted) {
    constexpr std::size_t most_listed = 30;
    const std::vector<std::string> names = members_of(group);
    if (names.empty()) return " is empty.";
    std::string list;
    for (std::size_t i = 0; i < std::min(names.size(), most_listed); ++i) list += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > most_listed) list += " and " + std::to_string(names.size() - most_listed) + " more";
    const auto nearest = std::min_element(names.begin(), names.end(),
                                          [&](auto& a, auto& b) { return edit_distance(a, wanted) < edit_distance(b, wanted); });
    const bool near = edit_distance(*nearest, wanted) <= std::max<std::size_t>(2, wanted.size() / 3);
    return " holds: " + list + "." + (near ? " Did you mean '" + *nearest + "'?" : "");
}

std::string file_name_of(hid_t object) {
    std::string name(static_cast<std::size_t>(H5Fget_name(object, nullptr, 0)), '\0');
    H5Fget_name(object, name.data(), name.size() + 1);
    return name;
}

std::string link_target(hid_t group, const std::string& name) {
    H5L_info_t info{};
    H5Lget_info(group, name.c_str(), &info, H5P_DEFAULT);
    if (info.type != H5L_TYPE_EXTERNAL && info.type != H5L_TYPE_SOFT) return "a damaged link";
    std::vector<char> value(info.u.val_size + 1);
    H5Lget_val(group, name.c_str(), value.data(), value.size(), H5P_DEFAULT);
    if (info.type == H5L_TYPE_SOFT) return "a soft link to '" + std::string(value.data()) + "', which does not exist";
    const char* target_file = nullptr;
    const char* target_path = nullptr;
    H5Lunpack_elink_val(value.data(), info.u.val_size, nullptr, &target_file, &target_path);
    const std::string link = "an external link to '" + std::string(target_path) + "' in file '" + target_file + "'";
    const std::string parent = file_name_of(group);
    if (resolve(parent, target_file, "HDF5_EXT_PREFIX")) return link + ", which cannot be opened there";
    return link + ", and there is no such file beside '" + parent + "'";
}

/// Walks along the path to the first name that fails and says why.
[[noreturn]] void explain_missing(const Handle& file, const std::string& file_name, const std::string& path) {
    const std::string reason = hdf5_reason();
    Handle group(H5Gopen2(file.get(), "/", H5P_DEFAULT));
    std::string walked = "/";
    std::istringstream parts(path);
    for (std::string part; std::getline(parts, part, '/');) {
        if (part.empty()) continue;
        const std::string here = place(file_name, path) + ": ";
        if (H5Lexists(group.get(), part.c_str(), H5P_DEFAULT) <= 0)
            throw std::runtime_error(here + "there is no '" + part + "'. Group '" + walked + "'" +
                                     list_members(group.get(), part));
        Handle next(H5Oopen(group.get(), part.c_str(), H5P_DEFAULT));
        if (!next) throw std::runtime_error(here + "'" + part + "' is " + link_target(group.get(), part) + ".");
        walked += (walked == "/" ? "" : "/") + part;
        if (H5Iget_type(next.get()) != H5I_GROUP) throw std::runtime_error(here + "'" + walked + "' is a dataset, not a group.");
        group = std::move(next);
    }
    throw std::runtime_error(place(file_name, path) + ": cannot be opened" + reason + ".");
}

// ---- Opening and following -------------------------------------------------------------------

using Visited = std::set<std::pair<std::string, std::string>>;

/// HDF5 calls this for every external link on the way to an object.
herr_t note_external_file(const char* parent_file, const char*, const char* child_file, const char*, unsigned*, hid_t,
                          void* files) {
    const auto found = resolve(parent_file, child_file, "HDF5_EXT_PREFIX");
    if (found) add_once(*static_cast<std::vector<std::string>*>(files), *found);
    return 0;
}

Handle open_dataset(const Handle& file, const std::string& file_name, const std::string& path, std::vector<std::string>& files) {
    const Handle access(H5Pcreate(H5P_LINK_ACCESS));
    H5Pset_elink_cb(access.get(), note_external_file, &files);
    Handle object(H5Oopen(file.get(), path.c_str(), access.get()));
    if (!object) explain_missing(file, file_name, path);
    if (H5Iget_type(object.get()) != H5I_DATASET)
        throw std::runtime_error(place(file_name, path) + ": is a group, a dataset is needed. It" +
                                 list_members(object.get(), ""));
    return object;
}

template <typename GetName>
std::string virtual_name(GetName get, hid_t creation, std::size_t mapping) {
    std::string name(static_cast<std::size_t>(get(creation, mapping, nullptr, 0)), '\0');
    get(creation, mapping, name.data(), name.size() + 1);
    return name;
}

/// The name of block n of a source: %b stands for n, %% for a percent sign.
std::string block_name(const std::string& pattern, std::int64_t n) {
    std::string name;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const std::string_view two = std::string_view(pattern).substr(i, 2);
        if (two != "%b" && two != "%%") {
            name += pattern[i];
            continue;
        }
        name += two == "%b" ? std::to_string(n) : "%";
        ++i;
    }
    return name;
}

/// Whether a selection grows with its dataset, so that it cannot be longer than that.
bool is_unlimited(hid_t space) {
    if (H5Sis_regular_hyperslab(space) <= 0) return false;
    std::array<hsize_t, H5S_MAX_RANK> start{}, stride{}, count{}, block{};
    H5Sget_regular_hyperslab(space, start.data(), stride.data(), count.data(), block.data());
    const auto endless = [](hsize_t n) { return n == H5S_UNLIMITED; };
    return std::any_of(count.begin(), count.end(), endless) || std::any_of(block.begin(), block.end(), endless);
}

/// Checks a dataset and, if it is virtual, its sources: lists their files and refuses missing
/// filters and what HDF5 would fill in silence.
class SourceCheck {
public:
    SourceCheck(std::string file, std::string path, Visited& visited, std::vector<std::string>& files)
        : file_(std::move(file)), path_(std::move(path)), visited_(visited), files_(files) {}

    void follow(hid_t dataset) {
        const Handle creation(H5Dget_create_plist(dataset));
        require_filters(creation.get(), place(file_, path_));
        if (H5Pget_layout(creation.get()) != H5D_VIRTUAL) return;
        std::size_t mappings = 0;
        H5Pget_virtual_count(creation.get(), &mappings);
        for (std::size_t i = 0; i < mappings; ++i) follow_mapping(creation.get(), i);
    }

private:
    struct Mapping {
        Handle in_virtual;  // selections, as dataspaces
        Handle in_source;
    };

    void follow_mapping(hid_t creation, std::size_t index) {
        const std::string file = virtual_name(H5Pget_virtual_filename, creation, index);
        const std::string path = virtual_name(H5Pget_virtual_dsetname, creation, index);
        const Mapping mapping{Handle(H5Pget_virtual_vspace(creation, index)), Handle(H5Pget_virtual_srcspace(creation, index))};
        follow_source(block_name(file, 0), block_name(path, 0), mapping);
        if (block_name(file, 0) == block_name(file, 1) && block_name(path, 0) == block_name(path, 1)) return;
        for (std::int64_t n = 1; source_exists(block_name(file, n), block_name(path, n)); ++n)
            follow_source(block_name(file, n), block_name(path, n), mapping);
    }

    [[nodiscard]] std::optional<std::string> resolve_source(const std::string& name) const {
        return name == "." ? file_ : resolve(file_, name, "HDF5_VDS_PREFIX");
    }

    [[nodiscard]] bool source_exists(const std::string& name, const std::string& path) const {
        const auto file = resolve_source(name);
        return file && H5Oexists_by_name(open_file(*file).get(), path.c_str(), H5P_DEFAULT) > 0;
    }

    void follow_source(const std::string& name, const std::string& path, const Mapping& mapping) {
        const auto file = resolve_source(name);
        if (!file)
            throw std::runtime_error(place(file_, path_) + ": its source file '" + name +
                                     "' is missing. Put it where the virtual dataset expects it, for "
                                     "HDF5 would give fill values instead of data.");
        add_once(files_, *file);
        const Handle handle = open_file(*file);
        const Handle source = open_dataset(handle, *file, path, files_);
        check_length(place(*file, path), source.get(), mapping);
        if (visited_.emplace(*file, path).second)
            SourceCheck(file_name_of(source.get()), path, visited_, files_).follow(source.get());
    }

    /// Refuses a mapping that reaches beyond the end of its source.
    void check_length(const std::string& source_place, hid_t source, const Mapping& mapping) const {
        const Handle space(H5Dget_space(source));
        const hid_t selection = mapping.in_source.get();
        if (H5Sget_select_type(selection) == H5S_SEL_ALL) {  // stored without the shape it stands for
            const hssize_t mapped = H5Sget_select_npoints(mapping.in_virtual.get());
            const hssize_t there = H5Sget_simple_extent_npoints(space.get());
            if (mapped > there) refuse_short(source_place, mapped, there, "in all");
            return;
        }
        std::array<hsize_t, H5S_MAX_RANK> extent{}, first{}, last{};
        const int rank = H5Sget_simple_extent_dims(space.get(), extent.data(), nullptr);
        if (is_unlimited(selection) || H5Sget_simple_extent_ndims(selection) != rank ||
            H5Sget_select_bounds(selection, first.data(), last.data()) < 0)
            return;
        for (std::size_t i = 0; i < static_cast<std::size_t>(rank); ++i)
            if (last[i] >= extent[i])
                refuse_short(source_place, static_cast<hssize_t>(last[i] + 1), static_cast<hssize_t>(extent[i]),
                             "along dimension " + std::to_string(i));
    }

    [[noreturn]] void refuse_short(const std::string& source_place, hssize_t mapped, hssize_t there,
                                   const std::string& what) const {
        throw std::runtime_error(place(file_, path_) + ": maps " + std::to_string(mapped) + " elements " + what + " of " +
                                 source_place + ", which has " + std::to_string(there) +
                                 ". The source is incomplete, and HDF5 would "
                                 "give fill values for the rest.");
    }

    std::string file_;
    std::string path_;
    Visited& visited_;
    std::vector<std::string>& files_;
};

}  // namespace

std::string place(const std::string& file, const std::string& path) { return file + ": dataset '" + path + "'"; }

Located locate(const std::string& file, const std::string& path) {
    const QuietErrors quiet;
    Located located{open_file(file), {}, {file}};
    located.dataset = open_dataset(located.file, file, path, located.files);
    Visited visited;
    SourceCheck(file_name_of(located.dataset.get()), path, visited, located.files).follow(located.dataset.get());
    return located;
}

}  // namespace sluice::hdf5_source
