// SPDX-License-Identifier: BSD-3-Clause
// A map with prepared state that can be told apart: each object has its number.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <sluice/sdk/plugin.hpp>

namespace {

namespace sdk = sluice::sdk;

class NumberedTable : public sdk::Map {
public:
    explicit NumberedTable(const sdk::Setup& setup) : number_(made_++) {
        const double factor = setup.parameters().number("factor");
        for (std::int64_t i = 0; i < setup.input("data").count(); ++i) table_.push_back(factor * static_cast<double>(i * i));
    }

    static void probe(const sdk::Probe& probe) { probe.needs_prepared(probe.input("data").count() * static_cast<std::int64_t>(sizeof(double))); }

    void run(const sdk::Item& item) const {
        const auto in = item.values("data");
        const auto out = item.out("product");
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = table_[i] * in[i];
        item.out<std::int64_t>("number")[0] = number_;
    }

private:
    static inline std::atomic<std::int64_t> made_{0};
    std::int64_t number_;
    std::vector<double> table_;
};

}  // namespace

SLUICE_PLUGIN(NumberedTable)
