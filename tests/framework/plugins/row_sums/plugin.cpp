// SPDX-License-Identifier: BSD-3-Clause
// A map that lends the host's threads for the rows of one image.
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <string>

#include <sluice/sdk/plugin.hpp>

namespace {

namespace sdk = sluice::sdk;

class RowSums : public sdk::Map {
public:
    explicit RowSums(const sdk::Setup& setup)
        : columns_(static_cast<std::size_t>(setup.input("image").size("x"))), fail_at_(setup.parameters().integer("fail_at")) {}

    void run(const sdk::Item& item) const {
        const auto image = item.values("image");
        const auto sums = item.out("sums");
        item.context().parallel_for(static_cast<std::int64_t>(sums.size()), [&](std::int64_t y) {
            if (y == fail_at_) throw std::domain_error("row " + std::to_string(y) + " was asked to fail");
            const auto row = image.subspan(static_cast<std::size_t>(y) * columns_, columns_);
            sums[static_cast<std::size_t>(y)] = std::accumulate(row.begin(), row.end(), 0.0);
        });
        item.out("total")[0] = std::accumulate(sums.begin(), sums.end(), 0.0);
    }

private:
    std::size_t columns_;
    std::int64_t fail_at_;
};

}  // namespace

SLUICE_PLUGIN(RowSums)
