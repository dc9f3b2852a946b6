// SPDX-License-Identifier: BSD-3-Clause
// A map that does nothing, written without the SDK's classes; the definitions of its build give it one defect.
#include <array>
#include <cstddef>
#include <cstdint>

#include <sluice/sdk/abi.h>

#ifndef TRIAL_ABI_MAJOR
#define TRIAL_ABI_MAJOR SLUICE_ABI_MAJOR
#endif
#ifndef TRIAL_ABI_MINOR
#define TRIAL_ABI_MINOR SLUICE_ABI_MINOR
#endif
#ifndef TRIAL_SIZE
#define TRIAL_SIZE sizeof(sluice_plugin)
#endif
#ifndef TRIAL_CODE_ID
#define TRIAL_CODE_ID TRIAL_ID
#endif
#ifndef TRIAL_CODE_VERSION
#define TRIAL_CODE_VERSION "1.2.3"
#endif
#ifndef TRIAL_KIND
#define TRIAL_KIND SLUICE_MAP
#endif
#ifndef TRIAL_RUN
#define TRIAL_RUN run
#endif
#ifndef TRIAL_SELECTS
#define TRIAL_SELECTS "false"
#endif
#ifndef TRIAL_ENTRY
#define TRIAL_ENTRY sluice_plugin_entry
#endif

#ifdef TRIAL_CALLS
extern "C" void TRIAL_CALLS();
#endif

namespace {

template <std::size_t n>
constexpr std::array<char, n - 1> without_terminator(const char (&text)[n]) {
    std::array<char, n - 1> bytes{};
    for (std::size_t i = 0; i + 1 < n; ++i) bytes[i] = text[i];
    return bytes;
}

__attribute__((section(SLUICE_MANIFEST_SECTION), used)) constexpr auto manifest = without_terminator(
    R"json({"id": ")json" TRIAL_ID R"json(", "version": "1.2.3", "kind": "map", "summary": "Hands its input on.",
        "selects": )json" TRIAL_SELECTS R"json(,
        "citations": [{"doi": "10.1000/trial", "text": "Nobody (2000)"}],
        "inputs": {"data": {"core": ["x"], "unit": "like:1/nm", "summary": "Any curve."}},
        "outputs": {"data": {"core": ["x"], "unit": "unit(data)"}},
        "parameters": {"type": "object", "required": ["width"], "properties": {
            "width": {"type": "number", "unit": "nm", "exclusiveMinimum": 0, "per_item": true, "description": "Of the window."},
            "mode": {"type": "string", "enum": ["mean", "a|b"], "default": "mean", "description": "What is taken."},
            "range": {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 2, "maxItems": 2, "default": [0, 1], "description": "Two ends."},
            "share": {"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 1, "default": null, "description": "Of all; null: none."},
            "level": {"type": "integer", "minimum": 1, "maximum": 9, "default": 4, "description": "Effort."}}}})json");

template <class T>
sluice_text text(const T& literal) {
    return {literal, sizeof literal - 1};
}

[[maybe_unused]] std::int32_t prepare(sluice_context*, const sluice_host*, std::int32_t, const sluice_description* const*, void** state) {
#ifdef TRIAL_CALLS
    TRIAL_CALLS();
#endif
    *state = nullptr;
    return 0;
}
[[maybe_unused]] void destroy(void*) {}
[[maybe_unused]] std::int32_t run(const void*, sluice_context*, const sluice_host*, const sluice_block*) { return 0; }

}  // namespace

extern "C" __attribute__((visibility("default"))) const sluice_plugin* TRIAL_ENTRY() {
#ifdef TRIAL_NULL
    return nullptr;
#else
    static const sluice_plugin table = [] {
        sluice_plugin out{};
        out.size = static_cast<std::int32_t>(TRIAL_SIZE);
        out.abi_major = TRIAL_ABI_MAJOR;
        out.abi_minor = TRIAL_ABI_MINOR;
        out.kind = TRIAL_KIND;
        out.id = text(TRIAL_CODE_ID);
        out.version = text(TRIAL_CODE_VERSION);
        out.prepare = prepare;
        out.destroy = destroy;
        out.run = TRIAL_RUN;
        return out;
    }();
    return &table;
#endif
}
