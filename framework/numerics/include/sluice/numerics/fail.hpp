// SPDX-License-Identifier: BSD-3-Clause
// Throws an exception whose sentence is put together from words and numbers.
#pragma once

#include <sstream>

namespace sluice::numerics {

/// fail<std::domain_error>("scale = ", scale, ", must be at least 0."): numbers are written with up to 12 digits.
template <class Exception, class... Words>
[[noreturn]] void fail(const Words&... words) {
    std::ostringstream text;
    text.precision(12);
    (text << ... << words);
    throw Exception(text.str());
}

}  // namespace sluice::numerics
