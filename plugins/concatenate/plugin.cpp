// SPDX-License-Identifier: BSD-3-Clause
// The map: what is the same of all parts and what is joined; then every element to its place.
#include <algorithm>
#include <array>
#include <set>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include <nlohmann/json.hpp>

#include <sluice/sdk/plugin.hpp>

#include "coordinates.hpp"
#include "kernel.hpp"

namespace sluice::concatenate {
namespace {

constexpr std::array<const char*, 8> ports{"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"};

struct Given {
    Part part;
    sdk::InputDescription input;
};

Dims to_dims(const std::vector<sdk::DimSize>& dims) {
    Dims out;
    for (const auto& dim : dims) out.push_back({dim.name, dim.size});
    return out;
}
std::vector<sdk::DimSize> to_sizes(const Dims& dims) {
    std::vector<sdk::DimSize> out;
    for (const auto& dim : dims) out.push_back({dim.name, dim.size});
    return out;
}

std::vector<Given> given_of(const sdk::Setup& setup) {
    std::vector<Given> all;
    for (const auto* port : ports)
        if (const auto input = setup.input(port); input.present()) all.push_back({{port, to_dims(input.dims())}, input});
    return all;
}

std::vector<Part> parts_of(const std::vector<Given>& given) {
    std::vector<Part> parts;
    for (const auto& each : given) parts.push_back(each.part);
    return parts;
}

double factor(const sdk::Setup& setup, const std::string& what, const std::string& from, const std::string& to) {
    try {
        return from == to ? 1 : setup.context().unit_factor(from, to);
    } catch (const sdk::RecipeError& error) {
        throw sdk::RecipeError(what + ": " + error.what());
    }
}

// ---- what probe says

std::set<std::string> coordinate_names(const sdk::InputDescription& input) {
    std::set<std::string> names;
    for (const auto& each : input.coordinates()) names.insert(each.name);
    return names;
}

Coordinate to_coordinate(const sdk::SmallArray& array, double scale) {
    Coordinate out{to_dims(array.dims), array.edges, array.values, array.integers, array.labels};
    if (scale == 1) return out;
    for (auto& number : out.numbers) number *= scale;
    out.integers.clear();
    return out;
}

std::vector<Coordinate> own_coordinates(const sdk::Setup& setup, const std::string& name, const std::vector<Given>& given) {
    std::vector<Coordinate> own;
    const auto unit = given.front().input.coordinate(name)->unit;
    for (const auto& each : given) {
        const auto array = each.input.coordinate(name).value();
        own.push_back(to_coordinate(
            array, factor(setup, "coordinate '" + name + "' of the input '" + each.part.name + "'", array.unit, unit)));
    }
    return own;
}

void set(const sdk::OutputDescription& output, const std::string& name, const std::string& unit, const Coordinate& joined) {
    const auto dims = to_sizes(joined.dims);
    if (!joined.integers.empty())
        output.set_coordinate(name, dims, unit, joined.integers);
    else if (joined.labels.empty())
        output.set_coordinate(name, dims, unit, joined.numbers, joined.edges);
    else
        output.set_labels(name, dims[0].name, joined.labels);
}

void describe_coordinates(const sdk::Probe& probe, const std::vector<Given>& given, const std::string& dim) {
    const auto output = probe.output("data");
    const bool increasing = probe.parameters().boolean("increasing");
    std::set<std::string> all;
    for (const auto& each : given) all.merge(coordinate_names(each.input));
    if (increasing && !all.contains(dim))
        throw sdk::RecipeError("increasing = true, but the parts have no coordinate '" + dim + "'");
    for (const auto& name : all) {
        output.drop_coordinate(name);
        const auto lacks =
            std::find_if(given.begin(), given.end(), [&](const Given& each) { return !each.input.coordinate(name); });
        if (lacks != given.end()) {
            probe.context().info("the coordinate '" + name + "' is left out: the input '" + lacks->part.name + "' has none");
            if (increasing && name == dim)
                throw sdk::RecipeError("increasing = true, but the input '" + lacks->part.name + "' has no coordinate '" + dim +
                                       "'");
            continue;
        }
        const auto joined = join(name, parts_of(given), own_coordinates(probe, name, given), dim);
        if (joined && increasing && name == dim) check_increasing(name, *joined);
        if (joined)
            set(output, name, given.front().input.coordinate(name)->unit, *joined);
        else
            probe.context().info("the coordinate '" + name +
                                 "' is left out: bin edges and labels of several dimensions are not joined");
    }
}

std::string fact_text(const sdk::InputDescription& input, const std::string& name) {
    if (const auto number = input.fact_number(name)) {
        std::ostringstream text;
        text.precision(17);
        text << number->value << ' ' << number->unit;
        return text.str();
    }
    if (const auto text = input.fact_text(name)) return "\"" + *text + "\"";
    return input.fact(name) ? "true" : "false";
}

bool has_fact(const sdk::InputDescription& input, const std::string& name) {
    const auto facts = input.facts();
    return std::any_of(facts.begin(), facts.end(), [&](const auto& each) { return each.name == name; });
}

/// Empty where two parts say the same of the fact, or one only lacks it; a mark (a fact that is true) must not be lacking.
std::string contradiction(const std::string& name, const Given& one, const Given& other) {
    const auto said = [&](const Given& each) { return has_fact(each.input, name) ? fact_text(each.input, name) : std::string(); };
    const auto text = [&](const Given& each) {
        return "input '" + each.part.name + "' " + (said(each).empty() ? "does not have it" : "says " + said(each));
    };
    const bool mark = said(one) == "true" || said(other) == "true";
    const bool both = !said(one).empty() && !said(other).empty();
    return said(one) != said(other) && (mark || both) ? text(one) + ", " + text(other) : "";
}

/// Of the first two parts that contradict each other: a first part that lacks the fact must not hide what the others say.
std::string first_contradiction(const std::string& name, const std::vector<Given>& given) {
    for (std::size_t i = 0; i < given.size(); ++i)
        for (std::size_t j = i + 1; j < given.size(); ++j)
            if (auto found = contradiction(name, given[i], given[j]); !found.empty()) return found;
    return {};
}

/// Only what is said of all parts alike is said of the whole; parts that were treated differently are refused.
void describe_facts(const sdk::Probe& probe, const std::vector<Given>& given) {
    const auto output = probe.output("data");
    std::set<std::string> names;
    for (const auto& each : given)
        for (const auto& fact : each.input.facts()) names.insert(fact.name);
    const auto dropped = nlohmann::json::parse(probe.parameters().json("drop_facts")).get<std::set<std::string>>();
    for (const auto& name : names) {
        const auto other = std::find_if(given.begin(), given.end(), [&](const Given& each) {
            return has_fact(each.input, name) != has_fact(given.front().input, name) ||
                   fact_text(each.input, name) != fact_text(given.front().input, name);
        });
        if (other == given.end()) continue;
        const auto how = first_contradiction(name, given);
        if (!how.empty() && !dropped.contains(name))
            throw sdk::RecipeError("the fact '" + name + "' is not the same for all parts: " + how +
                                   ". Treat all parts alike, or name it in drop_facts");
        output.drop_fact(name);
        probe.context().info("the fact '" + name + "' is left out: it is not the same for all parts");
    }
}

bool with_variances(const sdk::Setup& setup, const std::vector<Given>& given) {
    const auto has = [](const Given& each) { return each.input.has_variances(); };
    const auto without = std::find_if_not(given.begin(), given.end(), has), with = std::find_if(given.begin(), given.end(), has);
    if (without == given.end() || with == given.end()) return without == given.end();
    if (setup.parameters().boolean("drop_variances")) return false;
    throw sdk::RecipeError("the input '" + with->part.name + "' has variances and the input '" + without->part.name +
                           "' has none: give it some, or set drop_variances to true");
}

double value_factor(const sdk::Setup& setup, const std::vector<Given>& given, const Given& each) {
    return factor(setup, "input '" + each.part.name + "'", each.input.unit(), given.front().input.unit());
}

/// One type for all, exact where they share it.
std::int32_t dtype_of_all(const sdk::Setup& setup, const std::vector<Given>& given) {
    for (const auto& each : given)
        if (each.input.dtype() != given.front().input.dtype() || value_factor(setup, given, each) != 1) return SLUICE_FLOAT64;
    return given.front().input.dtype();
}

// ---- the map

class Concatenate : public sdk::Map {
public:
    explicit Concatenate(const sdk::Setup& setup) : out_dtype_(dtype_of_all(setup, given_of(setup))) {
        const auto given = given_of(setup);
        const auto dim = setup.parameters().text("dim");
        const auto whole = joined_dims(parts_of(given), dim);
        std::ptrdiff_t offset = 0;
        for (const auto& each : given) {
            const auto length = each.part.dims[static_cast<std::size_t>(position(each.part.dims, dim))].size;
            pieces_.push_back({each.part.name, each.input.dtype(), value_factor(setup, given, each),
                               moves(each.part.dims, whole, dim, offset, length)});
            offset += length;
        }
    }

