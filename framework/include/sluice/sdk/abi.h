/* SPDX-License-Identifier: BSD-3-Clause
 * The boundary between host and plugin: plain C, sizes first, no memory for the other side to free.
 *
 * A plugin exports one function, sluice_plugin_entry(). The host reads the embedded plugin.json before it calls anything.
 * Every table begins with its size in bytes; a later minor version only appends. Text is UTF-8 and not terminated.
 * A function that returns int returns 0 for success; before it returns anything else it calls host->fail().
 * No C++ exception may cross. Plugin authors use plugin.hpp, which keeps all of this.
 */
#ifndef SLUICE_SDK_ABI_H
#define SLUICE_SDK_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_ABI_MAJOR 1
#define SLUICE_ABI_MINOR 0
#define SLUICE_ENTRY_SYMBOL "sluice_plugin_entry"
#define SLUICE_MANIFEST_SECTION ".sluice.manifest"

typedef struct sluice_text { const char* data; int64_t size; } sluice_text;

enum sluice_dtype {
    SLUICE_FLOAT64 = 1, SLUICE_FLOAT32 = 2,
    SLUICE_INT8 = 3, SLUICE_INT16 = 4, SLUICE_INT32 = 5, SLUICE_INT64 = 6,
    SLUICE_UINT8 = 7, SLUICE_UINT16 = 8, SLUICE_UINT32 = 9, SLUICE_UINT64 = 10,
    SLUICE_BOOLEAN = 11,     /* one byte, 0 or 1 */
    SLUICE_COMPLEX128 = 12,
    SLUICE_STRING = 13       /* labels; never streamed */
};

enum sluice_kind { SLUICE_SOURCE = 1, SLUICE_MAP = 2, SLUICE_REDUCE = 3, SLUICE_SINK = 4 };

/* Who must act on an error. The numbers are the exit codes of the program. */
enum sluice_error {
    SLUICE_ERROR_INTERNAL = 1, SLUICE_ERROR_RECIPE = 2, SLUICE_ERROR_PLUGIN = 3, SLUICE_ERROR_DATA = 4,
    SLUICE_ERROR_OUTPUT = 8, SLUICE_ERROR_INTERRUPTED = 130
};

enum sluice_log_level { SLUICE_LOG_DEBUG = 0, SLUICE_LOG_INFO = 1, SLUICE_LOG_WARNING = 2 /* kept with the result */ };

typedef struct sluice_context sluice_context;          /* the host's, one per call */
typedef struct sluice_description sluice_description;  /* the host's: an array without its values */

/* A whole small array, C order: a coordinate, a static input. Owned by whoever handed it over, for the call. */
typedef struct sluice_array {
    int32_t dtype;
    int32_t rank;
    const sluice_text* dims;   /* [rank] names */
    const int64_t* shape;      /* [rank] */
    const void* values;        /* sluice_text[] when dtype is SLUICE_STRING */
    sluice_text unit;
    int32_t edges;             /* coordinates: 1 when these are bin edges */
} sluice_array;

/* ---- what the host offers --------------------------------------------------------------------------------------- */

