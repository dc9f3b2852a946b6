// SPDX-License-Identifier: BSD-3-Clause
// A map whose author forgot to declare something: each case must end in a sentence, not in a crash.
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>

#include <sluice/sdk/plugin.hpp>

namespace {

namespace sdk = sluice::sdk;

class Careless : public sdk::Map {
public:
    explicit Careless(const sdk::Setup& setup) : asks_for_(setup.parameters().text("asks_for")) {}

    static void probe(const sdk::Probe& probe) {
        if (probe.parameters().text("asks_for") != "coordinate") return;
        const auto n = probe.input("data").size("q");
        probe.output("copy").set_coordinate("q", {{"q", n}}, "1/nm", std::vector<double>(static_cast<std::size_t>(n - 1)));
    }

    void run(const sdk::Block& block) const {
        const sdk::Item item(block, 0);
        if (asks_for_ == "mask") item.out_mask("copy")[0] = 1;
        if (asks_for_ == "scratch") block.scratch<double>(1000)[0] = 1;
        if (asks_for_ == "neighbour") item.out("copy")[0] = item.values("data", -1)[0];
        if (asks_for_ == "patience") wait_or_fail(item);
        if (asks_for_ == "type") item.out<std::int64_t>("copy")[0] = 1;
    }

private:
    /// The curve that begins with 0 takes long, unless it is told to stop; the others fail at once.
    static void wait_or_fail(const sdk::Item& item) {
        if (item.values("data")[0] != 0) throw std::runtime_error("a bad curve");
        for (int i = 0; i < 2000 && !item.context().cancelled(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
        item.context().throw_if_cancelled();
    }

    std::string asks_for_;
};

}  // namespace

SLUICE_PLUGIN(Careless)
