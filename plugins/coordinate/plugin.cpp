// SPDX-License-Identifier: BSD-3-Clause
// The map: a coordinate becomes values. It is known before any data is read, and so is the output.
#include <algorithm>
#include <string>
#include <vector>

#include <sluice/numerics/axis.hpp>
#include <sluice/sdk/plugin.hpp>

namespace sluice::coordinate {
namespace {

/// The coordinate as the data has it, whatever dimension it is bound to.
sdk::SmallArray coordinate_of(const sdk::Setup& setup) {
    const auto dim = setup.parameters().text("dim");
    const auto name = setup.parameters().optional_text("name").value_or(dim);
    auto found = setup.input("data").coordinate(name == dim ? "abscissa" : name);
    const std::string what = "the coordinate '" + name + "' of input 'data' ";
    if (!found)
        throw sdk::RecipeError(what + "does not exist, or differs between the items. Name another, or take one item first (slice).");
    if (!found->labels.empty()) throw sdk::RecipeError(what + "holds labels; numbers are needed.");
    if (found->dims.size() != 1 || found->dims[0].name != "abscissa")
        throw sdk::RecipeError(what + "does not lie along '" + dim + "'. Give the dimension along which it lies as dim.");
    return *found;
}

class Coordinate : public sdk::Map {
public:
    explicit Coordinate(const sdk::Setup& setup) {
        const auto found = coordinate_of(setup);
        values_ = found.edges ? numerics::centres(found.values) : found.values;
    }

    static void probe(const sdk::Probe& probe) { probe.output("values").set_unit(coordinate_of(probe).unit); }

    void run(const sdk::Item& item) const { std::copy(values_.begin(), values_.end(), item.out("values").begin()); }

private:
    std::vector<double> values_;
};

}  // namespace
}  // namespace sluice::coordinate

SLUICE_PLUGIN(sluice::coordinate::Coordinate)
