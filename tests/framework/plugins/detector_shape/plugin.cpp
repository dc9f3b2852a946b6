// SPDX-License-Identifier: BSD-3-Clause
// A map that uses only the description of its input, and asks which outputs are wanted.
#include <algorithm>
#include <cstdint>

#include <sluice/sdk/plugin.hpp>

namespace {

namespace sdk = sluice::sdk;

class DetectorShape : public sdk::Map {
public:
    explicit DetectorShape(const sdk::Setup& setup) : pixels_(setup.input("image").count()), good_(pixels_) {
        if (const auto mask = setup.input("image").mask())
            good_ = std::count(mask->values.begin(), mask->values.end(), 0.0);
    }

    void run(const sdk::Item& item) const {
        item.out<std::int64_t>("pixels")[0] = pixels_;
        item.out<std::int64_t>("good")[0] = good_;
        const auto wanted = [&](const char* port) { return item.context().output_wanted(port) ? 1 : 0; };
        item.out<std::int64_t>("wanted")[0] = wanted("pixels") + 2 * wanted("good") + 4 * wanted("wanted");
    }

private:
    std::int64_t pixels_, good_;
};

}  // namespace

SLUICE_PLUGIN(DetectorShape)