typedef struct sluice_host {
    int32_t size;
    int32_t abi_major, abi_minor;

    /* item: the loop item of the block that failed, counted from its first, or -1. */
    void (*fail)(sluice_context*, int32_t error, int64_t item, sluice_text message);
    void (*log)(sluice_context*, int32_t level, sluice_text message);
    int32_t (*cancelled)(sluice_context*);
    /* A value chosen at run time (a range taken from the data): kept with the step. value: JSON. */
    void (*resolved)(sluice_context*, sluice_text name, sluice_text value);
    /* 1 when the recipe keeps this output, checks it or hands it to a step: what nobody wants need not be computed.
     * Of use while data flows; not for the prepared state, which steps share. */
    int32_t (*output_wanted)(sluice_context*, sluice_text port);
    /* A file that this step reads: the host takes its fingerprint. */
    void (*uses_file)(sluice_context*, sluice_text path);
    /* Calls f(data, 0) … f(data, n-1) on any of the host's threads and waits. The partition is n: choose it from the
     * shape of the item alone. f must not throw. */
    void (*parallel_for)(sluice_context*, int64_t n, void (*f)(void* data, int64_t i), void* data);
    /* The process-wide lock for HDF5 and other libraries of global state; may be taken again by its holder.
     * The host holds it around fetch and around every sink call. */
    void (*io_lock)(sluice_context*);
    void (*io_unlock)(sluice_context*);

    /* Parameters, checked against plugin.json and completed by its defaults.
     * 1: *out is set; 0: null or absent; -1: not of this type or not declared (fail() was called). */
    int32_t (*number)(sluice_context*, sluice_text name, sluice_text unit /* {0,0}: as declared */, double* out);
    int32_t (*numbers)(sluice_context*, sluice_text name, sluice_text unit, const double** out, int64_t* count);
    int32_t (*integer)(sluice_context*, sluice_text name, int64_t* out);
    int32_t (*boolean)(sluice_context*, sluice_text name, int32_t* out);
    int32_t (*text)(sluice_context*, sluice_text name, sluice_text* out);
    int32_t (*json)(sluice_context*, sluice_text name, sluice_text* out); /* any value, as JSON text */

    /* Reading a description. Ports: the core part only, core dims under the plugin's own names. */
    int32_t (*present)(const sluice_description*);                /* 0: an optional input that is not connected */
    sluice_text (*name)(const sluice_description*);               /* of the port */
    sluice_text (*label)(const sluice_description*);              /* of the array (a sink: what the user calls it; else the port) */
    int32_t (*dtype)(const sluice_description*);
    sluice_text (*unit)(const sluice_description*);
    int32_t (*variances)(const sluice_description*);
    int32_t (*rank)(const sluice_description*);
    sluice_text (*dim_name)(const sluice_description*, int32_t dim);   /* empty past the last */
    int64_t (*dim_size)(const sluice_description*, int32_t dim);       /* -1 past the last */
    /* Size along a loop dimension (what a reduce runs over), or -1 when it has no such dimension. */
    int64_t (*loop_size)(const sluice_description*, sluice_text dim);
    /* 1 and *out when it has such a coordinate that is the same for every loop item. */
    int32_t (*coordinate)(const sluice_description*, sluice_text name, sluice_array* out);
    /* 1 and *out when it has such a coordinate at all, in the unit in which items will get it. */
    int32_t (*coordinate_unit)(const sluice_description*, sluice_text name, sluice_text* out);
    /* 1 and *out when the whole value is known: static inputs. */
    int32_t (*values)(const sluice_description*, sluice_array* out);
    int32_t (*fact_number)(const sluice_description*, sluice_text name, double* out, sluice_text* unit);
    int32_t (*fact_text)(const sluice_description*, sluice_text name, sluice_text* out);
    int32_t (*fact_boolean)(const sluice_description*, sluice_text name, int32_t* out);
    /* The i-th of its coordinates, facts, masks: 1, or 0 past the last. Sinks see whole arrays, loop dims included.
     * A mask that rides with the data has null values. Inputs of other plugins have one mask at most: all of theirs united,
     * over the core dims, when it holds for every item. */
    int32_t (*coordinate_at)(const sluice_description*, int32_t i, sluice_text* name, sluice_array* out);
    int32_t (*fact_at)(const sluice_description*, int32_t i, sluice_text* name, int32_t* dtype /* of what to ask for */);
    int32_t (*mask_at)(const sluice_description*, int32_t i, sluice_text* name, sluice_array* out);
    /* The i-th dimension along which its variances are not independent. */
    int32_t (*correlated_at)(const sluice_description*, int32_t i, sluice_text* dim);
    /* factor with value_in(to) = factor * value_in(from); 0 when not convertible. */
    double (*unit_factor)(sluice_text from, sluice_text to);

    /* Writing a description (outputs, in probe only). Prefilled from plugin.json and the inputs. */
    void (*set_dims)(sluice_description*, int32_t rank, const sluice_text* names, const int64_t* shape);
    void (*set_label)(sluice_description*, sluice_text name);
    void (*set_dtype)(sluice_description*, int32_t dtype);
    void (*set_unit)(sluice_description*, sluice_text unit);
    void (*set_variances)(sluice_description*, int32_t present);
    void (*set_coordinate)(sluice_description*, sluice_text name, const sluice_array*);
    void (*drop_coordinate)(sluice_description*, sluice_text name);
    /* A mask known now (values: SLUICE_BOOLEAN), or, with values->values null, one that rides with the data over
     * the dims named. */
    void (*set_mask)(sluice_description*, sluice_text name, const sluice_array*);
    /* The variances of this output are not independent along one of its dims. */
    void (*set_correlated_over)(sluice_description*, sluice_text dim);
    void (*set_fact_number)(sluice_description*, sluice_text name, double value, sluice_text unit);
    void (*set_fact_text)(sluice_description*, sluice_text name, sluice_text value);
    void (*set_fact_boolean)(sluice_description*, sluice_text name, int32_t value);
    void (*drop_fact)(sluice_description*, sluice_text name);
    /* This output is a part of the one input: elements begin, begin+step, … of dimension dim. The host does it. */
    void (*select)(sluice_description*, sluice_text dim, int64_t begin, int64_t step, int64_t count);
} sluice_host;

