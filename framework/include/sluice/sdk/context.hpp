// SPDX-License-Identifier: BSD-3-Clause
// What a plugin may ask of the host: parameters, logging, threads, the I/O lock.
#pragma once

#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/sdk/abi.h>

namespace sluice::sdk {

inline sluice_text to_text(std::string_view text) { return {text.data(), static_cast<std::int64_t>(text.size())}; }
inline std::string_view to_view(sluice_text text) {
    return text.size > 0 ? std::string_view(text.data, static_cast<std::size_t>(text.size)) : std::string_view();
}

/// What the recipe asks cannot be done: the user mends the recipe.
struct RecipeError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The plugin and its plugin.json (or host and plugin) disagree: the plugin's author mends the plugin.
struct ContractError : std::logic_error {
    using std::logic_error::logic_error;
};

/// Values that cannot be used, in one loop item of a block.
struct ItemError : std::runtime_error {
    ItemError(std::int64_t which, const std::string& message) : std::runtime_error(message), item(which) {}
    std::int64_t item;
};

/// The run was cancelled; leave by throwing this.
struct Cancelled : std::exception {
    const char* what() const noexcept override { return "cancelled"; }
};

/// Thrown after the host has already taken note of the reason.
struct Reported : std::exception {
    const char* what() const noexcept override { return "already reported"; }
};

/// A call of the host into the plugin. Valid during that call only.
class Context {
public:
    Context(sluice_context* context, const sluice_host* host) : context_(context), host_(host) {}

    void info(std::string_view message) const { host_->log(context_, SLUICE_LOG_INFO, to_text(message)); }
    /// For results that are right but need care; kept with the result.
    void warn(std::string_view message) const { host_->log(context_, SLUICE_LOG_WARNING, to_text(message)); }
    /// False when the recipe neither keeps this output nor checks it nor hands it to a step: it need not be computed.
    /// Ask while data flows (run, add, finish): the prepared object may be shared with a step that wants other outputs.
    [[nodiscard]] bool output_wanted(std::string_view port) const { return host_->output_wanted(context_, to_text(port)) != 0; }
    /// A value that was chosen at run time, kept with the step. `json`: 0.25, "text", [1, 2].
    void resolved(std::string_view name, std::string_view json) const {
        host_->resolved(context_, to_text(name), to_text(json));
    }
    void uses_file(std::string_view path) const { host_->uses_file(context_, to_text(path)); }

    [[nodiscard]] bool cancelled() const { return host_->cancelled(context_) != 0; }
    void throw_if_cancelled() const {
        if (cancelled()) throw Cancelled();
    }

    /// f(0) … f(n-1) on the host's threads; returns when all are done. Choose n from the item's shape alone: then the
    /// result has the same bits for any number of threads. The first exception of any f is thrown again here.
    template <class F>
    void parallel_for(std::int64_t n, const F& f) const {
        struct Work {
            const F& f;
            std::mutex mutex;
            std::exception_ptr failure;
        } work{f, {}, nullptr};
        host_->parallel_for(
            context_, n,
            [](void* data, std::int64_t i) {
                auto& mine = *static_cast<Work*>(data);
                try {
                    mine.f(i);
                } catch (...) {  // must not cross the C boundary: carried over it by hand
                    const std::lock_guard lock(mine.mutex);
                    if (!mine.failure) mine.failure = std::current_exception();
                }
            },
            &work);
        if (work.failure) std::rethrow_exception(work.failure);
    }

    /// Factor f with value_in(to) = f · value_in(from). Throws RecipeError when there is none.
    [[nodiscard]] double unit_factor(std::string_view from, std::string_view to) const {
        const double factor = host_->unit_factor(to_text(from), to_text(to));
        if (factor == 0) throw RecipeError("unit '" + std::string(from) + "' cannot be converted to '" + std::string(to) + "'");
        return factor;
    }

    [[nodiscard]] sluice_context* handle() const { return context_; }
    [[nodiscard]] const sluice_host& host() const { return *host_; }

private:
    sluice_context* context_;
    const sluice_host* host_;
};

/// Holds the process-wide I/O lock (HDF5 and other libraries with global state).
class IoLock {
public:
    explicit IoLock(const Context& context) : context_(context) { context_.host().io_lock(context_.handle()); }
    ~IoLock() { context_.host().io_unlock(context_.handle()); }
    IoLock(const IoLock&) = delete;
    IoLock& operator=(const IoLock&) = delete;

private:
    Context context_;
};

/// The parameters of the step: checked against plugin.json, defaults filled in, quantities in the declared unit
/// or in the one asked for. A name or type that plugin.json does not declare is an error of the plugin.
class Parameters {
public:
    explicit Parameters(const Context& context) : context_(context) {}

    [[nodiscard]] std::optional<double> optional_number(std::string_view name, std::string_view unit = {}) const {
        return get<double>(name, [&](double* out) { return host().number(handle(), to_text(name), to_text(unit), out); });
    }
    [[nodiscard]] double number(std::string_view name, std::string_view unit = {}) const {
        return need(optional_number(name, unit), name);
    }
    [[nodiscard]] std::vector<double> numbers(std::string_view name, std::string_view unit = {}) const {
        const double* first = nullptr;
        std::int64_t count = 0;
        check(host().numbers(handle(), to_text(name), to_text(unit), &first, &count));
        return {first, first + count};
    }
    [[nodiscard]] std::optional<std::int64_t> optional_integer(std::string_view name) const {
        return get<std::int64_t>(name, [&](std::int64_t* out) { return host().integer(handle(), to_text(name), out); });
    }
    [[nodiscard]] std::int64_t integer(std::string_view name) const { return need(optional_integer(name), name); }
    [[nodiscard]] bool boolean(std::string_view name) const {
        return need(get<std::int32_t>(name, [&](std::int32_t* out) { return host().boolean(handle(), to_text(name), out); }),
                    name) != 0;
    }
    [[nodiscard]] std::optional<std::string> optional_text(std::string_view name) const {
        const auto text =
            get<sluice_text>(name, [&](sluice_text* out) { return host().text(handle(), to_text(name), out); });
        return text ? std::optional<std::string>(to_view(*text)) : std::nullopt;
    }
    [[nodiscard]] std::string text(std::string_view name) const { return need(optional_text(name), name); }
    /// Any value, as JSON text; "null" when absent.
    [[nodiscard]] std::string json(std::string_view name) const {
        const auto text =
            get<sluice_text>(name, [&](sluice_text* out) { return host().json(handle(), to_text(name), out); });
        return text ? std::string(to_view(*text)) : "null";
    }

private:
    [[nodiscard]] const sluice_host& host() const { return context_.host(); }
    [[nodiscard]] sluice_context* handle() const { return context_.handle(); }

    static int check(std::int32_t status) {
        if (status < 0) throw Reported();
        return status;
    }
    template <class T, class F>
    std::optional<T> get(std::string_view, const F& ask) const {
        T value{};
        return check(ask(&value)) ? std::optional<T>(value) : std::nullopt;
    }
    template <class T>
    static T need(std::optional<T> value, std::string_view name) {
        if (!value) throw RecipeError("parameter '" + std::string(name) + "' is needed here, but has no value");
        return *value;
    }

    Context context_;
};

}  // namespace sluice::sdk
