// SPDX-License-Identifier: BSD-3-Clause
// Sorts pixels by label, in two passes over the map.
#include "regions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace sluice::two_time_correlation {
namespace {

std::string number(double value) {
    std::string text = std::to_string(value);
    if (text.find('.') != std::string::npos) text.erase(text.find_last_not_of('0') + 1);
    if (!text.empty() && text.back() == '.') text.pop_back();
    return text;
}

void check(std::span<const double> labels, std::ptrdiff_t regions) {
    if (labels.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
        throw std::invalid_argument("a frame has " + std::to_string(labels.size()) + " pixels, must have fewer than 2^31");
    constexpr double most = 1e6;  // more regions than anyone means; beyond it a map of something else was connected
    for (std::size_t p = 0; p < labels.size(); ++p)
        if (!(labels[p] >= 0 && labels[p] <= most && labels[p] == std::floor(labels[p])))
            throw std::invalid_argument("roi is " + number(labels[p]) + " at pixel " + std::to_string(p) +
                                        ", must be a whole number from 0 (no region) to 1000000");
    const auto largest = std::max_element(labels.begin(), labels.end());
    if (largest == labels.end() || *largest == 0)
        throw std::invalid_argument("roi has no pixel with a label above 0: there is no region");
    if (regions > 0 && *largest > static_cast<double>(regions))
        throw std::invalid_argument("roi is " + number(*largest) + " at pixel " + std::to_string(largest - labels.begin()) +
                                    ", but q has " + std::to_string(regions) + " values: one per region is needed");
}

std::vector<bool> good_pixels(std::size_t pixels, std::span<const double> masked) {
    std::vector<bool> good(pixels, true);
    for (std::size_t i = 0; i < masked.size(); ++i)
        if (masked[i] != 0) good[i % pixels] = false;
    return good;
}

}  // namespace

std::vector<std::span<const std::int32_t>> Regions::all() const {
    std::vector<std::span<const std::int32_t>> out;
    for (std::ptrdiff_t r = 0; r < count(); ++r) out.push_back(of(r));
    return out;
}

Regions make_regions(std::span<const double> labels, std::span<const double> masked, std::ptrdiff_t regions) {
    check(labels, regions);
    const auto largest = static_cast<std::ptrdiff_t>(*std::max_element(labels.begin(), labels.end()));
    const auto good = good_pixels(labels.size(), masked);
    Regions out;
    out.begin.assign(static_cast<std::size_t>(regions > 0 ? regions : largest) + 1, 0);
    const auto for_pixels = [&](const auto& f) {
        for (std::size_t p = 0; p < labels.size(); ++p)
            if (labels[p] > 0 && good[p]) f(p, static_cast<std::size_t>(labels[p]));
    };
    for_pixels([&](std::size_t, std::size_t label) { ++out.begin[label]; });
    for (std::size_t r = 1; r < out.begin.size(); ++r) out.begin[r] += out.begin[r - 1];
    auto next = out.begin;
    out.pixels.resize(static_cast<std::size_t>(out.begin.back()));
    for_pixels([&](std::size_t p, std::size_t label) {
        out.pixels[static_cast<std::size_t>(next[label - 1]++)] = static_cast<std::int32_t>(p);
    });
    return out;
}

}  // namespace sluice::two_time_correlation