    static void probe(const sdk::Probe& probe) {
        const auto given = given_of(probe);
        const auto dim = probe.parameters().text("dim");
        const auto output = probe.output("data");
        const auto whole = joined_dims(parts_of(given), dim);
        output.set_dims(to_sizes(whole));
        describe_coordinates(probe, given, dim);
        describe_facts(probe, given);
        output.set_variances(with_variances(probe, given));
        output.set_dtype(dtype_of_all(probe, given));
        probe.needs_prepared(count(whole) * static_cast<std::int64_t>(sizeof(Move)));
    }

    void run(const sdk::Item& item) const {
        for (const auto& piece : pieces_) {
            sdk::with_dtype(piece.dtype, [&](auto zero) {
                using T = decltype(zero);
                if (out_dtype_ == piece.dtype)
                    move_values<T, T>(item, piece);
                else
                    move_values<T, double>(item, piece);
            });
            move_rest(item, piece);
        }
    }

private:
    struct Piece {
        std::string port;
        std::int32_t dtype;
        double factor;
        std::vector<Move> moves;
    };

    template <class From, class To>
    static void move_values(const sdk::Item& item, const Piece& piece) {
        const auto from = item.values<From>(piece.port);
        const auto to = item.out<To>("data");
        for (const auto& move : piece.moves) {
            if constexpr (std::is_same_v<To, double>)
                to[static_cast<std::size_t>(move.to)] =
                    piece.factor * static_cast<double>(from[static_cast<std::size_t>(move.from)]);
            else
                to[static_cast<std::size_t>(move.to)] = from[static_cast<std::size_t>(move.from)];
        }
    }
    static void move_rest(const sdk::Item& item, const Piece& piece) {
        const auto variances = item.variances(piece.port);
        const auto mask = item.mask(piece.port);
        const auto out_variances = item.out_variances("data");
        const auto out_mask = item.out_mask("data");
        for (const auto& move : piece.moves) {
            const auto from = static_cast<std::size_t>(move.from), to = static_cast<std::size_t>(move.to);
            if (!out_variances.empty()) out_variances[to] = piece.factor * piece.factor * variances[from];
            if (!mask.empty()) out_mask[to] = mask[from] != 0 ? 1 : 0;
        }
    }

    std::int32_t out_dtype_;
    std::vector<Piece> pieces_;
};

}  // namespace
}  // namespace sluice::concatenate

SLUICE_PLUGIN(sluice::concatenate::Concatenate)
