// SPDX-License-Identifier: BSD-3-Clause
// A map that looks at both neighbours along the innermost loop dimension.
#include <cstddef>
#include <cstdint>

#include <sluice/sdk/plugin.hpp>

namespace {

namespace sdk = sluice::sdk;

struct Curvature : sdk::Map {
    explicit Curvature(const sdk::Setup&) {}

    void run(const sdk::Item& item) const {
        const auto neighbour = [&](std::int64_t which) {
            return item.values("data", item.has_neighbour("data", which) ? which : 0);
        };
        const auto before = neighbour(-1), own = neighbour(0), after = neighbour(1);
        const auto out = item.out("data");
        for (std::size_t k = 0; k < out.size(); ++k) out[k] = before[k] + after[k] - 2 * own[k];
    }
};

}  // namespace

SLUICE_PLUGIN(Curvature)
