// SPDX-License-Identifier: BSD-3-Clause
// Near names by edit distance, with a ranking that does not depend on the order of the known names.
#include <sluice/host/near_name.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

namespace sluice {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last, last(b.size() + 1), row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last = std::exchange(last, row);
    }
    return last[b.size()];
}

std::vector<std::string> near_names(std::string_view got, std::span<const std::string> known, std::size_t count) {
    const std::size_t limit = std::max<std::size_t>(1, got.size() / 3);
    std::vector<std::pair<std::size_t, std::string>> ranked;
    for (const std::string& name : known)
        if (const std::size_t distance = edit_distance(got, name); distance <= limit) ranked.emplace_back(distance, name);
    std::sort(ranked.begin(), ranked.end());
    ranked.erase(std::unique(ranked.begin(), ranked.end()), ranked.end());

    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min(count, ranked.size()); ++i) names.push_back(std::move(ranked[i].second));
    return names;
}

}  // namespace sluice
