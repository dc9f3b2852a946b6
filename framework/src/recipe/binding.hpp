// SPDX-License-Identifier: BSD-3-Clause
// Which of the data's dimensions the core dims of a plugin stand for, on names alone: the check of a recipe and the plan
// both ask here, so that they agree.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sluice/host/manifest.hpp>

namespace sluice {

using DimNames = std::vector<std::string>;

inline bool contains(const DimNames& dims, const std::string& name) {
    return std::find(dims.begin(), dims.end(), name) != dims.end();
}

/// The value of a parameter (null when the recipe gives none); nullptr: not known yet.
using ParameterLookup = std::function<const Json*(const std::string& name)>;

/// "" when the parameter holds no text, or is not known.
std::string text_of(const TextOrParameter& either, const ParameterLookup& parameter);

/// A core dim of a port: one dimension, or those of a pack. Those of a pack the plugin sees under the data's names.
struct BoundDim {
    std::string name;   ///< in plugin.json, without dots. Of two inputs whose core dims have one name, these are the same
    DimNames plugin, data;
};

struct BoundPort {
    std::vector<BoundDim> core;        ///< as the port declares them
    DimNames data;                     ///< all of them, in that order
    DimNames loop;                     ///< the rest of the data's dims, in their order
    const CoreDim* missing = nullptr;  ///< the first whose dims the data lack: nothing else is filled in then
    std::string twice;                 ///< one of the data's dims that two core dims are bound to; "" none
    bool known = true;                 ///< false: a parameter that names a dim has no value yet; nothing else is filled in then
};

/// The core dims of one step, bound input by input.
class CoreBinding {
public:
    /// `bound`: "core" of the step; it and the manifest must outlive this. `over`: the dimension that a reduce runs over.
    CoreBinding(const Manifest& manifest, const std::map<std::string, DimNames>& bound, std::string over, ParameterLookup parameter)
        : manifest_(manifest), bound_(bound), over_(std::move(over)), parameter_(std::move(parameter)) {}

    /// Inputs come in the order of plugin.json: outputs have their core dims as the first input that has them.
    BoundPort bind(const InputPort& port, const DimNames& dims);

    /// "dimension 'q'", "dimensions [y, x] or [pixel]": what a core dim may stand for.
    [[nodiscard]] std::string needed(const CoreDim& dim) const;

    /// Of an output, when all inputs are bound. nullopt: not known from names and parameters; without dims: not there.
    [[nodiscard]] std::optional<BoundDim> of_output(const CoreDim& dim) const;

private:
    [[nodiscard]] std::optional<DimNames> data_dims(const CoreDim& dim, const DimNames& dims) const;
    [[nodiscard]] std::optional<DimNames> all_dims(const DimNames& dims) const;

    const Manifest& manifest_;
    const std::map<std::string, DimNames>& bound_;
    std::string over_;
    ParameterLookup parameter_;
    std::map<std::string, BoundDim> of_inputs_;
};

/// "[frame, y, x]"
std::string to_text(const DimNames& dims);

}  // namespace sluice
