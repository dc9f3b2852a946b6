// SPDX-License-Identifier: BSD-3-Clause
// The map: keys from coordinates or inputs, spread over all elements; then each element's entry.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <nlohmann/json.hpp>

#include <sluice/numerics/fail.hpp>
#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace sluice::join {
namespace {

using Dims = std::vector<sdk::DimSize>;

/// Which element of an array with the dims `of` belongs to element i of one with the dims `to`, by name.
std::vector<std::ptrdiff_t> spread(const Dims& of, const Dims& to, std::int64_t count) {
    std::vector<std::ptrdiff_t> from(static_cast<std::size_t>(count), 0);
    std::int64_t repeat = 1;
    for (auto dim = to.rbegin(); dim != to.rend(); repeat *= dim->size, ++dim) {
        std::int64_t stride = 1;
        auto own = of.rbegin();
        for (; own != of.rend() && own->name != dim->name; ++own) stride *= own->size;
        if (own == of.rend()) continue;
        for (std::size_t i = 0; i < from.size(); ++i) from[i] += static_cast<std::int64_t>(i) / repeat % dim->size * stride;
    }
    return from;
}

/// Centres of bins.
sdk::SmallArray without_edges(sdk::SmallArray array) {
    if (!array.edges) return array;
    if (array.dims.size() != 1)
        throw sdk::RecipeError("the coordinate '" + array.name + "' is bin edges of several dimensions, which cannot be a key");
    for (std::size_t i = 1; i < array.values.size(); ++i) array.values[i - 1] = (array.values[i - 1] + array.values[i]) / 2;
    array.values.pop_back();
    --array.dims[0].size;
    return array;
}

std::string coordinates_there_are(const sdk::InputDescription& input) {
    std::string names;
    for (const auto& each : input.coordinates()) names += (names.empty() ? "" : ", ") + each.name;
    return names.empty() ? "it has none" : "it has: " + names;
}

/// A key over a dimension that its side lacks would give every element its first entry.
void check_dims(const sdk::SmallArray& key, const sdk::InputDescription& input, const std::string& side,
                const std::string& port) {
    const auto own = input.dims();
    for (const auto& dim : key.dims)
        if (std::none_of(own.begin(), own.end(), [&](const auto& each) { return each.name == dim.name; }))
            throw sdk::RecipeError("the input '" + port + "' has the dimension '" + dim.name + "', which '" + side +
                                   "' does not have: a key lies along dimensions of what it belongs to");
}

/// The key of one side: an input, else a coordinate.
sdk::SmallArray key_array(const sdk::Setup& setup, const std::string& side, const std::string& port, const std::string& name) {
    const auto input = setup.input(side);
    if (const auto given = setup.input(port).values()) {
        check_dims(*given, input, side, port);
        return *given;
    }
    auto found = input.coordinate(name);
    if (!found)
        throw sdk::RecipeError("the input '" + side + "' has no coordinate '" + name + "' (" + coordinates_there_are(input) +
                               "): name one that it has, or connect the input '" + port + "'");
    found->name = name;
    return without_edges(*std::move(found));
}

Column to_column(const sdk::SmallArray& key, const sdk::InputDescription& input, double factor) {
    Column column;
    for (const auto from : spread(key.dims, input.dims(), input.count())) {
        if (key.labels.empty())
            column.numbers.push_back(factor * key.values[static_cast<std::size_t>(from)]);
        else
            column.labels.push_back(key.labels[static_cast<std::size_t>(from)]);
    }
    return column;
}

double factor_of_key(const sdk::Setup& setup, const std::string& name, const sdk::SmallArray& table,
                     const sdk::SmallArray& data) {
    try {
        return table.unit == data.unit || !table.labels.empty() || !data.labels.empty()
                   ? 1
                   : setup.context().unit_factor(table.unit, data.unit);
    } catch (const sdk::RecipeError& error) {
        throw sdk::RecipeError("the key '" + name + "' of the table and of the data: " + error.what());
    }
}

constexpr const char* prefix[] = {"", "second_"};

Key key_of(const sdk::Setup& setup, const std::string& name, std::size_t which) {
    const std::string port = std::string("_") + prefix[which] + "key";
    const auto data = key_array(setup, "data", "data" + port, name), table = key_array(setup, "values", "values" + port, name);
    const double factor = factor_of_key(setup, name, table, data);
    return {name, data.unit, to_column(data, setup.input("data"), 1), to_column(table, setup.input("values"), factor),
            setup.parameters().number(std::string(prefix[which]) + "tolerance")};
}

/// The masks of key inputs, and of the table's own entries, as far as they are known now.
std::vector<std::uint8_t> left_out(const sdk::Setup& setup, const std::string& side, std::size_t keys, bool own) {
    const auto input = setup.input(side);
    std::vector<std::uint8_t> out(static_cast<std::size_t>(input.count()), 0);
    const auto unite = [&](const sdk::InputDescription& masked) {
        const auto mask = masked.mask();
        if (!mask) return;
        const auto from = spread(mask->dims, input.dims(), input.count());
        for (std::size_t i = 0; i < out.size(); ++i)
            if (mask->values[static_cast<std::size_t>(from[i])] != 0) out[i] = 1;
    };
    if (own) unite(input);
    for (std::size_t k = 0; k < keys; ++k) unite(setup.input(side + "_" + prefix[k] + "key"));
    return out;
}

void refuse_second_keys(const sdk::Setup& setup) {
    for (const auto* port : {"data_second_key", "values_second_key"})
        if (setup.input(port).present())
            throw sdk::RecipeError("the input '" + std::string(port) + "' is connected, but 'by' names one key only: name both");
}

std::string list(const std::vector<Key>& keys, Column Key::*side) {
    std::string text;
    for (const auto& key : keys) text += (text.empty() ? "" : ", ") + extent(key, key.*side);
    return text;
}

struct Matches {
    std::vector<std::ptrdiff_t> entry;  ///< per element of the data; -1: none
    std::ptrdiff_t found = 0;
};

Matches matches_of(const sdk::Setup& setup) {
    const auto names = nlohmann::json::parse(setup.parameters().json("by")).get<std::vector<std::string>>();
    if (names.size() < 2) refuse_second_keys(setup);
    std::vector<Key> keys;
    for (std::size_t k = 0; k < names.size(); ++k) keys.push_back(key_of(setup, names[k], k));
    Matches matches{match(keys, left_out(setup, "data", keys.size(), false), left_out(setup, "values", keys.size(), true)), 0};
    for (const auto entry : matches.entry) matches.found += entry >= 0 ? 1 : 0;
    if (matches.found == 0)
        throw std::domain_error("nothing matches: the data have " + list(keys, &Key::data) + "; the table has " +
                                list(keys, &Key::table) + ". Check the keys, or give a tolerance");
    const auto lost = std::find(matches.entry.begin(), matches.entry.end(), -1) - matches.entry.begin();
    if (setup.parameters().boolean("complete") && matches.found < static_cast<std::ptrdiff_t>(matches.entry.size()))
        throw std::domain_error("there is no entry for " + keys_of_element(keys, lost) + ", and complete = true");
    return matches;
}

/// Dims along which one entry serves several elements: there their variances are not independent.
std::vector<std::string> repeated_along(const Matches& matches, const Dims& dims) {
    std::map<std::ptrdiff_t, std::ptrdiff_t> first;  // by entry
    std::vector<std::string> along;
    for (std::size_t i = 0; i < matches.entry.size(); ++i) {
        if (matches.entry[i] < 0) continue;
        auto a = first.emplace(matches.entry[i], i).first->second, b = static_cast<std::ptrdiff_t>(i);
        for (auto dim = dims.rbegin(); dim != dims.rend(); a /= dim->size, b /= dim->size, ++dim)
            if (a % dim->size != b % dim->size && std::find(along.begin(), along.end(), dim->name) == along.end())
                along.push_back(dim->name);
    }
    return along;
}

/// A number that the type of the entries cannot hold would become another one.
void check_missing(const sdk::Setup& setup) {
    const auto missing = setup.parameters().optional_number("missing");
    if (!missing) return;
    const auto dtype = setup.input("values").dtype();
    sdk::with_dtype(dtype, [&](auto zero) {
        using T = decltype(zero);
        if constexpr (std::is_integral_v<T>) {
            const double most = dtype == SLUICE_BOOLEAN ? 1 : static_cast<double>(std::numeric_limits<T>::max());
            if (*missing == std::floor(*missing) && *missing >= static_cast<double>(std::numeric_limits<T>::min()) && *missing <= most) return;
            numerics::fail<sdk::RecipeError>("missing = ", *missing, ", and the entries are ", sdk::dtype_name(dtype),
                                             ", which has no such number: give one that it has");
        }
    });
}

class Join : public sdk::Map {
public:
    explicit Join(const sdk::Setup& setup)
        : entry_(matches_of(setup).entry), dtype_(setup.input("values").dtype()), missing_(setup.parameters().optional_number("missing")) {}

