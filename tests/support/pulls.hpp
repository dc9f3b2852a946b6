// SPDX-License-Identifier: BSD-3-Clause
// Whether stated errors are honest: (found - truth) / sigma over many seeds has mean 0 and width 1.
#pragma once

#include <cmath>
#include <string>

#include <doctest/doctest.h>

namespace sluice::test {

class Pulls {
public:
    void add(double pull) {
        sum_ += pull;
        squares_ += pull * pull;
        ++count_;
    }
    void add(double found, double truth, double variance) { add((found - truth) / std::sqrt(variance)); }
    /// Of a number with .value and .variance.
    template <class Estimate>
    void add(const Estimate& found, double truth) {
        add(found.value, truth, found.variance);
    }

    [[nodiscard]] double mean() const { return sum_ / count_; }
    [[nodiscard]] double width() const { return std::sqrt(squares_ / count_ - mean() * mean()); }

    /// Prints both. Of 400 seeds, 4 standard errors of the mean are 0.2, and of the width, 1/sqrt(800), 0.14.
    void check(const std::string& what) const {
        MESSAGE(what << ": mean pull " << mean() << ", width " << width());
        CHECK(std::abs(mean()) < 0.2);
        CHECK(width() > 0.85);
        CHECK(width() < 1.2);
    }

private:
    double sum_ = 0, squares_ = 0;
    int count_ = 0;
};

}  // namespace sluice::test
