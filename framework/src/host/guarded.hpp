// SPDX-License-Identifier: BSD-3-Clause
// Functions of the host table, made safe to call through a plugin's C frames: nothing is thrown through them.
#pragma once

#include <type_traits>

#include "host/boundary.hpp"

namespace sluice {

/// What was just caught, kept where the host looks when the plugin has returned: of a call, call_plugin; of an output's
/// description, the planner.
void note_exception(sluice_context* context);
void note_exception(const sluice_description* description);

/// Guarded<f>::call is f. When f throws, the plugin gets -1 of a context's function, and nothing of a description's.
template <auto function>
struct Guarded;
template <class Result, class Handle, class... Arguments, Result (*function)(Handle*, Arguments...)>
struct Guarded<function> {
    static Result call(Handle* handle, Arguments... arguments) noexcept {
        try {
            return function(handle, arguments...);
        } catch (...) {
            note_exception(handle);
        }
        if constexpr (std::is_void_v<Result>) return;
        else if constexpr (std::is_same_v<Handle, sluice_context>) return -1;
        else return {};
    }
};

}  // namespace sluice
