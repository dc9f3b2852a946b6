// SPDX-License-Identifier: BSD-3-Clause
// A map with a name and a pack in one input, and parameters per item, for how dimensions are bound.
#include <cstddef>

#include <sluice/sdk/plugin.hpp>

namespace {

namespace sdk = sluice::sdk;

class PulseSum : public sdk::Map {
public:
    explicit PulseSum(const sdk::Setup&) {}

    void run(const sdk::Item& item) const {
        const auto frames = item.values("frames");
        const auto image = item.out("image");
        const bool weighted = item.present("weight");
        const double scale = item.number("scale").value(), offset = item.number("offset").value();
        for (std::size_t i = 0; i < image.size(); ++i) {
            double sum = 0;
            for (std::size_t at = i; at < frames.size(); at += image.size()) sum += frames[at];
            image[i] = scale * sum * (weighted ? item.values("weight")[i] : 1) + offset;
        }
    }
};

}  // namespace

SLUICE_PLUGIN(PulseSum)
