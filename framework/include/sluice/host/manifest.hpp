// SPDX-License-Identifier: BSD-3-Clause
// plugin.json as the host sees it: the single declaration of a plugin.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <sluice/host/array.hpp>

namespace sluice {

using Json = nlohmann::ordered_json;

enum class PluginKind { source = SLUICE_SOURCE, map = SLUICE_MAP, reduce = SLUICE_REDUCE, sink = SLUICE_SINK };
std::string_view to_text(PluginKind kind);

/// A text of plugin.json, or the parameter that holds it ({"from": "unit"}). Both "": nothing is said.
struct TextOrParameter {
    std::string text, parameter;
    [[nodiscard]] bool empty() const { return text.empty() && parameter.empty(); }
};

/// The unit that numbers are wanted in.
struct WantedUnit {
    std::string text;        ///< "": any
    bool converted = true;   ///< false ("like:1/nm"): it must convert to this unit, but comes as it is
};

/// A core dimension of a port.
///   "q"                                 a dimension of that name
///   "pixel..."                          a pack: any of `packs` of plugin.json, the first whose dims the data has
///   "..."                               all dims; of a reduce those that follow the one it runs over
///   {"by": "unit", "names": {"1/nm": "q", "deg": "two_theta"}}   named by the value of a parameter (outputs)
///   {"name": "replicate", "when": "blocks"}   there only when that parameter is given: not null, false or 0 (outputs)
///   {"name": "item", "from": "dim"}     the data's dimension that the parameter `dim` names; null: not there (outputs)
struct CoreDim {
    std::string name;            ///< without the dots of a pack; "..." stays
    bool pack = false;           ///< "pixel..." and "..."
    std::string by_parameter;
    std::map<std::string, std::string> names;
    std::string when_parameter;
    std::string from_parameter;
};

/// A coordinate that a plugin wants with an input. It comes as float64 per loop item, in `unit`.
struct PortCoordinate {
    std::string name;           ///< in the plugin's words; a core dim's name follows the core binding of the step
    WantedUnit unit;
    bool required = true;
    bool increasing = false;    ///< the host refuses values that do not strictly increase
};

struct InputPort {
    std::string name;
    std::string summary;
    std::vector<CoreDim> core;
    std::string dtype = "real";         ///< "real": handed as float64; "native": any real type as stored; "boolean"
    WantedUnit unit;
    std::string variances = "optional"; ///< "optional", "required", "ignored"
    std::vector<PortCoordinate> coordinates;
    bool is_static = false;             ///< no loop dimensions; its value is known to probe and prepare
    bool described = false;             ///< only its description is used: no value is read, its other dims are not looped over
    bool optional = false;
    bool correlated = false;            ///< takes variances that are correlated along its core dims; probe hands that on
    std::map<std::string, std::string> forbids;   ///< fact -> why ("smoothed" -> "the invariant needs raw data")
    std::map<std::string, std::string> requires_; ///< fact -> why ("requires" in plugin.json)
    std::map<std::string, std::string> unless;    ///< forbidden fact -> boolean parameter that allows it
};

struct OutputPort {
    std::string name;
    std::string summary;
    std::vector<CoreDim> core;
    std::string dims_from;          ///< source: the parameter that lists the dims ("dims": {"from": "dims"})
    std::string dtype = "float64";  ///< "" with `same_dtype`; a source sets it in probe: ""
    std::string same_dtype;         ///< "same:<input>": that of this input
    TextOrParameter unit;           ///< "unit(intensity) unit(q)^3", "1"; nothing: probe sets it
    std::string variances = "never";///< "never", "always", "probe" or "if"
    std::string variances_if;       ///< "if:<input>": when this input has them
    std::vector<std::string> errors_without;  ///< inputs whose variances are not in this output's, and so correlate nothing
    std::string mask;               ///< name of the mask that run fills; "" none
};

struct Manifest {
    std::string id, version, summary;
    PluginKind kind = PluginKind::map;
    std::vector<InputPort> inputs;
    std::vector<OutputPort> outputs;     ///< the first is the default one
    std::map<std::string, std::vector<std::vector<std::string>>> packs;  ///< "pixel" -> [["y","x"], ["pixel"]]
    Json parameters;                     ///< draft-7 object schema; properties carry unit, difference, per_item, format: "path" or "unit"
    bool selects = false;                ///< a map whose outputs are parts of its first input, cut out by the host
    TextOrParameter over;                ///< reduce: the loop dim
    Index halo_before = 0, halo_after = 0;   ///< along the innermost loop dim (reduce: the one it runs over)
    std::vector<std::string> agree;      ///< facts that must be equal in all inputs that have them
    Json json;                           ///< the whole text, for describe

    [[nodiscard]] const InputPort* input(std::string_view port) const;
    [[nodiscard]] const OutputPort* output(std::string_view port) const;
    [[nodiscard]] bool per_item(std::string_view parameter) const;
    [[nodiscard]] bool ignores_variances(std::string_view parameter) const;   ///< of a per_item parameter
    /// Those that may come per item, in the order of plugin.json.
    [[nodiscard]] std::vector<std::string> per_item_parameters() const;
    /// Of a number; one that declares none is dimensionless.
    [[nodiscard]] WantedUnit unit_of_parameter(const std::string& parameter) const;
};

/// Parses and validates against schemas/plugin.schema.json (embedded). Throws Error(plugin) that lists every fault;
/// `where` names the file.
Manifest parse_manifest(std::string_view text, const std::string& where);

/// Everything installed that could be used, by id.
using Catalogue = std::map<std::string, Manifest>;

}  // namespace sluice
