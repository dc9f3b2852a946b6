// SPDX-License-Identifier: BSD-3-Clause
// Points of curves, and their inverse in a word.
#pragma once

#include <vector>

#include "../kernel.hpp"

namespace sluice::inverse_interpolation::test {

using Doubles = std::vector<double>;

struct Data {
    Doubles x, y, variances = {};

    [[nodiscard]] Points points() const { return {x, y, variances}; }
};

template <class F>
Data data_of(const F& f, double first, double last, int n) {
    Data out;
    for (int i = 0; i < n; ++i) {
        out.x.push_back(first + (last - first) * i / (n - 1));
        out.y.push_back(f(out.x.back()));
    }
    return out;
}

inline Result inverse(const Data& data, const Level& level, const Options& options = {}) {
    return invert(data.points(), level, options);
}

inline constexpr Options cubic{Method::monotone_cubic, Scale::linear};
inline constexpr Options log_linear{Method::linear, Scale::logarithmic};

}  // namespace sluice::inverse_interpolation::test