/* ---- what is handed to a plugin while data flows ------------------------------------------------------------------ */

/* One value, span or image per loop item: `items` points at the first item of the block; with a halo, items[-1],
 * items[-2] … and items[n], items[n+1] … are its neighbours, null where the dimension ends. Null for an unconnected port.
 * All items of a broadcast input point at the same memory. Core elements are contiguous in C order. */
typedef struct sluice_items {
    const void* const* values;
    const double* const* variances;  /* null without variances */
    const uint8_t* const* mask;      /* null without masks; masks united; nonzero: leave out */
} sluice_items;

typedef struct sluice_coordinate_items {
    sluice_text name;
    const double* const* values;     /* per item; a scalar per item when it sits on loop dimensions only; with halo */
    int64_t count;                   /* elements per item */
} sluice_coordinate_items;

typedef struct sluice_in {
    sluice_text name;                /* of the port, in plugin.json's order */
    int32_t dtype;
    int32_t rank;
    const sluice_text* dims;         /* [rank] core dims, the plugin's names */
    const int64_t* shape;            /* [rank] */
    int64_t count;                   /* elements per item */
    sluice_items items;
    int32_t n_coordinates;
    const sluice_coordinate_items* coordinates;   /* those that plugin.json declares for the port */
} sluice_in;

typedef struct sluice_out {
    sluice_text name;
    int32_t dtype;
    int32_t rank;
    const int64_t* shape;
    int64_t count;
    void* const* values;             /* per item, zeroed */
    double* const* variances;        /* null without variances */
    uint8_t* const* mask;            /* null unless plugin.json declares a mask */
} sluice_out;

/* A parameter that may differ from item to item, in the unit that plugin.json declares. */
typedef struct sluice_per_item {
    sluice_text name;
    const double* const* values;     /* per item, NaN where masked; null when absent */
    const double* const* variances;  /* null without; NaN where masked */
} sluice_per_item;

typedef struct sluice_block {
    int32_t size;
    int64_t items;                   /* loop items in this block */
    int64_t first;                   /* index of the first along the innermost loop dimension (a reduce: the one it is over) */
    int64_t total;                   /* size of that dimension; 1 without loop dimensions. The block of a map may go on into
                                      * the next row: item i is at (first + i) % total */
    int32_t n_in;   const sluice_in* in;
    int32_t n_out;  const sluice_out* out;
    int32_t n_per_item; const sluice_per_item* per_item;
    void* scratch;                   /* scratch_bytes of probe, aligned to 64, not zeroed; one per call at a time */
    int64_t scratch_bytes;
    int64_t halo_before, halo_after; /* how far before the first and beyond the last item the pointers of inputs go */
} sluice_block;

