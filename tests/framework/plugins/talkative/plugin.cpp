// SPDX-License-Identifier: BSD-3-Clause
// A map that tells what it was handed, and says to the host what it is asked to.
#include <cstdint>
#include <string>

#include <sluice/sdk/plugin.hpp>

namespace {

namespace sdk = sluice::sdk;

class Talkative : public sdk::Map {
public:
    explicit Talkative(const sdk::Setup& setup) : say_(setup.parameters().text("say")) {}

    void run(const sdk::Item& item) const {
        item.out("weight")[0] = *item.number("weight");
        item.out("weight_variance")[0] = item.number_variance("weight");
        item.out<std::int64_t>("place")[0] = item.index();
        item.out<std::int64_t>("neighbours")[0] = item.has_neighbour("table", 0);
        if (say_ == "warning") item.context().warn("handle with care");
        if (say_ == "bytes") item.context().warn("a file called \xff");
        if (say_ == "no json") item.context().resolved("range", "nan");
    }

private:
    std::string say_;
};

}  // namespace

SLUICE_PLUGIN(Talkative)
