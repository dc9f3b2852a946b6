// SPDX-License-Identifier: BSD-3-Clause
// A map that lives on the other side of every C++ ABI: strings, vectors, exceptions of its own standard library.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#ifndef _LIBCPP_VERSION
#error "this plugin is there to be built with libc++"
#endif

namespace {

namespace sdk = sluice::sdk;

class ForeignScaling : public sdk::Map {
public:
    explicit ForeignScaling(const sdk::Setup& setup)
        : factor_(setup.parameters().number("factor")), mode_(setup.parameters().text("mode")) {
        if (factor_ == 0) throw std::invalid_argument("factor = 0, must be another number, or nothing is left of the curve");
    }

    void run(const sdk::Item& item) const {
        const auto in = item.values("data");
        const auto out = item.out("data");
        const auto negative = std::find_if(in.begin(), in.end(), [](double value) { return value < 0; });
        if (negative != in.end()) throw std::domain_error("value " + std::to_string(*negative) + " at index " + std::to_string(negative - in.begin()) + " is negative");
        if (mode_ == "throw_number") throw 42;
        const auto scale = [&](std::int64_t i) { out[static_cast<std::size_t>(i)] = factor_ * in[static_cast<std::size_t>(i)]; };
        const auto n = static_cast<std::int64_t>(in.size());
        if (mode_ == "in_parallel") item.context().parallel_for(n, scale);
        else for (std::int64_t i = 0; i < n; ++i) scale(i);
    }

private:
    double factor_;
    std::string mode_;
};

}  // namespace

SLUICE_PLUGIN(ForeignScaling)
