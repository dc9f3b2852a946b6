// SPDX-License-Identifier: BSD-3-Clause
// The plugin scaling: hands one curve after the other to the kernel.
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
    }
};

}  // namespace
}  // namespace scaling

SLUICE_PLUGIN(scaling::Scaling)
