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
 *
 * Any thread may call what is here; nothing starts a process, and nothing
 * blocks but for reading a few files. Toolchains never change once found.
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
    const char *toolchain; /* 1. above: a folder, the path of its bin/lean, an
                              elan toolchain's name, or "embedded"; NULL or
                              "": none. LEAN_WORKER_TOOLCHAIN takes the
                              same. */
    const char *project;   /* project folder, absolute; NULL: none */
} lw_toolchain_request;

#define LW_TOOLCHAIN_REQUEST_INIT                                              \
    {                                                                          \
        sizeof(lw_toolchain_request), NULL, NULL                               \
    }

/*
 * Finds the toolchain by the order above. request may be NULL (nothing asked
 * for). A lean on PATH that is elan's proxy stands for the toolchain that
 * elan would run for the project, else for elan's default.
 * Ownership: *out is the caller's; lw_toolchain_destroy ends it. Threads:
 * any, as long as no other one changes the environment. Reads a few files
 * (milliseconds) and starts no process. Errors: LW_ETOOLCHAIN with the places
 * tried and what to do; LW_EINVAL; LW_ENOMEM.
 */
int
lw_toolchain_find(lw_toolchain **out, const lw_toolchain_request *request,
                  lw_error *err);

/* NULL is allowed. Never fails, never blocks. */
void
lw_toolchain_destroy(lw_toolchain *toolchain);

/* Native or embedded: how a child is started on it. */
lw_toolchain_kind
lw_toolchain_get_kind(const lw_toolchain *toolchain);
/* Which place of the order above named it. */
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
/* The folders of its own library, absolute, NULL at the end: what a search
 * path must have behind the folders of a project. */
const char *const *
lw_toolchain_get_search_path(const lw_toolchain *toolchain);

/* Stable words, static: "native", "embedded"; never NULL. */
const char *
lw_toolchain_kind_name(lw_toolchain_kind kind);
/* "option", "environment", "project", "conda", "path", "embedded". */
const char *
lw_toolchain_source_name(lw_toolchain_source source);

/* ---- every place of the order, for a list ---- */

typedef enum lw_candidate_state {
    LW_CANDIDATE_ABSENT,   /* nothing is named there */
    LW_CANDIDATE_UNUSABLE, /* named, but broken or not installed */
    LW_CANDIDATE_USABLE,
} lw_candidate_state;

/* Borrowed until the callback returns. No pointer is NULL. */
typedef struct lw_toolchain_candidate {
    lw_toolchain_source source;
    lw_candidate_state state;
    lw_toolchain_kind kind; /* where it is not absent */
    const char *prefix;     /* folder as far as it is known, else "" */
    const char *version;    /* "" unknown */
    const char *reason;     /* what names it, or that nothing does */
    const char *problem;    /* why it is not usable and what to do; else "" */
} lw_toolchain_candidate;

/* A negative result ends the list with LW_ESINK. */
typedef int (*lw_toolchain_candidate_cb)(
    const lw_toolchain_candidate *candidate, void *user);

/*
 * Shows each of the six places in the order above, whether or not one before
 * it is usable: the first that is not absent is what lw_toolchain_find takes.
 * The callback runs on the caller's thread. Errors: LW_EINVAL, LW_ENOMEM,
 * LW_ESINK.
 */
int
lw_toolchain_list(const lw_toolchain_request *request,
                  lw_toolchain_candidate_cb each, void *user, lw_error *err);

#ifdef __cplusplus
}
#endif
#endif
