// SPDX-License-Identifier: BSD-3-Clause
// The plugin SDK: write a class with the few functions of its kind, then SLUICE_PLUGIN(TheClass). Header-only.
//
//   class Doubling : public sluice::sdk::Map {
//   public:
//       explicit Doubling(const sluice::sdk::Setup& setup) : factor_(setup.parameters().number("factor")) {}
//       void run(const sluice::sdk::Item& item) const { … }
//   };
//   SLUICE_PLUGIN(Doubling)
//
// The object is the prepared state: made once per step, shared by all threads, never changed.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <sluice/sdk/block.hpp>

namespace sluice::sdk {

// ---- the kinds, as base classes -------------------------------------------------------------------------------------

class Setup;
class Probe;

// The empty functions stand in for those that a class leaves out. One of the same name hides them, so that one that is
// private, not static or of another signature is an error of the compiler, and not silently none.

/// outputs of a loop item from its inputs. The class offers `void run(const Item&) const` or `void run(const Block&) const`
/// (neither, when every output is a selection); optionally `static void probe(const Probe&)`.
struct Map {
    static constexpr std::int32_t kind = SLUICE_MAP;
    struct Nothing {};
    static void probe(const Probe&) {}
    void run(Nothing) const {}
};
/// A mergeable state over one loop dimension, in flat memory. The class offers `static std::int64_t state_bytes(const Setup&)`,
/// its size; init(State), add(const Block&, State), merge(State into, ConstState from), finish(ConstState, const Item& out),
/// all const; optionally `static void probe(const Probe&)`.
struct Reduce {
    static constexpr std::int32_t kind = SLUICE_REDUCE;
    static void probe(const Probe&) {}
};
/// The class offers `static void probe(const Probe&)` (describe without reading), `void fetch(const Context&, const Box&)`,
/// or `std::unique_ptr<Ticket> fetch(…)` with `void decode(const Context&, Ticket&, const Box&)`.
struct Source {
    static constexpr std::int32_t kind = SLUICE_SOURCE;
};
/// The class offers `void begin(const std::string& path, const Setup& arrays)`, `void write(const Context&, std::int32_t array,
/// const Box&)`, `void end(const Context&, std::string_view provenance_json)` and `void abandon()`.
struct Sink {
    static constexpr std::int32_t kind = SLUICE_SINK;
};

using State = std::span<std::byte>;
using ConstState = std::span<const std::byte>;

// ---- what their functions are handed ----------------------------------------------------------------------------------

/// For the constructor: parameters and the inputs' descriptions (static inputs with their values).
class Setup {
public:
    Setup(const Context& context, std::int32_t n_in, const sluice_description* const* in)
        : context_(context), in_(in, in + n_in) {}

    [[nodiscard]] const Context& context() const { return context_; }
    [[nodiscard]] Parameters parameters() const { return Parameters(context_); }
    [[nodiscard]] InputDescription input(std::string_view port) const {
        for (const auto* each : in_)
            if (to_view(context_.host().name(each)) == port) return {context_, each};
        throw ContractError("plugin.json declares no input '" + std::string(port) + "'");
    }
    /// All inputs in plugin.json's order (a sink: one per kept array).
    [[nodiscard]] std::vector<InputDescription> inputs() const {
        std::vector<InputDescription> all;
        for (const auto* each : in_) all.emplace_back(context_, each);
        return all;
    }

private:
    Context context_;
    std::vector<const sluice_description*> in_;
};

/// For probe: Setup, the outputs to describe, and what the plugin needs while it runs.
class Probe : public Setup {
public:
    Probe(const Context& context, std::int32_t n_in, const sluice_description* const* in, std::int32_t n_out,
          sluice_description* const* out, sluice_needs* needs)
        : Setup(context, n_in, in), out_(out, out + n_out), needs_(needs) {}