    static void probe(const sdk::Probe& probe) {
        const auto matches = matches_of(probe);
        check_missing(probe);
        const auto output = probe.output("joined");
        const auto dims = probe.input("data").dims();
        const bool correlated = !probe.input("values").correlated_over().empty();
        for (const auto& dim : dims)
            if (correlated) output.set_correlated_over(dim.name);
        for (const auto& dim : repeated_along(matches, dims)) output.set_correlated_over(dim);
        probe.context().resolved("matched", std::to_string(matches.found));
        probe.needs_prepared(static_cast<std::int64_t>(matches.entry.size() * sizeof(std::ptrdiff_t)));
    }

    void run(const sdk::Item& item) const {
        sdk::with_dtype(dtype_, [&](auto zero) { look_up<decltype(zero)>(item); });
    }

private:
    template <class T>
    void look_up(const sdk::Item& item) const {
        const auto values = item.values<T>("values");
        const auto variances = item.variances("values");
        const auto mask = item.mask("values");
        const auto out = item.out<T>("joined");
        const auto out_variances = item.out_variances("joined");
        const auto out_mask = item.out_mask("joined");
        const T missing = missing_ ? static_cast<T>(*missing_) : nothing<T>();
        const double missing_variance = missing_ ? 0 : nothing<double>();
        for (std::size_t i = 0; i < entry_.size(); ++i) {
            const bool none = entry_[i] < 0;
            const auto from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(entry_[i], 0));
            out[i] = none ? missing : values[from];
            if (!out_variances.empty()) out_variances[i] = none ? missing_variance : variances[from];
            out_mask[i] = none ? !missing_ : !mask.empty() && mask[from] != 0;
        }
    }
    template <class T>
    static T nothing() {
        if constexpr (std::is_floating_point_v<T>)
            return std::numeric_limits<T>::quiet_NaN();
        else
            return T{};
    }

    std::vector<std::ptrdiff_t> entry_;
    std::int32_t dtype_;
    std::optional<double> missing_;
};

}  // namespace
}  // namespace sluice::join

SLUICE_PLUGIN(sluice::join::Join)
