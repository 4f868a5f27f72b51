/*
 * toolchain.h - which Lean is used, and why.
 *
 * A toolchain is a folder with bin/lean and its library. It is looked for in
 * this order, and the first that is named wins (a named one that is not
 * usable is an error, never a reason to look on):
 *
 *   1. the caller's explicit choice (--toolchain)
 *   2. the environment variable LEAN_WORKER_TOOLCHAIN
 *   3. the lean-toolchain file of the project, through elan
 *   4. an active conda environment (CONDA_PREFIX with bin/lean)
 *   5. lean on PATH
 *   6. the embedded toolchain, where it is installed
 */
#ifndef LEAN_WORKER_TOOLCHAIN_H
#define LEAN_WORKER_TOOLCHAIN_H

#include <stddef.h>

#include <lean_worker/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lw_toolchain_kind {
    LW_TOOLCHAIN_NATIVE,
    LW_TOOLCHAIN_EMBEDDED,
} lw_toolchain_kind;

typedef enum lw_toolchain_source {
    LW_TOOLCHAIN_FROM_OPTION,
    LW_TOOLCHAIN_FROM_ENVIRONMENT,
    LW_TOOLCHAIN_FROM_PROJECT,
    LW_TOOLCHAIN_FROM_CONDA,
    LW_TOOLCHAIN_FROM_PATH,
    LW_TOOLCHAIN_FROM_EMBEDDED,
} lw_toolchain_source;

/* Facts about one toolchain. Owned by the caller; immutable; any thread. */
typedef struct lw_toolchain lw_toolchain;

typedef struct lw_toolchain_request {
    size_t struct_size;
    const char *toolchain; /* 1. above: folder, or "embedded"; NULL: none */
    const char *project;   /* project folder, absolute; NULL: none */
} lw_toolchain_request;

#define LW_TOOLCHAIN_REQUEST_INIT \
    { sizeof(lw_toolchain_request), NULL, NULL }

/*
 * Finds the toolchain by the order above. Reads files, starts nothing heavy.
 * Errors: LW_ETOOLCHAIN with every place tried and what to do; LW_ENOMEM.
 */
int
lw_toolchain_find(lw_toolchain **out, const lw_toolchain_request *request,
                  lw_error *err);

void
lw_toolchain_destroy(lw_toolchain *toolchain); /* NULL is allowed */

lw_toolchain_kind
lw_toolchain_get_kind(const lw_toolchain *toolchain);
lw_toolchain_source
lw_toolchain_get_source(const lw_toolchain *toolchain);
/* Absolute folder. Borrowed from the toolchain, like all that follow. */
const char *
lw_toolchain_get_prefix(const lw_toolchain *toolchain);
/* Version as far as it is known without starting Lean, else "". */
const char *
lw_toolchain_get_version(const lw_toolchain *toolchain);
/* One clause for people: "embedded: no lean on PATH". */
const char *
lw_toolchain_get_reason(const lw_toolchain *toolchain);

#ifdef __cplusplus
}
#endif
#endif
