// SPDX-License-Identifier: BSD-3-Clause
// The kernel alone: no framework, no test library. Every expected number says where it comes from.
#include <array>
#include <cmath>
#include <iostream>
#include <limits>

#include "../kernel.hpp"

int main() {
    const std::array values{1.0, -2.0, std::numeric_limits<double>::quiet_NaN()}, variances{0.25, 1.0, 4.0};
    std::array<double, 3> out{}, out_variances{};
    scaling::scale(values, variances, 3.0, out, out_variances);

    const bool scaled = out[0] == 3.0 && out[1] == -6.0 && std::isnan(out[2]);  // 3 x; NaN stays NaN
    const bool propagated = out_variances[0] == 2.25 && out_variances[1] == 9.0 && out_variances[2] == 36.0;  // 3^2 var
    if (scaled && propagated) return 0;
    std::cerr << "scale: wrong " << (scaled ? "variances" : "values") << '\n';
    return 1;
}
