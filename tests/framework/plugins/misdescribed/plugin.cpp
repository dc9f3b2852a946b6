// SPDX-License-Identifier: BSD-3-Clause
// A map whose probe describes the output as a recipe asks it to, for what the host refuses then.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include <sluice/sdk/plugin.hpp>

namespace {

namespace sdk = sluice::sdk;

class Misdescribed : public sdk::Map {
public:
    explicit Misdescribed(const sdk::Setup&) {}

    static void probe(const sdk::Probe& probe) {
        const auto output = probe.output("profile");
        std::istringstream names(probe.parameters().text("dims"));
        std::vector<sdk::DimSize> dims;
        for (std::string name; names >> name;) dims.push_back({name, 3});
        if (!dims.empty()) output.set_dims(dims);
        const auto points = probe.parameters().integer("points");
        const std::vector<double> values(static_cast<std::size_t>(points));
        if (const auto along = probe.parameters().text("along"); !along.empty())
            output.set_coordinate("place", {{along, points}}, "1", values, probe.parameters().boolean("edges"));
    }

    void run(const sdk::Item& item) const {
        const auto profile = item.out("profile");
        std::fill(profile.begin(), profile.end(), 0.0);
    }
};

}  // namespace

SLUICE_PLUGIN(Misdescribed)
