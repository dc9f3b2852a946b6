// SPDX-License-Identifier: BSD-3-Clause
// The plugin scaling: hands one curve after the other to the kernel.
#include <algorithm>
#include <cstdint>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"

namespace scaling {
namespace {

class Scaling : public sluice::sdk::Map {
public:
    explicit Scaling(const sluice::sdk::Setup&) {}

    void run(const sluice::sdk::Item& item) const {
        scale(item.values("intensity"), item.variances("intensity"), item.number("factor").value(), item.out("intensity"),
              item.out_variances("intensity"));
        hand_on_mask(item);
    }

private:
    static void hand_on_mask(const sluice::sdk::Item& item) {
        const auto mask = item.mask("intensity");  // empty when the input has none
        const auto out = item.out_mask("intensity");
        if (mask.empty())
            std::fill(out.begin(), out.end(), std::uint8_t{0});
        else
            std::copy(mask.begin(), mask.end(), out.begin());
    }
};

}  // namespace
}  // namespace scaling

SLUICE_PLUGIN(scaling::Scaling)