/* What probe declares besides its outputs. Zeroed by the host before the call. */
typedef struct sluice_needs {
    int32_t size;
    int64_t scratch_bytes;           /* per call of run or add */
    int64_t prepared_bytes;          /* of the prepared state, an upper estimate */
    int64_t state_bytes;             /* reduce: of one mergeable state: flat memory without pointers */
    int64_t decode_bytes;            /* source: memory between fetch and decode, per item of the leading dimension */
} sluice_needs;

/* A box of an array: start[i] … start[i]+count[i]-1 of each dimension, in the array's own order. A source fills it, a sink
 * reads it. */
typedef struct sluice_box {
    int32_t rank;
    const int64_t* start;
    const int64_t* count;
    void* values;                    /* packed, C order */
    double* variances;               /* null without */
    uint8_t* mask;                   /* null unless a mask rides with the data (a source: the box of the mask's own dims) */
} sluice_box;

/* ---- what a plugin offers -------------------------------------------------------------------------------------------- */

typedef struct sluice_plugin {
    int32_t size;
    int32_t abi_major, abi_minor;
    int32_t kind;
    sluice_text id, version;         /* as in plugin.json */

    /* Describes the outputs; for a source it may open files, but reads no bulk data. May be null for a map whose outputs
     * follow from plugin.json. */
    int32_t (*probe)(sluice_context*, const sluice_host*, int32_t n_in, const sluice_description* const* in,
                     int32_t n_out, sluice_description* const* out, sluice_needs* needs);
    /* Makes the immutable state that all threads share (a table, an open file); destroy() frees it. */
    int32_t (*prepare)(sluice_context*, const sluice_host*, int32_t n_in, const sluice_description* const* in, void** state);
    void (*destroy)(void* state);

    /* map: fills the outputs of a block. Called by several threads at once. */
    int32_t (*run)(const void* state, sluice_context*, const sluice_host*, const sluice_block*);

    /* reduce: sums is state_bytes of flat memory. */
    int32_t (*init)(const void* state, sluice_context*, const sluice_host*, void* sums);
    int32_t (*add)(const void* state, sluice_context*, const sluice_host*, const sluice_block*, void* sums);
    int32_t (*merge)(const void* state, sluice_context*, const sluice_host*, void* into, const void* from);
    int32_t (*finish)(const void* state, sluice_context*, const sluice_host*, const void* sums, const sluice_block*);

    /* source: fetch runs on one thread at a time under the I/O lock; either it fills the box, or it leaves a ticket that
     * decode turns into the box on any thread. A ticket that is not decoded is discarded; decode consumes it. */
    int32_t (*fetch)(void* state, sluice_context*, const sluice_host*, const sluice_box*, void** ticket);
    int32_t (*decode)(void* state, sluice_context*, const sluice_host*, void* ticket, const sluice_box*);
    void (*discard)(void* state, void* ticket);

    /* sink: begin opens `path` (temporary; the host renames it after end), write takes the boxes of a port (an index into
     * `in`) in order, provenance is the JSON of the run. abandon closes without keeping anything. */
    int32_t (*begin)(void* state, sluice_context*, const sluice_host*, sluice_text path, int32_t n_in,
                     const sluice_description* const* in);
    int32_t (*write)(void* state, sluice_context*, const sluice_host*, int32_t port, const sluice_box*);
    int32_t (*end)(void* state, sluice_context*, const sluice_host*, sluice_text provenance);
    void (*abandon)(void* state);
} sluice_plugin;

typedef const sluice_plugin* (*sluice_plugin_entry_function)(void);

#ifdef __cplusplus
}
#endif

#endif
