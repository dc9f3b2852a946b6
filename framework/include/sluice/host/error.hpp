// SPDX-License-Identifier: BSD-3-Clause
// The one family of errors of sluice: each kind is a stage at which a user can act.
#pragma once

#include <stdexcept>
#include <string>

namespace sluice {

/// The stage that failed. The numbers are the exit codes of the program.
enum class ErrorKind : int {
    internal = 1,   ///< a defect of sluice itself
    recipe = 2,     ///< the recipe, or what it asks of a plugin
    plugin = 3,     ///< a plugin cannot be loaded or broke its contract
    data = 4,       ///< an input file or its values
    quality = 5,    ///< a check of the recipe on its results failed
    drift = 6,      ///< a replay differs from the kept result
    memory = 7,     ///< the plan does not fit into the memory granted
    output = 8,     ///< the result cannot be written
    interrupted = 130
};

/// An error with the sentence for the user: where, what we got, what is needed, what to do.
class Error : public std::runtime_error {
public:
    Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
    [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
    [[nodiscard]] int exit_code() const noexcept { return static_cast<int>(kind_); }

private:
    ErrorKind kind_;
};

}  // namespace sluice
