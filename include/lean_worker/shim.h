/*
 * shim.h - the part of a child that is written in Lean, compiled.
 *
 * On a native Lean the shim is elaborated and interpreted at each start. A
 * toolchain that brings its own C compiler (bin/leanc) can make a shared
 * library of it, once; children are then started with that. Nothing is compiled
 * by surprise: lw_toolchain_compile_shim does it when it is called, and
 * workers that are made afterwards use what is there. Where nothing is, the
 * shim is interpreted, and this tells why.
 *
 *     lw_shim shim = LW_SHIM_INIT;
 *     rc = lw_toolchain_compile_shim(&shim, runtime, toolchain, NULL, &err);
 *
 * The library is kept below $XDG_CACHE_HOME/lean-worker/shim, in a folder of
 * this user's alone. It counts for this toolchain, as its files are now, and
 * this version of lean-worker; a changed file is not used.
 */
#ifndef LEAN_WORKER_SHIM_H
#define LEAN_WORKER_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lean_worker/cancel.h>
#include <lean_worker/error.h>
#include <lean_worker/runtime.h>
#include <lean_worker/toolchain.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lw_shim_state {
    LW_SHIM_NONE,        /* no toolchain: a program of one's own */
    LW_SHIM_INTERPRETED, /* Lean reads its text at each start */
    LW_SHIM_COMPILED,    /* by the toolchain's leanc */
    LW_SHIM_BUILT_IN,    /* a part of the plugin: the embedded toolchain */
} lw_shim_state;

/* "none", "interpreted", "compiled", "built in"; "unknown" for another number.
 * Any thread; never blocks. Static storage. */
const char *
lw_shim_state_name(lw_shim_state state);

typedef struct lw_shim {
    size_t struct_size;
    lw_shim_state state;
    char detail[LW_ERROR_MESSAGE_SIZE]; /* interpreted: why, a clause;
                                           compiled: the library's path; else
                                           "". Cut where it is longer. */
} lw_shim;

#define LW_SHIM_INIT                                                           \
    {                                                                          \
        sizeof(lw_shim), LW_SHIM_NONE, ""                                      \
    }

/*
 * How a child that is started now would have its shim. Threads: any. Blocks
 * for reading a few files (milliseconds) and starts nothing. Errors: LW_EINVAL,
 * LW_ECHILDPATH (the shim's text is not found), LW_ENOMEM.
 */
int
lw_toolchain_get_shim(const lw_toolchain *toolchain, lw_shim *shim,
                      lw_error *err);

typedef struct lw_shim_options {
    size_t struct_size;
    uint64_t timeout_ms; /* of the whole, 1 to LW_TIMEOUT_MAX_MS */
    lw_cancel *cancel;   /* NULL: none */
    bool again;          /* also where it is compiled already */
} lw_shim_options;

#define LW_SHIM_OPTIONS_INIT                                                   \
    {                                                                          \
        sizeof(lw_shim_options), UINT64_C(600000), NULL, false                 \
    }

/*
 * Compiles the shim, unless it is: Lean makes C of it, leanc a library, and a
 * child is started with that before it counts. shim, which tells what came of
 * it, and options may be NULL. Other processes that compile for this user are
 * waited for. Threads: any. Blocks for seconds to minutes, at most timeout_ms
 * and the time to end a process. After an error all that was begun is taken
 * away.
 * Errors: LW_EUNSUPPORTED (an embedded toolchain), LW_ETOOLCHAIN (no bin/leanc,
 * or none that runs here), LW_EBUILD (Lean or leanc failed: their last words),
 * LW_ETIMEOUT, LW_ECANCELLED, LW_EFILE (the cache folder: not ours alone, no
 * space), LW_ECHILDPATH, LW_EINVAL, LW_ENOMEM, and those of lw_worker_start
 * where a child does not start with it: the message has the loader's words.
 */
int
lw_toolchain_compile_shim(lw_shim *shim, lw_runtime *runtime,
                          const lw_toolchain *toolchain,
                          const lw_shim_options *options, lw_error *err);

#ifdef __cplusplus
}
#endif
#endif