    [[nodiscard]] OutputDescription output(std::string_view port) const {
        for (auto* each : out_)
            if (to_view(context().host().name(each)) == port) return {context(), each};
        throw ContractError("plugin.json declares no output '" + std::string(port) + "'");
    }
    void needs_scratch(std::int64_t bytes) const { needs_->scratch_bytes = bytes; }
    void needs_prepared(std::int64_t bytes) const { needs_->prepared_bytes = bytes; }
    void needs_decode(std::int64_t bytes_per_item) const { needs_->decode_bytes = bytes_per_item; }

private:
    std::vector<sluice_description*> out_;
    sluice_needs* needs_;
};

/// A box of an array: start and count per dimension, and its values (packed, C order): a source fills it, a sink reads it.
class Box {
public:
    explicit Box(const sluice_box* box) : box_(box) {}

    [[nodiscard]] std::span<const std::int64_t> start() const { return {box_->start, static_cast<std::size_t>(box_->rank)}; }
    [[nodiscard]] std::span<const std::int64_t> count() const { return {box_->count, static_cast<std::size_t>(box_->rank)}; }
    [[nodiscard]] std::int64_t size() const {
        std::int64_t product = 1;
        for (const auto each : count()) product *= each;
        return product;
    }
    [[nodiscard]] void* data() const { return box_->values; }
    template <class T>
    [[nodiscard]] std::span<T> values() const {
        return {static_cast<T*>(box_->values), static_cast<std::size_t>(size())};
    }
    [[nodiscard]] std::span<double> variances() const {
        return box_->variances ? std::span(box_->variances, static_cast<std::size_t>(size())) : std::span<double>();
    }
    /// The mask that rides with the data (a source: the box of the mask's own dimensions); null when there is none.
    [[nodiscard]] std::uint8_t* mask() const { return box_->mask; }

private:
    const sluice_box* box_;
};

// ---- from class to C table --------------------------------------------------------------------------------------------

namespace detail {

inline std::int32_t report(const Context& context, std::int32_t error, std::int64_t item, const char* message) {
    context.host().fail(context.handle(), error, item, to_text(message));
    return error;
}

/// Runs f; turns whatever it throws into a report to the host. Nothing passes the C boundary. `otherwise` is whose fault a
/// plain std::exception is: the data's, or, in a sink, the output's.
template <class F>
std::int32_t guarded(const Context& context, std::int64_t item, const F& f, std::int32_t otherwise = SLUICE_ERROR_DATA) noexcept {
    try {
        f();
        return 0;
    } catch (const Reported&) {
        return SLUICE_ERROR_PLUGIN;
    } catch (const Cancelled& error) {
        return report(context, SLUICE_ERROR_INTERRUPTED, item, error.what());
    } catch (const ItemError& error) {
        return report(context, SLUICE_ERROR_DATA, error.item, error.what());
    } catch (const RecipeError& error) {
        return report(context, SLUICE_ERROR_RECIPE, item, error.what());
    } catch (const ContractError& error) {
        return report(context, SLUICE_ERROR_PLUGIN, item, error.what());
    } catch (const std::invalid_argument& error) {  // kernels: an argument that comes from a parameter
        return report(context, SLUICE_ERROR_RECIPE, item, error.what());
    } catch (const std::bad_alloc&) {
        return report(context, SLUICE_ERROR_INTERNAL, item, "out of memory");
    } catch (const std::exception& error) {
        return report(context, otherwise, item, error.what());
    } catch (...) {
        return report(context, SLUICE_ERROR_PLUGIN, item, "the plugin threw something that is no std::exception");
    }
}

template <class P>
const P& self(const void* state) { return *static_cast<const P*>(state); }

template <class P>
concept HasProbe = requires(const Probe& probe) { P::probe(probe); };
template <class P>
concept RunsItems = requires(const P& p, const Item& item) { p.run(item); };
template <class P>
concept RunsBlocks = requires(const P& p, const Block& block) { p.run(block); };
template <class P>
concept RunsNothing = requires(const P& p) { p.run(Map::Nothing{}); };
template <class P>
concept Decodes = requires { typename P::Ticket; };

template <class P>
std::int32_t probe(sluice_context* handle, const sluice_host* host, std::int32_t n_in, const sluice_description* const* in,
                   std::int32_t n_out, sluice_description* const* out, sluice_needs* needs) {
    const Context context(handle, host);
    return guarded(context, -1, [&] {
        const Probe described(context, n_in, in, n_out, out, needs);
        P::probe(described);
        if constexpr (P::kind == SLUICE_REDUCE) needs->state_bytes = P::state_bytes(described);
    });
}

template <class P>
std::int32_t prepare(sluice_context* handle, const sluice_host* host, std::int32_t n_in,
                     const sluice_description* const* in, void** state) {
    const Context context(handle, host);
    return guarded(context, -1, [&] { *state = new P(Setup(context, n_in, in)); });
}

template <class P>
void destroy(void* state) { delete static_cast<P*>(state); }

template <class P>
std::int32_t run(const void* state, sluice_context* handle, const sluice_host* host, const sluice_block* raw) {
    const Context context(handle, host);
    const Block block(context, raw);
    if constexpr (RunsBlocks<P>) {
        return guarded(context, -1, [&] { self<P>(state).run(block); });
    } else {
        for (std::int64_t i = 0; i < raw->items; ++i) {
            if (const auto status = guarded(context, i, [&] { self<P>(state).run(Item(block, i)); })) return status;
            if (context.cancelled()) return report(context, SLUICE_ERROR_INTERRUPTED, -1, "cancelled");
        }
        return 0;
    }
}

/// A reduce and the size of its states: the same call gave it to the host, which makes their memory.
template <class P>
struct SizedReduce {
    explicit SizedReduce(const Setup& setup) : object(setup), state_bytes(static_cast<std::size_t>(P::state_bytes(setup))) {}
    P object;
    std::size_t state_bytes;
};

template <class P>
struct ReduceTable {
    static const P& reduce(const void* state) { return self<SizedReduce<P>>(state).object; }
    static std::size_t bytes(const void* state) { return self<SizedReduce<P>>(state).state_bytes; }
    static std::int32_t init(const void* state, sluice_context* handle, const sluice_host* host, void* sums) {
        return guarded(Context(handle, host), -1,
                       [&] { reduce(state).init(State(static_cast<std::byte*>(sums), bytes(state))); });
    }
    static std::int32_t add(const void* state, sluice_context* handle, const sluice_host* host, const sluice_block* block,
                            void* sums) {
        const Context context(handle, host);
        return guarded(context, -1, [&] {
            reduce(state).add(Block(context, block), State(static_cast<std::byte*>(sums), bytes(state)));
        });
    }
    static std::int32_t merge(const void* state, sluice_context* handle, const sluice_host* host, void* into,
                              const void* from) {
        return guarded(Context(handle, host), -1, [&] {
            reduce(state).merge(State(static_cast<std::byte*>(into), bytes(state)),
                                 ConstState(static_cast<const std::byte*>(from), bytes(state)));
        });
    }
    static std::int32_t finish(const void* state, sluice_context* handle, const sluice_host* host, const void* sums,
                               const sluice_block* block) {
        const Context context(handle, host);
        return guarded(context, -1, [&] {
            reduce(state).finish(ConstState(static_cast<const std::byte*>(sums), bytes(state)),
                                  Item(Block(context, block), 0));
        });
    }
};

template <class P>
struct SourceTable {
    static std::int32_t fetch(void* state, sluice_context* handle, const sluice_host* host, const sluice_box* box,
                              void** ticket) {
        const Context context(handle, host);
        return guarded(context, -1, [&] {
            auto& source = *static_cast<P*>(state);
            if constexpr (Decodes<P>) *ticket = source.fetch(context, Box(box)).release();
            else source.fetch(context, Box(box));
        });
    }
    static std::int32_t decode(void* state, sluice_context* handle, const sluice_host* host, void* ticket,
                               const sluice_box* box) {
        const Context context(handle, host);
        return guarded(context, -1, [&] {
            if constexpr (Decodes<P>) {
                const std::unique_ptr<typename P::Ticket> own(static_cast<typename P::Ticket*>(ticket));
                static_cast<const P*>(state)->decode(context, *own, Box(box));
            }
        });
    }
    static void discard(void*, void* ticket) {
        if constexpr (Decodes<P>) delete static_cast<typename P::Ticket*>(ticket);
    }
};

template <class P>
struct SinkTable {
    static std::int32_t begin(void* state, sluice_context* handle, const sluice_host* host, sluice_text path,
                              std::int32_t n_in, const sluice_description* const* in) {
        const Context context(handle, host);
        return guarded(context, -1,
                       [&] { static_cast<P*>(state)->begin(std::string(to_view(path)), Setup(context, n_in, in)); }, SLUICE_ERROR_OUTPUT);
    }
    static std::int32_t write(void* state, sluice_context* handle, const sluice_host* host, std::int32_t port,
                              const sluice_box* box) {
        const Context context(handle, host);
        return guarded(context, -1, [&] { static_cast<P*>(state)->write(context, port, Box(box)); }, SLUICE_ERROR_OUTPUT);
    }
    static std::int32_t end(void* state, sluice_context* handle, const sluice_host* host, sluice_text provenance) {
        const Context context(handle, host);
        return guarded(context, -1, [&] { static_cast<P*>(state)->end(context, to_view(provenance)); }, SLUICE_ERROR_OUTPUT);
    }
    static void abandon(void* state) {
        try {
            static_cast<P*>(state)->abandon();
        } catch (...) {  // nothing is kept; the host removes the file
        }
    }
};

template <class P>
sluice_plugin table(const char* id, const char* version) {
    sluice_plugin out{};
    out.size = static_cast<std::int32_t>(sizeof(sluice_plugin));
    out.abi_major = SLUICE_ABI_MAJOR;
    out.abi_minor = SLUICE_ABI_MINOR;
    out.kind = P::kind;
    out.id = to_text(id);
    out.version = to_text(version);
    static_assert(P::kind == SLUICE_SINK || HasProbe<P>,
                  "probe must be public: static void probe(const Probe&); a source cannot do without one");
    if constexpr (HasProbe<P>) out.probe = probe<P>;
    out.prepare = prepare<P>;
    out.destroy = destroy<P>;
    if constexpr (P::kind == SLUICE_MAP) {
        static_assert(RunsItems<P> || RunsBlocks<P> || RunsNothing<P>,
                      "run must be public: void run(const Item&) const, or void run(const Block&) const");
        if constexpr (RunsItems<P> || RunsBlocks<P>) out.run = run<P>;
    } else if constexpr (P::kind == SLUICE_REDUCE) {
        static_assert(requires(const P& p, const Setup& setup, State state, ConstState done, const Block& block, const Item& item) {
            { P::state_bytes(setup) } -> std::convertible_to<std::int64_t>;
            p.init(state);
            p.add(block, state);
            p.merge(state, done);
            p.finish(done, item);
        }, "a reduce must offer, all public: static std::int64_t state_bytes(const Setup&), and const init(State), add(const Block&, "
           "State), merge(State into, ConstState from), finish(ConstState, const Item&)");
        out.prepare = prepare<SizedReduce<P>>;
        out.destroy = destroy<SizedReduce<P>>;
        out.init = ReduceTable<P>::init;
        out.add = ReduceTable<P>::add;
        out.merge = ReduceTable<P>::merge;
        out.finish = ReduceTable<P>::finish;
    } else if constexpr (P::kind == SLUICE_SOURCE) {
        out.fetch = SourceTable<P>::fetch;
        out.decode = SourceTable<P>::decode;
        out.discard = SourceTable<P>::discard;
    } else {
        out.begin = SinkTable<P>::begin;
        out.write = SinkTable<P>::write;
        out.end = SinkTable<P>::end;
        out.abandon = SinkTable<P>::abandon;
    }
    return out;
}

}  // namespace detail
}  // namespace sluice::sdk

#if !defined(SLUICE_PLUGIN_ID) || !defined(SLUICE_PLUGIN_VERSION)
#error "build plugins with sluice_add_plugin(): it embeds plugin.json and defines SLUICE_PLUGIN_ID and SLUICE_PLUGIN_VERSION from it"
#endif

/// Exports the plugin: once, at namespace scope.
#define SLUICE_PLUGIN(Class)                                                                                 \
    extern "C" __attribute__((visibility("default"))) const sluice_plugin* sluice_plugin_entry(void) {      \
        static const sluice_plugin table =                                                                   \
            ::sluice::sdk::detail::table<Class>(SLUICE_PLUGIN_ID, SLUICE_PLUGIN_VERSION);                    \
        return &table;                                                                                       \
    }
