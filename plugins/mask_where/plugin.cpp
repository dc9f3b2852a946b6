// SPDX-License-Identifier: BSD-3-Clause
// The map: values pass, and the flag of each becomes its mask.
#include <cstdint>

#include <sluice/sdk/plugin.hpp>

namespace sluice::mask_where {
namespace {

class MaskWhere : public sdk::Map {
public:
    explicit MaskWhere(const sdk::Setup& setup) : invert_(setup.parameters().boolean("invert")) {}

    void run(const sdk::Block& block) const {
        sdk::with_dtype(block.in("data").dtype, [&](auto zero) { mark<decltype(zero)>(block); });
    }

private:
    /// An item is one element, so this reads where the host has them: an Item each would cost ten times as much.
    template <class T>
    void mark(const sdk::Block& block) const {
        const auto &data = block.in("data"), &flag = block.in("flag");
        const auto& out = block.out("data");
        for (std::int64_t i = 0; i < block.items(); ++i) {
            *static_cast<T*>(out.values[i]) = *static_cast<const T*>(data.items.values[i]);
            if (out.variances) *out.variances[i] = *data.items.variances[i];
            const double of_this = *static_cast<const double*>(flag.items.values[i]);
            const bool set = of_this < 0 || of_this > 0;  // not NaN
            *out.mask[i] = set != invert_ ? 1 : 0;
        }
    }

    bool invert_;
};

}  // namespace
}  // namespace sluice::mask_where

SLUICE_PLUGIN(sluice::mask_where::MaskWhere)
