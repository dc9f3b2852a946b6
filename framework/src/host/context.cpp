// SPDX-License-Identifier: BSD-3-Clause
// The host's functions that a plugin calls with its context: errors, log, threads, lock, parameters.
#include "host/boundary.hpp"

#include <chrono>

#include <fmt/format.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "host/description_table.hpp"
#include "host/guarded.hpp"

namespace sluice {

std::recursive_mutex& io_mutex() {
    static std::recursive_mutex mutex;
    return mutex;
}

namespace {


void fail(sluice_context* context, std::int32_t error, std::int64_t item, sluice_text message) {
    const std::lock_guard lock(context->step->mutex);   // parallel_for's threads share the context
    context->failure = {error, item, std::string(view(message))};
}
std::int32_t refuse(sluice_context* context, const std::string& message) {
    fail(context, SLUICE_ERROR_PLUGIN, -1, text_of(message));
    return -1;
}

void log(sluice_context* context, std::int32_t level, sluice_text message) {
    if (level == SLUICE_LOG_DEBUG) return;
    auto& step = *context->step;
    const std::lock_guard lock(step.mutex);
    const std::string said(view(message));
    const bool warning = level == SLUICE_LOG_WARNING;
    if (warning) {  // the same sentence of ten thousand frames is kept once
        for (const auto& known : step.warnings)
            if (known == said) return;
        step.warnings.push_back(said);
    }
    if (!step.events) return;
    Event event;
    event.kind = warning ? Event::Kind::warning : Event::Kind::info;
    event.step = step.name;
    event.message = said;
    try {
        step.events(event);
    } catch (...) {   // of the embedding program: it goes around the plugin
        context->thrown = std::current_exception();
    }
}

std::int32_t cancelled(sluice_context* context) {
    const auto& step = *context->step;
    return (step.cancel && step.cancel->load(std::memory_order_relaxed)) || step.stop.load(std::memory_order_relaxed) ? 1 : 0;
}

void resolved(sluice_context* context, sluice_text name, sluice_text value) {
    auto json = Json::parse(view(value), nullptr, false);
    if (json.is_discarded()) {   // now, with the step's name, and not when the result is written
        refuse(context, fmt::format("the plugin resolved '{}' as '{}', which is no JSON (for not a number: null)", view(name),
                                    view(value)));
        return;
    }
    const std::lock_guard lock(context->step->mutex);
    context->step->resolved[std::string(view(name))] = std::move(json);
}

std::int32_t output_wanted(sluice_context* context, sluice_text port) {
    return context->step->wanted.contains(std::string(view(port))) ? 1 : 0;
}

void uses_file(sluice_context* context, sluice_text path) {
    const std::lock_guard lock(context->step->mutex);
    const std::filesystem::path file(std::string(view(path)));
    for (const auto& known : context->step->files)
        if (known == file) return;
    context->step->files.push_back(file);
}

void parallel_for(sluice_context*, std::int64_t n, void (*f)(void*, std::int64_t), void* data) {
    // Isolated: a worker that waits here must not pick up another block of the pipeline.
    tbb::this_task_arena::isolate([&] {
        tbb::parallel_for(Index{0}, n, [&](Index i) { f(data, i); }, tbb::simple_partitioner());
    });
}

void io_lock(sluice_context*) { io_mutex().lock(); }
void io_unlock(sluice_context*) { io_mutex().unlock(); }

// ---- parameters

/// The value of a parameter; null when absent; nothing (and a failure) when plugin.json does not declare it.
std::optional<Json> find(sluice_context* context, std::string_view name) {
    const auto& step = *context->step;
    const auto& properties = step.manifest->parameters.value("properties", Json::object());
    if (!properties.contains(name)) {
        refuse(context, fmt::format("the plugin asks for parameter '{}', which its plugin.json does not declare", name));
        return std::nullopt;
    }
    const auto value = step.parameters.find(name);
    return value == step.parameters.end() ? Json(nullptr) : *value;
}

std::string declared_unit(const sluice_context* context, std::string_view name) {
    return context->step->manifest->parameters["properties"][std::string(name)].value("unit", "1");
}

template <class F>
std::int32_t get(sluice_context* context, sluice_text name, const char* type, const F& take) {
    const auto value = find(context, view(name));
    if (!value) return -1;
    if (value->is_null()) return 0;
    if (take(*value)) return 1;
    return refuse(context, fmt::format("the plugin asks for parameter '{}' as {}, but its value is {}", view(name), type,
                                       value->dump()));
}

double unit_scale(const sluice_context* context, std::string_view name, sluice_text unit) {
    return unit.data ? Unit::parse(declared_unit(context, name)).factor_to(Unit::parse(view(unit))) : 1.0;
}

std::int32_t number(sluice_context* context, sluice_text name, sluice_text unit, double* out) {
    return get(context, name, "a number", [&](const Json& value) {
        if (!value.is_number()) return false;
        *out = value.get<double>() * unit_scale(context, view(name), unit);
        return true;
    });
}

std::int32_t numbers(sluice_context* context, sluice_text name, sluice_text unit, const double** out, std::int64_t* count) {
    return get(context, name, "a list of numbers", [&](const Json& value) {
        if (!value.is_array()) return false;
        const double scale = unit_scale(context, view(name), unit);
        std::vector<double> list;
        for (const auto& each : value) {
            if (!each.is_number()) return false;
            list.push_back(each.get<double>() * scale);
        }
        const std::lock_guard lock(context->step->mutex);
        const auto& kept = context->step->number_lists.emplace_back(std::move(list));
        *out = kept.data();
        *count = static_cast<Index>(kept.size());
        return true;
    });
}

std::int32_t integer(sluice_context* context, sluice_text name, std::int64_t* out) {
    return get(context, name, "an integer", [&](const Json& value) {
        if (!value.is_number_integer()) return false;
        *out = value.get<Index>();
        return true;
    });
}

std::int32_t boolean(sluice_context* context, sluice_text name, std::int32_t* out) {
    return get(context, name, "true or false", [&](const Json& value) {
        if (!value.is_boolean()) return false;
        *out = value.get<bool>() ? 1 : 0;
        return true;
    });
}

sluice_text keep(sluice_context* context, std::string text) {
    const std::lock_guard lock(context->step->mutex);
    return text_of(context->step->texts.emplace_back(std::move(text)));
}

std::int32_t text(sluice_context* context, sluice_text name, sluice_text* out) {
    return get(context, name, "a text", [&](const Json& value) {
        if (!value.is_string()) return false;
        *out = keep(context, value.get<std::string>());
        return true;
    });
}

std::int32_t json(sluice_context* context, sluice_text name, sluice_text* out) {
    return get(context, name, "JSON", [&](const Json& value) {
        *out = keep(context, value.dump());
        return true;
    });
}

sluice_host make_table() {
    sluice_host table{};
    table.size = static_cast<std::int32_t>(sizeof(sluice_host));
    table.abi_major = SLUICE_ABI_MAJOR;
    table.abi_minor = SLUICE_ABI_MINOR;
    table.fail = Guarded<fail>::call;
    table.log = Guarded<log>::call;
    table.cancelled = Guarded<cancelled>::call;
    table.resolved = Guarded<resolved>::call;
    table.output_wanted = Guarded<output_wanted>::call;
    table.uses_file = Guarded<uses_file>::call;
    table.parallel_for = Guarded<parallel_for>::call;
    table.io_lock = Guarded<io_lock>::call;
    table.io_unlock = Guarded<io_unlock>::call;
    table.number = Guarded<number>::call;
    table.numbers = Guarded<numbers>::call;
    table.integer = Guarded<integer>::call;
    table.boolean = Guarded<boolean>::call;
    table.text = Guarded<text>::call;
    table.json = Guarded<json>::call;
    fill_description_functions(table);
    return table;
}

}  // namespace

const sluice_host& host_table() {
    static const sluice_host table = make_table();
    return table;
}

void note_exception(sluice_context* context) {
    try {
        throw;
    } catch (const std::exception& error) {
        refuse(context, error.what());
    } catch (...) {
        refuse(context, "an unknown error of the host");
    }
}

void call_plugin(StepState& step, const std::function<std::int32_t(sluice_context&)>& call, const ItemName& name) {
    sluice_context context(step);
    const auto begin = std::chrono::steady_clock::now();
    const auto status = call(context);
    step.nanoseconds += std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begin).count();
    if (context.thrown) std::rethrow_exception(context.thrown);
    if (status == 0 && !context.failure) return;
    if (!context.failure)
        context.failure = {SLUICE_ERROR_PLUGIN, -1, fmt::format("the plugin failed with status {} without saying why", status)};
    const auto item = name && context.failure->item >= 0 ? name(context.failure->item) : std::string();
    throw Error(static_cast<ErrorKind>(context.failure->error),
                fmt::format("{}: {}{}{}", step.where, item, item.empty() ? "" : ": ", context.failure->message));
}

}  // namespace sluice
